//! What only shows when all files are looked at together. What never enters: files, TOML.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use guichet_model::{
    Channel, DepartmentCode, ParamValue, ProcedureId, SiteId, Target, TargetId, TargetStatus, Unplaced,
};
use guichet_platforms::platform;

use crate::{
    channels::{DepartmentFile, MAIN_PROCEDURES},
    problem::{Problem, quoted},
    section::At,
    site_file::SiteFile,
    unplaced::stand_in,
};

/// Ids used twice, pages listed twice; each is told where it comes the second time.
pub(crate) fn check(sites: &[(PathBuf, SiteFile)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut site_ids = BTreeMap::<&SiteId, Place<'_>>::new();
    let mut target_ids = BTreeMap::<&TargetId, Place<'_>>::new();
    let mut pages = BTreeMap::<Page, Vec<(&Target, Place<'_>)>>::new();
    for (file, site) in sites {
        if let Some(At { value, line }) = &site.id {
            let place = Place { file, line: *line };
            problems.extend(place.second(&mut site_ids, value, |first| {
                (
                    format!("site `{value}` is there twice, first in {first}"),
                    "give one of the two another id".to_owned(),
                )
            }));
        }
        for At { value: target, line } in &site.targets {
            let place = Place { file, line: *line };
            problems.extend(place.second(&mut target_ids, &target.id, |first| {
                (
                    format!("target `{}` is there twice, first in {first}", target.id),
                    "give one of the two a `key` of its own".to_owned(),
                )
            }));
            // A retired target is never asked: its successor may be on the same page.
            if target.status == TargetStatus::Retired {
                continue;
            }
            let listed = pages.entry(Page::of(target)).or_default();
            if let Some((_, first)) = listed.iter().find(|(other, _)| is_the_same(other, target)) {
                problems.push(
                    place.problem(
                        format!("the page of `{}` is there twice, first in {first}", target.id),
                        "remove one of the two, or name the desks that each is about, none of them twice"
                            .to_owned(),
                    ),
                );
            }
            listed.push((target, place));
        }
    }
    problems
}

/// Pages without a place that have one after all, in a site file, or that are listed twice.
pub(crate) fn check_unplaced(
    file: &Path,
    pages: &[At<Unplaced>],
    sites: &[(PathBuf, SiteFile)],
) -> Vec<Problem> {
    let placed: BTreeMap<Page, Place<'_>> = sites
        .iter()
        .flat_map(|(file, site)| site.targets.iter().map(move |target| (file, target)))
        .map(|(file, target)| (Page::of(&target.value), Place { file, line: target.line }))
        .collect();
    let mut seen = BTreeMap::<Page, Place<'_>>::new();
    let mut problems = Vec::new();
    for At { value: unplaced, line } in pages {
        let place = Place { file, line: *line };
        let Some(page) = stand_in(unplaced).map(|target| Page::of(&target)) else {
            continue;
        };
        if let Some(target) = placed.get(&page) {
            problems.push(place.problem(
                format!("this page has a place: {target}"),
                "remove it here, or the target there".to_owned(),
            ));
        }
        problems.extend(place.second(&mut seen, page, |first| {
            (format!("this page is there twice, first in {first}"), "remove one of the two".to_owned())
        }));
    }
    problems
}

/// Statements about booking pages that the site files contradict. That something is missing among the sites is held
/// against nobody unless `sites_are_fine`: a target with a problem of its own is not there.
pub(crate) fn check_channels(
    departments: &[DepartmentFile],
    sites: &[(PathBuf, SiteFile)],
    sites_are_fine: bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for DepartmentFile { file, code, statements } in departments {
        let Some(code) = code else {
            continue;
        };
        for At { value: statement, line } in statements {
            let place = Place { file, line: *line };
            let procedure = &statement.procedure;
            let mut targets = targets_of(sites, code, procedure);
            let wrong = match statement.channel {
                // A page for another procedure may be the page for this one too: then the statement names it.
                Channel::BookingPage if sites_are_fine => {
                    let named = |target: &Target| statement.url.as_ref() == Some(&target.url);
                    let mut pages =
                        sites.iter().flat_map(|(_, site)| &site.targets).map(|target| &target.value);
                    let shared = pages.any(|target| target.id.department() == code && named(target));
                    let retired = |target: &Target| target.status == TargetStatus::Retired;
                    (!shared && targets.all(|(_, _, target)| retired(target))).then(|| {
                        (
                            format!("no site of `{code}` has a page for `{procedure}` that is not retired"),
                            "add the target, name in `url` a page of the department that is for this too, or write the \
                             channel that a source names, or \"unknown\""
                                .to_owned(),
                        )
                    })
                }
                Channel::Unknown if MAIN_PROCEDURES.contains(&procedure.as_str()) => targets
                    .find(|(_, _, target)| target.status == TargetStatus::Active)
                    .map(|(there, site, target)| {
                        (
                            format!("there is a booking page for `{procedure}`: {there}"),
                            format!(
                                "write channel = \"booking_page\" with the target's source{}",
                                source_of(site, target)
                            ),
                        )
                    }),
                _ => None,
            };
            problems.extend(wrong.map(|(message, advice)| place.problem(message, advice)));
        }
    }
    problems
}

/// The targets of a department for a procedure, with their places and files.
fn targets_of<'a>(
    sites: &'a [(PathBuf, SiteFile)],
    department: &DepartmentCode,
    procedure: &ProcedureId,
) -> impl Iterator<Item = (Place<'a>, &'a SiteFile, &'a Target)> {
    sites
        .iter()
        .flat_map(|(file, site)| {
            site.targets.iter().map(move |At { value, line }| (Place { file, line: *line }, site, value))
        })
        .filter(move |(_, _, target)| {
            target.id.department() == department && target.id.procedure() == procedure
        })
}

/// Who names a target's page, for advice; empty where its file has a problem.
fn source_of(site: &SiteFile, target: &Target) -> String {
    let source = target.source.as_deref().or(site.entry.as_ref().map(|entry| entry.site.source.as_str()));
    source.map(|source| format!(", {}", quoted(source))).unwrap_or_default()
}

/// What a server tells pages apart by: `http` and `https`, a `/` at the end or its own `index.php` in between do not
/// matter.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Page {
    host: Option<String>,
    port: Option<u16>,
    path: String,
    query: Option<String>,
}

impl Page {
    /// The page that is asked first for `target`: whatever else its address holds does not matter to the platform.
    fn of(target: &Target) -> Self {
        let url = platform(&target.platform)
            .map_or_else(|| target.url.clone(), |platform| platform.begin(target).url().clone());
        let path = url.path().trim_end_matches('/');
        Self {
            host: url.host_str().map(str::to_owned),
            port: url.port(),
            path: path
                .strip_prefix("/index.php")
                .filter(|rest| rest.starts_with('/'))
                .unwrap_or(path)
                .to_owned(),
            query: url.query().filter(|query| !query.is_empty()).map(str::to_owned),
        }
    }
}

/// Whether two targets on one page would see the same: desks in common, where none named are all; without desks, the
/// same signs.
fn is_the_same(one: &Target, other: &Target) -> bool {
    match (list(one, "desks"), list(other, "desks")) {
        (Some(desks), Some(others)) => !desks.is_disjoint(&others),
        (None, None) => sorted(one) == sorted(other),
        _ => true,
    }
}

fn list<'a>(target: &'a Target, name: &str) -> Option<BTreeSet<&'a str>> {
    match target.params.get(name)? {
        ParamValue::List(values) => Some(values.iter().map(String::as_str).collect()),
        ParamValue::Text(value) => Some(BTreeSet::from([value.as_str()])),
    }
}

/// All parameters, whatever the order in which their values are written.
fn sorted(target: &Target) -> BTreeMap<&str, Option<BTreeSet<&str>>> {
    target.params.keys().map(|name| (name.as_str(), list(target, name))).collect()
}

/// Where something is written.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    file: &'a Path,
    line: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

impl Place<'_> {
    /// A problem here.
    fn problem(self, message: String, advice: String) -> Problem {
        Problem { file: self.file.to_owned(), line: Some(self.line), message, advice }
    }

    /// Remembers the first place of `thing`; the problem if there was one already.
    fn second<Thing: Ord>(
        self,
        seen: &mut BTreeMap<Thing, Self>,
        thing: Thing,
        say: impl FnOnce(String) -> (String, String),
    ) -> Option<Problem> {
        let Some(first) = seen.get(&thing) else {
            seen.insert(thing, self);
            return None;
        };
        let (message, advice) = say(first.to_string());
        Some(self.problem(message, advice))
    }
}

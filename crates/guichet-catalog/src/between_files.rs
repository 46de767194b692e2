//! What only shows when all site files are looked at. What never enters: files, TOML.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use guichet_model::{ParamValue, SiteId, Target, TargetId, TargetStatus};
use guichet_platforms::platform;

use crate::{problem::Problem, section::At, site_file::SiteFile};

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

//! Visits to pages of the catalogue, to compare them with what it says. What never enters: asking the operator,
//! writing files.

mod finding;

use std::collections::{BTreeMap, VecDeque};

use anyhow::{anyhow, bail};
use guichet_catalog::{Catalog, Entry};
use guichet_fetch::{Client, clock::Clock, registrable_host};
use guichet_model::{DepartmentCode, Instant, SiteId, Target, TargetId, TargetStatus};
use guichet_sampler::Probed;
use indicatif::ProgressBar;
use tokio_util::sync::CancellationToken;

pub(crate) use self::finding::Finding;
use crate::{manners::Manners, opening};

/// A page to look at.
#[derive(Debug, Clone)]
pub(crate) struct Visit<'a> {
    /// The site whose target it is; `None`: nobody knows where it belongs.
    pub(crate) entry: Option<&'a Entry>,
    pub(crate) target: Target,
}

/// What came of a visit.
#[derive(Debug)]
pub(crate) struct Visited<'a> {
    pub(crate) visit: Visit<'a>,
    /// Or why the page was not asked.
    pub(crate) finding: Result<Finding, String>,
}

/// A round of visits.
#[derive(Debug)]
pub(crate) struct Round<'a> {
    /// In the order of the catalogue.
    pub(crate) visited: Vec<Visited<'a>>,
    /// How many pages were left when it was stopped.
    pub(crate) left: usize,
}

/// What the operator names: a target, a site or a department.
#[derive(Debug)]
enum Named {
    Target(TargetId),
    Site(SiteId),
    Department(DepartmentCode),
}

impl Named {
    fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(if text.contains('/') {
            Self::Target(text.parse()?)
        } else if text.contains('-') {
            Self::Site(text.parse()?)
        } else {
            Self::Department(text.parse()?)
        })
    }

    fn is(&self, target: &Target) -> bool {
        match self {
            Self::Target(id) => target.id == *id,
            Self::Site(id) => target.id.site() == id,
            Self::Department(code) => target.id.department() == code,
        }
    }
}

/// What is to be visited: what `names` name; without names, every active target whose page has never been recognised or
/// whose site nobody has checked, and the pages without a place. Targets that are not active are visited only under
/// their full name; those that must not be asked, never.
pub(crate) fn choose<'a>(
    catalog: &'a Catalog,
    names: &[String],
    manners: &Manners,
    now: Instant,
) -> anyhow::Result<Vec<Visit<'a>>> {
    let named = names.iter().map(|name| Named::parse(name)).collect::<anyhow::Result<Vec<_>>>()?;
    for (name, text) in named.iter().zip(names) {
        let target = catalog.targets().map(|(_, target)| target).find(|target| name.is(target));
        let Some(target) = target else {
            bail!("no target of the catalogue is in `{text}`; `guichet sites` lists them");
        };
        if let (Named::Target(id), Some(reason)) = (name, opening::not_asked(target)) {
            bail!("`{id}` is not asked: {reason}");
        }
    }
    let wanted = |entry: &Entry, target: &Target| {
        let active = target.status == TargetStatus::Active;
        if named.is_empty() {
            active && (entry.site.checked.is_none() || !manners.is_alive(target, now))
        } else {
            named.iter().any(|name| name.is(target) && (active || matches!(name, Named::Target(_))))
        }
    };
    let mut visits: Vec<Visit<'a>> = catalog
        .targets()
        .filter(|(entry, target)| opening::not_asked(target).is_none() && wanted(entry, target))
        .map(|(entry, target)| Visit { entry: Some(entry), target: target.clone() })
        .collect();
    if named.is_empty() {
        let pages = catalog.unplaced.iter().filter_map(guichet_catalog::stand_in);
        visits.extend(
            pages
                .filter(|target| opening::not_asked(target).is_none())
                .map(|target| Visit { entry: None, target }),
        );
    }
    Ok(visits)
}

/// The places of `visits` in an order that goes from host to host, so that nobody waits for one host while another is
/// free.
fn in_turns(visits: &[Visit<'_>]) -> Vec<usize> {
    let mut hosts: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
    for (place, visit) in visits.iter().enumerate() {
        hosts.entry(registrable_host(&visit.target.url)).or_default().push_back(place);
    }
    let mut order = Vec::new();
    while order.len() < visits.len() {
        order.extend(hosts.values_mut().filter_map(VecDeque::pop_front));
    }
    order
}

/// Visits one page after the other, until there are no more or `stop`.
pub(crate) async fn visit_all<'a>(
    catalog: &Catalog,
    visits: Vec<Visit<'a>>,
    client: &Client,
    clock: &dyn Clock,
    manners: &mut Manners,
    progress: &ProgressBar,
    stop: &CancellationToken,
) -> anyhow::Result<Round<'a>> {
    let mut findings: Vec<Option<Result<Finding, String>>> = visits.iter().map(|_| None).collect();
    for place in in_turns(&visits) {
        let target = &visits[place].target;
        let zone = visits[place].entry.map(|_| opening::zone(catalog, &target.id));
        if stop.is_cancelled() {
            break;
        }
        progress.set_message(waiting_for(manners, target, clock.now()));
        if let Err(why) = manners.admit(target, client, clock.now()) {
            findings[place] = Some(Err(why));
            progress.inc(1);
            continue;
        }
        manners.begin(target, zone, clock.now())?;
        let platform = opening::platform(target)?;
        let now = || clock.now();
        let probe = guichet_sampler::probe(client, platform, target, 0, &now);
        let probed: Option<Probed> = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            probed = probe => Some(probed),
        };
        let Some(probed) = probed else { break };
        manners.keep(target, zone, &probed)?;
        let procedure = catalog.procedure(target.id.procedure());
        let is_placed = visits[place].entry.is_some();
        findings[place] = Some(Ok(Finding::of(platform, target, procedure, is_placed, &probed)));
        progress.inc(1);
    }
    let left = findings.iter().filter(|finding| finding.is_none()).count();
    let pairs = visits.into_iter().zip(findings);
    let visited =
        pairs.filter_map(|(visit, finding)| finding.map(|finding| Visited { visit, finding })).collect();
    Ok(Round { visited, left })
}

/// What a progress bar says while a page is asked for.
fn waiting_for(manners: &Manners, target: &Target, now: Instant) -> String {
    let host = registrable_host(&target.url);
    match manners.free_at(&host, now) {
        Some(at) => {
            format!("{host}: waiting until {} (a minute between two visits)", at.format("%H:%M:%S UTC"))
        }
        None => format!("asking {host}"),
    }
}

/// A site of the catalogue by its id.
pub(crate) fn site<'a>(catalog: &'a Catalog, id: &SiteId) -> anyhow::Result<&'a Entry> {
    catalog.site(id).ok_or_else(|| anyhow!("no site of the catalogue is called `{id}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_targets_sites_or_departments() {
        assert!(matches!(Named::parse("92").unwrap(), Named::Department(_)));
        assert!(matches!(Named::parse("2A-ajaccio").unwrap(), Named::Site(_)));
        assert!(matches!(Named::parse("92-nanterre/asile").unwrap(), Named::Target(_)));
        assert!(Named::parse("hauts-de-seine").is_err() && Named::parse("99").is_err());
    }

    #[test]
    fn visits_go_from_host_to_host() {
        let platform = guichet_platforms::PLATFORMS[0];
        let visit = |url: &str| Visit {
            entry: None,
            target: crate::replay::bare_target(
                &"92-nanterre/asile".parse().unwrap(),
                platform,
                url.parse().unwrap(),
                guichet_model::civil::PARIS,
            ),
        };
        let visits = [
            visit("https://www.a.example/1"),
            visit("https://www.a.example/2"),
            visit("https://a.example/3"),
            visit("https://b.example/1"),
        ];
        assert_eq!(in_turns(&visits), [0, 3, 1, 2]);
        assert_eq!(in_turns(&[]), Vec::<usize>::new());
    }
}

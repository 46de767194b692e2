//! Visits to pages of the catalogue, to compare them with what it says. What never enters: asking the operator,
//! writing files.

mod choice;
mod finding;
mod whole;

use std::collections::{BTreeMap, VecDeque};

use anyhow::anyhow;
use guichet_catalog::{Catalog, Entry};
use guichet_fetch::{Client, clock::Clock, registrable_host};
use guichet_model::{Instant, SiteId, Target};
use indicatif::ProgressBar;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    choice::choose,
    finding::Finding,
    whole::{SiteSeen, sites_seen, why_not_stamped},
};
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
    /// How many pages were left when it ended early.
    pub(crate) left: usize,
    /// Why it ended early, where nobody stopped it: what was learnt of a host could not be kept.
    pub(crate) broken: Option<anyhow::Error>,
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

/// Visits one page after the other, until there are no more, or `stop`, or the database fails.
pub(crate) async fn visit_all<'a>(
    catalog: &Catalog,
    visits: Vec<Visit<'a>>,
    client: &Client,
    clock: &dyn Clock,
    manners: &mut Manners,
    progress: &ProgressBar,
    stop: &CancellationToken,
) -> Round<'a> {
    let mut findings: Vec<Option<Result<Finding, String>>> = visits.iter().map(|_| None).collect();
    let mut broken = None;
    for place in in_turns(&visits) {
        let (finding, kept) = visit(catalog, &visits[place], client, clock, manners, progress, stop).await;
        progress.inc(u64::from(finding.is_some()));
        let stopped = finding.is_none();
        findings[place] = finding;
        broken = kept.err();
        if stopped || broken.is_some() {
            break;
        }
    }
    let left = findings.iter().filter(|finding| finding.is_none()).count();
    let pairs = visits.into_iter().zip(findings);
    let visited =
        pairs.filter_map(|(visit, finding)| finding.map(|finding| Visited { visit, finding })).collect();
    Round { visited, left, broken }
}

/// Visits one page: what was found or why it was not asked, nothing where `stop` came before; and whether what was
/// learnt of its host could be kept.
async fn visit(
    catalog: &Catalog,
    visit: &Visit<'_>,
    client: &Client,
    clock: &dyn Clock,
    manners: &mut Manners,
    progress: &ProgressBar,
    stop: &CancellationToken,
) -> (Option<Result<Finding, String>>, anyhow::Result<()>) {
    let target = &visit.target;
    let platform = match opening::platform(target) {
        Ok(platform) => platform,
        Err(error) => return (Some(Err(error.to_string())), Ok(())),
    };
    if let Err(why) = manners.admit(target, client, clock.now()) {
        return (Some(Err(why)), Ok(()));
    }
    progress.set_message(waiting_for(manners, target, clock.now()));
    if !manners.wait(target, clock, stop).await {
        return (None, Ok(()));
    }
    let zone = visit.entry.map(|_| target.timezone);
    progress.set_message(format!("asking {}", registrable_host(&target.url)));
    let (probed, kept) = manners.probe((platform, target, zone), client, clock, stop).await;
    let procedure = catalog.procedure(target.id.procedure());
    let finding =
        probed.map(|probed| Ok(Finding::of(platform, target, procedure, visit.entry.is_some(), &probed)));
    (finding, kept)
}

/// What a progress bar says before a page is asked for.
fn waiting_for(manners: &Manners, target: &Target, now: Instant) -> String {
    let host = registrable_host(&target.url);
    match manners.free_at(target, now) {
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

//! Which sites were seen whole: only they can be confirmed. What never enters: asking the operator.

use guichet_catalog::Entry;
use guichet_model::{Instant, SiteId, TargetId, TargetStatus};

use super::Round;
use crate::{manners::Manners, opening};

/// A site of which pages were visited.
#[derive(Debug)]
pub(crate) struct SiteSeen<'a> {
    pub(crate) entry: &'a Entry,
    /// Targets in use that were not seen: their page was visited and not found right, or not visited and never
    /// recognised before.
    pub(crate) unseen: Vec<&'a TargetId>,
}

/// The sites of a round, in its order.
pub(crate) fn sites_seen<'a>(round: &Round<'a>, manners: &Manners, now: Instant) -> Vec<SiteSeen<'a>> {
    let mut entries: Vec<&'a Entry> = Vec::new();
    for entry in round.visited.iter().filter_map(|visited| visited.visit.entry) {
        if !entries.iter().any(|known| known.site.id == entry.site.id) {
            entries.push(entry);
        }
    }
    let sites = entries.into_iter().map(|entry| {
        let is_unseen = |id: &TargetId| -> Option<bool> {
            let visited = round
                .visited
                .iter()
                .find(|visited| visited.visit.entry.is_some() && visited.visit.target.id == *id)?;
            Some(!visited.finding.as_ref().is_ok_and(|finding| finding.settled))
        };
        let unseen = entry.targets.iter().filter(|target| {
            is_unseen(&target.id).unwrap_or_else(|| {
                let in_use = target.status == TargetStatus::Active && opening::not_asked(target).is_none();
                in_use && !manners.is_alive(target, now)
            })
        });
        SiteSeen { entry, unseen: unseen.map(|target| &target.id).collect() }
    });
    sites.collect()
}

/// Why a site cannot be stamped, in words; `None`: it was seen whole.
pub(crate) fn why_not_stamped(id: &SiteId, sites: &[SiteSeen<'_>]) -> Option<String> {
    let Some(site) = sites.iter().find(|site| site.entry.site.id == *id) else {
        return Some(format!("{id} is not stamped: none of its pages was visited"));
    };
    let unseen: Vec<&str> = site.unseen.iter().map(|id| id.as_str()).collect();
    (!unseen.is_empty()).then(|| format!("{id} is not stamped: not seen: {}", unseen.join(", ")))
}

//! Several targets pooled: by department, by site, over all of France. Their observations are added up, never their
//! shares averaged. What never enters: how a target's own figures come about.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use guichet_model::{HourTally, ProcedureId, TargetId, civil, tally};
use guichet_stats::{Pooled, tries::DailySuccess};

use super::{Figures, Known, TargetFacts};
use crate::{
    hours::in_period,
    reports::{is_recent, pooled},
    state::Watch,
};

/// Several targets pooled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pool {
    pub(crate) figures: Figures,
    /// All that can be said of them together; `None` where nothing was observed.
    pub(crate) pooled: Option<Pooled>,
    /// How many targets there are, and how many of them have data.
    pub(crate) targets: usize,
    pub(crate) with_data: usize,
    /// Whether a page is known that is not only history.
    pub(crate) has_page: bool,
    /// The best status among the targets; `None` where there is no target.
    pub(crate) watch: Option<Watch>,
}

/// What pools are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) targets: &'a BTreeMap<TargetId, TargetFacts>,
    /// Published hours.
    pub(super) tallies: &'a BTreeMap<TargetId, Vec<HourTally>>,
    pub(super) known: &'a BTreeMap<TargetId, Known>,
}

impl Sources<'_> {
    /// By `place`, for each procedure and for all of them together.
    pub(super) fn by_place<K: Ord + Clone>(
        self,
        place: impl Fn(&TargetId) -> K,
    ) -> BTreeMap<(K, Option<ProcedureId>), Pool> {
        self.by(|id| {
            let place = place(id);
            vec![(place.clone(), Some(id.procedure().clone())), (place, None)]
        })
    }

    /// Over all of France, for each procedure.
    pub(super) fn by_procedure(self) -> BTreeMap<ProcedureId, Pool> {
        self.by(|id| vec![id.procedure().clone()])
    }

    fn by<K: Ord>(self, places: impl Fn(&TargetId) -> Vec<K>) -> BTreeMap<K, Pool> {
        let mut groups: BTreeMap<K, Vec<&TargetFacts>> = BTreeMap::new();
        for target in self.targets.values() {
            for place in places(&target.id) {
                groups.entry(place).or_default().push(target);
            }
        }
        // Where a place has one procedure only, its two pools are the same.
        let mut made: BTreeMap<Vec<&TargetId>, Pool> = BTreeMap::new();
        groups
            .into_iter()
            .map(|(key, members)| {
                let ids = members.iter().map(|target| &target.id).collect();
                (key, made.entry(ids).or_insert_with(|| self.pool(&members)).clone())
            })
            .collect()
    }

    fn pool(self, members: &[&TargetFacts]) -> Pool {
        let newest = members.iter().filter_map(|target| Some(target.report.as_ref()?.availability.to)).max();
        let is_today = |target: &&TargetFacts| {
            target.report.as_ref().is_none_or(|report| is_recent(&report.availability, newest))
        };
        let with_data: Vec<&TargetFacts> =
            members.iter().copied().filter(|target| !target.figures.is_empty()).filter(is_today).collect();
        let (figures, pooled) = match (with_data.as_slice(), members) {
            ([only], _) => (only.figures.clone(), alone(only, members.len())),
            ([], [only, ..]) => (only.figures.clone(), None),
            ([first, ..], _) => {
                let pooled = self.pooled(&with_data, members.len(), first.figures.zone);
                (Figures::pooled(&with_data, pooled.as_ref(), first.figures.zone), pooled)
            }
            ([], []) => (Figures::of(&[], civil::PARIS), None),
        };
        Pool {
            figures,
            pooled,
            targets: members.len(),
            with_data: with_data.len(),
            has_page: members
                .iter()
                .any(|target| !matches!(target.watch, Watch::Historical | Watch::Retired)),
            watch: members.iter().map(|target| target.watch).min_by_key(|watch| watch.rank()),
        }
    }

    /// The hours of each target's own period, added up.
    fn pooled(self, with_data: &[&TargetFacts], targets: usize, zone: Tz) -> Option<Pooled> {
        let periods = with_data.iter().filter_map(|target| {
            Some(in_period(self.tallies.get(&target.id)?, &target.report.as_ref()?.availability))
        });
        let hours = tally::pool(periods.flatten());
        let desks: Vec<DailySuccess> = with_data
            .iter()
            .filter_map(|target| self.known.get(&target.id)?.daily.as_deref().cloned())
            .collect();
        let told = |target: &&&TargetFacts| {
            target.report.as_ref().is_some_and(|report| report.availability.counts.told() > 0)
        };
        pooled(&hours, &desks, (targets, with_data.iter().filter(told).count()), zone)
    }
}

/// One desk is its own pool.
fn alone(only: &TargetFacts, targets: usize) -> Option<Pooled> {
    let report = only.report.as_deref()?;
    Some(Pooled {
        desks: u32::try_from(targets).unwrap_or(u32::MAX),
        desks_with_data: u32::from(report.availability.counts.told() > 0),
        availability: report.availability.clone(),
        chance: report.chance.clone(),
        class: report.class.clone(),
    })
}

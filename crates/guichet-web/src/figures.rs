//! The figures of every target, and pooled by department, by site and for France, as of one hour. What never enters: languages,
//! HTTP, observations younger than the publishing delay.

mod known;
mod pool;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono_tz::Tz;
use guichet_catalog::Catalog;
use guichet_model::{
    DepartmentCode, HourTally, Instant, ProcedureId, SiteId, Target, TargetId, civil, civil::LocalHour,
};
use guichet_stats::{Availability, Pooled, Report, availability};
use guichet_store::{AuditRecord, Reader, StoreError, TargetRow};

use self::pool::Sources;
pub(crate) use self::{known::Known, pool::Pool};
use crate::{
    coverage::{self, Cell},
    hours::published,
    reports::published_audits,
    state::{Sampling, State, Watch},
};

/// So many audits are told, the newest ones.
const AUDITS: usize = 12;

/// What is known of a target, or of several pooled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    /// Of the period since the last change of habits; `None` where nothing was ever observed.
    pub(crate) availability: Option<Availability>,
    pub(crate) state: State,
    /// The hours of the first and the last observation, and of the last one that saw a slot: of all, not of the period.
    pub(crate) first: Option<LocalHour>,
    pub(crate) last: Option<LocalHour>,
    pub(crate) last_open: Option<LocalHour>,
    /// The civil time of all local hours and dates here.
    pub(crate) zone: Tz,
}

impl Figures {
    /// Of tallies in order of time, all of one period.
    pub(crate) fn of(tallies: &[HourTally], zone: Tz) -> Self {
        Self::with(availability(tallies, zone), tallies, zone)
    }

    /// Of tallies in order of time; `availability` is that of some of them.
    pub(crate) fn with(availability: Option<Availability>, tallies: &[HourTally], zone: Tz) -> Self {
        let last = |counts: fn(&HourTally) -> bool| {
            tallies.iter().rev().find(|tally| counts(tally)).map(|tally| tally.at)
        };
        Self {
            state: State::of(availability.as_ref()),
            first: tallies.iter().find(|tally| !tally.counts.is_empty()).map(|tally| tally.at),
            last: last(|tally| !tally.counts.is_empty()),
            last_open: last(|tally| tally.counts.open > 0),
            availability,
            zone,
        }
    }

    /// Of several targets in one civil time.
    fn pooled(targets: &[&TargetFacts], pooled: Option<&Pooled>, zone: Tz) -> Self {
        let figures = || targets.iter().map(|target| &target.figures);
        let availability = pooled.map(|pooled| pooled.availability.clone());
        Self {
            state: State::of(availability.as_ref()),
            first: figures().filter_map(|figures| figures.first).min(),
            last: figures().filter_map(|figures| figures.last).max(),
            last_open: figures().filter_map(|figures| figures.last_open).max(),
            availability,
            zone,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.availability.is_none()
    }

    /// The start of the hour of the last observation.
    pub(crate) fn last_instant(&self) -> Option<Instant> {
        instant_of(self.last?, self.zone)
    }
}

/// The start of a civil hour as an instant.
pub(crate) fn instant_of(hour: LocalHour, zone: Tz) -> Option<Instant> {
    civil::instant_of(hour.date.and_hms_opt(u32::from(hour.hour), 0, 0)?, zone)
}

/// A target of the catalogue, of the store, or of both.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TargetFacts {
    pub(crate) id: TargetId,
    pub(crate) watch: Watch,
    /// Where the observations come from; none where none is published.
    pub(crate) sources: Vec<String>,
    pub(crate) figures: Figures,
    /// All recipes; `None` where nothing is published.
    pub(crate) report: Option<Arc<Report>>,
}

/// A procedure that one can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProcedureFacts {
    pub(crate) id: ProcedureId,
    /// Whether it is in the catalogue's list; the others come from imported data.
    pub(crate) listed: bool,
    /// Observations in the figures.
    pub(crate) observations: u64,
}

/// All figures as of one hour.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Snapshot {
    /// Only civil hours that ended by then count.
    pub(crate) as_of: Instant,
    pub(crate) computed_at: Instant,
    /// The start of the newest published hour of all.
    pub(crate) newest: Option<Instant>,
    pub(crate) targets: BTreeMap<TargetId, TargetFacts>,
    pub(crate) procedures: Vec<ProcedureFacts>,
    /// Every procedure of every department.
    pub(crate) coverage: Vec<Cell>,
    /// How our forecasts fared: the newest audits, newest first.
    pub(crate) audits: Vec<AuditRecord>,
    known: BTreeMap<TargetId, Known>,
    departments: BTreeMap<(DepartmentCode, Option<ProcedureId>), Pool>,
    france: BTreeMap<ProcedureId, Pool>,
    sites: BTreeMap<(SiteId, Option<ProcedureId>), Pool>,
}

impl Snapshot {
    /// Reads everything, and computes what has changed since `before`.
    pub(crate) fn compute(
        catalog: &Catalog,
        reader: &Reader,
        as_of: Instant,
        computed_at: Instant,
        before: Option<&Self>,
    ) -> Result<Self, StoreError> {
        let rows = reader.targets()?;
        let zones: BTreeMap<&TargetId, Tz> = rows.iter().map(|row| (&row.id, row.timezone)).collect();
        let mut tallies = BTreeMap::new();
        reader.all_hour_tallies(&mut |id, hours| {
            if let Some(zone) = zones.get(id) {
                tallies.insert(id.clone(), published(hours, as_of, *zone).to_vec());
            }
        })?;
        let audits = published_audits(reader, Some(as_of), AUDITS)?;
        let none = BTreeMap::new();
        let before = before.map_or(&none, |before| &before.known);
        let known = known::known(catalog, reader, (&rows, &tallies), &audits, as_of, before)?;
        let targets = targets(catalog, &rows, &tallies, &known, as_of);
        let sources = Sources { targets: &targets, tallies: &tallies, known: &known };
        Ok(Self {
            as_of,
            computed_at,
            newest: targets.values().filter_map(|target| target.figures.last_instant()).max(),
            procedures: procedures(catalog, &targets),
            coverage: coverage::of(catalog, &|id| {
                targets.get(id).map_or(Watch::Historical, |target| target.watch)
            }),
            audits,
            departments: sources.by_place(|id| id.department().clone()),
            france: sources.by_procedure(),
            sites: sources.by_place(|id| id.site().clone()),
            known,
            targets,
        })
    }

    /// Whether there is nothing to show at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.targets.values().all(|target| target.figures.is_empty())
    }

    /// A department's targets pooled: those for `procedure`, or all. `None` where there is none.
    pub(crate) fn department(&self, code: &DepartmentCode, procedure: Option<&ProcedureId>) -> Option<&Pool> {
        self.departments.get(&(code.clone(), procedure.cloned()))
    }

    /// All targets for `procedure` pooled.
    pub(crate) fn france(&self, procedure: &ProcedureId) -> Option<&Pool> {
        self.france.get(procedure)
    }

    /// A site's targets pooled.
    pub(crate) fn site(&self, id: &SiteId, procedure: Option<&ProcedureId>) -> Option<&Pool> {
        self.sites.get(&(id.clone(), procedure.cloned()))
    }

    /// The targets of a department, those for `procedure` or all.
    pub(crate) fn targets_of(
        &self,
        code: &DepartmentCode,
        procedure: Option<&ProcedureId>,
    ) -> impl Iterator<Item = &TargetFacts> {
        self.targets.values().filter(move |target| {
            target.id.department() == code && procedure.is_none_or(|wanted| target.id.procedure() == wanted)
        })
    }

    /// How far a procedure of a department is covered; `None` for one that the catalogue does not list.
    pub(crate) fn cell(&self, code: &DepartmentCode, procedure: &ProcedureId) -> Option<&Cell> {
        self.coverage.iter().find(|cell| cell.department == *code && cell.procedure == *procedure)
    }

    pub(crate) fn procedure(&self, id: &ProcedureId) -> Option<&ProcedureFacts> {
        self.procedures.iter().find(|procedure| procedure.id == *id)
    }

    /// The procedure shown when none was chosen: the first with data, or the first of all.
    pub(crate) fn usual_procedure(&self) -> Option<&ProcedureFacts> {
        let with_data = self.procedures.iter().find(|procedure| procedure.observations > 0);
        with_data.or(self.procedures.first())
    }
}

/// The targets of the catalogue, and those of the store of which something is published.
fn targets(
    catalog: &Catalog,
    rows: &[TargetRow],
    tallies: &BTreeMap<TargetId, Vec<HourTally>>,
    known: &BTreeMap<TargetId, Known>,
    as_of: Instant,
) -> BTreeMap<TargetId, TargetFacts> {
    let listed: BTreeMap<&TargetId, &Target> =
        catalog.entries.iter().flat_map(|entry| &entry.targets).map(|target| (&target.id, target)).collect();
    let stored: BTreeMap<&TargetId, &TargetRow> = rows.iter().map(|row| (&row.id, row)).collect();
    // A row that the catalogue does not know was taken out of it, or nothing of it may be shown yet.
    let ids: BTreeSet<&TargetId> = stored
        .keys()
        .copied()
        .filter(|id| listed.contains_key(id) || tallies.get(*id).is_some_and(|hours| !hours.is_empty()))
        .chain(listed.keys().copied())
        .collect();
    ids.into_iter()
        .map(|id| {
            let row = stored.get(id).copied();
            let zone = row.map_or_else(|| catalog.zone(id.department()), |row| row.timezone);
            let sampling = row.map(|row| Sampling::as_of(&row.state, as_of)).unwrap_or_default();
            let report = known.get(id).and_then(|known| known.report.clone());
            let hours = tallies.get(id).map_or(&[][..], Vec::as_slice);
            // Without a report, where its looks cannot be read, a target's hours still tell how often a slot was seen.
            let availability = match &report {
                Some(report) => Some(report.availability.clone()),
                None => availability(hours, zone),
            };
            let figures = Figures::with(availability, hours, zone);
            let facts = TargetFacts {
                id: id.clone(),
                watch: Watch::of(listed.get(id).copied(), sampling),
                sources: row
                    .filter(|_| !figures.is_empty())
                    .map(|row| row.sources.clone())
                    .unwrap_or_default(),
                figures,
                report,
            };
            (id.clone(), facts)
        })
        .collect()
}

/// The catalogue's list, then what only the store knows.
fn procedures(catalog: &Catalog, targets: &BTreeMap<TargetId, TargetFacts>) -> Vec<ProcedureFacts> {
    let mut observations: BTreeMap<&ProcedureId, u64> = BTreeMap::new();
    for target in targets.values() {
        *observations.entry(target.id.procedure()).or_default() +=
            target.figures.availability.as_ref().map_or(0, |figures| figures.counts.all());
    }
    let facts = |id: &ProcedureId, listed: bool| ProcedureFacts {
        id: id.clone(),
        listed,
        observations: observations.get(id).copied().unwrap_or_default(),
    };
    let listed = catalog.procedures.iter().map(|procedure| facts(&procedure.id, true));
    let others = observations.keys().filter(|id| catalog.procedure(id).is_none());
    listed.chain(others.map(|id| facts(id, false))).collect()
}

#[cfg(test)]
mod tests;

//! What all requests share: the catalogue, the database, and the figures, computed once for many requests.
//! What never enters: HTTP.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
};

use chrono::Duration;
use guichet_catalog::Catalog;
use guichet_model::{Cause, HourTally, Instant, Purpose, TargetId, TargetStatus};
use guichet_store::{DesksAsked, Drift, Reader, TargetRow};

use crate::{
    Settings, WebError,
    assets::Style,
    figures::{Snapshot, TargetFacts},
    hours::cut,
    map::Map,
    pages::Pages,
};

/// Recomputing takes at most one part in so many of the time, however often the database changes.
const RECOMPUTE_SHARE: i32 = 20;

#[derive(Debug)]
pub(crate) struct App {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) settings: Settings,
    pub(crate) pages: Pages,
    pub(crate) style: Style,
    /// Reads for the figures; held while they are computed.
    figures: Mutex<Reader>,
    /// Reads a target at a time, so that its page need not wait for the figures.
    details: Mutex<Reader>,
    cache: Mutex<Option<Cached>>,
}

#[derive(Debug, Clone)]
struct Cached {
    /// The database's counter when the figures were computed.
    counter: i64,
    /// How long that took.
    cost: Duration,
    snapshot: Arc<Snapshot>,
}

impl App {
    pub(crate) fn open(catalog: Arc<Catalog>, database: &Path, settings: Settings) -> Result<Self, WebError> {
        let map =
            Map::draw(catalog.outlines.iter().map(|outline| (&outline.code, outline.polygons.as_slice())));
        let style = Style::load()?;
        Ok(Self {
            pages: Pages::load(&map, &style.path, catalog.competence.as_ref())?,
            style,
            figures: Mutex::new(Reader::open(database)?),
            details: Mutex::new(Reader::open(database)?),
            cache: Mutex::new(None),
            catalog,
            settings,
        })
    }

    pub(crate) fn now(&self) -> Instant {
        (self.settings.now)()
    }

    /// The figures as of now. Blocks while they are computed for the first time; later, requests that come meanwhile
    /// get the figures from before.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, WebError> {
        let now = self.now();
        let as_of = cut(now, self.settings.publish_delay);
        let cached = lock(&self.cache).clone();
        if let Some(cached) = &cached
            && cached.snapshot.as_of == as_of
            && now - cached.snapshot.computed_at < cached.cost * RECOMPUTE_SHARE
        {
            return Ok(Arc::clone(&cached.snapshot));
        }
        let before = cached.as_ref().map(|cached| Arc::clone(&cached.snapshot));
        let reader = match (self.figures.try_lock(), cached) {
            (Ok(reader), _) => reader,
            (Err(TryLockError::Poisoned(poisoned)), _) => poisoned.into_inner(),
            (Err(TryLockError::WouldBlock), Some(cached)) => return Ok(cached.snapshot),
            (Err(TryLockError::WouldBlock), None) => lock(&self.figures),
        };
        let counter = reader.change_counter()?;
        // Another request may have computed them while this one waited.
        if let Some(cached) = lock(&self.cache).as_ref()
            && cached.counter == counter
            && cached.snapshot.as_of == as_of
        {
            return Ok(Arc::clone(&cached.snapshot));
        }
        let snapshot = Arc::new(Snapshot::compute(&self.catalog, &reader, as_of, now, before.as_deref())?);
        let cost = self.now() - now;
        tracing::debug!(milliseconds = cost.num_milliseconds(), "figures computed");
        *lock(&self.cache) = Some(Cached { counter, cost, snapshot: Arc::clone(&snapshot) });
        Ok(snapshot)
    }

    /// The tallies of one target, unpublished hours included.
    pub(crate) fn tallies(&self, target: &TargetId) -> Result<Vec<HourTally>, WebError> {
        Ok(lock(&self.details).hour_tallies(target)?)
    }

    /// Why the last published look at a target established nothing, where it did not.
    pub(crate) fn last_cause(&self, facts: &TargetFacts, as_of: Instant) -> Result<Option<Cause>, WebError> {
        let Some(from) = facts.figures.last_instant() else {
            return Ok(None);
        };
        let looks = lock(&self.details).observations(&facts.id, Some(from), Some(as_of))?;
        let last = looks.iter().rev().find(|look| look.purpose == Purpose::Base);
        Ok(last.and_then(|look| look.outcome.cause()))
    }

    /// How many of a target's desks each look asks, and how many there are, where it cannot ask them all.
    pub(crate) fn desks_in_turns(
        &self,
        target: &TargetId,
        as_of: Instant,
    ) -> Result<Option<DesksAsked>, WebError> {
        let named = self.catalog.target(target).map_or(0, |(_, target)| target.list("desks").len());
        let asked = lock(&self.details).desks_asked(target, as_of)?;
        let of_target = |desks: DesksAsked| match u16::try_from(named) {
            Ok(named @ 1..) => DesksAsked { listed: named.min(desks.listed), ..desks },
            _ => desks,
        };
        Ok(asked.map(of_target).filter(|desks| desks.asked > 0 && desks.asked < desks.listed))
    }

    /// The pages that are no longer understood, in order of their targets' ids.
    pub(crate) fn alarms(&self) -> Result<Vec<Alarm>, WebError> {
        Ok(alarms(&self.catalog, &self.rows()?))
    }

    /// The rows of the database, for the report on its health.
    pub(crate) fn rows(&self) -> Result<Vec<TargetRow>, WebError> {
        Ok(lock(&self.details).targets()?)
    }
}

/// A page that was not understood so often that somebody should look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alarm {
    pub(crate) target: TargetId,
    pub(crate) drift: Drift,
}

impl Alarm {
    /// What may be told of it by `as_of`: which pages show what is what we delay.
    pub(crate) fn is_told(&self, as_of: Instant) -> bool {
        self.drift.told_at <= as_of
    }
}

/// The alarms among the rows of the database, of pages that are still sampled.
pub(crate) fn alarms(catalog: &Catalog, rows: &[TargetRow]) -> Vec<Alarm> {
    let is_sampled = |row: &TargetRow| {
        catalog.target(&row.id).is_some_and(|(_, target)| {
            let same_page = row.state.url.as_deref().is_none_or(|url| url == target.url.as_str());
            target.status == TargetStatus::Active && same_page
        })
    };
    let alarm = |row: &TargetRow| {
        let drift = row.state.drift.clone().filter(Drift::is_alarm).filter(|_| is_sampled(row))?;
        Some(Alarm { target: row.id.clone(), drift })
    };
    rows.iter().filter_map(alarm).collect()
}

/// A thread that panicked while it read has left nothing half written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The one writer. What never enters: SQL (each room has its own), the clock, which target is due.

use std::path::Path;

use chrono_tz::Tz;
use guichet_model::{Instant, Observation, TargetId};
use rusqlite::Connection;

use crate::{
    AuditRecord, HostState, RobotsRecord, SamplingState, StoreError, TargetState, audit,
    connection::Database,
    derived,
    error::Failure,
    figures::{Figures, Place},
    observation, page, state,
    target::{self, TargetKey},
};

/// Number of an observation in this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObservationId(pub i64);

/// All that is kept of one probe.
#[derive(Debug, Clone, Copy)]
pub struct ProbeRecord<'a> {
    /// What was established.
    pub observation: &'a Observation,
    /// Civil time of the target.
    pub timezone: Tz,
    /// The page that decided. Kept once under the observation's `evidence_sha256`, cut to 2 MiB; without such a hash
    /// it is not kept, since nothing could name it.
    pub page: Option<&'a str>,
    /// Where the sampling of the target stands after this probe.
    pub target_state: &'a TargetState,
    /// The host and what must be kept in mind about it.
    pub host: Option<(&'a str, &'a HostState)>,
    /// The verdict of robots.txt under which the probe was made.
    pub robots: Option<&'a RobotsRecord>,
}

/// What [`Store::rebuild`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Observations read.
    pub observations: u64,
    /// Hours tallied.
    pub tallies: u64,
    /// Rows that were missing, too many or different before.
    pub differing: u64,
}

/// The writing side of the file. There should be one at a time; a second process that writes waits up to ten seconds
/// for each of its transactions.
#[derive(Debug)]
pub struct Store {
    pub(crate) database: Database,
}

impl Store {
    /// Opens the file, creates it where there is none, upgrades it where it is older.
    ///
    /// # Errors
    /// When the file is something else, newer, locked or may not be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { database: Database::open(path)? })
    }

    /// A store without a file, gone when it is dropped. For tests.
    ///
    /// # Errors
    /// When `SQLite` refuses.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        Ok(Self { database: Database::in_memory()? })
    }

    /// Keeps all of a probe, or nothing: the target where it is new, the observation and its exchanges, the page, the
    /// tallies and looks, the state of target and host, the verdict of robots.txt.
    ///
    /// The same target, instant and source a second time adds nothing to the log and gives back the first number; the
    /// states are saved all the same.
    ///
    /// # Errors
    /// When the file cannot be written, or an instant lies before 1970 or after 9999.
    pub fn record(&mut self, record: &ProbeRecord<'_>) -> Result<ObservationId, StoreError> {
        let context = format!("recording a probe of {}", record.observation.target);
        self.database.write(&context, |connection| record_in(connection, record))
    }

    /// Adds a row for each target that has none. A target that was stored under another civil time gets the one given
    /// here, and its hours are counted anew.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn ensure_targets(&mut self, targets: &[(TargetId, Tz)]) -> Result<(), StoreError> {
        self.database.write("adding targets", |connection| {
            targets.iter().try_for_each(|(target, timezone)| ensure(connection, target, *timezone).map(drop))
        })
    }

    /// Saves where the sampling of a target stands.
    ///
    /// # Errors
    /// [`StoreError::UnknownTarget`] when the store does not have it yet; when its address is longer than 2,000
    /// characters; when the file cannot be written.
    pub fn save_target_state(&mut self, target: &TargetId, state: &TargetState) -> Result<(), StoreError> {
        self.database.write("saving the state of a target", |connection| {
            state::save_target_by_name(connection, target, state)
        })
    }

    /// Saves what must be kept in mind about a host.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_host_state(&mut self, host: &str, state: &HostState) -> Result<(), StoreError> {
        self.database
            .write("saving the state of a host", |connection| state::save_host(connection, host, state))
    }

    /// All states that were saved.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sampling_state(&self) -> Result<SamplingState, StoreError> {
        self.database.read("reading the sampler's state", state::load)
    }

    /// Recomputes every derived table from the log and puts it in the place of what stood there, in one transaction.
    /// `progress` is told observations done and in all.
    ///
    /// # Errors
    /// When the file cannot be read or written; then all stands as before.
    pub fn rebuild(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<Rebuilt, StoreError> {
        self.database.write("rebuilding the derived tables", |connection| {
            let observations = derived::recompute(connection, progress)?;
            let differing = derived::differing(connection)?;
            let tallies = derived::replace(connection, &differing)?;
            Ok(Rebuilt { observations, tallies, differing: differing.iter().sum() })
        })
    }

    /// How many rows of the derived tables [`Store::rebuild`] would change; changes none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn check_derived(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<u64, StoreError> {
        self.database.read("checking the derived tables", |connection| {
            derived::recompute(connection, progress)?;
            Ok(derived::differing(connection)?.iter().sum())
        })
    }

    /// Keeps what an audit of the figures found, for ever.
    ///
    /// # Errors
    /// When `result` is not a JSON object, or the file cannot be written.
    pub fn record_audit(&mut self, audit: &AuditRecord) -> Result<(), StoreError> {
        self.database.write("recording an audit", |connection| audit::append(connection, audit))
    }

    /// Drops the bodies of pages last seen before `older_than`; their hashes stay in the log. Returns how many. The
    /// room is used again; the file does not shrink.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn prune_pages(&mut self, older_than: Instant) -> Result<u64, StoreError> {
        self.database.write("pruning pages", |connection| page::prune(connection, older_than))
    }

    /// When the newest observation was made, of any target, source and purpose.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn newest_observation_at(&self) -> Result<Option<Instant>, StoreError> {
        self.database.read("looking for the newest observation", observation::newest)
    }
}

/// The row of `target`, added where there is none. A target that was stored under another civil time gets this one,
/// and its hours are counted anew.
fn ensure(connection: &Connection, target: &TargetId, timezone: Tz) -> Result<TargetKey, Failure> {
    match target::find(connection, target)? {
        None => target::add(connection, target, timezone),
        Some(key) if key.timezone == timezone => Ok(key),
        Some(key) => {
            let key = target::correct(connection, key, timezone)?;
            derived::recount_hours(connection, key)?;
            Ok(key)
        }
    }
}

fn record_in(connection: &Connection, record: &ProbeRecord<'_>) -> Result<ObservationId, Failure> {
    let observation = record.observation;
    let key = ensure(connection, &observation.target, record.timezone)?;
    let id = match append_and_count(connection, key, observation)? {
        Some(id) => id,
        None => observation::find(connection, key.id, observation)?
            .ok_or_else(|| Failure::Corrupt("an observation is there and is not".to_owned()))?,
    };
    let evidence = observation.probe.as_ref().and_then(|probe| probe.evidence_sha256);
    if let (Some(hash), Some(body)) = (evidence, record.page) {
        page::keep(connection, &hash, observation.observed_at, body)?;
    }
    state::save_target(connection, key.id, record.target_state)?;
    if let Some((host, host_state)) = record.host {
        state::save_host(connection, host, host_state)?;
    }
    if let Some(robots) = record.robots {
        state::append_robots(connection, robots)?;
    }
    Ok(ObservationId(id))
}

fn append_and_count(
    connection: &Connection,
    key: TargetKey,
    observation: &Observation,
) -> Result<Option<i64>, Failure> {
    let id = observation::append(connection, key.id, observation)?;
    if id.is_some() {
        let mut figures = Figures::default();
        figures.add(key, observation);
        figures.flush(connection, Place::Standing)?;
    }
    Ok(id)
}

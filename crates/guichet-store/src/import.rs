//! Adding many observations at once. What never enters: the format that they were written in.

use std::collections::HashMap;

use chrono_tz::Tz;
use guichet_model::{DepartmentCode, Observation, TargetId};
use rusqlite::Connection;

use crate::{
    Store, StoreError,
    error::Failure,
    figures::{Figures, Place},
    observation,
    target::{self, TargetKey},
};

/// Observations in one transaction: enough to be fast, few enough that a sampler beside it need not wait long.
pub(crate) const BATCH: usize = 50_000;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Observations added.
    pub added: u64,
    /// Observations that the log had already (same target, instant and source).
    pub already: u64,
    /// Targets that were not known before.
    pub new_targets: u64,
}

impl Store {
    /// Adds observations to the log, with the derived tables in step; what the log has already is left as it is, so
    /// that an import can be repeated. Targets are added where they are new, with the civil time that `zones` gives
    /// their department; known ones keep theirs.
    ///
    /// One transaction holds 50,000 observations: after an error or a crash, all batches before are kept whole.
    ///
    /// # Errors
    /// When the file cannot be written, or an instant lies before 1970 or after 9999.
    pub fn import(
        &mut self,
        observations: &mut dyn Iterator<Item = Observation>,
        zones: &dyn Fn(&DepartmentCode) -> Tz,
    ) -> Result<Imported, StoreError> {
        self.import_in_batches(observations, zones, BATCH)
    }

    pub(crate) fn import_in_batches(
        &mut self,
        observations: &mut dyn Iterator<Item = Observation>,
        zones: &dyn Fn(&DepartmentCode) -> Tz,
        batch: usize,
    ) -> Result<Imported, StoreError> {
        let mut observations = observations.peekable();
        let mut imported = Imported::default();
        while observations.peek().is_some() {
            let added = self.database.write("importing observations", |connection| {
                import_batch(connection, &mut observations.by_ref().take(batch), zones)
            })?;
            imported.added += added.added;
            imported.already += added.already;
            imported.new_targets += added.new_targets;
        }
        Ok(imported)
    }
}

fn import_batch(
    connection: &Connection,
    observations: &mut dyn Iterator<Item = Observation>,
    zones: &dyn Fn(&DepartmentCode) -> Tz,
) -> Result<Imported, Failure> {
    let mut imported = Imported::default();
    let mut figures = Figures::default();
    // For this transaction only: between two, another process may correct a civil time.
    let mut keys = HashMap::<TargetId, TargetKey>::new();
    for observation in observations {
        let target = &observation.target;
        let key = if let Some(key) = keys.get(target) {
            *key
        } else {
            let known = target::find(connection, target)?;
            imported.new_targets += u64::from(known.is_none());
            let key =
                known.map_or_else(|| target::add(connection, target, zones(target.department())), Ok)?;
            keys.insert(target.clone(), key);
            key
        };
        if observation::append(connection, key.id, &observation)?.is_some() {
            imported.added += 1;
            figures.add(key, &observation);
        } else {
            imported.already += 1;
        }
    }
    figures.flush(connection, Place::Standing)?;
    Ok(imported)
}

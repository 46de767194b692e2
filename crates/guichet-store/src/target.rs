//! Targets as rows: their number, their civil time. What never enters: whether they are sampled.

use chrono_tz::Tz;
use guichet_model::TargetId;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{columns, derived, error::Failure};

/// A target's row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TargetKey {
    /// Its number in this file.
    pub(crate) id: i64,
    /// Its civil time.
    pub(crate) timezone: Tz,
}

/// The row of `target`, where there is one.
pub(crate) fn find(connection: &Connection, target: &TargetId) -> Result<Option<TargetKey>, Failure> {
    let row: Option<(i64, String)> = connection
        .prepare_cached("SELECT id, timezone FROM target WHERE name = ?1")?
        .query_row([target.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(id, zone)| Ok(TargetKey { id, timezone: columns::parse(&zone)? })).transpose()
}

/// Adds a row for a target that has none.
pub(crate) fn add(connection: &Connection, target: &TargetId, timezone: Tz) -> Result<TargetKey, Failure> {
    connection
        .prepare_cached("INSERT INTO target (name, department, timezone) VALUES (?1, ?2, ?3)")?
        .execute(params![target.as_str(), target.department().as_str(), timezone.name()])?;
    Ok(TargetKey { id: connection.last_insert_rowid(), timezone })
}

/// The row of `target`, added where there is none. A target that was stored under another civil time gets this one,
/// and its hours are counted anew.
pub(crate) fn ensure(connection: &Connection, target: &TargetId, timezone: Tz) -> Result<TargetKey, Failure> {
    match find(connection, target)? {
        None => add(connection, target, timezone),
        Some(key) if key.timezone == timezone => Ok(key),
        Some(key) => {
            let key = TargetKey { timezone, ..key };
            connection
                .prepare_cached("UPDATE target SET timezone = ?2 WHERE id = ?1")?
                .execute(params![key.id, timezone.name()])?;
            derived::recount_hours(connection, key)?;
            Ok(key)
        }
    }
}

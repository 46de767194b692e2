//! Targets as rows: their number, their civil time. What never enters: whether they are sampled, what was seen.

use chrono_tz::Tz;
use guichet_model::TargetId;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{columns, error::Failure};

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

/// Corrects the civil time of a row. Its hours are then to be counted anew.
pub(crate) fn correct(connection: &Connection, key: TargetKey, timezone: Tz) -> Result<TargetKey, Failure> {
    connection
        .prepare_cached("UPDATE target SET timezone = ?2 WHERE id = ?1")?
        .execute(params![key.id, timezone.name()])?;
    Ok(TargetKey { timezone, ..key })
}

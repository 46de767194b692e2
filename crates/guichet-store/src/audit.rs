//! What audits of the figures found, kept for ever. What never enters: what an audit looks at, and how.

use std::ops::RangeInclusive;

use guichet_model::Instant;
use rusqlite::{Connection, params};

use crate::{
    columns::{instant, millis},
    error::Failure,
};

/// What an audit of the figures found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When it was made.
    pub made_at: Instant,
    /// Observations before this instant were looked at.
    pub as_of: Instant,
    /// What was found: a JSON object.
    pub result: String,
}

pub(crate) fn append(connection: &Connection, audit: &AuditRecord) -> Result<(), Failure> {
    connection
        .prepare_cached("INSERT INTO audit (made_at, as_of, result) VALUES (?1, ?2, ?3)")?
        .execute(params![millis(audit.made_at), millis(audit.as_of), audit.result])?;
    Ok(())
}

/// Instants from 1970 up to the year 9999, as those of the log.
const INSTANTS: RangeInclusive<i64> = 0..=253_402_214_400_000;

/// The newest first, at most `limit`; of two made at one instant the one that was kept later. A row whose instants are
/// none is passed over: one of them must not take all others with it.
pub(crate) fn newest(connection: &Connection, limit: u32) -> Result<Vec<AuditRecord>, Failure> {
    let mut statement = connection
        .prepare_cached(
            "SELECT made_at, as_of, result FROM audit
             WHERE made_at BETWEEN ?2 AND ?3 AND as_of BETWEEN ?2 AND ?3 ORDER BY made_at DESC, id DESC LIMIT ?1",
        )?;
    let mut rows = statement.query(params![limit, INSTANTS.start(), INSTANTS.end()])?;
    let mut audits = Vec::new();
    while let Some(row) = rows.next()? {
        audits.push(AuditRecord {
            made_at: instant(row.get(0)?)?,
            as_of: instant(row.get(1)?)?,
            result: row.get(2)?,
        });
    }
    Ok(audits)
}

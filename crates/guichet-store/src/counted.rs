//! What counts of a row of the log, for figures. What never enters: the derived tables.

use guichet_model::{Instant, Look, Outcome, Purpose};
use rusqlite::{Connection, Row};

use crate::{
    columns::{OutcomeColumns, instant, kind, parse},
    error::Failure,
    look_codec::DAY_MS,
};

/// What a row of the log counts for, in the order in which [`Counted::read`] takes it. The fifth step of the schema reads
/// these too, from a file that no later step has touched.
pub(crate) const COLUMNS: &str =
    "observed_at, source, outcome, purpose, intensity_per_h, slots, slots_exact, earliest_at, horizon_on";

/// What counts of a row of the log.
pub(crate) struct Counted<'a> {
    pub(crate) at: Instant,
    pub(crate) source: &'a str,
    pub(crate) purpose: Purpose,
    pub(crate) outcome: Outcome,
    pub(crate) intensity_per_h: Option<f64>,
}

impl<'a> Counted<'a> {
    /// Reads [`COLUMNS`].
    pub(crate) fn read(row: &'a Row<'_>) -> Result<Self, Failure> {
        let text = |column| -> Result<&str, Failure> {
            Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
        };
        Ok(Self {
            at: instant(row.get(0)?)?,
            source: text(1)?,
            outcome: outcome(text(2)?, row)?,
            purpose: parse(text(3)?)?,
            intensity_per_h: row.get(4)?,
        })
    }
}

fn outcome(word: &str, row: &Row<'_>) -> Result<Outcome, Failure> {
    if word != "open" {
        return kind(word);
    }
    let columns = OutcomeColumns {
        cause: None,
        slots: row.get(5)?,
        slots_exact: row.get(6)?,
        earliest_at: row.get(7)?,
        horizon_on: row.get(8)?,
    };
    columns.read(word)
}

/// The looks of one target on one day, in no order, as the log has them.
pub(crate) fn looks_of_day(connection: &Connection, target: i64, day: i64) -> Result<Vec<Look>, Failure> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM observation WHERE target_id = ?1 AND observed_at >= ?2 AND observed_at < ?3"
    ))?;
    let midnight = day.saturating_mul(DAY_MS);
    let mut rows = statement.query([target, midnight, midnight.saturating_add(DAY_MS)])?;
    let mut looks = Vec::new();
    while let Some(row) = rows.next()? {
        let Counted { at, purpose, outcome, .. } = Counted::read(row)?;
        looks.extend(Look::made(at, purpose, &outcome));
    }
    Ok(looks)
}

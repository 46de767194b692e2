//! Pages that their reader no longer knows, as long as it lasts. What never enters: how a page is read, text of one.

use guichet_model::{Instant, Marker, Sha256Hex};
use rusqlite::{Connection, Row, params};
use serde_json::{Map, Value};

use crate::{
    columns::{instant, millis, number, sha256},
    error::Failure,
};

/// The most markers kept.
const MOST_MARKERS: usize = 60;
/// The longest name of a marker that is kept whole, in characters.
const LONGEST_MARKER: usize = 200;
/// What was found is cut to so many characters.
const LONGEST_FOUND: usize = 500;
/// A platform's name is cut to so many characters.
const LONGEST_PLATFORM: usize = 60;

/// Pages in a row that came whole and that their platform's reader did not recognise. What is kept of texts is cut:
/// 60 markers of 200 characters, `found` at 500.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// How many, at least 1.
    pub times: u32,
    /// When the first of them came.
    pub since: Instant,
    /// When the last of them came.
    pub last_at: Instant,
    /// When the one came that all below is about: the one that raised the alarm, or since then one a day. What is told of
    /// a page must be able to grow old enough to be published.
    pub told_at: Instant,
    /// The platform whose reader saw it.
    pub platform: String,
    /// Revision of that reader.
    pub revision: u16,
    /// What was looked for on it.
    pub markers: Vec<Marker>,
    /// What was there instead, in our words.
    pub found: String,
    /// Its hash.
    pub page_sha256: Option<Sha256Hex>,
}

impl Drift {
    /// From so many pages on somebody should look: fewer may be an accident of the site's.
    pub const ALARM: u32 = 3;

    /// Whether somebody should look.
    pub fn is_alarm(&self) -> bool {
        self.times >= Self::ALARM
    }
}

/// Saves the drift of a target, or that there is none.
pub(crate) fn save(connection: &Connection, target_id: i64, drift: Option<&Drift>) -> Result<(), Failure> {
    let Some(drift) = drift else {
        connection.prepare_cached("DELETE FROM drift WHERE target_id = ?1")?.execute([target_id])?;
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO drift (target_id, times, since, last_at, told_at, platform, revision, markers,
               found, page_sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            target_id,
            drift.times,
            millis(drift.since),
            millis(drift.last_at),
            millis(drift.told_at),
            cut(&drift.platform, LONGEST_PLATFORM),
            drift.revision,
            markers_json(&drift.markers),
            cut(&drift.found, LONGEST_FOUND),
            drift.page_sha256.map(|hash| hash.0),
        ])?;
    Ok(())
}

/// Reads the columns `times, since, last_at, told_at, platform, revision, markers, found, page_sha256` from column `at` on; a row
/// that is not there (an outer join) is none.
pub(crate) fn read(row: &Row<'_>, at: usize) -> Result<Option<Drift>, Failure> {
    let Some(times) = row.get::<_, Option<i64>>(at)? else {
        return Ok(None);
    };
    Ok(Some(Drift {
        times: number(times)?,
        since: instant(row.get(at + 1)?)?,
        last_at: instant(row.get(at + 2)?)?,
        told_at: instant(row.get(at + 3)?)?,
        platform: row.get(at + 4)?,
        revision: number(row.get(at + 5)?)?,
        markers: markers(&row.get::<_, String>(at + 6)?)?,
        found: row.get(at + 7)?,
        page_sha256: row.get::<_, Option<Vec<u8>>>(at + 8)?.as_deref().map(sha256).transpose()?,
    }))
}

fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

fn markers_json(markers: &[Marker]) -> String {
    let object = |marker: &Marker| {
        Value::Object(Map::from_iter([
            ("found".to_owned(), Value::from(marker.found)),
            ("what".to_owned(), Value::from(cut(&marker.what, LONGEST_MARKER))),
        ]))
    };
    Value::Array(markers.iter().take(MOST_MARKERS).map(object).collect()).to_string()
}

/// Reads what [`markers_json`] wrote.
fn markers(json: &str) -> Result<Vec<Marker>, Failure> {
    let list: Vec<Map<String, Value>> =
        serde_json::from_str(json).map_err(|error| Failure::Corrupt(format!("markers: {error}")))?;
    let marker = |fields: &Map<String, Value>| {
        let what = fields.get("what").and_then(Value::as_str)?.to_owned();
        Some(Marker { what, found: fields.get("found").and_then(Value::as_bool)? })
    };
    list.iter()
        .map(|fields| marker(fields).ok_or_else(|| Failure::Corrupt("a marker without its parts".to_owned())))
        .collect()
}

//! Derived tables: tallies by civil hour and summaries by target. They follow the log in the same transaction and can
//! be recomputed from it. What never enters: anything the log does not determine, any sum that is not an integer.

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;
use guichet_model::{Counts, Instant, Purpose, civil::LocalHour, tally::weight_ms};
use rusqlite::{Connection, Row, params};

use crate::{
    columns::{instant, integer, kind, millis, parse},
    error::Failure,
    target::TargetKey,
};

/// So many hours are held in memory before they are added to a table: about 50 MB.
const HOURS_IN_MEMORY: usize = 300_000;

/// Progress is told every so many observations.
const PROGRESS_STEP: u64 = 20_000;

/// Where figures are added.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// The tables that everyone reads.
    Standing,
    /// Temporary tables of a recomputation.
    Fresh,
}

impl Place {
    fn hours(self) -> &'static str {
        match self {
            Self::Standing => "main.hour_tally",
            Self::Fresh => "temp.fresh_hour_tally",
        }
    }

    fn summaries(self) -> &'static str {
        match self {
            Self::Standing => "main.target_summary",
            Self::Fresh => "temp.fresh_target_summary",
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Summary {
    observations: u64,
    first_at: Instant,
    last_at: Instant,
    last_open_at: Option<Instant>,
}

/// Figures waiting to be added to the tables.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    hours: BTreeMap<(i64, LocalHour), Counts>,
    summaries: BTreeMap<i64, BTreeMap<String, Summary>>,
}

impl Figures {
    /// Adds what an observation counts for; nothing where it does not count.
    pub(crate) fn add(&mut self, target: TargetKey, at: Instant, source: &str, counts: &Counts) {
        if counts.is_empty() {
            return;
        }
        let hour = LocalHour::of(at, target.timezone);
        self.hours.entry((target.id, hour)).or_default().add(counts);

        let open_at = (counts.open > 0).then_some(at);
        let sources = self.summaries.entry(target.id).or_default();
        if let Some(summary) = sources.get_mut(source) {
            summary.observations += counts.all();
            summary.first_at = summary.first_at.min(at);
            summary.last_at = summary.last_at.max(at);
            summary.last_open_at = summary.last_open_at.max(open_at);
        } else {
            let summary =
                Summary { observations: counts.all(), first_at: at, last_at: at, last_open_at: open_at };
            sources.insert(source.to_owned(), summary);
        }
    }

    /// Adds the figures to the tables and starts again at nothing.
    pub(crate) fn flush(&mut self, connection: &Connection, place: Place) -> Result<(), Failure> {
        self.flush_hours(connection, place)?;
        let mut statement = connection.prepare_cached(&format!(
            "INSERT INTO {} (target_id, source, observations, first_at, last_at, last_open_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (target_id, source) DO UPDATE SET
               observations = observations + excluded.observations,
               first_at = min(first_at, excluded.first_at),
               last_at = max(last_at, excluded.last_at),
               last_open_at = max(ifnull(last_open_at, excluded.last_open_at), ifnull(excluded.last_open_at, last_open_at))",
            place.summaries()
        ))?;
        for (target, sources) in std::mem::take(&mut self.summaries) {
            for (source, summary) in sources {
                statement.execute(params![
                    target,
                    source,
                    integer(summary.observations),
                    millis(summary.first_at),
                    millis(summary.last_at),
                    summary.last_open_at.map(millis),
                ])?;
            }
        }
        Ok(())
    }

    fn flush_hours(&mut self, connection: &Connection, place: Place) -> Result<(), Failure> {
        let mut statement = connection.prepare_cached(&format!(
            "INSERT INTO {} (target_id, local_date, hour, open, full, shut, unknown, open_ms, full_ms, shut_ms, unknown_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (target_id, local_date, hour) DO UPDATE SET
               open = open + excluded.open, full = full + excluded.full,
               shut = shut + excluded.shut, unknown = unknown + excluded.unknown,
               open_ms = open_ms + excluded.open_ms, full_ms = full_ms + excluded.full_ms,
               shut_ms = shut_ms + excluded.shut_ms, unknown_ms = unknown_ms + excluded.unknown_ms",
            place.hours()
        ))?;
        for ((target, at), counts) in std::mem::take(&mut self.hours) {
            statement.execute(params![
                target,
                at.date.to_string(),
                at.hour,
                integer(counts.open),
                integer(counts.full),
                integer(counts.shut),
                integer(counts.unknown),
                integer(counts.open_ms),
                integer(counts.full_ms),
                integer(counts.shut_ms),
                integer(counts.unknown_ms),
            ])?;
        }
        Ok(())
    }
}

/// What a row of the log counts for: [`Counts::of`], from the columns that matter to it.
fn counts_of(outcome: &str, purpose: &str, intensity_per_h: Option<f64>) -> Result<Counts, Failure> {
    Ok(match parse(purpose)? {
        Purpose::Base => Counts::one(&kind(outcome)?, weight_ms(intensity_per_h)),
        Purpose::Burst | Purpose::Probation => Counts::default(),
    })
}

/// Adds a row of `observed_at, source, outcome, purpose, intensity_per_h`.
fn add_row(figures: &mut Figures, target: TargetKey, row: &Row<'_>) -> Result<(), Failure> {
    let text = |column| -> Result<&str, Failure> {
        Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
    };
    let counts = counts_of(text(2)?, text(3)?, row.get(4)?)?;
    figures.add(target, instant(row.get(0)?)?, text(1)?, &counts);
    Ok(())
}

/// Counts the hours of one target anew, after its civil time was corrected.
pub(crate) fn recount_hours(connection: &Connection, target: TargetKey) -> Result<(), Failure> {
    connection.execute("DELETE FROM hour_tally WHERE target_id = ?1", [target.id])?;
    let mut statement = connection.prepare(
        "SELECT observed_at, source, outcome, purpose, intensity_per_h FROM observation WHERE target_id = ?1",
    )?;
    let mut rows = statement.query([target.id])?;
    let mut figures = Figures::default();
    while let Some(row) = rows.next()? {
        add_row(&mut figures, target, row)?;
    }
    figures.flush_hours(connection, Place::Standing)
}

/// Recomputes the derived tables beside the standing ones, within the caller's transaction. Returns how many
/// observations were read.
pub(crate) fn recompute(connection: &Connection, progress: &mut dyn FnMut(u64, u64)) -> Result<u64, Failure> {
    connection.execute_batch(
        "CREATE TEMP TABLE fresh_hour_tally AS SELECT * FROM main.hour_tally LIMIT 0;
         CREATE UNIQUE INDEX temp.fresh_hour ON fresh_hour_tally (target_id, local_date, hour);
         CREATE TEMP TABLE fresh_target_summary AS SELECT * FROM main.target_summary LIMIT 0;
         CREATE UNIQUE INDEX temp.fresh_summary ON fresh_target_summary (target_id, source);",
    )?;
    let zones = zones(connection)?;
    let total =
        crate::columns::number(
            connection.query_row("SELECT count(*) FROM observation", [], |row| row.get(0))?,
        )?;
    // In the order of the file: one pass over the log, however long, with bounded memory.
    let mut statement = connection.prepare(
        "SELECT observed_at, source, outcome, purpose, intensity_per_h, target_id FROM observation ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let mut figures = Figures::default();
    let mut done = 0_u64;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(5)?;
        let timezone = *zones.get(&id).ok_or_else(|| {
            Failure::Corrupt(format!("an observation of target {id}, which does not exist"))
        })?;
        add_row(&mut figures, TargetKey { id, timezone }, row)?;
        if figures.hours.len() >= HOURS_IN_MEMORY {
            figures.flush(connection, Place::Fresh)?;
        }
        done += 1;
        if done.is_multiple_of(PROGRESS_STEP) {
            progress(done, total);
        }
    }
    figures.flush(connection, Place::Fresh)?;
    progress(done, total);
    Ok(done)
}

fn zones(connection: &Connection) -> Result<HashMap<i64, Tz>, Failure> {
    let mut statement = connection.prepare("SELECT id, timezone FROM target")?;
    let mut rows = statement.query([])?;
    let mut zones = HashMap::new();
    while let Some(row) = rows.next()? {
        zones.insert(row.get(0)?, parse(&row.get::<_, String>(1)?)?);
    }
    Ok(zones)
}

/// How many rows of the standing tables are missing, too many or different from the recomputed ones.
pub(crate) fn differing(connection: &Connection) -> Result<u64, Failure> {
    let differing = |(standing, fresh, key): (&str, &str, &str)| -> rusqlite::Result<i64> {
        // `EXCEPT` finds fresh rows that do not stand as they are; the second part, rows that should not stand at all.
        connection.query_row(
            &format!(
                "SELECT (SELECT count(*) FROM (SELECT * FROM {fresh} EXCEPT SELECT * FROM {standing}))
                      + (SELECT count(*) FROM (SELECT {key} FROM {standing} EXCEPT SELECT {key} FROM {fresh}))"
            ),
            [],
            |row| row.get(0),
        )
    };
    let hours = (Place::Standing.hours(), Place::Fresh.hours(), "target_id, local_date, hour");
    let summaries = (Place::Standing.summaries(), Place::Fresh.summaries(), "target_id, source");
    crate::columns::number(differing(hours)? + differing(summaries)?)
}

/// Puts the recomputed rows in the place of the standing ones. Returns the number of tallies.
pub(crate) fn replace(connection: &Connection) -> Result<u64, Failure> {
    connection.execute_batch(
        "DELETE FROM main.hour_tally;
         DELETE FROM main.target_summary;
         INSERT INTO main.target_summary SELECT * FROM temp.fresh_target_summary ORDER BY target_id, source;",
    )?;
    let tallies = connection.execute(
        "INSERT INTO main.hour_tally SELECT * FROM temp.fresh_hour_tally ORDER BY target_id, local_date, hour",
        [],
    )?;
    connection.execute_batch(
        "DROP TABLE temp.fresh_hour_tally;
         DROP TABLE temp.fresh_target_summary;",
    )?;
    Ok(tallies as u64)
}

//! Figures on their way into the derived tables: what many observations add to the rows of a target, an hour and a day,
//! gathered first and written once. What never enters: reading the log.

use std::{collections::BTreeMap, mem};

use guichet_model::{
    Counts, Instant, Look, Observation, Outcome, Purpose, civil::LocalHour, tally::weight_ms,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    columns::{as_kept, integer, millis, outcome_as_kept},
    counted::looks_of_day,
    error::Failure,
    look_codec::{self, NoLooks},
    target::TargetKey,
};

/// Where figures are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The tables that everyone reads.
    Standing,
    /// Temporary tables of a recomputation.
    Fresh,
}

impl Place {
    /// The table of this name there.
    pub(crate) fn table(self, name: &str) -> String {
        match self {
            Self::Standing => format!("main.{name}"),
            Self::Fresh => format!("temp.fresh_{name}"),
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

#[derive(Debug, Default)]
struct OfTarget {
    hours: BTreeMap<LocalHour, Counts>,
    /// By day, as [`look_codec::day_of`] counts them.
    days: BTreeMap<i64, Vec<Look>>,
    sources: BTreeMap<String, Summary>,
}

/// Figures waiting to be added to the tables.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// By the target's number.
    targets: BTreeMap<i64, OfTarget>,
    /// How many observations they are of.
    pub(crate) gathered: usize,
}

impl Figures {
    /// Adds what an observation counts for.
    pub(crate) fn add(&mut self, target: TargetKey, observation: &Observation) {
        self.add_parts(
            target,
            as_kept(observation.observed_at),
            observation.source.as_str(),
            observation.purpose,
            &outcome_as_kept(&observation.outcome),
            observation.intensity_per_h,
        );
    }

    /// Adds what an observation counts for, as the log keeps it; nothing where it does not count.
    pub(crate) fn add_parts(
        &mut self,
        target: TargetKey,
        at: Instant,
        source: &str,
        purpose: Purpose,
        outcome: &Outcome,
        intensity_per_h: Option<f64>,
    ) {
        let Some(look) = Look::made(at, purpose, outcome) else {
            return;
        };
        self.gathered += 1;
        let figures = self.targets.entry(target.id).or_default();
        figures.days.entry(look_codec::day_of(at)).or_default().push(look);
        if !look.is_base {
            return;
        }
        let counts = Counts::one(outcome, weight_ms(intensity_per_h));
        figures.hours.entry(LocalHour::of(at, target.timezone)).or_default().add(&counts);

        let open_at = (counts.open > 0).then_some(at);
        if let Some(summary) = figures.sources.get_mut(source) {
            summary.observations += 1;
            summary.first_at = summary.first_at.min(at);
            summary.last_at = summary.last_at.max(at);
            summary.last_open_at = summary.last_open_at.max(open_at);
        } else {
            let summary = Summary { observations: 1, first_at: at, last_at: at, last_open_at: open_at };
            figures.sources.insert(source.to_owned(), summary);
        }
    }

    /// Adds the figures to the tables and starts again at nothing.
    pub(crate) fn flush(&mut self, connection: &Connection, place: Place) -> Result<(), Failure> {
        self.gathered = 0;
        for (target, figures) in mem::take(&mut self.targets) {
            write_hours(connection, place, target, &figures.hours)?;
            write_days(connection, place, target, figures.days)?;
            write_summaries(connection, place, target, &figures.sources)?;
        }
        Ok(())
    }

    /// Adds the tallies alone, drops all else and starts again at nothing.
    pub(crate) fn flush_hours(&mut self, connection: &Connection, place: Place) -> Result<(), Failure> {
        self.gathered = 0;
        mem::take(&mut self.targets)
            .into_iter()
            .try_for_each(|(target, figures)| write_hours(connection, place, target, &figures.hours))
    }

    /// Adds the looks alone, drops all else and starts again at nothing.
    pub(crate) fn flush_days(&mut self, connection: &Connection, place: Place) -> Result<(), Failure> {
        self.gathered = 0;
        mem::take(&mut self.targets)
            .into_iter()
            .try_for_each(|(target, figures)| write_days(connection, place, target, figures.days))
    }
}

fn write_hours(
    connection: &Connection,
    place: Place,
    target: i64,
    hours: &BTreeMap<LocalHour, Counts>,
) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(&format!(
        "INSERT INTO {} (target_id, local_date, hour, open, full, shut, unknown, open_ms, full_ms, shut_ms, unknown_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (target_id, local_date, hour) DO UPDATE SET
           open = open + excluded.open, full = full + excluded.full,
           shut = shut + excluded.shut, unknown = unknown + excluded.unknown,
           open_ms = open_ms + excluded.open_ms, full_ms = full_ms + excluded.full_ms,
           shut_ms = shut_ms + excluded.shut_ms, unknown_ms = unknown_ms + excluded.unknown_ms",
        place.table("hour_tally")
    ))?;
    for (at, counts) in hours {
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

/// Puts each look at its place among those of its day. Costs what a day costs, however long the history is.
///
/// Where the standing looks of a day are damaged, that day is counted anew from the log, which has the new looks already:
/// a damaged row never costs an observation.
fn write_days(
    connection: &Connection,
    place: Place,
    target: i64,
    days: BTreeMap<i64, Vec<Look>>,
) -> Result<(), Failure> {
    let table = place.table("day_looks");
    let mut standing = connection
        .prepare_cached(&format!("SELECT looks FROM {table} WHERE target_id = ?1 AND utc_day = ?2"))?;
    let mut replace = connection.prepare_cached(&format!(
        "INSERT INTO {table} (target_id, utc_day, looks) VALUES (?1, ?2, ?3)
         ON CONFLICT (target_id, utc_day) DO UPDATE SET looks = excluded.looks"
    ))?;
    for (day, mut looks) in days {
        let bytes: Option<Vec<u8>> = standing.query_row(params![target, day], |row| row.get(0)).optional()?;
        if let Some(bytes) = bytes
            && let Err(why) = look_codec::decode(day, &bytes, &mut looks)
        {
            looks = match place {
                Place::Standing => looks_of_day(connection, target, day)?,
                // Of our own making a moment ago, and looks of later pieces are in the log already.
                Place::Fresh => return Err(unreadable(connection, target, day, why)),
            };
        }
        looks.sort_unstable();
        replace.execute(params![target, day, look_codec::encode(&looks)])?;
    }
    Ok(())
}

/// Says which looks cannot be read.
pub(crate) fn unreadable(connection: &Connection, target: i64, day: i64, why: NoLooks) -> Failure {
    let name = connection
        .query_row("SELECT name FROM main.target WHERE id = ?1", [target], |row| row.get::<_, String>(0))
        .unwrap_or_else(|_no_name| format!("target {target}"));
    let date = look_codec::date_of(day).map_or_else(|| format!("day {day}"), |date| date.to_string());
    Failure::DamagedRows { target: name, detail: format!("{date}: {why}") }
}

fn write_summaries(
    connection: &Connection,
    place: Place,
    target: i64,
    sources: &BTreeMap<String, Summary>,
) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(&format!(
        "INSERT INTO {} (target_id, source, observations, first_at, last_at, last_open_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (target_id, source) DO UPDATE SET
           observations = observations + excluded.observations,
           first_at = min(first_at, excluded.first_at),
           last_at = max(last_at, excluded.last_at),
           last_open_at = max(ifnull(last_open_at, excluded.last_open_at), ifnull(excluded.last_open_at, last_open_at))",
        place.table("target_summary")
    ))?;
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
    Ok(())
}

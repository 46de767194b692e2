//! The reading side: a connection that cannot write. What never enters: figures that are not in the tables.

use std::{collections::HashMap, ops::ControlFlow, path::Path};

use chrono::NaiveDate;
use chrono_tz::Tz;
use guichet_model::{Counts, HourTally, Instant, Look, Observation, Sha256Hex, TargetId, civil::LocalHour};
use rusqlite::{Connection, Row};

use crate::{
    AuditRecord, DesksAsked, RobotsRecord, StoreError, StoredPage, TargetState, audit,
    columns::{instant_if_any, number, parse},
    connection::Database,
    error::Failure,
    figures, look_codec, observation, page, replay, state, target,
};

/// A target and how much there is about it.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetRow {
    /// Its id.
    pub id: TargetId,
    /// Its civil time.
    pub timezone: Tz,
    /// Where its sampling stands; the default where it was never sampled.
    pub state: TargetState,
    /// Observations planned by the design (purpose `base`); so too for all that follows.
    pub observations: u64,
    /// The first of them.
    pub first_at: Option<Instant>,
    /// The last of them.
    pub last_at: Option<Instant>,
    /// The last of them that was open.
    pub last_open_at: Option<Instant>,
    /// Where they come from, in alphabetical order.
    pub sources: Vec<String>,
}

/// A read-only view of the file. Each question sees one state of it, untouched by what is written meanwhile.
#[derive(Debug)]
pub struct Reader {
    database: Database,
}

impl Reader {
    /// Opens a file that a [`Store`](crate::Store) made. Its folder must be writable, or a writer must have it open:
    /// `SQLite` keeps its locks beside the file.
    ///
    /// # Errors
    /// When the file is missing, something else, or of another version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { database: Database::open_read_only(path)? })
    }

    /// A number that changes whenever anyone has committed anything. Only comparable with what this same reader said
    /// before: two readers give different numbers for the same file, and so does one that was opened anew.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn change_counter(&self) -> Result<i64, StoreError> {
        self.database
            .connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(|error| Failure::from(error).at(&self.database.path, "reading the change counter"))
    }

    /// Every target in the file, by id, those without observations too. Cheap however long the log is.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn targets(&self) -> Result<Vec<TargetRow>, StoreError> {
        self.database.read("reading the targets", target_rows)
    }

    /// The tallies of a target in order of time; empty where nothing was counted.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn hour_tallies(&self, target: &TargetId) -> Result<Vec<HourTally>, StoreError> {
        let context = format!("reading the tallies of {target}");
        self.database.read(&context, |connection| {
            let Some(key) = target::find(connection, target)? else {
                return Ok(Vec::new());
            };
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {TALLY_COLUMNS} FROM hour_tally WHERE target_id = ?1 ORDER BY local_date, hour"
            ))?;
            let mut rows = statement.query([key.id])?;
            let mut dates = DateReader::default();
            let mut tallies = Vec::new();
            while let Some(row) = rows.next()? {
                tallies.push(dates.tally(row)?);
            }
            Ok(tallies)
        })
    }

    /// Shows `visit` each target that has tallies, with all of them in order of time: one pass over the table, one
    /// target in memory at a time.
    ///
    /// # Errors
    /// When the file cannot be read; some targets may have been shown by then.
    pub fn all_hour_tallies(&self, visit: &mut dyn FnMut(&TargetId, &[HourTally])) -> Result<(), StoreError> {
        self.database.read("reading the tallies", |connection| visit_tallies(connection, visit))
    }

    /// The looks of a target in ascending order of [`Look`], whatever their source; empty where there are none.
    ///
    /// # Errors
    /// When the file cannot be read; [`StoreError::DamagedRows`] names the day whose looks are damaged.
    pub fn looks(&self, target: &TargetId) -> Result<Vec<Look>, StoreError> {
        let context = format!("reading the looks of {target}");
        self.database.read(&context, |connection| {
            let Some(key) = target::find(connection, target)? else {
                return Ok(Vec::new());
            };
            let mut statement = connection.prepare_cached(
                "SELECT utc_day, looks FROM day_looks WHERE target_id = ?1 ORDER BY utc_day",
            )?;
            let mut rows = statement.query([key.id])?;
            let mut looks = Vec::new();
            while let Some(row) = rows.next()? {
                read_day(connection, row, key.id, &mut looks)?;
            }
            Ok(looks)
        })
    }

    /// Shows `visit` each target that has looks, with all of them in ascending order: one pass over the table, one target
    /// in memory at a time.
    ///
    /// # Errors
    /// When the file cannot be read; some targets may have been shown by then. [`StoreError::DamagedRows`] names the
    /// target and the day whose looks are damaged.
    pub fn all_looks(&self, visit: &mut dyn FnMut(&TargetId, &[Look])) -> Result<(), StoreError> {
        self.database.read("reading the looks", |connection| visit_looks(connection, visit))
    }

    /// What the newest audits found, at most `limit`, the newest first. Those that tell no instant between 1970 and 9999
    /// are passed over.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn audits(&self, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        self.database.read("reading the audits", |connection| audit::newest(connection, limit))
    }

    /// The observations of a target with `from <= observed_at < to`, whole, in order of time, then source; all of
    /// them where no bound is given.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn observations(
        &self,
        target: &TargetId,
        from: Option<Instant>,
        to: Option<Instant>,
    ) -> Result<Vec<Observation>, StoreError> {
        let context = format!("reading the observations of {target}");
        self.database.read(&context, |connection| match target::find(connection, target)? {
            Some(key) => observation::of_target(connection, target, key.id, from, to),
            None => Ok(Vec::new()),
        })
    }

    /// How many of its page's desks a target's newest probe asked, in the week before `before`; `None` where its page
    /// has no desks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn desks_asked(&self, target: &TargetId, before: Instant) -> Result<Option<DesksAsked>, StoreError> {
        let context = format!("reading the desks of {target}");
        self.database.read(&context, |connection| match target::find(connection, target)? {
            Some(key) => observation::desks_asked(connection, key.id, before),
            None => Ok(None),
        })
    }

    /// The body of a page, up to its first 2 MiB; `None` where it was never kept or has been pruned. Scraped text:
    /// escape it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn page(&self, sha256: &Sha256Hex) -> Result<Option<String>, StoreError> {
        self.database.read("reading a page", |connection| page::body(connection, sha256))
    }

    /// Shows `visit` the pages that are still kept and decided a probe of ours since `from`: one for each target and
    /// body, with its newest observation, in order of those, until there are no more or it breaks. One body in memory
    /// at a time. What is written meanwhile is not shown; what is pruned meanwhile is left out.
    ///
    /// # Errors
    /// When the file cannot be read; some pages may have been shown by then.
    pub fn stored_pages(
        &self,
        from: Option<Instant>,
        visit: &mut dyn FnMut(StoredPage) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let kept =
            self.database.read("looking for kept pages", |connection| replay::kept(connection, from))?;
        for kept in kept {
            // A transaction for each: one that lasted for hours would let the writer's journal grow.
            let page =
                self.database.read("reading a kept page", |connection| replay::page(connection, &kept))?;
            if page.is_some_and(|page| visit(page).is_break()) {
                break;
            }
        }
        Ok(())
    }

    /// The newest verdict of robots.txt for each origin, by origin.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn robots(&self) -> Result<Vec<RobotsRecord>, StoreError> {
        self.database.read("reading the verdicts of robots.txt", state::newest_robots)
    }

    #[cfg(test)]
    pub(crate) fn connection(&self) -> &Connection {
        &self.database.connection
    }
}

fn target_rows(connection: &Connection) -> Result<Vec<TargetRow>, Failure> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT t.name, t.timezone, m.source, m.observations, m.first_at, m.last_at, m.last_open_at, {}
         FROM target AS t
         LEFT JOIN target_state AS s ON s.target_id = t.id
         LEFT JOIN drift AS d ON d.target_id = t.id
         LEFT JOIN target_summary AS m ON m.target_id = t.id
         ORDER BY t.name, m.source",
        state::TARGET_COLUMNS
    ))?;
    let mut rows = statement.query([])?;
    let mut targets: Vec<TargetRow> = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if targets.last().is_none_or(|last| last.id.as_str() != name) {
            targets.push(TargetRow {
                id: parse(&name)?,
                timezone: parse(&row.get::<_, String>(1)?)?,
                state: state::read_target(row, 7)?,
                observations: 0,
                first_at: None,
                last_at: None,
                last_open_at: None,
                sources: Vec::new(),
            });
        }
        if let (Some(target), Some(source)) = (targets.last_mut(), row.get(2)?) {
            add_source(target, source, row)?;
        }
    }
    Ok(targets)
}

fn add_source(target: &mut TargetRow, source: String, row: &Row<'_>) -> Result<(), Failure> {
    let first_at = instant_if_any(row.get(4)?)?;
    target.sources.push(source);
    target.observations += number::<u64>(row.get(3)?)?;
    target.first_at = target.first_at.into_iter().chain(first_at).min();
    target.last_at = target.last_at.max(instant_if_any(row.get(5)?)?);
    target.last_open_at = target.last_open_at.max(instant_if_any(row.get(6)?)?);
    Ok(())
}

const TALLY_COLUMNS: &str =
    "local_date, hour, open, full, shut, unknown, open_ms, full_ms, shut_ms, unknown_ms";

/// Reads tallies; remembers the last date, since twenty-four rows in a row have the same.
#[derive(Debug, Default)]
struct DateReader {
    text: String,
    date: NaiveDate,
}

impl DateReader {
    /// Reads [`TALLY_COLUMNS`].
    fn tally(&mut self, row: &Row<'_>) -> Result<HourTally, Failure> {
        let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if text != self.text {
            self.date = parse(text)?;
            text.clone_into(&mut self.text);
        }
        let count = |column: usize| -> Result<u64, Failure> { number(row.get(column)?) };
        Ok(HourTally {
            at: LocalHour { date: self.date, hour: number(row.get(1)?)? },
            counts: Counts {
                open: count(2)?,
                full: count(3)?,
                shut: count(4)?,
                unknown: count(5)?,
                open_ms: count(6)?,
                full_ms: count(7)?,
                shut_ms: count(8)?,
                unknown_ms: count(9)?,
            },
        })
    }
}

fn visit_tallies(
    connection: &Connection,
    visit: &mut dyn FnMut(&TargetId, &[HourTally]),
) -> Result<(), Failure> {
    let mut dates = DateReader::default();
    let query =
        format!("SELECT {TALLY_COLUMNS}, target_id FROM hour_tally ORDER BY target_id, local_date, hour");
    let read = |row: &Row<'_>, tallies: &mut Vec<HourTally>| {
        tallies.push(dates.tally(row)?);
        Ok(())
    };
    visit_by_target(connection, &query, read, visit)
}

fn visit_looks(connection: &Connection, visit: &mut dyn FnMut(&TargetId, &[Look])) -> Result<(), Failure> {
    let query = "SELECT utc_day, looks, target_id FROM day_looks ORDER BY target_id, utc_day";
    let read = |row: &Row<'_>, looks: &mut Vec<Look>| read_day(connection, row, row.get(2)?, looks);
    visit_by_target(connection, query, read, visit)
}

/// Reads the columns `utc_day, looks` of a row of target `id`.
fn read_day(connection: &Connection, row: &Row<'_>, id: i64, looks: &mut Vec<Look>) -> Result<(), Failure> {
    let day = row.get(0)?;
    let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
    look_codec::decode(day, bytes, looks).map_err(|why| figures::unreadable(connection, id, day, why))
}

/// Shows `visit` what `read` makes of the rows of `query`, target by target. The last column is the target's number, by
/// which the rows come in order.
fn visit_by_target<T>(
    connection: &Connection,
    query: &str,
    mut read: impl FnMut(&Row<'_>, &mut Vec<T>) -> Result<(), Failure>,
    visit: &mut dyn FnMut(&TargetId, &[T]),
) -> Result<(), Failure> {
    let names = names(connection)?;
    let mut statement = connection.prepare_cached(query)?;
    let number = statement.column_count() - 1;
    let mut rows = statement.query([])?;
    let mut items: Vec<T> = Vec::new();
    let mut current = None;
    let mut show = |id: Option<i64>, items: &mut Vec<T>| -> Result<(), Failure> {
        if let Some(id) = id {
            let name = names
                .get(&id)
                .ok_or_else(|| Failure::Corrupt(format!("figures of target {id}, which does not exist")))?;
            visit(name, items);
            items.clear();
        }
        Ok(())
    };
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(number)?;
        if current != Some(id) {
            show(current, &mut items)?;
            current = Some(id);
        }
        read(row, &mut items)?;
    }
    show(current, &mut items)
}

fn names(connection: &Connection) -> Result<HashMap<i64, TargetId>, Failure> {
    let mut statement = connection.prepare_cached("SELECT id, name FROM target")?;
    let mut rows = statement.query([])?;
    let mut names = HashMap::new();
    while let Some(row) = rows.next()? {
        names.insert(row.get(0)?, parse(&row.get::<_, String>(1)?)?);
    }
    Ok(names)
}

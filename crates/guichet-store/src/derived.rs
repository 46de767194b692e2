//! Derived tables: tallies by civil hour, looks by day, summaries by target. They follow the log in the same transaction
//! and can be recomputed from it, byte for byte. What never enters: anything the log does not determine, any sum that
//! is not an integer.

use std::{cmp::Ordering, collections::HashMap};

use rusqlite::{Connection, Row, Transaction, types::ValueRef};
use rusqlite_migration::HookError;

use crate::{
    columns::{number, parse},
    counted::{COLUMNS, Counted},
    error::Failure,
    figures::{Figures, Place},
    target::TargetKey,
};

/// So many observations are gathered before they are added to a table: about 50 MB, 150 MB where each is alone in its
/// hour and day. Few in tests, so that hours and days are split between pieces.
const GATHERED_AT_MOST: usize = if cfg!(test) { 3 } else { 500_000 };

/// Progress is told every so many observations.
const PROGRESS_STEP: u64 = 20_000;

/// A table that the log determines.
struct Table {
    name: &'static str,
    /// Columns of the primary key, which are integers or texts.
    key: &'static str,
    /// How many those are; they come first.
    key_length: usize,
    /// All others.
    rest: &'static str,
}

const HOUR_TALLY: Table = Table {
    name: "hour_tally",
    key: "target_id, local_date, hour",
    key_length: 3,
    rest: "open, full, shut, unknown, open_ms, full_ms, shut_ms, unknown_ms",
};
const TABLES: [Table; 3] = [
    HOUR_TALLY,
    Table { name: "day_looks", key: "target_id, utc_day", key_length: 2, rest: "looks" },
    Table {
        name: "target_summary",
        key: "target_id, source",
        key_length: 2,
        rest: "observations, first_at, last_at, last_open_at",
    },
];

fn add_row(figures: &mut Figures, target: TargetKey, row: &Row<'_>) -> Result<(), Failure> {
    let Counted { at, source, purpose, outcome, intensity_per_h } = Counted::read(row)?;
    figures.add_parts(target, at, source, purpose, &outcome, intensity_per_h);
    Ok(())
}

/// Counts the hours of one target anew, after its civil time was corrected. Its looks do not depend on it.
pub(crate) fn recount_hours(connection: &Connection, target: TargetKey) -> Result<(), Failure> {
    connection.execute("DELETE FROM hour_tally WHERE target_id = ?1", [target.id])?;
    let mut statement =
        connection.prepare(&format!("SELECT {COLUMNS} FROM observation WHERE target_id = ?1"))?;
    let mut rows = statement.query([target.id])?;
    let mut figures = Figures::default();
    while let Some(row) = rows.next()? {
        add_row(&mut figures, target, row)?;
        if figures.gathered >= GATHERED_AT_MOST {
            figures.flush_hours(connection, Place::Standing)?;
        }
    }
    figures.flush_hours(connection, Place::Standing)
}

/// Fills `day_looks` when its step of the schema is made, in the transaction of that step.
pub(crate) fn fill_day_looks(transaction: &Transaction<'_>) -> Result<(), HookError> {
    let filled = recount(transaction, &mut |_done, _total| (), &mut |figures| {
        figures.flush_days(transaction, Place::Standing)
    });
    match filled {
        Ok(_observations) => Ok(()),
        Err(Failure::Sql(error)) => Err(HookError::RusqliteError(error)),
        Err(Failure::Corrupt(detail)) => Err(HookError::Hook(detail)),
        Err(other) => Err(HookError::Hook(format!("{other:?}"))),
    }
}

/// Reads the whole log and gives what it counts for to `flush`, piece by piece. Returns how many observations were read.
///
/// In the order of the file: one pass, each page of it once, also where the file is greater than the memory. A log comes
/// in order of time or target by target, so that few hours and days are split between two pieces.
fn recount(
    connection: &Connection,
    progress: &mut dyn FnMut(u64, u64),
    flush: &mut dyn FnMut(&mut Figures) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let targets = targets(connection)?;
    let total = number(connection.query_row("SELECT count(*) FROM observation", [], |row| row.get(0))?)?;
    let mut statement =
        connection.prepare(&format!("SELECT {COLUMNS}, target_id FROM observation ORDER BY id"))?;
    let mut rows = statement.query([])?;
    let mut figures = Figures::default();
    let mut done = 0_u64;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(9)?;
        let target = *targets.get(&id).ok_or_else(|| {
            Failure::Corrupt(format!("an observation of target {id}, which does not exist"))
        })?;
        add_row(&mut figures, target, row)?;
        if figures.gathered >= GATHERED_AT_MOST {
            flush(&mut figures)?;
        }
        done += 1;
        if done.is_multiple_of(PROGRESS_STEP) {
            progress(done, total);
        }
    }
    flush(&mut figures)?;
    progress(done, total);
    Ok(done)
}

fn targets(connection: &Connection) -> Result<HashMap<i64, TargetKey>, Failure> {
    let mut statement = connection.prepare("SELECT id, timezone FROM target")?;
    let mut rows = statement.query([])?;
    let mut targets = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        targets.insert(id, TargetKey { id, timezone: parse(&row.get::<_, String>(1)?)? });
    }
    Ok(targets)
}

/// Recomputes the derived tables beside the standing ones, within the caller's transaction. Returns how many
/// observations were read.
pub(crate) fn recompute(connection: &Connection, progress: &mut dyn FnMut(u64, u64)) -> Result<u64, Failure> {
    for Table { name, key, rest, .. } in TABLES {
        connection.execute_batch(&format!(
            "CREATE TABLE {} ({key}, {rest}, PRIMARY KEY ({key})) WITHOUT ROWID",
            Place::Fresh.table(name)
        ))?;
    }
    recount(connection, progress, &mut |figures| figures.flush(connection, Place::Fresh))
}

/// How many rows of the standing tables are missing, too many or different from the recomputed ones, table by table.
pub(crate) fn differing(connection: &Connection) -> Result<[u64; 3], Failure> {
    let mut counts = [0; 3];
    for (count, table) in counts.iter_mut().zip(&TABLES) {
        *count = differing_rows(connection, table)?;
    }
    Ok(counts)
}

/// Goes through both in order of the key, side by side.
fn differing_rows(connection: &Connection, table: &Table) -> Result<u64, Failure> {
    let Table { name, key, rest, .. } = table;
    let all = |place: Place| {
        connection.prepare(&format!("SELECT {key}, {rest} FROM {} ORDER BY {key}", place.table(name)))
    };
    let (mut standing, mut fresh) = (all(Place::Standing)?, all(Place::Fresh)?);
    let columns = standing.column_count();
    let (mut standing, mut fresh) = (standing.query([])?, fresh.query([])?);
    let (mut left, mut right) = (standing.next()?, fresh.next()?);
    let mut differing = 0;
    loop {
        let order = match (left, right) {
            (None, None) => return Ok(differing),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => {
                let order = in_order(left, right, table.key_length)?;
                if order.is_eq() {
                    differing += u64::from(!are_equal(left, right, table.key_length..columns)?);
                }
                order
            }
        };
        differing += u64::from(order.is_ne());
        if order.is_le() {
            left = standing.next()?;
        }
        if order.is_ge() {
            right = fresh.next()?;
        }
    }
}

/// How `SQLite` orders two keys.
fn in_order(left: &Row<'_>, right: &Row<'_>, key_length: usize) -> Result<Ordering, Failure> {
    for column in 0..key_length {
        let order = match (left.get_ref(column)?, right.get_ref(column)?) {
            (ValueRef::Integer(left), ValueRef::Integer(right)) => left.cmp(&right),
            (ValueRef::Text(left), ValueRef::Text(right)) => left.cmp(right),
            (left, right) => {
                let kinds = format!("{} beside {}", left.data_type(), right.data_type());
                return Err(Failure::Corrupt(format!("a key that is {kinds}")));
            }
        };
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

fn are_equal(
    left: &Row<'_>,
    right: &Row<'_>,
    mut columns: impl Iterator<Item = usize>,
) -> Result<bool, Failure> {
    columns.try_fold(true, |equal, column| Ok(equal && left.get_ref(column)? == right.get_ref(column)?))
}

/// Puts the recomputed rows in the place of the standing ones where they differ, and drops them. Returns the number of
/// tallies.
pub(crate) fn replace(connection: &Connection, differing: &[u64; 3]) -> Result<u64, Failure> {
    for (Table { name, key, rest, .. }, differing) in TABLES.iter().zip(differing) {
        let (standing, fresh) = (Place::Standing.table(name), Place::Fresh.table(name));
        if *differing > 0 {
            connection.execute_batch(&format!(
                "DELETE FROM {standing};
                 INSERT INTO {standing} ({key}, {rest}) SELECT {key}, {rest} FROM {fresh} ORDER BY {key};"
            ))?;
        }
        connection.execute_batch(&format!("DROP TABLE {fresh}"))?;
    }
    let tallies = format!("SELECT count(*) FROM {}", Place::Standing.table(HOUR_TALLY.name));
    number(connection.query_row(&tallies, [], |row| row.get(0))?)
}

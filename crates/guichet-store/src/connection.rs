//! Opening the file: whose it is, which schema it has, how it is written. What never enters: what the tables mean.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::{StoreError, derived, error::Failure};

/// Every step of the schema, oldest first. A step that has shipped is never edited.
const STEPS: [&str; 5] = [
    include_str!("../migrations/01-observations.sql"),
    include_str!("../migrations/02-derived.sql"),
    include_str!("../migrations/03-operation.sql"),
    include_str!("../migrations/04-service-and-drift.sql"),
    include_str!("../migrations/05-looks-and-audits.sql"),
];
pub(crate) static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    let [observations, derived, operation, drift, looks] = STEPS;
    Migrations::new(vec![
        M::up(observations),
        M::up(derived),
        M::up(operation),
        M::up(drift),
        // SQL alone cannot write looks.
        M::up_with_hook(looks, derived::fill_day_looks),
    ])
});

/// Set by the first migration; marks the file as ours.
pub(crate) const APPLICATION_ID: i64 = 0x4743_4f55;

const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The version of the schema that this program writes.
pub(crate) fn latest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// A connection and the file it belongs to.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
}

impl Database {
    /// Opens for writing, creates where there is nothing, upgrades where the schema is older.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut database = Self::connect(path, flags)?;
        let found = database.schema()?;
        if found > latest() {
            return Err(database.newer(found));
        }
        database.run("preparing the file", |connection| {
            // SQLite opens a file that may not be written for reading, and would only tell at the first write.
            if connection.is_readonly("main")? {
                return Err(Failure::ReadOnly);
            }
            prepare(connection)
        })?;
        Ok(database)
    }

    /// A database that lives as long as the connection.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        let path = PathBuf::from(":memory:");
        let connection =
            Connection::open_in_memory().map_err(|error| Failure::from(error).at(&path, "opening"))?;
        let mut database = Self { connection, path };
        database.run("preparing the file", prepare)?;
        Ok(database)
    }

    /// Opens for reading only; the file must exist and have the current schema.
    pub(crate) fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut database = Self::connect(path, flags)?;
        let found = database.schema()?;
        if found > latest() {
            return Err(database.newer(found));
        }
        if found < latest() {
            return Err(StoreError::OlderSchema { path: database.path, found, known: latest() });
        }
        database.run("preparing to read", |connection| {
            connection.set_prepared_statement_cache_capacity(64);
            Ok(connection.pragma_update(None, "query_only", true)?)
        })?;
        Ok(database)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let fail = |error: rusqlite::Error| Failure::from(error).at(path, "opening");
        let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
        Ok(Self { connection, path: path.to_owned() })
    }

    /// The schema of the file, 0 where it is empty. Looks before anything is written: a foreign file stays as it is.
    fn schema(&self) -> Result<i64, StoreError> {
        let look = || -> rusqlite::Result<(i64, i64, i64)> {
            let pragma = |name| self.connection.pragma_query_value(None, name, |row| row.get(0));
            let tables =
                self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            Ok((pragma("application_id")?, pragma("user_version")?, tables))
        };
        match look().map_err(|error| Failure::from(error).at(&self.path, "looking at the schema"))? {
            (APPLICATION_ID, version, _) => Ok(version),
            (0, 0, 0) => Ok(0),
            _ => Err(StoreError::ForeignDatabase { path: self.path.clone() }),
        }
    }

    fn newer(self, found: i64) -> StoreError {
        StoreError::NewerSchema { path: self.path, found, known: latest() }
    }

    /// Runs `work` outside a transaction.
    pub(crate) fn run<T>(
        &mut self,
        context: &str,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        work(&mut self.connection).map_err(|failure| failure.at(&self.path, context))
    }

    /// Runs `work` in one transaction that may write: all of it is kept, or nothing.
    pub(crate) fn write<T>(
        &mut self,
        context: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let all = |connection: &mut Connection| -> Result<T, Failure> {
            // Taking the write lock first avoids giving up half-way because another process wrote in between.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        all(&mut self.connection).map_err(|failure| failure.at(&self.path, context))
    }

    /// Runs `work` over one unchanging state of the file, and undoes whatever it left in temporary tables.
    pub(crate) fn read<T>(
        &self,
        context: &str,
        work: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let all = || -> Result<T, Failure> {
            let snapshot = self.connection.unchecked_transaction()?;
            work(&snapshot)
        };
        all().map_err(|failure| failure.at(&self.path, context))
    }
}

fn prepare(connection: &mut Connection) -> Result<(), Failure> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Lets the triggers that keep the log whole see the row that a REPLACE would remove.
    connection.pragma_update(None, "recursive_triggers", true)?;
    // A rebuild writes a long journal once; it need not stay that long.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    MIGRATIONS.to_latest(connection)?;
    Ok(())
}

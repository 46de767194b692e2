//! What can go wrong with the file, each with what to do about it. What never enters: what a site did wrong; that is
//! an outcome, not an error.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use guichet_model::TargetId;
use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the store could not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is something else.
    #[error("{} is not a database; name another file, or move this one away", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is an `SQLite` database that another program wrote.
    #[error("{} is a database of another program; name another file", path.display())]
    ForeignDatabase {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of this program wrote the file.
    #[error(
        "{} was written by a newer version (its schema is {found}, this version knows {known}); run that version, or restore an older backup",
        path.display()
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Schema of the file.
        found: i64,
        /// Newest schema known here.
        known: i64,
    },
    /// An older version wrote the file, and a reader may not upgrade it.
    #[error(
        "{} has schema {found}, this version reads {known}; `guichet rebuild` upgrades it, and so does the sampler when it starts",
        path.display()
    )]
    OlderSchema {
        /// The file.
        path: PathBuf,
        /// Schema of the file; 0 where it is still empty.
        found: i64,
        /// The schema needed.
        known: i64,
    },
    /// Another process holds the file.
    #[error(
        "{} is being written by another process and stayed locked; wait until its import, rebuild or backup is over, or stop it",
        path.display()
    )]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file or its folder may not be written.
    #[error("{} cannot be written; give this user the right to write the file and its folder", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No room left.
    #[error("the disk of {} is full; make room: the last step was not kept, all before it is", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing to read yet.
    #[error("{} does not exist; run the sampler or import a log first, or name another file", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file can neither be opened nor created.
    #[error(
        "{} can neither be opened nor created; check that its folder exists and that this user may write in it",
        path.display()
    )]
    CannotOpen {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged, or holds what this program never writes.
    #[error("{} is damaged: {detail}; restore the newest backup", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// Derived rows are damaged. The log is not: nothing is lost, and no backup need be restored.
    #[error(
        "the derived rows of {target} in {} are damaged ({detail}); `guichet rebuild` derives them anew",
        path.display()
    )]
    DamagedRows {
        /// The file.
        path: PathBuf,
        /// Whose rows: the target's name, or its number where no target of that number exists.
        target: String,
        /// What was found.
        detail: String,
    },
    /// State was to be saved for a target that the store does not have.
    #[error("target {target} is not in {}; make it known to the store first", path.display())]
    UnknownTarget {
        /// The file.
        path: PathBuf,
        /// The target.
        target: TargetId,
    },
    /// Anything else that `SQLite` refused.
    #[error("{} failed on {}", context, path.display())]
    Sql {
        /// The file.
        path: PathBuf,
        /// What was being done.
        context: String,
        /// What `SQLite` said.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// An error inside this crate, before the file and the undertaking are named.
#[derive(Debug)]
pub(crate) enum Failure {
    Sql(rusqlite::Error),
    Migration(rusqlite_migration::Error),
    ReadOnly,
    Corrupt(String),
    DamagedRows { target: String, detail: String },
    UnknownTarget(TargetId),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<rusqlite_migration::Error> for Failure {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => Self::Sql(err),
            rusqlite_migration::Error::Hook(detail) => Self::Corrupt(detail),
            other => Self::Migration(other),
        }
    }
}

impl Failure {
    /// Names the file and what was being done.
    pub(crate) fn at(self, path: &Path, context: impl Into<String>) -> StoreError {
        let path = path.to_owned();
        let other = |path, source| StoreError::Sql { path, context: context.into(), source };
        match self {
            Self::ReadOnly => StoreError::ReadOnly { path },
            Self::Corrupt(detail) => StoreError::Corrupt { path, detail },
            Self::DamagedRows { target, detail } => StoreError::DamagedRows { path, target, detail },
            Self::UnknownTarget(target) => StoreError::UnknownTarget { path, target },
            Self::Migration(error) => other(path, error.into()),
            Self::Sql(error) => match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path },
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { path },
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly { path },
                Some(ErrorCode::DiskFull) => StoreError::DiskFull { path },
                Some(ErrorCode::CannotOpen) => StoreError::CannotOpen { path },
                Some(ErrorCode::DatabaseCorrupt) => StoreError::Corrupt { path, detail: error.to_string() },
                _ if is_about_a_value(&error) => StoreError::Corrupt { path, detail: error.to_string() },
                _ => other(path, error.into()),
            },
        }
    }
}

/// Whether a value that was read is not of the kind that this program writes.
fn is_about_a_value(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

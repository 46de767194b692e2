//! A database that an older version wrote: a reader says what upgrades it, and that does.

use std::path::Path;

use rusqlite::Connection;

use crate::harness::{copy_lists, run, text};

/// The steps of the schema before services and drifts were kept.
const BEFORE: [&str; 3] = [
    include_str!("../../crates/guichet-store/migrations/01-observations.sql"),
    include_str!("../../crates/guichet-store/migrations/02-derived.sql"),
    include_str!("../../crates/guichet-store/migrations/03-operation.sql"),
];

/// A database of that time with one observation, not yet tallied.
fn old_database(path: &Path) {
    let old = Connection::open(path).unwrap();
    for step in BEFORE {
        old.execute_batch(step).unwrap();
    }
    old.pragma_update(None, "user_version", 3).unwrap();
    old.execute_batch(
        "INSERT INTO target VALUES (7, '92-nanterre/asile', '92', 'Europe/Paris');
         INSERT INTO observation (target_id, observed_at, source, outcome, purpose)
         VALUES (7, 1767603600000, 'rouen-2022', 'full', 'base');",
    )
    .unwrap();
}

#[test]
fn the_advice_to_rebuild_an_older_database_works() {
    let folder = tempfile::tempdir().unwrap();
    copy_lists(&folder.path().join("data"));
    old_database(&folder.path().join("guichet.db"));
    let ended = |command: &str| {
        let output = run(&[command], folder.path());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, _, err) = ended("replay");
    assert!(code == Some(2) && err.contains("has schema 3") && err.contains("`guichet rebuild`"), "{err}");
    let (code, out, err) = ended("rebuild");
    // What was not tallied is a finding; the second time there is none.
    assert!(code == Some(1) && out.contains("guichet.db: 1 observations, 1 hourly tallies"), "{out}{err}");
    let (code, out, err) = ended("rebuild");
    assert!(code == Some(0) && out.contains(", 0 rows differed"), "{out}{err}");
    assert_eq!(ended("replay").0, Some(0));
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_rebuilding() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["rebuild"], folder.path());
    let err = text(&output.stderr);
    assert!(output.status.code() == Some(2) && err.contains("guichet.db does not exist"), "{err}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

//! Opening files that are ours, and files that are not.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use guichet_model::{Look, Outcome};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{record, rows, seen};
use crate::{Reader, Store, StoreError, error::Failure};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    (folder, path)
}

fn at_nine() -> guichet_model::Observation {
    seen("92-nanterre/asile", "2026-01-05T09:00:00Z", Outcome::Full)
}

#[test]
fn a_file_is_created_and_opened_again_with_all_that_it_had() {
    let (_folder, path) = place();
    record(&mut Store::open(&path).unwrap(), &at_nine()).unwrap();
    let store = Store::open(&path).unwrap();
    assert_eq!(store.newest_observation_at().unwrap(), Some(at_nine().observed_at));
    let mode: String =
        store.database.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn an_empty_file_is_as_good_as_none() {
    let (_folder, path) = place();
    fs::write(&path, "").unwrap();
    let error = Reader::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::OlderSchema { found: 0, .. }), "{error}");
    record(&mut Store::open(&path).unwrap(), &at_nine()).unwrap();
    assert_eq!(Reader::open(&path).unwrap().targets().unwrap().len(), 1);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    for content in ["target,observed_at,outcome\n".to_owned(), "lorem ipsum ".repeat(1_000)] {
        let (_folder, path) = place();
        fs::write(&path, &content).unwrap();
        for error in [Store::open(&path).unwrap_err(), Reader::open(&path).unwrap_err()] {
            assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
            assert!(error.to_string().starts_with(&format!("{} is not a database; ", path.display())));
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    for statement in
        ["CREATE TABLE t (x)", "PRAGMA application_id = 77; CREATE TABLE t (x)", "PRAGMA user_version = 1"]
    {
        let (_folder, path) = place();
        Connection::open(&path).unwrap().execute_batch(statement).unwrap();
        let before = fs::read(&path).unwrap();
        for error in [Store::open(&path).unwrap_err(), Reader::open(&path).unwrap_err()] {
            assert!(matches!(error, StoreError::ForeignDatabase { .. }), "{statement}: {error}");
        }
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let (_folder, path) = place();
    let store = Store::open(&path).unwrap();
    store.database.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    for error in [Store::open(&path).unwrap_err(), Reader::open(&path).unwrap_err()] {
        assert!(matches!(error, StoreError::NewerSchema { found: 99, known: 5, .. }), "{error}");
        assert!(error.to_string().contains("its schema is 99, this version knows 5"), "{error}");
    }
}

#[test]
fn a_file_of_an_older_version_is_upgraded_by_the_writer_and_not_by_a_reader() {
    let (_folder, path) = place();
    let mut old = Connection::open(&path).unwrap();
    crate::connection::MIGRATIONS.to_version(&mut old, 1).unwrap();
    drop(old);
    let error = Reader::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::OlderSchema { found: 1, known: 5, .. }), "{error}");
    record(&mut Store::open(&path).unwrap(), &at_nine()).unwrap();
    assert_eq!(Reader::open(&path).unwrap().targets().unwrap()[0].observations, 1);
}

#[test]
fn a_file_from_before_services_and_drifts_keeps_all_it_had_and_can_be_written_on() {
    let (_folder, path) = place();
    let mut old = Connection::open(&path).unwrap();
    crate::connection::MIGRATIONS.to_version(&mut old, 3).unwrap();
    old.execute_batch(
        "INSERT INTO target VALUES (7, '92-nanterre/asile', '92', 'Europe/Paris');
         INSERT INTO observation (target_id, observed_at, source, outcome, purpose, intensity_per_h, platform,
           revision, requests, http_status, duration_ms, evidence_sha256, desks_seen)
         VALUES (7, 1767600000000, 'sampler', 'full', 'base', 2.0, 'ez-booking', 1, 3, 200, 900, zeroblob(32), 2);
         INSERT INTO observation (target_id, observed_at, source, outcome, purpose)
         VALUES (7, 1767603600000, 'rouen-2022', 'full', 'base');
         INSERT INTO target_summary VALUES (7, 'sampler', 1, 1767600000000, 1767600000000, NULL);
         INSERT INTO target_state VALUES (7, 1767600000000, 2, NULL, 1767600000000, NULL, 41,
           'https://www.example.fr/booking/create/1');
         INSERT INTO host_state VALUES ('example.fr', 1767600000000, NULL, 1, 0);",
    )
    .unwrap();
    drop(old);
    let error = Reader::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::OlderSchema { found: 3, known: 5, .. }), "{error}");

    let mut store = Store::open(&path).unwrap();
    let reader = Reader::open(&path).unwrap();
    let target = "92-nanterre/asile".parse().unwrap();
    let old = reader.observations(&target, None, None).unwrap();
    let services: Vec<_> = old.iter().map(|seen| seen.probe.as_ref().map(|facts| facts.service)).collect();
    assert_eq!(services, [Some(None), None]);
    let row = reader.targets().unwrap().remove(0);
    assert_eq!((row.state.rounds, row.state.drift.clone()), (41, None));
    assert_eq!(store.sampling_state().unwrap().targets, [(target.clone(), row.state)]);

    let mut walled = seen(target.as_str(), "2026-01-05T10:00:00Z", Outcome::Full);
    walled.probe = Some(super::log::facts());
    record(&mut store, &walled).unwrap();
    assert_eq!(reader.observations(&target, None, None).unwrap(), [old[0].clone(), old[1].clone(), walled]);
    let error = store.database.connection.execute("UPDATE observation SET service = 'wall'", []).unwrap_err();
    assert!(error.to_string().contains("append-only"), "{error}");
}

/// A file from before looks were kept, with bursts, probation, two sources and two days.
fn before_looks(path: &Path) -> Connection {
    let mut old = Connection::open(path).unwrap();
    crate::connection::MIGRATIONS.to_version(&mut old, 4).unwrap();
    old.execute_batch(
        "INSERT INTO target VALUES (7, '92-nanterre/asile', '92', 'Europe/Paris');
         INSERT INTO target VALUES (9, '974-saint-denis/asile', '974', 'Indian/Reunion');
         INSERT INTO observation (target_id, observed_at, source, outcome, cause, slots, slots_exact, earliest_at,
           horizon_on, purpose)
         VALUES
           (9, 1767653999999, 'x', 'shut', NULL, NULL, NULL, NULL, NULL, 'base'),
           (7, 1767657600000, 'x', 'full', NULL, NULL, NULL, NULL, NULL, 'base'),
           (7, 1767603600000, 'x', 'full', NULL, NULL, NULL, NULL, NULL, 'base'),
           (7, 1767603600000, 'y', 'unknown', 'gone', NULL, NULL, NULL, NULL, 'base'),
           (7, 1767603500000, 'x', 'open', NULL, 4, 1, 1767690000000, '2026-01-20', 'burst'),
           (7, 1767603400000, 'x', 'full', NULL, NULL, NULL, NULL, NULL, 'probation');",
    )
    .unwrap();
    old
}

#[test]
fn a_file_from_before_looks_has_those_of_all_its_observations_when_it_is_opened() {
    let (_folder, path) = place();
    drop(before_looks(&path));
    let mut store = Store::open(&path).unwrap();
    let stand = rows(&store.database.connection, "SELECT * FROM day_looks");
    assert_eq!(stand.len(), 3, "{stand:?}");
    // Tallies and summaries were never made in this file: one row for each hour, and for each target and source.
    assert_eq!(store.rebuild(&mut |_, _| ()).unwrap().differing, 3 + 3);
    assert_eq!(rows(&store.database.connection, "SELECT * FROM day_looks"), stand);
    let target = "92-nanterre/asile".parse().unwrap();
    let reader = Reader::open(&path).unwrap();
    let mut expected: Vec<Look> =
        reader.observations(&target, None, None).unwrap().iter().filter_map(Look::of).collect();
    expected.sort();
    assert_eq!(expected.len(), 4);
    assert_eq!(reader.looks(&target).unwrap(), expected);
}

#[test]
fn an_upgrade_that_fails_half_way_leaves_the_file_as_it_was() {
    let (_folder, path) = place();
    before_looks(&path).execute_batch("UPDATE target SET timezone = 'Mars/Olympus' WHERE id = 9").unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    let file = Connection::open(&path).unwrap();
    assert_eq!(rows(&file, "PRAGMA user_version"), ["4"]);
    assert_eq!(rows(&file, "SELECT name FROM sqlite_schema WHERE name = 'day_looks'"), [""; 0]);
}

#[test]
fn a_file_that_is_not_there_can_be_created_but_not_read() {
    let (_folder, path) = place();
    let error = Reader::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    assert!(!path.exists());
}

#[test]
fn a_place_where_nothing_can_be_created_is_named() {
    let (folder, path) = place();
    fs::write(&path, "").unwrap();
    for impossible in
        [folder.path().join("missing/guichet.db"), path.join("guichet.db"), folder.path().to_owned()]
    {
        let error = Store::open(&impossible).unwrap_err();
        assert!(matches!(error, StoreError::CannotOpen { .. }), "{error}");
        assert!(error.to_string().contains(&impossible.display().to_string()), "{error}");
    }
}

#[test]
fn a_file_that_may_not_be_written_is_refused_at_once() {
    let (_folder, path) = place();
    drop(Store::open(&path).unwrap());
    let mut rights = fs::metadata(&path).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&path, rights).unwrap();
    // The superuser may write it all the same.
    let may_write = fs::OpenOptions::new().append(true).open(&path).is_ok();
    match Store::open(&path) {
        Ok(_) => assert!(may_write),
        Err(error) => assert!(!may_write && matches!(error, StoreError::ReadOnly { .. }), "{error}"),
    }
}

#[test]
fn a_writer_that_waits_in_vain_says_so() {
    let (_folder, path) = place();
    let mut store = Store::open(&path).unwrap();
    store.database.connection.busy_timeout(Duration::ZERO).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = record(&mut store, &at_nine()).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    other.execute_batch("COMMIT").unwrap();
    record(&mut store, &at_nine()).unwrap();
}

#[test]
fn a_reader_cannot_write() {
    let (_folder, path) = place();
    record(&mut Store::open(&path).unwrap(), &at_nine()).unwrap();
    let reader = Reader::open(&path).unwrap();
    for statement in
        ["DELETE FROM hour_tally", "CREATE TABLE t (x)", "PRAGMA query_only = 0; DELETE FROM hour_tally"]
    {
        let error = reader.connection().execute_batch(statement).unwrap_err();
        let error = Failure::from(error).at(&path, "writing");
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{statement}: {error}");
    }
}

#[test]
fn the_change_counter_changes_with_every_commit_and_only_then() {
    let (_folder, path) = place();
    let mut store = Store::open(&path).unwrap();
    let reader = Reader::open(&path).unwrap();
    let before = reader.change_counter().unwrap();
    reader.targets().unwrap();
    assert_eq!(reader.change_counter().unwrap(), before);
    record(&mut store, &at_nine()).unwrap();
    let after = reader.change_counter().unwrap();
    assert_ne!(after, before);
    assert_eq!(reader.change_counter().unwrap(), after);
}

#[test]
fn what_this_program_never_writes_is_reported_as_damage() {
    let (_folder, path) = place();
    let mut store = Store::open(&path).unwrap();
    record(&mut store, &at_nine()).unwrap();
    let reader = Reader::open(&path).unwrap();
    store.database.connection.execute("UPDATE target SET timezone = 'Mars/Olympus'", []).unwrap();
    let error = reader.targets().unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    let error = store.rebuild(&mut |_, _| ()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

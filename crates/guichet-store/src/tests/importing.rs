//! Imports: repeatable, whole batches or nothing.

use chrono::Duration;
use guichet_model::{Observation, Outcome};

use super::{id, rows, seen, utc, zone_of};
use crate::{Imported, Store, StoreError};

/// So many observations, a quarter of an hour apart, of two targets in turn.
fn log(length: i32) -> impl Iterator<Item = Observation> {
    (0..length).map(|step| {
        let target = if step % 2 == 0 { "76-rouen/asile" } else { "92-nanterre/asile" };
        Observation {
            target: id(target),
            observed_at: utc("2022-06-05T15:00:00Z") + Duration::minutes(15) * step,
            source: "rouen-2022".parse().unwrap(),
            ..seen(target, "2022-06-05T15:00:00Z", Outcome::Full)
        }
    })
}

#[test]
fn importing_the_same_log_twice_adds_nothing() {
    let mut store = Store::open_in_memory().unwrap();
    let first = store.import(&mut log(1_000), &zone_of).unwrap();
    assert_eq!(first, Imported { added: 1_000, already: 0, new_targets: 2 });
    let again = store.import(&mut log(1_002), &zone_of).unwrap();
    assert_eq!(again, Imported { added: 2, already: 1_000, new_targets: 0 });
    assert_eq!(
        rows(&store.database.connection, "SELECT sum(full), sum(full_ms) FROM hour_tally"),
        ["1002 | 1803600000"]
    );
}

#[test]
fn an_empty_log_is_fine() {
    let mut store = Store::open_in_memory().unwrap();
    assert_eq!(store.import(&mut std::iter::empty(), &zone_of).unwrap(), Imported::default());
}

#[test]
fn a_full_disk_keeps_whole_batches_with_their_tallies() {
    let mut store = Store::open_in_memory().unwrap();
    store.database.connection.pragma_update(None, "max_page_count", 60).unwrap();
    let error = store.import_in_batches(&mut log(5_000), &zone_of, 100).unwrap_err();
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    store.database.connection.pragma_update(None, "max_page_count", 10_000).unwrap();
    let kept: u64 = rows(&store.database.connection, "SELECT count(*) FROM observation")[0].parse().unwrap();
    assert!(kept > 0 && kept.is_multiple_of(100), "{kept}");
    assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 0);
    let rest = store.import(&mut log(5_000), &zone_of).unwrap();
    assert_eq!((rest.already, rest.added), (kept, 5_000 - kept));
}

#[test]
fn an_instant_outside_four_digit_years_is_refused_with_its_batch() {
    let mut store = Store::open_in_memory().unwrap();
    let error = store
        .import(&mut [seen("76-rouen/asile", "1969-12-31T23:00:00Z", Outcome::Full)].into_iter(), &zone_of)
        .unwrap_err();
    assert!(error.to_string().starts_with("importing observations failed on "), "{error}");
    assert_eq!(rows(&store.database.connection, "SELECT count(*) FROM target"), ["0"]);
}

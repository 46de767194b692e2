//! Derived tables: in step with the log whatever the way in, and mended where they are not.

use std::collections::BTreeSet;

use chrono::DateTime;
use guichet_model::{
    Counts, HourTally, Look, Observation, Offer, Outcome, Purpose, TargetId,
    civil::{LocalHour, PARIS},
};
use proptest::{collection::vec, prelude::*};

use super::{derived_rows, id, record, refused, rows, seen, strategies, zone_of};
use crate::{Reader, Store, TargetState};

const TARGET: &str = "92-nanterre/asile";

fn open() -> Outcome {
    Outcome::Open(Offer::UNTOLD)
}

/// An observation at the instant that is kept of it.
fn as_kept(observation: &Observation) -> Observation {
    let observed_at = DateTime::from_timestamp_millis(observation.observed_at.timestamp_millis()).unwrap();
    Observation { observed_at, ..observation.clone() }
}

/// What the model says the tallies of a target are.
fn expected(stream: &[Observation], target: &TargetId) -> Vec<HourTally> {
    let mut hours = std::collections::BTreeMap::<LocalHour, Counts>::new();
    for observation in stream.iter().filter(|o| o.target == *target) {
        let counts = Counts::of(observation);
        if !counts.is_empty() {
            let hour = LocalHour::of(observation.observed_at, zone_of(target.department()));
            hours.entry(hour).or_default().add(&counts);
        }
    }
    hours.into_iter().map(|(at, counts)| HourTally { at, counts }).collect()
}

/// What the model says the looks of a target are.
fn expected_looks(stream: &[Observation], target: &TargetId) -> Vec<Look> {
    let mut looks: Vec<Look> = stream.iter().filter(|o| o.target == *target).filter_map(Look::of).collect();
    looks.sort();
    looks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_way_in_a_rebuild_changes_nothing(
        chunks in vec((vec(strategies::plain_observation(), 0..12), proptest::option::of(1_usize..6)), 0..6),
    ) {
        let mut store = Store::open_in_memory().unwrap();
        for (chunk, batch) in &chunks {
            match batch {
                Some(batch) => {
                    store.import_in_batches(&mut chunk.iter().cloned(), &zone_of, *batch).unwrap();
                }
                None => chunk.iter().for_each(|o| { record(&mut store, o).unwrap(); }),
            }
        }
        let standing = derived_rows(&store);
        prop_assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 0);
        let rebuilt = store.rebuild(&mut |_, _| ()).unwrap();
        prop_assert_eq!(rebuilt.differing, 0);
        prop_assert_eq!(derived_rows(&store), standing);
    }

    #[test]
    fn the_order_of_arrival_does_not_matter_and_the_tallies_are_the_models(
        stream in vec(strategies::plain_observation(), 1..40),
    ) {
        let mut keys = BTreeSet::new();
        let stream: Vec<Observation> = stream
            .into_iter()
            .filter(|o| keys.insert((o.target.clone(), as_kept(o).observed_at, o.source.clone())))
            .collect();
        let kept: Vec<Observation> = stream.iter().map(as_kept).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("guichet.db");
        let mut forwards = Store::open(&path).unwrap();
        forwards.import(&mut stream.iter().cloned(), &zone_of).unwrap();
        let mut backwards = Store::open_in_memory().unwrap();
        for observation in stream.iter().rev() {
            record(&mut backwards, observation).unwrap();
        }
        let without_numbers = |store: &Store| {
            let connection = &store.database.connection;
            let mut all = rows(connection,
                "SELECT t.name, local_date, hour, open, full, shut, unknown, open_ms, full_ms, shut_ms, unknown_ms
                 FROM hour_tally AS h JOIN target AS t ON t.id = target_id ORDER BY 1, 2, 3");
            all.extend(rows(connection,
                "SELECT t.name, source, observations, first_at, last_at, last_open_at
                 FROM target_summary JOIN target AS t ON t.id = target_id ORDER BY 1, 2"));
            all.extend(rows(connection,
                "SELECT t.name, utc_day, looks FROM day_looks JOIN target AS t ON t.id = target_id ORDER BY 1, 2"));
            all
        };
        prop_assert_eq!(without_numbers(&forwards), without_numbers(&backwards));

        let reader = Reader::open(&path).unwrap();
        let mut visited = Vec::new();
        reader.all_hour_tallies(&mut |target, tallies| visited.push((target.clone(), tallies.to_vec()))).unwrap();
        let mut visited_looks = Vec::new();
        reader.all_looks(&mut |target, looks| visited_looks.push((target.clone(), looks.to_vec()))).unwrap();
        for row in reader.targets().unwrap() {
            let looks = reader.looks(&row.id).unwrap();
            prop_assert_eq!(&looks, &expected_looks(&kept, &row.id));
            let shown: Vec<_> = visited_looks.iter().filter(|(target, _)| *target == row.id).collect();
            prop_assert_eq!(shown.len(), usize::from(!looks.is_empty()));
            prop_assert!(shown.iter().all(|(_, seen)| *seen == looks));

            let tallies = reader.hour_tallies(&row.id).unwrap();
            prop_assert_eq!(&tallies, &expected(&kept, &row.id));
            let shown: Vec<_> = visited.iter().filter(|(target, _)| *target == row.id).collect();
            prop_assert_eq!(shown.len(), usize::from(!tallies.is_empty()));
            prop_assert!(shown.iter().all(|(_, seen)| *seen == tallies));

            let base: Vec<_> = kept.iter().filter(|o| o.target == row.id && o.purpose == Purpose::Base).collect();
            prop_assert_eq!(row.observations, base.len() as u64);
            prop_assert_eq!(row.first_at, base.iter().map(|o| o.observed_at).min());
            prop_assert_eq!(row.last_at, base.iter().map(|o| o.observed_at).max());
            let opens = base.iter().filter(|o| o.outcome.offer().is_some());
            prop_assert_eq!(row.last_open_at, opens.map(|o| o.observed_at).max());
            let sources: BTreeSet<_> = base.iter().map(|o| o.source.as_str().to_owned()).collect();
            prop_assert_eq!(row.sources, sources.into_iter().collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_autumn_hour_that_exists_twice_is_one_tally() {
    let mut store = Store::open_in_memory().unwrap();
    for at in ["2026-10-24T23:59:59Z", "2026-10-25T00:10:00Z", "2026-10-25T01:10:00Z", "2026-10-25T02:00:00Z"]
    {
        record(&mut store, &seen(TARGET, at, open())).unwrap();
    }
    assert_eq!(
        rows(&store.database.connection, "SELECT local_date, hour, open, open_ms FROM hour_tally"),
        ["2026-10-25 | 1 | 1 | 1800000", "2026-10-25 | 2 | 2 | 3600000", "2026-10-25 | 3 | 1 | 1800000"]
    );
    assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 0);
}

#[test]
fn a_leap_second_counts_in_the_hour_in_which_it_is_kept() {
    let leap = seen(TARGET, "2016-12-31T23:59:60.500Z", Outcome::Full);
    let mut recorded = Store::open_in_memory().unwrap();
    record(&mut recorded, &leap).unwrap();
    let mut imported = Store::open_in_memory().unwrap();
    imported.import(&mut [leap].into_iter(), &zone_of).unwrap();
    for store in [recorded, imported] {
        let connection = &store.database.connection;
        assert_eq!(rows(connection, "SELECT local_date, hour FROM hour_tally"), ["2017-01-01 | 1"]);
        assert_eq!(
            rows(connection, "SELECT observed_at, (SELECT last_at FROM target_summary) FROM observation"),
            ["1483228800500 | 1483228800500"]
        );
        assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 0);
    }
}

#[test]
fn overseas_hours_are_those_of_the_place() {
    let mut store = Store::open_in_memory().unwrap();
    let late = [seen("974-saint-denis/asile", "2026-01-05T22:30:00Z", Outcome::Full)];
    store.import(&mut late.into_iter(), &zone_of).unwrap();
    assert_eq!(
        rows(&store.database.connection, "SELECT local_date, hour FROM hour_tally"),
        ["2026-01-06 | 2"]
    );
}

#[test]
fn bursts_enter_the_looks_alone_and_probation_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let mut store = Store::open(&path).unwrap();
    for (minute, purpose) in [(1, Purpose::Burst), (2, Purpose::Probation)] {
        let mut observation = seen(TARGET, &format!("2026-01-05T08:0{minute}:00Z"), open());
        observation.purpose = purpose;
        record(&mut store, &observation).unwrap();
    }
    let row = &Reader::open(&path).unwrap().targets().unwrap()[0];
    assert_eq!((row.observations, row.first_at, row.last_at, row.last_open_at), (0, None, None, None));
    assert!(row.sources.is_empty());
    let looks = Reader::open(&path).unwrap().looks(&id(TARGET)).unwrap();
    assert_eq!((looks.len(), looks[0].is_base), (1, false));
    assert_eq!(derived_rows(&store).len(), 1);
    assert_eq!(store.rebuild(&mut |_, _| ()).unwrap().tallies, 0);
}

#[test]
fn tampering_is_found_by_the_check_and_mended_by_a_rebuild() {
    let mut store = Store::open_in_memory().unwrap();
    for (hour, outcome) in [(8, open()), (9, Outcome::Full), (10, refused())] {
        record(&mut store, &seen(TARGET, &format!("2026-01-05T{hour:02}:00:00Z"), outcome)).unwrap();
    }
    let sound = derived_rows(&store);
    for (tampering, rows_hit) in [
        ("UPDATE hour_tally SET open = open + 1 WHERE hour = 9", 1),
        ("DELETE FROM hour_tally WHERE hour = 10", 1),
        ("INSERT INTO hour_tally VALUES (1, '2030-01-01', 0, 1, 0, 0, 0, 1, 0, 0, 0)", 1),
        ("UPDATE target_summary SET last_open_at = NULL", 1),
        ("UPDATE day_looks SET looks = x'0009'", 1),
        ("DELETE FROM day_looks", 1),
        ("INSERT INTO day_looks VALUES (1, 3, x'0009'); INSERT INTO day_looks VALUES (1, 99999, x'')", 2),
        ("UPDATE day_looks SET utc_day = utc_day + 1", 2),
        ("DELETE FROM target_summary", 1),
        ("UPDATE hour_tally SET unknown_ms = 5; INSERT INTO target_summary VALUES (1, 'x', 1, 1, 1, 1)", 4),
    ] {
        store.database.connection.execute_batch(tampering).unwrap();
        let tampered = derived_rows(&store);
        for _again in 0..2 {
            assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), rows_hit, "{tampering}");
        }
        assert_eq!(derived_rows(&store), tampered, "a check changes nothing");
        let rebuilt = store.rebuild(&mut |_, _| ()).unwrap();
        assert_eq!(
            (rebuilt.observations, rebuilt.tallies, rebuilt.differing),
            (3, 3, rows_hit),
            "{tampering}"
        );
        assert_eq!(derived_rows(&store), sound, "{tampering}");
    }
}

#[test]
fn progress_ends_at_the_total() {
    let mut store = Store::open_in_memory().unwrap();
    record(&mut store, &seen(TARGET, "2026-01-05T08:00:00Z", open())).unwrap();
    let mut told = Vec::new();
    store.rebuild(&mut |done, total| told.push((done, total))).unwrap();
    assert_eq!(told, [(1, 1)]);
}

#[test]
fn a_corrected_civil_time_moves_the_hours_of_its_target_alone() {
    let mut store = Store::open_in_memory().unwrap();
    let cayenne = id("973-cayenne/asile");
    store.ensure_targets(&[(cayenne.clone(), PARIS), (id(TARGET), PARIS)]).unwrap();
    let log = [
        seen("973-cayenne/asile", "2026-01-05T02:00:00Z", open()),
        seen(TARGET, "2026-01-05T02:00:00Z", open()),
    ];
    store.import(&mut log.into_iter(), &zone_of).unwrap();
    let hours = "SELECT t.name, local_date, hour, open FROM hour_tally JOIN target AS t ON t.id = target_id ORDER BY 1";
    assert_eq!(
        rows(&store.database.connection, hours),
        ["92-nanterre/asile | 2026-01-05 | 3 | 1", "973-cayenne/asile | 2026-01-05 | 3 | 1"],
        "a known target keeps its civil time in an import"
    );
    store.ensure_targets(&[(cayenne.clone(), zone_of(cayenne.department()))]).unwrap();
    assert_eq!(
        rows(&store.database.connection, hours),
        ["92-nanterre/asile | 2026-01-05 | 3 | 1", "973-cayenne/asile | 2026-01-04 | 23 | 1"]
    );
    assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 0);
    let days = "SELECT t.name, utc_day FROM day_looks JOIN target AS t ON t.id = target_id ORDER BY 1";
    assert_eq!(
        rows(&store.database.connection, days),
        ["92-nanterre/asile | 20458", "973-cayenne/asile | 20458"],
        "looks stay on their day in UTC"
    );
}

#[test]
fn a_target_that_was_only_made_known_is_listed_without_figures() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let mut store = Store::open(&path).unwrap();
    store.ensure_targets(&[(id(TARGET), PARIS), (id("01-bourg/asile"), PARIS)]).unwrap();
    store.ensure_targets(&[(id(TARGET), PARIS)]).unwrap();
    let targets = Reader::open(&path).unwrap().targets().unwrap();
    let names: Vec<_> = targets.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(names, ["01-bourg/asile", TARGET]);
    assert!(targets.iter().all(|row| row.observations == 0 && row.state == TargetState::default()));
}

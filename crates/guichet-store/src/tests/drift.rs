//! Drift goes in and comes out whole, is cut where it is too long, and goes when the page is recognised again.

use guichet_model::{Marker, Sha256Hex, TargetId};

use super::{id, rows, utc};
use crate::{Drift, Store, TargetState};

fn drift() -> Drift {
    Drift {
        times: 3,
        since: utc("2026-01-05T08:00:00Z"),
        last_at: utc("2026-01-05T09:00:00Z"),
        told_at: utc("2026-01-05T08:30:00Z"),
        platform: "ez-booking".to_owned(),
        revision: 4,
        markers: vec![
            Marker { what: "a form called \"FormBookingCreate\"".to_owned(), found: true },
            Marker {
                what: "a sentence that says « plus de plage horaire libre »".to_owned(), found: false
            },
        ],
        found: "the page was not recognised: a form and nothing else".to_owned(),
        page_sha256: Some(Sha256Hex([5; 32])),
    }
}

fn with(drift: Option<Drift>) -> TargetState {
    TargetState { rounds: 9, drift, ..TargetState::default() }
}

/// A store that knows two targets.
fn store() -> (Store, [TargetId; 2]) {
    let mut store = Store::open_in_memory().unwrap();
    let targets = ["76-rouen/asile", "92-nanterre/asile"].map(id);
    store.ensure_targets(&targets.clone().map(|target| (target, guichet_model::civil::PARIS))).unwrap();
    (store, targets)
}

#[test]
fn a_drift_is_kept_with_its_target_and_goes_with_the_first_state_that_has_none() {
    let (mut store, [rouen, nanterre]) = store();
    let other = Drift { markers: Vec::new(), page_sha256: None, times: 1, ..drift() };
    store.save_target_state(&rouen, &with(Some(other.clone()))).unwrap();
    store.save_target_state(&nanterre, &with(Some(Drift { times: 2, ..drift() }))).unwrap();
    store.save_target_state(&nanterre, &with(Some(drift()))).unwrap();
    let saved = |store: &Store| store.sampling_state().unwrap().targets;
    assert_eq!(
        saved(&store),
        [(rouen.clone(), with(Some(other.clone()))), (nanterre.clone(), with(Some(drift())))]
    );
    store.save_target_state(&nanterre, &with(None)).unwrap();
    assert_eq!(saved(&store), [(rouen, with(Some(other))), (nanterre, with(None))]);
    assert_eq!(rows(&store.database.connection, "SELECT count(*) FROM drift"), ["1"]);
}

#[test]
fn an_alarm_begins_with_the_third_page() {
    let alarms = [1, 2, 3, 4].map(|times| Drift { times, ..drift() }.is_alarm());
    assert_eq!(alarms, [false, false, true, true]);
}

#[test]
fn what_is_too_long_is_cut_and_never_refused() {
    let (mut store, [target, _]) = store();
    let long = |length: usize| "\u{1}".repeat(length);
    let marker = Marker { what: long(1_000), found: true };
    let huge =
        Drift { platform: long(1_000), found: long(10_000), markers: vec![marker.clone(); 1_000], ..drift() };
    store.save_target_state(&target, &with(Some(huge))).unwrap();
    let (_, state) = store.sampling_state().unwrap().targets.remove(0);
    let kept = Drift {
        platform: long(60),
        found: long(500),
        markers: vec![Marker { what: long(200), ..marker }; 60],
        ..drift()
    };
    assert_eq!(state.drift, Some(kept));
}

#[test]
fn markers_have_a_stable_shape_in_the_file() {
    let (mut store, [target, _]) = store();
    store.save_target_state(&target, &with(Some(drift()))).unwrap();
    let json = r#"[{"found":true,"what":"a form called \"FormBookingCreate\""},{"found":false,"what":"a sentence that says « plus de plage horaire libre »"}]"#;
    assert_eq!(rows(&store.database.connection, "SELECT markers FROM drift"), [json]);
}

#[test]
fn markers_that_this_program_never_writes_are_reported_as_damage() {
    let (mut store, [target, _]) = store();
    for damaged in ["{}", "[{\"what\":\"a form\"}]", "[{\"found\":1,\"what\":\"a form\"}]"] {
        store.save_target_state(&target, &with(Some(drift()))).unwrap();
        store.database.connection.execute("UPDATE drift SET markers = ?1", [damaged]).unwrap();
        let error = store.sampling_state().unwrap_err();
        assert!(matches!(error, crate::StoreError::Corrupt { .. }), "{damaged}: {error}");
    }
}

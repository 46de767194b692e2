//! The log and what stands beside it: what goes in comes out.

use chrono::Duration;
use guichet_model::{
    Cause, DeskReading, Exchange, Observation, Offer, Outcome, ProbeFacts, Service, Sha256Hex,
};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{id, record, refused, rows, seen, strategies, utc, zone_of};
use crate::{
    DesksAsked, HostState, ObservationId, ProbeRecord, Reader, RobotsRecord, SamplingState, Store,
    StoreError, TargetState, page,
};

const TARGET: &str = "92-nanterre/renouvellement";

/// The facts of a probe of one request that was redirected.
pub(super) fn facts() -> ProbeFacts {
    ProbeFacts {
        platform: "ez-booking".to_owned(),
        revision: 3,
        requests: 2,
        http_status: Some(200),
        duration_ms: 1_234,
        evidence_sha256: Some(Sha256Hex([7; 32])),
        desks_seen: 1,
        service: Some(Service::Reachable),
        exchanges: vec![Exchange {
            method: "GET".to_owned(),
            url: "https://www.example.fr/booking/create/1".parse().unwrap(),
            final_url: "https://www.example.fr/booking/create/1/0".parse().unwrap(),
            status: 200,
            sent_at: utc("2026-01-05T07:59:58Z"),
            duration_ms: 900,
            bytes: 20_000,
            body_sha256: Sha256Hex([7; 32]),
            headers: vec![("date".to_owned(), "Mon, 05 Jan 2026 07:59:59 GMT".to_owned())],
        }],
    }
}

/// A store and a reader on the same file.
fn pair() -> (TempDir, Store, Reader) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let store = Store::open(&path).unwrap();
    let reader = Reader::open(&path).unwrap();
    (folder, store, reader)
}

/// Records an observation whose page is `body` under `hash`.
fn record_page(store: &mut Store, at: &str, hash: Option<Sha256Hex>, body: &str) {
    let mut observation = seen(TARGET, at, Outcome::Full);
    observation.probe = Some(ProbeFacts { evidence_sha256: hash, ..facts() });
    store
        .record(&ProbeRecord {
            observation: &observation,
            timezone: zone_of(observation.target.department()),
            page: Some(body),
            target_state: &TargetState::default(),
            host: None,
            robots: None,
        })
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_observation_comes_back_as_it_was(mut stream in proptest::collection::vec(strategies::observation(), 1..12)) {
        stream.sort_by_key(|o| (o.observed_at, o.source.clone()));
        stream.dedup_by_key(|o| (o.observed_at, o.source.clone()));
        let (_folder, mut store, reader) = pair();
        let half = stream.len() / 2;
        for observation in &stream[..half] {
            record(&mut store, observation).unwrap();
        }
        store.import(&mut stream[half..].iter().cloned(), &zone_of).unwrap();

        let mut back: Vec<Observation> = Vec::new();
        for target in reader.targets().unwrap() {
            back.extend(reader.observations(&target.id, None, None).unwrap());
        }
        back.sort_by_key(|o| (o.observed_at, o.source.clone()));
        prop_assert_eq!(back, stream);
    }
}

#[test]
fn observations_are_read_by_period_from_the_first_instant_to_before_the_last() {
    let (_folder, mut store, reader) = pair();
    for hour in ["08", "09", "10"] {
        record(&mut store, &seen(TARGET, &format!("2026-01-05T{hour}:00:00Z"), Outcome::Full)).unwrap();
    }
    let hours = |from: &str, to: &str| -> Vec<String> {
        reader
            .observations(&id(TARGET), Some(utc(from)), Some(utc(to)))
            .unwrap()
            .iter()
            .map(|o| o.observed_at.format("%H").to_string())
            .collect()
    };
    assert_eq!(hours("2026-01-05T08:00:00Z", "2026-01-05T10:00:00Z"), ["08", "09"]);
    assert_eq!(hours("2026-01-05T08:00:00.000001Z", "2026-01-05T10:00:00.000001Z"), ["09", "10"]);
    assert!(reader.observations(&id("76-rouen/asile"), None, None).unwrap().is_empty());
}

#[test]
fn desks_have_a_stable_shape_in_the_file() {
    let mut store = Store::open_in_memory().unwrap();
    let mut observation = seen(TARGET, "2026-01-05T08:00:00Z", Outcome::Open(Offer::UNTOLD));
    observation.desks = vec![
        DeskReading {
            desk: "12078".to_owned(),
            label: Some("Guichet « A »".to_owned()),
            outcome: Outcome::Open(Offer {
                slots: guichet_model::SlotCount::Exact(2),
                earliest: Some(utc("2026-02-01T08:30:00Z")),
                horizon: Some("2026-02-28".parse().unwrap()),
            }),
        },
        DeskReading { desk: "13642".to_owned(), label: None, outcome: refused() },
    ];
    record(&mut store, &observation).unwrap();
    let json = r#"[{"desk":"12078","earliest_at":1769934600000,"horizon_on":"2026-02-28","label":"Guichet « A »","outcome":"open","slots":2,"slots_exact":true},{"cause":"refused","desk":"13642","outcome":"unknown"}]"#;
    assert_eq!(rows(&store.database.connection, "SELECT desks FROM observation"), [json]);
}

#[test]
fn the_same_probe_twice_is_one_observation() {
    let (_folder, mut store, reader) = pair();
    let observation = seen(TARGET, "2026-01-05T08:00:00Z", Outcome::Full);
    let first = record(&mut store, &observation).unwrap();
    assert_eq!(record(&mut store, &observation).unwrap(), first);
    assert_eq!(reader.targets().unwrap()[0].observations, 1);
    let later = record(&mut store, &seen(TARGET, "2026-01-05T08:30:00Z", Outcome::Full)).unwrap();
    assert_eq!((first, later), (ObservationId(1), ObservationId(2)));
}

#[test]
fn a_record_that_cannot_be_kept_whole_is_not_kept_at_all() {
    let (_folder, mut store, reader) = pair();
    // The triggers stand for anything that fails late in the transaction.
    store
        .database
        .connection
        .execute_batch(
            "CREATE TEMP TRIGGER t BEFORE INSERT ON main.target_state BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
        .unwrap();
    let error = record(&mut store, &seen(TARGET, "2026-01-05T08:00:00Z", Outcome::Full)).unwrap_err();
    assert!(
        error.to_string().starts_with("recording a probe of 92-nanterre/renouvellement failed on "),
        "{error}"
    );
    assert!(reader.targets().unwrap().is_empty());
    assert!(reader.hour_tallies(&id(TARGET)).unwrap().is_empty());
}

#[test]
fn a_page_is_kept_once_and_cut_at_its_cap() {
    let (_folder, mut store, reader) = pair();
    let hash = Sha256Hex([1; 32]);
    record_page(
        &mut store,
        "2026-01-05T08:00:00Z",
        Some(hash),
        "<p>Il n'existe plus de plage horaire libre</p>",
    );
    record_page(
        &mut store,
        "2026-01-05T09:00:00Z",
        Some(hash),
        "<p>Il n'existe plus de plage horaire libre</p>",
    );
    assert_eq!(
        reader.page(&hash).unwrap().as_deref(),
        Some("<p>Il n'existe plus de plage horaire libre</p>")
    );
    let long = "é".repeat(page::CAP / 2 + 1) + "x";
    let long = format!("x{long}");
    record_page(&mut store, "2026-01-05T10:00:00Z", Some(Sha256Hex([2; 32])), &long);
    let kept = reader.page(&Sha256Hex([2; 32])).unwrap().unwrap();
    assert_eq!(kept.len(), page::CAP - 1, "the cap falls into a letter of two bytes");
    assert!(long.starts_with(&kept));
    record_page(&mut store, "2026-01-05T11:00:00Z", None, "a page without a name");
    assert_eq!(
        rows(&store.database.connection, "SELECT hex(sha256) LIKE '01%', bytes FROM page ORDER BY sha256"),
        ["1 | 46".to_owned(), format!("0 | {}", long.len())]
    );
    assert_eq!(reader.page(&Sha256Hex([3; 32])).unwrap(), None);
}

#[test]
fn pruning_drops_old_bodies_and_leaves_their_hashes() {
    let (_folder, mut store, reader) = pair();
    let (old, seen_again, new) = (Sha256Hex([1; 32]), Sha256Hex([2; 32]), Sha256Hex([3; 32]));
    record_page(&mut store, "2026-01-01T08:00:00Z", Some(old), "old");
    record_page(&mut store, "2026-01-01T09:00:00Z", Some(seen_again), "seen again");
    record_page(&mut store, "2026-03-01T09:00:00Z", Some(seen_again), "seen again");
    record_page(&mut store, "2026-03-01T08:00:00Z", Some(new), "new");
    assert_eq!(store.prune_pages(utc("2026-02-01T00:00:00Z")).unwrap(), 1);
    let left = [old, seen_again, new].map(|hash| reader.page(&hash).unwrap());
    assert_eq!(left, [None, Some("seen again".to_owned()), Some("new".to_owned())]);
    let observations = reader.observations(&id(TARGET), None, None).unwrap();
    assert_eq!(observations[0].probe.as_ref().unwrap().evidence_sha256, Some(old));
    assert_eq!(store.prune_pages(utc("2026-02-01T00:00:00Z")).unwrap(), 0);
}

#[test]
fn states_survive_and_the_last_one_counts() {
    let (_folder, mut store, reader) = pair();
    assert_eq!(store.sampling_state().unwrap(), SamplingState::default());
    let state = TargetState {
        alive_since: Some(utc("2026-01-05T08:00:00Z")),
        probation_tries: 2,
        last_planned_at: Some(utc("2026-01-05T07:59:00Z")),
        last_probe_at: Some(utc("2026-01-05T08:00:00Z")),
        last_cause: Some(Cause::Overloaded),
        rounds: 41,
        url: Some("https://www.example.fr/booking/create/1".to_owned()),
        drift: None,
    };
    let host = HostState {
        last_probe_at: Some(utc("2026-01-05T08:00:00Z")),
        not_before: Some(utc("2026-01-05T08:40:00Z")),
        refusals: 1,
        overloads: 0,
    };
    let observation = seen(TARGET, "2026-01-05T08:00:00Z", Outcome::Full);
    store
        .record(&ProbeRecord {
            observation: &observation,
            timezone: zone_of(observation.target.department()),
            page: None,
            target_state: &state,
            host: Some(("www.example.fr", &host)),
            robots: None,
        })
        .unwrap();
    let saved = store.sampling_state().unwrap();
    assert_eq!(saved.targets, [(id(TARGET), state.clone())]);
    assert_eq!(reader.targets().unwrap()[0].state, state);
    assert_eq!(saved.hosts, [("www.example.fr".to_owned(), host)]);

    let next = TargetState { rounds: 42, last_cause: None, url: None, ..state };
    store.save_target_state(&id(TARGET), &next).unwrap();
    store.save_host_state("www.example.fr", &HostState::default()).unwrap();
    let saved = store.sampling_state().unwrap();
    assert_eq!(saved.targets, [(id(TARGET), next)]);
    assert_eq!(saved.hosts, [("www.example.fr".to_owned(), HostState::default())]);
}

#[test]
fn an_address_longer_than_any_booking_page_is_not_kept() {
    let mut store = Store::open_in_memory().unwrap();
    let target = id(TARGET);
    store.ensure_targets(&[(target.clone(), zone_of(target.department()))]).unwrap();
    let with_url = |length| TargetState { url: Some("é".repeat(length)), ..TargetState::default() };
    store.save_target_state(&target, &with_url(2_000)).unwrap();
    let error = store.save_target_state(&target, &with_url(2_001)).unwrap_err();
    assert!(error.to_string().starts_with("saving the state of a target failed on "), "{error}");
    assert_eq!(store.sampling_state().unwrap().targets, [(target, with_url(2_000))]);
}

#[test]
fn the_state_of_a_target_that_is_not_there_cannot_be_saved() {
    let mut store = Store::open_in_memory().unwrap();
    let target = id("76-rouen/asile");
    let error = store.save_target_state(&target, &TargetState::default()).unwrap_err();
    assert!(matches!(error, StoreError::UnknownTarget { .. }), "{error}");
    store.ensure_targets(&[(target.clone(), zone_of(target.department()))]).unwrap();
    store.save_target_state(&target, &TargetState::default()).unwrap();
}

#[test]
fn verdicts_of_robots_are_appended_and_the_newest_of_each_origin_is_read() {
    let (_folder, mut store, reader) = pair();
    let at = |minute: i64| utc("2026-01-05T08:00:00Z") + Duration::minutes(minute);
    let robots = |origin: &str, minute, allowed: bool| RobotsRecord {
        origin: origin.to_owned(),
        fetched_at: at(minute),
        status: allowed.then_some(200),
        sha256: allowed.then_some(Sha256Hex([9; 32])),
        allowed,
        crawl_delay_s: allowed.then_some(2.5),
    };
    let (a, b) = ("https://a.example", "https://b.example");
    let verdicts = [robots(b, 0, true), robots(a, 0, false), robots(a, 5, true), robots(a, 5, true)];
    for (minute, verdict) in (0_i64..).zip(&verdicts) {
        let observation =
            Observation { observed_at: at(minute), ..seen(TARGET, "2026-01-05T08:00:00Z", Outcome::Full) };
        store
            .record(&ProbeRecord {
                observation: &observation,
                timezone: zone_of(observation.target.department()),
                page: None,
                target_state: &TargetState::default(),
                host: None,
                robots: Some(verdict),
            })
            .unwrap();
    }
    assert_eq!(reader.robots().unwrap(), [robots(a, 5, true), robots(b, 0, true)]);
    assert_eq!(rows(&store.database.connection, "SELECT count(*) FROM robots"), ["3"]);
}

#[test]
fn the_newest_observation_counts_whatever_its_target_and_purpose() {
    let mut store = Store::open_in_memory().unwrap();
    assert_eq!(store.newest_observation_at().unwrap(), None);
    record(&mut store, &seen("92-nanterre/asile", "2026-01-05T08:00:00Z", Outcome::Full)).unwrap();
    let mut trial = seen("76-rouen/asile", "2026-01-05T09:00:00Z", refused());
    trial.purpose = guichet_model::Purpose::Probation;
    record(&mut store, &trial).unwrap();
    store.ensure_targets(&[(id("01-bourg/asile"), guichet_model::civil::PARIS)]).unwrap();
    assert_eq!(store.newest_observation_at().unwrap(), Some(utc("2026-01-05T09:00:00Z")));
}

#[test]
fn how_many_desks_were_asked_is_that_of_the_newest_page_with_desks() {
    let (_folder, mut store, reader) = pair();
    let target = id(TARGET);
    let asked = || reader.desks_asked(&target, utc("2026-01-08T00:00:00Z")).unwrap();
    assert_eq!(asked(), None);
    for (at, desks, desks_seen) in [
        ("2026-01-05T08:00:00Z", 1, 1),
        ("2026-01-05T09:00:00Z", 2, 5),
        ("2026-01-05T10:00:00Z", 0, 0),
        ("2026-01-05T11:00:00Z", 1, 7),
    ] {
        let broken_off = desks_seen == 7;
        let outcome = if broken_off { Outcome::Unknown(Cause::Overloaded) } else { Outcome::Full };
        let mut observation = seen(TARGET, at, outcome);
        let desk = DeskReading { desk: "11".to_owned(), label: None, outcome: Outcome::Full };
        observation.desks = vec![desk; desks];
        observation.probe = Some(ProbeFacts { desks_seen, ..facts() });
        record(&mut store, &observation).unwrap();
    }
    assert_eq!(asked(), Some(DesksAsked { asked: 2, listed: 5 }));
    let much_later = reader.desks_asked(&target, utc("2026-03-01T00:00:00Z")).unwrap();
    assert_eq!(much_later, None, "an old page says nothing about today's desks");
}

//! The truth that a script tells is what its pages show.

use chrono::Duration;
use guichet_fakesite::{BEHAVIOURS, DEMO, DeskTruth, Script, State};
use guichet_model::Instant;
use proptest::prelude::*;

use crate::browser::{Browser, Page, serve, set_clock, utc};

/// Numbers without order, the same every time.
fn scattered(count: u64, below: i64) -> impl Iterator<Item = i64> {
    (1..=count).map(move |n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20).cast_signed() % below)
}

fn shown(page: &Page) -> State {
    match (page.status, page.path.rsplit('/').next().unwrap()) {
        (200, "3" | "4") => State::Open,
        (200, "2") => State::Full,
        (200, _) if page.has("Service surchargé") => State::Overloaded200,
        (200, _) if page.has("n'est pas disponible pour le moment") => State::Shut,
        (403, _) => State::Banned403,
        (503, _) => State::Overloaded503,
        (status, path) => panic!("{status} {path}: {}", page.text()),
    }
}

#[tokio::test]
async fn at_any_instant_the_pages_show_what_the_truth_says() {
    let sites = serve(BEHAVIOURS, "2026-03-02T00:00:00Z").await;
    let script = Script::parse(BEHAVIOURS, "b.toml").unwrap();
    let start = utc("2026-03-02T00:00:00Z");
    let span = Duration::weeks(5);
    let truth = sites.truth_between(start, start + span);
    let desks = [(501, 511, None), (502, 521, Some(521)), (502, 522, Some(522))];
    let mut seen = std::collections::BTreeSet::new();
    for offset in scattered(250, span.num_seconds()) {
        let at = start + Duration::seconds(offset);
        set_clock(at);
        for (form, desk, choice) in desks {
            let page = Browser::of(&sites, "changeante").probe(form, choice).await;
            let state = script.desk_at("changeante", form, desk, at).unwrap();
            assert_eq!(shown(&page), state.state, "{form}/{desk} at {at}");
            assert_eq!(within(desk_truth(&truth, form, desk), at), state.open, "{form}/{desk} at {at}");
            if page.path.ends_with("/4") {
                assert_eq!(page.free_cells(), state.slots as usize);
            }
            seen.insert(state.state);
        }
    }
    for state in [State::Open, State::Full, State::Shut, State::Overloaded200, State::Banned403] {
        assert!(seen.contains(&state), "{state:?} was never met");
    }
    assert_eq!(sites.violations().len(), 0);
    sites.stop().await;
}

fn desk_truth(truth: &guichet_fakesite::Truth, form: u32, desk: u32) -> &DeskTruth {
    let form = truth.forms.iter().find(|f| f.form == form).unwrap();
    form.desks.iter().find(|d| d.desk == desk).unwrap()
}

fn within(desk: &DeskTruth, at: Instant) -> bool {
    desk.open.iter().any(|interval| interval.from <= at && at < interval.to)
}

#[test]
fn an_opening_behind_an_outage_is_open_but_not_seen() {
    let script = Script::parse(BEHAVIOURS, "b.toml").unwrap();
    let truth = script.truth_between(utc("2026-03-02T08:00:00Z"), utc("2026-03-02T10:00:00Z"));
    let desk = desk_truth(&truth, 501, 511);
    let minutes = |share: f64| (share * 120.0).round();
    assert_eq!(
        (minutes(desk.shares.open), minutes(desk.shares.seen_open), minutes(desk.shares.told)),
        (40.0, 30.0, 110.0)
    );
    assert_eq!(desk.open.len(), 1, "one opening, through the outage");
    assert!((minutes(desk.shown[&State::Overloaded503]) - 10.0).abs() < 0.5);

    let banned = script.desk_at("changeante", 501, 511, utc("2026-03-10T10:30:00Z")).unwrap();
    assert_eq!((banned.state, banned.open, banned.slots), (State::Banned403, true, 3));
    let night = script.desk_at("changeante", 502, 521, utc("2026-03-04T23:00:00Z")).unwrap();
    assert_eq!((night.state, night.open), (State::Shut, false), "what is shut cannot be booked");
}

#[test]
fn a_release_at_midnight_begins_at_midnight_in_paris() {
    let script = Script::parse(DEMO, "demo.toml").unwrap();
    let truth = script.truth_between(utc("2026-03-15T00:00:00Z"), utc("2026-04-14T00:00:00Z"));
    let form = truth.forms.iter().find(|f| f.form == 12069).unwrap();
    let begun: Vec<String> =
        form.desks[0].open.iter().map(|interval| interval.from.format("%a %F %R").to_string()).collect();
    assert_eq!(
        begun,
        [
            "Sun 2026-03-15 23:00",
            "Sun 2026-03-22 23:00",
            "Sun 2026-03-29 22:00",
            "Sun 2026-04-05 22:00",
            "Sun 2026-04-12 22:00"
        ],
        "in UTC"
    );
}

#[test]
fn the_truth_of_the_demonstration_has_the_habits_it_promises() {
    let script = Script::parse(DEMO, "demo.toml").unwrap();
    let start = script.start().unwrap();
    let truth = script.truth_between(start, start + Duration::weeks(12));
    insta::assert_snapshot!(truth.to_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn shares_add_up_and_truth_of_parts_is_truth_of_the_whole(first in 1_i64..2_000_000, second in 1_i64..2_000_000) {
        let script = Script::parse(BEHAVIOURS, "b.toml").unwrap();
        let start = utc("2026-03-01T12:34:56Z");
        let (middle, end) = (start + Duration::seconds(first), start + Duration::seconds(first + second));
        let open = |from, to| {
            let truth = script.truth_between(from, to);
            let desk = desk_truth(&truth, 502, 521);
            let total: f64 = desk.shown.values().sum();
            assert!((total - 1.0).abs() < 1e-9, "{total}");
            assert!(desk.shares.seen_open <= desk.shares.open + 1e-9);
            desk.open.iter().map(|interval| (interval.to - interval.from).num_seconds()).sum::<i64>()
        };
        prop_assert_eq!(open(start, middle) + open(middle, end), open(start, end));
    }
}

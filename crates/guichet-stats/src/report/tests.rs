use guichet_model::{
    Counts, Dates, DatesClass, DaysOff, Instant, Outcome,
    civil::{LocalHour, PARIS},
};

use super::*;
use crate::minimum::Needed;

fn start() -> Instant {
    "2026-01-04T23:00:00Z".parse().unwrap()
}

const OPEN: Seen = Seen::Open(Dates { class: DatesClass::Untold, lead_min: None });

/// Base looks at minutes since the start.
fn looks(seen: impl IntoIterator<Item = (i64, Seen)>) -> Vec<Look> {
    seen.into_iter()
        .map(|(minutes, seen)| Look { at: start() + Duration::minutes(minutes), is_base: true, seen })
        .collect()
}

fn tallies(looks: &[Look]) -> Vec<HourTally> {
    let hours: Vec<HourTally> = looks
        .iter()
        .map(|look| {
            let outcome = match look.seen {
                Seen::Open(_) => Outcome::Open(guichet_model::Offer::UNTOLD),
                Seen::Full => Outcome::Full,
                Seen::Shut => Outcome::Shut,
                Seen::Unknown => Outcome::Unknown(guichet_model::Cause::Unreachable),
            };
            HourTally { at: LocalHour::of(look.at, PARIS), counts: Counts::one(&outcome, 1_800_000) }
        })
        .collect();
    tally::pool(&hours)
}

fn report_of(looks: &[Look], question: &Question<'_>) -> Option<Report> {
    let (hours, days_off) = (tallies(looks), DaysOff::new());
    report(&Evidence { hours: &hours, looks, zone: PARIS, days_off: &days_off }, question)
}

/// A look each half hour for `days`, open once a day from 9 on for an hour.
fn daily(days: i64) -> Vec<Look> {
    looks(
        (0..days * 48)
            .map(|half| (half * 30 + 7, if (18..20).contains(&(half % 48)) { OPEN } else { Seen::Full })),
    )
}

#[test]
fn nothing_observed_is_no_report() {
    assert!(report_of(&[], &Question::default()).is_none());
    let later = Question { from: NaiveDate::from_ymd_opt(2030, 1, 1), ..Question::default() };
    assert!(report_of(&daily(3), &later).is_none());
}

#[test]
fn a_week_of_looks_gives_facts_and_no_chance_class_cells_or_pattern() {
    let ours = report_of(&daily(6), &Question::default()).unwrap();
    let few = TooLittle { needed: Needed::ObservedDays, have: 6.0, need: 14.0 };
    assert_eq!(
        (&ours.class, ours.cells.as_ref().err(), ours.release.as_ref().err()),
        (&Err(few), Some(&few), Some(&few))
    );
    let horizons: Vec<u32> = ours.chance.iter().map(|(days, _)| *days).collect();
    assert_eq!(horizons, HORIZONS);
    assert!(ours.chance.iter().all(|(_, chance)| chance.as_ref().err() == Some(&few)));
    // A forecast is about the last 84 dates, and says so.
    let few = TooLittle { needed: Needed::AnsweredDays, have: 6.0, need: 51.0 };
    assert!(ours.forecast.iter().all(|(_, forecast)| forecast.as_ref().err() == Some(&few)));
    assert_eq!((ours.starts, ours.availability.n_polls), (PeriodStart::First, 6 * 48));
}

#[test]
fn where_the_coverage_is_short_it_is_named() {
    let sparse = looks((0..60 * 24).filter(|hour| hour % 24 < 7).map(|hour| (hour * 60 + 7, Seen::Full)));
    let ours = report_of(&sparse, &Question::default()).unwrap();
    let few = ours.class.unwrap_err();
    assert_eq!((few.needed, few.need), (Needed::Coverage, 0.5));
    assert!(few.have < 0.31, "{few:?}");
}

#[test]
fn a_period_that_was_asked_for_is_exactly_that() {
    let day = |day| NaiveDate::from_ymd_opt(2026, 1, day);
    let question = Question { from: day(10), to: day(20), ..Question::default() };
    let ours = report_of(&daily(60), &question).unwrap();
    assert_eq!((Some(ours.availability.from), Some(ours.availability.to)), (day(10), day(20)));
    assert_eq!((ours.starts, ours.availability.n_polls), (PeriodStart::Asked, 11 * 48));
    assert!(ours.history.is_empty());
}

#[test]
fn looks_out_of_order_are_put_in_order() {
    let ordered = daily(20);
    let mut mixed = ordered.clone();
    mixed.rotate_left(300);
    mixed.reverse();
    assert_eq!(report_of(&mixed, &Question::default()), report_of(&ordered, &Question::default()));
}

#[test]
fn each_change_ends_a_period_that_is_kept() {
    let all = daily(90);
    let (hours, days_off) = (tallies(&all), DaysOff::new());
    let evidence = Evidence { hours: &hours, looks: &all, zone: PARIS, days_off: &days_off };
    let change = |month, day| Change {
        date: NaiveDate::from_ymd_opt(2026, month, day).unwrap(),
        kind: crate::changes::ChangeKind::Rate,
        before_per_week: 1.0,
        after_per_week: 4.0,
        ratio: Some(4.0),
        openings: (10, 10),
        days: (20, 20),
    };
    // Two kinds of change on one date end one period; one before all observations ends none.
    let changes = [change(2, 20), change(1, 25), change(1, 25), change(1, 1)];
    let past = history(&evidence, &[], &changes);
    let spans: Vec<_> = past
        .iter()
        .map(|past| (past.availability.from.to_string(), past.availability.to.to_string()))
        .collect();
    let span = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(spans, [span("2026-01-05", "2026-01-24"), span("2026-01-25", "2026-02-19")]);
    assert!(history(&evidence, &[], &[]).is_empty());
}

#[test]
fn a_week_of_long_ago_is_history_and_takes_nothing_from_what_is_seen_today() {
    let today = daily(90);
    let alone = report_of(&today, &Question::default()).unwrap();
    let mut all: Vec<Look> =
        today.iter().map(|look| Look { at: look.at - Duration::days(1200), ..*look }).take(6 * 48).collect();
    all.extend(&today);
    let with_history = report_of(&all, &Question::default()).unwrap();
    assert_eq!(with_history.starts, PeriodStart::Gap);
    assert_eq!(with_history.history.len(), 1);
    assert_eq!(with_history.history[0].availability.days_observed, 6);
    assert_eq!(
        (with_history.availability, with_history.chance, with_history.class),
        (alone.availability, alone.chance, alone.class)
    );
    // Exactly so long a pause is none.
    let pause = |days: i64| {
        let mut looks = daily(30);
        let more: Vec<Look> =
            looks.iter().map(|look| Look { at: look.at + Duration::days(days), ..*look }).collect();
        looks.extend(more);
        report_of(&looks, &Question::default()).unwrap().starts
    };
    assert_eq!((pause(29 + 28), pause(30 + 28)), (PeriodStart::First, PeriodStart::Gap));
}

#[test]
fn a_page_that_is_always_shut_has_no_chance_and_no_class() {
    let shut = looks((0..120 * 48).map(|half| (half * 30, Seen::Shut)));
    let report = report_of(&shut, &Question::default()).unwrap();
    assert_eq!(report.availability.tier, crate::Tier::None);
    let few = TooLittle { needed: Needed::Told, have: 0.0, need: 30.0 };
    assert_eq!(report.class, Err(few));
    assert!(report.chance.iter().all(|(_, chance)| *chance == Err(few)));
    assert!(report.forecast.iter().all(|(_, forecast)| *forecast == Err(few)));
    assert_eq!(report.attempts, Err(few));
}

/// 100 days; each hour has a look each ten minutes, and every fourth hour is open.
fn hours_with_errors(is_error: impl Fn(i64, bool) -> bool) -> Vec<Look> {
    looks((0..100 * 144).map(|ten| {
        let open = (ten / 6) % 8 == 0;
        let seen = match (is_error(ten, open), open) {
            (true, _) => Seen::Unknown,
            (false, true) => OPEN,
            (false, false) => Seen::Full,
        };
        (ten * 10, seen)
    }))
}

#[test]
fn errors_that_come_with_openings_show_and_others_do_not() {
    // A fixed sequence that has nothing to do with the hours.
    let chance = |ten: i64, share: i64| (ten * 7919 + ten * ten % 1009) % 100 < share;
    let rushed = hours_with_errors(|ten, open| chance(ten, if open { 40 } else { 5 }));
    let ratio = error_rate_near_open(&rushed).unwrap();
    assert!(ratio > 2.0, "{ratio}");
    let even = hours_with_errors(|ten, _| chance(ten, 10));
    let ratio = error_rate_near_open(&even).unwrap();
    assert!((0.85..1.15).contains(&ratio), "{ratio}");
}

#[test]
fn an_open_look_is_not_near_itself() {
    // Openings so rare that no look is within an hour of another open one: there is no other side to compare with.
    let alone = looks((0..2000).map(|day| {
        (
            day * 1440,
            if day % 5 == 0 {
                OPEN
            } else if day % 7 == 0 {
                Seen::Unknown
            } else {
                Seen::Full
            },
        )
    }));
    assert_eq!(error_rate_near_open(&alone), None);
}

#[test]
fn too_few_looks_or_errors_on_a_side_are_not_compared() {
    assert_eq!(error_rate_near_open(&[]), None);
    assert_eq!(error_rate_near_open(&hours_with_errors(|_, _| false)), None);
    assert_eq!(error_rate_near_open(&hours_with_errors(|_, open| open)), None);
    let errors_elsewhere_only = hours_with_errors(|ten, _| (ten / 6) % 8 == 4);
    assert_eq!(error_rate_near_open(&errors_elsewhere_only), None);
}

#[test]
fn pooling_adds_observations_and_never_averages_shares() {
    let (often, rarely) = (daily(30), looks((0..30 * 12).map(|h| (h * 120, Seen::Full))));
    let mut hours = tallies(&often);
    hours.extend(tallies(&rarely));
    let ours = pooled(&hours, &[], (3, 2), PARIS).unwrap();
    assert_eq!((ours.desks, ours.desks_with_data), (3, 2));
    let expected = 60.0 / (30.0 * 48.0 + 30.0 * 12.0);
    assert!((ours.availability.p.unwrap() - expected).abs() < 1e-12);
    assert_eq!(ours.availability, availability(&tally::pool(&hours), PARIS).unwrap());
    assert!(ours.class.is_err(), "no desk that could be tried");
    assert!(pooled(&[], &[], (3, 0), PARIS).is_none());
}

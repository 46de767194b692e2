use guichet_model::{
    Cause, Counts, DaysOff, HourTally, Offer, Outcome,
    civil::{LocalHour, PARIS},
};
use proptest::prelude::*;

use super::*;

const OPEN: Outcome = Outcome::Open(Offer::UNTOLD);

fn date(day: u32) -> NaiveDate {
    "2026-01-05".parse::<NaiveDate>().unwrap() + Days::new(day.into())
}

/// An hour of a day with outcomes, each with its weight in minutes.
fn hour(day: u32, hour: u8, seen: &[(Outcome, u64)]) -> HourTally {
    let mut counts = Counts::default();
    for (outcome, minutes) in seen {
        counts.add(&Counts::one(outcome, minutes * 60_000));
    }
    HourTally { at: LocalHour { date: date(day), hour }, counts }
}

fn of(hours: &[HourTally], windows: &[Window]) -> Option<DailySuccess> {
    daily_success(&Evidence { hours, looks: &[], zone: PARIS, days_off: &DaysOff::new() }, windows)
}

#[test]
fn one_half_in_each_of_three_windows_is_seven_eighths() {
    let half = [(OPEN, 15), (Outcome::Full, 15)];
    let desk = of(&[hour(0, 9, &half), hour(0, 12, &half), hour(0, 15, &half)], &THREE_A_DAY).unwrap();
    let shares = vec![Some(0.5); 3];
    assert_eq!(
        desk,
        DailySuccess { from: date(0), s: vec![Some(0.875)], window_means: vec![0.5; 3], shares }
    );
}

#[test]
fn looks_count_by_the_time_they_stand_for_and_a_shut_page_shows_nothing() {
    let window = [Window { from: 8, to: 10 }];
    let hours = [hour(0, 8, &[(OPEN, 10)]), hour(0, 9, &[(Outcome::Full, 20), (Outcome::Shut, 10)])];
    assert_eq!(of(&hours, &window).unwrap().s, [Some(0.25)]);
    let hours = [hour(0, 7, &[(OPEN, 10)]), hour(0, 10, &[(OPEN, 10)]), hour(0, 9, &[(Outcome::Shut, 10)])];
    assert_eq!(of(&hours, &window).unwrap().s, [Some(0.0)], "the hours around a window are not in it");
}

#[test]
fn a_missing_window_takes_its_mean_and_a_date_with_one_window_of_three_is_unknown() {
    let (open, full) = ([(OPEN, 60)], [(Outcome::Full, 60)]);
    let lost = [(Outcome::Unknown(Cause::Unreachable), 60)];
    let hours = [
        hour(0, 9, &full),
        hour(0, 12, &full),
        hour(0, 15, &open),
        hour(1, 9, &full),
        hour(1, 12, &full),
        hour(1, 15, &full),
        hour(2, 9, &full),
        hour(2, 12, &full),
        hour(2, 15, &lost),
        hour(3, 9, &full),
        hour(3, 12, &lost),
        hour(3, 15, &lost),
        // Nothing at all on the fifth date.
        hour(5, 9, &open),
        hour(5, 12, &full),
        hour(5, 15, &full),
        hour(6, 9, &lost),
        hour(6, 12, &lost),
        hour(6, 15, &lost),
    ];
    let desk = of(&hours, &THREE_A_DAY).unwrap();
    let third = 1.0 - (1.0 - 1.0 / 3.0);
    assert_eq!(desk.s, [Some(1.0), Some(0.0), Some(third), None, None, Some(1.0)]);
    assert_eq!(desk.window_means, [0.2, 0.0, 1.0 / 3.0]);
}

#[test]
fn nobody_knows_what_a_look_finds_in_a_window_that_was_never_answered() {
    let full = [(Outcome::Full, 60)];
    assert_eq!(of(&[hour(0, 9, &full), hour(0, 12, &full)], &THREE_A_DAY), None);
    assert_eq!(of(&[], &THREE_A_DAY), None);
    assert_eq!(of(&[hour(0, 9, &full)], &[]), None);
    // Each window on another date: no date tells of two.
    assert_eq!(of(&[hour(0, 9, &full), hour(1, 12, &full), hour(2, 15, &full)], &THREE_A_DAY), None);
}

#[test]
fn the_mean_weighs_dates_by_how_long_ago_they_are() {
    let desk = DailySuccess {
        from: date(0),
        s: vec![Some(1.0), None, Some(0.0)],
        window_means: vec![],
        shares: vec![],
    };
    assert_eq!(desk.mean(|_| 1.0), Some(0.5));
    assert_eq!(desk.mean(|ago| if ago == 2 { 3.0 } else { 1.0 }), Some(0.75));
    assert_eq!(desk.mean(|_| 0.0), None);
}

#[test]
fn days_alike_for_long_are_more_alike_than_days_in_turns() {
    let desk = |s: Vec<f64>| DailySuccess {
        from: date(0),
        s: s.into_iter().map(Some).collect(),
        window_means: vec![],
        shares: vec![],
    };
    let blocks = desk((0..120).map(|day| f64::from(u8::from(day % 40 < 20))).collect());
    let turns = desk((0..120).map(|day| f64::from(u8::from(day % 2 == 0))).collect());
    assert!(blocks.likeness(7, 0.0) > 0.7, "{}", blocks.likeness(7, 0.0));
    assert!(turns.likeness(2, 0.0).abs() < 1e-12 && (turns.likeness(2, 0.1) - 0.1).abs() < 1e-12);
    assert!(blocks.likeness(1, 0.0).abs() < 1e-12, "one day has no neighbour");
    // Two desks that never change and differ: all likeness is between them.
    let (always, never) = (desk(vec![1.0; 60]), desk(vec![0.0; 60]));
    assert!((likeness(&[always, never], 7, 0.0) - 0.9).abs() < 1e-12);
}

proptest! {
    #[test]
    fn successes_are_shares_whatever_the_order_of_the_hours(
        seen in prop::collection::vec((0_u32..4000, 0_u8..24, 0_u8..4, 1_u64..600), 0..80),
    ) {
        let hours: Vec<HourTally> = seen.iter().map(|(day, at, kind, minutes)| {
            let outcome = match kind {
                0 => OPEN,
                1 => Outcome::Full,
                2 => Outcome::Shut,
                _ => Outcome::Unknown(Cause::Gone),
            };
            hour(*day, *at, &[(outcome, *minutes)])
        }).collect();
        let windows = [Window { from: 0, to: 12 }, Window { from: 8, to: 24 }];
        let mut sorted = hours.clone();
        sorted.sort_by_key(|hour| hour.at);
        let desk = of(&hours, &windows);
        prop_assert_eq!(desk.clone().map(|desk| desk.from), of(&sorted, &windows).map(|desk| desk.from));
        if let Some(desk) = desk {
            prop_assert!(desk.known().all(|(_, s)| (0.0..=1.0).contains(&s)));
            prop_assert!(desk.likeness(30, 0.0).is_finite());
        }
    }
}

use chrono::{DateTime, Duration, NaiveDate};
use guichet_model::{Dates, DatesClass, DaysOff, Instant, Look, Seen, civil::PARIS};
use proptest::prelude::*;

use super::*;
use crate::{
    changes::changes,
    timed::{OpenedAt, TimedDay},
};

const OPEN: Seen = Seen::Open(Dates { class: DatesClass::Untold, lead_min: None });

/// Looked at all the time from a Monday on; `hours` of the openings of each date.
fn timed(days: usize, hours: impl Fn(usize) -> Vec<u8>) -> Timed {
    let monday = NaiveDate::from_ymd_opt(2025, 3, 3).unwrap();
    let days = monday.iter_days().take(days).enumerate().map(|(day, date)| TimedDay {
        date,
        is_off: false,
        exposure_h: [1.0; HOURS],
        openings: hours(day).into_iter().map(|hour| OpenedAt { hour, into: 0.5 }).collect(),
    });
    Timed { days: days.collect() }
}

fn any_hour(day: usize) -> u8 {
    u8::try_from(day * 11 % 24).unwrap()
}

#[test]
fn what_opens_every_day_at_nine_is_told_for_every_day() {
    let mut found = pattern_in(&timed(56, |day| vec![9, any_hour(day)])).unwrap();
    assert_eq!((found.weekday, found.window_start_h, found.window_len_h), (None, 9, 1));
    assert_eq!((found.n_openings, found.n_dates), (112, 56));
    assert!((found.expected_share - 1.0 / 24.0).abs() < 1e-9 && found.share > 0.5, "{found:?}");
    assert!(found.p_rot <= 0.002 && found.lift_interval.lo > 10.0, "{found:?}");
    assert!(!found.is_shown(), "before it was corrected for many targets");
    found.q_bh = Some(0.05);
    assert!(found.is_shown());
}

#[test]
fn what_opens_on_mondays_is_told_for_mondays_and_holidays_are_no_mondays() {
    let seen = |is_off: bool| {
        let mut seen = timed(84, |day| match day % 7 {
            0 => vec![14, 14, 14],
            _ => vec![any_hour(day)],
        });
        // A holiday on the second Monday: nothing opened.
        seen.days[7].openings.clear();
        seen.days[7].is_off = is_off;
        pattern_in(&seen).unwrap()
    };
    let (found, otherwise) = (seen(true), seen(false));
    assert_eq!((found.weekday, found.window_start_h, found.window_len_h), (Some(0), 14, 1));
    assert!((found.expected_share - 11.0 / (83.0 * 24.0)).abs() < 1e-9, "{found:?}");
    assert!(found.lift > otherwise.lift);
}

#[test]
fn one_hour_in_batches_is_no_pattern() {
    // Twelve batches on all days of the week, each of ten at one hour, no two at the same.
    let found = pattern_in(&timed(72, |day| match day % 6 {
        3 => vec![u8::try_from(day / 6 * 2).unwrap(); 10],
        _ => vec![],
    }))
    .unwrap();
    assert_eq!((found.n_openings, found.n_dates), (120, 12));
    assert!(found.p_rot > 0.05, "{found:?}");
}

#[test]
fn the_same_data_give_the_same_figures() {
    let seen = timed(56, |day| vec![any_hour(day), any_hour(day * day)]);
    assert_eq!(pattern_in(&seen), pattern_in(&seen));
}

#[test]
fn too_little_is_said_to_be_too_little() {
    let too_little = |needed, have, need| Err(TooLittle { needed, have, need });
    assert_eq!(pattern_in(&Timed::default()), too_little(Needed::Openings, 0.0, 20.0));
    assert_eq!(pattern_in(&timed(19, |_| vec![3])), too_little(Needed::Openings, 19.0, 20.0));
    assert_eq!(pattern_in(&timed(9, |_| vec![3; 5])), too_little(Needed::OpeningDates, 9.0, 10.0));
}

/// By hand: m = 5; sorted .005 .01 .03 .04 .5 give .025 .025 .05 .05 .5.
#[test]
fn benjamini_and_hochberg_correct_for_many_targets() {
    let q = benjamini_hochberg(&[0.04, 0.005, 0.5, 0.01, 0.03]);
    for (q, by_hand) in q.iter().zip([0.05, 0.025, 0.5, 0.025, 0.05]) {
        assert!((q - by_hand).abs() < 1e-12, "{q} {by_hand}");
    }
    assert_eq!(benjamini_hochberg(&[]), Vec::<f64>::new());
    assert_eq!(benjamini_hochberg(&[f64::NAN, 0.9]), [1.0, 1.0]);
}

fn finite(pattern: &ReleasePattern) -> bool {
    let ReleasePattern { share, expected_share, lift, lift_interval, p_rot, .. } = pattern;
    let numbers = [*share, *expected_share, *lift, lift_interval.lo, lift_interval.hi, *p_rot];
    let described = [pattern.rayleigh_z, pattern.kuiper_v, pattern.entropy];
    numbers.into_iter().chain(described).all(f64::is_finite)
        && (0.0..=1.0).contains(p_rot)
        && lift_interval.lo <= lift_interval.hi
        && pattern.window_start_h < 24
        && (1..=3).contains(&pattern.window_len_h)
}

/// Both recipes over looks; what comes out is defined.
fn holds(looks: &[Look], days_off: &DaysOff) -> bool {
    let evidence = Evidence { hours: &[], looks, zone: PARIS, days_off };
    let is_release_fine = release_pattern(&evidence).is_ok_and(|found| finite(&found))
        || release_pattern(&evidence).is_err_and(|lack| lack.have.is_finite() && lack.have < lack.need);
    let are_changes_fine = changes(&evidence).map_or_else(
        |lack| lack.have.is_finite() && lack.have < lack.need,
        |found| {
            found.iter().all(|change| {
                change.before_per_week.is_finite()
                    && change.after_per_week.is_finite()
                    && change.ratio.is_none_or(f64::is_finite)
            }) && found.windows(2).all(|pair| pair[0].date < pair[1].date)
        },
    );
    is_release_fine && are_changes_fine
}

fn instant(seconds: i64) -> Instant {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// Looks from 2023 on, `every` minutes for so many days.
fn regular(days: i64, every: i64, seen: impl Fn(i64) -> Seen) -> Vec<Look> {
    (0..days * 1440 / every)
        .map(|n| Look {
            at: instant(1_672_531_200) + Duration::minutes(n * every),
            is_base: true,
            seen: seen(n),
        })
        .collect()
}

#[test]
fn nothing_and_one_look_and_all_alike_and_ten_years_are_defined() {
    let none = DaysOff::new();
    assert!(holds(&[], &none));
    for seen in [OPEN, Seen::Full, Seen::Shut, Seen::Unknown] {
        assert!(holds(&regular(1, 1440, |_| seen), &none));
        assert!(holds(&regular(90, 30, |_| seen), &none));
    }
    let ten_years = regular(3653, 45, |n| if n % 29 == 3 || n % 3001 < 5 { OPEN } else { Seen::Full });
    assert!(holds(&ten_years, &none));
    // All seen at the very same minute of the day, in an hour that is looked at only then.
    let once = regular(120, 1, |n| match n % 1440 {
        540 => Seen::Full,
        541 => OPEN,
        _ => Seen::Unknown,
    });
    assert!(holds(&once, &none));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_figure_is_finite_whatever_was_seen(
        steps in prop::collection::vec((-2_000_i64..9_000, 0_u8..12), 0..900),
        is_sorted: bool,
        off in prop::collection::vec(0_i64..60, 0..9),
    ) {
        let mut at = 1_680_000_000;
        let mut looks: Vec<Look> = steps
            .iter()
            .map(|(step, seen)| {
                // Some looks lie at one instant.
                at += if step % 5 == 0 { 0 } else { *step };
                let seen = match seen {
                    0..5 => OPEN,
                    5..10 => Seen::Full,
                    10 => Seen::Shut,
                    _ => Seen::Unknown,
                };
                Look { at: instant(at), is_base: at % 2 == 0, seen }
            })
            .collect();
        if is_sorted {
            looks.sort();
        }
        let days_off =
            off.iter().map(|day| instant(1_680_000_000 + day * 86_400).date_naive()).collect();
        prop_assert!(holds(&looks, &days_off));
    }
}

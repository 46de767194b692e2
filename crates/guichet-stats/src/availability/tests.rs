use chrono::Duration;
use guichet_model::{
    Cause, Instant, Offer, Outcome,
    civil::{LocalHour, PARIS},
    tally,
};
use proptest::prelude::*;

use super::*;

const OPEN: Outcome = Outcome::Open(Offer::UNTOLD);

fn start() -> Instant {
    "2026-01-04T23:00:00Z".parse().unwrap()
}

/// Tallies of observations given as (hours since the start, outcome), each planned at `rho` per hour.
fn tallies(seen: &[(f64, Outcome)], rho: f64) -> Vec<HourTally> {
    let hours: Vec<HourTally> = seen
        .iter()
        .map(|(hours, outcome)| {
            #[expect(clippy::cast_possible_truncation, reason = "test instants")]
            let at = start() + Duration::milliseconds((hours * 3_600_000.0) as i64);
            HourTally {
                at: LocalHour::of(at, PARIS),
                counts: Counts::one(outcome, tally::weight_ms(Some(rho))),
            }
        })
        .collect();
    tally::pool(&hours)
}

#[test]
fn the_interval_equals_the_reference_figures() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("../../testdata/golden.json")).unwrap();
    let golden = &golden["ewc_kg"];
    let number = |key: &str| golden[key].as_f64().unwrap();
    let list =
        |key: &str| golden[key].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<_>>();
    let mut hours = Vec::new();
    for (day, (y, w)) in (0_u32..).zip(list("Y").into_iter().zip(list("W"))) {
        let outcomes = [(OPEN, y), (Outcome::Full, w - y)];
        for (outcome, n) in outcomes {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole numbers in the file"
            )]
            for _ in 0..n as u32 {
                hours.push((f64::from(day) * 24.0 + 12.0, outcome));
            }
        }
    }
    let ours = availability(&tallies(&hours, 4.0), PARIS).unwrap();
    let close =
        |ours: f64, key: &str| assert!((ours - number(key)).abs() <= 1e-6 * number(key), "{key}: {ours}");
    close(ours.p.unwrap(), "p");
    close(ours.n_eff, "n_eff");
    close(ours.interval.lo, "lo");
    close(ours.interval.hi, "hi");
    assert_eq!(Some(u64::from(ours.nu)), golden["nu"].as_u64());
}

#[test]
fn a_page_that_never_told_has_no_share_and_the_widest_interval() {
    let ours =
        availability(&tallies(&[(0.0, Outcome::Unknown(Cause::Refused)), (1.0, Outcome::Shut)], 2.0), PARIS)
            .unwrap();
    assert_eq!((ours.p, ours.interval, ours.n_polls, ours.tier), (None, Interval::VACUOUS, 0, Tier::None));
    assert!(availability(&[], PARIS).is_none());
}

#[test]
fn missing_changes_the_bounds_and_never_the_share() {
    let told = [(0.0, OPEN), (1.0, Outcome::Full), (2.0, Outcome::Full), (3.0, Outcome::Full)];
    let mut with_missing = told.to_vec();
    with_missing.extend([(1.5, Outcome::Unknown(Cause::Overloaded)); 4]);
    let (a, b) = (
        availability(&tallies(&told, 1.0), PARIS).unwrap(),
        availability(&tallies(&with_missing, 1.0), PARIS).unwrap(),
    );
    assert_eq!((a.p, a.interval), (b.p, b.interval));
    assert_eq!((b.missing_share, b.manski), (0.5, Interval { lo: 0.125, hi: 0.625 }));
}

#[test]
fn a_dense_burst_of_planned_probes_weighs_no_more_than_the_time_it_stands_for() {
    let mut hours = tallies(&[(0.2, OPEN); 12], 12.0);
    hours.extend(tallies(&[(1.5, Outcome::Full), (2.5, Outcome::Full), (3.5, Outcome::Full)], 1.0));
    assert!((availability(&hours, PARIS).unwrap().p.unwrap() - 0.25).abs() < 1e-9);
}

#[test]
fn two_weeks_are_provisional_eight_are_enough_and_gaps_take_the_tier_away() {
    let poll = |days: u32, every: u32| {
        let seen: Vec<_> =
            (0..days * 24).step_by(every as usize).map(|h| (f64::from(h) + 0.5, Outcome::Full)).collect();
        availability(&tallies(&seen, 1.0 / f64::from(every)), PARIS).unwrap()
    };
    let tiers = [poll(13, 1), poll(14, 1), poll(56, 1), poll(56, 3)].map(|a| (a.tier, a.days_observed));
    assert_eq!(tiers, [(Tier::None, 13), (Tier::Provisional, 14), (Tier::Ok, 56), (Tier::None, 56)]);
    assert!((poll(14, 1).capture - 1.0).abs() < 1e-12);
}

#[test]
fn the_spring_date_has_twenty_three_civil_hours_and_the_autumn_one_twenty_four() {
    let at = |text: &str, hour: u8| LocalHour { date: text.parse().unwrap(), hour };
    for (first, last, hours) in [
        (at("2026-03-28", 0), at("2026-03-30", 23), 71),
        (at("2026-10-24", 0), at("2026-10-26", 23), 72),
        (at("2026-03-29", 3), at("2026-03-29", 23), 21),
        (at("2026-03-29", 0), at("2026-03-29", 1), 2),
        (at("2026-03-29", 23), at("2026-03-29", 23), 1),
        (at("2026-10-25", 2), at("2026-10-25", 2), 1),
        (at("2026-03-28", 22), at("2026-03-29", 3), 5),
    ] {
        assert_eq!(civil_hours(first, last, PARIS), hours, "{first:?} {last:?}");
    }
    let (first, last) = (at("2025-01-01", 5), at("2026-12-31", 20));
    assert_eq!(civil_hours(first, last, PARIS), 2 * 365 * 24 - 5 - 3 - 2, "two springs");
    assert_eq!(civil_hours(first, last, chrono_tz::Indian::Reunion), 2 * 365 * 24 - 5 - 3);
}

#[test]
fn looking_in_every_hour_of_a_clock_change_captures_all_of_it() {
    let every_half_hour = |from: &str, elapsed_h: u32| {
        let from: Instant = from.parse().unwrap();
        let hours: Vec<HourTally> = (0..2 * elapsed_h)
            .map(|half| {
                let at = from + Duration::minutes(30 * i64::from(half));
                HourTally {
                    at: LocalHour::of(at, PARIS),
                    counts: Counts::one(&Outcome::Full, tally::weight_ms(Some(2.0))),
                }
            })
            .collect();
        availability(&tally::pool(&hours), PARIS).unwrap()
    };
    for (from, elapsed_h) in [("2026-10-24T22:00:00Z", 25), ("2026-03-28T23:00:00Z", 23)] {
        let ours = every_half_hour(from, elapsed_h);
        assert!((ours.capture - 1.0).abs() < 1e-12, "{ours:?}");
        assert_eq!((ours.from, ours.days_observed, ours.n_polls), (ours.to, 1, u64::from(2 * elapsed_h)));
        assert_eq!(ours.counts.full_ms, u64::from(elapsed_h) * 3_600_000, "the weights are the elapsed time");
    }
}

#[test]
fn tallies_out_of_order_or_in_parts_give_what_they_give_in_order() {
    let seen: Vec<_> = (0..400)
        .map(|hour| (f64::from(hour) + 0.5, if hour % 9 == 0 { OPEN } else { Outcome::Full }))
        .collect();
    let ordered = tallies(&seen, 2.0);
    let mut mixed = ordered.clone();
    mixed.reverse();
    assert_eq!(availability(&mixed, PARIS), availability(&ordered, PARIS));
    mixed.extend(tallies(&seen, 2.0));
    let doubled = availability(&mixed, PARIS).unwrap();
    assert!(doubled.capture <= 1.0 && doubled.days_observed <= 17, "{doubled:?}");
}

#[test]
fn too_little_exposure_is_told_in_days_first_and_then_in_coverage() {
    let enough = |days: u32, every: usize| {
        let seen: Vec<_> =
            (0..days * 24).step_by(every).map(|h| (f64::from(h) + 0.5, Outcome::Full)).collect();
        let ours = availability(&tallies(&seen, 1.0), PARIS).unwrap();
        assert_eq!(ours.enough().is_err(), ours.tier == Tier::None, "{ours:?}");
        ours.enough().map_err(|few| few.needed)
    };
    assert_eq!(enough(13, 3), Err(Needed::ObservedDays));
    assert_eq!(enough(30, 3), Err(Needed::Coverage));
    assert_eq!(enough(14, 1), Ok(()));
}

#[test]
fn an_hour_of_the_week_holds_only_its_own_observations() {
    let seen: Vec<_> = (0..21)
        .map(|day| (f64::from(day) * 24.0 + 0.5, if day % 7 == 0 { OPEN } else { Outcome::Full }))
        .collect();
    let cells = by_hour_of_week(&tallies(&seen, 1.0), PARIS);
    assert_eq!(cells.len(), 7);
    let monday = &cells[&HourOfWeek::new(0, 0).unwrap()];
    assert_eq!((monday.p, monday.n_polls, monday.days_observed), (Some(1.0), 3, 3));
    assert!(monday.interval.lo > 0.2 && monday.interval.lo < 0.5, "{:?}", monday.interval);
    assert_eq!(cells[&HourOfWeek::new(3, 0).unwrap()].p, Some(0.0));
}

#[test]
fn the_spring_hour_is_no_turn_of_its_cell_that_was_missed() {
    // Sundays from 15 March to 12 April 2026; on the 29th there is no hour from 2 to 3.
    let sundays = [15, 22, 36, 43].map(|day| {
        let date = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + chrono::Days::new(day - 1);
        HourTally { at: LocalHour { date, hour: 2 }, counts: Counts::one(&Outcome::Full, 1_800_000) }
    });
    let cells = by_hour_of_week(&sundays, PARIS);
    let night = &cells[&HourOfWeek::new(6, 2).unwrap()];
    assert_eq!((night.capture, night.days_observed), (1.0, 4));
}

proptest! {
    #[test]
    fn figures_are_always_finite_and_ordered(seen in prop::collection::vec((0.0_f64..2000.0, 0_u8..4), 0..200), rho in 0.01_f64..20.0) {
        let seen: Vec<_> = seen.into_iter().map(|(at, kind)| (at, match kind {
            0 => OPEN, 1 => Outcome::Full, 2 => Outcome::Shut, _ => Outcome::Unknown(Cause::Gone),
        })).collect();
        if let Some(a) = availability(&tallies(&seen, rho), PARIS) {
            let numbers = [a.interval.lo, a.interval.hi, a.n_eff, a.deff, a.capture, a.missing_share, a.manski.lo, a.manski.hi];
            prop_assert!(numbers.iter().all(|x| x.is_finite() && *x >= 0.0), "{a:?}");
            prop_assert!(a.capture <= 1.0 && a.manski.lo <= a.manski.hi && a.interval.lo <= a.interval.hi);
            if let Some(p) = a.p {
                prop_assert!(a.interval.lo <= p + 1e-9 && p <= a.interval.hi + 1e-9, "{a:?}");
                prop_assert!(a.manski.lo <= p + 1e-12 && p <= a.manski.hi + 1e-12);
            }
        } else {
            prop_assert!(seen.is_empty());
        }
    }

    #[test]
    fn splitting_a_constant_plan_changes_nothing(seen in prop::collection::vec((0.0_f64..500.0, any::<bool>()), 1..100), cut in 0_usize..100) {
        let seen: Vec<_> = seen.into_iter().map(|(at, open)| (at, if open { OPEN } else { Outcome::Full })).collect();
        let (a, b) = seen.split_at(cut.min(seen.len()));
        let mut parts = tallies(a, 2.0);
        parts.extend(tallies(b, 2.0));
        prop_assert_eq!(availability(&tally::pool(&parts), PARIS), availability(&tallies(&seen, 2.0), PARIS));
    }
}

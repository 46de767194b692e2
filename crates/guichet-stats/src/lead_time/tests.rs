use chrono::Duration;
use guichet_model::{Counts, DaysOff, Instant, Offer, Outcome, tally};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::*;

fn start() -> Instant {
    "2026-01-04T23:00:00Z".parse().unwrap()
}

fn open(class: DatesClass, lead_min: Option<u32>) -> Seen {
    Seen::Open(Dates { class, lead_min })
}

/// Looks at (hours since the start, base or not, seen).
fn looks(seen: &[(f64, bool, Seen)]) -> Vec<Look> {
    seen.iter()
        .map(|(hours, is_base, seen)| {
            #[expect(clippy::cast_possible_truncation, reason = "test instants")]
            let at = start() + Duration::milliseconds((hours * 3_600_000.0) as i64);
            Look { at, is_base: *is_base, seen: *seen }
        })
        .collect()
}

fn of<T>(looks: &[Look], hours: &[HourTally], recipe: fn(&Evidence<'_>) -> T) -> T {
    let days_off = DaysOff::new();
    recipe(&Evidence { hours, looks, zone: guichet_model::civil::PARIS, days_off: &days_off })
}

/// `per_day` open looks on each of `days` days, whose lead times in days are `lead(day, look)`.
fn daily(days: u32, per_day: u32, mut lead: impl FnMut(u32, u32) -> f64) -> Vec<Look> {
    let mut seen = Vec::new();
    for day in 0..days {
        for look in 0..per_day {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "test lead times")]
            let minutes = (lead(day, look) * 1440.0) as u32;
            let at = f64::from(day) * 24.0 + 9.0 + f64::from(look) / 8.0;
            seen.push((at, true, open(DatesClass::Later, Some(minutes))));
        }
    }
    looks(&seen)
}

#[test]
fn quartiles_are_lead_times_that_were_seen() {
    let ours = of(&daily(25, 4, |day, look| f64::from(day * 4 + look + 1)), &[], lead_time).unwrap();
    assert_eq!((ours.n, ours.days), (100, 25));
    assert_eq!((ours.q1_days, ours.median_days, ours.q3_days), (25.0, 50.0, 75.0));
    assert!(ours.median.lo < 35.0 && ours.median.hi > 65.0, "a trend leaves the median unsure: {ours:?}");
}

#[test]
fn a_lead_time_that_never_varies_has_no_width() {
    let ours = of(&daily(10, 3, |_, _| 12.0), &[], lead_time).unwrap();
    assert_eq!((ours.median_days, ours.median), (12.0, Interval { lo: 12.0, hi: 12.0 }));
}

#[test]
fn less_than_twenty_looks_or_five_dates_give_no_lead_time() {
    let few = |days, per_day| of(&daily(days, per_day, |_, _| 3.0), &[], lead_time).map_err(|few| few.needed);
    assert_eq!(few(19, 1), Err(Needed::LeadTimes));
    assert_eq!(few(4, 20), Err(Needed::OpeningDates));
    assert!(few(5, 4).is_ok());
    assert_eq!(few(0, 0), Err(Needed::LeadTimes));
}

#[test]
fn bursts_and_looks_that_told_no_date_have_no_lead_time() {
    let mut all = daily(10, 3, |_, _| 12.0);
    let day = |n: u32| f64::from(n) * 24.0 + 15.0;
    let burst: Vec<_> = (0..10).map(|n| (day(n), false, open(DatesClass::One, Some(60)))).collect();
    let untold: Vec<_> = (0..10).map(|n| (day(n) + 0.5, true, open(DatesClass::Untold, None))).collect();
    all.extend(looks(&burst));
    all.extend(looks(&untold));
    let ours = of(&all, &[], lead_time).unwrap();
    assert_eq!((ours.n, ours.q1_days), (30, 12.0));
}

/// In the mornings one looks twelve times an hour and slots are near, in the afternoons once an hour and they are far:
/// half of the time each, so the median is on the edge, and not where most looks are.
#[test]
fn a_look_weighs_the_time_that_it_stands_for() {
    let mut seen = Vec::new();
    let mut hours = Vec::new();
    for day in 0..20_u32 {
        for (hour, per_hour, lead) in [(9_u32, 12_u32, 2 * 1440), (15, 1, 40 * 1440)] {
            for look in 0..per_hour {
                let at = f64::from(day * 24 + hour) + (f64::from(look) + 0.5) / f64::from(per_hour);
                seen.push((at, true, open(DatesClass::Later, Some(lead))));
                let weight = tally::weight_ms(Some(f64::from(per_hour)));
                let at = LocalHour::of(looks(&seen).last().unwrap().at, guichet_model::civil::PARIS);
                hours.push(HourTally { at, counts: Counts::one(&Outcome::Open(Offer::UNTOLD), weight) });
            }
        }
    }
    let (all, hours) = (looks(&seen), tally::pool(&hours));
    let unweighted = of(&all, &[], lead_time).unwrap();
    assert_eq!((unweighted.n, unweighted.q3_days), (260, 2.0), "twelve of thirteen looks");
    let weighted = of(&all, &hours, lead_time).unwrap();
    assert_eq!((weighted.q1_days, weighted.q3_days), (2.0, 40.0));
    assert_eq!(weighted.median, Interval { lo: 2.0, hi: 40.0 });
}

/// Lead times that stay alike for about a week: the interval must hold the true median about as often as it says, and
/// one that takes each look as independent must not.
#[test]
fn the_interval_of_the_median_covers_where_independent_looks_would_not() {
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    let (runs, mut covered, mut naive_covered) = (300, 0, 0);
    for _ in 0..runs {
        let mut level = 0.0;
        let all = daily(120, 6, |_, look| {
            if look == 0 {
                // A stationary walk, symmetric around 0, of variance 1.
                let step = (rng.random::<f64>() - 0.5) * 12.0_f64.sqrt();
                level = 0.85 * level + (1.0_f64 - 0.85 * 0.85).sqrt() * step;
            }
            20.0 + 4.0 * level + rng.random::<f64>() - 0.5
        });
        let ours = of(&all, &[], lead_time).unwrap();
        covered += u32::from((ours.median.lo..=ours.median.hi).contains(&20.0));
        let mut leads: Vec<f64> = all
            .iter()
            .filter_map(|look| match look.seen {
                Seen::Open(dates) => dates.lead_min.map(in_days),
                _ => None,
            })
            .collect();
        leads.sort_by(f64::total_cmp);
        let naive = clopper_pearson(360.0, 720.0, 0.95);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a row")]
        let at = |q: f64| leads[(q * 720.0) as usize];
        naive_covered += u32::from((at(naive.lo)..=at(naive.hi)).contains(&20.0));
    }
    let share = |n: u32| f64::from(n) / f64::from(runs);
    assert!(share(covered) >= 0.9, "coverage {}", share(covered));
    assert!(share(naive_covered) < 0.6, "as independent looks {}", share(naive_covered));
}

#[test]
fn attempts_fall_into_la_cimades_classes_and_add_up() {
    let kinds = [
        open(DatesClass::TwoOrMore, Some(5)),
        open(DatesClass::One, Some(5)),
        open(DatesClass::OneOrMore, Some(5)),
        open(DatesClass::Later, Some(60 * 1440)),
        open(DatesClass::Untold, None),
        Seen::Full,
        Seen::Shut,
        Seen::Unknown,
    ];
    let mut seen = Vec::new();
    for day in 0..20_u32 {
        for (look, kind) in (0_u32..).zip(kinds) {
            seen.push((f64::from(day * 24 + 8 + look), true, kind));
            seen.push((f64::from(day * 24 + 8 + look) + 0.1, false, open(DatesClass::One, Some(5))));
        }
    }
    let ours = of(&looks(&seen), &[], attempts).unwrap();
    let found: Vec<_> = ours.iter().map(|share| (share.class.as_str(), share.n)).collect();
    assert_eq!(
        found,
        [("two_or_more", 20), ("one", 20), ("one_or_more", 20), ("later", 20), ("untold", 20), ("none", 40)]
    );
    assert!((ours.iter().map(|share| share.share).sum::<f64>() - 1.0).abs() < 1e-12);
    for share in &ours {
        assert!(share.interval.lo <= share.share && share.share <= share.interval.hi, "{share:?}");
    }
}

#[test]
fn a_class_that_never_came_is_bounded_by_the_dates_and_not_by_the_looks() {
    let seen: Vec<_> = (0..20_u32 * 24).map(|hour| (f64::from(hour), true, Seen::Full)).collect();
    let ours = of(&looks(&seen), &[], attempts).unwrap();
    let never = ours.iter().find(|share| share.class == Attempt::One).unwrap();
    assert_eq!((never.n, never.interval.lo), (0, 0.0));
    assert_eq!(never.interval, clopper_pearson(0.0, 20.0, 0.95));
}

#[test]
fn attempts_need_fourteen_dates_and_an_answer() {
    let on = |days: u32, kind: Seen| {
        let seen: Vec<_> = (0..days).map(|day| (f64::from(day) * 24.0 + 12.0, true, kind)).collect();
        of(&looks(&seen), &[], attempts).map(|_| ()).map_err(|few| few.needed)
    };
    assert_eq!(on(13, Seen::Full), Err(Needed::Days));
    assert_eq!(on(14, Seen::Full), Ok(()));
    assert_eq!(on(30, Seen::Unknown), Err(Needed::Looks));
}

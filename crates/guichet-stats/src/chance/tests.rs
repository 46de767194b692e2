use std::{f64::consts::PI, slice};

use proptest::prelude::*;
use statrs::function::beta::ln_beta;

use super::*;
use crate::{class, interval::clopper_pearson};

fn desk(s: Vec<Option<f64>>) -> DailySuccess {
    DailySuccess { from: "2026-01-05".parse().unwrap(), s, window_means: vec![0.1; 3], shares: vec![] }
}

/// Figures of another implementation (scipy's `betaln`).
#[test]
fn beta_geometric_equals_the_reference_figures() {
    for (s, rho, days, p) in [
        (0.05, 0.1, 14, 0.359_440_960_636_231_43),
        (0.2, 0.3, 7, 0.541_318_156_851_821_9),
        (0.01, 0.05, 30, 0.167_820_472_382_049_1),
    ] {
        let ours = beta_geometric(s, rho, days);
        assert!((ours - p).abs() <= 1e-6 * p, "{s} {rho} {days}: {ours}");
    }
}

#[test]
fn the_interval_is_that_of_the_recipe_step_by_step() {
    // Blocks of four good days every nine, one date missing; d = 3.
    let s: Vec<Option<f64>> =
        (0..40_u32).map(|day| (day != 11).then_some(if day % 9 < 4 { 0.5 } else { 0.0 })).collect();
    let known: Vec<f64> = s.iter().flatten().copied().collect();
    let mean = known.iter().sum::<f64>() / 39.0;
    let g: Vec<f64> =
        (0..38).map(|i| 1.0 - s[i..i + 3].iter().map(|s| 1.0 - s.unwrap_or(mean)).product::<f64>()).collect();
    let g_mean = g.iter().sum::<f64>() / 38.0;
    // ν = max(2, min(⌊0.4·38^(2/3)⌋, ⌊40/3⌋ − 1)) = min(4, 12).
    let power: f64 = (1..=4)
        .map(|k| {
            let lambda: f64 = g
                .iter()
                .zip(0_u32..)
                .map(|(g, i)| (g - g_mean) * (PI * f64::from(k) * (f64::from(i) + 0.5) / 38.0).cos())
                .sum();
            lambda * lambda * 2.0 / 38.0
        })
        .sum();
    let variance = power / 4.0 / 38.0;
    let n_eff = (g_mean * (1.0 - g_mean) / variance).min(3.0 * 40.0 / 3.0);
    let ours = chance(&[desk(s)], 3).unwrap();
    for (level, interval) in [(0.95, ours.interval), (0.8, ours.interval80)] {
        let n = n_eff * long_run::few_degrees_penalty_at(4, level);
        let expected = clopper_pearson(g_mean * n, n, level);
        assert!((interval.hi - expected.hi).abs() < 1e-9, "{level}: {interval:?} {expected:?}");
        assert!((interval.lo - expected.lo).abs() < 1e-9, "{level}: {interval:?} {expected:?}");
    }
}

#[test]
fn few_successes_bound_the_chance_from_above_only() {
    let rare = chance(&[desk((0..200).map(|day| Some(if day % 50 == 0 { 1.0 } else { 0.0 })).collect())], 14)
        .unwrap();
    assert_eq!((rare.p_see, rare.interval.lo, rare.interval80.lo), (None, 0.0, 0.0));
    assert_eq!((rare.median_days, rare.median_hi), (None, None));
    assert!(rare.median_lo.is_some_and(|days| days > 3), "{rare:?}");
    let never = chance(&[desk(vec![Some(0.0); 84])], 14).unwrap();
    // Six fortnights, none with a slot: 1 − 0.025^(1/6).
    assert!((never.interval.hi - (1.0 - 0.025_f64.powf(1.0 / 6.0))).abs() < 1e-9, "{never:?}");
}

#[test]
fn a_single_sighting_never_lowers_the_upper_end() {
    let upper = |seen: &[usize]| {
        let s = (0..84).map(|day| Some(if seen.contains(&day) { 0.4 } else { 0.0 })).collect();
        let chance = chance(&[desk(s)], 14).unwrap();
        [chance.interval.hi, chance.interval80.hi]
    };
    let never = upper(&[]);
    for day in [0, 1, 5, 40, 83] {
        let once = upper(&[day]);
        assert!(once[0] > never[0] - 1e-12 && once[1] > never[1] - 1e-12, "{day}: {once:?} {never:?}");
    }
}

#[test]
fn too_short_a_row_says_what_is_missing() {
    let have = |s: Vec<Option<f64>>, days| {
        let too_little = chance(&[desk(s)], days).unwrap_err();
        (too_little.needed.as_str(), too_little.have, too_little.need)
    };
    assert_eq!(have(vec![], 7), ("answered_days", 0.0, 28.0));
    assert_eq!(have(vec![None; 60], 7), ("answered_days", 0.0, 28.0));
    assert_eq!(have(vec![Some(0.5); 27], 1), ("answered_days", 27.0, 28.0));
    assert_eq!(have(vec![Some(0.5); 55], 14), ("days", 55.0, 56.0));
    assert!(chance(&[desk(vec![Some(0.5); 28])], 7).is_ok());
    assert!(chance(&[], 7).is_err());
    assert_eq!(have(vec![Some(0.5); 100], u32::MAX).0, "answered_days");
    // A date now and then is no exposure, however long it goes on.
    assert_eq!(
        have((0..600).map(|day| (day % 20 == 0).then_some(0.5)).collect(), 14),
        ("answered_days", 0.0, 28.0)
    );
}

#[test]
fn a_gap_of_months_is_worth_nothing() {
    let season = || (0..60).map(|day| Some(if day % 10 < 3 { 0.4 } else { 0.0 }));
    let with_gap: Vec<Option<f64>> = season().chain((0..400).map(|_| None)).chain(season()).collect();
    let without: Vec<Option<f64>> = season().chain(season()).collect();
    let (with_gap, without) = (chance(&[desk(with_gap)], 7).unwrap(), chance(&[desk(without)], 7).unwrap());
    let width = |chance: &Chance| chance.interval.hi - chance.interval.lo;
    assert!(width(&with_gap) > 0.8 * width(&without), "{with_gap:?} {without:?}");
    assert_eq!(with_gap.days, without.days);
}

#[test]
fn two_desks_that_are_one_are_not_worth_more_than_one() {
    let one = desk((0..150_u32).map(|day| Some(if day % 11 < 2 { 0.3 } else { 0.01 })).collect());
    let (single, twice) =
        (chance(slice::from_ref(&one), 7).unwrap(), chance(&[one.clone(), one], 7).unwrap());
    assert_eq!((single.method.as_str(), twice.method.as_str()), ("beta_geometric", "pooled_windows"));
    assert_eq!(
        (single.interval.hi.to_bits(), twice.desks, twice.days),
        (twice.interval.hi.to_bits(), 2, 150)
    );
    assert!((single.interval.lo - twice.interval.lo).abs() < 1e-12);
    assert!((single.s_mean - twice.s_mean).abs() < 1e-12);
}

#[test]
fn a_desk_counts_by_how_long_it_was_observed() {
    let long = desk(vec![Some(0.0); 300]);
    let mut short = desk((0..37).map(|_| Some(1.0)).collect());
    short.from = short.from + chrono::Days::new(200);
    let pooled = chance(&[long, short], 1).unwrap();
    assert!((pooled.p_see.unwrap() - 37.0 / 337.0).abs() < 1e-12, "{pooled:?}");
    assert_eq!(pooled.days, 300);
}

#[test]
fn an_empty_desk_beside_one_changes_nothing() {
    let one = desk((0..100_u32).map(|day| Some(if day % 9 == 0 { 0.9 } else { 0.05 })).collect());
    let empty = desk(vec![None; 40]);
    assert_eq!(chance(&[one.clone(), empty], 7), chance(&[one], 7));
}

/// Rows of daily successes: noise, blocks, all of one kind, gaps; up to two years.
fn row() -> impl Strategy<Value = Vec<Option<f64>>> {
    let s = prop_oneof![
        3 => Just(None),
        4 => Just(Some(0.0)),
        2 => Just(Some(1.0)),
        4 => (0.0_f64..=1.0).prop_map(Some),
    ];
    let block = (s, 1_usize..40).prop_map(|(s, n)| vec![s; n]);
    prop::collection::vec(block, 0..40).prop_map(|blocks| blocks.concat())
}

fn check(chance: &Chance) -> Result<(), TestCaseError> {
    let Interval { lo, hi } = chance.interval;
    let inner = chance.interval80;
    prop_assert!(
        0.0 <= lo && lo <= inner.lo && inner.lo <= inner.hi && inner.hi <= hi && hi <= 1.0,
        "{chance:?}"
    );
    prop_assert!(chance.p_see.is_none_or(|p| lo <= p && p <= hi), "{chance:?}");
    prop_assert_eq!(chance.p_see.is_some(), chance.success_days >= 5.0);
    for number in [chance.rho, chance.s_mean] {
        prop_assert!((0.0..=1.0).contains(&number), "{chance:?}");
    }
    prop_assert!(chance.success_days.is_finite() && chance.success_days >= 0.0);
    // None is beyond all numbers.
    let [lo, median, hi] =
        [chance.median_lo, chance.median_days, chance.median_hi].map(|days| days.unwrap_or(u32::MAX));
    prop_assert!(lo <= median && median <= hi && lo >= 1, "{chance:?}");
    Ok(())
}

proptest! {
    #[test]
    fn beta_geometric_equals_its_definition(s in 0.001_f64..0.999, rho in 0.001_f64..0.9, days in 1_u32..200) {
        let odds = 1.0 / rho - 1.0;
        let (a, b) = (s * odds, (1.0 - s) * odds);
        let defined = -(ln_beta(a, b + f64::from(days)) - ln_beta(a, b)).exp_m1();
        let ours = beta_geometric(s, rho, days);
        prop_assert!((ours - defined).abs() <= 1e-6 * defined, "{ours} {defined}");
    }

    #[test]
    fn beta_geometric_is_a_share_that_grows_with_days_and_success(
        s in any::<f64>(), other in any::<f64>(), rho in any::<f64>(), days in 0_u32..200,
    ) {
        let p = beta_geometric(s, rho, days);
        prop_assert!((0.0..=1.0).contains(&p), "{p}");
        prop_assert!(beta_geometric(s, rho, days + 1) >= p - 1e-15);
        let [less, more] = if s < other { [s, other] } else { [other, s] };
        prop_assert!(beta_geometric(more, 0.3, days) >= beta_geometric(less, 0.3, days) - 1e-12);
    }

    #[test]
    fn likeness_near_nothing_is_no_step(s in 0.01_f64..0.9, days in 1_u32..60) {
        let (none, little) = (beta_geometric(s, 0.000_099, days), beta_geometric(s, 0.000_101, days));
        prop_assert!((none - little).abs() < 0.01 * none);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn figures_are_shares_nested_and_longer_looking_never_sees_less(rows in prop::collection::vec(row(), 0..4), apart in 0_u64..100) {
        let desks: Vec<DailySuccess> = (0_u64..).zip(rows).map(|(nth, s)| {
            let mut desk = desk(s);
            desk.from = desk.from + chrono::Days::new(nth * apart);
            desk
        }).collect();
        let all = chances(&desks);
        prop_assert_eq!(all.iter().map(|(days, _)| *days).collect::<Vec<_>>(), HORIZONS);
        let told: Vec<&Chance> = all.iter().filter_map(|(_, chance)| chance.as_ref().ok()).collect();
        for chance in &told {
            check(chance)?;
        }
        for pair in told.windows(2) {
            prop_assert!(pair[0].p_see <= pair[1].p_see && pair[0].interval.hi <= pair[1].interval.hi);
        }
        for (days, of_all) in &all {
            prop_assert_eq!(&chance(&desks, *days), of_all);
        }
        if let (Ok(set), Ok(fortnight)) = (class::class(&desks), &all[3].1) {
            prop_assert_eq!(set.interval, fortnight.interval80);
        }
    }

    #[test]
    fn the_median_is_the_first_day_with_a_chance_of_one_half(s in 0.0_f64..=1.0, rho in 0.0_f64..0.9) {
        match median(s, rho) {
            Some(days) => {
                prop_assert!(beta_geometric(s, rho, days) >= 0.5);
                prop_assert!(days == 1 || beta_geometric(s, rho, days - 1) < 0.5);
            }
            None => prop_assert!(beta_geometric(s, rho, LONGEST_MEDIAN) < 0.5),
        }
    }

    #[test]
    fn the_same_value_for_ten_years_or_one_day_is_defined(s in prop_oneof![Just(None), Just(Some(0.0)), Just(Some(1.0)), Just(Some(0.3))], years in 0_usize..=10) {
        for length in [1, 365 * years] {
            for (_, chance) in chances(&[desk(vec![s; length])]) {
                if let Ok(chance) = chance {
                    check(&chance)?;
                }
            }
        }
    }
}

#[test]
fn who_looks_for_longer_surely_sees_as_much() {
    for every in [1, 2, 5, 9] {
        let desk = desk((0..120).map(|day| Some(f64::from(u8::from(day % every == 0)))).collect());
        let known: Vec<Chance> = chances(&[desk]).into_iter().filter_map(|(_, chance)| chance.ok()).collect();
        assert!(known.len() >= 4);
        for pair in known.windows(2) {
            for (less, more) in
                [(pair[0].interval, pair[1].interval), (pair[0].interval80, pair[1].interval80)]
            {
                assert!(less.lo <= more.lo && less.hi <= more.hi, "{every}: {pair:?}");
            }
        }
    }
}

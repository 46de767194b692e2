use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::audit::{self, Score};

fn monday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 6).unwrap()
}

/// A desk with one window a day.
fn desk(shares: &[Option<f64>]) -> DailySuccess {
    DailySuccess::of(monday(), 1, shares.to_vec()).unwrap()
}

/// A desk whose days come in good and bad spells, and the chance of each of its three windows on each date.
struct Simulated {
    host: String,
    chances: Vec<f64>,
    looked: DailySuccess,
}

/// Three desks on each of 16 hosts. Spells last some three dates or more, a desk has few or many good ones; a look
/// succeeds with `chance(whether it is a good date, date)`.
fn simulated(seed: u64, dates: usize, chance: impl Fn(bool, usize) -> f64) -> Vec<Simulated> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    (0..48)
        .map(|desk| {
            let share_good = rng.random_range(0.0..1.0);
            let mut is_good = rng.random::<f64>() < share_good;
            let (mut chances, mut looks) = (Vec::new(), Vec::new());
            for date in 0..dates {
                if rng.random::<f64>() < 1.0 / 3.0 {
                    is_good = rng.random::<f64>() < share_good;
                }
                let chance = chance(is_good, date);
                chances.push(chance);
                for _ in 0..3 {
                    let saw = if rng.random::<f64>() < chance { 1.0 } else { 0.0 };
                    looks.push((rng.random::<f64>() > 0.05).then_some(saw));
                }
            }
            let looked = DailySuccess::of(monday(), 3, looks).unwrap();
            Simulated { host: format!("host{}", desk % 16), chances, looked }
        })
        .collect()
}

/// What `past` gives, but beside the true chances instead of what looks tell of them.
fn beside_the_truth(desks: &[Simulated], days: u32) -> Vec<Case> {
    let of_desk = |desk: &Simulated| -> Vec<Case> {
        past(&desk.looked, &desk.host, days)
            .into_iter()
            .map(|case| {
                let first = usize::try_from((case.origin - desk.looked.from).num_days()).unwrap();
                let horizon = &desk.chances[first..first + usize::try_from(days).unwrap()];
                let missed: f64 = horizon.iter().map(|chance| (1.0 - chance).powi(3)).product();
                Case { truth: 1.0 - missed, ..case }
            })
            .collect()
    };
    desks.iter().flat_map(of_desk).collect()
}

#[test]
fn forecasts_of_steady_desks_are_calibrated_and_their_intervals_hold() {
    let desks = simulated(1, 84 + 40 * 7, |good, _| if good { 0.15 } else { 0.005 });
    for days in [3, 7, 14] {
        let cases = beside_the_truth(&desks, days);
        let score = audit::score(&cases, days).unwrap();
        assert!(score.n >= 48 * 36 && score.hosts == 16, "{score:?}");
        // Spells that are short against the horizon leave less likeness than the least that is assumed, as levels of
        // real desks shift: these forecasts are too low, and their intervals hold nevertheless.
        assert!(score.ece < if days == 14 { 0.08 } else { 0.05 }, "{score:?}");
        assert!(days == 14 || score.skill > score.skill_iid + 0.01, "{score:?}");
        assert!(score.skill > 0.07, "{score:?}");
        let coverage = score.coverage.unwrap();
        assert!((0.87..0.93).contains(&coverage), "{score:?}");
        let alpha = score.alpha.unwrap();
        assert!((0.07..0.13).contains(&alpha), "{score:?}");
    }
}

#[test]
fn scores_from_looks_are_as_good_as_scores_from_the_truth() {
    // The expected Brier score is linear in what came, which looks tell without bias.
    let desks = simulated(2, 84 + 40 * 7, |good, _| if good { 0.15 } else { 0.005 });
    let from_looks: Vec<Case> = desks.iter().flat_map(|desk| past(&desk.looked, &desk.host, 7)).collect();
    let by_looks = audit::score(&from_looks, 7).unwrap();
    let by_truth = audit::score(&beside_the_truth(&desks, 7), 7).unwrap();
    assert!((by_looks.brier - by_truth.brier).abs() < 0.01, "{by_looks:?} {by_truth:?}");
    assert!((by_looks.brier_iid - by_truth.brier_iid).abs() < 0.015, "{by_looks:?} {by_truth:?}");
}

#[test]
fn a_shift_of_level_breaks_the_intervals_and_online_correction_widens_them() {
    let shift = 84 + 20 * 7;
    let desks = simulated(3, shift + 56, |good, date| match (good, date < shift) {
        (true, true) => 0.05,
        (false, true) => 0.005,
        (_, false) => 0.4,
    });
    let cases = beside_the_truth(&desks, 7);
    let shift = monday() + Days::new(u64::try_from(shift).unwrap());
    let (before, after): (Vec<Case>, Vec<Case>) =
        cases.iter().cloned().partition(|case| case.origin + Days::new(7) <= shift);
    let calm = calibrate(&before, 7).unwrap();
    let inside = |cases: &[Case]| {
        let mut tally = Tally::default();
        for case in cases {
            tally.add(case, &calm.by_host[&case.host].unwrap());
        }
        tally.coverage().unwrap().share
    };
    assert!(inside(&before) > 0.87, "{}", inside(&before));
    assert!(inside(&after) < 0.8, "{}", inside(&after));

    let shaken = calibrate(&cases, 7).unwrap();
    assert!((calm.alpha - 0.1).abs() < 0.02, "{calm:?}");
    assert!(shaken.alpha < calm.alpha - 0.02, "{} {}", shaken.alpha, calm.alpha);
    let width = |calibration: &Calibration| {
        let interval = calibration.overall.around(0.5, 0.3);
        interval.hi - interval.lo
    };
    assert!(width(&shaken) > width(&calm) + 0.02, "{} {}", width(&shaken), width(&calm));
}

#[test]
fn the_point_is_the_beta_geometric_chance_of_the_recent_mean() {
    let steady = desk(&[Some(0.2); 100]);
    // Half a success and half a failure beside the weights of 84 dates. With ρ = 0.1, A + B = 9: the chance to miss
    // seven times is a product.
    let weight: f64 = (0..84).map(|ago| (-f64::from(ago) / 28.0).exp2()).sum();
    let b = 9.0 * (1.0 - (0.2 * weight + 0.5) / (weight + 1.0));
    let missed: f64 = (0..7).map(|day| (b + f64::from(day)) / (9.0 + f64::from(day))).product();
    let foretold = forecast(&steady, "host", 7, None).unwrap();
    assert!((foretold.p - (1.0 - missed)).abs() < 1e-9, "{foretold:?}");
    assert_eq!(foretold.interval, None);
    assert_eq!(foretold.lacks, Some(TooLittle { needed: Needed::Forecasts, have: 0.0, need: 100.0 }));

    // 28 dates ago a date weighs half: weeks of success long ago say less than weeks of success now.
    let mut shares = vec![Some(0.0); 42];
    shares.extend([Some(0.4); 42]);
    let rising = forecast(&desk(&shares), "host", 1, None).unwrap().p;
    shares.reverse();
    let falling = forecast(&desk(&shares), "host", 1, None).unwrap().p;
    let recent: f64 = (0..42).map(|ago| (-f64::from(ago) / 28.0).exp2()).sum();
    assert!((rising - (0.4 * recent + 0.5) / (weight + 1.0)).abs() < 1e-9, "{rising}");
    assert!((falling - (0.4 * (weight - recent) + 0.5) / (weight + 1.0)).abs() < 1e-9, "{falling}");
}

#[test]
fn fewer_than_51_known_dates_of_the_last_84_give_no_forecast() {
    let short = forecast(&desk(&[Some(0.2); 50]), "host", 7, None);
    assert_eq!(short, Err(TooLittle { needed: Needed::AnsweredDays, have: 50.0, need: 51.0 }));
    assert!(forecast(&desk(&[Some(0.2); 51]), "host", 7, None).is_ok());

    // Long ago does not help.
    let mut shares = vec![Some(0.2); 200];
    shares.extend([None; 34]);
    let stale = forecast(&desk(&shares), "host", 7, None);
    assert_eq!(stale, Err(TooLittle { needed: Needed::AnsweredDays, have: 50.0, need: 51.0 }));

    let far = forecast(&desk(&[Some(0.2); 200]), "host", u32::MAX, None);
    assert_eq!(far.unwrap_err().needed, Needed::Days);
}

#[test]
fn unknown_dates_of_a_horizon_take_the_mean_of_the_others() {
    assert_eq!(realised(&[Some(0.5), Some(0.0), Some(0.5), Some(0.0), None]), Some(1.0 - 0.25 * 0.75));
    assert_eq!(realised(&[Some(0.5), Some(0.0), Some(0.5), None]), None);
    assert_eq!(realised(&[None]), None);
    assert_eq!(realised(&[]), None);
    assert_eq!(realised(&[Some(1.0), Some(0.0), Some(0.0), Some(0.0), None]), Some(1.0));
}

#[test]
fn origins_come_once_a_week_and_fall_on_every_weekday() {
    use chrono::Datelike as _;

    let cases = past(&desk(&[Some(0.1); 51 + 8 * 7]), "host", 1);
    let days: Vec<i64> = cases.iter().map(|case| (case.origin - monday()).num_days() - 51).collect();
    assert_eq!(days, [0, 10, 20, 23, 33, 36, 46, 49]);
    let mut weekdays: Vec<u32> =
        cases[..7].iter().map(|case| case.origin.weekday().num_days_from_monday()).collect();
    weekdays.sort_unstable();
    assert_eq!(weekdays, [0, 1, 2, 3, 4, 5, 6]);
}

/// A case whose residual is given by `truth` alone.
fn case_of(host: &str, week: u64, truth: f64) -> Case {
    Case {
        host: host.to_owned(),
        origin: monday() + Days::new(7 * week),
        horizon_days: 7,
        predicted: 0.5,
        predicted_iid: 0.5,
        variance: 0.3,
        truth,
    }
}

#[test]
fn a_host_gets_its_interval_from_all_others_and_from_enough_of_them() {
    // The first host alone is far off; nobody else's interval is narrow because of the others' likeness to themselves.
    let cases: Vec<Case> = (0..9)
        .flat_map(|host| {
            (0..15).map(move |week| case_of(&format!("h{host}"), week, if host == 0 { 0.99 } else { 0.6 }))
        })
        .collect();
    let calibration = calibrate(&cases, 7).unwrap();
    let of = |host: &str| calibration.by_host[host].unwrap();
    assert_eq!((of("h0").n, of("h0").hosts), (120, 8));
    assert!(of("h0").q < of("h1").q, "{calibration:?}");
    assert_eq!((calibration.overall.n, calibration.overall.hosts), (135, 9));

    let steady = desk(&[Some(0.1); 84]);
    let interval = |host: &str, days| forecast(&steady, host, days, Some(&calibration)).unwrap().interval;
    let (known, new) = (interval("h0", 7).unwrap(), interval("elsewhere", 7).unwrap());
    assert!(known.hi - known.lo < new.hi - new.lo, "{known:?} {new:?}");
    assert_eq!(interval("h1", 14), None, "another horizon teaches nothing");

    // Of eight hosts, each has only seven others; a ninth that is new has all eight.
    let eight: Vec<Case> = cases.iter().filter(|case| case.host != "h0").cloned().collect();
    let calibration = calibrate(&eight, 7).unwrap();
    let interval = |host: &str| forecast(&steady, host, 7, Some(&calibration)).unwrap().interval;
    assert!(interval("h1").is_none() && interval("elsewhere").is_some());
    assert_eq!(calibrate(&eight[..99], 7), None);
}

#[test]
fn a_forecast_without_an_interval_says_what_it_lacks() {
    let steady = desk(&[Some(0.1); 84]);
    // As many weeks on each host as the list says.
    let calibration = |weeks: &[u64]| {
        let cases: Vec<Case> = (0..)
            .zip(weeks)
            .flat_map(|(host, weeks)| (0..*weeks).map(move |week| case_of(&format!("h{host}"), week, 0.6)))
            .collect();
        calibrate(&cases, 7).unwrap()
    };
    let lacks = |calibration: &Calibration, host: &str| {
        let forecast = forecast(&steady, host, 7, Some(calibration)).unwrap();
        assert_eq!(forecast.interval.is_none(), forecast.lacks.is_some());
        forecast.lacks
    };
    let eight = calibration(&[20; 8]);
    assert_eq!(lacks(&eight, "h0"), Some(TooLittle { needed: Needed::Hosts, have: 7.0, need: 8.0 }));
    assert_eq!(lacks(&eight, "elsewhere"), None);
    // The first host has most of the past forecasts.
    let uneven = calibration(&[60, 11, 11, 11, 11, 11, 11, 11, 11]);
    assert_eq!(lacks(&uneven, "h0"), Some(TooLittle { needed: Needed::Forecasts, have: 88.0, need: 100.0 }));
    assert_eq!(lacks(&uneven, "h1"), None);
}

#[test]
fn hosts_that_fall_together_lower_the_published_coverage() {
    // Thirty hosts; from the last quarter on, every level is a quarter of what it was, and of what is foretold.
    let mut rng = Pcg64Mcg::seed_from_u64(11);
    let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
    let mut cases = |fall: f64| -> Vec<Case> {
        (0..30)
            .flat_map(|host| {
                let level = 1.0 / (1.0 + (2.0 - normal()).exp());
                let came: Vec<f64> = (0..40)
                    .map(|week| {
                        let level = if week < 27 { level } else { level * fall };
                        unlogit(logit(1.0 - (1.0 - level).powi(7)) + 0.6 * normal())
                    })
                    .collect();
                let predicted = 1.0 - (1.0 - level).powi(7);
                (0..).zip(came).map(move |(week, truth)| Case {
                    predicted,
                    variance: 0.2,
                    ..case_of(&format!("h{host}"), week, truth)
                })
            })
            .collect()
    };
    let steady = audit::score(&cases(1.0), 7).unwrap();
    assert!((0.87..0.93).contains(&steady.coverage.unwrap()), "{steady:?}");
    // Of four weeks 87 cases are on other hosts; the fifth is the first with enough.
    assert_eq!((steady.n, steady.interval_n), (30 * 40, 30 * 36), "{steady:?}");

    let fallen = cases(0.25);
    let score = audit::score(&fallen, 7).unwrap();
    assert!(score.coverage.unwrap() < 0.85, "{score:?}");
    // Intervals that know what is to come are no record of anything.
    let hindsight = left_out(&fallen, 7).unwrap();
    assert!(hindsight.share > 0.88 && hindsight.n == 30 * 40, "{hindsight:?}");
    assert!(score.width.unwrap() < hindsight.width, "{score:?} {hindsight:?}");
}

#[test]
fn only_looks_of_the_horizon_tell_what_came() {
    // The third window is not answered on the second date, and takes its mean over the horizon.
    let answered = [Some(0.2), Some(0.4), Some(0.1), Some(0.3), Some(0.5), None];
    let row = |before: f64, after: f64, horizon: &[Option<f64>]| {
        let shares = vec![Some(before); 84 * 3].into_iter().chain(horizon.to_vec()).chain([Some(after); 90]);
        let desk = DailySuccess::of(monday(), 3, shares.collect()).unwrap();
        held_against(&desk, "host", monday() + Days::new(84), 2).map(|case| case.truth)
    };
    let truth = 1.0 - 0.8 * 0.6 * 0.9 * (0.7 * 0.5 * 0.9);
    for (before, after) in [(0.0, 1.0), (1.0, 0.0), (0.3, 0.3)] {
        assert!((row(before, after, &answered).unwrap() - truth).abs() < 1e-12);
    }
    // Nobody knows what the third window held: it was never answered.
    let never = [Some(0.2), Some(0.4), None, Some(0.3), Some(0.5), None];
    assert_eq!(row(0.5, 0.5, &never), None);
}

#[test]
fn leaving_a_host_out_equals_a_pool_without_it() {
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    let cases: Vec<Case> = (0..300)
        .map(|i| Case {
            variance: rng.random_range(0.1..0.5),
            // The host that is left out is far off: it would widen its own interval.
            ..case_of(&format!("h{}", i % 12), 0, if i % 12 == 3 { 1.0 } else { rng.random_range(0.0..0.9) })
        })
        .collect();
    let pool = Pool::of(cases.iter());
    for alpha in [0.01, 0.1, 0.2] {
        let left_out = pool.spread(Some("h3"), alpha);
        assert_eq!(left_out, Pool::of(cases.iter().filter(|case| case.host != "h3")).spread(None, alpha));
        assert_eq!(left_out.map(|spread| (spread.n, spread.hosts)), Some((275, 11)));
        assert_ne!(left_out.map(|spread| spread.tau2), pool.spread(None, alpha).map(|spread| spread.tau2));
    }
}

#[test]
fn online_correction_waits_until_a_horizon_is_over() {
    // Ten hosts; 20 calm weeks, then everything is missed. What is missed in the last week is known a week later.
    let weeks = |calm: u64, wild: u64| -> Vec<Case> {
        (0..calm + wild)
            .flat_map(|week| {
                (0..10).map(move |host: u32| {
                    let truth = if week < calm { 0.5 + f64::from(host) / 100.0 } else { 0.999 };
                    case_of(&format!("h{host}"), week, truth)
                })
            })
            .collect()
    };
    let alpha = |cases: &[Case]| online(&of_horizon(cases, 7), 7).alpha;
    let calm = alpha(&weeks(20, 0)).unwrap();
    let wild = alpha(&weeks(20, 1)).unwrap();
    assert!((wild - (calm + 0.02 * (0.1 - 1.0))).abs() < 1e-9, "{calm} {wild}");
    assert_eq!(alpha(&weeks(5, 0)), None, "the first weeks have too little to make an interval of");
}

#[test]
fn scores_are_as_reckoned_by_hand() {
    let cases = [
        Case { predicted: 0.2, predicted_iid: 0.5, ..case_of("a", 0, 0.0) },
        Case { predicted: 0.8, predicted_iid: 0.5, ..case_of("b", 0, 0.5) },
        Case { horizon_days: 3, ..case_of("c", 0, 0.5) },
    ];
    let score = audit::score(&cases, 7).unwrap();
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
    assert_eq!((score.n, score.hosts, score.bins.len()), (2, 2, 2));
    assert!(close(score.brier, f64::midpoint(0.04, 0.09 + 0.25)), "{score:?}");
    assert!(close(score.brier_iid, f64::midpoint(0.25, 0.25)), "{score:?}");
    assert!(close(score.brier_climatology, 0.25 * 0.75), "{score:?}");
    assert!(close(score.skill, 1.0 - score.brier / score.brier_climatology), "{score:?}");
    assert!(close(score.ece, f64::midpoint(0.2, 0.3)), "{score:?}");
    assert_eq!((score.interval_n, score.coverage, score.width, score.alpha), (0, None, None, None));
    let none = audit::score(&[], 7).unwrap_err();
    assert_eq!(none, TooLittle { needed: Needed::Forecasts, have: 0.0, need: 1.0 });
}

fn share() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![Just(None), Just(Some(0.0)), Just(Some(1.0)), (0.0..=1.0).prop_map(Some)]
}

fn any_desk() -> impl Strategy<Value = Option<DailySuccess>> {
    let shares = prop_oneof![
        proptest::collection::vec(share(), 0..700),
        (share(), 0_usize..700).prop_map(|(share, n)| vec![share; n]),
    ];
    (0_usize..5, shares, -2_000_000_i32..2_000_000).prop_map(|(windows, shares, date)| {
        DailySuccess::of(NaiveDate::from_num_days_from_ce_opt(date)?, windows, shares)
    })
}

fn is_chance(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

fn is_finite(score: &Score) -> bool {
    let bins = score.bins.iter().flat_map(|bin| [bin.from, bin.to, bin.predicted, bin.observed]);
    [score.brier, score.brier_climatology, score.brier_iid, score.skill, score.skill_iid, score.ece]
        .into_iter()
        .chain(bins)
        .chain([score.coverage, score.width, score.alpha].into_iter().flatten())
        .all(f64::is_finite)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_forecast_is_a_chance_inside_its_interval(desk in any_desk(), days in 0_u32..100, q in 0.0..50.0_f64) {
        let Some(desk) = desk else { return Ok(()) };
        let overall = Spread { q, tau2: 0.05, n: 100, hosts: 8 };
        let calibration = Calibration { horizon_days: days, alpha: 0.1, overall, by_host: BTreeMap::new() };
        if let Ok(foretold) = forecast(&desk, "host", days, Some(&calibration)) {
            let interval = foretold.interval.unwrap();
            prop_assert_eq!(foretold.lacks, None);
            prop_assert!(is_chance(foretold.p) && is_chance(interval.lo) && is_chance(interval.hi));
            prop_assert!(interval.lo <= foretold.p && foretold.p <= interval.hi);
        }
        for case in past(&desk, "host", days) {
            prop_assert!(is_chance(case.predicted) && is_chance(case.predicted_iid) && is_chance(case.truth));
            prop_assert!(case.variance.is_finite() && case.variance >= 0.0);
        }
    }

    #[test]
    fn what_comes_later_changes_no_forecast(
        before in proptest::collection::vec(share(), 84 * 3),
        after in proptest::collection::vec(share(), 14 * 3),
        other in proptest::collection::vec(share(), 14 * 3),
    ) {
        let origin = monday() + Days::new(84);
        let case = |after: Vec<Option<f64>>| {
            let desk = DailySuccess::of(monday(), 3, [before.clone(), after].concat())?;
            held_against(&desk, "host", origin, 14)
        };
        if let (Some(one), Some(another)) = (case(after), case(other)) {
            prop_assert_eq!(Case { truth: 0.0, ..one }, Case { truth: 0.0, ..another });
        }
    }

    #[test]
    fn scores_of_any_cases_are_finite(
        drawn in proptest::collection::vec(
            (0_u32..12, 0_u32..5000, prop_oneof![any::<f64>(), 0.0..=1.0], 0.0..=1.0, prop_oneof![any::<f64>(), 0.0..4.0], prop_oneof![any::<f64>(), 0.0..=1.0]),
            0..250,
        ),
    ) {
        let cases: Vec<Case> = drawn
            .into_iter()
            .map(|(host, day, predicted, predicted_iid, variance, truth)| Case {
                host: host.to_string(),
                origin: monday() + Days::new(day.into()),
                horizon_days: 7,
                predicted,
                predicted_iid,
                variance,
                truth,
            })
            .collect();
        if let Ok(score) = audit::score(&cases, 7) {
            prop_assert!(is_finite(&score), "{:?}", score);
        }
        if let Some(calibration) = calibrate(&cases, 7) {
            let spreads = calibration.by_host.values().flatten().chain([&calibration.overall]);
            for spread in spreads {
                prop_assert!(spread.q.is_finite() && spread.tau2.is_finite());
            }
        }
    }
}

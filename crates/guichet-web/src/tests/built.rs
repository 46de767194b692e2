//! Reports built by hand: a rich one, a poor one, one of a page that changed. No figure of them was computed.

use guichet_model::{
    Counts, Instant,
    civil::{HourOfWeek, PARIS},
};
use guichet_stats::{
    Availability, Interval, Needed, Pooled, Report, Tier, TooLittle,
    cells::{Cell, Cells, DayType},
    chance::{Chance, HORIZONS, Method},
    changes::{Change, ChangeKind},
    class::{Class, ClassSet},
    episodes::Episode,
    forecast::Forecast,
    lead_time::{Attempt, AttemptShare, LeadTime},
    openings::Openings,
    persistence::Persistence,
    release::ReleasePattern,
    report::{Past, PeriodStart},
};

pub(crate) fn few(needed: Needed, have: f64, need: f64) -> TooLittle {
    TooLittle { needed, have, need }
}

fn between(lo: f64, hi: f64) -> Interval {
    Interval { lo, hi }
}

fn availability(from: &str, to: &str, days: u32) -> Availability {
    let looks = u64::from(days) * 48;
    Availability {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        counts: Counts { open: looks / 20, full: looks - looks / 20, ..Counts::default() },
        p: Some(0.05),
        interval: between(0.031, 0.078),
        n_polls: looks,
        n_eff: 311.4,
        deff: 12.0,
        nu: 8,
        days_observed: days,
        capture: 0.97,
        missing_share: 0.0,
        manski: between(0.05, 0.05),
        tier: if days < 14 { Tier::None } else { Tier::Ok },
    }
}

pub(crate) fn chance(horizon_days: u32, p: f64) -> Chance {
    Chance {
        horizon_days,
        p_see: Some(p),
        method: Method::BetaGeometric,
        interval: between(p - 0.17, p + 0.15),
        interval80: between(p - 0.1, p + 0.1),
        rho: 0.21,
        s_mean: 0.112,
        success_days: 9.4,
        days: 84,
        median_days: Some(9),
        median_lo: Some(5),
        median_hi: Some(20),
        desks: 1,
    }
}

/// A point of which nobody knows yet how good it is.
fn unchecked(horizon_days: u32) -> Forecast {
    let lacks = Some(few(Needed::Forecasts, 40.0, 100.0));
    Forecast { horizon_days, p: 0.4, interval: None, lacks }
}

fn release(weekday: Option<u8>, start: u8, q: f64) -> ReleasePattern {
    ReleasePattern {
        weekday,
        window_start_h: start,
        window_len_h: 1,
        share: 0.62,
        expected_share: 0.006,
        lift: 103.2,
        lift_interval: between(61.4, 160.8),
        p_rot: 0.0005,
        q_bh: Some(q),
        n_openings: 44,
        n_dates: 31,
        rayleigh_z: 12.345_6,
        kuiper_v: 0.44,
        entropy: 0.31,
    }
}

pub(crate) fn class(set: &[Class]) -> ClassSet {
    ClassSet { set: set.to_vec(), interval: between(0.52, 0.72) }
}

/// Every recipe has a figure.
pub(crate) fn rich() -> Report {
    let at = |text: &str| -> Instant { text.parse().unwrap() };
    let cells = HourOfWeek::all().map(|at| Cell {
        at,
        p_raw: (at.index() > 0).then_some(0.041_23),
        n_weeks: 12,
        p_eb: 0.047_89,
        interval: between(0.02, 0.09),
        exposure_h: 11.96,
        service_up_share: Some(0.75),
        borrowed: at.index() == 0,
    });
    Report {
        zone: PARIS,
        starts: PeriodStart::First,
        availability: availability("2026-08-24", "2026-11-15", 84),
        error_rate_near_open: Some(1.234_5),
        cells: Ok(Cells {
            mu: 0.048_2,
            m: 5.432_1,
            cells: cells.collect(),
            holidays: Some(DayType { n_days: 3, p: 0.1, interval: between(0.0, 0.71) }),
        }),
        chance: HORIZONS
            .iter()
            .zip([0.11, 0.25, 0.42, 0.62, 0.8])
            .map(|(d, p)| (*d, Ok(chance(*d, p))))
            .collect(),
        forecast: HORIZONS
            .iter()
            .map(|d| {
                (
                    *d,
                    Ok(Forecast {
                        horizon_days: *d,
                        p: 0.58,
                        interval: Some(between(0.3, 0.82)),
                        lacks: None,
                    }),
                )
            })
            .collect(),
        openings: Ok(Openings {
            rate_per_week: 3.24,
            rate: between(2.07, 4.81),
            lifetime_min: Some((42.4, between(24.0, 75.2))),
            seen_count: 35,
            single_poll_share: 0.4,
            detectability: Some(0.71),
            lower_bound: false,
            only_seen: false,
            median_gap_min: 29.7,
        }),
        persistence: Ok([(10, 0.81), (30, 0.6), (60, 0.35)]
            .map(|(lag_min, s)| Persistence {
                lag_min,
                s,
                interval: between(s - 0.1, s + 0.1),
                pairs: 48,
                days: 19,
            })
            .to_vec()),
        release: Ok(release(Some(6), 23, 0.004)),
        changes: Ok(Vec::new()),
        history: Vec::new(),
        class: Ok(class(&[Class::B])),
        lead_time: Ok(LeadTime {
            n: 150,
            days: 27,
            median_days: 12.3,
            median: between(8.6, 15.4),
            q1_days: 4.2,
            q3_days: 21.0,
        }),
        attempts: Ok(Attempt::ALL
            .iter()
            .map(|(class, _)| AttemptShare {
                class: *class,
                n: 12,
                share: 0.166_7,
                interval: between(0.1, 0.25),
            })
            .collect()),
        episodes: (0..30)
            .map(|day| {
                let first = at("2026-10-01T22:05:37Z") + chrono::Duration::days(day);
                Episode {
                    not_before: Some(first - chrono::Duration::minutes(31)),
                    first,
                    last: first + chrono::Duration::minutes(40),
                    gone_by: None,
                    looks: 3,
                }
            })
            .collect(),
    }
}

/// Six days: no recipe has a figure but R1.
pub(crate) fn poor() -> Report {
    let days = few(Needed::Days, 6.0, 28.0);
    Report {
        availability: availability("2026-11-10", "2026-11-15", 6),
        error_rate_near_open: None,
        cells: Err(few(Needed::ObservedDays, 6.0, 14.0)),
        chance: HORIZONS.map(|d| (d, Err(few(Needed::Days, 6.0, 28_f64.max(4.0 * f64::from(d)))))).to_vec(),
        forecast: HORIZONS.map(|d| (d, Err(days))).to_vec(),
        openings: Err(few(Needed::Openings, 2.0, 10.0)),
        persistence: Err(few(Needed::Pairs, 0.0, 20.0)),
        release: Err(few(Needed::Openings, 2.0, 20.0)),
        changes: Err(days),
        class: Err(days),
        lead_time: Err(few(Needed::LeadTimes, 1.0, 20.0)),
        attempts: Err(few(Needed::ObservedDays, 6.0, 14.0)),
        episodes: Vec::new(),
        ..rich()
    }
}

/// On 12 May openings left their Sunday night; twice more seldom some weeks before.
pub(crate) fn changed() -> Report {
    let change = |date: &str, kind, before, after, openings, days| Change {
        date: date.parse().unwrap(),
        kind,
        before_per_week: before,
        after_per_week: after,
        ratio: Some(after / before),
        openings,
        days,
    };
    let past = |from: &str, to: &str| Past {
        availability: availability(from, to, 60),
        release: Ok(release(Some(6), 23, 0.004)),
    };
    Report {
        starts: PeriodStart::Change,
        availability: availability("2026-05-12", "2026-07-20", 70),
        changes: Ok(vec![
            change("2026-03-10", ChangeKind::Rate, 9.0, 2.5, (88, 23), (68, 63)),
            change("2026-05-12", ChangeKind::Hours, 2.5, 2.4, (23, 25), (63, 70)),
        ]),
        history: vec![past("2026-01-01", "2026-03-09"), past("2026-03-10", "2026-05-11")],
        release: Ok(release(None, 9, 0.4)),
        openings: Ok(Openings { lifetime_min: None, lower_bound: true, ..rich().openings.unwrap() }),
        persistence: Err(few(Needed::Pairs, 11.0, 20.0)),
        forecast: HORIZONS.map(|d| (d, Ok(unchecked(d)))).to_vec(),
        class: Ok(class(&[Class::B, Class::C])),
        error_rate_near_open: Some(2.6),
        ..rich()
    }
}

/// Twelve pages of a department, nine of them with data.
pub(crate) fn pooled() -> Pooled {
    Pooled {
        desks: 12,
        desks_with_data: 9,
        availability: availability("2026-08-24", "2026-11-15", 84),
        chance: HORIZONS.map(|d| (d, Ok(Chance { desks: 9, ..chance(d, 0.5) }))).to_vec(),
        class: Ok(class(&[Class::A, Class::B])),
    }
}

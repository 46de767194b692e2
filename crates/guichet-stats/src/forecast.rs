//! What comes next: recency-weighted chances with conformal intervals, and how past ones fared.
//! What never enters: the retrospective chance and its interval.

mod conformal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::{
    chance::beta_geometric,
    interval::Interval,
    long_run::{self, Cluster},
    minimum::{Needed, TooLittle},
    tries::DailySuccess,
};

pub(crate) use conformal::online;
use conformal::{LEAST_CASES, LEAST_HOSTS, LEVEL, Pool, Tally, logit, unlogit};

/// Dates that a forecast is made from.
pub const TRAINING_DATES: u32 = 84;

/// Dates with a daily success that a forecast needs among its [`TRAINING_DATES`]: 60 %.
pub const LEAST_DATES: u32 = 51;

/// Dates after which an observation weighs half.
const HALF_LIFE: f64 = 28.0;

/// Half a success and half a failure beside what was seen (Jeffreys 1946): 84 dates without a slot are no proof that
/// none will come, nor 84 with one that one will. On the real calendars this is also nearer to what came.
const PRIOR: f64 = 0.5;

/// Least likeness of days: levels shift, so that days of one horizon are more alike than the past shows.
const LEAST_LIKENESS: f64 = 0.1;

/// Sampling variance of the logit, least and most: a row that never changes does not tell how sure it is, and the
/// linear approximation fails where the variance is large.
const VARIANCE: (f64, f64) = (0.1, 4.0);

/// Share of a horizon's dates that may be unknown when a forecast is held against it.
const MOST_UNKNOWN: f64 = 0.2;

/// A past forecast beside what came, made with nothing but the data before its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Which group of targets shares its fate: the host.
    pub host: String,
    /// The first date of the horizon.
    pub origin: NaiveDate,
    /// Days of looking.
    pub horizon_days: u32,
    /// The chance foretold.
    pub predicted: f64,
    /// What a forecast would say that takes every look as independent.
    pub predicted_iid: f64,
    /// Sampling variance of the logit of `predicted`.
    pub variance: f64,
    /// The chance that came true, from the looks of the horizon alone.
    pub truth: f64,
}

impl Case {
    fn is_sound(&self) -> bool {
        [self.predicted, self.predicted_iid, self.truth].iter().all(|chance| (0.0..=1.0).contains(chance))
            && self.variance.is_finite()
            && self.variance >= 0.0
    }
}

/// The cases of one horizon; those that are no chances teach nothing.
pub(crate) fn of_horizon(cases: &[Case], horizon_days: u32) -> Vec<&Case> {
    cases.iter().filter(|case| case.horizon_days == horizon_days && case.is_sound()).collect()
}

/// What makes an interval of a point forecast, from the fate of past ones: one for each host, from all the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Days of looking.
    pub horizon_days: u32,
    /// The share of misses that the spreads allow: 0.1, corrected online by what was missed of late.
    pub alpha: f64,
    /// For a host that has no cases of its own.
    pub overall: Spread,
    /// By host, that host's cases left out; `None` where the others are too few.
    pub by_host: BTreeMap<String, Option<Spread>>,
}

impl Calibration {
    /// What makes the intervals of `host`, or what there is too little of.
    ///
    /// # Errors
    /// [`Needed::Hosts`] or [`Needed::Forecasts`] of *other* hosts than this one. Where several hosts have too few others,
    /// `have` counts the forecasts for all the rest: a calibration keeps no count of theirs.
    pub fn spread(&self, host: &str) -> Result<Spread, TooLittle> {
        match self.by_host.get(host) {
            None => Ok(self.overall),
            Some(Some(of_others)) => Ok(*of_others),
            Some(None) => {
                let others = self.overall.hosts.saturating_sub(1);
                TooLittle::unless(Needed::Hosts, f64::from(others), count(LEAST_HOSTS))?;
                let own = |of_others: &Spread| self.overall.n.saturating_sub(of_others.n);
                let have = self.by_host.values().flatten().map(own).fold(0, u32::saturating_add);
                Err(TooLittle { needed: Needed::Forecasts, have: f64::from(have), need: count(LEAST_CASES) })
            }
        }
    }
}

/// Half-width of an interval on the logit scale: q·√(v + τ²).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Order statistic of the scaled residuals.
    pub q: f64,
    /// Variance between what is foretold and what comes, beyond sampling.
    pub tau2: f64,
    /// Residuals.
    pub n: u32,
    /// Hosts that they come from.
    pub hosts: u32,
}

impl Spread {
    /// The interval of a chance `p` foretold with sampling variance `variance` of its logit.
    pub fn around(&self, p: f64, variance: f64) -> Interval {
        let half = self.q * (variance + self.tau2).sqrt();
        let centre = logit(p);
        Interval { lo: unlogit(centre - half).min(p), hi: unlogit(centre + half).max(p) }
    }
}

/// A forecast for the days after the last observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Days of looking.
    pub horizon_days: u32,
    /// The point: recency-weighted beta-geometric.
    pub p: f64,
    /// 90 % conformal interval; `None` without at least 100 past forecasts on at least 8 other hosts.
    pub interval: Option<Interval>,
    /// Why there is no interval: past forecasts, or the hosts that they are about. `None` exactly where there is one.
    pub lacks: Option<TooLittle>,
}

/// How often intervals held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// Forecasts that had an interval.
    pub n: u32,
    /// Share of the truths inside.
    pub share: f64,
    /// Mean width.
    pub width: f64,
}

/// What is foretold from a row of training dates.
#[derive(Debug, Clone, Copy)]
struct Foretold {
    p: f64,
    p_iid: f64,
    variance: f64,
}

/// The forecast of one desk from its last 84 dates: what somebody may expect who looks on each of the `horizon_days`
/// dates after them.
///
/// P(d) = 1 − B(A, B+d)/B(A, B) with A = s̄(1/ρ−1), B = (1−s̄)(1/ρ−1) (beta-geometric, Weinberg & Gladen, Biometrics
/// 1986); s̄ is the mean daily success with weights that halve every 28 dates, ρ the likeness of days within a horizon,
/// at least 0.1. The interval is split conformal (Vovk, Gammerman & Shafer 2005; hosts left out in turn):
/// logit₀.₀₁ P ± q·√(v + τ²) with logit₀.₀₁ p = ln((p+0.01)/(1.01−p)); v is the long-run variance of s̄ times the squared
/// slope of logit₀.₀₁ P in s̄ (delta method), between 0.1 and 4. It holds for nine in ten forecasts of all kinds taken
/// together, not for each kind. Chances, no units. Minimum: 51 dates with a daily success (60 %) among the last 84, and a
/// horizon of no more than those 84; the interval needs 100 past forecasts on 8 other hosts, of which a
/// missing calibration of this horizon counts as none.
///
/// `desk` must not start anew at change points: the audit's forecasts ([`past`], [`held_against`]) are made by the same
/// code, with the same minimum, from the last 84 dates before each origin whatever changed among them, so that what it
/// scores is what is told here.
///
/// # Errors
/// With less than the minimum.
pub fn forecast(
    desk: &DailySuccess,
    host: &str,
    horizon_days: u32,
    calibration: Option<&Calibration>,
) -> Result<Forecast, TooLittle> {
    let end = desk.s.len();
    let foretold = foretell(desk, end, horizon_days)?;
    let none_past = TooLittle { needed: Needed::Forecasts, have: 0.0, need: count(LEAST_CASES) };
    let spread = calibration
        .filter(|calibration| calibration.horizon_days == horizon_days)
        .map_or(Err(none_past), |calibration| calibration.spread(host));
    let interval = spread.map(|spread| spread.around(foretold.p, foretold.variance));
    Ok(Forecast { horizon_days, p: foretold.p, interval: interval.ok(), lacks: interval.err() })
}

/// All forecasts that could have been made of a desk with `horizon_days`, one a week, beside what came.
///
/// The weekday of the origin turns from week to week, so that short horizons are not all about the same weekday. The
/// first origin has 51 dates before it, the least that [`forecast`] makes do with. Minimum: that of [`forecast`], which is
/// applied by the same code, and of [`held_against`].
pub fn past(desk: &DailySuccess, host: &str, horizon_days: u32) -> Vec<Case> {
    let first = usize::try_from(LEAST_DATES).unwrap_or(usize::MAX);
    (0..=desk.s.len() / 7)
        .map(|week: usize| first + 7 * week + 3 * week % 7)
        .take_while(|day| *day < desk.s.len())
        .filter_map(|day| case(desk, host, day, horizon_days))
        .collect()
}

/// The forecast that could have been made of a desk on the eve of `origin`, beside what came; `None` where there was
/// too little for a forecast then, or too much of the horizon is unknown.
///
/// Nothing from `origin` on enters the forecast, not even as the mean of a window; nothing but the horizon's own looks
/// enters what came, not even as the mean of a window: a truth that borrowed from the training dates would be nearer to
/// the forecast than what came. What came is 1 − Π(1 − s) over the horizon's dates. A window that was not answered on a
/// date takes its mean over the horizon; where one was never answered in it, nothing is held against. At most 20 % of the
/// dates may be unknown; they take the mean of the others, for unknown is not zero.
pub fn held_against(desk: &DailySuccess, host: &str, origin: NaiveDate, horizon_days: u32) -> Option<Case> {
    case(desk, host, usize::try_from((origin - desk.from).num_days()).ok()?, horizon_days)
}

/// The spreads that past forecasts of one horizon teach; `None` where they are too few.
///
/// Residual |logit₀.₀₁ truth − logit₀.₀₁ predicted| / √(v + τ²), τ² = max(median(e²)/0.455 − median(v), 0.05); q is
/// the ⌈(n+1)(1−α)⌉-th smallest; both without the host's own cases. α starts at 0.1 and is corrected online (Gibbs &
/// Candès, `NeurIPS` 2021), between 0.01 and 0.2. Minimum: 100 residuals from 8 hosts.
pub fn calibrate(cases: &[Case], horizon_days: u32) -> Option<Calibration> {
    let cases = of_horizon(cases, horizon_days);
    let pool = Pool::of(cases.iter().copied());
    let alpha = online(&cases, horizon_days).alpha.unwrap_or(1.0 - LEVEL);
    let overall = pool.spread(None, alpha)?;
    let by_host = pool.hosts().map(|host| (host.to_owned(), pool.spread(Some(host), alpha))).collect();
    Some(Calibration { horizon_days, alpha, overall, by_host })
}

/// How often 90 % intervals hold that are made of all other hosts' cases, earlier and later ones alike: a check of the
/// method on hosts that did not teach it, and no record of what was foretold, for after a shift of levels no interval of
/// the time was as wide. `None` where no host has 100 cases on 8 others.
pub fn left_out(cases: &[Case], horizon_days: u32) -> Option<Coverage> {
    let cases = of_horizon(cases, horizon_days);
    let pool = Pool::of(cases.iter().copied());
    let spreads: BTreeMap<&str, Spread> =
        pool.hosts().filter_map(|host| Some((host, pool.spread(Some(host), 1.0 - LEVEL)?))).collect();
    let mut tally = Tally::default();
    for case in cases {
        if let Some(spread) = spreads.get(case.host.as_str()) {
            tally.add(case, spread);
        }
    }
    tally.coverage()
}

#[expect(clippy::cast_precision_loss, reason = "a small number")]
const fn count(number: usize) -> f64 {
    number as f64
}

/// A forecast from the dates before `day` beside what came from `day` on.
fn case(desk: &DailySuccess, host: &str, day: usize, horizon_days: u32) -> Option<Case> {
    let horizon = day..day.checked_add(usize::try_from(horizon_days).ok()?)?;
    let truth = realised(&desk.within(horizon)?.s)?;
    let foretold = foretell(desk, day, horizon_days).ok()?;
    Some(Case {
        host: host.to_owned(),
        origin: desk.from.checked_add_days(Days::new(u64::try_from(day).ok()?))?,
        horizon_days,
        predicted: foretold.p,
        predicted_iid: foretold.p_iid,
        variance: foretold.variance,
        truth,
    })
}

/// What came over a horizon; `None` where too much of it is unknown.
fn realised(s: &[Option<f64>]) -> Option<f64> {
    let (mut missed, mut sum, mut known) = (1.0, 0.0, 0.0);
    for s in s.iter().flatten() {
        missed *= 1.0 - s;
        sum += s;
        known += 1.0;
    }
    let unknown = s.iter().filter(|s| s.is_none()).fold(0.0, |n, _| n + 1.0);
    if known <= 0.0 || unknown > MOST_UNKNOWN * (known + unknown) {
        return None;
    }
    let mean: f64 = sum / known;
    Some((1.0 - missed * (1.0 - mean).max(0.0).powf(unknown)).clamp(0.0, 1.0))
}

/// The forecast from the 84 dates before the place `end` in the row.
fn foretell(desk: &DailySuccess, end: usize, horizon_days: u32) -> Result<Foretold, TooLittle> {
    TooLittle::unless(Needed::Days, f64::from(TRAINING_DATES), f64::from(horizon_days))?;
    let start = end.saturating_sub(usize::try_from(TRAINING_DATES).unwrap_or(usize::MAX));
    let training = desk.within(start..end);
    let have = training.as_ref().map_or(0.0, |training| training.known().fold(0.0, |n, _| n + 1.0));
    let need = f64::from(LEAST_DATES);
    TooLittle::unless(Needed::AnsweredDays, have, need)?;
    let nothing = TooLittle { needed: Needed::AnsweredDays, have, need };
    let training = training.ok_or(nothing)?;

    // Backwards in time, as the weights go; the variance is the same in both directions.
    let aging = (-1.0 / HALF_LIFE).exp2();
    let days: Vec<Cluster> = training
        .s
        .iter()
        .rev()
        .scan(1.0, |weight, s| {
            let w = *weight;
            *weight *= aging;
            Some(s.map_or(Cluster::default(), |s| Cluster { y: w * s, w }))
        })
        .collect();
    let mean = long_run::ratio(&days).ok_or(nothing)?;
    let (y, w) = days.iter().fold((PRIOR, 2.0 * PRIOR), |(y, w), day| (y + day.y, w + day.w));
    let s = y / w;
    let rho = training.likeness(horizon_days, LEAST_LIKENESS);
    let point = |s: f64| beta_geometric(s, rho, horizon_days).clamp(0.0, 1.0);
    let (below, above) = ((s - 0.005).max(0.0), (s + 0.005).min(1.0));
    let slope = (logit(point(above)) - logit(point(below))) / (above - below);
    let kept: f64 = training.window_means.iter().map(|mean| 1.0 - mean).product();
    Ok(Foretold {
        p: point(s),
        p_iid: (1.0 - kept.powf(f64::from(horizon_days))).clamp(0.0, 1.0),
        variance: (slope * slope * mean.variance).clamp(VARIANCE.0, VARIANCE.1),
    })
}

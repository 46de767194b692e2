//! R3: the chance to see a slot when one looks every day for some days, and how many days it takes.
//! What never enters: what comes next; that is the forecast's.

use chrono::NaiveDate;

use crate::{
    interval::Interval,
    long_run::{self, Cluster, Ratio},
    minimum::{Needed, TooLittle},
    tries::{self, DailySuccess},
};

/// The horizons that are published, in days.
pub const HORIZONS: [u32; 5] = [1, 3, 7, 14, 30];

/// No number of days beyond this is told.
pub const LONGEST_MEDIAN: u32 = 180;

/// Dates with a daily success that any figure needs.
const LEAST_KNOWN: u32 = 28;

/// Horizons that a period must hold.
const LEAST_HORIZONS: u32 = 4;

/// Summed daily successes below which only an upper bound holds.
const LEAST_SUCCESS: f64 = 5.0;

/// How the point was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Of one desk: the beta-geometric chance of its daily successes.
    BetaGeometric,
    /// Of several: the mean over all desks' windows of so many days.
    PooledWindows,
}

impl Method {
    /// The word used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BetaGeometric => "beta_geometric",
            Self::PooledWindows => "pooled_windows",
        }
    }
}

/// The chance that somebody who looked at the same hours on each of `horizon_days` days saw a slot (recipe R3), in the
/// period observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Chance {
    /// Days of looking.
    pub horizon_days: u32,
    /// The point, kept within the interval; `None` where too few successes allow an upper bound only.
    pub p_see: Option<f64>,
    /// How the point was made.
    pub method: Method,
    /// 95 % interval by overlapping windows; its lower end is 0 where only the upper bound holds.
    pub interval: Interval,
    /// 80 % interval, what classes are made of; its lower end is 0 where only the upper bound holds.
    pub interval80: Interval,
    /// Likeness of days within a horizon, 0 to 0.9.
    pub rho: f64,
    /// Mean daily success.
    pub s_mean: f64,
    /// Sum of the daily successes.
    pub success_days: f64,
    /// Dates with a daily success, of any desk.
    pub days: u32,
    /// Days until half of those who look have seen a slot; `None` beyond 180, or where only the upper bound holds.
    pub median_days: Option<u32>,
    /// Fewest days compatible with the data; `None` beyond 180.
    pub median_lo: Option<u32>,
    /// Most days compatible with the data; `None` beyond 180.
    pub median_hi: Option<u32>,
    /// How many desks are pooled: those with a daily success.
    pub desks: u32,
}

/// R3 of one desk, or of several pooled: windows of all desks together, clustered by the date that they start on, so
/// that a desk counts by how long it was observed and no percentages are averaged.
///
/// Point of one desk: [`beta_geometric`] of the mean daily success s̄ and of ρ ([`tries::likeness`]), but not less than
/// that of a shorter published horizon, and kept within the interval. Point of several: the mean of their windows.
///
/// Interval: `G_i` = 1 − Π(1 − s) over the d dates from i on, missing ones taken as the desk's mean, of all windows with
/// at least half of their dates known; variance of ΣG/Σ1 over start dates by equal-weighted cosines with
/// ν = max(2, min(⌊0.4·n^(2/3)⌋, ⌊T/d⌋ − 1)); n\* = min(Ḡ(1 − Ḡ)/v, 3T/d)·(z/t)²; Clopper–Pearson. Where nothing
/// varies, n\* = T/d. T is the number of dates within the windows: desks that share dates make it no longer, since they
/// may share their fate. An upper end is never below that of a row in which nothing was ever seen (a single sighting
/// must not lower it), nor below that of a shorter horizon.
///
/// Median: the fewest days with P(d) ≥ ½ by ρ of this horizon (the one for 14 days is the one to publish); its ends by
/// the 95 % interval of s̄, from daily clusters, with at most six looks a day. With less than 5 successes in sum, only
/// upper bounds hold (of the median: its lower end). Shares are from 0 to 1.
///
/// # Errors
/// With less than the minimum: 28 dates with a daily success within windows, over at least 4 × `horizon_days` dates.
pub fn chance(desks: &[DailySuccess], horizon_days: u32) -> Result<Chance, TooLittle> {
    let mut ladder = Ladder::of(desks)?;
    let horizon_days = horizon_days.max(1);
    let rung = ladder.climb_to(horizon_days);
    ladder.chance(rung, horizon_days)
}

/// [`chance`] for each of [`HORIZONS`], in one go.
pub fn chances(desks: &[DailySuccess]) -> Vec<(u32, Result<Chance, TooLittle>)> {
    match Ladder::of(desks) {
        Ok(mut ladder) => HORIZONS
            .into_iter()
            .map(|days| {
                let rung = ladder.climb(days);
                (days, ladder.chance(rung, days))
            })
            .collect(),
        Err(too_little) => HORIZONS.into_iter().map(|days| (days, Err(too_little))).collect(),
    }
}

/// The 80 % interval that [`chance`] has, with another minimum of dates.
///
/// # Errors
/// With less than 28 dates with a daily success within windows, or less than `least_dates`.
pub(crate) fn interval80(
    desks: &[DailySuccess],
    horizon_days: u32,
    least_dates: u32,
) -> Result<Interval, TooLittle> {
    let rung = Ladder::of(desks)?.climb_to(horizon_days);
    Ok(enough(rung, least_dates)?.interval80)
}

/// P(d) = 1 − B(A, B + d)/B(A, B) with A = s(1/ρ − 1), B = (1 − s)(1/ρ − 1) (Weinberg & Gladen 1986); for ρ → 0,
/// 1 − (1 − s)^d. Shares; anything else is taken as the nearest share, and what is no number as 0.
pub fn beta_geometric(s: f64, rho: f64, days: u32) -> f64 {
    let share =
        |number: f64, least: f64| if number.is_nan() { least } else { number.clamp(least, 1.0 - 1e-9) };
    let (s, rho) = (share(s, 1e-9), share(rho, 0.0));
    if rho < 1e-4 {
        return -(f64::from(days) * (-s).ln_1p()).exp_m1();
    }
    let odds = 1.0 / rho - 1.0;
    let (a, b) = (s * odds, (1.0 - s) * odds);
    // B(A, B + d)/B(A, B) is a product over the days, each factor the chance to miss once more.
    let mut missed = 1.0;
    for day in 0..days {
        missed *= (b + f64::from(day)) / (a + b + f64::from(day));
    }
    1.0 - missed
}

/// What all horizons share, and the horizon below the one that is next.
struct Ladder<'a> {
    desks: &'a [DailySuccess],
    /// Desks with a daily success.
    n_desks: u32,
    /// The first date of any desk.
    first: NaiveDate,
    /// Dates from it to the last date of any desk.
    dates: usize,
    /// Daily successes by date, and the mean over all.
    daily: Ratio,
    success_days: f64,
    /// Dates with a daily success.
    known: u32,
    below: Option<Rung>,
}

/// One horizon.
#[derive(Debug, Clone, Copy)]
struct Rung {
    point: f64,
    interval: Interval,
    interval80: Interval,
    rho: f64,
    /// Dates within windows, and those among them with a daily success.
    dates: u32,
    known: u32,
}

/// Every window of so many dates.
struct Windows {
    ratio: Ratio,
    dates: u32,
    known: u32,
}

impl<'a> Ladder<'a> {
    fn of(desks: &'a [DailySuccess]) -> Result<Self, TooLittle> {
        let nothing = TooLittle { needed: Needed::AnsweredDays, have: 0.0, need: f64::from(LEAST_KNOWN) };
        let first = desks.iter().map(|desk| desk.from).min().ok_or(nothing)?;
        let dates = desks.iter().map(|desk| place(first, desk) + desk.s.len()).max().unwrap_or(0);
        let mut clusters = vec![Cluster::default(); dates];
        for desk in desks {
            for (day, s) in desk.known() {
                if let Some(cluster) = clusters.get_mut(place(first, desk) + day) {
                    cluster.y += s;
                    cluster.w += 1.0;
                }
            }
        }
        Ok(Self {
            desks,
            n_desks: count(desks.iter().filter(|desk| desk.known().next().is_some()).count()),
            first,
            dates,
            daily: long_run::ratio(&clusters).ok_or(nothing)?,
            success_days: clusters.iter().map(|cluster| cluster.y).sum(),
            known: count(clusters.iter().filter(|cluster| cluster.w > 0.0).count()),
            below: None,
        })
    }

    fn climb_to(&mut self, horizon_days: u32) -> Option<Rung> {
        for shorter in HORIZONS.into_iter().filter(|days| *days < horizon_days) {
            self.climb(shorter);
        }
        self.climb(horizon_days)
    }

    fn climb(&mut self, horizon_days: u32) -> Option<Rung> {
        let windows = self.windows(horizon_days)?;
        let fit = f64::from(windows.dates) / f64::from(horizon_days);
        let interval = |level| {
            let Interval { lo, hi } = long_run::interval(&windows.ratio, 3.0 * fit, fit, level);
            // Clopper and Pearson's upper end of no success.
            let never = 1.0 - f64::midpoint(1.0, -level).powf(1.0 / fit);
            self.bounded(Interval { lo, hi: hi.max(never) })
        };
        let rho = tries::likeness(self.desks, horizon_days, 0.0);
        let mut rung = Rung {
            point: match self.method() {
                Method::BetaGeometric => beta_geometric(self.daily.p, rho, horizon_days),
                Method::PooledWindows => windows.ratio.p,
            },
            interval: interval(0.95),
            interval80: interval(0.8),
            rho,
            dates: windows.dates,
            known: windows.known,
        };
        if let Some(below) = self.below {
            rung.point = rung.point.max(below.point);
            // Who looks for longer sees at least as much: so do both ends.
            for (interval, below) in
                [(&mut rung.interval, below.interval), (&mut rung.interval80, below.interval80)]
            {
                interval.lo = interval.lo.max(below.lo);
                interval.hi = interval.hi.max(below.hi);
            }
        }
        rung.point = rung.point.clamp(rung.interval.lo, rung.interval.hi);
        self.below = Some(rung);
        Some(rung)
    }

    fn method(&self) -> Method {
        if self.n_desks == 1 { Method::BetaGeometric } else { Method::PooledWindows }
    }

    /// Too few successes tell what is hardly possible, not what is.
    fn bounded(&self, interval: Interval) -> Interval {
        Interval { lo: if self.has_point() { interval.lo } else { 0.0 }, ..interval }
    }

    fn has_point(&self) -> bool {
        self.success_days >= LEAST_SUCCESS
    }

    /// `None` where no window has half of its dates known.
    fn windows(&self, horizon_days: u32) -> Option<Windows> {
        let length = usize::try_from(horizon_days).ok()?;
        let mut starts = vec![Cluster::default(); (self.dates + 1).checked_sub(length)?];
        let (mut within, mut known) = (vec![false; self.dates], vec![false; self.dates]);
        for desk in self.desks {
            let Some(mean) = desk.mean(|_| 1.0) else { continue };
            let place = place(self.first, desk);
            for (day, _) in desk.known() {
                known[place + day] = true;
            }
            for (start, window) in desk.s.windows(length).enumerate() {
                if 2 * window.iter().flatten().count() < length {
                    continue;
                }
                let missed: f64 = window.iter().map(|s| 1.0 - s.unwrap_or(mean)).product();
                starts[place + start].y += 1.0 - missed;
                starts[place + start].w += 1.0;
                within[place + start..][..length].fill(true);
            }
        }
        let dates = count(within.iter().filter(|within| **within).count());
        let nu = long_run::cosines(starts.len()).min((dates / horizon_days).saturating_sub(1)).max(2);
        Some(Windows {
            ratio: long_run::ratio_with(&starts, nu)?,
            dates,
            known: count(within.iter().zip(&known).filter(|(within, known)| **within && **known).count()),
        })
    }

    fn chance(&self, rung: Option<Rung>, horizon_days: u32) -> Result<Chance, TooLittle> {
        let rung = enough(rung, LEAST_HORIZONS.saturating_mul(horizon_days))?;
        let looks = f64::from(self.known) * if self.has_point() { 6.0 } else { 1.0 };
        let daily = self.bounded(long_run::interval(&self.daily, looks, f64::from(self.known), 0.95));
        Ok(Chance {
            horizon_days,
            p_see: self.has_point().then_some(rung.point),
            method: self.method(),
            interval: rung.interval,
            interval80: rung.interval80,
            rho: rung.rho,
            s_mean: self.daily.p,
            success_days: self.success_days,
            days: self.known,
            median_days: self.has_point().then(|| median(self.daily.p, rung.rho)).flatten(),
            median_lo: median(daily.hi, rung.rho),
            median_hi: median(daily.lo, rung.rho),
            desks: self.n_desks,
        })
    }
}

/// The exposure rule.
fn enough(rung: Option<Rung>, least_dates: u32) -> Result<Rung, TooLittle> {
    let (known, dates) = rung.map_or((0, 0), |rung| (rung.known, rung.dates));
    TooLittle::unless(Needed::AnsweredDays, f64::from(known), f64::from(LEAST_KNOWN))?;
    TooLittle::unless(Needed::Days, f64::from(dates), f64::from(least_dates))?;
    rung.ok_or(TooLittle { needed: Needed::Days, have: 0.0, need: f64::from(least_dates) })
}

/// The fewest days with a chance of one half.
fn median(s: f64, rho: f64) -> Option<u32> {
    let (mut short, mut enough) = (0, LONGEST_MEDIAN + 1);
    while enough - short > 1 {
        let days = u32::midpoint(short, enough);
        if beta_geometric(s, rho, days) >= 0.5 { enough = days } else { short = days }
    }
    (enough <= LONGEST_MEDIAN).then_some(enough)
}

/// How many dates after `first` the row of a desk starts.
fn place(first: NaiveDate, desk: &DailySuccess) -> usize {
    usize::try_from((desk.from - first).num_days()).unwrap_or(0)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

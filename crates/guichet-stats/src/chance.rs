//! R3: the chance to see a slot when one looks every day for some days, and how many days it takes.
//! What never enters: what comes next; that is the forecast's.

use crate::{interval::Interval, minimum::TooLittle, tries::DailySuccess};

/// The horizons that are published, in days.
pub const HORIZONS: [u32; 5] = [1, 3, 7, 14, 30];

/// The chance that somebody who looked at the same hours on each of `horizon_days` days saw a slot (recipe R3), in the
/// period observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Chance {
    /// Days of looking.
    pub horizon_days: u32,
    /// Beta-geometric point, kept within the interval; `None` where too few successes allow an upper bound only.
    pub p_see: Option<f64>,
    /// 95 % interval by overlapping windows; its lower end is 0 where only the upper bound holds.
    pub interval: Interval,
    /// 80 % interval, what classes are made of.
    pub interval80: Interval,
    /// Likeness of days within a horizon, 0 to 0.9.
    pub rho: f64,
    /// Mean daily success.
    pub s_mean: f64,
    /// Sum of the daily successes.
    pub success_days: f64,
    /// Dates with a daily success.
    pub days: u32,
    /// Days until half of those who look have seen a slot; `None` beyond 180.
    pub median_days: Option<u32>,
    /// Fewest days compatible with the data.
    pub median_lo: Option<u32>,
    /// Most days compatible with the data.
    pub median_hi: Option<u32>,
    /// How many desks are pooled.
    pub desks: u32,
}

/// R3 of one desk, or of several pooled: windows of all desks together, clustered by date, so that a desk counts by
/// how long it was observed and no percentages are averaged.
///
/// # Errors
/// With less than the minimum: 28 dates with a daily success, over at least 4 × `horizon_days` dates.
pub fn chance(desks: &[DailySuccess], horizon_days: u32) -> Result<Chance, TooLittle> {
    let _ = (desks, horizon_days);
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

/// P(d) = 1 − B(A, B + d)/B(A, B) with A = s(1/ρ − 1), B = (1 − s)(1/ρ − 1) (Weinberg & Gladen 1986); for ρ → 0,
/// 1 − (1 − s)^d.
pub fn beta_geometric(s: f64, rho: f64, days: u32) -> f64 {
    let s = s.clamp(1e-9, 1.0 - 1e-9);
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

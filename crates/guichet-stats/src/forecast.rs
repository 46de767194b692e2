//! What comes next: recency-weighted chances with conformal intervals, and how past ones fared.
//! What never enters: the retrospective chance and its interval.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{interval::Interval, minimum::TooLittle, tries::DailySuccess};

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
    /// The chance that came true, from later looks.
    pub truth: f64,
}

/// What makes an interval of a point forecast, from the fate of past ones: one for each host, from all the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Days of looking.
    pub horizon_days: u32,
    /// For a host that has no cases of its own.
    pub overall: Spread,
    /// By host, that host's cases left out.
    pub by_host: BTreeMap<String, Spread>,
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

/// A forecast for the days after the last observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Days of looking.
    pub horizon_days: u32,
    /// The point: recency-weighted beta-geometric.
    pub p: f64,
    /// 90 % conformal interval; `None` without at least 100 past forecasts on at least 8 other hosts.
    pub interval: Option<Interval>,
}

/// The forecast of one desk from its last 84 dates.
///
/// # Errors
/// With less than the minimum.
pub fn forecast(
    desk: &DailySuccess,
    host: &str,
    horizon_days: u32,
    calibration: Option<&Calibration>,
) -> Result<Forecast, TooLittle> {
    let _ = (desk, host, horizon_days, calibration);
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

/// All forecasts that could have been made of a desk with `horizon_days`, one a week, beside what came.
pub fn past(desk: &DailySuccess, host: &str, horizon_days: u32) -> Vec<Case> {
    let _ = (desk, host, horizon_days);
    Vec::new()
}

/// The spreads that past forecasts of one horizon teach; `None` where there are none.
pub fn calibrate(cases: &[Case], horizon_days: u32) -> Option<Calibration> {
    let _ = (cases, horizon_days);
    None
}

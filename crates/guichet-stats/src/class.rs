//! R9: few classes, and sets of them. What never enters: colours, words for people.

use crate::{chance::Chance, interval::Interval, minimum::TooLittle};

/// How likely somebody who looks three times a day for 14 days sees a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// More than 0.8: realistic.
    A,
    /// 0.2 to 0.8: uncertain.
    B,
    /// Less than 0.2: very unlikely.
    C,
}

impl Class {
    /// The letter used in the API, in style classes and in the keys of messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

/// The classes that the 80 % interval of the 14-day chance meets (recipe R9).
#[derive(Debug, Clone, PartialEq)]
pub struct ClassSet {
    /// In order, best first: one, two neighbours, or all three, which says nothing.
    pub set: Vec<Class>,
    /// The interval that they are read from.
    pub interval: Interval,
}

impl ClassSet {
    /// The confidence level of the interval.
    pub const LEVEL: f64 = 0.8;
    /// The horizon in days.
    pub const DAYS: u32 = 14;
}

/// R9.
///
/// # Errors
/// With less than the minimum of exposure: 42 dates.
pub fn class(fortnight: &Chance) -> Result<ClassSet, TooLittle> {
    let _ = fortnight;
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

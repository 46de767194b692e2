//! R9: few classes, and sets of them. What never enters: colours, words for people.

use crate::{chance, interval::Interval, minimum::TooLittle, tries::DailySuccess};

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

    /// The classes that some chance within `interval` belongs to, best first.
    pub fn met_by(interval: Interval) -> Vec<Self> {
        let met = [
            (Self::A, interval.hi > 0.8),
            (Self::B, interval.lo <= 0.8 && interval.hi >= 0.2),
            (Self::C, interval.lo < 0.2),
        ];
        met.into_iter().filter(|(_, met)| *met).map(|(class, _)| class).collect()
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

/// R9 of one desk, or of several pooled: the classes that the 80 % interval of the chance within 14 days meets, by
/// cuts at 0.2 and 0.8. It is read from the desks and not from a [`chance::Chance`], which asks for more: 42 dates are
/// enough to tell three classes apart, and a figure needs 56.
///
/// # Errors
/// With less than the minimum of exposure: 28 dates with a daily success, over at least 42 dates. Exposure only: an
/// interval that meets all three classes is an answer.
pub fn class(desks: &[DailySuccess]) -> Result<ClassSet, TooLittle> {
    let interval = chance::interval80(desks, ClassSet::DAYS, LEAST_DATES)?;
    Ok(ClassSet { set: Class::met_by(interval), interval })
}

/// Dates that a class needs.
const LEAST_DATES: u32 = 3 * ClassSet::DAYS;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_chance_has_one_class_and_an_interval_those_that_it_meets() {
        let met = |lo, hi| Class::met_by(Interval { lo, hi });
        for (p, class) in [
            (0.0, Class::C),
            (0.199, Class::C),
            (0.2, Class::B),
            (0.8, Class::B),
            (0.801, Class::A),
            (1.0, Class::A),
        ] {
            assert_eq!(met(p, p), [class], "{p}");
        }
        assert_eq!(met(0.1, 0.5), [Class::B, Class::C]);
        assert_eq!(met(0.3, 0.9), [Class::A, Class::B]);
        assert_eq!(met(0.1, 0.9), [Class::A, Class::B, Class::C]);
    }

    #[test]
    fn a_class_needs_six_weeks() {
        let desk = |days: usize| DailySuccess {
            from: "2026-01-05".parse().unwrap(),
            s: vec![Some(1.0); days],
            window_means: vec![1.0; 3],
            shares: vec![],
        };
        let few = class(&[desk(41)]).unwrap_err();
        assert_eq!((few.needed.as_str(), few.have, few.need), ("days", 41.0, 42.0));
        // A slot on each of 42 days: one day is already realistic, so a fortnight is.
        assert_eq!(class(&[desk(42)]).unwrap().set, [Class::A]);
        assert_eq!(class(&[desk(364)]).unwrap().set, [Class::A]);
    }

    proptest! {
        #[test]
        fn sets_are_never_empty_nor_torn(a in 0.0_f64..=1.0, b in 0.0_f64..=1.0) {
            let set = Class::met_by(Interval { lo: a.min(b), hi: a.max(b) });
            prop_assert!(!set.is_empty());
            prop_assert!(set != [Class::A, Class::C]);
        }
    }
}

//! Looks: an observation as the statistics of time need it, small enough to hold a year of them at once.
//! What never enters: who looked, what the page said in its own words, estimates.

use chrono::Days;

use crate::{Instant, Observation, Offer, Outcome, Purpose, SlotCount};

/// What a look saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seen {
    /// At least one slot, with what was told of its dates.
    Open(Dates),
    /// The page said that there is none.
    Full,
    /// The page said that booking is switched off.
    Shut,
    /// Nothing was established: missing, never a zero.
    Unknown,
}

/// What an open page told of the dates of its slots, as La Cimade's « À guichets fermés » counted attempts (2016).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dates {
    /// Which of La Cimade's classes it falls in.
    pub class: DatesClass,
    /// Lead time: from the look to the earliest slot, in whole minutes, 0 where that had begun; `None` where the page
    /// did not tell.
    pub lead_min: Option<u32>,
}

/// How many dates within a month an open page showed. A slot counts as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DatesClass {
    /// At least two within 30 days.
    TwoOrMore,
    /// Exactly one, and it is within 30 days.
    One,
    /// At least one within 30 days; whether more is not told.
    OneOrMore,
    /// The earliest is later than 30 days.
    Later,
    /// The page did not tell when the earliest is.
    Untold,
}

/// La Cimade's month.
const MONTH: Days = Days::new(30);

impl Dates {
    /// Of an offer seen at `at`. Slots beyond the first are known to lie within the month only where the last day
    /// shown does.
    pub fn of(offer: &Offer, at: Instant) -> Self {
        let Some(earliest) = offer.earliest else {
            return Self { class: DatesClass::Untold, lead_min: None };
        };
        let minutes = (earliest - at).num_minutes().max(0);
        let end = at.checked_add_days(MONTH).unwrap_or(at);
        let class = if earliest > end {
            DatesClass::Later
        } else {
            let all_within = offer.horizon.is_some_and(|last| last <= end.date_naive());
            match offer.slots {
                SlotCount::Exact(1) => DatesClass::One,
                SlotCount::Exact(2..) | SlotCount::AtLeast(2..) if all_within => DatesClass::TwoOrMore,
                _ => DatesClass::OneOrMore,
            }
        };
        Self { class, lead_min: Some(u32::try_from(minutes).unwrap_or(u32::MAX - 1)) }
    }
}

/// An observation in time. Ordered by instant first; what lies at one instant is ordered somehow, but always alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// Whether the design planned it ([`Purpose::Base`]); the others follow a sighting ([`Purpose::Burst`]) and are
    /// used in likelihoods only.
    pub is_base: bool,
    /// What was seen.
    pub seen: Seen,
}

impl Look {
    /// Of an observation; `None` for one made on probation, which is never counted.
    pub fn of(observation: &Observation) -> Option<Self> {
        Self::made(observation.observed_at, observation.purpose, &observation.outcome)
    }

    /// Of an observation in its parts.
    pub fn made(at: Instant, purpose: Purpose, outcome: &Outcome) -> Option<Self> {
        let is_base = match purpose {
            Purpose::Base => true,
            Purpose::Burst => false,
            Purpose::Probation => return None,
        };
        let seen = match outcome {
            Outcome::Open(offer) => Seen::Open(Dates::of(offer, at)),
            Outcome::Full => Seen::Full,
            Outcome::Shut => Seen::Shut,
            Outcome::Unknown(_) => Seen::Unknown,
        };
        Some(Self { at, is_base, seen })
    }

    /// `true` for open, `false` for full, `None` where the page said neither.
    pub fn told(&self) -> Option<bool> {
        match self.seen {
            Seen::Open(_) => Some(true),
            Seen::Full => Some(false),
            Seen::Shut | Seen::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_page_falls_into_one_of_la_cimades_classes() {
        let at: Instant = "2025-03-03T10:00:00Z".parse().unwrap();
        let offer = |slots, earliest: &str, horizon: &str| Offer {
            slots,
            earliest: earliest.parse().ok(),
            horizon: horizon.parse().ok(),
        };
        let near = "2025-03-10T08:00:00Z";
        for (offer, class) in [
            (offer(SlotCount::Exact(2), near, "2025-03-16"), DatesClass::TwoOrMore),
            (offer(SlotCount::AtLeast(9), near, "2025-03-16"), DatesClass::TwoOrMore),
            (offer(SlotCount::Exact(9), near, "2025-06-16"), DatesClass::OneOrMore),
            (offer(SlotCount::Exact(9), near, ""), DatesClass::OneOrMore),
            (offer(SlotCount::NotTold, near, "2025-03-16"), DatesClass::OneOrMore),
            (offer(SlotCount::Exact(1), near, "2025-06-16"), DatesClass::One),
            (offer(SlotCount::Exact(5), "2025-04-03T08:00:00Z", ""), DatesClass::Later),
            (offer(SlotCount::Exact(5), "", "2025-03-16"), DatesClass::Untold),
        ] {
            assert_eq!(Dates::of(&offer, at).class, class, "{offer:?}");
        }
        assert_eq!(Dates::of(&offer(SlotCount::NotTold, near, ""), at).lead_min, Some(6 * 24 * 60 + 22 * 60));
        assert_eq!(Dates::of(&offer(SlotCount::NotTold, "2025-03-03T09:00:00Z", ""), at).lead_min, Some(0));
    }
}

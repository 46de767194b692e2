//! Tallies: how often each outcome was seen in a civil hour. All sums are integers, so that adding one observation
//! at a time, in any order, gives exactly what adding them all at once gives. What never enters: intervals, opinions.

use crate::{Observation, Outcome, Purpose, civil::LocalHour};

/// Numbers of observations, and the time that they stand for.
///
/// The weight of an observation is the inverse of its design intensity (Hájek 1971), in milliseconds: an observation
/// planned at 2 per hour stands for half an hour. Where a log tells no intensity, 1 per hour is taken, so that within
/// such a log all weigh the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Observations that saw a slot.
    pub open: u64,
    /// Observations where the page said that there is none.
    pub full: u64,
    /// Observations where the page said that booking is off.
    pub shut: u64,
    /// Observations that established nothing.
    pub unknown: u64,
    /// Weight of the open ones, in milliseconds.
    pub open_ms: u64,
    /// Weight of the full ones, in milliseconds.
    pub full_ms: u64,
    /// Weight of the shut ones, in milliseconds.
    pub shut_ms: u64,
    /// Weight of the unknown ones, in milliseconds.
    pub unknown_ms: u64,
}

/// The weight of an observation planned at `intensity_per_h`, in milliseconds, between a second and a year.
pub fn weight_ms(intensity_per_h: Option<f64>) -> u64 {
    const HOUR_MS: f64 = 3_600_000.0;
    let rho = intensity_per_h.filter(|rho| rho.is_finite() && *rho > 0.0).unwrap_or(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a positive range first"
    )]
    let weight = (HOUR_MS / rho).round().clamp(1_000.0, 365.0 * 24.0 * HOUR_MS) as u64;
    weight
}

impl Counts {
    /// What one observation adds; nothing unless it was planned by the design ([`Purpose::Base`]).
    pub fn of(observation: &Observation) -> Self {
        if observation.purpose != Purpose::Base {
            return Self::default();
        }
        Self::one(&observation.outcome, weight_ms(observation.intensity_per_h))
    }

    /// One observation with its weight.
    pub fn one(outcome: &Outcome, weight_ms: u64) -> Self {
        let mut counts = Self::default();
        let (count, weight) = match outcome {
            Outcome::Open(_) => (&mut counts.open, &mut counts.open_ms),
            Outcome::Full => (&mut counts.full, &mut counts.full_ms),
            Outcome::Shut => (&mut counts.shut, &mut counts.shut_ms),
            Outcome::Unknown(_) => (&mut counts.unknown, &mut counts.unknown_ms),
        };
        *count = 1;
        *weight = weight_ms;
        counts
    }

    /// Adds `other`.
    pub fn add(&mut self, other: &Self) {
        self.open += other.open;
        self.full += other.full;
        self.shut += other.shut;
        self.unknown += other.unknown;
        self.open_ms += other.open_ms;
        self.full_ms += other.full_ms;
        self.shut_ms += other.shut_ms;
        self.unknown_ms += other.unknown_ms;
    }

    /// Open and full: the denominator of availability.
    pub fn told(&self) -> u64 {
        self.open + self.full
    }

    /// All observations.
    pub fn all(&self) -> u64 {
        self.told() + self.shut + self.unknown
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.all() == 0
    }
}

/// The counts of one civil hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourTally {
    /// The hour, in the site's civil time.
    pub at: LocalHour,
    /// What was seen in it.
    pub counts: Counts,
}

/// Adds up the hours of several tallies, for pooled figures; the result is in order of time.
pub fn pool<'a>(tallies: impl IntoIterator<Item = &'a HourTally>) -> Vec<HourTally> {
    let mut hours = std::collections::BTreeMap::<LocalHour, Counts>::new();
    for tally in tallies {
        hours.entry(tally.at).or_default().add(&tally.counts);
    }
    hours.into_iter().map(|(at, counts)| HourTally { at, counts }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cause, Offer};

    #[test]
    fn an_observation_stands_for_the_time_between_planned_probes() {
        assert_eq!(weight_ms(Some(4.0)), 900_000);
        assert_eq!(weight_ms(None), 3_600_000);
        for odd in [f64::NAN, f64::INFINITY, 0.0, -3.0] {
            assert_eq!(weight_ms(Some(odd)), 3_600_000);
        }
    }

    #[test]
    fn unknown_is_counted_apart_and_never_as_a_zero() {
        let mut counts = Counts::one(&Outcome::Unknown(Cause::Refused), 5);
        counts.add(&Counts::one(&Outcome::Open(Offer::UNTOLD), 7));
        assert_eq!((counts.told(), counts.all(), counts.unknown_ms, counts.open_ms), (1, 2, 5, 7));
    }
}

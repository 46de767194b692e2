//! Which civil hours may be shown: those that ended before the publishing delay, and those of a period. What never
//! enters: figures.

use chrono::{Duration, DurationRound as _};
use chrono_tz::Tz;
use guichet_model::{HourTally, Instant, civil::LocalHour};
use guichet_stats::Availability;

/// The hour up to which figures may be published.
pub fn cut(now: Instant, delay: Duration) -> Instant {
    let late = now - delay;
    late.duration_trunc(Duration::hours(1)).unwrap_or(late)
}

/// The tallies of civil hours that ended by `as_of`. `tallies` are in order of time.
pub(crate) fn published(tallies: &[HourTally], as_of: Instant, zone: Tz) -> &[HourTally] {
    let running = LocalHour::of(as_of, zone);
    let end = tallies.partition_point(|tally| tally.at < running);
    tallies.get(..end).unwrap_or_default()
}

/// Those of `tallies`, in order of time, that lie in the period of `figures`.
pub(crate) fn in_period<'a>(tallies: &'a [HourTally], figures: &Availability) -> &'a [HourTally] {
    let from = tallies.partition_point(|tally| tally.at.date < figures.from);
    let to = tallies.partition_point(|tally| tally.at.date <= figures.to);
    tallies.get(from..to).unwrap_or_default()
}

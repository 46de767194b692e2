//! When a gap of time is over. What never enters: reading the clock, waiting, what the gap is for.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// When `gap` after `last` will have passed. A `last` that lies after `now` (the clock was set back) counts as `now`,
/// so that nobody waits for longer than `gap`.
pub(crate) fn free_at(last: Option<DateTime<Utc>>, gap: Duration, now: DateTime<Utc>) -> DateTime<Utc> {
    let Some(last) = last else {
        return now;
    };
    TimeDelta::from_std(gap)
        .ok()
        .and_then(|gap| last.min(now).checked_add_signed(gap))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_counts_from_the_last_time_and_never_from_the_future() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let now = at("2026-11-21T10:00:30Z");
        let gap = Duration::from_mins(1);
        assert_eq!(free_at(None, gap, now), now);
        assert_eq!(free_at(Some(at("2026-11-21T10:00:00Z")), gap, now), at("2026-11-21T10:01:00Z"));
        assert_eq!(free_at(Some(at("2026-11-22T10:00:00Z")), gap, now), at("2026-11-21T10:01:30Z"));
        assert_eq!(free_at(Some(now), Duration::MAX, now), DateTime::<Utc>::MAX_UTC);
    }
}

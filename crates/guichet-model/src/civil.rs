//! Civil time: the only place where an instant becomes a local date, hour or day of the week, and back.
//!
//! Statistics go from instants to civil time only, which is always defined. From civil time to an instant one goes
//! only for times read on pages and in logs; the autumn hour that exists twice is then read as the earlier one, and
//! the spring hour that does not exist as nothing.

use chrono::{
    DateTime, Datelike as _, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _, Timelike as _,
    Utc,
};
use chrono_tz::Tz;

use crate::Instant;

/// Paris civil time, which all of metropolitan France keeps.
pub const PARIS: Tz = chrono_tz::Europe::Paris;

/// An hour of a civil day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalHour {
    /// The civil date.
    pub date: NaiveDate,
    /// 0 to 23.
    pub hour: u8,
}

impl LocalHour {
    /// The civil hour in which `instant` lies.
    pub fn of(instant: Instant, zone: Tz) -> Self {
        let local = instant.with_timezone(&zone);
        Self { date: local.date_naive(), hour: u8::try_from(local.hour()).unwrap_or(0) }
    }

    /// The hour of the week: 0 is Monday from 0 to 1, 167 is Sunday from 23 to 24.
    pub fn hour_of_week(self) -> HourOfWeek {
        let day = u8::try_from(self.date.weekday().num_days_from_monday()).unwrap_or(0);
        HourOfWeek(day * 24 + self.hour)
    }
}

/// An hour of the week in the site's civil time, 0 to 167; 0 is Monday from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HourOfWeek(u8);

impl HourOfWeek {
    /// From day (0 is Monday) and hour; `None` out of range.
    pub fn new(day: u8, hour: u8) -> Option<Self> {
        (day < 7 && hour < 24).then_some(Self(day * 24 + hour))
    }

    /// All 168, Monday first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..168).map(Self)
    }

    /// 0 to 167.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// 0 is Monday.
    pub fn day(self) -> u8 {
        self.0 / 24
    }

    /// 0 to 23.
    pub fn hour(self) -> u8 {
        self.0 % 24
    }
}

/// The civil hours that `[from, to]` touches, in order, each with the seconds of it that lie in the span. The
/// autumn hour that exists twice comes once, with up to 7,200 seconds; the missing spring hour does not come. The sum
/// is the elapsed time, exactly.
pub fn hours_between(from: Instant, to: Instant, zone: Tz) -> Vec<(LocalHour, u32)> {
    let mut hours: Vec<(LocalHour, u32)> = Vec::new();
    let mut at = from;
    while at < to {
        let local = at.with_timezone(&zone);
        let into = i64::from(local.minute()) * 60 + i64::from(local.second());
        let step = Duration::seconds(3600 - into) - Duration::nanoseconds(i64::from(local.nanosecond()));
        let next = (at + step).min(to);
        let seconds = u32::try_from((next - at).num_seconds()).unwrap_or(0);
        let hour = LocalHour::of(at, zone);
        match hours.last_mut() {
            Some((last, total)) if *last == hour => *total += seconds,
            _ => hours.push((hour, seconds)),
        }
        at = next;
    }
    hours
}

/// The instant of a civil time read on a page or in a log: the earlier of two in autumn, `None` in the spring gap.
pub fn instant_of(local: NaiveDateTime, zone: Tz) -> Option<Instant> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => Some(at.with_timezone(&Utc)),
        LocalResult::Ambiguous(early, _) => Some(early.with_timezone(&Utc)),
        LocalResult::None => None,
    }
}

/// The instant in the zone's civil time, for display.
pub fn local(instant: Instant, zone: Tz) -> DateTime<Tz> {
    instant.with_timezone(&zone)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utc(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn the_week_starts_on_monday_at_zero_in_local_time() {
        let hour = LocalHour::of(utc("2022-06-05T22:30:00Z"), PARIS);
        assert_eq!(hour.hour_of_week().index(), 0);
        assert_eq!(LocalHour::of(utc("2022-06-05T21:59:59Z"), PARIS).hour_of_week().index(), 167);
    }

    #[test]
    fn overseas_departments_keep_their_own_time() {
        let at = utc("2026-01-05T02:30:00Z");
        assert_eq!(LocalHour::of(at, chrono_tz::Indian::Reunion).hour, 6);
        assert_eq!(LocalHour::of(at, chrono_tz::America::Guadeloupe).hour, 22);
        assert_eq!(LocalHour::of(at, chrono_tz::America::Guadeloupe).hour_of_week().day(), 6);
    }

    #[test]
    fn the_autumn_hour_counts_twice_and_the_spring_hour_not_at_all() {
        let day = |from, to| {
            let hours = hours_between(utc(from), utc(to), PARIS);
            (
                hours.len(),
                hours.iter().map(|(_, s)| s).sum::<u32>(),
                hours.iter().find(|(h, _)| h.hour == 2).map(|(_, s)| *s),
            )
        };
        assert_eq!(day("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), (24, 25 * 3600, Some(7200)));
        assert_eq!(day("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), (23, 23 * 3600, None));
    }

    #[test]
    fn a_civil_time_that_exists_twice_is_the_earlier_and_one_that_does_not_exist_is_none() {
        let at = |text: &str| instant_of(text.parse().unwrap(), PARIS);
        assert_eq!(at("2026-10-25T02:30:00"), Some(utc("2026-10-25T00:30:00Z")));
        assert_eq!(at("2026-03-29T02:30:00"), None);
        assert_eq!(at("2022-06-05T17:00:00"), Some(utc("2022-06-05T15:00:00Z")));
    }

    proptest! {
        #[test]
        fn seconds_by_hour_add_up_to_the_elapsed_time(start in 1_600_000_000_i64..1_900_000_000, length in 0_i64..2_000_000) {
            for zone in [PARIS, chrono_tz::Indian::Mayotte, chrono_tz::America::Cayenne] {
                let from = DateTime::from_timestamp(start, 0).unwrap();
                let hours = hours_between(from, from + Duration::seconds(length), zone);
                prop_assert_eq!(hours.iter().map(|(_, s)| i64::from(*s)).sum::<i64>(), length);
                prop_assert!(hours.windows(2).all(|pair| pair[0].0 < pair[1].0));
            }
        }
    }
}

//! Episodes drawn from a seed: openings, releases, outages. Any instant can be asked for without playing what came
//! before it, because each week is drawn by itself. What never enters: state kept between two questions.

use chrono::{DateTime, Duration, NaiveTime};
use chrono_tz::Tz;
use guichet_model::Instant;

use crate::{
    chance::Chance,
    state::Veil,
    weekly::{Days, Span, Weekly},
};

const WEEK: i64 = 7 * 24 * 3600;
/// A Monday at 0 h UTC; weeks are counted from it.
const FIRST_MONDAY: i64 = 4 * 24 * 3600;
/// An episode lasts at most so many times its mean.
const LONGEST: i32 = 8;

/// What a purpose draws from, so that two kinds of episode of one seed are independent.
const OPENINGS: u64 = 1;
const OUTAGES: u64 = 2;
const RELEASES: u64 = 16;

/// Events that come by chance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arrivals {
    /// How many a week, on average.
    pub(crate) per_week: f64,
    /// How long each lasts, on average.
    pub(crate) mean: Duration,
    /// On which days one may begin.
    pub(crate) days: Days,
    /// Between which civil times one may begin; `None`: at any.
    pub(crate) hours: Option<(NaiveTime, NaiveTime)>,
}

/// A weekly release of slots.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Release {
    /// When, and how long the slots last on average.
    pub(crate) rule: Weekly,
    /// By which share the length may vary, 0 to 1.
    pub(crate) vary: f64,
    /// In which share of the weeks it happens.
    pub(crate) chance: f64,
    /// Slots at the beginning.
    pub(crate) slots: u32,
}

/// What chance brings to a host, form or desk.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Random {
    /// What the numbers are drawn from.
    pub(crate) seed: u64,
    /// Openings at random times, and the most slots one begins with.
    pub(crate) openings: Option<(Arrivals, u32)>,
    /// Openings at known times.
    pub(crate) releases: Vec<Release>,
    /// Errors at random times.
    pub(crate) outages: Option<(Arrivals, Veil)>,
}

/// A span with slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) span: Span,
    slots: u32,
}

impl Opening {
    /// How many slots are left: they go one by one, evenly, and the last goes at the end.
    pub(crate) fn slots_at(&self, at: Instant) -> u32 {
        let (start, end) = self.span;
        if at < start || at >= end {
            return 0;
        }
        let total = (end - start).num_seconds().max(1);
        let left = (end - at).num_seconds().clamp(0, total);
        let slots = (i64::from(self.slots) * left).div_euclid(total);
        u32::try_from(slots).unwrap_or(0).max(1)
    }
}

impl Random {
    /// The openings that touch `[from, to)`.
    pub(crate) fn openings(&self, from: Instant, to: Instant, zone: Tz) -> Vec<Opening> {
        let mut found = Vec::new();
        if let Some((arrivals, most)) = &self.openings {
            arrivals.each(
                &EachArrival { seed: self.seed, purpose: OPENINGS, zone },
                (from, to),
                |span, chance| {
                    found.push(Opening { span, slots: chance.between(1, *most) });
                },
            );
        }
        for (purpose, release) in (RELEASES..).zip(&self.releases) {
            let occurrences = release.rule.occurrences(from, to, release.rule.length * 2, zone);
            for (day, (start, _)) in occurrences {
                let mut chance = Chance::new(self.seed, purpose, day);
                if chance.share() < release.chance {
                    let factor = 1.0 + release.vary * (2.0 * chance.share() - 1.0);
                    found.push(Opening {
                        span: (start, start + seconds(release.rule.length.as_seconds_f64() * factor)),
                        slots: release.slots,
                    });
                }
            }
        }
        found.retain(|opening| opening.span.0 < to && opening.span.1 > from);
        found
    }

    /// The outages that touch `[from, to)`.
    pub(crate) fn outages(&self, from: Instant, to: Instant, zone: Tz) -> Vec<Span> {
        let mut found = Vec::new();
        if let Some((arrivals, _)) = &self.outages {
            arrivals.each(&EachArrival { seed: self.seed, purpose: OUTAGES, zone }, (from, to), |span, _| {
                found.push(span);
            });
        }
        found
    }
}

struct EachArrival {
    seed: u64,
    purpose: u64,
    zone: Tz,
}

impl Arrivals {
    fn each(&self, with: &EachArrival, (from, to): Span, mut found: impl FnMut(Span, &mut Chance)) {
        let longest = self.mean * LONGEST;
        let week_of = |at: Instant| (at.timestamp() - FIRST_MONDAY).div_euclid(WEEK);
        for week in week_of(from - longest)..=week_of(to) {
            let Some(monday) = DateTime::from_timestamp(FIRST_MONDAY + week * WEEK, 0) else {
                continue;
            };
            let places = self.places(monday, with.zone);
            let room: i64 = places.iter().map(|(start, end)| (*end - *start).num_seconds()).sum();
            if room == 0 {
                continue;
            }
            let mut chance = Chance::new(with.seed, with.purpose, week);
            for _ in 0..chance.count(self.per_week) {
                #[expect(clippy::cast_precision_loss, reason = "a week has few seconds")]
                let offset = seconds(chance.share() * room as f64);
                let length =
                    seconds(chance.wait(self.mean.as_seconds_f64())).clamp(Duration::seconds(1), longest);
                let start = place(&places, offset);
                let span = (start, start + length);
                if span.0 < to && span.1 > from {
                    found(span, &mut chance.clone());
                }
            }
        }
    }

    /// Where in a week one may begin.
    fn places(&self, monday: Instant, zone: Tz) -> Vec<Span> {
        let end = monday + Duration::seconds(WEEK);
        let (at, length) = match self.hours {
            Some((open, close)) => (open, close - open),
            None if self.days == Days::DAILY => return vec![(monday, end)],
            None => (NaiveTime::MIN, Duration::days(1)),
        };
        Weekly { days: self.days, at, length }
            .spans(monday, end, zone)
            .map(|(from, to)| (from.max(monday), to.min(end)))
            .collect()
    }
}

/// The instant at an offset into spans laid end to end.
fn place(places: &[Span], mut offset: Duration) -> Instant {
    for (start, end) in places {
        if offset < *end - *start {
            return *start + offset;
        }
        offset -= *end - *start;
    }
    places.last().map_or(Instant::MIN_UTC, |(start, _)| *start)
}

fn seconds(seconds: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates")]
    let whole = seconds as i64;
    Duration::try_seconds(whole).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use guichet_model::civil;
    use proptest::prelude::*;

    use super::*;

    fn office_hours() -> Random {
        Random {
            seed: 42,
            openings: Some((
                Arrivals {
                    per_week: 6.0,
                    mean: Duration::minutes(40),
                    days: Days::parse(&["workdays".to_owned()]).unwrap(),
                    hours: Some((
                        NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
                        NaiveTime::from_hms_opt(17, 0, 0).unwrap(),
                    )),
                },
                5,
            )),
            releases: Vec::new(),
            outages: None,
        }
    }

    fn utc(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn openings_begin_in_office_hours_and_as_often_as_asked() {
        let (from, to) = (utc("2025-01-06T00:00:00Z"), utc("2027-01-04T00:00:00Z"));
        let openings = office_hours().openings(from, to, civil::PARIS);
        assert!(openings.iter().all(|opening| {
            let hour = civil::LocalHour::of(opening.span.0, civil::PARIS).hour_of_week();
            hour.day() < 5 && (9..17).contains(&hour.hour())
        }));
        let weeks = 104.0;
        let a_week = f64::from(u32::try_from(openings.len()).unwrap()) / weeks;
        assert!((a_week - 6.0).abs() < 0.7, "{a_week}");
    }

    #[test]
    fn slots_only_ever_go_down_and_the_last_stays_to_the_end() {
        let start = utc("2026-03-02T00:00:00Z");
        let opening = Opening { span: (start, start + Duration::minutes(60)), slots: 24 };
        let seen: Vec<u32> =
            (0..=60).map(|minute| opening.slots_at(start + Duration::minutes(minute))).collect();
        assert_eq!((seen[0], seen[30], seen[59], seen[60]), (24, 12, 1, 0));
        assert!(seen.windows(2).all(|pair| pair[0] >= pair[1]));
        assert_eq!(opening.slots_at(start - Duration::seconds(1)), 0);
    }

    proptest! {
        #[test]
        fn a_part_of_the_time_shows_the_same_openings_as_the_whole(offset in 0_i64..8_000_000, length in 1_i64..900_000) {
            let random = office_hours();
            let start = utc("2026-01-05T00:00:00Z");
            let (from, to) = (start + Duration::seconds(offset), start + Duration::seconds(offset + length));
            let mut whole = random.openings(start, start + Duration::seconds(9_000_000), civil::PARIS);
            whole.retain(|opening| opening.span.0 < to && opening.span.1 > from);
            prop_assert_eq!(random.openings(from, to, civil::PARIS), whole);
        }
    }
}

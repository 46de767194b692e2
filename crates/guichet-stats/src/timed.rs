//! Openings timed to within an hour, date by date, and the time in which one would have been seen: what R6 and R7 are
//! made of. What never enters: tests, rates, windows.

use chrono::{DateTime, Datelike as _, NaiveDate, Offset as _};
use chrono_tz::Tz;
use guichet_model::{
    Look, Seen,
    civil::{self, LocalHour},
};

use crate::evidence::Evidence;

/// The hours of a day.
pub const HOURS: usize = 24;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Two looks further apart than this time nothing.
const LONGEST_GAP_MS: i64 = HOUR_MS;

/// When an opening was seen to begin, in civil time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenedAt {
    /// 0 to 23.
    pub hour: u8,
    /// How far into the hour: 0 to 1.
    pub into: f64,
}

/// A civil date.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedDay {
    /// Which.
    pub date: NaiveDate,
    /// A public holiday: its own day type.
    pub is_off: bool,
    /// For each civil hour, the hours in which an opening would have been seen and timed: an hour in which a share D
    /// of the openings would have been counts D.
    pub exposure_h: [f64; HOURS],
    /// The openings seen.
    pub openings: Vec<OpenedAt>,
}

impl TimedDay {
    /// A date on which nothing was seen yet.
    pub fn new(date: NaiveDate, is_off: bool) -> Self {
        Self { date, is_off, exposure_h: [0.0; HOURS], openings: Vec::new() }
    }

    /// Hours in all.
    pub fn total_h(&self) -> f64 {
        self.exposure_h.iter().sum()
    }

    /// 0 is Monday.
    pub fn weekday(&self) -> usize {
        usize::try_from(self.date.weekday().num_days_from_monday()).unwrap_or(0)
    }

    /// The Monday of its week, in days since 1970.
    pub(crate) fn monday(&self) -> i64 {
        i64::from(self.date.to_epoch_days()) - i64::from(self.date.weekday().num_days_from_monday())
    }
}

/// Timed openings of a target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timed {
    /// The dates on which an opening could have been seen, in order.
    pub days: Vec<TimedDay>,
}

impl Timed {
    /// From looks, bursts included: they only refine when an opening began.
    ///
    /// Two consecutive looks that told, at most 1 h apart, the first of them full, are at risk: an opening that began
    /// between them and still stood at the second is seen, and is given the time midway (unknown looks are skipped; a
    /// shut one ends the pair). With openings that last exponentially with closing rate μ, a pair g hours apart shows
    /// a share D = (1 − e^(−μg)) / (μg) of those that began in it (Cho & Garcia-Molina 2003; Azar et al. 2018), so that
    /// it is worth gD hours, laid evenly over the civil hours it spans. Plain time would make the hours that are
    /// looked at more often look richer in openings. The autumn hour that comes twice gets both, the spring hour that
    /// does not come gets none.
    ///
    /// μ is the target's own over all hours: maximum likelihood over the look that follows each sighting. Looks that go
    /// back in time, or come at the same instant, time nothing. Minimum data: none.
    pub fn of(evidence: &Evidence<'_>) -> Self {
        let rate = closing_rate(evidence.looks);
        let mut filling = Filling { zone: evidence.zone, whole_day: None, days: Vec::new() };
        for pair in pairs(evidence.looks).filter(|pair| !pair.was_open) {
            let length_h = hours(pair.gap_ms);
            let worth = if rate > 1e-9 { -(-rate * length_h).exp_m1() / rate } else { length_h };
            filling.expose(pair.from_ms, pair.gap_ms, worth / length_h);
            if pair.is_open {
                filling.open(pair.from_ms + pair.gap_ms / 2);
            }
        }
        for day in &mut filling.days {
            day.is_off = evidence.days_off.contains(&day.date);
        }
        Self { days: filling.days }
    }

    /// Number of openings.
    pub fn openings(&self) -> usize {
        self.days.iter().map(|day| day.openings.len()).sum()
    }
}

/// Two looks after one another that told.
#[derive(Debug, Clone, Copy)]
struct Pair {
    from_ms: i64,
    gap_ms: i64,
    was_open: bool,
    is_open: bool,
}

/// Pairs at most [`LONGEST_GAP_MS`] and more than nothing apart.
fn pairs(looks: &[Look]) -> impl Iterator<Item = Pair> {
    let mut last: Option<(i64, bool)> = None;
    looks.iter().filter_map(move |look| {
        let at = look.at.timestamp_millis();
        let Some(is_open) = look.told() else {
            if look.seen == Seen::Shut {
                last = None;
            }
            return None;
        };
        let (from_ms, was_open) = last.replace((at, is_open))?;
        let gap_ms = at.saturating_sub(from_ms);
        (1..=LONGEST_GAP_MS).contains(&gap_ms).then_some(Pair { from_ms, gap_ms, was_open, is_open })
    })
}

/// Closing rate per hour: 1 over the mean time that openings last; 0, which makes exposure plain time, where no
/// sighting had a look after it.
///
/// Maximum likelihood for exponential lifetimes (interval-censored: Σ g/(e^(μg) − 1) over the pairs that closed = Σ g
/// over those that did not) over the pair that follows each sighting, and only that one: by memorylessness it is worth
/// as much as any, and an opening that stands for a week counts no more than one that was gone at the next look. Half
/// a closing and half a survival at the median gap are added, which keeps it finite.
fn closing_rate(looks: &[Look]) -> f64 {
    let mut follow_ups: Vec<(i64, bool)> = Vec::new();
    let mut sighted_at = None;
    for pair in pairs(looks) {
        if pair.was_open && sighted_at == Some(pair.from_ms) {
            follow_ups.push((pair.gap_ms, pair.is_open));
        }
        sighted_at = (!pair.was_open && pair.is_open).then(|| pair.from_ms + pair.gap_ms);
    }
    follow_ups.sort_unstable();
    let Some((median, _)) = follow_ups.get(follow_ups.len() / 2) else { return 0.0 };
    let typical = hours(*median);
    let survived: f64 =
        follow_ups.iter().filter(|(_, is_open)| *is_open).map(|(gap, _)| hours(*gap)).sum::<f64>()
            + typical / 2.0;
    let closed: Vec<f64> =
        follow_ups.iter().filter(|(_, is_open)| !is_open).map(|(gap, _)| hours(*gap)).collect();
    let score = |rate: f64| {
        let ended = |gap: f64| gap / (rate * gap).exp_m1();
        closed.iter().map(|gap| ended(*gap)).sum::<f64>() + ended(typical) / 2.0 - survived
    };
    // The score falls in the rate; from a year to a fraction of a second.
    let (mut low, mut high) = (1e-4_f64.ln(), 1e4_f64.ln());
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if score(middle.exp()) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high).exp()
}

/// Dates as they fill.
struct Filling {
    zone: Tz,
    /// The UTC day last asked about, and its offset where that is one all day: looks come thousands to a day.
    whole_day: Option<(i64, Option<i64>)>,
    days: Vec<TimedDay>,
}

impl Filling {
    /// Civil time minus UTC, in milliseconds.
    fn offset_ms(&mut self, at_ms: i64) -> i64 {
        let zone = self.zone;
        let at = |ms: i64| {
            DateTime::from_timestamp_millis(ms).map_or(0, |instant| {
                i64::from(civil::local(instant, zone).offset().fix().local_minus_utc()) * 1000
            })
        };
        let day = at_ms.div_euclid(DAY_MS);
        let whole = match self.whole_day {
            Some((known, whole)) if known == day => whole,
            _ => {
                let (start, end) = (at(day * DAY_MS), at((day + 1) * DAY_MS));
                let whole = (start == end).then_some(start);
                self.whole_day = Some((day, whole));
                whole
            }
        };
        whole.unwrap_or_else(|| at(at_ms))
    }

    /// `worth` hours of exposure per hour, from an instant on.
    fn expose(&mut self, from_ms: i64, gap_ms: i64, worth: f64) {
        let offset = self.offset_ms(from_ms);
        if offset == self.offset_ms(from_ms + gap_ms) {
            let mut at = from_ms + offset;
            let end = at + gap_ms;
            while at < end {
                let next = end.min((at.div_euclid(HOUR_MS) + 1) * HOUR_MS);
                self.add(at, hours(next - at) * worth);
                at = next;
            }
        } else if let Some((from, to)) =
            DateTime::from_timestamp_millis(from_ms).zip(DateTime::from_timestamp_millis(from_ms + gap_ms))
        {
            for (LocalHour { date, hour }, seconds) in civil::hours_between(from, to, self.zone) {
                let local_ms = i64::from(date.to_epoch_days()) * DAY_MS + i64::from(hour) * HOUR_MS;
                self.add(local_ms, f64::from(seconds) / 3600.0 * worth);
            }
        }
    }

    fn add(&mut self, local_ms: i64, worth_h: f64) {
        let (hour, _) = split(local_ms);
        if let Some(exposure) = self.day(local_ms).and_then(|day| day.exposure_h.get_mut(usize::from(hour))) {
            *exposure += worth_h;
        }
    }

    fn open(&mut self, at_ms: i64) {
        let local_ms = at_ms + self.offset_ms(at_ms);
        let (hour, into) = split(local_ms);
        if let Some(day) = self.day(local_ms) {
            day.openings.push(OpenedAt { hour, into });
        }
    }

    /// The date in which a civil time lies; `None` beyond the calendar.
    fn day(&mut self, local_ms: i64) -> Option<&mut TimedDay> {
        let date = NaiveDate::from_epoch_days(i32::try_from(local_ms.div_euclid(DAY_MS)).ok()?)?;
        let place = match self.days.last() {
            Some(last) if last.date == date => self.days.len() - 1,
            Some(last) if last.date > date => match self.days.binary_search_by_key(&date, |day| day.date) {
                Ok(place) => place,
                Err(place) => {
                    self.days.insert(place, TimedDay::new(date, false));
                    place
                }
            },
            _ => {
                self.days.push(TimedDay::new(date, false));
                self.days.len() - 1
            }
        };
        self.days.get_mut(place)
    }
}

/// Hour of the day, and how far into it.
fn split(local_ms: i64) -> (u8, f64) {
    let into_day = local_ms.rem_euclid(DAY_MS);
    (u8::try_from(into_day / HOUR_MS).unwrap_or(0), hours(into_day % HOUR_MS))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of an hour")]
fn hours(ms: i64) -> f64 {
    ms as f64 / 3_600_000.0
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, NaiveDate};
    use guichet_model::{Dates, DatesClass, DaysOff, Instant, civil::PARIS};

    use super::*;

    const OPEN: Seen = Seen::Open(Dates { class: DatesClass::Untold, lead_min: None });

    fn timed(looks: &[(&str, Seen)]) -> Timed {
        let looks: Vec<Look> = looks
            .iter()
            .map(|(at, seen)| Look { at: at.parse().unwrap(), is_base: true, seen: *seen })
            .collect();
        Timed::of(&Evidence { hours: &[], looks: &looks, zone: PARIS, days_off: &DaysOff::new() })
    }

    fn exposed(timed: &Timed) -> Vec<(NaiveDate, usize, f64)> {
        let mut all = Vec::new();
        for day in &timed.days {
            for (hour, exposure) in day.exposure_h.iter().enumerate() {
                if *exposure > 0.0 {
                    all.push((day.date, hour, (exposure * 1e6).round() / 1e6));
                }
            }
        }
        all
    }

    #[test]
    fn an_opening_lies_midway_in_civil_time_and_its_pair_is_split_over_the_hours() {
        let timed = timed(&[
            ("2026-06-01T21:40:00Z", Seen::Full),
            ("2026-06-01T22:10:00Z", Seen::Unknown),
            ("2026-06-01T22:40:00Z", OPEN),
        ]);
        let date = |day| NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
        assert_eq!(exposed(&timed), [(date(1), 23, 0.333_333), (date(2), 0, 0.666_667)]);
        assert_eq!(timed.days[1].openings, [OpenedAt { hour: 0, into: 10.0 / 60.0 }]);
    }

    #[test]
    fn what_is_too_far_apart_or_shut_between_times_nothing() {
        for looks in [
            [("10:00", Seen::Full), ("11:01", OPEN), ("11:01", OPEN)],
            [("10:00", Seen::Full), ("10:10", Seen::Shut), ("10:20", OPEN)],
            [("10:00", Seen::Full), ("10:00", OPEN), ("09:00", Seen::Full)],
            [("10:00", OPEN), ("10:10", OPEN), ("10:20", Seen::Full)],
        ] {
            let looks = looks.map(|(at, seen)| (format!("2026-06-01T{at}:00Z"), seen));
            let looks: Vec<(&str, Seen)> = looks.iter().map(|(at, seen)| (at.as_str(), *seen)).collect();
            assert_eq!(timed(&looks), Timed::default(), "{looks:?}");
        }
    }

    #[test]
    fn the_autumn_hour_counts_twice_and_the_spring_hour_not_at_all() {
        let night = |from: &str, to: &str| {
            let (mut at, to): (Instant, Instant) = (from.parse().unwrap(), to.parse().unwrap());
            let mut looks = Vec::new();
            while at <= to {
                looks.push(Look { at, is_base: true, seen: Seen::Full });
                at += Duration::minutes(40);
            }
            let evidence = Evidence { hours: &[], looks: &looks, zone: PARIS, days_off: &DaysOff::new() };
            let timed = Timed::of(&evidence);
            exposed(&timed).iter().map(|(_, hour, exposure)| (*hour, *exposure)).collect::<Vec<_>>()
        };
        assert_eq!(night("2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z"), [(1, 1.0), (2, 2.0), (3, 1.0)]);
        assert_eq!(night("2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"), [(1, 1.0), (3, 1.0)]);
    }

    /// Openings of six minutes: looking every 30 minutes sees a fifth of them, every 6 minutes nearly two thirds.
    #[test]
    fn an_hour_looked_at_seldom_counts_for_less_where_openings_are_short() {
        let start: Instant = "2026-06-01T00:00:00Z".parse().unwrap();
        let mut looks = Vec::new();
        for day in 0..40 {
            for minute in (0..60).step_by(6).chain((60..=120).step_by(30)) {
                // At 20 minutes past, an opening that half of the time still stands 6 minutes later.
                let seen = match minute {
                    18 => OPEN,
                    24 if day % 3 == 0 => OPEN,
                    _ => Seen::Full,
                };
                let at = start + Duration::days(day) + Duration::minutes(minute);
                looks.push(Look { at, is_base: true, seen });
            }
        }
        let evidence =
            Evidence { hours: &[], looks: &looks, zone: chrono_tz::UTC, days_off: &DaysOff::new() };
        let rate = closing_rate(&looks);
        assert!((rate - 10.0 * 3.0_f64.ln()).abs() < 1.0, "{rate}");
        let day = &Timed::of(&evidence).days[1];
        let (often, seldom) = (day.exposure_h[0], day.exposure_h[1]);
        assert!(often > 2.0 * seldom && seldom > 0.1, "{often} {seldom}");
    }
}

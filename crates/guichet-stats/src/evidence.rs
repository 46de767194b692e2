//! What the estimators are given about a target. What never enters: where it comes from, estimates.

use chrono::NaiveDate;
use chrono_tz::Tz;
use guichet_model::{
    DaysOff, HourTally, Look,
    civil::{self, LocalHour},
};

/// The observations of one target, in the two forms that the recipes need.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Hourly tallies in order of time: base observations with their weights.
    pub hours: &'a [HourTally],
    /// All looks in order of time, bursts included.
    pub looks: &'a [Look],
    /// The target's civil time.
    pub zone: Tz,
    /// Civil dates of their own day type.
    pub days_off: &'a DaysOff,
}

impl Evidence<'_> {
    /// What lies in the civil dates from `from` to `to`, both included; everything where a bound is not given. Hours and
    /// looks must be in order of time.
    #[must_use]
    pub fn within(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Self {
        let is_before = |date: NaiveDate| from.is_some_and(|from| date < from);
        let is_by_end = |date: NaiveDate| to.is_none_or(|to| date <= to);
        let cut = |start: usize, end: usize| start.min(end)..end;
        let date_of = |look: &Look| LocalHour::of(look.at, self.zone).date;
        let hours = cut(
            self.hours.partition_point(|hour| is_before(hour.at.date)),
            self.hours.partition_point(|hour| is_by_end(hour.at.date)),
        );
        let looks = cut(
            self.looks.partition_point(|look| is_before(date_of(look))),
            self.looks.partition_point(|look| is_by_end(date_of(look))),
        );
        Self { hours: &self.hours[hours], looks: &self.looks[looks], ..*self }
    }

    /// Local hour of a look, with its fraction: 0 to 24.
    pub fn hour_of_day(&self, look: &Look) -> f64 {
        use chrono::Timelike as _;
        f64::from(civil::local(look.at, self.zone).num_seconds_from_midnight()) / 3600.0
    }
}

#[cfg(test)]
mod tests {
    use guichet_model::{Counts, Instant, Outcome, Seen};

    use super::*;

    /// A full look each hour of `hours` elapsed hours from `from` on.
    fn hourly(from: &str, hours: i64, zone: Tz) -> (Vec<HourTally>, Vec<Look>) {
        let from: Instant = from.parse().unwrap();
        let looks: Vec<Look> = (0..hours)
            .map(|hour| Look { at: from + chrono::Duration::hours(hour), is_base: true, seen: Seen::Full })
            .collect();
        let counts = Counts::one(&Outcome::Full, 3_600_000);
        let tallies: Vec<HourTally> =
            looks.iter().map(|look| HourTally { at: LocalHour::of(look.at, zone), counts }).collect();
        (guichet_model::tally::pool(&tallies), looks)
    }

    #[test]
    fn a_period_holds_the_same_civil_dates_of_hours_and_looks() {
        let days_off = DaysOff::new();
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        for (zone, from, to, looks, hours) in [
            (civil::PARIS, day("2026-10-25"), day("2026-10-25"), 25, 24),
            (chrono_tz::UTC, day("2026-10-25"), day("2026-10-25"), 24, 24),
            (civil::PARIS, day("2026-10-26"), None, 47, 47),
            (civil::PARIS, None, day("2026-10-23"), 22, 22),
            (civil::PARIS, None, None, 118, 117),
            (civil::PARIS, day("2026-12-01"), None, 0, 0),
            (civil::PARIS, day("2026-10-26"), day("2026-10-24"), 0, 0),
        ] {
            let (tallies, all) = hourly("2026-10-23T00:00:00Z", 118, zone);
            let evidence = Evidence { hours: &tallies, looks: &all, zone, days_off: &days_off };
            let part = evidence.within(from, to);
            assert_eq!((part.looks.len(), part.hours.len()), (looks, hours), "{zone} {from:?} {to:?}");
        }
    }

    #[test]
    fn what_is_out_of_order_is_cut_somehow_and_never_panics() {
        let days_off = DaysOff::new();
        let (mut tallies, mut all) = hourly("2026-10-23T00:00:00Z", 118, civil::PARIS);
        tallies.reverse();
        all.rotate_left(50);
        let evidence = Evidence { hours: &tallies, looks: &all, zone: civil::PARIS, days_off: &days_off };
        for day in 22..29 {
            let date = NaiveDate::from_ymd_opt(2026, 10, day);
            for part in
                [evidence.within(date, None), evidence.within(None, date), evidence.within(date, date)]
            {
                assert!(part.looks.len() <= all.len() && part.hours.len() <= tallies.len());
            }
        }
    }

    #[test]
    fn the_hour_of_a_look_has_its_fraction_in_civil_time() {
        let days_off = DaysOff::new();
        let evidence = Evidence { hours: &[], looks: &[], zone: civil::PARIS, days_off: &days_off };
        let look = Look { at: "2026-07-01T07:45:00Z".parse().unwrap(), is_base: true, seen: Seen::Full };
        assert!((evidence.hour_of_day(&look) - 9.75).abs() < 1e-12);
    }
}

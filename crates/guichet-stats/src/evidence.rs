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
    /// What lies in the civil dates from `from` to `to`, both included; everything where a bound is not given.
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

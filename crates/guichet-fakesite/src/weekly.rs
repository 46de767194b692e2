//! Rules that come back every week in civil time. What never enters: chance, what a rule stands for.

use chrono::{Datelike as _, Duration, NaiveTime, Weekday};
use chrono_tz::Tz;
use guichet_model::{Instant, civil};

/// A span of time, the end not included.
pub(crate) type Span = (Instant, Instant);

/// Days of the week, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days([bool; 7]);

impl Days {
    /// Monday to Sunday.
    pub(crate) const DAILY: Self = Self([true; 7]);

    /// The words that [`Days::parse`] knows.
    pub(crate) const WORDS: &'static str = "mon, tue, wed, thu, fri, sat, sun, workdays, weekend, daily";

    /// From words; `None` if one is unknown or there is none.
    pub(crate) fn parse(words: &[String]) -> Option<Self> {
        let mut days = [false; 7];
        for word in words {
            match word.as_str() {
                "daily" => days = [true; 7],
                "workdays" => days[..5].fill(true),
                "weekend" => days[5..].fill(true),
                day => days[day.parse::<Weekday>().ok()?.num_days_from_monday() as usize] = true,
            }
        }
        days.contains(&true).then_some(Self(days))
    }

    fn contains(self, day: Weekday) -> bool {
        self.0[day.num_days_from_monday() as usize]
    }
}

/// From a civil time on certain days, for a length of elapsed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weekly {
    /// On which days it begins.
    pub(crate) days: Days,
    /// At which civil time it begins.
    pub(crate) at: NaiveTime,
    /// How long it lasts.
    pub(crate) length: Duration,
}

impl Weekly {
    /// The occurrences that begin before `to` and may still last at `from` if none is longer than `longest`, each
    /// with the number of its civil day. A beginning in the missing spring hour does not occur.
    pub(crate) fn occurrences(
        &self,
        from: Instant,
        to: Instant,
        longest: Duration,
        zone: Tz,
    ) -> impl Iterator<Item = (i64, Span)> {
        let first = civil::local(from - longest, zone).date_naive();
        let last = civil::local(to, zone).date_naive();
        let rule = *self;
        first
            .iter_days()
            .take_while(move |date| *date <= last)
            .filter(move |date| rule.days.contains(date.weekday()))
            .filter_map(move |date| {
                let start = civil::instant_of(date.and_time(rule.at), zone)?;
                Some((i64::from(date.num_days_from_ce()), (start, start + rule.length)))
            })
            .filter(move |(_, (start, _))| *start < to)
    }

    /// The occurrences that touch `[from, to)`.
    pub(crate) fn spans(&self, from: Instant, to: Instant, zone: Tz) -> impl Iterator<Item = Span> {
        self.occurrences(from, to, self.length, zone)
            .map(|(_, span)| span)
            .filter(move |(_, end)| *end > from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nightly() -> Weekly {
        Weekly {
            days: Days::parse(&["workdays".to_owned()]).unwrap(),
            at: NaiveTime::from_hms_opt(20, 0, 0).unwrap(),
            length: Duration::hours(11),
        }
    }

    #[test]
    fn a_rule_keeps_civil_time_when_the_clocks_change() {
        let spans: Vec<Span> = nightly()
            .spans(
                "2026-03-26T00:00:00Z".parse().unwrap(),
                "2026-03-31T00:00:00Z".parse().unwrap(),
                civil::PARIS,
            )
            .collect();
        let starts: Vec<String> = spans.iter().map(|(start, _)| start.to_rfc3339()).collect();
        assert_eq!(
            starts,
            [
                "2026-03-25T19:00:00+00:00",
                "2026-03-26T19:00:00+00:00",
                "2026-03-27T19:00:00+00:00",
                "2026-03-30T18:00:00+00:00"
            ]
        );
    }

    #[test]
    fn day_words_are_known_or_refused() {
        let parse = |word: &str| Days::parse(&[word.to_owned()]);
        assert_eq!(parse("daily"), Some(Days::DAILY));
        assert!(parse("mon").is_some() && parse("weekend").is_some());
        assert_eq!(parse("lundi"), None);
        assert_eq!(Days::parse(&[]), None);
    }
}

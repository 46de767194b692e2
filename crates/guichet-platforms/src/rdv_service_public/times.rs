//! Days and times as the service writes them: in full beside the next availability, in pieces in the columns of a week.
//! What never enters: markup, time zones, the clock.

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use crate::dates;

/// What stands in the place of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A time.
    At(NaiveDateTime),
    /// There is one, but its parts contradict each other or some are missing.
    Unclear,
}

/// The time that a comparable text like `lundi 05 mai 2026 à 09h30` tells; `None` where it has another shape.
pub(super) fn in_full(text: &str) -> Option<Told> {
    let words: Vec<&str> = text.split(' ').collect();
    let [weekday, day, month, year, "à", time] = words.as_slice() else {
        return None;
    };
    let (weekday, year) = (dates::weekday(weekday)?, dates::year(year)?);
    let (day, month) = (dates::day_of_month(day)?, dates::month(month)?);
    let date = NaiveDate::from_ymd_opt(year, month, day).filter(|date| date.weekday() == weekday);
    Some(date.zip(clock(time, 'h')).map_or(Told::Unclear, |(date, time)| Told::At(date.and_time(time))))
}

/// A time of the day, hours and minutes with `between` between them.
pub(super) fn clock(word: &str, between: char) -> Option<NaiveTime> {
    let (hours, minutes) = word.split_once(between)?;
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| digits)
    };
    NaiveTime::from_hms_opt(number(hours)?, number(minutes)?, 0)
}

/// A day without its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayOfWeek {
    weekday: Weekday,
    day: u32,
    month: u32,
}

impl DayOfWeek {
    /// The first day that stands in a comparable text like `lundi 05 mai` or `choisir le créneau du lundi 5 mai à 09:30`.
    pub(super) fn of(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        words.windows(3).find_map(|three| {
            let [weekday, day, month] = three else { return None };
            Some(Self {
                weekday: dates::weekday(weekday)?,
                day: dates::day_of_month(day)?,
                month: dates::short_month(month)?,
            })
        })
    }
}

/// The seven days that a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Week {
    first: NaiveDate,
}

impl Week {
    /// The week that lies between a link to the week from `next` on and one to the week from `previous` on; `None` when
    /// there is neither or they contradict each other.
    pub(super) fn between(previous: Option<NaiveDate>, next: Option<NaiveDate>) -> Option<Self> {
        let after = previous.and_then(|day| day.checked_add_days(Days::new(7)));
        let before = next.and_then(|day| day.checked_sub_days(Days::new(7)));
        match (after, before) {
            (Some(after), Some(before)) => (after == before).then_some(Self { first: after }),
            (one, other) => one.or(other).map(|first| Self { first }),
        }
    }

    /// Its last day.
    pub(super) fn last(self) -> Option<NaiveDate> {
        self.first.checked_add_days(Days::new(6))
    }

    /// The date of a day in it, if its weekday agrees.
    pub(super) fn date_of(self, day: DayOfWeek) -> Option<NaiveDate> {
        let mut days = self.first.iter_days().take(7);
        days.find(|date| (date.month(), date.day(), date.weekday()) == (day.month, day.day, day.weekday))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_in_full_is_told_only_if_its_weekday_agrees() {
        for (text, told) in [
            ("mardi 05 mai 2026 à 09h30", Some(Told::At("2026-05-05T09:30:00".parse().unwrap()))),
            ("samedi 1er août 2026 à 8h00", Some(Told::At("2026-08-01T08:00:00".parse().unwrap()))),
            ("mardi 29 février 2028 à 23h59", Some(Told::At("2028-02-29T23:59:00".parse().unwrap()))),
            ("lundi 05 mai 2026 à 09h30", Some(Told::Unclear)),
            ("mardi 31 février 2026 à 09h30", Some(Told::Unclear)),
            ("mardi 05 mai 2026 à 24h00", Some(Told::Unclear)),
            ("mardi 05 mai 2026 à +9h30", Some(Told::Unclear)),
            ("mardi 05 mai 2026", None),
            ("05 mai 2026 à 09h30", None),
            ("mardi 05 floréal 2026 à 09h30", None),
            ("mardi 05 mai 26 à 09h30", None),
            ("mardi 05 mai 2026 à 09h30 environ", None),
            ("bientôt", None),
            ("", None),
        ] {
            assert_eq!(in_full(text), told, "{text}");
        }
    }

    #[test]
    fn a_column_is_dated_by_the_week_around_it() {
        let week = Week::between(None, Some(date("2027-01-04"))).unwrap();
        assert_eq!(week.last(), Some(date("2027-01-03")));
        for (heading, day) in [
            ("lundi 28 déc.", Some("2026-12-28")),
            ("jeudi 31 décembre", Some("2026-12-31")),
            ("choisir le créneau du vendredi 1er janv. à 09:30", Some("2027-01-01")),
            ("dimanche 03 jan.", Some("2027-01-03")),
            ("lundi 4 janvier", None),
            ("mardi 28 déc.", None),
        ] {
            let day: Option<NaiveDate> = day.map(date);
            assert_eq!(DayOfWeek::of(heading).and_then(|heading| week.date_of(heading)), day, "{heading}");
        }
        for no_day in ["lundi", "lundi mai 28", "28 déc.", ""] {
            assert_eq!(DayOfWeek::of(no_day), None, "{no_day}");
        }
    }

    #[test]
    fn links_to_other_weeks_must_agree_on_the_week_between_them() {
        let (previous, next) = (date("2026-12-21"), date("2027-01-04"));
        let week = Some(Week { first: date("2026-12-28") });
        assert_eq!(Week::between(Some(previous), Some(next)), week);
        assert_eq!(Week::between(Some(previous), None), week);
        assert_eq!(Week::between(None, Some(next)), week);
        assert_eq!(Week::between(None, None), None);
        assert_eq!(Week::between(Some(next), Some(next)), None);
        assert_eq!(Week::between(Some(NaiveDate::MAX), None), None);
        assert_eq!(Week::between(None, Some(NaiveDate::MIN)), None);
    }
}

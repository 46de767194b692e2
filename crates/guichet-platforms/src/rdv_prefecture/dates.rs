//! Dates and times as the pages write them, in civil time. What never enters: the clock.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use chrono_tz::Tz;
use guichet_model::{Publication, civil};

use crate::{dates, path::is_number};

/// The day that `text` begins with: `12/10/2026` or `2026-10-12`, whatever follows but a digit.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let (day, rest) = text.trim().split_at_checked(10)?;
    let parsed = ["%d/%m/%Y", "%Y-%m-%d"].iter().find_map(|form| NaiveDate::parse_from_str(day, form).ok());
    parsed.filter(|day| (2000..2200).contains(&day.year()) && !rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The time that `text` is: `09h30` or `9:30`.
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(&text.trim().replace('h', ":"), "%H:%M").ok()
}

/// What stands over the slots of a day: its name, and its date without the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heading {
    weekday: Option<Weekday>,
    day: u32,
    month: u32,
}

impl Heading {
    /// From a comparable text, as in `lundi 05/10`.
    pub(super) fn of(text: &str) -> Option<Self> {
        let dated = |word: &str| match word.split('/').collect::<Vec<_>>().as_slice() {
            [day, month] if is_number(day) && is_number(month) => {
                Some((day.parse().ok()?, month.parse().ok()?))
            }
            _ => None,
        };
        let (day, month) = text.split(' ').find_map(dated)?;
        let weekday = text.split(' ').find_map(dates::weekday);
        Some(Self { weekday, day, month })
    }

    /// The only day between `from` and `to` that it can mean.
    pub(super) fn between(self, from: NaiveDate, to: NaiveDate) -> Option<NaiveDate> {
        let mut days = (from.year()..=to.year())
            .filter_map(|year| NaiveDate::from_ymd_opt(year, self.month, self.day))
            .filter(|day| (from..=to).contains(day))
            .filter(|day| self.weekday.is_none_or(|weekday| day.weekday() == weekday));
        days.next().filter(|_| days.next().is_none())
    }
}

/// The release that `lead` tells of in a comparable text; `None` as well when it is told in two ways.
pub(super) fn publication(text: &str, lead: &str, zone: Tz) -> Option<Publication> {
    let mut told = text.match_indices(lead).filter_map(|(at, _)| {
        let (_, rest) = text.split_at_checked(at + lead.len())?;
        let rest = rest.trim_start_matches([' ', ':']).strip_prefix("le ")?;
        let (written, rest) = rest.split_at_checked("dd/mm/yyyy".len())?;
        let rest = rest.strip_prefix(" à ")?;
        let (hour, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let local = NaiveDateTime::new(day(written)?, time(hour.trim_end_matches(['.', ',']))?);
        let week = rest.strip_prefix("pour des créneaux de la semaine du ").and_then(day);
        Some(Publication { at: civil::instant_of(local, zone)?, week })
    });
    let first = told.next()?;
    told.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_times_are_read_in_the_forms_of_the_pages() {
        for (text, read) in [
            ("12/10/2026", Some("2026-10-12")),
            (" 12/10/2026 à 09:00", Some("2026-10-12")),
            ("2026-10-12T00:00:00Z", Some("2026-10-12")),
            ("12/10/20261", None),
            ("31/02/2026", None),
            ("12/10/26", None),
            ("01/01/0001", None),
            ("{{ date }} 12/10/2026", None),
            ("é/10/20266", None),
            ("", None),
        ] {
            assert_eq!(day(text), read.map(date), "{text}");
        }
        for (text, read) in
            [("09h30", Some((9, 30))), ("9:05", Some((9, 5))), ("9:30 am", None), ("25h00", None)]
        {
            assert_eq!(time(text), read.and_then(|(h, m)| NaiveTime::from_hms_opt(h, m, 0)), "{text}");
        }
    }

    #[test]
    fn a_heading_means_a_day_only_where_just_one_fits() {
        let heading = |text| Heading::of(text).unwrap();
        for (text, from, to, day) in [
            ("lundi 05/10", "2026-10-05", "2026-10-11", Some("2026-10-05")),
            ("monday 05/10", "2026-10-05", "2026-10-11", Some("2026-10-05")),
            ("05/10", "2026-10-05", "2027-10-04", Some("2026-10-05")),
            ("05/10", "2026-10-05", "2027-10-05", None),
            ("mardi 05/10", "2026-10-05", "2027-10-05", Some("2027-10-05")),
            ("vendredi 01/01", "2026-12-28", "2027-01-03", Some("2027-01-01")),
            ("mardi 05/10", "2026-10-05", "2026-10-11", None),
            ("lundi 12/10", "2026-10-05", "2026-10-11", None),
            ("lundi 31/02", "2026-01-01", "2026-12-31", None),
        ] {
            assert_eq!(heading(text).between(date(from), date(to)), day.map(date), "{text} {from} {to}");
        }
        for text in ["lundi", "lundi 5 octobre", "05/10/2026", "09h30", "a/b", "1234567890123/10"] {
            assert_eq!(Heading::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_release_is_read_in_the_civil_time_of_the_site() {
        let lead = "dernière mise en ligne de rendez-vous";
        let read = |text: &str| publication(text, lead, civil::PARIS);
        let live = "dernière mise en ligne de rendez-vous : le 04/05/2026 à 11:58 pour des créneaux de la semaine du \
                    18/05/2026 suite";
        let published =
            Publication { at: "2026-05-04T09:58:00Z".parse().unwrap(), week: Some(date("2026-05-18")) };
        assert_eq!(read(live), Some(published));
        assert_eq!(read(&format!("{live} {live}")), Some(published));
        assert_eq!(read(&format!("{live} {}", live.replace("11:58", "12:00"))), None);
        let alone = "dernière mise en ligne de rendez-vous: le 04/05/2026 à 11h58.";
        assert_eq!(read(alone), Some(Publication { week: None, ..published }));
        for text in [
            "",
            "dernière mise en ligne de rendez-vous",
            "dernière mise en ligne de rendez-vous : le {{ date }}",
            "dernière mise en ligne de rendez-vous : le 04/05/2026",
            "dernière mise en ligne de rendez-vous : le 04/05/2026 à midi",
            // The hour that spring leaves out.
            "dernière mise en ligne de rendez-vous : le 29/03/2026 à 02:30",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let mayotte = publication(live, lead, chrono_tz::Indian::Mayotte).unwrap();
        assert_eq!(mayotte.at, "2026-05-04T08:58:00Z".parse::<guichet_model::Instant>().unwrap());
    }
}

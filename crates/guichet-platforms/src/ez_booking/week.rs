//! The header of the weekly calendar: which day is the last that it shows. Some sites write it half in English.
//! What never enters: the clock, time zones.

use chrono::NaiveDate;

use crate::dates;

/// The last day of the week that a header names, from its comparable text.
pub(super) fn last_day(header: &str) -> Option<NaiveDate> {
    let week = ["semaine du ", "week from "].iter().find_map(|start| header.strip_prefix(start))?;
    let (_, end) = week.split_once(" au ").or_else(|| week.split_once(" to "))?;
    let mut words = end.split(' ').skip_while(|word| dates::day_of_month(word).is_none()).take(3);
    let day = dates::day_of_month(words.next()?)?;
    let month = dates::month(words.next()?)?;
    let year = dates::year(words.next()?)?;
    NaiveDate::from_ymd_opt(year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_read_in_french_in_english_and_in_between() {
        for (header, day) in [
            ("semaine du lundi 27 avril 2020 au dimanche 03 mai 2020", Some("2020-05-03")),
            ("week from lundi 27 avril 2020 to dimanche 03 mai 2020", Some("2020-05-03")),
            ("week from monday 25 february 2030 to sunday 3 march 2030", Some("2030-03-03")),
            ("semaine du lundi 26 juillet 2021 au dimanche 1er août 2021", Some("2021-08-01")),
            ("semaine du lundi 28 décembre 2026 au dimanche 03 janvier 2027", Some("2027-01-03")),
            ("week from lundi 28 december to sunday 03 janvier 2027", Some("2027-01-03")),
            ("semaine du lundi 28 décembre 2026 au dimanche 03 janvier", None),
            ("semaine du lundi 31 août 2026 to dimanche 06 septembre 2026", Some("2026-09-06")),
            ("semaine du 25 au 31", None),
            ("semaine du lundi 27 avril 2020 au dimanche 00 mai 2020", None),
            ("semaine du lundi 27 avril 2020 au dimanche 03 mei 2020", None),
            ("semaine du lundi 27 avril 2020", None),
            ("semaine du lundi 27 avril 2020 au dimanche 31 février 2020", None),
            ("semaine du lundi 27 avril 2020 au dimanche 03 mai 99999", None),
            ("lundi 27 avril 2020", None),
            ("", None),
        ] {
            let expected = day.map(|day: &str| day.parse::<NaiveDate>().unwrap());
            assert_eq!(last_day(header), expected, "{header}");
        }
    }
}

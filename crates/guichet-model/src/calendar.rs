//! Public holidays: which civil dates are no ordinary working days in a department. What never enters: files, sources,
//! what offices do on those dates.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};

use crate::DepartmentCode;

/// Civil dates of their own day type: they never count as the weekday on which they fall.
pub type DaysOff = BTreeSet<NaiveDate>;

/// When a holiday falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayRule {
    /// The same month and day each year.
    Fixed {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
    /// So many days after Easter Sunday; before it where negative.
    Easter {
        /// Days from Easter Sunday.
        offset: i32,
    },
}

/// A public holiday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// Its French name.
    pub name: String,
    /// When it falls.
    pub rule: HolidayRule,
    /// Where it is one; empty for all of France.
    pub departments: Vec<DepartmentCode>,
}

/// The public holidays of France and of its departments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// In the order of the file.
    pub holidays: Vec<Holiday>,
}

impl Calendar {
    /// The holidays of a department from the start of `from`'s year to the end of `to`'s.
    pub fn days_off(&self, department: &DepartmentCode, from: NaiveDate, to: NaiveDate) -> DaysOff {
        let here =
            |holiday: &&Holiday| holiday.departments.is_empty() || holiday.departments.contains(department);
        (from.year()..=to.year())
            .flat_map(|year| {
                self.holidays.iter().filter(here).filter_map(move |holiday| holiday.rule.in_year(year))
            })
            .collect()
    }
}

impl HolidayRule {
    /// Its date in `year`; `None` where there is no such date.
    pub fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Self::Easter { offset } => {
                let sunday = easter(year)?;
                let days = Days::new(u64::from(offset.unsigned_abs()));
                if offset < 0 { sunday.checked_sub_days(days) } else { sunday.checked_add_days(days) }
            }
        }
    }
}

/// Easter Sunday of a Gregorian year (the algorithm printed anonymously in *Nature* 13, 1876, p. 487).
#[expect(clippy::many_single_char_names, reason = "the names that the algorithm was printed with")]
fn easter(year: i32) -> Option<NaiveDate> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let f = (b + 8).div_euclid(25);
    let g = (b - f + 1).div_euclid(3);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c.div_euclid(4), c.rem_euclid(4));
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l).div_euclid(451);
    let days = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(days.div_euclid(31)).ok()?,
        u32::try_from(days.rem_euclid(31) + 1).ok()?,
    )
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn easter_falls_where_almanacs_have_it() {
        for date in [
            "1961-04-02",
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
        ] {
            let date: NaiveDate = date.parse().unwrap();
            assert_eq!(easter(date.year()), Some(date));
        }
    }

    #[test]
    fn a_department_has_the_holidays_of_all_and_its_own_in_every_year_touched() {
        let holiday = |rule, departments: &[&str]| Holiday {
            name: "A day".to_owned(),
            rule,
            departments: departments.iter().map(|code| code.parse().unwrap()).collect(),
        };
        let calendar = Calendar {
            holidays: vec![
                holiday(HolidayRule::Fixed { month: 5, day: 1 }, &[]),
                holiday(HolidayRule::Easter { offset: -2 }, &["57", "67"]),
                holiday(HolidayRule::Fixed { month: 2, day: 29 }, &["57"]),
            ],
        };
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let days_off = |department: &str, from, to| {
            let dates = calendar.days_off(&department.parse().unwrap(), day(from), day(to));
            dates.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(days_off("75", "2024-12-31", "2025-01-01"), "2024-05-01 2025-05-01");
        assert_eq!(days_off("67", "2025-07-01", "2025-07-01"), "2025-04-18 2025-05-01");
        assert_eq!(
            days_off("57", "2024-12-31", "2025-01-01"),
            "2024-02-29 2024-03-29 2024-05-01 2025-04-18 2025-05-01"
        );
        assert_eq!(days_off("57", "2025-01-01", "2024-12-31"), "");
    }

    proptest! {
        #[test]
        fn easter_is_a_sunday_from_22_march_to_25_april(year in 1583..4000) {
            let date = easter(year).unwrap();
            let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
            prop_assert_eq!(date.weekday(), Weekday::Sun);
            prop_assert!((day(3, 22)..=day(4, 25)).contains(&date));
        }
    }
}

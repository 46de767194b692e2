//! Numbers, shares and dates as people of a language write them. What never enters: sentences, local time rules
//! (they are the model's).

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _};
use chrono_tz::Tz;

use crate::lang::Lang;

/// No line break may part a number from its unit.
const NO_BREAK: char = '\u{a0}';
/// The French thousands separator.
const NARROW: char = '\u{202f}';

const MONTHS: [[&str; 12]; 2] = [
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

/// A whole number: `1 234` in French, `1,234` in English.
pub(crate) fn count(lang: Lang, number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(match lang {
                Lang::Fr => NARROW,
                Lang::En => ',',
            });
        }
        text.push(digit);
    }
    text
}

/// A share between 0 and 1 in per cent: whole, or with one decimal under 10 %. What is not quite nothing or all is
/// never rounded to it.
pub(crate) fn share(lang: Lang, share: f64) -> String {
    let percent = (share * 100.0).clamp(0.0, 100.0);
    let number = if percent > 0.0 && percent < 0.1 {
        "< 0.1".to_owned()
    } else if percent < 100.0 && percent > 99.0 {
        format!("{:.1}", percent.min(99.9))
    } else if percent >= 10.0 || percent == 0.0 {
        format!("{percent:.0}")
    } else {
        format!("{percent:.1}")
    };
    let number = match lang {
        Lang::Fr => number.replace('.', ","),
        Lang::En => number,
    };
    format!("{}{NO_BREAK}%", number.replace(' ', "\u{a0}"))
}

/// A share that may be less than nothing, in whole per cent.
pub(crate) fn signed_share(lang: Lang, share: f64) -> String {
    let percent = (share * 100.0).round();
    if percent < 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative; the cast saturates"
        )]
        let below = percent.abs() as u64;
        format!("−{}{NO_BREAK}%", count(lang, below))
    } else {
        self::share(lang, share)
    }
}

/// A number with three decimals: `0,123` in French, `0.123` in English.
pub(crate) fn exact(lang: Lang, number: f64) -> String {
    let text = format!("{number:.3}");
    match lang {
        Lang::Fr => text.replace('.', ","),
        Lang::En => text,
    }
}

/// Rounded to three significant digits.
pub(crate) fn rounded(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return 0.0;
    }
    // The shortest decimal with three significant digits, read back: nothing else prints without a tail.
    format!("{number:.2e}").parse().unwrap_or(number)
}

/// A number with one decimal: `12,5` in French, `12.5` in English.
pub(crate) fn decimal(lang: Lang, number: f64) -> String {
    let text = format!("{number:.1}");
    match lang {
        Lang::Fr => text.replace('.', ","),
        Lang::En => text,
    }
}

/// `17 novembre 2026`, `1er mai 2026`, `17 November 2026`.
pub(crate) fn date(lang: Lang, date: NaiveDate) -> String {
    let month = usize::try_from(date.month0())
        .ok()
        .and_then(|month| MONTHS[lang as usize].get(month).copied())
        .unwrap_or_default();
    let day = match (lang, date.day()) {
        (Lang::Fr, 1) => "1er".to_owned(),
        (_, day) => day.to_string(),
    };
    format!("{day}{NO_BREAK}{month} {}", date.year())
}

/// `17 novembre 2026 à 14 h`, `17 November 2026, 14:00`: an hour, never a minute.
pub(crate) fn hour(lang: Lang, at: DateTime<Tz>) -> String {
    let day = date(lang, at.date_naive());
    match lang {
        Lang::Fr => format!("{day} à {}{NO_BREAK}h", at.hour()),
        Lang::En => format!("{day}, {:02}:00", at.hour()),
    }
}

/// `14 h` or `14:00`.
pub(crate) fn hour_of_day(lang: Lang, hour: u8) -> String {
    match lang {
        Lang::Fr => format!("{hour}{NO_BREAK}h"),
        Lang::En => format!("{hour:02}:00"),
    }
}

/// The name that people know a French civil time by: the town of its zone.
pub(crate) fn town_of_zone(zone: Tz) -> String {
    zone.name().rsplit('/').next().unwrap_or_default().replace('_', " ").replace("Reunion", "Réunion")
}

#[cfg(test)]
mod tests {
    use guichet_model::{Instant, civil};

    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_writes_them() {
        assert_eq!(count(Lang::Fr, 1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(Lang::En, 1_234_567), "1,234,567");
        assert_eq!((count(Lang::Fr, 0), count(Lang::En, 999)), ("0".into(), "999".into()));
        assert_eq!(decimal(Lang::Fr, 12.54), "12,5");
    }

    #[test]
    fn a_share_that_is_not_nothing_or_all_never_reads_as_nothing_or_all() {
        for (value, fr, en) in [
            (0.0, "0\u{a0}%", "0\u{a0}%"),
            (0.000_2, "<\u{a0}0,1\u{a0}%", "<\u{a0}0.1\u{a0}%"),
            (0.012_5, "1,2\u{a0}%", "1.2\u{a0}%"),
            (0.126, "13\u{a0}%", "13\u{a0}%"),
            (0.999_9, "99,9\u{a0}%", "99.9\u{a0}%"),
            (1.0, "100\u{a0}%", "100\u{a0}%"),
        ] {
            assert_eq!((share(Lang::Fr, value).as_str(), share(Lang::En, value).as_str()), (fr, en));
        }
    }

    #[test]
    fn dates_and_hours_are_local_and_never_show_minutes() {
        let at: Instant = "2026-11-17T13:47:12Z".parse().unwrap();
        let local = civil::local(at, civil::PARIS);
        assert_eq!(hour(Lang::Fr, local), "17\u{a0}novembre 2026 à 14\u{a0}h");
        assert_eq!(hour(Lang::En, local), "17\u{a0}November 2026, 14:00");
        let first = NaiveDate::from_ymd_opt(2026, 5, 1).unwrap();
        assert_eq!(date(Lang::Fr, first), "1er\u{a0}mai 2026");
        assert_eq!((hour_of_day(Lang::Fr, 9), hour_of_day(Lang::En, 9)), ("9\u{a0}h".into(), "09:00".into()));
    }

    #[test]
    fn zones_are_named_by_a_town_that_people_know() {
        assert_eq!(town_of_zone(civil::PARIS), "Paris");
        assert_eq!(town_of_zone(chrono_tz::Indian::Reunion), "Réunion");
    }
}

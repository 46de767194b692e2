//! Names of days and months in the texts of pages, French ones and, where sites mix them in, English ones.
//! What never enters: the clock, time zones, years that no page wrote.

use chrono::Weekday;

/// French, English, French without accents.
const MONTHS: [[&str; 3]; 12] = [
    ["janvier", "january", "janvier"],
    ["février", "february", "fevrier"],
    ["mars", "march", "mars"],
    ["avril", "april", "avril"],
    ["mai", "may", "mai"],
    ["juin", "june", "juin"],
    ["juillet", "july", "juillet"],
    ["août", "august", "aout"],
    ["septembre", "september", "septembre"],
    ["octobre", "october", "octobre"],
    ["novembre", "november", "novembre"],
    ["décembre", "december", "decembre"],
];
/// Short forms, without their full stop.
const SHORT_MONTHS: [&[&str]; 12] = [
    &["jan", "janv"],
    &["fév", "févr"],
    &["mars"],
    &["avr"],
    &["mai"],
    &["juin"],
    &["juil"],
    &["août"],
    &["sept"],
    &["oct"],
    &["nov"],
    &["déc"],
];
/// French, English.
const WEEKDAYS: [(Weekday, [&str; 2]); 7] = [
    (Weekday::Mon, ["lundi", "monday"]),
    (Weekday::Tue, ["mardi", "tuesday"]),
    (Weekday::Wed, ["mercredi", "wednesday"]),
    (Weekday::Thu, ["jeudi", "thursday"]),
    (Weekday::Fri, ["vendredi", "friday"]),
    (Weekday::Sat, ["samedi", "saturday"]),
    (Weekday::Sun, ["dimanche", "sunday"]),
];

/// The month, 1 to 12, that a comparable word names in full.
pub(crate) fn month(word: &str) -> Option<u32> {
    (1..).zip(MONTHS).find(|(_, names)| names.contains(&word)).map(|(month, _)| month)
}

/// The same, of a word that may be a short form.
pub(crate) fn short_month(word: &str) -> Option<u32> {
    let plain = word.trim_end_matches('.');
    let short = (1..).zip(SHORT_MONTHS).find(|(_, names)| names.contains(&plain));
    short.map(|(month, _)| month).or_else(|| month(word))
}

/// The day of the week that a comparable word names.
pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(_, names)| names.contains(&word)).map(|(day, _)| *day)
}

/// The number of a day in a month, as in `05` and `1er`.
pub(crate) fn day_of_month(word: &str) -> Option<u32> {
    word.strip_suffix("er").unwrap_or(word).parse().ok().filter(|day| (1..=31).contains(day))
}

/// A year, of this century or the next.
pub(crate) fn year(word: &str) -> Option<i32> {
    word.parse().ok().filter(|year| (2000..2200).contains(year))
}

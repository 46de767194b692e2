//! Shapes for standard output: JSON objects of the documented contracts. What never enters: computing.

use std::fmt::Write as _;

use chrono::SecondsFormat;
use guichet_model::{Instant, Outcome, Publication, Service};
use guichet_stats::Availability;
use serde::Serialize;
use serde_json::{Value, json};

/// RFC 3339 in UTC, with `Z`.
pub(crate) fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A share as people read it: `37.8 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", hundredths(share))
}

/// The same without its unit. What is not quite nothing or all is never rounded to it.
pub(crate) fn hundredths(share: f64) -> String {
    match share {
        little if little > 0.0 && little < 0.000_5 => "<0.1".to_owned(),
        much if (0.999_5..1.0).contains(&much) => ">99.9".to_owned(),
        share => format!("{:.1}", share * 100.0),
    }
}

/// So many of something: `1 look`, `2 looks`.
pub(crate) fn many(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// R1 as it is published, and what was counted.
pub(crate) fn availability(figures: &Availability) -> Value {
    let mut value = guichet_web::r1(figures);
    add_counts(&mut value, figures);
    value
}

/// Adds to R1 what was counted.
pub(crate) fn add_counts(value: &mut Value, figures: &Availability) {
    if let Some(object) = value.as_object_mut() {
        let counts = &figures.counts;
        for (name, count) in
            [("open", counts.open), ("full", counts.full), ("shut", counts.shut), ("unknown", counts.unknown)]
        {
            object.insert(name.to_owned(), json!(count));
        }
    }
}

/// The `offer` object of an outcome; null where there is none.
pub(crate) fn offer(outcome: &Outcome) -> Value {
    outcome.offer().map_or(Value::Null, |offer| {
        let (kind, n) = offer.slots.parts();
        json!({
            "slots": { "kind": kind, "n": n },
            "earliest": offer.earliest.map(instant),
            "horizon": offer.horizon.map(|date| date.to_string()),
        })
    })
}

/// When slots are put online; null where the page does not tell.
pub(crate) fn publication(publication: Option<&Publication>) -> Value {
    publication.map_or(Value::Null, |publication| {
        json!({ "at": instant(publication.at), "week": publication.week.map(|week| week.to_string()) })
    })
}

/// An outcome in words: `open, at least 5 slots, the earliest at …`, `unknown (gone)`.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let mut parts = vec![match outcome.cause() {
        Some(cause) => format!("{} ({cause})", outcome.as_str()),
        None => outcome.as_str().to_owned(),
    }];
    if let Some(offer) = outcome.offer() {
        match offer.slots.parts() {
            ("at_least", Some(n)) => parts.push(format!("at least {n} slots")),
            (_, Some(n)) => parts.push(format!("{n} slots")),
            _ => {}
        }
        parts.extend(offer.earliest.map(|earliest| format!("the earliest at {}", instant(earliest))));
    }
    parts.join(", ")
}

/// What a service was seen to be, in words.
pub(crate) fn service(service: Service) -> &'static str {
    match service {
        Service::Reachable => "its pages answer",
        Service::Wall => "the site's own CAPTCHA stands before the slots",
        Service::Shield => "a shield before the site turned us away",
        Service::Maintenance => "the site says that it is under maintenance",
    }
}

/// Scraped text for a terminal: on one line, and nothing in it that steers the terminal or turns the direction of
/// writing.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// The same of a text of several lines, which stay lines.
pub(crate) fn plain_lines(text: &str) -> String {
    text.lines()
        .map(|line| line.chars().map(|c| if steers(c) { ' ' } else { c }).collect())
        .collect::<Vec<String>>()
        .join("\n")
}

/// Whether a character moves a terminal's cursor, colours, breaks a line, or turns the direction of writing.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// A time as people read it: `230 ms`, `4.2 s`.
pub(crate) fn millis(n: u64) -> String {
    if n < 1_000 {
        return format!("{n} ms");
    }
    format!("{}.{} s", n / 1_000, n % 1_000 / 100)
}

/// Pretty JSON with a line end. Whatever would steer a terminal is escaped, so that data stay whole and harmless.
pub(crate) fn json_text(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(harmless(&serde_json::to_string_pretty(value)?)? + "\n")
}

/// The same on one line, without its end.
pub(crate) fn json_line(value: &impl Serialize) -> anyhow::Result<String> {
    harmless(&serde_json::to_string(value)?)
}

fn harmless(json: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    for c in json.chars() {
        // Outside its strings JSON has no such character but its own line ends, and none is beyond U+FFFF.
        if c != '\n' && steers(c) {
            write!(text, "\\u{:04x}", u32::from(c))?;
        } else {
            text.push(c);
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scraped_text_cannot_steer_a_terminal() {
        assert_eq!(plain("Guichet\u{1b}[2J 3\r\n\u{202e}zyx"), "Guichet [2J 3   zyx");
        assert_eq!(plain("Titre de séjour – n° 2"), "Titre de séjour – n° 2");
    }

    #[test]
    fn lines_stay_lines_and_steer_nothing() {
        assert_eq!(plain_lines("a\u{1b}[2J\n  b\u{9b}c\u{2028}d"), "a [2J\n  b c d");
    }

    #[test]
    fn json_holds_what_would_steer_a_terminal_escaped_and_whole() {
        let hostile = "\0\u{1b}[2J\n\u{7f}\u{9b}\u{202e}é";
        let text = json_text(&json!({ "a": hostile })).unwrap();
        assert_eq!(text, "{\n  \"a\": \"\\u0000\\u001b[2J\\n\\u007f\\u009b\\u202eé\"\n}\n");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["a"], hostile);
    }

    #[test]
    fn a_little_is_not_rounded_to_nothing_nor_much_to_all() {
        let shares = [0.0, 1.0 / 13_966.0, 0.000_5, 0.376, 0.999_4, 0.999_6, 1.0].map(percent);
        assert_eq!(shares, ["0.0 %", "<0.1 %", "0.1 %", "37.6 %", "99.9 %", ">99.9 %", "100.0 %"]);
        assert_eq!([0, 1, 2].map(|n| many(n, "look")), ["0 looks", "1 look", "2 looks"]);
    }

    #[test]
    fn times_are_short() {
        assert_eq!([0, 999, 1_000, 61_950].map(millis), ["0 ms", "999 ms", "1.0 s", "61.9 s"]);
    }
}

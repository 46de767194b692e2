//! The few response headers that are kept, and how long a server asks us to stay away. What never enters: cookies.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};

const KEPT: [&str; 6] = ["content-type", "date", "etag", "last-modified", "retry-after", "server"];

/// The most characters of a value that are kept.
const LONGEST_VALUE: usize = 200;

/// A longer request to stay away than this counts as this.
pub(crate) const LONGEST_AWAY: Duration = Duration::from_hours(24);

/// The headers that matter, names in lower case, in a fixed order, values cut.
pub(crate) fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    KEPT.iter().filter_map(|name| Some(((*name).to_owned(), text(headers, name)?))).collect()
}

/// The first value of `name`, cut; bytes that are no text become U+FFFD.
pub(crate) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).chars().take(LONGEST_VALUE).collect())
}

/// How long the server asks us to stay away, counted from `now` and capped at a day; zero for a date that has passed.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER.as_str())?;
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // Only a number too large for 64 bits fails to parse here.
        let asked = value.parse().map_or(LONGEST_AWAY, Duration::from_secs);
        return Some(asked.min(LONGEST_AWAY));
    }
    let until = http_date(value)?;
    Some((until - now).to_std().unwrap_or_default().min(LONGEST_AWAY))
}

/// A date in one of the three forms that HTTP allows.
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.to_utc());
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&str, &[u8])]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value).unwrap())
            })
            .collect()
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_capped_at_a_day() {
        let now = "2026-11-21T08:49:37Z".parse().unwrap();
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("9000000", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("Sat, 21 Nov 2026 08:50:37 GMT", Some(60)),
            ("Saturday, 21-Nov-26 08:50:37 GMT", Some(60)),
            ("Sat Nov 21 08:50:37 2026", Some(60)),
            ("Sat, 21 Nov 2026 08:00:00 GMT", Some(0)),
            ("Sun, 21 Nov 2027 08:00:00 GMT", Some(86_400)),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
            ("", None),
        ] {
            let away = retry_after(&headers(&[("retry-after", value.as_bytes())]), now);
            assert_eq!(away, seconds.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn only_headers_that_matter_are_kept_and_their_values_are_cut() {
        let long = [b'x'; 500];
        let kept = kept(&headers(&[
            ("set-cookie", b"secret=1"),
            ("Server", &long),
            ("Date", b"Sat, 21 Nov 2026 08:50:37 GMT"),
            ("x-other", b"1"),
            ("etag", b"\xe9"),
        ]));
        assert_eq!(
            kept,
            [
                ("date".to_owned(), "Sat, 21 Nov 2026 08:50:37 GMT".to_owned()),
                ("etag".to_owned(), "\u{fffd}".to_owned()),
                ("server".to_owned(), "x".repeat(200)),
            ]
        );
    }
}

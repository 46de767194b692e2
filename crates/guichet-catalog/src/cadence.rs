//! The time between two probes as site files write it: a whole number and a unit. What never enters: what a platform
//! allows.

use std::time::Duration;

/// Where a site file names none.
pub(crate) const DEFAULT: Duration = Duration::from_mins(30);

/// The longest accepted: rarer than this is `paused`.
const LONGEST: Duration = Duration::from_hours(31 * 24);

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads a span as site files and the configuration write it: `90s`, `20m`, `2h`, `1d`, also `0s`; `None` for anything
/// else.
pub fn parse_span(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let number = text.strip_suffix(unit)?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(seconds).map(Duration::from_secs)
}

/// Reads a cadence: a span above zero and of at most 31 days.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    parse_span(text).filter(|span| !span.is_zero() && *span <= LONGEST)
}

/// Writes what [`parse`] reads, in the largest unit that fits.
pub(crate) fn show(duration: Duration) -> String {
    let seconds = duration.as_secs();
    UNITS
        .into_iter()
        .find(|(_, unit)| seconds >= *unit && seconds.is_multiple_of(*unit))
        .map_or_else(|| format!("{seconds}s"), |(name, unit)| format!("{}{name}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_are_read_and_written_back() {
        for (text, seconds) in
            [("90s", 90), ("20m", 1_200), ("2h", 7_200), ("1d", 86_400), ("31d", 2_678_400)]
        {
            let duration = parse(text).unwrap();
            assert_eq!((duration.as_secs(), show(duration)), (seconds, text.to_owned()));
        }
        assert_eq!(show(parse("60m").unwrap()), "1h");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "m",
            "20",
            "20 m",
            " 20m",
            "-5m",
            "+5m",
            "0m",
            "1.5h",
            "20min",
            "2w",
            "32d",
            "٣m",
            "20é",
            "18446744073709551615d",
            "99999999999999999999s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

//! The week of a target, hour by hour, in its own civil time. What never enters: other targets, guesses for hours
//! that were never observed.

use chrono_tz::Tz;
use guichet_model::{HourTally, civil::HourOfWeek};
use guichet_stats::{Availability, by_hour_of_week};
use serde::Serialize;

use crate::{format, lang::Lang};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct WeekRow {
    hour: String,
    /// Monday first.
    cells: Vec<Cell>,
}

/// An hour of the week.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Cell {
    /// `none`, `unknown`, `shut`, or `h0` to `h4` by the share.
    kind: &'static str,
    text: String,
    /// Share and interval, where a page told.
    share: Option<[String; 3]>,
    /// Share of unknown and coverage, where anything was observed.
    rest: Option<[String; 2]>,
}

/// 24 rows of seven cells.
pub(super) fn week(tallies: &[HourTally], zone: Tz, lang: Lang) -> Vec<WeekRow> {
    let cells = by_hour_of_week(tallies, zone);
    (0..24)
        .map(|hour| WeekRow {
            hour: format::hour_of_day(lang, hour),
            cells: (0..7)
                .map(|day| Cell::of(HourOfWeek::new(day, hour).and_then(|at| cells.get(&at)), lang))
                .collect(),
        })
        .collect()
}

impl Cell {
    fn of(known: Option<&Availability>, lang: Lang) -> Self {
        let rest =
            known.map(|known| [known.missing_share, known.capture].map(|share| format::share(lang, share)));
        let without =
            |kind, sign: &str| Self { kind, text: sign.to_owned(), share: None, rest: rest.clone() };
        let Some(known) = known else {
            return without("none", "–");
        };
        match known.p {
            Some(p) => Self {
                kind: shade(p),
                text: format!(
                    "{}/{}",
                    format::count(lang, known.counts.open),
                    format::count(lang, known.counts.told())
                ),
                share: Some(
                    [p, known.interval.lo, known.interval.hi].map(|share| format::share(lang, share)),
                ),
                rest,
            },
            None if known.counts.shut > 0 => without("shut", "∅"),
            None => without("unknown", "?"),
        }
    }
}

fn shade(p: f64) -> &'static str {
    match p {
        p if p <= 0.0 => "h0",
        p if p < 0.05 => "h1",
        p if p < 0.2 => "h2",
        p if p < 0.5 => "h3",
        _ => "h4",
    }
}

#[cfg(test)]
mod tests {
    use guichet_model::{
        Cause, Counts, Offer, Outcome,
        civil::{LocalHour, PARIS},
    };

    use super::*;

    fn tally(hour: u8, outcome: Outcome, times: u64) -> HourTally {
        let mut counts = Counts::default();
        (0..times).for_each(|_| counts.add(&Counts::one(&outcome, 3_600_000)));
        HourTally {
            at: LocalHour {
                // A Monday.
                date: "2026-11-02".parse().unwrap(),
                hour,
            },
            counts,
        }
    }

    #[test]
    fn cells_tell_never_observed_from_unknown_from_shut_from_seen() {
        let tallies = [
            tally(1, Outcome::Full, 4),
            tally(2, Outcome::Unknown(Cause::Refused), 3),
            tally(3, Outcome::Shut, 2),
            tally(4, Outcome::Open(Offer::UNTOLD), 1),
        ];
        let week = week(&tallies, PARIS, Lang::Fr);
        assert_eq!((week.len(), week.iter().map(|row| row.cells.len()).sum::<usize>()), (24, 168));
        let monday: Vec<(&str, &str)> =
            week.iter().take(5).map(|row| (row.cells[0].kind, row.cells[0].text.as_str())).collect();
        assert_eq!(monday, [("none", "–"), ("h0", "0/4"), ("unknown", "?"), ("shut", "∅"), ("h4", "1/1")]);
        assert!(
            week.iter()
                .flat_map(|row| &row.cells[1..])
                .all(|cell| cell.kind == "none" && cell.rest.is_none())
        );
        let unknown = week[2].cells[0].rest.clone().unwrap();
        assert_eq!(unknown, ["100\u{a0}%", "0\u{a0}%"]);
    }
}

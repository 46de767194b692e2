//! The weekly calendar of step 4: real dates, cells free or taken. What never enters: HTML.

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use guichet_model::{Instant, civil};
use serde::Serialize;

use crate::script::Language;

const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const MONTHS: [&str; 12] = [
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
];
/// When the desk receives people, Monday to Friday.
const HOURS: [(u32, u32); 12] = [
    (9, 0),
    (9, 30),
    (10, 0),
    (10, 30),
    (11, 0),
    (11, 30),
    (13, 30),
    (14, 0),
    (14, 30),
    (15, 0),
    (15, 30),
    (16, 0),
];
const OPEN_DAYS: usize = 5;
/// Cells of a week; a week never shows more free ones.
const CELLS: usize = HOURS.len() * OPEN_DAYS;
/// Prime to [`CELLS`]: walking in such steps visits every cell once.
const STRIDE: usize = 37;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Cell {
    Free { time: String, timestamp: i64 },
    Taken { time: String },
    Closed,
}

/// The week shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Week {
    /// The header over the seven columns.
    pub(crate) heading: String,
    /// The header of each column.
    pub(crate) days: Vec<String>,
    /// One row an hour, seven cells each.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// Which calendar to draw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeekOf {
    pub(crate) at: Instant,
    pub(crate) zone: Tz,
    /// The week begins on the first Monday at least so many days (and at least one) ahead.
    pub(crate) lead_days: u32,
    pub(crate) slots: u32,
    pub(crate) language: Language,
    /// Which cells are the free ones.
    pub(crate) pattern: u32,
}

impl Week {
    /// The instants of the free cells, earliest first.
    pub(crate) fn free(&self) -> Vec<i64> {
        let mut free: Vec<i64> = self
            .rows
            .iter()
            .flatten()
            .filter_map(|cell| match cell {
                Cell::Free { timestamp, .. } => Some(*timestamp),
                Cell::Taken { .. } | Cell::Closed => None,
            })
            .collect();
        free.sort_unstable();
        free
    }

    pub(crate) fn draw(of: WeekOf) -> Self {
        let ahead = civil::local(of.at, of.zone).date_naive() + Days::new(u64::from(of.lead_days.max(1)));
        let to_monday = (7 - ahead.weekday().num_days_from_monday()) % 7;
        let monday = ahead + Days::new(u64::from(to_monday));
        let date = |day: usize| monday + Days::new(day as u64);

        let free_cells = usize::try_from(of.slots).unwrap_or(CELLS).min(CELLS);
        let first = of.pattern as usize % CELLS;
        let mut free = [false; CELLS];
        for step in 0..free_cells {
            free[(first + step * STRIDE) % CELLS] = true;
        }
        let cell = |day: usize, hour: usize| {
            let (h, m) = HOURS[hour];
            let (true, Some(time)) = (day < OPEN_DAYS, NaiveTime::from_hms_opt(h, m, 0)) else {
                return Cell::Closed;
            };
            let text = time.format("%H:%M").to_string();
            match civil::instant_of(date(day).and_time(time), of.zone) {
                Some(at) if free[day * HOURS.len() + hour] => {
                    Cell::Free { time: text, timestamp: at.timestamp() }
                }
                _ => Cell::Taken { time: text },
            }
        };
        let (from, to) = (in_words(monday), in_words(date(6)));
        Self {
            heading: match of.language {
                Language::French => format!("Semaine du {from} au {to}"),
                Language::HalfEnglish => format!("Week from {from} to {to}"),
            },
            days: (0..7).map(|day| format!("{} {}", DAYS[day], date(day).format("%d/%m"))).collect(),
            rows: (0..HOURS.len()).map(|hour| (0..7).map(|day| cell(day, hour)).collect()).collect(),
        }
    }
}

/// `lundi 27 avril 2026`.
pub(crate) fn in_words(date: NaiveDate) -> String {
    let day = DAYS[date.weekday().num_days_from_monday() as usize];
    format!("{day} {:02} {} {}", date.day(), MONTHS[date.month0() as usize], date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(slots: u32, language: Language) -> Week {
        Week::draw(WeekOf {
            at: "2026-03-04T12:00:00Z".parse().unwrap(),
            zone: civil::PARIS,
            lead_days: 14,
            slots,
            language,
            pattern: 12069,
        })
    }

    #[test]
    fn the_week_is_a_real_one_with_as_many_free_cells_as_slots() {
        let shown = week(3, Language::French);
        assert_eq!(shown.heading, "Semaine du lundi 23 mars 2026 au dimanche 29 mars 2026");
        assert_eq!(shown.days[6], "dimanche 29/03");
        assert_eq!(shown.free().len(), 3);
        let (from, to) = (1_774_220_400, 1_774_220_400 + 7 * 86_400);
        assert!(shown.free().iter().all(|at| (from..to).contains(at)));
        assert_eq!(week(0, Language::French).free().len(), 0);
        assert_eq!(week(60, Language::French).free().len(), 60);
        assert_eq!(week(500, Language::French).free().len(), 60, "a week is not longer than a week");
    }

    #[test]
    fn half_english_changes_the_header_and_nothing_else() {
        let shown = week(2, Language::HalfEnglish);
        assert_eq!(shown.heading, "Week from lundi 23 mars 2026 to dimanche 29 mars 2026");
        assert_eq!(shown.rows, week(2, Language::French).rows);
    }
}

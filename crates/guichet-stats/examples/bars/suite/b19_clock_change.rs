//! B19: time is elapsed time, also where the clock changes. Every difference must be zero.
#![expect(clippy::cast_precision_loss, reason = "seconds of some years")]

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use guichet_model::{
    Counts, DaysOff, HourTally, Instant, Offer, Outcome,
    civil::{self, LocalHour},
};
use guichet_stats::{
    Evidence,
    cells::{Cells, cells},
};
use rand::RngExt as _;

use super::{Bound, Size, Table, simulate::rng};

const NONE: Bound = Bound::Within(0.0, 0.0);

const ZONES: [Tz; 8] = [
    civil::PARIS,
    chrono_tz::America::Guadeloupe,
    chrono_tz::America::Martinique,
    chrono_tz::America::Cayenne,
    chrono_tz::Indian::Reunion,
    chrono_tz::Indian::Mayotte,
    chrono_tz::America::Miquelon,
    chrono_tz::Pacific::Noumea,
];

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let mut rng = rng(seed);
    for zone in ZONES {
        let (mut by_hour, mut by_cell) = (0_i64, 0.0);
        for _ in 0..size.pick(400, 40) {
            let from = at(rng.random_range(1_577_836_800..1_893_456_000));
            let length = rng.random_range(0..40_000_000_i64);
            let hours = civil::hours_between(from, from + Duration::seconds(length), zone);
            by_hour += (hours.iter().map(|(_, seconds)| i64::from(*seconds)).sum::<i64>() - length).abs();

            // Whole civil dates, in each hour of which a page told.
            let start = LocalHour::of(from, zone).date;
            let end = start + Days::new(14 + length.unsigned_abs() / 86_400);
            if let Some((elapsed, week)) = span(start, end, zone) {
                let exposure: f64 = week.cells.iter().map(|cell| cell.exposure_h * 3600.0).sum();
                by_cell += (exposure - elapsed).abs();
            } else {
                by_cell = f64::NAN;
            }
        }
        table.row(
            "B19",
            &format!("{zone}: seconds by civil hour less elapsed seconds, summed"),
            by_hour as f64,
            NONE,
        );
        table.row("B19", &format!("{zone}: seconds by cell less elapsed seconds, summed"), by_cell, NONE);
    }
    dates(table);
    folds(table);
}

fn at(second: i64) -> Instant {
    DateTime::from_timestamp(second, 0).unwrap_or_default()
}

fn midnight(date: NaiveDate, zone: Tz) -> Option<Instant> {
    civil::instant_of(date.and_time(NaiveTime::MIN), zone)
}

/// Elapsed seconds from `start` to `end`, and the cells of looks in each civil hour of it.
fn span(start: NaiveDate, end: NaiveDate, zone: Tz) -> Option<(f64, Cells)> {
    let (from, to) = (midnight(start, zone)?, midnight(end, zone)?);
    let counts = Counts::one(&Outcome::Full, 900_000);
    let hours: Vec<HourTally> = civil::hours_between(from, to, zone)
        .into_iter()
        .map(|(hour, _)| HourTally { at: hour, counts })
        .collect();
    let week = cells(&Evidence { hours: &hours, looks: &[], zone, days_off: &DaysOff::new() }).ok()?;
    Some(((to - from).num_seconds() as f64, week))
}

/// Dates of 23, 24 and 25 hours, 2020 to 2029.
fn dates(table: &mut Table) {
    for (zone, expected) in [(civil::PARIS, [10, 10]), (chrono_tz::Indian::Reunion, [0, 0])] {
        let mut numbers = [0_i32; 2];
        let (mut odd, mut off) = (0, 0);
        let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default();
        for date in first.iter_days().take(3_653) {
            let length = midnight(date, zone)
                .zip(midnight(date + Days::new(1), zone))
                .map(|(start, end)| civil::hours_between(start, end, zone));
            let Some(hours) = length else {
                odd += 1;
                continue;
            };
            match hours.iter().map(|(_, seconds)| seconds).sum::<u32>() / 3600 {
                23 => numbers[0] += 1,
                25 => numbers[1] += 1,
                24 => {}
                _ => odd += 1,
            }
            off += hours.iter().filter(|(hour, _)| hour.date != date).count();
        }
        let what =
            format!("{zone}: dates of 23 and of 25 hours in ten years, less the {expected:?} there are");
        let less = (numbers[0] - expected[0]).abs() + (numbers[1] - expected[1]).abs() + odd;
        table.row("B19", &what, f64::from(less), NONE);
        table.row("B19", &format!("{zone}: hours counted on another date"), off as f64, NONE);
    }
}

/// A slot that is there from 02:00 to 03:00 in both passes of the autumn hour, seen each quarter of an hour.
fn folds(table: &mut Table) {
    let zone = civil::PARIS;
    let from =
        NaiveDate::from_ymd_opt(2024, 10, 14).and_then(|date| midnight(date, zone)).unwrap_or_default();
    let to = NaiveDate::from_ymd_opt(2024, 10, 28).and_then(|date| midnight(date, zone)).unwrap_or_default();
    let night = NaiveDate::from_ymd_opt(2024, 10, 27).unwrap_or_default();
    let mut hours: Vec<HourTally> = Vec::new();
    let mut look = from;
    while look < to {
        let hour = LocalHour::of(look, zone);
        let is_open = hour == (LocalHour { date: night, hour: 2 });
        let outcome = if is_open { Outcome::Open(Offer::UNTOLD) } else { Outcome::Full };
        let counts = Counts::one(&outcome, 900_000);
        match hours.last_mut() {
            Some(last) if last.at == hour => last.counts.add(&counts),
            _ => hours.push(HourTally { at: hour, counts }),
        }
        look += Duration::minutes(15);
    }
    let week = cells(&Evidence { hours: &hours, looks: &[], zone, days_off: &DaysOff::new() });
    let sunday = week.as_ref().ok().and_then(|week| week.cells.get(146));
    let (exposure, raw) =
        sunday.map_or((f64::NAN, f64::NAN), |cell| (cell.exposure_h, cell.p_raw.unwrap_or(f64::NAN)));
    let open_h: f64 = hours.iter().map(|hour| hour.counts.open_ms as f64 / 3_600_000.0).sum();
    table.row("B19", "a slot from 02:00 to 03:00 in both folds: hours open, less 2", open_h - 2.0, NONE);
    table.row("B19", "exposure of that cell after two Sundays in hours, less 1 + 2", exposure - 3.0, NONE);
    table.row("B19", "its mean over the two weeks, less one half", raw - 0.5, NONE);
}

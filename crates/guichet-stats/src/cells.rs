//! R2: each hour of the week, and how far its own data may speak against the whole week's. What never enters: forecasts.

mod shrinkage;

use std::borrow::Cow;

use chrono::{Duration, NaiveDate, NaiveTime, Offset as _};
use chrono_tz::Tz;
use guichet_model::{
    Counts, HourTally,
    civil::{self, HourOfWeek},
    tally,
};

pub use shrinkage::{Shrunk, Units, shrink};

use crate::{
    evidence::Evidence,
    interval::{Interval, clopper_pearson},
    minimum::{Needed, TooLittle},
};

/// The week of a target, hour by hour (recipe R2). Holidays are left out: they are a day type of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// Prior mean: the share of the whole week, or the parent's.
    pub mu: f64,
    /// Prior precision, in cell-weeks.
    pub m: f64,
    /// All 168, Monday from 0 to 1 first.
    pub cells: Vec<Cell>,
    /// All hours of holidays together, where a page told on one.
    pub holidays: Option<DayType>,
}

/// An hour of the week.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Which.
    pub at: HourOfWeek,
    /// Mean over weeks of the share open among told; `None` where no page ever told in it.
    pub p_raw: Option<f64>,
    /// Weeks in which a page told in it.
    pub n_weeks: u32,
    /// Posterior mean.
    pub p_eb: f64,
    /// 90 % interval.
    pub interval: Interval,
    /// Elapsed hours of it in which a page told open or full.
    pub exposure_h: f64,
    /// Share of open and full among open, full and shut, by weight; `None` where no page answered.
    pub service_up_share: Option<f64>,
    /// No page told in it: the figures are those of an hour of which nothing but the prior is known.
    pub borrowed: bool,
}

/// A day type that is not one of the seven.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayType {
    /// Dates on which a page told.
    pub n_days: u32,
    /// Share open among told, by weight.
    pub p: f64,
    /// 95 % Clopper–Pearson interval, each date worth one look.
    pub interval: Interval,
}

/// Confidence level of the intervals of cells.
pub const LEVEL: f64 = 0.9;
/// Dates on which a page must have told.
const DATES: u32 = 14;
/// Weeks in which a page must have told in a cell, and the cells of which that must be so.
const WEEKS: u32 = 2;
const CELLS: u32 = 100;

/// R2.
///
/// The unit of evidence is the cell-week, because looks within an hour nearly repeat each other: `n_weeks` is the
/// number of weeks in which a page told open or full in the cell, and each adds the share y = Σ(weights of
/// open)/Σ(weights of open and full) of that hour. Empirical Bayes over the 168 cells: see [`shrink`], with 90 %
/// intervals. Unknown looks are missing; hours of `days_off` are counted in [`Cells::holidays`] only.
///
/// # Errors
/// With less than the minimum: 14 dates on which a page told, and 100 cells with at least two weeks.
pub fn cells(evidence: &Evidence<'_>) -> Result<Cells, TooLittle> {
    cells_with_parent(evidence, None)
}

/// R2 with the cells drawn towards `parent`, the posterior mean of what stands above the target (the procedure in its
/// department, in the nation), instead of towards the target's own week. Only M is then estimated from the cells.
///
/// # Errors
/// As [`cells()`].
pub fn cells_with_parent(evidence: &Evidence<'_>, parent: Option<f64>) -> Result<Cells, TooLittle> {
    let week = Week::of(evidence);
    TooLittle::unless(Needed::ObservedDays, f64::from(week.dates), f64::from(DATES))?;
    let enough = week.hours.iter().filter(|hour| hour.n_weeks >= WEEKS).count();
    TooLittle::unless(Needed::Cells, f64::from(count(enough)), f64::from(CELLS))?;

    let units: Vec<Units> =
        week.hours.iter().map(|hour| Units { x: hour.x, n: f64::from(hour.n_weeks) }).collect();
    let shrunk = shrink(&units, parent, LEVEL);
    let cells = HourOfWeek::all()
        .zip(&week.hours)
        .zip(&shrunk.cells)
        .map(|((at, hour), (p_eb, interval))| Cell {
            at,
            p_raw: (hour.n_weeks > 0).then(|| (hour.x / f64::from(hour.n_weeks)).clamp(0.0, 1.0)),
            n_weeks: hour.n_weeks,
            p_eb: *p_eb,
            interval: *interval,
            exposure_h: seconds_as_hours(hour.seconds),
            service_up_share: (hour.told + hour.shut > 0.0).then(|| hour.told / (hour.told + hour.shut)),
            borrowed: hour.n_weeks == 0,
        })
        .collect();
    Ok(Cells { mu: shrunk.mu, m: shrunk.m, cells, holidays: week.holidays })
}

/// Sums of an hour of the week.
#[derive(Debug, Clone, Copy, Default)]
struct Hour {
    /// Sum over weeks of the share open.
    x: f64,
    n_weeks: u32,
    /// Elapsed seconds of the civil hours in which a page told.
    seconds: u64,
    /// Weight of open and full.
    told: f64,
    /// Weight of shut.
    shut: f64,
}

/// Sums of a target's week.
#[derive(Debug)]
struct Week {
    hours: Vec<Hour>,
    /// Dates on which a page told, without holidays.
    dates: u32,
    holidays: Option<DayType>,
}

impl Week {
    fn of(evidence: &Evidence<'_>) -> Self {
        let mut hours = vec![Hour::default(); 168];
        let mut dates = 0;
        let (mut off_dates, mut off_open, mut off_told) = (0_u32, 0.0, 0.0);
        let tallies = in_order(evidence.hours);
        for day in tallies.chunk_by(|one, other| one.at.date == other.at.date) {
            let date = day[0].at.date;
            let told: f64 = day.iter().map(|tally| told_weight(&tally.counts)).sum();
            if evidence.days_off.contains(&date) {
                off_dates += u32::from(told > 0.0);
                off_open += day.iter().map(|tally| as_f64(tally.counts.open_ms)).sum::<f64>();
                off_told += told;
                continue;
            }
            dates += u32::from(told > 0.0);
            let seconds = seconds_of(date, evidence.zone);
            for tally in day {
                let Some(hour) = hours.get_mut(tally.at.hour_of_week().index()) else { continue };
                let told = told_weight(&tally.counts);
                hour.shut += as_f64(tally.counts.shut_ms);
                if told > 0.0 {
                    hour.told += told;
                    hour.x += as_f64(tally.counts.open_ms) / told;
                    hour.n_weeks += 1;
                    hour.seconds += seconds.get(usize::from(tally.at.hour)).copied().unwrap_or_default();
                }
            }
        }
        let holidays = (off_told > 0.0).then(|| {
            let p = (off_open / off_told).clamp(0.0, 1.0);
            let n = f64::from(off_dates);
            DayType { n_days: off_dates, p, interval: clopper_pearson(p * n, n, 0.95) }
        });
        Self { hours, dates, holidays }
    }
}

/// The tallies as the store gives them: in order of time, each hour once.
fn in_order(tallies: &[HourTally]) -> Cow<'_, [HourTally]> {
    if tallies.is_sorted_by(|one, next| one.at < next.at) {
        Cow::Borrowed(tallies)
    } else {
        Cow::Owned(tally::pool(tallies))
    }
}

/// How long each civil hour of a date lasts, in seconds: 0 for one that the change of the clock leaves out, 7,200 for
/// one that comes twice.
fn seconds_of(date: NaiveDate, zone: Tz) -> [u64; 24] {
    // No zone is farther than 14 hours from UTC.
    let midnight = date.and_time(NaiveTime::MIN).and_utc();
    let span = midnight
        .checked_sub_signed(Duration::hours(15))
        .zip(midnight.checked_add_signed(Duration::hours(39)));
    let Some((from, to)) = span else { return [3_600; 24] };
    let offset = |at| civil::local(at, zone).offset().fix();
    if offset(from) == offset(to) {
        return [3_600; 24];
    }
    let mut seconds = [0; 24];
    for (hour, elapsed) in civil::hours_between(from, to, zone) {
        if let Some(there) = seconds.get_mut(usize::from(hour.hour)).filter(|_| hour.date == date) {
            *there += u64::from(elapsed);
        }
    }
    seconds
}

fn told_weight(counts: &Counts) -> f64 {
    as_f64(counts.open_ms) + as_f64(counts.full_ms)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit 53 bits")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

fn seconds_as_hours(seconds: u64) -> f64 {
    as_f64(seconds) / 3600.0
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

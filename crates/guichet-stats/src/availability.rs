//! R1: how often a slot was visible, how sure that is, and what is missing.
//! What never enters: forecasts, classes, names of days.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use guichet_model::{
    Counts, HourTally,
    civil::{self, HourOfWeek, LocalHour},
    tally,
};

use crate::{
    interval::{Interval, clopper_pearson},
    long_run::{self, Cluster},
    minimum::{Needed, TooLittle},
};

/// How much a figure may be made of, by exposure alone (days and capture), never by the width of the interval, which
/// would publish lucky figures only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Fewer than 14 observed days, less than half of the time captured, or fewer than 30 looks at which the page told
    /// whether there was a slot: too little data.
    None,
    /// 14 to 55 observed days, or 50 to 75 % captured.
    Provisional,
    /// At least 56 observed days and 75 % captured.
    Ok,
}

impl Tier {
    /// The word used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Provisional => "provisional",
            Self::Ok => "ok",
        }
    }
}

/// Observed dates below which nothing is made of a figure.
const LEAST_DAYS: u32 = 14;

/// Share of the hours below which nothing is made of a figure.
const LEAST_CAPTURE: f64 = 0.5;

/// Looks with an answer about slots below which nothing is made of a figure (the least effective size of the NCHS data
/// presentation standards for proportions, 2017).
const LEAST_TOLD: u64 = 30;

/// Availability of a target, or of several pooled, over a period (recipe R1). Shares are between 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability {
    /// First civil date with an observation.
    pub from: NaiveDate,
    /// Last civil date with an observation.
    pub to: NaiveDate,
    /// What was counted: open, full, shut and unknown observations.
    pub counts: Counts,
    /// Share of the told time with a slot: the Hájek mean Σ(w·open)/Σ(w·(open+full)), w = 1/ρ. `None` when no page
    /// ever told.
    pub p: Option<f64>,
    /// 95 % interval of the long-run share; vacuous when no page ever told.
    pub interval: Interval,
    /// Open and full observations.
    pub n_polls: u64,
    /// How many independent looks they are worth.
    pub n_eff: f64,
    /// `n_polls / n_eff`; 0 when there are none.
    pub deff: f64,
    /// Degrees of freedom of the variance.
    pub nu: u32,
    /// Dates with at least 6 hours in which a page told.
    pub days_observed: u32,
    /// Share of the hours from the first to the last observation in which a page told (open, full or shut).
    pub capture: f64,
    /// Weighted share of unknown among open, full and unknown.
    pub missing_share: f64,
    /// The share if every unknown had been full, and if every one had been open (Manski bounds).
    pub manski: Interval,
    /// What may be made of it.
    pub tier: Tier,
}

impl Availability {
    /// Whether the exposure allows to make anything of the figures, by the rule of [`Tier::None`]: of days first, then
    /// of coverage, then of looks at which the page told whether there was a slot (one that only ever said that booking
    /// is shut tells nothing about slots).
    ///
    /// # Errors
    /// With fewer than 14 observed dates, less than half of the hours captured, or fewer than 30 open or full looks.
    pub fn enough(&self) -> Result<(), TooLittle> {
        TooLittle::unless(Needed::ObservedDays, f64::from(self.days_observed), f64::from(LEAST_DAYS))?;
        TooLittle::unless(Needed::Coverage, self.capture, LEAST_CAPTURE)?;
        enough_told(self.n_polls)
    }
}

/// Whether the page told of slots often enough for anything to be made of it.
///
/// # Errors
/// With fewer than 30 open or full looks.
pub(crate) fn enough_told(n_polls: u64) -> Result<(), TooLittle> {
    TooLittle::unless(Needed::Told, as_f64(n_polls), as_f64(LEAST_TOLD))
}

/// Hours in which a page must have told for a date to count as observed.
const HOURS_OF_AN_OBSERVED_DAY: u32 = 6;

/// R1 over hourly tallies in any order, of one target or pooled (in one civil time `zone`).
///
/// Daily clusters, long-run variance by equal-weighted cosines (see [`long_run::ratio`]), effective sample size
/// `n_eff` = min(p(1−p)/v, n), n* = `n_eff`·(z/`t_ν`)², Clopper–Pearson on p·n* of n* (Korn & Graubard 1998). When the
/// share is 0 or 1, or the variance is 0, n* is the number of dates on which a page told. Minimum data: none for the
/// figures, which carry their [`Tier`]; `None` when there is no observation at all.
pub fn availability(tallies: &[HourTally], zone: Tz) -> Option<Availability> {
    let pooled;
    let tallies = if tallies.is_sorted_by(|a, b| a.at < b.at) {
        tallies
    } else {
        pooled = tally::pool(tallies);
        &pooled
    };
    let mut figures = figures(tallies)?;
    let mut seen = tallies.iter().filter(|tally| !tally.counts.is_empty()).map(|tally| tally.at);
    let first = seen.next()?;
    let hours = civil_hours(first, seen.next_back().unwrap_or(first), zone);
    let told = count(tallies.iter().filter(|tally| tells(&tally.counts)).count());
    figures.capture = (f64::from(told) / f64::from(hours.max(1))).min(1.0);
    figures.tier = tier(figures.days_observed, figures.capture, figures.n_polls);
    Some(figures)
}

/// All but the capture and the tier that depends on it; `tallies` are in order of time.
fn figures(tallies: &[HourTally]) -> Option<Availability> {
    let seen = || tallies.iter().filter(|tally| !tally.counts.is_empty());
    let (from, to) = (seen().next()?.at.date, seen().next_back()?.at.date);
    let place = |date: NaiveDate| usize::try_from((date - from).num_days()).unwrap_or(0);
    let mut total = Counts::default();
    let mut days = vec![Day::default(); place(to) + 1];
    for tally in seen() {
        total.add(&tally.counts);
        if let Some(day) = days.get_mut(place(tally.at.date)) {
            day.add(&tally.counts);
        }
    }
    let days_observed = count(days.iter().filter(|day| day.hours_told >= HOURS_OF_AN_OBSERVED_DAY).count());
    let clusters: Vec<Cluster> = days.into_iter().map(|day| day.cluster).collect();
    let days_told = count(clusters.iter().filter(|day| day.w > 0.0).count());
    let n_polls = total.told();
    let estimate = long_run::ratio(&clusters);
    let (n_eff, interval, nu) = estimate.map_or((0.0, Interval::VACUOUS, 0), |ratio| {
        let spread = ratio.p * (1.0 - ratio.p);
        // A share of 0 or 1 leaves the tiniest residuals by rounding; they are no variance.
        let (n_eff, n_star) = if spread <= 1e-12 || ratio.variance <= 1e-15 {
            (f64::from(days_told), f64::from(days_told))
        } else {
            let n_eff = (spread / ratio.variance).min(as_f64(n_polls));
            (n_eff, n_eff * long_run::few_degrees_penalty(ratio.nu))
        };
        (n_eff, clopper_pearson(ratio.p * n_star, n_star, 0.95), ratio.nu)
    });

    let [open_w, full_w, unknown_w] = [total.open_ms, total.full_ms, total.unknown_ms].map(as_f64);
    let all_w = open_w + full_w + unknown_w;
    let (missing_share, manski) = if all_w > 0.0 {
        (unknown_w / all_w, Interval { lo: open_w / all_w, hi: (open_w + unknown_w) / all_w })
    } else {
        (0.0, Interval::VACUOUS)
    };
    Some(Availability {
        from,
        to,
        counts: total,
        p: estimate.map(|ratio| ratio.p),
        interval,
        n_polls,
        n_eff,
        deff: if n_eff > 0.0 { as_f64(n_polls) / n_eff } else { 0.0 },
        nu,
        days_observed,
        capture: 0.0,
        missing_share,
        manski,
        tier: Tier::None,
    })
}

/// R1 in each hour of the week that holds an observation, over the same tallies, in any order.
pub fn by_hour_of_week(tallies: &[HourTally], zone: Tz) -> BTreeMap<HourOfWeek, Availability> {
    let mut cells: BTreeMap<HourOfWeek, Vec<HourTally>> = BTreeMap::new();
    for tally in tally::pool(tallies) {
        cells.entry(tally.at.hour_of_week()).or_default().push(tally);
    }
    cells
        .into_iter()
        .filter_map(|(cell, tallies)| Some((cell, availability_of_cell(&tallies, zone)?)))
        .collect()
}

/// R1 in one hour of the week, of tallies in order of time. Its capture is the share of that hour's weekly turns in which
/// a page told, and its tier is [`Tier::None`] by the rule on days: a cell has at most one hour a week.
fn availability_of_cell(tallies: &[HourTally], zone: Tz) -> Option<Availability> {
    let hour = tallies.first()?.at.hour;
    let mut cell = figures(tallies)?;
    let weekly = cell.from.iter_days().step_by(7).take_while(|date| *date <= cell.to);
    let turns = count(weekly.filter(|date| exists(LocalHour { date: *date, hour }, zone)).count());
    let told = count(tallies.iter().filter(|tally| tells(&tally.counts)).count());
    cell.capture = (f64::from(told) / f64::from(turns.max(1))).min(1.0);
    cell.days_observed = told;
    Some(cell)
}

fn tells(counts: &Counts) -> bool {
    counts.told() + counts.shut > 0
}

#[derive(Debug, Clone, Copy, Default)]
struct Day {
    hours_told: u32,
    cluster: Cluster,
}

impl Day {
    fn add(&mut self, counts: &Counts) {
        self.hours_told += u32::from(tells(counts));
        self.cluster.y += as_f64(counts.open_ms);
        self.cluster.w += as_f64(counts.open_ms) + as_f64(counts.full_ms);
    }
}

fn tier(days_observed: u32, capture: f64, n_polls: u64) -> Tier {
    if days_observed < LEAST_DAYS || capture < LEAST_CAPTURE || n_polls < LEAST_TOLD {
        Tier::None
    } else if days_observed < 56 || capture < 0.75 {
        Tier::Provisional
    } else {
        Tier::Ok
    }
}

/// How many civil hours exist from `first` to `last`, both included: 24 a day, one fewer on the spring date of the clock
/// change. The autumn hour that comes twice is one civil hour, as it is one tally.
fn civil_hours(first: LocalHour, last: LocalHour, zone: Tz) -> u32 {
    let midnight = |date: NaiveDate| civil::instant_of(date.and_time(NaiveTime::MIN), zone);
    let mut start = midnight(first.date);
    let mut hours = 0;
    for date in first.date.iter_days().take_while(|date| *date <= last.date) {
        let end = date.succ_opt().and_then(midnight);
        let from = if date == first.date { first.hour } else { 0 };
        let to = if date == last.date { last.hour } else { 23 };
        let is_whole = start.zip(end).is_some_and(|(start, end)| end - start >= Duration::hours(24));
        hours += count(
            (from..=to).filter(|hour| is_whole || exists(LocalHour { date, hour: *hour }, zone)).count(),
        );
        start = end;
    }
    hours
}

/// Whether there is such an hour; one in spring is not.
fn exists(hour: LocalHour, zone: Tz) -> bool {
    let start = hour.date.and_hms_opt(u32::from(hour.hour), 0, 0);
    start.is_some_and(|start| civil::instant_of(start, zone).is_some())
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit 53 bits")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

//! R1: how often a slot was visible, how sure that is, and what is missing.
//! What never enters: forecasts, classes, names of days.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use guichet_model::{
    Counts, HourTally,
    civil::{self, HourOfWeek},
};

use crate::{
    interval::{Interval, clopper_pearson},
    long_run::{self, Cluster},
};

/// How much a figure may be made of, by exposure alone (days and capture), never by the width of the interval, which
/// would publish lucky figures only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Fewer than 14 observed days, or less than half of the time captured: too little data.
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

/// Hours in which a page must have told for a date to count as observed.
const HOURS_OF_AN_OBSERVED_DAY: u32 = 6;

/// R1 over hourly tallies in order of time, of one target or pooled (in one civil time `zone`).
///
/// Daily clusters, long-run variance by equal-weighted cosines (see [`long_run::ratio`]), effective sample size
/// `n_eff` = min(p(1−p)/v, n), n* = `n_eff`·(z/`t_ν`)², Clopper–Pearson on p·n* of n* (Korn & Graubard 1998). When the
/// share is 0 or 1, or the variance is 0, n* is the number of dates on which a page told. Minimum data: none for the
/// figures, which carry their [`Tier`]; `None` when there is no observation at all.
pub fn availability(tallies: &[HourTally], zone: Tz) -> Option<Availability> {
    let seen: Vec<&HourTally> = tallies.iter().filter(|tally| !tally.counts.is_empty()).collect();
    let (first, last) = (seen.first()?, seen.last()?);
    let (from, to) = (first.at.date, last.at.date);

    let mut total = Counts::default();
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for tally in &seen {
        total.add(&tally.counts);
        days.entry(tally.at.date).or_default().add(&tally.counts);
    }
    let hours_told: u32 = days.values().map(|day| day.hours_told).sum();
    let days_observed = count(days.values().filter(|day| day.hours_told >= HOURS_OF_AN_OBSERVED_DAY).count());
    let hours = hours_of_span(from, to, zone) - u32::from(first.at.hour) - (23 - u32::from(last.at.hour));
    let capture = (f64::from(hours_told) / f64::from(hours.max(1))).min(1.0);

    let clusters: Vec<Cluster> = from
        .iter_days()
        .take_while(|date| *date <= to)
        .map(|date| days.get(&date).map_or_else(Cluster::default, |day| day.cluster))
        .collect();
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
        capture,
        missing_share,
        manski,
        tier: tier(days_observed, capture),
    })
}

/// R1 in each hour of the week that holds an observation, over the same tallies.
pub fn by_hour_of_week(tallies: &[HourTally], zone: Tz) -> BTreeMap<HourOfWeek, Availability> {
    let mut cells: BTreeMap<HourOfWeek, Vec<HourTally>> = BTreeMap::new();
    for tally in tallies {
        cells.entry(tally.at.hour_of_week()).or_default().push(*tally);
    }
    cells
        .into_iter()
        .filter_map(|(cell, tallies)| Some((cell, availability_of_cell(&tallies, zone)?)))
        .collect()
}

/// R1 in one hour of the week. Its capture is the share of that hour's weekly turns in which a page told, and its
/// tier is [`Tier::None`] by the rule on days: a cell has at most one hour a week.
fn availability_of_cell(tallies: &[HourTally], zone: Tz) -> Option<Availability> {
    let mut cell = availability(tallies, zone)?;
    let turns = (cell.to - cell.from).num_days() / 7 + 1;
    let told = tallies.iter().filter(|tally| tells(&tally.counts)).count();
    cell.capture = (f64::from(count(told)) / f64::from(u32::try_from(turns).unwrap_or(u32::MAX))).min(1.0);
    cell.days_observed = count(told);
    cell.tier = Tier::None;
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

fn tier(days_observed: u32, capture: f64) -> Tier {
    if days_observed < 14 || capture < 0.5 {
        Tier::None
    } else if days_observed < 56 || capture < 0.75 {
        Tier::Provisional
    } else {
        Tier::Ok
    }
}

/// How many civil hours exist from the start of `from` to the end of `to`: 24 a day, one fewer on the spring date of
/// the clock change. The autumn hour that comes twice is one civil hour.
fn hours_of_span(from: NaiveDate, to: NaiveDate, zone: Tz) -> u32 {
    let midnight = |date: NaiveDate| civil::instant_of(date.and_time(NaiveTime::MIN), zone);
    from.iter_days()
        .take_while(|date| *date <= to)
        .map(|date| {
            let next = date.checked_add_days(Days::new(1)).and_then(midnight);
            let elapsed = midnight(date).zip(next).map_or(24, |(start, end)| (end - start).num_hours());
            u32::try_from(elapsed.clamp(0, 24)).unwrap_or(24)
        })
        .sum()
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

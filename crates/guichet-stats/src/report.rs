//! All recipes over one target, or over several pooled, in the period that holds today. What never enters: I/O, words
//! for people.

use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use guichet_model::{HourTally, Look, Seen, tally};

use crate::{
    availability::{Availability, availability, enough_told},
    cells::{Cells, cells},
    chance::{Chance, HORIZONS, chances},
    changes::{Change, changes},
    class::{ClassSet, class},
    episodes::{Episode, episodes},
    evidence::Evidence,
    forecast::{Calibration, Forecast, forecast},
    lead_time::{AttemptShare, LeadTime, attempts, lead_time},
    minimum::{Needed, TooLittle},
    openings::{Openings, openings},
    persistence::{Persistence, persistence},
    release::{ReleasePattern, release_pattern},
    tries::{DailySuccess, THREE_A_DAY, daily_success},
};

/// Why a period starts when it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodStart {
    /// It is the first observation.
    First,
    /// The habits changed then.
    Change,
    /// Nobody had looked for more than 28 days before.
    Gap,
    /// Somebody asked for this period.
    Asked,
}

impl PeriodStart {
    /// The word used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Change => "change",
            Self::Gap => "gap",
            Self::Asked => "asked",
        }
    }
}

/// An earlier period, kept as history.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Its figures.
    pub availability: Availability,
    /// When slots were put online in it, as far as that was tested.
    pub release: Result<ReleasePattern, TooLittle>,
}

/// Everything that can be said of one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The target's civil time.
    pub zone: Tz,
    /// Why the period starts when it does.
    pub starts: PeriodStart,
    /// R1 over the period.
    pub availability: Availability,
    /// Errors near openings over errors elsewhere; `None` with too few of either. Above 2, the bounds matter more than
    /// the share.
    pub error_rate_near_open: Option<f64>,
    /// R2.
    pub cells: Result<Cells, TooLittle>,
    /// R3, for each of [`crate::chance::HORIZONS`].
    pub chance: Vec<(u32, Result<Chance, TooLittle>)>,
    /// What comes next, for each of them.
    pub forecast: Vec<(u32, Result<Forecast, TooLittle>)>,
    /// R4.
    pub openings: Result<Openings, TooLittle>,
    /// R5.
    pub persistence: Result<Vec<Persistence>, TooLittle>,
    /// R6.
    pub release: Result<ReleasePattern, TooLittle>,
    /// R7, over all that was observed.
    pub changes: Result<Vec<Change>, TooLittle>,
    /// The periods before, oldest first.
    pub history: Vec<Past>,
    /// R9.
    pub class: Result<ClassSet, TooLittle>,
    /// Lead time.
    pub lead_time: Result<LeadTime, TooLittle>,
    /// La Cimade's classes.
    pub attempts: Result<Vec<AttemptShare>, TooLittle>,
    /// What was seen, as it was: facts, not figures.
    pub episodes: Vec<Episode>,
}

/// Which period, and what the audit has taught about forecasts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Question<'a> {
    /// First civil date; where neither bound is given, the last change point starts the period.
    pub from: Option<NaiveDate>,
    /// Last civil date.
    pub to: Option<NaiveDate>,
    /// The target's host, whose own past is left out of its forecasts' intervals.
    pub host: &'a str,
    /// By horizon.
    pub calibrations: &'a [Calibration],
}

/// All recipes; `None` where there is no observation in the period.
///
/// With no bounds asked, the period is the one that holds today: from the last change point on, or from the end of the
/// last gap of more than 28 dates without a look, whichever is later (R7 looks at what came after that gap). The periods
/// before go to `history`. With a bound asked, the period is exactly that. Forecasts weigh recent days by themselves: they
/// are made of all that came after the gap, as those that an audit holds against what came.
///
/// Minimum data: where the availability's exposure is too little ([`Availability::enough`]), so is every other recipe,
/// whatever its own minimum, but for the forecast, whose minimum is about the last 84 dates; episodes are facts. Hours and looks may come in any
/// order: a clock that went back does no harm.
pub fn report(evidence: &Evidence<'_>, question: &Question<'_>) -> Option<Report> {
    let in_order = InOrder::of(evidence);
    let evidence = &in_order.evidence(evidence);
    let asked = question.from.is_some() || question.to.is_some();
    let gaps = gaps(evidence);
    let since_gap = evidence.within(gaps.last().copied(), None);
    let changes = changes(&since_gap);
    let last_change = changes.iter().flatten().map(|change| change.date).max();
    let (starts, period) = match last_change {
        _ if asked => (PeriodStart::Asked, evidence.within(question.from, question.to)),
        Some(date) => (PeriodStart::Change, evidence.within(Some(date), None)),
        None if gaps.is_empty() => (PeriodStart::First, *evidence),
        None => (PeriodStart::Gap, since_gap),
    };
    let recent = daily_success(if asked { &period } else { &since_gap }, &THREE_A_DAY);
    let availability = availability(period.hours, period.zone)?;
    let gate = availability.enough();
    let desk = daily_success(&period, &THREE_A_DAY);
    let looks_told: u64 = since_gap.hours.iter().map(|hour| hour.counts.told()).sum();
    let told = enough_told(if asked { availability.n_polls } else { looks_told });
    let forecast_of = |days: u32| {
        let calibration = question.calibrations.iter().find(|calibration| calibration.horizon_days == days);
        told?;
        let recent = recent.as_ref().ok_or(NEVER_TRIED)?;
        forecast(recent, question.host, days, calibration)
    };
    Some(Report {
        zone: evidence.zone,
        starts,
        error_rate_near_open: error_rate_near_open(period.looks),
        cells: gate.and_then(|()| cells(&period)),
        class: gate.and_then(|()| class(desk.as_slice())),
        chance: chances_past(gate, desk.as_slice()),
        forecast: HORIZONS.map(|days| (days, forecast_of(days))).into(),
        openings: gate.and_then(|()| openings(&period)),
        persistence: gate.and_then(|()| persistence(&period)),
        release: gate.and_then(|()| release_pattern(&period)),
        history: if asked {
            Vec::new()
        } else {
            history(evidence, &gaps, changes.as_deref().unwrap_or_default())
        },
        changes,
        lead_time: gate.and_then(|()| lead_time(&period)),
        attempts: gate.and_then(|()| attempts(&period)),
        episodes: episodes(&period),
        availability,
    })
}

/// Hours and looks in order of time, copied only where they are not.
struct InOrder {
    hours: Option<Vec<HourTally>>,
    looks: Option<Vec<Look>>,
}

impl InOrder {
    fn of(evidence: &Evidence<'_>) -> Self {
        let hours_are = evidence.hours.is_sorted_by(|a, b| a.at < b.at);
        let looks_are = evidence.looks.is_sorted_by_key(|look| look.at);
        let sorted = || {
            let mut looks = evidence.looks.to_vec();
            looks.sort_unstable();
            looks
        };
        Self { hours: (!hours_are).then(|| tally::pool(evidence.hours)), looks: (!looks_are).then(sorted) }
    }

    fn evidence<'a>(&'a self, given: &Evidence<'a>) -> Evidence<'a> {
        Evidence {
            hours: self.hours.as_deref().unwrap_or(given.hours),
            looks: self.looks.as_deref().unwrap_or(given.looks),
            ..*given
        }
    }
}

/// The release patterns of each period of a target, shown or not: the tests of which its report shows the outcome. What
/// a family of many targets' tests is made of, at a fraction of the cost of their reports.
pub fn release_patterns(evidence: &Evidence<'_>) -> Vec<ReleasePattern> {
    let in_order = InOrder::of(evidence);
    let evidence = &in_order.evidence(evidence);
    let gaps = gaps(evidence);
    let changes = changes(&evidence.within(gaps.last().copied(), None)).unwrap_or_default();
    let starts = changes.iter().map(|change| change.date).chain(gaps.iter().copied());
    let today = evidence.within(starts.max(), None);
    let enough = |period: &Evidence<'_>| Some(availability(period.hours, period.zone)?.enough().is_ok());
    let pattern = if enough(&today) == Some(true) { release_pattern(&today).ok() } else { None };
    pattern
        .into_iter()
        .chain(history(evidence, &gaps, &changes).into_iter().filter_map(|past| past.release.ok()))
        .collect()
}

/// So many dates without a look end a period: what was seen before says little of what is seen after.
pub const LONGEST_GAP_DAYS: i64 = 28;

/// The first dates after a gap, in order.
fn gaps(evidence: &Evidence<'_>) -> Vec<NaiveDate> {
    let dates: Vec<NaiveDate> =
        evidence.hours.iter().filter(|hour| !hour.counts.is_empty()).map(|hour| hour.at.date).collect();
    let is_gap = |pair: &&[NaiveDate]| (pair[1] - pair[0]).num_days() > LONGEST_GAP_DAYS;
    dates.windows(2).filter(is_gap).map(|pair| pair[1]).collect()
}

/// The periods that gaps and change points ended.
fn history(evidence: &Evidence<'_>, gaps: &[NaiveDate], changes: &[Change]) -> Vec<Past> {
    let mut dates: Vec<NaiveDate> = changes.iter().map(|change| change.date).collect();
    dates.extend(gaps);
    dates.sort_unstable();
    dates.dedup();
    let mut from = None;
    let mut past = Vec::new();
    for next in dates {
        let period = evidence.within(from, next.pred_opt());
        if let Some(availability) = availability(period.hours, period.zone) {
            let release = availability.enough().and_then(|()| release_pattern(&period));
            past.push(Past { availability, release });
        }
        from = Some(next);
    }
    past
}

/// [`chances`], past a gate that the exposure opens or shuts.
fn chances_past(
    gate: Result<(), TooLittle>,
    desks: &[DailySuccess],
) -> Vec<(u32, Result<Chance, TooLittle>)> {
    match gate {
        Ok(()) => chances(desks),
        Err(few) => HORIZONS.map(|days| (days, Err(few))).into(),
    }
}

/// No page ever answered in one of the hours at which one would look.
const NEVER_TRIED: TooLittle = TooLittle { needed: Needed::AnsweredDays, have: 0.0, need: 1.0 };

/// Looks that either side of the comparison of errors needs.
const LEAST_LOOKS_BESIDE: u32 = 30;

/// Errors that either side of it needs.
const LEAST_ERRORS_BESIDE: u32 = 5;

/// The share of unknown looks within an hour of an open one, over that share among all others (bursts included): errors
/// that the openings themselves cause, when people rush, make the share open too low. A look is near when *another* look
/// within an hour of it was open: an open look cannot be an error, so its own outcome must not choose its side. No
/// units; `looks` in order of time; `None` with fewer than 30 looks or 5 errors on either side.
fn error_rate_near_open(looks: &[Look]) -> Option<f64> {
    let is_open = |look: &Look| matches!(look.seen, Seen::Open(_));
    let within_an_hour = |a: &Look, b: &Look| (a.at - b.at).abs() <= Duration::hours(1);
    let mut near = vec![false; looks.len()];
    let mut last_open: Option<&Look> = None;
    for (look, near) in looks.iter().zip(&mut near) {
        *near |= last_open.is_some_and(|open| within_an_hour(look, open));
        last_open = if is_open(look) { Some(look) } else { last_open };
    }
    let mut next_open: Option<&Look> = None;
    for (look, near) in looks.iter().zip(&mut near).rev() {
        *near |= next_open.is_some_and(|open| within_an_hour(look, open));
        next_open = if is_open(look) { Some(look) } else { next_open };
    }
    let rate = |side: bool| {
        let (mut all, mut errors) = (0_u32, 0_u32);
        for (look, _) in looks.iter().zip(&near).filter(|(_, near)| **near == side) {
            all += 1;
            errors += u32::from(look.seen == Seen::Unknown);
        }
        (all >= LEAST_LOOKS_BESIDE && errors >= LEAST_ERRORS_BESIDE)
            .then(|| f64::from(errors) / f64::from(all))
    };
    Some(rate(true)? / rate(false)?)
}

/// What can be said of several targets pooled: those of a department, or of France, for one procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Pooled {
    /// Targets.
    pub desks: u32,
    /// Those with a daily success.
    pub desks_with_data: u32,
    /// R1 over all observations.
    pub availability: Availability,
    /// R3 for each of [`crate::chance::HORIZONS`].
    pub chance: Vec<(u32, Result<Chance, TooLittle>)>,
    /// R9.
    pub class: Result<ClassSet, TooLittle>,
}

/// R1, R3 and R9 over several targets: their hours are added up and their days tried together, so that percentages are
/// never averaged; `None` where there is no observation.
///
/// `hours` are those of all targets, one target after another or added up already; `desks` are the daily successes
/// ([`daily_success`] with [`THREE_A_DAY`]) of those that have one, of the same periods; `targets` is how many there
/// are and `with_data` how many of them were observed; `zone` is the civil time that most keep, and matters to the coverage on the date of a clock change only. Where
/// the exposure of all hours together is too little ([`Availability::enough`]), so are chance and class.
pub fn pooled(
    hours: &[HourTally],
    desks: &[DailySuccess],
    (targets, with_data): (u32, u32),
    zone: Tz,
) -> Option<Pooled> {
    let availability = availability(hours, zone)?;
    let gate = availability.enough();
    Some(Pooled {
        desks: targets,
        desks_with_data: with_data,
        chance: chances_past(gate, desks),
        class: gate.and_then(|()| class(desks)),
        availability,
    })
}

#[cfg(test)]
mod tests;

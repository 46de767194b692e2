//! All recipes over one target, or over several pooled, in the period that holds today. What never enters: I/O, words
//! for people.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::{
    availability::Availability,
    cells::Cells,
    chance::Chance,
    changes::Change,
    class::ClassSet,
    episodes::Episode,
    evidence::Evidence,
    forecast::{Calibration, Forecast},
    lead_time::{AttemptShare, LeadTime},
    minimum::TooLittle,
    openings::Openings,
    persistence::Persistence,
    release::ReleasePattern,
};

/// Why a period starts when it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodStart {
    /// It is the first observation.
    First,
    /// The habits changed then.
    Change,
    /// Somebody asked for this period.
    Asked,
}

impl PeriodStart {
    /// The word used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Change => "change",
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
pub fn report(evidence: &Evidence<'_>, question: &Question<'_>) -> Option<Report> {
    let _ = (evidence, question);
    None
}

/// What can be said of several targets pooled: those of a department, or of France, for one procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Pooled {
    /// Targets.
    pub desks: u32,
    /// Those with observations.
    pub desks_with_data: u32,
    /// R1 over all observations.
    pub availability: Availability,
    /// R3 for each of [`crate::chance::HORIZONS`].
    pub chance: Vec<(u32, Result<Chance, TooLittle>)>,
    /// R9.
    pub class: Result<ClassSet, TooLittle>,
}

//! The recipes by name, and which of them have no figure. What never enters: sentences.

use guichet_stats::{Pooled, Report, TooLittle, forecast::Forecast};

/// A recipe that may have too little data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Recipe {
    Chance,
    Class,
    Forecast,
    Openings,
    Persistence,
    Release,
    Changes,
    LeadTime,
    Cells,
    Attempts,
}

impl Recipe {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 10] = [
        Self::Chance,
        Self::Class,
        Self::Forecast,
        Self::Openings,
        Self::Persistence,
        Self::Release,
        Self::Changes,
        Self::LeadTime,
        Self::Cells,
        Self::Attempts,
    ];

    /// The word used in the API, and in the keys of messages.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Chance => "chance",
            Self::Class => "class",
            Self::Forecast => "forecast",
            Self::Openings => "openings",
            Self::Persistence => "persistence",
            Self::Release => "release_pattern",
            Self::Changes => "changes",
            Self::LeadTime => "lead_time",
            Self::Cells => "cells",
            Self::Attempts => "attempts",
        }
    }

    /// The key of its name.
    pub(crate) fn key(self) -> String {
        format!("tell-recipe-{}", self.as_str())
    }

    /// The recipes of a report without a figure, and why.
    pub(crate) fn missing(report: &Report) -> Vec<(Self, &TooLittle)> {
        let found = [
            (Self::Chance, of_all(&report.chance)),
            (Self::Class, report.class.as_ref().err()),
            (Self::Forecast, of_forecasts(&report.forecast)),
            (Self::Openings, report.openings.as_ref().err()),
            (Self::Persistence, report.persistence.as_ref().err()),
            (Self::Release, report.release.as_ref().err()),
            (Self::Changes, report.changes.as_ref().err()),
            (Self::LeadTime, report.lead_time.as_ref().err()),
            (Self::Cells, report.cells.as_ref().err()),
            (Self::Attempts, report.attempts.as_ref().err()),
        ];
        found.into_iter().filter_map(|(recipe, few)| Some((recipe, few?))).collect()
    }

    /// The same of several targets pooled.
    pub(crate) fn missing_of_pool(pooled: &Pooled) -> Vec<(Self, &TooLittle)> {
        let found = [(Self::Chance, of_all(&pooled.chance)), (Self::Class, pooled.class.as_ref().err())];
        found.into_iter().filter_map(|(recipe, few)| Some((recipe, few?))).collect()
    }
}

/// Why no horizon has a figure, where that is so: what the first one lacks, which needs the least.
fn of_all<T>(horizons: &[(u32, Result<T, TooLittle>)]) -> Option<&TooLittle> {
    let (_, first) = horizons.first()?;
    horizons.iter().all(|(_, figure)| figure.is_err()).then_some(first.as_ref().err()?)
}

/// The same of forecasts, of which one without an interval is none: nobody knows yet how good it is.
fn of_forecasts(horizons: &[(u32, Result<Forecast, TooLittle>)]) -> Option<&TooLittle> {
    let is_told =
        |forecast: &Result<Forecast, TooLittle>| matches!(forecast, Ok(Forecast { interval: Some(_), .. }));
    let none = !horizons.iter().any(|(_, forecast)| is_told(forecast));
    none.then(|| horizons.iter().find_map(|(_, forecast)| forecast_lacks(forecast)))?
}

/// What a forecast lacks; `None` where it is whole.
pub(crate) fn forecast_lacks(forecast: &Result<Forecast, TooLittle>) -> Option<&TooLittle> {
    match forecast {
        Ok(forecast) => forecast.lacks.as_ref(),
        Err(few) => Some(few),
    }
}

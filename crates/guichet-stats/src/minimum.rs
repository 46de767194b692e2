//! Minimum data: why a recipe gives no figure. What never enters: the width of an interval, which would publish lucky
//! figures only; sentences for people.

/// What there is too little of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Needed {
    /// Looks at all.
    Looks,
    /// Looks where the page told open or full.
    Told,
    /// Civil dates from the first to the last observation.
    Days,
    /// Dates observed long enough.
    ObservedDays,
    /// Dates on which the page answered in at least two thirds of the windows in which one looks.
    AnsweredDays,
    /// Dates from the first to the last on which an opening could have been timed.
    TimedDays,
    /// Share of the hours in which the page told.
    Coverage,
    /// Hours of the week seen in at least two weeks.
    Cells,
    /// Openings seen.
    Openings,
    /// Dates with an opening.
    OpeningDates,
    /// Looks that start a pair some minutes apart, both told, the first open.
    Pairs,
    /// Open looks whose page told the date of its earliest slot.
    LeadTimes,
    /// Past forecasts that could be held against what came.
    Forecasts,
    /// Hosts that those forecasts are about.
    Hosts,
}

impl Needed {
    /// Every one with its word.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Looks, "looks"),
        (Self::Told, "told"),
        (Self::Days, "days"),
        (Self::ObservedDays, "observed_days"),
        (Self::AnsweredDays, "answered_days"),
        (Self::TimedDays, "timed_days"),
        (Self::Coverage, "coverage"),
        (Self::Cells, "cells"),
        (Self::Openings, "openings"),
        (Self::OpeningDates, "opening_dates"),
        (Self::Pairs, "pairs"),
        (Self::LeadTimes, "lead_times"),
        (Self::Forecasts, "forecasts"),
        (Self::Hosts, "hosts"),
    ];

    /// The word used in the API and in the keys of messages.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(needed, _)| *needed == self).map_or("looks", |(_, word)| word)
    }
}

/// There is too little data for a figure: `have` of `need`. A coverage is a share, all else a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TooLittle {
    /// Of what.
    pub needed: Needed,
    /// How much there is.
    pub have: f64,
    /// How much the figure needs.
    pub need: f64,
}

impl TooLittle {
    /// An error unless there is as much as needed.
    ///
    /// # Errors
    /// When `have` is less than `need`, or no number.
    pub fn unless(needed: Needed, have: f64, need: f64) -> Result<(), Self> {
        if have >= need {
            Ok(())
        } else {
            Err(Self { needed, have: if have.is_finite() { have } else { 0.0 }, need })
        }
    }
}

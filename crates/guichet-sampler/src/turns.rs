//! Which targets may be begun: all of them for ever, or a few once. What never enters: when they are due.

use std::collections::BTreeSet;

/// Which targets may be begun, by their places in the list of the watched.
#[derive(Debug)]
pub(crate) enum Turns {
    /// All, whenever they are due.
    Always,
    /// These, once each.
    Once(BTreeSet<usize>),
}

impl Turns {
    pub(crate) fn may_begin(&self, place: usize) -> bool {
        match self {
            Self::Always => true,
            Self::Once(left) => left.contains(&place),
        }
    }

    pub(crate) fn begun(&mut self, place: usize) {
        if let Self::Once(left) = self {
            left.remove(&place);
        }
    }

    /// Leaves only these to a single pass; whether nothing is left of it.
    pub(crate) fn only(&mut self, places: BTreeSet<usize>) -> bool {
        match self {
            Self::Always => false,
            Self::Once(left) => {
                *left = places;
                left.is_empty()
            }
        }
    }
}

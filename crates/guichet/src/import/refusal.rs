//! Lines that were not imported, as they are told to a person. What never enters: printing.

use std::fmt;

/// The longest reason, in characters: a file with one endless line would fill the terminal.
const LONGEST: usize = 400;

/// So many are kept; of the rest, the number: a file in a wrong format would flood memory and terminal.
const MOST: usize = 100;

/// A record that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Its first and last line in the file, from 1.
    lines: (u64, u64),
    /// What is wrong, and what to write instead.
    reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = super::plain(&self.reason);
        match self.lines {
            (first, last) if first < last => {
                write!(f, "lines {first} to {last}: {reason}; a quotation mark may not be closed")
            }
            (line, _) => write!(f, "line {line}: {reason}"),
        }
    }
}

/// What was refused of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Refusals {
    /// The first hundred.
    pub(crate) listed: Vec<Refused>,
    /// How many there are in all.
    pub(crate) count: u64,
}

impl Refusals {
    /// Adds one; `reason` may quote the file.
    pub(super) fn add(&mut self, lines: (u64, u64), mut reason: String) {
        self.count += 1;
        if self.listed.len() == MOST {
            return;
        }
        if let Some((end, _)) = reason.char_indices().nth(LONGEST) {
            reason.truncate(end);
            reason.push('…');
            reason.shrink_to_fit();
        }
        self.listed.push(Refused { lines, reason });
    }

    /// How many there are beside those listed.
    pub(crate) fn unlisted(&self) -> u64 {
        self.count.saturating_sub(self.listed.len() as u64)
    }
}

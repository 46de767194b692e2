//! What a probe can establish. `full`, `shut` and `open` each need a positive sign on the page; all else is
//! `unknown` with its cause. What never enters: how a page is read.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use thiserror::Error;

use crate::Instant;

/// A word that is not in a controlled list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{word}` is not one of: {allowed}")]
pub struct UnknownWord {
    /// The word as given, cut to 40 characters.
    pub word: String,
    /// The words that would have been right.
    pub allowed: String,
}

impl UnknownWord {
    /// Says that `word` is none of `allowed`.
    pub fn new(word: &str, allowed: &[&str]) -> Self {
        Self { word: word.chars().take(40).collect(), allowed: allowed.join(", ") }
    }
}

/// How many slots a page showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotCount {
    /// Exactly so many.
    Exact(u32),
    /// At least so many: the page shows only a part.
    AtLeast(u32),
    /// The page does not tell.
    NotTold,
}

impl SlotCount {
    /// The word and the number, as in the `slots` object of `guichet probe --json`.
    pub fn parts(self) -> (&'static str, Option<u32>) {
        match self {
            Self::Exact(n) => ("exact", Some(n)),
            Self::AtLeast(n) => ("at_least", Some(n)),
            Self::NotTold => ("not_told", None),
        }
    }
}

/// What an open page offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// How many slots.
    pub slots: SlotCount,
    /// The earliest slot shown.
    pub earliest: Option<Instant>,
    /// The last day that the page shows at all, in the site's civil time.
    pub horizon: Option<NaiveDate>,
}

impl Offer {
    /// Slots exist, and the page tells nothing more.
    pub const UNTOLD: Self = Self { slots: SlotCount::NotTold, earliest: None, horizon: None };
}

/// Why an outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// CAPTCHA, JavaScript challenge or waiting room.
    Challenged,
    /// An account is asked for (`FranceConnect`).
    LoginRequired,
    /// 401, 403, robots.txt or a firewall's ban.
    Refused,
    /// 429.
    RateLimited,
    /// 5xx, « Service surchargé », maintenance.
    Overloaded,
    /// DNS, TCP, TLS, timeout.
    Unreachable,
    /// 404, 410, link switched off.
    Gone,
    /// Neither or both kinds of marker: the page is not one we know.
    Unrecognised,
    /// We chose not to ask: budget, own network down, operator's stop.
    Withheld,
}

impl Cause {
    /// Every cause with its word, in the order of the documentation.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Challenged, "challenged"),
        (Self::LoginRequired, "login_required"),
        (Self::Refused, "refused"),
        (Self::RateLimited, "rate_limited"),
        (Self::Overloaded, "overloaded"),
        (Self::Unreachable, "unreachable"),
        (Self::Gone, "gone"),
        (Self::Unrecognised, "unrecognised"),
        (Self::Withheld, "withheld"),
    ];

    /// The word used in files, in the database and in the API.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(cause, _)| *cause == self).map_or("unrecognised", |(_, word)| word)
    }
}

impl FromStr for Cause {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(cause, _)| *cause)
            .ok_or_else(|| UnknownWord::new(text, &Self::ALL.map(|(_, word)| word)))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an observation established.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Positive proof of at least one slot was seen.
    Open(Offer),
    /// The page said that there is none.
    Full,
    /// The page said that booking is switched off or outside its hours.
    Shut,
    /// Missing data, with its cause; never a zero.
    Unknown(Cause),
}

impl Outcome {
    /// The four words, as in files, in the database and in the API.
    pub const WORDS: [&'static str; 4] = ["open", "full", "shut", "unknown"];

    /// The word of this outcome.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Full => "full",
            Self::Shut => "shut",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The cause, of an unknown outcome.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Unknown(cause) => Some(*cause),
            _ => None,
        }
    }

    /// The offer, of an open outcome.
    pub fn offer(&self) -> Option<&Offer> {
        match self {
            Self::Open(offer) => Some(offer),
            _ => None,
        }
    }

    /// Whether the page was recognised, whatever it said: what ends a target's probation.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

/// What one desk (*planning*, *guichet*) of a page said during a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskReading {
    /// The platform's id of the desk.
    pub desk: String,
    /// The desk's name as the page gives it, cut to 120 characters. Scraped text: escape it.
    pub label: Option<String>,
    /// What it said.
    pub outcome: Outcome,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_survives_being_written_and_read() {
        for (cause, word) in Cause::ALL {
            assert_eq!(cause.as_str(), word);
            assert_eq!(word.parse::<Cause>().unwrap(), cause);
        }
        let error = "closed".parse::<Cause>().unwrap_err().to_string();
        assert!(error.contains("`closed`") && error.contains("challenged"), "{error}");
    }
}

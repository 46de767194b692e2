//! The observation: what a probe established at an instant, appended for ever, never changed.
//! What never enters: derived figures.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use url::Url;

use crate::{DeskReading, Instant, Outcome, TargetId, UnknownWord};

/// Why a probe was made. Only `base` enters availability figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Planned at a random instant by the sampling design.
    Base,
    /// A follow-up after a sighting; used in likelihoods only.
    Burst,
    /// To find out whether a link of the catalogue is alive; never counted in any figure.
    Probation,
}

impl Purpose {
    /// Every purpose with its word.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Base, "base"), (Self::Burst, "burst"), (Self::Probation, "probation")];

    /// The word used in files and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Burst => "burst",
            Self::Probation => "probation",
        }
    }
}

impl FromStr for Purpose {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(purpose, _)| *purpose)
            .ok_or_else(|| UnknownWord::new(text, &Self::ALL.map(|(_, word)| word)))
    }
}

/// Where an observation comes from: our sampler, an imported log, later a volunteer. At most 60 characters of
/// `a-z 0-9 - _ . /`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source(String);

impl Source {
    /// Our own sampler.
    pub fn sampler() -> Self {
        Self("sampler".to_owned())
    }

    /// The source as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Source {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_./".contains(&b);
        if !text.is_empty() && text.len() <= 60 && text.bytes().all(fine) {
            Ok(Self(text.to_owned()))
        } else {
            Err(UnknownWord::new(text, &["a name of up to 60 characters from a-z 0-9 - _ . /"]))
        }
    }
}

/// SHA-256 of a body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256Hex(pub [u8; 32]);

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256Hex({self})")
    }
}

/// One request of a probe and the facts of its answer. Never the body itself, a cookie or a header that names a
/// visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// `GET` or `POST`.
    pub method: String,
    /// What was asked.
    pub url: Url,
    /// Where the answer came from, after redirects.
    pub final_url: Url,
    /// The HTTP status.
    pub status: u16,
    /// When the request left.
    pub sent_at: Instant,
    /// From the request to the last byte, in milliseconds.
    pub duration_ms: u64,
    /// Body size after decompression, in bytes.
    pub bytes: u64,
    /// Hash of the body.
    pub body_sha256: Sha256Hex,
    /// The headers that matter as evidence (`date`, `server`, `retry-after`, `content-type`, `last-modified`,
    /// `etag`), in lower case, each value cut to 200 characters.
    pub headers: Vec<(String, String)>,
}

/// What a site's service was seen to be, beside and apart from slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// The platform's own pages answer, and nothing stands before them.
    Reachable,
    /// The platform's own CAPTCHA stands before the slots.
    Wall,
    /// A shield before the site turned us away or wanted a challenge solved.
    Shield,
    /// The site says that it is under maintenance.
    Maintenance,
}

impl Service {
    /// Every state with its word.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Reachable, "reachable"),
        (Self::Wall, "wall"),
        (Self::Shield, "shield"),
        (Self::Maintenance, "maintenance"),
    ];

    /// The word used in files, in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Wall => "wall",
            Self::Shield => "shield",
            Self::Maintenance => "maintenance",
        }
    }
}

impl FromStr for Service {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(service, _)| *service)
            .ok_or_else(|| UnknownWord::new(text, &Self::ALL.map(|(_, word)| word)))
    }
}

/// A release of slots that a page announces or looks back on. Never an observation: shown, not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// When the slots were or are to be put online, from the civil time on the page.
    pub at: Instant,
    /// The first day of the week that they are for, as the page writes it.
    pub week: Option<NaiveDate>,
}

/// Something looked for on a page, in our words, and whether it was there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Marker {
    /// What was looked for; at most 200 characters.
    pub what: String,
    /// Whether it was there.
    pub found: bool,
}

/// How a probe came to its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeFacts {
    /// The platform's name.
    pub platform: String,
    /// Revision of the platform's reader.
    pub revision: u16,
    /// Requests that left, redirects included.
    pub requests: u32,
    /// Status of the last answer.
    pub http_status: Option<u16>,
    /// From the first request to the last byte, in milliseconds, waiting included.
    pub duration_ms: u64,
    /// Hash of the page that decided.
    pub evidence_sha256: Option<Sha256Hex>,
    /// How many desks the page listed; 0 where it has none.
    pub desks_seen: u16,
    /// What the service was seen to be, where the pages tell.
    pub service: Option<Service>,
    /// The requests, in order.
    pub exchanges: Vec<Exchange>,
}

/// What a probe established at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The target.
    pub target: TargetId,
    /// When the last byte arrived.
    pub observed_at: Instant,
    /// What was established.
    pub outcome: Outcome,
    /// Why the probe was made.
    pub purpose: Purpose,
    /// Planned probes per hour when this one was scheduled (`rho`); `None` where the log does not tell.
    pub intensity_per_h: Option<f64>,
    /// Where the observation comes from.
    pub source: Source,
    /// What each desk said; empty where the page has none.
    pub desks: Vec<DeskReading>,
    /// How the probe went; `None` for imported observations.
    pub probe: Option<ProbeFacts>,
}

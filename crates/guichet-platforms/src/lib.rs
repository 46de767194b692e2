//! What to ask a booking platform and what its answer says: pure functions from a page to a reading.
//!
//! An adapter holds no state, does no I/O and cannot express booking, login, solving a challenge or sending personal
//! data. Verdicts that hold for every platform (429, challenge pages, firewalls, maintenance) are judged once, in
//! `generic`, before any adapter sees the page. What never enters: sockets, the clock, SQL, TOML.

pub mod about;
mod dates;
pub mod desks;
mod document;
mod eappointment;
mod ez_booking;
pub mod generic;
mod html_rules;
mod markers;
mod orion;
mod path;
mod rdv_prefecture;
mod rdv_service_public;
mod text;

use std::{fmt::Debug, time::Duration};

use guichet_model::{Cause, DeskReading, Outcome, Params, Publication, Service, Target};
use thiserror::Error;
use url::Url;

pub use markers::Markers;

/// What an adapter may ask: nothing else can leave on its behalf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Fetch a page.
    Get(Url),
    /// Submit a form as a browser would, `application/x-www-form-urlencoded`.
    PostForm(Url, Vec<(String, String)>),
    /// Submit JSON.
    PostJson(Url, String),
    /// Submit plain text, as some pages' own scripts do.
    PostText(Url, String),
}

impl Ask {
    /// Where the request goes.
    pub fn url(&self) -> &Url {
        match self {
            Self::Get(url) | Self::PostForm(url, _) | Self::PostJson(url, _) | Self::PostText(url, _) => url,
        }
    }
}

/// What came back: already capped, decompressed and decoded.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Where the answer came from, after redirects.
    pub url: &'a Url,
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: &'a str,
}

/// What has happened in this probe before the page at hand.
#[derive(Debug, Clone, Copy)]
pub struct Trail<'a> {
    /// How many probes of this target came before: adapters that can only ask some of the desks in one probe
    /// take turns by it.
    pub round: u64,
    /// The questions so far; the last one brought the page at hand. At most [`MOST_STEPS`].
    pub asked: &'a [Ask],
    /// What desks said on earlier pages of this probe.
    pub noted: &'a [DeskReading],
    /// The desks that an earlier page of this probe listed, in its order.
    pub listed: &'a [Desk],
}

/// A desk as a page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The platform's id of the desk.
    pub id: String,
    /// Its name as the page gives it, cut to 120 characters. Scraped text: escape it.
    pub label: Option<String>,
}

/// The most questions of one probe.
pub const MOST_STEPS: usize = 4;

/// What a page leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Ask on. The caller keeps `noted` and `listed` for the [`Trail`] of the next page: adapters have no memory.
    Ask {
        /// What this page said about one desk.
        noted: Option<DeskReading>,
        /// The desks that this page listed; empty where it has none.
        listed: Vec<Desk>,
        /// The next question.
        next: Ask,
    },
    /// The probe is over.
    Read(Reading),
}

/// What a probe read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What was established about the target: `open` if a desk that was asked is open, `full` only if every desk
    /// that was asked said so.
    pub outcome: Outcome,
    /// What each desk that was asked said, in the order asked; empty where the page has none.
    pub desks: Vec<DeskReading>,
    /// How many desks the page listed; 0 where it has none.
    pub desks_seen: u16,
    /// What the service was seen to be, where the page tells.
    pub service: Option<Service>,
    /// When the page says that slots will be put online next.
    pub next_publication: Option<Publication>,
    /// When the page says that slots were put online last.
    pub last_publication: Option<Publication>,
}

impl Reading {
    /// A reading of a page without desks.
    pub fn plain(outcome: Outcome) -> Self {
        Self {
            outcome,
            desks: Vec::new(),
            desks_seen: 0,
            service: None,
            next_publication: None,
            last_publication: None,
        }
    }

    /// The platform's own CAPTCHA stands before the slots: that it was there is all that can be known.
    pub fn wall() -> Self {
        Self { service: Some(Service::Wall), ..Self::plain(Outcome::Unknown(Cause::Challenged)) }
    }

    /// Whether the page was recognised as one of the platform's own that works: what ends a target's probation.
    pub fn is_recognised(&self) -> bool {
        self.outcome.is_known() || self.service == Some(Service::Wall)
    }
}

/// A page that shows neither or both kinds of marker.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the page was not recognised: {found}")]
pub struct Unrecognised {
    /// What was found, in our words (never the page's text).
    pub found: String,
    /// What the service was seen to be all the same.
    pub service: Option<Service>,
}

impl Unrecognised {
    /// Says what was found instead.
    pub fn new(found: impl Into<String>) -> Self {
        Self { found: found.into(), service: None }
    }

    /// The same of a page that says nothing of slots, but shows what the service is.
    #[must_use]
    pub fn but_seen(self, service: Option<Service>) -> Self {
        Self { service, ..self }
    }
}

/// The shape of one of a platform's own parameters in a site file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// One text.
    Text,
    /// A list of texts.
    List,
}

/// One of a platform's own parameters in a site file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamSpec {
    /// The key in the `[[target]]` table.
    pub name: &'static str,
    /// Its shape.
    pub kind: ParamKind,
    /// What it is for, for the message that tells what to write.
    pub about: &'static str,
}

/// A booking platform.
pub trait Platform: Debug + Send + Sync {
    /// The word used in site files.
    fn name(&self) -> &'static str;

    /// Raised whenever reading changes; stored with each observation.
    fn revision(&self) -> u16;

    /// The shortest time between two probes of a target.
    fn floor_cadence(&self) -> Duration;

    /// The domains its pages may live on; a sub-domain of one of them is fine too.
    fn domains(&self) -> &'static [&'static str];

    /// The keys that its targets may have in a site file.
    fn params(&self) -> &'static [ParamSpec] {
        &[]
    }

    /// Whether the path of `url` is one of this platform's software, however it is written: there its own rules say what
    /// is never asked, and no other platform asks anything.
    fn is_its_own(&self, _url: &Url) -> bool {
        false
    }

    /// What is wrong with a target's parameters or address beyond their shape, in words that say what to write
    /// instead.
    fn check(&self, _url: &Url, _params: &Params) -> Vec<String> {
        Vec::new()
    }

    /// Whether a redirect to `to`, an address on the target's own registrable host (the caller has checked that), may
    /// be followed with a GET. A site may send its visitor anywhere; what an adapter never asks for by itself must
    /// not be reached this way either.
    fn may_follow(&self, _target: &Target, _to: &Url) -> bool {
        true
    }

    /// Whether its slots stand behind a CAPTCHA, so that a probe can only see the service's state
    /// ([`Reading::wall`]) and never slots.
    fn is_walled(&self) -> bool {
        false
    }

    /// Why `target` must not be asked anything, in words that say what would change it; `None`: it may.
    fn not_asked(&self, _target: &Target) -> Option<&'static str> {
        None
    }

    /// Whether its own words for a page that is gone say that it will not come back; elsewhere a page is taken away and
    /// put back by a click.
    fn is_gone_for_good(&self) -> bool {
        false
    }

    /// Where a page that a person saved in their own browser is taken to come from, when it does not tell.
    fn saved_from(&self, target: &Target) -> Url {
        target.url.clone()
    }

    /// The first question.
    fn begin(&self, target: &Target) -> Ask;

    /// What a page says, or what to ask next. Whatever is looked for goes through `markers`.
    ///
    /// # Errors
    /// When the page shows neither or both kinds of marker: the caller records `unknown(unrecognised)`.
    fn read(
        &self,
        target: &Target,
        page: &Page<'_>,
        trail: &Trail<'_>,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised>;
}

/// Every platform. To add one: a file, its line here, a folder of pages under `fixtures/` with its `signs.txt`.
pub const PLATFORMS: &[&dyn Platform] = &[
    &eappointment::EAppointment,
    &ez_booking::EzBooking,
    &html_rules::HtmlRules,
    &orion::Orion,
    &rdv_prefecture::RdvPrefecture,
    &rdv_service_public::RdvServicePublic,
];

/// The platform called `name`.
pub fn platform(name: &str) -> Option<&'static dyn Platform> {
    PLATFORMS.iter().copied().find(|platform| platform.name() == name)
}

//! What a booking page can be like at an instant. What never enters: why, or since when.

use chrono::Duration;
use serde::{Deserialize, Serialize};

/// What a form or a desk shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Slots exist and the pages lead to them.
    Open,
    /// The page says that no slot is left.
    Full,
    /// The page says that it is not available for the moment.
    Shut,
    /// Status 200, « Service surchargé ».
    #[serde(rename = "overloaded_200")]
    Overloaded200,
    /// Status 503.
    #[serde(rename = "overloaded_503")]
    Overloaded503,
    /// Status 403 with a proxy's text.
    #[serde(rename = "banned_403")]
    Banned403,
    /// Status 429 with `Retry-After`.
    #[serde(rename = "rate_limited_429")]
    RateLimited429,
    /// Status 403 with a shield's JavaScript challenge.
    Challenge,
    /// The right page, but its body drips.
    Slow,
    /// Status 302 to itself, without end.
    RedirectLoop,
    /// Status 200 and a page without any known marker.
    ChangedLayout,
    /// Status 404.
    Gone,
    /// The page says that the link was switched off for good.
    LinkOff,
    /// The page says that the desk has no calendar.
    NoCalendar,
    /// Status 302 to another host.
    ForeignRedirect,
    /// Status 200 and a body of more than 2 MiB.
    HugeBody,
    /// The question that leads to the slots is answered with status 302 to a page behind the choice of a slot.
    RedirectToSlot,
    /// The question that leads to the slots is answered with status 307 to a page behind them: to submit it again,
    /// there.
    Repost,
    /// Status 503, a page that announces maintenance.
    Maintenance,
    /// The page where a CAPTCHA always stands, without it.
    NoWall,
    /// The platform's own CAPTCHA stands before the slots. Not written in scripts: it holds wherever it stands and
    /// nothing else hides the form.
    #[serde(skip_deserializing)]
    Wall,
}

impl State {
    /// Whether the state says how many slots there are; all others hide it.
    pub fn is_supply(self) -> bool {
        matches!(self, Self::Open | Self::Full)
    }

    /// Whether nobody can book in this state, whatever slots the desk has: then it is not open in truth either.
    pub fn closes(self) -> bool {
        matches!(self, Self::Shut | Self::Gone | Self::LinkOff | Self::NoCalendar)
    }
}

/// How an answer asks to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RetryAfter {
    /// How long.
    pub(crate) wait: Duration,
    /// As an HTTP date instead of seconds.
    pub(crate) as_date: bool,
}

/// A state that hides the supply, with what it needs to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Veil {
    /// Which; never `open` or `full`.
    pub(crate) state: State,
    /// The `Retry-After` header.
    pub(crate) retry_after: Option<RetryAfter>,
    /// How long a slow body takes, in simulated time.
    pub(crate) drip: Duration,
}

impl Veil {
    /// The platform's own CAPTCHA.
    pub(crate) const WALL: Self = Self { state: State::Wall, retry_after: None, drip: Duration::zero() };
}

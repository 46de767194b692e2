//! What a site answers: status, headers, body, pace. What never enters: which answer is due, sockets.

use chrono::Duration;
use guichet_model::Instant;

use crate::{pages::Look, state::Veil};

/// How the body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    AtOnce,
    /// A little at a time, over so much simulated time.
    Drip(Duration),
    /// Followed by more than anybody wants to read.
    Flood,
}

/// What a site answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) pace: Pace,
}

impl Answer {
    pub(crate) fn page(status: u16, look: &Look<'_>, body: Vec<u8>) -> Self {
        let mut answer = Self::of_kind(status, look.content_type(), body);
        answer.headers.push(("cache-control", "no-cache, must-revalidate".to_owned()));
        answer
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::of_kind(status, "text/plain; charset=utf-8".to_owned(), body.as_bytes().to_vec())
    }

    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::of_kind(status, "application/json; charset=utf-8".to_owned(), body.to_string().into_bytes())
    }

    pub(crate) fn script(body: String) -> Self {
        Self::of_kind(200, "text/javascript; charset=utf-8".to_owned(), body.into_bytes())
    }

    fn of_kind(status: u16, kind: String, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", kind)], body, pace: Pace::AtOnce }
    }

    pub(crate) fn redirect(to: String) -> Self {
        Self { status: 302, headers: vec![("location", to)], body: Vec::new(), pace: Pace::AtOnce }
    }

    /// To submit the same again there.
    pub(crate) fn repost(to: String) -> Self {
        Self { status: 307, ..Self::redirect(to) }
    }

    /// With the `Retry-After` that the script asks for.
    pub(crate) fn asking_to_wait(mut self, veil: Veil, at: Instant) -> Self {
        if let Some(retry) = veil.retry_after {
            let value = if retry.as_date {
                (at + retry.wait).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
            } else {
                retry.wait.num_seconds().to_string()
            };
            self.headers.push(("retry-after", value));
        }
        self
    }
}

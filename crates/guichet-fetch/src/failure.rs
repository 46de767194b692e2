//! Why no answer came. What never enters: text from a server.

use std::time::Duration;

use chrono::{DateTime, Utc};
use thiserror::Error;
use url::Url;

/// Why a request brought no answer, or did not leave. `host` is the one that was being asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Failure {
    /// The name has no address.
    #[error("{host}: the name could not be resolved")]
    Dns {
        /// The name.
        host: String,
    },
    /// No connection could be opened.
    #[error("{host}: no connection: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// The operating system's word for it.
        reason: String,
    },
    /// No secure connection could be agreed on.
    #[error("{host}: no secure connection: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What was wrong, in our words.
        reason: &'static str,
    },
    /// It took too long.
    #[error("{host}: no complete answer within {} s", after.as_secs_f32())]
    Timeout {
        /// The host.
        host: String,
        /// How long the whole request was given, real time.
        after: Duration,
    },
    /// The connection ended, or the body could not be decompressed, before the answer was complete.
    #[error("{host}: the answer was cut short: {reason}")]
    Interrupted {
        /// The host.
        host: String,
        /// What happened, in our words or the operating system's.
        reason: String,
    },
    /// Private, reserved or otherwise outside the client's reach; nothing left.
    #[error("{host}: the address is out of reach")]
    ForbiddenAddress {
        /// The host as written.
        host: String,
    },
    /// Neither `http` nor `https`; nothing left.
    #[error("{host}: the scheme `{scheme}` is not spoken here, only http and https")]
    ForbiddenScheme {
        /// The host that was being asked; empty when the first URL has none.
        host: String,
        /// The scheme, cut to 16 characters.
        scheme: String,
    },
    /// An address that cannot be written in HTTP; nothing left.
    #[error("{host}: the address cannot be asked for in HTTP")]
    InvalidUrl {
        /// The host.
        host: String,
    },
    /// The caller asked a probe for another host than the one it was opened on; nothing left.
    #[error("{host}: this probe cannot ask {asked}, which is another host")]
    ForeignRequest {
        /// The registrable host of the probe.
        host: String,
        /// The registrable host asked for.
        asked: String,
    },
    /// The body is larger than the cap.
    #[error("{host}: the answer is larger than {cap} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The cap, in bytes.
        cap: usize,
    },
    /// One redirect more than allowed.
    #[error("{host}: more than {limit} redirects")]
    TooManyRedirects {
        /// The host.
        host: String,
        /// How many are followed.
        limit: usize,
    },
    /// A redirect to another registrable host, which was not followed.
    #[error("{host}: redirected to another host, {}", to.host_str().unwrap_or("?"))]
    ForeignRedirect {
        /// The host that redirected.
        host: String,
        /// Where to, without credentials, query and fragment.
        to: Url,
    },
    /// A redirect on the same host to where the caller does not go, which was not followed.
    #[error("{host}: redirected to an address that is never asked for")]
    ForbiddenRedirect {
        /// The host that redirected.
        host: String,
        /// Where to, without credentials, query and fragment.
        to: Url,
    },
    /// robots.txt asks for a longer wait before the next request than a probe holds its host; the request did not leave.
    #[error("{host}: robots.txt asks for {} s between requests, longer than a probe waits", delay.as_secs())]
    CrawlDelay {
        /// The host.
        host: String,
        /// The time between two requests that it asks for, at most a day; the request may leave once it has passed.
        delay: Duration,
    },
    /// robots.txt asks us not to fetch this; nothing else left.
    #[error("{host}: robots.txt asks us to keep out")]
    RobotsDisallowed {
        /// The host.
        host: String,
    },
    /// robots.txt could not be read, so nothing may be fetched for now.
    #[error("{host}: robots.txt cannot be read for now ({}); not asked again before {retry_at}", status_words(*status))]
    RobotsUnavailable {
        /// The host.
        host: String,
        /// The status it was answered with, if it was.
        status: Option<u16>,
        /// When it may be asked for again.
        retry_at: DateTime<Utc>,
        /// What stood in the way, when it was not the status.
        source: Option<Box<Self>>,
    },
    /// What came is not HTTP.
    #[error("{host}: the answer is not HTTP")]
    NotHttp {
        /// The host.
        host: String,
    },
}

fn status_words(status: Option<u16>) -> String {
    status.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}"))
}

impl Failure {
    /// Whether the host has seen nothing of a request: no connection was ever tried.
    pub(crate) fn nothing_left(&self) -> bool {
        matches!(
            self,
            Self::Dns { .. }
                | Self::ForbiddenAddress { .. }
                | Self::InvalidUrl { .. }
                | Self::CrawlDelay { .. }
        )
    }

    /// Whether no request was ever handed over, although a connection may have been tried.
    pub(crate) fn never_connected(&self) -> bool {
        self.nothing_left() || matches!(self, Self::Connect { .. } | Self::Tls { .. })
    }
}

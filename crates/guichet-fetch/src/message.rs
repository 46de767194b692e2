//! What may be asked and what an answer consists of. What never enters: how either travels.

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use url::{Url, form_urlencoded};

/// One request. There is no other kind: nothing here can delete, upload or log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Fetch a page.
    Get(Url),
    /// Submit a form, `application/x-www-form-urlencoded`, as a browser would.
    PostForm(Url, Vec<(String, String)>),
    /// Submit JSON, already written out.
    PostJson(Url, String),
    /// Submit plain text.
    PostText(Url, String),
}

/// What came back: capped, decompressed, decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The method that was asked with, before redirects: `GET` or `POST`.
    pub method: &'static str,
    /// The address that was asked for, without credentials or fragment.
    pub url: Url,
    /// The address that answered, after redirects.
    pub final_url: Url,
    /// The HTTP status. Every status is an answer; so are a redirect without a usable `Location`, and a 307 or 308 to
    /// a POST, because what was submitted is never submitted again.
    pub status: u16,
    /// When the first of its requests left, on the client's clock; robots.txt not counted.
    pub sent_at: DateTime<Utc>,
    /// When the last byte came, on the client's clock.
    pub received_at: DateTime<Utc>,
    /// How long the network was busy with it, redirects included, spacing not; real time.
    pub duration: Duration,
    /// The size of the body, in bytes after decompression. From status 400 on, of what could be read of it.
    pub bytes: u64,
    /// The body as text; what could not be decoded is U+FFFD.
    pub body: String,
    /// SHA-256 of the body, decompressed and not yet decoded.
    pub body_sha256: [u8; 32],
    /// `content-type`, `date`, `etag`, `last-modified`, `retry-after`, `server`, those that were there: names in
    /// lower case, values cut to 200 characters.
    pub headers: Vec<(String, String)>,
    /// How long the server asks us to stay away, from `received_at`, at most a day.
    pub retry_after: Option<Duration>,
    /// The addresses redirected to, in order; the last one is `final_url`.
    pub redirects: Vec<Url>,
}

/// By hand, so that no log line ever holds a body.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("method", &self.method)
            .field("host", &self.final_url.host_str())
            .field("status", &self.status)
            .field("bytes", &self.bytes)
            .field("redirects", &self.redirects.len())
            .finish_non_exhaustive()
    }
}

/// How a hop asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What a POST carries: its media type and its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    pub(crate) media_type: &'static str,
    pub(crate) text: String,
}

/// One request as it leaves; following a redirect makes another, always a plain fetch.
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) payload: Option<Payload>,
}

impl Hop {
    /// A plain fetch of `url`.
    pub(crate) fn get(url: Url) -> Self {
        Self { method: Method::Get, url: bare(url), payload: None }
    }
}

impl From<Request> for Hop {
    fn from(request: Request) -> Self {
        let post = |url, media_type, text| Self {
            method: Method::Post,
            url: bare(url),
            payload: Some(Payload { media_type, text }),
        };
        match request {
            Request::Get(url) => Self::get(url),
            Request::PostForm(url, pairs) => {
                let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                post(url, "application/x-www-form-urlencoded", text)
            }
            Request::PostJson(url, text) => post(url, "application/json", text),
            Request::PostText(url, text) => post(url, "text/plain", text),
        }
    }
}

/// Without credentials, which we never send, and without the fragment, which never leaves.
pub(crate) fn bare(mut url: Url) -> Url {
    url.set_fragment(None);
    // Both fail only on a URL without a host, which has no credentials and is refused for its scheme.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

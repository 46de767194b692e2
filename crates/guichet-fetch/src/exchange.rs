//! One request out, one answer in, within a cap and an allowance of time. What never enters: robots, spacing, which
//! address a redirect may lead to.

use std::time::Duration;

use reqwest::{
    Client as Http, Error as HttpError, Response,
    cookie::{CookieStore as _, Jar},
    header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE},
};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::{
    classify::classify,
    failure::Failure,
    message::{Hop, Method},
};

const ACCEPTED: &str =
    "text/html, application/xhtml+xml, application/json;q=0.9, text/plain;q=0.8, */*;q=0.1";

/// The pages are French and are read as such.
const LANGUAGE: &str = "fr-FR, fr;q=0.9";

/// How much of a body is read, in bytes, and what becomes of a longer one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cap {
    /// A longer body is a failure, unless its status is 400 or more.
    Refuse(usize),
    /// A longer body is read up to the cap.
    Cut(usize),
}

impl Cap {
    fn bytes(self) -> usize {
        match self {
            Self::Refuse(bytes) | Self::Cut(bytes) => bytes,
        }
    }
}

/// How much longer one request may keep the network busy; real time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    whole: Duration,
    left: Duration,
}

impl Allowance {
    pub(crate) fn new(whole: Duration) -> Self {
        Self { whole, left: whole }
    }

    pub(crate) fn spend(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
    }

    pub(crate) fn spent(&self) -> Duration {
        self.whole.saturating_sub(self.left)
    }
}

/// What a hop led to.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A redirect that a plain fetch may follow, with a `Location` that makes sense; its body was not read.
    Redirect { status: u16, to: Url },
    /// Anything else.
    Page(Page),
}

/// An answer, decompressed, not decoded.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether the body went on beyond what was read.
    pub(crate) cut: bool,
}

/// Sends `hop` with the cookies of `jar`, and reads what comes back up to `cap`.
///
/// # Errors
/// When no complete answer came within `allowance`. From status 400 on, the headers make it complete: why we are
/// turned away, and for how long, is not lost over the page that comes with it.
pub(crate) async fn exchange(
    http: &Http,
    hop: &Hop,
    jar: Option<&Jar>,
    cap: Cap,
    allowance: Allowance,
) -> Result<Reply, Failure> {
    let host = hop.url.host_str().unwrap_or_default();
    let deadline = Deadline { at: Instant::now() + allowance.left, after: allowance.whole };
    let mut request = match hop.method {
        Method::Get => http.get(hop.url.clone()),
        Method::Post => http.post(hop.url.clone()),
    };
    request = request.header(ACCEPT, ACCEPTED).header(ACCEPT_LANGUAGE, LANGUAGE);
    if let Some(cookies) = jar.and_then(|jar| jar.cookies(&hop.url)) {
        request = request.header(COOKIE, cookies);
    }
    if let Some(payload) = &hop.payload {
        request = request.header(CONTENT_TYPE, payload.media_type).body(payload.text.clone());
    }
    let response = deadline.keep(host, request.send()).await?;
    if let Some(jar) = jar {
        jar.set_cookies(&mut response.headers().get_all(SET_COOKIE).iter(), &hop.url);
    }
    let status = response.status().as_u16();
    match redirect_target(hop, status, response.headers()) {
        Some(to) => Ok(Reply::Redirect { status, to }),
        None => read(host, response, cap, deadline).await.map(Reply::Page),
    }
}

/// When a request has used up its allowance, and how long that was.
#[derive(Debug, Clone, Copy)]
struct Deadline {
    at: Instant,
    after: Duration,
}

impl Deadline {
    /// What `work` on `host` brings, if it does in time.
    async fn keep<T>(
        self,
        host: &str,
        work: impl Future<Output = Result<T, HttpError>>,
    ) -> Result<T, Failure> {
        match timeout_at(self.at, work).await {
            Ok(done) => done.map_err(|error| classify(host, &error)),
            Err(_elapsed) => Err(Failure::Timeout { host: host.to_owned(), after: self.after }),
        }
    }
}

/// Where an answer to `hop` with `status` redirects to.
fn redirect_target(hop: &Hop, status: u16, headers: &HeaderMap) -> Option<Url> {
    let followed = match status {
        301..=303 => true,
        // They ask for the same again: harmless for a fetch, a second submission for a form.
        307 | 308 => hop.method == Method::Get,
        _ => false,
    };
    if !followed {
        return None;
    }
    // Old servers write their Location in whatever charset their pages have.
    let location = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes());
    hop.url.join(location.trim()).ok()
}

/// Reads a body up to `cap`; from status 400 on, what can be read of it.
async fn read(host: &str, mut response: Response, cap: Cap, deadline: Deadline) -> Result<Page, Failure> {
    let status = response.status().as_u16();
    let turned_away = status >= 400;
    let refuses = matches!(cap, Cap::Refuse(_)) && !turned_away;
    let too_large = || Failure::TooLarge { host: host.to_owned(), cap: cap.bytes() };
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    if refuses && announced.is_some_and(|length| length > cap.bytes()) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    let cut = match deadline.keep(host, fill(&mut body, &mut response, cap.bytes())).await {
        Ok(true) if refuses => return Err(too_large()),
        Ok(cut) => cut,
        Err(_) if turned_away => true,
        Err(failure) => return Err(failure),
    };
    Ok(Page { status, headers: response.headers().clone(), body, cut })
}

/// Reads chunk by chunk, as it comes out of decompression, so that a bomb costs no more than `cap` bytes; whether more
/// would have come.
async fn fill(body: &mut Vec<u8>, response: &mut Response, cap: usize) -> Result<bool, HttpError> {
    while let Some(chunk) = response.chunk().await? {
        let room = cap - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            return Ok(true);
        }
    }
    Ok(false)
}

//! One request out, one answer in, within a cap. What never enters: robots, spacing, redirect policy.

use reqwest::{
    Client as Http, Response,
    cookie::{CookieStore as _, Jar},
    header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE},
};
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
    /// A longer body is a failure.
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

/// What a hop led to.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A redirect with a `Location` that makes sense; its body was not read.
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
    /// Whether the body went on beyond the cap.
    pub(crate) cut: bool,
}

/// Sends `hop` with the cookies of `jar`, and reads what comes back up to `cap`.
pub(crate) async fn exchange(http: &Http, hop: &Hop, jar: Option<&Jar>, cap: Cap) -> Result<Reply, Failure> {
    let host = hop.url.host_str().unwrap_or_default();
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
    let response = request.send().await.map_err(|error| classify(host, &error))?;
    if let Some(jar) = jar {
        jar.set_cookies(&mut response.headers().get_all(SET_COOKIE).iter(), &hop.url);
    }
    let status = response.status().as_u16();
    match redirect_target(&hop.url, status, response.headers()) {
        Some(to) => Ok(Reply::Redirect { status, to }),
        None => read(host, response, cap).await.map(Reply::Page),
    }
}

/// Where an answer with `status` redirects to, relative to `from`.
fn redirect_target(from: &Url, status: u16, headers: &HeaderMap) -> Option<Url> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    // Old servers write their Location in whatever charset their pages have.
    let location = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes());
    from.join(location.trim()).ok()
}

/// Reads a body chunk by chunk, as it comes out of decompression, so that a bomb costs no more than the cap.
async fn read(host: &str, mut response: Response, cap: Cap) -> Result<Page, Failure> {
    let too_large = || Failure::TooLarge { host: host.to_owned(), cap: cap.bytes() };
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    if matches!(cap, Cap::Refuse(bytes) if announced.is_some_and(|length| length > bytes)) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    let mut cut = false;
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(host, &error))? {
        let room = cap.bytes() - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            cut = true;
            break;
        }
    }
    if cut && matches!(cap, Cap::Refuse(_)) {
        return Err(too_large());
    }
    Ok(Page { status: response.status().as_u16(), headers: response.headers().clone(), body, cut })
}

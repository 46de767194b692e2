//! The listener: virtual hosts on one loopback port, the log, the control host. What never enters: what a page says.

use std::{
    collections::BTreeMap, fmt::Write as _, io, iter, net::SocketAddr, sync::Arc,
    time::Duration as RealDuration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State as Extract},
    http::{HeaderMap, HeaderValue, StatusCode, header, uri::Authority},
    response::Response,
};
use chrono::SecondsFormat;
use guichet_model::Instant;
use thiserror::Error;
use tokio::{
    io::{AsyncWriteExt as _, DuplexStream, duplex},
    net::TcpListener,
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::io::ReaderStream;
use url::{Url, form_urlencoded};

use crate::{
    answer::{Answer, Pace},
    clock::SimulatedClock,
    ledger::{Busy, Ledger, RequestLog},
    pages::Pages,
    request::{Asked, Request as Submitted},
    router,
    rules::violation,
    script::{CONTROL, Script},
    session::{COOKIES, Sessions},
    site::Site,
    truth::Truth,
};

/// The longest submitted form that is read.
const LONGEST_FORM: usize = 64 * 1024;
/// How much a huge body adds: more than any reader should accept.
const FLOOD: usize = 5 * 1024 * 1024;
/// In how many parts it comes.
const WAVES: usize = 50;
/// In how many parts a slow body drips.
const DROPS: u32 = 10;
/// How long the end waits for answers under way.
const PATIENCE: RealDuration = RealDuration::from_secs(2);

/// Why the sites cannot be served.
#[derive(Debug, Error)]
pub enum StartError {
    /// Not an address of this machine only.
    #[error(
        "{0} is not a loopback address; invented booking sites are for this machine only, as in 127.0.0.1:0"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// A page template is not well-formed.
    #[error("a page template is broken")]
    Template(#[from] minijinja::Error),
    /// The address cannot be written as a URL.
    #[error("the address cannot be written as a url")]
    Address(#[from] url::ParseError),
}

#[derive(Debug)]
struct Shared {
    script: Script,
    clock: SimulatedClock,
    pages: Pages,
    sessions: Sessions,
    ledger: Ledger,
    address: SocketAddr,
    stopping: watch::Receiver<bool>,
}

/// The sites of a script, being served on loopback until [`FakeSites::stop`].
#[derive(Debug)]
pub struct FakeSites {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
    control: Url,
}

impl FakeSites {
    /// Serves a script's hosts on one loopback address; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is not loopback, or cannot be had.
    pub async fn start(
        script: Script,
        clock: SimulatedClock,
        listen: SocketAddr,
    ) -> Result<Self, StartError> {
        Self::start_with_log(script, clock, listen, None).await
    }

    /// The same, and every request is also written to `log` as a line of JSON.
    ///
    /// # Errors
    /// When the address is not loopback, or cannot be had.
    pub async fn start_with_log(
        script: Script,
        clock: SimulatedClock,
        listen: SocketAddr,
        log: Option<Box<dyn io::Write + Send>>,
    ) -> Result<Self, StartError> {
        if !listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(listen));
        }
        let failed = |error| StartError::Listen(listen, error);
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let control = Url::parse(&format!("http://{CONTROL}.localhost:{}/", address.port()))?;
        let (stop, mut stopped) = watch::channel(false);
        let shared = Arc::new(Shared {
            script,
            clock,
            pages: Pages::new()?,
            sessions: Sessions::default(),
            ledger: Ledger::new(log),
            address,
            stopping: stop.subscribe(),
        });
        let app = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&shared))
            .into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move {
            axum::serve(listener, app)
                .with_graceful_shutdown(async move {
                    // An error means that the handle is gone: then nobody wants the sites any more.
                    let _ended = stopped.wait_for(|stop| *stop).await;
                })
                .await
        });
        Ok(Self { shared, stop, serving, control })
    }

    /// Where all hosts are served.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// The home page of a host, `http://NAME.localhost:PORT/`; the control host's for a name that no host can have.
    pub fn host_url(&self, host_name: &str) -> Url {
        let port = self.shared.address.port();
        Url::parse(&format!("http://{host_name}.localhost:{port}/"))
            .unwrap_or_else(|_not_a_name| self.control.clone())
    }

    /// Every request so far, oldest first; the control host's are not among them.
    pub fn requests(&self) -> Vec<RequestLog> {
        self.shared.ledger.all()
    }

    /// The requests that nobody who only reads may make.
    pub fn violations(&self) -> Vec<RequestLog> {
        let mut requests = self.requests();
        requests.retain(|request| request.violation.is_some());
        requests
    }

    /// The truth from the start of the simulation to now.
    pub fn truth(&self) -> Truth {
        let clock = self.shared.clock;
        self.truth_between(clock.sim_start(), clock.now())
    }

    /// The truth between two instants of simulated time.
    pub fn truth_between(&self, from: Instant, to: Instant) -> Truth {
        self.shared.script.truth_between(from, to)
    }

    /// The clock of the simulation.
    pub fn clock(&self) -> SimulatedClock {
        self.shared.clock
    }

    /// Stops listening; answers under way are cut off.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let aborter = self.serving.abort_handle();
        if timeout(PATIENCE, self.serving).await.is_err() {
            aborter.abort();
        }
    }
}

async fn handle(
    Extract(shared): Extract<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let real_at = shared.clock.real_now();
    let at = shared.clock.at(real_at);
    let (parts, body) = request.into_parts();
    let named = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| parts.uri.authority().map(Authority::as_str))
        .unwrap_or("");
    let name = host_name(named);
    let path = parts.uri.path();
    let query = parts.uri.query();
    if name == CONTROL {
        return control(&shared, path, query);
    }
    let (busy, concurrent) = shared.ledger.begin(&name);
    let body = to_bytes(body, LONGEST_FORM).await.unwrap_or_default();
    let kind = text_of(&parts.headers, &header::CONTENT_TYPE).unwrap_or_default();
    let is_text = ["text/plain", "application/json"].iter().any(|text| kind.starts_with(text));
    let text = if is_text { String::from_utf8_lossy(&body).into_owned() } else { String::new() };
    let form = if is_text { Vec::new() } else { pairs(&body) };
    let params = pairs(query.unwrap_or("").as_bytes());
    let host = shared.script.host(&name);
    let session =
        session_cookies(&parts.headers).find(|id| shared.sessions.knows(&name, id)).map(ToOwned::to_owned);
    let method = parts.method.as_str();
    let submitted = Submitted { method, path, query, params: &params, form: &form, text: &text };
    let answer = match host {
        None => Answer::text(404, "no such host in the script\n"),
        Some(host) => {
            let asked =
                Asked { request: submitted, session: session.as_deref(), at, port: shared.address.port() };
            let site = Site { host, pages: &shared.pages, sessions: &shared.sessions };
            router::answer(site, &asked).unwrap_or_else(|error| {
                tracing::error!(%error, "a page cannot be written");
                Answer::text(500, "a page of the imitation is broken\n")
            })
        }
    };
    let violation = violation(host, &name, &submitted);
    shared.ledger.add(RequestLog {
        at,
        real_at,
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.map(ToOwned::to_owned),
        status: answer.status,
        user_agent: text_of(&parts.headers, &header::USER_AGENT),
        cookie_seen: session.is_some(),
        headers: all_of(&parts.headers),
        violation,
        form,
        text: is_text.then_some(text),
        peer,
        concurrent,
        host: name,
    });
    respond(&shared, at, answer, busy)
}

/// The host's name without `.localhost` and port; the control host's where the address itself is named.
fn host_name(named: &str) -> String {
    let bare = match named.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => bare,
        _ => named,
    };
    let bare = bare.to_ascii_lowercase();
    match bare.as_str() {
        "localhost" | "127.0.0.1" | "[::1]" => CONTROL.to_owned(),
        name => name.strip_suffix(".localhost").unwrap_or(name).to_owned(),
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The values of all cookies that may carry a session.
fn session_cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| COOKIES.contains(name))
        .map(|(_, id)| id)
}

fn text_of(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn all_of(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

fn respond(shared: &Shared, at: Instant, answer: Answer, busy: Busy) -> Response {
    let body = match answer.pace {
        Pace::AtOnce => Body::from(answer.body),
        Pace::Drip(span) => {
            let pause = shared.clock.real_span(span) / DROPS;
            let size = answer.body.len().div_ceil(DROPS as usize).max(1);
            let drops = answer.body.chunks(size).map(<[u8]>::to_vec).collect();
            stream(shared, drops, pause, busy)
        }
        Pace::Flood => {
            let line = b"<p>Saint-Quelquepart-sur-Quelquechose</p>\n";
            let wave = line.repeat(FLOOD / WAVES / line.len() + 1);
            let waves = iter::once(answer.body).chain(iter::repeat_n(wave, WAVES)).collect();
            stream(shared, waves, RealDuration::ZERO, busy)
        }
    };
    with_headers(at, answer.status, &answer.headers, body)
}

/// A body of unknown length that is sent part by part.
fn stream(shared: &Shared, parts: Vec<Vec<u8>>, pause: RealDuration, busy: Busy) -> Body {
    let (mut to, from) = duplex(LONGEST_FORM);
    let mut stopping = shared.stopping.clone();
    tokio::spawn(async move {
        let _busy = busy;
        // The reader going away and the end of the sites both end it.
        tokio::select! {
            _ended = stopping.wait_for(|stop| *stop) => {}
            _gone = send(&mut to, &parts, pause) => {}
        }
    });
    Body::from_stream(ReaderStream::new(from))
}

async fn send(to: &mut DuplexStream, parts: &[Vec<u8>], pause: RealDuration) -> io::Result<()> {
    for part in parts {
        to.write_all(part).await?;
        sleep(pause).await;
    }
    to.shutdown().await
}

fn with_headers(at: Instant, status: u16, headers: &[(&'static str, String)], body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let date = at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let all = headers.iter().map(|(name, value)| (*name, value)).chain([("date", &date)]);
    for (name, value) in all {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// What tests of another process ask about.
fn control(shared: &Shared, path: &str, query: Option<&str>) -> Response {
    let now = shared.clock.now();
    let lines = |only_violations: bool| {
        let mut text = String::new();
        for request in shared.ledger.all() {
            if !only_violations || request.violation.is_some() {
                // Writing to a text cannot fail.
                let _written = writeln!(text, "{}", serde_json::to_string(&request).unwrap_or_default());
            }
        }
        (200, text)
    };
    let (status, text) = match path {
        "/requests" => lines(false),
        "/violations" => lines(true),
        "/now" => (
            200,
            format!("{}\n", serde_json::json!({ "now": now.to_rfc3339_opts(SecondsFormat::AutoSi, true) })),
        ),
        "/truth" => {
            let asked: BTreeMap<String, String> = pairs(query.unwrap_or("").as_bytes()).into_iter().collect();
            let instant = |name: &str, default: Instant| match asked.get(name) {
                None => Some(default),
                Some(text) => text.parse().ok(),
            };
            match (instant("from", shared.clock.sim_start()), instant("to", now)) {
                (Some(from), Some(to)) => {
                    let truth = shared.script.truth_between(from, to);
                    (200, serde_json::to_string(&truth).unwrap_or_default())
                }
                _ => (400, "`from` and `to` are instants, as in 2026-03-02T00:00:00Z\n".to_owned()),
            }
        }
        _ => (404, "ask for /requests, /violations, /truth or /now\n".to_owned()),
    };
    let kind = match status {
        200 => "application/json",
        _ => "text/plain; charset=utf-8",
    };
    with_headers(now, status, &[("content-type", kind.to_owned())], Body::from(Bytes::from(text)))
}

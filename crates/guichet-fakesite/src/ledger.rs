//! The log of all requests, so that the politeness of whoever asked can be judged. What never enters: judgement
//! beyond the fixed list of forbidden kinds of request.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    io::Write,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::SecondsFormat;
use guichet_model::Instant;
use serde::{Serialize, Serializer};

/// The most requests kept in memory; then the oldest go.
const MOST: usize = 200_000;

/// One request to a site and what it was answered.
#[derive(Debug, Clone, Serialize)]
pub struct RequestLog {
    /// When it arrived, in simulated time.
    #[serde(serialize_with = "rfc3339")]
    pub at: Instant,
    /// When it arrived, in real time.
    #[serde(serialize_with = "rfc3339")]
    pub real_at: Instant,
    /// The host's name without `.localhost` and port; what the `Host` header said where no such host exists.
    pub host: String,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// What followed the `?`.
    pub query: Option<String>,
    /// The status answered.
    pub status: u16,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// Whether it brought a session cookie that this host had given.
    pub cookie_seen: bool,
    /// Every header in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The submitted form.
    pub form: Vec<(String, String)>,
    /// What was submitted as plain text or JSON instead.
    pub text: Option<String>,
    /// From which address and port: two requests of one connection have the same.
    pub peer: SocketAddr,
    /// How many other requests to this host were being answered when it arrived.
    pub concurrent: usize,
    /// What was forbidden about it.
    pub violation: Option<String>,
}

/// Writes an instant as RFC 3339 with milliseconds.
pub(crate) fn rfc3339<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// All requests so far.
pub(crate) struct Ledger {
    entries: Mutex<VecDeque<RequestLog>>,
    file: Option<Mutex<Box<dyn Write + Send>>>,
    busy: Arc<Mutex<HashMap<String, usize>>>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("entries", &lock(&self.entries).len()).finish_non_exhaustive()
    }
}

/// Locks, also after a panic elsewhere: what is guarded here is whole between two calls.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ledger {
    pub(crate) fn new(file: Option<Box<dyn Write + Send>>) -> Self {
        Self { entries: Mutex::default(), file: file.map(Mutex::new), busy: Arc::default() }
    }

    /// Counts a request to `host` as being answered until the guard is dropped.
    pub(crate) fn begin(&self, host: &str) -> (Busy, usize) {
        let mut busy = lock(&self.busy);
        let count = busy.entry(host.to_owned()).or_default();
        let others = *count;
        *count += 1;
        let guard = Busy { host: host.to_owned(), busy: Arc::clone(&self.busy) };
        (guard, others)
    }

    pub(crate) fn add(&self, entry: RequestLog) {
        if let Some(file) = &self.file {
            let line = serde_json::to_string(&entry).unwrap_or_default();
            let mut file = lock(file);
            if let Err(error) = writeln!(file, "{line}").and_then(|()| file.flush()) {
                tracing::error!(%error, "the log file cannot be written");
            }
        }
        let mut entries = lock(&self.entries);
        if entries.len() == MOST {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub(crate) fn all(&self) -> Vec<RequestLog> {
        lock(&self.entries).iter().cloned().collect()
    }
}

/// A request being answered.
#[derive(Debug)]
pub(crate) struct Busy {
    host: String,
    busy: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(count) = lock(&self.busy).get_mut(&self.host) {
            *count = count.saturating_sub(1);
        }
    }
}

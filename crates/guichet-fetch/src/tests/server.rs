//! A server that answers by a script and remembers what it was asked.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};
use url::Url;

use super::manual_clock::ManualClock;
use crate::clock::Clock as _;

/// One request as the server saw it.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) path: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) at: DateTime<Utc>,
}

impl Seen {
    /// The value of a header, empty when it is not there.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// What the server does with a request.
pub(super) enum Reply {
    /// Writes these bytes and keeps the connection.
    Bytes(Vec<u8>),
    /// Writes these bytes and ends the connection.
    Last(Vec<u8>),
    /// Writes the first bytes, then the second ones again and again, as often and as far apart as told.
    Flow(Vec<u8>, Vec<u8>, usize, Duration),
    /// Never answers.
    Hang,
}

/// An answer with a body and its length; `head` is the status line without the version, then header lines.
pub(super) fn answer(head: &str, body: &[u8]) -> Reply {
    let head = head.replace('\n', "\r\n");
    let mut bytes = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    Reply::Bytes(bytes)
}

/// A page.
pub(super) fn page(text: &str) -> Reply {
    answer("200 OK\nContent-Type: text/html; charset=utf-8", text.as_bytes())
}

/// A redirect.
pub(super) fn redirect(status: u16, to: &str) -> Reply {
    answer(&format!("{status} Elsewhere\nLocation: {to}"), b"")
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A server on a free port of this machine; ends with its value.
pub(super) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    script: Box<Script>,
    robots: Box<Script>,
    clock: Option<Arc<ManualClock>>,
    seen: Mutex<Vec<Seen>>,
    busy: AtomicUsize,
    busiest: AtomicUsize,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    /// A server without a robots.txt.
    pub(super) async fn start(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::with_robots(|_| answer("404 Not Found", b""), script, None).await
    }

    /// A server with a script for robots.txt and one for the rest; requests are dated by `clock`, if there is one.
    pub(super) async fn with_robots(
        robots: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
        script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
        clock: Option<Arc<ManualClock>>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Box::new(script),
            robots: Box::new(robots),
            clock,
            seen: Mutex::default(),
            busy: AtomicUsize::new(0),
            busiest: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                // A client that goes away in the middle is part of several tests.
                tokio::spawn(async move { shared.serve(stream).await.ok() });
            }
        });
        Self { address, shared, accepting }
    }

    /// The address of `path` on this server, under the name `a.localhost`.
    pub(super) fn url(&self, path: &str) -> Url {
        self.url_on("a.localhost", path)
    }

    /// The address of `path` on this server, under `host`.
    pub(super) fn url_on(&self, host: &str, path: &str) -> Url {
        Url::parse(&format!("http://{host}:{}", self.address.port())).unwrap().join(path).unwrap()
    }

    /// Every request so far, in order of arrival.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Method and path of every request so far.
    pub(super) fn asked(&self) -> Vec<String> {
        self.seen().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }

    /// The most requests that were ever under way at once.
    pub(super) fn busiest(&self) -> usize {
        self.shared.busiest.load(Ordering::SeqCst)
    }
}

impl Shared {
    async fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(seen) = self.read(&mut stream).await? {
            let busy = self.busy.fetch_add(1, Ordering::SeqCst) + 1;
            self.busiest.fetch_max(busy, Ordering::SeqCst);
            let reply = if seen.path == "/robots.txt" { (self.robots)(&seen) } else { (self.script)(&seen) };
            self.seen.lock().unwrap().push(seen);
            let kept = write(&mut stream, reply).await;
            self.busy.fetch_sub(1, Ordering::SeqCst);
            if !kept? {
                break;
            }
        }
        Ok(())
    }

    /// The next request, unless the client has gone.
    async fn read(&self, stream: &mut BufReader<TcpStream>) -> io::Result<Option<Seen>> {
        let mut seen = Seen::default();
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let mut words = line.split(' ').map(str::to_owned);
        seen.method = words.next().unwrap_or_default();
        seen.path = words.next().unwrap_or_default();
        seen.at = self.clock.as_ref().map_or(DateTime::<Utc>::MIN_UTC, |clock| clock.now());
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            seen.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut body = vec![0; seen.header("content-length").parse().unwrap_or(0)];
        stream.read_exact(&mut body).await?;
        seen.body = String::from_utf8_lossy(&body).into_owned();
        Ok(Some(seen))
    }
}

/// Carries a reply out; whether the connection goes on.
async fn write(stream: &mut BufReader<TcpStream>, reply: Reply) -> io::Result<bool> {
    match reply {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await.map(|()| true),
        Reply::Last(bytes) => stream.write_all(&bytes).await.map(|()| false),
        Reply::Flow(first, again, times, apart) => {
            stream.write_all(&first).await?;
            for _ in 0..times {
                stream.write_all(&again).await?;
                if !apart.is_zero() {
                    sleep(apart).await;
                }
            }
            Ok(false)
        }
        Reply::Hang => {
            // Until the client gives up.
            stream.read_u8().await?;
            Ok(false)
        }
    }
}

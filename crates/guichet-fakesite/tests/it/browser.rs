//! A small visitor: plain HTTP/1.0 over a loopback connection, one cookie jar a host, and a clock that tests set.

use std::{cell::Cell, collections::HashMap, fmt::Write as _, net::SocketAddr};

use chrono::DateTime;
use guichet_fakesite::{FakeSites, Script, SimulatedClock};
use guichet_model::Instant;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(0) };
}

/// The clock that the sites read: it stands still until a test moves it.
pub(crate) fn read_clock() -> Instant {
    DateTime::from_timestamp(NOW.get(), 0).unwrap()
}

pub(crate) fn set_clock(at: Instant) {
    NOW.set(at.timestamp());
}

pub(crate) fn utc(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Serves a script under a clock that stands at `at`.
pub(crate) async fn serve(script: &str, at: &str) -> FakeSites {
    set_clock(utc(at));
    let clock = SimulatedClock::new(utc(at), utc(at), 1.0, read_clock);
    let script = Script::parse(script, "script.toml").unwrap();
    FakeSites::start(script, clock, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) bytes: Vec<u8>,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn has(&self, marker: &str) -> bool {
        self.text().contains(marker)
    }

    pub(crate) fn free_cells(&self) -> usize {
        self.text().matches("/5/").count()
    }
}

pub(crate) struct Browser {
    address: SocketAddr,
    host: String,
    cookies: HashMap<String, String>,
}

impl Browser {
    pub(crate) fn of(sites: &FakeSites, host: &str) -> Self {
        Self {
            address: sites.address(),
            host: format!("{host}.localhost:{}", sites.address().port()),
            cookies: HashMap::new(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, &[]).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        self.ask("POST", path, form).await
    }

    /// Fetches, and follows at most five redirects on the same host.
    pub(crate) async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..5 {
            match page.header("location").map(ToOwned::to_owned) {
                Some(path) if path.starts_with('/') => page = self.get(&path).await,
                _ => break,
            }
        }
        page
    }

    /// The walk of a poller: conditions, then the desk where one is named.
    pub(crate) async fn probe(&mut self, form: u32, desk: Option<u32>) -> Page {
        let create = format!("/booking/create/{form}");
        let start = self.get(&format!("{create}/0")).await;
        if start.status != 200 || !start.has("name=\"condition\"") {
            return start;
        }
        let conditions = [("condition", "on"), ("nextButton", "Effectuer une demande de rendez-vous")];
        let page = self.post(&format!("{create}/0"), &conditions).await;
        let page = self.follow(page).await;
        let Some(desk) = desk else { return page };
        assert!(page.has("name=\"planning\""), "{}", page.text());
        let choice = desk.to_string();
        let page = self
            .post(&format!("{create}/1"), &[("planning", &choice), ("nextButton", "Etape suivante")])
            .await;
        self.follow(page).await
    }

    pub(crate) async fn ask(&mut self, method: &str, path: &str, form: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(method, path, ("application/x-www-form-urlencoded", &body)).await
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, (kind, body): (&str, &str)) -> Page {
        let mut head = format!("{method} {path} HTTP/1.0\r\nHost: {}\r\nUser-Agent: Tests/1\r\n", self.host);
        if !self.cookies.is_empty() {
            let all: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            write!(head, "Cookie: {}\r\n", all.join("; ")).unwrap();
        }
        if method == "POST" {
            write!(head, "Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len()).unwrap();
        }
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let page = parse(path, &answer);
        for (name, value) in &page.headers {
            if name == "set-cookie" {
                let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }
}

fn parse(path: &str, answer: &[u8]) -> Page {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    Page {
        path: path.to_owned(),
        status,
        headers: lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
        bytes: answer[end + 4..].to_vec(),
    }
}

//! A site whose page is one word, the platform that reads it, and a sampler on a clock that jumps.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use guichet_fetch::{
    Client, Identity, Limits, Reach,
    clock::{Clock, Sleep},
};
use guichet_model::{
    Cause, DeskReading, Instant, Observation, Offer, Outcome, Params, Target, TargetStatus, civil::PARIS,
};
use guichet_platforms::{Ask, Desk, Markers, Page, Platform, Reading, Step, Trail, Unrecognised};
use guichet_store::{Reader, Store, TargetState};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{Sampler, Watched, runner::Pass};

/// Reads pages that are one word. What is behind `/private` it never asks for.
#[derive(Debug)]
pub(super) struct OneWord;

impl Platform for OneWord {
    fn name(&self) -> &'static str {
        "one-word"
    }

    fn revision(&self) -> u16 {
        5
    }

    fn floor_cadence(&self) -> Duration {
        Duration::from_mins(15)
    }

    fn domains(&self) -> &'static [&'static str] {
        &[]
    }

    fn not_asked(&self, target: &Target) -> Option<&'static str> {
        (target.url.path() == "/private").then_some("the site asks not to")
    }

    fn begin(&self, target: &Target) -> Ask {
        Ask::Get(target.url.clone())
    }

    fn read(
        &self,
        target: &Target,
        page: &Page<'_>,
        trail: &Trail<'_>,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised> {
        let mut says = |word: &str| markers.look(format!("the word \"{word}\""), page.body == word);
        if says("wall") {
            Ok(Step::Read(Reading::wall()))
        } else if says("full") {
            Ok(Step::Read(Reading::plain(Outcome::Full)))
        } else if says("gone") {
            Ok(Step::Read(Reading::plain(Outcome::Unknown(Cause::Gone))))
        } else if says("desks") {
            let desk = |id: &str| Desk { id: id.to_owned(), label: None };
            let next = Ask::Get(target.url.clone());
            Ok(Step::Ask { noted: None, listed: vec![desk("1"), desk("2")], next })
        } else if let Some(outcome) = desk(&mut says) {
            let noted = Some(DeskReading { desk: trail.asked.len().to_string(), label: None, outcome });
            Ok(Step::Ask { noted, listed: Vec::new(), next: Ask::Get(target.url.clone()) })
        } else {
            Err(Unrecognised::new("no word that is known"))
        }
    }
}

/// What the page says of one desk: that it is full, open, or open in 2014.
fn desk(says: &mut impl FnMut(&str) -> bool) -> Option<Outcome> {
    let old = "2014-05-06T08:00:00Z".parse().ok();
    if says("desk") {
        Some(Outcome::Full)
    } else if says("open desk") {
        Some(Outcome::Open(Offer::UNTOLD))
    } else if says("old desk") {
        Some(Outcome::Open(Offer { earliest: old, ..Offer::UNTOLD }))
    } else {
        None
    }
}

/// Time passes only when somebody sleeps, and then at once.
#[derive(Debug)]
pub(super) struct ManualClock(Mutex<Instant>);

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }

    fn sleep_until(&self, at: Instant) -> Sleep<'_> {
        Box::pin(async move {
            // Others get their turn, as in a real sleep.
            tokio::task::yield_now().await;
            let mut now = self.0.lock().unwrap();
            *now = at.max(*now);
        })
    }

    fn is_accelerated(&self) -> bool {
        false
    }
}

/// A site on this machine, and all that samples it.
pub(super) struct Site {
    folder: TempDir,
    address: String,
    /// The words of the next pages; the last one stays. `busy` is a 503, `odd` a 418.
    words: Arc<Mutex<Vec<&'static str>>>,
    visits: Arc<AtomicUsize>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) client: Client,
}

impl Site {
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (words, visits) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (said, counted) = (Arc::clone(&words), Arc::clone(&visits));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                answer(stream, &said).await;
            }
        });
        let clock = Arc::new(ManualClock(Mutex::new("2026-03-02T08:00:00Z".parse().unwrap())));
        let identity =
            Identity { version: "0.0.1".to_owned(), page: None, contact: "robot@example.org".to_owned() };
        let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let client = Client::new(identity, Reach::LoopbackOnly, Limits::default(), time).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), address, words, visits, clock, client }
    }

    pub(super) fn says(&self, words: &[&'static str]) {
        *self.words.lock().unwrap() = words.iter().rev().copied().collect();
    }

    /// Connections so far, those for robots.txt included.
    pub(super) fn visits(&self) -> usize {
        self.visits.load(Ordering::Relaxed)
    }

    /// A target with this id behind this path.
    pub(super) fn target(&self, id: &str, path: &str) -> Target {
        Target {
            id: id.parse().unwrap(),
            label: None,
            platform: OneWord.name().to_owned(),
            url: self.url(path),
            status: TargetStatus::Active,
            cadence: Duration::from_hours(1),
            timezone: PARIS,
            seen: None,
            source: None,
            conflict: None,
            params: Params::new(),
        }
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("guichet.db")
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.database()).unwrap()
    }

    pub(super) fn reader(&self) -> Reader {
        Reader::open(&self.database()).unwrap()
    }

    /// One pass of a sampler that has just been started.
    pub(super) async fn pass(&self, targets: &[Target]) -> Pass {
        let watched = targets
            .iter()
            .map(|target| Watched { target: target.clone(), zone: PARIS, platform: &OneWord })
            .collect();
        let (client, store) = (self.client.clone(), Arc::new(Mutex::new(self.store())));
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&self.clock);
        let sampler = Sampler::new(watched, client, store, clock, 7, 1).unwrap();
        sampler.once(CancellationToken::new()).await.unwrap()
    }

    /// Passes every 20 minutes until `target` is observed once more, its page being `word`.
    pub(super) async fn observe(&self, target: &Target, word: &'static str) -> Observation {
        self.says(&[word]);
        for _ in 0..1_000 {
            let wake = self.clock.now() + TimeDelta::minutes(20);
            self.clock.sleep_until(wake).await;
            if self.pass(std::slice::from_ref(target)).await.total() > 0 {
                return self.reader().observations(&target.id, None, None).unwrap().pop().unwrap();
            }
        }
        panic!("never due");
    }

    pub(super) fn state(&self, target: &Target) -> TargetState {
        let rows = self.reader().targets().unwrap();
        rows.into_iter().find(|row| row.id == target.id).unwrap().state
    }
}

async fn answer(mut stream: TcpStream, words: &Mutex<Vec<&'static str>>) {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await.unwrap() == 0 {
            return;
        }
        asked.push(byte[0]);
    }
    let word = if asked.starts_with(b"GET /robots.txt ") {
        "none"
    } else {
        let mut words = words.lock().unwrap();
        if words.len() > 1 { words.pop().unwrap() } else { words[0] }
    };
    let status = match word {
        "none" => "404 Not Found",
        "busy" => "503 Service Unavailable",
        "odd" => "418 I'm a teapot",
        _ => "200 OK",
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        word.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(word.as_bytes()).await.unwrap();
}

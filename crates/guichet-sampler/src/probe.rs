//! One probe and what it brings. What never enters: storing, planning.

mod failure;
mod judge;
mod walk;

use std::{fmt, time::Duration};

use guichet_fetch::{Client, RobotsVerdict};
use guichet_model::{Cause, DeskReading, Instant, Marker, Outcome, ProbeFacts, Target};
use guichet_platforms::{Ask, Platform};

pub use self::judge::{Came, Judged, judge, one_too_many};
use self::walk::Walk;
use crate::breaker::HostSaid;

/// One question of a probe that was answered.
#[derive(Clone)]
pub struct Look {
    /// What was asked.
    pub ask: Ask,
    /// The page, decoded.
    pub body: String,
    /// What was looked for on it.
    pub markers: Vec<Marker>,
    /// What came of it, in our words.
    pub decision: String,
}

/// By hand, so that no log line ever holds a body.
impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("markers", &self.markers)
            .field("decision", &self.decision)
            .finish_non_exhaustive()
    }
}

/// What the last page of a probe was to its platform's reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastPage {
    /// One that it knows: a page of a service that works, its wall, or the statement that the page is gone for good.
    Known,
    /// One that came whole and that it does not know.
    Strange,
    /// None came that would tell whether it is still known: no answer, a refusal, an overload, a login.
    Unread,
}

/// What a probe brought.
#[derive(Debug, Clone)]
pub struct Probed {
    /// When it ended: the instant of the observation.
    pub ended_at: Instant,
    /// What was established.
    pub outcome: Outcome,
    /// What each desk said.
    pub desks: Vec<DeskReading>,
    /// How it went.
    pub facts: ProbeFacts,
    /// The answered questions, one for each of the exchanges in `facts`.
    pub looks: Vec<Look>,
    /// The place in `looks` of the page that decided; absent when none came.
    pub decisive: Option<usize>,
    /// Whether a page was recognised as one of the platform's own that works (a desk that is open is enough): what ends
    /// a target's probation.
    pub recognised: bool,
    /// What the last page was to the platform's reader: what a drift goes by.
    pub last_page: LastPage,
    /// How long the server asked us to stay away.
    pub retry_after: Option<Duration>,
    /// What robots.txt says, where it was read.
    pub robots: Option<RobotsVerdict>,
    /// How the host took it: what its breaker goes by.
    pub last_said: HostSaid,
    /// Why the outcome is what it is, in our words.
    pub why: String,
}

/// Probes `target` once: at most [`MOST_STEPS`](guichet_platforms::MOST_STEPS) questions, all on its own registrable
/// host, and none where the platform says that it must not be asked. `round` is how many probes of it came before. A
/// site's misbehaviour is an outcome, never an error. `clock_now` tells the time.
pub async fn probe(
    client: &Client,
    platform: &dyn Platform,
    target: &Target,
    round: u64,
    clock_now: &(dyn Fn() -> Instant + Sync),
) -> Probed {
    let mut walk = Walk::default();
    let asked_at = clock_now();
    if let Some(reason) = platform.not_asked(target) {
        let mut verdict = walk.broken_off(Cause::Withheld, reason);
        verdict.last_said = HostSaid::NotAsked;
        return walk.end(verdict, platform, asked_at, asked_at, 0, None);
    }
    let mut lease = match client.probe(&target.url).await {
        Ok(lease) => lease,
        Err(failure) => {
            let verdict = walk.failed(&failure, clock_now());
            return walk.end(verdict, platform, asked_at, clock_now(), 0, None);
        }
    };
    let began_at = clock_now();
    let verdict = walk.follow(&mut lease, platform, target, round, clock_now).await;
    walk.end(verdict, platform, began_at, clock_now(), lease.requests(), lease.robots().cloned())
}

impl Probed {
    /// The page that decided, decoded.
    pub fn page(&self) -> Option<&str> {
        self.decisive.and_then(|place| self.looks.get(place)).map(|look| look.body.as_str())
    }
}

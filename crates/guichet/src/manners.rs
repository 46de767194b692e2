//! What is kept in mind between probes by hand: they must not press a host or a page either. What never enters: what
//! pages say.

use std::{collections::HashMap, fs::File, path::Path};

use chrono::TimeDelta;
use chrono_tz::Tz;
use guichet_fetch::{Client, LONGEST_CRAWL_WAIT, clock::Clock, registrable_host};
use guichet_model::{Instant, Target, TargetId};
use guichet_platforms::Platform;
use guichet_sampler::{Probed, breaker, planner, standing};
use guichet_store::{HostState, Store, TargetState};
use tokio_util::sync::CancellationToken;

use crate::{opening, show};

/// By hand a probe is the first round: of many desks, the first ones.
pub(crate) const ROUND: u64 = 0;

/// Hosts and targets with their states; from the database and back into it, where there is one.
#[derive(Debug)]
pub(crate) struct Manners {
    database: Option<(File, Store)>,
    hosts: HashMap<String, HostState>,
    targets: HashMap<TargetId, TargetState>,
    /// What robots.txt asked for between two requests, by host, where a probe waits for it.
    delays: HashMap<String, TimeDelta>,
}

/// A target that is being asked.
#[derive(Debug)]
struct Asked<'a> {
    target: &'a Target,
    zone: Option<Tz>,
    /// When its page was asked before.
    earlier: Option<Instant>,
}

impl Manners {
    /// Reads the database where there is one; else nothing is known and nothing will be kept. Refuses while a sampler
    /// works on it.
    pub(crate) fn open(db: &Path, now: Instant) -> anyhow::Result<Self> {
        let mut manners =
            Self { database: None, hosts: HashMap::new(), targets: HashMap::new(), delays: HashMap::new() };
        if db.exists() {
            manners.make_database(db)?;
        }
        if let Some((_, store)) = &manners.database {
            let known = store.sampling_state()?;
            let hosts = known.hosts.into_iter();
            manners.hosts = hosts.map(|(host, state)| (host, breaker::at_start(state, now))).collect();
            manners.targets = known.targets.into_iter().collect();
        }
        Ok(manners)
    }

    /// Sees to it that what is learnt of hosts is kept: makes the database where there is none.
    pub(crate) fn make_database(&mut self, db: &Path) -> anyhow::Result<()> {
        if self.database.is_none() {
            let only_sampler = opening::sampling_lock(db)?;
            self.database = Some((only_sampler, opening::store(db)?));
        }
        Ok(())
    }

    /// Whether a target's page has been recognised by the sampler so far.
    pub(crate) fn is_alive(&self, target: &Target, now: Instant) -> bool {
        self.target(target, now).alive_since.is_some()
    }

    fn host(&self, host: &str) -> HostState {
        self.hosts.get(host).copied().unwrap_or_default()
    }

    fn target(&self, target: &Target, now: Instant) -> TargetState {
        standing::at_start(self.targets.get(&target.id).cloned().unwrap_or_default(), target, now)
    }

    /// When the host of a target that was probed lately may be probed again; `None`: now.
    pub(crate) fn free_at(&self, target: &Target, now: Instant) -> Option<Instant> {
        let host = registrable_host(&target.url);
        let delay = self.delays.get(&host).copied().unwrap_or_default();
        let last = self.host(&host).last_probe_at?;
        Some(last + planner::HOST_SPACING.max(delay)).filter(|at| now < *at)
    }

    /// Waits until the host of `target` may be probed, so that what [`Manners::begin`] writes down is the time when it
    /// is really asked. `false`: `stop` came first, and nobody is to be asked.
    pub(crate) async fn wait(&self, target: &Target, clock: &dyn Clock, stop: &CancellationToken) -> bool {
        if let Some(at) = self.free_at(target, clock.now()) {
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = clock.sleep_until(at) => {}
            }
        }
        !stop.is_cancelled()
    }

    /// Whether `target` may be asked now: not while its host's breaker is open, nor when its page was asked just now.
    /// The error says so in words. Tells `client` when the host was probed last, so that it keeps the spacing.
    pub(crate) fn admit(&self, target: &Target, client: &Client, now: Instant) -> Result<(), String> {
        let host = registrable_host(&target.url);
        let host_state = self.host(&host);
        if let Some(until) = planner::shut_out_until(&host_state, now) {
            let why = format!(
                "{host} is left alone until {}: it refused us or failed lately",
                show::instant(until)
            );
            return Err(why);
        }
        let last = self.target(target, now).last_probe_at;
        if let Some(until) = last.map(|last| last + planner::LEAST_GAP).filter(|at| now < *at) {
            let again = show::instant(until);
            let why = format!("`{}` was asked a moment ago; ask it again from {again} on", target.id);
            return Err(why);
        }
        if let Some(last) = host_state.last_probe_at {
            client.remember(&host, last);
        }
        Ok(())
    }

    /// Probes `target` now, and keeps in mind that we were there and how the host took it; `None`: `stop` came before the
    /// end. Whether that could be kept is told beside, so that what was seen is not lost over it.
    pub(crate) async fn probe(
        &mut self,
        (platform, target, zone): (&dyn Platform, &Target, Option<Tz>),
        client: &Client,
        clock: &dyn Clock,
        stop: &CancellationToken,
    ) -> (Option<Probed>, anyhow::Result<()>) {
        let asked = match self.begin(target, zone, clock.now()) {
            Ok(asked) => asked,
            Err(error) => return (None, Err(error)),
        };
        let now = || clock.now();
        let probe = guichet_sampler::probe(client, platform, target, ROUND, &now);
        let probed = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            probed = probe => Some(probed),
        };
        let kept = match &probed {
            Some(probed) => self.keep(&asked, probed),
            None => self.leave(&asked, clock.now()),
        };
        (probed, kept)
    }

    /// Keeps in mind that `target` is asked now, even if nobody waits for the end. `zone` is the target's civil time;
    /// `None`: it is not of the catalogue, and only its host is kept in mind.
    fn begin<'a>(&mut self, target: &'a Target, zone: Option<Tz>, now: Instant) -> anyhow::Result<Asked<'a>> {
        let asked = Asked { target, zone, earlier: self.target(target, now).last_probe_at };
        self.leave(&asked, now)?;
        Ok(asked)
    }

    /// A probe was dropped before its end: host and page count as asked until now.
    fn leave(&mut self, asked: &Asked<'_>, now: Instant) -> anyhow::Result<()> {
        let host = registrable_host(&asked.target.url);
        let host_state = HostState { last_probe_at: Some(now), ..self.host(&host) };
        self.save(asked, &host, host_state, Some(now), now)
    }

    /// A probe ended. Nothing of the page is kept, only when we were there and how the host took it. A page counts as
    /// asked only where a request left.
    fn keep(&mut self, asked: &Asked<'_>, probed: &Probed) -> anyhow::Result<()> {
        let (host, now) = (registrable_host(&asked.target.url), probed.ended_at);
        let delay = probed.robots.as_ref().and_then(|robots| robots.crawl_delay);
        // A longer one is not waited for: the probe is withheld, and the host left alone.
        let delay = delay.filter(|delay| *delay <= LONGEST_CRAWL_WAIT);
        if let Some(delay) = delay.and_then(|delay| TimeDelta::from_std(delay).ok()) {
            let longest = self.delays.entry(host.clone()).or_default();
            *longest = delay.max(*longest);
        }
        let host_state = breaker::after(&self.host(&host), probed.last_said, probed.retry_after, now);
        let page_asked_at = if probed.facts.requests > 0 { Some(now) } else { asked.earlier };
        self.save(asked, &host, host_state, page_asked_at, now)
    }

    fn save(
        &mut self,
        asked: &Asked<'_>,
        host: &str,
        host_state: HostState,
        page_asked_at: Option<Instant>,
        now: Instant,
    ) -> anyhow::Result<()> {
        let id = &asked.target.id;
        let target_state = TargetState { last_probe_at: page_asked_at, ..self.target(asked.target, now) };
        // In memory first: a database that fails must not make us forget it within this process.
        self.hosts.insert(host.to_owned(), host_state);
        if asked.zone.is_some() {
            self.targets.insert(id.clone(), target_state.clone());
        }
        if let Some((_, store)) = &mut self.database {
            store.save_host_state(host, &host_state)?;
            if let Some(zone) = asked.zone {
                store.ensure_targets(&[(id.clone(), zone)])?;
                store.save_target_state(id, &target_state)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use guichet_fetch::{Identity, Limits, Reach, RobotsVerdict, clock::SystemClock};
    use guichet_model::{Cause, Outcome, ProbeFacts};
    use guichet_sampler::{HostSaid, LastPage};

    use super::*;

    const PARIS: Option<Tz> = Some(guichet_model::civil::PARIS);

    fn at(seconds: i64) -> Instant {
        "2026-03-02T08:00:00Z".parse::<Instant>().unwrap() + TimeDelta::seconds(seconds)
    }

    fn target(page: &str) -> Target {
        let id = format!("92-nanterre/autre/{page}").parse().unwrap();
        let url = format!("https://www.exemple.gouv.fr/booking/create/{page}").parse().unwrap();
        crate::replay::bare_target(&id, guichet_platforms::PLATFORMS[0], url, guichet_model::civil::PARIS)
    }

    fn client() -> Client {
        let identity =
            Identity { version: "0".to_owned(), page: None, contact: "you@example.org".to_owned() };
        Client::new(identity, Reach::LoopbackOnly, Limits::default(), Arc::new(SystemClock)).unwrap()
    }

    fn probed(outcome: Outcome, requests: u32, crawl_delay: Option<Duration>, ended_at: Instant) -> Probed {
        Probed {
            ended_at,
            outcome,
            desks: Vec::new(),
            facts: ProbeFacts {
                platform: "ez-booking".to_owned(),
                revision: 1,
                requests,
                http_status: None,
                duration_ms: 0,
                evidence_sha256: None,
                desks_seen: 0,
                service: None,
                exchanges: Vec::new(),
            },
            looks: Vec::new(),
            decisive: None,
            recognised: false,
            last_page: LastPage::Unread,
            retry_after: None,
            robots: Some(RobotsVerdict {
                origin: "https://www.exemple.gouv.fr".to_owned(),
                fetched_at: ended_at,
                status: Some(200),
                sha256: None,
                allowed: true,
                crawl_delay,
            }),
            last_said: HostSaid::Answer(outcome),
            why: String::new(),
        }
    }

    fn nothing_known() -> (tempfile::TempDir, Manners) {
        let folder = tempfile::tempdir().unwrap();
        let manners = Manners::open(&folder.path().join("guichet.db"), at(0)).unwrap();
        (folder, manners)
    }

    #[test]
    fn the_next_page_of_a_host_waits_a_minute_or_for_as_long_as_robots_ask() {
        for (delay, wait) in [(None, 60), (Some(5), 60), (Some(90), 90), (Some(120), 120), (Some(121), 60)] {
            let (_folder, mut manners) = nothing_known();
            let asked_for = target("1");
            assert_eq!(manners.free_at(&asked_for, at(0)), None);
            let asked = manners.begin(&asked_for, PARIS, at(0)).unwrap();
            let delay = delay.map(Duration::from_secs);
            manners.keep(&asked, &probed(Outcome::Full, 2, delay, at(10))).unwrap();
            assert_eq!(manners.free_at(&target("2"), at(11)), Some(at(10 + wait)), "{delay:?}");
            assert_eq!(manners.free_at(&target("2"), at(10 + wait)), None, "{delay:?}");
        }
    }

    #[test]
    fn a_page_for_which_no_request_left_was_not_asked() {
        let outcome = Outcome::Unknown(Cause::Withheld);
        for (requests, may_be_asked) in [(0, true), (1, false)] {
            let (_folder, mut manners) = nothing_known();
            let page = target("1");
            let asked = manners.begin(&page, PARIS, at(0)).unwrap();
            assert!(manners.admit(&page, &client(), at(1)).is_err(), "it is being asked");
            manners.keep(&asked, &probed(outcome, requests, None, at(1))).unwrap();
            assert_eq!(manners.admit(&page, &client(), at(2)).is_ok(), may_be_asked);
        }
    }

    #[test]
    fn a_later_process_knows_until_when_a_dropped_probe_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("guichet.db");
        let page = target("1");
        let mut manners = Manners::open(&db, at(0)).unwrap();
        manners.make_database(&db).unwrap();
        let asked = manners.begin(&page, PARIS, at(0)).unwrap();
        manners.leave(&asked, at(40)).unwrap();
        drop(manners);
        let manners = Manners::open(&db, at(41)).unwrap();
        assert_eq!(manners.free_at(&target("2"), at(41)), Some(at(100)));
        assert!(manners.admit(&page, &client(), at(41)).is_err());
        assert!(manners.admit(&target("2"), &client(), at(41)).is_ok());
    }
}

//! The loop: ask the planner, run probes, append observations. What never enters: who is due and when (planner), what
//! a page says (platforms), how it is fetched, how it is written down (recording).

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono_tz::Tz;
use guichet_fetch::{Client, clock::Clock, registrable_host};
use guichet_model::{Cause, Instant, Observation, Outcome, Service, Target};
use guichet_platforms::Platform;
use guichet_store::{HostState, Store, StoreError, TargetState};
use thiserror::Error;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    breaker,
    planner::{self, Action, Candidate, Due},
    probe::{Probed, probe},
    recording::{self, Kept, patiently},
    standing,
    turns::Turns,
};

/// How long probes under way may take to end after a stop.
const GRACE: Duration = Duration::from_secs(2);

/// Why sampling stopped by itself.
#[derive(Debug, Error)]
pub enum SamplerError {
    /// Observations can no longer be kept: going on would lose them.
    #[error("sampling stopped because an observation could not be stored")]
    Store(#[from] StoreError),
    /// A task of ours broke.
    #[error("sampling stopped because a task of ours broke")]
    Task(#[from] JoinError),
}

/// A target to sample, with what sampling needs to know beside it.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The target.
    pub target: Target,
    /// Civil time of its site.
    pub zone: Tz,
    /// Its platform's adapter.
    pub platform: &'static dyn Platform,
}

/// What one pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pass {
    /// Observations appended, by outcome: open, full, shut, unknown.
    pub outcomes: [u64; 4],
    /// How many of the unknown ones saw the platform's own CAPTCHA and thereby all that a probe can see there.
    pub walls: u64,
}

impl Pass {
    /// All observations.
    pub fn total(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    fn count(&mut self, observation: &Observation) {
        let outcome = &observation.outcome;
        let place = Outcome::WORDS.iter().position(|word| *word == outcome.as_str()).unwrap_or(3);
        self.outcomes[place] += 1;
        let service = observation.probe.as_ref().and_then(|facts| facts.service);
        self.walls += u64::from(!outcome.is_known() && service == Some(Service::Wall));
    }
}

/// The sampler with all it knows.
#[derive(Debug)]
pub struct Sampler {
    watched: Vec<Watched>,
    host_of: Vec<String>,
    states: Vec<TargetState>,
    hosts: HashMap<String, HostState>,
    busy: HashSet<String>,
    probes: JoinSet<(Due, Probed)>,
    client: Client,
    store: Arc<Mutex<Store>>,
    clock: Arc<dyn Clock>,
    seed: u64,
    concurrency: usize,
    turns: Turns,
    stop: CancellationToken,
    pass: Pass,
}

impl Sampler {
    /// Takes up where the store's state ends. `concurrency` bounds how many hosts are asked at once. Targets that their
    /// platform says must not be asked are left out: they are never planned.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn new(
        watched: Vec<Watched>,
        client: Client,
        store: Arc<Mutex<Store>>,
        clock: Arc<dyn Clock>,
        seed: u64,
        concurrency: usize,
    ) -> Result<Self, SamplerError> {
        let (watched, left_out): (Vec<_>, Vec<_>) =
            watched.into_iter().partition(|watched| watched.platform.not_asked(&watched.target).is_none());
        if !left_out.is_empty() {
            tracing::info!(targets = left_out.len(), "targets that must not be asked are left out");
        }
        let state = {
            let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
            let targets: Vec<_> =
                watched.iter().map(|watched| (watched.target.id.clone(), watched.zone)).collect();
            store.ensure_targets(&targets)?;
            store.sampling_state()?
        };
        let mut known: HashMap<_, _> = state.targets.into_iter().collect();
        let now = clock.now();
        let states = watched
            .iter()
            .map(|watched| {
                let known = known.remove(&watched.target.id).unwrap_or_default();
                standing::at_start(known, &watched.target, now)
            })
            .collect();
        let hosts: HashMap<String, HostState> =
            state.hosts.into_iter().map(|(host, known)| (host, breaker::at_start(known, now))).collect();
        for (host, state) in &hosts {
            if let Some(last) = state.last_probe_at {
                client.remember(host, last);
            }
        }
        let host_of = watched.iter().map(|watched| registrable_host(&watched.target.url)).collect();
        Ok(Self {
            watched,
            host_of,
            states,
            hosts,
            busy: HashSet::new(),
            probes: JoinSet::new(),
            client,
            store,
            clock,
            seed,
            concurrency: concurrency.max(1),
            turns: Turns::Always,
            stop: CancellationToken::new(),
            pass: Pass::default(),
        })
    }

    /// Samples until `stop`; then ends what is under way or drops it, so that nothing half is stored.
    ///
    /// # Errors
    /// When an observation cannot be stored.
    pub async fn run(self, stop: CancellationToken) -> Result<Pass, SamplerError> {
        self.sample(stop).await
    }

    /// Probes once what is due now, then ends. Links on probation whose host asked us to stay away are left for another
    /// pass.
    ///
    /// # Errors
    /// When an observation cannot be stored.
    pub async fn once(mut self, stop: CancellationToken) -> Result<Pass, SamplerError> {
        let now = self.clock.now();
        let (places, candidates) = self.candidates();
        let due = places
            .iter()
            .zip(&candidates)
            .filter(|(_, candidate)| planner::appointment(candidate, now, self.seed).at <= now)
            .map(|(place, _)| *place)
            .collect();
        self.turns = Turns::Once(due);
        self.sample(stop).await
    }

    async fn sample(mut self, stop: CancellationToken) -> Result<Pass, SamplerError> {
        self.stop = stop.clone();
        while !stop.is_cancelled() {
            self.begin_due().await?;
            if self.is_over() {
                break;
            }
            let wake = self.next_wake();
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = self.probes.join_next() => self.finish(ended?).await?,
                () = sleep_until(self.clock.as_ref(), wake) => {}
            }
        }
        self.wind_up().await?;
        Ok(self.pass)
    }

    /// The targets that may be begun: their places in the list of the watched, and where they stand.
    fn candidates(&self) -> (Vec<usize>, Vec<Candidate<'_>>) {
        let all = self.watched.iter().zip(&self.host_of).zip(&self.states).enumerate();
        all.filter(|(place, _)| self.turns.may_begin(*place))
            .map(|(place, ((watched, host), state))| {
                let cadence = watched.target.cadence;
                (place, Candidate { id: &watched.target.id, host, cadence, state })
            })
            .unzip()
    }

    fn next_wake(&self) -> Option<Instant> {
        if self.probes.len() >= self.concurrency {
            return None;
        }
        planner::next_wake(&self.candidates().1, &self.hosts, &self.busy, self.clock.now(), self.seed)
    }

    async fn begin_due(&mut self) -> Result<(), SamplerError> {
        let now = self.clock.now();
        let (places, candidates) = self.candidates();
        let dues: Vec<Due> = planner::due(&candidates, &self.hosts, &self.busy, now, self.seed)
            .into_iter()
            .map(|due| Due { index: places[due.index], ..due })
            .collect();
        for due in dues {
            match due.action {
                Action::Withhold => self.withhold(due, now).await?,
                Action::Probe if self.probes.len() < self.concurrency => self.begin(due, now).await?,
                Action::Probe => {}
            }
        }
        Ok(())
    }

    /// Whether a single pass has nothing left to do. A target whose moment has passed meanwhile, or whose host shuts us
    /// out, is left for another pass.
    fn is_over(&mut self) -> bool {
        if matches!(self.turns, Turns::Always) {
            return false;
        }
        let now = self.clock.now();
        let (places, candidates) = self.candidates();
        let still_due = |candidate: &Candidate<'_>| {
            let host = self.hosts.get(candidate.host);
            let shut_out = host.and_then(|host| planner::shut_out_until(host, now)).is_some();
            !shut_out && planner::appointment(candidate, now, self.seed).at <= now
        };
        let left = places.iter().zip(&candidates).filter(|(_, candidate)| still_due(candidate));
        let left = left.map(|(place, _)| *place).collect();
        self.turns.only(left) && self.probes.is_empty()
    }

    /// Writes down that a host is being asked, so that even a kill does not make us forget it, and asks.
    async fn begin(&mut self, due: Due, now: Instant) -> Result<(), SamplerError> {
        self.turns.begun(due.index);
        let host = self.host_of[due.index].clone();
        self.busy.insert(host.clone());
        let watched = self.watched[due.index].clone();
        let state = standing::when_begun(&self.states[due.index], due.appointment, now);
        let round = state.rounds;
        self.states[due.index] = state.clone();
        let host_state = self.hosts.entry(host.clone()).or_default();
        host_state.last_probe_at = Some(now);
        let (store, target, host_state) = (Arc::clone(&self.store), watched.target.id.clone(), *host_state);
        let stop = self.stop.clone();
        tokio::task::spawn_blocking(move || {
            patiently(&store, &stop, |store| {
                store.save_target_state(&target, &state)?;
                store.save_host_state(&host, &host_state)
            })
        })
        .await??;
        let (client, clock) = (self.client.clone(), Arc::clone(&self.clock));
        self.probes.spawn(async move {
            let now = move || clock.now();
            (due, probe(&client, watched.platform, &watched.target, round, &now).await)
        });
        Ok(())
    }

    async fn withhold(&mut self, due: Due, now: Instant) -> Result<(), SamplerError> {
        self.turns.begun(due.index);
        let watched = &self.watched[due.index];
        let outcome = Outcome::Unknown(Cause::Withheld);
        let observation = recording::observation(&watched.target, due.appointment, now, outcome);
        let state =
            TargetState { last_planned_at: due.appointment.planned, ..self.states[due.index].clone() };
        self.record(due.index, Kept::plain(observation, state)).await
    }

    async fn finish(&mut self, (due, probed): (Due, Probed)) -> Result<(), SamplerError> {
        let (watched, host) = (&self.watched[due.index], self.host_of[due.index].clone());
        self.busy.remove(&host);
        let before = self.hosts.get(&host).copied().unwrap_or_default();
        let host_state = breaker::after(&before, probed.last_said, probed.retry_after, probed.ended_at);
        if let Some(until) = host_state.not_before.filter(|until| *until > probed.ended_at) {
            let cause = probed.last_said.cause().map(Cause::as_str);
            tracing::info!(host, cause, %until, "staying away from a host");
        }
        let state = standing::after(&self.states[due.index], due.appointment, &probed, &watched.target);
        self.hosts.insert(host.clone(), host_state);
        let mut kept = Kept::of(&watched.target, due.appointment, probed, state);
        kept.host = Some((host, host_state));
        self.record(due.index, kept).await
    }

    /// Appends in the background, so that no other probe waits for the disk.
    async fn record(&mut self, index: usize, kept: Kept) -> Result<(), SamplerError> {
        self.pass.count(&kept.observation);
        let before = mem::replace(&mut self.states[index], kept.state.clone());
        let (store, stop, timezone) = (Arc::clone(&self.store), self.stop.clone(), self.watched[index].zone);
        let stored = tokio::task::spawn_blocking(move || {
            let id = patiently(&store, &stop, |store| store.record(&kept.record(timezone)))?;
            Ok::<_, StoreError>((id, kept))
        });
        let (id, kept) = stored.await??;
        recording::log(id, &kept, before.drift.as_ref());
        Ok(())
    }

    /// Gives probes under way a moment to end, then drops them: what is dropped was never stored.
    async fn wind_up(&mut self) -> Result<(), SamplerError> {
        let deadline = tokio::time::sleep(GRACE);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                ended = self.probes.join_next() => match ended {
                    Some(ended) => self.finish(ended?).await?,
                    None => return Ok(()),
                },
                () = &mut deadline => break,
            }
        }
        tracing::info!(
            dropped = self.probes.len(),
            "probes under way were dropped; nothing of them is stored"
        );
        self.probes.shutdown().await;
        Ok(())
    }
}

async fn sleep_until(clock: &dyn Clock, wake: Option<Instant>) {
    match wake {
        Some(wake) => clock.sleep_until(wake).await,
        None => std::future::pending().await,
    }
}

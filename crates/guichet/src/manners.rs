//! What is kept in mind between probes by hand: they must not press a host or a page either. What never enters: what
//! pages say.

use std::{collections::HashMap, fs::File};

use chrono_tz::Tz;
use guichet_fetch::{Client, registrable_host};
use guichet_model::{Instant, Target, TargetId};
use guichet_sampler::{Probed, breaker, planner, standing};
use guichet_store::{HostState, Store, TargetState};

use crate::{config::Settings, opening, show};

/// Hosts and targets with their states; from the database and back into it, where there is one.
#[derive(Debug)]
pub(crate) struct Manners {
    database: Option<(File, Store)>,
    hosts: HashMap<String, HostState>,
    targets: HashMap<TargetId, TargetState>,
}

impl Manners {
    /// Refuses while a sampler works on the database.
    pub(crate) fn open(settings: &Settings) -> anyhow::Result<Self> {
        let mut manners = Self { database: None, hosts: HashMap::new(), targets: HashMap::new() };
        if settings.db.exists() {
            let only_sampler = opening::sampling_lock(&settings.db)?;
            let store = opening::store(&settings.db)?;
            let known = store.sampling_state()?;
            manners.hosts = known.hosts.into_iter().collect();
            manners.targets = known.targets.into_iter().collect();
            manners.database = Some((only_sampler, store));
        }
        Ok(manners)
    }

    /// Whether a target's page has been recognised in a probe so far.
    pub(crate) fn is_alive(&self, target: &Target, now: Instant) -> bool {
        self.target(target, now).alive_since.is_some()
    }

    fn host(&self, host: &str, now: Instant) -> HostState {
        breaker::at_start(self.hosts.get(host).copied().unwrap_or_default(), now)
    }

    fn target(&self, target: &Target, now: Instant) -> TargetState {
        standing::at_start(self.targets.get(&target.id).cloned().unwrap_or_default(), target, now)
    }

    /// When a host that was probed lately may be probed again; `None`: now.
    pub(crate) fn free_at(&self, host: &str, now: Instant) -> Option<Instant> {
        let last = self.host(host, now).last_probe_at?;
        Some(last + planner::HOST_SPACING).filter(|at| now < *at)
    }

    /// Whether `target` may be asked now: not while its host's breaker is open, nor when its page was asked just now.
    /// The error says so in words. Tells `client` when the host was probed last, so that it keeps the spacing.
    pub(crate) fn admit(&self, target: &Target, client: &Client, now: Instant) -> Result<(), String> {
        let host = registrable_host(&target.url);
        let host_state = self.host(&host, now);
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

    /// Keeps in mind that `target` is asked now, even if nobody waits for the end. `zone` as in [`Manners::keep`].
    pub(crate) fn begin(&mut self, target: &Target, zone: Option<Tz>, now: Instant) -> anyhow::Result<()> {
        let host_state =
            HostState { last_probe_at: Some(now), ..self.host(&registrable_host(&target.url), now) };
        let target_state = TargetState { last_probe_at: Some(now), ..self.target(target, now) };
        self.save(target, zone, host_state, target_state)
    }

    /// Nothing of the page is kept, only when we were there and how the host took it. `zone` is the target's civil
    /// time; `None`: it is not of the catalogue, and only its host is kept in mind.
    pub(crate) fn keep(&mut self, target: &Target, zone: Option<Tz>, probed: &Probed) -> anyhow::Result<()> {
        let host = registrable_host(&target.url);
        let before = self.host(&host, probed.ended_at);
        let host_state = breaker::after(&before, probed.last_said, probed.retry_after, probed.ended_at);
        let before = self.target(target, probed.ended_at);
        let target_state = TargetState { last_probe_at: Some(probed.ended_at), ..before };
        self.save(target, zone, host_state, target_state)
    }

    fn save(
        &mut self,
        target: &Target,
        zone: Option<Tz>,
        host_state: HostState,
        target_state: TargetState,
    ) -> anyhow::Result<()> {
        let host = registrable_host(&target.url);
        if let Some((_, store)) = &mut self.database {
            store.save_host_state(&host, &host_state)?;
            if let Some(zone) = zone {
                store.ensure_targets(&[(target.id.clone(), zone)])?;
                store.save_target_state(&target.id, &target_state)?;
            }
        }
        self.hosts.insert(host, host_state);
        if zone.is_some() {
            self.targets.insert(target.id.clone(), target_state);
        }
        Ok(())
    }
}

//! `guichet probe`: one probe now, printed and not stored.

use std::{
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow, bail};
use chrono_tz::Tz;
use guichet_fetch::{Client, registrable_host};
use guichet_model::{Instant, Target, TargetId};
use guichet_sampler::{Probed, breaker, planner, standing};
use guichet_store::{HostState, Store, TargetState};

use super::print;
use crate::{cli::Common, config::Settings, exit::Exit, opening, show};

pub(super) struct Options {
    pub(super) json: bool,
    pub(super) explain: bool,
    pub(super) save: Option<PathBuf>,
}

pub(super) async fn run(
    settings: &Settings,
    common: &Common,
    id: &TargetId,
    options: &Options,
) -> anyhow::Result<Exit> {
    let catalog = opening::catalog(settings, common)?;
    let (_, target) = catalog
        .target(id)
        .ok_or_else(|| anyhow!("`{id}` is not in the catalogue; `guichet sites` lists what is"))?;
    let platform = guichet_platforms::platform(&target.platform).ok_or_else(|| {
        anyhow!("`{id}` names the platform `{}`, which this version does not read", target.platform)
    })?;
    let clock = opening::clock(common.accelerate);
    let client = opening::client(settings, opening::reach(common), Arc::clone(&clock))?;
    let manners = Manners::of(settings, target, opening::zone(&catalog, id), &client, clock.now())?;
    let now = move || clock.now();
    let probed = guichet_sampler::probe(&client, platform, target, 0, &now).await;
    if let Some(manners) = manners {
        manners.keep(&probed)?;
    }
    if let Some(folder) = &options.save {
        save(folder, &probed)?;
    }
    let text = match (options.json, options.explain) {
        (true, _) => show::json_text(&show::probe(id.as_str(), &probed))?,
        (false, explain) => told(id, &probed, explain)?,
    };
    print(&text)?;
    Ok(if probed.outcome.is_known() { Exit::Fine } else { Exit::ProblemsFound })
}

/// What is kept between probes, where there is a database: by hand one must not press a host or a page either.
struct Manners {
    _only_sampler: File,
    store: Store,
    host: String,
    host_state: HostState,
    target: TargetId,
    target_state: TargetState,
}

impl Manners {
    /// Refuses while a sampler works on the database, while the host's breaker is open, and when the page was asked just
    /// now.
    fn of(
        settings: &Settings,
        target: &Target,
        zone: Tz,
        client: &Client,
        now: Instant,
    ) -> anyhow::Result<Option<Self>> {
        if !settings.db.exists() {
            return Ok(None);
        }
        let only_sampler = super::run::sampling_lock(&settings.db)?;
        let mut store = opening::store(&settings.db)?;
        store.ensure_targets(&[(target.id.clone(), zone)])?;
        let known = store.sampling_state()?;
        let host = registrable_host(&target.url);
        let host_state = known.hosts.into_iter().find(|(name, _)| *name == host).map(|(_, state)| state);
        let host_state = breaker::at_start(host_state.unwrap_or_default(), now);
        let target_state = known.targets.into_iter().find(|(id, _)| *id == target.id).map(|(_, state)| state);
        let target_state = standing::at_start(target_state.unwrap_or_default(), target, now);
        if let Some(until) = planner::shut_out_until(&host_state, now) {
            bail!("{host} is left alone until {}: it refused us or failed lately", show::instant(until));
        }
        if let Some(again) =
            target_state.last_probe_at.map(|last| last + planner::LEAST_GAP).filter(|at| now < *at)
        {
            bail!("`{}` was asked a moment ago; ask it again from {} on", target.id, show::instant(again));
        }
        if let Some(last) = host_state.last_probe_at {
            client.remember(&host, last);
        }
        Ok(Some(Self {
            _only_sampler: only_sampler,
            store,
            host,
            host_state,
            target: target.id.clone(),
            target_state,
        }))
    }

    /// Nothing of the page is stored, only when we were there and how the host took it.
    fn keep(mut self, probed: &Probed) -> anyhow::Result<()> {
        let said = probed.last_said.as_ref();
        let host_state = breaker::after(&self.host_state, said, probed.retry_after, probed.ended_at);
        let target_state = TargetState { last_probe_at: Some(probed.ended_at), ..self.target_state };
        self.store.save_host_state(&self.host, &host_state)?;
        Ok(self.store.save_target_state(&self.target, &target_state)?)
    }
}

fn save(folder: &Path, probed: &Probed) -> anyhow::Result<()> {
    let (Some(page), Some(hash)) = (probed.page(), probed.facts.evidence_sha256) else {
        return Ok(());
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{hash}.html"));
    fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
}

fn told(id: &TargetId, probed: &Probed, explain: bool) -> anyhow::Result<String> {
    let mut text = String::new();
    if explain {
        for (number, exchange) in probed.facts.exchanges.iter().enumerate() {
            writeln!(text, "{}. {} {}", number + 1, exchange.method, exchange.url)?;
            if exchange.final_url != exchange.url {
                writeln!(text, "   led to {}", exchange.final_url)?;
            }
            writeln!(
                text,
                "   status {}, {} bytes, {} ms",
                exchange.status, exchange.bytes, exchange.duration_ms
            )?;
        }
        if let Some(robots) = &probed.robots {
            writeln!(
                text,
                "robots.txt of {}: {}",
                robots.origin,
                if robots.allowed { "allows the page" } else { "forbids the page" }
            )?;
        }
        writeln!(text, "why: {}", probed.why)?;
    }
    write!(text, "{id}: {}", probed.outcome.as_str())?;
    if let Some(cause) = probed.outcome.cause() {
        write!(text, " ({cause})")?;
    }
    if let Some(offer) = probed.outcome.offer() {
        match offer.slots.parts() {
            ("at_least", Some(n)) => write!(text, ", at least {n} slots")?,
            (_, Some(n)) => write!(text, ", {n} slots")?,
            _ => {}
        }
        if let Some(earliest) = offer.earliest {
            write!(text, ", the earliest at {}", show::instant(earliest))?;
        }
    }
    writeln!(text, "; {} requests in {} ms", probed.facts.requests, probed.facts.duration_ms)?;
    Ok(text)
}

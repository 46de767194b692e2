//! `guichet demo`: invented prefectures on this machine, sampled over real HTTP on a fast clock, shown under a
//! simulation banner. Needs no network.

use std::{
    fs::{self, File},
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use guichet_catalog::{Catalog, Entry};
use guichet_fakesite::{DEMO, FakeSites, FormEntry, Script, SimulatedClock};
use guichet_fetch::{
    Client, Identity, Limits, Reach,
    clock::{AcceleratedClock, Clock, SystemClock},
};
use guichet_model::{Site, SiteId, SiteKind, Target, TargetStatus};
use guichet_sampler::Sampler;

use super::{demo_truth, print, run as service};
use crate::{cli::Common, config::Settings, exit::Exit, opening, signals};

pub(super) struct Options {
    pub(super) speed: f64,
    pub(super) minutes: Option<f64>,
    pub(super) script: Option<PathBuf>,
    pub(super) requests: Option<PathBuf>,
}

/// Time between two planned probes of an invented target.
const CADENCE: Duration = Duration::from_mins(20);

pub(super) async fn run(settings: &Settings, common: &Common, options: &Options) -> anyhow::Result<Exit> {
    if !(1.0..=100_000.0).contains(&options.speed) {
        bail!("--speed is {}; write a number from 1 to 100000", options.speed);
    }
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut settings = settings.clone();
    if !settings.db_named {
        settings.db = temporary.path().join("demo.db");
    }
    let script = script(options)?;
    let store = opening::store(&settings.db)?;

    // A kept database goes on where it ended: simulated time never runs back.
    let sim_start = [script.start(), store.newest_observation_at()?].into_iter().flatten().max();
    let real_start = SystemClock.now();
    let sim_start = sim_start.unwrap_or(real_start);
    let speed = options.speed;
    let clock: Arc<dyn Clock> = Arc::new(AcceleratedClock { real_start, sim_start, speed });
    let fake_clock = SimulatedClock::new(real_start, sim_start, speed, || SystemClock.now());
    let log: Option<Box<dyn Write + Send>> = match &options.requests {
        Some(path) => {
            Some(Box::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?))
        }
        None => None,
    };
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let forms = script.forms();
    let sites = FakeSites::start_with_log(script, fake_clock, anywhere, log).await?;

    let mut catalog = opening::catalog(&settings, common)?;
    catalog.entries = entries(&forms, &sites, &catalog)?;
    let catalog = Arc::new(catalog);
    let listener = service::listen(settings.listen).await?;
    let address = listener.local_addr()?;
    let stop = signals::stop_token()?;
    let pages = service::serve(&settings, &catalog, &clock, listener, true, stop.clone())?;
    print(&format!(
        "SIMULATION: {} invented targets, one real second is {speed:.0} simulated seconds\nhttp://{address}/\n",
        forms.len()
    ))?;

    let watched = opening::watched(&catalog);
    let sampler = Sampler::new(
        watched,
        client(&clock)?,
        Arc::new(Mutex::new(store)),
        Arc::clone(&clock),
        settings.seed,
        settings.concurrency,
    )?;
    if let Some(minutes) = options.minutes {
        let end = Duration::try_from_secs_f64(minutes * 60.0)
            .map_err(|_negative| anyhow!("--minutes is {minutes}"))?;
        let stop = stop.clone();
        tokio::spawn(async move {
            tokio::time::sleep(end).await;
            stop.cancel();
        });
    }
    let sampled = sampler.run(stop.clone()).await;
    stop.cancel();
    sampled?;
    pages.await.context("a task of the pages broke")?.context("the pages stopped")?;

    let reader = opening::reader(&settings.db)?;
    let (report, exit) = demo_truth::compare(&reader, &catalog, &sites, &forms)?;
    print(&report)?;
    sites.stop().await;
    Ok(exit)
}

fn script(options: &Options) -> anyhow::Result<Script> {
    match &options.script {
        None => Ok(Script::parse(DEMO, "the demonstration's script")?),
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(Script::parse(&text, &path.display().to_string())?)
        }
    }
}

/// A client that can reach nothing but this machine.
fn client(clock: &Arc<dyn Clock>) -> anyhow::Result<Client> {
    let identity = Identity {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        page: None,
        contact: "demo@example.org".to_owned(),
    };
    Ok(Client::new(identity, Reach::LoopbackOnly, Limits::default(), Arc::clone(clock))?)
}

/// Site files for the invented sites, as the catalogue would have read them.
fn entries(forms: &[FormEntry], sites: &FakeSites, catalog: &Catalog) -> anyhow::Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    for form in forms {
        let (Some(id), Some(site)) = (&form.target, &form.site) else {
            continue;
        };
        let url =
            sites.host_url(&form.host).join(&form.path()).context("a form of the script has no address")?;
        let target = Target {
            id: id.clone(),
            label: Some(form.title.clone()),
            platform: form.platform.to_owned(),
            url,
            status: TargetStatus::Active,
            cadence: CADENCE,
            timezone: catalog.zone(site.department()),
            seen: None,
            source: None,
            conflict: None,
            params: form.params.clone(),
        };
        match entries.iter_mut().find(|entry| entry.site.id == *site) {
            Some(entry) => entry.targets.push(target),
            None => entries.push(Entry {
                site: invented(form, site),
                targets: vec![target],
                file: PathBuf::new(),
            }),
        }
    }
    if entries.is_empty() {
        bail!("the script names no target; give its hosts a `site` and its forms a `procedure`");
    }
    entries.sort_by(|a, b| a.site.id.cmp(&b.site.id));
    Ok(entries)
}

fn invented(form: &FormEntry, id: &SiteId) -> Site {
    Site {
        id: id.clone(),
        name: form.site_name.clone().unwrap_or_else(|| id.to_string()),
        kind: SiteKind::Prefecture,
        department: id.department().clone(),
        commune: None,
        position: form.position,
        position_source: None,
        competence: None,
        source: "invented for the demonstration".to_owned(),
        checked: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demonstration_has_targets_in_several_departments() {
        let script = Script::parse(DEMO, "demo").unwrap();
        let departments: std::collections::BTreeSet<_> =
            script.forms().into_iter().filter_map(|form| form.department).collect();
        assert!(departments.len() >= 5, "{departments:?}");
    }
}

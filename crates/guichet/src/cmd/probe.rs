//! `guichet probe`: one probe now, printed and not stored.

use std::{fmt::Write as _, fs, path::PathBuf, sync::Arc};

use anyhow::{Context as _, anyhow};
use guichet_model::TargetId;
use guichet_sampler::Probed;

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
    let now = move || clock.now();
    let probed = guichet_sampler::probe(&client, platform, target, 0, &now).await;
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

fn save(folder: &std::path::Path, probed: &Probed) -> anyhow::Result<()> {
    let (Some(page), Some(hash)) = (&probed.page, probed.facts.evidence_sha256) else {
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

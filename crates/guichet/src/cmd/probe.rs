//! `guichet probe`: one probe now, printed and not stored; or a page that a person saved, read as a probe would.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{anyhow, bail};
use guichet_model::{Cause, Outcome, Target, TargetId, TargetStatus};
use guichet_platforms::{Ask, Markers, Page, Platform, Reading, Trail};
use guichet_sampler::{Came, judge};
use serde_json::Value;
use url::Url;

use super::{print, talk};
use crate::{
    account::{Account, Origin, PageSeen},
    browser,
    cli::Common,
    config::Settings,
    exit::Exit,
    kept,
    manners::{Manners, ROUND},
    opening, show, signals,
};

pub(super) struct Options {
    pub(super) json: bool,
    pub(super) explain: bool,
    pub(super) save: Option<PathBuf>,
    pub(super) page: Option<PathBuf>,
    pub(super) page_url: Option<Url>,
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
    let platform = opening::platform(target)?;
    if let Some(file) = &options.page {
        return read_saved(platform, target, file, options);
    }
    if let Some(reason) = opening::not_asked(target) {
        bail!("`{id}` is not asked: {reason}");
    }
    if target.status != TargetStatus::Active {
        bail!("`{id}` is not asked: its status is {}; only active targets are", target.status);
    }
    let clock = opening::clock(common.accelerate);
    let client = opening::client(settings, opening::reach(common), Arc::clone(&clock))?;
    let mut manners = Manners::open(&settings.db, clock.now())?;
    if let Err(why) = manners.admit(target, &client, clock.now()) {
        bail!("{why}");
    }
    if let Some(dir) = &options.save {
        kept::make_room(dir)?;
    }
    let stop = signals::stop_token()?;
    if let Some(at) = manners.free_at(target, clock.now()) {
        writeln!(talk(), "waiting until {}: its host was asked a moment ago", at.format("%H:%M:%S UTC"))?;
    }
    if !manners.wait(target, clock.as_ref(), &stop).await {
        writeln!(talk(), "stopped: `{id}` was not asked")?;
        return Ok(Exit::Partial);
    }
    let what = (platform, target, Some(target.timezone));
    let (probed, remembered) = manners.probe(what, &client, clock.as_ref(), &stop).await;
    let Some(probed) = probed else {
        remembered?;
        writeln!(talk(), "stopped: the probe of `{id}` was broken off")?;
        return Ok(Exit::Partial);
    };
    // What was seen is told before anything that went wrong with keeping it.
    let saved = options.save.as_ref().map(|dir| kept::save(dir, target, ROUND, &probed)).transpose();
    tell(&Account::of_probe(id, &probed), options, saved.as_ref().ok().and_then(Option::as_deref))?;
    remembered?;
    saved?;
    Ok(if probed.outcome.is_known() { Exit::Fine } else { Exit::ProblemsFound })
}

/// Prints what a probe saw, and in which folder it was saved.
fn tell(account: &Account<'_>, options: &Options, saved: Option<&Path>) -> anyhow::Result<()> {
    if options.json {
        let mut value = account.json(options.explain);
        if let (Some(object), Some(folder)) = (value.as_object_mut(), saved) {
            object.insert("saved".to_owned(), Value::from(folder.display().to_string()));
        }
        return print(&show::json_text(&value)?);
    }
    print(&account.words(options.explain)?)?;
    if let Some(folder) = saved {
        writeln!(talk(), "saved in {}", folder.display())?;
    }
    Ok(())
}

/// Reads a page from a file: no request, no database. When it was seen is not known, so an offer's age is not judged.
fn read_saved(
    platform: &dyn Platform,
    target: &Target,
    file: &Path,
    options: &Options,
) -> anyhow::Result<Exit> {
    let saved = browser::read(file, options.page_url.as_ref(), platform, target)?;
    let asked = [Ask::Get(saved.url.clone())];
    let trail = Trail { round: ROUND, asked: &asked, noted: &[], listed: &[] };
    // A browser saves what it shows; which status came with it, it does not tell.
    let page = Page { url: &saved.url, status: 200, body: &saved.body };
    let mut markers = Markers::default();
    let judged = judge(platform, target, &page, &trail, None, &mut markers);
    let (reading, next) = match &judged.came {
        Came::Read(reading) | Came::BrokenOff { reading, .. } => (reading.clone(), None),
        Came::On { next, .. } => (Reading::plain(Outcome::Unknown(Cause::Unrecognised)), Some(next)),
    };
    let name = file.display().to_string();
    let seen = PageSeen {
        ask: &asked[0],
        final_url: &saved.url,
        answer: None,
        bytes: saved.bytes,
        markers: markers.all(),
        decision: &judged.decision,
    };
    let account = Account {
        target: &target.id,
        observed_at: None,
        outcome: reading.outcome,
        desks: &reading.desks,
        desks_seen: reading.desks_seen,
        service: reading.service,
        publications: [reading.next_publication, reading.last_publication],
        requests: 0,
        http_status: None,
        duration_ms: None,
        platform: (platform.name(), platform.revision()),
        evidence: None,
        pages: vec![seen],
        decisive: next.is_none().then_some(0),
        robots: None,
        origin: Origin::Saved { file: &name, next },
        why: &judged.decision,
    };
    let text = if options.json {
        show::json_text(&account.json(options.explain))?
    } else {
        account.words(options.explain)?
    };
    print(&text)?;
    if saved.guessed && next.is_none() && reading.outcome == Outcome::Unknown(Cause::Unrecognised) {
        writeln!(
            talk(),
            "the file does not tell where it was saved from; if it is not the page at {}, say with --page-url which one it is",
            saved.url
        )?;
    }
    Ok(if reading.outcome.is_known() { Exit::Fine } else { Exit::ProblemsFound })
}

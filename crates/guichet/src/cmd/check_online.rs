//! `guichet check --online`: visits pages once, shows them beside what the catalogue says, proposes corrections.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{self, BufRead as _, IsTerminal as _, Write as _, stderr, stdin},
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use guichet_catalog::{
    Catalog, Entry,
    edit::{Change, edited, patch},
};
use guichet_model::{SiteId, civil};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::print;
use crate::{
    cli::Common,
    config::Settings,
    exit::Exit,
    manners::Manners,
    online::{Round, Visited, choose, site, visit_all},
    opening, signals,
};

pub(super) struct Options {
    /// What to visit; empty: all that wants a visit.
    pub(super) names: Vec<String>,
    pub(super) apply: bool,
    /// Confirm every site that was seen whole.
    pub(super) yes: bool,
    pub(super) confirm: Vec<SiteId>,
}

pub(super) async fn run(
    settings: &Settings,
    common: &Common,
    catalog: &Catalog,
    options: &Options,
) -> anyhow::Result<Exit> {
    for id in &options.confirm {
        site(catalog, id)?;
    }
    let clock = opening::clock(common.accelerate);
    let client = opening::client(settings, opening::reach(common), Arc::clone(&clock))?;
    let mut manners = Manners::open(settings)?;
    let visits = choose(catalog, &options.names, &manners, clock.now())?;
    if visits.is_empty() {
        print("nothing wants a visit: every active target was recognised once and its site is checked\n")?;
        return Ok(Exit::Fine);
    }
    let stop = signals::stop_token()?;
    let progress = bar(visits.len())?;
    let round = visit_all(catalog, visits, &client, clock.as_ref(), &mut manners, &progress, &stop).await?;
    progress.finish_and_clear();
    print(&report(catalog, &round)?)?;

    let mut changes: BTreeMap<&SiteId, Vec<Change>> = BTreeMap::new();
    for visited in &round.visited {
        if let (Some(entry), Ok(finding)) = (visited.visit.entry, &visited.finding) {
            changes.entry(&entry.site.id).or_default().extend(finding.changes.iter().cloned());
        }
    }
    let confirmed = confirm(&round, options, &stop).await?;
    for id in &confirmed {
        let now = civil::local(clock.now(), catalog.zone(id.department()));
        changes.entry(*id).or_default().push(Change::Checked(now.date_naive()));
    }
    let refused = correct(catalog, &changes, options.apply)?;
    let mut talk = stderr().lock();
    for id in options.confirm.iter().filter(|id| !confirmed.contains(id)) {
        writeln!(talk, "{id} is not stamped: not all of its pages asked for were seen")?;
    }
    if round.left > 0 {
        writeln!(talk, "stopped: {} pages were not visited", round.left)?;
    }
    let skipped = round.visited.iter().any(|visited| visited.finding.is_err());
    // What a correction answers is a problem only until it is written.
    let found = round.visited.iter().filter_map(|visited| visited.finding.as_ref().ok());
    let problems = found
        .filter(|finding| match finding.changes.as_slice() {
            [] => !finding.recognised,
            [_, ..] => !options.apply,
        })
        .count();
    Ok(if round.left > 0 || skipped || refused {
        Exit::Partial
    } else if problems > 0 {
        Exit::ProblemsFound
    } else {
        Exit::Fine
    })
}

fn bar(visits: usize) -> anyhow::Result<ProgressBar> {
    let style =
        ProgressStyle::with_template("{bar:24} {pos}/{len} {wide_msg}").context("cannot draw progress")?;
    let bar = ProgressBar::new(visits as u64).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(500));
    Ok(bar)
}

/// Every page with what the catalogue says of it, site by site.
fn report(catalog: &Catalog, round: &Round<'_>) -> anyhow::Result<String> {
    let mut text = String::new();
    let mut last: Option<&SiteId> = None;
    let mut unplaced = false;
    for Visited { visit, finding } in &round.visited {
        let target = &visit.target;
        let procedure = catalog.procedure(target.id.procedure()).filter(|_| visit.entry.is_some());
        if let Some(entry) = visit.entry {
            if last != Some(&entry.site.id) {
                let checked = entry
                    .site
                    .checked
                    .map_or_else(|| "never checked".to_owned(), |day| format!("checked on {day}"));
                writeln!(text, "{}: {} ({checked})", entry.site.id, entry.site.name)?;
                last = Some(&entry.site.id);
            }
            writeln!(text, "  {} {}", target.id, target.url)?;
        } else {
            if !unplaced {
                writeln!(text, "pages of which no source says where they belong:")?;
                unplaced = true;
            }
            writeln!(text, "  {}", target.url)?;
        }
        match finding {
            Ok(finding) => finding.tell(&mut text, target, procedure)?,
            Err(why) => writeln!(text, "     not visited:  {why}")?,
        }
    }
    Ok(text)
}

/// The sites that the operator says are right; only those whose every page of this round was seen.
async fn confirm<'a>(
    round: &Round<'a>,
    options: &Options,
    stop: &CancellationToken,
) -> anyhow::Result<Vec<&'a SiteId>> {
    let mut sites: Vec<(&'a Entry, bool)> = Vec::new();
    for visited in &round.visited {
        let Some(entry) = visited.visit.entry else { continue };
        let seen = visited.finding.as_ref().is_ok_and(|finding| finding.seen);
        match sites.iter_mut().find(|(known, _)| known.site.id == entry.site.id) {
            Some((_, all_seen)) => *all_seen &= seen,
            None => sites.push((entry, seen)),
        }
    }
    let asks = !options.yes && options.confirm.is_empty() && stdin().is_terminal() && stderr().is_terminal();
    let mut answers = if asks { Some(typed_lines()) } else { None };
    let mut confirmed = Vec::new();
    for (entry, _) in sites.into_iter().filter(|(_, all_seen)| *all_seen && round.left == 0) {
        let id = &entry.site.id;
        let yes = match &mut answers {
            _ if options.yes || options.confirm.contains(id) => true,
            None => false,
            Some(_) if stop.is_cancelled() => false,
            Some(lines) => {
                write!(
                    stderr(),
                    "{id}: is this right, with the proposals? Stamp it as checked today? [y/N] "
                )?;
                let line = tokio::select! {
                    () = stop.cancelled() => None,
                    line = lines.recv() => line,
                };
                line.is_some_and(|line| matches!(line.trim(), "y" | "Y" | "yes"))
            }
        };
        if yes {
            confirmed.push(id);
        }
    }
    Ok(confirmed)
}

/// What is typed, line by line. On a thread of its own, which nobody waits for: a stop must not wait for a key.
fn typed_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// Prints the changes as one patch and, with `apply`, makes them. Tells whether some could not be made.
fn correct(catalog: &Catalog, changes: &BTreeMap<&SiteId, Vec<Change>>, apply: bool) -> anyhow::Result<bool> {
    let (mut refused, mut whole, mut from_root) = (false, String::new(), false);
    for (id, changes) in changes {
        let file = &site(catalog, id)?.file;
        let before = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut after = before.clone();
        for change in changes {
            match edited(&after, std::slice::from_ref(change)) {
                Ok(text) => after = text,
                Err(error) => {
                    refused = true;
                    writeln!(stderr(), "{}: a proposal cannot be written: {error}", file.display())?;
                }
            }
        }
        if after == before {
            continue;
        }
        let name = named_in_patch(file)?;
        from_root |= name.is_absolute();
        whole += &patch(&name, &before, &after);
        if apply {
            replace(file, &after).with_context(|| format!("cannot write {}", file.display()))?;
        }
    }
    print(&whole)?;
    if !whole.is_empty() {
        let tool = if from_root { "patch -d / -p1" } else { "patch -p0" };
        let what = if apply {
            "the changes were written".to_owned()
        } else {
            format!("nothing was written: add --apply, or give the lines from the first `---` on to `{tool}`")
        };
        writeln!(stderr(), "{what}")?;
    }
    Ok(refused)
}

/// The name of a file in a patch: from the folder that we are in if it is below it, else from the root. Tools that apply
/// patches refuse names that lead up.
fn named_in_patch(file: &Path) -> anyhow::Result<PathBuf> {
    let leads_down = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if file.components().all(leads_down) {
        return Ok(file.to_owned());
    }
    let whole = || fs::canonicalize(file).and_then(|whole| Ok((whole, fs::canonicalize(".")?)));
    let (whole, here) = whole().with_context(|| format!("cannot name {} in a patch", file.display()))?;
    Ok(whole.strip_prefix(&here).map_or_else(|_outside| whole.clone(), Path::to_owned))
}

/// Puts `text` in the place of a file, at once and with the same permissions.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.as_file().set_permissions(fs::metadata(file)?.permissions())?;
    new.persist(file)?;
    Ok(())
}

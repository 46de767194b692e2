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
    Catalog,
    edit::{Change, edited, patch},
};
use guichet_model::{Instant, SiteId, civil};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{print, talk};
use crate::{
    cli::Common,
    config::Settings,
    exit::Exit,
    manners::Manners,
    online::{Round, SiteSeen, Visited, choose, site, sites_seen, visit_all, why_not_stamped},
    opening, show, signals,
};

pub(super) struct Options {
    /// What to visit; empty: all that wants a visit.
    pub(super) names: Vec<String>,
    pub(super) apply: bool,
    /// Confirm every site that was seen whole.
    pub(super) yes: bool,
    pub(super) confirm: Vec<SiteId>,
}

impl Options {
    /// Whether the operator is asked of each site.
    fn asks(&self) -> bool {
        !self.yes && self.confirm.is_empty() && stdin().is_terminal() && stderr().is_terminal()
    }
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
    let mut manners = Manners::open(&settings.db, clock.now())?;
    let choice = choose(catalog, &options.names, &manners, clock.now())?;
    if choice.visits.is_empty() {
        print(&choice.why_nothing())?;
        tell_unstamped(&options.confirm, &[])?;
        return Ok(Exit::Fine);
    }
    // Nobody is asked before it is certain that we shall remember it.
    manners.make_database(&settings.db)?;
    let stop = signals::stop_token()?;
    let progress = bar(choice.visits.len())?;
    let visits = choice.visits;
    let round = visit_all(catalog, visits, &client, clock.as_ref(), &mut manners, &progress, &stop).await;
    progress.finish_and_clear();
    print(&report(catalog, &round)?)?;

    let sites = sites_seen(&round, &manners, clock.now());
    let confirmed = confirm(&sites, options, &stop).await?;
    let changes = changes(catalog, &round, &confirmed, clock.now());
    let refused = correct(catalog, &changes, options.apply)?;
    let mut wanted = options.confirm.clone();
    if options.yes || options.asks() {
        wanted.extend(sites.iter().map(|site| site.entry.site.id.clone()));
    }
    tell_unstamped(&wanted, &sites)?;
    let mut talk = talk();
    if round.left > 0 {
        writeln!(talk, "stopped: {} pages were not visited", round.left)?;
    }
    if let Some(error) = &round.broken {
        writeln!(talk, "guichet: the visits ended early: {}", show::plain_lines(&format!("{error:#}")))?;
    }
    let skipped = round.visited.iter().any(|visited| visited.finding.is_err());
    let problems = round.visited.iter().filter(|visited| is_problem(visited, &confirmed, options.apply));
    Ok(if round.left > 0 || round.broken.is_some() || skipped || refused {
        Exit::Partial
    } else if problems.count() > 0 {
        Exit::ProblemsFound
    } else {
        Exit::Fine
    })
}

/// What is to be changed, site by site.
fn changes<'a>(
    catalog: &Catalog,
    round: &Round<'a>,
    confirmed: &[&'a SiteId],
    now: Instant,
) -> BTreeMap<&'a SiteId, Vec<Change>> {
    let mut changes: BTreeMap<&SiteId, Vec<Change>> = BTreeMap::new();
    for visited in &round.visited {
        if let (Some(entry), Ok(finding)) = (visited.visit.entry, &visited.finding) {
            let site = changes.entry(&entry.site.id).or_default();
            site.extend(finding.changes.iter().cloned());
            if confirmed.contains(&&entry.site.id) {
                site.extend(finding.once_confirmed.iter().cloned());
            }
        }
    }
    for id in confirmed {
        let today = civil::local(now, catalog.zone(id.department())).date_naive();
        changes.entry(*id).or_default().push(Change::Checked(today));
    }
    changes
}

/// Whether a page is not as the catalogue says. What a correction answers is a problem only until it is written.
fn is_problem(visited: &Visited<'_>, confirmed: &[&SiteId], apply: bool) -> bool {
    let Ok(finding) = &visited.finding else { return false };
    let is_confirmed = visited.visit.entry.is_some_and(|entry| confirmed.contains(&&entry.site.id));
    let is_answered = !finding.changes.is_empty() || (is_confirmed && !finding.once_confirmed.is_empty());
    if is_answered { !apply } else { !finding.recognised }
}

/// Says of each of the sites with these ids why it is not stamped, if it is not.
fn tell_unstamped(wanted: &[SiteId], sites: &[SiteSeen<'_>]) -> anyhow::Result<()> {
    let mut talk = talk();
    let mut told: Vec<&SiteId> = Vec::new();
    for id in wanted {
        if let Some(why) = why_not_stamped(id, sites).filter(|_| !told.contains(&id)) {
            told.push(id);
            writeln!(talk, "{why}")?;
        }
    }
    Ok(())
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

/// The sites that the operator says are right; only those that were seen whole.
async fn confirm<'a>(
    sites: &[SiteSeen<'a>],
    options: &Options,
    stop: &CancellationToken,
) -> anyhow::Result<Vec<&'a SiteId>> {
    let mut answers = if options.asks() { Some(typed_lines()) } else { None };
    let mut confirmed = Vec::new();
    for site in sites.iter().filter(|site| site.unseen.is_empty()) {
        let id = &site.entry.site.id;
        let yes = match &mut answers {
            _ if options.yes || options.confirm.contains(id) => true,
            None => false,
            Some(_) if stop.is_cancelled() => false,
            Some(lines) => {
                write!(talk(), "{id}: is this right, with the proposals? Stamp it as checked today? [y/N] ")?;
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

/// A file of the catalogue before and after its changes.
struct Correction<'a> {
    file: &'a Path,
    name: PathBuf,
    before: String,
    after: String,
    /// Why some of its changes cannot be made.
    refused: Vec<String>,
}

impl<'a> Correction<'a> {
    fn of(file: &'a Path, changes: &[Change]) -> anyhow::Result<Self> {
        let before = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let (mut after, mut refused) = (before.clone(), Vec::new());
        for change in changes {
            match edited(&after, std::slice::from_ref(change)) {
                Ok(text) => after = text,
                Err(error) => {
                    refused.push(format!("{}: a proposal cannot be written: {error}", file.display()));
                }
            }
        }
        Ok(Self { file, name: named_in_patch(file)?, before, after, refused })
    }
}

/// Prints the changes as one patch and then, with `apply`, makes them. Tells whether some could not be made.
fn correct(catalog: &Catalog, changes: &BTreeMap<&SiteId, Vec<Change>>, apply: bool) -> anyhow::Result<bool> {
    let (mut corrections, mut refused) = (Vec::new(), Vec::new());
    for (id, changes) in changes.iter().filter(|(_, changes)| !changes.is_empty()) {
        match site(catalog, id).and_then(|entry| Correction::of(&entry.file, changes)) {
            Ok(correction) => {
                refused.extend(correction.refused.iter().cloned());
                corrections.push(correction);
            }
            Err(error) => refused.push(format!("{error:#}")),
        }
    }
    corrections.retain(|correction| correction.after != correction.before);
    let patches = corrections.iter().map(|Correction { name, before, after, .. }| patch(name, before, after));
    print(&patches.collect::<String>())?;
    let mut written = 0;
    for Correction { file, after, .. } in corrections.iter().filter(|_| apply) {
        match replace(file, after) {
            Ok(()) => written += 1,
            Err(error) => refused.push(format!("cannot write {}: {error}", file.display())),
        }
    }
    let mut talk = talk();
    for why in &refused {
        writeln!(talk, "{why}")?;
    }
    if !corrections.is_empty() {
        let from_root = corrections.iter().any(|correction| correction.name.is_absolute());
        let tool = if from_root { "patch -d / -p1" } else { "patch -p0" };
        let by_hand = format!("give the lines from the first `---` on to `{tool}`");
        match (apply, corrections.len() - written) {
            (false, _) => writeln!(talk, "nothing was written: add --apply, or {by_hand}")?,
            (true, 0) => writeln!(talk, "the changes were written")?,
            (true, _) if written == 0 => writeln!(talk, "nothing was written: {by_hand}")?,
            (true, left) => writeln!(talk, "{written} files were written, {left} were not")?,
        }
    }
    Ok(!refused.is_empty())
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

//! `guichet replay`: do pages that were kept still read as they did when they came?

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::Write as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use guichet_catalog::Catalog;
use guichet_model::TargetId;
use guichet_platforms::{Ask, Markers, Page, Trail};
use guichet_sampler::{Came, judge};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{print, talk};
use crate::{
    browser,
    cli::Common,
    config::Settings,
    exit::Exit,
    kept::PROBE_FILE,
    opening,
    replay::{Difference, Replayed, saved_probe, stored_page},
    show,
};

pub(super) struct Options {
    pub(super) json: bool,
    /// What single pages are pages of.
    pub(super) target: Option<TargetId>,
}

/// How deep folders are looked into.
const DEEPEST: usize = 8;

pub(super) fn run(
    settings: &Settings,
    common: &Common,
    path: Option<&Path>,
    options: &Options,
) -> anyhow::Result<Exit> {
    let catalog = opening::catalog(settings, common)?;
    let mut done = Done::default();
    match path {
        Some(path) => replay_files(path, &catalog, options, &mut done)?,
        None => replay_database(settings, &catalog, &mut done)?,
    }
    print(&if options.json { show::json_text(&done.json())? } else { done.words()? })?;
    let mut talk = talk();
    for (place, why) in &done.failed {
        writeln!(talk, "{}: {}", show::plain(place), show::plain(why))?;
    }
    Ok(done.exit())
}

/// What has been re-read.
#[derive(Default)]
struct Done {
    same: u64,
    differences: Vec<Difference>,
    not_comparable: BTreeMap<&'static str, u64>,
    /// Places that could not be re-read, and why.
    failed: Vec<(String, String)>,
    /// Single pages, each with what it says today.
    single: Vec<(String, String)>,
}

impl Done {
    fn add(&mut self, place: impl FnOnce() -> String, replayed: anyhow::Result<Replayed>) {
        match replayed {
            Ok(Replayed::Same) => self.same += 1,
            Ok(Replayed::Differs(difference)) => self.differences.push(*difference),
            Ok(Replayed::NotComparable(why)) => *self.not_comparable.entry(why).or_default() += 1,
            Err(error) => self.failed.push((place(), format!("{error:#}"))),
        }
    }

    /// How many could be read.
    fn read(&self) -> u64 {
        self.same
            + (self.differences.len() + self.single.len()) as u64
            + self.not_comparable.values().sum::<u64>()
    }

    fn exit(&self) -> Exit {
        match (self.differences.is_empty(), self.failed.is_empty()) {
            (false, _) => Exit::ProblemsFound,
            (true, false) => Exit::Partial,
            (true, true) => Exit::Fine,
        }
    }

    fn words(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        for difference in &self.differences {
            difference.tell(&mut text)?;
        }
        for (file, says) in &self.single {
            writeln!(text, "{}: {}", show::plain(file), show::plain(says))?;
        }
        write!(text, "{} read: {} the same, {} differ", self.read(), self.same, self.differences.len())?;
        if !self.single.is_empty() {
            write!(text, ", {} single pages with nothing to compare with", self.single.len())?;
        }
        for (why, n) in &self.not_comparable {
            write!(text, ", {n} not comparable ({why})")?;
        }
        writeln!(text, "; {} could not be re-read", self.failed.len())?;
        Ok(text)
    }

    fn json(&self) -> Value {
        let failed: Vec<Value> =
            self.failed.iter().map(|(place, why)| json!({ "place": place, "why": why })).collect();
        let single: Vec<Value> =
            self.single.iter().map(|(file, says)| json!({ "file": file, "says": says })).collect();
        json!({
            "read": self.read(),
            "same": self.same,
            "differ": self.differences.len(),
            "differences": self.differences.iter().map(Difference::json).collect::<Vec<_>>(),
            "not_comparable": self.not_comparable,
            "single_pages": single,
            "failed": failed,
        })
    }
}

fn replay_database(settings: &Settings, catalog: &Catalog, done: &mut Done) -> anyhow::Result<()> {
    let reader = opening::reader(&settings.db)?;
    let progress = ProgressBar::no_length().with_style(style("{spinner} {pos} pages of the database")?);
    reader.stored_pages(None, &mut |stored| {
        let place =
            || format!("{} at {}", stored.observation.target, show::instant(stored.observation.observed_at));
        done.add(place, stored_page(&stored, catalog));
        progress.inc(1);
        ControlFlow::Continue(())
    })?;
    progress.finish_and_clear();
    Ok(())
}

fn style(template: &str) -> anyhow::Result<ProgressStyle> {
    ProgressStyle::with_template(template).context("cannot draw progress")
}

fn replay_files(path: &Path, catalog: &Catalog, options: &Options, done: &mut Done) -> anyhow::Result<()> {
    let mut found = Found::default();
    found.look(path, 0)?;
    if let Some(id) = &options.target {
        let (_, target) = catalog
            .target(id)
            .ok_or_else(|| anyhow!("`{id}` is not in the catalogue; `guichet sites` lists what is"))?;
        let platform = opening::platform(target)?;
        for file in &found.pages {
            let name = file.display().to_string();
            match browser::read(file, None, platform, target) {
                Err(error) => done.failed.push((name, format!("{error:#}"))),
                Ok(saved) => {
                    let asked = [Ask::Get(saved.url.clone())];
                    let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
                    let page = Page { url: &saved.url, status: 200, body: &saved.body };
                    let judged = judge(platform, target, &page, &trail, None, &mut Markers::default());
                    let says = match judged.came {
                        Came::Read(reading) | Came::BrokenOff { reading, .. } => {
                            show::outcome(&reading.outcome)
                        }
                        Came::On { .. } => "decides nothing alone; it leads on".to_owned(),
                    };
                    done.single.push((name, says));
                }
            }
        }
    } else if !found.pages.is_empty() {
        writeln!(
            talk(),
            "{} single pages were passed over; say with --target what they are pages of",
            found.pages.len()
        )?;
    }
    let nothing = found.probes.is_empty() && (options.target.is_none() || found.pages.is_empty());
    if nothing {
        bail!("there is no saved probe in {}; `guichet probe TARGET --save DIR` makes one", path.display());
    }
    let progress = ProgressBar::new(found.probes.len() as u64)
        .with_style(style("{wide_bar} {pos}/{len} saved probes {eta}")?);
    for folder in &found.probes {
        done.add(|| folder.display().to_string(), saved_probe(folder, catalog));
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

/// What there is to read in a folder.
#[derive(Default)]
struct Found {
    /// Folders of saved probes.
    probes: Vec<PathBuf>,
    /// Pages that belong to none.
    pages: Vec<PathBuf>,
}

impl Found {
    /// Looks into `path`, in order of name. Links are not followed below it.
    fn look(&mut self, path: &Path, depth: usize) -> anyhow::Result<()> {
        let metadata = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        if metadata.is_file() {
            self.take_file(path);
            return Ok(());
        }
        if path.join(PROBE_FILE).is_file() {
            self.probes.push(path.to_owned());
            return Ok(());
        }
        let mut entries = fs::read_dir(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("cannot read {}", path.display()))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let kind =
                entry.file_type().with_context(|| format!("cannot read {}", entry.path().display()))?;
            if kind.is_dir() && depth < DEEPEST {
                self.look(&entry.path(), depth + 1)?;
            } else if kind.is_file() {
                self.take_file(&entry.path());
            }
        }
        Ok(())
    }

    fn take_file(&mut self, path: &Path) {
        let is_page = path.extension().is_some_and(|extension| {
            extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm")
        });
        if path.file_name().is_some_and(|name| name == PROBE_FILE) {
            self.probes.extend(path.parent().map(Path::to_owned));
        } else if is_page {
            self.pages.push(path.to_owned());
        }
    }
}

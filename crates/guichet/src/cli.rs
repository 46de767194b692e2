//! The command line, exactly as typed. What never enters: defaults that a configuration file may change.

use std::{net::SocketAddr, path::PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use guichet_model::{SiteId, TargetId};
use url::Url;

use crate::{browser, subject::Subject};

const EXIT_CODES: &str = "Exit codes: 0 fine, 1 problems found, 2 usage or environment, 3 partial.\n\
Data goes to standard output, talk to standard error.";

/// Samples the appointment pages of French prefectures, politely and read-only, and shows where trying is worth it.
#[derive(Debug, Parser)]
#[command(name = "guichet", version, after_help = EXIT_CODES, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Common {
    /// Folder of the catalogue [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Database file, made when it is missing [default: guichet.db]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    /// Configuration file; every key is explained in deploy/guichet.example.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Your address, told to every server we ask; without it nothing is sampled
    #[arg(long, global = true, value_name = "EMAIL", env = "GUICHET_CONTACT")]
    pub(crate) contact: Option<String>,
    /// Address to serve the pages on [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Development: let targets point at this machine
    #[arg(long, global = true)]
    pub(crate) allow_loopback: bool,
    /// Development: run the clock faster from an instant on, as in 2026-11-20T08:00:00Z=3600; only this machine can
    /// then be asked
    #[arg(long, global = true, hide = true, requires = "allow_loopback", value_parser = acceleration)]
    pub(crate) accelerate: Option<Acceleration>,
}

/// A faster clock: simulated time equals real time at `start` and runs `speed` times as fast from then on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Acceleration {
    pub(crate) start: DateTime<Utc>,
    pub(crate) speed: f64,
}

fn acceleration(text: &str) -> Result<Acceleration, String> {
    let parts =
        text.split_once('=').and_then(|(start, speed)| Some((start.parse().ok()?, speed.parse().ok()?)));
    match parts {
        Some((start, speed)) if (1.0..=100_000.0).contains(&speed) => Ok(Acceleration { start, speed }),
        _ => Err("write an instant and a speed from 1 to 100000, as in 2026-11-20T08:00:00Z=3600".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the catalogue and the configuration; report every problem
    #[command(
        after_help = "Examples:\n  guichet check --data data\n  guichet check --online --contact you@example.org\n  guichet check --online 92 93-bobigny --contact you@example.org --apply\n  guichet check --online 92-nanterre --contact you@example.org --confirm 92-nanterre --apply\n\nWith --online, pages of the catalogue are visited once each, as politely as by `guichet probe`: without names, the active targets that were never recognised or whose site is not checked, and the pages without a place. What was seen is printed beside what the catalogue says, then the corrections that follow from it, as a patch. On a terminal you are asked of each site that was seen whole whether it is right; a yes stamps it as checked today and retires its pages that were not there. The database is made where there is none, to remember how hosts took it. Ctrl-C ends the round and keeps what was seen.\n\nExit codes with --online: 0 all as the catalogue says, 1 something is not, 3 some pages were not visited or something could not be written."
    )]
    Check {
        /// Visit the pages and compare them with the catalogue
        #[arg(long)]
        online: bool,
        /// What to visit: targets, sites or departments
        #[arg(value_name = "NAME", requires = "online")]
        names: Vec<String>,
        /// Write the corrections into the files
        #[arg(long, requires = "online")]
        apply: bool,
        /// Ask nothing: stamp every site that was seen whole as checked today
        #[arg(long, requires = "online")]
        yes: bool,
        /// Ask nothing: stamp this site as checked today if it was seen whole; may be given several times
        #[arg(long, value_name = "SITE", requires = "online")]
        confirm: Vec<SiteId>,
    },
    /// List the targets of the catalogue
    #[command(
        after_help = "Examples:\n  guichet sites\n  guichet sites --json | jq '.[].url'\n  guichet sites --coverage\n  guichet sites --coverage --json | jq '.totals'\n\nWith --coverage, where the database is there its targets count as it knows them; where it is not, none has been\ntried yet."
    )]
    Sites {
        /// How far each procedure of each department is covered, and totals
        #[arg(long)]
        coverage: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Probe one target now and print what its page says; no observation is stored
    #[command(
        after_help = "Examples:\n  guichet probe 92-nanterre/renouvellement --contact you@example.org\n  guichet probe 92-nanterre/renouvellement --contact you@example.org --explain --save probes/\n  guichet probe 92-nanterre/renouvellement --page saved.html --explain\n\nWith --save, a folder of its own is made for the probe: every page it saw and probe.json, which tells the requests. Cookies are never saved, but a page may hold a session's marks: look before you share it. `guichet replay` reads such folders again.\n\nWith --page nothing is asked: no contact, no network, no database. The file does not tell when the page was seen nor with which status, so `observed_at` and `http_status` stay empty. A page that only leads on to another one decides nothing alone (exit code 1)."
    )]
    Probe {
        /// The target, as in `guichet sites`
        target: TargetId,
        /// Print JSON; with --explain, the explanation too
        #[arg(long)]
        json: bool,
        /// Tell each request, what was looked for on each page, and the reason for the decision
        #[arg(long)]
        explain: bool,
        /// Save the whole probe in a new folder inside this one
        #[arg(long, value_name = "DIR", conflicts_with = "page")]
        save: Option<PathBuf>,
        /// Read this page, saved in a browser as "Web page, HTML only", instead of asking
        #[arg(long, value_name = "FILE")]
        page: Option<PathBuf>,
        /// Where that page comes from [default: what the browser noted in it, else the target's own address]
        #[arg(long, value_name = "URL", requires = "page", value_parser = browser::address)]
        page_url: Option<Url>,
    },
    /// Read kept pages again and tell what reads differently today
    #[command(
        after_help = "Examples:\n  guichet replay --db guichet.db\n  guichet replay probes/ --json\n  guichet replay saved.html --target 92-nanterre/renouvellement\n\nWithout a path, the pages that the database keeps are read: of each probe the one that decided. With one, every probe below it that was saved with `guichet probe --save` is walked again from its first question. Nothing is asked.\nExit codes: 0 no difference, 1 differences, 3 no difference but something could not be read."
    )]
    Replay {
        /// A folder of saved probes, or one page with --target
        #[arg(value_name = "DIR")]
        path: Option<PathBuf>,
        /// What single pages (*.html) are pages of; what they say today is printed
        #[arg(long, value_name = "TARGET", requires = "path")]
        target: Option<TargetId>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Sample and serve until stopped
    #[command(
        after_help = "Examples:\n  guichet run --contact you@example.org\n  guichet run --listen 127.0.0.1:9000 --no-sample"
    )]
    Run {
        /// Serve only
        #[arg(long)]
        no_sample: bool,
    },
    /// Probe once what is due now, then end
    #[command(
        after_help = "Example (from a timer that fires every few minutes):\n  guichet once --contact you@example.org\n\nEach target has a random moment in every half hour. A timer that fires every five minutes comes close to it; one\nthat fires every half hour would always look at the same minute.\n\nExit codes: 0 every look was whole (also one at a wall), 3 the pass was stopped, something was withheld, or a look established nothing."
    )]
    Once,
    /// Import observations from files
    #[command(
        after_help = "Examples:\n  guichet import history.csv\n  guichet import --format rouen rouen-2022/*.csv\n  guichet import --db vaccination.db --format vitemadose slots.csv.gz\n\nA refused line is named with its number and the rest is imported (exit code 3).\nImporting the same file twice adds nothing."
    )]
    Import {
        /// How the files are written
        #[arg(long, value_enum, default_value = "guichet-csv")]
        format: ImportFormat,
        /// The files; names ending in .gz are unpacked
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show figures of a target, of all targets, or of a department's or France's desks together
    #[command(
        after_help = "Examples:\n  guichet stats 76-rouen/premiere-demande\n  guichet stats 76-rouen/premiere-demande --json --from 2022-06-06 --to 2022-06-10\n  guichet stats 76-rouen/premiere-demande --language fr\n  guichet stats 93/premiere-demande\n  guichet stats france/premiere-demande --json\n  guichet stats --all --json > figures.ndjson\n\nUnless --from or --to is given, figures are about the time since the target's habits last changed, or since the last four weeks in which nobody looked; what was before is kept as history. Figures have a minimum of data, explained in docs/method.md; below it the reason is printed instead."
    )]
    Stats {
        /// A target, as in `guichet sites`; or a department, or `france`, with a procedure
        #[arg(required_unless_present = "all", value_name = "TARGET")]
        subject: Option<Subject>,
        /// All targets with observations: a line each, or with --json an object a line
        #[arg(long, conflicts_with = "subject")]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// First civil date [default: since the last change of habits or long pause, or the first observation]
        #[arg(long, value_name = "DATE")]
        from: Option<chrono::NaiveDate>,
        /// Last civil date [default: the last observation]
        #[arg(long, value_name = "DATE")]
        to: Option<chrono::NaiveDate>,
        /// Language of the sentences
        #[arg(long, value_enum, default_value = "en", value_name = "CODE")]
        language: Language,
    },
    /// Hold our own past forecasts against what came; print the scores and keep them
    #[command(
        after_help = "Examples:\n  guichet audit\n  guichet audit --json | jq '.scores[].skill'\n\nFor each target and each week of its past, the forecast is made again from what was known before, and compared with the looks after it. The result is kept in the database, shown on the page \"Nos prévisions passées\", and sets the width of new forecasts' intervals. `guichet run` does this every day."
    )]
    Audit {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Recompute every derived table from the observations and tell what differed
    #[command(after_help = "Example:\n  guichet rebuild --db guichet.db")]
    Rebuild,
    /// Show everything on invented prefectures on this machine, with a fast clock; needs no network
    #[command(
        after_help = "Examples:\n  guichet demo\n  guichet demo --minutes 10 --listen 127.0.0.1:9000\n\nUnless --db is given the database is temporary. At the end the figures are compared with the truth."
    )]
    Demo {
        /// Simulated hours per real hour
        #[arg(long, default_value_t = 3600.0, value_name = "FACTOR")]
        speed: f64,
        /// Stop by itself after so many real minutes
        #[arg(long, value_name = "MINUTES")]
        minutes: Option<f64>,
        /// Another script of invented prefectures
        #[arg(long, value_name = "FILE")]
        script: Option<PathBuf>,
        /// Write the log of all requests that the invented prefectures got, one JSON object a line
        #[arg(long, value_name = "FILE")]
        requests: Option<PathBuf>,
    },
}

impl Command {
    /// Whether it runs until stopped.
    pub(crate) fn is_service(&self) -> bool {
        matches!(self, Self::Run { .. } | Self::Once)
    }
}

/// A language of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// French
    Fr,
}

impl Language {
    /// Its code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }
}

/// How an imported file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    /// Our own CSV, explained in docs/import.md
    GuichetCsv,
    /// Logs of six desks at Rouen in June 2022 (github.com/Yoax/NotSoEasyPref)
    Rouen,
    /// Vaccination centres in spring 2021, derived from github.com/rozierguillaume/vitemadose
    Vitemadose,
}

//! A log of invented targets in `guichet-csv`, in order of time as a sampler would have written it: to measure what a
//! long history costs. The same arguments always give the same log.
//!
//!     cargo run --release -p guichet-tests --example year -- --targets 300 --days 365 --gap-min 15 > year.csv
//!     guichet import --db year.db year.csv

use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

use chrono::{SecondsFormat, TimeDelta};
use clap::Parser;
use guichet_catalog::{Catalog, Options};
use guichet_model::{Cause, Instant};
use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

/// Writes the log to standard output.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many targets, spread over departments and procedures.
    #[arg(long, default_value_t = 300)]
    targets: usize,
    /// How many days.
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// Minutes between two looks; each falls somewhere within its stretch of so many minutes.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1440))]
    gap_min: u32,
    /// The first midnight.
    #[arg(long, default_value = "2025-01-01T00:00:00Z")]
    from: Instant,
    /// Another one, another log.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What a page says for a while.
#[derive(Debug, Clone)]
enum Page {
    Open { slots: String, earliest: Instant },
    Full,
    Shut,
    Unknown(Cause),
}

impl Page {
    /// What comes after this: something is between any two stretches of the same kind.
    fn next(&self, at: Instant, random: &mut impl Rng) -> Self {
        match (self, random.random_range(0..10)) {
            (Self::Full, 0..6) | (Self::Shut | Self::Unknown(_), 0) => {
                let slots = random.random_range(1..=20);
                let quarters = random.random_range(4 * 12..=4 * 24 * 60);
                Self::Open {
                    slots: format!("{slots}{}", if slots > 9 { "+" } else { "" }),
                    earliest: at + TimeDelta::minutes(15) * quarters,
                }
            }
            (Self::Full, 6..9) => {
                let (cause, _) = Cause::ALL[random.random_range(0..Cause::ALL.len())];
                Self::Unknown(cause)
            }
            (Self::Full, _) => Self::Shut,
            _ => Self::Full,
        }
    }

    /// How long it stays so on average, in hours.
    fn mean_hours(&self) -> f64 {
        match self {
            Self::Open { .. } => 3.0,
            Self::Full => 20.0,
            Self::Shut => 10.0,
            Self::Unknown(_) => 1.0,
        }
    }

    /// The columns `outcome,cause,slots,earliest`.
    fn columns(&self) -> String {
        match self {
            Self::Open { slots, earliest } => format!("open,,{slots},{}", text(*earliest)),
            Self::Full => "full,,,".to_owned(),
            Self::Shut => "shut,,,".to_owned(),
            Self::Unknown(cause) => format!("unknown,{cause},,"),
        }
    }
}

/// An invented target.
#[derive(Debug)]
struct Target {
    id: String,
    page: Page,
    columns: String,
    until: Instant,
}

impl Target {
    fn numbered(number: usize, catalog: &Catalog, from: Instant) -> Self {
        let department = &catalog.departments[number % catalog.departments.len()];
        let procedure = &catalog.procedures[number % catalog.procedures.len()];
        let site = number / catalog.departments.len() + 1;
        Self {
            id: format!("{}-invente-{site}/{}", department.code, procedure.id),
            columns: Page::Full.columns(),
            page: Page::Full,
            until: from,
        }
    }

    /// Goes on to what the page says at `at`.
    fn go_on(&mut self, at: Instant, random: &mut impl Rng) {
        while self.until <= at {
            self.page = self.page.next(self.until, random);
            self.columns = self.page.columns();
            let hours = -self.page.mean_hours() * (1.0 - random.random::<f64>()).ln();
            #[expect(clippy::cast_possible_truncation, reason = "hours, in seconds")]
            let seconds = (hours * 3600.0) as i64 + 1;
            self.until += TimeDelta::seconds(seconds);
        }
    }
}

fn text(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn write(arguments: &Arguments, catalog: &Catalog, out: &mut impl Write) -> io::Result<()> {
    let mut random = Pcg64Mcg::seed_from_u64(arguments.seed);
    let gap_ms = i64::from(arguments.gap_min) * 60_000;
    let per_hour = 60.0 / f64::from(arguments.gap_min);
    let mut targets: Vec<Target> =
        (0..arguments.targets).map(|number| Target::numbered(number, catalog, arguments.from)).collect();
    writeln!(out, "target,observed_at,outcome,cause,slots,earliest,intensity_per_h,source")?;
    let mut looks: Vec<(i64, usize)> = Vec::new();
    for stretch in 0..i64::from(arguments.days) * 86_400_000 / gap_ms {
        looks.clear();
        looks.extend((0..targets.len()).map(|target| (random.random_range(0..gap_ms), target)));
        looks.sort_unstable();
        for (within, target) in &looks {
            let at = arguments.from + TimeDelta::milliseconds(stretch * gap_ms + within);
            let target = &mut targets[*target];
            target.go_on(at, &mut random);
            writeln!(out, "{},{},{},{per_hour},invented", target.id, text(at), target.columns)?;
        }
    }
    out.flush()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let catalog = guichet_catalog::load(&data, &Options::default())?;
    write(&arguments, &catalog, &mut BufWriter::new(io::stdout().lock()))?;
    Ok(())
}

//! The development binary: plays a script on loopback until Ctrl-C, or prints its truth. This is the edge: here the
//! clock is read and files are opened.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    net::SocketAddr,
    path::PathBuf,
};

use anyhow::{Context as _, bail};
use chrono::{Duration, Utc};
use clap::Parser;
use guichet_fakesite::{FakeSites, Script, SimulatedClock, Truth};
use guichet_model::Instant;
use tracing_subscriber::EnvFilter;

/// Pretends to be prefectures' booking sites on this machine, from a script with known truth.
///
/// Hosts are told apart by the Host header, NAME.localhost; the control host (127.0.0.1, localhost,
/// control.localhost) answers /requests, /violations, /truth and /now.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Args {
    /// The script, a TOML file.
    #[arg(long, value_name = "FILE")]
    script: PathBuf,

    /// The loopback address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// How many times faster than real time it runs.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    speed: f64,

    /// The real time at which the simulation starts [default: now].
    #[arg(long, value_name = "RFC3339")]
    real_start: Option<Instant>,

    /// The simulated time at that moment [default: the script's start, else the real start].
    #[arg(long, value_name = "RFC3339")]
    sim_start: Option<Instant>,

    /// Append every request to this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Print the script's truth and serve nothing.
    #[arg(long)]
    print_truth: bool,

    /// The beginning of the truth [default: the simulation's start].
    #[arg(long, value_name = "RFC3339", requires = "print_truth")]
    from: Option<Instant>,

    /// The end of the truth [default: four weeks later].
    #[arg(long, value_name = "RFC3339", requires = "print_truth")]
    to: Option<Instant>,

    /// Print the truth as JSON, with every interval.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  guichet-fakesite --script scripts/demo.toml --speed 3600
      an hour a second, from the script's start
  guichet-fakesite --script scripts/behaviours.toml --listen 127.0.0.1:8099 --log requests.jsonl
  curl -i -H 'Host: fauxville.localhost' http://127.0.0.1:8099/booking/create/12069/0
  guichet-fakesite --script scripts/demo.toml --print-truth --from 2026-03-02T00:00:00Z --to 2026-06-01T00:00:00Z";

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 => Ok(speed),
        _ => Err("a speed is a number above 0, as in 3600".to_owned()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this binary is the edge: nothing else of the crate reads the clock"
)]
fn now() -> Instant {
    Utc::now()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter(EnvFilter::from_default_env()).with_writer(io::stderr).init();
    let args = Args::parse();
    let text = fs::read_to_string(&args.script)
        .with_context(|| format!("cannot read the script {}", args.script.display()))?;
    let script = Script::parse(&text, &args.script.display().to_string())?;
    let real_start = args.real_start.unwrap_or_else(now);
    let sim_start = args.sim_start.or(script.start()).unwrap_or(real_start);
    if args.print_truth {
        let from = args.from.unwrap_or(sim_start);
        let to = args.to.unwrap_or(from + Duration::weeks(4));
        if from >= to {
            bail!("the truth ends at {to}, which is not after its beginning {from}");
        }
        return print_truth(&script.truth_between(from, to), args.json);
    }
    let clock = SimulatedClock::new(real_start, sim_start, args.speed, now);
    let log = match &args.log {
        None => None,
        Some(path) => {
            let file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .with_context(|| format!("cannot write the log {}", path.display()))?;
            Some(Box::new(file) as Box<dyn io::Write + Send>)
        }
    };
    let sites = FakeSites::start_with_log(script, clock, args.listen, log).await?;
    say(&serde_json::json!({ "listening": sites.address().to_string() }).to_string())?;
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    print_truth(&sites.truth(), args.json)?;
    sites.stop().await;
    Ok(())
}

fn print_truth(truth: &Truth, json: bool) -> anyhow::Result<()> {
    let text = if json { serde_json::to_string(truth)? } else { truth.to_string() };
    say(text.trim_end())
}

/// Writes a line and hands it over at once: whoever started this waits for it.
fn say(line: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}

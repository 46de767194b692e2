//! One file a command. What never enters here: what commands do.

use std::io::{self, ErrorKind, Write, stderr, stdout};

use anyhow::Context as _;
use indicatif::ProgressBar;

use crate::{
    cli::{Arguments, Command},
    config::Settings,
    exit::Exit,
};

mod audit;
mod check;
mod check_online;
mod coverage;
mod demo;
mod demo_truth;
mod import;
mod once;
mod probe;
mod rebuild;
mod replay;
mod run;
mod sites;
mod stats;

/// Runs the command that was typed.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let Arguments { common, command } = arguments;
    let settings = Settings::resolve(&common)?;
    match command {
        Command::Check { online, names, apply, yes, confirm } => {
            let visits = check_online::Options { names, apply, yes, confirm };
            check::run(&settings, &common, online.then_some(&visits))
        }
        Command::Sites { coverage: true, json } => coverage::run(&settings, &common, json),
        Command::Sites { coverage: false, json } => sites::run(&settings, &common, json),
        Command::Probe { target, json, explain, save, page, page_url } => {
            let options = probe::Options { json, explain, save, page, page_url };
            block_on(probe::run(&settings, &common, &target, &options))
        }
        Command::Replay { path, target, json } => {
            replay::run(&settings, &common, path.as_deref(), &replay::Options { json, target })
        }
        Command::Run { no_sample } => block_on(run::run(&settings, &common, no_sample)),
        Command::Once => block_on(once::run(&settings, &common)),
        Command::Import { format, files } => import::run(&settings, &common, format, &files),
        Command::Stats { subject, all: _, json, from, to, language } => {
            let options = stats::Options { json, from, to, language };
            stats::run(&settings, &common, subject.as_ref(), &options)
        }
        Command::Audit { json } => audit::run(&settings, &common, json),
        Command::Rebuild => rebuild::run(&settings),
        Command::Demo { speed, minutes, script, requests } => {
            let options = demo::Options { speed, minutes, script, requests };
            block_on(demo::run(&settings, &common, &options))
        }
    }
}

fn block_on(command: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(command)
}

/// Writes data to standard output.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = Piped(stdout().lock());
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// A bar on standard error for work whose length is known once it has begun; nothing where that is no terminal.
fn progress() -> Progress {
    Progress(ProgressBar::new(0))
}

struct Progress(ProgressBar);

impl Progress {
    fn tell(&self, done: usize, all: usize) {
        self.0.set_length(all as u64);
        self.0.set_position(done as u64);
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// Standard error, for what is said beside the data.
fn talk() -> impl Write {
    Piped(stderr().lock())
}

/// A stream whose reader may go when it has what it wanted. What comes after that is taken to be written: the command
/// goes on to its end and to the exit code that it would have had.
struct Piped<W>(W);

impl<W: Write> Write for Piped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

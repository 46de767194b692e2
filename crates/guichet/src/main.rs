//! Guichet Ouvert: where, for whom and when can a foreigner in France really get a residence-permit appointment?
//!
//! This crate parses arguments and configuration, wires the other crates together, handles signals and ends with an
//! exit code that means something. What never enters: rules of the domain.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;

mod account;
mod audit;
mod browser;
mod cli;
mod cmd;
mod config;
mod exit;
mod import;
mod kept;
mod logging;
mod manners;
mod online;
mod opening;
mod replay;
mod reread;
mod show;
mod signals;
mod subject;
mod told;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    logging::start(arguments.command.is_service());
    let exit = cmd::run(arguments).unwrap_or_else(|error| {
        // Nothing is left to do when even this cannot be written.
        let _ = writeln!(std::io::stderr(), "guichet: {}", show::plain_lines(&format!("{error:#}")));
        exit::of_error(&error)
    });
    exit.into()
}

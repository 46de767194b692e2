//! The acceptance bars: what the estimators reach on simulations with known truth and on real data, beside what they
//! must reach. Prints a table and fails on a miss.
//!
//! `cargo run --release -p guichet-stats --example bars` runs all; names (`B3 B16`) choose some; `--short` takes fewer
//! repetitions and the wider bounds that the tests use.

mod suite;

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let size = if arguments.iter().any(|argument| argument == "--short") {
        suite::Size::Short
    } else {
        suite::Size::Full
    };
    let chosen: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|argument| !argument.starts_with("--")).collect();
    if suite::run(size, &chosen) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

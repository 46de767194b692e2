//! `cargo xtask test`: everything that must hold, in one command, on a fresh machine.
//!
//! Each step says what it runs. What a step needs is installed where that is allowed and named where it is not; no step
//! is skipped. What never enters: tests themselves.

use std::{
    env,
    io::{Write as _, stderr},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context as _, bail};

const USAGE: &str = "usage: cargo xtask test [--only STEP]

steps: format, lint, tests, data, browser
       (all of them, in this order, without --only)
";

/// A step: its name, what it shows, and what it does.
type Step = (&'static str, &'static str, fn(&Path) -> anyhow::Result<()>);

const STEPS: [Step; 5] = [
    ("format", "the code is formatted", format),
    ("lint", "the compiler and clippy have nothing to say", lint),
    ("tests", "every test of every crate, and the real binary end to end", tests),
    ("data", "the catalogue has no problem", data),
    ("browser", "the pages in Chromium", browser),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let only = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => None,
        ["test", "--only", step] if STEPS.iter().any(|(name, _, _)| name == step) => Some((*step).to_owned()),
        _ => {
            say(USAGE);
            return ExitCode::from(2);
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_owned);
    for (name, shows, run) in STEPS {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        say(&format!("\n== {name}: {shows}\n"));
        let begun = Instant::now();
        if let Err(error) = run(&root) {
            say(&format!("== {name} failed: {error:#}\n"));
            return ExitCode::FAILURE;
        }
        say(&format!("== {name}: done in {} s\n", begun.elapsed().as_secs()));
    }
    say("\nall is well\n");
    ExitCode::SUCCESS
}

fn say(text: &str) {
    // A closed terminal is no reason to stop testing.
    let _ = stderr().write_all(text.as_bytes());
}

fn format(root: &Path) -> anyhow::Result<()> {
    cargo(root, &["fmt", "--all", "--check"])
}

fn lint(root: &Path) -> anyhow::Result<()> {
    cargo(root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"])?;
    // The fuzz targets are no members of the workspace; named a library that is never linked here, they need no C++.
    run(Command::new("cargo")
        .args([
            "check",
            "--locked",
            "--manifest-path",
            "fuzz/Cargo.toml",
            "--target-dir",
            "target/fuzz-check",
        ])
        .env("CUSTOM_LIBFUZZER_PATH", "never/linked.a")
        .current_dir(root))
}

fn tests(root: &Path) -> anyhow::Result<()> {
    // The end-to-end tests start the real binaries, which `cargo test` of another package does not build.
    cargo(root, &["build", "--locked", "--package", "guichet", "--package", "guichet-fakesite"])?;
    let nextest =
        Command::new("cargo").args(["nextest", "--version"]).output().is_ok_and(|out| out.status.success());
    if nextest {
        cargo(root, &["nextest", "run", "--workspace", "--locked", "--no-fail-fast"])
    } else {
        say("cargo-nextest is not installed: `cargo test` runs the same tests, more slowly\n");
        cargo(root, &["test", "--workspace", "--locked", "--no-fail-fast"])
    }
}

fn data(root: &Path) -> anyhow::Result<()> {
    cargo(root, &["run", "--quiet", "--locked", "--package", "guichet", "--", "check"])
}

fn browser(root: &Path) -> anyhow::Result<()> {
    let folder = root.join("tests/browser");
    for tool in ["node", "npm"] {
        if find(tool).is_none() {
            bail!(
                "{tool} is missing; install Node.js 20 or later with its npm (Debian: apt-get install nodejs npm)"
            );
        }
    }
    let chromium = chromium()?;
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder))?;
    cargo(root, &["build", "--locked", "--package", "guichet"])?;
    run(Command::new("node")
        .args(["--test", "--test-reporter=spec"])
        .current_dir(&folder)
        .env("CHROMIUM", chromium))
}

/// Debian's Chromium, installed when it is missing and that is allowed.
fn chromium() -> anyhow::Result<PathBuf> {
    let installed = || {
        env::var_os("CHROMIUM")
            .map(PathBuf::from)
            .or_else(|| find("chromium"))
            .or_else(|| find("chromium-browser"))
    };
    if let Some(path) = installed() {
        return Ok(path);
    }
    let missing =
        "Chromium is missing; install it (Debian: apt-get install chromium), or name one in CHROMIUM";
    let root_user = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"));
    if find("apt-get").is_none() || !root_user {
        bail!("{missing}");
    }
    say("installing Chromium from Debian\n");
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    install
        .args(["install", "-y", "-qq", "--no-install-recommends", "chromium"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut install)?;
    installed().context(missing)
}

fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    run(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(root))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let name = format!("{command:?}");
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    if status.success() { Ok(()) } else { bail!("{name} ended with {status}") }
}

//! Where our log goes: standard error, readable on a terminal, JSON with `GUICHET_LOG_FORMAT=json`. What never enters:
//! bodies, cookies, visitors' addresses.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::EnvFilter;

/// Starts logging; a service tells each probe, other commands only what goes wrong. `GUICHET_LOG` overrides.
pub(crate) fn start(service: bool) {
    let usual = if service { "info,tokio_cron_scheduler=warn" } else { "warn" };
    let filter = EnvFilter::try_from_env("GUICHET_LOG").unwrap_or_else(|_unset| EnvFilter::new(usual));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        // It would tell of a log that nobody reads any more by writing there, and break the task that logged.
        .log_internal_errors(false)
        .with_ansi(stderr().is_terminal());
    if std::env::var("GUICHET_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().flatten_event(true).init();
    } else {
        log.compact().init();
    }
}

//! What is written down of a probe, in the database and in the log. What never enters: who is due, what a page says.

use std::sync::{Mutex, PoisonError};

use chrono_tz::Tz;
use guichet_fetch::RobotsVerdict;
use guichet_model::{Cause, Instant, Marker, Observation, Outcome, Sha256Hex, Source, Target};
use guichet_store::{
    Drift, HostState, ObservationId, ProbeRecord, RobotsRecord, Store, StoreError, TargetState,
};
use tokio_util::sync::CancellationToken;

use crate::{drift, planner::Appointment, probe::Probed};

/// Lists of markers in a log line are cut to so many characters.
const LONGEST_LIST: usize = 1_500;

/// All that is kept of a probe.
pub(crate) struct Kept {
    pub(crate) observation: Observation,
    /// Where the target stands after it.
    pub(crate) state: TargetState,
    page: Option<String>,
    pub(crate) host: Option<(String, HostState)>,
    robots: Option<RobotsRecord>,
}

impl Kept {
    /// Of a probe that was not made.
    pub(crate) fn plain(observation: Observation, state: TargetState) -> Self {
        Self { observation, state, page: None, host: None, robots: None }
    }

    /// Of a probe that was made.
    pub(crate) fn of(target: &Target, appointment: Appointment, probed: Probed, state: TargetState) -> Self {
        let page = probed.page().map(str::to_owned);
        let robots = probed.robots.as_ref().map(robots_record);
        let observation = Observation {
            desks: probed.desks,
            probe: Some(probed.facts),
            ..observation(target, appointment, probed.ended_at, probed.outcome)
        };
        Self { observation, state, page, host: None, robots }
    }

    pub(crate) fn record(&self, timezone: Tz) -> ProbeRecord<'_> {
        ProbeRecord {
            observation: &self.observation,
            timezone,
            page: self.page.as_deref(),
            target_state: &self.state,
            host: self.host.as_ref().map(|(host, state)| (host.as_str(), state)),
            robots: self.robots.as_ref(),
        }
    }
}

/// An observation without what only a probe that was made can tell.
pub(crate) fn observation(
    target: &Target,
    appointment: Appointment,
    observed_at: Instant,
    outcome: Outcome,
) -> Observation {
    Observation {
        target: target.id.clone(),
        observed_at,
        outcome,
        purpose: appointment.purpose,
        intensity_per_h: appointment.intensity_per_h,
        source: Source::sampler(),
        desks: Vec::new(),
        probe: None,
    }
}

/// Does it again while another program keeps the database locked, and once more after a stop: a probe is too dear to be
/// thrown away. Each try waits ten seconds, and others may use the store in between.
pub(crate) fn patiently<T>(
    store: &Mutex<Store>,
    stop: &CancellationToken,
    mut work: impl FnMut(&mut Store) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    loop {
        let last = stop.is_cancelled();
        match work(&mut store.lock().unwrap_or_else(PoisonError::into_inner)) {
            Err(StoreError::Locked { .. }) if !last => {
                tracing::warn!("another program keeps the database locked; trying again");
            }
            ended => return ended,
        }
    }
}

fn robots_record(verdict: &RobotsVerdict) -> RobotsRecord {
    RobotsRecord {
        origin: verdict.origin.clone(),
        fetched_at: verdict.fetched_at,
        status: verdict.status,
        sha256: verdict.sha256.map(Sha256Hex),
        allowed: verdict.allowed,
        crawl_delay_s: verdict.crawl_delay.map(|delay| delay.as_secs_f64()),
    }
}

/// One line for each observation, written once it is safe on disk; and one where somebody should look at the target's
/// reader. `before` is the target's drift before the probe.
pub(crate) fn log(id: ObservationId, kept: &Kept, before: Option<&Drift>) {
    let observation = &kept.observation;
    let facts = observation.probe.as_ref();
    tracing::info!(
        observation = id.0,
        target.id = %observation.target,
        outcome = observation.outcome.as_str(),
        cause = observation.outcome.cause().map(Cause::as_str),
        purpose = observation.purpose.as_str(),
        http.status = facts.and_then(|facts| facts.http_status),
        requests = facts.map(|facts| facts.requests),
        duration_ms = facts.map(|facts| facts.duration_ms),
        "stored"
    );
    if let Some(drift) = drift::news(before, kept.state.drift.as_ref()) {
        tracing::warn!(
            observation = id.0,
            target.id = %observation.target,
            platform = format_args!("{}/{}", drift.platform, drift.revision),
            times = drift.times,
            since = %drift.since,
            there = list(&drift.markers, true),
            missing = list(&drift.markers, false),
            page = drift.page_sha256.map(tracing::field::display),
            instead = drift.found,
            "a page was not recognised several times in a row; `guichet probe` with --explain shows what its reader misses"
        );
    }
}

/// The markers that were there, or that were not.
fn list(markers: &[Marker], found: bool) -> String {
    let these: Vec<&str> =
        markers.iter().filter(|marker| marker.found == found).map(|marker| marker.what.as_str()).collect();
    these.join("; ").chars().take(LONGEST_LIST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_lists_what_was_there_and_what_was_not_and_ends_somewhere() {
        let marker = |what: &str, found| Marker { what: what.to_owned(), found };
        let markers = [marker("a form", true), marker("a calendar", false), marker("a title", true)];
        assert_eq!(list(&markers, true), "a form; a title");
        assert_eq!(list(&markers, false), "a calendar");
        let long = vec![marker(&"é".repeat(200), false); 60];
        assert_eq!(list(&long, false).chars().count(), LONGEST_LIST);
    }
}

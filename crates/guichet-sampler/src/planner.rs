//! Who is due: a pure function of what happened so far, the time and a seed. What never enters: the clock, the network.
//!
//! Time is cut into strata as long as a target's cadence, and each stratum has one uniformly random instant
//! (stratified jitter: unbiased, and steadier than Poisson sampling). The instant follows from the seed, the target's
//! id and the stratum's number, so that a plan needs no memory and a restart changes nothing. Strata that passed
//! while nobody was running are not made up for.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, TimeDelta};
use guichet_model::{Instant, Purpose, TargetId};
use guichet_store::{HostState, TargetState};
use sha2::{Digest as _, Sha256};

/// The least time between two probes of a target, whatever its cadence's jitter says.
pub const LEAST_GAP: TimeDelta = TimeDelta::minutes(15);

/// The least time between two probes of a host.
pub const HOST_SPACING: TimeDelta = TimeDelta::seconds(60);

/// How often a target on probation is tried daily before it is tried weekly.
const DAILY_TRIES: u32 = 7;

/// A target that may be probed, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its id.
    pub id: &'a TargetId,
    /// Its registrable host: what spacing and breakers go by.
    pub host: &'a str,
    /// Time between two planned probes.
    pub cadence: Duration,
    /// What happened so far.
    pub state: &'a TargetState,
}

/// When a candidate is to be probed next, and under which design.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Appointment {
    /// The instant; in the past when it is due already.
    pub at: Instant,
    /// The stratum that it stands for; `None` on probation.
    pub stratum: Option<i64>,
    /// What the probe will be for.
    pub purpose: Purpose,
    /// Planned probes per hour; `None` on probation.
    pub intensity_per_h: Option<f64>,
}

/// What is to happen now to the candidate at `index`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Due {
    /// Place in the list of candidates.
    pub index: usize,
    /// The appointment it has.
    pub appointment: Appointment,
    /// Probe it, or say that we chose not to ask because its host's breaker is open.
    pub action: Action,
}

/// What to do about a due candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Ask.
    Probe,
    /// Record `unknown(withheld)`: asking now would be impolite.
    Withhold,
}

/// A uniform number in [0, 1) that depends on nothing but its arguments.
fn uniform(seed: u64, target: &TargetId, number: i64) -> f64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(target.as_str());
    hash.update(number.to_le_bytes());
    let digest = hash.finalize();
    let bits = digest.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    let number = bits as f64 / (1_u64 << 53) as f64;
    number
}

fn span(length: Duration) -> TimeDelta {
    TimeDelta::from_std(length).unwrap_or(TimeDelta::days(365)).max(TimeDelta::minutes(1))
}

/// A share of a span, to the millisecond.
fn part(length: TimeDelta, share: f64) -> TimeDelta {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "at most a year in milliseconds"
    )]
    let part = (length.num_milliseconds() as f64 * share) as i64;
    TimeDelta::milliseconds(part)
}

/// The stratum of `cadence` in which `at` lies, counted from 1970.
pub fn stratum(at: Instant, cadence: Duration) -> i64 {
    at.timestamp_millis().div_euclid(span(cadence).num_milliseconds())
}

/// The next appointment of a candidate.
pub fn appointment(candidate: &Candidate<'_>, now: Instant, seed: u64) -> Appointment {
    let state = candidate.state;
    if state.alive_since.is_none() {
        return Appointment {
            at: probation_at(candidate, seed),
            stratum: None,
            purpose: Purpose::Probation,
            intensity_per_h: None,
        };
    }
    let length = span(candidate.cadence);
    let current = stratum(now, candidate.cadence);
    let number = if state.stratum.is_some_and(|done| done >= current) { current + 1 } else { current };
    let start = DateTime::from_timestamp_millis(number * length.num_milliseconds()).unwrap_or(now);
    let planned = start + part(length, uniform(seed, candidate.id, number));
    // Two random instants of neighbouring strata can be close together: politeness moves the later one back.
    let allowed = state.last_probe_at.map_or(planned, |last| last + LEAST_GAP.min(length));
    Appointment {
        at: planned.max(allowed),
        stratum: Some(number),
        purpose: Purpose::Base,
        intensity_per_h: Some(3600.0 / candidate.cadence.as_secs_f64().max(60.0)),
    }
}

/// A target never seen alive is tried at once, then daily for a week, then weekly; each wait is lengthened by up to a
/// tenth, so that many dead links do not knock together.
fn probation_at(candidate: &Candidate<'_>, seed: u64) -> Instant {
    let state = candidate.state;
    let Some(last) = state.last_probe_at else {
        return DateTime::UNIX_EPOCH;
    };
    let wait = if state.probation_tries <= DAILY_TRIES { TimeDelta::days(1) } else { TimeDelta::days(7) };
    last + wait + part(wait, 0.1 * uniform(seed, candidate.id, i64::from(state.probation_tries)))
}

/// Who is due at `now`, at most one probe a host, in the order in which to begin. Hosts in `busy` have a probe under
/// way.
pub fn due<S: std::hash::BuildHasher>(
    candidates: &[Candidate<'_>],
    hosts: &HashMap<String, HostState, S>,
    busy: &HashSet<String, S>,
    now: Instant,
    seed: u64,
) -> Vec<Due> {
    let mut waiting: Vec<(usize, Appointment)> = candidates
        .iter()
        .enumerate()
        .map(|(index, candidate)| (index, appointment(candidate, now, seed)))
        .filter(|(_, appointment)| appointment.at <= now)
        .collect();
    // Planned samples go before trials of links that may be dead.
    waiting.sort_by_key(|(index, appointment)| {
        (appointment.purpose == Purpose::Probation, appointment.at, *index)
    });
    let mut taken: HashSet<&str> = HashSet::new();
    let mut result = Vec::new();
    for (index, appointment) in waiting {
        let host = candidates[index].host;
        let state = hosts.get(host).copied().unwrap_or_default();
        if state.not_before.is_some_and(|until| now < until) {
            if appointment.purpose == Purpose::Base {
                result.push(Due { index, appointment, action: Action::Withhold });
            }
        } else if free_at(&state).is_none_or(|free| free <= now) && !busy.contains(host) && taken.insert(host)
        {
            result.push(Due { index, appointment, action: Action::Probe });
        }
    }
    result
}

/// When the spacing lets the next probe of a host begin; `None` when nothing stands against it.
fn free_at(host: &HostState) -> Option<Instant> {
    host.last_probe_at.map(|last| last + HOST_SPACING)
}

/// When [`due`] is worth asking again, given that no probe ends before: the earliest instant at which a candidate's
/// turn comes and its host is free.
pub fn next_wake<S: std::hash::BuildHasher>(
    candidates: &[Candidate<'_>],
    hosts: &HashMap<String, HostState, S>,
    busy: &HashSet<String, S>,
    now: Instant,
    seed: u64,
) -> Option<Instant> {
    candidates
        .iter()
        .filter(|candidate| !busy.contains(candidate.host))
        .map(|candidate| {
            let appointment = appointment(candidate, now, seed);
            let host = hosts.get(candidate.host).copied().unwrap_or_default();
            let blocked = host.not_before.filter(|_| appointment.purpose == Purpose::Probation);
            [free_at(&host), blocked].into_iter().flatten().fold(appointment.at, Instant::max)
        })
        .min()
}

#[cfg(test)]
mod tests;

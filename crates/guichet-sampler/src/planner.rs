//! Who is due: a pure function of what happened so far, the time and a seed. What never enters: the clock, the network.
//!
//! The plan is stratified jitter (steadier than Poisson sampling) that keeps the least gap between two probes of a
//! target and is still uniform over the hour. Strata as long as the cadence come in cycles of [`CYCLE`]. A cycle draws
//! one random phase for all its strata, each stratum one random instant of its own in what the least gap leaves of it,
//! and one stratum a cycle stays empty, so that the next cycle may begin with another phase. Drawing from whole strata
//! and moving the instants that come too close would look rarer at the start of a stratum, which is where slots are
//! released. A cycle is no whole number of days, so that its seam wanders over the hours. The instants follow from the
//! seed and the target's id: a plan needs no memory, a restart changes nothing, and what passed while nobody was running
//! is not made up for.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, TimeDelta};
use guichet_fetch::SHORTEST_PROBE_SPACING;
use guichet_model::{Instant, Purpose, TargetId};
use guichet_store::{HostState, TargetState};
use sha2::{Digest as _, Sha256};

/// The least time between two probes of a target, whatever its cadence's jitter says.
pub const LEAST_GAP: TimeDelta = TimeDelta::minutes(15);

/// The least time between two probes of a host, as fetch enforces it: what is planned sooner would only wait there.
pub const HOST_SPACING: TimeDelta = TimeDelta::seconds(SHORTEST_PROBE_SPACING.as_secs().cast_signed());

/// The longest time that a breaker can keep us away.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::days(1);

/// Strata of a cycle, of which the last holds no probe.
const CYCLE: i64 = 50;

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
    /// When it may begin; in the past when it is due already.
    pub at: Instant,
    /// The planned instant that it stands for; `None` on probation.
    pub planned: Option<Instant>,
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
fn uniform(seed: u64, target: &TargetId, cycle: i64, place: i64) -> f64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(target.as_str());
    hash.update(cycle.to_le_bytes());
    hash.update(place.to_le_bytes());
    let digest = hash.finalize();
    let bits = digest.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    let number = bits as f64 / (1_u64 << 53) as f64;
    number
}

/// A seed of one's own for each operator, so that two of them do not knock at the same seconds.
pub fn seed_of(contact: &str) -> u64 {
    let digest = Sha256::digest(contact.trim().to_lowercase());
    digest.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte))
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

/// The plan of one target.
#[derive(Debug, Clone, Copy)]
struct Plan<'a> {
    target: &'a TargetId,
    /// Length of a stratum.
    stratum: TimeDelta,
    /// The least time between two instants.
    gap: TimeDelta,
    seed: u64,
}

impl<'a> Plan<'a> {
    fn of(target: &'a TargetId, cadence: Duration, seed: u64) -> Self {
        let stratum = TimeDelta::from_std(cadence).unwrap_or(TimeDelta::days(365)).max(TimeDelta::minutes(1));
        Self { target, stratum, gap: LEAST_GAP.min(stratum), seed }
    }

    /// The instant of the probe with this number, counted from 1970; they grow with the number.
    fn instant(&self, number: i64) -> Instant {
        let (cycle, place) = (number.div_euclid(CYCLE - 1), number.rem_euclid(CYCLE - 1));
        let strata = cycle * CYCLE + place;
        let phase = part(self.stratum, uniform(self.seed, self.target, cycle, -1));
        let jitter = part(self.stratum - self.gap, uniform(self.seed, self.target, cycle, place));
        let start = DateTime::from_timestamp_millis(strata.saturating_mul(self.stratum.num_milliseconds()));
        start.unwrap_or(DateTime::UNIX_EPOCH) + phase + jitter
    }

    /// The number of the last instant that is not after `now`.
    fn latest(&self, now: Instant) -> i64 {
        let strata = now.timestamp_millis().div_euclid(self.stratum.num_milliseconds());
        let (cycle, place) = (strata.div_euclid(CYCLE), strata.rem_euclid(CYCLE));
        let mut number = cycle * (CYCLE - 1) + place.min(CYCLE - 2);
        while self.instant(number) > now {
            number -= 1;
        }
        while self.instant(number + 1) <= now {
            number += 1;
        }
        number
    }

    /// Probes per hour, over whole cycles.
    fn intensity_per_h(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most a year in milliseconds")]
        let stratum_h = self.stratum.num_milliseconds() as f64 / 3_600_000.0;
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let filled = (CYCLE - 1) as f64 / CYCLE as f64;
        filled / stratum_h
    }
}

/// The next appointment of a candidate.
pub fn appointment(candidate: &Candidate<'_>, now: Instant, seed: u64) -> Appointment {
    let state = candidate.state;
    if state.alive_since.is_none() {
        let at = probation_at(candidate, seed);
        return Appointment { at, planned: None, purpose: Purpose::Probation, intensity_per_h: None };
    }
    let plan = Plan::of(candidate.id, candidate.cadence, seed);
    let number = plan.latest(now);
    let latest = plan.instant(number);
    let done = state.last_planned_at.is_some_and(|done| latest <= done);
    // Longer ago than a stratum: nobody was running, or the host was too busy; the moment has passed.
    let passed = now - latest >= plan.stratum;
    let planned = if done || passed { plan.instant(number + 1) } else { latest };
    // Probes begin late where hosts are busy; what is meant is the gap between those that were really made.
    let allowed = state.last_probe_at.map_or(planned, |last| last + plan.gap);
    Appointment {
        at: planned.max(allowed),
        planned: Some(planned),
        purpose: Purpose::Base,
        intensity_per_h: Some(plan.intensity_per_h()),
    }
}

/// A target never seen alive is tried at once, then daily for a week, then weekly; each wait is lengthened by up to a
/// tenth, so that many dead links do not knock together.
fn probation_at(candidate: &Candidate<'_>, seed: u64) -> Instant {
    let state = candidate.state;
    let Some(last) = state.last_probe_at else { return DateTime::UNIX_EPOCH };
    let wait = match state.probation_tries {
        // The first try was broken off: it does not cost a day.
        0 => LEAST_GAP,
        1..=DAILY_TRIES => TimeDelta::days(1),
        _ => TimeDelta::days(7),
    };
    last + wait + part(wait, 0.1 * uniform(seed, candidate.id, i64::from(state.probation_tries), -2))
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
        if shut_out_until(&state, now).is_some() {
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

/// Until when the breaker of a host is open; `None` when it is not.
pub fn shut_out_until(host: &HostState, now: Instant) -> Option<Instant> {
    host.not_before.filter(|until| now < *until)
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
            let shut_out = shut_out_until(&host, now).filter(|_| appointment.purpose == Purpose::Probation);
            [free_at(&host), shut_out].into_iter().flatten().fold(appointment.at, Instant::max)
        })
        .min()
}

#[cfg(test)]
mod tests;

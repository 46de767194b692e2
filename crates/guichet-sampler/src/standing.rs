//! Where a target stands in sampling: alive or on probation, what was planned and done last. Pure. What never enters: who
//! is due, the database.

use guichet_model::{Instant, Purpose, Target};
use guichet_store::{Drift, TargetState};

use crate::{drift, planner::Appointment, probe::Probed};

/// Where a target stands at a start. Another page under the same name has to show that it is alive, too, and has not
/// drifted; instants from a future that never came (a clock that was wrong once) are pulled back.
pub fn at_start(known: TargetState, target: &Target, now: Instant) -> TargetState {
    let not_later = |at: Option<Instant>| at.map(|at| at.min(now));
    let known = TargetState {
        last_planned_at: not_later(known.last_planned_at),
        last_probe_at: not_later(known.last_probe_at),
        drift: known.drift.map(|drift| Drift {
            since: drift.since.min(now),
            last_at: drift.last_at.min(now),
            told_at: drift.told_at.min(now),
            ..drift
        }),
        ..known
    };
    let other_page = known.url.as_deref().is_some_and(|url| url != target.url.as_str());
    if other_page {
        TargetState { last_probe_at: known.last_probe_at, ..TargetState::default() }
    } else {
        known
    }
}

/// Where it stands once a probe has begun: the moment is used up, even if we are killed before the probe ends.
pub(crate) fn when_begun(before: &TargetState, appointment: Appointment, now: Instant) -> TargetState {
    TargetState {
        last_planned_at: appointment.planned.or(before.last_planned_at),
        last_probe_at: Some(now),
        ..before.clone()
    }
}

/// Where it stands after a probe. Recognised once, even by its wall, it is alive from then on.
pub(crate) fn after(
    before: &TargetState,
    appointment: Appointment,
    probed: &Probed,
    target: &Target,
) -> TargetState {
    let trial = appointment.purpose == Purpose::Probation;
    TargetState {
        alive_since: before.alive_since.or(probed.recognised.then_some(probed.ended_at)),
        probation_tries: before.probation_tries + u32::from(trial),
        last_planned_at: appointment.planned.or(before.last_planned_at),
        last_probe_at: Some(probed.ended_at),
        last_cause: probed.outcome.cause(),
        rounds: before.rounds + 1,
        url: Some(target.url.to_string()),
        drift: drift::after(before.drift.as_ref(), probed),
    }
}

#[cfg(test)]
mod tests {
    use guichet_model::{Params, TargetStatus};

    use super::*;

    #[test]
    fn another_page_under_the_same_name_has_to_show_that_it_is_alive() {
        let target = Target {
            id: "92-nanterre/asile".parse().unwrap(),
            label: None,
            platform: "ez-booking".to_owned(),
            url: "https://www.exemple.gouv.fr/booking/create/2".parse().unwrap(),
            status: TargetStatus::Active,
            cadence: std::time::Duration::from_mins(30),
            timezone: guichet_model::civil::PARIS,
            seen: None,
            source: None,
            conflict: None,
            params: Params::new(),
        };
        let at: Instant = "2026-03-02T08:00:00Z".parse().unwrap();
        let drift = Drift {
            times: 5,
            since: at - chrono::TimeDelta::days(500),
            last_at: at,
            told_at: at,
            platform: "ez-booking".to_owned(),
            revision: 1,
            markers: Vec::new(),
            found: "nothing".to_owned(),
            page_sha256: None,
        };
        let known = |url: Option<&str>| TargetState {
            alive_since: Some(at),
            rounds: 7,
            last_probe_at: Some(at),
            url: url.map(str::to_owned),
            drift: Some(drift.clone()),
            ..TargetState::default()
        };
        let same = known(Some(target.url.as_str()));
        assert_eq!(at_start(same.clone(), &target, at), same);
        assert_eq!(at_start(known(None), &target, at).alive_since, Some(at));
        let other = at_start(known(Some("https://www.exemple.gouv.fr/booking/create/1")), &target, at);
        assert_eq!((other.alive_since, other.rounds, other.last_probe_at), (None, 0, Some(at)));
        assert_eq!(other.drift, None);
        let earlier = at - chrono::TimeDelta::days(400);
        let pulled_back = at_start(same, &target, earlier);
        assert_eq!((pulled_back.last_probe_at, pulled_back.last_planned_at), (Some(earlier), None));
        assert_eq!(pulled_back.drift, Some(Drift { last_at: earlier, told_at: earlier, ..drift }));
    }
}

//! The breaker of a host: after a refusal or an overload we stay away, each time twice as long. Pure.
//! What never enters: the clock, the network.

use std::time::Duration;

use chrono::TimeDelta;
use guichet_model::{Cause, Instant, Outcome};
use guichet_store::HostState;

use crate::planner::LONGEST_PAUSE;

/// First and longest pause after 401, 403, 429, a challenge or a firewall's page.
const AFTER_REFUSAL: (TimeDelta, TimeDelta) = (TimeDelta::minutes(40), LONGEST_PAUSE);

/// First and longest pause after 5xx, « Service surchargé » or no answer.
const AFTER_OVERLOAD: (TimeDelta, TimeDelta) = (TimeDelta::minutes(10), TimeDelta::hours(2));

fn doubled((first, longest): (TimeDelta, TimeDelta), times: u32) -> TimeDelta {
    (0..times.saturating_sub(1).min(16)).fold(first, |pause, _| (pause * 2).min(longest)).min(longest)
}

/// A host's state at a start. Instants from a future that never came (a clock that was wrong once) are pulled back, or
/// they would keep us away until then.
pub fn at_start(known: HostState, now: Instant) -> HostState {
    HostState {
        last_probe_at: known.last_probe_at.map(|last| last.min(now)),
        not_before: known.not_before.map(|until| until.min(now + LONGEST_PAUSE)),
        ..known
    }
}

/// A host's state after a probe that ended at `ended_at`. `said` is what its last answer came to, `None` when robots.txt
/// forbids the page: that is an answer about the page, not a sign of distress. `retry_after` only lengthens.
pub fn after(
    before: &HostState,
    said: Option<&Outcome>,
    retry_after: Option<Duration>,
    ended_at: Instant,
) -> HostState {
    let mut state = HostState { last_probe_at: Some(ended_at), ..*before };
    let Some(said) = said else { return HostState { not_before: None, ..state } };
    let pause = match said.cause() {
        Some(Cause::Refused | Cause::RateLimited | Cause::Challenged) => {
            state.refusals = state.refusals.saturating_add(1);
            Some(doubled(AFTER_REFUSAL, state.refusals))
        }
        Some(Cause::Overloaded | Cause::Unreachable) => {
            state.overloads = state.overloads.saturating_add(1);
            Some(doubled(AFTER_OVERLOAD, state.overloads))
        }
        _ => {
            state.refusals = 0;
            state.overloads = 0;
            None
        }
    };
    let asked_for = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok());
    state.not_before =
        pause.into_iter().chain(asked_for).max().map(|wait| ended_at + wait.min(LONGEST_PAUSE));
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Instant {
        "2026-03-02T08:00:00Z".parse().unwrap()
    }

    /// Minutes of pause after each of a row of outcomes.
    fn pauses(causes: &[Option<Cause>], retry_after: Option<u64>) -> Vec<Option<i64>> {
        let mut state = HostState::default();
        causes
            .iter()
            .map(|cause| {
                let outcome = cause.map_or(Outcome::Full, Outcome::Unknown);
                state = after(&state, Some(&outcome), retry_after.map(Duration::from_secs), at());
                state.not_before.map(|until| (until - at()).num_minutes())
            })
            .collect()
    }

    #[test]
    fn pauses_double_up_to_their_ceiling_and_an_answer_ends_them() {
        let refused = [Some(Cause::Refused); 8];
        assert_eq!(pauses(&refused, None), [40, 80, 160, 320, 640, 1280, 1440, 1440].map(Some));
        let overloaded = [Some(Cause::Overloaded); 6];
        assert_eq!(pauses(&overloaded, None), [10, 20, 40, 80, 120, 120].map(Some));
        let mended = [
            Some(Cause::RateLimited),
            None,
            Some(Cause::Challenged),
            Some(Cause::Gone),
            Some(Cause::Unreachable),
        ];
        assert_eq!(pauses(&mended, None), [Some(40), None, Some(40), None, Some(10)]);
    }

    #[test]
    fn retry_after_only_lengthens() {
        assert_eq!(pauses(&[Some(Cause::RateLimited)], Some(60)), [Some(40)]);
        assert_eq!(pauses(&[Some(Cause::RateLimited)], Some(7200)), [Some(120)]);
        assert_eq!(pauses(&[None], Some(600)), [Some(10)]);
    }

    #[test]
    fn a_page_that_robots_forbid_does_not_close_the_whole_host() {
        let state = after(&HostState::default(), None, None, at());
        assert_eq!((state.refusals, state.not_before), (0, None));
    }
}

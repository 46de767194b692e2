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

/// How a host took a probe, whatever that told about the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostSaid {
    /// Its last answer, or that there was none, came to this; the cause tells distress from health.
    Answer(Outcome),
    /// It served an ordinary page from which nothing is learnt: the platform's own CAPTCHA before the slots.
    Well,
    /// It was not asked for the page: robots.txt forbids it, which is a word about the page and no sign of distress, or
    /// we never ask for it.
    NotAsked,
}

impl HostSaid {
    /// Why nothing was established, where an answer told why.
    pub fn cause(self) -> Option<Cause> {
        match self {
            Self::Answer(outcome) => outcome.cause(),
            Self::Well | Self::NotAsked => None,
        }
    }
}

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

/// A host's state after a probe that ended at `ended_at`. `retry_after` only lengthens.
pub fn after(
    before: &HostState,
    said: HostSaid,
    retry_after: Option<Duration>,
    ended_at: Instant,
) -> HostState {
    let mut state = HostState { last_probe_at: Some(ended_at), ..*before };
    if said == HostSaid::NotAsked {
        return HostState { not_before: None, ..state };
    }
    let pause = match said.cause() {
        Some(Cause::Refused | Cause::RateLimited | Cause::Challenged) => {
            state.refusals = state.refusals.saturating_add(1);
            Some(doubled(AFTER_REFUSAL, state.refusals))
        }
        Some(Cause::Overloaded | Cause::Unreachable) => {
            state.overloads = state.overloads.saturating_add(1);
            Some(doubled(AFTER_OVERLOAD, state.overloads))
        }
        // We did not ask, as where robots.txt wants a wait that is too long: the host has said nothing new.
        Some(Cause::Withheld) => None,
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

    fn answer(cause: Option<Cause>) -> HostSaid {
        HostSaid::Answer(cause.map_or(Outcome::Full, Outcome::Unknown))
    }

    /// Minutes of pause after each of a row of answers.
    fn pauses(said: &[HostSaid], retry_after: Option<u64>) -> Vec<Option<i64>> {
        let mut state = HostState::default();
        said.iter()
            .map(|said| {
                state = after(&state, *said, retry_after.map(Duration::from_secs), at());
                state.not_before.map(|until| (until - at()).num_minutes())
            })
            .collect()
    }

    #[test]
    fn pauses_double_up_to_their_ceiling_and_an_answer_ends_them() {
        let refused = [answer(Some(Cause::Refused)); 8];
        assert_eq!(pauses(&refused, None), [40, 80, 160, 320, 640, 1280, 1440, 1440].map(Some));
        let overloaded = [answer(Some(Cause::Overloaded)); 6];
        assert_eq!(pauses(&overloaded, None), [10, 20, 40, 80, 120, 120].map(Some));
        let mended = [
            Some(Cause::RateLimited),
            None,
            Some(Cause::Challenged),
            Some(Cause::Gone),
            Some(Cause::Unreachable),
        ];
        assert_eq!(pauses(&mended.map(answer), None), [Some(40), None, Some(40), None, Some(10)]);
    }

    #[test]
    fn retry_after_only_lengthens() {
        let limited = [answer(Some(Cause::RateLimited))];
        assert_eq!(pauses(&limited, Some(60)), [Some(40)]);
        assert_eq!(pauses(&limited, Some(7200)), [Some(120)]);
        for well in [answer(None), HostSaid::Well] {
            assert_eq!(pauses(&[well], Some(600)), [Some(10)]);
        }
    }

    #[test]
    fn a_wall_is_a_healthy_answer_and_a_page_that_was_not_asked_for_tells_nothing() {
        let refused = answer(Some(Cause::Refused));
        assert_eq!(pauses(&[refused, refused, HostSaid::Well, refused], None)[2..], [None, Some(40)]);
        assert_eq!(pauses(&[refused, refused, HostSaid::NotAsked, refused], None)[2..], [None, Some(160)]);
        let withheld = answer(Some(Cause::Withheld));
        assert_eq!(pauses(&[refused, withheld, refused], None), [Some(40), None, Some(80)]);
        assert_eq!(pauses(&[withheld], Some(7200)), [Some(120)]);
        let overloaded = answer(Some(Cause::Overloaded));
        assert_eq!(pauses(&[overloaded, HostSaid::Well, overloaded], None), [Some(10), None, Some(10)]);
        assert_eq!(pauses(&[overloaded, HostSaid::NotAsked, overloaded], None), [Some(10), None, Some(20)]);
    }

    #[test]
    fn a_page_that_robots_forbid_does_not_close_the_whole_host() {
        let state = after(&HostState::default(), HostSaid::NotAsked, None, at());
        assert_eq!((state.refusals, state.not_before), (0, None));
    }
}

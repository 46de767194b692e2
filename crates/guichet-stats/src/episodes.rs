//! Episodes: maximal runs of open looks, each with the two intervals in which it began and ended. Plain facts of what
//! was seen. What never enters: estimates of what was not seen, looks that told nothing as ends.

use chrono::TimeDelta;
use guichet_model::{Instant, Look, Seen};

use crate::{
    evidence::Evidence,
    transitions::{Spacing, hours},
    turnbull::{Censored, turnbull},
};

/// A run of open looks. `full` and `shut` end it; looks that told nothing neither end nor prolong it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Episode {
    /// The last look before it, close enough, that told the page was not open; `None` where there is none.
    pub not_before: Option<Instant>,
    /// The first open look.
    pub first: Instant,
    /// The last open look.
    pub last: Instant,
    /// The first look after it, close enough, that told the page was no longer open; `None` where there is none.
    pub gone_by: Option<Instant>,
    /// Open looks in it.
    pub looks: u32,
}

/// Every episode, in order of time.
///
/// Two looks that told (open, full or shut) are close enough when they are at most three times the median gap of the
/// planned looks apart, and six hours at most; a longer gap leaves the end open and starts another episode. Minimum
/// data: two looks that told open or full; below it there is no gap to judge by, and each open look is an episode.
pub fn episodes(evidence: &Evidence<'_>) -> Vec<Episode> {
    let longest = Spacing::of(evidence.looks).map_or(TimeDelta::zero(), |spacing| spacing.longest);
    runs(evidence.looks, longest)
}

/// The episodes where looks at most `longest` apart are neighbours.
pub(crate) fn runs(looks: &[Look], longest: TimeDelta) -> Vec<Episode> {
    let mut all = Vec::new();
    let mut running: Option<Episode> = None;
    let mut not_open: Option<Instant> = None;
    for look in looks {
        let is_open = match look.seen {
            Seen::Open(_) => true,
            Seen::Full | Seen::Shut => false,
            Seen::Unknown => continue,
        };
        let at = look.at;
        let is_close = |before: Instant| before <= at && at - before <= longest;
        match (running.take(), is_open) {
            (Some(mut episode), true) if is_close(episode.last) => {
                episode.last = at;
                episode.looks += 1;
                running = Some(episode);
            }
            (Some(mut episode), false) => {
                episode.gone_by = is_close(episode.last).then_some(at);
                all.push(episode);
            }
            (other, true) => {
                // An episode that a gap cuts in two is open on both sides of the gap.
                let was_open = other.is_some();
                all.extend(other);
                running = Some(Episode {
                    not_before: not_open.filter(|before| !was_open && is_close(*before)),
                    first: at,
                    last: at,
                    gone_by: None,
                    looks: 1,
                });
            }
            (None, false) => {}
        }
        if !is_open {
            not_open = Some(at);
        }
    }
    all.extend(running);
    all
}

/// Minutes between which something lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// At least so long.
    pub at_least_min: f64,
    /// At most so long; `None` where the looks cannot tell.
    pub at_most_min: Option<f64>,
}

/// How long the openings seen lasted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lifetimes {
    /// Openings seen.
    pub episodes: u32,
    /// From its beginning to its end: between which lengths a quarter, a half and three quarters of the openings seen
    /// had ended. No estimate: they lie there whatever happened between the looks.
    pub lasted: [Bounds; 3],
    /// From the first look that saw it to its end: when a quarter, a half and three quarters had ended, as exactly as
    /// Turnbull's distribution tells. An estimate.
    pub after_sighting: [Bounds; 3],
}

/// A quartile of fewer is somebody's guess.
const LEAST_EPISODES: usize = 4;

/// How long the openings **seen** lasted, in minutes, in two ways.
///
/// [`Lifetimes::lasted`]: each opening lasted at least from its first to its last open look and at most from the last
/// look before to the first look after it (for ever, without either), so that a quartile lies between that of the
/// lower and that of the upper bounds. [`Lifetimes::after_sighting`]: the time from the first open look to the end is
/// interval-censored by the looks after it, and right-censored where its end was not seen; its distribution is
/// Turnbull's (JRSS B 1976, see [`turnbull`]), which would be wrong for the whole length, as there the bounds depend on
/// the length itself.
///
/// Openings that no look fell into are not among them, and a short one is missed more easily than a long one: this
/// describes the openings seen and overstates how long openings last (length bias). For the latter see
/// [`crate::openings::Openings::lifetime_min`]. Minimum data: 4 episodes; `None` below it.
pub fn lifetimes(episodes: &[Episode]) -> Option<Lifetimes> {
    if episodes.len() < LEAST_EPISODES {
        return None;
    }
    let minutes = |from: Instant, to: Instant| 60.0 * hours((to - from).num_milliseconds().max(0));
    let whole = |from: Option<Instant>, episode: &Episode| {
        let after = down(minutes(episode.first, episode.last));
        let by = from
            .zip(episode.gone_by)
            .map_or(f64::INFINITY, |(from, to)| up(minutes(from, to)).max(after + 1.0));
        Censored { after, by }
    };
    let sure: Vec<Censored> = episodes.iter().map(|episode| whole(episode.not_before, episode)).collect();
    let residual: Vec<Censored> =
        episodes.iter().map(|episode| whole(Some(episode.first), episode)).collect();
    let mut lower: Vec<f64> = sure.iter().map(|one| one.after).collect();
    let mut upper: Vec<f64> = sure.iter().map(|one| one.by).collect();
    lower.sort_unstable_by(f64::total_cmp);
    upper.sort_unstable_by(f64::total_cmp);
    let masses = turnbull(&residual, 1e-5);
    let bounds = |after: f64, by: f64| Bounds {
        at_least_min: after,
        at_most_min: Some(by).filter(|by| by.is_finite()),
    };
    let lasted = |quarter: usize| {
        // The smallest length that at least so many quarters did not outlast.
        let place = (quarter * episodes.len()).div_ceil(4) - 1;
        bounds(lower[place], upper[place])
    };
    let after_sighting = |share: f64| {
        let mut sum = 0.0;
        let reached = masses.iter().find(|mass| {
            sum += mass.share;
            sum >= share - 1e-3
        });
        reached.or(masses.last()).map(|mass| bounds(mass.after, mass.by))
    };
    Some(Lifetimes {
        episodes: u32::try_from(episodes.len()).unwrap_or(u32::MAX),
        lasted: [lasted(1), lasted(2), lasted(3)],
        after_sighting: [after_sighting(0.25)?, after_sighting(0.5)?, after_sighting(0.75)?],
    })
}

/// Steps of a minute up to two hours, of five up to a day, then of an hour: outwards, bounds stay bounds, and equal
/// ones are counted together.
fn step(minutes: f64) -> f64 {
    match minutes {
        ..120.0 => 1.0,
        120.0..1440.0 => 5.0,
        _ => 60.0,
    }
}

fn down(minutes: f64) -> f64 {
    (minutes / step(minutes)).floor() * step(minutes)
}

fn up(minutes: f64) -> f64 {
    (minutes / step(minutes)).ceil() * step(minutes)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::transitions::tests::{any_looks, looks};

    /// Each episode as `before first last after looks`, in places of the word.
    fn episodes_of(word: &str) -> String {
        let place = |at: Instant| (at - DateTime::UNIX_EPOCH).num_minutes() / 10;
        let end = |at: Option<Instant>| at.map_or("-".to_owned(), |at| place(at).to_string());
        runs(&looks(word, 10), TimeDelta::minutes(30))
            .iter()
            .map(|one| {
                let (before, after) = (end(one.not_before), end(one.gone_by));
                format!("{before} {} {} {after} {}", place(one.first), place(one.last), one.looks)
            })
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[test]
    fn an_episode_is_a_run_of_open_looks_between_two_that_were_not() {
        for (word, expected) in [
            ("", ""),
            ("ff??s", ""),
            ("foof", "0 1 2 3 2"),
            ("fo?of", "0 1 3 4 2"),
            ("sos", "0 1 1 2 1"),
            ("o", "- 0 0 - 1"),
            ("oofo", "- 0 1 2 2, 2 3 3 - 1"),
            ("fooOF", "0 1 3 4 3"),
            ("f???o", "- 4 4 - 1"),
            ("o???o", "- 0 0 - 1, - 4 4 - 1"),
            ("fo???f", "0 1 1 - 1"),
            ("f?o??o??f", "0 2 5 8 2"),
        ] {
            assert_eq!(episodes_of(word), expected, "{word}");
        }
    }

    fn between(at_least_min: f64, at_most_min: Option<f64>) -> Bounds {
        Bounds { at_least_min, at_most_min }
    }

    #[test]
    fn quartiles_of_openings_seen_lie_between_what_was_seen_and_what_the_gaps_allow() {
        let seen = runs(&looks("fofofoooofoooof", 10), TimeDelta::minutes(30));
        let found = lifetimes(&seen).unwrap();
        assert_eq!(found.episodes, 4);
        let (short, long) = (between(0.0, Some(20.0)), between(30.0, Some(50.0)));
        assert_eq!(found.lasted, [short, short, long]);
        let (short, long) = (between(0.0, Some(10.0)), between(30.0, Some(40.0)));
        assert_eq!(found.after_sighting, [short, short, long]);
    }

    #[test]
    fn openings_whose_end_was_not_seen_have_no_upper_bound() {
        let seen = runs(&looks("fo????fo????fo????fo", 10), TimeDelta::minutes(30));
        let found = lifetimes(&seen).unwrap();
        assert_eq!((found.lasted, found.after_sighting), ([between(0.0, None); 3], [between(0.0, None); 3]));
        assert_eq!(lifetimes(&seen[..3]), None);
    }

    proptest! {
        #[test]
        fn whatever_the_looks_every_open_one_is_in_one_episode_and_bounds_are_in_order(looks in any_looks()) {
            let longest = Spacing::of(&looks).map_or(TimeDelta::zero(), |spacing| spacing.longest);
            let found = runs(&looks, longest);
            let open = looks.iter().filter(|look| look.told() == Some(true)).count();
            let looks_in_all: u32 = found.iter().map(|episode| episode.looks).sum();
            prop_assert_eq!(usize::try_from(looks_in_all).unwrap(), open);
            for episode in &found {
                prop_assert!(episode.first <= episode.last);
                prop_assert!(episode.not_before.is_none_or(|before| before <= episode.first));
                prop_assert!(episode.gone_by.is_none_or(|after| episode.last <= after));
            }
            if let Some(lifetimes) = lifetimes(&found) {
                for bounds in lifetimes.lasted.into_iter().chain(lifetimes.after_sighting) {
                    prop_assert!(bounds.at_least_min.is_finite() && bounds.at_least_min >= 0.0);
                    prop_assert!(bounds.at_most_min.is_none_or(|most| most.is_finite() && most > bounds.at_least_min));
                }
                for quartiles in [lifetimes.lasted, lifetimes.after_sighting] {
                    prop_assert!(quartiles.is_sorted_by_key(|bounds| bounds.at_least_min));
                }
            }
        }
    }
}

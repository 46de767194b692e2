//! The five states of a place on the map, and whether a target is watched. What never enters: words for people,
//! colours, shares.

use chrono::{Duration, DurationRound as _};
use guichet_catalog::Reach;
use guichet_model::{Cause, Counts, Instant, Target, TargetStatus};
use guichet_stats::{Availability, Tier};
use guichet_store::TargetState;

/// What can be said of a target, or of several pooled. Each has its own colour, pattern, symbol and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum State {
    /// Enough data, and slots were seen.
    Open,
    /// Enough data, and every page that told said that there is none.
    Full,
    /// Observed, but too little to say more.
    TooLittle,
    /// Observed, but no page ever told.
    Unknown,
    /// Never observed.
    Never,
}

impl State {
    pub(crate) const ALL: [Self; 5] = [Self::Open, Self::Full, Self::TooLittle, Self::Unknown, Self::Never];

    /// The word used in the API, in style classes and in the keys of messages.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Full => "full",
            Self::TooLittle => "too_little",
            Self::Unknown => "unknown",
            Self::Never => "never",
        }
    }

    /// A sign that needs neither colour nor a language.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Open => "+",
            Self::Full => "×",
            Self::TooLittle => "~",
            Self::Unknown => "?",
            Self::Never => "–",
        }
    }

    pub(crate) fn of(availability: Option<&Availability>) -> Self {
        match availability {
            Some(figures) => Self::of_counts(&figures.counts, figures.tier),
            None => Self::Never,
        }
    }

    /// A page that only ever said that booking is switched off told something, but nothing about slots: that is too
    /// little, and neither `full` nor `unknown`.
    fn of_counts(counts: &Counts, tier: Tier) -> Self {
        if counts.is_empty() {
            Self::Never
        } else if counts.told() + counts.shut == 0 {
            Self::Unknown
        } else if counts.told() == 0 || tier == Tier::None {
            Self::TooLittle
        } else if counts.open > 0 {
            Self::Open
        } else {
            Self::Full
        }
    }
}

/// What may be told of a target's sampling: where it stood at the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sampling {
    /// The hour in which its page was first recognised.
    alive_since: Option<Instant>,
    tries: u32,
    /// Why the last probe established nothing.
    cause: Option<Cause>,
}

impl Sampling {
    /// As `state` was at `as_of`. Only the last probe is kept in mind, so at most one try is taken back: tries are a
    /// day apart, far more than the publishing delay. Why the try before failed is not known any more.
    pub(crate) fn as_of(state: &TargetState, as_of: Instant) -> Self {
        let alive_since = state.alive_since.filter(|at| *at <= as_of);
        let probed_since = state.last_probe_at.is_some_and(|at| at > as_of);
        let tried_since = alive_since.is_none() && (probed_since || state.alive_since.is_some());
        Self {
            alive_since: alive_since.map(|at| at.duration_trunc(Duration::hours(1)).unwrap_or(at)),
            tries: state.probation_tries.saturating_sub(u32::from(tried_since)),
            cause: state.last_cause.filter(|_| state.last_probe_at.is_some() && !probed_since),
        }
    }
}

/// Whether a target is watched, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Sampled, since its page was first recognised.
    Watched { since: Instant },
    /// The page answers, since it was first recognised, but a CAPTCHA stands before its slots.
    Wall { since: Instant },
    /// Never seen alive, and not tried yet.
    Probation,
    /// Never seen alive, and tried.
    NotFoundAlive { cause: Option<Cause> },
    /// Left alone for now.
    Paused,
    /// It can only be read in a way that needs somebody's agreement first.
    Off,
    /// Over.
    Retired,
    /// Known from imported data only.
    Historical,
}

impl Watch {
    /// `target` is the catalogue's, `None` where it does not know it.
    pub(crate) fn of(target: Option<&Target>, sampling: Sampling) -> Self {
        match target {
            None => Self::Historical,
            Some(target) => Self::of_listed(target.status, guichet_catalog::reach(target), sampling),
        }
    }

    fn of_listed(status: TargetStatus, reach: Reach, sampling: Sampling) -> Self {
        let Sampling { alive_since, tries, cause } = sampling;
        match (status, reach, alive_since) {
            (TargetStatus::Retired, _, _) => Self::Retired,
            (TargetStatus::Paused, _, _) => Self::Paused,
            (TargetStatus::Active, Reach::NotAsked(_), _) => Self::Off,
            (TargetStatus::Active, Reach::Wall, Some(since)) => Self::Wall { since },
            (TargetStatus::Active, Reach::Slots, Some(since)) => Self::Watched { since },
            (TargetStatus::Active, _, None) if tries == 0 => Self::Probation,
            (TargetStatus::Active, _, None) => Self::NotFoundAlive { cause },
        }
    }

    /// The word used in the API and in the keys of messages.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Watched { .. } => "watched",
            Self::Wall { .. } => "wall",
            Self::Probation => "probation",
            Self::NotFoundAlive { .. } => "not_found_alive",
            Self::Paused => "paused",
            Self::Off => "off",
            Self::Retired => "retired",
            Self::Historical => "historical",
        }
    }

    /// The order in which several targets speak for their department: the watched ones first.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Watched { .. } => 0,
            Self::Wall { .. } => 1,
            Self::Probation => 2,
            Self::NotFoundAlive { .. } => 3,
            Self::Off => 4,
            Self::Paused => 5,
            Self::Retired => 6,
            Self::Historical => 7,
        }
    }

    pub(crate) fn is_watched(self) -> bool {
        matches!(self, Self::Watched { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(open: u64, full: u64, shut: u64, unknown: u64) -> Counts {
        Counts { open, full, shut, unknown, ..Counts::default() }
    }

    #[test]
    fn states_follow_the_table() {
        for (told, tier, state) in [
            (counts(0, 0, 0, 0), Tier::None, State::Never),
            (counts(0, 0, 0, 9), Tier::None, State::Unknown),
            (counts(0, 0, 0, 9000), Tier::Ok, State::Unknown),
            (counts(0, 0, 900, 5), Tier::Ok, State::TooLittle),
            (counts(3, 5, 0, 1), Tier::None, State::TooLittle),
            (counts(0, 5, 0, 0), Tier::None, State::TooLittle),
            (counts(0, 900, 0, 100), Tier::Provisional, State::Full),
            (counts(0, 9000, 0, 0), Tier::Ok, State::Full),
            (counts(1, 9000, 0, 0), Tier::Ok, State::Open),
            (counts(1, 900, 3, 0), Tier::Provisional, State::Open),
        ] {
            assert_eq!(State::of_counts(&told, tier), state, "{told:?} {tier:?}");
        }
        assert_eq!(State::of(None), State::Never);
    }

    #[test]
    fn states_differ_without_colour() {
        let symbols: std::collections::BTreeSet<_> = State::ALL.iter().map(|state| state.symbol()).collect();
        assert_eq!(symbols.len(), State::ALL.len());
    }

    #[test]
    fn a_target_is_watched_only_when_its_page_was_seen_alive() {
        let at: Instant = "2026-11-01T08:00:00Z".parse().unwrap();
        let active = TargetStatus::Active;
        for (status, reach, alive, tries, word) in [
            (active, Reach::Slots, Some(at), 1, "watched"),
            (active, Reach::Wall, Some(at), 1, "wall"),
            (active, Reach::NotAsked("why"), Some(at), 1, "off"),
            (active, Reach::Slots, None, 0, "probation"),
            (active, Reach::Wall, None, 0, "probation"),
            (active, Reach::Wall, None, 3, "not_found_alive"),
            (TargetStatus::Paused, Reach::Slots, Some(at), 1, "paused"),
            (TargetStatus::Retired, Reach::Slots, Some(at), 1, "retired"),
        ] {
            let sampling = Sampling { alive_since: alive, tries, cause: Some(Cause::Gone) };
            let watch = Watch::of_listed(status, reach, sampling);
            assert_eq!((watch.as_str(), watch.is_watched()), (word, word == "watched"));
        }
        assert_eq!(Watch::of(None, Sampling::default()), Watch::Historical);
    }
}

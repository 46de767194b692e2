//! Figures as a page shows them: which sentence, which numbers, written in one language. What never enters: sentences.

use guichet_model::{Counts, Instant, civil};
use guichet_stats::Availability;
use serde::Serialize;

use crate::{
    figures::{Figures, instant_of},
    format,
    lang::Lang,
    state::State,
};

/// From how many days on the age of the data is pointed out.
const OLD_DAYS: i64 = 2;

/// The width of the drawing of a share, in its own units.
const BAR: f64 = 300.0;

/// Figures, ready for a template.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FiguresView {
    pub(crate) state: &'static str,
    /// The key of the sentence that says it all.
    say: &'static str,
    /// The key of the sentence below it, and its number.
    how: &'static str,
    how_number: u64,
    looks: LooksView,
    seen: Option<SeenView>,
}

/// How many looks there were, and which of them the shares are about.
#[derive(Debug, Clone, Copy, Serialize)]
struct LooksView {
    /// Those where the page said whether there was a slot.
    told: u64,
    /// Those where booking was closed.
    shut: u64,
    all: u64,
    /// What must be said before a share: `always`, or that the page `answered`, booking was `on`, or `both`.
    when: &'static str,
    /// `shut` where the page mostly said that booking is closed, `other` elsewhere.
    mostly: &'static str,
}

impl LooksView {
    fn of(counts: &Counts) -> Self {
        Self {
            told: counts.told(),
            shut: counts.shut,
            all: counts.all(),
            when: match (counts.unknown > 0, counts.shut > 0) {
                (false, false) => "always",
                (true, false) => "answered",
                (false, true) => "on",
                (true, true) => "both",
            },
            mostly: if counts.shut > counts.told() { "shut" } else { "other" },
        }
    }
}

/// What exists only where something was observed.
#[derive(Debug, Clone, Serialize)]
struct SeenView {
    /// Slot seen so many times.
    k: u64,
    has_unknown: bool,
    share: Option<ShareView>,
    unknown: String,
    coverage: String,
    days: u64,
    n_eff: String,
    tier: &'static str,
    manski_lo: String,
    manski_hi: String,
    from: String,
    to: String,
    last: String,
    last_open: Option<String>,
    age_days: i64,
    is_old: bool,
}

#[derive(Debug, Clone, Serialize)]
struct ShareView {
    p: String,
    lo: String,
    hi: String,
    bar: BarView,
}

/// Where the share and the ends of its interval lie in the drawing.
#[derive(Debug, Clone, Copy, Serialize)]
struct BarView {
    lo: i32,
    p: i32,
    hi: i32,
}

impl FiguresView {
    /// Where there is nothing to observe.
    pub(crate) const NEVER: Self = Self {
        state: "never",
        say: "say-never",
        how: "how-never",
        how_number: 0,
        looks: LooksView { told: 0, shut: 0, all: 0, when: "always", mostly: "other" },
        seen: None,
    };

    pub(crate) fn of(figures: &Figures, lang: Lang, as_of: Instant) -> Self {
        let (say, how, how_number) = sentences(figures);
        let known = figures.availability.as_ref();
        Self {
            state: figures.state.as_str(),
            say,
            how,
            how_number,
            looks: known.map_or(Self::NEVER.looks, |known| LooksView::of(&known.counts)),
            seen: known.map(|known| SeenView::of(known, figures, lang, as_of)),
        }
    }
}

impl SeenView {
    fn of(known: &Availability, figures: &Figures, lang: Lang, as_of: Instant) -> Self {
        let share = |value| format::share(lang, value);
        let counts = &known.counts;
        let hour = |hour| instant_of(hour, figures.zone).map(|at| civil::local(at, figures.zone));
        let last = figures.last.and_then(hour);
        let age_days = last.map_or(0, |at| (as_of - at.to_utc()).num_days().max(0));
        Self {
            k: counts.open,
            has_unknown: counts.unknown > 0,
            share: known.p.map(|p| ShareView {
                p: share(p),
                lo: share(known.interval.lo),
                hi: share(known.interval.hi),
                bar: BarView { lo: along(known.interval.lo), p: along(p), hi: along(known.interval.hi) },
            }),
            unknown: share(known.missing_share),
            coverage: share(known.capture),
            days: u64::from(known.days_observed),
            n_eff: if known.n_eff < 100.0 {
                format::decimal(lang, known.n_eff)
            } else {
                format::count(lang, whole(known.n_eff))
            },
            tier: known.tier.as_str(),
            manski_lo: share(known.manski.lo),
            manski_hi: share(known.manski.hi),
            from: format::date(lang, known.from),
            to: format::date(lang, known.to),
            last: last.map(|at| format::hour(lang, at)).unwrap_or_default(),
            last_open: figures.last_open.and_then(hour).map(|at| format::hour(lang, at)),
            age_days,
            is_old: age_days >= OLD_DAYS,
        }
    }
}

/// The keys of the two sentences, and the number in the second.
fn sentences(figures: &Figures) -> (&'static str, &'static str, u64) {
    let Some(known) = &figures.availability else {
        return ("say-never", "how-never", 0);
    };
    let p = known.p.unwrap_or(0.0);
    match figures.state {
        State::Never => ("say-never", "how-never", 0),
        State::Unknown => ("say-unknown", "how-unknown", 0),
        State::Full => ("say-full", "how-full", 0),
        State::TooLittle if known.counts.open > 0 => ("say-too-little-open", "how-too-little", 0),
        State::TooLittle if known.counts.told() > 0 => ("say-too-little-full", "how-too-little", 0),
        State::TooLittle => ("say-too-little-shut", "how-shut", 0),
        State::Open if p >= 0.5 => ("say-open-often", "how-in-ten", tenths(p)),
        State::Open if p >= 0.1 => ("say-open-sometimes", "how-one-in", one_in(p)),
        State::Open => ("say-open-rarely", "how-one-in", one_in(p)),
    }
}

/// How many times in ten, ten only for always.
fn tenths(p: f64) -> u64 {
    if p >= 1.0 { 10 } else { whole(p * 10.0).min(9) }
}

/// One time in how many, two at least.
fn one_in(p: f64) -> u64 {
    if p > 0.0 { whole(1.0 / p).max(2) } else { 0 }
}

fn along(share: f64) -> i32 {
    i32::try_from(whole(share * BAR)).unwrap_or(0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number that is not negative; the cast saturates"
)]
fn whole(number: f64) -> u64 {
    number.max(0.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_closed_or_silent_is_said_before_a_share() {
        let looks = |open, full, shut, unknown| {
            let looks = LooksView::of(&Counts { open, full, shut, unknown, ..Counts::default() });
            (looks.when, looks.mostly)
        };
        assert_eq!(looks(1, 8, 0, 0), ("always", "other"));
        assert_eq!(looks(1, 8, 0, 90), ("answered", "other"));
        assert_eq!(looks(1, 8, 9, 0), ("on", "other"));
        assert_eq!(looks(1, 8, 10, 0), ("on", "shut"));
        assert_eq!(looks(0, 1, 2, 3), ("both", "shut"));
    }

    #[test]
    fn ten_in_ten_is_said_of_always_only() {
        assert_eq!([0.5, 0.84, 0.97, 1.0].map(tenths), [5, 8, 9, 10]);
        assert_eq!([0.49, 0.125, 0.003].map(one_in), [2, 8, 333]);
    }
}

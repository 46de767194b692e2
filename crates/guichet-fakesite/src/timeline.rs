//! What holds when: the layers of host, form and desk, laid over each other. What never enters: pages, requests.

use chrono::Duration;
use chrono_tz::Tz;
use guichet_model::Instant;

use crate::{
    random::Random,
    state::{State, Veil},
    weekly::Weekly,
};

/// What an entry brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// So many slots; none is `full`.
    Slots(u32),
    /// Something that hides them.
    Veil(Veil),
}

/// One `[[…timeline]]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) from: Option<Instant>,
    pub(crate) until: Option<Instant>,
    pub(crate) weekly: Option<Weekly>,
    pub(crate) shows: Shows,
}

impl Entry {
    fn applies(&self, at: Instant, zone: Tz) -> bool {
        self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
            && self
                .weekly
                .is_none_or(|rule| rule.spans(at, at + Duration::nanoseconds(1), zone).next().is_some())
    }
}

/// One layer: what was written for a host, a form or a desk.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Timeline {
    pub(crate) zone: Tz,
    pub(crate) entries: Vec<Entry>,
    pub(crate) random: Option<Random>,
}

/// What a layer says at an instant.
struct Said {
    slots: Option<u32>,
    veil: Verdict,
}

enum Verdict {
    Silent,
    Lifted,
    Veil(Veil),
}

impl Timeline {
    fn at(&self, at: Instant) -> Said {
        let applying = || {
            self.entries.iter().rev().filter(|entry| entry.applies(at, self.zone)).map(|entry| entry.shows)
        };
        let mut slots = applying().find_map(|shows| match shows {
            Shows::Slots(n) => Some(n),
            Shows::Veil(_) => None,
        });
        let mut veil = match applying().next() {
            None => Verdict::Silent,
            Some(Shows::Slots(_)) => Verdict::Lifted,
            Some(Shows::Veil(veil)) => Verdict::Veil(veil),
        };
        if let Some(random) = &self.random {
            let after = at + Duration::nanoseconds(1);
            let most = random.openings(at, after, self.zone).iter().map(|opening| opening.slots_at(at)).max();
            slots = most.or(slots);
            if let Some((_, outage)) = &random.outages
                && !matches!(veil, Verdict::Veil(_))
                && !random.outages(at, after, self.zone).is_empty()
            {
                veil = Verdict::Veil(*outage);
            }
        }
        Said { slots, veil }
    }

    /// Every instant in `(from, to)` at which this layer may change, in no order.
    fn changes(&self, from: Instant, to: Instant, into: &mut Vec<Instant>) {
        let mut both = |(start, end)| into.extend([start, end]);
        for entry in &self.entries {
            if let Some(rule) = entry.weekly {
                rule.spans(from, to, self.zone).for_each(&mut both);
            }
            both((entry.from.unwrap_or(from), entry.until.unwrap_or(from)));
        }
        if let Some(random) = &self.random {
            for opening in random.openings(from, to, self.zone) {
                both(opening.span);
            }
            random.outages(from, to, self.zone).into_iter().for_each(both);
        }
    }
}

/// How a desk is at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Slots that exist, visible or not.
    pub(crate) slots: u32,
    /// What hides them.
    pub(crate) veil: Option<Veil>,
}

impl Moment {
    /// What the pages show.
    pub(crate) fn state(&self) -> State {
        match (self.veil, self.slots) {
            (Some(veil), _) => veil.state,
            (None, 0) => State::Full,
            (None, _) => State::Open,
        }
    }

    /// Whether at least one slot could be booked, seen or not.
    pub(crate) fn open(&self) -> bool {
        self.slots > 0 && !self.veil.is_some_and(|veil| veil.state.closes())
    }
}

/// What holds at an instant under layers from the outermost (host) to the innermost (desk): the outermost that speaks
/// is right. Where none does, the desk is full.
pub(crate) fn moment(layers: &[&Timeline], at: Instant) -> Moment {
    let mut slots = None;
    let mut verdict = Verdict::Silent;
    for layer in layers {
        let said = layer.at(at);
        slots = slots.or(said.slots);
        if matches!(verdict, Verdict::Silent) {
            verdict = said.veil;
        }
    }
    Moment {
        slots: slots.unwrap_or(0),
        veil: match verdict {
            Verdict::Veil(veil) => Some(veil),
            Verdict::Silent | Verdict::Lifted => None,
        },
    }
}

/// The veil over a whole host or form, which hides also its first page.
pub(crate) fn veil(layers: &[&Timeline], at: Instant) -> Option<Veil> {
    moment(layers, at).veil
}

/// `[from, to)` cut at every instant at which something may change: the beginnings of the pieces, in order.
pub(crate) fn pieces(layers: &[&Timeline], from: Instant, to: Instant) -> Vec<Instant> {
    let mut cuts = vec![from];
    for layer in layers {
        layer.changes(from, to, &mut cuts);
    }
    cuts.retain(|cut| (from..to).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

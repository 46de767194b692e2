//! What several desks of one page say together. What never enters: how a desk is read.

use guichet_model::{Cause, DeskReading, Offer, Outcome, SlotCount};

use crate::{Reading, Trail};

/// The outcome of a probe from what its desks said (`noted`) and what the last page said, if it is not noted yet.
///
/// `open` when any desk is open, its offers put together. Else `unknown` when anything is unknown, with the latest
/// cause. Else `full` when any desk is full: a desk that is shut beside one that is full has nothing to give either,
/// and `shut` is kept for pages where every desk asked said so. When nothing was said at all, `unknown`.
pub fn conclude(noted: &[DeskReading], last: Option<Outcome>) -> Outcome {
    let said: Vec<Outcome> = noted.iter().map(|reading| reading.outcome).chain(last).collect();
    let offers: Vec<&Offer> = said.iter().filter_map(Outcome::offer).collect();
    if !offers.is_empty() {
        return Outcome::Open(together(&offers));
    }
    if let Some(cause) = said.iter().rev().find_map(Outcome::cause) {
        return Outcome::Unknown(cause);
    }
    if said.contains(&Outcome::Full) {
        Outcome::Full
    } else if said.contains(&Outcome::Shut) {
        Outcome::Shut
    } else {
        Outcome::Unknown(Cause::Unrecognised)
    }
}

/// The reading of a probe that ends with a page no adapter could read further: what the desks have said so far is
/// not lost.
pub fn break_off(trail: &Trail<'_>, last: Outcome) -> Reading {
    Reading {
        desks: trail.noted.to_vec(),
        desks_seen: u16::try_from(trail.listed.len()).unwrap_or(u16::MAX),
        ..Reading::plain(conclude(trail.noted, Some(last)))
    }
}

/// Offers put together: the slots add up, exactly only if all are exact; the earliest slot of all; the furthest
/// horizon.
fn together(offers: &[&Offer]) -> Offer {
    let told = |offer: &&Offer| offer.slots.parts().1;
    let sum = offers.iter().filter_map(told).fold(0, u32::saturating_add);
    let exact = |offer: &&Offer| matches!(offer.slots, SlotCount::Exact(_));
    let slots = if offers.iter().all(exact) {
        SlotCount::Exact(sum)
    } else if offers.iter().any(|offer| told(offer).is_some()) {
        SlotCount::AtLeast(sum)
    } else {
        SlotCount::NotTold
    };
    Offer {
        slots,
        earliest: offers.iter().filter_map(|offer| offer.earliest).min(),
        horizon: offers.iter().filter_map(|offer| offer.horizon).max(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(outcome: Outcome) -> DeskReading {
        DeskReading { desk: "1".to_owned(), label: None, outcome }
    }

    fn open(slots: SlotCount, earliest: i64, horizon: &str) -> Outcome {
        Outcome::Open(Offer {
            slots,
            earliest: chrono::DateTime::from_timestamp(earliest, 0),
            horizon: Some(horizon.parse().unwrap()),
        })
    }

    #[test]
    fn an_open_desk_is_never_lost() {
        let noted = [desk(open(SlotCount::AtLeast(3), 1_000, "2026-01-04"))];
        for last in [
            Outcome::Full,
            Outcome::Shut,
            Outcome::Unknown(Cause::RateLimited),
            Outcome::Unknown(Cause::Unrecognised),
        ] {
            assert_eq!(conclude(&noted, Some(last)), noted[0].outcome);
        }
    }

    #[test]
    fn offers_add_up_and_stay_exact_only_if_all_are() {
        let two = |a, b| conclude(&[desk(open(a, 2_000, "2026-01-04"))], Some(open(b, 1_000, "2026-01-11")));
        for (a, b, sum) in [
            (SlotCount::Exact(2), SlotCount::Exact(3), SlotCount::Exact(5)),
            (SlotCount::Exact(2), SlotCount::AtLeast(3), SlotCount::AtLeast(5)),
            (SlotCount::NotTold, SlotCount::Exact(3), SlotCount::AtLeast(3)),
            (SlotCount::NotTold, SlotCount::NotTold, SlotCount::NotTold),
            (SlotCount::Exact(u32::MAX), SlotCount::Exact(3), SlotCount::Exact(u32::MAX)),
        ] {
            assert_eq!(two(a, b), open(sum, 1_000, "2026-01-11"), "{a:?} {b:?}");
        }
    }

    #[test]
    fn desks_together_say_full_only_if_none_is_unknown() {
        let unknown = Outcome::Unknown;
        for (noted, last, together) in [
            (Outcome::Full, Outcome::Full, Outcome::Full),
            (Outcome::Shut, Outcome::Shut, Outcome::Shut),
            (Outcome::Shut, Outcome::Full, Outcome::Full),
            (Outcome::Full, Outcome::Shut, Outcome::Full),
            (Outcome::Full, unknown(Cause::Overloaded), unknown(Cause::Overloaded)),
            (unknown(Cause::Gone), Outcome::Full, unknown(Cause::Gone)),
            (unknown(Cause::Gone), unknown(Cause::Refused), unknown(Cause::Refused)),
        ] {
            assert_eq!(conclude(&[desk(noted)], Some(last)), together, "{noted:?} {last:?}");
        }
        assert_eq!(conclude(&[], None), unknown(Cause::Unrecognised));
        assert_eq!(conclude(&[desk(Outcome::Full)], None), Outcome::Full);
    }

    #[test]
    fn a_probe_broken_off_keeps_what_its_desks_said() {
        let noted = [desk(open(SlotCount::NotTold, 1_000, "2026-01-04"))];
        let listed = ["1", "2", "3"].map(|id| crate::Desk { id: id.to_owned(), label: None });
        let trail = Trail { round: 0, asked: &[], noted: &noted, listed: &listed };
        let reading = break_off(&trail, Outcome::Unknown(Cause::Refused));
        assert_eq!(
            (reading.outcome, reading.desks.as_slice(), reading.desks_seen),
            (noted[0].outcome, noted.as_slice(), 3)
        );
    }
}

use chrono::DateTime;
use guichet_model::{
    Cause, Counts, DaysOff, HourTally, Offer, Outcome,
    civil::{LocalHour, PARIS},
    tally,
};
use proptest::prelude::*;

use super::*;
use crate::transitions::tests::{any_looks, looks};

fn of(looks: &[Look]) -> Result<Openings, TooLittle> {
    openings(&Evidence { hours: &[], looks, zone: PARIS, days_off: &DaysOff::new() })
}

fn repeated(word: &str, gap_min: i64, times: usize) -> Vec<Look> {
    looks(&word.repeat(times), gap_min)
}

#[test]
fn nine_openings_seen_are_too_few() {
    let too_little = of(&repeated("fffooff", 10, 9)).unwrap_err();
    assert_eq!(too_little, TooLittle { needed: Needed::Openings, have: 9.0, need: 10.0 });
    assert_eq!(of(&repeated("fffooff", 10, 10)).unwrap().seen_count, 10);
}

#[test]
fn without_two_looks_that_told_the_reason_is_that() {
    for word in ["", "o", "f?", "fso", "????"] {
        let too_little = of(&looks(word, 10)).unwrap_err();
        assert_eq!((too_little.needed, too_little.need), (Needed::Told, 2.0), "{word}");
    }
}

#[test]
fn a_page_that_is_always_open_or_never_has_no_openings() {
    for word in ["f", "o", "?", "s", "so"] {
        assert!(of(&repeated(word, 10, 500)).is_err(), "{word}");
    }
}

#[test]
fn openings_seen_well_are_counted_and_timed() {
    // Six hours closed, two hours open, a look every ten minutes: 21 openings a week, two hours each.
    let word = format!("{}{}", "f".repeat(36), "o".repeat(12));
    let found = of(&repeated(&word, 10, 84)).unwrap();
    assert!((found.rate_per_week - 21.0).abs() < 1.5, "{found:?}");
    assert!(found.rate.lo < 21.0 && 21.0 < found.rate.hi);
    let (mean, interval) = found.lifetime_min.unwrap();
    assert!((mean - 120.0).abs() < 8.0 && interval.lo < 120.0 && 120.0 < interval.hi, "{found:?}");
    assert!(!found.lower_bound && !found.only_seen && found.single_poll_share < 0.001);
    assert!((found.median_gap_min - 10.0).abs() < 1e-9);
    assert!((found.detectability.unwrap() - 0.96).abs() < 0.01);
}

#[test]
fn single_sightings_without_follow_ups_tell_no_lifetime() {
    let found = of(&repeated("ffffffffo", 10, 60)).unwrap();
    assert_eq!((found.lifetime_min, found.detectability), (None, None));
    assert!(found.lower_bound && found.single_poll_share > 0.999);
    // A week has 1008 looks, a ninth of them open.
    assert!((found.rate_per_week - 112.0).abs() < 2.0, "{found:?}");
}

#[test]
fn follow_ups_tell_the_lifetime_of_what_one_planned_look_saw() {
    let followed: Vec<Look> = (0..60)
        .flat_map(|day| {
            // Every ten minutes; one sighting a day; three follow-ups two minutes apart, of which the last is full.
            let start = DateTime::UNIX_EPOCH + TimeDelta::days(day);
            let planned = looks(&format!("{}o{}", "f".repeat(70), "f".repeat(73)), 10);
            let follow_ups = looks("OOF", 2).into_iter().map(move |look| Look {
                at: start + (look.at - DateTime::UNIX_EPOCH) + TimeDelta::minutes(702),
                ..look
            });
            let planned = planned
                .into_iter()
                .map(move |look| Look { at: start + (look.at - DateTime::UNIX_EPOCH), ..look });
            let mut all: Vec<Look> = planned.chain(follow_ups).collect();
            all.sort_unstable();
            all
        })
        .collect();
    let found = of(&followed).unwrap();
    let (mean, _) = found.lifetime_min.unwrap();
    assert!((4.0..12.0).contains(&mean), "{found:?}");
    assert!(found.lower_bound, "eight minutes are short against ten");
    assert!((found.median_gap_min - 10.0).abs() < 1e-9);
    assert!(found.rate_per_week > 7.0, "some are missed: {found:?}");
}

#[test]
fn openings_whose_end_is_never_seen_tell_no_lifetime() {
    // The desk shuts while slots are there.
    let found = of(&repeated("ffffooos", 10, 30)).unwrap();
    assert_eq!(found.lifetime_min, None);
    assert!(found.lower_bound && found.only_seen);
    // 30 openings in 30 rows of six steps.
    assert!((found.rate_per_week - 168.0).abs() < 1e-6, "{found:?}");
}

/// Looks every ten minutes over `weeks`: booking is on where `is_on` says so of the hour of the week; one slot of forty
/// minutes stands in the middle of each span of two hours that `opens` names by its first hour.
fn booked(weeks: i64, is_on: impl Fn(i64) -> bool, opens: &[i64]) -> Result<Openings, TooLittle> {
    let mut all = looks(&"f".repeat(usize::try_from(weeks * 1008).unwrap()), 10);
    for (minute, look) in (0_i64..).step_by(10).zip(&mut all) {
        let of_week = minute % 10_080;
        let is_open = opens.iter().any(|hour| (40..80).contains(&(of_week - hour * 60)));
        if !is_on(of_week / 60) {
            look.seen = Seen::Shut;
        } else if is_open {
            look.seen = looks("o", 10)[0].seen;
        }
    }
    let tallies: Vec<HourTally> = all
        .iter()
        .map(|look| {
            let outcome = match look.seen {
                Seen::Open(_) => Outcome::Open(Offer::UNTOLD),
                Seen::Full => Outcome::Full,
                Seen::Shut => Outcome::Shut,
                Seen::Unknown => Outcome::Unknown(Cause::Unreachable),
            };
            let counts = Counts::one(&outcome, tally::weight_ms(Some(6.0)));
            HourTally { at: LocalHour::of(look.at, PARIS), counts }
        })
        .collect();
    let hours = tally::pool(&tallies);
    openings(&Evidence { hours: &hours, looks: &all, zone: PARIS, days_off: &DaysOff::new() })
}

#[test]
fn a_week_is_a_civil_week_also_where_booking_is_on_two_hours_of_it() {
    let found = booked(30, |hour| (8..10).contains(&hour), &[8]).unwrap();
    // Not the eighty and more a week of a page that is on all the time.
    assert!((0.8..1.5).contains(&found.rate_per_week) && found.rate.hi < 3.0, "{found:?}");
}

#[test]
fn a_week_is_a_civil_week_also_where_booking_is_on_ten_hours_a_day() {
    let opens: Vec<i64> = (0..7).map(|day| day * 24 + 11).collect();
    let by_day = booked(12, |hour| (8..18).contains(&(hour % 24)), &opens).unwrap();
    assert!((6.5..8.7).contains(&by_day.rate_per_week), "{by_day:?}");
    assert!(by_day.rate.lo < 7.0 && 7.0 < by_day.rate.hi, "{by_day:?}");
    let always = booked(12, |_| true, &opens).unwrap();
    assert!((6.5..8.7).contains(&always.rate_per_week), "{always:?}");
}

#[test]
fn openings_in_batches_widen_the_interval() {
    // Sixty openings in sixty days: one a day, or six on every sixth.
    let day = |openings: usize| format!("{}{}", "ffo".repeat(openings), "f".repeat(144 - 3 * openings));
    let evenly = of(&repeated(&day(1), 10, 60)).unwrap();
    let batch = format!("{}{}", day(6), day(0).repeat(5));
    let batched = of(&repeated(&batch, 10, 10)).unwrap();
    assert!((evenly.rate_per_week - batched.rate_per_week).abs() < 0.3, "{evenly:?} {batched:?}");
    let width = |found: &Openings| (found.rate.hi / found.rate.lo).ln();
    assert!(width(&batched) > 1.8 * width(&evenly), "{evenly:?} {batched:?}");
}

proptest! {
    #[test]
    fn every_number_is_finite_whatever_the_looks(looks in any_looks()) {
        if let Ok(found) = of(&looks) {
            let lifetime = found.lifetime_min.map_or(vec![], |(mean, of)| vec![mean, of.lo, of.hi]);
            let numbers = [
                &[found.rate_per_week, found.rate.lo, found.rate.hi, found.median_gap_min][..],
                &lifetime,
            ];
            prop_assert!(numbers.concat().iter().all(|x| x.is_finite() && *x > 0.0), "{:?}", found);
            prop_assert!(found.rate.lo <= found.rate_per_week && found.rate_per_week <= found.rate.hi);
            prop_assert!((0.0..=1.0).contains(&found.single_poll_share));
            prop_assert!(found.detectability.is_none_or(|chance| (0.0..=1.0).contains(&chance)));
            prop_assert_eq!(found.detectability.is_some(), found.lifetime_min.is_some());
            prop_assert!(found.lower_bound || found.lifetime_min.is_some());
            prop_assert!(!found.only_seen || found.lower_bound);
            prop_assert!(found.seen_count >= 10);
        }
    }

    #[test]
    fn looks_that_told_nothing_change_nothing(words in prop::collection::vec("[of]{1,6}", 20..60)) {
        let word = words.concat();
        let plain = looks(&word, 20);
        let mut with = plain.clone();
        with.extend(plain.iter().map(|look| Look {
            at: look.at + TimeDelta::minutes(7),
            seen: Seen::Unknown,
            ..*look
        }));
        with.sort_unstable();
        prop_assert_eq!(of(&plain), of(&with));
    }
}

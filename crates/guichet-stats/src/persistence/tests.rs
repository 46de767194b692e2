use chrono::{DateTime, TimeDelta};
use guichet_model::{DaysOff, Look, civil::PARIS};
use proptest::prelude::*;

use super::*;
use crate::transitions::tests::{any_looks, looks};

fn of(looks: &[Look]) -> Result<Vec<Persistence>, TooLittle> {
    persistence(&Evidence { hours: &[], looks, zone: PARIS, days_off: &DaysOff::new() })
}

fn shares(found: &[Persistence]) -> Vec<(u32, f64, u32)> {
    found.iter().map(|one| (one.lag_min, (one.s * 1000.0).round() / 1000.0, one.pairs)).collect()
}

/// A word looked through each day, its looks `gap_min` apart.
fn daily(word: &str, gap_min: i64, days: i64) -> Vec<Look> {
    (0..days)
        .flat_map(|day| {
            looks(word, gap_min)
                .into_iter()
                .map(move |look| Look { at: look.at + TimeDelta::days(day), ..look })
        })
        .collect()
}

#[test]
fn nineteen_open_starts_are_too_few() {
    let too_little = of(&daily("fof", 10, 19)).unwrap_err();
    assert_eq!(too_little, TooLittle { needed: Needed::Pairs, have: 19.0, need: 20.0 });
    assert_eq!(shares(&of(&daily("fof", 10, 20)).unwrap()), [(10, 0.0, 20)]);
    assert!(of(&[]).unwrap_err().have < 1.0);
}

#[test]
fn all_pairs_count_and_not_only_neighbours() {
    // Of three open looks the first two are followed by an open one, the first by an open one after 20 minutes.
    let found = of(&daily("fooof", 10, 30)).unwrap();
    assert_eq!(shares(&found), [(10, 0.667, 90), (20, 0.5, 60), (30, 0.0, 30)]);
    assert!(found.iter().all(|one| one.days == 30));
    assert!(found.iter().all(|one| one.interval.lo <= one.s && one.s <= one.interval.hi));
}

#[test]
fn a_lag_is_its_neighbourhood_of_a_fifth() {
    for (word, gap, expected) in
        [("fof", 8, &[10][..]), ("fof", 7, &[]), ("foff", 6, &[10]), ("foff", 7, &[]), ("fof", 16, &[20])]
    {
        let found = of(&daily(word, gap, 40)).unwrap_or_default();
        let lags: Vec<u32> = found.iter().map(|one| one.lag_min).collect();
        assert_eq!(lags, expected, "{word} {gap} minutes");
    }
}

#[test]
fn nothing_is_said_below_the_smallest_lag_looked_at() {
    // 11 minutes lie in the neighbourhood of 10, which nobody looked at.
    assert!(of(&daily("fof", 11, 40)).unwrap_err().have < 1.0);
}

#[test]
fn follow_ups_that_end_with_the_slot_do_not_make_it_last() {
    // Gone between 4 and 6 minutes after each sighting; nobody looks again for an hour.
    let mut all = Vec::new();
    for day in 0..40 {
        let at = |minute| DateTime::UNIX_EPOCH + TimeDelta::days(day) + TimeDelta::minutes(minute);
        let planned =
            looks("fof", 60).into_iter().map(|look| Look { at: look.at + TimeDelta::days(day), ..look });
        let follow_ups = looks("OOF", 2)
            .into_iter()
            .map(|look| Look { at: at(62) + (look.at - DateTime::UNIX_EPOCH), ..look });
        all.extend(planned.chain(follow_ups));
    }
    all.sort_unstable();
    let found = of(&all).unwrap();
    let expected = [(2, 1.0, 40), (5, 0.5, 40), (10, 0.0, 40), (20, 0.0, 40), (30, 0.0, 40), (60, 0.0, 40)];
    assert_eq!(shares(&found), expected);
}

#[test]
fn pairs_are_counted_by_civil_date_also_where_the_clock_changes() {
    // Every half hour from 1 to 30 October 2025 UTC: in Paris 26 October has 25 hours.
    let start: Instant = "2025-10-01T00:00:00Z".parse().unwrap();
    let instants: Vec<Instant> = (0..30 * 48).map(|half| start + TimeDelta::minutes(30 * half)).collect();
    let mut today = Today { zone: PARIS, known: None };
    for at in &instants {
        assert_eq!(today.of(*at), LocalHour::of(*at, PARIS).date, "{at}");
    }
    assert_eq!(today.of(start), LocalHour::of(start, PARIS).date, "back in time");
}

proptest! {
    #[test]
    fn shares_are_shares_with_an_interval_around_whatever_the_looks(looks in any_looks()) {
        let found = of(&looks).unwrap_or_default();
        for one in &found {
            prop_assert!((0.0..=1.0).contains(&one.s), "{:?}", one);
            prop_assert!(one.interval.lo <= one.s + 1e-9 && one.s <= one.interval.hi + 1e-9, "{:?}", one);
            prop_assert!(one.interval.lo >= 0.0 && one.interval.hi <= 1.0, "{:?}", one);
            prop_assert!(one.pairs >= LEAST_STARTS && one.days >= 1 && one.days <= one.pairs);
        }
        prop_assert!(found.windows(2).all(|pair| pair[0].lag_min < pair[1].lag_min));
    }
}

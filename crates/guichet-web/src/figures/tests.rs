use chrono::Duration;
use guichet_model::{Cause, Counts, Offer, Outcome, civil::PARIS};

use super::*;
use crate::hours::{cut, published};

fn tally(hour: &str, outcome: &Outcome) -> HourTally {
    let at: Instant = format!("{hour}:00:00Z").parse().unwrap();
    HourTally { at: LocalHour::of(at, PARIS), counts: Counts::one(outcome, 3_600_000) }
}

#[test]
fn only_hours_that_ended_before_the_delay_are_published() {
    let now: Instant = "2026-11-17T13:47:00Z".parse().unwrap();
    let as_of = cut(now, Duration::hours(2));
    assert_eq!(as_of, "2026-11-17T11:00:00Z".parse::<Instant>().unwrap());
    let tallies: Vec<HourTally> = ["2026-11-17T09", "2026-11-17T10", "2026-11-17T11", "2026-11-17T12"]
        .iter()
        .map(|hour| tally(hour, &Outcome::Full))
        .collect();
    let kept = published(&tallies, as_of, PARIS);
    // 10 to 11 UTC is 11 to 12 in Paris: over at 11 UTC.
    assert_eq!(kept.iter().map(|tally| tally.at.hour).collect::<Vec<_>>(), [10, 11]);
}

#[test]
fn the_autumn_hour_that_comes_twice_is_published_when_it_is_over_the_second_time() {
    // On 25 October 2026 Paris lives 2 to 3 from 00:00 to 02:00 UTC.
    let tallies = [tally("2026-10-24T23", &Outcome::Full), tally("2026-10-25T00", &Outcome::Full)];
    assert_eq!(tallies[1].at.hour, 2);
    let kept = |as_of: &str| published(&tallies, as_of.parse().unwrap(), PARIS).len();
    assert_eq!(kept("2026-10-25T01:00:00Z"), 1);
    assert_eq!(kept("2026-10-25T02:00:00Z"), 2);
}

#[test]
fn the_last_sighting_is_the_last_hour_with_a_slot_and_not_the_last_hour() {
    let tallies = [
        tally("2026-11-17T07", &Outcome::Full),
        tally("2026-11-17T08", &Outcome::Open(Offer::UNTOLD)),
        tally("2026-11-17T09", &Outcome::Unknown(Cause::Overloaded)),
    ];
    let figures = Figures::of(&tallies, PARIS);
    let hour = |hour: Option<LocalHour>| hour.map(|hour| hour.hour);
    assert_eq!(
        (hour(figures.first), hour(figures.last), hour(figures.last_open)),
        (Some(8), Some(10), Some(9))
    );
    assert_eq!(figures.state, State::TooLittle);
}

#[test]
fn nothing_observed_is_never_and_has_no_figures() {
    let figures = Figures::of(&[], PARIS);
    assert!(figures.is_empty());
    assert_eq!((figures.state, figures.last), (State::Never, None));
}

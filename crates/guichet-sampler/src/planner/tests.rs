use proptest::prelude::*;

use guichet_model::{Params, Target, TargetStatus};

use super::*;
use crate::{breaker, standing};

const SEED: u64 = 42;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn id(number: usize) -> TargetId {
    format!("92-nanterre/renouvellement/k{number}").parse().unwrap()
}

fn alive() -> TargetState {
    TargetState { alive_since: Some(at("2026-01-01T00:00:00Z")), ..TargetState::default() }
}

const HALF_HOUR: Duration = Duration::from_mins(30);

/// A second after a planned instant.
fn due_moment(id: &TargetId) -> Instant {
    Plan::of(id, HALF_HOUR, SEED).instant(1_000_000) + TimeDelta::seconds(1)
}

/// A simulated stay of `length`: every target on one host, each probe taking `lasting`. Gives each target's probes.
fn stay(
    targets: usize,
    cadence: Duration,
    lasting: TimeDelta,
    length: TimeDelta,
    seed: u64,
) -> Vec<Vec<(Instant, Appointment)>> {
    let ids: Vec<TargetId> = (0..targets).map(id).collect();
    let mut states = vec![alive(); targets];
    let mut hosts: HashMap<String, HostState> = HashMap::new();
    let mut probes = vec![Vec::new(); targets];
    let start = at("2026-03-02T00:00:00Z");
    let mut now = start;
    while now < start + length {
        let candidates: Vec<Candidate<'_>> = ids
            .iter()
            .zip(&states)
            .map(|(id, state)| Candidate { id, host: "gouv", cadence, state })
            .collect();
        let due = due(&candidates, &hosts, &HashSet::new(), now, seed);
        assert!(due.len() <= 1, "one probe a host");
        if let Some(due) = due.first() {
            probes[due.index].push((now, due.appointment));
            let end = now + lasting;
            states[due.index].last_probe_at = Some(end);
            states[due.index].last_planned_at = due.appointment.planned;
            hosts.insert("gouv".to_owned(), HostState { last_probe_at: Some(end), ..HostState::default() });
            now = end;
        } else {
            let wake = next_wake(&candidates, &hosts, &HashSet::new(), now, seed).unwrap();
            assert!(wake > now, "a wake that is not later would spin");
            now = wake;
        }
    }
    probes
}

/// When a target that nothing delays is probed, for so many days from a planned instant on.
fn appointments(id: &TargetId, cadence: Duration, days: i64) -> Vec<Instant> {
    let mut state = alive();
    let start = due_moment(id);
    let mut now = start;
    let mut instants = Vec::new();
    while now < start + TimeDelta::days(days) {
        let next = appointment(&Candidate { id, host: "gouv", cadence, state: &state }, now, SEED);
        now = next.at.max(now);
        state.last_planned_at = next.planned;
        state.last_probe_at = next.planned;
        instants.push(next.at);
    }
    instants
}

/// How much the fullest and the emptiest of equal parts of a period differ from the mean, as shares of it.
fn unevenness(instants: &[Instant], period: i64, parts: i64) -> (f64, f64) {
    let mut counts = vec![0_u32; usize::try_from(parts).unwrap()];
    for instant in instants {
        counts[usize::try_from(instant.timestamp() % period * parts / period).unwrap()] += 1;
    }
    let mean = f64::from(counts.iter().sum::<u32>()) / f64::from(u32::try_from(parts).unwrap());
    (f64::from(*counts.iter().min().unwrap()) / mean, f64::from(*counts.iter().max().unwrap()) / mean)
}

#[test]
fn every_part_of_the_stratum_and_every_hour_of_the_day_is_looked_at_alike() {
    for (minutes, targets, days) in [(15, 90, 50), (20, 30, 50), (30, 30, 50), (60, 30, 100)] {
        let (start, end) = (at("2026-03-02T00:00:00Z"), at("2026-03-02T00:00:00Z") + TimeDelta::days(days));
        let of_target = |n: usize| {
            let id = id(n);
            let plan = Plan::of(&id, Duration::from_mins(minutes), SEED);
            let numbers = plan.latest(start) + 1..=plan.latest(end);
            numbers.map(|number| plan.instant(number)).collect::<Vec<_>>()
        };
        let instants: Vec<Instant> = (0..targets).flat_map(of_target).collect();
        let seconds = i64::try_from(minutes * 60).unwrap();
        for (period, parts) in [(seconds, 6), (3600, 12), (86_400, 24)] {
            let (emptiest, fullest) = unevenness(&instants, period, parts);
            assert!(
                emptiest > 0.9 && fullest < 1.1,
                "cadence {minutes} min, {parts} parts of {period} s: {emptiest:.2} to {fullest:.2}"
            );
        }
        let number = |n: usize| f64::from(u32::try_from(n).unwrap());
        let expected = 24.0 * 60.0 / f64::from(u32::try_from(minutes).unwrap()) * 49.0 / 50.0;
        let each_day = number(instants.len()) / number(targets) / f64::from(u32::try_from(days).unwrap());
        assert!((each_day / expected - 1.0).abs() < 0.01, "{each_day} a day, planned {expected}");
    }
}

#[test]
fn a_target_that_nothing_delays_is_probed_at_its_planned_instants() {
    let id = id(0);
    for minutes in [15, 20, 30] {
        let cadence = Duration::from_mins(minutes);
        let planned = Plan::of(&id, cadence, SEED);
        let instants = appointments(&id, cadence, 5);
        let first = planned.latest(instants[0]);
        for (place, instant) in (first..).zip(&instants) {
            assert_eq!(*instant, planned.instant(place), "cadence {minutes} min");
        }
    }
}

#[test]
fn a_planned_probe_stands_for_its_intensity() {
    let probes = &stay(1, HALF_HOUR, TimeDelta::seconds(10), TimeDelta::days(10), SEED)[0];
    assert!((465..=475).contains(&probes.len()), "{}", probes.len());
    for (at, appointment) in probes {
        assert_eq!((appointment.intensity_per_h, appointment.purpose), (Some(1.96), Purpose::Base));
        assert!(appointment.planned.is_some_and(|planned| planned <= *at));
    }
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_seed_another() {
    let plan = |seed| stay(3, HALF_HOUR, TimeDelta::seconds(10), TimeDelta::days(1), seed);
    assert_eq!(plan(1), plan(1));
    assert_ne!(plan(1), plan(2));
}

#[test]
fn after_a_sleep_nothing_is_caught_up_in_a_rush() {
    let first = at("2026-03-02T00:00:00Z");
    let state = TargetState { last_planned_at: Some(first), last_probe_at: Some(first), ..alive() };
    let id = id(0);
    let candidate = Candidate { id: &id, host: "gouv", cadence: HALF_HOUR, state: &state };
    let woken = at("2026-03-09T12:29:59Z");
    let next = appointment(&candidate, woken, SEED);
    assert!(next.planned.unwrap() > woken - TimeDelta::minutes(30), "{next:?}");
    let done = TargetState { last_planned_at: next.planned, last_probe_at: Some(woken), ..state.clone() };
    let after = appointment(&Candidate { state: &done, ..candidate }, woken, SEED);
    assert!(after.at >= woken + LEAST_GAP, "{after:?}");
}

#[test]
fn another_cadence_does_not_silence_a_target() {
    let now = at("2026-03-02T12:00:00Z");
    let id = id(0);
    let last = Some(at("2026-03-02T11:50:00Z"));
    for cadence in [Duration::from_hours(1), Duration::from_mins(15)] {
        let state = TargetState { last_planned_at: last, last_probe_at: last, ..alive() };
        let next = appointment(&Candidate { id: &id, host: "gouv", cadence, state: &state }, now, SEED);
        assert!(next.at <= now + TimeDelta::from_std(cadence * 3).unwrap(), "{cadence:?}: {next:?}");
    }
}

#[test]
fn after_a_clock_that_was_wrong_once_everything_comes_due_again() {
    let now = at("2026-03-02T12:00:00Z");
    let far = Some(at("2029-01-01T00:00:00Z"));
    let known = HostState { last_probe_at: far, not_before: far, ..HostState::default() };
    let host = breaker::at_start(known, now);
    assert_eq!(shut_out_until(&host, now + LONGEST_PAUSE), None);
    assert_eq!(free_at(&host), Some(now + HOST_SPACING));
    let target = Target {
        id: id(0),
        label: None,
        platform: "ez-booking".to_owned(),
        url: "https://www.exemple.gouv.fr/booking/create/2".parse().unwrap(),
        status: TargetStatus::Active,
        cadence: HALF_HOUR,
        timezone: guichet_model::civil::PARIS,
        seen: None,
        source: None,
        conflict: None,
        params: Params::new(),
    };
    let known = TargetState { last_planned_at: far, last_probe_at: far, ..alive() };
    let state = standing::at_start(known, &target, now);
    let candidate = Candidate { id: &target.id, host: "gouv", cadence: HALF_HOUR, state: &state };
    let told = appointment(&candidate, now, SEED).at;
    assert!(told <= now + TimeDelta::hours(2), "{told}");
    // Asked again at the time it was told, it is due: the time told does not run away.
    assert!(appointment(&candidate, told, SEED).at <= told);
}

#[test]
fn a_first_try_that_was_broken_off_does_not_cost_a_day() {
    let begun = at("2026-03-02T12:00:00Z");
    let state = TargetState { last_probe_at: Some(begun), ..TargetState::default() };
    let id = id(0);
    let next =
        appointment(&Candidate { id: &id, host: "gouv", cadence: HALF_HOUR, state: &state }, begun, SEED);
    assert!(next.at < begun + TimeDelta::minutes(20), "{next:?}");
}

#[test]
fn a_link_never_seen_alive_is_tried_at_once_then_daily_for_a_week_then_weekly() {
    let id = id(0);
    let mut state = TargetState::default();
    let mut now = at("2026-03-02T00:00:00Z");
    let mut waits = Vec::new();
    for _ in 0..11 {
        let candidate = Candidate { id: &id, host: "gouv", cadence: HALF_HOUR, state: &state };
        let appointment = appointment(&candidate, now, SEED);
        assert_eq!(
            (appointment.purpose, appointment.intensity_per_h, appointment.planned),
            (Purpose::Probation, None, None)
        );
        let begin = appointment.at.max(now);
        waits.push((begin - now).num_days());
        now = begin;
        state.last_probe_at = Some(now);
        state.probation_tries += 1;
    }
    assert_eq!(waits, [0, 1, 1, 1, 1, 1, 1, 1, 7, 7, 7]);
}

#[test]
fn while_a_breaker_is_open_planned_samples_are_withheld_and_trials_wait() {
    let (planned, trial) = (id(0), id(1));
    let (state, fresh) = (alive(), TargetState::default());
    let now = due_moment(&planned);
    let candidates = [
        Candidate { id: &planned, host: "gouv", cadence: HALF_HOUR, state: &state },
        Candidate { id: &trial, host: "gouv", cadence: HALF_HOUR, state: &fresh },
    ];
    let hosts = HashMap::from([(
        "gouv".to_owned(),
        HostState { not_before: Some(now + TimeDelta::hours(1)), ..HostState::default() },
    )]);
    let due = due(&candidates, &hosts, &HashSet::new(), now, SEED);
    assert_eq!(due.iter().map(|due| (due.index, due.action)).collect::<Vec<_>>(), [(0, Action::Withhold)]);
}

#[test]
fn planned_samples_go_before_trials_and_a_busy_host_is_left_alone() {
    let (planned, trial) = (id(0), id(1));
    let (state, fresh) = (alive(), TargetState::default());
    let now = due_moment(&planned);
    let candidates = [
        Candidate { id: &trial, host: "gouv", cadence: HALF_HOUR, state: &fresh },
        Candidate { id: &planned, host: "gouv", cadence: HALF_HOUR, state: &state },
    ];
    let of = |hosts: &HashMap<String, HostState>, busy: &HashSet<String>| {
        due(&candidates, hosts, busy, now, SEED).iter().map(|due| due.index).collect::<Vec<_>>()
    };
    assert_eq!(of(&HashMap::new(), &HashSet::new()), [1]);
    assert_eq!(of(&HashMap::new(), &HashSet::from(["gouv".to_owned()])), [0_usize; 0]);
    let recent = HostState { last_probe_at: Some(now - TimeDelta::seconds(59)), ..HostState::default() };
    assert_eq!(of(&HashMap::from([("gouv".to_owned(), recent)]), &HashSet::new()), [0_usize; 0]);
}

proptest! {
    // Each case is hours of up to thirty targets.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_host_is_never_pressed_and_a_target_never_probed_twice_within_its_gap(
        targets in 1_usize..30, minutes in 15_u64..90, lasting in 0_i64..60, seed in any::<u64>(),
    ) {
        let probes = stay(targets, Duration::from_mins(minutes), TimeDelta::seconds(lasting), TimeDelta::hours(6), seed);
        let mut all: Vec<Instant> = probes.iter().flatten().map(|(at, _)| *at).collect();
        all.sort();
        prop_assert!(all.windows(2).all(|pair| pair[1] - pair[0] >= HOST_SPACING + TimeDelta::seconds(lasting)));
        for target in &probes {
            prop_assert!(target.windows(2).all(|pair| pair[1].0 - pair[0].0 >= LEAST_GAP));
            prop_assert!(target.windows(2).all(|pair| pair[1].1.planned > pair[0].1.planned));
        }
    }

    #[test]
    fn planned_instants_keep_their_gap_and_the_latest_is_the_latest(
        number in -100_000_i64..1_000_000, minutes in 15_u64..2000, seed in any::<u64>(), ago in 0_i64..100_000,
    ) {
        let id = id(3);
        let plan = Plan::of(&id, Duration::from_mins(minutes), seed);
        prop_assert!(plan.instant(number + 1) - plan.instant(number) >= LEAST_GAP);
        let now = plan.instant(number) + TimeDelta::seconds(ago);
        let latest = plan.latest(now);
        prop_assert!(plan.instant(latest) <= now && now < plan.instant(latest + 1));
    }
}

use proptest::prelude::*;

use super::*;

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
            states[due.index].stratum = due.appointment.stratum;
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

#[test]
fn a_lone_target_is_probed_once_in_each_stratum_at_a_random_place() {
    let probes = &stay(1, HALF_HOUR, TimeDelta::seconds(10), TimeDelta::days(10), SEED)[0];
    let strata: Vec<i64> = probes.iter().map(|(at, _)| stratum(*at, HALF_HOUR)).collect();
    assert!(strata.windows(2).all(|pair| pair[1] == pair[0] + 1));
    assert_eq!(probes.len(), 480);
    let mut quarters = [0; 4];
    for (at, appointment) in probes {
        quarters[usize::try_from(at.timestamp() % 1800 / 450).unwrap()] += 1;
        assert_eq!((appointment.intensity_per_h, appointment.purpose), (Some(2.0), Purpose::Base));
    }
    assert!(quarters.iter().all(|n| (80..=160).contains(n)), "{quarters:?}");
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_seed_another() {
    let plan = |seed| stay(3, HALF_HOUR, TimeDelta::seconds(10), TimeDelta::days(1), seed);
    assert_eq!(plan(1), plan(1));
    assert_ne!(plan(1), plan(2));
}

#[test]
fn after_a_sleep_nothing_is_caught_up_in_a_rush() {
    let state = TargetState { stratum: Some(0), last_probe_at: Some(at("2026-03-02T00:00:00Z")), ..alive() };
    let (id, hosts, busy) = (id(0), HashMap::new(), HashSet::new());
    let candidate = [Candidate { id: &id, host: "gouv", cadence: HALF_HOUR, state: &state }];
    let now = at("2026-03-09T12:29:59Z");
    let due = due(&candidate, &hosts, &busy, now, SEED);
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].appointment.stratum, Some(stratum(now, HALF_HOUR)));
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
            (appointment.purpose, appointment.intensity_per_h, appointment.stratum),
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
    let now = at("2026-03-02T00:29:59Z");
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
    let now = at("2026-03-02T00:29:59Z");
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
    // Each case is half a day of up to thirty targets.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_host_is_never_pressed_and_a_target_never_probed_twice_within_its_gap(
        targets in 1_usize..30, minutes in 15_u64..90, lasting in 0_i64..60, seed in any::<u64>(),
    ) {
        let probes = stay(targets, Duration::from_mins(minutes), TimeDelta::seconds(lasting), TimeDelta::hours(12), seed);
        let mut all: Vec<Instant> = probes.iter().flatten().map(|(at, _)| *at).collect();
        all.sort();
        prop_assert!(all.windows(2).all(|pair| pair[1] - pair[0] >= HOST_SPACING + TimeDelta::seconds(lasting)));
        for target in &probes {
            prop_assert!(target.windows(2).all(|pair| pair[1].0 - pair[0].0 >= LEAST_GAP));
            prop_assert!(target.windows(2).all(|pair| pair[1].1.stratum > pair[0].1.stratum));
        }
    }

    #[test]
    fn the_random_instant_is_within_its_stratum(number in -1_000_000_i64..1_000_000, seed in any::<u64>()) {
        let u = uniform(seed, &id(3), number);
        prop_assert!((0.0..1.0).contains(&u));
    }
}

//! Targets whose slots stand behind a wall: the service can be seen, slots never.

use chrono::TimeDelta;
use guichet_fetch::{clock::Clock as _, registrable_host};
use guichet_model::{Cause, Counts, Outcome, Purpose, Service};
use guichet_store::HostState;

use super::site::Site;

#[tokio::test]
async fn a_target_that_shows_nothing_but_its_wall_is_alive_and_never_enters_a_denominator() {
    let site = Site::open().await;
    let target = site.target("92-nanterre/asile", "/");
    let trial = site.observe(&target, "wall").await;
    assert_eq!(trial.purpose, Purpose::Probation);
    assert_eq!(site.state(&target).alive_since, Some(trial.observed_at));
    for _ in 0..3 {
        let planned = site.observe(&target, "wall").await;
        assert_eq!(planned.outcome, Outcome::Unknown(Cause::Challenged));
        assert_eq!(planned.purpose, Purpose::Base);
        assert!(planned.intensity_per_h.is_some());
        assert_eq!(planned.probe.unwrap().service, Some(Service::Wall));
    }
    let mut counts = Counts::default();
    for tally in site.reader().hour_tallies(&target.id).unwrap() {
        counts.add(&tally.counts);
    }
    assert_eq!((counts.told(), counts.shut, counts.unknown), (0, 0, 3));
}

#[tokio::test]
async fn a_pass_counts_walls_apart_from_looks_that_came_to_nothing() {
    let site = Site::open().await;
    let targets = [site.target("92-nanterre/asile", "/")];
    for (word, walls) in [("wall", 1), ("odd", 0)] {
        site.says(&[word]);
        let pass = loop {
            let wake = site.clock.now() + TimeDelta::minutes(20);
            site.clock.sleep_until(wake).await;
            let pass = site.pass(&targets).await;
            if pass.total() > 0 {
                break pass;
            }
        };
        assert_eq!((pass.outcomes, pass.walls), ([0, 0, 0, 1], walls), "{word}");
    }
}

#[tokio::test]
async fn a_wall_is_a_healthy_answer_of_its_host() {
    let site = Site::open().await;
    let target = site.target("92-nanterre/asile", "/");
    let host = registrable_host(&target.url);
    let wounded = HostState { refusals: 4, overloads: 2, ..HostState::default() };
    site.store().save_host_state(&host, &wounded).unwrap();
    site.observe(&target, "wall").await;
    let hosts = site.store().sampling_state().unwrap().hosts;
    let healed = HostState { last_probe_at: hosts[0].1.last_probe_at, ..HostState::default() };
    assert_eq!(hosts, [(host, healed)]);
}

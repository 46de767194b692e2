//! Killed at any moment, a sampler loses at most the probe in flight.

use std::{collections::BTreeMap, time::Duration};

use guichet_store::Reader;

use crate::harness::{Fakes, Service, assert_polite, run, text};

const KILLS: usize = 20;
const HOSTS: usize = 6;

fn script() -> String {
    let host = |n| {
        format!(
            "[[host]]\nname = \"h{n}\"\n[[host.form]]\nid = 1\ntitle = \"Essai\"\n[[host.form.timeline]]\nstate = \"full\"\n"
        )
    };
    (0..HOSTS).map(host).collect::<Vec<_>>().concat()
}

/// The target and the number of each observation that the log says is stored.
fn acknowledged(log: &[String]) -> Vec<(String, i64)> {
    let word = |line: &str, key: &str| {
        line.split_whitespace().find_map(|word| word.strip_prefix(key).map(str::to_owned))
    };
    log.iter()
        .filter(|line| line.contains("stored observation="))
        .map(|line| (word(line, "target.id=").unwrap(), word(line, "observation=").unwrap().parse().unwrap()))
        .collect()
}

#[test]
fn twenty_kills_lose_at_most_the_probes_in_flight() {
    let folder = tempfile::tempdir().unwrap();
    let fakes = Fakes::start(&script(), 3600.0);
    let sites: Vec<(String, String)> = (0..HOSTS).map(|n| (format!("92-h{n}"), format!("h{n}"))).collect();
    let targets: Vec<_> = sites
        .iter()
        .map(|(site, host)| (site.as_str(), host.as_str(), 1, "asile", "cadence = \"15m\""))
        .collect();
    let data = fakes.catalogue(&targets);
    let arguments = fakes.sampled_by(&["run"], &data);
    let mut stored: BTreeMap<String, u64> = BTreeMap::new();
    let mut ids = Vec::new();
    for kill in 0..KILLS {
        let service = Service::start(&arguments, folder.path());
        // Anything from at once to half a second later, never the same moment of the work.
        std::thread::sleep(Duration::from_millis((kill as u64 * 137) % 500));
        for (target, id) in acknowledged(&service.kill()) {
            *stored.entry(target).or_default() += 1;
            ids.push(id);
        }
        let rebuilt = run(&["rebuild"], folder.path());
        assert!(
            rebuilt.status.success(),
            "after kill {kill}: {}{}",
            text(&rebuilt.stdout),
            text(&rebuilt.stderr)
        );
    }
    assert!(
        ids.len() > 2 * KILLS,
        "only {} observations: the kills came too early to mean anything",
        ids.len()
    );
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "an observation's number was given twice");

    let reader = Reader::open(&folder.path().join("guichet.db")).unwrap();
    let requests = fakes.requests();
    for (site, host) in &sites {
        let target = format!("{site}/asile");
        let kept = reader.observations(&target.parse().unwrap(), None, None).unwrap().len() as u64;
        let told = stored.get(&target).copied().unwrap_or(0);
        assert!(kept >= told, "{target}: {told} were acknowledged, {kept} are there");
        let begun = requests
            .iter()
            .filter(|request| {
                request["host"] == *host
                    && request["method"] == "GET"
                    && request["path"].as_str().unwrap().ends_with("/0")
            })
            .count() as u64;
        assert!(begun >= kept && begun - kept <= KILLS as u64, "{target}: {begun} probes begun, {kept} kept");
    }
    // A kill in the middle of a probe does not make us forget that the host was being asked.
    assert_polite(&fakes);
}

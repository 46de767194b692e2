//! Pages from which no slot is learnt, over simulated days: the platform's own wall, and pages that their reader no
//! longer knows.

use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use guichet_fakesite::BEHAVIOURS;
use serde_json::Value;

use crate::harness::{Fakes, PATIENCE, Service, assert_polite, behaviours, now, run, text};

/// Log lines of stored observations of a target.
fn stored<'a>(log: &'a [String], target: &str) -> Vec<&'a String> {
    log.iter()
        .filter(|line| line.contains("stored observation=") && line.contains(&format!("target.id={target} ")))
        .collect()
}

#[test]
fn a_pass_that_saw_walls_and_all_else_that_it_looked_for_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let fakes = Fakes::start(BEHAVIOURS, 36_000.0);
    // A page that is full and a wall; then beside them one that is gone.
    for (forms, code, says) in [
        ([102, 601].as_slice(), 0, "2 probes: 0 open, 1 full, 0 shut, 1 at a wall, 0 unknown\n"),
        (&[113], 3, "3 probes: 0 open, 1 full, 0 shut, 1 at a wall, 1 unknown\n"),
    ] {
        let data = fakes.catalogue_of(&behaviours(|form| forms.contains(&form)));
        let database = format!("{code}.db");
        let output = run(&fakes.sampled_by(&["once", "--db", &database], &data), folder.path());
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(code), says.to_owned()));
    }
}

#[test]
fn a_walled_target_is_alive_and_never_enters_a_figure() {
    let folder = tempfile::tempdir().unwrap();
    let fakes = Fakes::start(BEHAVIOURS, 7200.0);
    // Two of one host: a wall taken for a refusal would keep us from both.
    let data = fakes.catalogue_of(&behaviours(|form| matches!(form, 601 | 602)));
    let service = Service::start(&fakes.sampled_by(&["run"], &data), folder.path());
    let walls = ["92-essai/autre/f601", "92-essai/autre/f602"];
    service.wait_until(|log| walls.iter().all(|target| stored(log, target).len() >= 10));
    let (_, body) = service.get("/api/v1/sites.geojson");
    let (page, _) = service.get("/fr/guichet/92-essai/autre/f601");
    let (_, health) = service.get("/api/v1/health");
    let log = service.stop(&[]);
    assert_polite(&fakes);

    let collection: Value = serde_json::from_str(&body).unwrap();
    let targets = collection["features"][0]["properties"]["targets"].as_array().unwrap();
    for target in walls {
        let lines = stored(&log, target);
        assert!(
            lines[0].contains("purpose=\"probation\"") && lines[1].contains("purpose=\"base\""),
            "{lines:#?}"
        );
        assert!(
            lines
                .iter()
                .all(|line| line.contains("outcome=\"unknown\"") && line.contains("cause=\"challenged\"")),
            "{lines:#?}"
        );
        let shown = targets.iter().find(|shown| shown["id"] == target).unwrap();
        assert_eq!((&shown["n"], &shown["open"]), (&0.into(), &0.into()), "{shown}");
        assert!(shown["unknown"].as_u64().unwrap() >= 1, "nothing was published yet: {shown}");
        assert!(shown["availability"].is_null() || shown["availability"]["p"].is_null(), "{shown}");
        let stats = |more: &[&str]| {
            let common = ["stats", target, "--data", data.to_str().unwrap(), "--allow-loopback"];
            text(&run(&[&common, more].concat(), folder.path()).stdout)
        };
        let words = stats(&[]);
        assert!(words.contains("The page never said whether there was a slot.\n"), "{words}");
        let printed: Value = serde_json::from_str(&stats(&["--json"])).unwrap();
        let figures = &printed["availability"];
        for (name, n) in [("n_polls", 0), ("open", 0), ("full", 0), ("shut", 0), ("days_observed", 0)] {
            assert_eq!(figures[name], n, "{name}: {figures}");
        }
        assert!(figures["p"].is_null() && figures["unknown"].as_u64().unwrap() >= 9, "{figures}");
    }
    assert_eq!(page, 200);
    let health: Value = serde_json::from_str(&health).unwrap();
    assert_eq!(health["drift"], Value::Array(Vec::new()), "a wall is a page that the reader knows");
    // The slots behind the wall are no secret to the fakes, and nobody tried to get there.
    assert!(fakes.requests().iter().all(|request| !request["path"].as_str().unwrap().contains("creneau")));
}

#[test]
fn a_page_that_changed_is_told_until_it_is_recognised_again() {
    let folder = tempfile::tempdir().unwrap();
    let start: DateTime<Utc> = now().parse().unwrap();
    let after = |hours| (start + TimeDelta::hours(hours)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let script = format!(
        "[[host]]\nname = \"refaite\"\n[[host.form]]\nid = 1\ntitle = \"Renouvellement\"\n\
         [[host.form.timeline]]\nstate = \"full\"\n\
         [[host.form.timeline]]\nfrom = {}\nuntil = {}\nstate = \"changed_layout\"\n",
        after(2),
        after(9)
    );
    let fakes = Fakes::start(&script, 7200.0);
    let target = "92-essai/renouvellement";
    let data = fakes.catalogue(&[("92-essai", "refaite", 1, "renouvellement", "")]);
    let service = Service::start(&fakes.sampled_by(&["run"], &data), folder.path());
    let warned = "a page was not recognised several times in a row";
    let warning = service.wait_for(warned);
    let alarms = || -> Value { serde_json::from_str(&service.get("/api/v1/health").1).unwrap() };
    let fresh = alarms();
    // What the page showed is published as late as any figure: two hours, and what is left of an hour.
    let begun = Instant::now();
    let mut health = alarms();
    while health["drift"][0]["found"].is_null() {
        assert!(begun.elapsed() < PATIENCE, "what was found is never told: {health}");
        std::thread::sleep(Duration::from_millis(50));
        health = alarms();
    }
    let (status, page) = service.get("/fr/etat");
    // Once it is recognised again nothing is told any more.
    service
        .wait_until(|log| stored(log, target).last().is_some_and(|line| line.contains("outcome=\"full\"")));
    let (_, recovered) = service.get("/api/v1/health");
    let log = service.stop(&[warned]);
    assert_polite(&fakes);

    let lines = stored(&log, target);
    let strange: Vec<bool> = lines.iter().map(|line| line.contains("cause=\"unrecognised\"")).collect();
    let first = strange.iter().position(|strange| *strange).unwrap();
    assert!(first >= 1 && strange[first..first + 3] == [true; 3], "{lines:#?}");
    let third = log.iter().position(|line| line == lines[first + 2]).unwrap();
    assert_eq!(log.iter().position(|line| line.contains(warned)), Some(third + 1), "not with the third page");
    assert_eq!(log.iter().filter(|line| line.contains(warned)).count(), 1, "told again: {log:#?}");
    assert!(warning.contains(" WARN ") && warning.contains(&format!("target.id={target} ")), "{warning}");
    assert!(warning.contains("times=3") && warning.contains("missing="), "{warning}");

    let alarm = &fresh["drift"][0];
    assert_eq!((&alarm["target"], &fresh["status"]), (&target.into(), &"ok".into()), "{fresh}");
    assert!(alarm["found"].is_null() && alarm["markers"][0]["found"].is_null(), "told too soon: {fresh}");
    assert!(alarm["markers"][0]["what"].is_string() && alarm["page_sha256"].is_string(), "{fresh}");
    let alarm = &health["drift"][0];
    assert!(alarm["times"].as_u64().unwrap() >= 3, "{health}");
    assert!(alarm["platform"].as_str().unwrap().starts_with("ez-booking/"), "{health}");
    let markers = alarm["markers"].as_array().unwrap();
    assert!(markers.iter().any(|marker| marker["found"] == false), "{health}");
    let hash = alarm["page_sha256"].as_str().unwrap();
    assert!(hash.len() == 64 && warning.contains(hash), "{warning}");
    assert_eq!(status, 200);
    for shown in [target, markers[0]["what"].as_str().unwrap(), hash] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let recovered: Value = serde_json::from_str(&recovered).unwrap();
    assert_eq!(recovered["drift"], Value::Array(Vec::new()));
}

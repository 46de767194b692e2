//! The service against invented prefectures: it samples, it is polite, it shows, it stops.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use serde_json::Value;

use crate::harness::{Fakes, Service, assert_polite, copy_lists, get, guichet, run, text};

/// Four hosts: a full desk and an open one, two desks, a ban, a dead link.
const SCRIPT: &str = r#"
[[host]]
name = "plein"
[[host.form]]
id = 1
title = "Renouvellement"
[[host.form.timeline]]
state = "full"
[[host.form]]
id = 2
title = "Remise"
deep_calendar = true
[[host.form.timeline]]
state = "open"
slots = 4

[[host]]
name = "deux"
[[host.form]]
id = 3
title = "Naturalisation"
skin = "dsfr"
[[host.form.desk]]
id = 31
[[host.form.desk.timeline]]
state = "full"
[[host.form.desk]]
id = 32
[[host.form.desk.timeline]]
weekly = { days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], at = "00:00", minutes = 720 }
state = "open"

[[host]]
name = "banni"
[[host.form]]
id = 4
title = "Asile"
[[host.form.timeline]]
state = "banned_403"
[[host.form]]
id = 6
title = "Documents"
[[host.form.timeline]]
state = "banned_403"

[[host]]
name = "mort"
[[host.form]]
id = 5
title = "Dcem"
[[host.form.timeline]]
state = "gone"
"#;

const SPEED: f64 = 3600.0;

fn started(fakes: &Fakes, folder: &std::path::Path) -> Service {
    let data = fakes.catalogue(&[
        ("92-plein", "plein", 1, "renouvellement", ""),
        ("92-plein", "plein", 2, "remise-titre", "cadence = \"20m\""),
        ("69-deux", "deux", 3, "naturalisation-decret", ""),
        ("974-banni", "banni", 4, "asile", ""),
        ("13-mort", "mort", 5, "dcem", ""),
    ]);
    Service::start(&fakes.sampled_by(&["run"], &data), folder)
}

/// Log lines of stored observations of a target.
fn stored<'a>(log: &'a [String], target: &str) -> Vec<&'a String> {
    log.iter()
        .filter(|line| line.contains("stored observation=") && line.contains(&format!("target.id={target} ")))
        .collect()
}

#[test]
fn a_fresh_run_finds_out_what_is_alive_samples_it_politely_and_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let fakes = Fakes::start(SCRIPT, SPEED);
    let service = started(&fakes, folder.path());
    // A simulated day and a half: the dead link is tried a second time.
    service.wait_until(|log| {
        stored(log, "13-mort/dcem").len() >= 2 && stored(log, "92-plein/remise-titre").len() >= 90
    });
    let (_, body) = service.get("/api/v1/sites.geojson");
    let (page, html) = service.get("/fr/guichet/92-plein/remise-titre");
    let truth = fakes.truth();
    let log = service.stop(&[]);
    assert_polite(&fakes);

    let alive = stored(&log, "92-plein/remise-titre");
    assert!(
        alive[0].contains("purpose=\"probation\"") && alive[1].contains("purpose=\"base\""),
        "{alive:#?}"
    );
    let dead = stored(&log, "13-mort/dcem");
    assert!(
        dead.iter().all(|line| line.contains("purpose=\"probation\"") && line.contains("gone")),
        "{dead:#?}"
    );
    // A ban keeps us away longer and longer: 40 minutes, then 80, while others are sampled every half hour.
    assert!(stored(&log, "974-banni/asile").len() <= 3, "{:#?}", stored(&log, "974-banni/asile"));

    let collection: Value = serde_json::from_str(&body).unwrap();
    let shown = |id: &str| {
        let features = collection["features"].as_array().unwrap();
        let targets =
            features.iter().flat_map(|feature| feature["properties"]["targets"].as_array().unwrap());
        targets.into_iter().find(|target| target["id"] == id).unwrap().clone()
    };
    let open = shown("92-plein/remise-titre");
    assert!(open["n"].as_u64().unwrap() > 50 && open["open"] == open["n"], "{open}");
    let full = shown("92-plein/renouvellement");
    assert!(full["n"].as_u64().unwrap() > 30 && full["open"] == 0, "{full}");
    for never in ["13-mort/dcem", "974-banni/asile"] {
        assert_eq!(
            (&shown(never)["n"], &shown(never)["unknown"]),
            (&Value::from(0), &Value::from(0)),
            "{never}"
        );
    }
    let half = shown("69-deux/naturalisation-decret");
    let availability = &half["availability"];
    let form = truth["forms"].as_array().unwrap().iter().find(|form| form["host"] == "deux").unwrap();
    let share = form["shares"]["open"].as_f64().unwrap();
    let (lo, hi) = (availability["lo95"].as_f64().unwrap(), availability["hi95"].as_f64().unwrap());
    assert!(lo <= share && share <= hi, "{share} is not in {lo} to {hi}: {half}");
    assert_eq!(page, 200);
    assert!(html.contains("<html lang=\"fr\""), "{html}");
}

#[test]
fn a_second_sampler_on_the_same_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let fakes = Fakes::start(SCRIPT, SPEED);
    let service = started(&fakes, folder.path());
    let data = fakes.catalogue(&[]);
    let second = run(
        &["once", "--contact", "you@example.org", "--allow-loopback", "--data", data.to_str().unwrap()],
        folder.path(),
    );
    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second.stderr).contains("already samples"));
    service.stop(&[]);
}

#[test]
fn without_a_contact_address_only_pages_are_served_and_it_says_why() {
    let folder = tempfile::tempdir().unwrap();
    copy_lists(&folder.path().join("data"));
    let service = Service::start(&["run"], folder.path());
    service.wait_for("nothing is sampled without a contact address");
    assert_eq!(service.get("/en/").0, 200);
    assert_eq!(service.get("/healthz").0, 200);
    service.stop(&[]);
}

#[test]
fn one_pass_probes_each_due_target_once_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let fakes = Fakes::start(SCRIPT, SPEED);
    let data = fakes.catalogue(&[
        ("92-plein", "plein", 1, "renouvellement", ""),
        ("92-plein", "plein", 2, "remise-titre", ""),
        ("974-banni", "banni", 4, "asile", ""),
        ("974-banni", "banni", 6, "dcem", ""),
    ]);
    let pass = || {
        let output = run(&fakes.sampled_by(&["once"], &data), folder.path());
        (output.status.code(), text(&output.stdout))
    };
    // The second target of the host that bans us is left alone.
    assert_eq!(pass(), (Some(3), "3 probes: 1 open, 1 full, 0 shut, 0 at a wall, 1 unknown\n".to_owned()));
    assert_polite(&fakes);
}

#[test]
fn the_demonstration_shows_itself_as_a_simulation_and_holds_its_figures_against_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    copy_lists(&folder.path().join("data"));
    let mut demo = guichet()
        .args(["demo", "--minutes", "0.1", "--listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("SIMULATION: "));
    let address = lines.next().unwrap().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (status, page) = get(address.parse().unwrap(), &address, "/fr/");
    assert!(status == 200 && page.contains("SIMULATION"));
    let (_, body) = get(address.parse().unwrap(), &address, "/api/v1/departments.geojson");
    let collection: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(collection["meta"]["simulation"], true);
    let report: Vec<String> = lines.collect();
    assert!(demo.wait().unwrap().success());
    let compared = report.iter().filter(|line| line.ends_with("holds") || line.ends_with("MISSES")).count();
    assert!(compared >= 10, "{report:#?}");
    assert!(report.last().unwrap().ends_with(" requests, 0 of a forbidden kind"), "{report:#?}");
    let left: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["data"], "the demonstration leaves nothing behind");
}

#[test]
fn an_open_desk_does_not_hide_that_its_host_is_overloaded() {
    let folder = tempfile::tempdir().unwrap();
    let fakes = Fakes::start(guichet_fakesite::BEHAVIOURS, SPEED);
    let data = fakes.catalogue(&[
        ("31-essai", "guichets", 301, "renouvellement", "desks = [\"312\", \"315\"]"),
        ("31-essai", "guichets", 302, "asile", ""),
    ]);
    let output = run(&fakes.sampled_by(&["once"], &data), folder.path());
    assert_eq!(
        text(&output.stdout),
        "1 probes: 1 open, 0 full, 0 shut, 0 at a wall, 0 unknown\n",
        "the other target is left alone"
    );
}

//! Figures as the commands print and the pages show them: words first, an interval with each, a reason where there is
//! none.

use std::{fmt::Write as _, fs, path::Path};

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use crate::harness::{Service, copy_lists, root, run, text};

fn folder_with_catalogue() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_lists(&folder.path().join("data"));
    folder
}

fn said(arguments: &[&str], folder: &Path) -> String {
    let output = run(arguments, folder);
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn json(arguments: &[&str], folder: &Path) -> Value {
    serde_json::from_str(&said(arguments, folder)).unwrap()
}

/// Looks at half past each hour from `from` on, for `days` days, of targets whose pages are open as `open` says of the
/// hours since then.
fn log(from: &str, days: i64, targets: &[(&str, &str)], open: impl Fn(usize, i64) -> bool) -> String {
    let from: DateTime<Utc> = from.parse().unwrap();
    let mut log = String::from("target,observed_at,outcome,cause,intensity_per_h,source\n");
    for (which, (target, source)) in targets.iter().enumerate() {
        for hour in 0..days * 24 {
            let at = from + Duration::hours(hour) + Duration::minutes(30);
            let outcome = if open(which, hour) { "open" } else { "full" };
            writeln!(log, "{target},{},{outcome},,1,{source}", at.format("%Y-%m-%dT%H:%M:%SZ")).unwrap();
        }
    }
    log
}

#[test]
fn a_target_without_enough_data_gets_reasons_and_no_figure() {
    let folder = folder_with_catalogue();
    let path = folder.path();
    fs::write(
        path.join("log.csv"),
        log("2025-03-03T00:00:00Z", 6, &[("12-rodez/asile", "log")], |_, hour| hour % 24 == 9),
    )
    .unwrap();
    said(&["import", "log.csv"], path);
    let stats = json(&["stats", "12-rodez/asile", "--json"], path);
    assert_eq!(stats["availability"]["tier"], "none");
    for recipe in ["cells", "openings", "release_pattern", "class", "lead_time"] {
        let figure = &stats[recipe];
        let none = figure.is_null() || figure["set"].as_array().is_some_and(Vec::is_empty);
        assert!(none, "{recipe} has a figure from six days: {figure}");
        assert!(
            stats["reasons"][recipe]["needed"].is_string(),
            "{recipe} has no reason: {}",
            stats["reasons"]
        );
    }
    for chance in stats["chance"].as_array().unwrap() {
        assert!(
            chance["p_see"].is_null() && chance["hi95"].is_null() && !chance["reason"].is_null(),
            "{chance}"
        );
    }
    assert_eq!(stats["episodes"].as_array().unwrap().len(), 6, "{}", stats["episodes"]);
    let words = said(&["stats", "12-rodez/asile"], path);
    assert!(words.contains("Too little data") && words.contains("of 14"), "{words}");
    assert!(!words.contains("would have seen"), "{words}");
    // What was counted is told, a share of the time is not.
    let counted = "slot visible   in 6 of 144 answers; no share: too little data, 6 of 14 observed days";
    for subject in ["12-rodez/asile", "12/asile", "france/asile"] {
        let words = said(&["stats", subject], path);
        assert!(words.contains(counted) && !words.contains("% of the time"), "{words}");
    }
    let words = said(&["stats", "france/asile"], path);
    assert!(words.contains("Figures of 1 desk, 1 of which said"), "{words}");
    let line = said(&["stats", "--all"], path);
    assert!(line.contains(" none ") && line.contains(" 6 of 144 answers "), "{line}");
    assert_eq!(line.matches('%').count(), 1, "the coverage only: {line}");
    let words = said(&["stats", "12-rodez/asile", "--language", "fr"], path);
    assert!(words.contains("Trop peu de données"), "{words}");
}

#[test]
fn a_target_with_enough_data_is_told_in_words_with_intervals_first() {
    let folder = folder_with_catalogue();
    let path = folder.path();
    // Open in the window at 9 h, Paris winter time, on one day in four.
    let open = |_, hour: i64| hour % 24 == 8 && (hour / 24) % 4 == 1;
    fs::write(path.join("log.csv"), log("2025-01-06T00:00:00Z", 80, &[("12-rodez/asile", "log")], open))
        .unwrap();
    said(&["import", "log.csv"], path);
    let words = said(&["stats", "12-rodez/asile"], path);
    let first = words.lines().nth(2).unwrap();
    assert!(
        first.contains("three times a day") && first.contains("14 days") && first.contains("between"),
        "{words}"
    );
    assert!(words.contains("\n  Tue 7 Jan 2025 09:30 (not yet at 08:30), last seen 09:30"), "{words}");
    let stats = json(&["stats", "12-rodez/asile", "--json"], path);
    let drawn = |hour: u64| {
        let start = format!("{hour:2} h ");
        let line = words.lines().find_map(|line| line.strip_prefix(&start)).unwrap();
        line.split_whitespace().filter_map(|word| word.parse::<f64>().ok()).collect::<Vec<_>>()
    };
    let share = |hour: u64| {
        let cells = stats["cells"].as_array().unwrap().iter().filter(|cell| cell["hour"] == hour);
        cells.map(|cell| cell["p_eb"].as_f64().unwrap() * 100.0).collect::<Vec<_>>()
    };
    assert_eq!(drawn(9).len(), 7, "{words}");
    // Both are rounded, the drawing to whole per cent.
    assert!(drawn(9).iter().zip(share(9)).all(|(drawn, share)| (drawn - share).abs() < 0.6), "{words}");
    assert!(share(9).iter().all(|share| *share > 5.0), "{words}");
    let chance = &stats["chance"].as_array().unwrap()[3];
    assert_eq!(chance["horizon_days"], 14);
    let [p, lo, hi] = ["p_see", "lo95", "hi95"].map(|key| chance[key].as_f64().unwrap());
    assert!(lo <= p && p <= hi && lo > 0.5, "{chance}");
    assert_eq!(stats["cells"].as_array().unwrap().len(), 168);
    assert_eq!(stats["class"]["level"], 0.8);
    // A period that somebody asks for is taken as it is.
    let asked =
        json(&["stats", "12-rodez/asile", "--json", "--from", "2025-02-01", "--to", "2025-02-10"], path);
    assert_eq!((&asked["from"], &asked["to"]), (&"2025-02-01".into(), &"2025-02-10".into()));
    assert_eq!(asked["period"]["starts"], "asked");
}

#[test]
fn desks_of_a_department_and_of_france_are_pooled_and_counted() {
    let folder = folder_with_catalogue();
    let path = folder.path();
    let targets =
        [("12-rodez/asile", "a"), ("12-millau/asile", "b"), ("01-bourg/asile", "c"), ("01-bourg/autre", "c")];
    // The second desk is observed as long as the first and never open: half of all looks see nothing more.
    let open = |which: usize, hour: i64| which == 0 && hour % 2 == 0;
    fs::write(path.join("log.csv"), log("2025-01-06T00:00:00Z", 60, &targets, open)).unwrap();
    said(&["import", "log.csv"], path);
    let department = json(&["stats", "12/asile", "--json"], path);
    assert_eq!(
        (&department["desks"], &department["desks_with_data"]),
        (&2.into(), &2.into()),
        "{department}"
    );
    assert_eq!(department["availability"]["p"], 0.25);
    let france = json(&["stats", "france/asile", "--json"], path);
    assert_eq!(france["desks"], 3);
    let p = france["availability"]["p"].as_f64().unwrap();
    assert!((p - 1.0 / 6.0).abs() < 0.001, "{p}");
    let words = said(&["stats", "france/asile"], path);
    assert!(words.contains("3 desks"), "{words}");

    let service = Service::start(&["run"], path);
    let (status, body) = service.get("/api/v1/france");
    assert_eq!(status, 200);
    let published: Value = serde_json::from_str(&body).unwrap();
    let published =
        published["procedures"].as_array().unwrap().iter().find(|one| one["procedure"] == "asile").unwrap();
    assert_eq!(published["desks"], 3);
    for figure in ["availability", "chance", "class"] {
        assert_eq!(published["figures"][figure], france[figure], "{figure}");
    }
    service.stop(&[]);
}

#[test]
fn all_targets_are_printed_as_each_of_them_is() {
    let folder = folder_with_catalogue();
    let path = folder.path();
    let targets = [("12-rodez/asile", "a"), ("12-millau/asile", "b"), ("01-bourg/autre", "c")];
    let open = |which: usize, hour: i64| which == 0 && hour % 24 == 9;
    fs::write(path.join("log.csv"), log("2025-01-06T00:00:00Z", 40, &targets, open)).unwrap();
    said(&["import", "log.csv"], path);
    let lines = said(&["stats", "--all", "--json"], path);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        let target = line["target"].as_str().unwrap();
        assert_eq!(*line, json(&["stats", target, "--json"], path), "{target}");
        assert_eq!(line["hours_of_week"].as_array().unwrap().len(), 168);
        assert_eq!(line["availability"]["n_polls"], 960);
    }
    let text_of = said(&["stats", "--all"], path);
    let rodez = text_of.lines().find(|line| line.starts_with("12-rodez/asile ")).unwrap();
    assert!(rodez.contains(" provisional ") && rodez.contains(" 4.2 % ("), "{rodez}");

    for format in [&["--json"][..], &[]] {
        let arguments = [&["stats", "--all", "--from", "2030-01-01"][..], format].concat();
        let nothing = run(&arguments, path);
        assert_eq!((nothing.status.code(), text(&nothing.stdout).as_str()), (Some(0), ""));
        assert!(text(&nothing.stderr).contains("holds no observation in this period"), "{nothing:?}");
    }
}

#[test]
fn past_forecasts_are_scored_kept_and_published_whatever_they_say() {
    let folder = folder_with_catalogue();
    let path = folder.path();
    let names: Vec<(String, String)> =
        (1..=9).map(|n| (format!("0{n}-essai/asile"), format!("log-{n}"))).collect();
    let targets: Vec<(&str, &str)> =
        names.iter().map(|(id, source)| (id.as_str(), source.as_str())).collect();
    // Each target has its own habit, and all become rarer in the end.
    let open = |which: usize, hour: i64| {
        let day = hour / 24;
        let every = i64::try_from(which).unwrap() + 2 + if day > 150 { 20 } else { 0 };
        matches!(hour % 24, 8 | 11) && day % every == 0
    };
    fs::write(path.join("log.csv"), log("2024-06-03T00:00:00Z", 210, &targets, open)).unwrap();
    said(&["import", "log.csv"], path);

    let service = Service::start(&["run"], path);
    let (status, page) = service.get("/fr/previsions");
    assert_eq!(status, 200, "{page}");
    service.stop(&[]);

    let words = said(&["audit"], path);
    assert!(words.contains("Brier") && words.contains("9 targets"), "{words}");
    let audit = json(&["audit", "--json"], path);
    let week = audit["scores"].as_array().unwrap().iter().find(|score| score["horizon_days"] == 7).unwrap();
    assert!(week["n"].as_u64().unwrap() >= 100 && week["hosts"] == 9, "{week}");
    assert!(week["brier"].as_f64().unwrap() > 0.0 && week["coverage"].as_f64().is_some(), "{week}");

    let service = Service::start(&["run"], path);
    let (_, published) = service.get("/api/v1/audit");
    let published: Value = serde_json::from_str(&published).unwrap();
    assert!(published.to_string().contains(&week["brier"].to_string()), "{published}");
    service.stop(&[]);
    // What was learnt makes intervals.
    let stats = json(&["stats", "01-essai/asile", "--json"], path);
    let chance = &stats["chance"].as_array().unwrap()[2];
    assert!(chance["fc_lo90"].is_number() && chance["fc_hi90"].is_number(), "{chance}");
}

#[test]
fn the_week_at_rouen_is_told_as_facts_and_claims_nothing_more() {
    let rouen = root().join("../shared/data/rouen-2022");
    if !rouen.exists() {
        eprintln!(
            "SKIPPED: {} is not there; it holds real data that cannot be part of the project",
            rouen.display()
        );
        return;
    }
    let folder = folder_with_catalogue();
    let path = folder.path();
    let mut files: Vec<String> =
        fs::read_dir(&rouen).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.retain(|file| Path::new(file).extension().is_some_and(|extension| extension == "csv"));
    let mut arguments = vec!["import", "--format", "rouen"];
    arguments.extend(files.iter().map(String::as_str));
    said(&arguments, path);

    let first = said(&["stats", "76-rouen/premiere-demande"], path);
    assert!(first.contains("Mon 6 Jun 2022 00:00 (not yet at Sun 5 Jun 23:30)"), "{first}");
    assert!(first.contains("at least 1 d 3 h"), "days: {first}");
    assert!(first.contains("Thu 9 Jun 2022 12:30 (not yet at 12:00)"), "office hours: {first}");
    let renewal = said(&["stats", "76-rouen/renouvellement"], path);
    assert!(renewal.contains("Fri 10 Jun 2022 11:30") && renewal.contains("less than 30 min"), "{renewal}");

    for target in [
        "premiere-demande",
        "renouvellement",
        "remise-titre",
        "recepisse",
        "dcem",
        "admission-exceptionnelle",
    ] {
        let stats = json(&["stats", &format!("76-rouen/{target}"), "--json"], path);
        assert_eq!(stats["availability"]["tier"], "none");
        assert!(stats["release_pattern"].is_null() && stats["cells"].is_null(), "{target}");
        assert!(
            stats["class"].is_null() || stats["class"]["set"].as_array().is_some_and(Vec::is_empty),
            "{target}"
        );
        assert!(
            stats["chance"].as_array().unwrap().iter().all(|chance| chance["p_see"].is_null()),
            "{target}"
        );
        let words = said(&["stats", &format!("76-rouen/{target}")], path);
        let first = words.lines().nth(2).unwrap();
        assert!(first.starts_with("Too little data") && first.contains("6 of 14 observed days"), "{words}");
        assert!(stats["persistence"].is_null() && stats["openings"].is_null(), "{target}");
    }
}

#[test]
fn a_wrong_subject_says_what_to_write() {
    let folder = folder_with_catalogue();
    let with_a_procedure =
        "a department or `france` with a procedure (93/premiere-demande, france/premiere-demande)";
    for (wrong, wanted) in [
        (&["stats", "93"][..], with_a_procedure),
        (&["stats", "france"], with_a_procedure),
        (&["stats"], "required arguments were not provided:\n  <TARGET>"),
        (&["stats", "93/asile", "--all"], "cannot be used with '--all'"),
    ] {
        let output = run(wrong, folder.path());
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""), "{wrong:?}");
        let said = text(&output.stderr);
        assert!(said.contains(wanted), "{wrong:?}: {said}");
    }
}

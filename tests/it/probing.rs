//! `guichet probe` against every behaviour that the invented prefectures know.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use guichet_fakesite::BEHAVIOURS;
use serde_json::Value;

use crate::harness::{Fakes, PATIENCE, Service, assert_polite, binary, guichet, run, text};

/// Starts a command of ours, to be interrupted once `path` has been asked for.
pub(crate) fn interrupted_at(
    fakes: &Fakes,
    path: &str,
    signal: &str,
    arguments: &[String],
    folder: &Path,
) -> Output {
    let child = begun(arguments, folder);
    wait_for_request(fakes, path);
    interrupted(child, signal)
}

pub(crate) fn begun(arguments: &[String], folder: &Path) -> Child {
    let mut command = guichet();
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(crate) fn interrupted(child: Child, signal: &str) -> Output {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    child.wait_with_output().unwrap()
}

pub(crate) fn wait_for_request(fakes: &Fakes, path: &str) {
    let begun = Instant::now();
    while when_asked(fakes, path).is_none() {
        assert!(begun.elapsed() < PATIENCE, "{path} is not asked for");
        thread::sleep(Duration::from_millis(5));
    }
}

/// When `path` was asked for first.
pub(crate) fn when_asked(fakes: &Fakes, path: &str) -> Option<DateTime<Utc>> {
    let requests = fakes.requests();
    let request = requests.iter().find(|request| request["path"] == path)?;
    Some(request["at"].as_str().unwrap().parse().unwrap())
}

/// Lets a quarter of an hour pass, after which the same page may be asked again.
pub(crate) fn let_a_quarter_pass(fakes: &Fakes) {
    let from = fakes.now();
    while fakes.now() < from + TimeDelta::minutes(15) {
        thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a command of ours that can write no file larger than so many blocks (of 512 bytes or 1 KiB).
pub(crate) fn run_with_small_files(blocks: u32, arguments: &[String], folder: &Path) -> Output {
    let script = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, &blocks.to_string()]).arg(binary("guichet")).args(arguments);
    for name in ["GUICHET_LOG", "GUICHET_CONTACT", "GUICHET_LOG_FORMAT"] {
        command.env_remove(name);
    }
    command.current_dir(folder).output().unwrap()
}

/// Probes one form and gives what `--json` printed.
fn probe(fakes: &Fakes, host: &str, form: u32, more: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue(&[("92-essai", host, form, "renouvellement", more)]);
    let arguments = fakes.sampled_by(&["probe", "92-essai/renouvellement", "--json"], &data);
    let output = run(&arguments, folder.path());
    fs::remove_file(data.join("sites/92-essai.toml")).unwrap();
    let known = output.status.code() == Some(0);
    let printed: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{host} {form}: {}", text(&output.stderr)));
    assert_eq!(known, printed["outcome"] != "unknown", "{host} {form}: exit {:?}", output.status);
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "a probe stores nothing");
    printed
}

#[test]
fn every_behaviour_is_read_as_what_it_is() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    for (host, form, outcome, cause) in [
        ("etats", 101, "open", None),
        ("etats", 102, "full", None),
        ("etats", 103, "shut", None),
        ("etats", 104, "unknown", Some("overloaded")),
        ("etats", 105, "unknown", Some("overloaded")),
        ("etats", 106, "unknown", Some("refused")),
        ("etats", 107, "unknown", Some("rate_limited")),
        ("etats", 109, "unknown", Some("challenged")),
        ("etats", 110, "full", None),
        ("etats", 111, "unknown", Some("unrecognised")),
        ("etats", 112, "unknown", Some("unrecognised")),
        ("etats", 113, "unknown", Some("gone")),
        ("etats", 114, "unknown", Some("gone")),
        ("etats", 115, "shut", None),
        ("etats", 116, "unknown", Some("unrecognised")),
        ("etats", 117, "unknown", Some("unrecognised")),
        // Redirects that would take us to a slot, or make us submit a later step.
        ("etats", 118, "unknown", Some("unrecognised")),
        ("etats", 119, "unknown", Some("unrecognised")),
        ("ecritures", 202, "full", None),
        ("ecritures", 204, "full", None),
        ("ecritures", 206, "full", None),
        ("ecritures", 207, "full", None),
        ("ecritures", 208, "full", None),
        ("guichets", 302, "full", None),
    ] {
        let printed = probe(&fakes, host, form, "");
        assert_eq!(
            (printed["outcome"].as_str(), printed["cause"].as_str()),
            (Some(outcome), cause),
            "{host} {form}: {printed}"
        );
        assert!(printed["requests"].as_u64().is_some_and(|n| n >= 1), "{printed}");
    }
    assert_eq!(fakes.violations(), 0);
}

#[test]
fn a_calendar_tells_how_many_and_when() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    for (form, n) in [(201, 5), (205, 1)] {
        let printed = probe(&fakes, "ecritures", form, "");
        assert_eq!(printed["outcome"], "open", "{printed}");
        assert_eq!(printed["offer"]["slots"], serde_json::json!({ "kind": "at_least", "n": n }));
        let earliest = printed["offer"]["earliest"].as_str().unwrap();
        assert!(earliest > printed["observed_at"].as_str().unwrap() && earliest.ends_with('Z'), "{printed}");
        assert!(
            printed["offer"]["horizon"].as_str().unwrap() > earliest.split('T').next().unwrap(),
            "{printed}"
        );
    }
}

#[test]
fn of_several_desks_those_of_the_catalogue_are_asked_and_each_answer_is_kept() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let printed = probe(&fakes, "guichets", 301, "desks = [\"311\", \"312\"]");
    let desks: Vec<_> =
        printed["desks"].as_array().unwrap().iter().map(|desk| (&desk["desk"], &desk["outcome"])).collect();
    assert_eq!(format!("{desks:?}"), r#"[(String("311"), String("full")), (String("312"), String("open"))]"#);
    assert_eq!(printed["outcome"], "open");
    let printed = probe(&fakes, "guichets", 301, "desks = [\"313\", \"314\"]");
    assert_eq!(printed["outcome"], "shut", "{printed}");
    assert_eq!(printed["desks"][0]["label"], "Guichet 3 – visiteurs & \"talents\" <autres>");
    // One desk's failure does not hide that another is open, and does not make the others full.
    assert_eq!(probe(&fakes, "guichets", 301, "desks = [\"312\", \"315\"]")["outcome"], "open");
    assert_eq!(probe(&fakes, "guichets", 301, "desks = [\"311\", \"315\"]")["cause"], "overloaded");
}

#[test]
fn a_page_that_robots_forbid_is_refused_without_being_asked() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let printed = probe(&fakes, "robots-non", 401, "");
    assert_eq!(printed["cause"], "refused", "{printed}");
    let asked: Vec<Value> =
        fakes.requests().into_iter().filter(|request| request["host"] == "robots-non").collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["path"], "/robots.txt");
}

#[test]
fn without_leave_this_machine_is_not_asked() {
    let fakes = Fakes::start(BEHAVIOURS, 1.0);
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue(&[("92-essai", "etats", 102, "renouvellement", "")]);
    let output = run(
        &[
            "probe",
            "92-essai/renouvellement",
            "--contact",
            "you@example.org",
            "--data",
            data.to_str().unwrap(),
        ],
        folder.path(),
    );
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(fakes.requests().len(), 0);
}

#[test]
fn the_page_that_is_kept_is_the_one_that_decided() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let folder = tempfile::tempdir().unwrap();
    let desks = "desks = [\"312\", \"311\"]";
    let data = fakes.catalogue(&[("31-essai", "guichets", 301, "renouvellement", desks)]);
    let arguments =
        fakes.sampled_by(&["probe", "31-essai/renouvellement", "--json", "--save", "pages"], &data);
    let output = run(&arguments, folder.path());
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["outcome"], "open", "{printed}");
    let saved = folder.path().join(printed["saved"].as_str().unwrap());
    let probe: Value = serde_json::from_slice(&fs::read(saved.join("probe.json")).unwrap()).unwrap();
    let requests = probe["requests"].as_array().unwrap();
    let decisive =
        requests.iter().find(|request| request["body_sha256"] == printed["evidence_sha256"]).unwrap();
    let page = fs::read_to_string(saved.join(decisive["body"].as_str().unwrap())).unwrap();
    assert!(
        !page.contains("plus de plage horaire libre"),
        "an open desk is proved by the page of the full one"
    );
}

#[test]
fn by_hand_a_host_is_not_pressed_either() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue(&[
        ("92-essai", "etats", 102, "renouvellement", ""),
        ("92-essai", "etats", 103, "remise-titre", ""),
        ("92-essai", "etats", 106, "asile", ""),
    ]);
    let ended = |command: &[&str]| {
        let output = run(&fakes.sampled_by(command, &data), folder.path());
        (output.status.code(), text(&output.stderr))
    };
    // A database to remember in.
    assert_eq!(
        run(&["import", "--data", data.to_str().unwrap(), "--allow-loopback", "/dev/null"], folder.path())
            .status
            .code(),
        Some(2)
    );
    assert_eq!(ended(&["probe", "92-essai/renouvellement"]).0, Some(0));
    let (code, message) = ended(&["probe", "92-essai/renouvellement"]);
    assert!(code == Some(2) && message.contains("ask it again from"), "{message}");
    assert_eq!(ended(&["probe", "92-essai/remise-titre"]).0, Some(0));
    assert_eq!(ended(&["probe", "92-essai/asile"]).0, Some(1), "banned");
    let (code, message) = ended(&["probe", "92-essai/renouvellement"]);
    assert!(code == Some(2) && message.contains("is left alone until"), "{message}");
    assert_polite(&fakes);
    let service = Service::start(&fakes.sampled_by(&["run"], &data), folder.path());
    let (code, message) = ended(&["probe", "92-essai/renouvellement"]);
    assert!(code == Some(2) && message.contains("already samples"), "{message}");
    service.stop(&[]);
}

#[test]
fn an_interrupted_probe_is_kept_in_mind() {
    let fakes = Fakes::start(BEHAVIOURS, 60.0);
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue(&[
        ("92-essai", "etats", 103, "renouvellement", ""),
        ("92-essai", "etats", 110, "asile", ""),
        ("92-essai", "etats", 102, "dcem", ""),
    ]);
    // A database to remember in.
    run(&["import", "--data", data.to_str().unwrap(), "--allow-loopback", "/dev/null"], folder.path());
    let probe = |target: &str| fakes.sampled_by(&["probe", target], &data);
    assert_eq!(run(&probe("92-essai/renouvellement"), folder.path()).status.code(), Some(0));
    let slow = "/booking/create/110/0";
    let output = interrupted_at(&fakes, slow, "-INT", &probe("92-essai/asile"), folder.path());
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty() && text(&output.stderr).contains("was broken off"), "{output:?}");
    let output = run(&probe("92-essai/dcem"), folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let asked = |path| when_asked(&fakes, path).unwrap();
    let gap = asked("/booking/create/102/0") - asked(slow);
    assert!(gap >= TimeDelta::seconds(60), "{gap}");
    // The page that was broken off was asked, too.
    let output = run(&probe("92-essai/asile"), folder.path());
    assert!(text(&output.stderr).contains("ask it again from"), "{}", text(&output.stderr));
    assert_polite(&fakes);
}

#[test]
fn a_target_that_is_not_active_is_not_probed() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue(&[("92-essai", "etats", 102, "asile", "")]);
    let file = data.join("sites/92-essai.toml");
    let active = fs::read_to_string(&file).unwrap();
    for status in ["paused", "retired"] {
        fs::write(&file, active.replace("\"active\"", &format!("{status:?}"))).unwrap();
        let output = run(&fakes.sampled_by(&["probe", "92-essai/asile"], &data), folder.path());
        let message = text(&output.stderr);
        assert!(output.status.code() == Some(2) && message.contains(&format!("is {status}")), "{message}");
    }
    assert_eq!(fakes.requests().len(), 0);
}

#[test]
fn nobody_is_asked_for_a_probe_that_cannot_be_saved() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue(&[("92-essai", "etats", 102, "asile", "")]);
    fs::write(folder.path().join("file"), "").unwrap();
    for place in ["file", "file/probes"] {
        let command = fakes.sampled_by(&["probe", "92-essai/asile", "--save", place], &data);
        let output = run(&command, folder.path());
        let message = text(&output.stderr);
        assert!(output.status.code() == Some(2) && message.contains(place), "{message}");
    }
    assert_eq!(fakes.requests().len(), 0);
}

#[test]
fn what_a_probe_saw_is_told_even_where_it_cannot_be_saved() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue(&[("92-essai", "etats", 102, "asile", "")]);
    let command = fakes.sampled_by(&["probe", "92-essai/asile", "--save", "probes"], &data);
    let output = run_with_small_files(1, &command, folder.path());
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(out.starts_with("92-essai/asile: full"), "{out}{err}");
    assert!(output.status.code() == Some(2) && err.contains("cannot write probes/"), "{err}");
}

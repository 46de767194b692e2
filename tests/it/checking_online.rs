//! `guichet check --online`: what pages say beside what the catalogue says, and corrections that a person can apply.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guichet_fakesite::BEHAVIOURS;
use guichet_model::civil;

use crate::{
    harness::{Fakes, assert_polite, run, text},
    probing::{
        begun, interrupted, interrupted_at, let_a_quarter_pass, run_with_small_files, wait_for_request,
        when_asked,
    },
};

const SPEED: u16 = 3600;

/// `guichet check --online` over the catalogue in `data` of `folder`.
fn checked(fakes: &Fakes, folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let command = [&["check", "--online"], more].concat();
    let output = run(&fakes.sampled_by(&command, Path::new("data")), folder);
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Fakes with a catalogue of these targets, all of the site `92-essai`, in the folder `data` of the folder given.
fn catalogue(targets: &[(&str, u32, &str, &str)]) -> (Fakes, PathBuf) {
    catalogue_at(f64::from(SPEED), targets)
}

/// The same on a clock of another speed.
fn catalogue_at(speed: f64, targets: &[(&str, u32, &str, &str)]) -> (Fakes, PathBuf) {
    let fakes = Fakes::start(BEHAVIOURS, speed);
    let targets: Vec<_> = targets
        .iter()
        .map(|(host, form, procedure, more)| ("92-essai", *host, *form, *procedure, *more))
        .collect();
    let folder = fakes.catalogue(&targets).parent().unwrap().to_owned();
    (fakes, folder)
}

fn site_file(folder: &Path) -> PathBuf {
    folder.join("data/sites/92-essai.toml")
}

/// How many probes each booking page got.
fn probes(fakes: &Fakes) -> BTreeMap<String, usize> {
    let mut probes = BTreeMap::new();
    for request in fakes.requests() {
        let path = request["path"].as_str().unwrap();
        if request["method"] == "GET" && path.ends_with("/0") {
            *probes.entry(path.to_owned()).or_default() += 1;
        }
    }
    probes
}

/// Gives what was printed to a tool that applies patches.
fn applied(tool: &[&str], printed: &str, folder: &Path) -> Output {
    let file = folder.join("printed.patch");
    fs::write(&file, printed).unwrap();
    Command::new(tool[0])
        .args(&tool[1..])
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .current_dir(folder)
        .stdin(fs::File::open(&file).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn what_a_page_says_stands_beside_what_the_catalogue_says() {
    let (fakes, folder) = catalogue(&[
        ("guichets", 301, "renouvellement", "desks = [\"311\", \"312\"]\nlabel = \"Titres\""),
        ("ecritures", 202, "asile", ""),
    ]);
    let before = fs::read(site_file(&folder)).unwrap();
    let (code, out, err) = checked(&fakes, &folder, &[]);
    let line = |start: &str| {
        let found = out.lines().find(|line| line.trim_start().starts_with(start));
        found.unwrap_or_else(|| panic!("`{start}` is missing: {out}{err}")).trim().to_owned()
    };
    assert!(out.starts_with("92-essai: Préfecture inventée 92-essai (never checked)\n"), "{out}");
    assert!(out.contains("  92-essai/renouvellement http://guichets.localhost"), "{out}");
    assert_eq!(line("seen:"), "seen:         open; its pages answer");
    assert!(line("page title:").contains("Titres de séjour / Prise de rendez-vous"), "{out}");
    assert_eq!(line("its headings:"), "its headings: Titres de séjour");
    assert_eq!(
        line("our words:"),
        "our words:    « Titres »; procedure renouvellement (« Renouvellement du titre de séjour »)"
    );
    assert!(
        line("its desks:").contains("311 (Guichet 1 – étudiants), 312 (Guichet 2 – salariés), 313"),
        "{out}"
    );
    assert_eq!(line("our desks:"), "our desks:    311, 312");
    // The other page calls itself something that the catalogue does not know.
    assert_eq!(code, Some(1), "{err}");
    assert!(out.contains("proposal:     label it « Nouvelle présentation »"), "{out}");
    assert!(out.contains("+label = \"Nouvelle présentation\"\n"), "{out}");
    assert_eq!(out.matches("proposal:").count(), 1, "{out}");
    assert!(err.contains("nothing was written"), "{err}");
    assert_eq!(fs::read(site_file(&folder)).unwrap(), before, "it was written without --apply");
    assert_polite(&fakes);
}

#[test]
fn dead_pages_and_desks_that_went_become_a_patch_that_applies() {
    let (fakes, folder) = catalogue(&[
        ("etats", 114, "dcem", "label = \"D\""),
        (
            "guichets",
            301,
            "renouvellement",
            "label = \"R\"\ndesks = [\"312\", \"999\"]  # the second one too",
        ),
    ]);
    let file = site_file(&folder);
    let text_before = "# kept by hand\n".to_owned() + &fs::read_to_string(&file).unwrap();
    fs::write(&file, &text_before).unwrap();
    let (code, out, err) = checked(&fakes, &folder, &[]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("seen:         unknown (gone)"), "{out}");
    assert!(out.contains("note:         the page says that it is switched off for good\n"), "{out}");
    assert!(out.contains("proposal:     retire it\n"), "{out}");
    assert!(out.contains("note:         not on the page: 999\n"), "{out}");
    assert!(out.contains("proposal:     ask the desks 312\n"), "{out}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text_before, "it was written without --apply");

    let wanted = text_before
        .replacen("status = \"active\"", "status = \"retired\"", 1)
        .replace("[\"312\", \"999\"]", "[\"312\"]");
    for tool in [&["patch", "-p0"][..], &["git", "apply", "-p0"]] {
        let other = tempfile::tempdir().unwrap();
        copy(&folder.join("data"), &other.path().join("data"));
        let ended = applied(tool, &out, other.path());
        assert!(ended.status.success(), "{tool:?}: {}{}", text(&ended.stdout), text(&ended.stderr));
        assert_eq!(fs::read_to_string(site_file(other.path())).unwrap(), wanted, "{tool:?}");
        let output = run(&["check", "--data", "data", "--allow-loopback"], other.path());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    }
    let once = ["/booking/create/114/0", "/booking/create/301/0"];
    assert_eq!(probes(&fakes), once.map(|path| (path.to_owned(), 1)).into());
    assert_polite(&fakes);

    // What is put right is no problem any more, and a retired page is not visited again.
    let_a_quarter_pass(&fakes);
    let (code, out, err) = checked(&fakes, &folder, &["--apply"]);
    assert_eq!((code, fs::read_to_string(&file).unwrap()), (Some(0), wanted), "{out}{err}");
    assert!(err.contains("the changes were written"), "{err}");
    let_a_quarter_pass(&fakes);
    let (code, out, err) = checked(&fakes, &folder, &["92-essai"]);
    assert!(code == Some(0) && !out.contains("92-essai/dcem"), "{out}{err}");
    assert!(!out.contains("---"), "{out}");
}

#[test]
fn a_page_that_is_not_there_once_is_retired_only_where_a_person_confirms_it() {
    let (fakes, folder) = catalogue(&[("etats", 113, "asile", "label = \"A\"")]);
    let file = site_file(&folder);
    let before = fs::read_to_string(&file).unwrap();
    let (code, out, err) = checked(&fakes, &folder, &["--apply"]);
    assert_eq!((code, fs::read_to_string(&file).unwrap()), (Some(1), before), "{out}{err}");
    assert!(out.contains("note:         the page was not there this once"), "{out}");
    assert!(out.contains("if confirmed: retire it\n") && !out.contains("proposal:"), "{out}");
    let_a_quarter_pass(&fakes);
    let (code, out, err) = checked(&fakes, &folder, &["--apply", "--confirm", "92-essai"]);
    let after = fs::read_to_string(&file).unwrap();
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(after.contains("status = \"retired\"") && after.contains("\nchecked = "), "{after}");
}

#[test]
fn a_patch_of_a_catalogue_elsewhere_applies_too() {
    let (fakes, folder) = catalogue(&[("etats", 114, "asile", "label = \"A\"")]);
    let inner = folder.join("inner");
    fs::create_dir(&inner).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let absolute = folder.join("data");
    for (data, here, tool) in [
        (absolute.as_path(), folder.as_path(), &["patch", "-p0", "--dry-run"][..]),
        (&absolute, elsewhere.path(), &["patch", "-d", "/", "-p1", "--dry-run"]),
        (Path::new("../data"), &inner, &["patch", "-d", "/", "-p1", "--dry-run"]),
    ] {
        let output = run(&fakes.sampled_by(&["check", "--online"], data), here);
        let_a_quarter_pass(&fakes);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let tool_named = tool[..tool.len() - 1].join(" ");
        assert!(err.contains(&format!("`{tool_named}`")), "{err}");
        let ended = applied(tool, &out, here);
        assert!(ended.status.success(), "{tool:?}: {}{}{out}", text(&ended.stdout), text(&ended.stderr));
    }
}

#[test]
fn a_confirmed_site_is_stamped_with_the_day_of_the_clock_and_keeps_its_comments() {
    let (fakes, folder) = catalogue(&[("etats", 102, "asile", "label = \"A\"  # as on the door")]);
    let file = site_file(&folder);
    let before = fs::read_to_string(&file)
        .unwrap()
        .replace("\nsource = \"invented", "\n# seen by us\nsource = \"invented");
    let before = before.replace("for a test\"", "for a test\"  # not on the web");
    fs::write(&file, &before).unwrap();
    // A clock that is months ahead of this machine's.
    let mut arguments = fakes.sampled_by(&["check", "--online", "--confirm", "92-essai"], Path::new("data"));
    let clock = arguments.iter().position(|argument| argument == "--accelerate").unwrap() + 1;
    let (start, speed) = arguments[clock].split_once('=').unwrap();
    let earlier = start.parse::<DateTime<Utc>>().unwrap() - TimeDelta::hours(1);
    arguments[clock] = format!("{}={speed}", earlier.format("%Y-%m-%dT%H:%M:%S%.3fZ"));
    let ahead = TimeDelta::hours(i64::from(SPEED) - 1);
    let day = || civil::local(fakes.now() + ahead, civil::PARIS).date_naive();

    let first = day();
    let output = run(&arguments, &folder);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.code() == Some(0) && err.contains("nothing was written"), "{out}{err}");
    assert_polite(&fakes);
    assert!(out.contains("+checked = "), "{out}");
    assert_eq!(fs::read_to_string(&file).unwrap(), before, "it was written without --apply");

    let_a_quarter_pass(&fakes);
    arguments.push("--apply".to_owned());
    let output = run(&arguments, &folder);
    let last = day();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let after = fs::read_to_string(&file).unwrap();
    let line = after.lines().find(|line| line.starts_with("checked = ")).unwrap();
    let stamped: NaiveDate = line.trim_start_matches("checked = ").parse().unwrap();
    assert!((first..=last).contains(&stamped), "{stamped} is not in {first} to {last}");
    assert_eq!(after.replace(&format!("{line}\n"), ""), before, "only the stamp is new");
}

#[test]
fn a_site_of_which_a_page_was_not_seen_is_not_stamped() {
    let (fakes, folder) =
        catalogue(&[("etats", 102, "asile", "label = \"A\""), ("robots-non", 401, "dcem", "label = \"D\"")]);
    let before = fs::read(site_file(&folder)).unwrap();
    let (code, out, err) = checked(&fakes, &folder, &["--confirm", "92-essai", "--apply"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(err.contains("92-essai is not stamped: not seen: 92-essai/dcem\n"), "{err}");
    assert!(out.contains("robots.txt asks us to keep out"), "{out}");
    assert_eq!(fs::read(site_file(&folder)).unwrap(), before);
    let asked: Vec<_> =
        fakes.requests().into_iter().filter(|request| request["host"] == "robots-non").collect();
    assert!(asked.len() == 1 && asked[0]["path"] == "/robots.txt", "{asked:?}");
    assert_polite(&fakes);
}

#[test]
fn only_what_is_named_is_visited_and_a_host_that_refuses_us_is_left_alone() {
    let (fakes, folder) = catalogue(&[
        ("etats", 102, "asile", "label = \"A\""),
        ("etats", 106, "dcem", "label = \"D\""),
        ("etats", 103, "renouvellement", "label = \"R\""),
    ]);
    let (code, out, err) = checked(&fakes, &folder, &["92-essai/asile"]);
    assert_eq!(code, Some(0), "all as the catalogue says: {out}{err}");
    assert_eq!(probes(&fakes), BTreeMap::from([("/booking/create/102/0".to_owned(), 1)]));
    assert_polite(&fakes);
    let (code, out, err) = checked(&fakes, &folder, &["92-essai/dcem", "92-essai/renouvellement"]);
    assert_eq!(code, Some(3), "one was not visited: {out}{err}");
    assert!(out.contains("not visited:  etats.localhost is left alone until"), "{out}");
    assert!(!probes(&fakes).contains_key("/booking/create/103/0"), "{:?}", probes(&fakes));
    for (name, says) in [("93", "no target of the catalogue is in `93`"), ("hier", "hier")] {
        let (code, _, err) = checked(&fakes, &folder, &[name]);
        assert!(code == Some(2) && err.contains(says), "{name}: {err}");
    }
    let (code, _, err) = checked(&fakes, &folder, &["--confirm", "93-nulle-part"]);
    assert!(code == Some(2) && err.contains("93-nulle-part"), "{err}");
    // Without a contact nobody is asked.
    let asked = fakes.requests().len();
    let output = run(&["check", "--online", "--data", "data", "--allow-loopback"], &folder);
    assert!(output.status.code() == Some(2) && text(&output.stderr).contains("--contact"));
    assert_eq!(fakes.requests().len(), asked);
}

#[test]
fn without_a_database_one_is_made_and_a_refusal_is_remembered() {
    let (fakes, folder) =
        catalogue(&[("etats", 106, "asile", "label = \"A\""), ("etats", 102, "dcem", "label = \"D\"")]);
    let (code, out, err) = checked(&fakes, &folder, &["92-essai/asile"]);
    assert!(code == Some(1) && out.contains("unknown (refused)"), "{out}{err}");
    assert!(folder.join("guichet.db").exists());
    let (code, out, err) = checked(&fakes, &folder, &["92-essai/dcem"]);
    assert!(code == Some(3) && out.contains("is left alone until"), "{out}{err}");
    assert!(!probes(&fakes).contains_key("/booking/create/102/0"));
    // Where it cannot be made, nobody is asked.
    let asked = fakes.requests().len();
    let (code, _, err) = checked(&fakes, &folder, &["92-essai/dcem", "--db", "nowhere/guichet.db"]);
    assert!(code == Some(2) && err.contains("nowhere/guichet.db"), "{err}");
    assert_eq!(fakes.requests().len(), asked);
}

#[test]
fn who_comes_after_an_interrupted_round_keeps_the_distance() {
    for (signal, code, least) in [("-INT", Some(3), 60), ("-KILL", None, 55)] {
        let (fakes, folder) = catalogue_at(
            60.0,
            &[
                ("etats", 103, "asile", "label = \"A\""),
                ("etats", 110, "dcem", "label = \"D\""),
                ("etats", 102, "renouvellement", "label = \"R\""),
            ],
        );
        let round = ["check", "--online", "92-essai/asile", "92-essai/dcem"];
        let round = fakes.sampled_by(&round, Path::new("data"));
        let slow = "/booking/create/110/0";
        let output = interrupted_at(&fakes, slow, signal, &round, &folder);
        assert_eq!(output.status.code(), code, "{signal}: {}", text(&output.stderr));
        if code.is_some() {
            let (out, err) = (text(&output.stdout), text(&output.stderr));
            assert!(out.contains("92-essai/asile") && !out.contains("92-essai/dcem"), "{out}");
            assert!(err.contains("stopped: 1 pages were not visited"), "{err}");
        }
        let next = fakes.sampled_by(&["probe", "92-essai/renouvellement"], Path::new("data"));
        let output = run(&next, &folder);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let asked = |path| when_asked(&fakes, path).unwrap();
        let gap = asked("/booking/create/102/0") - asked(slow);
        assert!(gap >= TimeDelta::seconds(least), "{signal}: {gap}");
    }
}

#[test]
fn a_page_that_was_waited_for_and_not_asked_may_be_asked() {
    let (fakes, folder) = catalogue_at(
        60.0,
        &[("etats", 103, "asile", "label = \"A\""), ("etats", 102, "dcem", "label = \"D\"")],
    );
    let child = begun(&fakes.sampled_by(&["check", "--online"], Path::new("data")), &folder);
    wait_for_request(&fakes, "/booking/create/103/0");
    // A tenth of a second of the whole one that it waits for the next page.
    std::thread::sleep(Duration::from_millis(100));
    let output = interrupted(child, "-INT");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(when_asked(&fakes, "/booking/create/102/0").is_none());
    let output = run(&fakes.sampled_by(&["probe", "92-essai/dcem"], Path::new("data")), &folder);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_polite(&fakes);
}

#[test]
fn only_a_site_that_was_seen_whole_is_stamped() {
    // A page that came and that nobody knows was not seen.
    let (fakes, folder) =
        catalogue(&[("etats", 102, "asile", "label = \"A\""), ("etats", 112, "dcem", "label = \"D\"")]);
    let before = fs::read(site_file(&folder)).unwrap();
    for how in [&["--yes"][..], &["--confirm", "92-essai"]] {
        let (code, out, err) = checked(&fakes, &folder, &[how, &["--apply"]].concat());
        assert_eq!(code, Some(1), "{out}{err}");
        assert!(err.contains("92-essai is not stamped: not seen: 92-essai/dcem\n"), "{err}");
        assert_eq!(fs::read(site_file(&folder)).unwrap(), before);
        let_a_quarter_pass(&fakes);
    }

    // Nor was one that was not asked for, unless the sampler has recognised it before.
    let (fakes, folder) =
        catalogue(&[("etats", 102, "asile", "label = \"A\""), ("etats", 103, "dcem", "label = \"D\"")]);
    for (how, not_seen) in [
        (&["92-essai/asile", "--yes"][..], "not seen: 92-essai/dcem\n"),
        (&["92-essai/asile", "--confirm", "92-essai"], "not seen: 92-essai/dcem\n"),
        (&["92-essai/asile", "--confirm", "92-essai"], ""),
    ] {
        if not_seen.is_empty() {
            run(&fakes.sampled_by(&["once"], Path::new("data")), &folder);
            let_a_quarter_pass(&fakes);
        }
        let (code, out, err) = checked(&fakes, &folder, how);
        assert_eq!(code, Some(0), "{out}{err}");
        assert_eq!(out.contains("+checked = "), not_seen.is_empty(), "{how:?}: {out}");
        assert!(err.contains(not_seen), "{how:?}: {err}");
        let_a_quarter_pass(&fakes);
    }
}

#[test]
fn why_nothing_is_visited_is_told() {
    let (fakes, folder) = catalogue(&[("etats", 102, "asile", ""), ("etats", 103, "dcem", "")]);
    let file = site_file(&folder);
    let inactive = fs::read_to_string(&file).unwrap().replacen("\"active\"", "\"paused\"", 1);
    fs::write(&file, inactive.replacen("\"active\"", "\"retired\"", 1)).unwrap();
    for names in [&[][..], &["92-essai", "--confirm", "92-essai"]] {
        let (code, out, err) = checked(&fakes, &folder, names);
        assert_eq!((code, out.as_str()), (Some(0), "nothing is visited\n  1 paused\n  1 retired\n"), "{err}");
        assert_eq!(err.contains("92-essai is not stamped: none of its pages"), !names.is_empty(), "{err}");
    }
    assert!(fakes.requests().is_empty() && !folder.join("guichet.db").exists());
}

#[test]
fn what_was_seen_is_told_where_the_database_fails() {
    let targets = [
        ("etats", 102, "asile", "label = \"A\""),
        ("etats", 103, "dcem", "label = \"D\""),
        ("etats", 115, "renouvellement", "label = \"R\""),
        ("ecritures", 204, "remise-titre", "label = \"T\""),
        ("ecritures", 208, "autre", "label = \"L\""),
    ];
    let (fakes, folder) = catalogue(&targets);
    assert_eq!(checked(&fakes, &folder, &["92-essai/asile"]).0, Some(0));
    let_a_quarter_pass(&fakes);
    let command = fakes.sampled_by(&["check", "--online"], Path::new("data"));
    let output = run_with_small_files(64, &command, &folder);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{out}{err}");
    let seen = out.matches("seen:         ").count();
    assert!((1..targets.len()).contains(&seen), "{out}{err}");
    assert!(err.contains("the visits ended early: "), "{err}");
}

#[test]
fn corrections_are_printed_even_where_they_cannot_be_written() {
    let (fakes, folder) = catalogue(&[("ecritures", 202, "asile", "")]);
    let file = site_file(&folder);
    // Larger than what may be written, which is enough for the database.
    let before = fs::read_to_string(&file).unwrap() + &"# on and on\n".repeat(18_500);
    fs::write(&file, &before).unwrap();
    checked(&fakes, &folder, &[]);
    let_a_quarter_pass(&fakes);
    let command = fakes.sampled_by(&["check", "--online", "--apply"], Path::new("data"));
    let output = run_with_small_files(200, &command, &folder);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{out}{err}");
    assert!(out.contains("+label = \"Nouvelle présentation\"\n"), "{out}");
    assert!(
        err.contains("cannot write data/sites/92-essai.toml: ") && err.contains("nothing was written"),
        "{err}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

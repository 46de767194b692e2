//! Bad input gets one clear message and the right exit code, and nothing is lost.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use tempfile::TempDir;

use crate::harness::{copy_folder, copy_lists, root, run, site_head, text};

/// A folder with a catalogue of one site whose file ends in `more`.
fn with_site(more: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    copy_lists(&folder.path().join("data"));
    let path = folder.path().join("data/sites/92-essai.toml");
    fs::write(&path, site_head("92-essai") + more).unwrap();
    (folder, path)
}

const TARGET: &str = "[[target]]\nprocedure = \"renouvellement\"\nplatform = \"ez-booking\"\nurl = \"https://www.exemple.gouv.fr/booking/create/1\"\n";

/// Runs and gives exit code, standard output, standard error.
fn ended(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = run(arguments, folder);
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_right_catalogue_has_no_problem() {
    let (folder, _) = with_site(TARGET);
    let (code, out, err) = ended(folder.path(), &["check"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
}

#[test]
fn each_mistake_in_a_site_file_is_reported_with_its_line() {
    let twice = TARGET.to_owned() + TARGET;
    let unknown_key = TARGET.replace("platform", "platfrom");
    let elsewhere = TARGET.replace("www.exemple.gouv.fr", "www.exemple.com");
    for (more, line, says) in [
        (unknown_key.as_str(), 8, "platfrom"),
        (twice.as_str(), 10, "92-essai/renouvellement"),
        (elsewhere.as_str(), 9, "gouv.fr"),
    ] {
        let (folder, _) = with_site(more);
        let (code, out, _) = ended(folder.path(), &["check"]);
        assert_eq!(code, 1, "{out}");
        assert!(out.contains(&format!("92-essai.toml:{line}: ")) && out.contains(says), "{out}");
    }
}

#[test]
fn nothing_in_a_site_file_turns_the_writing_of_its_report() {
    let (folder, _) = with_site("\"\\u001b[2J\\u202eabc\" = 1\n");
    let (code, out, _) = ended(folder.path(), &["check"]);
    assert!(code == 1 && out.contains("[2J abc"), "{out}");
    assert!(!out.contains(['\u{1b}', '\u{202e}']), "{out:?}");
}

/// Writes `old` as `new` in a file, which must hold it.
fn rewrite(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "{}: no {old}", path.display());
    fs::write(path, text.replacen(old, new, 1)).unwrap();
}

#[test]
fn a_date_that_has_not_come_yet_is_reported_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copy_folder(&root().join("data"), &data);
    // Noon in Paris on a day after everything that ships.
    let today = NaiveDate::from_ymd_opt(2040, 6, 15).unwrap();
    let check = |day: NaiveDate| {
        let clock = format!("{day}T10:00:00Z=1");
        ended(folder.path(), &["check", "--allow-loopback", "--accelerate", &clock])
    };
    let (code, out, _) = check(today);
    assert_eq!(code, 0, "{out}");

    let site = data.join("sites/92-nanterre.toml");
    rewrite(&site, "\n[[target]]", "checked = 2040-06-16\n\n[[target]]");
    rewrite(&site, "seen = 2020", "seen = 2041");
    rewrite(&data.join("channels/92.toml"), "stated = 2022", "stated = 2040-06-16");
    rewrite(&data.join("channels/national.toml"), "stated = 2024-09-06", "stated = 2040-06-16");
    rewrite(&data.join("unplaced.toml"), "seen = 2024", "seen = 2041");
    let (code, out, _) = check(today);
    assert_eq!((code, out.lines().count()), (1, 5), "{out}");
    for (file, says) in [
        ("sites/92-nanterre.toml", "`checked = 2040-06-16`"),
        ("sites/92-nanterre.toml", "`seen = 2041` of 92-nanterre/renouvellement/vpf"),
        ("channels/92.toml", "`stated = 2040-06-16` of premiere-demande"),
        ("channels/national.toml", "`stated = 2040-06-16` of etudiant"),
        ("unplaced.toml", "`seen = 2041` of https://www.rdv-prefecture.interieur.gouv.fr/"),
    ] {
        let line = out.lines().find(|line| line.contains(file) && line.contains(says));
        let line = line.unwrap_or_else(|| panic!("nothing about {file} and {says}: {out}"));
        assert!(line.contains(" lies in the future; write "), "{line}");
    }
    let (code, out, _) = check(NaiveDate::from_ymd_opt(2041, 1, 1).unwrap());
    assert_eq!(code, 0, "what was the future is no longer: {out}");
}

#[test]
fn a_wrong_department_is_reported() {
    let (folder, path) = with_site(TARGET);
    let right = fs::read_to_string(&path).unwrap();
    fs::write(&path, right.replace("department = \"92\"", "department = \"99\"")).unwrap();
    let (code, out, _) = ended(folder.path(), &["check"]);
    assert!(code == 1 && out.contains("92-essai.toml:4: ") && out.contains("99"), "{out}");
}

#[test]
fn all_problems_of_all_files_come_at_once_and_stop_a_run() {
    let (folder, path) = with_site(&TARGET.replace("ez-booking", "ez-bookng"));
    fs::write(path.with_file_name("93-autre.toml"), "id = \"93-autre\"\nnom = 3\n").unwrap();
    let (code, out, _) = ended(folder.path(), &["check"]);
    assert!(code == 1 && out.contains("92-essai.toml") && out.contains("93-autre.toml"), "{out}");
    let (code, _, err) =
        ended(folder.path(), &["run", "--contact", "you@example.org", "--listen", "127.0.0.1:0"]);
    assert!(code == 1 && err.contains("92-essai.toml") && err.contains("93-autre.toml"), "{err}");
}

#[test]
fn a_broken_line_of_a_csv_is_named_and_the_rest_is_imported() {
    let (folder, _) = with_site(TARGET);
    let good = "92-essai/renouvellement,2025-11-20T08:00:00Z,full\n92-essai/renouvellement,2025-11-20T09:00:00Z,open\n";
    let file = format!(
        "target,observed_at,outcome\n{good}\n92-essai/renouvellement,yesterday,full\n92-essai/renouvellement,9999-12-31T23:59:59Z,full\n"
    );
    fs::write(folder.path().join("log.csv"), file).unwrap();
    let (code, out, err) = ended(folder.path(), &["import", "log.csv"]);
    assert_eq!(
        (code, out.as_str()),
        (3, "log.csv: 2 added, 0 already there, 2 refused, 1 new targets\n"),
        "{err}"
    );
    assert!(
        err.contains("log.csv: line 5: observed_at `yesterday` is not an instant; write it as in "),
        "{err}"
    );
    let (code, out, _) = ended(folder.path(), &["import", "log.csv"]);
    assert_eq!((code, out.as_str()), (3, "log.csv: 0 added, 2 already there, 2 refused, 0 new targets\n"));
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let (folder, _) = with_site(TARGET);
    let path = folder.path().join("guichet.db");
    fs::write(&path, "this is a letter to my aunt, and she would miss it\n".repeat(200)).unwrap();
    let before = fs::read(&path).unwrap();
    for command in
        [&["run", "--listen", "127.0.0.1:0"][..], &["rebuild"], &["stats", "92-essai/renouvellement"]]
    {
        let (code, _, err) = ended(folder.path(), command);
        assert!(code == 2 && err.contains("guichet.db") && err.lines().count() == 1, "{command:?}: {err}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_port_in_use_is_named_with_the_way_out() {
    let (folder, _) = with_site(TARGET);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, err) = ended(folder.path(), &["run", "--listen", &address]);
    assert_eq!(code, 2);
    assert!(err.contains(&address) && err.contains("--listen"), "{err}");
    assert_eq!(err.lines().filter(|line| line.starts_with("guichet: ")).count(), 1, "{err}");
}

#[test]
fn wrong_usage_ends_with_two_and_says_what_would_be_right() {
    let (folder, _) = with_site(TARGET);
    for (arguments, says) in [
        (&["probe", "nowhere", "--contact", "you@example.org"][..], "site/procedure"),
        (&["probe", "92-essai/asile", "--contact", "you@example.org"], "guichet sites"),
        (&["probe", "92-essai/renouvellement"], "--contact"),
        (&["probe", "92-essai/renouvellement", "--contact", "not an address"], "contact"),
        (&["import", "missing.csv"], "missing.csv"),
        (&["stats", "92-essai/renouvellement"], "guichet.db"),
        (&["check", "--config", "missing.toml"], "missing.toml"),
        (&["run", "--accelerate", "2026-11-20T08:00:00Z=3600"], "--allow-loopback"),
        (&["frobnicate"], "frobnicate"),
    ] {
        let (code, _, err) = ended(folder.path(), arguments);
        assert!(code == 2 && err.contains(says), "{arguments:?} ended with {code}: {err}");
    }
}

#[test]
fn a_missing_catalogue_says_where_it_was_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = ended(folder.path(), &["check", "--data", "nowhere"]);
    assert!(code == 1 && out.contains("nowhere"), "{out}");
}

//! Readers that go before we are done: the command says nothing of it and ends with the exit code that it would have had.

use std::{
    fs::{self, File},
    io::pipe,
    path::Path,
    process::Stdio,
};

use guichet_fakesite::BEHAVIOURS;

use crate::harness::{Fakes, behaviours, copy_lists, guichet, root, site_head, text};

/// The writing end of a pipe that nobody reads.
fn unread() -> Stdio {
    pipe().unwrap().1.into()
}

/// Runs with a standard output that nobody reads: exit code and standard error.
fn unheard(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = guichet().args(arguments).current_dir(folder).stdout(unread()).output().unwrap();
    (output.status.code(), text(&output.stderr))
}

#[test]
fn a_finding_stays_one_when_nobody_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    copy_lists(&folder.path().join("data"));
    let site = folder.path().join("data/sites/92-essai.toml");
    for (more, code) in [("", 0), ("platfrom = 1\n", 1)] {
        fs::write(&site, site_head("92-essai") + more).unwrap();
        assert_eq!(unheard(folder.path(), &["check"]), (Some(code), String::new()), "{more}");
    }
    // Other errors stay errors.
    let (code, err) = unheard(folder.path(), &["rebuild"]);
    assert!(code == Some(2) && err.contains("guichet.db does not exist"), "{err}");
}

#[test]
fn a_list_that_nobody_reads_to_its_end_is_no_error() {
    let data = root().join("data");
    for arguments in [["sites"].as_slice(), &["sites", "--json"], &["sites", "--coverage"]] {
        let ended = unheard(&data, &[arguments, &["--data", "."]].concat());
        assert_eq!(ended, (Some(0), String::new()), "{arguments:?}");
    }
}

#[test]
fn what_is_said_beside_the_data_may_go_unheard_too() {
    let folder = tempfile::tempdir().unwrap();
    let fakes = Fakes::start(BEHAVIOURS, 36_000.0);
    let data = fakes.catalogue_of(&behaviours(|form| form == 102));
    let unheard = |arguments: &[String]| {
        let output = guichet().args(arguments).current_dir(folder.path()).stderr(unread()).output().unwrap();
        (output.status.code(), text(&output.stdout))
    };
    // It logs each look.
    let (code, out) = unheard(&fakes.sampled_by(&["once"], &data));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.starts_with("1 probes: 0 open, 1 full"), "{out}");
    fs::write(folder.path().join("log.csv"), "target,observed_at,outcome\n92-essai/autre/f102,never,full\n")
        .unwrap();
    let (code, out) = unheard(&fakes.sampled_by(&["import", "log.csv"], &data));
    assert_eq!(code, Some(3), "{out}");
    assert!(out.starts_with("log.csv: 0 added, 0 already there, 1 refused"), "{out}");
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(unheard(&fakes.sampled_by(&["replay", "empty"], &data)).0, Some(2));
}

#[test]
fn a_full_disk_is_no_reader_that_has_gone() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        eprintln!("skipped: there is no /dev/full here");
        return;
    };
    let data = root().join("data");
    let output = guichet().args(["sites", "--data", data.to_str().unwrap()]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("No space left"), "{}", text(&output.stderr));
}

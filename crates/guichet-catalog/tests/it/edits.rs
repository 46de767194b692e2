//! Changes to site files as a person gets them proposed.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use chrono::NaiveDate;
use guichet_catalog::{
    Options,
    edit::{Change, EditError, edited, patch},
    load,
};
use insta::assert_snapshot;
use tempfile::tempdir;

use crate::folder::{Folder, real};

const SITE: &str = "sites/92-nanterre.toml";

/// A site file as a person writes it.
const TEXT: &str = r#"# Seen in 2021.
id = "92-nanterre"
name = "Préfecture des Hauts-de-Seine" # the seat
kind = "prefecture"
department = "92"
source = "A list"  # of somebody
# where the town hall is
position = { lon = 2.2227, lat = 48.8966 }

# The first page.
[[target]] # for families
procedure = "renouvellement"
key = "vpf"
platform = "ez-booking"
url = "https://www.hauts-de-seine.gouv.fr/booking/create/12069"
status   = "active" # still
desks = ["1", "2"] # both

[[target]]
procedure = "renouvellement"
platform = "ez-booking"
url = "https://www.hauts-de-seine.gouv.fr/booking/create/4129"
cadence = "1h"
"#;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

fn label(target: &str, label: &str) -> Change {
    Change::Label { target: target.parse().unwrap(), label: label.to_owned() }
}

/// One of every kind of change, on both targets.
fn every_change() -> Vec<Change> {
    let (first, second) = ("92-nanterre/renouvellement/vpf", "92-nanterre/renouvellement");
    vec![
        Change::Checked(today()),
        label(first, "Renouvellement \"vie privée\" \\ familiale"),
        label(second, "Étudiants"),
        Change::Desks { target: first.parse().unwrap(), desks: vec!["2".to_owned(), "3".to_owned()] },
        Change::Desks { target: second.parse().unwrap(), desks: vec!["7".to_owned()] },
        Change::Url {
            target: second.parse().unwrap(),
            url: "https://www.hauts-de-seine.gouv.fr/booking/create/4130".parse().unwrap(),
        },
        Change::Retired { target: first.parse().unwrap() },
        Change::Retired { target: second.parse().unwrap() },
    ]
}

#[test]
fn a_change_touches_its_line_only_and_comments_stay() {
    let after = edited(TEXT, &every_change()).unwrap();
    assert_snapshot!("patch", patch(Path::new("data/sites/92-nanterre.toml"), TEXT, &after));
    let folder = Folder::new();
    folder.put(SITE, &after);
    let catalog = folder.load().unwrap();
    let entry = &catalog.entries[0];
    assert_eq!(entry.site.checked, Some(today()));
    assert_eq!(entry.targets[0].label.as_deref(), Some("Renouvellement \"vie privée\" \\ familiale"));
    assert_eq!(
        (entry.targets[0].list("desks").join(" "), entry.targets[0].status.as_str()),
        ("2 3".into(), "retired")
    );
    assert_eq!(entry.targets[1].url.path(), "/booking/create/4130");
}

#[test]
fn a_day_takes_the_place_of_the_one_before_and_twice_is_once() {
    let first = edited(TEXT, &[Change::Checked(NaiveDate::from_ymd_opt(2025, 1, 2).unwrap())]).unwrap();
    let second = edited(&first, &[Change::Checked(today())]).unwrap();
    assert_eq!(second, first.replace("2025-01-02", "2026-11-21"));
    assert_eq!(edited(&second, &[Change::Checked(today())]).unwrap(), second);
    assert_eq!(patch(Path::new(SITE), &second, &second), "");
}

#[test]
fn no_change_leaves_every_byte_and_line_ends_stay_as_they_are() {
    for odd in ["", "not a list", "id = 'x'\r\n", "\u{feff}id = 1"] {
        assert_eq!(edited(odd, &[]).unwrap(), odd);
    }
    let windows = TEXT.replace('\n', "\r\n");
    let after = edited(&windows, &every_change()).unwrap();
    assert_eq!(after, edited(TEXT, &every_change()).unwrap().replace('\n', "\r\n"));
    let marked = format!("\u{feff}{TEXT}");
    let after = edited(&marked, &[Change::Checked(today())]).unwrap();
    assert_eq!(after.trim_start_matches('\u{feff}'), edited(TEXT, &[Change::Checked(today())]).unwrap());
}

#[test]
fn a_key_goes_last_where_nothing_says_its_place() {
    let text =
        TEXT.replace("position = {", "position.lon = 2.2227 # east\nposition.lat = 48.8966\n# position = {");
    let after = edited(&text, &[Change::Checked(today())]).unwrap();
    assert_eq!(after, text.replace("# of somebody\n", "# of somebody\nchecked = 2026-11-21\n"));
    let bare = TEXT.trim_end().strip_suffix("cadence = \"1h\"").unwrap().trim_end();
    let after = edited(bare, &[label("92-nanterre/renouvellement", "Étudiants")]).unwrap();
    assert!(after.ends_with(
        "procedure = \"renouvellement\"\nlabel = \"Étudiants\"\nplatform = \"ez-booking\"\nurl = \"https://www.hauts-de-seine.gouv.fr/booking/create/4129\"\n"
    ), "{after}");
}

#[test]
fn what_would_not_load_is_not_written() {
    let target = "92-nanterre/renouvellement";
    let desks = |desks: &[&str]| Change::Desks {
        target: target.parse().unwrap(),
        desks: desks.iter().map(|desk| (*desk).to_owned()).collect(),
    };
    let url = |url: &str| Change::Url { target: target.parse().unwrap(), url: url.parse().unwrap() };
    let refused: Vec<String> = [
        label(target, ""),
        label(target, "a\nb"),
        label(target, "a\u{202e}b"),
        label(target, &"é".repeat(121)),
        label("92-nanterre/etudiant", "Étudiants"),
        label("92-antony/renouvellement", "Étudiants"),
        desks(&[]),
        desks(&["1", "1"]),
        desks(&["guichet A"]),
        url("https://example.org/booking/create/1"),
        url("https://www.hauts-de-seine.gouv.fr/"),
        Change::Checked(NaiveDate::MAX),
        Change::Checked(NaiveDate::MIN),
    ]
    .iter()
    .map(|change| edited(TEXT, std::slice::from_ref(change)).unwrap_err().to_string())
    .collect();
    assert_snapshot!(refused.join("\n"));
    let day = [Change::Checked(today())];
    assert!(matches!(edited("id = ", &day), Err(EditError::NotToml(_))));
    assert!(matches!(edited("", &day), Err(EditError::Unfit(_))));
    let inline = "id = \"92-nanterre\"\ntarget = [{ procedure = \"etudiant\" }]\n";
    assert_eq!(edited(inline, &[label("92-nanterre/etudiant", "x")]), Err(EditError::NotTables));
}

#[test]
fn every_file_that_ships_can_be_marked_as_checked_and_loads_again() {
    let folder = Folder::new();
    let catalog = load(&real(), &Options::default()).unwrap_or_else(|problems| panic!("{problems}"));
    for entry in &catalog.entries {
        let before = fs::read_to_string(&entry.file).unwrap();
        let mut changes = vec![Change::Checked(today())];
        changes.extend(
            entry
                .targets
                .iter()
                .map(|target| Change::Label { target: target.id.clone(), label: "Un autre nom".to_owned() }),
        );
        let after = edited(&before, &changes).unwrap();
        let kept: Vec<&str> = before
            .lines()
            .filter(|line| !line.starts_with("label =") && !line.starts_with("checked ="))
            .collect();
        let told: Vec<&str> = after
            .lines()
            .filter(|line| !line.starts_with("label =") && !line.starts_with("checked ="))
            .collect();
        assert_eq!(kept, told, "{}", entry.site.id);
        folder.put(&format!("sites/{}.toml", entry.site.id), after);
    }
    let again = folder.load().unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.targets().count(), catalog.targets().count());
    assert!(again.entries.iter().all(|entry| entry.site.checked == Some(today())));
    assert!(again.targets().all(|(_, target)| target.label.as_deref() == Some("Un autre nom")));
}

/// Applies a patch in `dir` as its reader would.
fn apply(dir: &Path, patch: &str) {
    let mut child = Command::new("git")
        .args(["apply", "-p0", "-"])
        .current_dir(dir)
        .env("GIT_CEILING_DIRECTORIES", dir.parent().unwrap())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{patch}");
}

#[test]
fn a_patch_is_applied_by_git_also_without_a_last_line_end_and_in_a_folder_with_a_blank() {
    let dir = tempdir().unwrap();
    for (name, before) in [
        ("92-nanterre.toml", TEXT.to_owned()),
        ("of somebody/92-nanterre.toml", TEXT.to_owned()),
        ("windows.toml", TEXT.replace('\n', "\r\n")),
        ("open.toml", TEXT.trim_end().to_owned()),
    ] {
        let file = dir.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &before).unwrap();
        let after = edited(&before, &every_change()).unwrap();
        apply(dir.path(), &patch(Path::new(name), &before, &after));
        assert_eq!(fs::read_to_string(&file).unwrap(), after, "{name}");
    }
}

//! One bad file a rule, with what a person is told about it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use guichet_catalog::{Options, load};
use insta::assert_snapshot;

use crate::folder::Folder;

const SITE: &str = "sites/92-nanterre.toml";

/// A site file that is right.
fn right() -> String {
    r#"
id = "92-nanterre"
name = "Préfecture des Hauts-de-Seine"
kind = "prefecture"
department = "92"
source = "https://example.org/where"

[[target]]
procedure = "renouvellement"
platform = "ez-booking"
url = "https://www.hauts-de-seine.gouv.fr/booking/create/12069"
"#
    .to_owned()
}

#[test]
fn a_bad_site_file_is_told_what_is_wrong_where_and_what_to_write() {
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sites"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let folder = Folder::new();
    let told: Vec<String> = files
        .iter()
        .map(|file| {
            folder.put(SITE, fs::read(file).unwrap());
            format!("{}\n{}", file.file_stem().unwrap().display(), folder.problems())
        })
        .collect();
    assert_snapshot!("bad_site_files", told.join("\n\n"));
}

#[test]
fn a_right_site_file_needs_only_what_is_not_optional_and_the_rest_has_defaults() {
    let folder = Folder::new();
    folder.put(SITE, right());
    let catalog = folder.load().unwrap();
    let (entry, target) = catalog.targets().next().unwrap();
    assert_eq!(target.id.as_str(), "92-nanterre/renouvellement");
    assert_eq!((target.status.as_str(), target.cadence.as_secs()), ("active", 1_800));
    assert_eq!((&entry.site.commune, entry.site.position, entry.site.checked), (&None, None, None));
    assert_eq!(entry.file, folder.path(SITE));
    assert!(target.params.is_empty() && target.label.is_none());
}

#[test]
fn a_site_without_targets_and_a_folder_without_sites_are_fine() {
    let folder = Folder::new();
    assert_eq!(folder.load().unwrap().entries, []);
    folder.put(SITE, right().split("[[target]]").next().unwrap());
    assert_eq!(folder.load().unwrap().entries[0].targets, []);
}

#[test]
fn this_machine_may_be_asked_only_where_that_is_allowed() {
    let folder = Folder::new();
    for host in ["nanterre.localhost:8123", "localhost:8123", "127.0.0.1:8123", "[::1]:8123"] {
        folder.put(SITE, right().replace("https://www.hauts-de-seine.gouv.fr", &format!("http://{host}")));
        assert!(folder.load_with_loopback().is_ok(), "{host}");
        assert!(folder.problems().contains("is this machine"), "{host}");
    }
    for host in ["localhost.example.org", "notlocalhost", "128.0.0.1"] {
        folder.put(SITE, right().replace("https://www.hauts-de-seine.gouv.fr", &format!("http://{host}")));
        assert!(folder.load_with_loopback().is_err(), "{host}");
    }
}

#[test]
fn one_page_may_be_listed_twice_for_different_desks() {
    let folder = Folder::new();
    let second = r#"
desks = ["1"]

[[target]]
procedure = "renouvellement"
key = "second"
platform = "ez-booking"
url = "https://www.hauts-de-seine.gouv.fr/booking/create/12069"
desks = ["2"]
"#;
    folder.put(SITE, right() + second);
    assert_eq!(folder.load().unwrap().targets().count(), 2);
}

#[test]
fn ids_and_pages_are_unique_across_files() {
    let folder = Folder::new();
    folder.put(SITE, right());
    folder.put("sites/92-antony.toml", right());
    assert_snapshot!("twice_across_files", folder.problems());
}

#[test]
fn every_problem_of_every_file_is_told_at_once() {
    let folder = Folder::new();
    folder.put(SITE, right().replace("platform", "plattform"));
    folder.put("sites/93-bobigny.toml", "id = ");
    folder.put("sites/notes.txt", "");
    folder.put("sites/.hidden", "");
    folder.put("sites/92-nanterre.toml~", "");
    folder.edit("metadata.toml", "title =", "titel =");
    folder.edit("departments.toml", "Indian/Reunion", "Indian/Réunion");
    assert_snapshot!("every_file_at_once", folder.problems());
}

#[test]
fn a_bad_list_is_told_what_is_wrong_where_and_what_to_write() {
    let cases = [
        ("departments.toml", "code = \"01\"", "code = \"1\""),
        ("departments.toml", "code = \"02\"", "code = \"01\""),
        ("departments.toml", "code = \"2A\"", "code = \"2a\""),
        ("departments.toml", "name = \"Ain\"", "name = \"\""),
        ("departments.toml", "[[department]]", "[department]"),
        ("departments.toml", "timezone = \"Europe/Paris\"", "zone = \"Europe/Paris\""),
        ("procedures.toml", "id = \"autre\"", "id = \"autres\""),
        ("procedures.toml", "id = \"autre\"", "id = \"Autre démarche\""),
        ("procedures.toml", "fr = \"Récépissé\"", "fr = \" \""),
        ("procedures.toml", "https://www.service-public", "www.service-public"),
        ("metadata.toml", "license_url = \"https", "license_url = \"javascript"),
        ("metadata.toml", "about =", "about_us ="),
        ("metadata.toml", "attributions = [", "attributions = [1, "),
        ("geo/departements.geojson", "\"code\":\"01\"", "\"code\":\"02\""),
        ("geo/departements.geojson", "\"code\":\"01\"", "\"kode\":\"01\""),
        ("geo/departements.geojson", "\"type\":\"Polygon\"", "\"type\":\"LineString\""),
        (
            "geo/departements.geojson",
            "\"Polygon\",\"coordinates\":[[[5.7625,",
            "\"Polygon\",\"coordinates\":[[[576.25,",
        ),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(file, from, to)| {
            let folder = Folder::new();
            folder.edit(file, from, to);
            folder.problems()
        })
        .collect();
    assert_snapshot!("bad_lists", told.join("\n\n"));
}

#[test]
fn a_missing_file_or_folder_is_told_by_name() {
    let folder = Folder::new();
    for name in ["metadata.toml", "departments.toml", "procedures.toml", "geo/departements.geojson"] {
        fs::remove_file(folder.path(name)).unwrap();
    }
    fs::remove_dir(folder.path("sites")).unwrap();
    assert_snapshot!("missing_files", folder.problems());
    let nowhere = load(&folder.path("nowhere"), &Options::default());
    assert!(nowhere.unwrap_err().to_string().contains("nowhere: this folder is missing"));
}

#[test]
fn sites_are_not_blamed_for_lists_that_cannot_be_read() {
    let folder = Folder::new();
    folder.put(SITE, right());
    folder.put("departments.toml", "not a list");
    folder.put("procedures.toml", "not a list");
    let problems = folder.problems();
    assert!(!problems.contains("sites/"), "{problems}");
    assert_eq!(problems.lines().count(), 2, "{problems}");
}

#[test]
fn a_hostile_file_is_a_problem_and_neither_a_hang_nor_a_crash() {
    let folder = Folder::new();
    let mut told = Vec::new();
    for content in [
        vec![b'#'; 10 * 1024 * 1024],
        b"id = \"92-nanterre\"\0".to_vec(),
        vec![0xff; 2_000],
        "a.".repeat(100_000).into_bytes(),
        [b"a=".to_vec(), vec![b'['; 200_000]].concat(),
        "a={a=".repeat(40_000).into_bytes(),
        "=\n".repeat(100_000).into_bytes(),
        "[[target]]\n".repeat(20_000).into_bytes(),
        (0..20_000).flat_map(|n| format!("k{n}=1\n").into_bytes()).collect(),
    ] {
        let begun = Instant::now();
        folder.put(SITE, content);
        let problems = folder.problems();
        assert!(begun.elapsed().as_secs() < 20);
        assert!(problems.len() < 40_000 && problems.lines().count() <= 101);
        told.push(problems.lines().next().unwrap().to_owned());
    }
    fs::remove_file(folder.path(SITE)).unwrap();
    fs::create_dir(folder.path(SITE)).unwrap();
    told.push(folder.problems());
    assert_snapshot!("hostile_files", told.join("\n"));
}

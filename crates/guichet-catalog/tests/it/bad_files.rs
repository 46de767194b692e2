//! One bad file a rule, with what a person is told about it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use guichet_catalog::{Options, load};
use insta::assert_snapshot;

use crate::folder::{Folder, LISTS};

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
fn one_page_is_found_twice_however_it_is_written() {
    let page = "url = \"https://www.hauts-de-seine.gouv.fr/booking/create/12069\"\n";
    let with = |desks: &str| format!("{page}{desks}\n");
    let (one, two) = ("desks = [\"1\", \"2\"]", "desks = [\"2\", \"1\"]");
    let cases = [
        ("under http", with(""), with("").replace("https:", "http:")),
        ("with a query", with(""), with("").replace("12069", "12069?from=here")),
        ("with a step", with(one), with(one).replace("12069", "12069/0")),
        ("under index.php", with(""), with("").replace("/booking", "/index.php/booking")),
        ("host in capitals", with(""), with("").replace("www.hauts-de-seine", "WWW.Hauts-de-Seine")),
        ("desks in another order", with(one), with(two)),
        ("a desk in common", with(one), with("desks = [\"2\", \"3\"]")),
        ("all desks beside some", with(""), with(one)),
        ("some desks beside all", with(one), with("")),
    ];
    let folder = Folder::new();
    for (name, first, second) in cases {
        let first = right().split("url =").next().unwrap().to_owned() + &first;
        folder.put(
            SITE,
            format!("{first}\n[[target]]\nprocedure = \"renouvellement\"\nkey = \"second\"\nplatform = \"ez-booking\"\n{second}"),
        );
        let problems = folder.problems();
        assert!(
            problems.lines().count() == 1
                && problems.contains("the page of `92-nanterre/renouvellement/second` is there twice"),
            "{name}: {problems}"
        );
    }
}

/// A target read by rules, at `url`, with `signs` of an open page.
fn by_rules(key: &str, url: &str, signs: &str) -> String {
    format!(
        "\n[[target]]\nprocedure = \"renouvellement\"\nkey = \"{key}\"\nplatform = \"html-rules\"\nurl = \"{url}\"\nopen_when = {signs}\n"
    )
}

#[test]
fn two_pages_that_only_look_alike_are_two() {
    let folder = Folder::new();
    let signs = r#"["css:.libre"]"#;
    for (one, other) in [
        ("https://rdv.gouv.fr/a?page=1", "https://rdv.gouv.fr/a?page=2"),
        ("https://rdv.gouv.fr/a", "https://rdv.gouv.fr/A"),
        ("https://rdv.gouv.fr/a", "https://www.rdv.gouv.fr/a"),
    ] {
        folder.put(SITE, right() + &by_rules("one", one, signs) + &by_rules("other", other, signs));
        assert!(folder.load().is_ok(), "{one} {other}: {}", folder.problems());
    }
}

#[test]
fn one_page_may_be_listed_twice_for_different_signs_and_not_for_the_same() {
    let folder = Folder::new();
    let page = "https://rdv.gouv.fr/a";
    let one = right() + &by_rules("one", page, r#"["css:.libre", "css:.jour"]"#);
    folder.put(SITE, one.clone() + &by_rules("other", page, r#"["css:.libre"]"#));
    assert!(folder.load().is_ok(), "{}", folder.problems());
    folder.put(SITE, one + &by_rules("other", "http://rdv.gouv.fr/a/?", r#"["css:.jour", "css:.libre"]"#));
    let problems = folder.problems();
    assert!(problems.contains("the page of `92-nanterre/renouvellement/other` is there twice"), "{problems}");
}

#[test]
fn a_host_that_is_read_as_another_is_told() {
    let folder = Folder::new();
    for (written, read) in [
        ("https://www.hauts\u{2010}de\u{2010}seine.gouv.fr/", "xn--"),
        ("https://www.hauts-de-seine.gou\u{1d5cf}.fr/", "www.hauts-de-seine.gouv.fr"),
        ("https://www\u{3002}hauts-de-seine.gouv.fr/", "www.hauts-de-seine.gouv.fr"),
        ("https://%77ww.hauts-de-seine.gouv.fr/", "www.hauts-de-seine.gouv.fr"),
        ("https:www.hauts-de-seine.gouv.fr/", "www.hauts-de-seine.gouv.fr"),
        ("https://@www.hauts-de-seine.gouv.fr/", "www.hauts-de-seine.gouv.fr"),
    ] {
        folder.put(SITE, right().replace("https://www.hauts-de-seine.gouv.fr/", written));
        let problems = folder.problems();
        assert!(
            problems.lines().count() == 1
                && problems.contains("sites/92-nanterre.toml:11: the host of ")
                && problems.contains(read),
            "{written}: {problems}"
        );
    }
    folder.put(SITE, right().replace("https://www.", "HTTPS://WWW."));
    assert!(folder.load().is_ok(), "capitals do not matter");
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
    for name in LISTS {
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

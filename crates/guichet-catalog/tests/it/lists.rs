//! What site files say beyond their pages, pages without a place, and the rule of competence.

use guichet_catalog::{Reach, reach, stand_in};
use guichet_model::{CompetenceScope, Target};
use guichet_platforms::{PLATFORMS, platform};
use insta::assert_snapshot;

use crate::folder::Folder;

const SITE: &str = "sites/974-saint-denis.toml";

/// A site file with everything that may be said.
fn right() -> String {
    r#"
id = "974-saint-denis"
name = "Préfecture de La Réunion"
kind = "prefecture"
department = "974"
commune = "97411"
position = { lon = 55.4481, lat = -20.8823, source = "GeoNames, CC BY 4.0" }
source = "A list of addresses"

[competence]
scope = "arrondissement"
areas = ["Saint-Denis", "Saint-Benoît"]
source = "The prefecture's page"

[[target]]
procedure = "renouvellement"
platform = "ez-booking"
url = "https://www.reunion.gouv.fr/booking/create/1"
seen = 2021
source = "A script of somebody"
conflict = "Another list says that it is for students"
"#
    .to_owned()
}

#[test]
fn a_site_file_says_who_says_so_whom_it_serves_and_keeps_the_time_of_its_department() {
    let folder = Folder::new();
    folder.put(SITE, right());
    let catalog = folder.load().unwrap();
    let entry = &catalog.entries[0];
    assert_eq!(entry.site.position_source.as_deref(), Some("GeoNames, CC BY 4.0"));
    let competence = entry.site.competence.as_ref().unwrap();
    assert_eq!(
        (competence.scope, competence.areas.join(", "), competence.source.as_str()),
        (CompetenceScope::Arrondissement, "Saint-Denis, Saint-Benoît".to_owned(), "The prefecture's page")
    );
    let target = &entry.targets[0];
    assert_eq!(
        (target.timezone.name(), target.seen, target.source.as_deref(), target.conflict.as_deref()),
        (
            "Indian/Reunion",
            Some(2021),
            Some("A script of somebody"),
            Some("Another list says that it is for students")
        )
    );
    folder.put(SITE, right().replace("\"arrondissement\"", "\"department\"").replace("areas", "# areas"));
    assert_eq!(folder.load().unwrap().entries[0].site.competence.as_ref().unwrap().areas, [""; 0]);
}

#[test]
fn what_a_site_file_says_of_its_sources_is_checked() {
    let folder = Folder::new();
    let told: Vec<String> = [
        ("seen = 2021", "seen = \"2021\""),
        ("seen = 2021", "seen = 21"),
        ("seen = 2021", "seen = 2021.5"),
        ("seen = 2021", "seen = 0x7e5"),
        ("seen = 2021", "seen = 99999999999999999999"),
        ("seen = 2021", "seen = -2021"),
        ("conflict = \"", "conflict = \"\" # "),
        ("conflict = \"", "conflict = \"\\u202e"),
        ("source = \"A script of somebody\"", "source = 3"),
        ("source = \"GeoNames, CC BY 4.0\"", "source = \"\""),
        ("source = \"GeoNames, CC BY 4.0\"", "licence = \"CC BY 4.0\""),
        ("\"arrondissement\"", "\"region\""),
        ("\"arrondissement\"", "\"department\""),
        ("areas =", "# areas ="),
        ("areas = [\"Saint-Denis\", \"Saint-Benoît\"]", "areas = []"),
        ("source = \"The prefecture's page\"", ""),
        ("[competence]", "[[competence]]"),
    ]
    .iter()
    .map(|(from, to)| {
        assert!(right().contains(from), "{from}");
        folder.put(SITE, right().replacen(from, to, 1));
        format!("{to}\n{}", folder.problems())
    })
    .collect();
    assert_snapshot!("bad_sources", told.join("\n\n"));
}

const UNPLACED: &str = r#"
[[page]]
platform = "ez-booking"
url = "https://www.reunion.gouv.fr/booking/create/2"
label = "Retrait de titres"
source = "A script of somebody"
seen = 2021

[[page]]
platform = "html-rules"
url = "https://rdv.gouv.fr/a"
label = "Nom inconnu"
source = "A script of somebody"
"#;

#[test]
fn pages_without_a_place_are_kept_apart_and_can_be_asked_as_targets_are() {
    let folder = Folder::new();
    assert!(folder.load().unwrap().unplaced.is_empty());
    folder.put("unplaced.toml", UNPLACED);
    let pages = folder.load().unwrap().unplaced;
    let told: Vec<_> =
        pages.iter().map(|page| (page.platform.as_str(), page.label.as_str(), page.seen)).collect();
    assert_eq!(told, [("ez-booking", "Retrait de titres", Some(2021)), ("html-rules", "Nom inconnu", None)]);
    let target = stand_in(&pages[0]).unwrap();
    let first = platform("ez-booking").unwrap().begin(&target);
    assert_eq!(first.url().as_str(), "https://www.reunion.gouv.fr/booking/create/2/0");
}

#[test]
fn a_bad_page_without_a_place_is_told() {
    let folder = Folder::new();
    folder.put(SITE, right());
    let told: Vec<String> = [
        ("\"ez-booking\"", "\"ez-boking\""),
        ("www.reunion.gouv.fr", "www.example.org"),
        ("https://www.reunion.gouv.fr", "https://localhost"),
        ("/booking/create/2", "/rendez-vous"),
        // The page of the site file, and the same page twice, however they are written.
        ("https://www.reunion.gouv.fr/booking/create/2", "http://www.reunion.gouv.fr/booking/create/1/0"),
        (
            "platform = \"html-rules\"\nurl = \"https://rdv.gouv.fr/a\"",
            "platform = \"ez-booking\"\nurl = \"https://www.reunion.gouv.fr/index.php/booking/create/2/\"",
        ),
        ("label = \"Retrait de titres\"", ""),
        ("source = \"A script of somebody\"", "sources = \"A script of somebody\""),
        ("seen = 2021", "seen = 1821"),
        ("[[page]]", "[[pages]]"),
    ]
    .iter()
    .map(|(from, to)| {
        assert!(UNPLACED.contains(from), "{from}");
        folder.put("unplaced.toml", UNPLACED.replacen(from, to, 1));
        format!("{to}\n{}", folder.problems())
    })
    .collect();
    assert_snapshot!("bad_unplaced", told.join("\n\n"));
}

const RULE: &str = r#"
citation = "CESEDA, article R. 431-20"
source = "https://www.legifrance.gouv.fr/codes/id/LEGITEXT000006070158"
fr = "La demande se dépose là où l'on habite."
en = "One applies where one lives."

[[authority]]
department = "75"
fr = "Le préfet de police"
en = "The prefect of police"
"#;

#[test]
fn the_rule_of_competence_names_its_text_and_who_else_is_competent() {
    let folder = Folder::new();
    assert!(folder.load().unwrap().competence.is_none());
    folder.put("competence.toml", RULE);
    let rule = folder.load().unwrap().competence.unwrap();
    assert_eq!(
        (rule.citation.as_str(), rule.source_url.host_str(), rule.text_en.as_str()),
        ("CESEDA, article R. 431-20", Some("www.legifrance.gouv.fr"), "One applies where one lives.")
    );
    assert_eq!(rule.authority(&"75".parse().unwrap()).unwrap().fr, "Le préfet de police");
    assert!(rule.authority(&"92".parse().unwrap()).is_none());
}

#[test]
fn a_bad_rule_of_competence_is_told() {
    let folder = Folder::new();
    let told: Vec<String> = [
        ("citation =", "zitat ="),
        ("https://", ""),
        ("department = \"75\"", "department = \"20\""),
        ("en = \"The prefect of police\"", "en = \"\""),
        ("[[authority]]", "[[authority]]\ndepartment = \"75\"\nfr = \"A\"\nen = \"A\"\n\n[[authority]]"),
    ]
    .iter()
    .map(|(from, to)| {
        assert!(RULE.contains(from), "{from}");
        folder.put("competence.toml", RULE.replacen(from, to, 1));
        format!("{to}\n{}", folder.problems())
    })
    .collect();
    assert_snapshot!("bad_competence", told.join("\n\n"));
    folder.put("departments.toml", "not a list");
    folder.put("competence.toml", RULE);
    assert!(!folder.problems().contains("competence.toml"));
}

#[test]
fn what_a_probe_can_see_is_told_by_the_platform() {
    let folder = Folder::new();
    folder.put(SITE, right());
    let target = folder.load().unwrap().entries[0].targets[0].clone();
    assert_eq!(reach(&target), Reach::Slots);
    for platform in PLATFORMS {
        let other = Target { platform: platform.name().to_owned(), ..target.clone() };
        let expected = match (platform.not_asked(&other), platform.is_walled()) {
            (Some(why), _) => Reach::NotAsked(why),
            (None, true) => Reach::Wall,
            (None, false) => Reach::Slots,
        };
        assert_eq!(reach(&other), expected, "{}", platform.name());
    }
    let unheard_of = Target { platform: "minitel".to_owned(), ..target };
    assert!(matches!(reach(&unheard_of), Reach::NotAsked(why) if why.contains("platform")));
}

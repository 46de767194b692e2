//! By which way procedures are reached: what the files of channels become, and what a person is told about them.

use std::fs;

use guichet_catalog::{Catalog, MAIN_PROCEDURES};
use guichet_model::{Channel, Statement};
use insta::assert_snapshot;

use crate::folder::{Folder, untold};

const FILE: &str = "channels/92.toml";
const SITE: &str = "sites/92-nanterre.toml";

/// A site file with one page for renewals.
fn site() -> String {
    r#"
id = "92-nanterre"
name = "Préfecture des Hauts-de-Seine"
kind = "prefecture"
department = "92"
source = "A list of addresses"

[[target]]
procedure = "renouvellement"
platform = "ez-booking"
url = "https://www.hauts-de-seine.gouv.fr/booking/create/12069"
"#
    .to_owned()
}

/// The file of department 92 with something else said about one procedure.
fn told(procedure: &str, what: &str) -> String {
    let text = untold("92");
    let at = text.find(&format!("procedure = \"{procedure}\"")).unwrap();
    let (before, rest) = text.split_at(at);
    let (_, behind) = rest.split_once("[[channel]]").unwrap_or((rest, ""));
    let next = if behind.is_empty() { String::new() } else { format!("\n[[channel]]{behind}") };
    format!("{before}procedure = \"{procedure}\"\n{what}\n{next}")
}

fn statement<'a>(catalog: &'a Catalog, department: &str, procedure: &str) -> Option<&'a Statement> {
    catalog.statement(&department.parse().unwrap(), &procedure.parse().unwrap())
}

/// A statement on one line.
fn shown(statement: &Statement) -> String {
    format!(
        "{} {} {} {} {}{}",
        statement.procedure,
        statement.channel,
        statement.source.as_deref().unwrap_or("-"),
        statement.stated.map_or("-".to_owned(), |day| day.to_string()),
        statement.url.as_ref().map_or("-", |url| url.as_str()),
        if statement.national { " national" } else { "" },
    )
}

#[test]
fn without_a_folder_of_channels_nothing_is_stated() {
    let folder = Folder::new();
    let catalog = folder.load().unwrap();
    assert!(catalog.statements.is_empty() && statement(&catalog, "92", "etudiant").is_none());
}

#[test]
fn statements_are_kept_in_the_order_of_the_file_and_national_ones_are_resolved() {
    let folder = Folder::with_channels();
    folder.put(SITE, site());
    let own = "channel = \"booking_page\"\nsource = \"A list of addresses\"\nstated = 2021\nurl = \"https://www.hauts-de-seine.gouv.fr/rdv\"";
    folder.put(FILE, told("renouvellement", own));
    let catalog = folder.load().unwrap();
    assert_eq!(catalog.statements.len(), catalog.departments.len());
    let here: Vec<String> = catalog.statements[&"92".parse().unwrap()].iter().map(shown).collect();
    assert_snapshot!(here.join("\n"), @r"
    premiere-demande unknown - - -
    renouvellement booking_page A list of addresses 2021-01-01 https://www.hauts-de-seine.gouv.fr/rdv
    remise-titre unknown - - -
    naturalisation-decret unknown - - -
    etudiant anef The ministry 2024-02-01 https://anef.example.org/etudiant national
    changement-adresse anef The ministry 2023-01-01 - national
    ");
    for department in &catalog.departments {
        for procedure in MAIN_PROCEDURES {
            assert!(statement(&catalog, department.code.as_str(), procedure).is_some());
        }
    }
    assert!(statement(&catalog, "92", "asile").is_none());
}

#[test]
fn a_department_may_state_otherwise_than_the_nation() {
    let folder = Folder::with_channels();
    let own = "\n[[channel]]\nprocedure = \"changement-adresse\"\nchannel = \"post\"\nsource = \"The prefecture\"\nstated = 2026-05-04\n";
    folder.put(FILE, untold("92") + own);
    let catalog = folder.load().unwrap();
    assert_eq!(
        shown(statement(&catalog, "92", "changement-adresse").unwrap()),
        "changement-adresse post The prefecture 2026-05-04 -"
    );
    assert_eq!(catalog.statements[&"92".parse().unwrap()].len(), 6);
    assert!(statement(&catalog, "93", "changement-adresse").unwrap().national);
}

#[test]
fn a_bad_file_of_channels_is_told_what_is_wrong_where_and_what_to_write() {
    let cases = [
        ("channel unheard of", told("renouvellement", "channel = \"bookingpage\"")),
        ("no source", told("renouvellement", "channel = \"email\"\nstated = 2024")),
        ("no date", told("renouvellement", "channel = \"email\"\nsource = \"x\"")),
        ("a year long ago", told("renouvellement", "channel = \"email\"\nsource = \"x\"\nstated = 224")),
        (
            "a year as a text",
            told("renouvellement", "channel = \"email\"\nsource = \"x\"\nstated = \"2024\""),
        ),
        ("a day to come", told("renouvellement", "channel = \"email\"\nsource = \"x\"\nstated = 2924-01-01")),
        (
            "a moment",
            told("renouvellement", "channel = \"email\"\nsource = \"x\"\nstated = 2024-01-01T10:00:00"),
        ),
        (
            "no address",
            told(
                "renouvellement",
                "channel = \"email\"\nsource = \"x\"\nstated = 2024\nurl = \"mailto:a@b.fr\"",
            ),
        ),
        (
            "unknown that begins somewhere",
            told("renouvellement", "channel = \"unknown\"\nurl = \"https://a.fr\""),
        ),
        ("national without a word", told("renouvellement", "channel = \"anef\"\nnational = true")),
        ("national otherwise", told("etudiant", "channel = \"email\"\nnational = true")),
        (
            "national with a source",
            told("etudiant", "channel = \"anef\"\nnational = true\nsource = \"x\"\nstated = 2024"),
        ),
        ("national as a text", told("etudiant", "channel = \"anef\"\nnational = \"yes\"")),
        (
            "a booking page without target",
            told("remise-titre", "channel = \"booking_page\"\nsource = \"x\"\nstated = 2024"),
        ),
        (
            "procedure unheard of",
            told("renouvellement", "channel = \"unknown\"").replace("remise-titre", "remise"),
        ),
        ("twice", told("renouvellement", "channel = \"unknown\"").replace("remise-titre", "renouvellement")),
        ("of another department", untold("93")),
        ("of no department", untold("99")),
        ("without department", untold("92").replace("department", "departement")),
        ("empty", String::new()),
    ];
    let folder = Folder::with_channels();
    let told: Vec<String> = cases
        .iter()
        .map(|(name, text)| {
            folder.put(FILE, text);
            format!("{name}\n{}", folder.problems())
        })
        .collect();
    assert_snapshot!("bad_channels", told.join("\n\n"));
}

#[test]
fn a_bad_national_file_is_told_and_departments_are_not_blamed_for_it() {
    let folder = Folder::with_channels();
    folder.edit("channels/national.toml", "\"anef\"", "\"booking_page\"");
    folder.edit("channels/national.toml", "stated = 2023", "stated = 2023\nnational = true");
    assert_snapshot!(folder.problems(), @r"
    data/channels/national.toml:4: the channel `booking_page` cannot hold for all of France; remove this table; the files of the departments say it
    data/channels/national.toml:14: unknown key `national`; remove it; the keys known here are: procedure, channel, source, stated, url, only
    ");
    fs::remove_file(folder.path("channels/national.toml")).unwrap();
    assert_snapshot!(folder.problems(), @"data/channels/national.toml: this file is missing; add it, or point --data at the right folder");
}

#[test]
fn departments_without_a_file_are_named_in_one_line_and_strays_are_told() {
    let folder = Folder::with_channels();
    for code in ["2A", "974"] {
        fs::remove_file(folder.path(&format!("channels/{code}.toml"))).unwrap();
    }
    folder.put("channels/notes.txt", "");
    folder.put("channels/.92.toml.swp", "");
    folder.put("channels/ain.toml", untold("01"));
    assert_snapshot!(folder.problems(), @r"
    data/channels: no file for `2A`, `974`; add <code>.toml for each
    data/channels/ain.toml:1: `01` is not the name of the file; rename the file to 01.toml, or write the code that it is named after
    data/channels/notes.txt: this is not a file of channels; name it <code>.toml after a department, or move it elsewhere
    ");
}

#[test]
fn a_page_that_is_sampled_is_no_unknown_way_and_the_advice_names_its_source() {
    let folder = Folder::with_channels();
    folder.put(SITE, site());
    assert_snapshot!(folder.problems(), @"data/channels/92.toml:9: there is a booking page for `renouvellement`: data/sites/92-nanterre.toml:8; write channel = \"booking_page\" with the target's source, `A list of addresses`");
    folder.put(SITE, site() + "source = \"Another list\"\n");
    assert!(folder.problems().ends_with("with the target's source, `Another list`"));
    for status in ["paused", "retired"] {
        folder.put(SITE, site() + &format!("status = \"{status}\"\n"));
        assert!(folder.load().is_ok(), "{status}");
    }
}

#[test]
fn a_booking_page_needs_a_target_of_the_department_that_is_not_retired() {
    let folder = Folder::with_channels();
    folder.put(FILE, told("renouvellement", "channel = \"booking_page\"\nsource = \"x\"\nstated = 2024"));
    for (status, is_fine) in [("active", true), ("paused", true), ("retired", false)] {
        folder.put(SITE, site() + &format!("status = \"{status}\"\n"));
        assert_eq!(folder.load().is_ok(), is_fine, "{status}");
    }
    folder.put(SITE, site().replace("renouvellement", "etudiant"));
    assert!(
        folder.problems().contains("channels/92.toml:9: no site of `92` has a page for `renouvellement`")
    );
    folder.put(SITE, site().replace("url =", "uri ="));
    let problems = folder.problems();
    assert!(!problems.contains("channels/"), "a broken target is not held against the channels: {problems}");
}

#[test]
fn a_page_for_another_procedure_may_be_the_page_for_this_one_too_and_only_for_some() {
    let folder = Folder::with_channels();
    folder.put(SITE, site().replace("\"renouvellement\"", "\"salarie\""));
    let page = "https://www.hauts-de-seine.gouv.fr/booking/create/12069";
    let said = |url: &str, only: &str| {
        format!(
            "channel = \"booking_page\"\nonly = \"{only}\"\nsource = \"x\"\nstated = 2024\nurl = \"{url}\""
        )
    };
    folder.put(FILE, told("renouvellement", &said(page, "pour les salariés")));
    let catalog = folder.load().unwrap();
    assert_eq!(
        statement(&catalog, "92", "renouvellement").unwrap().only.as_deref(),
        Some("pour les salariés")
    );
    folder
        .put(FILE, told("renouvellement", &said("https://www.hauts-de-seine.gouv.fr/booking/create/1", "x")));
    assert!(folder.problems().contains("no site of `92` has a page for `renouvellement`"));
    folder.put(FILE, told("renouvellement", &said(page, &"x".repeat(201))));
    assert!(folder.problems().contains("`only`"), "{}", folder.problems());
}

#[test]
fn every_way_can_be_stated() {
    let folder = Folder::with_channels();
    folder.put(SITE, site());
    for word in Channel::WORDS.iter().filter(|word| **word != "unknown") {
        folder.put(
            FILE,
            told("renouvellement", &format!("channel = \"{word}\"\nsource = \"x\"\nstated = 2024")),
        );
        let catalog = folder.load().unwrap();
        assert_eq!(statement(&catalog, "92", "renouvellement").unwrap().channel.as_str(), *word);
    }
}

//! The three lists that stand beside the sites: `metadata.toml`, `departments.toml`, `procedures.toml`. What never
//! enters: sites.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

use chrono_tz::Tz;
use guichet_model::{Department, DepartmentCode, Procedure, ProcedureId};

use crate::{
    Metadata, address,
    document::{Document, TOML_CAP},
    problem::{Problem, quoted},
    section::{At, Section},
    words::id,
};

/// The procedure ids that others rely on; the list may hold more.
const PROCEDURES: [&str; 20] = [
    "premiere-demande",
    "renouvellement",
    "etudiant",
    "salarie",
    "vie-privee-familiale",
    "admission-exceptionnelle",
    "sante",
    "asile",
    "resident",
    "changement-situation",
    "changement-adresse",
    "duplicata",
    "remise-titre",
    "recepisse",
    "dcem",
    "titre-voyage",
    "naturalisation-decret",
    "naturalisation-declaration",
    "biometrie",
    "autre",
];

/// The longest label of a list.
const LONGEST_LABEL: usize = 120;

/// What a list file gave: its values, the ids that sites may use, and its problems.
#[derive(Debug)]
pub(crate) struct List<T, Id> {
    /// The entries without problems.
    pub(crate) values: Vec<T>,
    /// Every id in the file, also of entries with other problems; `None` where the file could not be read, so that
    /// nothing can be said about ids elsewhere.
    pub(crate) ids: Option<BTreeSet<Id>>,
    /// What is wrong.
    pub(crate) problems: Vec<Problem>,
}

/// Reads `metadata.toml`.
pub(crate) fn metadata(file: &Path) -> (Option<Metadata>, Vec<Problem>) {
    let document = Document::open(file, TOML_CAP);
    let metadata = document.parse().and_then(|table| {
        let mut section = Section::whole(&document, &table);
        let mut text = |key, about| section.text(key, about).map(|found| found.value.to_owned());
        let title = text("title", "the name of the data");
        let description = text("description", "what the data are, in a sentence");
        let license = text("license", "the name of the licence");
        let alternative_license = text("alternative_license", "the licence that may be chosen instead");
        let source = text("source", "where the data come from");
        let about = text("about", "how the data are to be understood");
        let license_url = address::of_page(&mut section, "license_url", "the text of the licence");
        let alternative_license_url =
            address::of_page(&mut section, "alternative_license_url", "the text of the other licence");
        let source_url = address::of_page(&mut section, "source_url", "a page about the source");
        let attributions = section.optional_texts("attributions", "whom to name when the maps are shown");
        section.finish();
        Some(Metadata {
            title: title?,
            description: description?,
            license: license?,
            license_url: license_url?,
            alternative_license: alternative_license?,
            alternative_license_url: alternative_license_url?,
            source: source?,
            source_url: source_url?,
            about: about?,
            attributions: attributions
                .map(|list| list.value.into_iter().map(str::to_owned).collect())
                .unwrap_or_default(),
        })
    });
    (metadata, document.into_problems())
}

/// Reads `departments.toml`: all 101.
pub(crate) fn departments(file: &Path) -> List<Department, DepartmentCode> {
    list(file, "department", department, &every_department())
}

fn department(section: &mut Section<'_>) -> (Option<At<DepartmentCode>>, Option<Department>) {
    let code = section.text("code", "the INSEE code, as in \"01\", \"2A\" or \"974\"");
    let name = section.short_text("name", LONGEST_LABEL, "the French name");
    let timezone = section.text("timezone", "the civil time, as in \"Europe/Paris\"");
    let code = code.and_then(|found| id(section, found));
    let timezone = timezone.and_then(|found| {
        let zone = found.value.parse::<Tz>().ok();
        if zone.is_none() {
            section.document().note(
                found.line,
                format!("{} is not a time zone", quoted(found.value)),
                "write an IANA name, as in \"Europe/Paris\" or \"Indian/Reunion\"",
            );
        }
        zone
    });
    let department = code.clone().zip(name).zip(timezone).map(|((code, name), timezone)| Department {
        code: code.value,
        name: name.value.to_owned(),
        timezone,
    });
    (code, department)
}

/// Reads `procedures.toml`: at least the ones that others rely on.
pub(crate) fn procedures(file: &Path) -> List<Procedure, ProcedureId> {
    let needed: Vec<ProcedureId> = PROCEDURES.iter().filter_map(|id| id.parse().ok()).collect();
    list(file, "procedure", procedure, &needed)
}

fn procedure(section: &mut Section<'_>) -> (Option<At<ProcedureId>>, Option<Procedure>) {
    let name = section.text("id", "a name in lower-case letters, digits and hyphens");
    let label_fr = section.short_text("fr", LONGEST_LABEL, "the label in plain French");
    let label_en = section.short_text("en", LONGEST_LABEL, "the label in plain English");
    let official_url = address::of_page(section, "official_url", "the official page about it");
    let name = name.and_then(|found| id(section, found));
    let build = || {
        Some(Procedure {
            id: name.clone()?.value,
            label_fr: label_fr?.value.to_owned(),
            label_en: label_en?.value.to_owned(),
            official_url: official_url?,
        })
    };
    let procedure = build();
    (name, procedure)
}

/// Reads a file of `[[key]]` tables with unique ids, among which all of `needed` must be.
fn list<T, Id: Ord + Clone + fmt::Display>(
    file: &Path,
    key: &'static str,
    read: impl Fn(&mut Section<'_>) -> (Option<At<Id>>, Option<T>),
    needed: &[Id],
) -> List<T, Id> {
    let document = Document::open(file, TOML_CAP);
    let mut values = Vec::new();
    let ids = document.parse().map(|table| {
        let mut lines = BTreeMap::<Id, usize>::new();
        let mut whole = Section::whole(&document, &table);
        for mut section in whole.tables(key) {
            let (id, value) = read(&mut section);
            section.finish();
            values.extend(value);
            let Some(At { value: id, line }) = id else {
                continue;
            };
            if let Some(first) = lines.get(&id) {
                document.note(
                    line,
                    format!("`{id}` is there twice, first on line {first}"),
                    "remove one of the two",
                );
            } else {
                lines.insert(id, line);
            }
        }
        whole.finish();
        let missing: Vec<String> =
            needed.iter().filter(|id| !lines.contains_key(id)).map(|id| format!("`{id}`")).collect();
        if !missing.is_empty() {
            document.note_whole(
                format!("{} missing", missing.join(", ")),
                format!("add a `[[{key}]]` table for each"),
            );
        }
        lines.into_keys().collect()
    });
    List { values, ids, problems: document.into_problems() }
}

/// The codes of all departments: 01 to 95 with 2A and 2B instead of 20, and five overseas.
fn every_department() -> Vec<DepartmentCode> {
    (1..=95)
        .filter(|number| *number != 20)
        .map(|number| format!("{number:02}"))
        .chain(["2A", "2B", "971", "972", "973", "974", "976"].map(str::to_owned))
        .filter_map(|code| code.parse().ok())
        .collect()
}

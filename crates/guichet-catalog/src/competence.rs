//! `competence.toml`: the rule that says which prefecture one has to go to. What never enters: which office serves
//! whom; site files say that.

use std::{collections::BTreeMap, path::Path};

use guichet_model::DepartmentCode;
use url::Url;

use crate::{
    address,
    document::{Document, TOML_CAP},
    folder::is_absent,
    known::Known,
    problem::Problem,
    section::{At, Section},
};

/// The rule of territorial competence: residence decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompetenceRule {
    /// Which text says so, as in "CESEDA, article R. 431-20".
    pub citation: String,
    /// Where the text can be read.
    pub source_url: Url,
    /// The rule in plain French.
    pub text_fr: String,
    /// The rule in plain English.
    pub text_en: String,
    /// The departments where another authority than the department's prefect is competent, in the order of the file.
    pub authorities: Vec<Authority>,
}

/// Who is competent in a department, where it is not the department's prefect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The department.
    pub department: DepartmentCode,
    /// The authority, in French.
    pub fr: String,
    /// The authority, in English.
    pub en: String,
}

impl CompetenceRule {
    /// Who is competent in a department; `None`: its prefect.
    pub fn authority(&self, department: &DepartmentCode) -> Option<&Authority> {
        self.authorities.iter().find(|authority| authority.department == *department)
    }
}

/// Reads the file; nothing where there is none.
pub(crate) fn read(file: &Path, known: Known<'_>) -> (Option<CompetenceRule>, Vec<Problem>) {
    if is_absent(file) {
        return (None, Vec::new());
    }
    let document = Document::open(file, TOML_CAP);
    let rule = document.parse().and_then(|table| {
        let mut section = Section::whole(&document, &table);
        let citation = section.text("citation", "which text says so, as in \"CESEDA, article R. 431-20\"");
        let source_url = address::of_page(&mut section, "source", "the text");
        let text_fr = section.text("fr", "the rule in plain French");
        let text_en = section.text("en", "the rule in plain English");
        let authorities = read_authorities(&mut section, known);
        section.finish();
        Some(CompetenceRule {
            citation: citation?.value.to_owned(),
            source_url: source_url?,
            text_fr: text_fr?.value.to_owned(),
            text_en: text_en?.value.to_owned(),
            authorities,
        })
    });
    (rule, document.into_problems())
}

fn read_authorities(whole: &mut Section<'_>, known: Known<'_>) -> Vec<Authority> {
    let mut lines = BTreeMap::<DepartmentCode, usize>::new();
    let mut authorities = Vec::new();
    for mut section in whole.tables("authority") {
        let department = section
            .text("department", "the INSEE code, as in \"75\"")
            .and_then(|found| known.department(&section, found));
        let fr = section.text("fr", "the authority, in French");
        let en = section.text("en", "the authority, in English");
        section.finish();
        let Some(At { value: department, line }) = department else {
            continue;
        };
        if let Some(first) = lines.get(&department) {
            whole.document().note(
                line,
                format!("department `{department}` is there twice, first on line {first}"),
                "remove one of the two",
            );
            continue;
        }
        lines.insert(department.clone(), line);
        authorities.extend(fr.zip(en).map(|(fr, en)| Authority {
            department,
            fr: fr.value.to_owned(),
            en: en.value.to_owned(),
        }));
    }
    authorities
}

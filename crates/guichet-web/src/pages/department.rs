//! A department: by which way each procedure goes, its targets, its offices. What never enters: other departments.

use std::collections::BTreeMap;

use guichet_model::{Channel, DepartmentCode, ProcedureId, Site};
use minijinja::{context, value::Serde};
use serde::Serialize;

use super::{
    frame::{department_rest, home_href},
    home::TargetView,
    way::{SourceView, WayView},
};
use crate::{app::App, coverage::Cell, failure::Failure, lang::Lang, query::Wrong};

/// The targets of one procedure.
#[derive(Debug, Serialize)]
struct Group {
    procedure: String,
    href: String,
    targets: Vec<TargetView>,
}

/// An office, and whom it serves where somebody says so.
#[derive(Debug, Serialize)]
struct OfficeView {
    name: String,
    kind: &'static str,
    areas: Vec<String>,
    source: Option<SourceView>,
    pages: usize,
}

impl OfficeView {
    fn of(site: &Site, pages: usize) -> Self {
        Self {
            name: site.name.clone(),
            kind: site.kind.as_str(),
            areas: site.competence.as_ref().map(|told| told.areas.clone()).unwrap_or_default(),
            source: site.competence.as_ref().map(|told| SourceView::of(&told.source)),
            pages,
        }
    }
}

impl App {
    pub(crate) fn department_page(&self, lang: Lang, code: &str) -> Result<String, Failure> {
        let wrong = || Failure::NotHere(Wrong::department(code));
        let code: DepartmentCode = code.parse().map_err(|_not_one| wrong())?;
        let department = self.catalog.department(&code).ok_or_else(wrong)?;
        let snapshot = self.snapshot()?;
        let mut groups: BTreeMap<(usize, &ProcedureId), Group> = BTreeMap::new();
        for facts in snapshot.targets_of(&code, None) {
            let id = facts.id.procedure();
            let place =
                snapshot.procedures.iter().position(|procedure| procedure.id == *id).unwrap_or(usize::MAX);
            groups
                .entry((place, id))
                .or_insert_with(|| Group {
                    procedure: self.procedure_name(lang, id),
                    href: home_href(lang, Some(&code), id),
                    targets: Vec::new(),
                })
                .targets
                .push(self.target_view(lang, facts, snapshot.as_of));
        }
        let cells = snapshot.coverage.iter().filter(|cell| cell.department == code);
        let ways: Vec<WayView> =
            cells.filter(|cell| is_told(cell)).map(|cell| self.way(lang, cell)).collect();
        let entries = self.catalog.entries.iter().filter(|entry| entry.site.department == code);
        let offices: Vec<OfficeView> =
            entries.map(|entry| OfficeView::of(&entry.site, entry.targets.len())).collect();
        let context = context! {
            frame => Serde(self.frame(lang, &department_rest(&code), Some(&snapshot))),
            code => code.as_str(),
            name => department.name.as_str(),
            ways => Serde(ways),
            offices => Serde(offices),
            authority => self.authority(lang, &code),
            groups => Serde(groups.into_values().collect::<Vec<_>>()),
        };
        Ok(self.pages.render(lang, "department.html", context)?)
    }

    /// Who is competent there instead of the prefect of the department.
    fn authority(&self, lang: Lang, code: &DepartmentCode) -> Option<String> {
        let authority = self.catalog.competence.as_ref()?.authority(code)?;
        Some(match lang {
            Lang::Fr => authority.fr.clone(),
            Lang::En => authority.en.clone(),
        })
    }
}

/// Whether anything can be said of a procedure there: a main one always, another where something is known.
fn is_told(cell: &Cell) -> bool {
    guichet_catalog::MAIN_PROCEDURES.contains(&cell.procedure.as_str())
        || !cell.targets.is_empty()
        || cell.channel != Channel::Unknown
}

//! A department: all its targets, of the catalogue and of the store. What never enters: other departments.

use std::collections::BTreeMap;

use guichet_model::{DepartmentCode, ProcedureId};
use minijinja::{context, value::Serde};
use serde::Serialize;

use super::{
    frame::{department_rest, home_href},
    home::TargetView,
};
use crate::{app::App, failure::Failure, lang::Lang, query::Wrong};

/// The targets of one procedure.
#[derive(Debug, Serialize)]
struct Group {
    procedure: String,
    href: String,
    targets: Vec<TargetView>,
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
        let context = context! {
            frame => Serde(self.frame(lang, &department_rest(&code), Some(&snapshot))),
            code => code.as_str(),
            name => department.name.as_str(),
            groups => Serde(groups.into_values().collect::<Vec<_>>()),
        };
        Ok(self.pages.render(lang, "department.html", context)?)
    }
}

//! What the files beside the sites say that another file may name. What never enters: reading them.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use guichet_model::{DepartmentCode, ProcedureId, civil};

use crate::{
    Outline,
    problem::advise_one_of,
    section::{At, Section},
    words::id,
};

/// What the lists beside the sites know; `None` where a list could not be read, so that nothing is held against it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The departments.
    pub(crate) departments: Option<&'a BTreeSet<DepartmentCode>>,
    /// The civil time of each department.
    pub(crate) zones: &'a BTreeMap<DepartmentCode, Tz>,
    /// The procedures.
    pub(crate) procedures: Option<&'a BTreeSet<ProcedureId>>,
    /// The outlines.
    pub(crate) outlines: &'a [Outline],
}

impl Known<'_> {
    /// The code of a department that there is.
    pub(crate) fn department(self, section: &Section<'_>, found: At<&str>) -> Option<At<DepartmentCode>> {
        let code = id::<DepartmentCode>(section, found)?;
        if self.departments.is_some_and(|departments| !departments.contains(&code.value)) {
            section.document().note(
                code.line,
                format!("department `{}` is not in departments.toml", code.value),
                "write the code of one that is",
            );
            return None;
        }
        Some(code)
    }

    /// The id of a procedure that there is.
    pub(crate) fn procedure(self, section: &Section<'_>, found: At<&str>) -> Option<At<ProcedureId>> {
        let procedure = id::<ProcedureId>(section, found)?;
        let Some(procedures) = self.procedures.filter(|known| !known.contains(&procedure.value)) else {
            return Some(procedure);
        };
        let names: Vec<&str> = procedures.iter().map(ProcedureId::as_str).collect();
        section.document().note(
            procedure.line,
            format!("procedure `{}` is not in procedures.toml", procedure.value),
            advise_one_of(procedure.value.as_str(), &names),
        );
        None
    }

    /// The civil time of a department; that of Paris for one that is not known.
    pub(crate) fn zone(self, department: &DepartmentCode) -> Tz {
        self.zones.get(department).copied().unwrap_or(civil::PARIS)
    }
}

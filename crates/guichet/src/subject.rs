//! What figures are asked of: a target, or all desks of a department or of France for one procedure. What never enters:
//! whether it exists.

use std::str::FromStr;

use guichet_model::{DepartmentCode, ProcedureId, TargetId};

/// What `guichet stats` is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// `92-nanterre/renouvellement`.
    Target(TargetId),
    /// `93/premiere-demande`.
    Department(DepartmentCode, ProcedureId),
    /// `france/premiere-demande`.
    France(ProcedureId),
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let of_place = || -> Option<Self> {
            let (place, procedure) = text.split_once('/')?;
            let procedure = procedure.parse().ok()?;
            if place == "france" {
                return Some(Self::France(procedure));
            }
            Some(Self::Department(place.parse().ok()?, procedure))
        };
        of_place().or_else(|| text.parse().ok().map(Self::Target)).ok_or_else(|| {
            "write a target as in `guichet sites` (92-nanterre/renouvellement), or a department or `france` with a \
             procedure (93/premiere-demande, france/premiere-demande)"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_target_a_department_or_france() {
        for (text, is) in [
            ("92-nanterre/renouvellement", "target"),
            ("92-nanterre/renouvellement/vpf", "target"),
            ("93/premiere-demande", "department"),
            ("2A/asile", "department"),
            ("france/asile", "france"),
        ] {
            let found = match text.parse().unwrap() {
                Subject::Target(_) => "target",
                Subject::Department(..) => "department",
                Subject::France(_) => "france",
            };
            assert_eq!(found, is, "{text}");
        }
        for wrong in ["", "93", "france", "93/", "/asile", "nowhere/asile", "../asile"] {
            assert!(wrong.parse::<Subject>().unwrap_err().contains("93/premiere-demande"), "{wrong}");
        }
    }
}

//! What an address asks for: a department, a procedure. What never enters: what is known about them.

use guichet_model::{DepartmentCode, ProcedureId};
use url::form_urlencoded;

/// Something in an address that is not understood; the text is the visitor's and must be escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Not a department, or none that the catalogue knows.
    Department(String),
    /// Not a procedure, or none that anything is known about.
    Procedure(String),
    /// A name that means nothing here.
    Parameter(String),
    /// A name that comes twice.
    Twice(String),
}

/// The longest piece of an address that is shown again.
const SHOWN: usize = 60;

impl Wrong {
    pub(crate) fn department(text: &str) -> Self {
        Self::Department(text.chars().take(SHOWN).collect())
    }

    pub(crate) fn procedure(text: &str) -> Self {
        Self::Procedure(text.chars().take(SHOWN).collect())
    }
}

/// What the main page is asked for. An empty value is a field left blank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Wanted {
    pub(crate) department: Option<DepartmentCode>,
    pub(crate) procedure: Option<ProcedureId>,
}

impl Wanted {
    /// From the query of a page. Names that mean nothing here are passed over: links are shared with all sorts of
    /// additions.
    pub(crate) fn of_page(query: Option<&str>) -> Result<Self, Wrong> {
        let mut wanted = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = value.trim();
            match &*name {
                "departement" | "department" if !value.is_empty() => {
                    wanted.department = Some(value.parse().map_err(|_not_one| Wrong::department(value))?);
                }
                "demarche" | "procedure" if !value.is_empty() => {
                    wanted.procedure = Some(value.parse().map_err(|_not_one| Wrong::procedure(value))?);
                }
                _ => {}
            }
        }
        Ok(wanted)
    }

    /// From the query of the API, where only `procedure` means something, once.
    pub(crate) fn of_api(query: Option<&str>) -> Result<Option<ProcedureId>, Wrong> {
        let mut procedure = None;
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if name != "procedure" {
                return Err(Wrong::Parameter(name.chars().take(SHOWN).collect()));
            }
            let value = value.parse().map_err(|_not_one| Wrong::procedure(&value))?;
            if procedure.replace(value).is_some() {
                return Err(Wrong::Twice("procedure".to_owned()));
            }
        }
        Ok(procedure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_understands_both_names_and_passes_over_others() {
        let wanted =
            Wanted { department: Some("2A".parse().unwrap()), procedure: Some("asile".parse().unwrap()) };
        for query in ["departement=2a&demarche=asile", "procedure=asile&department=2A&utm=x"] {
            assert_eq!(Wanted::of_page(Some(query)), Ok(wanted.clone()), "{query}");
        }
        assert_eq!(Wanted::of_page(Some("departement=&demarche=")), Ok(Wanted::default()));
        assert_eq!(Wanted::of_page(None), Ok(Wanted::default()));
        assert_eq!(Wanted::of_page(Some("departement=99")), Err(Wrong::Department("99".to_owned())));
        assert_eq!(Wanted::of_page(Some("demarche=%3Cb%3E")), Err(Wrong::Procedure("<b>".to_owned())));
    }

    #[test]
    fn the_api_refuses_what_it_does_not_know() {
        assert_eq!(Wanted::of_api(None), Ok(None));
        assert_eq!(Wanted::of_api(Some("procedure=asile")), Ok(Some("asile".parse().unwrap())));
        for query in ["x=1", "procedure=", "procedure=A", "procedure=asile&procedure=asile"] {
            assert!(Wanted::of_api(Some(query)).is_err(), "{query}");
        }
    }

    #[test]
    fn a_long_text_is_cut_before_it_is_shown_again() {
        let query = format!("departement={}", "9".repeat(5000));
        let Err(Wrong::Department(text)) = Wanted::of_page(Some(&query)) else {
            panic!("it was taken for a department");
        };
        assert_eq!(text.len(), SHOWN);
    }
}

//! Identifiers: stable, readable, checked when they are made. What never enters: what the identified thing *is*.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidId {
    /// Not the code of a French department.
    #[error("`{0}` is not a department code; write it as in \"01\", \"2A\" or \"974\"")]
    Department(String),
    /// A part is not a slug.
    #[error("`{0}` is not a valid name; use lower-case letters, digits and single hyphens")]
    Slug(String),
    /// A site's id does not begin with a department.
    #[error("`{0}` is not a site id; it begins with its department, as in \"92-nanterre\"")]
    Site(String),
    /// A target's id has not two or three parts.
    #[error(
        "`{0}` is not a target id; write \"site/procedure\" or \"site/procedure/key\", as in \"92-nanterre/renouvellement\""
    )]
    Target(String),
}

/// The longest identifier accepted, in bytes.
const LONGEST: usize = 96;

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST
        && text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// INSEE code of a French department: `01` to `95` with `2A` and `2B` for Corsica, `971` to `976` overseas.
/// It is a text: the leading zero counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DepartmentCode(String);

impl DepartmentCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DepartmentCode {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let upper = text.to_ascii_uppercase();
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let valid = match upper.len() {
            2 => {
                upper == "2A"
                    || upper == "2B"
                    || (digits(&upper) && upper != "00" && upper != "20" && upper.as_str() <= "95")
            }
            3 => digits(&upper) && ("971"..="976").contains(&upper.as_str()) && upper != "975",
            _ => false,
        };
        if valid { Ok(Self(upper)) } else { Err(InvalidId::Department(text.chars().take(16).collect())) }
    }
}

/// Id of a site: its department, a hyphen, a slug (`92-nanterre`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId {
    text: String,
    department: DepartmentCode,
}

impl SiteId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The department that the id begins with.
    pub fn department(&self) -> &DepartmentCode {
        &self.department
    }
}

impl FromStr for SiteId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let wrong = || InvalidId::Site(text.chars().take(LONGEST).collect());
        let (code, rest) = text.split_once('-').ok_or_else(wrong)?;
        let department: DepartmentCode = code.parse().map_err(|_not_a_code: InvalidId| wrong())?;
        if !is_slug(rest) {
            return Err(wrong());
        }
        Ok(Self { text: format!("{}-{rest}", department.as_str()), department })
    }
}

/// Id of a procedure, from `data/procedures.toml` (`premiere-demande`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcedureId(String);

impl ProcedureId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProcedureId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if is_slug(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId::Slug(text.chars().take(LONGEST).collect()))
        }
    }
}

/// Id of a target: site, procedure and, where a site has several pages for one procedure, a key
/// (`92-nanterre/renouvellement/vpf`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetId {
    text: String,
    site: SiteId,
    procedure: ProcedureId,
}

impl TargetId {
    /// Puts an id together.
    ///
    /// # Errors
    /// When `key` is not a slug.
    pub fn new(site: &SiteId, procedure: &ProcedureId, key: Option<&str>) -> Result<Self, InvalidId> {
        let text = match key {
            None => format!("{}/{}", site.as_str(), procedure.as_str()),
            Some(key) if is_slug(key) => format!("{}/{}/{key}", site.as_str(), procedure.as_str()),
            Some(key) => return Err(InvalidId::Slug(key.chars().take(LONGEST).collect())),
        };
        Ok(Self { text, site: site.clone(), procedure: procedure.clone() })
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The site.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// The procedure.
    pub fn procedure(&self) -> &ProcedureId {
        &self.procedure
    }

    /// The key, where there is one.
    pub fn key(&self) -> Option<&str> {
        self.text.splitn(3, '/').nth(2)
    }

    /// The department of the site.
    pub fn department(&self) -> &DepartmentCode {
        self.site.department()
    }
}

impl FromStr for TargetId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let wrong = || InvalidId::Target(text.chars().take(LONGEST).collect());
        let parts: Vec<&str> = text.split('/').collect();
        let (site, procedure, key) = match parts.as_slice() {
            [site, procedure] => (site, procedure, None),
            [site, procedure, key] => (site, procedure, Some(*key)),
            _ => return Err(wrong()),
        };
        Self::new(&site.parse()?, &procedure.parse()?, key)
    }
}

macro_rules! shown_as_text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
shown_as_text!(DepartmentCode, SiteId, ProcedureId, TargetId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn department_codes_are_texts_with_their_leading_zero() {
        for good in ["01", "19", "2A", "2B", "95", "971", "976"] {
            assert_eq!(good.parse::<DepartmentCode>().unwrap().as_str(), good);
        }
        assert_eq!("2a".parse::<DepartmentCode>().unwrap().as_str(), "2A");
        for bad in ["", "1", "00", "20", "96", "99", "970", "975", "977", "2C", "0A", "1000"] {
            assert!(bad.parse::<DepartmentCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_target_id_knows_its_parts() {
        let id: TargetId = "92-nanterre/renouvellement/vpf".parse().unwrap();
        assert_eq!(
            (id.site().as_str(), id.procedure().as_str(), id.key(), id.department().as_str()),
            ("92-nanterre", "renouvellement", Some("vpf"), "92")
        );
        assert_eq!("47-centre-24/vaccination".parse::<TargetId>().unwrap().key(), None);
        assert_eq!("2a-ajaccio/asile".parse::<TargetId>().unwrap().as_str(), "2A-ajaccio/asile");
    }

    #[test]
    fn ids_that_could_escape_a_path_or_a_page_are_refused() {
        for bad in [
            "",
            "92",
            "92-",
            "92-a//b",
            "92-a/../b",
            "92-a/b/c/d",
            "92-<b>/x",
            "92-a/b c",
            "99-a/b",
            "92-A/b",
            "92-a--b/c",
        ] {
            assert!(bad.parse::<TargetId>().is_err(), "{bad}");
        }
    }
}

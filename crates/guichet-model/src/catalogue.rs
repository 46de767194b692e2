//! What exists: departments, procedures, sites, targets. What never enters: TOML, files, whether a page is alive.

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use chrono::NaiveDate;
use chrono_tz::Tz;
use url::Url;

use crate::{DepartmentCode, ProcedureId, SiteId, TargetId, UnknownWord};

/// A French department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// INSEE code.
    pub code: DepartmentCode,
    /// French name.
    pub name: String,
    /// Its civil time.
    pub timezone: Tz,
}

/// What one comes for (*démarche*, *motif*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    /// Id of the controlled list.
    pub id: ProcedureId,
    /// French label.
    pub label_fr: String,
    /// English label.
    pub label_en: String,
    /// The official page about it.
    pub official_url: Url,
}

/// Longitude and latitude, WGS 84, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// East positive.
    pub lon: f64,
    /// North positive.
    pub lat: f64,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// The words of the list.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word used in files and in the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($word => Ok(Self::$variant),)* _ => Err(UnknownWord::new(text, Self::WORDS)) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What kind of office a site is.
    SiteKind {
        /// *Préfecture*.
        Prefecture = "prefecture",
        /// *Sous-préfecture*.
        SousPrefecture = "sous_prefecture",
        /// *Préfecture de police* (Paris).
        PrefectureDePolice = "prefecture_de_police",
        /// Any other place that receives the public.
        Centre = "centre",
    }
}

words! {
    /// Whether a target is to be sampled.
    TargetStatus {
        /// Sampled.
        Active = "active",
        /// Left alone for now.
        Paused = "paused",
        /// Over; kept for its history.
        Retired = "retired",
    }
}

words! {
    /// By which way a procedure is reached at a site.
    Channel {
        /// A booking page.
        BookingPage = "booking_page",
        /// The national ANEF site; no slots.
        Anef = "anef",
        /// *Démarche numérique*; no slots.
        DemarcheNumerique = "demarche_numerique",
        /// E-mail.
        Email = "email",
        /// Post.
        Post = "post",
        /// Without appointment.
        WalkIn = "walk_in",
        /// Nobody has told us.
        Unknown = "unknown",
    }
}

/// A place with a booking page.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// French name.
    pub name: String,
    /// Kind of office.
    pub kind: SiteKind,
    /// Its department.
    pub department: DepartmentCode,
    /// INSEE code of its town.
    pub commune: Option<String>,
    /// Where it is; precision: the town.
    pub position: Option<Position>,
    /// Who says where it is, with the licence.
    pub position_source: Option<String>,
    /// Whom it serves, where a source says so.
    pub competence: Option<Competence>,
    /// Where a person can check this.
    pub source: String,
    /// When a person last looked; `None`: nobody has.
    pub checked: Option<NaiveDate>,
}

words! {
    /// How far an office is competent.
    CompetenceScope {
        /// For residents of the whole department.
        Department = "department",
        /// For residents of one or several of its *arrondissements* only.
        Arrondissement = "arrondissement",
    }
}

/// Whom an office serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competence {
    /// How far it is competent.
    pub scope: CompetenceScope,
    /// The *arrondissements*, by name; empty for the whole department.
    pub areas: Vec<String>,
    /// Where this is said.
    pub source: String,
}

/// By which way a procedure is reached in a department, and who says so. *Channel-only* statements (ANEF, *Démarche
/// numérique*, e-mail, post, without appointment) have no page with slots: nothing is probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What one comes for.
    pub procedure: ProcedureId,
    /// The way; [`Channel::Unknown`] where no source tells.
    pub channel: Channel,
    /// For whom it holds, in French, where it does not hold for all.
    pub only: Option<String>,
    /// Where that way begins.
    pub url: Option<Url>,
    /// Who says so; `None` only for [`Channel::Unknown`].
    pub source: Option<String>,
    /// The day, or the first day of the month or year, of which the source speaks; `None` only for
    /// [`Channel::Unknown`].
    pub stated: Option<NaiveDate>,
    /// Whether it is the statement for all of France.
    pub national: bool,
}

/// A page that sources name without saying where it belongs. It is never sampled; `guichet check --online` shows what
/// it calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced {
    /// Name of the platform.
    pub platform: String,
    /// The booking page.
    pub url: Url,
    /// What the source calls it.
    pub label: String,
    /// Who names it.
    pub source: String,
    /// The year in which the source is last known to have seen it.
    pub seen: Option<u16>,
}

/// One value among a platform's own parameters of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamValue {
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// A platform's own parameters of a target, by name; already checked against what the platform declares.
pub type Params = BTreeMap<String, ParamValue>;

/// One site × one procedure × one booking page: the unit that is sampled.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// French label that says more than the procedure's.
    pub label: Option<String>,
    /// Name of the platform.
    pub platform: String,
    /// The booking page.
    pub url: Url,
    /// Whether it is sampled.
    pub status: TargetStatus,
    /// Time between two planned probes.
    pub cadence: Duration,
    /// Civil time of the site, in which its pages speak.
    pub timezone: Tz,
    /// The year in which a source is last known to have seen the page.
    pub seen: Option<u16>,
    /// Who names the page, where it is not the site's own source.
    pub source: Option<String>,
    /// How sources contradict each other about the page.
    pub conflict: Option<String>,
    /// The platform's own parameters.
    pub params: Params,
}

impl Target {
    /// The list under `name`, empty where there is none.
    pub fn list(&self, name: &str) -> &[String] {
        match self.params.get(name) {
            Some(ParamValue::List(list)) => list,
            _ => &[],
        }
    }

    /// The text under `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.params.get(name) {
            Some(ParamValue::Text(text)) => Some(text),
            _ => None,
        }
    }
}

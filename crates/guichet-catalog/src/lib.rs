//! The catalogue: which departments, procedures, sites and targets there are.
//!
//! Reads and checks the files of `data/` and is the only crate that knows their shapes. Every problem of every file is
//! found in one go, with its line and what to write instead. What never enters: the network, the clock, what a booking
//! page says.

mod address;
mod between_files;
mod cadence;
mod calendars;
mod channels;
mod competence;
mod document;
pub mod edit;
mod folder;
mod known;
mod lists;
mod outlines;
mod problem;
mod reach;
mod section;
mod site_file;
mod statement;
mod target;
mod unplaced;
mod words;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono_tz::Tz;
use guichet_model::{
    Calendar, Department, DepartmentCode, Procedure, ProcedureId, Site, SiteId, Statement, Target, TargetId,
    Unplaced, civil,
};
use url::Url;

pub use crate::{
    channels::MAIN_PROCEDURES,
    competence::{Authority, CompetenceRule},
    outlines::Outline,
    problem::{Problem, Problems},
    reach::{Reach, reach},
    unplaced::stand_in,
};
use crate::{folder::Kind, known::Known, site_file::SiteFile};
pub use cadence::parse_span;

/// What `data/` says, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// About the data as a whole.
    pub metadata: Metadata,
    /// All 101, in the order of the file.
    pub departments: Vec<Department>,
    /// In the order of the file.
    pub procedures: Vec<Procedure>,
    /// The sites with their targets, in order of file name.
    pub entries: Vec<Entry>,
    /// One for each department.
    pub outlines: Vec<Outline>,
    /// By which way procedures are reached in each department: in the order of its file, then what holds for all of
    /// France. Empty where there is no folder `channels/`.
    pub statements: BTreeMap<DepartmentCode, Vec<Statement>>,
    /// Which prefecture one has to go to, where `competence.toml` says it.
    pub competence: Option<CompetenceRule>,
    /// Pages of which no source says where they belong, in the order of `unplaced.toml`.
    pub unplaced: Vec<Unplaced>,
    /// Public holidays, by department.
    pub calendar: Calendar,
}

/// A site with its targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The site.
    pub site: Site,
    /// Its targets, in the order of the file; may be empty.
    pub targets: Vec<Target>,
    /// Where they are written.
    pub file: PathBuf,
}

/// About the data as a whole, for exports and the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The name of the data.
    pub title: String,
    /// What the data are, in a sentence.
    pub description: String,
    /// The licence.
    pub license: String,
    /// The licence's text.
    pub license_url: Url,
    /// The licence that may be chosen instead.
    pub alternative_license: String,
    /// That licence's text.
    pub alternative_license_url: Url,
    /// Where the data come from.
    pub source: String,
    /// A page about the source.
    pub source_url: Url,
    /// How the data are to be understood.
    pub about: String,
    /// Whom to name when the maps are shown.
    pub attributions: Vec<String>,
}

/// How strictly to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Lets addresses of targets point at this machine (`http://name.localhost:8080/`, `127.0.0.1`), for development.
    pub allow_loopback: bool,
}

/// Reads and checks the folder `dir`.
///
/// # Errors
/// With all problems of all files. A file that is no TOML has only its own problems of syntax told; the others are
/// checked all the same.
pub fn load(dir: &Path, options: &Options) -> Result<Catalog, Problems> {
    if !dir.is_dir() {
        return Err(Problems(vec![folder::whole(
            dir,
            "this folder is missing",
            "point --data at the folder that holds metadata.toml and sites/",
        )]));
    }
    let (metadata, mut problems) = lists::metadata(&dir.join("metadata.toml"));
    let departments = lists::departments(&dir.join("departments.toml"));
    problems.extend(departments.problems);
    let procedures = lists::procedures(&dir.join("procedures.toml"));
    problems.extend(procedures.problems);
    let (outlines, found) = outlines::read(&dir.join("geo/departements.geojson"), departments.ids.as_ref());
    problems.extend(found);

    let zones = departments.values.iter().map(|one| (one.code.clone(), one.timezone)).collect();
    let known = Known {
        departments: departments.ids.as_ref(),
        zones: &zones,
        procedures: procedures.ids.as_ref(),
        outlines: &outlines,
    };
    let kind = Kind { file: "a site file", files: "site files", name: "<id>.toml" };
    let (files, found) = folder::toml_files(&dir.join("sites"), kind);
    problems.extend(found);
    let mut sites: Vec<(PathBuf, SiteFile)> = files
        .into_iter()
        .map(|file| {
            let read = site_file::read(&file, known, *options);
            (file, read)
        })
        .collect();
    let sites_are_fine = sites.iter().all(|(_, site)| site.problems.is_empty());
    for (_, site) in &mut sites {
        problems.append(&mut site.problems);
    }
    problems.extend(between_files::check(&sites));
    let (competence, found) = competence::read(&dir.join("competence.toml"), known);
    problems.extend(found);
    let (calendar, found) = calendars::read(&dir.join("calendars/public-holidays.toml"), known);
    problems.extend(found);
    let file = dir.join("unplaced.toml");
    let (unplaced, found) = unplaced::read(&file, *options);
    problems.extend(found);
    problems.extend(between_files::check_unplaced(&file, &unplaced, &sites));
    let mut channels = channels::read(&dir.join("channels"), known);
    problems.append(&mut channels.problems);
    problems.extend(between_files::check_channels(&channels.departments, &sites, sites_are_fine));

    match metadata {
        Some(metadata) if problems.is_empty() => Ok(Catalog {
            metadata,
            departments: departments.values,
            procedures: procedures.values,
            entries: sites.into_iter().filter_map(|(_, site)| site.entry).collect(),
            outlines,
            statements: channels.into_statements(),
            competence,
            unplaced: unplaced.into_iter().map(|page| page.value).collect(),
            calendar,
        }),
        _ => {
            problems.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
            Err(Problems(problems))
        }
    }
}

impl Catalog {
    /// The department with this code.
    pub fn department(&self, code: &DepartmentCode) -> Option<&Department> {
        self.departments.iter().find(|department| department.code == *code)
    }

    /// The procedure with this id.
    pub fn procedure(&self, id: &ProcedureId) -> Option<&Procedure> {
        self.procedures.iter().find(|procedure| procedure.id == *id)
    }

    /// The site with this id, with its targets.
    pub fn site(&self, id: &SiteId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.site.id == *id)
    }

    /// The target with this id, with its site.
    pub fn target(&self, id: &TargetId) -> Option<(&Entry, &Target)> {
        let entry = self.site(id.site())?;
        let target = entry.targets.iter().find(|target| target.id == *id)?;
        Some((entry, target))
    }

    /// All targets with their sites: in order of site, then of file.
    pub fn targets(&self) -> impl Iterator<Item = (&Entry, &Target)> {
        self.entries.iter().flat_map(|entry| entry.targets.iter().map(move |target| (entry, target)))
    }

    /// What is said about the way to a procedure in a department; `None` where nobody says anything.
    pub fn statement(&self, department: &DepartmentCode, procedure: &ProcedureId) -> Option<&Statement> {
        self.statements.get(department)?.iter().find(|statement| statement.procedure == *procedure)
    }

    /// The civil time of a department; that of Paris for one that is not known.
    pub fn zone(&self, code: &DepartmentCode) -> Tz {
        self.department(code).map_or(civil::PARIS, |department| department.timezone)
    }
}

//! The catalogue: which departments, procedures, sites and targets there are.
//!
//! Reads and checks the files of `data/` and is the only crate that knows their shapes. Every problem of every file is
//! found in one go, with its line and what to write instead. What never enters: the network, the clock, what a booking
//! page says.

mod address;
mod between_files;
mod cadence;
mod document;
mod known;
mod lists;
mod outlines;
mod problem;
mod section;
mod site_file;
mod target;
mod words;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use chrono_tz::Tz;
use guichet_model::{
    Department, DepartmentCode, Procedure, ProcedureId, Site, SiteId, Target, TargetId, civil,
};
use url::Url;

use crate::{known::Known, site_file::SiteFile};
pub use crate::{
    outlines::Outline,
    problem::{Problem, Problems},
};
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
        return Err(Problems(vec![whole(
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

    let known = Known {
        departments: departments.ids.as_ref(),
        procedures: procedures.ids.as_ref(),
        outlines: &outlines,
    };
    let (files, found) = site_files(&dir.join("sites"));
    problems.extend(found);
    let mut sites: Vec<(PathBuf, SiteFile)> = files
        .into_iter()
        .map(|file| {
            let read = site_file::read(&file, known, *options);
            (file, read)
        })
        .collect();
    for (_, site) in &mut sites {
        problems.append(&mut site.problems);
    }
    problems.extend(between_files::check(&sites));

    match metadata {
        Some(metadata) if problems.is_empty() => Ok(Catalog {
            metadata,
            departments: departments.values,
            procedures: procedures.values,
            entries: sites.into_iter().filter_map(|(_, site)| site.entry).collect(),
            outlines,
        }),
        _ => {
            problems.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
            Err(Problems(problems))
        }
    }
}

fn whole(file: &Path, message: &str, advice: &str) -> Problem {
    Problem { file: file.to_owned(), line: None, message: message.to_owned(), advice: advice.to_owned() }
}

/// The site files of a folder in order of name. What an editor leaves behind (`.name`, `name~`) is passed over.
fn site_files(dir: &Path) -> (Vec<PathBuf>, Vec<Problem>) {
    let entries = match fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(error) => {
            let message = match error.kind() {
                ErrorKind::NotFound => "this folder is missing".to_owned(),
                _ => format!("this folder cannot be read ({error})"),
            };
            return (Vec::new(), vec![whole(dir, &message, "make a folder of site files there")]);
        }
    };
    let mut files: Vec<PathBuf> = entries
        .into_iter()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && !name.ends_with('~')
        })
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let (files, strays): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.extension().is_some_and(|extension| extension == "toml"));
    let problems = strays
        .iter()
        .map(|file| whole(file, "this is not a site file", "name it <id>.toml, or move it elsewhere"))
        .collect();
    (files, problems)
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

    /// The civil time of a department; that of Paris for one that is not known.
    pub fn zone(&self, code: &DepartmentCode) -> Tz {
        self.department(code).map_or(civil::PARIS, |department| department.timezone)
    }
}

//! The folder `channels/`: by which way a procedure is reached, for all of France and in each department. What never
//! enters: sites.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use guichet_model::{DepartmentCode, ProcedureId, Statement};

use crate::{
    document::{Document, TOML_CAP},
    folder::{Kind, is_absent, toml_files, whole},
    known::Known,
    problem::Problem,
    section::{At, Section},
    statement::{self, National},
};

/// The procedures of which every department says by which way they are reached, if only that nobody has told.
pub const MAIN_PROCEDURES: [&str; 5] =
    ["premiere-demande", "renouvellement", "etudiant", "remise-titre", "naturalisation-decret"];

const NATIONAL: &str = "national.toml";

/// What the folder gave.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    /// The files of the departments, in order of name.
    pub(crate) departments: Vec<DepartmentFile>,
    /// What is wrong.
    pub(crate) problems: Vec<Problem>,
    national: Vec<Statement>,
}

/// What the file of a department gave.
#[derive(Debug)]
pub(crate) struct DepartmentFile {
    /// Where it is.
    pub(crate) file: PathBuf,
    /// The department; `None` where it has a problem.
    pub(crate) code: Option<DepartmentCode>,
    /// The statements without problems of their own, with the lines of their channels.
    pub(crate) statements: Vec<At<Statement>>,
}

impl Channels {
    /// The statements of each department, in the order of its file; then the national ones about procedures of which
    /// it says nothing itself.
    pub(crate) fn into_statements(self) -> BTreeMap<DepartmentCode, Vec<Statement>> {
        let Self { departments, national, .. } = self;
        departments
            .into_iter()
            .filter_map(|department| {
                let mut statements: Vec<Statement> =
                    department.statements.into_iter().map(|found| found.value).collect();
                let rest: Vec<Statement> = national
                    .iter()
                    .filter(|one| statements.iter().all(|own| own.procedure != one.procedure))
                    .cloned()
                    .collect();
                statements.extend(rest);
                Some((department.code?, statements))
            })
            .collect()
    }
}

/// Reads the folder; nothing where there is none.
pub(crate) fn read(dir: &Path, known: Known<'_>) -> Channels {
    if is_absent(dir) {
        return Channels::default();
    }
    let kind = Kind {
        file: "a file of channels",
        files: "files of channels",
        name: "<code>.toml after a department",
    };
    let (mut files, mut problems) = toml_files(dir, kind);
    let file = dir.join(NATIONAL);
    files.retain(|other| *other != file);
    let (national, found) = read_national(&file, known);
    problems.extend(found);

    let mut departments = Vec::new();
    for file in files {
        let (department, found) = read_department(&file, known, &national);
        problems.extend(found);
        departments.push(department);
    }
    problems.extend(missing_files(dir, &departments, known));
    Channels { departments, problems, national: national.statements }
}

/// One problem that names every department without a file.
fn missing_files(dir: &Path, files: &[DepartmentFile], known: Known<'_>) -> Option<Problem> {
    let there: BTreeSet<&str> =
        files.iter().filter_map(|department| department.file.file_stem()?.to_str()).collect();
    let missing: Vec<String> = known
        .departments
        .into_iter()
        .flatten()
        .filter(|code| !there.contains(code.as_str()))
        .map(|code| format!("`{code}`"))
        .collect();
    let message = format!("no file for {}", missing.join(", "));
    (!missing.is_empty()).then(|| whole(dir, message, "add <code>.toml for each"))
}

fn read_national(file: &Path, known: Known<'_>) -> (National, Vec<Problem>) {
    let document = Document::open(file, TOML_CAP);
    let mut statements = Vec::new();
    if let Some(table) = document.parse() {
        let mut whole = Section::whole(&document, &table);
        let (found, _) =
            read_tables(&document, &mut whole, |section| statement::read_national(section, known));
        statements.extend(found.into_iter().map(|found| found.value));
        whole.finish();
    }
    let is_whole = document.is_fine();
    (National { statements, is_whole }, document.into_problems())
}

fn read_department(file: &Path, known: Known<'_>, national: &National) -> (DepartmentFile, Vec<Problem>) {
    let document = Document::open(file, TOML_CAP);
    let mut code = None;
    let mut statements = Vec::new();
    if let Some(table) = document.parse() {
        let mut whole = Section::whole(&document, &table);
        code = read_code(&mut whole, known);
        let (found, named) =
            read_tables(&document, &mut whole, |section| statement::read(section, known, national));
        statements = found;
        whole.finish();
        let missing: Vec<String> = MAIN_PROCEDURES
            .iter()
            .filter(|main| !named.iter().any(|procedure| procedure.as_str() == **main))
            .map(|main| format!("`{main}`"))
            .collect();
        if !missing.is_empty() {
            document.note_whole(
                format!("{} missing", missing.join(", ")),
                "add a `[[channel]]` table for each; where no source tells, its channel is \"unknown\"",
            );
        }
    }
    (DepartmentFile { file: file.to_owned(), code, statements }, document.into_problems())
}

/// The department that a file is about, which is also its name.
fn read_code(section: &mut Section<'_>, known: Known<'_>) -> Option<DepartmentCode> {
    let document = section.document();
    let found = section.text("department", "the INSEE code, as in \"92\"")?;
    let At { value: code, line } = known.department(section, found)?;
    if document.file().file_stem().unwrap_or_default() != code.as_str() {
        document.note(
            line,
            format!("`{code}` is not the name of the file"),
            format!("rename the file to {code}.toml, or write the code that it is named after"),
        );
        return None;
    }
    Some(code)
}

/// Reads the `[[channel]]` tables, each about another procedure: the statements without problems, and every procedure
/// that is named.
fn read_tables(
    document: &Document,
    whole: &mut Section<'_>,
    mut read: impl FnMut(&mut Section<'_>) -> statement::Found,
) -> (Vec<At<Statement>>, BTreeSet<ProcedureId>) {
    let mut lines = BTreeMap::<ProcedureId, usize>::new();
    let mut statements = Vec::new();
    for mut section in whole.tables("channel") {
        let found = read(&mut section);
        section.finish();
        statements.extend(found.statement);
        let Some(At { value: procedure, line }) = found.procedure else {
            continue;
        };
        if let Some(first) = lines.get(&procedure) {
            document.note(
                line,
                format!("`{procedure}` is stated twice, first on line {first}"),
                "remove one of the two",
            );
        } else {
            lines.insert(procedure, line);
        }
    }
    (statements, lines.into_keys().collect())
}

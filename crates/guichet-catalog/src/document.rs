//! One file: read with a cap, parsed, its byte positions turned into lines, the problems found in it. What never
//! enters: what the keys mean.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use toml::{Spanned, de::DeTable};

use crate::problem::Problem;

/// The most bytes of a TOML file.
pub(crate) const TOML_CAP: u64 = 256 * 1024;

/// The most problems told of one file: a file with more is not one that somebody wrote by hand.
const MOST_PROBLEMS: usize = 100;

/// The most lines told of that are no TOML: what follows is mostly an echo of them.
const MOST_SYNTAX: usize = 5;

/// A file and what was found in it.
#[derive(Debug)]
pub(crate) struct Document {
    file: PathBuf,
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
}

impl Document {
    /// Reads a file of at most `cap` bytes of UTF-8 text; where that fails, a document without text and with the
    /// problem.
    pub(crate) fn open(file: &Path, cap: u64) -> Self {
        match read(file, cap) {
            Ok(text) => Self::of(file, text),
            Err((message, advice)) => {
                let document = Self::of(file, String::new());
                document.note_whole(message, advice);
                document
            }
        }
    }

    /// What `file` holds, or would hold.
    pub(crate) fn of(file: &Path, text: String) -> Self {
        let mut lines = vec![0];
        lines.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self { file: file.to_owned(), text, lines, problems: RefCell::default() }
    }

    /// Its path, as given.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Its text; empty if it could not be read.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The line, from 1, of a byte.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    /// Notes what is wrong on a line.
    pub(crate) fn note(&self, line: usize, message: impl Into<String>, advice: impl Into<String>) {
        self.push(Some(line), message.into(), advice.into());
    }

    /// Notes what is wrong with the whole file.
    pub(crate) fn note_whole(&self, message: impl Into<String>, advice: impl Into<String>) {
        self.push(None, message.into(), advice.into());
    }

    fn push(&self, line: Option<usize>, message: String, advice: String) {
        self.problems.borrow_mut().push(Problem { file: self.file.clone(), line, message, advice });
    }

    /// Whether nothing was found so far.
    pub(crate) fn is_fine(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// The table of the whole file; `None` where it could not be read or is no TOML, which is then noted.
    pub(crate) fn parse(&self) -> Option<Spanned<DeTable<'_>>> {
        if !self.is_fine() {
            return None;
        }
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        let mut wrong: Vec<(usize, &str)> = errors
            .iter()
            .map(|error| (self.line(error.span().map_or(0, |span| span.start)), error.message()))
            .collect();
        // Only the first on each line.
        wrong.dedup_by_key(|(line, _)| *line);
        for (line, message) in wrong.into_iter().take(MOST_SYNTAX) {
            self.note(
                line,
                format!("this is not TOML: {message}"),
                "mend this line; the rest of the file is checked after that",
            );
        }
        errors.is_empty().then_some(table)
    }

    /// What was found, in order of line.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        let rest = problems.len().saturating_sub(MOST_PROBLEMS);
        if rest > 0 {
            problems.truncate(MOST_PROBLEMS);
            problems.push(Problem {
                file: self.file,
                line: problems.last().and_then(|problem| problem.line),
                message: format!("{rest} more problems are not listed"),
                advice: "mend those above first".to_owned(),
            });
        }
        problems
    }
}

/// The text of a file, or what is wrong with it and what to do.
fn read(file: &Path, cap: u64) -> Result<String, (String, String)> {
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => {
            ("this file is missing".to_owned(), "add it, or point --data at the right folder".to_owned())
        }
        _ => (
            format!("this file cannot be read ({error})"),
            "let the user that runs this program read it".to_owned(),
        ),
    };
    // Opening a pipe would wait for a writer that may never come.
    if !fs::metadata(file).map_err(refused)?.is_file() {
        return Err(("this is not a file".to_owned(), "put a file in its place".to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|opened| opened.take(cap + 1).read_to_end(&mut bytes)).map_err(refused)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > cap) {
        return Err((
            format!("this file is larger than {} KiB", cap / 1024),
            "split it, or remove what does not belong here".to_owned(),
        ));
    }
    let binary =
        || ("this is not UTF-8 text".to_owned(), "save it as UTF-8, without binary content".to_owned());
    if bytes.contains(&0) {
        return Err(binary());
    }
    String::from_utf8(bytes).map_err(|_bytes| binary())
}

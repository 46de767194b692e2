//! Changes to a site file that a person can look at and apply: what is written stays as it is, comments and all, but
//! for what is changed. What never enters: what to change, and writing files.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use guichet_model::TargetId;
use similar::TextDiff;
use thiserror::Error;
use toml_edit::{Array, Datetime, DocumentMut, Item, Table, Value};
use url::Url;

use crate::{Options, Problem, document::Document, known::Known, site_file};

/// One change to a site file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A person, or a check of all pages, last looked on this day.
    Checked(NaiveDate),
    /// The page calls itself otherwise.
    Label {
        /// The target.
        target: TargetId,
        /// Its new label.
        label: String,
    },
    /// The page lists other desks.
    Desks {
        /// The target.
        target: TargetId,
        /// The desks to ask, at least one.
        desks: Vec<String>,
    },
    /// The page has moved.
    Url {
        /// The target.
        target: TargetId,
        /// Its new address.
        url: Url,
    },
    /// The page is gone for good.
    Retired {
        /// The target.
        target: TargetId,
    },
}

/// Why a site file cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// The text is no TOML; the parser's words.
    #[error("the site file is no TOML: {0}")]
    NotToml(String),
    /// The targets are not `[[target]]` tables.
    #[error("the targets are not written under `[[target]]` headers")]
    NotTables,
    /// The file has no such target.
    #[error("the site file has no target `{0}`")]
    NoTarget(TargetId),
    /// A day that TOML cannot write.
    #[error("`{0}` is not a day that TOML can write")]
    Day(NaiveDate),
    /// What would be written has a problem.
    #[error("the changed file would have a problem: {0}")]
    Unfit(Problem),
}

/// The text of a site file with `changes` made, in order; unchanged to the byte where there are none. It loads without
/// problems as far as one file can tell: procedures and departments are not looked up.
///
/// # Errors
/// When the text is no site file, has not the target that a change names, or would have a problem afterwards.
pub fn edited(text: &str, changes: &[Change]) -> Result<String, EditError> {
    if changes.is_empty() {
        return Ok(text.to_owned());
    }
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| EditError::NotToml(error.message().to_owned()))?;
    for change in changes {
        make(&mut document, change)?;
    }
    let file = PathBuf::from(format!("{}.toml", text_of(&document, "id").unwrap_or_default()));
    let mut written = document.to_string();
    if text.contains("\r\n") {
        written = written.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    let known = Known { departments: None, zones: &BTreeMap::new(), procedures: None, outlines: &[] };
    // Whether this machine may be asked is the caller's to know.
    let options = Options { allow_loopback: true };
    match site_file::read_document(Document::of(&file, written.clone()), known, options)
        .problems
        .into_iter()
        .next()
    {
        Some(problem) => Err(EditError::Unfit(problem)),
        None => Ok(written),
    }
}

/// The difference between two texts of `file`, as `patch -p0` and `git apply -p0` read it; empty where there is none.
pub fn patch(file: &Path, before: &str, after: &str) -> String {
    let mut name = file.display().to_string();
    if name.contains(char::is_whitespace) {
        // Otherwise what follows the blank is taken for a date.
        name.push('\t');
    }
    TextDiff::from_lines(before, after).unified_diff().header(&name, &name).to_string()
}

fn make(document: &mut DocumentMut, change: &Change) -> Result<(), EditError> {
    match change {
        Change::Checked(day) => {
            let moment: Datetime = day.to_string().parse().map_err(|_not_toml| EditError::Day(*day))?;
            put(document.as_table_mut(), "checked", moment.into(), &["source"]);
        }
        Change::Label { target, label } => {
            put(table_of(document, target)?, "label", label.into(), &["key", "procedure"]);
        }
        Change::Desks { target, desks } => {
            put(table_of(document, target)?, "desks", desks.iter().collect::<Array>().into(), &[]);
        }
        Change::Url { target, url } => {
            put(table_of(document, target)?, "url", url.as_str().into(), &["platform"]);
        }
        Change::Retired { target } => {
            put(table_of(document, target)?, "status", "retired".into(), &["url"]);
        }
    }
    Ok(())
}

fn text_of<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Item::as_str)
}

/// The table of a target.
fn table_of<'a>(document: &'a mut DocumentMut, target: &TargetId) -> Result<&'a mut Table, EditError> {
    let none = || EditError::NoTarget(target.clone());
    if text_of(document, "id") != Some(target.site().as_str()) {
        return Err(none());
    }
    let tables = document.get_mut("target").ok_or_else(none)?;
    tables
        .as_array_of_tables_mut()
        .ok_or(EditError::NotTables)?
        .iter_mut()
        .find(|table| {
            text_of(table, "procedure") == Some(target.procedure().as_str())
                && text_of(table, "key") == target.key()
        })
        .ok_or_else(none)
}

/// Writes a key: in its place where it is there, with the comment beside it; otherwise after the first of `after` that
/// is there, or last.
fn put(table: &mut Table, key: &str, mut value: Value, after: &[&str]) {
    if let Some(old) = table.get_mut(key) {
        if let Some(old) = old.as_value() {
            *value.decor_mut() = old.decor().clone();
        }
        *old = Item::Value(value);
        return;
    }
    let place = after.iter().find_map(|before| table.iter().position(|(name, _)| name == *before));
    let behind: Vec<String> = match place {
        Some(at) => table.iter().skip(at + 1).map(|(name, _)| name.to_owned()).collect(),
        None => Vec::new(),
    };
    table.insert(key, Item::Value(value));
    // A table keeps the order in which its keys came: those behind come again.
    for name in behind {
        if let Some((name, item)) = table.remove_entry(&name) {
            table.insert_formatted(&name, item);
        }
    }
}

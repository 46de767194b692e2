//! Which files a folder of the catalogue holds. What never enters: what is in them.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use crate::problem::Problem;

/// What is kept in a folder, for the words of its problems.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// What each file is, as in "a site file".
    pub(crate) file: &'static str,
    /// What the folder is to hold, as in "site files".
    pub(crate) files: &'static str,
    /// How a file is named, as in "<id>.toml".
    pub(crate) name: &'static str,
}

/// Whether nothing is there under this name; what cannot be looked at is there.
pub(crate) fn is_absent(path: &Path) -> bool {
    matches!(fs::exists(path), Ok(false))
}

/// A problem with a whole file or folder.
pub(crate) fn whole(
    file: impl Into<PathBuf>,
    message: impl Into<String>,
    advice: impl Into<String>,
) -> Problem {
    Problem { file: file.into(), line: None, message: message.into(), advice: advice.into() }
}

/// The TOML files of a folder in order of name. What an editor leaves behind (`.name`, `name~`) is passed over; any
/// other file is a problem.
pub(crate) fn toml_files(dir: &Path, kind: Kind) -> (Vec<PathBuf>, Vec<Problem>) {
    let entries = match fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(error) => {
            let message = match error.kind() {
                ErrorKind::NotFound => "this folder is missing".to_owned(),
                _ => format!("this folder cannot be read ({error})"),
            };
            return (Vec::new(), vec![whole(dir, message, format!("make a folder of {} there", kind.files))]);
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
        .into_iter()
        .map(|file| {
            let advice = format!("name it {}, or move it elsewhere", kind.name);
            whole(file, format!("this is not {}", kind.file), advice)
        })
        .collect();
    (files, problems)
}

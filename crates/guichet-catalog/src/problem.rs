//! What is wrong with the files, said so that a person can mend it. What never enters: how it was found out.

use std::{
    fmt::{self, Write as _},
    path::PathBuf,
};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; `None` where the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}; {}", self.message, self.advice)
    }
}

/// Everything that is wrong with the data, in order of file and line; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_char('\n')?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A text out of a file between backticks: one line, at most 60 characters, nothing that could steer a terminal.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The one of `allowed` that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    let word: String = word.chars().take(LONGEST).collect();
    allowed
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&word, name), name))
        .min()
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(1))
        .map(|(_, name)| name)
}

/// Advice for a word that is not in a list: the nearest one, or all of them.
pub(crate) fn advise_one_of(word: &str, allowed: &[&str]) -> String {
    match nearest(word, allowed.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("write one of: {}", allowed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_is_short_and_cannot_steer_a_terminal() {
        assert_eq!(quoted("a\u{1b}[2Jb\n"), "`a\u{fffd}[2Jb\u{fffd}`");
        assert_eq!(quoted(&"é".repeat(61)).chars().count(), 63);
    }

    #[test]
    fn a_slip_of_the_pen_finds_its_word_and_a_strange_word_finds_none() {
        let keys = ["url", "label", "platform", "cadence"];
        for (word, meant) in [
            ("urll", Some("url")),
            ("plaform", Some("platform")),
            ("candence", Some("cadence")),
            ("lable", Some("label")),
            ("colour", None),
            ("fuel", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, keys), meant, "{word}");
        }
    }
}

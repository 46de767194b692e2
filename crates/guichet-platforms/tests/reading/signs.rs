//! What a page must hold at the very least to be read as something, from the `signs.txt` of a platform's folder.
//!
//! Each line names an outcome, or `wall`, and words that must all stand somewhere in the page, in text, attributes or
//! scripts, seen or not; several lines for one outcome are alternatives. `never` lines are pieces that no question may
//! hold. The words are compared letter by letter in lower case, without accents' letters: weaker than what an adapter
//! looks for, and independent of it.

use guichet_model::{Outcome, Service};
use guichet_platforms::{Ask, Reading};

const KEYS: [&str; 5] = ["open", "full", "shut", "wall", "never"];

/// The lines of one file.
pub(crate) struct Signs(Vec<(String, String)>);

impl Signs {
    /// Reads the file of a platform.
    pub(crate) fn of(platform: &str, text: &str) -> Self {
        let lines = text.lines().zip(1..).map(|(line, at)| {
            let parts = line.split_once(": ").filter(|(key, words)| KEYS.contains(key) && !words.is_empty());
            parts.unwrap_or_else(|| {
                panic!(
                    "fixtures/{platform}/signs.txt:{at}: `{line}` is not understood; write `key: words`, with one of {}",
                    KEYS.join(", ")
                )
            })
        });
        Self(lines.map(|(key, words)| (key.to_owned(), words.to_owned())).collect())
    }

    /// Whether `body` holds the words for what was read in it; an unknown outcome needs none, a wall its own.
    pub(crate) fn allow(&self, reading: &Reading, body: &str) -> bool {
        let key = match (&reading.outcome, reading.service) {
            (Outcome::Unknown(_), Some(Service::Wall)) => "wall",
            (Outcome::Unknown(_), _) => return true,
            (known, _) => known.as_str(),
        };
        let (all, text) = (letters(body), letters(&without_tags(body)));
        let holds = |word: &str| all.contains(word) || text.contains(word);
        // An escaped letter of JSON is not worth decoding here.
        body.contains("\\u") || self.of_kind(key).any(|words| words.split(' ').all(holds))
    }

    /// The piece that `ask` must not hold, if it holds one.
    pub(crate) fn forbids(&self, ask: &Ask) -> Option<&str> {
        let carried = match ask {
            Ask::Get(url) => url.to_string(),
            Ask::PostForm(url, form) => format!("{url} {form:?}"),
            Ask::PostJson(url, text) | Ask::PostText(url, text) => format!("{url} {text}"),
        };
        self.of_kind("never").find(|piece| carried.contains(piece))
    }

    fn of_kind<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s str> {
        self.0.iter().filter(move |(of, _)| of == key).map(|(_, words)| words.as_str())
    }
}

/// The letters and digits of ASCII, in lower case, character references resolved or left out.
fn letters(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        kept.extend(plain(before));
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(after.len());
        let (reference, tail) = after.split_at(end);
        let number = |digits: &str| match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => digits.parse().ok(),
        };
        match reference.strip_prefix('#') {
            Some(digits) => kept.extend(number(digits).and_then(char::from_u32).into_iter().flat_map(fold)),
            None if tail.starts_with(';') => {}
            None => kept.extend(plain(reference)),
        }
        rest = tail;
    }
    kept.extend(plain(rest));
    kept
}

fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(fold)
}

fn fold(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().filter(char::is_ascii_alphanumeric)
}

/// The text without what stands between `<` and `>`.
fn without_tags(body: &str) -> String {
    let mut inside = false;
    body.chars()
        .filter(|c| {
            let was_inside = inside;
            inside = (inside && *c != '>') || *c == '<';
            !was_inside && !inside
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use guichet_platforms::Reading;

    use super::*;

    #[test]
    fn words_are_found_whatever_stands_between_their_letters() {
        let signs = Signs::of("essai", "full: plus aucun\nfull: complet\nnever: /5/");
        let full = Reading::plain(Outcome::Full);
        for (body, holds) in [
            ("Plus&nbsp;AUCUN", true),
            ("pl<b title='x'>us</b> au&#99;&#x75;n", true),
            ("plus", false),
            ("aucun complément, c'est com&shy;plet", true),
            ("complé", false),
            ("", false),
        ] {
            assert_eq!(signs.allow(&full, body), holds, "{body}");
        }
        assert!(signs.allow(&Reading::plain(Outcome::Unknown(guichet_model::Cause::Gone)), ""));
        assert!(
            !signs.allow(&Reading::plain(Outcome::Shut), "plus aucun")
                && !signs.allow(&Reading::wall(), "plus")
        );
    }
    #[test]
    #[should_panic(expected = "fixtures/essai/signs.txt:2: `full plus aucun` is not understood")]
    fn a_line_without_its_key_is_named_with_file_and_number() {
        Signs::of("essai", "open: reste\nfull plus aucun\n");
    }

    #[test]
    #[should_panic(expected = "fixtures/essai/signs.txt:1: `ful: complet` is not understood")]
    fn a_misspelt_key_is_named_with_file_and_number() {
        Signs::of("essai", "ful: complet");
    }
}

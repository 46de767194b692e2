//! Ids and words of controlled lists as files write them: exactly as they are kept. What never enters: whether the
//! thing named exists.

use std::{fmt, str::FromStr};

use guichet_model::{InvalidId, UnknownWord};

use crate::{
    problem::{advise_one_of, quoted},
    section::{At, Section},
};

/// An id written exactly as it is kept.
pub(crate) fn id<Id>(section: &Section<'_>, found: At<&str>) -> Option<At<Id>>
where
    Id: FromStr<Err = InvalidId> + fmt::Display,
{
    let At { value: text, line } = found;
    let (message, advice) = match text.parse::<Id>() {
        Ok(id) if id.to_string() == text => return Some(At { value: id, line }),
        Ok(id) => (format!("{} is not how it is written", quoted(text)), format!("write `{id}`")),
        Err(error) => reworded(&error),
    };
    section.document().note(line, message, advice);
    None
}

/// The model's error as a problem and its advice.
pub(crate) fn reworded(error: &InvalidId) -> (String, String) {
    let (what, text, advice) = match error {
        InvalidId::Department(text) => {
            ("a department code", text, "write it as in \"01\", \"2A\" or \"974\"")
        }
        InvalidId::Slug(text) => ("a valid name", text, "use lower-case letters, digits and single hyphens"),
        InvalidId::Site(text) => (
            "a site id",
            text,
            "begin it with its department, as in \"92-nanterre\"; use lower-case letters, digits and single hyphens",
        ),
        InvalidId::Target(text) => ("a target id", text, "write it as in \"92-nanterre/renouvellement\""),
    };
    (format!("{} is not {what}", quoted(text)), advice.to_owned())
}

/// A word of a controlled list.
pub(crate) fn word<Word>(section: &Section<'_>, key: &str, words: &[&str], found: At<&str>) -> Option<Word>
where
    Word: FromStr<Err = UnknownWord>,
{
    let word = found.value.parse::<Word>().ok();
    if word.is_none() {
        section.document().note(
            found.line,
            format!("{key} {} is not known", quoted(found.value)),
            advise_one_of(found.value, words),
        );
    }
    word
}

//! How the pages of a form are dressed and worded. What never enters: what they say.

use serde::{Deserialize, Serialize};

/// The look of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Skin {
    /// Until about 2023.
    #[default]
    Old,
    /// The State's design system.
    Dsfr,
}

/// Which apostrophe the pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Apostrophe {
    #[default]
    Straight,
    Typographic,
}

/// The language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Language {
    #[default]
    #[serde(rename = "fr")]
    French,
    /// Some phrases in English, as happens on real sites.
    #[serde(rename = "half-english")]
    HalfEnglish,
}

/// How the pages' text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Charset {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "iso-8859-1")]
    Latin1,
    #[serde(rename = "iso-8859-15")]
    Latin9,
}

/// Which of a platform's sentences say that no slot is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Wording {
    #[default]
    Usual,
    Other,
}

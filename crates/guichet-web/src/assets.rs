//! The files of `web/`, embedded into the program, and the style sheet's address. What never enters: data.

use axum::body::Bytes;
use guichet_model::Sha256Hex;
use rust_embed::Embed;
use sha2::{Digest as _, Sha256};

use crate::WebError;

#[derive(Embed)]
#[folder = "../../web"]
struct Files;

/// The text of an embedded file, by its path under `web/`.
pub(crate) fn text(name: &str) -> Result<String, WebError> {
    let wrong = |reason: &str| WebError::Asset { name: name.to_owned(), reason: reason.to_owned() };
    let file = Files::get(name).ok_or_else(|| wrong("not among the embedded files"))?;
    String::from_utf8(file.data.into_owned()).map_err(|_not_utf8| wrong("not UTF-8"))
}

/// The names of the embedded templates, without their folder.
pub(crate) fn templates() -> Vec<String> {
    Files::iter().filter_map(|name| name.strip_prefix("templates/").map(str::to_owned)).collect()
}

/// The style sheet, under an address that changes with its content.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    /// `/assets/style.<hash>.css`.
    pub(crate) path: String,
    pub(crate) bytes: Bytes,
}

impl Style {
    pub(crate) fn load() -> Result<Self, WebError> {
        let text = text("css/style.css")?;
        Ok(Self {
            path: format!("/assets/style.{}.css", fingerprint(text.as_bytes())),
            bytes: Bytes::from(text),
        })
    }
}

/// The first 32 hexadecimal digits of a SHA-256.
pub(crate) fn fingerprint(bytes: &[u8]) -> String {
    Sha256Hex(Sha256::digest(bytes).into()).to_string().chars().take(32).collect()
}

//! A page that a person saved in their own browser: from a file to text and an address. What never enters: requests,
//! what the page means.

use std::path::Path;

use anyhow::{anyhow, bail};
use guichet_fetch::registrable_host;
use guichet_model::Target;
use guichet_platforms::Platform;
use url::Url;

use crate::{kept::read_up_to, show};

/// The largest page, in bytes; of an answer from the network no more is read either.
const LARGEST: u64 = 2 * 1024 * 1024;
/// How far into a page a browser's note is looked for, in bytes.
const NOTE_WITHIN: usize = 4096;

/// A saved page.
#[derive(Debug)]
pub(crate) struct SavedPage {
    pub(crate) bytes: u64,
    pub(crate) body: String,
    /// Where it is taken to come from.
    pub(crate) url: Url,
    /// Whether that is a guess: neither the user nor the browser told it.
    pub(crate) guessed: bool,
}

/// Reads `file` as a page of `target`. Its address is `told`, else what the browser noted in it, else the platform's
/// guess.
pub(crate) fn read(
    file: &Path,
    told: Option<&Url>,
    platform: &dyn Platform,
    target: &Target,
) -> anyhow::Result<SavedPage> {
    let bytes = read_up_to(file, LARGEST)?;
    let body = text(file, &bytes)?;
    let noted = noted_address(&body);
    let guessed = told.is_none() && noted.is_none();
    let url = match (told, noted) {
        (Some(told), _) if !is_of(target, told) => {
            bail!("--page-url {told} is on another site than `{}` ({})", target.id, target.url)
        }
        (Some(told), _) => told.clone(),
        (None, Some(noted)) if !is_of(target, &noted) => {
            bail!(
                "{} says that it was saved from {}, another site than `{}` ({}); name the target that it belongs to, or say with --page-url where it comes from",
                file.display(),
                origin(&noted),
                target.id,
                target.url
            )
        }
        (None, Some(noted)) => noted,
        (None, None) => platform.saved_from(target),
    };
    Ok(SavedPage { bytes: bytes.len() as u64, body, url, guessed })
}

/// The text of a page, if it can be one.
pub(crate) fn text(file: &Path, bytes: &[u8]) -> anyhow::Result<String> {
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if bytes.contains(&0) && !wide {
        bail!(
            "{} is no page: it holds binary data; save the page as \"Web page, HTML only\"",
            file.display()
        );
    }
    let text = guichet_fetch::decode(None, bytes);
    if text.trim().is_empty() {
        bail!("{} is empty", file.display());
    }
    let head = text.get(..text.floor_char_boundary(NOTE_WITHIN)).unwrap_or_default();
    if !text.trim_start().starts_with('<') && head.contains("MIME-Version:") {
        bail!("{} is a web archive (.mhtml); save the page again as \"Web page, HTML only\"", file.display());
    }
    Ok(text)
}

/// The address that browsers note at the top: `<!-- saved from url=(0042)https://… -->`. One that is no web address
/// (`about:internet`, a file) tells nothing.
pub(crate) fn noted_address(body: &str) -> Option<Url> {
    let head = body.get(..body.floor_char_boundary(NOTE_WITHIN))?;
    let (_, note) = head.split_once("<!-- saved from url=(")?;
    let (length, rest) = note.split_once(')')?;
    let (address, _) = rest.split_once("-->")?;
    if !length.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Url::parse(address.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn is_of(target: &Target, url: &Url) -> bool {
    registrable_host(url) == registrable_host(&target.url)
}

/// Scheme and host: what comes after may be somebody's own.
fn origin(url: &Url) -> String {
    show::plain(&url.origin().ascii_serialization())
}

/// An address as typed.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    Url::parse(text)
        .map_err(|error| anyhow!("{error}"))
        .and_then(|url| {
            if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(anyhow!("no web address")) }
        })
        .map_err(|_why| {
            "write the whole address, as in https://www.example.gouv.fr/booking/create/12069".to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_a_browser_noted_is_found() {
        let url = "https://www.exemple.gouv.fr/booking/create/1/2";
        for (page, found) in [
            (format!("<!DOCTYPE html>\n<!-- saved from url=(0046){url} -->\n<html>"), Some(url)),
            (format!("<!-- saved from url=(0046){url}\n"), None),
            (format!("<!-- saved from url=({url}) --> -->"), None),
            ("<!-- saved from url=(0014)about:internet -->".to_owned(), None),
            ("<!-- saved from url=(0011)file:///a/b -->".to_owned(), None),
            (format!("{}<!-- saved from url=(0046){url} -->", " ".repeat(NOTE_WITHIN)), None),
            (String::new(), None),
        ] {
            assert_eq!(noted_address(&page).as_ref().map(Url::as_str), found, "{page}");
        }
    }

    #[test]
    fn what_is_no_page_is_refused_with_advice() {
        let file = Path::new("page.html");
        for (bytes, words) in [
            (&b"PK\x03\x04\0\0"[..], "binary"),
            (b"", "empty"),
            (b" \n", "empty"),
            (b"\xef\xbb\xbf", "empty"),
            (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n", "web archive"),
        ] {
            let error = text(file, bytes).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("page.html"), "{error}");
        }
        assert_eq!(text(file, b"\xff\xfe<\0p\0>\0").unwrap(), "<p>");
        assert_eq!(
            text(file, b"<meta charset=iso-8859-15>\xe9\xa4").unwrap(),
            "<meta charset=iso-8859-15>é€"
        );
    }
}

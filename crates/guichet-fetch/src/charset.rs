//! From bytes to text: what the header says, else what the page says, else what the bytes are. What never enters:
//! the meaning of the text.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far into a page its own declaration is looked for, in bytes.
const DECLARATION_WITHIN: usize = 1024;

/// The text of `body`: by a byte order mark, else the charset of `content_type`, else a `<meta>` in the first 1024
/// bytes, else UTF-8 if it is valid, else windows-1252. What cannot be decoded becomes U+FFFD.
pub fn decode(content_type: Option<&str>, body: &[u8]) -> String {
    let encoding = content_type
        .and_then(from_content_type)
        .or_else(|| from_meta(body))
        .unwrap_or_else(|| if std::str::from_utf8(body).is_ok() { UTF_8 } else { WINDOWS_1252 });
    encoding.decode(body).0.into_owned()
}

fn from_content_type(value: &str) -> Option<&'static Encoding> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, label) = parameter.split_once('=')?;
        let label = label.trim().trim_matches(['"', '\'']);
        key.trim().eq_ignore_ascii_case("charset").then(|| Encoding::for_label(label.as_bytes()))?
    })
}

fn from_meta(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..DECLARATION_WITHIN).unwrap_or(body);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut rest = head.as_str();
    while let Some((_, tag)) = rest.split_once('<') {
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let meta = tag
            .strip_prefix("meta")
            .filter(|inner| inner.starts_with(|c: char| c.is_ascii_whitespace() || c == '/'));
        if let Some(inner) = meta {
            let (attributes, after) = inner.split_once('>').unwrap_or((inner, ""));
            if let Some(encoding) = from_attributes(attributes) {
                return Some(encoding);
            }
            rest = after;
        } else {
            rest = tag;
        }
    }
    None
}

/// The charset in a `<meta>` tag's attributes, whether its own (`charset="…"`) or within `content="…; charset=…"`.
fn from_attributes(attributes: &str) -> Option<&'static Encoding> {
    let (_, value) = attributes.split_once("charset")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let label =
        value.split(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | ';' | '/' | '>')).next()?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    // A page whose declaration can be read byte by byte is not UTF-16, whatever it says.
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_comes_before_the_page_and_the_page_before_the_bytes() {
        let latin = b"complet : d\xe9j\xe0 20 \xa4";
        let latin_meta = b"<head><meta charset='iso-8859-15'>d\xe9j\xe0 20 \xa4";
        let utf8_meta = "<meta charset=\"utf-8\"/>d\u{e9}j\u{e0} 20 \u{20ac}".as_bytes();
        for (content_type, body, end) in [
            (Some("text/html; charset=ISO-8859-15"), &latin[..], "déjà 20 €"),
            (Some("text/html;charset=\"iso-8859-1\""), latin, "déjà 20 ¤"),
            (Some("text/html; Charset = 'windows-1252' ; x=y"), latin, "déjà 20 ¤"),
            (Some("text/html"), latin, "déjà 20 ¤"),
            (None, latin, "déjà 20 ¤"),
            (Some("text/html; charset=klingon"), latin, "déjà 20 ¤"),
            (None, latin_meta, "déjà 20 €"),
            (Some("text/html"), latin_meta, "déjà 20 €"),
            (Some("text/html; charset=iso-8859-1"), latin_meta, "déjà 20 ¤"),
            (None, utf8_meta, "déjà 20 €"),
            (None, "déjà 20 €".as_bytes(), "déjà 20 €"),
            (Some("text/html; charset=iso-8859-1"), "\u{feff}déjà 20 €".as_bytes(), "déjà 20 €"),
        ] {
            let text = decode(content_type, body);
            assert!(text.ends_with(end), "{content_type:?} gave {text:?}");
        }
    }

    #[test]
    fn a_declaration_is_found_in_every_usual_form_and_nowhere_else() {
        for (page, found) in [
            (
                r#"<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15" />"#,
                Some("ISO-8859-15"),
            ),
            (
                r"<META HTTP-EQUIV='content-type' CONTENT='text/html; charset=ISO-8859-15'>",
                Some("ISO-8859-15"),
            ),
            (r#"<html><meta name="a"><meta charset = iso-8859-15 >"#, Some("ISO-8859-15")),
            (r#"<!-- <meta charset="koi8-r"> --><meta charset="iso-8859-15">"#, Some("ISO-8859-15")),
            (r#"<meta charset="klingon"><meta charset="iso-8859-15">"#, Some("ISO-8859-15")),
            (r#"<meta charset="utf-16le">"#, Some("UTF-8")),
            (r#"<!-- <meta charset="koi8-r">"#, None),
            (r#"<metadata charset="koi8-r">"#, None),
            (r"<p>charset=koi8-r</p>", None),
            (r"<meta charset", None),
            ("", None),
        ] {
            assert_eq!(from_meta(page.as_bytes()).map(Encoding::name), found, "{page}");
        }
        let late = format!("{}<meta charset=koi8-r>", " ".repeat(DECLARATION_WITHIN));
        assert_eq!(from_meta(late.as_bytes()), None);
    }
}

//! Addresses as every platform handles them; paths are read as freely as any server might read them. What never enters:
//! what a path means.

use percent_encoding::percent_decode_str;
use url::Url;

/// The path of `url` with nothing escaped in it, however often it was.
pub(crate) fn plain(url: &Url) -> String {
    let mut path = url.path().to_owned();
    loop {
        let decoded = percent_decode_str(&path).decode_utf8_lossy().into_owned();
        if decoded == path {
            return path;
        }
        path = decoded;
    }
}

/// Whether a segment of the path of `url` is `name`, however it is written.
pub(crate) fn names(url: &Url, name: &str) -> bool {
    // A segment may carry parameters after a semicolon.
    let of_segment = |segment: &str| segment.split(';').next().unwrap_or_default().trim().to_owned();
    plain(url).split(['/', '\\']).any(|segment| of_segment(segment).eq_ignore_ascii_case(name))
}

/// Whether both addresses are on one host and port.
pub(crate) fn same_host(one: &Url, other: &Url) -> bool {
    one.host() == other.host() && one.port() == other.port()
}

/// What is asked for in the place of a target that [`Platform::check`](crate::Platform::check) refuses: nothing of its
/// path.
pub(crate) fn front_page(url: &Url) -> Url {
    let mut front = url.clone();
    front.set_path("/");
    front.set_query(None);
    front.set_fragment(None);
    front
}

/// Whether `text` is made of digits only, at least one.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_found_however_it_is_written() {
        for (url, found) in [
            ("https://a.fr/x/Book/1", true),
            ("https://a.fr/x%2Fbook/1", true),
            ("https://a.fr/x%252Fbook%253Ba=b/1", true),
            ("https://a.fr/x%5Cbook", true),
            ("https://a.fr/book;a=b", true),
            ("https://a.fr/rebook/1", false),
            ("https://a.fr/?book", false),
            ("https://a.fr/100%25", false),
        ] {
            assert_eq!(names(&url.parse().unwrap(), "book"), found, "{url}");
        }
    }
}

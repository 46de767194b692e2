//! Who asks, and within which limits: checked once, when the client is made. What never enters: requests.

use std::time::Duration;

use thiserror::Error;
use url::Url;

/// The word robots.txt files know us by.
pub(crate) const PRODUCT: &str = "GuichetOuvert";

/// The least time between two probes of a host, whatever the limits say.
pub const SHORTEST_PROBE_SPACING: Duration = Duration::from_mins(1);
const SHORTEST_REQUEST_SPACING: Duration = Duration::from_secs(2);
const ROBOTS_TTL: Duration = Duration::from_hours(24);

/// Why no client can be made.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The contact is not an e-mail address.
    #[error("the contact `{0}` is not an e-mail address; whoever we ask must be able to write to someone")]
    Contact(String),
    /// The page about the project is not a web address.
    #[error("the public page `{0}` is not a web address; write it as in \"https://example.org/robot\"")]
    Page(String),
    /// The version has other characters than letters, digits, `.`, `-` and `+`.
    #[error("the version `{0}` cannot stand in a User-Agent; use letters, digits, `.`, `-` and `+`")]
    Version(String),
    /// An accelerated clock together with a reach beyond this machine.
    #[error("an accelerated clock may reach nothing but this machine: spacings would shrink for others")]
    AcceleratedClock,
    /// The HTTP client could not be built; most often the machine has no certificate authorities installed.
    #[error("the HTTP client could not be built; are certificate authorities installed?")]
    Http(#[source] reqwest::Error),
}

/// Who asks: shown to every server in the User-Agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Our version, as in `0.1.0`.
    pub version: String,
    /// The public page that says what we do, an `http` or `https` address. Without one the User-Agent points to the
    /// contact, `mailto:…`: an address that reaches somebody is the honest pointer.
    pub page: Option<String>,
    /// An e-mail address that a person reads.
    pub contact: String,
}

impl Identity {
    /// The User-Agent: `GuichetOuvert/<version> (+<page>; <contact>)`.
    ///
    /// # Errors
    /// When a part is not what it should be, or could break out of its place in the header.
    pub fn user_agent(&self) -> Result<String, SetupError> {
        let Self { version, page, contact } = self;
        let version_fits = !version.is_empty()
            && version.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'));
        if !version_fits {
            return Err(SetupError::Version(version.escape_debug().to_string()));
        }
        if !is_email(contact) {
            return Err(SetupError::Contact(contact.escape_debug().to_string()));
        }
        let page = match page {
            Some(page) if is_web_address(page) => page.clone(),
            Some(page) => return Err(SetupError::Page(page.escape_debug().to_string())),
            None => format!("mailto:{contact}"),
        };
        Ok(format!("{PRODUCT}/{version} (+{page}; {contact})"))
    }
}

fn is_web_address(text: &str) -> bool {
    fits_in_comment(text) && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Visible ASCII that neither ends the comment of a User-Agent nor looks like its separator.
fn fits_in_comment(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'(' | b')' | b';' | b'\\'))
}

/// One `@`, something before it, a domain with an inner dot after it.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    fits_in_comment(text)
        && !text.contains(['<', '>', ',', '"'])
        && !local.is_empty()
        && !domain.contains('@')
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
}

/// How much, how long, how often. The client lengthens spacings that are under the minimum; it never shortens one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest one request may keep the network busy: its redirects and its body included, the spacing between
    /// them not. Real time, whatever the clock.
    pub total_timeout: Duration,
    /// The largest body read, in bytes after decompression.
    pub body_cap: usize,
    /// How many redirects one request may follow.
    pub max_redirects: usize,
    /// From the end of a probe to the next one on the same host; at least 60 s.
    pub probe_spacing: Duration,
    /// From the end of a request to the next one on the same host; at least 2 s.
    pub request_spacing: Duration,
    /// How long a robots.txt is believed; at least a day.
    pub robots_ttl: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total_timeout: Duration::from_secs(30),
            body_cap: 2 * 1024 * 1024,
            max_redirects: 5,
            probe_spacing: SHORTEST_PROBE_SPACING,
            request_spacing: SHORTEST_REQUEST_SPACING,
            robots_ttl: ROBOTS_TTL,
        }
    }
}

impl Limits {
    /// The same limits with nothing that would ask more often than the minimum allows.
    pub(crate) fn polite(self) -> Self {
        Self {
            probe_spacing: self.probe_spacing.max(SHORTEST_PROBE_SPACING),
            request_spacing: self.request_spacing.max(SHORTEST_REQUEST_SPACING),
            robots_ttl: self.robots_ttl.max(ROBOTS_TTL),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(version: &str, page: &str, contact: &str) -> Result<String, SetupError> {
        Identity { version: version.to_owned(), page: Some(page.to_owned()), contact: contact.to_owned() }
            .user_agent()
    }

    #[test]
    fn the_user_agent_names_the_version_the_page_and_a_person() {
        assert_eq!(
            identity("0.1.0", "https://example.org/robot", "robot@example.org").unwrap(),
            "GuichetOuvert/0.1.0 (+https://example.org/robot; robot@example.org)"
        );
        let without_page =
            Identity { version: "0.1.0".to_owned(), page: None, contact: "robot@example.org".to_owned() };
        assert_eq!(
            without_page.user_agent().unwrap(),
            "GuichetOuvert/0.1.0 (+mailto:robot@example.org; robot@example.org)"
        );
    }

    #[test]
    fn a_contact_must_look_like_an_address() {
        for contact in [
            "",
            "robot",
            "@example.org",
            "robot@",
            "robot@localhost",
            "robot@example.",
            "robot@.org",
            "a@b@example.org",
            "ro bot@example.org",
            "robot@example.org\r\nX-Evil: 1",
            "robot@example.org)",
            "r;obot@example.org",
            "Robot <robot@example.org>",
            "robót@example.org",
        ] {
            let refused = identity("0.1.0", "https://example.org", contact);
            assert!(matches!(refused, Err(SetupError::Contact(_))), "{contact:?} gave {refused:?}");
        }
    }

    #[test]
    fn a_page_must_be_a_web_address_and_a_version_a_word() {
        for page in
            ["", "example.org", "ftp://example.org", "https://example.org/\n", "https://example.org/(a)"]
        {
            let refused = identity("0.1.0", page, "robot@example.org");
            assert!(matches!(refused, Err(SetupError::Page(_))), "{page:?} gave {refused:?}");
        }
        for version in ["", "1 2", "1\n", "1/2", "(1)"] {
            let refused = identity(version, "https://example.org", "robot@example.org");
            assert!(matches!(refused, Err(SetupError::Version(_))), "{version:?} gave {refused:?}");
        }
    }

    #[test]
    fn spacings_can_only_be_lengthened() {
        let hasty = Limits {
            probe_spacing: Duration::ZERO,
            request_spacing: Duration::from_millis(1),
            robots_ttl: Duration::from_secs(5),
            ..Limits::default()
        };
        assert_eq!(hasty.polite(), Limits::default());
        let patient = Limits {
            probe_spacing: Duration::from_mins(2),
            request_spacing: Duration::from_secs(9),
            ..Limits::default()
        };
        assert_eq!(patient.polite(), patient);
    }
}

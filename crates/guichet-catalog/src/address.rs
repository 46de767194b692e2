//! Addresses: of booking pages, and with them what may be asked at all; of pages that a reader is sent to. What never
//! enters: whether anything answers there.

use guichet_platforms::Platform;
use url::{Host, Url};

use crate::{
    Options,
    document::Document,
    problem::quoted,
    section::{At, Section},
};

/// The longest address.
const LONGEST: usize = 500;

/// Whether an address leads to this machine: `localhost`, a name under it, or a loopback address.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Whether `host` is one of `domains` or a sub-domain of one.
fn is_under(host: &str, domains: &[&str]) -> bool {
    domains
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// An http or https address that a reader may be sent to and that must be there; `about` is what it leads to.
pub(crate) fn of_page(section: &mut Section<'_>, key: &'static str, about: &str) -> Option<Url> {
    let found = section.text(key, &format!("the address of {about}"))?;
    web(section, found, about)
}

/// An http or https address that a reader may be sent to and that may be there.
pub(crate) fn of_optional_page(section: &mut Section<'_>, key: &'static str, about: &str) -> Option<Url> {
    let found = section.optional_text(key, &format!("the address of {about}"))?;
    web(section, found, about)
}

fn web(section: &Section<'_>, found: At<&str>, about: &str) -> Option<Url> {
    let url =
        Url::parse(found.value).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        section.document().note(
            found.line,
            format!("{} is not a web address", quoted(found.value)),
            format!("write the whole address of {about}, beginning with https://"),
        );
    }
    url
}

/// Reads the address of a booking page; `None` where it may not be asked, which is then noted.
pub(crate) fn check(
    document: &Document,
    found: At<&str>,
    platform: &dyn Platform,
    options: Options,
) -> Option<Url> {
    let (message, advice) = match judge(found.value, platform, options) {
        Ok(url) => return Some(url),
        Err(wrong) => wrong,
    };
    document.note(found.line, message, advice);
    None
}

/// Whether `text` names the host of `url` as it stands there, but for capitals: a hyphen or a letter that only looks
/// like one leads elsewhere, and nobody sees it.
fn names(text: &str, url: &Url) -> bool {
    let written = text.to_ascii_lowercase();
    let after_scheme = written.strip_prefix(url.scheme()).and_then(|rest| rest.strip_prefix("://"));
    let after_host = after_scheme.zip(url.host_str()).and_then(|(rest, host)| rest.strip_prefix(host));
    after_host.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', ':']))
}

fn judge(text: &str, platform: &dyn Platform, options: Options) -> Result<Url, (String, String)> {
    let wrong = |message: String, advice: &str| Err((message, advice.to_owned()));
    if text.len() > LONGEST {
        return wrong(
            format!("the address is {} bytes long", text.len()),
            "write the plain address of the booking page",
        );
    }
    let Ok(url) = Url::parse(text) else {
        return wrong(
            format!("{} is not an address", quoted(text)),
            "write the whole address, beginning with https://",
        );
    };
    let Some(host) = url.host().filter(|_| matches!(url.scheme(), "http" | "https")) else {
        return wrong(
            format!("{} is not a web address", quoted(text)),
            "write an address that begins with https:// or http://",
        );
    };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong(
            "the address has a user name or a password in it".to_owned(),
            "write it without: only what everybody can see is read",
        );
    }
    if url.fragment().is_some() {
        return wrong("the address has a part after `#`, which is never sent".to_owned(), "write it without");
    }
    if !names(text, &url) {
        return Err((
            format!("the host of {} is read as `{host}`", quoted(text)),
            "write the host as it is, in plain letters, digits, hyphens and dots, after https://".to_owned(),
        ));
    }
    if is_loopback(&host) {
        if options.allow_loopback {
            return Ok(url);
        }
        return wrong(
            format!("`{host}` is this machine"),
            "write the address of a booking page; --allow-loopback is for development",
        );
    }
    let domains = platform.domains();
    if !matches!(host, Host::Domain(name) if is_under(name, domains)) {
        return Err((
            format!("`{host}` is no place for `{}`", platform.name()),
            format!("write an address under {}", domains.join(" or ")),
        ));
    }
    if url.port().is_some() {
        return wrong(
            "the address names a port".to_owned(),
            "write it without: booking pages are on the usual ones",
        );
    }
    Ok(url)
}

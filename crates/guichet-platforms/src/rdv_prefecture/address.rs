//! The addresses of one démarche: `/rdvpref/reservation/demarche/<id>/`, its page of conditions `cgu/` and its page of
//! slots `creneau/`. Only the first two can be asked for from here. What never enters: other hosts, other démarches.

use url::Url;

use crate::path::{self, is_number};

/// The first segment of every path of the application.
const APPLICATION: &str = "rdvpref";
/// What stands before the number of a démarche.
const DEMARCHE: &str = "/rdvpref/reservation/demarche/";
/// Words in the addresses of login pages outside the application.
const LOGINS: [&str; 7] = ["login", "connexion", "oauth", "openid", "saml", "/sso", "franceconnect"];

/// The pages of a démarche that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The start page.
    Landing,
    /// The conditions, with the CAPTCHA.
    Conditions,
    /// The slots, behind the CAPTCHA.
    Slots,
}

/// A démarche.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Its start page, with a slash at the end.
    landing: Url,
}

impl Address {
    /// The démarche whose start page a target's address is.
    pub(super) fn of(url: &Url) -> Option<Self> {
        let id = url.path().strip_prefix(DEMARCHE)?;
        let id = id.strip_suffix('/').unwrap_or(id);
        let mut landing = url.clone();
        landing.set_path(&format!("{DEMARCHE}{id}/"));
        landing.set_query(None);
        landing.set_fragment(None);
        (id.len() <= 12 && is_number(id)).then_some(Self { landing })
    }

    /// The start page.
    pub(super) fn landing(&self) -> Url {
        self.landing.clone()
    }

    /// The page of conditions.
    pub(super) fn conditions(&self) -> Url {
        self.page("cgu/")
    }

    /// The page of slots: where saved pages come from, never asked for.
    pub(super) fn slots(&self) -> Url {
        self.page("creneau/")
    }

    fn page(&self, name: &str) -> Url {
        let mut url = self.landing.clone();
        url.set_path(&format!("{}{name}", self.landing.path()));
        url
    }

    /// Which page of this démarche `url` is, written without any ambiguity: a server may read an escaped or a repeated
    /// piece of a path in its own way.
    pub(super) fn place_of(&self, url: &Url) -> Option<Place> {
        let own = url.scheme() == self.landing.scheme()
            && url.host() == self.landing.host()
            && url.port() == self.landing.port();
        let page = without_session(url.path()).strip_prefix(self.landing.path().trim_end_matches('/'))?;
        match page {
            _ if !own => None,
            "" | "/" => Some(Place::Landing),
            "/cgu" | "/cgu/" => Some(Place::Conditions),
            "/creneau" | "/creneau/" => Some(Place::Slots),
            _ => None,
        }
    }

    /// Whether a visitor who has solved nothing is shown this page.
    pub(super) fn is_public(&self, url: &Url) -> bool {
        matches!(self.place_of(url), Some(Place::Landing | Place::Conditions))
    }
}

/// A path without the session that Java servers write at its end for visitors without a cookie.
fn without_session(path: &str) -> &str {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"-_.~!".contains(&b);
    path.split_once(";jsessionid=").filter(|(_, id)| id.bytes().all(fine)).map_or(path, |(path, _)| path)
}

/// Whether the path of `url` leads into the application, however it is written.
pub(super) fn is_of_the_application(url: &Url) -> bool {
    path::names(url, APPLICATION)
}

/// Whether `url` is that of a login, as far as its words tell.
pub(super) fn leads_to_a_login(url: &Url) -> bool {
    let words = format!("{}{}", url.host_str().unwrap_or_default(), path::plain(url)).to_ascii_lowercase();
    LOGINS.iter().any(|login| words.contains(login))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<Address> {
        Address::of(&text.parse().unwrap())
    }

    #[test]
    fn a_demarche_has_three_pages() {
        for written in [
            "https://a.gouv.fr/rdvpref/reservation/demarche/3720/",
            "https://a.gouv.fr/rdvpref/reservation/demarche/3720",
            "https://a.gouv.fr/rdvpref/reservation/demarche/3720/?x=y#z",
        ] {
            let address = address(written).unwrap();
            assert_eq!(address.landing().as_str(), "https://a.gouv.fr/rdvpref/reservation/demarche/3720/");
            assert_eq!(
                address.conditions().as_str(),
                "https://a.gouv.fr/rdvpref/reservation/demarche/3720/cgu/"
            );
            assert_eq!(
                address.slots().as_str(),
                "https://a.gouv.fr/rdvpref/reservation/demarche/3720/creneau/"
            );
        }
    }

    #[test]
    fn only_the_start_page_of_a_demarche_names_it() {
        for other in [
            "https://a.gouv.fr/",
            "https://a.gouv.fr/rdvpref/",
            "https://a.gouv.fr/rdvpref/reservation/demarche/",
            "https://a.gouv.fr/rdvpref/reservation/demarche/abc/",
            "https://a.gouv.fr/rdvpref/reservation/demarche/3720/cgu/",
            "https://a.gouv.fr/rdvpref/reservation/demarche/3720//",
            "https://a.gouv.fr/rdvpref/reservation/demarche/1234567890123/",
            "https://a.gouv.fr/autre/rdvpref/reservation/demarche/3720/",
            "https://a.gouv.fr/rdvpref/reservation/demarche/37%320/",
        ] {
            assert_eq!(address(other), None, "{other}");
        }
    }

    #[test]
    fn a_page_is_told_only_where_it_is_written_plainly() {
        let own = address("https://a.gouv.fr/rdvpref/reservation/demarche/3720/").unwrap();
        for (url, place) in [
            ("https://a.gouv.fr/rdvpref/reservation/demarche/3720", Some(Place::Landing)),
            ("https://a.gouv.fr/rdvpref/reservation/demarche/3720/?x", Some(Place::Landing)),
            ("https://a.gouv.fr/rdvpref/reservation/demarche/3720/cgu", Some(Place::Conditions)),
            (
                "https://a.gouv.fr/rdvpref/reservation/demarche/3720/cgu/?error=invalidCaptcha",
                Some(Place::Conditions),
            ),
            (
                "https://a.gouv.fr/rdvpref/reservation/demarche/3720/cgu/;jsessionid=A1-b~C.d",
                Some(Place::Conditions),
            ),
            ("https://a.gouv.fr/rdvpref/reservation/demarche/3720/creneau/", Some(Place::Slots)),
            ("https://a.gouv.fr/rdvpref/reservation/demarche/37201/", None),
            ("https://a.gouv.fr/rdvpref/reservation/demarche/3721/", None),
            ("https://a.gouv.fr/rdvpref/reservation/demarche/3720/cgu/x", None),
            ("https://a.gouv.fr/rdvpref/reservation/demarche/3720/cgu/;jsessionid=A/../creneau/x", None),
            ("https://b.gouv.fr/rdvpref/reservation/demarche/3720/", None),
            ("https://a.gouv.fr:8443/rdvpref/reservation/demarche/3720/", None),
            ("http://a.gouv.fr/rdvpref/reservation/demarche/3720/", None),
        ] {
            assert_eq!(own.place_of(&url.parse().unwrap()), place, "{url}");
        }
    }
}

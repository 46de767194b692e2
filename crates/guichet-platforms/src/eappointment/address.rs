//! The addresses of one installation: `/eAppointment<name>/…`.
//!
//! Only its pages before the form of personal data can be reached from here, and one method of its service. What never
//! enters: other installations, `captcha`, `saveRdvId`, somebody's session.

use url::Url;

use crate::path;

/// What the first part of the path begins with, in lower case.
const SOFTWARE: &str = "eappointment";
/// The pages that a visitor passes before the form of personal data, besides the entrances under [`ENTRANCES`].
const PAGES: [&str; 3] = ["", "appointment.do", "element/jsp/appointment.jsp"];
/// Where the entrances lie, as the one that asks for a postcode.
const ENTRANCES: &str = "element/jsp/specific/";
/// Fields of the form of personal data, in lower case: no address that carries one is asked for or followed.
const FORBIDDEN: [&str; 3] = ["imgc", "saverdvid", "captcha"];

/// One installation, and where it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    start: Url,
    /// The first part of the path, as written.
    name: String,
}

impl Address {
    /// The installation that a target's address names.
    pub(super) fn of(url: &Url) -> Option<Self> {
        let (name, page) = parts(url)?;
        let start = matches!(page, "" | "appointment.do") && !url.path().contains(';');
        let mut entered = url.clone();
        entered.set_fragment(None);
        (start && !is_forbidden(url)).then(|| Self { start: entered, name: name.to_owned() })
    }

    /// The first page.
    pub(super) fn start(&self) -> Url {
        self.start.clone()
    }

    /// Whether the address tells which of several sites is meant: then motives can be asked for.
    pub(super) fn names_a_site(&self) -> bool {
        self.start.query_pairs().any(|(key, value)| key == "sitekey" && !value.is_empty())
    }

    /// The one method of the service that is ever asked.
    pub(super) fn question(&self) -> Url {
        let mut url = self.start.clone();
        url.set_path(&format!("/{}/dwr/call/plaincall/AjaxMotive.motiveMultiSiteSubmit.dwr", self.name));
        url.set_query(None);
        url
    }

    /// Whether `url` is a page of this installation before the form of personal data, written without any ambiguity.
    pub(super) fn shows(&self, url: &Url) -> bool {
        let same_host = path::same_host(url, &self.start);
        let entrance = |page: &str| {
            page.strip_prefix(ENTRANCES).is_some_and(|file| {
                file.strip_suffix(".jsp").is_some_and(|name| {
                    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                })
            })
        };
        same_host
            && !is_forbidden(url)
            && parts(url)
                .is_some_and(|(name, page)| name == self.name && (PAGES.contains(&page) || entrance(page)))
    }
}

/// The name of the installation and the page of it, without the session that some servers write into the path.
fn parts(url: &Url) -> Option<(&str, &str)> {
    let path = url.path().strip_prefix('/')?;
    let path = match path.split_once(';') {
        None => path,
        Some((page, session)) => {
            let id = session.strip_prefix("jsessionid=")?;
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'!');
            id.bytes().all(plain).then_some(page)?
        }
    };
    if path.contains('%') {
        return None;
    }
    let (name, page) = path.split_once('/').unwrap_or((path, ""));
    (name.to_ascii_lowercase().starts_with(SOFTWARE)).then_some((name, page))
}

fn is_forbidden(url: &Url) -> bool {
    url.query_pairs().any(|(key, _)| FORBIDDEN.contains(&key.trim().to_ascii_lowercase().as_str()))
}

/// What is wrong with a target's address, and what to write.
pub(super) fn problem(url: &Url) -> Option<&'static str> {
    if url.path().contains(';') {
        return Some("`url` holds somebody's session; leave out everything from the semicolon on");
    }
    if parts(url).is_some_and(|(_, page)| page.starts_with(ENTRANCES)) {
        return Some(
            "`url` is the page that asks for a postcode; write the address that it leads to, as in \
             \"https://rdv.example.gouv.fr/eAppointment/appointment.do?sitekey=P941&mobile=\"",
        );
    }
    if Address::of(url).is_none() {
        return Some(
            "`url` is not the first page of an eAppointment service; write it as in \
             \"https://rdv.example.gouv.fr/eAppointment/appointment.do\"",
        );
    }
    None
}

/// Whether the path of `url` leads into an installation of this software, however it is written.
pub(super) fn is_of_the_software(url: &Url) -> bool {
    path::plain(url).split(['/', '\\']).any(|name| name.trim().to_ascii_lowercase().starts_with(SOFTWARE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<Address> {
        Address::of(&text.parse().unwrap())
    }

    #[test]
    fn the_known_installations_have_an_address() {
        for (written, start, site) in [
            (
                "https://rdv-etrangers-94.interieur.gouv.fr/eAppointmentpref94/appointment.do?sitekey=P941&mobile=#x",
                "https://rdv-etrangers-94.interieur.gouv.fr/eAppointmentpref94/appointment.do?sitekey=P941&mobile=",
                true,
            ),
            (
                "https://rdv.rhone.gouv.fr/eAppointment_PREF69_NAT_DEMANDE/appointment.do?preselectservice=DEPOT",
                "https://rdv.rhone.gouv.fr/eAppointment_PREF69_NAT_DEMANDE/appointment.do?preselectservice=DEPOT",
                false,
            ),
            (
                "https://rdv.moselle.gouv.fr/eAppointment57/",
                "https://rdv.moselle.gouv.fr/eAppointment57/",
                false,
            ),
            (
                "https://a.gouv.fr/eAppointment/appointment.do?sitekey=",
                "https://a.gouv.fr/eAppointment/appointment.do?sitekey=",
                false,
            ),
        ] {
            let address = address(written).unwrap();
            assert_eq!((address.start().as_str(), address.names_a_site()), (start, site));
        }
        assert_eq!(
            address("https://a.gouv.fr:8443/eAppointmentx/appointment.do?sitekey=1")
                .unwrap()
                .question()
                .as_str(),
            "https://a.gouv.fr:8443/eAppointmentx/dwr/call/plaincall/AjaxMotive.motiveMultiSiteSubmit.dwr"
        );
    }

    #[test]
    fn nothing_else_has_one() {
        for other in [
            "https://a.gouv.fr/",
            "https://a.gouv.fr/rdv/appointment.do",
            "https://a.gouv.fr/eAppointment/captcha",
            "https://a.gouv.fr/eAppointment/step1ScenarioTwo.do",
            "https://a.gouv.fr/eAppointment/element/jsp/appointment.jsp",
            "https://a.gouv.fr/eAppointment/appointment.do;jsessionid=AB12",
            "https://a.gouv.fr/eAppointment/appointment.do?imgc=1",
            "https://a.gouv.fr/eAppointment/appointment.do?x=1&saveRdvId=1",
            "https://a.gouv.fr/eAppointment/appointment%2edo",
        ] {
            assert_eq!(address(other), None, "{other}");
        }
    }
}

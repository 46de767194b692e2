//! The addresses of one booking form: `…/booking/create/<id>/<step>`.
//!
//! Only steps 0 and 1 can be asked for from here, and no redirect is followed past step 4. What never enters: the addresses of slots, other hosts, other forms.

use url::Url;

use crate::path::{self, is_number};

/// The name of the module in a path.
const MODULE: &str = "booking";
/// The last step before the booking itself.
const LAST_STEP: u8 = 4;

/// A booking form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The form without a step.
    form: Url,
    id: String,
}

impl Address {
    /// The form that a target's address names; a step, a query and a fragment on it do not matter.
    pub(super) fn of(url: &Url) -> Option<Self> {
        let parts = Parts::of(url)?;
        let prefix = match parts.before.as_slice() {
            [] => "",
            ["index.php"] => "/index.php",
            _ => return None,
        };
        let mut form = url.clone();
        form.set_path(&format!("{prefix}/booking/create/{}", parts.id));
        form.set_query(None);
        form.set_fragment(None);
        Some(Self { id: parts.id.to_owned(), form })
    }

    /// Step 0: the conditions of use.
    pub(super) fn conditions(&self) -> Url {
        self.step("0")
    }

    /// Step 1: the list of desks.
    pub(super) fn desks(&self) -> Url {
        self.step("1")
    }

    fn step(&self, step: &str) -> Url {
        let mut url = self.form.clone();
        url.set_path(&format!("{}/{step}", self.form.path()));
        url
    }

    /// The step of this form that `url` shows; `None` for another host, form or kind of page.
    pub(super) fn step_of(&self, url: &Url) -> Option<u8> {
        match self.parts_of(url)?.after.as_slice() {
            [] => Some(0),
            [step, ..] if step.len() == 1 => step.parse().ok(),
            _ => None,
        }
    }

    /// The Unix time of the free slot of this form that `url` leads to.
    pub(super) fn slot_of(&self, url: &Url) -> Option<i64> {
        match self.parts_of(url)?.after.as_slice() {
            // Ten digits: from 2001 to 2286.
            ["5", time] if time.len() == 10 && is_number(time) => time.parse().ok(),
            _ => None,
        }
    }

    /// Whether `url` shows this form at a step before the booking itself, written without any ambiguity: a server may
    /// read an escaped or a repeated piece of the path in its own way.
    pub(super) fn is_before_booking(&self, url: &Url) -> bool {
        let plain =
            !url.path().contains(['%', ';']) && url.path().to_ascii_lowercase().matches(MODULE).count() == 1;
        plain && self.step_of(url).is_some_and(|step| step <= LAST_STEP)
    }

    fn parts_of<'u>(&self, url: &'u Url) -> Option<Parts<'u>> {
        Parts::of(url).filter(|parts| path::same_host(url, &self.form) && parts.id == self.id)
    }
}

/// The pieces of a path around `booking/create/<id>`.
struct Parts<'u> {
    before: Vec<&'u str>,
    id: &'u str,
    after: Vec<&'u str>,
}

impl<'u> Parts<'u> {
    fn of(url: &'u Url) -> Option<Self> {
        let mut path: Vec<&str> = url.path_segments()?.collect();
        if path.last().is_some_and(|last| last.is_empty()) {
            path.pop();
        }
        let at = path.windows(2).position(|pair| pair == ["booking", "create"])?;
        let after = path.split_off(at + 2);
        path.truncate(at);
        let (id, after) = after.split_first()?;
        (id.len() <= 12 && is_number(id)).then(|| Self { before: path, id, after: after.to_vec() })
    }
}

/// Whether the path of `url` leads into the booking module, however it is written.
pub(super) fn is_of_the_module(url: &Url) -> bool {
    path::names(url, MODULE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<Address> {
        Address::of(&text.parse().unwrap())
    }

    #[test]
    fn a_trailing_step_is_dropped() {
        for written in [
            "https://a.gouv.fr/booking/create/12",
            "https://a.gouv.fr/booking/create/12/",
            "https://a.gouv.fr/booking/create/12/0",
            "https://a.gouv.fr/booking/create/12/1?x=y#z",
            "https://a.gouv.fr/booking/create/12/5/1600000000",
        ] {
            let address = address(written).unwrap();
            assert_eq!(address.conditions().as_str(), "https://a.gouv.fr/booking/create/12/0");
            assert_eq!(address.desks().as_str(), "https://a.gouv.fr/booking/create/12/1");
        }
        assert_eq!(
            address("http://a.gouv.fr:8080/index.php/booking/create/12/3").unwrap().conditions().as_str(),
            "http://a.gouv.fr:8080/index.php/booking/create/12/0"
        );
    }

    #[test]
    fn only_booking_forms_have_an_address() {
        for other in [
            "https://a.gouv.fr/",
            "https://a.gouv.fr/booking/create",
            "https://a.gouv.fr/booking/create/",
            "https://a.gouv.fr/booking/create/abc/0",
            "https://a.gouv.fr/booking/confirm/12",
            "https://a.gouv.fr/autre/booking/create/12",
            "https://a.gouv.fr/booking/create/1234567890123",
        ] {
            assert_eq!(address(other), None, "{other}");
        }
    }

    #[test]
    fn only_the_own_form_on_the_own_host_has_steps_and_slots() {
        let own = address("https://a.gouv.fr/booking/create/12").unwrap();
        for (url, step, slot) in [
            ("https://a.gouv.fr/booking/create/12", Some(0), None),
            ("https://a.gouv.fr/booking/create/12/2", Some(2), None),
            ("https://a.gouv.fr/index.php/booking/create/12/4", Some(4), None),
            ("https://a.gouv.fr/booking/create/12/5/1600000000", Some(5), Some(1_600_000_000)),
            ("https://a.gouv.fr/booking/create/12/5/16", Some(5), None),
            ("https://a.gouv.fr/booking/create/12/22", None, None),
            ("https://a.gouv.fr/booking/create/13/5/1600000000", None, None),
            ("https://b.gouv.fr/booking/create/12/5/1600000000", None, None),
            ("https://a.gouv.fr:8443/booking/create/12/2", None, None),
            ("https://a.gouv.fr/", None, None),
        ] {
            let url: Url = url.parse().unwrap();
            assert_eq!((own.step_of(&url), own.slot_of(&url)), (step, slot), "{url}");
        }
    }
}

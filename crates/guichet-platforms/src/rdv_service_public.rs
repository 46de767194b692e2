//! RDV Service Public, the state's shared booking service: `…/prendre_rdv?…` and the short links that lead to it.
//!
//! A probe asks for the target's link, once. The page is either a list of places, each with its next availability, or
//! the week of one place with its slots, or the sentence that there is none: the list already tells whether and when,
//! so no card is followed. What never enters: `/users/` and every login, the way of social workers, a choice of slot,
//! an address or anything else about a person.
//!
//! `full` here may be a motif that is not open online at all: the service says the same sentence for both. Places are
//! no desks: one without slots is simply not listed, so a place would only ever be seen open.

mod address;
mod signs;
mod times;

use std::time::Duration;

use guichet_model::{Params, Target};
use url::Url;

use self::signs::Signs;
use crate::{Ask, Markers, Page, Platform, Reading, Step, Trail, Unrecognised, document, path};

/// The platform `rdv-service-public`.
#[derive(Debug)]
pub(crate) struct RdvServicePublic;

impl Platform for RdvServicePublic {
    fn name(&self) -> &'static str {
        "rdv-service-public"
    }

    fn revision(&self) -> u16 {
        2
    }

    fn floor_cadence(&self) -> Duration {
        Duration::from_mins(15)
    }

    fn domains(&self) -> &'static [&'static str] {
        &["gouv.fr"]
    }

    fn is_its_own(&self, url: &Url) -> bool {
        address::is_of_the_service(url)
    }

    fn check(&self, url: &Url, _params: &Params) -> Vec<String> {
        address::problems(url)
    }

    fn may_follow(&self, target: &Target, to: &Url) -> bool {
        address::may_follow(&target.url, to)
    }

    fn begin(&self, target: &Target) -> Ask {
        if !address::problems(&target.url).is_empty() {
            return Ask::Get(path::front_page(&target.url));
        }
        let mut url = target.url.clone();
        url.set_fragment(None);
        Ask::Get(url)
    }

    fn read(
        &self,
        target: &Target,
        page: &Page<'_>,
        _trail: &Trail<'_>,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised> {
        let about = address::is_about(&target.url, page.url);
        if !markers.look("an address that keeps what the link names", about) {
            return Err(Unrecognised::new("an answer from another page than the link names"));
        }
        let html =
            document::parse(page.body).ok_or_else(|| Unrecognised::new("markup too deep or too large"))?;
        let outcome = Signs::of(&html, page.url, markers).outcome(target)?;
        Ok(Step::Read(Reading::plain(outcome)))
    }
}

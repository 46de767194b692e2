//! ESII Orion: `https://esii-orion.com/orion-reservation/slots?account=…&config=…`, as in Ille-et-Vilaine.
//!
//! The page is an empty shell that a script fills from an address of its operator's own, which is not meant for others:
//! a target is asked nothing unless it says that the operator has agreed. Then a probe is one question, the page's
//! own, for the days with slots. A page that a person saved with its slots shown is read too. What never enters: any
//! other address of that service, the person's id that it has room for, a booking.

mod answer;
mod question;
mod rendered;

use std::time::Duration;

use guichet_model::{Offer, Outcome, Params, Target};
use url::Url;

use self::{answer::Answer, question::Question};
use crate::{
    Ask, Markers, Page, ParamKind, ParamSpec, Platform, Reading, Step, Trail, Unrecognised, document,
};

/// Why a target is not asked as long as nobody has agreed to it.
const NOT_AGREED: &str = "the page can only be read through an internal address of its operator; ask them, and write \
                          internal_endpoint = \"agreed\" in the target when they agree";
/// Why a target is not asked that the catalogue's check would refuse.
const INCOMPLETE: &str = "the target does not tell all that the internal address wants to know; run the check of the \
                          catalogue, which names what is missing";

/// The platform `orion`.
#[derive(Debug)]
pub(crate) struct Orion;

impl Platform for Orion {
    fn name(&self) -> &'static str {
        "orion"
    }

    fn revision(&self) -> u16 {
        2
    }

    /// What those who watched the page before took as the shortest that its operator would not call an attack.
    fn floor_cadence(&self) -> Duration {
        Duration::from_mins(30)
    }

    fn domains(&self) -> &'static [&'static str] {
        &["esii-orion.com"]
    }

    fn params(&self) -> &'static [ParamSpec] {
        const fn text(name: &'static str, about: &'static str) -> ParamSpec {
            ParamSpec { name, kind: ParamKind::Text, about }
        }
        const SPECS: &[ParamSpec] = &[
            text(
                "internal_endpoint",
                "\"agreed\" once the operator has agreed to be asked; absent: nothing is asked",
            ),
            text(
                "config_id",
                "the id of the configuration in the page's own question, 24 hexadecimal digits",
            ),
            text("purpose_id", "the id of the purpose in the page's own question, 24 hexadecimal digits"),
            text("business_id", "the short code of the purpose, as in \"SEJ04\""),
            text("purpose_name", "the name of the purpose, as the page writes it"),
            text("minutes", "how long an appointment takes, in minutes, as in \"20\""),
            ParamSpec {
                name: "places",
                kind: ParamKind::List,
                about: "the codes of the places, as in [\"REN1\"]; absent: the `code` of `url`",
            },
        ];
        SPECS
    }

    fn is_its_own(&self, url: &Url) -> bool {
        question::is_of_the_service(url)
    }

    fn check(&self, url: &Url, params: &Params) -> Vec<String> {
        question::problems(url, params)
    }

    fn may_follow(&self, _target: &Target, to: &Url) -> bool {
        !self.is_its_own(to) || question::is_the_page(to)
    }

    fn not_asked(&self, target: &Target) -> Option<&'static str> {
        if !question::is_agreed(&target.params) {
            return Some(NOT_AGREED);
        }
        Question::of(&target.url, &target.params).is_none().then_some(INCOMPLETE)
    }

    /// Where nothing may be asked ([`Platform::not_asked`]) this is the page that a person opens.
    fn begin(&self, target: &Target) -> Ask {
        let agreed = question::is_agreed(&target.params);
        let question = Question::of(&target.url, &target.params).filter(|_| agreed);
        question.map_or_else(|| Ask::Get(target.url.clone()), Question::ask)
    }

    fn read(
        &self,
        _target: &Target,
        page: &Page<'_>,
        trail: &Trail<'_>,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised> {
        let is_markup = page.body.trim_start_matches('\u{FEFF}').trim_start().starts_with('<');
        let asked = matches!(trail.asked.last(), Some(Ask::PostJson(..)));
        let outcome = if markers.look("a page of markup instead of data", is_markup) {
            let html = document::parse(page.body)
                .ok_or_else(|| Unrecognised::new("markup too deep or too large"))?;
            rendered::outcome(&html, markers)?
        } else if asked && question::is_endpoint(page.url) {
            answered(page.body, markers)?
        } else {
            return Err(Unrecognised::new("no page, and no answer to what was asked"));
        };
        Ok(Step::Read(Reading::plain(outcome)))
    }
}

/// What the data says.
///
/// The list `daySlots` is all that is known of it. That the list is there and empty is the service's own statement that
/// no day has a slot: it is what the page draws its empty calendar from. What an entry looks like is not known, so a
/// list with entries counts as open, without a number, only if each is an object as a day would be, and if not all of
/// them hold nothing but empty lists: such days would be days without slots.
fn answered(body: &str, markers: &mut Markers) -> Result<Outcome, Unrecognised> {
    let answer = Answer::of(body);
    let well_formed = markers.look("data that is one well-formed object", answer.is_some());
    let answer = answer.filter(|_| well_formed).ok_or_else(|| Unrecognised::new("no well-formed data"))?;
    let failed = markers.look("a report of an error in the data", answer.failed);
    let list = markers.look("the list of days, once", answer.lists == 1 && !answer.not_a_list);
    let empty = markers.look("an empty list of days", list && answer.entries == 0);
    let days = answer.entries > 0 && answer.days == answer.entries;
    let days = markers.look("days in the list, and nothing else", list && days);
    let filled = markers.look("days that do not hold empty lists only", days && answer.filled > 0);
    let wrong = match (failed, list, empty, days, filled) {
        (false, true, true, ..) => return Ok(Outcome::Full),
        (false, true, _, true, true) => return Ok(Outcome::Open(Offer::UNTOLD)),
        (true, ..) => "data that reports an error",
        (_, false, ..) => "data without one list of days",
        (_, _, _, true, false) => "days that hold empty lists only",
        _ => "a list with something in it that is no day",
    };
    Err(Unrecognised::new(wrong))
}

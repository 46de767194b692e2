//! ESII eAppointment: `…/eAppointment<name>/appointment.do`, as in the Val-de-Marne, the Rhône and the Moselle.
//!
//! A probe fetches the page of the motives. Where the target names motives (Val-de-Marne) it then asks once what the
//! page's own button asks, `AjaxMotive.motiveMultiSiteSubmit`, with those motives ticked, and reads the answer. The
//! flows of the other two are known in parts only: there the one page is read. What never enters: the step after a
//! found slot, the form of personal data with its captcha (`imgc`), `saveRdvId`, any other method of the service. The
//! Moselle's list of *closed* days is not asked for either: a day is open there by not being listed, which proves
//! nothing.

mod address;
mod days;
mod dwr;
mod signs;
mod words;

use std::time::Duration;

use guichet_model::{Offer, Outcome, ParamValue, Params, Target};
use url::Url;

use self::{address::Address, dwr::Answer, signs::Signs};
use crate::{
    Ask, Markers, Page, ParamKind, ParamSpec, Platform, Reading, Step, Trail, Unrecognised, document, path,
};

/// The most motives ticked together.
const MOST_MOTIVES: usize = 8;

/// The platform `eappointment`.
#[derive(Debug)]
pub(crate) struct EAppointment;

impl Platform for EAppointment {
    fn name(&self) -> &'static str {
        "eappointment"
    }

    fn revision(&self) -> u16 {
        2
    }

    /// A probe is two requests, of which the second makes the service search its calendar: no visitor presses that
    /// button more often than every quarter of an hour. The scripts that did were met with a shield.
    fn floor_cadence(&self) -> Duration {
        Duration::from_mins(15)
    }

    fn domains(&self) -> &'static [&'static str] {
        &["gouv.fr"]
    }

    fn params(&self) -> &'static [ParamSpec] {
        &[ParamSpec {
            name: "motives",
            kind: ParamKind::List,
            about: "the numbers of the motives to tick, all together, as in [\"20\"]; only where `url` names a sitekey",
        }]
    }

    fn is_its_own(&self, url: &Url) -> bool {
        address::is_of_the_software(url)
    }

    fn check(&self, url: &Url, params: &Params) -> Vec<String> {
        let mut problems: Vec<String> = address::problem(url).into_iter().map(str::to_owned).collect();
        let address = Address::of(url);
        let site = address.as_ref().is_some_and(Address::names_a_site);
        match params.get("motives") {
            Some(ParamValue::List(motives)) if motives.is_empty() => {
                problems.push("`motives` is empty; name the motives to tick, as in [\"20\"]".to_owned());
            }
            Some(ParamValue::List(motives)) => {
                if address.is_some() && !site {
                    problems.push(
                        "`motives` can be asked only where `url` names a sitekey; leave the key out".to_owned(),
                    );
                }
                problems.extend(motive_problems(motives));
            }
            _ if site => problems.push(
                "`url` names a sitekey, and without `motives` nothing can be asked there; add the numbers of \
                 the page's check boxes, as in motives = [\"20\"]"
                    .to_owned(),
            ),
            _ => {}
        }
        problems
    }

    fn may_follow(&self, target: &Target, to: &Url) -> bool {
        !self.is_its_own(to) || Address::of(&target.url).is_some_and(|address| address.shows(to))
    }

    fn begin(&self, target: &Target) -> Ask {
        let address = Address::of(&target.url);
        Ask::Get(address.map_or_else(|| path::front_page(&target.url), |address| address.start()))
    }

    fn read(
        &self,
        target: &Target,
        page: &Page<'_>,
        trail: &Trail<'_>,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised> {
        let address = Address::of(&target.url)
            .ok_or_else(|| Unrecognised::new("a target that is no page of this service"))?;
        let asked_service = matches!(trail.asked.last(), Some(Ask::PostText(..)));
        if asked_service && address.question() == *page.url && !page.body.trim_start().starts_with('<') {
            let outcome = answered(page.body, markers)?;
            return Ok(Step::Read(Reading::plain(outcome)));
        }
        let own = address.shows(page.url) || (asked_service && address.question() == *page.url);
        if !markers.look("an address of this service before its form of personal data", own) {
            return Err(Unrecognised::new("an answer from outside the service"));
        }
        let html =
            document::parse(page.body).ok_or_else(|| Unrecognised::new("markup too deep or too large"))?;
        let signs = Signs::of(&html);
        signs.tell(markers);
        if asked_service {
            let what = if signs.is_error() { "the service's error page" } else { "a page" };
            return Err(Unrecognised::new(format!("{what} where an answer about slots was expected")));
        }
        let wanted = target.list("motives");
        if signs.can_choose() && address.names_a_site() && !wanted.is_empty() {
            let listed = wanted.iter().all(|motive| is_motive(motive) && signs.motives.contains(motive));
            if !markers.look("every motive of `motives` in the list", listed) {
                return Err(Unrecognised::new("a list of motives without all of those in `motives`"));
            }
            let next = Ask::PostText(address.question(), dwr::question(page.url, wanted));
            return Ok(Step::Ask { noted: None, listed: Vec::new(), next });
        }
        Ok(Step::Read(Reading::plain(signs.outcome(target)?)))
    }
}

/// What the service answered about the motives.
///
/// The page itself goes on to the dates when `foundAvailabilities` is true, and else shows `msg` and stays where it
/// is, whatever the message: of a session that ended too, or of a motive that is not served. So false alone tells that
/// the visitor is held up, not that nothing is left: it counts as full only together with the message that says so.
fn answered(body: &str, markers: &mut Markers) -> Result<Outcome, Unrecognised> {
    // Only answers as DWR 2 writes them are understood; those of DWR 3 have another shape, and are not recognised.
    let answer = Answer::of(body);
    let failed = markers.look("an exception instead of an answer", answer.is_exception());
    let said = answer.said();
    let ours = markers.look("an answer to the very question that was asked", said.is_some());
    let found = said.as_ref().and_then(|said| said.found);
    let yes = markers.look("the statement that availabilities were found", found == Some(true));
    let no = markers.look("the statement that no availabilities were found", found == Some(false));
    let message = said.and_then(|said| said.message);
    let none = markers.look(
        "the message that no appointment is possible",
        message.is_some_and(|message| words::says_none(&message)),
    );
    let wrong = match (failed, ours, yes, no, none) {
        (false, true, true, false, false) => return Ok(Outcome::Open(Offer::UNTOLD)),
        (false, true, false, true, true) => return Ok(Outcome::Full),
        (true, ..) => "an exception of the service instead of an answer",
        (_, false, ..) => "an answer of another shape",
        (_, _, true, _, _) => "availabilities found, and the message that there are none",
        (_, _, _, true, _) => "no availabilities found, without the message that there are none",
        _ => "an answer that does not tell whether availabilities were found",
    };
    Err(Unrecognised::new(wrong))
}

fn motive_problems(motives: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    if motives.len() > MOST_MOTIVES {
        problems.push(format!(
            "`motives` names more than {MOST_MOTIVES}; a visitor ticks one or two, write those"
        ));
    }
    if (1..motives.len()).any(|i| motives[..i].contains(&motives[i])) {
        problems.push("`motives` names a motive twice; name each once".to_owned());
    }
    for motive in motives.iter().filter(|motive| !is_motive(motive)) {
        let shown: String = motive.chars().take(40).collect();
        problems.push(format!(
            "`motives`: `{shown}` is not a motive's number; write the value of the page's check box, as in \"20\""
        ));
    }
    problems
}

/// Whether `text` is the number of a motive.
fn is_motive(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

//! RDV-Préfecture, the national system: `…/rdvpref/reservation/demarche/<id>/`.
//!
//! Its slots stand behind the State's CAPTCHA. A probe asks for the start page of a démarche and for its page of
//! conditions `cgu/`, where that CAPTCHA stands, and learns no more than that it does. The page of slots `creneau/` is
//! read only when a person who has solved the CAPTCHA saved it. What never enters: sending a form, answering the CAPTCHA,
//! asking for the slots, personal data, a login.
//!
//! On a page of slots, a first free day in its state or a slot to choose is `open`, whatever else stands there; without
//! them the sentence "… à partir de cette date" or the heading is `full`. The button to the next free day beside either of
//! these is a contradiction, since it shows only where there is such a day, and proves `open` only with the sentence
//! about the week: such a page is not recognised. Nor is a page of conditions without a CAPTCHA that we know; but where
//! its own form or button is seen that sends the answer on, the service is told to be reachable.

mod address;
mod calendar;
mod dates;
mod state;
mod wall;

use std::time::Duration;

use chrono::{NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use guichet_model::{Instant, Offer, Outcome, Params, Service, SlotCount, Target, civil};
use scraper::Html;
use url::Url;

use self::{
    address::{Address, Place},
    calendar::{Calendar, Earliest},
    state::State,
};
use crate::{Ask, Markers, Page, Platform, Reading, Step, Trail, Unrecognised, document, text};

/// The platform `rdv-prefecture`.
#[derive(Debug)]
pub(crate) struct RdvPrefecture;

impl Platform for RdvPrefecture {
    fn name(&self) -> &'static str {
        "rdv-prefecture"
    }

    fn revision(&self) -> u16 {
        2
    }

    /// One host serves every department, and all that a probe can see there is a wall that stands for weeks: asking more
    /// often would only be a burden.
    fn floor_cadence(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn domains(&self) -> &'static [&'static str] {
        &["interieur.gouv.fr"]
    }

    fn is_its_own(&self, url: &Url) -> bool {
        address::is_of_the_application(url)
    }

    fn check(&self, url: &Url, _params: &Params) -> Vec<String> {
        let right = Address::of(url).is_some() && url.query().is_none() && url.fragment().is_none();
        let problem = "`url` is not the start page of a démarche; write it as in \
                       \"https://www.rdv-prefecture.interieur.gouv.fr/rdvpref/reservation/demarche/1234/\", with nothing \
                       after the number";
        if right { Vec::new() } else { vec![problem.to_owned()] }
    }

    fn may_follow(&self, target: &Target, to: &Url) -> bool {
        if self.is_its_own(to) {
            Address::of(&target.url).is_some_and(|address| address.is_public(to))
        } else {
            !address::leads_to_a_login(to)
        }
    }

    fn is_walled(&self) -> bool {
        true
    }

    fn saved_from(&self, target: &Target) -> Url {
        Address::of(&target.url).map_or_else(|| target.url.clone(), |address| address.slots())
    }

    fn begin(&self, target: &Target) -> Ask {
        // A target that `check` refuses is asked for nothing of its path.
        let front = || target.url.join("/").unwrap_or_else(|_| target.url.clone());
        Ask::Get(Address::of(&target.url).map_or_else(front, |address| address.landing()))
    }

    fn read(
        &self,
        target: &Target,
        page: &Page<'_>,
        trail: &Trail<'_>,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised> {
        let address =
            Address::of(&target.url).ok_or_else(|| Unrecognised::new("a target that is no démarche"))?;
        let place = address.place_of(page.url);
        markers.look("an address of this démarche", place.is_some());
        let place = place.ok_or_else(|| Unrecognised::new("an answer from outside the démarche"))?;
        let html =
            document::parse(page.body).ok_or_else(|| Unrecognised::new("markup too deep or too large"))?;
        match place {
            Place::Landing => lead_on(&html, &address, page.url, trail, markers),
            Place::Conditions if wall::stands_on_the_conditions(&html, markers) => {
                Ok(Step::Read(Reading::wall()))
            }
            Place::Conditions => {
                let sends = markers.look("the conditions' own form or button", wall::sends_on(&html));
                let unknown = Unrecognised::new("the page of conditions without a CAPTCHA that we know");
                Err(unknown.but_seen(sends.then_some(Service::Reachable)))
            }
            Place::Slots => {
                // A probe is never led here; should it be, it still has nothing to say about slots.
                let public = |ask: &Ask| address.is_public(ask.url());
                if trail.asked.last().is_some_and(public) {
                    return Err(Unrecognised::new("the page of slots, which a probe does not ask for"));
                }
                let reading = slots(&html, page.url, target.timezone, markers)?;
                Ok(Step::Read(reading))
            }
        }
    }
}

/// From the start page to the page of conditions, if it leads there.
fn lead_on(
    html: &Html,
    address: &Address,
    url: &Url,
    trail: &Trail<'_>,
    markers: &mut Markers,
) -> Result<Step, Unrecognised> {
    let is_conditions = |url: &Url| address.place_of(url) == Some(Place::Conditions);
    let back = trail.asked.iter().any(|ask| is_conditions(ask.url()));
    if markers.look("back at the start page from the page of conditions", back) {
        return Err(Unrecognised::new("the page of conditions leads back to the start page"));
    }
    let links = |href: &str| url.join(href).is_ok_and(|to| is_conditions(&to));
    let link = document::visible_elements(html).any(|element| element.attr("href").is_some_and(links));
    let link = markers.look("a link to the page of conditions", link);
    // A page as it comes may leave the link to a script; where that leads is known.
    let leads_on = link
        || (wall::is_of_the_platform(html, markers) && markers.look("a button to book", has_button(html)));
    if !leads_on {
        return Err(Unrecognised::new("a start page that does not lead to the page of conditions"));
    }
    Ok(Step::Ask { noted: None, listed: Vec::new(), next: Ask::Get(address.conditions()) })
}

/// Whether something on the start page is called "Prendre un rendez-vous".
fn has_button(html: &Html) -> bool {
    let named = |words: &str| text::comparable(words) == "prendre un rendez-vous";
    document::visible_elements(html).any(|element| element.attr("label").is_some_and(named))
        || text::passages_without(html, &calendar::is_hidden_by_class).iter().any(|passage| named(passage))
}

/// What a page of slots that a person saved says.
///
/// A first free day in the page's state or a slot to choose is `open`; so is "none this week" with the button to the
/// next free day, though it holds the words of `full`. Then the sentence or the heading that says none is `full`, unless
/// that button stands beside it.
fn slots(html: &Html, url: &Url, zone: Tz, markers: &mut Markers) -> Result<Reading, Unrecognised> {
    let wall = wall::stands(html, markers);
    let ended = url.as_str().to_ascii_lowercase().contains("errorsessioninvalide");
    if markers.look("an address that says that the session has ended", ended) {
        let ended = || Unrecognised::new("a session that has ended");
        return wall.then(Reading::wall).ok_or_else(ended);
    }
    let (calendar, state) = (Calendar::of(html), State::of(html));
    let told = markers.look("a first free day in the page's own state", state.tells_first_free);
    let shown = markers.look("slots to choose", calendar.slots > 0);
    let week = calendar.says("aucun créneau disponible sur cette semaine");
    let week = markers.look("the sentence that there is no slot this week", week);
    let next = calendar
        .after("prochaine disponibilité le ")
        .filter(|day| day.contains(|c: char| c.is_ascii_digit()));
    let later = markers.look("the button to the next free day", next.is_some());
    let none = calendar.says("aucun créneau disponible à partir de cette date");
    let none = markers.look("the sentence that there is no slot from this date on", none);
    let heading = markers.look("the heading that there is no slot", calendar.none_heading);

    let open = told || shown || (week && later);
    if wall && (open || none || heading) {
        return Err(Unrecognised::new("a CAPTCHA beside what stands behind it"));
    }
    if wall {
        return Ok(Reading::wall());
    }
    let outcome = if open {
        Outcome::Open(offer(&calendar, &state, next.filter(|_| week), zone))
    } else if (none || heading) && later {
        return Err(Unrecognised::new(
            "the words that there is no slot, and the button to the next free day",
        ));
    } else if none || heading {
        Outcome::Full
    } else {
        return Err(Unrecognised::new("neither a free slot nor the words that there is none"));
    };
    let text = calendar.passages.join(" ");
    let release = |lead| dates::publication(&text, lead, zone);
    Ok(Reading {
        next_publication: release("prochaine mise en ligne de nouveaux rendez-vous"),
        last_publication: release("dernière mise en ligne de rendez-vous"),
        ..Reading::plain(outcome)
    })
}

/// What an open page offers; `next` is the date on the button to the next free day.
fn offer(calendar: &Calendar, state: &State, next: Option<&str>, zone: Tz) -> Offer {
    let span = state.span();
    let count = u32::try_from(calendar.slots).unwrap_or(u32::MAX);
    let shown = calendar.earliest(span).filter(|_| count > 0);
    let told = state.first_free.or_else(|| next.and_then(dates::day));
    // The state is that of the week the page came with: a slot chosen from may be of a later one.
    let earliest = match (shown, told) {
        (Some(shown), Some(told)) if told < shown.day => Some(Earliest { day: told, time: None }),
        (Some(shown), _) => Some(shown),
        (None, told) => told.map(|day| Earliest { day, time: None }),
    };
    // A first free day that is told in an unknown way may be any.
    let earliest = earliest.filter(|_| !state.tells_first_free || state.first_free.is_some());
    Offer {
        slots: if count == 0 { SlotCount::NotTold } else { SlotCount::AtLeast(count) },
        earliest: earliest.and_then(|earliest| instant_of(earliest, zone)),
        horizon: calendar.last_day(span).filter(|_| count > 0),
    }
}

/// The instant of a slot; where only its day is known, that of the day's first moment.
fn instant_of(earliest: Earliest, zone: Tz) -> Option<Instant> {
    let time = earliest.time.unwrap_or(NaiveTime::MIN);
    civil::instant_of(NaiveDateTime::new(earliest.day, time), zone)
}

//! RDV Service Public: places with their next date, the times of a week, or the sentence that there are none. What
//! never enters: the login behind a slot.

use chrono::{Days, Duration, NaiveDate, NaiveDateTime};
use guichet_model::{Instant, civil};
use minijinja::{Error, Value, context};
use serde_json::json;

use super::walk::{Own, Walk};
use crate::{
    address::Address,
    answer::Answer,
    calendar::in_words,
    pages::{Look, link},
    request::{Asked, Request},
    script::{Desk, Form, Wording},
    site::Site,
    state::State,
};

/// What the pages for reading are asked with.
const PARAMS: [&str; 8] = [
    "departement",
    "motif_name_with_location_type",
    "public_link_organisation_id",
    "organisation_id",
    "service_id",
    "motif_id",
    "lieu_id",
    "date",
];
/// Where a chosen slot leads.
const WIZARD: &str = "/users/rdv_wizard_step/new";
/// How many days may be booked after the first that may have slots.
const WINDOW: u32 = 11;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Search,
    /// The short form of a search.
    Short,
    Organisation(u32),
    /// Accounts, and the steps behind a slot.
    Users,
    /// For professionals; robots.txt disallows it.
    Prescriber,
    Nowhere,
}

impl Place {
    fn of(request: &Request<'_>) -> Self {
        match request.parts().as_slice() {
            ["prendre_rdv"] => Self::Search,
            ["prdv"] => Self::Short,
            ["org", id] | ["org", id, _] => id.parse().map_or(Self::Nowhere, Self::Organisation),
            ["users", ..] => Self::Users,
            ["prendre_rdv_prescripteur" | "prescripteur", ..] => Self::Prescriber,
            _ => Self::Nowhere,
        }
    }
}

pub(super) fn violation(request: &Request<'_>) -> Option<String> {
    match Place::of(request) {
        Place::Users => {
            return Some("asked for a page behind the choice of a slot, or for a login".to_owned());
        }
        Place::Prescriber => return Some("asked for a page that robots.txt disallows".to_owned()),
        Place::Search | Place::Short | Place::Organisation(_) | Place::Nowhere => {}
    }
    if request.is_post() {
        return Some("posted where only reading is allowed".to_owned());
    }
    request.field_beside(&[]).or_else(|| request.param_beside(&PARAMS))
}

pub(super) fn answer(site: Site<'_>, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
    let request = &asked.request;
    let organisation = match Place::of(request) {
        Place::Search => request.param("public_link_organisation_id").and_then(|id| id.parse().ok()),
        Place::Organisation(id) => Some(id),
        Place::Short => {
            let hidden = site.hidden(asked)?;
            let query = request.query.unwrap_or("");
            return Ok(Some(hidden.unwrap_or_else(|| Answer::redirect(format!("/prendre_rdv?{query}")))));
        }
        Place::Users | Place::Prescriber | Place::Nowhere => return Ok(None),
    };
    let name = request.param("motif_name_with_location_type");
    let forms: Vec<&Form> = site
        .host
        .forms
        .iter()
        .filter(|form| match &form.address {
            Address::ServicePublic { organisation: id, motif } => {
                let named = |name: &str| name.strip_suffix("-public_office") == Some(motif);
                Some(*id) == organisation && name.is_none_or(named)
            }
            _ => false,
        })
        .collect();
    let searching = Place::of(request) == Place::Search;
    match forms.as_slice() {
        [] => Ok(None),
        [form] => {
            let walk = Walk::to(site, form, asked, own);
            if searching {
                search(&walk).map(Some)
            } else {
                let to = || Ok(Answer::redirect(form.path()));
                walk.unless_hidden(form.only_desk(), to).map(Some)
            }
        }
        several => {
            if let Some(hidden) = site.hidden(asked)? {
                return Ok(Some(hidden));
            }
            if let (false, Some(id)) = (searching, organisation) {
                let to = format!("/prendre_rdv?departement=&public_link_organisation_id={id}");
                return Ok(Some(Answer::redirect(to)));
            }
            let look = Look::of_host(site.host);
            let motif = |form: &&Form| context! { title => form.title.as_str(), path => link(&form.path()) };
            let more = context! { step => "motifs", motifs => several.iter().map(motif).collect::<Value>() };
            let body = site.pages.render("service_public_search.html", &look, more)?;
            Ok(Some(Answer::page(200, &look, body)))
        }
    }
}

pub(super) fn own(walk: &Walk<'_>, state: State) -> Result<Own, Error> {
    Ok(Own::Page(match state {
        State::Shut => page(walk, context! { step => "department" })?,
        State::LinkOff => page(walk, context! { step => "gone" })?,
        // What a motif that is not open online looks like: nothing tells it from a full one.
        State::NoCalendar => none(walk)?,
        State::RateLimited429 => {
            Answer::json(429, &json!({ "errors": ["Limite d'appels API atteinte. Merci de patienter."] }))
        }
        State::Maintenance => {
            let lines = ["Le service revient bientôt."];
            let title = "Service Indisponible - RDV Service Public";
            Answer::page(503, &walk.look, walk.site.pages.bare(&walk.look, title, &lines)?)
        }
        State::RedirectToSlot => Answer::redirect(WIZARD.to_owned()),
        State::Repost => Answer::repost(WIZARD.to_owned()),
        _ => return Ok(Own::Common),
    }))
}

fn page(walk: &Walk<'_>, more: Value) -> Result<Answer, Error> {
    let organisation = walk.site.host.facts.name.as_ref().unwrap_or(&walk.site.host.name);
    let more = context! { path => link(&walk.form.path()), organisation, ..more };
    let body = walk.site.pages.render("service_public_search.html", &walk.look, more)?;
    Ok(Answer::page(200, &walk.look, body))
}

fn none(walk: &Walk<'_>) -> Result<Answer, Error> {
    page(walk, context! { step => "none", again => walk.form.wording == Wording::Usual })
}

fn search(walk: &Walk<'_>) -> Result<Answer, Error> {
    let Some(lieu) = walk.asked.request.param("lieu_id") else {
        return walk.unless_hidden(walk.form.only_desk(), || places(walk));
    };
    match lieu.parse().ok().and_then(|id| walk.form.desk(id)) {
        Some(desk) => walk.unless_hidden(Some(desk), || times(walk, desk)),
        None => walk.unless_hidden(None, || none(walk)),
    }
}

fn places(walk: &Walk<'_>) -> Result<Answer, Error> {
    let zone = walk.site.host.timeline.zone;
    let open = walk.form.desks.iter().zip(1..).filter_map(|(desk, number): (&Desk, u32)| {
        let moment = walk.site.host.moment(walk.form, desk, walk.asked.at);
        let first = local_times(&walk.free(desk), zone).first().copied().filter(|_| moment.open())?;
        Some(context! { id => desk.id, label => desk.label.as_str(), number, next => next(first) })
    });
    let open: Vec<Value> = open.collect();
    if open.is_empty() {
        return none(walk);
    }
    page(walk, context! { step => "places", places => open })
}

/// The seven days from the one that is asked for, today where none is.
fn times(walk: &Walk<'_>, desk: &Desk) -> Result<Answer, Error> {
    let zone = walk.site.host.timeline.zone;
    let today = civil::local(walk.asked.at, zone).date_naive();
    let start: NaiveDate =
        walk.asked.request.param("date").and_then(|date| date.parse().ok()).unwrap_or(today);
    let free = local_times(&walk.free(desk), zone);
    let Some(first) = free.iter().find(|at| at.date() >= start) else {
        return none(walk);
    };
    let last = today + Days::new(u64::from(walk.form.lead_days.max(1) + WINDOW));
    let days = (0..7).map(|n| start + Days::new(n)).map(|date| {
        let of_day = free.iter().filter(|at| at.date() == date);
        context! {
            name => in_words(date),
            date => date.to_string(),
            closed => date > last,
            slots => of_day.map(|at| at.format("%H:%M").to_string()).collect::<Value>(),
        }
    });
    let later = first.date() - start >= Duration::days(7);
    page(
        walk,
        context! {
            step => "slots",
            lieu => desk.id,
            label => desk.label.as_str(),
            days => days.collect::<Value>(),
            next => later.then(|| next(*first)),
            before => (start - Days::new(7)).to_string(),
            after => (start + Days::new(7)).to_string(),
        },
    )
}

fn local_times(timestamps: &[i64], zone: chrono_tz::Tz) -> Vec<NaiveDateTime> {
    let local = |at: &i64| Some(civil::local(Instant::from_timestamp(*at, 0)?, zone).naive_local());
    timestamps.iter().filter_map(local).collect()
}

/// `lundi 05 mai 2026 à 09h30`, and the date for a link.
fn next(at: NaiveDateTime) -> Value {
    let words = format!("{} à {}", in_words(at.date()), at.format("%Hh%M"));
    context! { words, date => at.date().to_string() }
}

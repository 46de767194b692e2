//! ESII Orion: an empty shell and the JSON behind it, a list of days with slots. What never enters: booking.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use guichet_model::{Instant, civil};
use minijinja::{Error, context};
use serde_json::{Value, json};

use super::walk::{Own, Walk};
use crate::{
    address::{Address, orion_id},
    answer::Answer,
    request::{Asked, Request, sent},
    script::Form,
    site::Site,
    state::State,
};

/// Where a slot is booked.
const BOOKINGS: &str = "/orion/api/1/rdv/bookings";
/// What the question for slots is made of.
const FIELDS: [&str; 10] = [
    "date",
    "maxElement",
    "numberOfDay",
    "accountId",
    "purposes",
    "configId",
    "duration",
    "filterRequest",
    "indexPagination",
    "slotsPerPage",
];

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Shell,
    /// The JSON behind it.
    Slots,
    /// Any other of the page's own calls.
    OtherCall,
    /// Any other view of the page.
    OtherView,
}

impl Place {
    fn of(request: &Request<'_>) -> Self {
        match request.parts().as_slice() {
            ["orion-reservation", "slots"] => Self::Shell,
            ["orion", "api", "1", "rdv", "bookings", "availableSlotByDay"] => Self::Slots,
            ["orion", ..] => Self::OtherCall,
            _ => Self::OtherView,
        }
    }
}

pub(super) fn violation(request: &Request<'_>) -> Option<String> {
    match Place::of(request) {
        Place::OtherCall => return Some("made another internal call than for slots".to_owned()),
        Place::OtherView => return Some("asked for a page beside the one with slots".to_owned()),
        Place::Shell if request.is_post() => {
            return Some("posted where only reading is allowed".to_owned());
        }
        Place::Shell => {}
        Place::Slots => {
            let body: Option<Value> = serde_json::from_str(request.text).ok();
            let mut fields =
                body.as_ref().and_then(Value::as_object).into_iter().flat_map(|body| body.keys());
            if let Some(field) = fields.find(|field| !FIELDS.contains(&field.as_str())) {
                return Some(sent(field));
            }
        }
    }
    request.field_beside(&[])
}

pub(super) fn answer(site: Site<'_>, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
    let request = &asked.request;
    let mut forms = site.host.forms.iter();
    let (form, place) = match Place::of(request) {
        Place::Shell => {
            let named = |form: &&Form| is_of_page(form, request);
            (forms.find(named), Place::Shell)
        }
        Place::Slots if request.is_post() => {
            let body: Value = serde_json::from_str(request.text).unwrap_or_default();
            (forms.find(|form| is_of_call(form, &body)), Place::Slots)
        }
        Place::Slots | Place::OtherCall | Place::OtherView => return Ok(None),
    };
    if let Some(form) = form {
        let walk = Walk::to(site, form, asked, |walk, state| Ok(own(walk, state)));
        return walk
            .unless_hidden(form.only_desk(), || match place {
                Place::Shell => shell(&walk),
                _ => Ok(slots(&walk)),
            })
            .map(Some);
    }
    if let (Place::Slots, None) = (place, site.hidden(asked)?) {
        return Ok(Some(Answer::json(400, &json!({ "status": 400, "error": "Bad Request" }))));
    }
    Ok(None)
}

pub(super) fn own(walk: &Walk<'_>, state: State) -> Own {
    let called = Place::of(&walk.asked.request) == Place::Slots;
    match state {
        State::Shut | State::LinkOff | State::NoCalendar if called => {
            Own::Page(Answer::json(200, &json!({ "daySlots": null })))
        }
        State::Shut | State::LinkOff => Own::Through,
        State::ChangedLayout if called => Own::Page(Answer::json(200, &json!({ "days": [], "total": 0 }))),
        State::RedirectToSlot if called => Own::Page(Answer::redirect(BOOKINGS.to_owned())),
        State::Repost if called => Own::Page(Answer::repost(BOOKINGS.to_owned())),
        _ => Own::Common,
    }
}

fn is_of_page(form: &Form, request: &Request<'_>) -> bool {
    let Address::Orion { account, config, place, .. } = &form.address else { return false };
    request.param("account") == Some(account)
        && request.param("config") == Some(config)
        && place.as_deref() == request.param("code")
}

/// Whether the question names this account and config, and leaves room for its place and purpose.
fn is_of_call(form: &Form, body: &Value) -> bool {
    let Address::Orion { account, place, purpose, .. } = &form.address else { return false };
    let fits = |wanted: Option<&String>, named: Vec<&str>| {
        wanted.is_none_or(|wanted| named.is_empty() || named.contains(&wanted.as_str()))
    };
    let places = strings(&body["filterRequest"]["filterPlaceCode"], Some);
    let purposes = strings(&body["purposes"], |purpose| purpose.get("businessId"));
    body["accountId"] == account.as_str()
        && body["configId"] == orion_id(form.id).as_str()
        && fits(place.as_ref(), places)
        && fits(purpose.as_ref(), purposes)
}

fn strings<'a>(list: &'a Value, text: impl Fn(&'a Value) -> Option<&'a Value>) -> Vec<&'a str> {
    list.as_array().into_iter().flatten().filter_map(|item| text(item)?.as_str()).collect()
}

fn shell(walk: &Walk<'_>) -> Result<Answer, Error> {
    let body = walk.site.pages.render("orion.html", &walk.look, context! {})?;
    Ok(Answer::page(200, &walk.look, body))
}

fn slots(walk: &Walk<'_>) -> Answer {
    let zone = walk.site.host.timeline.zone;
    let mut days: BTreeMap<NaiveDate, Vec<Value>> = BTreeMap::new();
    for desk in &walk.form.desks {
        for at in walk.free(desk).into_iter().filter_map(|at| Instant::from_timestamp(at, 0)) {
            let local = civil::local(at, zone).naive_local();
            days.entry(local.date()).or_default().push(json!({ "hour": local.format("%H:%M").to_string() }));
        }
    }
    let days: Vec<Value> =
        days.iter().map(|(date, slots)| json!({ "date": date.to_string(), "slots": slots })).collect();
    Answer::json(200, &json!({ "daySlots": days }))
}

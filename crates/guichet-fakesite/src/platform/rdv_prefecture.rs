//! RDV-Préfecture: a landing page, the conditions with the State's CAPTCHA, and calendars behind it that nobody
//! reaches here. What never enters: a way through the CAPTCHA, a slot.

use minijinja::{Error, context};

use super::walk::{Own, Walk};
use crate::{
    address::Address,
    answer::Answer,
    request::{Asked, Request},
    site::Site,
    state::State,
};

const COOKIE: &str = "JSESSIONID";

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Landing(u32),
    Conditions(u32),
    /// The calendar.
    Slots(u32),
    /// Where the CAPTCHA's answer is submitted.
    Answer(u32),
    /// Personal data.
    PersonalForm,
    /// Managing bookings, which needs a login.
    Account,
    /// Pictures and sounds of the CAPTCHA.
    Captcha,
    Nowhere,
}

impl Place {
    fn of(request: &Request<'_>) -> Self {
        let parts = request.parts();
        let ["rdvpref", rest @ ..] = parts.as_slice() else { return Self::Nowhere };
        let (id, rest) = match rest {
            ["reservation", "demarche", id, rest @ ..] => (id.parse(), rest),
            ["gestion" | "login", ..] => return Self::Account,
            ["captcha" | "simple-captcha-endpoint", ..] => return Self::Captcha,
            _ => return Self::Nowhere,
        };
        match (id, rest) {
            (Ok(id), []) => Self::Landing(id),
            (Ok(id), ["cgu"]) => Self::Conditions(id),
            (Ok(id), ["creneau"]) => Self::Slots(id),
            (Ok(id), ["_validerCaptcha" | "cgu" | "creneau", ..]) => Self::Answer(id),
            (Ok(_), [_, ..]) => Self::PersonalForm,
            (Err(_), _) => Self::Nowhere,
        }
    }
}

pub(super) fn violation(request: &Request<'_>) -> Option<String> {
    match Place::of(request) {
        Place::Answer(_) => return Some("answered the CAPTCHA".to_owned()),
        Place::PersonalForm => return Some("asked for a page behind the choice of a slot".to_owned()),
        Place::Account => return Some("asked for a page that manages bookings".to_owned()),
        Place::Captcha => return Some("asked for the CAPTCHA's image or sound".to_owned()),
        Place::Landing(_) | Place::Conditions(_) | Place::Slots(_) | Place::Nowhere => {}
    }
    if request.is_post() {
        return Some("posted where only reading is allowed".to_owned());
    }
    request.field_beside(&[])
}

pub(super) fn answer(site: Site<'_>, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
    let place = Place::of(&asked.request);
    let (Place::Landing(id) | Place::Conditions(id) | Place::Slots(id) | Place::Answer(id)) = place else {
        return Ok(None);
    };
    let Some(form) = site.host.form(id).filter(|form| form.address == Address::RdvPrefecture) else {
        return Ok(None);
    };
    let walk = Walk::to(site, form, asked, own);
    let base = form.path();
    walk.unless_hidden(form.only_desk(), || match place {
        Place::Landing(_) => page(&walk, 1),
        Place::Conditions(_) => page(&walk, 2),
        // Nobody reads a CAPTCHA here, so no answer is right and no session leads on.
        Place::Answer(_) if asked.request.is_post() => {
            Ok(Answer::redirect(format!("{base}cgu/?error=invalidCaptcha")))
        }
        _ => Ok(Answer::redirect(format!("{base}cgu/"))),
    })
    .map(Some)
}

pub(super) fn own(walk: &Walk<'_>, state: State) -> Result<Own, Error> {
    let place = Place::of(&walk.asked.request);
    let base = walk.form.path();
    Ok(match (state, place) {
        (State::Shut | State::LinkOff, Place::Landing(_)) => Own::Page(page(walk, 0)?),
        (State::Shut | State::LinkOff, _) => Own::Page(Answer::redirect(base)),
        (State::RedirectToSlot, Place::Conditions(_)) => {
            Own::Page(Answer::redirect(format!("{base}formulaire/")))
        }
        (State::Repost, Place::Conditions(_)) => Own::Page(Answer::repost(format!("{base}_validerCaptcha"))),
        _ => Own::Common,
    })
}

/// A page of the six steps; 0 where the form cannot be entered.
fn page(walk: &Walk<'_>, step: u8) -> Result<Answer, Error> {
    let (session, cookie) = walk.session(COOKIE, "/rdvpref");
    let over = walk.veil_over(walk.form.only_desk());
    let more = context! {
        step,
        id => walk.form.id,
        step_title => (step == 2).then_some("Constituez votre dossier"),
        error => walk.asked.request.param("error").is_some(),
        wall => over.is_none_or(|veil| veil.state != State::NoWall),
        // A part of the session, as a form's context is.
        ctx => session.chars().take(8).collect::<String>(),
    };
    let body = walk.site.pages.render("rdv_prefecture_step.html", &walk.look, more)?;
    let mut answer = Answer::page(200, &walk.look, body);
    answer.headers.extend(cookie);
    Ok(answer)
}

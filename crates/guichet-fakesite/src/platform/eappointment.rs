//! ESII eAppointment, as in Val-de-Marne: motives, the page's own call that says whether there is anything, the days.
//! What never enters: the personal form.

use chrono::{Days, NaiveDate};
use guichet_model::{Instant, civil};
use minijinja::{Error, Value, context};

use super::walk::{Own, Walk};
use crate::{
    address::{Address, EAPPOINTMENT},
    answer::Answer,
    calendar::in_words,
    pages::Look,
    request::{Asked, Request},
    script::{Desk, Form, Wording},
    session::Visit,
    site::Site,
    state::State,
};

const COOKIE: &str = "JSESSIONID";
const METHOD: &str = "motiveMultiSiteSubmit";
const NONE: &str =
    "Aucun rendez-vous n'est possible pour les motifs selectionnnés ou le créneau horaire séléctionné.";
const NONE_OTHERWISE: &str = "Il n'y a pas de rendez-vous disponible pour ce service.";

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Postcode,
    Motives,
    /// The page's own call that says whether there is anything.
    Call,
    Dates,
    /// Any other of the page's own calls.
    OtherCall,
    Captcha,
    /// What comes after a slot was chosen.
    Beyond,
    Nowhere,
}

impl Place {
    fn of(request: &Request<'_>) -> Self {
        let parts = request.parts();
        match parts.get(1..).unwrap_or_default() {
            ["element", "jsp", "specific", "pref94.jsp"] => Self::Postcode,
            ["appointment.do"] => Self::Motives,
            ["dwr", "call", "plaincall", call]
                if call.strip_suffix(".dwr") == Some("AjaxMotive.motiveMultiSiteSubmit") =>
            {
                Self::Call
            }
            ["dwr", "call", ..] => Self::OtherCall,
            ["step1ScenarioTwo.do"] => Self::Dates,
            [page, ..] if page.starts_with("captcha") => Self::Captcha,
            [page] if page.strip_suffix(".do").is_some() => Self::Beyond,
            _ => Self::Nowhere,
        }
    }
}

pub(super) fn violation(request: &Request<'_>) -> Option<String> {
    match Place::of(request) {
        Place::OtherCall => return Some("made another internal call than for the motives".to_owned()),
        Place::Captcha => return Some("asked for the CAPTCHA's image".to_owned()),
        Place::Beyond => return Some("asked for a page behind the choice of a slot".to_owned()),
        Place::Call => {
            let methods = request.text.lines().filter_map(|line| line.split_once('='));
            let mut methods = methods.filter(|(key, _)| key.ends_with("-methodName"));
            if methods.any(|(_, method)| method.trim() != METHOD) {
                return Some("made another internal call than for the motives".to_owned());
            }
        }
        Place::Postcode | Place::Motives | Place::Dates | Place::Nowhere if request.is_post() => {
            return Some("posted where only reading is allowed".to_owned());
        }
        Place::Postcode | Place::Motives | Place::Dates | Place::Nowhere => {}
    }
    request.field_beside(&[])
}

pub(super) fn answer(site: Site<'_>, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
    let request = &asked.request;
    let place = Place::of(request);
    let form = match place {
        Place::Motives => request.param("sitekey").and_then(|key| form_of(site, key)),
        Place::Call => called(site, asked),
        Place::Dates => noted(site, asked, 2),
        Place::Postcode => None,
        Place::OtherCall | Place::Captcha | Place::Beyond | Place::Nowhere => return Ok(None),
    };
    if let Some(form) = form {
        let walk = Walk::to(site, form, asked, own);
        return Ok(Some(match place {
            Place::Motives => walk.unless_hidden(form.only_desk(), || motives(&walk))?,
            Place::Call => call(&walk)?,
            _ => walk.unless_hidden(form.only_desk(), || dates(&walk))?,
        }));
    }
    if let Some(hidden) = site.hidden(asked)? {
        return Ok(Some(hidden));
    }
    let look = Look::of_host(site.host);
    if place != Place::Postcode {
        return error(site, &look).map(Some);
    }
    let keys = site.host.forms.iter().filter_map(sitekey);
    let more = context! { step => "postcode", sitekeys => keys.collect::<Value>() };
    let body = site.pages.render("eappointment_step.html", &look, more)?;
    Ok(Some(Answer::page(200, &look, body)))
}

pub(super) fn own(walk: &Walk<'_>, state: State) -> Result<Own, Error> {
    let called = Place::of(&walk.asked.request) == Place::Call;
    Ok(match state {
        State::Shut | State::LinkOff => Own::Page(error(walk.site, &walk.look)?),
        State::ChangedLayout if called => Own::Page(reply("{availabilities:[],message:null}")),
        State::NoCalendar if called => Own::Page(reply("{foundAvailabilities:null,msg:null}")),
        State::RedirectToSlot if called => Own::Page(Answer::redirect(format!("/{EAPPOINTMENT}/saveRdv.do"))),
        State::Repost if called => Own::Page(Answer::repost(format!("/{EAPPOINTMENT}/saveRdv.do"))),
        _ => Own::Common,
    })
}

fn sitekey(form: &Form) -> Option<&str> {
    match &form.address {
        Address::Eappointment { sitekey } => Some(sitekey),
        _ => None,
    }
}

fn form_of<'a>(site: Site<'a>, key: &str) -> Option<&'a Form> {
    site.host.forms.iter().find(|form| sitekey(form) == Some(key))
}

/// The form that the session has come to this step of.
fn noted<'a>(site: Site<'a>, asked: &Asked<'_>, step: u8) -> Option<&'a Form> {
    let session = asked.session?;
    let mut forms = site.host.forms.iter().filter(|form| sitekey(form).is_some());
    forms.find(|form| site.sessions.visit(session, form.id).step >= step)
}

/// The form that a call is about: the one whose page it names, of those that the session has seen.
fn called<'a>(site: Site<'a>, asked: &Asked<'_>) -> Option<&'a Form> {
    let first = noted(site, asked, 1)?;
    let session = asked.session?;
    let mut forms = site.host.forms.iter();
    let named = forms.find(|form| {
        sitekey(form).is_some_and(|key| {
            let names = [format!("sitekey={key}&"), format!("sitekey%3D{key}%26")];
            names.iter().any(|name| asked.request.text.contains(name))
        }) && site.sessions.visit(session, form.id).step >= 1
    });
    Some(named.unwrap_or(first))
}

/// The motives that a call is about, which it names as the keys of a map.
fn asked_for<'a>(form: &'a Form, text: &str) -> Option<Vec<&'a Desk>> {
    let (_, map) = text.split_once("Object_Object:{")?;
    let (map, _) = map.split_once('}')?;
    let keys = map.split(',').map(|entry| entry.split(':').next().unwrap_or("").trim());
    keys.map(|key| form.desk(key.parse().ok()?)).collect()
}

fn motives(walk: &Walk<'_>) -> Result<Answer, Error> {
    let desks = walk.form.desks.iter();
    let desks: Value = desks.map(|desk| context! { id => desk.id, label => desk.label.as_str() }).collect();
    let more = context! { step => "motives", id => walk.form.id, desks };
    let body = walk.site.pages.render("eappointment_step.html", &walk.look, more)?;
    let mut answer = Answer::page(200, &walk.look, body);
    let (session, cookie) = walk.session(COOKIE, &format!("/{EAPPOINTMENT}"));
    walk.site.sessions.note(&session, walk.form.id, Visit { accepted: true, step: 1, desk: None });
    answer.headers.extend(cookie);
    Ok(answer)
}

/// The answer to the call: there is something if there is for every motive.
fn call(walk: &Walk<'_>) -> Result<Answer, Error> {
    let Some(desks) = asked_for(walk.form, walk.asked.request.text) else {
        return walk.unless_hidden(None, || error(walk.site, &walk.look));
    };
    let moment = |desk: &Desk| walk.site.host.moment(walk.form, desk, walk.asked.at);
    let hidden = desks.iter().copied().find(|desk| moment(desk).veil.is_some());
    let found = desks.iter().all(|desk| moment(desk).slots > 0);
    walk.unless_hidden(hidden, || {
        if found && let (Some(session), Some(desk)) = (walk.asked.session, desks.first()) {
            let visit = Visit { accepted: true, step: 2, desk: Some(desk.id) };
            walk.site.sessions.note(session, walk.form.id, visit);
        }
        let none = match walk.form.wording {
            Wording::Usual => NONE,
            Wording::Other => NONE_OTHERWISE,
        };
        Ok(if found {
            reply("{foundAvailabilities:true,msg:null}")
        } else {
            reply(&format!("{{foundAvailabilities:false,msg:\"{}\"}}", escaped(none)))
        })
    })
}

/// A call's answer is a script that hands the value to the page.
fn reply(value: &str) -> Answer {
    Answer::script(format!(
        "throw 'allowScriptTagRemoting is false.';\n//#DWR-INSERT\n//#DWR-REPLY\ndwr.engine._remoteHandleCallback('0','0',{value});\n"
    ))
}

/// As that script writes texts: nothing in it is beyond ASCII or ends a string.
fn escaped(text: &str) -> String {
    let parts = text.chars().map(|c| match c {
        '\'' => "\\'".to_owned(),
        c if c.is_ascii() => c.to_string(),
        c => format!("\\u{:04X}", u32::from(c)),
    });
    parts.collect()
}

/// The days, behind the call.
fn dates(walk: &Walk<'_>) -> Result<Answer, Error> {
    let visit = walk.asked.session.map(|id| walk.site.sessions.visit(id, walk.form.id));
    let Some(desk) = visit.and_then(|visit| visit.desk).and_then(|id| walk.form.desk(id)) else {
        return error(walk.site, &walk.look);
    };
    let zone = walk.site.host.timeline.zone;
    let free: Vec<_> = walk
        .free(desk)
        .into_iter()
        .filter_map(|at| Some(civil::local(Instant::from_timestamp(at, 0)?, zone).naive_local()))
        .collect();
    let Some(first) = free.first() else {
        return Ok(Answer::redirect(walk.form.path()));
    };
    let day = |date: NaiveDate| {
        let open = free.iter().any(|at| at.date() == date);
        context! { open, date => date.to_string(), number => date.format("%-d").to_string() }
    };
    let start = first.date() - Days::new(7);
    let week = |n: u64| (0..7).map(|d| day(start + Days::new(7 * n + d))).collect::<Value>();
    let hours = free.iter().filter(|at| at.date() == first.date());
    let more = context! {
        step => "dates",
        soonest => format!("{} à {}", in_words(first.date()), first.format("%Hh%M")),
        weeks => (0..3).map(week).collect::<Value>(),
        hours => hours.map(|at| at.format("%H:%M").to_string()).collect::<Value>(),
    };
    let body = walk.site.pages.render("eappointment_step.html", &walk.look, more)?;
    Ok(Answer::page(200, &walk.look, body))
}

fn error(site: Site<'_>, look: &Look<'_>) -> Result<Answer, Error> {
    let more = context! { step => "error", step_title => "Page d’erreur" };
    Ok(Answer::page(200, look, site.pages.render("eappointment_step.html", look, more)?))
}

//! The walk through a form of the eZ Publish module, as the real one answers it. What never enters: other platforms.

use chrono::Days;
use minijinja::Error;

use super::walk::{Own, Walk, slowly};
use crate::{
    address::Address,
    answer::Answer,
    pages::Step,
    request::{Asked, Request},
    script::Desk,
    session::Visit,
    site::Site,
    state::{State, Veil},
};

/// The name of the session cookie.
const COOKIE: &str = "eZSESSID";

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A step of a form; 0 where none is named.
    Booking { form: u32, step: u32 },
    /// The module's internal calls.
    Internal,
    /// Other pages of the booking module: confirming and managing.
    OtherBooking,
    /// Anything else.
    Nowhere,
}

impl Place {
    fn of(path: &str) -> Self {
        let path = path.strip_prefix("/index.php").unwrap_or(path);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["ezjscore", ..] => Self::Internal,
            ["booking", "create", form, rest @ ..] => {
                let step = rest.first().map_or(Ok(0), |step| step.parse());
                match (form.parse(), step) {
                    (Ok(form), Ok(step)) => Self::Booking { form, step },
                    _ => Self::Nowhere,
                }
            }
            ["booking", ..] => Self::OtherBooking,
            _ => Self::Nowhere,
        }
    }
}

/// The fields that a reader of availability sends.
const FIELDS: [&str; 4] = ["condition", "nextButton", "planning", "finishButton"];

pub(super) fn violation(request: &Request<'_>) -> Option<String> {
    match Place::of(request.path) {
        Place::Booking { step, .. } if step >= 5 => {
            return Some(format!("asked for step {step}, behind the choice of a slot"));
        }
        Place::Booking { step, .. } if step >= 2 && request.is_post() => {
            return Some(format!("posted to step {step}"));
        }
        Place::Internal => return Some("made an internal call of the page".to_owned()),
        Place::OtherBooking => return Some("asked for a page that manages bookings".to_owned()),
        _ if !request.text.is_empty() => return Some("sent what is not a form".to_owned()),
        _ => {}
    }
    request.field_beside(&FIELDS)
}

pub(super) fn answer(site: Site<'_>, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
    let Place::Booking { form, step } = Place::of(asked.request.path) else {
        return Ok(None);
    };
    let form = site.host.form(form).filter(|form| form.address == Address::EzBooking);
    form.map(|form| Walk::to(site, form, asked, |_, _| Ok(Own::Common)).at(step)).transpose()
}

const NO_CALENDAR: &str = "Il n’y a pas calendrier disponible pour effectuer une demande de rendez-vous";

impl Walk<'_> {
    fn at(&self, step: u32) -> Result<Answer, Error> {
        self.unless_hidden(self.form.only_desk(), || match (self.asked.request.is_post(), step) {
            (false, 0) => self.start(),
            (true, 0) => self.accept_conditions(),
            (true, 1) => self.choose_desk(),
            (false, 1..=4) => self.look_at(u8::try_from(step).unwrap_or(0)),
            _ => self.site.too_far(&self.look),
        })
    }

    fn page(&self, step: &Step<'_>) -> Result<Answer, Error> {
        let body = self.site.pages.step(&self.look, self.form, step)?;
        Ok(Answer::page(200, &self.look, body))
    }

    fn to_step(&self, step: u8) -> Answer {
        Answer::redirect(format!("/booking/create/{}/{step}", self.form.id))
    }

    fn visit(&self) -> Option<Visit> {
        let visit = self.site.sessions.visit(self.asked.session?, self.form.id);
        visit.accepted.then_some(visit)
    }

    /// Notes how far the visitor has come, giving a session where there is none yet.
    fn note(&self, visit: Visit, answer: &mut Answer) {
        let (id, cookie) = self.session(COOKIE, "/");
        self.site.sessions.note(&id, self.form.id, visit);
        answer.headers.extend(cookie);
    }

    fn start(&self) -> Result<Answer, Error> {
        let mut answer = self.page(&Step::Start { error: None })?;
        self.note(Visit::default(), &mut answer);
        Ok(answer)
    }

    fn accept_conditions(&self) -> Result<Answer, Error> {
        if self.asked.session.is_none() || self.asked.request.field("condition").is_none() {
            return Ok(self.to_step(0));
        }
        if let Some(desk) = self.form.only_desk() {
            return self.enter(desk);
        }
        let over_form = self.veil_over(None);
        if over_form.is_some_and(|veil| veil.state == State::NoCalendar) {
            return self.page(&Step::Start { error: Some(NO_CALENDAR) });
        }
        if let Some(answer) = self.lure(over_form) {
            return Ok(answer);
        }
        let mut answer = self.to_step(1);
        self.note(Visit { accepted: true, step: 1, desk: None }, &mut answer);
        Ok(answer)
    }

    /// Where a submitted form is answered with a redirect that leads further than who only reads may go.
    fn lure(&self, veil: Option<Veil>) -> Option<Answer> {
        let veil = veil.filter(|_| self.asked.request.is_post())?;
        let create = format!("/booking/create/{}", self.form.id);
        match veil.state {
            State::RedirectToSlot => {
                let slot = self.asked.at + Days::new(u64::from(self.form.lead_days));
                Some(Answer::redirect(format!("{create}/5/{}", slot.timestamp())))
            }
            State::Repost => Some(Answer::repost(format!("{create}/3"))),
            _ => None,
        }
    }

    fn choose_desk(&self) -> Result<Answer, Error> {
        if self.visit().is_none() && !self.form.direct_step2 {
            return Ok(self.to_step(0));
        }
        let chosen = self.asked.request.field("planning").and_then(|id| id.parse().ok());
        match chosen.and_then(|id| self.form.desk(id)) {
            Some(desk) => self.enter(desk),
            None => Ok(self.to_step(1)),
        }
    }

    /// The visitor asks for one desk: this is where slots are looked up.
    fn enter(&self, desk: &Desk) -> Result<Answer, Error> {
        let veil = self.veil_over(Some(desk));
        if let Some(answer) = self.veiled(veil)?.or_else(|| self.lure(veil)) {
            return Ok(answer);
        }
        let moment = self.site.host.moment(self.form, desk, self.asked.at);
        if moment.state() == State::NoCalendar {
            let error = Some(NO_CALENDAR);
            return match self.form.only_desk() {
                Some(_) => self.page(&Step::Start { error }),
                None => self.page(&Step::Desks { error }),
            };
        }
        let step = match (moment.slots, self.form.deep_calendar) {
            (0, _) => 2,
            (_, false) => 3,
            (_, true) => 4,
        };
        let mut answer = self.to_step(step);
        self.note(Visit { accepted: true, step, desk: Some(desk.id) }, &mut answer);
        Ok(answer)
    }

    /// A page behind the conditions: only the one that the visit has come to is shown.
    fn look_at(&self, step: u8) -> Result<Answer, Error> {
        let Some(visit) = self.visit() else {
            return match (self.form.direct_step2, self.form.only_desk()) {
                (false, _) => Ok(self.to_step(0)),
                (true, Some(desk)) => self.enter(desk),
                (true, None) if step == 1 => self.page(&Step::Desks { error: None }),
                (true, None) => Ok(self.to_step(1)),
            };
        };
        let desk = visit.desk.and_then(|id| self.form.desk(id));
        if step == 1 && self.form.only_desk().is_none() {
            return self.page(&Step::Desks { error: None });
        }
        let Some(desk) = desk.filter(|_| step == visit.step) else {
            return Ok(self.to_step(visit.step));
        };
        let veil = self.veil_over(Some(desk));
        if let Some(answer) = self.veiled(veil)? {
            return Ok(answer);
        }
        let answer = match step {
            2 => self.page(&Step::Full)?,
            3 => self.page(&Step::Description { desk: &desk.label })?,
            _ => self.page(&Step::Calendar(Box::new(self.week(desk))))?,
        };
        Ok(slowly(veil, answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_a_form_and_a_step_or_nowhere() {
        for (path, place) in [
            ("/", Place::Nowhere),
            ("/booking/create/12069", Place::Booking { form: 12069, step: 0 }),
            ("/booking/create/12069/", Place::Booking { form: 12069, step: 0 }),
            ("/index.php/booking/create/7/2", Place::Booking { form: 7, step: 2 }),
            ("/booking/create/7/5/1774220400", Place::Booking { form: 7, step: 5 }),
            ("/booking/create/x", Place::Nowhere),
            ("/booking/create/7/x", Place::Nowhere),
            ("/booking/confirm/abc", Place::OtherBooking),
            ("/ezjscore/call/bookingserver::planning::assign::7::8::0", Place::Internal),
            ("/Demarches", Place::Nowhere),
        ] {
            assert_eq!(Place::of(path), place, "{path}");
        }
    }
}

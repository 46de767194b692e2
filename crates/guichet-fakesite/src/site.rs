//! The walk through a form, as the real module answers it. What never enters: sockets, the clock, what is forbidden.

use chrono::{Days, Duration};
use guichet_model::Instant;
use minijinja::Error;

use crate::{
    calendar::{Week, WeekOf},
    pages::{Look, Pages, Step},
    rules::Place,
    script::{Desk, ELSEWHERE, Form, Host, Robots},
    session::{COOKIE, Sessions, Visit},
    state::{State, Veil},
    timeline::veil,
};

/// How the body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    AtOnce,
    /// A little at a time, over so much simulated time.
    Drip(Duration),
    /// Followed by more than anybody wants to read.
    Flood,
}

/// What a site answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) pace: Pace,
}

impl Answer {
    fn page(status: u16, look: &Look<'_>, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![
                ("content-type", look.content_type()),
                ("cache-control", "no-cache, must-revalidate".to_owned()),
            ],
            body,
            pace: Pace::AtOnce,
        }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
            body: body.as_bytes().to_vec(),
            pace: Pace::AtOnce,
        }
    }

    fn redirect(to: String) -> Self {
        Self { status: 302, headers: vec![("location", to)], body: Vec::new(), pace: Pace::AtOnce }
    }
}

/// What a site is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) post: bool,
    pub(crate) path: &'a str,
    pub(crate) form: &'a [(String, String)],
    /// A session of this host.
    pub(crate) session: Option<&'a str>,
    pub(crate) at: Instant,
    /// The port that all hosts share.
    pub(crate) port: u16,
}

impl Asked<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// One host of the script, being visited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) host: &'a Host,
    pub(crate) pages: &'a Pages,
    pub(crate) sessions: &'a Sessions,
}

impl Site<'_> {
    /// # Errors
    /// When a template cannot be filled in.
    pub(crate) fn answer(&self, asked: &Asked<'_>) -> Result<Answer, Error> {
        if asked.path == "/robots.txt" {
            return Ok(self.robots());
        }
        let look = Look::of_host(self.host);
        let over_host = veil(&[&self.host.timeline], asked.at);
        match Place::of(asked.path) {
            Place::Booking { form, step } => {
                if let Some(form) = self.host.form(form) {
                    let walk = Walk { site: *self, form, look: Look::of_form(self.host, form), asked };
                    return walk.answer(step);
                }
            }
            place => {
                if let Some(answer) =
                    over_host.map(|veil| self.veiled(veil, &look, asked)).transpose()?.flatten()
                {
                    return Ok(answer);
                }
                if place == Place::Home {
                    let lines = ["Choisissez la démarche pour laquelle vous souhaitez un rendez-vous."];
                    let body =
                        self.pages.notice(&look, "Prendre un rendez-vous", &lines, &self.host.forms)?;
                    return Ok(Answer::page(200, &look, body));
                }
            }
        }
        self.not_found(&look)
    }

    fn robots(&self) -> Answer {
        match &self.host.robots {
            Robots::Text(text) => Answer::text(200, text),
            Robots::DisallowAll => Answer::text(200, "User-agent: *\nDisallow: /\n"),
            Robots::Missing => Answer::text(404, "not found\n"),
            Robots::Error => Answer::text(500, "internal error\n"),
        }
    }

    fn not_found(&self, look: &Look<'_>) -> Result<Answer, Error> {
        let lines = ["La page demandée n’existe pas ou a été déplacée."];
        let body = self.pages.notice(look, "Page introuvable (erreur 404)", &lines, &[])?;
        Ok(Answer::page(404, look, body))
    }

    /// What is answered instead of the page; `None` where the veil lets the page through.
    fn veiled(&self, veil: Veil, look: &Look<'_>, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
        let pages = self.pages;
        let mut answer = match veil.state {
            State::Open
            | State::Full
            | State::Slow
            | State::NoCalendar
            | State::RedirectToSlot
            | State::Repost => return Ok(None),
            State::Shut => {
                let lines = [
                    "Attention : Cette page n’est pas disponible pour le moment ! Elle sera très prochainement remise en ligne.",
                ];
                Answer::page(200, look, pages.notice(look, "", &lines, &[])?)
            }
            State::LinkOff => {
                let lines = ["Ce lien a été désactivé définitivement"];
                Answer::page(200, look, pages.notice(look, "", &lines, &[])?)
            }
            State::Overloaded200 => {
                let lines = ["Le nombre de connexions est trop important. Merci de revenir plus tard."];
                Answer::page(200, look, pages.bare(look, "Service surchargé", &lines)?)
            }
            State::Overloaded503 => {
                let lines = ["No server is available to handle this request."];
                Answer::page(503, look, pages.bare(look, "503 Service Unavailable", &lines)?)
            }
            State::Banned403 => {
                let lines = ["Request forbidden by administrative rules."];
                Answer::page(403, look, pages.bare(look, "403 Forbidden", &lines)?)
            }
            State::RateLimited429 => {
                let lines = ["You have sent too many requests."];
                Answer::page(429, look, pages.bare(look, "429 Too Many Requests", &lines)?)
            }
            State::Challenge => {
                let mut answer = Answer::page(403, look, pages.challenge(look)?);
                answer.headers.push(("server", "cloudflare".to_owned()));
                answer.headers.push(("cf-mitigated", "challenge".to_owned()));
                answer
            }
            State::RedirectLoop => Answer::redirect(asked.path.to_owned()),
            State::ForeignRedirect => {
                Answer::redirect(format!("http://{ELSEWHERE}.localhost:{}/", asked.port))
            }
            State::ChangedLayout => Answer::page(200, look, pages.changed(look)?),
            State::Gone => self.not_found(look)?,
            State::HugeBody => {
                let lines = ["Liste de toutes les communes :"];
                let mut answer = Answer::page(200, look, pages.bare(look, "Annuaire", &lines)?);
                answer.pace = Pace::Flood;
                answer
            }
        };
        if let Some(retry) = veil.retry_after {
            let value = if retry.as_date {
                (asked.at + retry.wait).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
            } else {
                retry.wait.num_seconds().to_string()
            };
            answer.headers.push(("retry-after", value));
        }
        Ok(Some(answer))
    }
}

/// One request to one form.
struct Walk<'a> {
    site: Site<'a>,
    form: &'a Form,
    look: Look<'a>,
    asked: &'a Asked<'a>,
}

const NO_CALENDAR: &str = "Il n’y a pas calendrier disponible pour effectuer une demande de rendez-vous";

impl Walk<'_> {
    fn answer(&self, step: u32) -> Result<Answer, Error> {
        let over_all = self.veil_over(self.form.only_desk());
        if let Some(answer) = self.veiled(over_all)? {
            return Ok(answer);
        }
        let mut answer = match (self.asked.post, step) {
            (false, 0) => self.start(),
            (true, 0) => self.accept_conditions(),
            (true, 1) => self.choose_desk(),
            (false, 1..=4) => self.look_at(u8::try_from(step).unwrap_or(0)),
            _ => self.too_far(),
        }?;
        if let Some(veil) = over_all.filter(|veil| veil.state == State::Slow)
            && !answer.body.is_empty()
        {
            answer.pace = Pace::Drip(veil.drip);
        }
        Ok(answer)
    }

    /// What hides the form, or the desk where one is given.
    fn veil_over(&self, desk: Option<&Desk>) -> Option<Veil> {
        let host = self.site.host;
        match desk {
            Some(desk) => host.moment(self.form, desk, self.asked.at).veil,
            None => veil(&[&host.timeline, &self.form.timeline], self.asked.at),
        }
    }

    fn veiled(&self, veil: Option<Veil>) -> Result<Option<Answer>, Error> {
        match veil {
            None => Ok(None),
            Some(veil) => self.site.veiled(veil, &self.look, self.asked),
        }
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
        let sessions = self.site.sessions;
        if let Some(id) = self.asked.session {
            sessions.note(id, self.form.id, visit);
        } else {
            let id = sessions.give(&self.site.host.name);
            sessions.note(&id, self.form.id, visit);
            answer.headers.push(("set-cookie", format!("{COOKIE}={id}; path=/; HttpOnly")));
        }
    }

    fn start(&self) -> Result<Answer, Error> {
        let mut answer = self.page(&Step::Start { error: None })?;
        self.note(Visit::default(), &mut answer);
        Ok(answer)
    }

    fn accept_conditions(&self) -> Result<Answer, Error> {
        if self.asked.session.is_none() || self.asked.field("condition").is_none() {
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
        let veil = veil.filter(|_| self.asked.post)?;
        let create = format!("/booking/create/{}", self.form.id);
        match veil.state {
            State::RedirectToSlot => {
                let slot = self.asked.at + Days::new(u64::from(self.form.lead_days));
                Some(Answer::redirect(format!("{create}/5/{}", slot.timestamp())))
            }
            State::Repost => Some(Answer { status: 307, ..Answer::redirect(format!("{create}/3")) }),
            _ => None,
        }
    }

    fn choose_desk(&self) -> Result<Answer, Error> {
        if self.visit().is_none() && !self.form.direct_step2 {
            return Ok(self.to_step(0));
        }
        let chosen = self.asked.field("planning").and_then(|id| id.parse().ok());
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
        let mut answer = match step {
            2 => self.page(&Step::Full)?,
            3 => self.page(&Step::Description { desk: &desk.label })?,
            _ => self.calendar(desk)?,
        };
        if let Some(veil) = veil.filter(|veil| veil.state == State::Slow) {
            answer.pace = Pace::Drip(veil.drip);
        }
        Ok(answer)
    }

    fn calendar(&self, desk: &Desk) -> Result<Answer, Error> {
        let moment = self.site.host.moment(self.form, desk, self.asked.at);
        let week = Week::draw(WeekOf {
            at: self.asked.at,
            zone: self.site.host.timeline.zone,
            lead_days: self.form.lead_days,
            slots: moment.slots,
            language: self.form.language,
            pattern: desk.id,
        });
        self.page(&Step::Calendar(Box::new(week)))
    }

    /// Whoever goes further books: it is written down elsewhere, and the page says nothing useful.
    fn too_far(&self) -> Result<Answer, Error> {
        let lines = ["Cette étape sert à réserver. Ce site est une imitation : rien n’a été réservé."];
        let body = self.site.pages.notice(&self.look, "Etape de réservation", &lines, &[])?;
        Ok(Answer::page(200, &self.look, body))
    }
}

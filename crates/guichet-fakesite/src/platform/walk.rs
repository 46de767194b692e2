//! One request to one form: what hides it, what its calendar holds, whose session it is. What never enters: what a
//! platform's pages say.

use minijinja::Error;

use crate::{
    answer::{Answer, Pace},
    calendar::{Week, WeekOf},
    pages::Look,
    request::Asked,
    script::{Desk, Form},
    site::Site,
    state::{State, Veil},
    timeline::veil,
};

/// How a platform shows what hides its pages.
pub(super) enum Own {
    /// As every site does.
    Common,
    /// It lets this page through.
    Through,
    /// In its own way.
    Page(Answer),
}

/// What a platform shows of its own in a state that hides the page.
type OwnWay = fn(&Walk<'_>, State) -> Result<Own, Error>;

/// One request to one form.
pub(super) struct Walk<'a> {
    pub(super) site: Site<'a>,
    pub(super) form: &'a Form,
    pub(super) look: Look<'a>,
    pub(super) asked: &'a Asked<'a>,
    own: OwnWay,
}

impl<'a> Walk<'a> {
    pub(super) fn to(site: Site<'a>, form: &'a Form, asked: &'a Asked<'a>, own: OwnWay) -> Self {
        Self { site, form, look: Look::of_form(site.host, form), asked, own }
    }

    /// What hides the form, or the desk where one is given.
    pub(super) fn veil_over(&self, desk: Option<&Desk>) -> Option<Veil> {
        let host = self.site.host;
        match desk {
            Some(desk) => host.moment(self.form, desk, self.asked.at).veil,
            None => veil(&[&host.timeline, &self.form.timeline], self.asked.at),
        }
    }

    /// What is answered instead of the page; `None` where nothing hides it.
    pub(super) fn veiled(&self, veil: Option<Veil>) -> Result<Option<Answer>, Error> {
        let Some(veil) = veil else { return Ok(None) };
        match (self.own)(self, veil.state)? {
            Own::Common => self.site.veiled(veil, &self.look, self.asked),
            Own::Through => Ok(None),
            Own::Page(answer) => Ok(Some(answer.asking_to_wait(veil, self.asked.at))),
        }
    }

    /// The page, unless something hides it; slowly, if that is what holds.
    pub(super) fn unless_hidden(
        &self,
        desk: Option<&Desk>,
        page: impl FnOnce() -> Result<Answer, Error>,
    ) -> Result<Answer, Error> {
        let over = self.veil_over(desk);
        match self.veiled(over)? {
            Some(answer) => Ok(answer),
            None => Ok(slowly(over, page()?)),
        }
    }

    /// The free slots of a desk as unix times, earliest first.
    pub(super) fn free(&self, desk: &Desk) -> Vec<i64> {
        self.week(desk).free()
    }

    pub(super) fn week(&self, desk: &Desk) -> Week {
        let moment = self.site.host.moment(self.form, desk, self.asked.at);
        Week::draw(WeekOf {
            at: self.asked.at,
            zone: self.site.host.timeline.zone,
            lead_days: self.form.lead_days,
            slots: moment.slots,
            language: self.form.language,
            pattern: desk.id,
        })
    }

    /// The session's id and, where it was only given now, the cookie that carries it.
    pub(super) fn session(&self, cookie: &str, path: &str) -> (String, Option<(&'static str, String)>) {
        if let Some(id) = self.asked.session {
            return (id.to_owned(), None);
        }
        let id = self.site.sessions.give(&self.site.host.name);
        let set = format!("{cookie}={id}; Path={path}; HttpOnly");
        (id, Some(("set-cookie", set)))
    }
}

/// The answer at the pace of what holds.
pub(super) fn slowly(over: Option<Veil>, mut answer: Answer) -> Answer {
    if let Some(veil) = over.filter(|veil| veil.state == State::Slow)
        && !answer.body.is_empty()
    {
        answer.pace = Pace::Drip(veil.drip);
    }
    answer
}

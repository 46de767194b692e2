//! The booking platforms that are imitated: which there are, where their forms live, what a visit to one is.
//! What never enters: what their pages say, which has a room for each platform.

mod eappointment;
mod ez_booking;
mod orion;
mod rdv_prefecture;
mod service_public;

use guichet_model::{ParamValue, Params};
use minijinja::Error;
use serde::Deserialize;

use crate::{
    calendar::{Week, WeekOf},
    pages::Look,
    script::{Desk, Form},
    site::{Answer, Asked, Pace, Request, Site},
    state::{State, Veil},
    timeline::veil,
};

/// A platform, by the word of site files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Platform {
    #[default]
    EzBooking,
    RdvPrefecture,
    Eappointment,
    #[serde(rename = "rdv-service-public")]
    ServicePublic,
    Orion,
}

impl Platform {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::EzBooking => "ez-booking",
            Self::RdvPrefecture => "rdv-prefecture",
            Self::Eappointment => "eappointment",
            Self::ServicePublic => "rdv-service-public",
            Self::Orion => "orion",
        }
    }

    /// Whether a form can have several desks: step 1's there, motives or places elsewhere.
    pub(crate) fn has_desks(self) -> bool {
        matches!(self, Self::EzBooking | Self::Eappointment | Self::ServicePublic)
    }

    /// Whose pages a path belongs to, whether or not there is such a page.
    fn of_path(path: &str) -> Option<Self> {
        let path = path.strip_prefix("/index.php").unwrap_or(path);
        match path.split('/').find(|part| !part.is_empty())? {
            "booking" | "ezjscore" => Some(Self::EzBooking),
            "rdvpref" => Some(Self::RdvPrefecture),
            eappointment::CONTEXT => Some(Self::Eappointment),
            "prendre_rdv" | "prdv" | "org" | "users" | "prendre_rdv_prescripteur" | "prescripteur" => {
                Some(Self::ServicePublic)
            }
            "orion-reservation" | "orion" => Some(Self::Orion),
            _ => None,
        }
    }
}

/// Where a form lives on its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    EzBooking,
    RdvPrefecture,
    Eappointment { sitekey: String },
    ServicePublic { organisation: u32, motif: String },
    Orion { account: String, config: String, place: Option<String>, purpose: Option<String> },
}

impl Address {
    pub(crate) fn platform(&self) -> Platform {
        match self {
            Self::EzBooking => Platform::EzBooking,
            Self::RdvPrefecture => Platform::RdvPrefecture,
            Self::Eappointment { .. } => Platform::Eappointment,
            Self::ServicePublic { .. } => Platform::ServicePublic,
            Self::Orion { .. } => Platform::Orion,
        }
    }

    /// Where a visit begins.
    pub(crate) fn path(&self, id: u32) -> String {
        match self {
            Self::EzBooking => format!("/booking/create/{id}"),
            Self::RdvPrefecture => rdv_prefecture::path(id),
            Self::Eappointment { sitekey } => eappointment::path(sitekey),
            Self::ServicePublic { organisation, motif } => service_public::path(*organisation, motif),
            Self::Orion { account, config, place, .. } => orion::path(account, config, place.as_deref()),
        }
    }

    /// What a target must say beside the path.
    pub(crate) fn params(&self, id: u32, desks: &[Desk]) -> Params {
        let mut params = Params::new();
        match self {
            Self::EzBooking | Self::RdvPrefecture | Self::ServicePublic { .. } => {}
            Self::Eappointment { .. } => {
                let motives = desks.iter().map(|desk| desk.id.to_string()).collect();
                params.insert("motives".to_owned(), ParamValue::List(motives));
            }
            Self::Orion { place, purpose, .. } => {
                let own_id = orion::own_id(id);
                for (name, value) in [
                    ("internal_endpoint", "agreed"),
                    ("config_id", own_id.as_str()),
                    ("purpose_id", own_id.as_str()),
                    ("business_id", purpose.as_deref().unwrap_or("MOTIF")),
                    ("purpose_name", "Un motif"),
                    ("minutes", "20"),
                ] {
                    params.insert(name.to_owned(), ParamValue::Text(value.to_owned()));
                }
                let places = vec![place.clone().unwrap_or_else(|| "LIEU".to_owned())];
                params.insert("places".to_owned(), ParamValue::List(places));
            }
        }
        params
    }

    /// Whether a CAPTCHA stands before the slots.
    pub(crate) fn is_walled(&self) -> bool {
        matches!(self, Self::RdvPrefecture)
    }

    /// Whether the page states how things are in this state, so that a reader of it knows.
    pub(crate) fn tells(&self, state: State) -> bool {
        match state {
            State::Open | State::Full => !self.is_walled(),
            State::Shut => matches!(self, Self::EzBooking | Self::ServicePublic { .. }),
            State::NoCalendar => matches!(self, Self::EzBooking),
            _ => false,
        }
    }
}

/// What is forbidden about a request, as its path's platform has it.
pub(crate) fn violation(request: &Request<'_>) -> Option<String> {
    match Platform::of_path(request.path) {
        None => request.field_beside(&[]),
        Some(Platform::EzBooking) => ez_booking::violation(request),
        Some(Platform::RdvPrefecture) => rdv_prefecture::violation(request),
        Some(Platform::Eappointment) => eappointment::violation(request),
        Some(Platform::ServicePublic) => service_public::violation(request),
        Some(Platform::Orion) => orion::violation(request),
    }
}

/// What the platform's pages answer; `None` where there is no such page.
///
/// # Errors
/// When a template cannot be filled in.
pub(crate) fn answer(site: Site<'_>, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
    let Some(platform) = Platform::of_path(asked.request.path) else { return Ok(None) };
    let answer = match platform {
        Platform::EzBooking => ez_booking::answer(site, asked),
        Platform::RdvPrefecture => rdv_prefecture::answer(site, asked),
        Platform::Eappointment => eappointment::answer(site, asked),
        Platform::ServicePublic => service_public::answer(site, asked),
        Platform::Orion => orion::answer(site, asked),
    }?;
    if answer.is_some() || violation(&asked.request).is_none() {
        return Ok(answer);
    }
    match site.hidden(asked)? {
        Some(hidden) => Ok(Some(hidden)),
        None => site.too_far(&Look::of_host(site.host)).map(Some),
    }
}

/// How a platform shows what hides its pages.
enum Own {
    /// As every site does.
    Common,
    /// It lets this page through.
    Through,
    /// In its own way.
    Page(Answer),
}

/// One request to one form.
struct Walk<'a> {
    site: Site<'a>,
    form: &'a Form,
    look: Look<'a>,
    asked: &'a Asked<'a>,
}

impl<'a> Walk<'a> {
    fn to(site: Site<'a>, form: &'a Form, asked: &'a Asked<'a>) -> Self {
        Self { site, form, look: Look::of_form(site.host, form), asked }
    }

    /// What hides the form, or the desk where one is given.
    fn veil_over(&self, desk: Option<&Desk>) -> Option<Veil> {
        let host = self.site.host;
        match desk {
            Some(desk) => host.moment(self.form, desk, self.asked.at).veil,
            None => veil(&[&host.timeline, &self.form.timeline], self.asked.at),
        }
    }

    /// What is answered instead of the page; `None` where nothing hides it.
    fn veiled(&self, veil: Option<Veil>) -> Result<Option<Answer>, Error> {
        let Some(veil) = veil else { return Ok(None) };
        let own = match self.form.address.platform() {
            Platform::EzBooking => Own::Common,
            Platform::RdvPrefecture => rdv_prefecture::own(self, veil.state)?,
            Platform::Eappointment => eappointment::own(self, veil.state)?,
            Platform::ServicePublic => service_public::own(self, veil.state)?,
            Platform::Orion => orion::own(self, veil.state),
        };
        match own {
            Own::Common => self.site.veiled(veil, &self.look, self.asked),
            Own::Through => Ok(None),
            Own::Page(answer) => Ok(Some(answer.asking_to_wait(veil, self.asked.at))),
        }
    }

    /// The page, unless something hides it; slowly, if that is what holds.
    fn unless_hidden(
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
    fn free(&self, desk: &Desk) -> Vec<i64> {
        self.week(desk).free()
    }

    fn week(&self, desk: &Desk) -> Week {
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
    fn session(&self, cookie: &str, path: &str) -> (String, Option<(&'static str, String)>) {
        if let Some(id) = self.asked.session {
            return (id.to_owned(), None);
        }
        let id = self.site.sessions.give(&self.site.host.name);
        let set = format!("{cookie}={id}; Path={path}; HttpOnly");
        (id, Some(("set-cookie", set)))
    }
}

fn slowly(over: Option<Veil>, mut answer: Answer) -> Answer {
    if let Some(veil) = over.filter(|veil| veil.state == State::Slow)
        && !answer.body.is_empty()
    {
        answer.pace = Pace::Drip(veil.drip);
    }
    answer
}

//! What a site answers where all sites answer alike: robots.txt, its home page, what hides the others. What never
//! enters: a platform's own pages, which page is due, what is forbidden.

use minijinja::Error;

use crate::{
    answer::{Answer, Pace},
    pages::{Look, Pages},
    request::Asked,
    script::{ELSEWHERE, Host, Robots},
    session::Sessions,
    state::{State, Veil},
    timeline::veil,
};

/// One host of the script, being visited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) host: &'a Host,
    pub(crate) pages: &'a Pages,
    pub(crate) sessions: &'a Sessions,
}

impl Site<'_> {
    /// What hides a page that is no form's.
    pub(crate) fn hidden(&self, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
        match veil(&[&self.host.timeline], asked.at) {
            None => Ok(None),
            Some(over) => self.veiled(over, &Look::of_host(self.host), asked),
        }
    }

    pub(crate) fn robots(&self) -> Answer {
        match &self.host.robots {
            Robots::Text(text) => Answer::text(200, text),
            Robots::DisallowAll => Answer::text(200, "User-agent: *\nDisallow: /\n"),
            Robots::Missing => Answer::text(404, "not found\n"),
            Robots::Error => Answer::text(500, "internal error\n"),
        }
    }

    /// The page that names the forms.
    pub(crate) fn home(&self, look: &Look<'_>) -> Result<Answer, Error> {
        let lines = ["Choisissez la démarche pour laquelle vous souhaitez un rendez-vous."];
        let body = self.pages.notice(look, "Prendre un rendez-vous", &lines, &self.host.forms)?;
        Ok(Answer::page(200, look, body))
    }

    pub(crate) fn not_found(&self, look: &Look<'_>) -> Result<Answer, Error> {
        let lines = ["La page demandée n’existe pas ou a été déplacée."];
        let body = self.pages.notice(look, "Page introuvable (erreur 404)", &lines, &[])?;
        Ok(Answer::page(404, look, body))
    }

    /// Whoever goes further books: it is written down elsewhere, and the page says nothing useful.
    pub(crate) fn too_far(&self, look: &Look<'_>) -> Result<Answer, Error> {
        let lines = ["Cette étape sert à réserver. Ce site est une imitation : rien n’a été réservé."];
        let body = self.pages.notice(look, "Etape de réservation", &lines, &[])?;
        Ok(Answer::page(200, look, body))
    }

    /// What is answered instead of the page; `None` where the veil lets the page through.
    pub(crate) fn veiled(
        &self,
        veil: Veil,
        look: &Look<'_>,
        asked: &Asked<'_>,
    ) -> Result<Option<Answer>, Error> {
        let pages = self.pages;
        let answer = match veil.state {
            State::Open
            | State::Full
            | State::Slow
            | State::NoCalendar
            | State::RedirectToSlot
            | State::Repost
            | State::NoWall
            | State::Wall => return Ok(None),
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
            State::RedirectLoop => Answer::redirect(match asked.request.query {
                None => asked.request.path.to_owned(),
                Some(query) => format!("{}?{query}", asked.request.path),
            }),
            State::Maintenance => {
                let lines = ["Le site est en cours de mise à jour."];
                Answer::page(503, look, pages.bare(look, "Site en maintenance", &lines)?)
            }
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
        Ok(Some(answer.asking_to_wait(veil, asked.at)))
    }
}

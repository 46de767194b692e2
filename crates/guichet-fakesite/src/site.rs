//! What a site answers to what it is asked, where all sites answer alike. What never enters: sockets, the clock, a
//! platform's own pages, what is forbidden.

use chrono::Duration;
use guichet_model::Instant;
use minijinja::Error;

use crate::{
    pages::{Look, Pages},
    platform,
    script::{ELSEWHERE, Host, Robots},
    session::Sessions,
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
    pub(crate) fn page(status: u16, look: &Look<'_>, body: Vec<u8>) -> Self {
        let mut answer = Self::of_kind(status, look.content_type(), body);
        answer.headers.push(("cache-control", "no-cache, must-revalidate".to_owned()));
        answer
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::of_kind(status, "text/plain; charset=utf-8".to_owned(), body.as_bytes().to_vec())
    }

    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::of_kind(status, "application/json; charset=utf-8".to_owned(), body.to_string().into_bytes())
    }

    pub(crate) fn script(body: String) -> Self {
        Self::of_kind(200, "text/javascript; charset=utf-8".to_owned(), body.into_bytes())
    }

    fn of_kind(status: u16, kind: String, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", kind)], body, pace: Pace::AtOnce }
    }

    pub(crate) fn redirect(to: String) -> Self {
        Self { status: 302, headers: vec![("location", to)], body: Vec::new(), pace: Pace::AtOnce }
    }

    /// To submit the same again there.
    pub(crate) fn repost(to: String) -> Self {
        Self { status: 307, ..Self::redirect(to) }
    }

    /// With the `Retry-After` that the script asks for.
    pub(crate) fn asking_to_wait(mut self, veil: Veil, at: Instant) -> Self {
        if let Some(retry) = veil.retry_after {
            let value = if retry.as_date {
                (at + retry.wait).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
            } else {
                retry.wait.num_seconds().to_string()
            };
            self.headers.push(("retry-after", value));
        }
        self
    }
}

/// What came over the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// What followed the `?`, as it was written.
    pub(crate) query: Option<&'a str>,
    /// The same, taken apart.
    pub(crate) params: &'a [(String, String)],
    /// The submitted form.
    pub(crate) form: &'a [(String, String)],
    /// What was submitted as plain text or JSON instead.
    pub(crate) text: &'a str,
}

impl<'a> Request<'a> {
    pub(crate) fn is_post(&self) -> bool {
        self.method == "POST"
    }

    pub(crate) fn field(&self, name: &str) -> Option<&'a str> {
        self.form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn param(&self, name: &str) -> Option<&'a str> {
        self.params.iter().find(|(param, _)| param == name).map(|(_, value)| value.as_str())
    }

    /// The path between its slashes.
    pub(crate) fn parts(&self) -> Vec<&'a str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }
}

/// What a site is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) request: Request<'a>,
    /// A session of this host.
    pub(crate) session: Option<&'a str>,
    pub(crate) at: Instant,
    /// The port that all hosts share.
    pub(crate) port: u16,
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
        if asked.request.path == "/robots.txt" {
            return Ok(self.robots());
        }
        if let Some(answer) = platform::answer(*self, asked)? {
            return Ok(answer);
        }
        if let Some(answer) = self.hidden(asked)? {
            return Ok(answer);
        }
        let look = Look::of_host(self.host);
        if asked.request.parts().is_empty() {
            let lines = ["Choisissez la démarche pour laquelle vous souhaitez un rendez-vous."];
            let body = self.pages.notice(&look, "Prendre un rendez-vous", &lines, &self.host.forms)?;
            return Ok(Answer::page(200, &look, body));
        }
        self.not_found(&look)
    }

    /// What hides a page that is no form's.
    pub(crate) fn hidden(&self, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
        match veil(&[&self.host.timeline], asked.at) {
            None => Ok(None),
            Some(over) => self.veiled(over, &Look::of_host(self.host), asked),
        }
    }

    fn robots(&self) -> Answer {
        match &self.host.robots {
            Robots::Text(text) => Answer::text(200, text),
            Robots::DisallowAll => Answer::text(200, "User-agent: *\nDisallow: /\n"),
            Robots::Missing => Answer::text(404, "not found\n"),
            Robots::Error => Answer::text(500, "internal error\n"),
        }
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

//! A script: which hosts, forms and desks there are and what holds when. What never enters: pages, requests, the
//! clock.

mod address;
mod check;
mod shape;
mod times;
mod wrong;

use guichet_model::{DepartmentCode, Instant, Params, Position, ProcedureId, SiteId, TargetId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    platform::Address,
    state::{State, Veil},
    timeline::{Moment, Timeline, moment},
};

/// The name of the control host.
pub(crate) const CONTROL: &str = "control";
/// The name of the host that a foreign redirect leads to.
pub(crate) const ELSEWHERE: &str = "ailleurs";

/// Why a script cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}: {problem}")]
pub struct ScriptError {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub problem: String,
}

/// What booking sites there are, and their known truth.
#[derive(Debug, Clone)]
pub struct Script {
    pub(crate) start: Option<Instant>,
    pub(crate) hosts: Vec<Host>,
}

/// The look of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Skin {
    /// Until about 2023.
    #[default]
    Old,
    /// The State's design system.
    Dsfr,
}

/// Which apostrophe the pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Apostrophe {
    #[default]
    Straight,
    Typographic,
}

/// The language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Language {
    #[default]
    #[serde(rename = "fr")]
    French,
    /// Some phrases in English, as happens on real sites.
    #[serde(rename = "half-english")]
    HalfEnglish,
}

/// How the pages' text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Charset {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "iso-8859-1")]
    Latin1,
    #[serde(rename = "iso-8859-15")]
    Latin9,
}

/// Which of a platform's sentences say that no slot is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Wording {
    #[default]
    Usual,
    Other,
}

/// What `/robots.txt` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Robots {
    Text(String),
    DisallowAll,
    Missing,
    Error,
}

/// What a catalogue says about a host's site.
#[derive(Debug, Clone)]
pub(crate) struct SiteFacts {
    pub(crate) department: Option<DepartmentCode>,
    pub(crate) site: Option<SiteId>,
    pub(crate) name: Option<String>,
    pub(crate) position: Option<Position>,
}

#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) robots: Robots,
    pub(crate) timeline: Timeline,
    pub(crate) facts: SiteFacts,
    pub(crate) forms: Vec<Form>,
}

#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) id: u32,
    pub(crate) address: Address,
    pub(crate) title: String,
    pub(crate) wording: Wording,
    pub(crate) skin: Skin,
    pub(crate) apostrophe: Apostrophe,
    pub(crate) language: Language,
    pub(crate) charset: Charset,
    pub(crate) deep_calendar: bool,
    pub(crate) direct_step2: bool,
    pub(crate) lead_days: u32,
    pub(crate) procedure: Option<ProcedureId>,
    pub(crate) key: Option<String>,
    pub(crate) target: Option<TargetId>,
    pub(crate) timeline: Timeline,
    /// At least one.
    pub(crate) desks: Vec<Desk>,
}

#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) id: u32,
    pub(crate) label: String,
    pub(crate) timeline: Timeline,
}

/// What a catalogue needs to know about one form of a script.
#[derive(Debug, Clone, PartialEq)]
pub struct FormEntry {
    /// The host's name: the page is `http://HOST.localhost:PORT` + [`FormEntry::path`].
    pub host: String,
    /// The form's id.
    pub form: u32,
    /// The platform, in the word of site files.
    pub platform: &'static str,
    path: String,
    /// The platform's own parameters of the target, empty where its address says it all.
    pub params: Params,
    /// The form's title, which is French.
    pub title: String,
    /// The host's department.
    pub department: Option<DepartmentCode>,
    /// The host's site.
    pub site: Option<SiteId>,
    /// The site's name.
    pub site_name: Option<String>,
    /// Where the site is.
    pub position: Option<Position>,
    /// What one comes for.
    pub procedure: Option<ProcedureId>,
    /// What tells the form from others of the site for the same procedure.
    pub key: Option<String>,
    /// The target that the form stands for, where site and procedure are written.
    pub target: Option<TargetId>,
    /// The form's desks, in the order of the page: id and label.
    pub desks: Vec<(u32, String)>,
}

impl FormEntry {
    /// The path of the booking page, as in `/booking/create/12069`, with its query where it has one.
    pub fn path(&self) -> String {
        self.path.clone()
    }
}

/// How a desk is at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskState {
    /// What the pages show.
    pub state: State,
    /// Whether at least one slot could be booked, seen or not.
    pub open: bool,
    /// How many slots exist, seen or not.
    pub slots: u32,
}

impl Script {
    /// Reads a script; `file` is only a name for messages.
    ///
    /// # Errors
    /// When the text is not TOML, has an unknown key or does not make sense; the message names file and line.
    pub fn parse(text: &str, file: &str) -> Result<Self, ScriptError> {
        let error = |start: usize, problem: &str| ScriptError {
            file: file.to_owned(),
            line: 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count(),
            problem: problem.trim().to_owned(),
        };
        let shape = toml::from_str(text)
            .map_err(|wrong| error(wrong.span().map_or(0, |span| span.start), wrong.message()))?;
        check::script(&shape).map_err(|wrong| error(wrong.span.start, &wrong.problem))
    }

    /// What time it is when the simulation starts, if the script says so.
    pub fn start(&self) -> Option<Instant> {
        self.start
    }

    /// Every form with what a catalogue needs to know about it, in the script's order.
    pub fn forms(&self) -> Vec<FormEntry> {
        let entry = |host: &Host, form: &Form| FormEntry {
            host: host.name.clone(),
            form: form.id,
            platform: form.address.platform().word(),
            path: form.path(),
            params: form.address.params(form.id, &form.desks),
            title: form.title.clone(),
            department: host.facts.department.clone(),
            site: host.facts.site.clone(),
            site_name: host.facts.name.clone(),
            position: host.facts.position,
            procedure: form.procedure.clone(),
            key: form.key.clone(),
            target: form.target.clone(),
            desks: form.desks.iter().map(|desk| (desk.id, desk.label.clone())).collect(),
        };
        self.hosts.iter().flat_map(|host| host.forms.iter().map(move |form| entry(host, form))).collect()
    }

    /// How a desk is at an instant; a form without desks has one of the form's own id. `None` where there is no such
    /// desk.
    pub fn desk_at(&self, host: &str, form: u32, desk: u32, at: Instant) -> Option<DeskState> {
        let host = self.host(host)?;
        let form = host.form(form)?;
        let desk = form.desk(desk)?;
        let moment = host.moment(form, desk, at);
        Some(DeskState { state: moment.state(), open: moment.open(), slots: moment.slots })
    }

    pub(crate) fn host(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == name)
    }
}

impl Host {
    pub(crate) fn form(&self, id: u32) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    pub(crate) fn moment(&self, form: &Form, desk: &Desk, at: Instant) -> Moment {
        let moment = moment(&[&self.timeline, &form.timeline, &desk.timeline], at);
        let wall = form.address.is_walled().then_some(Veil::WALL);
        Moment { veil: moment.veil.or(wall), ..moment }
    }
}

impl Form {
    /// Where a visit begins, with the query that belongs to it.
    pub(crate) fn path(&self) -> String {
        self.address.path(self.id)
    }

    pub(crate) fn desk(&self, id: u32) -> Option<&Desk> {
        self.desks.iter().find(|desk| desk.id == id)
    }

    /// The desk of a form that has only one: it is not asked which.
    pub(crate) fn only_desk(&self) -> Option<&Desk> {
        match self.desks.as_slice() {
            [desk] => Some(desk),
            _ => None,
        }
    }
}

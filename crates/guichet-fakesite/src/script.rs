//! A script: what it sets up and what holds when, as others ask about it. What never enters: pages, requests, the
//! clock.

mod address;
mod check;
mod hosts;
mod shape;
mod style;
mod times;
mod wrong;

use guichet_model::{DepartmentCode, Instant, Params, Position, ProcedureId, SiteId, TargetId};
use thiserror::Error;

pub(crate) use self::{
    hosts::{CONTROL, Desk, ELSEWHERE, Form, Host, Robots},
    style::{Apostrophe, Charset, Language, Skin, Wording},
};
use self::{shape::ScriptShape, wrong::Wrong};
use crate::state::State;

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
        let shape: ScriptShape = toml::from_str(text)
            .map_err(|wrong| error(wrong.span().map_or(0, |span| span.start), wrong.message()))?;
        let unfit = |wrong: Wrong| error(wrong.span.start, &wrong.problem);
        let hosts = check::hosts(&shape.host).map_err(unfit)?;
        let start = shape.start.as_ref().map(times::instant).transpose().map_err(unfit)?;
        Ok(Self { start, hosts })
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
            params: form.address.params(form.id, form.desks.iter().map(|desk| desk.id)),
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

//! What a script sets up: hosts, their forms, the forms' desks, each with what holds when. What never enters: how a
//! script is written.

use guichet_model::{DepartmentCode, Instant, Position, ProcedureId, SiteId, TargetId};

use crate::{
    address::Address,
    script::style::{Apostrophe, Charset, Language, Skin, Wording},
    state::Veil,
    timeline::{Moment, Timeline, moment},
};

/// The name of the control host.
pub(crate) const CONTROL: &str = "control";
/// The name of the host that a foreign redirect leads to.
pub(crate) const ELSEWHERE: &str = "ailleurs";

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

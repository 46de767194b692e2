//! What surrounds every page: languages, warnings, the foot; and names and addresses of places. What never enters:
//! figures.

use chrono::{Duration, DurationRound as _};
use chrono_tz::Tz;
use guichet_model::{Cause, DepartmentCode, Instant, ProcedureId, TargetId, civil};
use serde::Serialize;

use crate::{
    app::App,
    coverage::{Cell, Standing},
    figures::{Snapshot, TargetFacts},
    format,
    lang::Lang,
    query::Wanted,
    state::Watch,
};

/// Published data older than so many hours are pointed out on every page.
const STALE: i64 = 24;

#[derive(Debug, Serialize)]
pub(super) struct Frame {
    languages: Vec<Language>,
    home: String,
    method: String,
    status: String,
    audit: String,
    simulation: bool,
    /// The hour of the newest published observation, where it is older than a day.
    stale: Option<String>,
    is_empty: bool,
    as_of: Option<String>,
    delay_hours: i64,
    licence: String,
    licence_url: String,
    attributions: Vec<String>,
    contact: Option<String>,
}

#[derive(Debug, Serialize)]
struct Language {
    code: &'static str,
    name: &'static str,
    href: String,
    current: bool,
}

impl App {
    /// The frame of a page; `rest` is its address after the language. Without figures (on a page about an error),
    /// nothing is said about their age.
    pub(super) fn frame(&self, lang: Lang, rest: &str, snapshot: Option<&Snapshot>) -> Frame {
        let metadata = &self.catalog.metadata;
        let now = self.now();
        Frame {
            languages: Lang::ALL
                .into_iter()
                .map(|other| Language {
                    code: other.code(),
                    name: other.name(),
                    href: format!("/{}/{rest}", other.code()),
                    current: other == lang,
                })
                .collect(),
            home: format!("/{}/", lang.code()),
            method: format!("/{}/methode", lang.code()),
            status: format!("/{}/etat", lang.code()),
            audit: format!("/{}/previsions", lang.code()),
            simulation: self.settings.simulation,
            stale: snapshot.and_then(|snapshot| {
                // The observation may have been made at the very end of its hour.
                let is_stale = |hour: &Instant| now - *hour > Duration::hours(STALE + 1);
                snapshot.newest.filter(is_stale).map(|hour| paris_hour(lang, hour))
            }),
            is_empty: snapshot.is_some_and(Snapshot::is_empty),
            as_of: snapshot.map(|snapshot| paris_hour(lang, snapshot.as_of)),
            delay_hours: self.delay_hours(),
            licence: metadata.license.clone(),
            licence_url: metadata.license_url.to_string(),
            attributions: metadata.attributions.clone(),
            contact: self.settings.contact.clone(),
        }
    }

    /// The publishing delay, in hours begun.
    pub(super) fn delay_hours(&self) -> i64 {
        (self.settings.publish_delay.num_minutes() + 59) / 60
    }

    /// A procedure's name in the language; its id where the catalogue does not list it.
    pub(super) fn procedure_name(&self, lang: Lang, id: &ProcedureId) -> String {
        self.catalog.procedure(id).map_or_else(
            || id.as_str().to_owned(),
            |procedure| match lang {
                Lang::Fr => procedure.label_fr.clone(),
                Lang::En => procedure.label_en.clone(),
            },
        )
    }

    pub(super) fn department_name(&self, code: &DepartmentCode) -> String {
        self.catalog
            .department(code)
            .map_or_else(|| code.as_str().to_owned(), |department| department.name.clone())
    }
}

/// An instant, rounded down to the hour, in Paris time.
fn paris_hour(lang: Lang, at: Instant) -> String {
    let hour = at.duration_trunc(Duration::hours(1)).unwrap_or(at);
    format::hour(lang, civil::local(hour, civil::PARIS))
}

/// The address of the main page after the language.
pub(super) fn home_rest(wanted: &Wanted) -> String {
    let department = wanted.department.as_ref().map(|code| format!("departement={code}"));
    let procedure = wanted.procedure.as_ref().map(|id| format!("procedure={id}"));
    let query: Vec<String> = department.into_iter().chain(procedure).collect();
    if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) }
}

pub(super) fn home_href(lang: Lang, department: Option<&DepartmentCode>, procedure: &ProcedureId) -> String {
    let wanted = Wanted { department: department.cloned(), procedure: Some(procedure.clone()) };
    format!("/{}/{}", lang.code(), home_rest(&wanted))
}

pub(super) fn department_rest(code: &DepartmentCode) -> String {
    format!("departement/{code}")
}

pub(super) fn target_rest(id: &TargetId) -> String {
    format!("guichet/{id}")
}

/// Whether a target is watched, in words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct WatchView {
    pub(super) word: &'static str,
    pub(super) since: Option<String>,
    pub(super) cause: Option<&'static str>,
    /// The way that is taken instead of a page that is watched.
    pub(super) channel: Option<&'static str>,
}

impl WatchView {
    pub(super) fn of(watch: Option<Watch>, lang: Lang, zone: Tz) -> Self {
        Self {
            word: watch.map_or("none", Watch::as_str),
            since: match watch {
                Some(Watch::Watched { since } | Watch::Wall { since }) => {
                    Some(format::date(lang, civil::local(since, zone).date_naive()))
                }
                _ => None,
            },
            cause: match watch {
                Some(Watch::NotFoundAlive { cause }) => cause.map(Cause::as_str),
                _ => None,
            },
            channel: None,
        }
    }

    /// The same for a whole department: where no page is watched, by which other way it goes.
    pub(super) fn of_department(watch: Option<Watch>, cell: Option<&Cell>, lang: Lang, zone: Tz) -> Self {
        let elsewhere = cell.filter(|cell| cell.standing == Standing::OtherChannel);
        Self { channel: elsewhere.map(|cell| cell.channel.as_str()), ..Self::of(watch, lang, zone) }
    }
}

/// What a target is called, and where its pages are.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TargetName {
    pub(super) href: String,
    pub(super) site: String,
    pub(super) procedure: String,
    /// The catalogue's own label, in French.
    pub(super) label: Option<String>,
    /// The key, where nothing else tells two pages apart.
    pub(super) key: Option<String>,
    pub(super) official: Option<String>,
    /// The year in which a source last saw the page.
    pub(super) seen: Option<String>,
    /// How the sources contradict each other, in French.
    pub(super) conflict: Option<String>,
}

impl App {
    pub(super) fn target_name(&self, lang: Lang, facts: &TargetFacts) -> TargetName {
        let listed = self.catalog.target(&facts.id);
        let label = listed.and_then(|(_, target)| target.label.clone());
        TargetName {
            href: format!("/{}/{}", lang.code(), target_rest(&facts.id)),
            site: self
                .catalog
                .site(facts.id.site())
                .map_or_else(|| facts.id.site().as_str().to_owned(), |entry| entry.site.name.clone()),
            procedure: self.procedure_name(lang, facts.id.procedure()),
            key: if label.is_none() { facts.id.key().map(str::to_owned) } else { None },
            label,
            official: listed.map(|(_, target)| target.url.to_string()),
            seen: listed.and_then(|(_, target)| target.seen).map(|year| year.to_string()),
            conflict: listed.and_then(|(_, target)| target.conflict.clone()),
        }
    }
}

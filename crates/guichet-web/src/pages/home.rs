//! The main page: the answer for a department and a procedure, then France as a map and as a table.
//! What never enters: other departments' answers.

use std::collections::BTreeMap;

use guichet_model::{Cause, Department, DepartmentCode, Instant, ProcedureId};
use minijinja::{context, value::Serde};
use serde::Serialize;

use super::{
    frame::{TargetName, WatchView, department_rest, home_href, home_rest},
    view::FiguresView,
    way::WayView,
};
use crate::{
    WebError,
    app::App,
    failure::Failure,
    figures::{Pool, ProcedureFacts, Snapshot, TargetFacts},
    lang::Lang,
    query::{Wanted, Wrong},
    state::{State, Watch},
    telling::tell_pooled,
};

/// The procedure of pages that no source tells the procedure of.
const OTHER: &str = "autre";

/// A department in the form, on the map and in the table.
#[derive(Debug, Serialize)]
struct Row {
    code: String,
    name: String,
    href: String,
    chosen: bool,
    targets: usize,
    with_data: usize,
    watch: WatchView,
    figures: FiguresView,
}

impl Row {
    fn of(
        lang: Lang,
        snapshot: &Snapshot,
        department: &Department,
        procedure: &ProcedureId,
        chosen: Option<&DepartmentCode>,
    ) -> Self {
        let pool = snapshot.department(&department.code, Some(procedure));
        Self {
            code: department.code.as_str().to_owned(),
            name: department.name.clone(),
            href: home_href(lang, Some(&department.code), procedure),
            chosen: chosen == Some(&department.code),
            targets: pool.map_or(0, |pool| pool.targets),
            with_data: pool.map_or(0, |pool| pool.with_data),
            watch: WatchView::of_department(
                pool.and_then(|pool| pool.watch),
                snapshot.cell(&department.code, procedure),
                lang,
                department.timezone,
            ),
            figures: figures_of(pool, lang, snapshot.as_of),
        }
    }
}

#[derive(Debug, Serialize)]
struct Choice {
    id: String,
    name: String,
    chosen: bool,
    listed: bool,
}

/// What is said to a person of a department about a procedure.
#[derive(Debug, Serialize)]
struct Answer {
    name: String,
    code: String,
    department_href: String,
    figures: FiguresView,
    /// What the pages together mean for a person; empty where nothing was observed.
    telling: Vec<String>,
    with_data: usize,
    /// Why the last look told nothing, where none ever told.
    cause: Option<&'static str>,
    targets: Vec<TargetView>,
    /// By which way the procedure goes there, and who says so.
    way: Option<WayView>,
    /// Pages of the department whose procedure nobody told, and where they are shown.
    others: usize,
    others_href: Option<String>,
}

/// A target with its figures.
#[derive(Debug, Serialize)]
pub(super) struct TargetView {
    name: TargetName,
    pub(super) watch: WatchView,
    pub(super) figures: FiguresView,
}

impl App {
    pub(super) fn target_view(&self, lang: Lang, facts: &TargetFacts, as_of: Instant) -> TargetView {
        TargetView {
            name: self.target_name(lang, facts),
            watch: WatchView::of(Some(facts.watch), lang, facts.figures.zone),
            figures: FiguresView::of(&facts.figures, lang, as_of),
        }
    }

    pub(crate) fn home_page(&self, lang: Lang, query: Option<&str>) -> Result<String, Failure> {
        let wanted = Wanted::of_page(query).map_err(Failure::Query)?;
        if let Some(code) = &wanted.department
            && self.catalog.department(code).is_none()
        {
            return Err(Failure::Query(Wrong::department(code.as_str())));
        }
        let snapshot = self.snapshot()?;
        let procedure = chosen_procedure(&snapshot, wanted.procedure.as_ref())?;
        let rows: Vec<Row> = self
            .catalog
            .departments
            .iter()
            .map(|department| Row::of(lang, &snapshot, department, procedure, wanted.department.as_ref()))
            .collect();
        let by_state = |state: State| rows.iter().filter(|row| row.figures.state == state.as_str()).count();
        let (open, full) = (by_state(State::Open), by_state(State::Full));
        let answer = match &wanted.department {
            Some(code) => Some(self.answer(lang, &snapshot, code, procedure)?),
            None => None,
        };
        let places: BTreeMap<&str, &Row> = rows.iter().map(|row| (row.code.as_str(), row)).collect();
        let context = context! {
            frame => Serde(self.frame(lang, &home_rest(&wanted), Some(&snapshot))),
            choices => Serde(self.choices(lang, &snapshot, procedure)),
            procedure => self.procedure_name(lang, procedure),
            procedure_is_french => self.catalog.procedure(procedure).is_none(),
            official_procedure => self.catalog.procedure(procedure).map(|known| known.official_url.to_string()),
            answer => Serde(answer),
            france => telling_of(snapshot.france(procedure), lang),
            rows => Serde(&rows),
            places => Serde(places),
            open,
            full,
            other => rows.len() - open - full,
        };
        Ok(self.pages.render(lang, "home.html", context)?)
    }

    fn choices(&self, lang: Lang, snapshot: &Snapshot, chosen: &ProcedureId) -> Vec<Choice> {
        let choice = |procedure: &ProcedureFacts| Choice {
            id: procedure.id.as_str().to_owned(),
            name: self.procedure_name(lang, &procedure.id),
            chosen: procedure.id == *chosen,
            listed: procedure.listed,
        };
        snapshot.procedures.iter().map(choice).collect()
    }

    fn answer(
        &self,
        lang: Lang,
        snapshot: &Snapshot,
        code: &DepartmentCode,
        procedure: &ProcedureId,
    ) -> Result<Answer, WebError> {
        let pool = snapshot.department(code, Some(procedure));
        let figures = figures_of(pool, lang, snapshot.as_of);
        let mut cause = None;
        if figures.state == State::Unknown.as_str() {
            for facts in snapshot.targets_of(code, Some(procedure)) {
                cause = cause.or(self.last_cause(facts, snapshot.as_of)?);
            }
        }
        let other: Option<ProcedureId> = OTHER.parse().ok().filter(|other| other != procedure);
        let is_known = |facts: &&TargetFacts| !matches!(facts.watch, Watch::Historical | Watch::Retired);
        let others =
            other.as_ref().map_or(0, |other| snapshot.targets_of(code, Some(other)).filter(is_known).count());
        Ok(Answer {
            name: self.department_name(code),
            code: code.as_str().to_owned(),
            department_href: format!("/{}/{}", lang.code(), department_rest(code)),
            figures,
            telling: telling_of(pool, lang),
            with_data: pool.map_or(0, |pool| pool.with_data),
            cause: cause.map(Cause::as_str),
            way: snapshot.cell(code, procedure).map(|cell| self.way(lang, cell)),
            others,
            others_href: other.map(|other| home_href(lang, Some(code), &other)),
            targets: snapshot
                .targets_of(code, Some(procedure))
                .map(|facts| self.target_view(lang, facts, snapshot.as_of))
                .collect(),
        })
    }
}

fn figures_of(pool: Option<&Pool>, lang: Lang, as_of: Instant) -> FiguresView {
    match pool {
        Some(pool) => FiguresView::of(&pool.figures, lang, as_of),
        None => FiguresView::NEVER,
    }
}

fn telling_of(pool: Option<&Pool>, lang: Lang) -> Vec<String> {
    let pooled = pool.and_then(|pool| pool.pooled.as_ref());
    pooled.map(|pooled| tell_pooled(pooled, lang.code())).unwrap_or_default()
}

fn chosen_procedure<'a>(
    snapshot: &'a Snapshot,
    wanted: Option<&ProcedureId>,
) -> Result<&'a ProcedureId, Failure> {
    match wanted {
        Some(id) => snapshot
            .procedure(id)
            .map(|procedure| &procedure.id)
            .ok_or_else(|| Failure::Query(Wrong::procedure(id.as_str()))),
        // A catalogue without any procedure has no main page.
        None => snapshot.usual_procedure().map(|procedure| &procedure.id).ok_or(Failure::NoSuchPage),
    }
}

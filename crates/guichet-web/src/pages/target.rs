//! One target: its sentence, its figures, its week, where its data come from. What never enters: other targets.

use guichet_model::{Cause, Site, TargetId};
use guichet_stats::availability;
use minijinja::{context, value::Serde};
use serde::Serialize;

use super::{
    frame::{department_rest, target_rest},
    home::TargetView,
    way::SourceView,
    week::week,
};
use crate::{
    app::App,
    failure::Failure,
    figures::{Figures, TargetFacts},
    format,
    hours::{in_period, published},
    lang::Lang,
    state::State,
    telling::tell,
};

#[derive(Debug, Serialize)]
struct SiteView {
    kind: &'static str,
    source: String,
    /// The address in `source`, where it is one.
    source_href: Option<String>,
    checked: Option<String>,
    areas: Vec<String>,
}

/// What sources say of the page itself.
#[derive(Debug, Serialize)]
struct PageView {
    seen: Option<String>,
    source: Option<SourceView>,
    /// How the sources contradict each other, in French.
    conflict: Option<String>,
}

impl SiteView {
    fn of(site: &Site, lang: Lang) -> Self {
        let is_address = site.source.starts_with("https://") || site.source.starts_with("http://");
        Self {
            kind: site.kind.as_str(),
            source_href: is_address.then(|| site.source.clone()),
            source: site.source.clone(),
            checked: site.checked.map(|date| format::date(lang, date)),
            areas: site.competence.as_ref().map(|told| told.areas.clone()).unwrap_or_default(),
        }
    }
}

impl App {
    pub(crate) fn target_page(&self, lang: Lang, id: &str) -> Result<String, Failure> {
        let wrong = || Failure::NoSuchTarget(id.chars().take(100).collect());
        let id: TargetId = id.parse().map_err(|_not_one| wrong())?;
        let snapshot = self.snapshot()?;
        let facts = snapshot.targets.get(&id).ok_or_else(wrong)?;
        let zone = facts.figures.zone;
        let all = self.tallies(&id)?;
        let tallies = published(&all, snapshot.as_of, zone);
        let report = facts.report.as_deref();
        // From the same tallies as the week below: an import may have come since the snapshot.
        let of_period = report.map_or(tallies, |report| in_period(tallies, &report.availability));
        let figures = Figures::with(availability(of_period, zone), tallies, zone);
        let facts = TargetFacts { figures, ..facts.clone() };
        let cause = match facts.figures.state {
            State::Unknown => self.last_cause(&facts, snapshot.as_of)?,
            _ => None,
        };
        let target: TargetView = self.target_view(lang, &facts, snapshot.as_of);
        let turns = self.desks_in_turns(&id, snapshot.as_of)?;
        let code = id.department();
        let context = context! {
            frame => Serde(self.frame(lang, &target_rest(&id), Some(&snapshot))),
            id => id.as_str(),
            target => Serde(target),
            cause => cause.map(Cause::as_str),
            sources => facts.sources,
            site => Serde(self.catalog.site(id.site()).map(|entry| SiteView::of(&entry.site, lang))),
            page => Serde(self.catalog.target(&id).map(|(_, target)| PageView {
                seen: target.seen.map(|year| year.to_string()),
                source: target.source.as_deref().map(SourceView::of),
                conflict: target.conflict.clone(),
            })),
            code => code.as_str(),
            department => self.department_name(code),
            department_href => format!("/{}/{}", lang.code(), department_rest(code)),
            telling => report.map(|report| tell(report, lang.code())).unwrap_or_default(),
            week => Serde((!of_period.is_empty()).then(|| week(of_period, zone, lang))),
            desks => Serde(turns.map(|desks| [desks.asked, desks.listed])),
            town => format::town_of_zone(zone),
        };
        Ok(self.pages.render(lang, "target.html", context)?)
    }
}

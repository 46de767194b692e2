//! `guichet stats`: figures, words first; of a target, of all, or of a department's or France's desks together.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    io::Write as _,
};

use anyhow::bail;
use chrono::NaiveDate;
use guichet_catalog::Catalog;
use guichet_model::{DepartmentCode, HourTally, TargetId, civil::HourOfWeek};
use guichet_stats::{Availability, Report, by_hour_of_week};
use guichet_store::Reader;
use guichet_web::{Wanted, pooled_json, pooled_of, report_json, report_of, reports, tell, tell_pooled};
use serde_json::{Value, json};

use super::{print, progress, talk};
use crate::{
    cli::{Common, Language},
    config::Settings,
    exit::Exit,
    opening, show,
    subject::Subject,
    told::{seen, table, week},
};

pub(super) struct Options {
    pub(super) json: bool,
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
    pub(super) language: Language,
}

impl Options {
    fn wanted(&self) -> Wanted {
        Wanted { as_of: None, from: self.from, to: self.to }
    }
}

pub(super) fn run(
    settings: &Settings,
    common: &Common,
    subject: Option<&Subject>,
    options: &Options,
) -> anyhow::Result<Exit> {
    if let (Some(from), Some(to)) = (options.from, options.to)
        && to < from
    {
        bail!("--from {from} is later than --to {to}; write the earlier date first");
    }
    let catalog = opening::catalog(settings, common)?;
    let reader = opening::reader(&settings.db)?;
    let text = match subject {
        None => all(settings, &catalog, &reader, options)?,
        Some(Subject::Target(target)) => of_target(settings, &catalog, &reader, target, options)?,
        Some(place) => of_place(settings, &catalog, &reader, place, options)?,
    };
    print(&text)?;
    Ok(Exit::Fine)
}

fn of_target(
    settings: &Settings,
    catalog: &Catalog,
    reader: &Reader,
    target: &TargetId,
    options: &Options,
) -> anyhow::Result<String> {
    let bar = progress();
    let found = report_of(catalog, reader, target, &options.wanted(), &mut |done, all| bar.tell(done, all))?;
    bar.clear();
    let Some(report) = found else {
        bail!(
            "{} holds no observation of `{target}` in this period; `guichet sites` lists the catalogue",
            settings.db.display()
        );
    };
    let hours = hours_of_week(reader, target, &report)?;
    if options.json {
        show::json_text(&target_json(target, &report, &hours))
    } else {
        target_told(target, &report, &hours, options.language)
    }
}

/// R1 in each hour of the week of the report's period.
fn hours_of_week(
    reader: &Reader,
    target: &TargetId,
    report: &Report,
) -> anyhow::Result<BTreeMap<HourOfWeek, Availability>> {
    let period = &report.availability;
    let tallies: Vec<HourTally> = reader
        .hour_tallies(target)?
        .into_iter()
        .filter(|tally| (period.from..=period.to).contains(&tally.at.date))
        .collect();
    Ok(by_hour_of_week(&tallies, report.zone))
}

/// The documented object: R1 to R9 of the target's period.
fn target_json(target: &TargetId, report: &Report, hours: &BTreeMap<HourOfWeek, Availability>) -> Value {
    let mut value = report_json(report);
    if let Some(object) = value.as_object_mut() {
        object.insert("target".to_owned(), json!(target.as_str()));
        object.insert("from".to_owned(), json!(report.availability.from.to_string()));
        object.insert("to".to_owned(), json!(report.availability.to.to_string()));
        object.insert("timezone".to_owned(), json!(report.zone.name()));
        // Pages round sightings to the hour; the operator's own log is exact.
        object.insert("episodes".to_owned(), seen::json(&report.episodes));
        let hours = hours.iter().map(|(hour, cell)| cell_json(*hour, cell)).collect();
        object.insert("hours_of_week".to_owned(), Value::Array(hours));
        if let Some(availability) = object.get_mut("availability") {
            show::add_counts(availability, &report.availability);
        }
    }
    value
}

fn cell_json(hour: HourOfWeek, cell: &Availability) -> Value {
    let mut value = show::availability(cell);
    if let Some(object) = value.as_object_mut() {
        object.insert("day".to_owned(), json!(hour.day() + 1));
        object.insert("hour".to_owned(), json!(hour.hour()));
    }
    value
}

fn target_told(
    target: &TargetId,
    report: &Report,
    hours: &BTreeMap<HourOfWeek, Availability>,
    language: Language,
) -> anyhow::Result<String> {
    let mut text = String::new();
    let period = &report.availability;
    writeln!(text, "{target}, {} to {} ({})\n", period.from, period.to, report.zone.name())?;
    for sentence in tell(report, language.code()) {
        writeln!(text, "{sentence}")?;
    }
    writeln!(text, "\nFigures")?;
    table::availability(&mut text, period)?;
    table::chances(&mut text, report)?;
    table::openings(&mut text, report)?;
    seen::list(&mut text, &report.episodes, report.zone)?;
    week::draw(&mut text, report.cells.as_ref().ok(), hours)?;
    Ok(text)
}

/// A line for each target with observations; with `--json` the object that is printed of one target.
fn all(settings: &Settings, catalog: &Catalog, reader: &Reader, options: &Options) -> anyhow::Result<String> {
    let bar = progress();
    let reports = reports(catalog, reader, &options.wanted(), &mut |done, all| bar.tell(done, all))?;
    bar.clear();
    if reports.is_empty() {
        writeln!(talk(), "{} holds no observation in this period", settings.db.display())?;
    }
    let mut text = String::new();
    for (target, report) in &reports {
        if options.json {
            let value = target_json(target, report, &hours_of_week(reader, target, report)?);
            writeln!(text, "{}", show::json_line(&value)?)?;
        } else {
            line(&mut text, target, report)?;
        }
    }
    Ok(text)
}

/// Without enough exposure only what was counted.
fn line(text: &mut String, target: &TargetId, report: &Report) -> fmt::Result {
    let figures = &report.availability;
    let share = match (figures.p, figures.enough()) {
        (None, _) => "never told".to_owned(),
        (Some(_), Err(_)) => {
            format!("{} of {}", figures.counts.open, show::many(figures.n_polls, "answer"))
        }
        (Some(p), Ok(())) => format!("{} ({})", show::percent(p), table::between(&figures.interval)),
    };
    let class = match &report.class {
        Ok(class) if class.set.len() < 3 => {
            class.set.iter().map(|class| class.as_str()).collect::<Vec<_>>().join("|")
        }
        _ => "–".to_owned(),
    };
    writeln!(
        text,
        "{:<48} {} to {}  {:>7} answers, {:>7} of the hours  {:<11}  {share:<26} class {class}",
        target.as_str(),
        figures.from,
        figures.to,
        figures.n_polls,
        show::percent(figures.capture),
        figures.tier.as_str(),
    )
}

fn of_place(
    settings: &Settings,
    catalog: &Catalog,
    reader: &Reader,
    place: &Subject,
    options: &Options,
) -> anyhow::Result<String> {
    let (department, procedure) = match place {
        Subject::Department(department, procedure) => (Some(department), procedure),
        Subject::France(procedure) => (None, procedure),
        Subject::Target(target) => bail!("`{target}` is a target, not a place"),
    };
    let bar = progress();
    let found = pooled_of(catalog, reader, department, procedure, &options.wanted(), &mut |done, all| {
        bar.tell(done, all);
    })?;
    bar.clear();
    let name = department.map_or("france", DepartmentCode::as_str);
    let Some(pooled) = found else {
        bail!("{} holds no observation of any desk for `{name}/{procedure}`", settings.db.display());
    };
    if options.json {
        let mut value = pooled_json(&pooled);
        if let Some(object) = value.as_object_mut() {
            object.insert("department".to_owned(), json!(department.map(DepartmentCode::as_str)));
            object.insert("procedure".to_owned(), json!(procedure.as_str()));
        }
        return show::json_text(&value);
    }
    let mut text = String::new();
    let period = &pooled.availability;
    writeln!(text, "{name}/{procedure}, {} to {}\n", period.from, period.to)?;
    for sentence in tell_pooled(&pooled, options.language.code()) {
        writeln!(text, "{sentence}")?;
    }
    writeln!(
        text,
        "\nFigures of {}, {} of which said whether there was a slot",
        show::many(pooled.desks.into(), "desk"),
        pooled.desks_with_data
    )?;
    table::availability(&mut text, period)?;
    Ok(text)
}

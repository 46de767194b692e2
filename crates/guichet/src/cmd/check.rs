//! `guichet check`: is the catalogue right? Reports every problem of every file; with `--online` its pages are visited.
//!
//! The reader of the catalogue knows no clock, so what must not lie in the future is looked at here.

use std::{fmt::Display, path::Path};

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use guichet_catalog::{Catalog, Entry, Problem, Problems};
use guichet_model::{DepartmentCode, Instant, Statement, civil};

use super::{check_online, print};
use crate::{cli::Common, config::Settings, exit::Exit, opening, show};

pub(super) fn run(
    settings: &Settings,
    common: &Common,
    online: Option<&check_online::Options>,
) -> anyhow::Result<Exit> {
    let now = opening::clock(common.accelerate).now();
    let checked = guichet_catalog::load(&settings.data, &opening::catalog_options(common))
        .and_then(|catalog| without_future(&settings.data, catalog, now));
    match checked {
        Ok(catalog) => {
            if let Some(options) = online {
                return super::block_on(check_online::run(settings, common, &catalog, options));
            }
            let targets = catalog.targets().count();
            print(&format!(
                "{}: {} departments, {} procedures, {} sites, {targets} targets; no problem found\n",
                settings.data.display(),
                catalog.departments.len(),
                catalog.procedures.len(),
                catalog.entries.len(),
            ))?;
            Ok(Exit::Fine)
        }
        Err(problems) => {
            print(&format!("{}\n", show::plain_lines(&problems.to_string())))?;
            Ok(Exit::ProblemsFound)
        }
    }
}

/// The catalogue, unless it dates something after `now`.
fn without_future(data: &Path, catalog: Catalog, now: Instant) -> Result<Catalog, Problems> {
    let today = |zone: Tz| civil::local(now, zone).date_naive();
    let mut problems = Vec::new();
    for entry in &catalog.entries {
        // `check --online` stamps a site with the day of its own department.
        problems.extend(in_site(entry, today(catalog.zone(&entry.site.department))));
    }
    let unplaced = data.join("unplaced.toml");
    for page in &catalog.unplaced {
        let seen = page.seen.map(i32::from);
        problems.extend(later_year(&unplaced, seen, page.url.as_str(), today(civil::PARIS)));
    }
    for (code, statements) in &catalog.statements {
        for statement in statements {
            let problem = in_statement(data, code, statement, today(civil::PARIS));
            // A national statement comes with each department.
            problems.extend(problem.filter(|problem| !problems.contains(problem)));
        }
    }
    if problems.is_empty() { Ok(catalog) } else { Err(Problems(problems)) }
}

fn in_site(entry: &Entry, today: NaiveDate) -> Vec<Problem> {
    let Entry { site, targets, file } = entry;
    let checked = site.checked.filter(|day| *day > today).map(|day| {
        future(
            file,
            format!("checked = {day}"),
            site.id.as_str(),
            format!("the day of the last look, {today} at the latest"),
        )
    });
    let seen = targets
        .iter()
        .filter_map(|target| later_year(file, target.seen.map(i32::from), target.id.as_str(), today));
    checked.into_iter().chain(seen).collect()
}

fn later_year(file: &Path, seen: Option<i32>, of: &str, today: NaiveDate) -> Option<Problem> {
    let seen = seen.filter(|year| *year > today.year())?;
    let right = format!("the year in which its source last saw it, {} at the latest", today.year());
    Some(future(file, format!("seen = {seen}"), of, right))
}

fn in_statement(
    data: &Path,
    code: &DepartmentCode,
    statement: &Statement,
    today: NaiveDate,
) -> Option<Problem> {
    let stated = statement.stated.filter(|day| *day > today)?;
    let name = if statement.national { "national" } else { code.as_str() };
    let file = data.join("channels").join(name).with_extension("toml");
    let right = format!("the year or the day of which its source speaks, {today} at the latest");
    // A bare year is read as its first day.
    let written = if stated.ordinal() == 1 { stated.year().to_string() } else { stated.to_string() };
    Some(future(&file, format!("stated = {written}"), statement.procedure.as_str(), right))
}

fn future(file: &Path, written: impl Display, of: &str, right: impl Display) -> Problem {
    Problem {
        file: file.to_owned(),
        line: None,
        message: format!("`{written}` of {of} lies in the future"),
        advice: format!("write {right}"),
    }
}

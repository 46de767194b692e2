//! `guichet sites --coverage`: for each procedure of each department, a page that is watched, another way, or nothing.

use std::{collections::BTreeMap, fmt::Write as _};

use guichet_catalog::{Catalog, MAIN_PROCEDURES};
use guichet_model::TargetId;
use guichet_store::TargetState;
use guichet_web::{Cell, Standing, coverage};
use serde_json::{Value, json};

use super::print;
use crate::{cli::Common, config::Settings, exit::Exit, opening, show};

pub(super) fn run(settings: &Settings, common: &Common, as_json: bool) -> anyhow::Result<Exit> {
    let catalog = opening::catalog(settings, common)?;
    let states = states(settings)?;
    let now = opening::clock(common.accelerate).now();
    let cells = coverage(&catalog, &states, now);
    let totals = Totals::of(&cells);
    print(&if as_json {
        show::json_text(&object(&catalog, &cells, &totals))?
    } else {
        told(&catalog, &cells, &totals)?
    })?;
    Ok(Exit::Fine)
}

/// What the database knows of the targets; nothing where there is none.
fn states(settings: &Settings) -> anyhow::Result<BTreeMap<TargetId, TargetState>> {
    if !settings.db.exists() {
        return Ok(BTreeMap::new());
    }
    let rows = opening::reader(&settings.db)?.targets()?;
    Ok(rows.into_iter().map(|row| (row.id, row.state)).collect())
}

/// How many cells stand how, and how many targets.
struct Totals {
    main: Vec<(Standing, usize)>,
    all: Vec<(Standing, usize)>,
    targets: BTreeMap<&'static str, usize>,
}

impl Totals {
    fn of(cells: &[Cell]) -> Self {
        let count = |wanted: &dyn Fn(&Cell) -> bool| {
            let of = |standing| cells.iter().filter(|cell| cell.standing == standing && wanted(cell)).count();
            Standing::ALL.into_iter().map(|standing| (standing, of(standing))).collect()
        };
        // A page may be there for several procedures.
        let distinct: BTreeMap<&TargetId, &'static str> =
            cells.iter().flat_map(|cell| &cell.targets).map(|(id, watch)| (id, *watch)).collect();
        let mut targets = BTreeMap::new();
        for watch in distinct.into_values() {
            *targets.entry(watch).or_default() += 1;
        }
        Self { main: count(&is_main), all: count(&|_| true), targets }
    }
}

fn is_main(cell: &Cell) -> bool {
    MAIN_PROCEDURES.contains(&cell.procedure.as_str())
}

/// The standing in words; of another way, which.
fn word(cell: &Cell) -> String {
    match cell.standing {
        Standing::OtherChannel => format!("other: {}", cell.channel),
        other => other.as_str().replace('_', " "),
    }
}

fn told(catalog: &Catalog, cells: &[Cell], totals: &Totals) -> anyhow::Result<String> {
    let mut text = String::new();
    write!(text, "{:34}", "department")?;
    for procedure in MAIN_PROCEDURES {
        write!(text, "{procedure:24}")?;
    }
    writeln!(text, "also")?;
    for department in &catalog.departments {
        let of_department = || cells.iter().filter(|cell| cell.department == department.code);
        write!(text, "{:34}", format!("{} {}", department.code, department.name))?;
        for procedure in MAIN_PROCEDURES {
            let cell = of_department().find(|cell| cell.procedure.as_str() == procedure);
            write!(text, "{:24}", cell.map(word).unwrap_or_default())?;
        }
        let known = |cell: &&Cell| !is_main(cell) && !cell.targets.is_empty();
        let also = of_department().filter(known).map(|cell| format!("{} {}", cell.procedure, word(cell)));
        writeln!(text, "{}", also.collect::<Vec<_>>().join("; "))?;
    }
    writeln!(text)?;
    for (what, counts) in [
        ("main procedures of all departments", &totals.main),
        ("all procedures of all departments", &totals.all),
    ] {
        let of = counts.iter().map(|(standing, n)| format!("{} {n}", standing.as_str().replace('_', " ")));
        writeln!(text, "{what}: {}", of.collect::<Vec<_>>().join(", "))?;
    }
    let targets = totals.targets.iter().map(|(watch, n)| format!("{} {n}", watch.replace('_', " ")));
    writeln!(text, "targets: {}", targets.collect::<Vec<_>>().join(", "))?;
    writeln!(
        text,
        "sites: {}; pages whose department no source names: {}",
        catalog.entries.len(),
        catalog.unplaced.len()
    )?;
    Ok(text)
}

fn object(catalog: &Catalog, cells: &[Cell], totals: &Totals) -> Value {
    let cell = |cell: &Cell| {
        let statement = catalog.statement(&cell.department, &cell.procedure);
        json!({
            "department": cell.department.as_str(),
            "procedure": cell.procedure.as_str(),
            "standing": cell.standing.as_str(),
            "channel": cell.channel.as_str(),
            "source": statement.and_then(|said| said.source.as_deref()),
            "stated": statement.and_then(|said| said.stated).map(|day| day.to_string()),
            "targets": cell
                .targets
                .iter()
                .map(|(id, watch)| json!({ "target": id.as_str(), "watch": watch }))
                .collect::<Vec<_>>(),
        })
    };
    let counts = |counts: &[(Standing, usize)]| -> BTreeMap<&str, usize> {
        counts.iter().map(|(standing, n)| (standing.as_str(), *n)).collect()
    };
    json!({
        "cells": cells.iter().map(cell).collect::<Vec<_>>(),
        "totals": {
            "main": counts(&totals.main),
            "all": counts(&totals.all),
            "targets": totals.targets,
            "sites": catalog.entries.len(),
            "unplaced": catalog.unplaced.len(),
        },
    })
}

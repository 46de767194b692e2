//! `guichet stats`: a target's figures, words first.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::bail;
use chrono::NaiveDate;
use guichet_model::{HourTally, TargetId, civil::HourOfWeek};
use guichet_stats::{Availability, Tier, availability, by_hour_of_week};
use serde_json::{Value, json};

use super::print;
use crate::{cli::Common, config::Settings, exit::Exit, opening, show};

pub(super) struct Options {
    pub(super) json: bool,
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
}

pub(super) fn run(
    settings: &Settings,
    common: &Common,
    target: &TargetId,
    options: &Options,
) -> anyhow::Result<Exit> {
    if let (Some(from), Some(to)) = (options.from, options.to)
        && to < from
    {
        bail!("--from {from} is later than --to {to}; write the earlier date first");
    }
    let catalog = opening::catalog(settings, common)?;
    let zone = opening::zone(&catalog, target);
    let reader = opening::reader(&settings.db)?;
    let within = |date: NaiveDate| {
        options.from.is_none_or(|from| from <= date) && options.to.is_none_or(|to| date <= to)
    };
    let tallies: Vec<HourTally> =
        reader.hour_tallies(target)?.into_iter().filter(|tally| within(tally.at.date)).collect();
    let Some(figures) = availability(&tallies, zone) else {
        bail!(
            "{} holds no observation of `{target}` in this period; `guichet sites` lists the catalogue",
            settings.db.display()
        );
    };
    let hours = by_hour_of_week(&tallies, zone);
    let text = if options.json {
        show::json_text(&json!({
            "target": target.as_str(),
            "from": figures.from.to_string(),
            "to": figures.to.to_string(),
            "timezone": zone.name(),
            "availability": show::availability(&figures),
            "hours_of_week": hours.iter().map(|(hour, cell)| cell_json(*hour, cell)).collect::<Vec<_>>(),
        }))?
    } else {
        told(target, zone.name(), &figures, &hours)?
    };
    print(&text)?;
    Ok(Exit::Fine)
}

fn cell_json(hour: HourOfWeek, cell: &Availability) -> Value {
    let mut value = show::availability(cell);
    if let Some(object) = value.as_object_mut() {
        object.insert("day".to_owned(), json!(hour.day() + 1));
        object.insert("hour".to_owned(), json!(hour.hour()));
    }
    value
}

fn told(
    target: &TargetId,
    zone: &str,
    figures: &Availability,
    hours: &BTreeMap<HourOfWeek, Availability>,
) -> anyhow::Result<String> {
    let mut text = String::new();
    let counts = &figures.counts;
    writeln!(text, "{target}, {} to {} ({zone})", figures.from, figures.to)?;
    match figures.p {
        Some(p) => writeln!(
            text,
            "A slot was visible in {} of {} answers: {} of the time (95 % interval {} to {}).",
            counts.open,
            figures.n_polls,
            show::percent(p),
            show::percent(figures.interval.lo),
            show::percent(figures.interval.hi),
        )?,
        None => writeln!(text, "The page never said whether there was a slot.")?,
    }
    if figures.tier == Tier::None {
        writeln!(
            text,
            "This is too little data for a conclusion: {} observed days; 14 are needed.",
            figures.days_observed
        )?;
    }
    writeln!(
        text,
        "unknown {} of {} ({}), shut {}, {} of the hours observed, worth {:.0} independent looks",
        counts.unknown,
        counts.all(),
        show::percent(figures.missing_share),
        counts.shut,
        show::percent(figures.capture),
        figures.n_eff,
    )?;
    writeln!(text, "\nOpen of told, by hour of the week ( – never asked, ? never told):")?;
    writeln!(text, "       Mon     Tue     Wed     Thu     Fri     Sat     Sun")?;
    for hour in 0..24 {
        write!(text, "{hour:2} h ")?;
        for day in 0..7 {
            let cell = HourOfWeek::new(day, hour).and_then(|hour| hours.get(&hour));
            let shown = match cell {
                None => "–".to_owned(),
                Some(cell) if cell.n_polls == 0 => "?".to_owned(),
                Some(cell) => format!("{}/{}", cell.counts.open, cell.n_polls),
            };
            write!(text, "{shown:>8}")?;
        }
        writeln!(text)?;
    }
    Ok(text)
}

//! `guichet sites`: what the catalogue watches.

use std::fmt::Write as _;

use guichet_catalog::Reach;
use serde_json::{Value, json};

use super::print;
use crate::{cli::Common, config::Settings, exit::Exit, opening, show};

pub(super) fn run(settings: &Settings, common: &Common, as_json: bool) -> anyhow::Result<Exit> {
    let catalog = opening::catalog(settings, common)?;
    if as_json {
        let targets: Vec<Value> = catalog
            .targets()
            .map(|(entry, target)| {
                json!({
                    "target": target.id.as_str(),
                    "site": entry.site.name,
                    "department": entry.site.department.as_str(),
                    "procedure": target.id.procedure().as_str(),
                    "label": target.label,
                    "platform": target.platform,
                    "url": target.url.as_str(),
                    "status": target.status.as_str(),
                    "reach": match guichet_catalog::reach(target) {
                        Reach::Slots => "slots",
                        Reach::Wall => "wall",
                        Reach::NotAsked(_) => "not_asked",
                    },
                    "not_asked": opening::not_asked(target),
                    "cadence_s": target.cadence.as_secs(),
                    "checked": entry.site.checked.map(|date| date.to_string()),
                })
            })
            .collect();
        print(&show::json_text(&targets)?)?;
    } else {
        let width = catalog.targets().map(|(_, target)| target.id.as_str().len()).max().unwrap_or(0);
        let mut text = String::new();
        for (_, target) in catalog.targets() {
            writeln!(
                text,
                "{:width$}  {:8}  {:12}  {}",
                target.id.as_str(),
                if opening::not_asked(target).is_some() { "off" } else { target.status.as_str() },
                target.platform,
                target.url
            )?;
        }
        print(&text)?;
    }
    Ok(Exit::Fine)
}

//! `guichet check`: is the catalogue right? Reports every problem of every file; with `--online` its pages are visited.

use super::{check_online, print};
use crate::{cli::Common, config::Settings, exit::Exit, opening};

pub(super) fn run(
    settings: &Settings,
    common: &Common,
    online: Option<&check_online::Options>,
) -> anyhow::Result<Exit> {
    match guichet_catalog::load(&settings.data, &opening::catalog_options(common)) {
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
            print(&format!("{problems}\n"))?;
            Ok(Exit::ProblemsFound)
        }
    }
}

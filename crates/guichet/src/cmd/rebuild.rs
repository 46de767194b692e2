//! `guichet rebuild`: derives every table anew from the observations.

use guichet_store::StoreError;
use indicatif::ProgressBar;

use super::print;
use crate::{config::Settings, exit::Exit, opening};

pub(super) fn run(settings: &Settings) -> anyhow::Result<Exit> {
    // Opened to write, a file of an older version is upgraded; one that is not there would be made.
    if !settings.db.exists() {
        return Err(StoreError::Missing { path: settings.db.clone() }.into());
    }
    let mut store = opening::store(&settings.db)?;
    let progress = ProgressBar::new(0);
    let rebuilt = store.rebuild(&mut |done, total| {
        progress.set_length(total);
        progress.set_position(done);
    })?;
    progress.finish_and_clear();
    print(&format!(
        "{}: {} observations, {} hourly tallies, {} rows differed from what stood there\n",
        settings.db.display(),
        rebuilt.observations,
        rebuilt.tallies,
        rebuilt.differing,
    ))?;
    Ok(if rebuilt.differing == 0 { Exit::Fine } else { Exit::ProblemsFound })
}

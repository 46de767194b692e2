//! `guichet import`: adds observations from files; what is refused is named, the rest is kept.

use std::{io::Write as _, path::PathBuf};

use guichet_fetch::clock::{Clock as _, SystemClock};
use indicatif::{ProgressBar, ProgressStyle};

use super::{print, talk};
use crate::{
    cli::{Common, ImportFormat},
    config::Settings,
    exit::Exit,
    import::Rows,
    opening,
};

pub(super) fn run(
    settings: &Settings,
    common: &Common,
    format: ImportFormat,
    files: &[PathBuf],
) -> anyhow::Result<Exit> {
    let catalog = opening::catalog(settings, common)?;
    let mut store = opening::store(&settings.db)?;
    let zones = |department: &guichet_model::DepartmentCode| catalog.zone(department);
    let now = SystemClock.now();
    let mut exit = Exit::Fine;
    for path in files {
        let progress = bar(path.metadata().map_or(0, |metadata| metadata.len()));
        let mut rows = Rows::open(path, format, &progress, now)?;
        let imported = store.import(&mut rows, &zones)?;
        progress.finish_and_clear();
        print(&format!(
            "{}: {} added, {} already there, {} refused, {} new targets\n",
            path.display(),
            imported.added,
            imported.already,
            rows.refused.count,
            imported.new_targets,
        ))?;
        let mut talk = talk();
        for refused in &rows.refused.listed {
            writeln!(talk, "{}: {refused}", path.display())?;
        }
        let unlisted = rows.refused.unlisted();
        if unlisted > 0 {
            writeln!(talk, "{}: {unlisted} more refused lines are not listed", path.display())?;
        }
        if rows.refused.count > 0 {
            exit = Exit::Partial;
        }
    }
    Ok(exit)
}

fn bar(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta}");
    let bar = ProgressBar::new(bytes);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_plain_will_do) => bar,
    }
}

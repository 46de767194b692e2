//! `guichet once`: one pass over what is due, for timers.

use std::sync::{Arc, Mutex};

use guichet_sampler::Sampler;

use super::print;
use crate::{cli::Common, config::Settings, exit::Exit, opening, signals};

pub(super) async fn run(settings: &Settings, common: &Common) -> anyhow::Result<Exit> {
    let catalog = opening::catalog(settings, common)?;
    let clock = opening::clock(common.accelerate);
    let client = opening::client(settings, opening::reach(common), Arc::clone(&clock))?;
    let _only_sampler = opening::sampling_lock(&settings.db)?;
    let store = Arc::new(Mutex::new(opening::store(&settings.db)?));
    let sampler =
        Sampler::new(opening::watched(&catalog), client, store, clock, settings.seed, settings.concurrency)?;
    let stop = signals::stop_token()?;
    let pass = sampler.once(stop.clone()).await?;
    let [open, full, shut, unknown] = pass.outcomes;
    // A wall is all that there is to see: that look was whole.
    let nothing = unknown - pass.walls;
    print(&format!(
        "{} probes: {open} open, {full} full, {shut} shut, {} at a wall, {nothing} unknown\n",
        pass.total(),
        pass.walls,
    ))?;
    Ok(if stop.is_cancelled() || nothing > 0 { Exit::Partial } else { Exit::Fine })
}

//! The coarse calendar: a daily check that the derived tables are what the observations say, and the pruning of old
//! page bodies. Patterns are in UTC: the scheduler fixes a zone's offset when a job is made. What never enters: who is
//! due; that is the planner's.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use guichet_fetch::clock::Clock;
use guichet_store::Store;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Every day at 3:17 UTC.
const DAILY_CHECK: &str = "0 17 3 * * *";

/// Every day at 3:47 UTC.
const DAILY_PRUNE: &str = "0 47 3 * * *";

/// Starts the jobs; they stop when the scheduler is shut down. Page bodies older than `keep_pages` go; hashes and
/// observations stay for ever.
///
/// # Errors
/// When the scheduler cannot start.
pub async fn start(
    store: Arc<Mutex<Store>>,
    clock: Arc<dyn Clock>,
    keep_pages: TimeDelta,
) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    let checked = Arc::clone(&store);
    scheduler
        .add(Job::new_async(DAILY_CHECK, move |_, _| {
            let store = Arc::clone(&checked);
            Box::pin(async move { in_background(move || check(&store)).await })
        })?)
        .await?;
    scheduler
        .add(Job::new_async(DAILY_PRUNE, move |_, _| {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            Box::pin(async move { in_background(move || prune(&store, clock.as_ref(), keep_pages)).await })
        })?)
        .await?;
    scheduler.start().await?;
    Ok(scheduler)
}

async fn in_background(work: impl FnOnce() + Send + 'static) {
    if let Err(error) = tokio::task::spawn_blocking(work).await {
        tracing::error!(%error, "a daily job ended badly");
    }
}

fn check(store: &Mutex<Store>) {
    let Ok(store) = store.lock() else { return };
    match store.check_derived(&mut |_, _| {}) {
        Ok(0) => tracing::info!("the derived tables are what the observations say"),
        Ok(differing) => {
            tracing::error!(differing, "derived tables differ from the observations; run `guichet rebuild`");
        }
        Err(error) => tracing::error!(%error, "the derived tables could not be checked"),
    }
}

fn prune(store: &Mutex<Store>, clock: &dyn Clock, keep: TimeDelta) {
    let Ok(mut store) = store.lock() else { return };
    match store.prune_pages(clock.now() - keep) {
        Ok(pruned) => tracing::info!(pruned, "old page bodies pruned; their hashes stay"),
        Err(error) => tracing::error!(%error, "old page bodies could not be pruned"),
    }
}

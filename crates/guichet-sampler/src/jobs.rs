//! The coarse calendar: a daily check that the derived tables are what the observations say, the pruning of old page
//! bodies, and the audit of past forecasts. Patterns are in UTC: the scheduler fixes a zone's offset when a job is made. What never enters: who is
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

/// Every day at 4:17 UTC, after what may change the tables.
const DAILY_AUDIT: &str = "0 17 4 * * *";

/// Starts the jobs; they stop when the scheduler is shut down. Page bodies older than `keep_pages` go; hashes and
/// observations stay for ever. `audit` is what holds past forecasts against what came.
///
/// # Errors
/// When the scheduler cannot start.
pub async fn start(
    store: Arc<Mutex<Store>>,
    clock: Arc<dyn Clock>,
    keep_pages: TimeDelta,
    audit: Arc<dyn Fn() + Send + Sync>,
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
    scheduler
        .add(Job::new_async(DAILY_AUDIT, move |_, _| {
            let audit = Arc::clone(&audit);
            Box::pin(async move { in_background(move || audit()).await })
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

#[cfg(test)]
mod tests {
    use guichet_fetch::clock::SystemClock;
    use guichet_model::{Observation, Outcome, ProbeFacts, Purpose, Sha256Hex, Source, civil::PARIS};
    use guichet_store::{ProbeRecord, Reader, TargetState};

    use super::*;

    #[tokio::test]
    async fn all_jobs_are_understood_and_come_once_a_day_within_a_day() {
        let store = Arc::new(Mutex::new(Store::open_in_memory().unwrap()));
        let mut scheduler =
            start(store, Arc::new(SystemClock), TimeDelta::days(90), Arc::new(|| {})).await.unwrap();
        let next = scheduler.time_till_next_job().await.unwrap().unwrap();
        assert!(next <= std::time::Duration::from_hours(24), "{next:?}");
        scheduler.shutdown().await.unwrap();
    }

    #[test]
    fn pruning_takes_old_page_bodies_and_leaves_their_observations() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let mut store = Store::open(&path).unwrap();
        let hash = Sha256Hex([7; 32]);
        let observation = Observation {
            target: "92-nanterre/asile".parse().unwrap(),
            observed_at: "2026-03-02T08:00:00Z".parse().unwrap(),
            outcome: Outcome::Full,
            purpose: Purpose::Base,
            intensity_per_h: Some(2.0),
            source: Source::sampler(),
            desks: Vec::new(),
            probe: Some(ProbeFacts {
                platform: "ez-booking".to_owned(),
                revision: 1,
                requests: 1,
                http_status: Some(200),
                duration_ms: 5,
                evidence_sha256: Some(hash),
                desks_seen: 0,
                service: None,
                exchanges: Vec::new(),
            }),
        };
        let record = ProbeRecord {
            observation: &observation,
            timezone: PARIS,
            page: Some("<h1>complet</h1>"),
            target_state: &TargetState::default(),
            host: None,
            robots: None,
        };
        store.record(&record).unwrap();
        let (store, reader) = (Mutex::new(store), Reader::open(&path).unwrap());
        prune(&store, &SystemClock, TimeDelta::days(365_000));
        assert!(reader.page(&hash).unwrap().is_some());
        prune(&store, &SystemClock, TimeDelta::zero());
        assert_eq!(reader.page(&hash).unwrap(), None);
        assert_eq!(reader.observations(&observation.target, None, None).unwrap(), [observation]);
    }
}

//! The audit: all forecasts that could have been made of every target, held against what came, and what that teaches
//! the next ones. What never enters: what the scores should be.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono_tz::Tz;
use guichet_catalog::Catalog;
use guichet_fetch::clock::Clock;
use guichet_model::{DaysOff, Instant, TargetId, civil::LocalHour};
use guichet_stats::{
    Evidence, TooLittle,
    audit::{Score, score},
    chance::HORIZONS,
    forecast::{self, Calibration, Case},
    tries::{THREE_A_DAY, daily_success},
};
use guichet_store::{AuditRecord, Reader, Store, StoreError};
use guichet_web::{audit_json, cut, host};

use crate::config::Settings;

/// How past forecasts fared.
pub(crate) struct Audit {
    /// Only civil hours that ended by then count.
    pub(crate) as_of: Instant,
    /// By horizon.
    pub(crate) scores: Vec<(u32, Result<Score, TooLittle>)>,
    /// By horizon, where there was a case.
    pub(crate) calibrations: Vec<Calibration>,
    /// Targets with a case.
    pub(crate) targets: usize,
}

/// Holds every target's past against itself, up to the last civil hour that ended by `as_of`: what may be published.
pub(crate) fn audit(
    catalog: &Catalog,
    reader: &Reader,
    as_of: Instant,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Audit, StoreError> {
    let rows = reader.targets()?;
    let known: BTreeMap<&TargetId, (Tz, String)> =
        rows.iter().map(|row| (&row.id, (row.timezone, host(catalog, row)))).collect();
    let mut cases: Vec<Case> = Vec::new();
    let (mut targets, mut done) = (0, 0);
    let none = DaysOff::new();
    reader.all_hour_tallies(&mut |id, hours| {
        done += 1;
        progress(done, known.len());
        let Some((zone, host)) = known.get(id) else { return };
        let running = LocalHour::of(as_of, *zone);
        let hours = &hours[..hours.partition_point(|hour| hour.at < running)];
        let evidence = Evidence { hours, looks: &[], zone: *zone, days_off: &none };
        let Some(daily) = daily_success(&evidence, &THREE_A_DAY) else { return };
        let before = cases.len();
        for horizon in HORIZONS {
            cases.extend(forecast::past(&daily, host, horizon));
        }
        targets += usize::from(cases.len() > before);
    })?;
    Ok(Audit {
        as_of,
        scores: HORIZONS.iter().map(|days| (*days, score(&cases, *days))).collect(),
        calibrations: HORIZONS.iter().filter_map(|days| forecast::calibrate(&cases, *days)).collect(),
        targets,
    })
}

/// The daily audit of `guichet run`: reads on its own connection, so that sampling goes on, and keeps the result.
pub(crate) fn daily(
    settings: &Settings,
    catalog: Arc<Catalog>,
    store: Arc<Mutex<Store>>,
    clock: Arc<dyn Clock>,
) -> Arc<dyn Fn() + Send + Sync> {
    let (db, delay) = (settings.db.clone(), settings.publish_delay);
    Arc::new(move || {
        let now = clock.now();
        let made =
            Reader::open(&db).and_then(|reader| audit(&catalog, &reader, cut(now, delay), &mut |_, _| {}));
        let kept = made.and_then(|audit| {
            // A writer that panicked has left nothing half written: its transaction went with it.
            let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
            store.record_audit(&audit.record(now)).map(|()| audit.targets)
        });
        match kept {
            Ok(targets) => tracing::info!(targets, "past forecasts held against what came"),
            Err(error) => tracing::error!(%error, "past forecasts could not be audited"),
        }
    })
}

impl Audit {
    /// As it is kept and published.
    pub(crate) fn record(&self, made_at: Instant) -> AuditRecord {
        let scores: Vec<Score> = self.scores.iter().filter_map(|(_, score)| score.clone().ok()).collect();
        AuditRecord {
            made_at,
            as_of: self.as_of,
            result: audit_json(&scores, &self.calibrations).to_string(),
        }
    }
}

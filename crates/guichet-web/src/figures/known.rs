//! The reports of all targets as of one hour, computed anew only where what is published of a target has changed. What
//! never enters: pools, what is not published.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use guichet_catalog::Catalog;
use guichet_model::{Counts, HourTally, Instant, TargetId, civil::LocalHour};
use guichet_stats::{Report, release::benjamini_hochberg, tries::DailySuccess};
use guichet_store::{AuditRecord, Reader, StoreError, TargetRow};

use crate::reports::{Job, Wanted, newest_calibrations, on_all_cores, patterns, patterns_mut};

/// Of what a target's report tells, the newest; no more of them are published.
const EPISODES: usize = 20;

/// What is known of a target.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    /// `None` where its looks could not be read: that may be mended without anything of the key changing.
    key: Option<Key>,
    /// `None` where nothing of it was observed, or published yet, or its looks could not be read.
    pub(crate) report: Option<Arc<Report>>,
    /// What somebody would have seen each day of the report's period.
    pub(crate) daily: Option<Arc<DailySuccess>>,
}

/// What a report depends on, as far as it can change: where two keys are the same, so are the reports. A burst look
/// that was imported, not made by our sampler, is noticed with the next base look only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Key {
    hours: usize,
    counts: Counts,
    last: Option<LocalHour>,
    /// The last probe, bursts included, cut to what is published.
    probed_at: Option<Instant>,
    /// The audit that the intervals of forecasts come from.
    audit: Option<Instant>,
}

impl Key {
    fn of(row: &TargetRow, hours: &[HourTally], as_of: Instant, audits: &[AuditRecord]) -> Self {
        let mut counts = Counts::default();
        for hour in hours {
            counts.add(&hour.counts);
        }
        Self {
            hours: hours.len(),
            counts,
            last: hours.last().map(|hour| hour.at),
            probed_at: row.state.last_probe_at.map(|at| at.min(as_of)),
            audit: audits.first().map(|audit| audit.made_at),
        }
    }
}

/// What is known of each of `rows`' targets, whose published hours are `tallies`; from `before` where nothing changed.
/// A target whose looks are damaged has no report until they are mended, and costs no other target its own.
pub(super) fn known(
    catalog: &Catalog,
    reader: &Reader,
    (rows, tallies): (&[TargetRow], &BTreeMap<TargetId, Vec<HourTally>>),
    audits: &[AuditRecord],
    as_of: Instant,
    before: &BTreeMap<TargetId, Known>,
) -> Result<BTreeMap<TargetId, Known>, StoreError> {
    let mut all = BTreeMap::new();
    let mut changed: Vec<(&TargetRow, &[HourTally])> = Vec::new();
    for row in rows {
        let hours = tallies.get(&row.id).map_or(&[][..], Vec::as_slice);
        let key = Some(Key::of(row, hours, as_of, audits));
        let same = before.get(&row.id).filter(|known| known.key == key);
        if same.is_none() && !hours.is_empty() {
            changed.push((row, hours));
        }
        all.insert(row.id.clone(), same.cloned().unwrap_or(Known { key, report: None, daily: None }));
    }
    let wanted = Wanted { as_of: Some(as_of), ..Wanted::default() };
    let mut damaged: Vec<TargetId> = Vec::new();
    let jobs = changed.into_iter().filter_map(|(row, hours)| {
        match Job::of(catalog, reader, row, Cow::Borrowed(hours), &wanted) {
            Err(error @ StoreError::DamagedRows { .. }) => {
                // Told once, not each time the figures are computed.
                if before.get(&row.id).is_none_or(|known| known.key.is_some()) {
                    tracing::error!(target = %row.id, %error, "no report of a target");
                }
                damaged.push(row.id.clone());
                None
            }
            other => Some(other),
        }
    });
    let calibrations = newest_calibrations(audits);
    on_all_cores(
        jobs,
        |job| job.make(&calibrations),
        |id, made| {
            if let (Some(known), Some(mut made)) = (all.get_mut(id), made) {
                let older = made.report.episodes.len().saturating_sub(EPISODES);
                made.report.episodes.drain(..older);
                known.report = Some(Arc::new(made.report));
                known.daily = made.daily.map(Arc::new);
            }
        },
    )?;
    for id in &damaged {
        if let Some(known) = all.get_mut(id) {
            known.key = None;
        }
    }
    correct(&mut all);
    Ok(all)
}

/// The q-values of all release patterns as one family. A report whose own do not change stays the same one.
fn correct(all: &mut BTreeMap<TargetId, Known>) {
    let p: Vec<f64> = all
        .values()
        .filter_map(|known| known.report.as_deref())
        .flat_map(patterns)
        .map(|pattern| pattern.p_rot)
        .collect();
    let mut q = benjamini_hochberg(&p).into_iter();
    for report in all.values_mut().filter_map(|known| known.report.as_mut()) {
        let own: Vec<f64> = q.by_ref().take(patterns(report).count()).collect();
        if patterns(report).zip(&own).any(|(pattern, q)| pattern.q_bh != Some(*q)) {
            for (pattern, q) in patterns_mut(Arc::make_mut(report)).zip(own) {
                pattern.q_bh = Some(q);
            }
        }
    }
}

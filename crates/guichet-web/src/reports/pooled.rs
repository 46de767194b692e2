//! Several targets pooled, for whoever asks about one place only. What never enters: shares averaged, release patterns.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::NaiveDate;
use chrono_tz::Tz;
use guichet_catalog::Catalog;
use guichet_model::{Counts, DepartmentCode, HourTally, ProcedureId, TargetId, civil::LocalHour};
use guichet_stats::{
    Availability, Pooled,
    report::{self, LONGEST_GAP_DAYS},
    tries::DailySuccess,
};
use guichet_store::{Reader, StoreError, TargetRow};

use super::{Job, Wanted, newest_calibrations, on_all_cores, published_audits, published_hours};
use crate::hours::in_period;

/// All targets of `department`, or of France where none is given, for `procedure`, each over the period that `wanted`
/// asks for, pooled; `None` where nothing was observed. `progress` is told how many targets are done, of how many.
///
/// # Errors
/// When the database cannot be read.
pub fn pooled_of(
    catalog: &Catalog,
    reader: &Reader,
    department: Option<&DepartmentCode>,
    procedure: &ProcedureId,
    wanted: &Wanted,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Option<Pooled>, StoreError> {
    let is_asked = |id: &TargetId| {
        id.procedure() == procedure && department.is_none_or(|department| id.department() == department)
    };
    let rows: Vec<TargetRow> = reader.targets()?.into_iter().filter(|row| is_asked(&row.id)).collect();
    let Some(zone) = rows.first().map(|row| row.timezone) else {
        return Ok(None);
    };
    let calibrations = newest_calibrations(&published_audits(reader, wanted.as_of, 1)?);
    let jobs = rows
        .iter()
        .map(|row| Job::of(catalog, reader, row, Cow::Owned(published_hours(reader, row, wanted)?), wanted));
    let (mut periods, mut desks, mut done) = (BTreeMap::new(), Vec::new(), 0);
    on_all_cores(
        jobs,
        |job| job.make(&calibrations),
        |id, made| {
            done += 1;
            progress(done, rows.len());
            if let Some(made) = made {
                periods.insert(id.clone(), made.report.availability);
                desks.extend(made.daily.map(|daily| (id.clone(), daily)));
            }
        },
    )?;
    let newest = periods.values().map(|period| period.to).max();
    let mut hours: BTreeMap<LocalHour, Counts> = BTreeMap::new();
    let mut told = 0;
    for row in &rows {
        let Some(period) = periods.get(&row.id).filter(|period| is_recent(period, newest)) else {
            desks.retain(|(id, _)| *id != row.id);
            continue;
        };
        told += usize::from(period.counts.told() > 0);
        for hour in in_period(&published_hours(reader, row, wanted)?, period) {
            hours.entry(hour.at).or_default().add(&hour.counts);
        }
    }
    let hours: Vec<HourTally> = hours.into_iter().map(|(at, counts)| HourTally { at, counts }).collect();
    // They come from the cores in no order; the sums of their shares must not depend on it.
    desks.sort_by(|(one, _), (other, _)| one.cmp(other));
    let desks: Vec<_> = desks.into_iter().map(|(_, daily)| daily).collect();
    let listed = catalog.targets().filter(|(_, target)| is_asked(&target.id)).count();
    let others = periods.keys().filter(|id| catalog.target(id).is_none()).count();
    Ok(pooled(&hours, &desks, (listed + others, told), zone))
}

/// Whether a target's period reaches into the time that the newest observations of the others are about: what ended
/// before a gap that would end a period ([`LONGEST_GAP_DAYS`]) is history, and is not mixed with what is seen today.
pub(crate) fn is_recent(period: &Availability, newest: Option<NaiveDate>) -> bool {
    newest.is_none_or(|newest| (newest - period.to).num_days() <= LONGEST_GAP_DAYS)
}

/// `targets` pooled; `with_data` of them told at least once whether there was a slot: they are behind the figure.
pub(crate) fn pooled(
    hours: &[HourTally],
    desks: &[DailySuccess],
    (targets, with_data): (usize, usize),
    zone: Tz,
) -> Option<Pooled> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    report::pooled(hours, desks, (count(targets), count(with_data)), zone)
}

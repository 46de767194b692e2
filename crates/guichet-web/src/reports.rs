//! All recipes over every target, on all cores, and what looking at many of them costs each release pattern. What never
//! enters: words for people, HTTP, the looks of all targets at once.

mod pooled;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    num::NonZero,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use chrono::NaiveDate;
use chrono_tz::Tz;
use guichet_catalog::Catalog;
use guichet_model::{DaysOff, HourTally, Instant, Look, TargetId, civil::LocalHour};
use guichet_stats::{
    Evidence, Question, Report,
    forecast::Calibration,
    release::{ReleasePattern, benjamini_hochberg},
    report::{release_patterns, report},
    tries::{DailySuccess, THREE_A_DAY, daily_success},
};
use guichet_store::{AuditRecord, Reader, StoreError, TargetRow};

pub use self::pooled::pooled_of;
pub(crate) use self::pooled::{is_recent, pooled};
use crate::{hours::published, kept_audit::calibrations_of};

/// Which part of the evidence is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Only civil hours that ended by then, and audits made of nothing later; everything where it is not given.
    pub as_of: Option<Instant>,
    /// First civil date; where neither date is given, the last change of habits starts the period of each target.
    pub from: Option<NaiveDate>,
    /// Last civil date.
    pub to: Option<NaiveDate>,
}

/// The evidence about one target.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    id: &'a TargetId,
    zone: Tz,
    /// Which targets share its fate: the host of its page, or its sources where the catalogue does not know it.
    host: String,
    days_off: DaysOff,
    hours: Cow<'a, [HourTally]>,
    looks: Vec<Look>,
    /// The civil dates that are asked about.
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// What the evidence comes to.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) report: Report,
    /// What somebody would have seen on each date of the report's period who looked three times a day.
    pub(crate) daily: Option<DailySuccess>,
}

/// The report of one target from `wanted.from` to `wanted.to`; `None` where nothing was observed then. The q-values of
/// its release patterns are those of a family in which every other target has its usual period, so all of them are
/// computed.
///
/// # Errors
/// When the database cannot be read.
pub fn report_of(
    catalog: &Catalog,
    reader: &Reader,
    target: &TargetId,
    wanted: &Wanted,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Option<Report>, StoreError> {
    let rows = reader.targets()?;
    let Some(row) = rows.iter().find(|row| row.id == *target) else {
        return Ok(None);
    };
    let calibrations = newest_calibrations(&published_audits(reader, wanted.as_of, 1)?);
    let Some(Made { mut report, .. }) = job(catalog, reader, row, wanted)?.make(&calibrations) else {
        return Ok(None);
    };
    let mut family: Vec<f64> = patterns(&report).map(|pattern| pattern.p_rot).collect();
    if !family.is_empty() {
        let usual = Wanted { from: None, to: None, ..*wanted };
        let others = rows.iter().filter(|row| row.id != *target).map(|row| job(catalog, reader, row, &usual));
        let mut done = 0;
        on_all_cores(
            others,
            |job| release_patterns(&job.evidence()),
            |_, found| {
                done += 1;
                progress(done, rows.len() - 1);
                family.extend(found.iter().map(|pattern| pattern.p_rot));
            },
        )?;
    }
    for (pattern, q) in patterns_mut(&mut report).zip(benjamini_hochberg(&family)) {
        pattern.q_bh = Some(q);
    }
    Ok(Some(report))
}

/// The evidence of a target, read.
fn job<'a>(
    catalog: &Catalog,
    reader: &Reader,
    row: &'a TargetRow,
    wanted: &Wanted,
) -> Result<Job<'a>, StoreError> {
    Job::of(catalog, reader, row, Cow::Owned(published_hours(reader, row, wanted)?), wanted)
}

/// The report of every target with an observation in the period, with the q-values of all release patterns (those of
/// earlier periods too) as one family. `progress` is told how many targets are done, of how many.
///
/// # Errors
/// When the database cannot be read.
pub fn reports(
    catalog: &Catalog,
    reader: &Reader,
    wanted: &Wanted,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<BTreeMap<TargetId, Report>, StoreError> {
    let rows = reader.targets()?;
    let calibrations = newest_calibrations(&published_audits(reader, wanted.as_of, 1)?);
    let jobs = rows.iter().map(|row| job(catalog, reader, row, wanted));
    let mut reports = BTreeMap::new();
    let mut done = 0;
    on_all_cores(
        jobs,
        |job| job.make(&calibrations),
        |id, made| {
            done += 1;
            progress(done, rows.len());
            if let Some(made) = made {
                reports.insert(id.clone(), made.report);
            }
        },
    )?;
    let mut family: Vec<&mut ReleasePattern> = reports.values_mut().flat_map(patterns_mut).collect();
    let q = benjamini_hochberg(&family.iter().map(|pattern| pattern.p_rot).collect::<Vec<_>>());
    for (pattern, q) in family.iter_mut().zip(q) {
        pattern.q_bh = Some(q);
    }
    Ok(reports)
}

/// The hours of a target that ended by `wanted.as_of`.
fn published_hours(reader: &Reader, row: &TargetRow, wanted: &Wanted) -> Result<Vec<HourTally>, StoreError> {
    let mut hours = reader.hour_tallies(&row.id)?;
    if let Some(as_of) = wanted.as_of {
        hours.truncate(published(&hours, as_of, row.timezone).len());
    }
    Ok(hours)
}

impl<'a> Job<'a> {
    /// Reads the looks of `row`'s target; `hours` are the published ones.
    pub(crate) fn of(
        catalog: &Catalog,
        reader: &Reader,
        row: &'a TargetRow,
        hours: Cow<'a, [HourTally]>,
        wanted: &Wanted,
    ) -> Result<Self, StoreError> {
        let mut looks = reader.looks(&row.id)?;
        if let Some(as_of) = wanted.as_of {
            let running = LocalHour::of(as_of, row.timezone);
            looks.truncate(looks.partition_point(|look| LocalHour::of(look.at, row.timezone) < running));
        }
        let date = |look: &Look| LocalHour::of(look.at, row.timezone).date;
        let first = hours.first().map(|hour| hour.at.date).or(looks.first().map(date));
        let last = hours.last().map(|hour| hour.at.date).or(looks.last().map(date));
        let days_off = match first.zip(last) {
            Some((first, last)) => catalog.calendar.days_off(row.id.department(), first, last),
            None => DaysOff::new(),
        };
        Ok(Self {
            id: &row.id,
            zone: row.timezone,
            host: host(catalog, row),
            days_off,
            hours,
            looks,
            from: wanted.from,
            to: wanted.to,
        })
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence { hours: &self.hours, looks: &self.looks, zone: self.zone, days_off: &self.days_off }
    }

    pub(crate) fn make(&self, calibrations: &[Calibration]) -> Option<Made> {
        let evidence = self.evidence();
        let question = Question { from: self.from, to: self.to, host: &self.host, calibrations };
        let report = report(&evidence, &question)?;
        let period = evidence.within(Some(report.availability.from), Some(report.availability.to));
        Some(Made { daily: daily_success(&period, &THREE_A_DAY), report })
    }
}

/// Which targets share a target's fate, so that its own past is left out of the intervals of its forecasts: those of the
/// same host, or of the same sources where the catalogue does not know it.
pub fn host(catalog: &Catalog, row: &TargetRow) -> String {
    let listed = catalog.target(&row.id).and_then(|(_, target)| target.url.host_str());
    listed.map_or_else(|| row.sources.join("+"), str::to_owned)
}

/// Does the jobs, one on each core at a time and as many read ahead; `done` is told what each came to, in no order.
pub(crate) fn on_all_cores<'a, T: Send>(
    jobs: impl Iterator<Item = Result<Job<'a>, StoreError>>,
    work: impl Fn(&Job<'a>) -> T + Sync,
    mut done: impl FnMut(&TargetId, T),
) -> Result<(), StoreError> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let (hand_out, taken) = mpsc::sync_channel::<Job<'a>>(cores);
    // Owned by the workers alone: were they all to die, handing out would fail instead of waiting for ever.
    let taken = Arc::new(Mutex::new(taken));
    let (hand_in, made) = mpsc::channel();
    thread::scope(|scope| {
        let hand_out = hand_out;
        for _ in 0..cores {
            let (taken, hand_in, work) = (Arc::clone(&taken), hand_in.clone(), &work);
            scope.spawn(move || {
                loop {
                    let job = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { break };
                    if hand_in.send((job.id, work(&job))).is_err() {
                        break;
                    }
                }
            });
        }
        drop((taken, hand_in));
        for job in jobs {
            if hand_out.send(job?).is_err() {
                break;
            }
            for (id, made) in made.try_iter() {
                done(id, made);
            }
        }
        drop(hand_out);
        for (id, made) in made {
            done(id, made);
        }
        Ok(())
    })
}

/// The release patterns of a report: today's, then those of earlier periods.
pub(crate) fn patterns(report: &Report) -> impl Iterator<Item = &ReleasePattern> {
    let earlier = report.history.iter().filter_map(|past| past.release.as_ref().ok());
    report.release.as_ref().ok().into_iter().chain(earlier)
}

/// The same, in the same order.
pub(crate) fn patterns_mut(report: &mut Report) -> impl Iterator<Item = &mut ReleasePattern> {
    let earlier = report.history.iter_mut().filter_map(|past| past.release.as_mut().ok());
    report.release.as_mut().ok().into_iter().chain(earlier)
}

/// The newest audits, newest first, that were made of nothing later than `as_of`.
pub(crate) fn published_audits(
    reader: &Reader,
    as_of: Option<Instant>,
    limit: usize,
) -> Result<Vec<AuditRecord>, StoreError> {
    /// More than are made in any publishing delay.
    const READ: u32 = 100;
    let mut audits = reader.audits(READ)?;
    audits.retain(|audit| as_of.is_none_or(|as_of| audit.as_of <= as_of));
    audits.truncate(limit);
    Ok(audits)
}

/// What the newest of `audits` teaches about forecasts.
pub(crate) fn newest_calibrations(audits: &[AuditRecord]) -> Vec<Calibration> {
    let newest = audits.first().and_then(|audit| serde_json::from_str(&audit.result).ok());
    newest.map(|result| calibrations_of(&result)).unwrap_or_default()
}

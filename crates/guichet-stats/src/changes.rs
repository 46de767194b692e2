//! R7: when a target's habits changed. What never enters: why they did.

use chrono::NaiveDate;

use crate::{
    evidence::Evidence,
    minimum::{Needed, TooLittle},
    pelt::{self, Daily, KINDS},
    timed::{Timed, TimedDay},
    timing,
};

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// How often slots open.
    Rate,
    /// At which hours of the week they open.
    Hours,
}

impl ChangeKind {
    /// The word used in the API and in the keys of messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Hours => "hours",
        }
    }
}

/// A change point (recipe R7).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first date of the new habit.
    pub date: NaiveDate,
    /// What changed.
    pub kind: ChangeKind,
    /// Openings seen per week of observed time, from the change before (or the start) to this one. Observed time is
    /// that of [`Timed::of`]: an hour in which a share D of the openings would have been seen counts D, so that looking
    /// more often makes no change.
    pub before_per_week: f64,
    /// The same from this one to the next (or the end).
    pub after_per_week: f64,
    /// `after_per_week / before_per_week`; `None` where there was no opening before.
    pub ratio: Option<f64>,
    /// Openings seen before and after.
    pub openings: (u32, u32),
    /// Dates before and after on which an opening could have been timed.
    pub days: (u32, u32),
}

/// Minimum data: dates from the first to the last with exposure, and openings.
const MINIMUM: (f64, f64) = (28.0, 10.0);

/// R7: every change point, in order of date; empty where the habits stayed as they are as far as the data tell.
///
/// Openings timed to within an hour and their exposure are [`Timed::of`]'s. See [`changes_in`].
///
/// # Errors
/// With less than the minimum: 28 dates, 10 openings.
pub fn changes(evidence: &Evidence<'_>) -> Result<Vec<Change>, TooLittle> {
    changes_in(&Timed::of(evidence))
}

/// R7 of timed openings.
///
/// Rates: quasi-Poisson PELT (Killick, Fearnhead & Eckley 2012) on daily openings with exposure (day type's profile ×
/// observed hours): cost 2(S − S ln(S/E))/φ, φ ≥ 1 by squared differences of neighbouring weeks, penalty 3 ln T, segments of at least 7 dates with exposure; other dates carry no information. A drop is found only where
/// openings were frequent.
///
/// Hours: within each segment of equal rate, splits at Mondays with at least 4 weeks and 20 openings on either side,
/// where the distribution over day type and four-hour block changes; permutation of whole weeks at the 1 % level, 299
/// draws from `Pcg64Mcg` with a constant seed.
///
/// # Errors
/// With less than the minimum: 28 dates, 10 openings.
pub fn changes_in(timed: &Timed) -> Result<Vec<Change>, TooLittle> {
    let days: Vec<&TimedDay> = timed.days.iter().filter(|day| day.total_h() > 0.0).collect();
    let span =
        days.first().zip(days.last()).map_or(0, |(first, last)| (last.date - first.date).num_days() + 1);
    TooLittle::unless(Needed::TimedDays, f64::from(u32::try_from(span).unwrap_or(u32::MAX)), MINIMUM.0)?;
    let openings = |days: &[&TimedDay]| {
        days.iter().map(|day| u32::try_from(day.openings.len()).unwrap_or(u32::MAX)).sum::<u32>()
    };
    TooLittle::unless(Needed::Openings, f64::from(openings(&days)), MINIMUM.1)?;

    let daily: Vec<Daily> = days
        .iter()
        .map(|day| Daily {
            day: i64::from(day.date.to_epoch_days()),
            kind: if day.is_off { KINDS - 1 } else { day.weekday() },
            openings: f64::from(openings(&[*day])),
            exposure_h: day.total_h(),
        })
        .collect();
    let rates = pelt::change_points(&daily);
    let mut found: Vec<(usize, ChangeKind)> = Vec::new();
    let mut start = 0;
    for end in rates.iter().copied().chain([days.len()]) {
        found.extend(timing::splits(&days[start..end]).into_iter().map(|at| (start + at, ChangeKind::Hours)));
        found.extend((end < days.len()).then_some((end, ChangeKind::Rate)));
        start = end;
    }

    let per_week = |days: &[&TimedDay]| {
        let hours: f64 = days.iter().map(|day| day.total_h()).sum();
        let seen = openings(days);
        let dates = u32::try_from(days.len()).unwrap_or(u32::MAX);
        (seen, dates, if hours > 0.0 { f64::from(seen) / hours * 168.0 } else { 0.0 })
    };
    let bounds: Vec<usize> =
        [0].into_iter().chain(found.iter().map(|(at, _)| *at)).chain([days.len()]).collect();
    Ok(found
        .iter()
        .zip(bounds.windows(3))
        .map(|((at, kind), bounds)| {
            let (seen_before, days_before, before_per_week) = per_week(&days[bounds[0]..bounds[1]]);
            let (seen_after, days_after, after_per_week) = per_week(&days[bounds[1]..bounds[2]]);
            Change {
                date: days[*at].date,
                kind: *kind,
                before_per_week,
                after_per_week,
                ratio: (before_per_week > 0.0).then(|| after_per_week / before_per_week),
                openings: (seen_before, seen_after),
                days: (days_before, days_after),
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timed::{HOURS, OpenedAt};

    /// Looked at all the time from a Monday on; `hours` of the openings of each date.
    fn timed(days: usize, hours: impl Fn(usize) -> Vec<u8>) -> Timed {
        let monday = NaiveDate::from_ymd_opt(2025, 3, 3).unwrap();
        let days = monday.iter_days().take(days).enumerate().map(|(day, date)| TimedDay {
            date,
            is_off: false,
            exposure_h: [1.0; HOURS],
            openings: hours(day).into_iter().map(|hour| OpenedAt { hour, into: 0.5 }).collect(),
        });
        Timed { days: days.collect() }
    }

    #[test]
    fn a_change_of_rate_is_told_with_what_was_before_and_after() {
        let found = changes_in(&timed(120, |day| vec![12; if day < 70 { day % 2 } else { 2 }])).unwrap();
        let [change] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((change.date.to_string().as_str(), change.kind), ("2025-05-12", ChangeKind::Rate));
        assert_eq!(change.openings, (35, 100));
        assert!((change.before_per_week - 3.5).abs() < 1e-9 && (change.after_per_week - 14.0).abs() < 1e-9);
        assert!((change.ratio.unwrap() - 4.0).abs() < 1e-9);
    }

    /// Sunday night until 12 May, any hour since: as many a week.
    #[test]
    fn a_change_of_hours_is_told_where_the_rate_stays() {
        let hour = |day: usize| u8::try_from(day * 11 % 24).unwrap();
        let found = changes_in(&timed(140, |day| match day {
            0..70 if day % 7 == 6 => vec![20, 20, 21, 21, 22, 22, 23],
            0..70 => vec![],
            _ => vec![hour(day)],
        }))
        .unwrap();
        let [change] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((change.date.to_string().as_str(), change.kind), ("2025-05-12", ChangeKind::Hours));
        assert!((change.before_per_week - change.after_per_week).abs() < 1e-9);
    }

    /// The rate trebles, but one looks at each hour a third as long.
    #[test]
    fn what_is_seen_more_often_by_looking_more_is_no_change() {
        let mut seen = timed(140, |day| vec![12; if day < 70 { 1 } else { 3 }]);
        for day in &mut seen.days[..70] {
            day.exposure_h = [1.0 / 3.0; HOURS];
        }
        assert_eq!(changes_in(&seen).unwrap(), []);
    }

    #[test]
    fn too_little_is_said_to_be_too_little() {
        let too_little = |needed, have, need| Err(TooLittle { needed, have, need });
        assert_eq!(changes_in(&Timed::default()), too_little(Needed::TimedDays, 0.0, 28.0));
        assert_eq!(changes_in(&timed(27, |_| vec![3])), too_little(Needed::TimedDays, 27.0, 28.0));
        let nine = timed(60, |day| vec![3; usize::from(day < 9)]);
        assert_eq!(changes_in(&nine), too_little(Needed::Openings, 9.0, 10.0));
    }
}

//! How far ahead the slots are, and La Cimade's classes of attempts. What never enters: whether a slot could be booked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use guichet_model::{Dates, DatesClass, HourTally, Look, Seen, civil::LocalHour};

use crate::{
    evidence::Evidence,
    interval::{Interval, clopper_pearson},
    long_run::{self, Cluster},
    minimum::{Needed, TooLittle},
};

/// Earliest slot minus observation time, over the looks that were open and told it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeadTime {
    /// Open looks that told it.
    pub n: u32,
    /// Dates that they come from.
    pub days: u32,
    /// Median, in days.
    pub median_days: f64,
    /// 95 % interval of the median, in days (Woodruff 1952, on daily clusters).
    pub median: Interval,
    /// First quartile, in days.
    pub q1_days: f64,
    /// Third quartile, in days.
    pub q3_days: f64,
}

/// Open looks that told it, below which no lead time is given.
const LEAST_LOOKS: u32 = 20;

/// Dates that they must come from.
const LEAST_LEAD_DATES: u32 = 5;

/// Dates with an answered look, below which no shares of attempts are given.
const LEAST_ATTEMPT_DATES: u32 = 14;

/// Median and quartiles of the lead time, in days, over the base looks that were open and told their earliest slot.
///
/// A look weighs what the open looks of its civil hour weigh on average in the tallies (their 1/ρ); where the tallies do
/// not hold that hour, as one planned once an hour. A quantile is the smallest lead time that at least this share of the
/// weight does not exceed. The median's interval is Woodruff's (1952): with F the share of lead times not above the
/// median, its long-run variance v by daily clusters ([`long_run::ratio`]) gives an effective number of looks
/// F(1 − F)/v, at most n, times (z/t)² (Korn & Graubard 1998; where nothing varies, the number of dates); the
/// Clopper–Pearson interval of one half of so many looks is read back through the distribution.
///
/// # Errors
/// With less than 20 open looks that told it, on at least 5 dates.
pub fn lead_time(evidence: &Evidence<'_>) -> Result<LeadTime, TooLittle> {
    let mut leads: Vec<Lead> = evidence
        .looks
        .iter()
        .filter_map(|look| match look.seen {
            Seen::Open(Dates { lead_min: Some(minutes), .. }) if look.is_base => {
                let hour = LocalHour::of(look.at, evidence.zone);
                Some(Lead { minutes, date: hour.date, weight: weight_of(hour, evidence.hours) })
            }
            _ => None,
        })
        .collect();
    let n = count(leads.len());
    TooLittle::unless(Needed::LeadTimes, f64::from(n), f64::from(LEAST_LOOKS))?;
    let days = count(leads.iter().map(|lead| lead.date).collect::<BTreeSet<_>>().len());
    TooLittle::unless(Needed::OpeningDates, f64::from(days), f64::from(LEAST_LEAD_DATES))?;

    leads.sort_by_key(|lead| lead.minutes);
    let median = quantile(&leads, 0.5);
    let clusters = by_date(leads.iter().map(|lead| {
        let below = f64::from(u8::from(lead.minutes <= median));
        (lead.date, Cluster { y: lead.weight * below, w: lead.weight })
    }));
    let halves = long_run::ratio(&clusters).map_or(Interval::VACUOUS, |ratio| {
        let spread = ratio.p * (1.0 - ratio.p);
        // Residuals of rounding are no variance.
        let looks = if spread <= 1e-12 || ratio.variance <= 1e-15 {
            f64::from(days)
        } else {
            (spread / ratio.variance).min(f64::from(n)) * long_run::few_degrees_penalty(ratio.nu)
        };
        clopper_pearson(looks / 2.0, looks, 0.95)
    });
    Ok(LeadTime {
        n,
        days,
        median_days: in_days(median),
        median: Interval {
            lo: in_days(quantile(&leads, halves.lo)),
            hi: in_days(quantile(&leads, halves.hi)),
        },
        q1_days: in_days(quantile(&leads, 0.25)),
        q3_days: in_days(quantile(&leads, 0.75)),
    })
}

/// A look that told its earliest slot.
#[derive(Debug, Clone, Copy)]
struct Lead {
    minutes: u32,
    date: NaiveDate,
    weight: f64,
}

/// The mean weight of an open look in this hour.
fn weight_of(hour: LocalHour, tallies: &[HourTally]) -> f64 {
    const HOUR_MS: f64 = 3_600_000.0;
    let tally = tallies.binary_search_by_key(&hour, |tally| tally.at).ok().and_then(|at| tallies.get(at));
    match tally {
        Some(tally) if tally.counts.open > 0 && tally.counts.open_ms > 0 => {
            as_f64(tally.counts.open_ms) / as_f64(tally.counts.open)
        }
        _ => HOUR_MS,
    }
}

/// The smallest lead time that at least the share `q` of the weight does not exceed; `leads` are in order of it.
fn quantile(leads: &[Lead], q: f64) -> u32 {
    let all: f64 = leads.iter().map(|lead| lead.weight).sum();
    let mut below = 0.0;
    // Sums of weights are rounded; a share that is reached but for that is reached.
    let reached = |below: f64| below >= q * all * (1.0 - 1e-12);
    leads
        .iter()
        .find(|lead| {
            below += lead.weight;
            reached(below)
        })
        .or(leads.last())
        .map_or(0, |lead| lead.minutes)
}

/// Sums by civil date, from the first date to the last, dates without any as empty clusters.
fn by_date(parts: impl Iterator<Item = (NaiveDate, Cluster)>) -> Vec<Cluster> {
    let mut sums: BTreeMap<NaiveDate, Cluster> = BTreeMap::new();
    for (date, part) in parts {
        let sum = sums.entry(date).or_default();
        sum.y += part.y;
        sum.w += part.w;
    }
    let (Some((first, _)), Some((last, _))) = (sums.first_key_value(), sums.last_key_value()) else {
        return Vec::new();
    };
    first
        .iter_days()
        .take_while(|date| date <= last)
        .map(|date| sums.get(&date).copied().unwrap_or_default())
        .collect()
}

fn in_days(minutes: u32) -> f64 {
    f64::from(minutes) / (24.0 * 60.0)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit 53 bits")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What an attempt found, in the classes that La Cimade's « À guichets fermés » used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attempt {
    /// At least two dates within 30 days.
    TwoOrMore,
    /// One date within 30 days.
    One,
    /// At least one within 30 days; the page does not tell whether more.
    OneOrMore,
    /// Only later than 30 days.
    Later,
    /// Dates, but not told when.
    Untold,
    /// None: full, or booking shut.
    None,
}

impl Attempt {
    /// Every class with its word.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::TwoOrMore, "two_or_more"),
        (Self::One, "one"),
        (Self::OneOrMore, "one_or_more"),
        (Self::Later, "later"),
        (Self::Untold, "untold"),
        (Self::None, "none"),
    ];

    /// The word used in the API and in the keys of messages.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(class, _)| *class == self).map_or("none", |(_, word)| word)
    }

    /// Of a look; `None` where the page did not answer.
    pub fn of(look: &Look) -> Option<Self> {
        match look.seen {
            Seen::Open(dates) => Some(match dates.class {
                DatesClass::TwoOrMore => Self::TwoOrMore,
                DatesClass::One => Self::One,
                DatesClass::OneOrMore => Self::OneOrMore,
                DatesClass::Later => Self::Later,
                DatesClass::Untold => Self::Untold,
            }),
            Seen::Full | Seen::Shut => Some(Self::None),
            Seen::Unknown => None,
        }
    }
}

/// How many attempts fell in a class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttemptShare {
    /// Which.
    pub class: Attempt,
    /// Attempts in it.
    pub n: u32,
    /// Share of all attempts that the page answered.
    pub share: f64,
    /// 95 % interval, by daily clusters as R1.
    pub interval: Interval,
}

/// La Cimade's classes (« À guichets fermés », 2016) over base looks that were answered (open, full or shut); each look
/// counts as one attempt, as theirs did, so that nothing is weighted. All six, in order; the shares add up to 1.
///
/// Interval: daily clusters of attempts, long-run variance ([`long_run::ratio`]), Clopper–Pearson on effective counts
/// (Korn & Graubard 1998); where a class never or always came, the dates count, not the looks.
///
/// # Errors
/// When no look was answered, or on fewer than 14 dates.
pub fn attempts(evidence: &Evidence<'_>) -> Result<Vec<AttemptShare>, TooLittle> {
    let mut days: BTreeMap<NaiveDate, BTreeMap<Attempt, u32>> = BTreeMap::new();
    for look in evidence.looks.iter().filter(|look| look.is_base) {
        if let Some(class) = Attempt::of(look) {
            let date = LocalHour::of(look.at, evidence.zone).date;
            *days.entry(date).or_default().entry(class).or_default() += 1;
        }
    }
    let all: u32 = days.values().flat_map(BTreeMap::values).sum();
    TooLittle::unless(Needed::Looks, f64::from(all), 1.0)?;
    let dates = f64::from(count(days.len()));
    TooLittle::unless(Needed::Days, dates, f64::from(LEAST_ATTEMPT_DATES))?;

    let share = |class: Attempt| {
        let found = |day: &BTreeMap<Attempt, u32>| day.get(&class).copied().unwrap_or(0);
        let n: u32 = days.values().map(found).sum();
        let clusters = by_date(days.iter().map(|(date, day)| {
            (*date, Cluster { y: f64::from(found(day)), w: f64::from(day.values().sum::<u32>()) })
        }));
        let interval = long_run::ratio(&clusters)
            .map_or(Interval::VACUOUS, |ratio| long_run::interval(&ratio, f64::from(all), dates, 0.95));
        AttemptShare { class, n, share: f64::from(n) / f64::from(all), interval }
    };
    Ok(Attempt::ALL.iter().map(|(class, _)| share(*class)).collect())
}

#[cfg(test)]
mod tests;

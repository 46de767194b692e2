//! R5: whether a slot that was seen is still there some minutes later. What never enters: times under the smallest lag
//! that was looked at.

use std::{collections::BTreeMap, ops::Range};

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use guichet_model::{
    Instant,
    civil::{self, LocalHour},
};

use crate::{
    evidence::Evidence,
    interval::{Interval, clopper_pearson},
    long_run::{self, Cluster},
    minimum::{Needed, TooLittle},
    transitions::{Spacing, hours},
};

/// The lags in minutes.
pub const LAGS_MIN: [u32; 6] = [2, 5, 10, 20, 30, 60];

/// P(open at t + lag | open at t) (recipe R5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Persistence {
    /// The lag in minutes; pairs from 0.8 to 1.2 of it.
    pub lag_min: u32,
    /// The share.
    pub s: f64,
    /// 95 % interval.
    pub interval: Interval,
    /// Pairs.
    pub pairs: u32,
    /// Dates that they come from.
    pub days: u32,
}

/// Open looks that must start a pair.
const LEAST_STARTS: u32 = 20;

/// R5, for the lags with enough data: of the pairs of looks whose first is planned and open, and whose second comes 0.8
/// to 1.2 lags later and told, the share whose second is open too. All pairs, not only neighbours; a ratio over the
/// civil dates of the first looks, with its long-run variance by equal-weighted cosines (see [`long_run::ratio`]) over
/// all dates from the first to the last look that told; `n_eff` = min(s(1−s)/v, pairs), n* = `n_eff`·(z/`t_ν`)²,
/// Clopper–Pearson (Korn & Graubard 1998), with n* = dates when the share is 0 or 1. Nothing is assumed of how long
/// slots last.
///
/// The second look is a planned one too: those come whatever was seen. Follow-ups are made while a slot is still there
/// and end when it is gone, so that a pair with one of them would exist because the slot lasted. They serve the lags
/// that planned looks are too far apart for: there each planned open look that follow-ups come after (the first within
/// 1.2 lags) counts once, by what they tell of the lag. 1: an unbroken run of open looks reaches beyond it; 0: the slot
/// was gone before it; where it went between two looks on both sides of the lag, the part of that time that lies after
/// the lag. Such a look is mostly the first that saw the slot.
///
/// Minimum data: 20 first looks at the lag; a lag under the smallest one that was looked at is never reported.
///
/// # Errors
/// When no lag has 20 open starts.
pub fn persistence(evidence: &Evidence<'_>) -> Result<Vec<Persistence>, TooLittle> {
    let looks = told(evidence);
    let longest_ms = Spacing::of(evidence.looks).map_or(0, |spacing| spacing.longest.num_milliseconds());
    let mut lags = LAGS_MIN.map(Lag::new);
    let mut smallest_ms = i64::MAX;
    let mut today = Today { zone: evidence.zone, known: None };
    for (i, start) in looks.iter().enumerate() {
        if !(start.is_open && start.is_base) {
            continue;
        }
        let after = looks[i + 1..].iter().map(|look| Later {
            ms: (look.at - start.at).num_milliseconds(),
            is_open: look.is_open,
            is_base: look.is_base,
        });
        let mut after = after.skip_while(|later| later.ms <= 0).peekable();
        let Some(next) = after.peek().copied() else { continue };
        smallest_ms = smallest_ms.min(next.ms);
        let date = today.of(start.at);
        let mut outcomes = [Cluster::default(); LAGS_MIN.len()];
        for later in after.clone().take_while(|later| later.ms <= lags[LAGS_MIN.len() - 1].to_ms) {
            let place = lags.iter().position(|lag| (lag.from_ms..=lag.to_ms).contains(&later.ms));
            if let Some(place) = place.filter(|_| later.is_base) {
                outcomes[place].y += f64::from(u8::from(later.is_open));
                outcomes[place].w += 1.0;
            }
        }
        for (lag, outcome) in lags.iter_mut().zip(outcomes) {
            if outcome.w > 0.0 {
                lag.planned.add(date, outcome);
            }
            if !next.is_base
                && next.ms <= lag.to_ms
                && let Some(y) = still_there(after.clone(), lag.ms, longest_ms)
            {
                lag.followed.add(date, Cluster { y, w: 1.0 });
            }
        }
    }
    let looked_at = lags.iter().filter(|lag| lag.ms >= smallest_ms);
    let have = looked_at.clone().map(|lag| lag.better().starts).max().unwrap_or(0);
    TooLittle::unless(Needed::Pairs, f64::from(have), f64::from(LEAST_STARTS))?;
    let Some((first, last)) = dates(&looks, evidence.zone) else { return Ok(Vec::new()) };
    Ok(looked_at
        .filter(|lag| lag.better().starts >= LEAST_STARTS)
        .filter_map(|lag| lag.better().share(lag.minutes, first, last))
        .collect())
}

/// A look that told open or full.
#[derive(Debug, Clone, Copy)]
struct Told {
    at: Instant,
    is_open: bool,
    is_base: bool,
}

/// In order of time, whatever order they came in.
fn told(evidence: &Evidence<'_>) -> Vec<Told> {
    let told = evidence
        .looks
        .iter()
        .filter_map(|look| look.told().map(|is_open| Told { at: look.at, is_open, is_base: look.is_base }));
    let mut looks: Vec<Told> = told.collect();
    if !looks.is_sorted_by_key(|look| look.at) {
        looks.sort_by_key(|look| look.at);
    }
    looks
}

/// The civil dates of the first and the last.
fn dates(looks: &[Told], zone: Tz) -> Option<(NaiveDate, NaiveDate)> {
    let date = |look: &Told| LocalHour::of(look.at, zone).date;
    Some((date(looks.first()?), date(looks.last()?)))
}

/// The civil date of instants in order of time: asking the zone once a day is enough, and asking it is slow.
struct Today {
    zone: Tz,
    /// A date, and the instants that are known to lie in it.
    known: Option<(NaiveDate, Range<Instant>)>,
}

impl Today {
    fn of(&mut self, at: Instant) -> NaiveDate {
        if let Some((date, known)) = &self.known
            && known.contains(&at)
        {
            return *date;
        }
        let date = LocalHour::of(at, self.zone).date;
        let tomorrow =
            date.succ_opt().and_then(|next| civil::instant_of(next.and_time(NaiveTime::MIN), self.zone));
        self.known = tomorrow.map(|tomorrow| (date, at..tomorrow));
        date
    }
}

/// A look, and how long after an open one it was.
#[derive(Debug, Clone, Copy)]
struct Later {
    ms: i64,
    is_open: bool,
    is_base: bool,
}

/// What follow-ups tell of a lag: 1 still there, 0 gone, between the two where it went around the lag; `None` where
/// they break off.
fn still_there(after: impl Iterator<Item = Later>, lag_ms: i64, longest_ms: i64) -> Option<f64> {
    let mut open_until = 0;
    for later in after {
        if later.ms - open_until > longest_ms {
            return None;
        }
        if !later.is_open {
            let after_lag = hours(later.ms - lag_ms.clamp(open_until, later.ms));
            return Some(after_lag / hours(later.ms - open_until).max(f64::MIN_POSITIVE));
        }
        if later.ms >= lag_ms {
            return Some(1.0);
        }
        open_until = later.ms;
    }
    None
}

/// What is known at one lag.
#[derive(Debug)]
struct Lag {
    minutes: u32,
    ms: i64,
    from_ms: i64,
    to_ms: i64,
    planned: Pairs,
    followed: Pairs,
}

impl Lag {
    fn new(minutes: u32) -> Self {
        let fifth = i64::from(minutes) * 12_000;
        Self {
            minutes,
            ms: 5 * fifth,
            from_ms: 4 * fifth,
            to_ms: 6 * fifth,
            planned: Pairs::default(),
            followed: Pairs::default(),
        }
    }

    /// The pairs of planned looks, unless there are too few of them.
    fn better(&self) -> &Pairs {
        if self.planned.starts >= LEAST_STARTS || self.planned.starts >= self.followed.starts {
            &self.planned
        } else {
            &self.followed
        }
    }
}

/// Pairs of looks, by the civil date of the first.
#[derive(Debug, Default)]
struct Pairs {
    starts: u32,
    /// In order of time; a date may come twice.
    days: Vec<(NaiveDate, Cluster)>,
}

impl Pairs {
    fn add(&mut self, date: NaiveDate, outcomes: Cluster) {
        self.starts += 1;
        match self.days.last_mut() {
            Some((last, day)) if *last == date => {
                day.y += outcomes.y;
                day.w += outcomes.w;
            }
            _ => self.days.push((date, outcomes)),
        }
    }

    fn share(&self, lag_min: u32, first: NaiveDate, last: NaiveDate) -> Option<Persistence> {
        let mut days: BTreeMap<NaiveDate, Cluster> = BTreeMap::new();
        for (date, outcomes) in &self.days {
            let day = days.entry(*date).or_default();
            day.y += outcomes.y;
            day.w += outcomes.w;
        }
        let clusters: Vec<Cluster> = first
            .iter_days()
            .take_while(|date| *date <= last)
            .map(|date| days.get(&date).copied().unwrap_or_default())
            .collect();
        let ratio = long_run::ratio(&clusters)?;
        let pairs: f64 = days.values().map(|day| day.w).sum();
        let days = u32::try_from(days.len()).unwrap_or(u32::MAX);
        let spread = ratio.p * (1.0 - ratio.p);
        // A share of 0 or 1 leaves the tiniest residuals by rounding; they are no variance.
        let n_star = if spread <= 1e-12 || ratio.variance <= 1e-15 {
            f64::from(days)
        } else {
            (spread / ratio.variance).min(pairs) * long_run::few_degrees_penalty(ratio.nu)
        };
        Some(Persistence {
            lag_min,
            s: ratio.p,
            interval: clopper_pearson(ratio.p * n_star, n_star, 0.95),
            pairs: whole(pairs),
            days,
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of pairs, saturating")]
fn whole(count: f64) -> u32 {
    count.round() as u32
}

#[cfg(test)]
mod tests;

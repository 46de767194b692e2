//! Split conformal intervals: as wide as past forecasts for others were wrong. What never enters: how a forecast is made.

use std::collections::{BTreeMap, VecDeque};

use chrono::{Datelike as _, Days, NaiveDate};

use super::{Case, Coverage, Spread};
use crate::interval::Interval;

/// The level of the intervals.
pub(super) const LEVEL: f64 = 0.9;
/// Residuals that an interval needs.
pub(super) const LEAST_CASES: usize = 100;
/// Hosts that they must come from.
pub(super) const LEAST_HOSTS: usize = 8;
/// Keeps the logit finite at 0 and 1.
const EDGE: f64 = 0.01;
/// Median of χ² with one degree of freedom: what a squared standard normal residual is worth in the middle.
const MEDIAN_CHI2: f64 = 0.455;
/// Least variance beyond sampling.
const LEAST_TAU2: f64 = 0.05;
/// Step of the online correction (Gibbs & Candès 2021).
const GAMMA: f64 = 0.02;
/// What the online correction may make of α: an interval from 100 residuals can be had at 0.01, and one that is
/// called a 90 % interval never allows more than twice the misses.
const ALPHA_RANGE: (f64, f64) = (0.01, 0.2);

/// ln((p + 0.01)/(1.01 − p)).
pub(super) fn logit(p: f64) -> f64 {
    let p = p.clamp(0.0, 1.0);
    ((p + EDGE) / (1.0 + EDGE - p)).ln()
}

/// Its inverse, between 0 and 1.
pub(super) fn unlogit(z: f64) -> f64 {
    let share = 1.0 / (1.0 + (-z).exp());
    ((1.0 + 2.0 * EDGE) * share - EDGE).clamp(0.0, 1.0)
}

/// Whether what came lies within `interval`, but for rounding.
fn holds(interval: Interval, truth: f64) -> bool {
    (interval.lo - 1e-9..=interval.hi + 1e-9).contains(&truth)
}

/// How often intervals held, added up case by case.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    n: u32,
    inside: f64,
    width: f64,
}

impl Tally {
    /// One more; whether it held.
    pub(super) fn add(&mut self, case: &Case, spread: &Spread) -> bool {
        let interval = spread.around(case.predicted, case.variance);
        let held = holds(interval, case.truth);
        self.n += 1;
        self.inside += if held { 1.0 } else { 0.0 };
        self.width += interval.hi - interval.lo;
        held
    }

    /// `None` of nothing.
    pub(super) fn coverage(self) -> Option<Coverage> {
        let n = f64::from(self.n);
        (self.n > 0).then(|| Coverage { n: self.n, share: self.inside / n, width: self.width / n })
    }
}

/// Values in order, with the places that each host's own have in it: order statistics without a host's own are found in
/// time proportional to how many it has.
struct Ranked<'a> {
    sorted: Vec<f64>,
    places: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Ranked<'a> {
    fn of(values: impl Iterator<Item = (&'a str, f64)>) -> Self {
        let mut all: Vec<(&str, f64)> = values.collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, (host, _)) in all.iter().enumerate() {
            places.entry(host).or_default().push(place);
        }
        Self { sorted: all.into_iter().map(|(_, value)| value).collect(), places }
    }

    /// The middle of all others, or the mean of the two in the middle; 0 of nothing.
    fn median(&self, without: Option<&str>) -> f64 {
        let own = without.and_then(|host| self.places.get(host)).map_or(&[][..], Vec::as_slice);
        // The place among all: each of the host's own before it moves it on by one.
        let at = |mut place: usize| {
            for own in own {
                if *own > place {
                    break;
                }
                place += 1;
            }
            self.sorted.get(place).copied()
        };
        match self.sorted.len() - own.len() {
            0 => 0.0,
            n => at((n - 1) / 2).zip(at(n / 2)).map_or(0.0, |(below, above)| f64::midpoint(below, above)),
        }
    }
}

/// The residuals of past forecasts of one horizon: e² on the logit scale, and the variance v that was foretold.
pub(super) struct Pool<'a> {
    by_host: BTreeMap<&'a str, Vec<(f64, f64)>>,
    squares: Ranked<'a>,
    variances: Ranked<'a>,
}

impl<'a> Pool<'a> {
    /// Of these forecasts.
    pub(super) fn of(cases: impl Iterator<Item = &'a Case>) -> Self {
        let mut by_host: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
        for case in cases {
            let residual = logit(case.truth) - logit(case.predicted);
            by_host.entry(&case.host).or_default().push((residual * residual, case.variance));
        }
        let ranked = |of: fn(&(f64, f64)) -> f64| {
            Ranked::of(
                by_host.iter().flat_map(|(host, own)| own.iter().map(|residual| (*host, of(residual)))),
            )
        };
        let (squares, variances) = (ranked(|residual| residual.0), ranked(|residual| residual.1));
        Self { by_host, squares, variances }
    }

    /// The hosts that the forecasts are about.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &'a str> {
        self.by_host.keys().copied()
    }

    /// The spread that misses a share `alpha`, scale and order statistic both from all hosts but `without`; `None` where
    /// they are too few.
    pub(super) fn spread(&self, without: Option<&str>, alpha: f64) -> Option<Spread> {
        let others = || self.by_host.iter().filter(|(host, _)| Some(**host) != without).map(|(_, own)| own);
        let (hosts, n) = others().fold((0, 0), |(hosts, n), own| (hosts + 1, n + own.len()));
        if n < LEAST_CASES || hosts < LEAST_HOSTS {
            return None;
        }
        let tau2 =
            (self.squares.median(without) / MEDIAN_CHI2 - self.variances.median(without)).max(LEAST_TAU2);
        let mut scaled: Vec<f64> = others().flatten().map(|(e2, v)| e2 / (v + tau2)).collect();
        let place = rank(n, alpha)?.checked_sub(1)?;
        let (_, q2, _) = scaled.select_nth_unstable_by(place, f64::total_cmp);
        Some(Spread {
            q: q2.sqrt(),
            tau2,
            n: u32::try_from(n).unwrap_or(u32::MAX),
            hosts: u32::try_from(hosts).unwrap_or(u32::MAX),
        })
    }
}

/// What came of intervals that were made as time went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Online {
    /// The share of misses that intervals allow now; `None` where no week had enough to make an interval of.
    pub(crate) alpha: Option<f64>,
    /// How often the intervals held.
    pub(crate) coverage: Option<Coverage>,
}

/// Past forecasts of one horizon with the intervals that could have been given with them, and the share of misses to
/// allow, by adaptive conformal inference (Gibbs & Candès 2021, eq. 2): `α_{t+1} = α_t + γ(α − err_t)` with γ = 0.02, a
/// step for each week of origins, in order of time.
///
/// Each interval is made of what was known at the start of its origin's week: the forecasts for other hosts whose
/// horizon had ended by then, at the α that the weeks which were over had taught. `err_t` is the share of a week's
/// forecasts that missed.
pub(crate) fn online(cases: &[&Case], horizon_days: u32) -> Online {
    let mut weeks: BTreeMap<NaiveDate, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        let monday = Days::new(u64::from(case.origin.weekday().num_days_from_monday()));
        weeks.entry(case.origin.checked_sub_days(monday).unwrap_or(case.origin)).or_default().push(case);
    }
    let known_after = |origin: NaiveDate| origin.checked_add_days(Days::new(u64::from(horizon_days)));

    let mut alpha = 1.0 - LEVEL;
    let mut stepped = false;
    let mut tally = Tally::default();
    // Misses of weeks that are not over yet, with the date on which they are known.
    let mut to_come: VecDeque<(NaiveDate, f64)> = VecDeque::new();
    let mut learn = |alpha: &mut f64, missed: f64| {
        *alpha = (*alpha + GAMMA * (1.0 - LEVEL - missed)).clamp(ALPHA_RANGE.0, ALPHA_RANGE.1);
        stepped = true;
    };
    for (monday, of_week) in &weeks {
        while let Some((_, missed)) = to_come.pop_front_if(|(known, _)| *known <= *monday) {
            learn(&mut alpha, missed);
        }
        let before = weeks.range(..*monday).flat_map(|(_, cases)| cases.iter().copied());
        let pool =
            Pool::of(before.filter(|case| known_after(case.origin).is_some_and(|known| known <= *monday)));
        let mut spreads: BTreeMap<&str, Option<Spread>> = BTreeMap::new();
        let (mut missed, mut all) = (0.0, 0.0);
        for case in of_week {
            let spread = spreads.entry(&case.host).or_insert_with(|| pool.spread(Some(&case.host), alpha));
            if let Some(spread) = spread {
                missed += if tally.add(case, spread) { 0.0 } else { 1.0 };
                all += 1.0;
            }
        }
        if let Some(known) = known_after(*monday).and_then(|known| known.checked_add_days(Days::new(6)))
            && all > 0.0
        {
            to_come.push_back((known, missed / all));
        }
    }
    for (_, missed) in to_come {
        learn(&mut alpha, missed);
    }
    Online { alpha: stepped.then_some(alpha), coverage: tally.coverage() }
}

/// ⌈(n+1)(1−α)⌉; `None` where that is more than n.
fn rank(n: usize, alpha: f64) -> Option<usize> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of residuals"
    )]
    let rank = ((n as f64 + 1.0) * (1.0 - alpha) - 1e-9).ceil() as usize;
    (rank <= n).then_some(rank)
}

//! Split conformal intervals: as wide as past forecasts for others were wrong. What never enters: how a forecast is made.

use std::collections::{BTreeMap, VecDeque};

use chrono::{Datelike as _, Days, NaiveDate};

use super::{Case, Spread};

/// The level of the intervals.
pub(crate) const LEVEL: f64 = 0.9;
/// Residuals that an interval needs.
const LEAST_CASES: usize = 100;
/// Hosts that they must come from.
const LEAST_HOSTS: usize = 8;
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

/// Whether what came lies within `interval` of `case`, but for rounding.
pub(crate) fn held(case: &Case, spread: &Spread) -> bool {
    let interval = spread.around(case.predicted, case.variance);
    (interval.lo - 1e-9..=interval.hi + 1e-9).contains(&case.truth)
}

/// Past forecasts of one horizon with their residuals, smallest first. The scale τ² is that of all of them; the order
/// statistic is taken with a host left out, in time proportional to that host's own cases.
pub(crate) struct Pool<'a> {
    tau2: f64,
    sorted: Vec<f64>,
    /// The places of each host's residuals in `sorted`.
    places: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Pool<'a> {
    /// Of these forecasts.
    pub(crate) fn of(cases: impl Iterator<Item = &'a Case>) -> Self {
        let residuals: Vec<(&str, f64, f64)> = cases
            .map(|case| (case.host.as_str(), logit(case.truth) - logit(case.predicted), case.variance))
            .filter(|(_, e, v)| e.is_finite() && v.is_finite() && *v >= 0.0)
            .map(|(host, e, v)| (host, e * e, v))
            .collect();
        let middle = |of: fn(&(&str, f64, f64)) -> f64| median(residuals.iter().map(of).collect());
        let tau2 =
            (middle(|residual| residual.1) / MEDIAN_CHI2 - middle(|residual| residual.2)).max(LEAST_TAU2);
        let mut all: Vec<(f64, &str)> =
            residuals.iter().map(|(host, e2, v)| ((e2 / (v + tau2)).sqrt(), *host)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, (_, host)) in all.iter().enumerate() {
            places.entry(host).or_default().push(place);
        }
        Self { tau2, sorted: all.into_iter().map(|(scaled, _)| scaled).collect(), places }
    }

    /// The hosts that the forecasts are about.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &'a str> {
        self.places.keys().copied()
    }

    /// The spread that misses a share `alpha`, from all hosts but `without`; `None` where they are too few.
    pub(crate) fn spread(&self, without: Option<&str>, alpha: f64) -> Option<Spread> {
        let own = without.and_then(|host| self.places.get(host)).map_or(&[][..], Vec::as_slice);
        let hosts = self.places.len() - usize::from(!own.is_empty());
        let n = self.sorted.len() - own.len();
        if n < LEAST_CASES || hosts < LEAST_HOSTS {
            return None;
        }
        // The rank among the others, then the place among all: each of the host's own before it moves it on by one.
        let mut place = rank(n, alpha)?.checked_sub(1)?;
        for own in own {
            if *own > place {
                break;
            }
            place += 1;
        }
        Some(Spread {
            q: *self.sorted.get(place)?,
            tau2: self.tau2,
            n: u32::try_from(n).unwrap_or(u32::MAX),
            hosts: u32::try_from(hosts).unwrap_or(u32::MAX),
        })
    }
}

/// The share of misses to allow now, by adaptive conformal inference (Gibbs & Candès 2021, eq. 2):
/// `α_{t+1} = α_t + γ(α − err_t)` with γ = 0.02, a step for each week of origins, in order of time.
///
/// `err_t` is the share of that week's forecasts whose interval missed, each made of what was known at the start of
/// the week from other hosts, at the level that the weeks whose horizon had passed by then had taught. `None` where no
/// week had enough to make an interval of.
pub(crate) fn online(cases: &[Case], horizon_days: u32) -> Option<f64> {
    let mut weeks: BTreeMap<NaiveDate, Vec<&Case>> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.horizon_days == horizon_days) {
        let monday = Days::new(u64::from(case.origin.weekday().num_days_from_monday()));
        weeks.entry(case.origin.checked_sub_days(monday).unwrap_or(case.origin)).or_default().push(case);
    }
    let known_after = |origin: NaiveDate| origin.checked_add_days(Days::new(u64::from(horizon_days)));

    let mut alpha = 1.0 - LEVEL;
    let mut stepped = false;
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
                missed += if held(case, spread) { 0.0 } else { 1.0 };
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
    stepped.then_some(alpha)
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

/// The middle, or the mean of the two in the middle; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    let half = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    let even = values.len().is_multiple_of(2);
    let (below, middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let middle = *middle;
    if even {
        below.iter().copied().max_by(f64::total_cmp).map_or(middle, |other| f64::midpoint(other, middle))
    } else {
        middle
    }
}

//! Empirical Bayes for shares of many cells that are alike: a beta-binomial with its prior estimated from the cells
//! themselves. What never enters: hours, weeks, targets.

use std::cmp::Ordering;

use statrs::{
    distribution::{Beta, ContinuousCDF as _},
    function::gamma::{digamma, ln_gamma},
};

use crate::interval::{Interval, SMALLEST_SHAPE};

/// What was seen of a cell, in its unit of evidence (a week, for an hour of the week).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Units {
    /// Sum of the units' shares; not more than `n`.
    pub x: f64,
    /// Number of units.
    pub n: f64,
}

/// Shares drawn towards what the cells have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Shrunk {
    /// Prior mean.
    pub mu: f64,
    /// Prior precision, in units.
    pub m: f64,
    /// For each cell, in order, its posterior mean and interval.
    pub cells: Vec<(f64, Interval)>,
}

/// Log of the median of M beforehand, and the deviation of log M around it.
const LOG_M: (f64, f64) = (2.995_732_273_553_991, 1.5);
/// Where log M is held.
const LOG_M_RANGE: (f64, f64) = (-4.0, 9.0);
/// Where logit μ is held: outside it no share differs from 0 or 1 in double precision.
const LOGIT_RANGE: (f64, f64) = (-30.0, 30.0);

/// Gauss–Hermite abscissas and weights for a standard normal with five points: exact for polynomials of degree nine.
const HERMITE: [(f64, f64); 5] = [
    (-2.856_970_013_872_806, 0.011_257_411_327_720_69),
    (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (2.856_970_013_872_806, 0.011_257_411_327_720_69),
];

/// Empirical-Bayes beta-binomial.
///
/// x ~ `BetaBin`(n, μM, (1−μ)M) for each cell; (logit μ, log M) at the mode of the marginal likelihood with
/// log M ~ N(log 20, 1.5²) and, so that cells that are all 0 or all 1 leave μ inside (0, 1), Jeffreys' Beta(½, ½) for
/// μ: half a success and half a failure among all units. A cell's mean is (x + Mμ)/(n + M), the mean of
/// Beta(x + μM, n − x + (1−μ)M). Its interval at `level` carries the uncertainty of (μ, M), without which it covers too
/// little (Carlin & Gelfand, *J. R. Stat. Soc. B* 53, 1991): the posteriors are mixed over N(θ̂, Ĥ⁻¹) of
/// θ = (logit μ, log M) by Gauss–Hermite quadrature, a Beta with the mixture's first two moments gives the quantiles,
/// and the interval is stretched to its cell's mean where skewness puts that outside. Where that Beta's density is without
/// bound at 0 or at 1 (a shape below 1), the interval begins or ends there: what is likeliest is never left out.
///
/// With a `parent` share, μ is that share and only M is estimated. Cells without units have the prior's own mean and
/// interval. Counts that are no numbers are none. Without any unit, μ is ½ (or the parent's) and M is 20. No minimum.
pub fn shrink(cells: &[Units], parent: Option<f64>, level: f64) -> Shrunk {
    let cells: Vec<Units> = cells.iter().map(|units| units.sane()).collect();
    let marginal = Marginal::of(&cells, parent.filter(|share| share.is_finite()));
    let mode = marginal.mode();
    let (mu, m) = (mode.mu(), mode.m());
    let nodes = marginal.nodes(mode);
    // Many cells are alike: all those that were never open, to begin with.
    let mut last: Option<(Units, (f64, Interval))> = None;
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by(|a, b| cells[*a].order(&cells[*b]));
    let mut shares = vec![(mu, Interval::VACUOUS); cells.len()];
    for at in order {
        let units = cells[at];
        let share = match last {
            Some((same, share)) if same == units => share,
            _ => {
                let mean = ((units.x + m * mu) / (units.n + m)).clamp(0.0, 1.0);
                let interval = interval(units, &nodes, level);
                (mean, Interval { lo: interval.lo.min(mean), hi: interval.hi.max(mean) })
            }
        };
        last = Some((units, share));
        shares[at] = share;
    }
    Shrunk { mu, m, cells: shares }
}

impl Units {
    fn sane(self) -> Self {
        let n = if self.n.is_finite() { self.n.max(0.0) } else { 0.0 };
        let x = if self.x.is_finite() { self.x.clamp(0.0, n) } else { 0.0 };
        Self { x, n }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.n.total_cmp(&other.n).then(self.x.total_cmp(&other.x))
    }
}

/// A prior: its logit mean and its log precision.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Theta {
    logit_mu: f64,
    log_m: f64,
}

impl Theta {
    fn new(logit_mu: f64, log_m: f64) -> Self {
        Self {
            logit_mu: logit_mu.clamp(LOGIT_RANGE.0, LOGIT_RANGE.1),
            log_m: log_m.clamp(LOG_M_RANGE.0, LOG_M_RANGE.1),
        }
    }

    fn mu(self) -> f64 {
        1.0 / (1.0 + (-self.logit_mu).exp())
    }

    fn m(self) -> f64 {
        self.log_m.exp()
    }

    /// μM and (1−μ)M, each without the cancellation of 1−μ.
    fn shapes(self) -> (f64, f64) {
        (self.m() * self.mu(), self.m() / (1.0 + self.logit_mu.exp()))
    }
}

/// A symmetric matrix of two rows: its first, its last, and its mixed element.
type Symmetric = (f64, f64, f64);

/// The marginal likelihood of a prior, with the prior's prior.
struct Marginal {
    /// Different cells with units, and how many are alike.
    cells: Vec<(Units, f64)>,
    /// Different numbers of units, and how many cells have each.
    sizes: Vec<(f64, f64)>,
    start: Theta,
    /// Whether μ is given.
    is_pinned: bool,
}

impl Marginal {
    fn of(cells: &[Units], parent: Option<f64>) -> Self {
        let mut sorted: Vec<Units> = cells.iter().copied().filter(|units| units.n > 0.0).collect();
        sorted.sort_by(Units::order);
        let mut alike: Vec<(Units, f64)> = Vec::new();
        let mut sizes: Vec<(f64, f64)> = Vec::new();
        for units in &sorted {
            match alike.last_mut() {
                Some((last, number)) if last == units => *number += 1.0,
                _ => alike.push((*units, 1.0)),
            }
            match sizes.last_mut() {
                #[expect(clippy::float_cmp, reason = "equal numbers are joined, near ones need not be")]
                Some((last, number)) if *last == units.n => *number += 1.0,
                _ => sizes.push((units.n, 1.0)),
            }
        }
        let (x, n) = sorted.iter().fold((0.0, 0.0), |(x, n), units| (x + units.x, n + units.n));
        let share = parent.unwrap_or((x + 0.5) / (n + 1.0)).clamp(0.0, 1.0);
        let start = Theta::new((share / (1.0 - share)).ln(), LOG_M.0);
        Self { cells: alike, sizes, start, is_pinned: parent.is_some() }
    }

    fn log_density(&self, theta: Theta) -> f64 {
        let (a, b) = theta.shapes();
        let sum = |terms: &[(f64, f64)], at: f64| -> f64 {
            let whole = ln_gamma(at);
            terms.iter().map(|(more, number)| number * (ln_gamma(at + more) - whole)).sum()
        };
        let (whole_a, whole_b) = (ln_gamma(a), ln_gamma(b));
        let cells: f64 = self
            .cells
            .iter()
            .map(|(units, number)| {
                number * (ln_gamma(a + units.x) - whole_a + ln_gamma(b + units.n - units.x) - whole_b)
            })
            .sum();
        let jeffreys = if self.is_pinned { 0.0 } else { 0.5 * (theta.mu().ln() + (b / theta.m()).ln()) };
        let off = (theta.log_m - LOG_M.0) / LOG_M.1;
        cells - sum(&self.sizes, theta.m()) + jeffreys - 0.5 * off * off
    }

    fn gradient(&self, theta: Theta) -> (f64, f64) {
        let (a, b) = theta.shapes();
        let (whole_a, whole_b, whole) = (digamma(a), digamma(b), digamma(theta.m()));
        let (mut by_a, mut by_b) = (0.0, 0.0);
        for (units, number) in &self.cells {
            by_a += number * (digamma(a + units.x) - whole_a);
            by_b += number * (digamma(b + units.n - units.x) - whole_b);
        }
        let common: f64 =
            self.sizes.iter().map(|(n, number)| number * (digamma(theta.m() + n) - whole)).sum();
        let (by_a, by_b) = (by_a - common, by_b - common);
        let by_logit =
            if self.is_pinned { 0.0 } else { a * b / theta.m() * (by_a - by_b) + 0.5 - theta.mu() };
        let by_log_m = a * by_a + b * by_b - (theta.log_m - LOG_M.0) / (LOG_M.1 * LOG_M.1);
        (by_logit, by_log_m)
    }

    /// −Ĥ, from differences of the gradient.
    fn curvature(&self, theta: Theta) -> Symmetric {
        const STEP: f64 = 1e-4;
        let at = |logit: f64, log_m: f64| {
            self.gradient(Theta { logit_mu: theta.logit_mu + logit, log_m: theta.log_m + log_m })
        };
        let slope = |up: f64, down: f64| -(up - down) / (2.0 * STEP);
        let (up, down) = (at(0.0, STEP), at(0.0, -STEP));
        let (mixed, last) = (slope(up.0, down.0), slope(up.1, down.1));
        if self.is_pinned {
            return (1.0, last, 0.0);
        }
        let (up, down) = (at(STEP, 0.0), at(-STEP, 0.0));
        (slope(up.0, down.0), last, f64::midpoint(mixed, slope(up.1, down.1)))
    }

    /// The mode, by Newton's method with shortened steps.
    fn mode(&self) -> Theta {
        const MOST_STEPS: usize = 60;
        let mut theta = self.start;
        let mut value = self.log_density(theta);
        for _ in 0..MOST_STEPS {
            let (g0, g1) = self.gradient(theta);
            let (h0, h1, mixed) = definite(self.curvature(theta));
            let det = h0 * h1 - mixed * mixed;
            let step = ((h1 * g0 - mixed * g1) / det, (h0 * g1 - mixed * g0) / det);
            let longest = step.0.abs().max(step.1.abs());
            if longest.is_nan() || longest <= 1e-9 {
                break;
            }
            let mut scale = (2.0 / longest).min(1.0);
            let better = (0..30).find_map(|_| {
                let next = Theta::new(theta.logit_mu + scale * step.0, theta.log_m + scale * step.1);
                let there = self.log_density(next);
                scale /= 2.0;
                (there > value).then_some((next, there))
            });
            let Some((next, there)) = better else { break };
            (theta, value) = (next, there);
        }
        theta
    }

    /// Priors that stand for N(θ̂, Ĥ⁻¹): shapes a and b, and their weights.
    fn nodes(&self, mode: Theta) -> Vec<(f64, f64, f64)> {
        let (h0, h1, mixed) = definite(self.curvature(mode));
        let det = h0 * h1 - mixed * mixed;
        // Cholesky factor of the inverse.
        let first = if self.is_pinned { 0.0 } else { (h1 / det).sqrt() };
        let across = if self.is_pinned { 0.0 } else { -mixed / (det * h1).sqrt() };
        let last = 1.0 / h1.sqrt();
        HERMITE
            .iter()
            .flat_map(|(z0, w0)| HERMITE.iter().map(move |(z1, w1)| (*z0, *z1, w0 * w1)))
            .map(|(z0, z1, weight)| {
                let theta = Theta::new(mode.logit_mu + first * z0, mode.log_m + across * z0 + last * z1);
                let (a, b) = theta.shapes();
                (a, b, weight)
            })
            .collect()
    }
}

/// The matrix itself, or the nearest one by its diagonal that can be the curvature of a peak.
fn definite((h0, h1, mixed): Symmetric) -> Symmetric {
    // What the prior's prior alone gives log M; and a deviation of logit μ of at most about 5.
    let (least_0, least_1) = (0.04, 1.0 / (LOG_M.1 * LOG_M.1));
    if [h0, h1, mixed].iter().all(|element| element.is_finite())
        && h0 > least_0 * 1e-3
        && h1 > least_1 * 1e-3
        && h0 * h1 - mixed * mixed > 1e-6 * h0 * h1
    {
        return (h0, h1, mixed);
    }
    let or_least =
        |element: f64, least: f64| if element.is_finite() { element.abs().max(least) } else { least };
    (or_least(h0, least_0), or_least(h1, least_1), 0.0)
}

/// The interval of a Beta with the first two moments of the mixture of posteriors.
fn interval(units: Units, nodes: &[(f64, f64, f64)], level: f64) -> Interval {
    let (mut mean, mut square) = (0.0, 0.0);
    for (a, b, weight) in nodes {
        let (a, b) = (a + units.x, b + units.n - units.x);
        let whole = a + b;
        let first = a / whole;
        mean += weight * first;
        square += weight * first * (a + 1.0) / (whole + 1.0);
    }
    let spread = mean * (1.0 - mean);
    let variance = (square - mean * mean).min(spread);
    if !(variance > 0.0 && level > 0.0 && level < 1.0) {
        return Interval::VACUOUS;
    }
    let precision = spread / variance - 1.0;
    let (a, b) = (mean * precision, (1.0 - mean) * precision);
    let tail = (1.0 - level) / 2.0;
    let Ok(beta) = Beta::new(a.max(SMALLEST_SHAPE), b.max(SMALLEST_SHAPE)) else { return Interval::VACUOUS };
    Interval {
        lo: if a < 1.0 { 0.0 } else { beta.inverse_cdf(tail).clamp(0.0, 1.0) },
        hi: if b < 1.0 { 1.0 } else { beta.inverse_cdf(1.0 - tail).clamp(0.0, 1.0) },
    }
}

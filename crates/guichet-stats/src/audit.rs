//! R10: how our own past forecasts fared. What never enters: forecasts of what is not known yet, excuses.

use std::{collections::BTreeSet, iter};

use crate::{
    forecast::{Case, of_horizon, online},
    minimum::{Needed, TooLittle},
};

/// The score of all past forecasts of one horizon (recipe R10).
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Days of looking.
    pub horizon_days: u32,
    /// Forecasts scored.
    pub n: u32,
    /// Hosts that they are about.
    pub hosts: u32,
    /// Mean Brier score, expected over a person's random moments (Brier 1950).
    pub brier: f64,
    /// The Brier score of always saying the overall mean.
    pub brier_climatology: f64,
    /// The Brier score of taking each look as independent.
    pub brier_iid: f64,
    /// 1 − `brier`/`brier_climatology`.
    pub skill: f64,
    /// The same of the independent looks.
    pub skill_iid: f64,
    /// Mean distance between what was foretold and what came, over six bins.
    pub ece: f64,
    /// The bins that have forecasts, from the lowest on.
    pub bins: Vec<Bin>,
    /// Forecasts with a 90 % interval that could have been given with them: the minimum was there by their origin.
    pub interval_n: u32,
    /// Share of their truths inside those intervals; `None` without any.
    pub coverage: Option<f64>,
    /// Mean width of those intervals.
    pub width: Option<f64>,
    /// The level that online correction has come to (Gibbs & Candès 2021).
    pub alpha: Option<f64>,
}

/// Forecasts of about the same chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// From this chance on.
    pub from: f64,
    /// Up to this one.
    pub to: f64,
    /// Forecasts in it.
    pub n: u32,
    /// Their mean.
    pub predicted: f64,
    /// The mean of what came.
    pub observed: f64,
}

/// Between the bins.
const EDGES: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// R10 over the cases of one horizon.
///
/// A person looks at random moments, so the truth T of a case is a chance, and the Brier score (Brier, Monthly Weather
/// Review 1950) is expected over it: mean of (p − T)² + T(1 − T). That is linear in T: where looks estimate T without
/// bias, the score is unbiased too. Climatology always says the overall mean of T. Calibration error: Σ over six bins
/// (edges 0.1, 0.3, 0.5, 0.7, 0.9) of the bin's share × |mean p − mean T|; bins without forecasts are left out. Coverage
/// and width are those of the 90 % conformal intervals that could have been given at the time: made of the cases of other
/// hosts whose horizon had ended by the start of the origin's week, at the level that online correction had come to by
/// then (Gibbs & Candès, `NeurIPS` 2021). Intervals that borrow from later cases would hold nine in ten whatever came.
/// Skill is 0 where climatology
/// makes no error that could be bettered. Shares and chances, no units. Minimum: one case; coverage is that of
/// forecasts with 100 such cases on 8 other hosts; cases that are no chances are left out.
///
/// # Errors
/// When there is no case.
pub fn score(cases: &[Case], horizon_days: u32) -> Result<Score, TooLittle> {
    let of_horizon = of_horizon(cases, horizon_days);
    let n = of_horizon.iter().fold(0.0, |n, _| n + 1.0);
    TooLittle::unless(Needed::Forecasts, n, 1.0)?;
    let mean = |of: &dyn Fn(&Case) -> f64| of_horizon.iter().map(|case| of(case)).sum::<f64>() / n;
    let expected = |p: f64, truth: f64| (p - truth).powi(2) + truth * (1.0 - truth);
    let climate = mean(&|case| case.truth);
    let brier = mean(&|case| expected(case.predicted, case.truth));
    let brier_iid = mean(&|case| expected(case.predicted_iid, case.truth));
    let brier_climatology = mean(&|case| expected(climate, case.truth));
    let skill = |brier: f64| if brier_climatology > 1e-12 { 1.0 - brier / brier_climatology } else { 0.0 };

    let hosts: BTreeSet<&str> = of_horizon.iter().map(|case| case.host.as_str()).collect();
    let bins = bins(&of_horizon);
    let ece = bins.iter().map(|bin| f64::from(bin.n) / n * (bin.predicted - bin.observed).abs()).sum();

    let online = online(&of_horizon, horizon_days);
    Ok(Score {
        horizon_days,
        n: u32::try_from(of_horizon.len()).unwrap_or(u32::MAX),
        hosts: u32::try_from(hosts.len()).unwrap_or(u32::MAX),
        brier,
        brier_climatology,
        brier_iid,
        skill: skill(brier),
        skill_iid: skill(brier_iid),
        ece,
        bins,
        interval_n: online.coverage.map_or(0, |coverage| coverage.n),
        coverage: online.coverage.map(|coverage| coverage.share),
        width: online.coverage.map(|coverage| coverage.width),
        alpha: online.alpha,
    })
}

/// The bins that have forecasts, from the lowest on.
fn bins(cases: &[&Case]) -> Vec<Bin> {
    let mut sums = [(0_u32, 0.0, 0.0); EDGES.len() + 1];
    for case in cases {
        let place = EDGES.iter().filter(|edge| case.predicted >= **edge).count();
        if let Some((n, predicted, observed)) = sums.get_mut(place) {
            *n += 1;
            *predicted += case.predicted;
            *observed += case.truth;
        }
    }
    let from = iter::once(0.0).chain(EDGES);
    let to = EDGES.into_iter().chain(iter::once(1.0));
    from.zip(to)
        .zip(sums)
        .filter(|(_, (n, ..))| *n > 0)
        .map(|((from, to), (n, predicted, observed))| Bin {
            from,
            to,
            n,
            predicted: predicted / f64::from(n),
            observed: observed / f64::from(n),
        })
        .collect()
}

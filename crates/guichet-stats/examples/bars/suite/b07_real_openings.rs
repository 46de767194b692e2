//! B7: opening rates from real quarter-hours of which most are hidden. What never enters: lifetimes, which nobody
//! knows there.

use guichet_stats::{
    markov::{self, Transition},
    openings::openings,
};
use rand::{Rng, RngExt as _};

use super::{
    Bound, Size, Table, mean, note, parallel, quantile,
    real::{self, Choice},
    simulate::{self, Observed, Poll},
};

/// Quarter-hours of eight weeks.
const WINDOW: usize = 8 * 672;

/// Openings per hour over the true ones, in one window.
struct Ratios {
    counted: f64,
    chain: f64,
    /// As published, which takes ten openings seen.
    published: Option<f64>,
}

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let choice = Choice { weeks: 24, p: (0.004, 0.6), openings: 25 };
    let Some(series) = real::load(choice) else {
        table.skip("B7", real::NOT_THERE);
        return;
    };
    // Quarter-hours of which one is looked at, and how much of counting's error may be left.
    for (thin, full, short) in [(2_u8, 65.0, 72.0), (4, 80.0, 86.0), (8, 75.0, 82.0)] {
        let windows = parallel(series.len(), |i| {
            let mut rng = simulate::rng(seed + 7919 * u64::try_from(i).unwrap_or(0));
            let windows = series[i].states.chunks_exact(WINDOW).step_by(size.pick(1, 2));
            windows.filter_map(|window| ratios(&mut rng, window, thin)).collect::<Vec<_>>()
        });
        let all: Vec<Ratios> = windows.into_iter().flatten().collect();
        let published: Vec<(f64, f64)> =
            all.iter().filter_map(|one| Some((one.counted, one.published?))).collect();
        let alone: Vec<(f64, f64)> = all.iter().map(|one| (one.counted, one.chain)).collect();
        for (which, ratios) in [("the chain", alone), ("as published", published)] {
            let (counted, ours): (Vec<f64>, Vec<f64>) = ratios.into_iter().unzip();
            let (naive, error) = (log_rmse(&counted), log_rmse(&ours));
            let what = |quantity: &str| format!("every {} min, {which}: {quantity}", 15 * thin);
            let bound = Bound::AtMost(size.pick(full, short));
            table.row("B7", &what("log-RMSE, % of that of counting"), 100.0 * error / naive, bound);
            note("B7", &what("log-RMSE of counting"), naive);
            note("B7", &what("log-RMSE"), error);
            note("B7", &what("median counted / true"), quantile(&counted, 0.5));
            note("B7", &what("median rate / true"), quantile(&ours, 0.5));
            note("B7", &what("windows"), f64::from(u32::try_from(ours.len()).unwrap_or(u32::MAX)));
        }
    }
}

fn log_rmse(ratios: &[f64]) -> f64 {
    let squares: Vec<f64> = ratios.iter().map(|ratio| ratio.clamp(0.05, 20.0).ln().powi(2)).collect();
    mean(&squares).sqrt()
}

/// `None` with fewer than 15 true openings, or a likelihood without a peak.
fn ratios(rng: &mut impl Rng, window: &[i8], thin: u8) -> Option<Ratios> {
    let (mut opened, mut told_h) = (0.0, 0.0);
    for pair in window.windows(2) {
        opened += f64::from(u8::from(pair == [0, 1]));
        told_h += f64::from(u8::from(pair[0] >= 0)) / 4.0;
    }
    if opened < 15.0 {
        return None;
    }
    let stratum_h = f64::from(thin) / 4.0;
    let mut polls: Vec<Poll> = Vec::new();
    let mut start = 0.125;
    for stratum in window.chunks_exact(usize::from(thin)) {
        let quarter = rng.random_range(0..thin);
        let state = stratum[usize::from(quarter)];
        let saw = (state >= 0 && rng.random::<f64>() > 0.05).then_some(state == 1);
        polls.push((start + f64::from(quarter) / 4.0, saw));
        start += stratum_h;
    }
    let told: Vec<(f64, bool)> = polls.iter().filter_map(|(t, saw)| Some((*t, (*saw)?))).collect();
    let steps: Vec<Transition> = told
        .windows(2)
        .map(|pair| Transition {
            from_open: pair[0].1,
            to_open: pair[1].1,
            gap_h: pair[1].0 - pair[0].0,
            count: 1.0,
        })
        .filter(|step| step.gap_h <= 3.0 * stratum_h)
        .collect();
    let seen: f64 = steps.iter().map(|step| f64::from(u8::from(!step.from_open && step.to_open))).sum();
    let looked_h: f64 = steps.iter().map(|step| step.gap_h).sum();
    let truth = opened / told_h;
    let chain = markov::fit(&steps)?;
    let published = openings(&Observed::of(&polls, |_| 1.0).evidence()).ok();
    Some(Ratios {
        counted: seen / looked_h / truth,
        chain: chain.lambda * (1.0 - chain.open_share()) / truth,
        published: published.map(|found| found.rate_per_week / 168.0 / truth),
    })
}

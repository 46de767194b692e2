//! B5: how often 90 % conformal intervals hold on sources that did not teach them.

use chrono::Days;
use guichet_stats::{
    audit::{self, Score},
    forecast::{self, Case, Coverage},
    long_run::{self, Cluster},
};
use rand::RngExt as _;

use super::{
    Bound, Size, Table, b04_forecast, mean, note, parallel,
    real::{self, Choice, Series},
    simulate,
};

/// Dates of training of the next eight weeks' availability, and of what comes.
const EIGHT_WEEKS: u32 = 56;

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let Some(series) = real::load(Choice { weeks: 20, p: (0.004, 0.7), openings: 25 }) else {
        table.skip("B5", real::NOT_THERE);
        return;
    };
    let chances = b04_forecast::cases as fn(&[Series], u32, u64) -> Vec<Case>;
    let all = [
        ("next 7 days", 7, chances),
        ("next 14 days", 14, chances),
        ("availability of the next 8 weeks", EIGHT_WEEKS, availability),
    ];
    for (what, days, cases) in all {
        let draws: Vec<Vec<Case>> =
            (0..size.pick(40, 4)).map(|draw| cases(&series, days, seed + draw)).collect();
        let scores: Vec<Score> = draws.iter().filter_map(|cases| audit::score(cases, days).ok()).collect();
        let left_out: Vec<Coverage> =
            draws.iter().filter_map(|cases| forecast::left_out(cases, days)).collect();
        let held = |figure: fn(&Coverage) -> f64| mean(&left_out.iter().map(figure).collect::<Vec<_>>());
        let of = |figure: fn(&Score) -> f64| mean(&scores.iter().map(figure).collect::<Vec<_>>());
        let bar = |figure: &str| format!("{what}: {figure}");
        note("B5", &bar("forecasts in each draw"), of(|score| f64::from(score.n)));
        note("B5", &bar("sources"), of(|score| f64::from(score.hosts)));
        let coverage = held(|intervals| 100.0 * intervals.share);
        let bound = size.pick(Bound::Within(87.0, 93.0), Bound::Within(86.0, 94.0));
        table.row("B5", &bar("coverage of 90 % intervals, per cent"), coverage, bound);
        note("B5", &bar("mean width"), held(|intervals| intervals.width));
        // What the audit publishes; the calendars are not of the same years, so their common time is made up.
        note(
            "B5",
            &bar("forecasts with intervals made of earlier ones"),
            of(|score| score.interval_n.into()),
        );
        let earlier = of(|score| 100.0 * score.coverage.unwrap_or(f64::NAN));
        note("B5", &bar("coverage of those, per cent"), earlier);
        note(
            "B5",
            &bar("level that online correction comes to"),
            of(|score| score.alpha.unwrap_or(f64::NAN)),
        );
    }
}

/// Availability of eight weeks from hourly looks at the eight weeks before, recent ones weighing more: what conformal
/// intervals make of another kind of forecast.
fn availability(series: &[Series], days: u32, seed: u64) -> Vec<Case> {
    parallel(series.len(), |i| of_calendar(&series[i], days, seed.wrapping_mul(1_000) + i as u64)).concat()
}

fn of_calendar(series: &Series, days: u32, seed: u64) -> Vec<Case> {
    let mut rng = simulate::rng(seed);
    let span = days as usize * 96;
    (0..series.states.len())
        .step_by(span)
        .take_while(|first| first + 2 * span <= series.states.len())
        .filter_map(|first| {
            let (before, after) = series.states[first..first + 2 * span].split_at(span);
            let told = |states: &[i8]| states.iter().filter(|state| **state >= 0).count();
            if 5 * told(before) < 4 * span || 5 * told(after) < 4 * span {
                return None;
            }
            let clusters: Vec<Cluster> = before
                .chunks_exact(96)
                .zip((1..=days).rev())
                .map(|(date, age)| {
                    let weight = (-f64::from(age) / 28.0).exp2();
                    date.chunks_exact(4).fold(Cluster::default(), |sum, hour| {
                        let state = hour[rng.random_range(0..4)];
                        let w = if state < 0 || rng.random::<f64>() < 0.05 { 0.0 } else { weight };
                        Cluster { y: sum.y + if state == 1 { w } else { 0.0 }, w: sum.w + w }
                    })
                })
                .collect();
            let level = long_run::ratio(&clusters)?;
            let open = after.iter().filter(|state| **state == 1).count();
            #[expect(clippy::cast_precision_loss, reason = "numbers of snapshots")]
            let truth = open as f64 / told(after).max(1) as f64;
            Some(Case {
                host: series.source.clone(),
                origin: simulate::instant(0.0).date_naive()
                    + Days::new((first / 96) as u64 + u64::from(days)),
                horizon_days: days,
                predicted: level.p,
                predicted_iid: level.p,
                variance: (level.variance / (level.p * (1.0 - level.p) + 0.001).powi(2)).clamp(0.1, 4.0),
                truth,
            })
        })
        .collect()
}

//! B4: forecasts on real calendars, seen by about hourly looks, against what the whole calendar then showed.

use chrono::Days;
use guichet_stats::{
    audit::{self, Score},
    forecast::{self, Case},
    tries::{THREE_A_DAY, daily_success},
};
use rand::RngExt as _;

use super::{
    Bound, Size, Table, mean, note, parallel,
    real::{self, Choice, Series},
    simulate::{self, Observed, Poll},
};

/// Snapshots in a day.
const QUARTERS: usize = 96;
/// Dates of training, and dates from one origin to the next.
const TRAINING: usize = 84;
const STEP: usize = 28;

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let Some(series) = real::load(Choice { weeks: 24, p: (0.004, 0.7), openings: 25 }) else {
        table.skip("B4", real::NOT_THERE);
        return;
    };
    note("B4", "calendars", f64::from(u32::try_from(series.len()).unwrap_or(0)));
    // The skill to reach is one draw of looks in the reference; here it is the mean over draws.
    for (days, skill) in [(7, 0.533), (14, 0.538)] {
        let draws: Vec<Vec<Case>> =
            (0..size.pick(40, 4)).map(|draw| cases(&series, days, seed + draw)).collect();
        let scores: Vec<Score> = draws.iter().filter_map(|cases| audit::score(cases, days).ok()).collect();
        let of = |figure: fn(&Score) -> f64| mean(&scores.iter().map(figure).collect::<Vec<_>>());
        let bar = |what: &str| format!("{days} d: {what}");
        note("B4", &bar("forecasts in each draw"), of(|score| f64::from(score.n)));
        let least = Bound::AtLeast(size.pick(skill, 0.5));
        table.row("B4", &bar("Brier skill over climatology"), of(|score| score.skill), least);
        let lead = of(|score| score.skill - score.skill_iid);
        table.row("B4", &bar("skill more than that of independent looks"), lead, Bound::AtLeast(0.1));
        let error = of(|score| score.ece);
        table.row("B4", &bar("calibration error"), error, Bound::AtMost(size.pick(0.04, 0.05)));
        let pooled = audit::score(&draws.concat(), days).map_or(f64::NAN, |score| score.ece);
        note("B4", &bar("calibration error of all draws together"), pooled);
    }
}

/// What the library would have foretold every four weeks of each calendar, beside what the calendar then showed.
pub(crate) fn cases(series: &[Series], days: u32, seed: u64) -> Vec<Case> {
    parallel(series.len(), |i| of_calendar(&series[i], days, seed.wrapping_mul(1_000) + i as u64)).concat()
}

fn of_calendar(series: &Series, horizon_days: u32, seed: u64) -> Vec<Case> {
    let mut rng = simulate::rng(seed);
    let days = usize::try_from(horizon_days).unwrap_or(0);
    let monday = simulate::instant(0.0).date_naive();
    (0..series.weeks() * 7)
        .step_by(STEP)
        .take_while(|first| first + TRAINING + days <= series.weeks() * 7)
        .filter_map(|first| {
            // Before the origin one of a window's four snapshots is looked at; what comes is known from all of them.
            let mut polls: Vec<Poll> = Vec::new();
            for date in first..first + TRAINING + days {
                for window in THREE_A_DAY {
                    let drawn = rng.random_range(0..4);
                    let failed = rng.random::<f64>() < 0.05;
                    for quarter in 0..4 {
                        if date < first + TRAINING && (failed || quarter != drawn) {
                            continue;
                        }
                        let quarter = usize::from(window.from) * 4 + quarter;
                        let state = series.states[date * QUARTERS + quarter];
                        #[expect(clippy::cast_precision_loss, reason = "hours of some years")]
                        let at = date as f64 * 24.0 + quarter as f64 / 4.0 + 0.1;
                        polls.push((at, (state >= 0).then_some(state == 1)));
                    }
                }
            }
            let observed = Observed::of(&polls, |_| 1.0);
            let desk = daily_success(&observed.evidence(), &THREE_A_DAY)?;
            let origin = monday.checked_add_days(Days::new((first + TRAINING) as u64))?;
            forecast::held_against(&desk, &series.source, origin, horizon_days)
        })
        .collect()
}

//! B12: hours of the week of real calendars, held against what the eight weeks after showed.
#![expect(clippy::cast_precision_loss, reason = "numbers of weeks and of snapshots")]

use guichet_stats::cells::{Units, cells, shrink};
use rand::RngExt as _;
use rand_pcg::Pcg64Mcg;

use super::{
    Bound, Size, Table, mean, note, parallel,
    real::{self, Choice, NOT_THERE, Series},
    simulate::{Observed, Poll, rng},
};

const CHOICE: Choice = Choice { weeks: 24, p: (0.004, 0.7), openings: 25 };
/// Weeks that are held out.
const TEST: usize = 8;

/// A stretch of training weeks of a calendar, and what came after: mean squared errors.
struct Case {
    raw: f64,
    shrunk: f64,
    whole_week: f64,
    /// Raw and shrunk once more where the recipe's minimum is met.
    published: Option<(f64, f64)>,
}

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let Some(calendars) = real::load(CHOICE) else {
        table.skip("B12", NOT_THERE);
        return;
    };
    note("B12", "calendars", calendars.len() as f64);
    for (train, bar) in [(2, Some(15.0)), (4, Some(7.0)), (8, None), (16, None)] {
        if bar.is_none() && size == Size::Short {
            continue;
        }
        let cases: Vec<Case> = parallel(calendars.len(), |at| {
            let calendar = &calendars[at];
            let mut rng = rng(seed + (train * 1_000 + at) as u64);
            (0..(calendar.weeks() + 1).saturating_sub(train + TEST))
                .step_by(8)
                .filter_map(|from| case(&mut rng, calendar, from, train))
                .collect::<Vec<_>>()
        })
        .into_iter()
        .flatten()
        .collect();
        let of = |what: fn(&Case) -> f64| mean(&cases.iter().map(what).collect::<Vec<_>>()).sqrt();
        let below = |raw: f64, shrunk: f64| 100.0 * (1.0 - shrunk / raw);
        let about = format!("{train} training weeks, {} cases", cases.len());
        let gain = below(of(|case| case.raw), of(|case| case.shrunk));
        let what = format!("{about}: RMSE below raw, %");
        match bar {
            Some(bar) => table.row("B12", &what, gain, Bound::AtLeast(bar)),
            None => note("B12", &what, gain),
        }
        let what = format!("{about}: RMSE of the whole week's share below raw, %");
        note("B12", &what, below(of(|case| case.raw), of(|case| case.whole_week)));
        let published: Vec<(f64, f64)> = cases.iter().filter_map(|case| case.published).collect();
        let side = |of: fn(&(f64, f64)) -> f64| mean(&published.iter().map(of).collect::<Vec<_>>()).sqrt();
        let what = format!(
            "{train} training weeks, the {} cases above the minimum: RMSE below raw, %",
            published.len()
        );
        note("B12", &what, below(side(|one| one.0), side(|one| one.1)));
    }
}

/// One look in each hour, one in twenty of which fails; scored on every snapshot of the weeks after.
fn case(rng: &mut Pcg64Mcg, calendar: &Series, from: usize, train: usize) -> Option<Case> {
    let start = from * 672;
    let mut units = vec![Units::default(); 168];
    let mut polls: Vec<Poll> = Vec::with_capacity(train * 168);
    for hour in 0..train * 168 {
        let quarter = rng.random_range(0..4_usize);
        let fails = rng.random::<f64>() < 0.05;
        let state = calendar.states[start + hour * 4 + quarter];
        let saw = (state >= 0 && !fails).then_some(state == 1);
        if let Some(open) = saw {
            units[hour % 168].n += 1.0;
            units[hour % 168].x += f64::from(u8::from(open));
        }
        polls.push((hour as f64 + quarter as f64 / 4.0, saw));
    }
    let (x, n) = units.iter().fold((0.0, 0.0), |(x, n), units| (x + units.x, n + units.n));
    if n < train as f64 * 168.0 * 0.7 || x < 3.0 || x > n - 3.0 {
        return None;
    }
    let whole_week = (x + 0.5) / (n + 1.0);
    let raw = |units: &Units| if units.n > 0.0 { units.x / units.n } else { whole_week };
    let raw: Vec<f64> = units.iter().map(raw).collect();
    let shrunk: Vec<f64> = shrink(&units, None, 0.9).cells.into_iter().map(|cell| cell.0).collect();
    let after = &calendar.states[start + train * 672..start + (train + TEST) * 672];
    let error = |estimate: &[f64]| {
        let errors: Vec<f64> = (0..168)
            .filter_map(|hour| {
                let seen = |state: i8| {
                    (0..TEST)
                        .flat_map(|week| &after[week * 672 + hour * 4..][..4])
                        .filter(|there| **there == state)
                        .count() as f64
                };
                let (open, none) = (seen(1), seen(0));
                let told = open + none;
                let p = estimate[hour].clamp(1e-3, 1.0 - 1e-3);
                (told > 0.0).then(|| (p - open / told).powi(2))
            })
            .collect();
        mean(&errors)
    };
    let recipe = cells(&Observed::of(&polls, |_| 1.0).evidence()).ok();
    let published = recipe.map(|week| {
        let shares: Vec<f64> = week.cells.iter().map(|cell| cell.p_eb).collect();
        (error(&raw), error(&shares))
    });
    Some(Case {
        raw: error(&raw),
        shrunk: error(&shrunk),
        whole_week: error(&vec![whole_week; 168]),
        published,
    })
}

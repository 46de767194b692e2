//! B11: hours of the week whose shares are drawn from a known beta distribution.

use guichet_stats::cells::{Units, cells, shrink};
use rand::RngExt as _;
use rand_distr::{Beta, Distribution as _};

use super::{
    Bound, Size, Table, mean, note, parallel,
    simulate::{Observed, Poll, rng},
};

/// One drawn week: squared errors of the raw and of the shrunk shares, and how many of 168 intervals at 95 % and at the
/// recipe's own 90 % hold the truth.
struct Drawn {
    raw: f64,
    shrunk: f64,
    covered: f64,
    covered_as_published: f64,
}

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let repetitions = size.pick(100, 12);
    let mut coverages = Vec::new();
    let mut setting = 0_u64;
    for (m, bars) in [(20.0, true), (3.0, false), (100.0, false)] {
        for mu in [0.02, 0.1, 0.3] {
            for (weeks, bar, wider) in [(4_u32, 50.0, 56.0), (8, 60.0, 66.0), (16, 75.0, 81.0)] {
                if !bars && size == Size::Short {
                    continue;
                }
                setting += 1;
                let drawn: Vec<Drawn> = parallel(repetitions, |repetition| {
                    week(seed + setting * 100_000 + repetition as u64, mu, m, weeks)
                });
                let of = |what: fn(&Drawn) -> f64| mean(&drawn.iter().map(what).collect::<Vec<_>>());
                let rmse = 100.0 * (of(|one| one.shrunk) / of(|one| one.raw)).sqrt();
                let covered = 100.0 * of(|one| one.covered);
                let about = format!("mu {mu} M {m}, {weeks} weeks");
                let rmse_about = format!("{about}: RMSE, % of raw");
                let coverage_about = format!("{about}: coverage of 95 % intervals, % of cells");
                if bars {
                    table.row("B11", &rmse_about, rmse, Bound::AtMost(size.pick(bar, wider)));
                    table.row(
                        "B11",
                        &coverage_about,
                        covered,
                        size.pick(Bound::Within(90.0, 98.0), Bound::Within(87.0, 99.5)),
                    );
                    coverages.push(covered);
                } else {
                    note("B11", &rmse_about, rmse);
                    note("B11", &coverage_about, covered);
                }
                let published = 100.0 * of(|one| one.covered_as_published);
                note("B11", &format!("{about}: coverage of the published 90 % intervals"), published);
            }
        }
    }
    table.row(
        "B11",
        "mean coverage over the above, M 20",
        mean(&coverages),
        size.pick(Bound::Within(90.0, 98.0), Bound::Within(89.0, 98.5)),
    );
}

fn week(seed: u64, mu: f64, m: f64, weeks: u32) -> Drawn {
    let mut rng = rng(seed);
    let truth: Vec<f64> = (0..168)
        .map(|_| Beta::new(mu * m, (1.0 - mu) * m).map_or(mu, |beta| beta.sample(&mut rng)))
        .collect();
    // A look in each hour of the week; one in ten fails.
    let mut polls: Vec<Poll> = Vec::new();
    let mut units = vec![Units::default(); 168];
    for week in 0..weeks {
        for (hour, (p, units)) in (0_u32..).zip(truth.iter().zip(&mut units)) {
            let saw = (rng.random::<f64>() < 0.9).then(|| rng.random::<f64>() < *p);
            if let Some(open) = saw {
                units.n += 1.0;
                units.x += f64::from(u8::from(open));
            }
            polls.push((f64::from(week * 168 + hour) + rng.random::<f64>(), saw));
        }
    }
    let observed = Observed::of(&polls, |_| 1.0);
    let recipe = cells(&observed.evidence()).map(|week| week.cells).unwrap_or_default();
    let wide = shrink(&units, None, 0.95);
    let all = units.iter().fold((0.0, 0.0), |(x, n), units| (x + units.x, n + units.n));
    let mut drawn = Drawn { raw: 0.0, shrunk: 0.0, covered: 0.0, covered_as_published: 0.0 };
    for ((p, cell), (_, interval)) in truth.iter().zip(&recipe).zip(&wide.cells) {
        let raw = cell.p_raw.unwrap_or(all.0 / all.1);
        let share = |holds: bool| f64::from(u8::from(holds)) / 168.0;
        drawn.raw += (raw - p).powi(2);
        drawn.shrunk += (cell.p_eb - p).powi(2);
        drawn.covered += share(interval.lo <= *p && *p <= interval.hi);
        drawn.covered_as_published += share(cell.interval.lo <= *p && *p <= cell.interval.hi);
    }
    // Without a figure there is no error, which must not count as none.
    if recipe.len() != 168 {
        drawn.shrunk = f64::NAN;
    }
    drawn
}

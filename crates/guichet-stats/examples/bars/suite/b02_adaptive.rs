//! B2: the availability where some hours are looked at twelve times as often as others. What never enters: how such
//! intensities are chosen.

use chrono_tz::UTC;
use guichet_stats::{availability, interval::wilson};
use rand::{Rng, RngExt as _};

use super::{
    Bound, Size, Table, b01_coverage, mean, note, parallel, percent,
    simulate::{self, Observed},
};

const WEEKS: u32 = 12;

/// Looks per hour of each hour of the week: 12 in the mornings of weekdays, 4 in the afternoons, else 1.
fn intensities() -> [u32; 168] {
    let mut rho = [1; 168];
    for day in 0..5 {
        rho[day * 24 + 8..day * 24 + 12].fill(12);
        rho[day * 24 + 12..day * 24 + 18].fill(4);
    }
    rho
}

/// One look at a random moment of each unit of cumulative intensity.
fn looks(rng: &mut impl Rng, rho: &[u32; 168]) -> Vec<f64> {
    let mut at = Vec::new();
    for week in 0..WEEKS {
        for (hour, rho) in (0_u32..).zip(rho) {
            for part in 0..*rho {
                let within = (f64::from(part) + rng.random::<f64>()) / f64::from(*rho);
                at.push(f64::from(week * 168 + hour) + within);
            }
        }
    }
    at
}

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let reps = size.pick(400, 200);
    let truth = b01_coverage::truth(b01_coverage::weekly_releases, size, seed + 1000);
    let rho = intensities();
    let hours = f64::from(WEEKS) * 168.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an hour of the week")]
    let rho_at = |t: f64| f64::from(rho[(t % 168.0) as usize]);
    let results = parallel(reps, |rep| {
        let mut rng = simulate::rng(seed ^ (u64::try_from(rep).unwrap_or(0) << 8));
        let path = b01_coverage::weekly_releases(&mut rng, hours);
        let polls: Vec<_> = looks(&mut rng, &rho).into_iter().map(|t| (t, Some(path.at(t)))).collect();
        let ours = availability(&Observed::of(&polls, rho_at).hours, UTC)?;
        let [open, told] = [ours.counts.open, ours.n_polls].map(simulate::as_f64);
        let naive = wilson(open, told, 0.95);
        let covers = ours.interval.lo <= truth && truth <= ours.interval.hi;
        Some((ours.p?, covers, open / told, naive.lo <= truth && truth <= naive.hi, path.total() / hours))
    });
    let results: Vec<_> = results.into_iter().flatten().collect();
    let bias = |figures: Vec<f64>| 100.0 * (mean(&figures) / truth - 1.0);
    let (ours, naive) =
        (bias(results.iter().map(|r| r.0).collect()), bias(results.iter().map(|r| r.2).collect()));
    let there = mean(&results.iter().map(|r| r.4).collect::<Vec<_>>());
    note("B2", "true long-run share", truth);
    note("B2", "share that was there in the weeks simulated", there);
    let beside = 100.0 * (mean(&results.iter().map(|r| r.0).collect::<Vec<_>>()) / there - 1.0);
    note("B2", "bias of the weighted share beside that, %", beside);
    table.row(
        "B2",
        "bias of the weighted share, %",
        ours,
        size.pick(Bound::Within(-2.0, 2.0), Bound::Within(-6.0, 6.0)),
    );
    table.row(
        "B2",
        "coverage of its 95 % interval, %",
        percent(results.iter().map(|r| r.1)),
        Bound::AtLeast(size.pick(91.0, 87.0)),
    );
    table.row("B2", "control: bias of the plain share of looks, %", naive, Bound::AtLeast(100.0));
    note("B2", "control: coverage of Wilson's interval, %", percent(results.iter().map(|r| r.3)));
}

//! B3: the chance within 14 days on a mixture of sites, one by one and pooled. What never enters: classes.

use guichet_stats::{
    Interval,
    chance::{Chance, beta_geometric, chance},
    tries::{DailySuccess, THREE_A_DAY, daily_success},
};

use super::{
    Bound, Size, Table, mean,
    mixture::{self, Known},
    note, parallel, percent,
};

/// Weeks of looks, the error that the point may have, and the mean width that the interval may have, without which
/// any coverage would be easy.
const SPANS: [(u32, f64, f64); 5] =
    [(8, 0.155, 0.8), (12, 0.12, 0.65), (20, 0.095, 0.46), (26, 0.085, 0.38), (52, 0.065, 0.26)];

/// Days of looking.
const FORTNIGHT: u32 = 14;

/// Sites that are pooled.
const GROUP: usize = 5;

/// Coverage of the interval by overlapping windows, and the error of the beta-geometric point.
pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let sites = mixture::sites(size.pick(400, 60), seed);
    for (weeks, error, width) in size.pick(&SPANS[..], &SPANS[1..4]) {
        let desks: Vec<Option<DailySuccess>> = parallel(sites.len(), |nth| {
            let seen = sites[nth].site.observe(*weeks, seed + u64::from(*weeks) * 1000 + nth as u64);
            daily_success(&seen.evidence(), &THREE_A_DAY)
        });
        let mut row =
            |what: &str, measured, bound| table.row("B3", &format!("{weeks} weeks: {what}"), measured, bound);
        let note = |what: &str, measured| note("B3", &format!("{weeks} weeks: {what}"), measured);

        let figures: Vec<Option<Chance>> =
            desks.iter().map(|desk| chance(desk.as_slice(), FORTNIGHT).ok()).collect();
        row("sites with a figure, %", percent(figures.iter().map(Option::is_some)), Bound::AtLeast(98.0));
        let told = || sites.iter().zip(&figures).filter_map(|(site, chance)| Some((site, chance.as_ref()?)));
        let covered = |interval: fn(&Chance) -> Interval| {
            percent(told().map(|(site, chance)| holds(interval(chance), site.fortnight)))
        };
        let least = size.pick(94.0, 90.0);
        row("coverage of the 95 % interval, %", covered(|chance| chance.interval), Bound::AtLeast(least));
        note("coverage of the 80 % interval, %", covered(|chance| chance.interval80));
        let widths: Vec<f64> = told().map(|(_, chance)| chance.interval.hi - chance.interval.lo).collect();
        row("mean width of the 95 % interval", mean(&widths), Bound::AtMost(*width));

        // The point of every site, also of those whose successes are too few to publish it.
        let points = sites.iter().zip(&desks).filter_map(|(site, desk)| {
            let desk = desk.as_ref()?;
            let point = beta_geometric(desk.mean(|_| 1.0)?, desk.likeness(FORTNIGHT, 0.0), FORTNIGHT);
            Some((point, site.fortnight))
        });
        let error = Bound::AtMost(size.pick(*error, *error * 1.25));
        row("error of the beta-geometric point (rms)", rmse(points), error);
        let published = told().filter_map(|(site, chance)| Some((chance.p_see?, site.fortnight)));
        note("error of the published points (rms)", rmse(published));
        let by_share = sites.iter().zip(&desks).filter_map(|(site, desk)| {
            let s = desk.as_ref()?.mean(|_| 1.0)?;
            Some((beta_geometric(s, 0.0, FORTNIGHT), site.fortnight))
        });
        note("control: error of 1 - (1 - s)^14 (rms)", rmse(by_share));
        note("true median days within its bounds, %", percent(told().map(median_held)));

        let groups = sites.chunks(GROUP).zip(desks.chunks(GROUP)).filter_map(|(sites, desks)| {
            let truths: Vec<f64> = sites.iter().map(|site| site.fortnight).collect();
            let desks: Vec<DailySuccess> = desks.iter().flatten().cloned().collect();
            Some((mean(&truths), chance(&desks, FORTNIGHT).ok()?))
        });
        let covered = percent(groups.map(|(truth, chance)| holds(chance.interval, truth)));
        row("five sites pooled: coverage of the 95 % interval, %", covered, Bound::AtLeast(least - 4.0));
    }
}

fn holds(interval: Interval, truth: f64) -> bool {
    (interval.lo..=interval.hi).contains(&truth)
}

/// Of pairs of an estimate and what is true.
fn rmse(points: impl Iterator<Item = (f64, f64)>) -> f64 {
    mean(&points.map(|(point, truth)| (point - truth).powi(2)).collect::<Vec<_>>()).sqrt()
}

/// No number is beyond all numbers.
fn median_held((site, chance): (&Known, &Chance)) -> bool {
    let days = |days: Option<u32>| days.unwrap_or(u32::MAX);
    (days(chance.median_lo)..=days(chance.median_hi)).contains(&days(site.median_days))
}

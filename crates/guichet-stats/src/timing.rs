//! Whether openings moved to other hours of the week while their number stayed. What never enters: rates, windows.

use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use crate::{
    pelt::KINDS,
    timed::{HOURS, TimedDay},
};

/// Hours of a block of the day.
const BLOCK_H: usize = 4;

/// Blocks of all day types.
const CELLS: usize = KINDS * HOURS / BLOCK_H;

/// Weeks and openings on each side of a split.
const FEWEST: (usize, u32) = (4, 20);

/// Draws of the null.
const DRAWS: u32 = 299;

/// Draws as extreme that a change at the 1 % level may have: (1 + 2)/(1 + 299).
const ALLOWED: u32 = 2;

/// Seed of the draws: the same data give the same changes.
const SEED: u64 = 0x51c3_72e9;

/// What was seen in a week.
#[derive(Clone)]
struct Week {
    /// Index of its first date.
    from: usize,
    counts: [u32; CELLS],
    exposure: [f64; CELLS],
    openings: u32,
}

/// Where the hours of the week change: indices into `days`, in order, each the first date of a week.
///
/// One split at a time, at a Monday with at least 4 weeks and 20 openings on either side: the one where the openings
/// before and after differ most over day type and four-hour block, by the likelihood ratio
/// G = 2Σ[a ln(a/Ea) + b ln(b/Eb)] with the openings of each block expected by exposure and by the rates of the two
/// sides. It holds if at most 1 % of orders of the weeks give so large a G at their best split (a permutation test,
/// 299 draws from `Pcg64Mcg` with a constant seed; weeks stay whole, so that batches stay together). Then each part is
/// looked at alike (binary segmentation, Scott & Knott 1974).
pub(crate) fn splits(days: &[&TimedDay]) -> Vec<usize> {
    let weeks = weeks(days);
    let mut rng = Pcg64Mcg::seed_from_u64(SEED);
    let mut found = Vec::new();
    let mut parts = vec![(0, weeks.len())];
    while let Some((from, to)) = parts.pop() {
        if let Some(split) = split(&weeks[from..to], &mut rng) {
            let at = from + split;
            found.extend(weeks.get(at).map(|week| week.from));
            parts.extend([(from, at), (at, to)]);
        }
    }
    found.sort_unstable();
    found
}

fn weeks(days: &[&TimedDay]) -> Vec<Week> {
    let mut weeks = Vec::new();
    let mut from = 0;
    for days in days.chunk_by(|one, next| one.monday() == next.monday()) {
        let mut week = Week { from, counts: [0; CELLS], exposure: [0.0; CELLS], openings: 0 };
        for day in days {
            let kind = if day.is_off { KINDS - 1 } else { day.weekday() };
            let cell = |hour: usize| (kind * HOURS + hour) / BLOCK_H;
            for (hour, exposed) in day.exposure_h.iter().enumerate() {
                week.exposure[cell(hour)] += exposed;
            }
            for opening in &day.openings {
                week.counts[cell(usize::from(opening.hour) % HOURS)] += 1;
                week.openings += 1;
            }
        }
        from += days.len();
        weeks.push(week);
    }
    weeks
}

/// The split that holds.
fn split(weeks: &[Week], rng: &mut Pcg64Mcg) -> Option<usize> {
    let mut order: Vec<usize> = (0..weeks.len()).collect();
    let (at, seen) = best(weeks, &order)?;
    let mut extreme = 0;
    for _ in 0..DRAWS {
        for last in (1..order.len()).rev() {
            order.swap(last, rng.random_range(0..=last));
        }
        // An order that has no split to compare with speaks against none.
        if best(weeks, &order).is_none_or(|(_, drawn)| drawn >= seen - 1e-9) {
            extreme += 1;
            if extreme > ALLOWED {
                return None;
            }
        }
    }
    Some(at)
}

/// The split with the largest G, and that.
fn best(weeks: &[Week], order: &[usize]) -> Option<(usize, f64)> {
    let mut before = ([0_u32; CELLS], [0.0; CELLS], 0_u32);
    let mut all = before;
    let add = |sum: &mut ([u32; CELLS], [f64; CELLS], u32), week: &Week| {
        for cell in 0..CELLS {
            sum.0[cell] += week.counts[cell];
            sum.1[cell] += week.exposure[cell];
        }
        sum.2 += week.openings;
    };
    for week in weeks {
        add(&mut all, week);
    }
    let mut best: Option<(usize, f64)> = None;
    for (place, week) in order.iter().enumerate() {
        add(&mut before, weeks.get(*week)?);
        let at = place + 1;
        let is_long_enough = at >= FEWEST.0 && order.len() - at >= FEWEST.0;
        if is_long_enough && before.2 >= FEWEST.1 && all.2 - before.2 >= FEWEST.1 {
            let g = likelihood_ratio(&before, &all);
            if best.is_none_or(|(_, best)| g > best) {
                best = Some((at, g));
            }
        }
    }
    best
}

/// G of the openings before and after, given how many there are in each block and on each side.
fn likelihood_ratio(
    before: &([u32; CELLS], [f64; CELLS], u32),
    all: &([u32; CELLS], [f64; CELLS], u32),
) -> f64 {
    let cells: Vec<(f64, f64, f64, f64)> = (0..CELLS)
        .filter(|cell| all.0[*cell] > 0)
        .map(|cell| {
            let (n, a) = (f64::from(all.0[cell]), f64::from(before.0[cell]));
            (n, a, before.1[cell], (all.1[cell] - before.1[cell]).max(0.0))
        })
        .collect();
    let (openings, opened) = (f64::from(all.2), f64::from(before.2));
    // The ratio of the two rates, so that the blocks' expected numbers add up to those of the two sides.
    let share = |ratio: f64, exposed: f64, after: f64| {
        let worth = ratio * exposed + after;
        if worth > 0.0 { ratio * exposed / worth } else { 0.5 }
    };
    let mut ratio = 1.0;
    for _ in 0..4 {
        let expected: f64 =
            cells.iter().map(|(n, _, exposed, after)| n * share(ratio, *exposed, *after)).sum();
        if !(expected > 0.0 && expected < openings) {
            break;
        }
        ratio *= opened / expected * (openings - expected) / (openings - opened);
    }
    let part = |seen: f64, expected: f64| {
        if seen > 0.0 && expected > 0.0 { seen * (seen / expected).ln() } else { 0.0 }
    };
    cells
        .iter()
        .map(|(n, a, exposed, after)| {
            let share = share(ratio, *exposed, *after);
            2.0 * (part(*a, n * share) + part(n - a, n * (1.0 - share)))
        })
        .sum()
}

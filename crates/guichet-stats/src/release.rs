//! R6: whether slots are put online at certain hours. What never enters: rates, lifetimes, a pattern that chance could
//! make.

use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use crate::{
    circular::{kuiper, rayleigh},
    evidence::Evidence,
    interval::Interval,
    minimum::{Needed, TooLittle},
    scan::{self, Window},
    timed::{HOURS, Timed, TimedDay},
};

/// The window of the day, or of the week, that most stands out among the openings, and how far chance could explain it
/// (recipe R6).
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasePattern {
    /// 0 is Monday; `None` for a window of every day. A window of a weekday is compared with dates that are no
    /// holidays.
    pub weekday: Option<u8>,
    /// First hour of the window, 0 to 23, civil time.
    pub window_start_h: u8,
    /// Its length: 1 to 3 hours.
    pub window_len_h: u8,
    /// Share of the openings inside.
    pub share: f64,
    /// The share that the time observed there would make one expect.
    pub expected_share: f64,
    /// `share / expected_share`.
    pub lift: f64,
    /// Its 95 % interval, by resampling dates. As a ratio it may exceed 1.
    pub lift_interval: Interval,
    /// Chance of so large a concentration anywhere when each date's openings are turned round the day together, and
    /// the dates of each week dealt to its days anew: the smaller of `p/0.8` and `p/0.2`.
    pub p_rot: f64,
    /// The same, corrected for looking at many targets (Benjamini & Hochberg 1995); `None` until that was done.
    pub q_bh: Option<f64>,
    /// Openings timed to within an hour.
    pub n_openings: u32,
    /// Dates that they come from.
    pub n_dates: u32,
    /// Descriptive numbers: Rayleigh's z and Kuiper's V of the times of day in operational time, entropy over hours as
    /// a share of the greatest.
    pub rayleigh_z: f64,
    /// Kuiper's V.
    pub kuiper_v: f64,
    /// Entropy over ln 24, Miller–Madow corrected.
    pub entropy: f64,
}

impl ReleasePattern {
    /// Whether it may be published: q ≤ 0.05 and a lift surely above 1.5.
    pub fn is_shown(&self) -> bool {
        self.q_bh.is_some_and(|q| q <= 0.05) && self.lift_interval.lo > 1.5
    }
}

/// Minimum data: openings, and dates with one.
const MINIMUM: (u32, u32) = (20, 10);

/// Openings that the test needs.
const LEAST_TESTED: usize = 8;

/// Seed of all draws: the same data give the same figures.
const SEED: u64 = 0x6b5d_09c4;

/// The part of the error level that goes to windows of the day; the rest goes to those of the week. A pattern of one
/// weekday shows in a single draw of its null, a daily one that comes in batches needs all the level there is.
const DAILY: f64 = 0.8;

/// p-values up to which a pattern of the day and one of the week are both beyond doubt, so that likelihood decides.
const BEYOND_DOUBT: f64 = 0.01;

/// Resamples of the dates.
const RESAMPLES: usize = 499;

/// R6: the window that stands out most, shown or not.
///
/// Openings timed to within an hour and their exposure are [`Timed::of`]'s. See [`pattern_in`]. Draws come from
/// `Pcg64Mcg` with a constant seed.
///
/// # Errors
/// With less than the minimum: 20 openings timed to within an hour, on at least 10 dates.
pub fn release_pattern(evidence: &Evidence<'_>) -> Result<ReleasePattern, TooLittle> {
    pattern_in(&Timed::of(evidence))
}

/// R6 of timed openings.
///
/// Scan likelihood ratio (Kulldorff 1997) over windows of 1 to 3 h on the circle of the day and, apart, on that of the
/// week (holidays left out). Nulls: each date's openings turned round the day by one uniform shift in exposure time;
/// each week's dates dealt to its days anew; p = (1 + #{≥}) / (1 + draws), drawn until 20 draws are as extreme (Besag &
/// Clifford 1991), up to 12,499 for the day and 49,999 for the week (999 where the day's p is the least that so many draws can give). Both scans are taken together by a weighted Bonferroni bound (Genovese,
/// Roeder & Wasserman 2006): the smaller of `p/0.8` for the day and `p/0.2` for the week. The window told is that of the
/// smaller one; where both are at most 0.01, the one with the larger likelihood ratio, so that releases on every day
/// are not told as Tuesday's, nor Monday's as everyday's.
///
/// Lift: share of the openings inside over the share of the exposure inside; its 95 % interval is the percentile
/// interval over 499 resamples of dates with their exposure (the window is held as found, so that it is somewhat
/// optimistic: the p-value is the test). Entropy: −Σ p ln p + (K−1)/2N over the K hours with openings (Miller 1955),
/// over ln 24.
///
/// # Errors
/// With less than the minimum: 20 openings, on at least 10 dates.
pub fn pattern_in(timed: &Timed) -> Result<ReleasePattern, TooLittle> {
    let n_openings = whole(timed.openings());
    let n_dates = whole(timed.days.iter().filter(|day| !day.openings.is_empty()).count());
    TooLittle::unless(Needed::Openings, f64::from(n_openings), f64::from(MINIMUM.0))?;
    TooLittle::unless(Needed::OpeningDates, f64::from(n_dates), f64::from(MINIMUM.1))?;
    let mut rng = Pcg64Mcg::seed_from_u64(SEED);
    let (found, p_rot) = Found::in_either(timed, &mut rng);
    let lift = found.lift(timed, &mut rng);
    let (rayleigh_z, kuiper_v) = on_the_circle(timed);
    Ok(ReleasePattern {
        weekday: found.weekday(),
        window_start_h: small(found.window.start % HOURS),
        window_len_h: small(found.window.length),
        share: lift.share,
        expected_share: lift.expected,
        lift: lift.ratio,
        lift_interval: lift.interval,
        p_rot,
        q_bh: None,
        n_openings,
        n_dates,
        rayleigh_z,
        kuiper_v,
        entropy: entropy(timed),
    })
}

/// The p-value of the test of [`pattern_in`] alone, which needs no more than 8 openings: what the test can do, and not
/// what may be published. `None` below that.
pub fn chance_in(timed: &Timed) -> Option<f64> {
    let mut rng = Pcg64Mcg::seed_from_u64(SEED);
    (timed.openings() >= LEAST_TESTED).then(|| Found::in_either(timed, &mut rng).1)
}

/// The window to tell.
struct Found {
    window: Window,
    is_weekly: bool,
}

struct Lift {
    share: f64,
    expected: f64,
    ratio: f64,
    interval: Interval,
}

/// Openings and exposure of a date, inside the window and in all.
type Part = [f64; 4];

impl Found {
    /// Of the day or of the week, with the chance of one as extreme.
    fn in_either(timed: &Timed, rng: &mut Pcg64Mcg) -> (Self, f64) {
        let weigh =
            |scanned: scan::Scanned, weight: f64| scanned.map(|(window, p)| (window, (p / weight).min(1.0)));
        let daily = scan::hours_of_day(timed, rng);
        let weekly = weigh(scan::hours_of_week(timed, daily, rng), 1.0 - DAILY);
        let daily = weigh(daily, DAILY);
        let p_of = |scanned: &scan::Scanned| scanned.map_or(1.0, |(_, p)| p);
        let p_rot = p_of(&daily).min(p_of(&weekly));
        (Self::best(daily, weekly), p_rot)
    }

    fn best(daily: scan::Scanned, weekly: scan::Scanned) -> Self {
        let found = |scanned: scan::Scanned, is_weekly| scanned.map(|(window, p)| (window, p, is_weekly));
        let better = |one: (Window, f64, bool), other: (Window, f64, bool)| {
            let is_other = if one.1.max(other.1) <= BEYOND_DOUBT {
                other.0.ratio > one.0.ratio
            } else {
                other.1 < one.1
            };
            if is_other { other } else { one }
        };
        let (window, is_weekly) = found(daily, false)
            .into_iter()
            .chain(found(weekly, true))
            .reduce(better)
            // No hour has more than its share: the whole exposure lies in a window, and so does every opening.
            .map_or((Window { ratio: 0.0, start: 0, length: 1 }, false), |(window, _, is_weekly)| {
                (window, is_weekly)
            });
        Self { window, is_weekly }
    }

    fn weekday(&self) -> Option<u8> {
        self.is_weekly.then(|| small(self.window.start / HOURS))
    }

    fn part(&self, day: &TimedDay) -> Part {
        let (slots, offset) = if self.is_weekly { (7 * HOURS, day.weekday() * HOURS) } else { (HOURS, 0) };
        let inside = |hour: usize| self.window.holds(offset + hour, slots);
        let opened: f64 =
            day.openings.iter().filter(|opening| inside(usize::from(opening.hour))).map(|_| 1.0).sum();
        let exposed: f64 =
            day.exposure_h.iter().enumerate().filter(|(hour, _)| inside(*hour)).map(|(_, h)| h).sum();
        [opened, f64::from(whole(day.openings.len())), exposed, day.total_h()]
    }

    fn lift(&self, timed: &Timed, rng: &mut Pcg64Mcg) -> Lift {
        let parts: Vec<Part> = timed
            .days
            .iter()
            .filter(|day| !(self.is_weekly && day.is_off))
            .map(|day| self.part(day))
            .collect();
        let add = |sum: Part, part: &Part| std::array::from_fn(|i| sum[i] + part[i]);
        let [opened, openings, exposed, total] = parts.iter().fold([0.0; 4], add);
        let over = |part: f64, all: f64| if all > 0.0 { (part / all).clamp(0.0, 1.0) } else { 0.0 };
        let (share, expected) = (over(opened, openings), over(exposed, total));
        // No more than all openings can lie inside.
        let greatest = if expected > 0.0 { 1.0 / expected } else { f64::MAX };
        let lift_of = |[opened, openings, exposed, total]: Part| {
            let (share, expected) = (over(opened, openings), over(exposed, total));
            (expected > 0.0 && openings > 0.0).then(|| share / expected)
        };
        let mut lifts: Vec<f64> = (0..RESAMPLES)
            .filter_map(|_| {
                let sum = (0..parts.len())
                    .fold([0.0; 4], |sum, _| add(sum, &parts[rng.random_range(0..parts.len())]));
                lift_of(sum)
            })
            .collect();
        lifts.sort_by(f64::total_cmp);
        let interval = if lifts.len() > RESAMPLES / 2 {
            let tail = lifts.len() / 40;
            Interval { lo: lifts[tail], hi: lifts[lifts.len() - 1 - tail] }
        } else {
            Interval { lo: 0.0, hi: greatest }
        };
        let ratio = lift_of([opened, openings, exposed, total]).unwrap_or(0.0);
        Lift { share, expected, ratio, interval }
    }
}

/// Rayleigh's z and Kuiper's V of the openings on the circle of the day, stretched so that every hour is as long as its
/// exposure.
fn on_the_circle(timed: &Timed) -> (f64, f64) {
    let mut exposure = [0.0; HOURS];
    for day in &timed.days {
        for (sum, exposed) in exposure.iter_mut().zip(day.exposure_h) {
            *sum += exposed;
        }
    }
    let total: f64 = exposure.iter().sum();
    let mut before = 0.0;
    let starts = exposure.map(|exposed| {
        let start = before;
        before += exposed;
        start
    });
    let u: Vec<f64> = timed
        .days
        .iter()
        .flat_map(|day| &day.openings)
        .map(|opening| {
            let hour = usize::from(opening.hour) % HOURS;
            if total > 0.0 { (starts[hour] + exposure[hour] * opening.into) / total } else { 0.0 }
        })
        .collect();
    (rayleigh(&u).map_or(0.0, |found| found.z), kuiper(&u).map_or(0.0, |found| found.v))
}

fn entropy(timed: &Timed) -> f64 {
    let mut counts = [0_u32; HOURS];
    for opening in timed.days.iter().flat_map(|day| &day.openings) {
        counts[usize::from(opening.hour) % HOURS] += 1;
    }
    let n = f64::from(counts.iter().sum::<u32>());
    let filled = counts.iter().filter(|count| **count > 0);
    let (plain, hours) = filled.fold((0.0, 0.0), |(sum, hours), count| {
        let p = f64::from(*count) / n;
        (sum - p * p.ln(), hours + 1.0)
    });
    ((plain + (hours - 1.0) / (2.0 * n)) / 24.0_f64.ln()).clamp(0.0, 1.0)
}

/// The q-values of `p` (Benjamini & Hochberg 1995, JRSS B 57), in the order given: with m values and `p(i)` the i-th
/// smallest, q(i) = min over j ≥ i of m·p(j)/j, at most 1. What is no number counts as 1.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let p: Vec<f64> = p.iter().map(|p| if p.is_finite() { p.clamp(0.0, 1.0) } else { 1.0 }).collect();
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|one, other| p[*other].total_cmp(&p[*one]));
    let m = f64::from(whole(p.len()));
    let mut q = vec![1.0; p.len()];
    let (mut smallest, mut rank) = (1.0_f64, m);
    for place in order {
        smallest = smallest.min(m * p[place] / rank);
        q[place] = smallest;
        rank -= 1.0;
    }
    q
}

fn whole(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn small(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(0)
}

#[cfg(test)]
mod tests;

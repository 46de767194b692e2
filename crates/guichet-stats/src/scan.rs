//! Scan statistics over the hours of the day and of the week, and what chance makes of them when openings come in
//! batches. What never enters: when to publish, resampling of the lift.

use rand::RngExt as _;
use rand_pcg::Pcg64Mcg;

use crate::timed::{HOURS, Timed, TimedDay};

/// The hours of a week.
const WEEK: usize = 7 * HOURS;

/// The longest window, in hours.
const LONGEST: usize = 3;

/// At most so many draws of the null of the day, and of that of the week. Nearly all targets are done after some dozen;
/// a pattern needs so many, as its p-value is then corrected for every target there is: with four fifths of the error
/// level for the day and one for the week, both can say 1 in 10,000, which shows the only pattern among 500 targets.
const DRAWS: (u32, u32) = (12_499, 49_999);

/// At most so many draws for the week where the day already says the least that can be said.
const DRAWS_BESIDE: u32 = 999;

/// Steps of a date's exposure by which openings are turned.
const STEPS: usize = 1024;

/// A null is drawn no further once so many draws were as extreme as what was seen (Besag & Clifford 1991): the p-value
/// is then near its value by all draws, and far from small.
const ENOUGH: u32 = 20;

/// Sums of the same numbers in another order differ by less.
const ROUNDING: f64 = 1e-9;

/// The window that stands out most on a circle of hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    /// Its log-likelihood ratio.
    pub(crate) ratio: f64,
    /// First hour on the circle.
    pub(crate) start: usize,
    /// Hours.
    pub(crate) length: usize,
}

impl Window {
    /// Whether an hour of the circle lies in it.
    pub(crate) fn holds(&self, slot: usize, slots: usize) -> bool {
        (slot + slots - self.start) % slots < self.length
    }
}

/// x ln x of whole numbers: what a scan takes the most of.
struct Logs(Vec<f64>);

impl Logs {
    fn up_to(n: usize) -> Self {
        let whole = (0..=u32::try_from(n).unwrap_or(u32::MAX)).map(f64::from);
        Self(whole.map(|x| if x > 0.0 { x * x.ln() } else { 0.0 }).collect())
    }

    fn of(&self, n: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of openings")]
        let n = n as usize;
        self.0.get(n).copied().unwrap_or(0.0)
    }
}

/// The largest n ln(n/E) + (N−n) ln((N−n)/(N−E)) over windows of 1 to 3 h with n > E, E = N · share of the exposure
/// (Kulldorff 1997, eq. 3); the shorter and the earlier of two alike. `None` where no window exceeds `floor`.
///
/// No logarithm is taken where N(p − q)²/(q(1 − q)), with p and q the shares of openings and exposure, does not exceed
/// it: the ratio N·KL(p, q) is never larger.
///
/// Most draws exceed it nowhere, which is seen first, in plain arithmetic and without a branch.
fn scan<const SLOTS: usize>(
    counts: &[u32; SLOTS],
    exposure: &[f64; SLOTS],
    logs: &Logs,
    floor: f64,
) -> Option<Window> {
    let (all, total): (u32, f64) = (counts.iter().sum(), exposure.iter().sum());
    let (per_hour, openings) = (1.0 / total, f64::from(all));
    let (mut counted, mut exposed) = ([0.0; SLOTS], [0.0; SLOTS]);
    let mut best: Option<Window> = None;
    let mut floor = floor;
    for length in 1..=LONGEST {
        // The slots from the last one of each window on, and once round.
        let last = (length - 1) % SLOTS;
        let round = (last..SLOTS).chain(0..last);
        for ((sum, hours), slot) in counted.iter_mut().zip(&mut exposed).zip(round) {
            *sum += f64::from(counts[slot]);
            *hours += exposure[slot] * per_hour;
        }
        let exceeds = |n: f64, share: f64| {
            let excess = (n - openings * share).max(0.0);
            excess * excess > floor * (openings * share * (1.0 - share)).max(0.0)
        };
        let somewhere = counted.iter().zip(&exposed).fold(false, |any, (n, q)| any | exceeds(*n, *q));
        if !somewhere {
            continue;
        }
        for (start, (n, share)) in counted.iter().zip(&exposed).enumerate() {
            let is_inside = *share > 0.0 && *share < 1.0;
            if !(is_inside && *n > openings * share) {
                continue;
            }
            let part = |n: f64, expected: f64| logs.of(n) - n * expected.ln();
            let ratio = part(*n, *share) + part(openings - n, 1.0 - share) - logs.of(openings);
            if ratio > floor {
                best = Some(Window { ratio, start, length });
                floor = ratio + 1e-12;
            }
        }
    }
    best
}

/// p = (1 + number of draws as extreme) / (1 + draws), by at most so many.
fn chance(most: u32, mut is_extreme: impl FnMut() -> bool) -> f64 {
    let (mut extreme, mut draws) = (0, 0);
    while draws < most && extreme < ENOUGH {
        draws += 1;
        extreme += u32::from(is_extreme());
    }
    f64::from(1 + extreme) / f64::from(1 + draws)
}

/// A window with the chance of one as extreme.
pub(crate) type Scanned = Option<(Window, f64)>;

/// The hours of the day, every date alike. The null turns each date's openings round the day together, by one uniform
/// shift in that date's exposure: what comes in batches stays together, and what is not looked at gets none.
pub(crate) fn hours_of_day(timed: &Timed, rng: &mut Pcg64Mcg) -> Scanned {
    let mut exposure = [0.0; HOURS];
    let mut counts = [0_u32; HOURS];
    let mut dates: Vec<Turning> = Vec::new();
    for day in &timed.days {
        for (sum, exposed) in exposure.iter_mut().zip(day.exposure_h) {
            *sum += exposed;
        }
        for opening in &day.openings {
            counts[usize::from(opening.hour) % HOURS] += 1;
        }
        dates.extend(Turning::of(day));
    }
    let logs = Logs::up_to(timed.openings());
    let seen = scan(&counts, &exposure, &logs, 0.0)?;
    let p = chance(DRAWS.0, || {
        let mut counts = [0_u32; HOURS];
        for date in &dates {
            date.turn(rng.random_range(0..STEPS), &mut counts);
        }
        scan(&counts, &exposure, &logs, seen.ratio - ROUNDING).is_some()
    });
    Some((seen, p))
}

/// A date with openings, in operational time: steps of equal exposure.
struct Turning {
    /// The hour in which each step lies.
    hour_of: Vec<u8>,
    /// The step of each opening.
    at: Vec<usize>,
}

impl Turning {
    fn of(day: &TimedDay) -> Option<Self> {
        let total = day.total_h();
        if day.openings.is_empty() || !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let mut until = 0.0;
        let mut hour_of = Vec::with_capacity(STEPS);
        let mut starts = [0.0; HOURS];
        for (hour, exposed) in (0_u8..).zip(day.exposure_h) {
            starts[usize::from(hour)] = until;
            until += exposed;
            // A step belongs to the hour in which its middle lies.
            let steps = step(until / total + 0.5 / STEPS_F);
            hour_of.resize(steps.max(hour_of.len()), hour);
        }
        let last = hour_of.last().copied()?;
        hour_of.resize(STEPS, last);
        let at = day
            .openings
            .iter()
            .map(|opening| {
                let hour = usize::from(opening.hour) % HOURS;
                step((starts[hour] + day.exposure_h[hour] * opening.into) / total).min(STEPS - 1)
            })
            .collect();
        Some(Self { hour_of, at })
    }

    /// Adds the hours in which the openings come to lie when all are shifted by so many steps.
    fn turn(&self, steps: usize, counts: &mut [u32; HOURS]) {
        for at in &self.at {
            counts[usize::from(self.hour_of[(at + steps) % STEPS]) % HOURS] += 1;
        }
    }
}

/// [`STEPS`] as a factor.
const STEPS_F: f64 = 1024.0;

/// Steps in a share of a date, rounded down.
fn step(share: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the steps first")]
    let step = (share * STEPS_F).clamp(0.0, STEPS_F) as usize;
    step
}

/// The hours of the week, holidays left out. The null deals the dates of each week, with all that was seen and exposed
/// on them, to that week's days anew: what comes every day at the same hour stays as it is, and days that are looked
/// at less keep their few openings to their little exposure. `daily` is what the hours of the day gave: where that is the
/// least there is, few draws tell whether the week shows anything too.
pub(crate) fn hours_of_week(timed: &Timed, daily: Scanned, rng: &mut Pcg64Mcg) -> Scanned {
    let days: Vec<&TimedDay> = timed.days.iter().filter(|day| !day.is_off).collect();
    let mut labels: Vec<usize> = days.iter().map(|day| day.weekday()).collect();
    let weeks: Vec<usize> =
        days.chunk_by(|one, next| one.monday() == next.monday()).map(<[_]>::len).collect();
    let sums: Vec<DaySums> = days.iter().map(|day| DaySums::of(day)).collect();
    let logs = Logs::up_to(timed.openings());
    let scan_as = |labels: &[usize], floor: f64| {
        let mut week = [DaySums::NONE; 7];
        for (day, label) in sums.iter().zip(labels) {
            week[*label % 7].add(day);
        }
        let mut exposure = [0.0; WEEK];
        let mut counts = [0_u32; WEEK];
        for (place, day) in week.iter().enumerate() {
            let hours = place * HOURS..(place + 1) * HOURS;
            counts[hours.clone()].copy_from_slice(&day.counts);
            for (hour, exposed) in exposure[hours].iter_mut().zip(day.exposure) {
                *hour = f64::from(exposed);
            }
        }
        scan(&counts, &exposure, &logs, floor)
    };
    let seen = scan_as(&labels, 0.0)?;
    let is_beside = daily.is_some_and(|(_, p)| p <= 1.0 / f64::from(1 + DRAWS.0));
    let p = chance(if is_beside { DRAWS_BESIDE } else { DRAWS.1 }, || {
        let mut rest = labels.as_mut_slice();
        for length in &weeks {
            let (week, after) = rest.split_at_mut(*length);
            deal(week, rng.random());
            rest = after;
        }
        scan_as(&labels, seen.ratio - ROUNDING).is_some()
    });
    Some((seen, p))
}

/// What was seen on a date, in whole numbers, which are added fast and alike in every order.
#[derive(Clone, Copy)]
struct DaySums {
    /// In parts of an hour, [`PARTS`].
    exposure: [u32; HOURS],
    counts: [u32; HOURS],
}

/// Parts of an hour in which exposure is counted: a hundredth of a second, and four thousand hours are no overflow.
const PARTS: f64 = 1_048_576.0;

impl DaySums {
    const NONE: Self = Self { exposure: [0; HOURS], counts: [0; HOURS] };

    fn of(day: &TimedDay) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, which is right"
        )]
        let exposure = day.exposure_h.map(|hours| (hours * PARTS).round() as u32);
        let mut sums = Self { exposure, ..Self::NONE };
        for opening in &day.openings {
            sums.counts[usize::from(opening.hour) % HOURS] += 1;
        }
        sums
    }

    fn add(&mut self, day: &Self) {
        for (sum, exposure) in self.exposure.iter_mut().zip(day.exposure) {
            *sum = sum.wrapping_add(exposure);
        }
        for (sum, count) in self.counts.iter_mut().zip(day.counts) {
            *sum += count;
        }
    }
}

/// Shuffles a week by one random number, whose leading part picks a place and whose rest goes on (as Fisher & Yates;
/// with 7! orders of 2⁶⁴ numbers no order is favoured by more than 1 in 10¹⁵).
fn deal(week: &mut [usize], random: u64) {
    let mut left = random;
    for last in (1..week.len()).rev() {
        let wide = u128::from(left) * (last as u128 + 1);
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        let (place, rest) = ((wide >> 64) as usize, wide as u64);
        week.swap(last, place);
        left = rest;
    }
}

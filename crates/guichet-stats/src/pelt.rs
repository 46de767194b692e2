//! Level shifts in daily counts with exposure, by penalised likelihood. What never enters: hours of the day, dates,
//! why a level shifted.

/// A date on which an opening could have been seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Daily {
    /// Days since 1970.
    pub(crate) day: i64,
    /// Day type: 0 to 6 from Monday on, 7 for holidays.
    pub(crate) kind: usize,
    /// Openings.
    pub(crate) openings: f64,
    /// Hours; above 0.
    pub(crate) exposure_h: f64,
}

/// Day types: the seven, and holidays.
pub(crate) const KINDS: usize = 8;

/// Dates that a segment has at least.
pub(crate) const SHORTEST: usize = 7;

/// Days of a block, within which day types are compared.
const BLOCK: i64 = 28;

/// Openings beyond which a block weighs hardly more.
const SATURATION: f64 = 8.0;

/// Expected openings that stand for "no day type differs".
const PRIOR: f64 = 2.0;

/// Mean of a χ² variable with one degree of freedom where it lies in its lower three quarters:
/// P(χ²₃ ≤ 1.3233) / 0.75.
const LOWER_MEAN: f64 = 0.368_5;

/// Openings in two blocks from which on their squared difference is as good as continuous.
const MANY: f64 = 40.0;

/// No dispersion is taken to be larger; it keeps costs finite.
const GREATEST: f64 = 1e6;

/// Openings that two neighbouring blocks should hold together for their difference to tell a dispersion.
const ENOUGH: f64 = 7.0;

/// Where the rate of openings shifts: indices into `days`, each the first of a segment.
///
/// Quasi-Poisson PELT (Killick, Fearnhead & Eckley, JASA 2012): a segment with S openings and exposure E costs
/// 2(S − S ln(S/E))/φ, each change β = 3 ln T, T dates, segments of at least [`SHORTEST`] dates. Exposure is observed
/// hours times the day type's profile. Dates without exposure are not among `days` and carry no information.
pub(crate) fn change_points(days: &[Daily]) -> Vec<usize> {
    let profile = profile(days);
    let expected: Vec<f64> = days.iter().map(|day| day.exposure_h * profile[day.kind % KINDS]).collect();
    let openings: Vec<f64> = days.iter().map(|day| day.openings).collect();
    let dispersion = dispersion(days, &expected);
    segment(&openings, &expected, dispersion, 3.0 * number(days.len()).max(1.0).ln())
}

/// How much more than the mean opens per hour on each day type.
///
/// Each block of four weeks says what share of its own openings fell on a day type, against that type's share of its
/// exposure, with a weight that hardly grows beyond [`SATURATION`] openings: a month with hundreds does not impose its
/// week on the years around it. Shrunk to 1.
fn profile(days: &[Daily]) -> [f64; KINDS] {
    let (mut seen, mut expected) = ([PRIOR; KINDS], [PRIOR; KINDS]);
    let first = days.first().map_or(0, |day| day.day);
    for block in days.chunk_by(|one, next| (one.day - first) / BLOCK == (next.day - first) / BLOCK) {
        let openings: f64 = block.iter().map(|day| day.openings).sum();
        let exposure: f64 = block.iter().map(|day| day.exposure_h).sum();
        let weight = 1.0 / (1.0 + openings / SATURATION);
        for day in block {
            seen[day.kind % KINDS] += weight * day.openings;
            expected[day.kind % KINDS] += weight * day.exposure_h * openings / exposure;
        }
    }
    std::array::from_fn(|kind| seen[kind] / expected[kind])
}

/// φ: how many times more the counts vary than Poisson's, at least 1.
///
/// For two neighbouring weeks with y₁, y₂ openings and exposures e₁, e₂, (y₁e₂ − y₂e₁)²/(e₁e₂(y₁ + y₂)) has mean φ
/// where the rate stays. Taken is the mean of the lower three quarters of all, over the same of Poisson counts with
/// those totals (see [`poisson_lower_mean`]): like the median it is not moved by the few pairs where the rate shifts,
/// it is less left to luck, and small counts, whose squares come in steps, do not make it larger than it is.
/// Blocks are of as many weeks, up to four, as hold some openings; they start on every date, since one start alone
/// leaves the median of a short series to luck. Pairs without any opening tell nothing.
fn dispersion(days: &[Daily], expected: &[f64]) -> f64 {
    let Some((first, last)) = days.first().zip(days.last()) else { return 1.0 };
    let place = |day: i64| usize::try_from(day - first.day).unwrap_or(0);
    let span = place(last.day) + 1;
    let all: f64 = days.iter().map(|day| day.openings).sum();
    let per_week = all / number(span) * 7.0;
    let weeks = (1_u8..4).find(|weeks| 2.0 * per_week * f64::from(*weeks) >= ENOUGH).unwrap_or(4);
    let block = 7 * usize::from(weeks);
    // Sums up to each date, also over dates that are not there.
    let mut sums = vec![(0.0, 0.0); span + 1];
    for (day, expected) in days.iter().zip(expected) {
        let sum = &mut sums[place(day.day) + 1];
        *sum = (sum.0 + day.openings, sum.1 + expected);
    }
    for day in 1..=span {
        sums[day] = (sums[day - 1].0 + sums[day].0, sums[day - 1].1 + sums[day].1);
    }
    let within = |from: usize, to: usize| (sums[to].0 - sums[from].0, sums[to].1 - sums[from].1);
    let mut totals = Vec::new();
    let mut ratios: Vec<f64> = (2 * block..=span)
        .filter_map(|end| {
            let ((y1, e1), (y2, e2)) = (within(end - 2 * block, end - block), within(end - block, end));
            let scale = e1 * e2 * (y1 + y2);
            (scale > 0.0).then(|| {
                totals.push((y1 + y2, e1 / (e1 + e2)));
                (y1 * e2 - y2 * e1).powi(2) / scale
            })
        })
        .collect();
    if span < 6 * block {
        return 1.0;
    }
    ratios.sort_by(f64::total_cmp);
    let lower = &ratios[..ratios.len() * 3 / 4];
    if lower.is_empty() {
        return 1.0;
    }
    let seen = lower.iter().sum::<f64>() / number(lower.len());
    (seen / poisson_lower_mean(&totals)).clamp(1.0, GREATEST)
}

/// The mean of the lower three quarters of (y₁e₂ − y₂e₁)²/(e₁e₂(y₁ + y₂)) where y₁ of each total is binomial with the
/// share e₁/(e₁ + e₂): exactly for totals of some dozens, else that of χ²₁.
fn poisson_lower_mean(totals: &[(f64, f64)]) -> f64 {
    let mean = totals.iter().map(|(n, _)| n).sum::<f64>() / number(totals.len()).max(1.0);
    if !(mean > 0.0 && mean < MANY) {
        return LOWER_MEAN;
    }
    let mut values: Vec<(f64, f64)> = Vec::new();
    for (n, share) in totals {
        let odds = share / (1.0 - share);
        let (mut y, mut chance) = (0.0, (1.0 - share).powf(*n));
        while y <= *n {
            values.push(((y - n * share).powi(2) / (n * share * (1.0 - share)), chance));
            chance *= odds * (n - y) / (y + 1.0);
            y += 1.0;
        }
    }
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let wanted = 0.75 * values.iter().map(|(_, chance)| chance).sum::<f64>();
    let (mut sum, mut left) = (0.0, wanted);
    for (value, chance) in values {
        sum += value * chance.min(left);
        left -= chance.min(left);
    }
    let lower = sum / wanted;
    if lower.is_finite() && lower > 0.0 { lower } else { LOWER_MEAN }
}

/// The cheapest segments.
///
/// A start s is dropped once some end t made F(s) + C(s, t) ≥ F(t): splitting never costs more, so that t is at least as
/// good a start ever after. With a shortest length this holds from [`SHORTEST`] dates after t on, not before.
fn segment(openings: &[f64], expected: &[f64], dispersion: f64, penalty: f64) -> Vec<usize> {
    let n = openings.len();
    let sums = |values: &[f64]| {
        let mut sum = 0.0;
        let mut sums = vec![0.0];
        sums.extend(values.iter().map(|value| {
            sum += value;
            sum
        }));
        sums
    };
    let (counts, exposures) = (sums(openings), sums(expected));
    let cost = |from: usize, to: usize| {
        let (s, e) = (counts[to] - counts[from], exposures[to] - exposures[from]);
        if s > 0.0 && e > 0.0 { 2.0 * (s - s * (s / e).ln()) / dispersion } else { 0.0 }
    };
    let mut cheapest = vec![f64::INFINITY; n + 1];
    let mut start_of = vec![0; n + 1];
    cheapest[0] = -penalty;
    let mut starts: Vec<(usize, Option<usize>)> = Vec::new();
    for end in SHORTEST..=n {
        let newest = end - SHORTEST;
        if cheapest[newest].is_finite() {
            starts.push((newest, None));
        }
        starts.retain(|(_, beaten)| beaten.is_none_or(|beaten| end - beaten < SHORTEST));
        let costs: Vec<f64> = starts.iter().map(|(start, _)| cheapest[*start] + cost(*start, end)).collect();
        for ((start, _), cost) in starts.iter().zip(&costs) {
            if cost + penalty < cheapest[end] {
                cheapest[end] = cost + penalty;
                start_of[end] = *start;
            }
        }
        for ((_, beaten), cost) in starts.iter_mut().zip(&costs) {
            if beaten.is_none() && *cost >= cheapest[end] {
                *beaten = Some(end);
            }
        }
    }
    let mut changes = Vec::new();
    let mut end = start_of[n];
    while end > 0 {
        changes.push(end);
        end = start_of[end];
    }
    changes.reverse();
    changes
}

#[expect(clippy::cast_precision_loss, reason = "numbers of days fit 53 bits")]
fn number(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn days(rates: &[u32]) -> Vec<Daily> {
        (0_i64..)
            .zip(rates)
            .map(|(day, rate)| Daily {
                day,
                kind: usize::try_from(day % 7).unwrap(),
                openings: f64::from(*rate),
                exposure_h: 24.0,
            })
            .collect()
    }

    #[test]
    fn a_rise_is_found_on_its_date_and_not_before_a_week_has_passed() {
        let rates = |after: u32| -> Vec<u32> {
            (0..60 + after).map(|day| if day < 60 { day % 2 } else { 5 }).collect()
        };
        assert_eq!(change_points(&days(&rates(30))), [60]);
        assert_eq!(change_points(&days(&rates(7))), [60]);
        assert!(change_points(&days(&rates(6))).iter().all(|change| *change < 60));
        assert!(change_points(&days(&[1; 100])).is_empty());
        assert!(change_points(&[]).is_empty());
    }

    #[test]
    fn small_counts_are_compared_with_small_counts() {
        // One opening lies in either block: the ratio is 1 whatever comes.
        assert!((poisson_lower_mean(&[(1.0, 0.5); 9]) - 1.0).abs() < 1e-12);
        // Two: 0 or 2, each as likely; a third of the lower three quarters is 2.
        assert!((poisson_lower_mean(&[(2.0, 0.5); 9]) - 2.0 / 3.0).abs() < 1e-12);
        assert!((poisson_lower_mean(&[(39.0, 0.5); 9]) - LOWER_MEAN).abs() < 0.06);
    }

    #[test]
    fn a_month_of_many_does_not_impose_its_week() {
        // A year with openings from Monday to Friday, then a month with fifty every Sunday.
        let quiet = (0..364).map(|day| u32::from(day % 7 < 5));
        let wild = (0..28).map(|day| if day % 7 == 6 { 50 } else { 0 });
        let profile = profile(&days(&quiet.chain(wild).collect::<Vec<_>>()));
        assert!(profile[..5].iter().all(|day| (1.0..1.5).contains(day)), "{profile:?}");
        assert!(profile[6] < 0.8, "{profile:?}");
    }

    /// The same by trying every start.
    fn by_all(openings: &[f64], expected: &[f64], penalty: f64) -> f64 {
        let n = openings.len();
        let mut best = vec![f64::INFINITY; n + 1];
        best[0] = -penalty;
        for end in SHORTEST..=n {
            for start in 0..=end - SHORTEST {
                best[end] =
                    best[end].min(best[start] + cost(&openings[start..end], &expected[start..end]) + penalty);
            }
        }
        best[n]
    }

    fn cost(openings: &[f64], expected: &[f64]) -> f64 {
        let (s, e): (f64, f64) = (openings.iter().sum(), expected.iter().sum());
        if s > 0.0 { 2.0 * (s - s * (s / e).ln()) } else { 0.0 }
    }

    proptest! {
        #[test]
        fn pruning_never_costs_the_best_segments(
            days in prop::collection::vec((0_u32..6, 0.1_f64..3.0), 0..90),
            penalty in 0.5_f64..12.0,
        ) {
            let openings: Vec<f64> = days.iter().map(|day| f64::from(day.0)).collect();
            let expected: Vec<f64> = days.iter().map(|day| day.1).collect();
            let changes = segment(&openings, &expected, 1.0, penalty);
            let mut bounds = vec![0];
            bounds.extend(changes);
            bounds.push(days.len());
            if days.len() >= SHORTEST {
                prop_assert!(bounds.windows(2).all(|pair| pair[1] - pair[0] >= SHORTEST));
                let total: f64 = bounds
                    .windows(2)
                    .map(|pair| cost(&openings[pair[0]..pair[1]], &expected[pair[0]..pair[1]]) + penalty)
                    .sum::<f64>() - penalty;
                prop_assert!((total - by_all(&openings, &expected, penalty)).abs() < 1e-6);
            } else {
                prop_assert_eq!(bounds, [0, days.len()]);
            }
        }
    }
}

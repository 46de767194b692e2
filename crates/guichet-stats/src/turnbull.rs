//! The distribution of durations that are known only to lie between two bounds. What never enters: where they come
//! from, a smooth shape.

/// A duration longer than `after` and at most `by`; `by` is infinite where its end was never seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Censored {
    /// Lower bound, not reached.
    pub after: f64,
    /// Upper bound, perhaps reached.
    pub by: f64,
}

/// A share of all durations, in the narrowest bounds that the data can tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mass {
    /// Lower bound, not reached.
    pub after: f64,
    /// Upper bound, perhaps reached or infinite.
    pub by: f64,
    /// The share, 0 to 1.
    pub share: f64,
}

/// Rounds at most; masses that are still moving then move by less than anybody reads.
const ROUNDS: u32 = 2000;

/// The most likely distribution (Turnbull, JRSS B 1976) by self-consistency: masses on the innermost intervals, each
/// round the mean over the data of what they would expect under the last, until no mass moves by `tolerance`.
///
/// Empty without data. Intervals that are empty or no numbers are left out. A round costs as much as there are data.
pub fn turnbull(data: &[Censored], tolerance: f64) -> Vec<Mass> {
    let data: Vec<Censored> =
        data.iter().filter(|one| one.after.is_finite() && one.by > one.after).copied().collect();
    let cells = innermost(&data);
    if cells.is_empty() {
        return Vec::new();
    }
    // A datum covers a row of neighbouring cells, never empty: sums over it are differences of running sums.
    let mut covers: Vec<(usize, usize)> = data
        .iter()
        .map(|one| {
            let from = cells.partition_point(|cell| cell.0 < one.after);
            let to = cells.partition_point(|cell| cell.1 <= one.by);
            (from, to)
        })
        .filter(|(from, to)| from < to)
        .collect();
    covers.sort_unstable();
    // Equal rows are counted once.
    let covers: Vec<(usize, usize, f64)> =
        covers.chunk_by(|a, b| a == b).map(|same| (same[0].0, same[0].1, as_f64(same.len()))).collect();
    let n = covers.iter().map(|(_, _, count)| count).sum::<f64>().max(1.0);
    let mut shares = vec![1.0 / as_f64(cells.len()); cells.len()];
    let mut running = vec![0.0; cells.len() + 1];
    let mut gains = vec![0.0; cells.len() + 1];
    for _ in 0..ROUNDS {
        let mut sum = 0.0;
        for (share, sum_to) in shares.iter().zip(&mut running[1..]) {
            sum += share;
            *sum_to = sum;
        }
        gains.fill(0.0);
        for (from, to, count) in &covers {
            let expected = count / (running[*to] - running[*from]).max(f64::MIN_POSITIVE);
            gains[*from] += expected;
            gains[*to] -= expected;
        }
        let (mut gain, mut moved) = (0.0, 0.0_f64);
        for (share, step) in shares.iter_mut().zip(&gains) {
            gain += step;
            let next = (*share * gain / n).clamp(0.0, 1.0);
            moved = moved.max((next - *share).abs());
            *share = next;
        }
        if moved < tolerance {
            break;
        }
    }
    cells.into_iter().zip(shares).map(|((after, by), share)| Mass { after, by, share }).collect()
}

/// The intervals between a lower bound and the next bound that is an upper one, in order. As lower bounds are not
/// reached and upper ones may be, an upper bound comes before a lower one at the same place.
fn innermost(data: &[Censored]) -> Vec<(f64, f64)> {
    let mut bounds: Vec<(f64, bool)> =
        data.iter().flat_map(|one| [(one.after, true), (one.by, false)]).collect();
    bounds.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    bounds.windows(2).filter(|pair| pair[0].1 && !pair[1].1).map(|pair| (pair[0].0, pair[1].0)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a number of durations fits 53 bits")]
fn as_f64(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_masses_of_the_breast_cosmesis_data_equal_the_reference() {
        let golden: Value = serde_json::from_str(include_str!("../testdata/golden_openings.json")).unwrap();
        let bound = |x: &Value| x.as_f64().unwrap_or(f64::INFINITY);
        let case = &golden["turnbull"];
        let data: Vec<_> = case["intervals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| Censored { after: bound(&pair[0]), by: bound(&pair[1]) })
            .collect();
        assert_eq!(data.len(), 46);
        let masses: Vec<_> = turnbull(&data, 1e-10).into_iter().filter(|mass| mass.share > 1e-6).collect();
        let expected = case["masses"].as_array().unwrap();
        assert_eq!(masses.len(), expected.len(), "{masses:?}");
        for (ours, theirs) in masses.iter().zip(expected) {
            assert!((ours.after - bound(&theirs[0])).abs() < 1e-12, "{ours:?} {theirs}");
            assert!((ours.by - bound(&theirs[1])).abs() < 1e-12, "{ours:?} {theirs}");
            assert!((ours.share - bound(&theirs[2])).abs() <= 1e-4, "{ours:?} {theirs}");
        }
    }

    #[test]
    fn durations_known_well_are_counted() {
        let one = |after: f64| Censored { after, by: after + 1.0 };
        let masses = turnbull(&[one(1.0), one(1.0), one(5.0), one(9.0)], 1e-12);
        let shares: Vec<_> =
            masses.iter().map(|mass| (mass.after, (mass.share * 1e9).round() / 1e9)).collect();
        assert_eq!(shares, [(1.0, 0.5), (5.0, 0.25), (9.0, 0.25)]);
    }

    #[test]
    fn without_data_there_is_no_mass() {
        assert_eq!(turnbull(&[], 1e-9), []);
        assert_eq!(
            turnbull(&[Censored { after: 3.0, by: 3.0 }, Censored { after: f64::NAN, by: 3.0 }], 1e-9),
            []
        );
    }

    proptest! {
        #[test]
        fn the_masses_are_a_distribution(
            drawn in prop::collection::vec((0_u16..200, prop::option::of(1_u16..100)), 1..60)
        ) {
            let data: Vec<_> = drawn
                .into_iter()
                .map(|(after, length)| {
                    let after = f64::from(after);
                    Censored { after, by: length.map_or(f64::INFINITY, |length| after + f64::from(length)) }
                })
                .collect();
            let masses = turnbull(&data, 1e-7);
            let sum: f64 = masses.iter().map(|mass| mass.share).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "{}", sum);
            prop_assert!(masses.windows(2).all(|pair| pair[0].by <= pair[1].after));
            prop_assert!(masses.iter().all(|mass| mass.share >= 0.0 && mass.by > mass.after));
        }
    }
}

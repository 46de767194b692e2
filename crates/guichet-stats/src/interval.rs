//! Intervals of shares, also for counts that are not whole, and of sums of rare events. What never enters: where the
//! counts come from.

use statrs::distribution::{Beta, ContinuousCDF as _, Gamma, Normal};

/// A confidence interval of a share, both ends between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

impl Interval {
    /// All that a share can be: nothing is known.
    pub const VACUOUS: Self = Self { lo: 0.0, hi: 1.0 };
}

/// Below this, the library's inverse Beta is wrong (checked against another implementation); a larger shape only
/// makes the interval a little wider.
pub(crate) const SMALLEST_SHAPE: f64 = 0.05;

/// Clopper–Pearson interval (Clopper & Pearson 1934) at `level` (0.95) for `successes` of `trials`, which need not be
/// whole numbers (Korn & Graubard 1998 use effective counts).
///
/// lo = `BetaInv`(α/2; x, n−x+1), hi = `BetaInv`(1−α/2; x+1, n−x); lo is 0 for x = 0 and hi is 1 for x = n.
/// With no trials, or counts that are no numbers, the interval is vacuous.
pub fn clopper_pearson(successes: f64, trials: f64, level: f64) -> Interval {
    if !(successes.is_finite() && trials.is_finite()) || trials <= 0.0 || !(level > 0.0 && level < 1.0) {
        return Interval::VACUOUS;
    }
    let x = successes.clamp(0.0, trials);
    let tail = (1.0 - level) / 2.0;
    let lo = if x <= 1e-12 { 0.0 } else { beta_quantile(x, trials - x + 1.0, tail).unwrap_or(0.0) };
    let hi =
        if x >= trials - 1e-12 { 1.0 } else { beta_quantile(x + 1.0, trials - x, 1.0 - tail).unwrap_or(1.0) };
    Interval { lo, hi }
}

fn beta_quantile(a: f64, b: f64, at: f64) -> Option<f64> {
    let beta = Beta::new(a.max(SMALLEST_SHAPE), b.max(SMALLEST_SHAPE)).ok()?;
    Some(beta.inverse_cdf(at).clamp(0.0, 1.0))
}

/// Jeffreys interval (Brown, Cai & `DasGupta` 2001, §4.3) at `level` for independent looks: quantiles of
/// Beta(x + ½, n − x + ½); lo is 0 for x = 0 and hi is 1 for x = n. Counts need not be whole. Vacuous as
/// [`clopper_pearson`].
pub fn jeffreys(successes: f64, trials: f64, level: f64) -> Interval {
    if !(successes.is_finite() && trials.is_finite()) || trials <= 0.0 || !(level > 0.0 && level < 1.0) {
        return Interval::VACUOUS;
    }
    let x = successes.clamp(0.0, trials);
    let tail = (1.0 - level) / 2.0;
    let quantile = |at| beta_quantile(x + 0.5, trials - x + 0.5, at);
    let lo = if x <= 0.0 { 0.0 } else { quantile(tail).unwrap_or(0.0) };
    let hi = if x >= trials { 1.0 } else { quantile(1.0 - tail).unwrap_or(1.0) };
    Interval { lo, hi }
}

/// Wilson interval (Wilson 1927; Brown, Cai & `DasGupta` 2001, §3.1) at `level` for independent looks, which those at a
/// booking page are not: the textbook's answer, far too narrow here, kept to show that. With p = x/n and z the normal
/// quantile, (p + z²/2n ± z√(p(1−p)/n + z²/4n²))/(1 + z²/n). Vacuous as [`clopper_pearson`].
pub fn wilson(successes: f64, trials: f64, level: f64) -> Interval {
    if !(successes.is_finite() && trials.is_finite()) || trials <= 0.0 || !(level > 0.0 && level < 1.0) {
        return Interval::VACUOUS;
    }
    let p = (successes / trials).clamp(0.0, 1.0);
    let z = Normal::standard().inverse_cdf(f64::midpoint(1.0, level));
    let z2n = z * z / trials;
    let centre = (p + z2n / 2.0) / (1.0 + z2n);
    let half = z / (1.0 + z2n) * (p * (1.0 - p) / trials + z2n / (4.0 * trials)).max(0.0).sqrt();
    Interval { lo: (centre - half).max(0.0), hi: (centre + half).min(1.0) }
}

/// Gamma interval (Fay & Feuer 1997, eq. 4 and 5) at `level` of the sum of `contributions`, one of each event, where
/// events come independently: a check on shares that a few openings make up, each contributing the share of the time
/// it was there.
///
/// With y = Σw, v = Σw², m = max w: lo is the α/2 quantile of a gamma of mean y and variance v; hi the 1 − α/2
/// quantile of one of mean y + m and variance v + m². In the unit of the contributions; no upper end but infinity
/// would be right for a sum of shares, so hi may exceed 1. `None` without an event.
pub fn fay_feuer(contributions: &[f64], level: f64) -> Option<Interval> {
    let events = || contributions.iter().filter(|w| w.is_finite() && **w > 0.0);
    let (y, v, m) = events().fold((0.0, 0.0, 0.0_f64), |(y, v, m), w| (y + w, v + w * w, m.max(*w)));
    let tail = (1.0 - level) / 2.0;
    let quantile = |mean: f64, variance: f64, at: f64| {
        let gamma = Gamma::new(mean * mean / variance, mean / variance).ok()?;
        Some(gamma.inverse_cdf(at)).filter(|x| x.is_finite())
    };
    (y > 0.0 && level > 0.0 && level < 1.0).then_some(())?;
    Some(Interval { lo: quantile(y, v, tail)?, hi: quantile(y + m, v + m * m, 1.0 - tail)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Recipe = fn(f64, f64, f64) -> Interval;

    #[test]
    fn intervals_equal_the_reference_figures() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../testdata/golden.json")).unwrap();
        let close = |ours: f64, theirs: f64, what: &serde_json::Value| {
            assert!((ours - theirs).abs() <= 1e-6 * theirs.max(1e-12), "{ours}: {what}");
        };
        let recipes: [(&str, Recipe); 3] =
            [("clopper", clopper_pearson), ("jeffreys", jeffreys), ("wilson", wilson)];
        for (name, recipe) in recipes {
            for case in golden[name].as_array().unwrap() {
                let number = |key: &str| case[key].as_f64().unwrap();
                let interval = recipe(number("x"), number("n"), 0.95);
                close(interval.lo, number("lo"), case);
                close(interval.hi, number("hi"), case);
            }
        }
        let list = |value: &serde_json::Value| {
            value.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<_>>()
        };
        let case = &golden["fay_feuer"];
        let (interval, theirs) = (fay_feuer(&list(&case["w"]), 0.95).unwrap(), list(&case["lo_hi"]));
        close(interval.lo, theirs[0], case);
        close(interval.hi, theirs[1], case);
    }

    #[test]
    fn nothing_known_is_the_whole_range() {
        for recipe in [clopper_pearson, jeffreys, wilson] {
            for (x, n, level) in
                [(0.0, 0.0, 0.95), (f64::NAN, 3.0, 0.95), (1.0, f64::INFINITY, 0.95), (1.0, 3.0, 1.0)]
            {
                assert_eq!(recipe(x, n, level), Interval::VACUOUS, "{x} of {n} at {level}");
            }
        }
        assert_eq!(fay_feuer(&[], 0.95), None);
        assert_eq!(fay_feuer(&[f64::NAN, 0.0, -1.0], 0.95), None);
    }

    proptest! {
        #[test]
        fn intervals_hold_their_share_and_widen_with_the_level(n in 0.01_f64..1e5, part in 0.0_f64..=1.0, level in 0.5_f64..0.98) {
            for recipe in [clopper_pearson, jeffreys, wilson] {
                let (narrow, wide) = (recipe(part * n, n, level), recipe(part * n, n, level + 0.01));
                for interval in [narrow, wide] {
                    prop_assert!(0.0 <= interval.lo && interval.lo <= interval.hi && interval.hi <= 1.0, "{interval:?}");
                }
                prop_assert!(wide.lo <= narrow.lo + 1e-9 && narrow.hi <= wide.hi + 1e-9, "{narrow:?} {wide:?}");
            }
            let exact = clopper_pearson(part * n, n, level);
            prop_assert!(exact.lo <= part + 1e-9 && part <= exact.hi + 1e-9, "{exact:?}");
        }
    }
}

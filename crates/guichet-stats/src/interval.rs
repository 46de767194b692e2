//! Exact binomial intervals, also for counts that are not whole. What never enters: where the counts come from.

use statrs::distribution::{Beta, ContinuousCDF as _};

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
    let quantile = |a: f64, b: f64, at: f64, otherwise: f64| {
        Beta::new(a.max(SMALLEST_SHAPE), b.max(SMALLEST_SHAPE))
            .map_or(otherwise, |beta| beta.inverse_cdf(at))
            .clamp(0.0, 1.0)
    };
    let lo = if x <= 1e-12 { 0.0 } else { quantile(x, trials - x + 1.0, tail, 0.0) };
    let hi = if x >= trials - 1e-12 { 1.0 } else { quantile(x + 1.0, trials - x, 1.0 - tail, 1.0) };
    Interval { lo, hi }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_equal_the_reference_figures() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../testdata/golden.json")).unwrap();
        for case in golden["clopper"].as_array().unwrap() {
            let number = |key: &str| case[key].as_f64().unwrap();
            let interval = clopper_pearson(number("x"), number("n"), 0.95);
            for (ours, theirs) in [(interval.lo, number("lo")), (interval.hi, number("hi"))] {
                assert!((ours - theirs).abs() <= 1e-6 * theirs.max(1e-12), "{case}: {interval:?}");
            }
        }
    }

    #[test]
    fn nothing_known_is_the_whole_range() {
        assert_eq!(clopper_pearson(0.0, 0.0, 0.95), Interval::VACUOUS);
        assert_eq!(clopper_pearson(f64::NAN, 3.0, 0.95), Interval::VACUOUS);
    }
}

//! Times of day on a circle: descriptive numbers, and what chance would make of independent times. What never enters:
//! publication; releases come in batches, which these p-values take for a pattern 94 times in a hundred.

use std::f64::consts::TAU;

/// Rayleigh's test of uniformity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rayleigh {
    /// n·R², with R the mean resultant length.
    pub z: f64,
    /// Chance of so large a z among independent uniform times.
    pub p: f64,
}

/// Rayleigh's z = nR² of positions `u` on a circle of circumference 1, and its p-value by Greenwood & Durand (1955):
/// e^−z (1 + (2z − z²)/4n − (24z − 132z² + 76z³ − 9z⁴)/288n²). Minimum data: `None` without a position.
pub fn rayleigh(u: &[f64]) -> Option<Rayleigh> {
    let (mut n, mut cos, mut sin) = (0.0, 0.0, 0.0);
    for u in u.iter().filter(|u| u.is_finite()) {
        n += 1.0;
        cos += (TAU * u).cos();
        sin += (TAU * u).sin();
    }
    if n < 1.0 {
        return None;
    }
    let z = (cos * cos + sin * sin) / n;
    let second = (2.0 * z - z * z) / (4.0 * n);
    let third = (24.0 * z - 132.0 * z * z + 76.0 * z.powi(3) - 9.0 * z.powi(4)) / (288.0 * n * n);
    Some(Rayleigh { z, p: ((-z).exp() * (1.0 + second - third)).clamp(0.0, 1.0) })
}

/// Kuiper's test of uniformity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kuiper {
    /// The largest excess of the empirical distribution over the uniform one, plus the largest shortfall.
    pub v: f64,
    /// Chance of so large a V among independent uniform times.
    pub p: f64,
}

/// Kuiper's V = D⁺ + D⁻ of positions `u` on a circle of circumference 1 (Kuiper 1960), and its p-value
/// 2Σ(4j²λ² − 1)e^(−2j²λ²), λ = (√n + 0.155 + 0.24/√n)V (Stephens 1970); 1 below λ = 0.4, where the series does not
/// hold. Minimum data: `None` without a position.
pub fn kuiper(u: &[f64]) -> Option<Kuiper> {
    let mut sorted: Vec<f64> = u.iter().copied().filter(|u| u.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let n = number(sorted.len());
    if sorted.is_empty() {
        return None;
    }
    let (above, below) = sorted.iter().enumerate().fold((0.0_f64, 0.0_f64), |(above, below), (i, u)| {
        (above.max((number(i) + 1.0) / n - u), below.max(u - number(i) / n))
    });
    let v = above + below;
    let lambda = (n.sqrt() + 0.155 + 0.24 / n.sqrt()) * v;
    let term = |j: u32| {
        let square = f64::from(j).powi(2) * lambda * lambda;
        (4.0 * square - 1.0) * (-2.0 * square).exp()
    };
    let p = if lambda < 0.4 { 1.0 } else { (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0) };
    Some(Kuiper { v, p })
}

#[expect(clippy::cast_precision_loss, reason = "a number of openings fits 53 bits")]
fn number(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The project's reference figures: forty draws of a Beta distribution, n·R² and V by independent code.
    const TIMES: [f64; 40] = [
        0.23096, 0.36178, 0.37698, 0.11374, 0.29242, 0.6131, 0.30702, 0.27309, 0.34957, 0.44758, 0.4368,
        0.34812, 0.25873, 0.05478, 0.02812, 0.13925, 0.09035, 0.35454, 0.25029, 0.52442, 0.21077, 0.1853,
        0.43739, 0.33342, 0.37911, 0.18861, 0.63733, 0.09549, 0.08248, 0.44498, 0.43363, 0.50666, 0.17955,
        0.16828, 0.3595, 0.61404, 0.59293, 0.47126, 0.5238, 0.48104,
    ];

    #[test]
    fn the_numbers_equal_the_reference_figures() {
        let (rayleigh, kuiper) = (rayleigh(&TIMES).unwrap(), kuiper(&TIMES).unwrap());
        for (ours, theirs) in [
            (rayleigh.z, 12.147_303_915_544_844),
            (rayleigh.p, 2.125_709_166_989_266e-6),
            (kuiper.v, 0.408_06),
            (kuiper.p, 3.921_445_090_570_786e-5),
        ] {
            assert!((ours - theirs).abs() <= 1e-6 * theirs, "{ours} {theirs}");
        }
    }

    #[test]
    fn no_times_have_no_numbers() {
        assert_eq!((rayleigh(&[]), kuiper(&[])), (None, None));
    }

    proptest! {
        #[test]
        fn turning_the_circle_changes_neither(u in prop::collection::vec(0.0_f64..1.0, 1..60), by in 0.0_f64..1.0) {
            let turned: Vec<f64> = u.iter().map(|u| (u + by).fract()).collect();
            let (one, other) = (rayleigh(&u).unwrap(), rayleigh(&turned).unwrap());
            prop_assert!((one.z - other.z).abs() < 1e-6);
            let (one, other) = (kuiper(&u).unwrap(), kuiper(&turned).unwrap());
            prop_assert!((one.v - other.v).abs() < 1e-9 && (0.0..=1.0).contains(&one.p));
        }
    }
}

//! Long-run variance of a ratio over daily clusters, which neighbouring days' likeness does not fool.
//! What never enters: hours, outcomes, dates; a cluster is a pair of sums and its place in the row.

use std::f64::consts::PI;

use statrs::distribution::{ContinuousCDF as _, Normal, StudentsT};

use crate::interval::{Interval, clopper_pearson};

/// One day's sums: `y` is the weight of successes, `w` the weight of all. A day without data is `0, 0`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cluster {
    /// Weight of the successes.
    pub y: f64,
    /// Weight of all.
    pub w: f64,
}

/// A ratio with its long-run variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Σy / Σw.
    pub p: f64,
    /// Its variance.
    pub variance: f64,
    /// Degrees of freedom.
    pub nu: u32,
}

/// The ratio Σy/Σw over consecutive days and its variance by equal-weighted cosines (Lazarus, Lewis, Stock & Watson,
/// JBES 2018): with T days, r = (y − p̂w)/Σw (0 on days without data), ν = max(2, ⌊0.4·T^(2/3)⌋) and at most T − 1,
/// `Λ_k` = √(2/T)·Σ r·cos(πk(D+½)/T), variance = T·mean(Λ²). `None` without any weight.
pub fn ratio(days: &[Cluster]) -> Option<Ratio> {
    ratio_with(days, cosines(days.len()))
}

/// [`ratio`] with `nu` cosines instead of those that the length of the row calls for; at least one, and at most as
/// many as there are days (two, if there is but one).
pub fn ratio_with(days: &[Cluster], nu: u32) -> Option<Ratio> {
    let nu = nu.clamp(1, u32::try_from(days.len()).unwrap_or(u32::MAX).max(2));
    let (y, w) = days.iter().fold((0.0, 0.0), |(y, w), day| (y + day.y, w + day.w));
    if !(w > 0.0 && w.is_finite()) {
        return None;
    }
    let p = (y / w).clamp(0.0, 1.0);
    let t = days_as_f64(days.len());
    let mut lambdas = vec![0.0; usize::try_from(nu).unwrap_or(0)];
    for (d, day) in days.iter().enumerate().filter(|(_, day)| day.w > 0.0) {
        let residual = (day.y - p * day.w) / w;
        // cos((k + 1)θ) = 2·cos θ·cos kθ − cos((k − 1)θ): one cosine a day instead of ν.
        let first = (PI * (days_as_f64(d) + 0.5) / t).cos();
        let (mut before, mut cosine) = (1.0, first);
        for lambda in &mut lambdas {
            *lambda += residual * cosine;
            (before, cosine) = (cosine, 2.0 * first * cosine - before);
        }
    }
    let power = lambdas.iter().map(|lambda| lambda * lambda).sum::<f64>() * 2.0 / t;
    Some(Ratio { p, variance: t * power / f64::from(nu), nu })
}

/// ν for a row of `days`: max(2, ⌊0.4·T^(2/3)⌋), but never more cosines than a row of so many days can tell apart.
pub fn cosines(days: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let by_rule = (0.4 * days_as_f64(days).powf(2.0 / 3.0)).floor() as u32;
    by_rule.max(2).min(u32::try_from(days.saturating_sub(1)).unwrap_or(u32::MAX)).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "a number of days fits 53 bits")]
fn days_as_f64(days: usize) -> f64 {
    days as f64
}

/// (z/t)²: by how much fewer looks are worth with `nu` degrees of freedom, at 95 % (Korn & Graubard 1998).
pub fn few_degrees_penalty(nu: u32) -> f64 {
    few_degrees_penalty_at(nu, 0.95)
}

/// [`few_degrees_penalty`] of an interval at `level`: the quantiles are those of (1 + level)/2.
pub fn few_degrees_penalty_at(nu: u32, level: f64) -> f64 {
    let at = f64::midpoint(1.0, level.clamp(0.01, 0.9999));
    let z = Normal::standard().inverse_cdf(at);
    let t = StudentsT::new(0.0, 1.0, f64::from(nu.max(1))).map_or(f64::INFINITY, |t| t.inverse_cdf(at));
    (z / t).powi(2)
}

/// The interval of a ratio at `level`: `n_eff` = p(1 − p)/variance, at most `cap`, times the penalty for few degrees of
/// freedom, then Clopper–Pearson (Korn & Graubard 1998). Where the ratio is 0 or 1, or nothing varies, it is worth
/// `constant` looks.
pub fn interval(ratio: &Ratio, cap: f64, constant: f64, level: f64) -> Interval {
    let spread = ratio.p * (1.0 - ratio.p);
    // Residuals of rounding are no variance.
    let n = if spread <= 1e-12 || ratio.variance <= 1e-15 {
        constant
    } else {
        (spread / ratio.variance).min(cap) * few_degrees_penalty_at(ratio.nu, level)
    };
    clopper_pearson(ratio.p * n, n, level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_degrees_cost_what_the_tables_of_student_say() {
        // Two-sided quantiles of Student's t and of the normal distribution, from printed tables.
        for (nu, level, t, z) in [(6, 0.95, 2.4469, 1.96), (6, 0.8, 1.4398, 1.2816), (2, 0.8, 1.8856, 1.2816)]
        {
            let expected = (z / t) * (z / t);
            assert!((few_degrees_penalty_at(nu, level) - expected).abs() < 2e-4, "{nu} {level}");
        }
        assert!((few_degrees_penalty(6) - few_degrees_penalty_at(6, 0.95)).abs() < 1e-15);
    }

    #[test]
    fn nothing_varies_in_a_row_of_ones() {
        let row = [Cluster { y: 1.0, w: 1.0 }; 20];
        let ratio = ratio(&row).unwrap();
        assert_eq!((ratio.p, ratio.nu), (1.0, 2));
        assert_eq!(interval(&ratio, 60.0, 20.0, 0.95), clopper_pearson(20.0, 20.0, 0.95));
    }
}

//! Long-run variance of a ratio over daily clusters, which neighbouring days' likeness does not fool.
//! What never enters: hours, outcomes, dates; a cluster is a pair of sums and its place in the row.

use std::f64::consts::PI;

use statrs::distribution::{ContinuousCDF as _, StudentsT};

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
    let (y, w) = days.iter().fold((0.0, 0.0), |(y, w), day| (y + day.y, w + day.w));
    if !(w > 0.0 && w.is_finite()) {
        return None;
    }
    let p = (y / w).clamp(0.0, 1.0);
    let t = days_as_f64(days.len());
    let nu = cosines(days.len());
    let power: f64 = (1..=nu)
        .map(|k| {
            let lambda: f64 = days
                .iter()
                .enumerate()
                .filter(|(_, day)| day.w > 0.0)
                .map(|(d, day)| {
                    (day.y - p * day.w) / w * (PI * f64::from(k) * (days_as_f64(d) + 0.5) / t).cos()
                })
                .sum();
            lambda * lambda * 2.0 / t
        })
        .sum();
    Some(Ratio { p, variance: t * power / f64::from(nu), nu })
}

/// ν for a row of `days`: max(2, ⌊0.4·T^(2/3)⌋), but never more cosines than a row of so many days can tell apart.
fn cosines(days: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let by_rule = (0.4 * days_as_f64(days).powf(2.0 / 3.0)).floor() as u32;
    by_rule.max(2).min(u32::try_from(days.saturating_sub(1)).unwrap_or(u32::MAX)).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "a number of days fits 53 bits")]
fn days_as_f64(days: usize) -> f64 {
    days as f64
}

/// (z/t)²: by how much fewer looks are worth with `nu` degrees of freedom (Korn & Graubard 1998).
pub fn few_degrees_penalty(nu: u32) -> f64 {
    const Z_975: f64 = 1.959_963_984_540_054;
    let t = StudentsT::new(0.0, 1.0, f64::from(nu.max(1))).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975));
    (Z_975 / t).powi(2)
}

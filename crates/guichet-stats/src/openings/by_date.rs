//! The interval of an estimate whose data come in batches: what happens on one civil date is taken as one. What never
//! enters: rates, chains, looks.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

/// The normal quantile of a 95 % interval.
pub(super) const Z_975: f64 = 1.959_963_984_540_054;

/// No fewer degrees of freedom: below, the quantile says more of the formula than of the data.
const FEWEST: f64 = 2.0;

/// Half the width of a 95 % interval: the larger of 1.96·√`variance`, which is the model's, and t·√v.
///
/// v is the sandwich variance, D/(D−1)·Σu², of the influences u of each of D dates on the estimate, whose sum is 0
/// (Liang & Zeger 1986). The degrees of freedom of t are the number of dates that make up v, (Σu²)²/Σu⁴ (as
/// Satterthwaite 1946), at least 2: one large batch among small ones is little more than one observation. With fewer
/// than two dates v is 1, as if all of them were a single event.
pub(super) fn half_width(variance: f64, influence: &[f64]) -> f64 {
    let of_model = Z_975 * variance.max(0.0).sqrt();
    let [dates, second, fourth] = influence.iter().fold([0.0; 3], |[dates, second, fourth], u| {
        let square = u * u;
        [dates + 1.0, second + square, fourth + square * square]
    });
    let (by_dates, freedom) = if dates < 2.0 {
        (1.0, FEWEST)
    } else if fourth > 0.0 {
        (second * dates / (dates - 1.0), (second * second / fourth).max(FEWEST))
    } else {
        (0.0, FEWEST)
    };
    let t = StudentsT::new(0.0, 1.0, freedom).map_or(Z_975, |t| t.inverse_cdf(0.975));
    of_model.max(t * by_dates.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_are_alike_leave_the_models_width() {
        assert!((half_width(0.04, &[0.001, -0.001, 0.0, 0.001]) - 0.2 * Z_975).abs() < 1e-12);
        assert!((half_width(0.04, &[0.0; 9]) - 0.2 * Z_975).abs() < 1e-12);
    }

    /// By hand: Σu² = 0.4, D/(D−1) = 4/3; four equal squares are four degrees of freedom, t = 2.776.
    #[test]
    fn dates_that_differ_widen_it() {
        let u = 0.1_f64.sqrt();
        assert!((half_width(0.04, &[u, -u, u, -u]) - 2.776_445 * (1.6_f64 / 3.0).sqrt()).abs() < 1e-5);
    }

    #[test]
    fn one_batch_is_little_more_than_one_observation() {
        let mut influence = [0.01; 50];
        influence[7] = -0.49;
        assert!(half_width(0.01, &influence) > 4.3 * 0.49);
        assert!((half_width(0.01, &[0.0]) - 4.302_653).abs() < 1e-5);
        assert!(half_width(0.01, &[]) > 4.3);
    }
}

//! How often something changes of which each look tells only whether it changed since the last: a page's template,
//! never its slots, which vanish again between two looks. What never enters: openings.

/// Changes per unit of time out of `changed` of `looks` regular looks, `looks_per_time` of them in a unit of time:
/// −f·ln((n − X + 0.5)/(n + 0.5)) (Cho & Garcia-Molina, ACM TOIT 2003, the estimator with less bias of section 4).
///
/// Counts need not be whole; `changed` is taken as at most `looks`. Finite also where all looks saw a change. Minimum
/// data: one look; `None` below it, or where a number is negative or none.
pub fn change_frequency(looks: f64, changed: f64, looks_per_time: f64) -> Option<f64> {
    let usable = looks >= 1.0
        && looks.is_finite()
        && changed >= 0.0
        && looks_per_time >= 0.0
        && looks_per_time.is_finite();
    usable.then(|| {
        let unchanged = looks - changed.min(looks);
        // + 0.0: nothing changed is 0, not −0.
        -looks_per_time * ((unchanged + 0.5) / (looks + 0.5)).ln() + 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimates_equal_the_reference() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../testdata/golden_openings.json")).unwrap();
        for case in golden["cho_gm"].as_array().unwrap() {
            let number = |key: &str| case[key].as_f64().unwrap();
            let ours = change_frequency(number("n"), number("x"), number("f")).unwrap();
            assert!((ours - number("lam")).abs() <= 1e-6 * number("lam"), "{case}: {ours}");
        }
    }

    #[test]
    fn what_is_no_count_has_no_frequency() {
        for (looks, changed, per_time) in [
            (0.0, 0.0, 1.0),
            (f64::NAN, 0.0, 1.0),
            (f64::INFINITY, 1.0, 1.0),
            (5.0, -1.0, 1.0),
            (5.0, f64::NAN, 1.0),
            (5.0, 1.0, f64::INFINITY),
        ] {
            assert_eq!(change_frequency(looks, changed, per_time), None);
        }
    }
}

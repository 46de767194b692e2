use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn golden() -> (Vec<Transition>, Value) {
    let golden: Value = serde_json::from_str(include_str!("../../testdata/golden_openings.json")).unwrap();
    let case = golden["ctmc"].clone();
    let numbers =
        |key: &str| case[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect::<Vec<_>>();
    let (t, y) = (numbers("t"), numbers("y"));
    let longest = case["maxgap_h"].as_f64().unwrap();
    let steps = (1..t.len())
        .map(|i| Transition {
            from_open: y[i - 1] > 0.5,
            to_open: y[i] > 0.5,
            gap_h: t[i] - t[i - 1],
            count: 1.0,
        })
        .filter(|step| step.gap_h < longest)
        .collect();
    (steps, case)
}

#[test]
fn the_chain_equals_the_reference() {
    let (steps, case) = golden();
    let chain = fit(&steps).unwrap();
    let close = |ours: f64, theirs: &Value| {
        let theirs = theirs.as_f64().unwrap();
        assert!((ours - theirs).abs() <= 1e-4 * theirs.abs(), "{ours} is not {theirs}");
    };
    close(chain.lambda, &case["lambda_per_h"]);
    close(chain.mu, &case["mu_per_h"]);
    for (i, row) in chain.cov_log.iter().enumerate() {
        for (j, entry) in row.iter().enumerate() {
            close(*entry, &case["cov_log"][i][j]);
        }
    }
}

#[test]
fn a_transition_counted_three_times_is_three_transitions() {
    let (steps, _) = golden();
    let thrice: Vec<_> = steps.iter().map(|step| Transition { count: 3.0, ..*step }).collect();
    let (one, three) = (fit(&steps).unwrap(), fit(&thrice).unwrap());
    assert!((one.lambda - three.lambda).abs() < 1e-9 && (one.mu - three.mu).abs() < 1e-8);
    assert!((one.cov_log[0][1] - 3.0 * three.cov_log[0][1]).abs() < 1e-8);
}

fn step(from: u8, to: u8, gap_h: f64, count: f64) -> Transition {
    Transition { from_open: from == 1, to_open: to == 1, gap_h, count }
}

#[test]
fn a_likelihood_without_a_peak_gives_no_chain() {
    let independent =
        [step(0, 0, 1.0, 810.0), step(0, 1, 1.0, 90.0), step(1, 0, 1.0, 90.0), step(1, 1, 1.0, 10.0)];
    let wilder = [step(0, 0, 1.0, 800.0), step(0, 1, 1.0, 100.0), step(1, 0, 1.0, 100.0)];
    for (what, steps) in [
        ("nothing", &[][..]),
        ("never open", &[step(0, 0, 1.0, 50.0)]),
        ("never closes", &[step(0, 1, 1.0, 5.0), step(1, 1, 1.0, 50.0)]),
        ("never opens", &[step(1, 0, 1.0, 5.0), step(0, 0, 1.0, 50.0)]),
        ("one look does not know of the next", &independent),
        ("open ones are never seen twice", &wilder),
        ("no time between", &[step(0, 1, 0.0, 5.0), step(1, 0, f64::NAN, 5.0)]),
    ] {
        assert_eq!(fit(steps), None, "{what}");
    }
}

#[test]
fn the_derivatives_are_those_of_the_likelihood() {
    let (steps, _) = golden();
    for at in [[-2.0, 0.7], [0.5, -1.0], [-4.0, 2.5]] {
        let here = surface(&steps, at);
        for i in 0..2 {
            let moved = |by: f64| {
                let mut to = at;
                to[i] += by;
                surface(&steps, to)
            };
            let (up, down) = (moved(1e-5), moved(-1e-5));
            let slope = (up.height - down.height) / 2e-5;
            assert!((slope - here.slope[i]).abs() < 1e-4 * here.slope[i].abs().max(1.0), "{at:?} {i}");
            for j in 0..2 {
                let bend = -(up.slope[j] - down.slope[j]) / 2e-5;
                let ours = here.information[i][j];
                assert!((bend - ours).abs() < 1e-4 * ours.abs().max(1.0), "{at:?} {i}{j}: {bend} {ours}");
            }
        }
    }
}

proptest! {
    #[test]
    fn a_chain_is_finite_whatever_the_transitions(
        drawn in prop::collection::vec((any::<bool>(), any::<bool>(), -1.0..1e4_f64, 0.0..1e6_f64), 0..40)
    ) {
        let steps: Vec<_> = drawn
            .into_iter()
            .map(|(from_open, to_open, gap_h, count)| Transition { from_open, to_open, gap_h, count })
            .collect();
        if let Some(chain) = fit(&steps) {
            prop_assert!(chain.lambda.is_finite() && chain.lambda > 0.0);
            prop_assert!(chain.mu.is_finite() && chain.mu > 0.0);
            prop_assert!(chain.cov_log.iter().flatten().all(|entry| entry.is_finite()));
            prop_assert!(chain.cov_log[0][0] > 0.0 && chain.cov_log[1][1] > 0.0);
        }
    }
}

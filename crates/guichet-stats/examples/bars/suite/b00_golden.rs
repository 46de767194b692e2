//! B0: formulas against figures that another implementation computed. What never enters: simulations.

use guichet_stats::{
    Interval,
    chance::beta_geometric,
    change_frequency::change_frequency,
    circular::{kuiper, rayleigh},
    interval::{clopper_pearson, fay_feuer, jeffreys, wilson},
    long_run::{self, Cluster},
    markov::{Transition, fit},
    turnbull::{Censored, Mass, turnbull},
};
use serde_json::Value;

use super::{Bound, Size, Table};

/// An interval of so many successes of so many trials, at a level.
type Recipe = fn(f64, f64, f64) -> Interval;

/// All but maximum-likelihood estimates.
const EXACT: Bound = Bound::AtMost(1e-6);

pub(crate) fn measure(_: Size, _: u64, table: &mut Table) {
    let golden: Value =
        serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden.json")))
            .unwrap_or_default();
    let mut row = |what: &str, error: f64, bound: Bound| {
        table.row("B0", &format!("{what}, greatest relative error"), error, bound);
    };

    row("long-run variance, effective looks and interval (EWC-KG)", long_run_error(&golden["ewc_kg"]), EXACT);
    let recipes: [(&str, &str, Recipe); 3] = [
        ("Clopper-Pearson interval", "clopper", clopper_pearson),
        ("Wilson interval", "wilson", wilson),
        ("Jeffreys interval", "jeffreys", jeffreys),
    ];
    for (what, key, recipe) in recipes {
        let error = greatest(&golden[key], |case| {
            let ours = recipe(number(&case["x"]), number(&case["n"]), 0.95);
            relative(ours.lo, number(&case["lo"])).max(relative(ours.hi, number(&case["hi"])))
        });
        row(what, error, EXACT);
    }
    let (case, ends) = (&golden["fay_feuer"], list(&golden["fay_feuer"]["lo_hi"]));
    let error = match (fay_feuer(&list(&case["w"]), 0.95), &ends[..]) {
        (Some(ours), [lo, hi]) => relative(ours.lo, *lo).max(relative(ours.hi, *hi)),
        _ => f64::NAN,
    };
    row("Fay-Feuer interval", error, EXACT);
    let error = greatest(&golden["beta_geometric"], |case| {
        let days = case["d"].as_u64().and_then(|days| u32::try_from(days).ok()).unwrap_or(0);
        relative(beta_geometric(number(&case["s"]), number(&case["rho"]), days), number(&case["P"]))
    });
    row("beta-geometric chance", error, EXACT);
    row("Rayleigh and Kuiper", circular_error(&golden["circular"]), EXACT);

    let golden: Value = serde_json::from_str(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/testdata/golden_openings.json"
    )))
    .unwrap_or_default();
    row("Markov chain: rates and covariance", chain_error(&golden["ctmc"]), Bound::AtMost(1e-4));
    let error = greatest(&golden["cho_gm"], |case| {
        let [looks, changed, frequency] = ["n", "x", "f"].map(|key| number(&case[key]));
        change_frequency(looks, changed, frequency)
            .map_or(f64::NAN, |ours| relative(ours, number(&case["lam"])))
    });
    row("Cho & Garcia-Molina change frequency", error, EXACT);
    let error = turnbull_error(&golden["turnbull"]);
    table.row("B0", "Turnbull masses (breast cosmesis), greatest error", error, Bound::AtMost(1e-4));
}

fn circular_error(case: &Value) -> f64 {
    let u = list(&case["u"]);
    let (Some(rayleigh), Some(kuiper)) = (rayleigh(&u), kuiper(&u)) else { return f64::NAN };
    [(rayleigh.z, "rayleigh_z"), (rayleigh.p, "rayleigh_p"), (kuiper.v, "kuiper_V"), (kuiper.p, "kuiper_p")]
        .into_iter()
        .map(|(ours, key)| relative(ours, number(&case[key])))
        .fold(0.0, worse)
}

fn chain_error(case: &Value) -> f64 {
    let (t, y) = (list(&case["t"]), list(&case["y"]));
    let longest = number(&case["maxgap_h"]);
    let steps: Vec<Transition> = t
        .windows(2)
        .zip(y.windows(2))
        .map(|(t, y)| Transition {
            from_open: y[0] > 0.5,
            to_open: y[1] > 0.5,
            gap_h: t[1] - t[0],
            count: 1.0,
        })
        .filter(|step| step.gap_h < longest)
        .collect();
    let Some(chain) = fit(&steps) else { return f64::NAN };
    let rates = [(chain.lambda, &case["lambda_per_h"]), (chain.mu, &case["mu_per_h"])];
    let covariance = (0..2).flat_map(|i| (0..2).map(move |j| (i, j)));
    let covariance = covariance.map(|(i, j)| (chain.cov_log[i][j], &case["cov_log"][i][j]));
    rates.into_iter().chain(covariance).map(|(ours, theirs)| relative(ours, number(theirs))).fold(0.0, worse)
}

/// An open end is infinite.
fn turnbull_error(case: &Value) -> f64 {
    let end = |value: &Value| value.as_f64().unwrap_or(f64::INFINITY);
    let data: Vec<Censored> = case["intervals"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|pair| Censored { after: end(&pair[0]), by: end(&pair[1]) })
        .collect();
    let ours: Vec<_> = turnbull(&data, 1e-10).into_iter().filter(|mass| mass.share > 1e-6).collect();
    let theirs = case["masses"].as_array().map_or(&[][..], Vec::as_slice);
    if ours.is_empty() || ours.len() != theirs.len() {
        return f64::NAN;
    }
    let error = |(ours, theirs): (&Mass, &Value)| {
        let is_there = relative(ours.after, end(&theirs[0])) < 1e-12;
        if is_there { (ours.share - number(&theirs[2])).abs() } else { f64::NAN }
    };
    ours.iter().zip(theirs).map(error).fold(0.0, worse)
}

fn long_run_error(case: &Value) -> f64 {
    let days: Vec<Cluster> =
        list(&case["Y"]).into_iter().zip(list(&case["W"])).map(|(y, w)| Cluster { y, w }).collect();
    let Some(ratio) = long_run::ratio(&days) else { return f64::NAN };
    let looks: f64 = days.iter().map(|day| day.w).sum();
    let n_eff = (ratio.p * (1.0 - ratio.p) / ratio.variance).min(looks);
    let ours = long_run::interval(&ratio, looks, 1.0, 0.95);
    [
        (ratio.p, "p"),
        (ratio.variance, "var"),
        (f64::from(ratio.nu), "nu"),
        (n_eff, "n_eff"),
        (n_eff * long_run::few_degrees_penalty(ratio.nu), "n_star"),
        (ours.lo, "lo"),
        (ours.hi, "hi"),
    ]
    .into_iter()
    .map(|(ours, key)| relative(ours, number(&case[key])))
    .fold(0.0, worse)
}

/// The greatest error over the cases of a list; no number where there is none, which holds no bound.
fn greatest(cases: &Value, error: impl Fn(&Value) -> f64) -> f64 {
    match cases.as_array() {
        Some(cases) if !cases.is_empty() => cases.iter().map(error).fold(0.0, worse),
        _ => f64::NAN,
    }
}

/// The greater one, and no number where one is none.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

/// |ours − theirs| / |theirs|; the difference itself where theirs is 0.
fn relative(ours: f64, theirs: f64) -> f64 {
    let difference = (ours - theirs).abs();
    if theirs == 0.0 { difference } else { difference / theirs.abs() }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().map(number).collect()
}

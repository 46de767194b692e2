//! An audit as it is kept: how our past forecasts fared (recipe R10), written as JSON and read back. What never enters:
//! requests, forecasts of what is not known yet.

use std::{collections::BTreeMap, ops::RangeInclusive};

use guichet_stats::{
    audit::{Bin, Score},
    forecast::{Calibration, Spread},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::format::rounded;

/// What a skill can be: 1 − brier/`brier_climatology`, of which a score divides by no less than 1e-12.
const SKILLS: RangeInclusive<f64> = -1e12..=1.0;

/// An audit as it is kept: the scores to three significant digits, and what makes intervals of later forecasts to six.
pub fn audit_json(scores: &[Score], calibrations: &[Calibration]) -> Value {
    json!({
        "scores": scores.iter().map(score_json).collect::<Vec<_>>(),
        "calibrations": calibrations.iter().map(calibration_json).collect::<Vec<_>>(),
    })
}

/// The calibrations of an audit that was kept; none where it cannot be understood whole.
pub fn calibrations_of(audit: &Value) -> Vec<Calibration> {
    let read = |list: &Value| Vec::<KeptCalibration>::deserialize(list).ok();
    let kept = audit.get("calibrations").and_then(read).unwrap_or_default();
    let calibrations: Option<Vec<Calibration>> = kept.into_iter().map(KeptCalibration::checked).collect();
    calibrations.unwrap_or_default()
}

/// The scores of an audit that was kept, without those that are not understood or cannot be; `None` where there is
/// something, and nothing of it is understood.
pub(crate) fn scores_of(audit: &Value) -> Option<Vec<Score>> {
    let kept = audit.get("scores")?.as_array()?;
    let scores: Vec<Score> =
        kept.iter().filter_map(|score| KeptScore::deserialize(score).ok()?.checked()).collect();
    (kept.is_empty() || !scores.is_empty()).then_some(scores)
}

/// Scores as they are published.
pub(crate) fn scores_json(scores: &[Score]) -> Vec<Value> {
    scores.iter().map(score_json).collect()
}

fn score_json(score: &Score) -> Value {
    json!({
        "horizon_days": score.horizon_days,
        "n": score.n,
        "hosts": score.hosts,
        "brier": rounded(score.brier),
        "brier_climatology": rounded(score.brier_climatology),
        "brier_iid": rounded(score.brier_iid),
        "skill": rounded(score.skill),
        "skill_iid": rounded(score.skill_iid),
        "ece": rounded(score.ece),
        "bins": score.bins.iter().map(|bin| json!({
            "from": rounded(bin.from),
            "to": rounded(bin.to),
            "n": bin.n,
            "predicted": rounded(bin.predicted),
            "observed": rounded(bin.observed),
        })).collect::<Vec<_>>(),
        "interval_n": score.interval_n,
        "coverage": score.coverage.map(rounded),
        "width": score.width.map(rounded),
        "alpha": score.alpha.map(rounded),
    })
}

fn calibration_json(calibration: &Calibration) -> Value {
    let hosts: BTreeMap<&String, Value> = calibration
        .by_host
        .iter()
        .map(|(host, spread)| (host, json!(spread.as_ref().map(spread_json))))
        .collect();
    json!({
        "horizon_days": calibration.horizon_days,
        "alpha": to_six_digits(calibration.alpha),
        "overall": spread_json(&calibration.overall),
        "by_host": hosts,
    })
}

fn spread_json(spread: &Spread) -> Value {
    let Spread { q, tau2, n, hosts } = *spread;
    json!({ "q": to_six_digits(q), "tau2": to_six_digits(tau2), "n": n, "hosts": hosts })
}

/// The nearest number of six significant digits: intervals are made of these, so that three would show in their ends.
fn to_six_digits(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}

fn is_share(number: f64) -> bool {
    (0.0..=1.0).contains(&number)
}

fn is_width(number: f64) -> bool {
    number.is_finite() && number >= 0.0
}

#[derive(Debug, Deserialize)]
struct KeptCalibration {
    horizon_days: u32,
    alpha: f64,
    overall: KeptSpread,
    by_host: BTreeMap<String, Option<KeptSpread>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct KeptSpread {
    q: f64,
    tau2: f64,
    n: u32,
    hosts: u32,
}

impl KeptCalibration {
    fn checked(self) -> Option<Calibration> {
        let by_host: Option<BTreeMap<String, Option<Spread>>> = self
            .by_host
            .into_iter()
            .map(|(host, spread)| match spread {
                Some(spread) => Some((host, Some(spread.checked()?))),
                None => Some((host, None)),
            })
            .collect();
        Some(Calibration {
            horizon_days: self.horizon_days,
            alpha: Some(self.alpha).filter(|alpha| is_share(*alpha))?,
            overall: self.overall.checked()?,
            by_host: by_host?,
        })
    }
}

impl KeptSpread {
    fn checked(self) -> Option<Spread> {
        let Self { q, tau2, n, hosts } = self;
        (is_width(q) && is_width(tau2)).then_some(Spread { q, tau2, n, hosts })
    }
}

#[derive(Debug, Deserialize)]
struct KeptScore {
    horizon_days: u32,
    n: u32,
    hosts: u32,
    brier: f64,
    brier_climatology: f64,
    brier_iid: f64,
    skill: f64,
    skill_iid: f64,
    ece: f64,
    bins: Vec<KeptBin>,
    interval_n: u32,
    coverage: Option<f64>,
    width: Option<f64>,
    alpha: Option<f64>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct KeptBin {
    from: f64,
    to: f64,
    n: u32,
    predicted: f64,
    observed: f64,
}

impl KeptScore {
    fn checked(self) -> Option<Score> {
        let shares = [self.brier, self.brier_climatology, self.brier_iid, self.ece];
        let mut all_shares = shares.into_iter().chain(self.coverage).chain(self.alpha);
        let is_sound = all_shares.all(is_share)
            && [self.skill, self.skill_iid].iter().all(|skill| SKILLS.contains(skill))
            && self.width.is_none_or(is_width);
        let bins: Option<Vec<Bin>> = self.bins.into_iter().map(KeptBin::checked).collect();
        is_sound.then_some(Score {
            horizon_days: self.horizon_days,
            n: self.n,
            hosts: self.hosts,
            brier: self.brier,
            brier_climatology: self.brier_climatology,
            brier_iid: self.brier_iid,
            skill: self.skill,
            skill_iid: self.skill_iid,
            ece: self.ece,
            bins: bins?,
            interval_n: self.interval_n,
            coverage: self.coverage,
            width: self.width,
            alpha: self.alpha,
        })
    }
}

impl KeptBin {
    fn checked(self) -> Option<Bin> {
        let Self { from, to, n, predicted, observed } = self;
        let is_sound = [from, to, predicted, observed].into_iter().all(is_share) && from <= to;
        is_sound.then_some(Bin { from, to, n, predicted, observed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calibration_that_is_kept_is_read_back_to_six_digits() {
        let spread = Spread { q: 1.234_56, tau2: 0.25, n: 640, hosts: 22 };
        let calibration = Calibration {
            horizon_days: 14,
            alpha: 0.11,
            overall: spread,
            by_host: BTreeMap::from([
                ("www.example.org".to_owned(), Some(Spread { n: 600, hosts: 21, ..spread })),
                ("www.example.net".to_owned(), None),
            ]),
        };
        let kept = audit_json(&[], std::slice::from_ref(&calibration));
        let text = serde_json::from_str(&kept.to_string()).unwrap();
        assert_eq!(calibrations_of(&text), std::slice::from_ref(&calibration));
        let finer = Spread { q: 1.234_561_9, tau2: 0.25 + 1e-12, ..spread };
        assert_eq!(audit_json(&[], &[Calibration { overall: finer, ..calibration }]), kept);
        let written = [0.0, 0.012_345_678, 0.1].map(|number| to_six_digits(number).to_string());
        assert_eq!(written, ["0", "0.0123457", "0.1"]);
    }

    #[test]
    fn an_audit_that_is_not_understood_teaches_nothing() {
        let spread = |q: Value| json!({ "q": q, "tau2": 0.1, "n": 3, "hosts": 1 });
        let whole = |overall: Value| json!({ "calibrations": [{ "horizon_days": 7, "alpha": 0.1, "overall": overall, "by_host": {} }] });
        assert_eq!(calibrations_of(&whole(spread(json!(1.5)))).len(), 1);
        for hostile in [
            Value::Null,
            json!([]),
            json!({ "calibrations": "x" }),
            json!({ "calibrations": [1, 2] }),
            json!({ "calibrations": [{ "horizon_days": -1 }] }),
            whole(spread(json!(-1.5))),
            json!({ "calibrations": [{ "horizon_days": 7, "alpha": 2, "overall": spread(json!(1)), "by_host": {} }] }),
            json!({ "calibrations": [{ "horizon_days": 7, "overall": spread(json!(1)), "by_host": {} }] }),
            whole(spread(json!("1.5"))),
            whole(spread(Value::Null)),
            json!({ "calibrations": [{ "horizon_days": 7, "alpha": 0.1, "overall": spread(json!(1)), "by_host": { "x": 1 } }] }),
        ] {
            assert_eq!(calibrations_of(&hostile), [], "{hostile}");
            assert_eq!(scores_of(&hostile), None, "{hostile}");
        }
    }

    fn kept_score() -> Value {
        json!({
            "horizon_days": 7, "n": 581, "hosts": 23, "brier": 0.1, "brier_climatology": 0.2, "brier_iid": 0.15,
            "skill": 0.5, "skill_iid": -2.5, "ece": 0.02, "interval_n": 400, "coverage": 0.9, "width": 0.4, "alpha": 0.1,
            "bins": [{ "from": 0, "to": 0.1, "n": 3, "predicted": 0.05, "observed": 0.2 }],
        })
    }

    #[test]
    fn a_score_that_cannot_be_is_left_out_and_the_others_stay() {
        let sound = scores_of(&json!({ "scores": [kept_score()] })).unwrap();
        assert_eq!(sound.len(), 1);
        for (place, hostile) in [
            ("/n", json!(-1)),
            ("/hosts", json!(1.5)),
            ("/horizon_days", Value::Null),
            ("/brier", json!(1.01)),
            ("/brier_climatology", json!(-0.01)),
            ("/brier_iid", json!(1e300)),
            ("/skill", json!(1.01)),
            ("/skill_iid", json!(-1e13)),
            ("/ece", json!(-0.1)),
            ("/ece", json!("0.1")),
            ("/coverage", json!(90)),
            ("/width", json!(-0.4)),
            ("/alpha", json!(2)),
            ("/bins", json!([1])),
            ("/bins/0/from", json!(0.2)),
            ("/bins/0/to", json!(1.5)),
            ("/bins/0/n", json!(-3)),
            ("/bins/0/predicted", json!(-0.1)),
            ("/bins/0/observed", json!(7)),
        ] {
            let mut damaged = kept_score();
            *damaged.pointer_mut(place).unwrap() = hostile.clone();
            let both = json!({ "scores": [damaged, kept_score()] });
            assert_eq!(scores_of(&both), Some(sound.clone()), "{place}: {hostile}");
            assert_eq!(scores_of(&json!({ "scores": [damaged] })), None, "{place}: {hostile}");
        }
        for (place, extreme) in [("/coverage", Value::Null), ("/skill", json!(-1e12)), ("/width", json!(0))] {
            let mut rare = kept_score();
            *rare.pointer_mut(place).unwrap() = extreme.clone();
            assert_eq!(
                scores_of(&json!({ "scores": [rare] })).map(|scores| scores.len()),
                Some(1),
                "{place}: {extreme}"
            );
        }
    }

    #[test]
    fn an_audit_without_forecasts_is_understood() {
        assert_eq!(scores_of(&audit_json(&[], &[])), Some(Vec::new()));
    }
}

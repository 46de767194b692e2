//! How our past forecasts fared (recipe R10), written as JSON and read back. What never enters: forecasts of what is
//! not known yet.

use std::collections::BTreeMap;

use guichet_stats::{
    audit::{Bin, Score},
    forecast::{Calibration, Spread},
};
use guichet_store::AuditRecord;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{add, instant, meta, no_parameters, rounded};
use crate::{app::App, failure::Failure};

/// An audit as it is kept: the scores to three significant digits, and what makes intervals of later forecasts, whole.
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

/// The scores of an audit that was kept; none where they cannot be understood whole.
pub(crate) fn scores_of(audit: &Value) -> Vec<Score> {
    let read = |list: &Value| Vec::<KeptScore>::deserialize(list).ok();
    let kept = audit.get("scores").and_then(read).unwrap_or_default();
    kept.into_iter().map(KeptScore::into_score).collect()
}

/// The newest published audit whole, and the scores of those before.
pub(crate) fn audit(app: &App, query: Option<&str>) -> Result<Value, Failure> {
    no_parameters(query)?;
    let snapshot = app.snapshot()?;
    let parsed = |audit: &AuditRecord| serde_json::from_str(&audit.result).unwrap_or(Value::Null);
    let head =
        |audit: &AuditRecord| json!({ "made_at": instant(audit.made_at), "as_of": instant(audit.as_of) });
    let with = |mut object: Value, more: Value| {
        add(&mut object, more);
        object
    };
    let newest = snapshot.audits.first().map(|audit| {
        let kept = parsed(audit);
        with(head(audit), audit_json(&scores_of(&kept), &calibrations_of(&kept)))
    });
    let before: Vec<Value> = snapshot
        .audits
        .iter()
        .skip(1)
        .map(|audit| with(head(audit), json!({ "scores": scores_json(&scores_of(&parsed(audit))) })))
        .collect();
    Ok(json!({ "audit": newest, "history": before, "meta": meta(app, &snapshot, None) }))
}

fn scores_json(scores: &[Score]) -> Vec<Value> {
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
        "alpha": calibration.alpha,
        "overall": spread_json(&calibration.overall),
        "by_host": hosts,
    })
}

fn spread_json(spread: &Spread) -> Value {
    json!({ "q": spread.q, "tau2": spread.tau2, "n": spread.n, "hosts": spread.hosts })
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
            alpha: Some(self.alpha).filter(|alpha| (0.0..=1.0).contains(alpha))?,
            overall: self.overall.checked()?,
            by_host: by_host?,
        })
    }
}

impl KeptSpread {
    fn checked(self) -> Option<Spread> {
        let is_width = |number: f64| number.is_finite() && number >= 0.0;
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
    fn into_score(self) -> Score {
        let bin = |KeptBin { from, to, n, predicted, observed }| Bin { from, to, n, predicted, observed };
        Score {
            horizon_days: self.horizon_days,
            n: self.n,
            hosts: self.hosts,
            brier: self.brier,
            brier_climatology: self.brier_climatology,
            brier_iid: self.brier_iid,
            skill: self.skill,
            skill_iid: self.skill_iid,
            ece: self.ece,
            bins: self.bins.into_iter().map(bin).collect(),
            coverage: self.coverage,
            width: self.width,
            alpha: self.alpha,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calibration_that_is_kept_is_read_back_as_it_was() {
        let spread = Spread { q: 1.234_567_89, tau2: 0.25, n: 640, hosts: 22 };
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
        assert_eq!(calibrations_of(&text), [calibration]);
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
            assert_eq!(scores_of(&json!({ "scores": hostile })), []);
        }
    }
}

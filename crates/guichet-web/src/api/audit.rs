//! How our past forecasts fared, for programs. What never enters: forecasts of what is not known yet.

use guichet_store::AuditRecord;
use serde_json::{Value, json};

use super::{add, instant, meta, no_parameters};
use crate::{
    app::App,
    failure::Failure,
    kept_audit::{audit_json, calibrations_of, scores_json, scores_of},
};

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
        with(head(audit), audit_json(&scores_of(&kept).unwrap_or_default(), &calibrations_of(&kept)))
    });
    let before: Vec<Value> = snapshot
        .audits
        .iter()
        .skip(1)
        .map(|audit| {
            let scores = scores_of(&parsed(audit)).unwrap_or_default();
            with(head(audit), json!({ "scores": scores_json(&scores) }))
        })
        .collect();
    Ok(json!({ "audit": newest, "history": before, "meta": meta(app, &snapshot, None) }))
}

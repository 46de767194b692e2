//! All recipes over one target. What never enters: other targets.

use guichet_model::TargetId;
use serde_json::{Value, json};

use super::{add, meta, no_parameters, recipes::report_json, rounded};
use crate::{app::App, failure::Failure};

/// The report of a target; `report` is null where nothing of it was observed, or published yet.
pub(crate) fn target(app: &App, id: &str, query: Option<&str>) -> Result<Value, Failure> {
    no_parameters(query)?;
    let wrong = || Failure::NoSuchTarget(id.chars().take(100).collect());
    let id: TargetId = id.parse().map_err(|_not_one| wrong())?;
    let snapshot = app.snapshot()?;
    let facts = snapshot.targets.get(&id).ok_or_else(wrong)?;
    let report = facts.report.as_deref();
    let mut meta = meta(app, &snapshot, Some(id.procedure()));
    add(
        &mut meta,
        json!({
            "n": report.map_or(0, |report| report.availability.n_polls),
            "coverage": report.map(|report| rounded(report.availability.capture)),
        }),
    );
    Ok(json!({
        "id": id.as_str(),
        "timezone": facts.figures.zone.name(),
        "report": report.map(report_json),
        "meta": meta,
    }))
}

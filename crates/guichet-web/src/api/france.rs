//! All of France for each procedure: figures over every target together. What never enters: shares averaged, places.

use serde_json::{Value, json};

use super::{meta, no_parameters, recipes::pooled_json};
use crate::{app::App, failure::Failure, figures::ProcedureFacts};

/// Every procedure that one can ask for, with its pooled figures; `figures` is null where nothing was observed.
pub(crate) fn france(app: &App, query: Option<&str>) -> Result<Value, Failure> {
    no_parameters(query)?;
    let snapshot = app.snapshot()?;
    let procedure = |facts: &ProcedureFacts| {
        let pool = snapshot.france(&facts.id);
        json!({
            "procedure": facts.id.as_str(),
            "in_catalogue": facts.listed,
            "desks": pool.map_or(0, |pool| pool.targets),
            "desks_with_data": pool.map_or(0, |pool| pool.with_data),
            "figures": pool.and_then(|pool| pool.pooled.as_ref()).map(pooled_json),
        })
    };
    Ok(json!({
        "procedures": snapshot.procedures.iter().map(procedure).collect::<Vec<_>>(),
        "meta": meta(app, &snapshot, None),
    }))
}

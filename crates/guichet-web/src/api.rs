//! Answers for programs: what is known of the service's health, its description, problems. What never enters: HTML.

pub(crate) mod audit;
pub(crate) mod france;
pub(crate) mod geojson;
pub(crate) mod recipes;
pub(crate) mod target;

use axum::http::StatusCode;
use chrono::{Duration, DurationRound as _, SecondsFormat};
use guichet_model::{Instant, ProcedureId};
use serde_json::{Value, json};

pub(crate) use crate::format::rounded;
use crate::{
    app::{Alarm, App, alarms},
    assets,
    failure::Failure,
    figures::Snapshot,
    hours::cut,
    query::Wrong,
};

/// An instant as the API writes it: RFC 3339, UTC, whole seconds.
pub(crate) fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What stands beside every answer about figures: of when they are, under which licence, how they were made.
pub(crate) fn meta(app: &App, snapshot: &Snapshot, procedure: Option<&ProcedureId>) -> Value {
    let metadata = &app.catalog.metadata;
    json!({
        "computed_at": instant(snapshot.computed_at),
        "as_of": instant(snapshot.as_of),
        "publish_delay_s": app.settings.publish_delay.num_seconds(),
        "procedure": procedure.map(ProcedureId::as_str),
        "licence": metadata.license,
        "licence_url": metadata.license_url.as_str(),
        "attributions": metadata.attributions,
        "method": "/en/methode",
        "about": metadata.about,
        "simulation": app.settings.simulation,
    })
}

/// Puts the members of one object into another.
pub(crate) fn add(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}

/// A problem in the words of RFC 9457, with what is wrong in `errors`.
pub(crate) fn problem(failure: &Failure) -> Value {
    let status = failure.status();
    let detail = match failure {
        Failure::NoSuchPage => {
            "there is nothing at this address; /api/v1/openapi.json lists what there is".to_owned()
        }
        Failure::NoSuchTarget(id) => format!("`{id}` is not a known booking page"),
        Failure::NotHere(wrong) | Failure::Query(wrong) => wrong_query(wrong),
        Failure::Method => "this address can only be read, with GET or HEAD".to_owned(),
        Failure::Unavailable(_) => {
            "the data cannot be read at the moment; try again in a few minutes".to_owned()
        }
    };
    json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "errors": [{ "detail": detail }],
    })
}

fn wrong_query(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Department(text) => {
            format!("`{text}` is not a known department; write a code such as 01, 2A or 974")
        }
        Wrong::Procedure(text) => {
            format!("`{text}` is not a known procedure; the ids are in `targets` of /api/v1/sites.geojson")
        }
        Wrong::Parameter(text) => format!("there is no parameter `{text}` here; leave it out"),
        Wrong::Twice(text) => format!("the parameter `{text}` is there more than once; give it once"),
    }
}

/// Refuses every query.
pub(crate) fn no_parameters(query: Option<&str>) -> Result<(), Failure> {
    match query.map(|query| query.split(['=', '&']).next().unwrap_or_default()) {
        None | Some("") => Ok(()),
        Some(name) => Err(Failure::Query(Wrong::Parameter(name.chars().take(60).collect()))),
    }
}

/// The description of the API, kept by hand.
pub(crate) fn openapi() -> Result<String, Failure> {
    Ok(assets::text("openapi.json")?)
}

/// A page that is no longer understood: what was looked for on it, and which page it was.
///
/// What was found and what not is held back for as long as any other sighting.
fn drift(alarm: &Alarm, as_of: Instant) -> Value {
    let Alarm { target, drift } = alarm;
    let is_told = alarm.is_told(as_of);
    let hour = |at: Instant| instant(at.duration_trunc(Duration::hours(1)).unwrap_or(at));
    json!({
        "target": target.as_str(),
        "platform": format!("{}/{}", drift.platform, drift.revision),
        "times": drift.times,
        "since": hour(drift.since),
        "found": is_told.then_some(&drift.found),
        "markers": drift
            .markers
            .iter()
            .map(|marker| json!({ "what": marker.what, "found": is_told.then_some(marker.found) }))
            .collect::<Vec<_>>(),
        "page_sha256": drift.page_sha256.map(|hash| hash.to_string()),
    })
}

/// Whether the service can answer, and how old its data are, those not yet published included: that is what tells
/// whether it still observes.
pub(crate) fn health(app: &App) -> (StatusCode, Value) {
    let now = app.now();
    match app.rows() {
        Ok(rows) => {
            let as_of = cut(now, app.settings.publish_delay);
            let newest = rows.iter().filter_map(|row| row.last_at).max();
            let (past, future) = (newest.filter(|at| *at <= now), newest.filter(|at| *at > now));
            let hour = |at: Instant| instant(at.duration_trunc(Duration::hours(1)).unwrap_or(at));
            let body = json!({
                "status": "ok",
                "now": instant(now),
                "as_of": instant(as_of),
                "newest_observation_at": past.map(hour),
                "newest_observation_age_s": past.map(|at| (now - at).num_seconds()),
                "warning": future.map(|at| format!(
                    "the newest observation is dated in the future ({}); the age of the data is not known",
                    hour(at)
                )),
                "targets": rows.len(),
                "observations": rows.iter().map(|row| row.observations).sum::<u64>(),
                "drift": alarms(&app.catalog, &rows).iter().map(|alarm| drift(alarm, as_of)).collect::<Vec<_>>(),
                "simulation": app.settings.simulation,
            });
            (StatusCode::OK, body)
        }
        Err(error) => {
            tracing::error!(%error, "the database cannot be read");
            let body = json!({
                "status": "unavailable",
                "now": instant(now),
                "reason": "the database cannot be read",
                "simulation": app.settings.simulation,
            });
            (StatusCode::SERVICE_UNAVAILABLE, body)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits() {
        for (number, text) in [
            (0.123_456, "0.123"),
            (0.000_123_456, "0.000123"),
            (1.0, "1.0"),
            (1234.5, "1230.0"),
            (0.0, "0.0"),
        ] {
            assert_eq!(json!(rounded(number)).to_string(), text);
        }
        assert_eq!(json!(rounded(f64::NAN)).to_string(), "0.0");
    }
}

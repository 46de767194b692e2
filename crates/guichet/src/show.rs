//! Shapes for standard output: JSON objects of the documented contracts. What never enters: computing.

use chrono::SecondsFormat;
use guichet_model::{Instant, Outcome};
use guichet_sampler::Probed;
use guichet_stats::Availability;
use serde::Serialize;
use serde_json::{Value, json};

/// RFC 3339 in UTC, with `Z`.
pub(crate) fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A share as people read it: `37.8 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// R1 as it is published, and what was counted.
pub(crate) fn availability(figures: &Availability) -> Value {
    let mut value = guichet_web::r1(figures);
    if let Some(object) = value.as_object_mut() {
        let counts = &figures.counts;
        for (name, count) in
            [("open", counts.open), ("full", counts.full), ("shut", counts.shut), ("unknown", counts.unknown)]
        {
            object.insert(name.to_owned(), json!(count));
        }
    }
    value
}

fn offer(outcome: &Outcome) -> Value {
    outcome.offer().map_or(Value::Null, |offer| {
        let (kind, n) = offer.slots.parts();
        json!({
            "slots": { "kind": kind, "n": n },
            "earliest": offer.earliest.map(instant),
            "horizon": offer.horizon.map(|date| date.to_string()),
        })
    })
}

/// The object of `guichet probe --json`.
pub(crate) fn probe(target: &str, probed: &Probed) -> Value {
    let desks: Vec<Value> = probed
        .desks
        .iter()
        .map(|desk| {
            json!({
                "desk": desk.desk,
                "label": desk.label,
                "outcome": desk.outcome.as_str(),
                "cause": desk.outcome.cause().map(guichet_model::Cause::as_str),
                "offer": offer(&desk.outcome),
            })
        })
        .collect();
    json!({
        "target": target,
        "observed_at": instant(probed.ended_at),
        "outcome": probed.outcome.as_str(),
        "cause": probed.outcome.cause().map(guichet_model::Cause::as_str),
        "offer": offer(&probed.outcome),
        "desks": desks,
        "requests": probed.facts.requests,
        "http_status": probed.facts.http_status,
        "duration_ms": probed.facts.duration_ms,
        "platform": format!("{}/{}", probed.facts.platform, probed.facts.revision),
        "evidence_sha256": probed.facts.evidence_sha256.map(|hash| hash.to_string()),
    })
}

/// Pretty JSON with a line end.
pub(crate) fn json_text(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

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

/// Three significant digits.
pub(crate) fn rounded(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return 0.0;
    }
    let scale = 10_f64.powf(2.0 - number.abs().log10().floor());
    (number * scale).round() / scale
}

/// A share as people read it: `37.8 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// R1 with the field names of the method, and what was counted.
pub(crate) fn availability(figures: &Availability) -> Value {
    json!({
        "p": figures.p.map(rounded),
        "lo95": rounded(figures.interval.lo),
        "hi95": rounded(figures.interval.hi),
        "n_polls": figures.n_polls,
        "n_eff": rounded(figures.n_eff),
        "deff": rounded(figures.deff),
        "nu": figures.nu,
        "days_observed": figures.days_observed,
        "capture": rounded(figures.capture),
        "missing_share": rounded(figures.missing_share),
        "manski_lo": rounded(figures.manski.lo),
        "manski_hi": rounded(figures.manski.hi),
        "tier": figures.tier.as_str(),
        "open": figures.counts.open,
        "full": figures.counts.full,
        "shut": figures.counts.shut,
        "unknown": figures.counts.unknown,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_three_significant_digits() {
        for (number, shown) in
            [(0.377_778, 0.378), (1234.5, 1230.0), (0.0, 0.0), (0.000_123_45, 0.000_123), (f64::NAN, 0.0)]
        {
            assert!((rounded(number) - shown).abs() < 1e-12, "{number}");
        }
    }
}

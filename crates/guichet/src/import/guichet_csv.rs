//! Our own format: `target,observed_at,outcome,cause,slots,earliest,intensity_per_h,purpose,source`; the first three are
//! required. What never enters: guesses about a missing field.

use anyhow::bail;
use csv::StringRecord;
use guichet_model::{Cause, Instant, Observation, Offer, Outcome, Purpose, SlotCount, Source, TargetId};

use super::{Parse, field, shown};

const COLUMNS: [&str; 9] = [
    "target",
    "observed_at",
    "outcome",
    "cause",
    "slots",
    "earliest",
    "intensity_per_h",
    "purpose",
    "source",
];

/// A parser for a file with this header.
pub(super) fn parser(header: &StringRecord) -> anyhow::Result<Parse> {
    let mut places = [None; COLUMNS.len()];
    for (place, name) in header.iter().enumerate() {
        let name = name.trim().trim_start_matches('\u{feff}');
        let Some(column) = COLUMNS.iter().position(|column| *column == name) else {
            bail!("the column `{}` is not known; the header may hold: {}", shown(name), COLUMNS.join(","));
        };
        if places[column].replace(place).is_some() {
            bail!("the column `{name}` stands twice in the header");
        }
    }
    if let Some(missing) = COLUMNS.iter().zip(places).take(3).find(|(_, place)| place.is_none()) {
        bail!("the column `{}` is missing; the header begins with target,observed_at,outcome", missing.0);
    }
    Ok(Box::new(move |record| {
        if record.len() > header_len(&places) {
            return Err(format!("{} fields where the header has {}", record.len(), header_len(&places)));
        }
        observation(&places.map(|place| field(record, place)))
    }))
}

fn header_len(places: &[Option<usize>]) -> usize {
    places.iter().flatten().count()
}

fn observation(fields: &[Option<&str>; 9]) -> Result<Observation, String> {
    let [target, observed_at, outcome, cause, slots, earliest, intensity, purpose, source] = *fields;
    let required = |name: &str, value: Option<&str>| {
        value.map(str::to_owned).ok_or_else(|| format!("`{name}` is empty"))
    };
    let target: TargetId = required("target", target)?.parse().map_err(|error| format!("target: {error}"))?;
    let observed_at = instant("observed_at", &required("observed_at", observed_at)?)?;
    let earliest = earliest.map(|text| instant("earliest", text)).transpose()?;
    let slots = slots.map(slot_count).transpose()?;
    let word = required("outcome", outcome)?;
    let outcome = match (word.as_str(), cause) {
        ("open", None) => {
            Outcome::Open(Offer { slots: slots.unwrap_or(SlotCount::NotTold), earliest, horizon: None })
        }
        ("full", None) => Outcome::Full,
        ("shut", None) => Outcome::Shut,
        ("unknown", Some(cause)) => {
            Outcome::Unknown(cause.parse::<Cause>().map_err(|error| format!("cause: {error}"))?)
        }
        ("unknown", None) => return Err("outcome is unknown but no cause is given".to_owned()),
        ("open" | "full" | "shut", Some(_)) => {
            return Err(format!("outcome is {word}, so cause must be empty"));
        }
        _ => {
            return Err(format!("outcome `{}` is not one of: {}", shown(&word), Outcome::WORDS.join(", ")));
        }
    };
    if outcome.offer().is_none() && (slots.is_some() || earliest.is_some()) {
        return Err(format!("outcome is {word}, so slots and earliest must be empty"));
    }
    let intensity_per_h = intensity.map(per_hour).transpose()?;
    let purpose =
        purpose.map_or(Ok(Purpose::Base), str::parse).map_err(|error| format!("purpose: {error}"))?;
    let source = source.unwrap_or("import").parse::<Source>().map_err(|error| format!("source: {error}"))?;
    if source == Source::sampler() {
        return Err(
            "source `sampler` is reserved for what this program saw itself; give the log a name of its own"
                .to_owned(),
        );
    }
    Ok(Observation {
        target,
        observed_at,
        outcome,
        purpose,
        intensity_per_h,
        source,
        desks: Vec::new(),
        probe: None,
    })
}

fn instant(name: &str, text: &str) -> Result<Instant, String> {
    chrono::DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_not_an_instant| {
        format!("{name} `{}` is not an instant; write it as in 2026-11-20T08:15:00Z", shown(text))
    })
}

/// `12` is exact, `12+` at least 12.
fn slot_count(text: &str) -> Result<SlotCount, String> {
    let (number, at_least) = text.strip_suffix('+').map_or((text, false), |number| (number, true));
    match number.parse::<u32>() {
        Ok(0) => Err("slots is 0; an open page has at least one slot, a page without is `full`".to_owned()),
        Ok(n) if at_least => Ok(SlotCount::AtLeast(n)),
        Ok(n) => Ok(SlotCount::Exact(n)),
        Err(_not_a_number) => {
            Err(format!("slots `{}` is not a number; write 12, or 12+ for at least 12", shown(text)))
        }
    }
}

fn per_hour(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|rho| rho.is_finite() && *rho > 0.0 && *rho <= 3600.0).ok_or_else(|| {
        format!("intensity_per_h `{}` is not a number of probes per hour above 0", shown(text))
    })
}

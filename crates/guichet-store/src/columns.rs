//! How the words of the model stand in columns, and back. What never enters: SQL.
//!
//! A text or number that cannot be read back means that the file is damaged or edited by hand: it is an error, never
//! a default.

use std::fmt::Display;
use std::str::FromStr;

use chrono::DateTime;
use guichet_model::{Cause, DeskReading, Instant, Offer, Outcome, Sha256Hex, SlotCount};
use serde_json::{Map, Value};

use crate::error::Failure;

/// Milliseconds since 1970, UTC.
pub(crate) fn millis(at: Instant) -> i64 {
    at.timestamp_millis()
}

/// What is kept of an instant: its millisecond. A leap second is then the second after it, so that whatever is counted
/// falls into the hour that a recount from the log finds.
pub(crate) fn as_kept(at: Instant) -> Instant {
    DateTime::from_timestamp_millis(millis(at)).unwrap_or(at)
}

/// What is kept of an outcome: its instants to the millisecond.
pub(crate) fn outcome_as_kept(outcome: &Outcome) -> Outcome {
    match outcome {
        Outcome::Open(offer) => Outcome::Open(Offer { earliest: offer.earliest.map(as_kept), ..*offer }),
        other => *other,
    }
}

/// The instant of a column.
pub(crate) fn instant(millis: i64) -> Result<Instant, Failure> {
    DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| Failure::Corrupt(format!("{millis} is not an instant")))
}

/// The instant of a column that may be empty.
pub(crate) fn instant_if_any(millis: Option<i64>) -> Result<Option<Instant>, Failure> {
    millis.map(instant).transpose()
}

/// `SQLite`'s integers are signed; what does not fit is cut to the greatest.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that must fit.
pub(crate) fn number<T: TryFrom<i64>>(value: i64) -> Result<T, Failure> {
    T::try_from(value)
        .map_err(|_out_of_range| Failure::Corrupt(format!("the number {value} is out of range")))
}

/// A number that must fit, where there is one.
pub(crate) fn number_if_any<T: TryFrom<i64>>(value: Option<i64>) -> Result<Option<T>, Failure> {
    value.map(number).transpose()
}

/// Reads a word, an id, a date, a zone or a URL.
pub(crate) fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error: T::Err| Failure::Corrupt(error.to_string()))
}

/// The hash of a column.
pub(crate) fn sha256(bytes: &[u8]) -> Result<Sha256Hex, Failure> {
    bytes
        .try_into()
        .map(Sha256Hex)
        .map_err(|_wrong_length| Failure::Corrupt(format!("a hash of {} bytes", bytes.len())))
}

/// An outcome in columns: the word itself stands beside these.
#[derive(Debug, Default)]
pub(crate) struct OutcomeColumns {
    pub(crate) cause: Option<String>,
    pub(crate) slots: Option<i64>,
    pub(crate) slots_exact: Option<bool>,
    pub(crate) earliest_at: Option<i64>,
    pub(crate) horizon_on: Option<String>,
}

impl OutcomeColumns {
    /// All but the word itself, which is [`Outcome::as_str`].
    pub(crate) fn of(outcome: &Outcome) -> Self {
        let offer = outcome.offer();
        let (slots, slots_exact) = match offer.map(|offer| offer.slots) {
            Some(SlotCount::Exact(n)) => (Some(i64::from(n)), Some(true)),
            Some(SlotCount::AtLeast(n)) => (Some(i64::from(n)), Some(false)),
            Some(SlotCount::NotTold) | None => (None, None),
        };
        Self {
            cause: outcome.cause().map(|cause| cause.as_str().to_owned()),
            slots,
            slots_exact,
            earliest_at: offer.and_then(|offer| offer.earliest).map(millis),
            horizon_on: offer.and_then(|offer| offer.horizon).map(|day| day.to_string()),
        }
    }

    /// The outcome that `word` and the other columns say.
    pub(crate) fn read(self, word: &str) -> Result<Outcome, Failure> {
        match word {
            "open" => Ok(Outcome::Open(Offer {
                slots: match (self.slots, self.slots_exact) {
                    (Some(n), Some(true)) => SlotCount::Exact(number(n)?),
                    (Some(n), Some(false)) => SlotCount::AtLeast(number(n)?),
                    _ => SlotCount::NotTold,
                },
                earliest: instant_if_any(self.earliest_at)?,
                horizon: self.horizon_on.as_deref().map(parse).transpose()?,
            })),
            "full" => Ok(Outcome::Full),
            "shut" => Ok(Outcome::Shut),
            "unknown" => match self.cause.as_deref() {
                Some(cause) => Ok(Outcome::Unknown(parse(cause)?)),
                None => Err(Failure::Corrupt("an unknown outcome without its cause".to_owned())),
            },
            _ => Err(Failure::Corrupt(format!("`{word}` is not an outcome"))),
        }
    }
}

/// An outcome of the kind that `word` says, for counting: what it offers or why it is unknown does not count.
pub(crate) fn kind(word: &str) -> Result<Outcome, Failure> {
    match word {
        "unknown" => Ok(Outcome::Unknown(Cause::Unrecognised)),
        known => OutcomeColumns::default().read(known),
    }
}

/// The desks as JSON; `None` where there are none. The shape is part of the log's format:
/// `[{"cause","desk","earliest_at","horizon_on","label","outcome","slots","slots_exact"}]`, as in the columns of
/// `observation`, absent values left out.
pub(crate) fn desks_json(desks: &[DeskReading]) -> Option<String> {
    let list: Vec<Value> = desks.iter().map(desk_json).collect();
    (!list.is_empty()).then(|| Value::Array(list).to_string())
}

fn desk_json(desk: &DeskReading) -> Value {
    let columns = OutcomeColumns::of(&desk.outcome);
    let fields = [
        ("cause", columns.cause.map(Value::from)),
        ("desk", Some(Value::from(desk.desk.as_str()))),
        ("earliest_at", columns.earliest_at.map(Value::from)),
        ("horizon_on", columns.horizon_on.map(Value::from)),
        ("label", desk.label.as_deref().map(Value::from)),
        ("outcome", Some(Value::from(desk.outcome.as_str()))),
        ("slots", columns.slots.map(Value::from)),
        ("slots_exact", columns.slots_exact.map(Value::from)),
    ];
    let object: Map<String, Value> =
        fields.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))).collect();
    Value::Object(object)
}

/// Reads what [`desks_json`] wrote.
pub(crate) fn desks(json: Option<&str>) -> Result<Vec<DeskReading>, Failure> {
    let Some(json) = json else {
        return Ok(Vec::new());
    };
    let list: Vec<Map<String, Value>> =
        serde_json::from_str(json).map_err(|error| Failure::Corrupt(format!("desks: {error}")))?;
    list.iter().map(desk).collect()
}

fn desk(fields: &Map<String, Value>) -> Result<DeskReading, Failure> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let integer = |name: &str| fields.get(name).and_then(Value::as_i64);
    let needed = |name: &str| text(name).ok_or_else(|| Failure::Corrupt(format!("a desk without {name}")));
    let columns = OutcomeColumns {
        cause: text("cause"),
        slots: integer("slots"),
        slots_exact: fields.get("slots_exact").and_then(Value::as_bool),
        earliest_at: integer("earliest_at"),
        horizon_on: text("horizon_on"),
    };
    Ok(DeskReading {
        desk: needed("desk")?,
        label: text("label"),
        outcome: columns.read(&needed("outcome")?)?,
    })
}

/// Headers as a JSON array of `[name, value]`.
pub(crate) fn headers_json(headers: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| Value::from(vec![name.as_str(), value.as_str()]);
    Value::Array(headers.iter().map(pair).collect()).to_string()
}

/// Reads what [`headers_json`] wrote.
pub(crate) fn headers(json: &str) -> Result<Vec<(String, String)>, Failure> {
    serde_json::from_str(json).map_err(|error| Failure::Corrupt(format!("headers: {error}")))
}

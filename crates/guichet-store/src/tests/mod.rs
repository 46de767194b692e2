//! Tests of the whole store; what they share.

mod audits;
mod derived;
mod drift;
mod importing;
mod log;
mod looks;
mod opening;
mod replay;
mod schema;
mod strategies;

use chrono_tz::Tz;
use guichet_model::{
    Cause, DepartmentCode, Instant, Observation, Outcome, Purpose, Source, TargetId, civil::PARIS,
};
use rusqlite::{Connection, types::ValueRef};

use crate::{ObservationId, ProbeRecord, Store, StoreError, TargetState};

fn utc(text: &str) -> Instant {
    text.parse().unwrap()
}

fn id(text: &str) -> TargetId {
    text.parse().unwrap()
}

fn zone_of(department: &DepartmentCode) -> Tz {
    match department.as_str() {
        "974" => chrono_tz::Indian::Reunion,
        "973" => chrono_tz::America::Cayenne,
        _ => PARIS,
    }
}

/// An observation as a log has it: no probe, no desks.
fn seen(target: &str, at: &str, outcome: Outcome) -> Observation {
    Observation {
        target: id(target),
        observed_at: utc(at),
        outcome,
        purpose: Purpose::Base,
        intensity_per_h: Some(2.0),
        source: Source::sampler(),
        desks: Vec::new(),
        probe: None,
    }
}

fn refused() -> Outcome {
    Outcome::Unknown(Cause::Refused)
}

/// Records an observation with nothing beside it.
fn record(store: &mut Store, observation: &Observation) -> Result<ObservationId, StoreError> {
    store.record(&ProbeRecord {
        observation,
        timezone: zone_of(observation.target.department()),
        page: None,
        target_state: &TargetState::default(),
        host: None,
        robots: None,
    })
}

/// Every value of every row that `query` gives.
fn rows(connection: &Connection, query: &str) -> Vec<String> {
    let mut statement = connection.prepare(query).unwrap();
    let columns = statement.column_count();
    let text = |value: ValueRef<'_>| match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        ValueRef::Blob(bytes) => format!("{bytes:02x?}"),
    };
    statement
        .query_map([], |row| {
            Ok((0..columns).map(|column| text(row.get_ref(column).unwrap())).collect::<Vec<_>>().join(" | "))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// The derived tables whole, with the targets by name.
fn derived_rows(store: &Store) -> Vec<String> {
    let connection = &store.database.connection;
    let mut all = rows(
        connection,
        "SELECT t.name, h.* FROM hour_tally AS h JOIN target AS t ON t.id = h.target_id
         ORDER BY t.name, h.local_date, h.hour",
    );
    all.extend(rows(
        connection,
        "SELECT t.name, d.* FROM day_looks AS d JOIN target AS t ON t.id = d.target_id ORDER BY t.name, d.utc_day",
    ));
    all.extend(rows(
        connection,
        "SELECT t.name, s.* FROM target_summary AS s JOIN target AS t ON t.id = s.target_id
         ORDER BY t.name, s.source",
    ));
    all
}

//! The log: observations and their exchanges, appended and read back whole. What never enters: changing one.

use chrono::TimeDelta;
use guichet_model::{Exchange, Instant, Observation, ProbeFacts, Service, TargetId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    columns::{self, OutcomeColumns, instant, integer, millis, number, number_if_any, parse, sha256},
    error::Failure,
};

/// Appends `observation`; `None` where the log has one of the same target, instant and source.
pub(crate) fn append(
    connection: &Connection,
    target_id: i64,
    observation: &Observation,
) -> Result<Option<i64>, Failure> {
    let outcome = OutcomeColumns::of(&observation.outcome);
    let probe = observation.probe.as_ref();
    // An intensity that is none is not told; it weighs the same.
    let intensity = observation.intensity_per_h.filter(|rho| rho.is_finite() && *rho > 0.0);
    let added = connection
        .prepare_cached(
            "INSERT INTO observation (target_id, observed_at, source, outcome, cause, slots, slots_exact,
               earliest_at, horizon_on, purpose, intensity_per_h, desks, platform, revision, requests, http_status,
               duration_ms, evidence_sha256, desks_seen, service)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
             ON CONFLICT (target_id, observed_at, source) DO NOTHING",
        )?
        .execute(params![
            target_id,
            millis(observation.observed_at),
            observation.source.as_str(),
            observation.outcome.as_str(),
            outcome.cause,
            outcome.slots,
            outcome.slots_exact,
            outcome.earliest_at,
            outcome.horizon_on,
            observation.purpose.as_str(),
            intensity,
            columns::desks_json(&observation.desks),
            probe.map(|probe| probe.platform.as_str()),
            probe.map(|probe| probe.revision),
            probe.map(|probe| probe.requests),
            probe.and_then(|probe| probe.http_status),
            probe.map(|probe| integer(probe.duration_ms)),
            probe.and_then(|probe| probe.evidence_sha256).map(|hash| hash.0),
            probe.map(|probe| probe.desks_seen),
            probe.and_then(|probe| probe.service).map(Service::as_str),
        ])?;
    if added == 0 {
        return Ok(None);
    }
    let id = connection.last_insert_rowid();
    let exchanges = probe.map_or(&[][..], |probe| &probe.exchanges);
    for (step, exchange) in (0_i64..).zip(exchanges) {
        append_exchange(connection, id, step, exchange)?;
    }
    Ok(Some(id))
}

fn append_exchange(
    connection: &Connection,
    observation_id: i64,
    step: i64,
    exchange: &Exchange,
) -> Result<(), Failure> {
    let redirected = (exchange.final_url != exchange.url).then_some(exchange.final_url.as_str());
    connection
        .prepare_cached(
            "INSERT INTO exchange (observation_id, step, method, url, final_url, status, sent_at, duration_ms, bytes,
               body_sha256, headers)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            observation_id,
            step,
            exchange.method,
            exchange.url.as_str(),
            redirected,
            exchange.status,
            millis(exchange.sent_at),
            integer(exchange.duration_ms),
            integer(exchange.bytes),
            exchange.body_sha256.0,
            columns::headers_json(&exchange.headers),
        ])?;
    Ok(())
}

/// The number of the observation of this target, instant and source.
pub(crate) fn find(
    connection: &Connection,
    target_id: i64,
    observation: &Observation,
) -> Result<Option<i64>, Failure> {
    Ok(connection
        .prepare_cached(
            "SELECT id FROM observation WHERE target_id = ?1 AND observed_at = ?2 AND source = ?3",
        )?
        .query_row(params![target_id, millis(observation.observed_at), observation.source.as_str()], |row| {
            row.get(0)
        })
        .optional()?)
}

/// The instant of the newest observation of any target.
pub(crate) fn newest(connection: &Connection) -> Result<Option<Instant>, Failure> {
    // One look into the index for each target, instead of reading the whole log.
    let newest: Option<i64> = connection.query_row(
        "SELECT max((SELECT max(observed_at) FROM observation AS o WHERE o.target_id = t.id)) FROM target AS t",
        [],
        |row| row.get(0),
    )?;
    columns::instant_if_any(newest)
}

/// Columns of an observation, in the order in which [`read`] takes them.
const COLUMNS: &str = "id, observed_at, source, outcome, cause, slots, slots_exact, earliest_at, horizon_on, purpose,
  intensity_per_h, desks, platform, revision, requests, http_status, duration_ms, evidence_sha256, desks_seen, service";

/// The observations of `target` with `from <= observed_at < to`, in order of time, then source.
pub(crate) fn of_target(
    connection: &Connection,
    target: &TargetId,
    target_id: i64,
    from: Option<Instant>,
    to: Option<Instant>,
) -> Result<Vec<Observation>, Failure> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM observation WHERE target_id = ?1 AND observed_at >= ?2 AND observed_at < ?3
         ORDER BY observed_at, source"
    ))?;
    let mut rows = statement.query(params![
        target_id,
        from.map_or(i64::MIN, first_milli_at_or_after),
        to.map_or(i64::MAX, first_milli_at_or_after),
    ])?;
    let mut observations = Vec::new();
    while let Some(row) = rows.next()? {
        observations.push(read(connection, target, row)?);
    }
    Ok(observations)
}

/// The observation with this number.
pub(crate) fn with_id(connection: &Connection, target: &TargetId, id: i64) -> Result<Observation, Failure> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM observation WHERE id = ?1"))?;
    let mut rows = statement.query([id])?;
    let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    read(connection, target, row)
}

/// How many of a page's desks one probe asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DesksAsked {
    /// Desks that were asked.
    pub asked: u16,
    /// Desks that the page listed.
    pub listed: u16,
}

/// Of the newest probe that established something about listed desks (one that broke off asked more than it tells), in
/// the week before `before`.
pub(crate) fn desks_asked(
    connection: &Connection,
    target_id: i64,
    before: Instant,
) -> Result<Option<DesksAsked>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(json_array_length(desks), 0), desks_seen FROM observation
         WHERE target_id = ?1 AND observed_at >= ?2 AND observed_at < ?3 AND desks_seen > 0 AND outcome <> 'unknown'
         ORDER BY observed_at DESC LIMIT 1",
    )?;
    let after = before - TimeDelta::days(7);
    let bounds = params![target_id, first_milli_at_or_after(after), first_milli_at_or_after(before)];
    let read = |row: &Row<'_>| Ok(DesksAsked { asked: row.get(0)?, listed: row.get(1)? });
    Ok(statement.query_row(bounds, read).optional()?)
}

/// What is stored is cut to the millisecond, so a bound within a millisecond counts from the next one.
pub(crate) fn first_milli_at_or_after(at: Instant) -> i64 {
    millis(at) + i64::from(!at.timestamp_subsec_nanos().is_multiple_of(1_000_000))
}

fn read(connection: &Connection, target: &TargetId, row: &Row<'_>) -> Result<Observation, Failure> {
    let outcome = OutcomeColumns {
        cause: row.get(4)?,
        slots: row.get(5)?,
        slots_exact: row.get(6)?,
        earliest_at: row.get(7)?,
        horizon_on: row.get(8)?,
    };
    Ok(Observation {
        target: target.clone(),
        observed_at: instant(row.get(1)?)?,
        outcome: outcome.read(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?,
        purpose: parse(row.get_ref(9)?.as_str().map_err(rusqlite::Error::from)?)?,
        intensity_per_h: row.get(10)?,
        source: parse(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        desks: columns::desks(row.get::<_, Option<String>>(11)?.as_deref())?,
        probe: probe(connection, row)?,
    })
}

fn probe(connection: &Connection, row: &Row<'_>) -> Result<Option<ProbeFacts>, Failure> {
    let Some(platform) = row.get::<_, Option<String>>(12)? else {
        return Ok(None);
    };
    Ok(Some(ProbeFacts {
        platform,
        revision: number(row.get(13)?)?,
        requests: number(row.get(14)?)?,
        http_status: number_if_any(row.get(15)?)?,
        duration_ms: number(row.get(16)?)?,
        evidence_sha256: row.get::<_, Option<Vec<u8>>>(17)?.as_deref().map(sha256).transpose()?,
        desks_seen: number(row.get(18)?)?,
        service: row.get::<_, Option<String>>(19)?.as_deref().map(parse).transpose()?,
        exchanges: exchanges(connection, row.get(0)?)?,
    }))
}

fn exchanges(connection: &Connection, observation_id: i64) -> Result<Vec<Exchange>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT method, url, final_url, status, sent_at, duration_ms, bytes, body_sha256, headers
         FROM exchange WHERE observation_id = ?1 ORDER BY step",
    )?;
    let mut rows = statement.query([observation_id])?;
    let mut exchanges = Vec::new();
    while let Some(row) = rows.next()? {
        let url: String = row.get(1)?;
        let final_url: Option<String> = row.get(2)?;
        exchanges.push(Exchange {
            method: row.get(0)?,
            url: parse(&url)?,
            final_url: parse(final_url.as_deref().unwrap_or(&url))?,
            status: number(row.get(3)?)?,
            sent_at: instant(row.get(4)?)?,
            duration_ms: number(row.get(5)?)?,
            bytes: number(row.get(6)?)?,
            body_sha256: sha256(&row.get::<_, Vec<u8>>(7)?)?,
            headers: columns::headers(&row.get::<_, String>(8)?)?,
        });
    }
    Ok(exchanges)
}

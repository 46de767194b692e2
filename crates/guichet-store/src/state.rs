//! What the sampler must remember over a restart, and what robots.txt said. What never enters: figures.

use guichet_model::{Cause, Instant, Sha256Hex, TargetId};
use rusqlite::{Connection, params};

use crate::{
    Drift,
    columns::{instant, instant_if_any, integer, millis, number, number_if_any, parse, sha256},
    drift,
    error::Failure,
    target,
};

/// Where the sampling of a target stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetState {
    /// When its page was first recognised; `None`: on probation.
    pub alive_since: Option<Instant>,
    /// Probes made during probation.
    pub probation_tries: u32,
    /// The instant for which the last probe was planned.
    pub last_planned_at: Option<Instant>,
    /// When the last probe was made.
    pub last_probe_at: Option<Instant>,
    /// Why the last probe established nothing, where it did not.
    pub last_cause: Option<Cause>,
    /// Rounds of the sampling design done.
    pub rounds: u64,
    /// The booking page that all this is about, at most 2,000 characters; `None`: not noted.
    pub url: Option<String>,
    /// What is known of its page since it is no longer recognised; `None`: it was at last.
    pub drift: Option<Drift>,
}

/// What must be kept in mind about a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HostState {
    /// When it was last probed.
    pub last_probe_at: Option<Instant>,
    /// It is left alone until then.
    pub not_before: Option<Instant>,
    /// Refusals in a row.
    pub refusals: u32,
    /// Overloads in a row.
    pub overloads: u32,
}

/// What came of fetching an origin's robots.txt.
#[derive(Debug, Clone, PartialEq)]
pub struct RobotsRecord {
    /// Scheme, host and port, as in `https://www.example.fr`.
    pub origin: String,
    /// When it was fetched.
    pub fetched_at: Instant,
    /// HTTP status; `None`: no answer.
    pub status: Option<u16>,
    /// Hash of the text.
    pub sha256: Option<Sha256Hex>,
    /// Whether we may ask.
    pub allowed: bool,
    /// Seconds between two requests that it asks for.
    pub crawl_delay_s: Option<f64>,
}

/// All that the sampler had saved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SamplingState {
    /// Targets with a saved state, by id.
    pub targets: Vec<(TargetId, TargetState)>,
    /// Hosts with a saved state, by name.
    pub hosts: Vec<(String, HostState)>,
}

/// Columns of a [`TargetState`], in the order in which [`read_target`] takes them: `s` is `target_state`, `d` is `drift`.
pub(crate) const TARGET_COLUMNS: &str =
    "s.alive_since, s.probation_tries, s.last_planned_at, s.last_probe_at, s.last_cause, s.rounds, s.url,
     d.times, d.since, d.last_at, d.told_at, d.platform, d.revision, d.markers, d.found, d.page_sha256";

/// Reads [`TARGET_COLUMNS`] from column `at` on; a row that is not there (an outer join) reads as the default.
pub(crate) fn read_target(row: &rusqlite::Row<'_>, at: usize) -> Result<TargetState, Failure> {
    Ok(TargetState {
        alive_since: instant_if_any(row.get(at)?)?,
        probation_tries: number_if_any(row.get(at + 1)?)?.unwrap_or_default(),
        last_planned_at: instant_if_any(row.get(at + 2)?)?,
        last_probe_at: instant_if_any(row.get(at + 3)?)?,
        last_cause: row.get::<_, Option<String>>(at + 4)?.as_deref().map(parse).transpose()?,
        rounds: number_if_any(row.get(at + 5)?)?.unwrap_or_default(),
        url: row.get(at + 6)?,
        drift: drift::read(row, at + 7)?,
    })
}

pub(crate) fn save_target(connection: &Connection, id: i64, state: &TargetState) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO target_state (target_id, alive_since, probation_tries, last_planned_at,
               last_probe_at, last_cause, rounds, url)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            id,
            state.alive_since.map(millis),
            state.probation_tries,
            state.last_planned_at.map(millis),
            state.last_probe_at.map(millis),
            state.last_cause.map(Cause::as_str),
            integer(state.rounds),
            state.url,
        ])?;
    drift::save(connection, id, state.drift.as_ref())
}

pub(crate) fn save_target_by_name(
    connection: &Connection,
    target: &TargetId,
    state: &TargetState,
) -> Result<(), Failure> {
    let key = target::find(connection, target)?.ok_or_else(|| Failure::UnknownTarget(target.clone()))?;
    save_target(connection, key.id, state)
}

pub(crate) fn save_host(connection: &Connection, host: &str, state: &HostState) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO host_state (host, last_probe_at, not_before, refusals, overloads)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            host,
            state.last_probe_at.map(millis),
            state.not_before.map(millis),
            state.refusals,
            state.overloads,
        ])?;
    Ok(())
}

pub(crate) fn load(connection: &Connection) -> Result<SamplingState, Failure> {
    let mut state = SamplingState::default();
    let mut statement = connection.prepare(&format!(
        "SELECT t.name, {TARGET_COLUMNS}
         FROM target_state AS s
         JOIN target AS t ON t.id = s.target_id
         LEFT JOIN drift AS d ON d.target_id = s.target_id
         ORDER BY t.name"
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        state.targets.push((parse(&row.get::<_, String>(0)?)?, read_target(row, 1)?));
    }
    let mut statement = connection.prepare(
        "SELECT host, last_probe_at, not_before, refusals, overloads FROM host_state ORDER BY host",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let host = HostState {
            last_probe_at: instant_if_any(row.get(1)?)?,
            not_before: instant_if_any(row.get(2)?)?,
            refusals: number(row.get(3)?)?,
            overloads: number(row.get(4)?)?,
        };
        state.hosts.push((row.get(0)?, host));
    }
    Ok(state)
}

pub(crate) fn append_robots(connection: &Connection, robots: &RobotsRecord) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO robots (origin, fetched_at, status, sha256, allowed, crawl_delay_s)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (origin, fetched_at) DO NOTHING",
        )?
        .execute(params![
            robots.origin,
            millis(robots.fetched_at),
            robots.status,
            robots.sha256.map(|hash| hash.0),
            robots.allowed,
            robots.crawl_delay_s,
        ])?;
    Ok(())
}

/// The newest record of each origin, by origin.
pub(crate) fn newest_robots(connection: &Connection) -> Result<Vec<RobotsRecord>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT origin, fetched_at, status, sha256, allowed, crawl_delay_s FROM robots AS r
         WHERE fetched_at = (SELECT max(fetched_at) FROM robots WHERE origin = r.origin) ORDER BY origin",
    )?;
    let mut rows = statement.query([])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(RobotsRecord {
            origin: row.get(0)?,
            fetched_at: instant(row.get(1)?)?,
            status: number_if_any(row.get(2)?)?,
            sha256: row.get::<_, Option<Vec<u8>>>(3)?.as_deref().map(sha256).transpose()?,
            allowed: row.get(4)?,
            crawl_delay_s: row.get(5)?,
        });
    }
    Ok(records)
}

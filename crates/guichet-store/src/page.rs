//! Bodies of the pages that decided, compressed and kept once each. What never enters: what they say.

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use guichet_model::{Instant, Sha256Hex};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    columns::{integer, millis, number},
    error::Failure,
};

/// No more of a page is kept.
pub(crate) const CAP: usize = 2 * 1024 * 1024;

/// Keeps `body` under its hash; where it is kept already, notes that it was seen again.
pub(crate) fn keep(
    connection: &Connection,
    hash: &Sha256Hex,
    seen_at: Instant,
    body: &str,
) -> Result<(), Failure> {
    let seen_again = connection
        .prepare_cached(
            "UPDATE page SET first_seen_at = min(first_seen_at, ?2), last_seen_at = max(last_seen_at, ?2) WHERE sha256 = ?1",
        )?
        .execute(params![hash.0, millis(seen_at)])?;
    if seen_again > 0 {
        return Ok(());
    }
    let kept = body.split_at(body.floor_char_boundary(CAP)).0;
    connection
        .prepare_cached(
            "INSERT INTO page (sha256, first_seen_at, last_seen_at, bytes, body_deflated) VALUES (?1, ?2, ?2, ?3, ?4)",
        )?
        .execute(params![hash.0, millis(seen_at), integer(body.len() as u64), deflate(kept)?])?;
    Ok(())
}

/// The body kept under `hash`.
pub(crate) fn body(connection: &Connection, hash: &Sha256Hex) -> Result<Option<String>, Failure> {
    Ok(body_and_size(connection, hash)?.map(|(body, _)| body))
}

/// The body kept under `hash`, and how many bytes the page had.
pub(crate) fn body_and_size(
    connection: &Connection,
    hash: &Sha256Hex,
) -> Result<Option<(String, u64)>, Failure> {
    let kept: Option<(Vec<u8>, i64)> = connection
        .prepare_cached("SELECT body_deflated, bytes FROM page WHERE sha256 = ?1")?
        .query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    kept.map(|(deflated, bytes)| Ok((inflate(&deflated)?, number(bytes)?))).transpose()
}

/// Drops bodies that were last seen before `older_than`.
pub(crate) fn prune(connection: &Connection, older_than: Instant) -> Result<u64, Failure> {
    let dropped = connection.execute("DELETE FROM page WHERE last_seen_at < ?1", [millis(older_than)])?;
    Ok(dropped as u64)
}

fn deflate(text: &str) -> Result<Vec<u8>, Failure> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish())
        .map_err(|error| Failure::Corrupt(format!("a page could not be compressed: {error}")))
}

fn inflate(bytes: &[u8]) -> Result<String, Failure> {
    let mut text = String::new();
    ZlibDecoder::new(bytes)
        .take(CAP as u64)
        .read_to_string(&mut text)
        .map_err(|error| Failure::Corrupt(format!("a page that is kept: {error}")))?;
    Ok(text)
}

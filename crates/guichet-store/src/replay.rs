//! The pages that are still kept, each with an observation that it decided: what reading them anew can be compared
//! with. What never enters: reading them.

use std::fmt;

use guichet_model::{Instant, Observation, Sha256Hex, Source, TargetId};
use rusqlite::{Connection, params};

use crate::{
    columns::{number, parse, sha256},
    error::Failure,
    observation::{self, first_milli_at_or_after},
    page,
};

/// A page that is still kept.
#[derive(Clone, PartialEq)]
pub struct StoredPage {
    /// The newest of our observations of its target that it decided: target, what was read then and by which revision,
    /// and the questions, without the bodies of the pages before.
    pub observation: Observation,
    /// How many of our observations of this target it decided, of those that were asked for.
    pub times: u64,
    /// The body, decoded. Scraped text: escape it.
    pub body: String,
    /// Whether that is all of it: of longer pages the first 2 MiB are kept.
    pub whole: bool,
}

/// By hand, so that no log line ever holds a body.
impl fmt::Debug for StoredPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredPage")
            .field("observation", &self.observation)
            .field("times", &self.times)
            .field("bytes", &self.body.len())
            .field("whole", &self.whole)
            .finish_non_exhaustive()
    }
}

/// What leads to a [`StoredPage`].
#[derive(Debug)]
pub(crate) struct Kept {
    target: TargetId,
    hash: Sha256Hex,
    newest: i64,
    times: u64,
}

/// One for each target and page, in order of the newest observation.
pub(crate) fn kept(connection: &Connection, from: Option<Instant>) -> Result<Vec<Kept>, Failure> {
    // Beside max(), SQLite takes the other columns from the row that has the maximum.
    let mut statement = connection.prepare_cached(
        "SELECT t.name, o.evidence_sha256, o.id, count(*), max(o.observed_at) AS newest_at
         FROM observation AS o JOIN target AS t ON t.id = o.target_id
         WHERE o.source = ?1 AND o.observed_at >= ?2 AND o.evidence_sha256 IN (SELECT sha256 FROM page)
         GROUP BY o.target_id, o.evidence_sha256
         ORDER BY newest_at, t.name",
    )?;
    let mut rows = statement
        .query(params![Source::sampler().as_str(), from.map_or(i64::MIN, first_milli_at_or_after)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Kept {
            target: parse(&row.get::<_, String>(0)?)?,
            hash: sha256(&row.get::<_, Vec<u8>>(1)?)?,
            newest: row.get(2)?,
            times: number(row.get(3)?)?,
        });
    }
    Ok(all)
}

/// The page itself; `None` where it has been pruned since.
pub(crate) fn page(connection: &Connection, kept: &Kept) -> Result<Option<StoredPage>, Failure> {
    let Some((body, bytes)) = page::body_and_size(connection, &kept.hash)? else {
        return Ok(None);
    };
    let observation = observation::with_id(connection, &kept.target, kept.newest)?;
    let whole = body.len() as u64 == bytes;
    Ok(Some(StoredPage { observation, times: kept.times, body, whole }))
}

//! Reads logs of observations: our own CSV and two historical formats. One row at a time, so that memory does not grow
//! with the file. What never enters: the database; reading gives observations and refused lines.

use std::{fmt, fs::File, io::Read, path::Path};

use anyhow::{Context as _, bail};
use chrono::{SecondsFormat, TimeDelta};
use csv::{ByteRecord, ReaderBuilder, StringRecord};
use flate2::read::MultiGzDecoder;
use guichet_model::{Instant, Observation};
use indicatif::ProgressBar;

use self::{lines::Lines, refusal::Refusals};
use crate::cli::ImportFormat;

mod guichet_csv;
mod lines;
mod refusal;
mod rouen;
mod vitemadose;

/// An observation that lies further ahead than this was not made: a clock or a time zone is wrong somewhere.
const CLOCKS_DIFFER_BY: TimeDelta = TimeDelta::days(1);

/// No prefecture offers a slot further ahead than this.
const FURTHEST_SLOT: TimeDelta = TimeDelta::days(3_653);

/// Turns one row into an observation, or says what is wrong with it.
type Parse = Box<dyn FnMut(&StringRecord) -> Result<Observation, String>>;

/// The observations of a file, in its order; what cannot be read gathers in `refused`.
pub(crate) struct Rows {
    reader: csv::Reader<Lines<Box<dyn Read>>>,
    parse: Parse,
    record: ByteRecord,
    now: Instant,
    /// What was not imported so far.
    pub(crate) refused: Refusals,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("refused", &self.refused).finish_non_exhaustive()
    }
}

impl Rows {
    /// Opens a file; `progress` is moved by the bytes read, what lies ahead of `now` is refused.
    pub(crate) fn open(
        path: &Path,
        format: ImportFormat,
        progress: &ProgressBar,
        now: Instant,
    ) -> anyhow::Result<Self> {
        let name = path.display();
        let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            bail!("{name} is a folder; name a file");
        }
        let bytes: Box<dyn Read> = Box::new(progress.wrap_read(file));
        let text: Box<dyn Read> = if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz")) {
            Box::new(MultiGzDecoder::new(bytes))
        } else {
            bytes
        };
        let headers = format != ImportFormat::Rouen;
        let mut reader =
            ReaderBuilder::new().has_headers(headers).flexible(true).from_reader(Lines::of(text));
        let parse = match format {
            ImportFormat::GuichetCsv => guichet_csv::parser(reader.headers().with_context(|| {
                format!("cannot read {name}; is it the file you meant, and is --format right?")
            })?),
            ImportFormat::Vitemadose => vitemadose::parser(reader.headers().with_context(|| {
                format!("cannot read {name}; is it the file you meant, and is --format right?")
            })?),
            ImportFormat::Rouen => rouen::parser(path),
        };
        let parse = parse.with_context(|| format!("{name} is not in this format"))?;
        let mut rows = Self { reader, parse, record: ByteRecord::new(), now, refused: Refusals::default() };
        // The lines of the header are nobody's.
        rows.lines();
        Ok(rows)
    }

    /// The first and the last line of what was read since this was last asked.
    fn lines(&mut self) -> (u64, u64) {
        let end = self.reader.position().byte();
        self.reader.get_mut().up_to(end)
    }

    fn observation(&mut self) -> Result<Observation, String> {
        let text = StringRecord::from_byte_record(self.record.clone())
            .map_err(|_not_text| "not UTF-8 text".to_owned())?;
        let observation = (self.parse)(&text)?;
        within_reason(&observation, self.now)?;
        Ok(observation)
    }
}

impl Iterator for Rows {
    type Item = Observation;

    fn next(&mut self) -> Option<Observation> {
        loop {
            let read = self.reader.read_byte_record(&mut self.record);
            let (first, last) = self.lines();
            match read {
                Ok(false) => return None,
                Ok(true) => match self.observation() {
                    Ok(observation) => return Some(observation),
                    Err(reason) => self.refused.add((first, last), reason),
                },
                Err(error) => {
                    // A broken stream (a cut gzip file, a failing disk) will not mend by reading on.
                    let reason = format!("the rest of the file cannot be read: {error}");
                    self.refused.add((first, first), reason);
                    return None;
                }
            }
        }
    }
}

/// Whether the instants of an observation can be true.
fn within_reason(observation: &Observation, now: Instant) -> Result<(), String> {
    let observed_at = observation.observed_at;
    if observed_at < Instant::UNIX_EPOCH {
        return Err(format!("observed_at {} lies before 1970", in_utc(observed_at)));
    }
    if observed_at - now > CLOCKS_DIFFER_BY {
        return Err(format!(
            "observed_at {} lies in the future; is its offset from UTC right?",
            in_utc(observed_at)
        ));
    }
    let Some(earliest) = observation.outcome.offer().and_then(|offer| offer.earliest) else {
        return Ok(());
    };
    if earliest < Instant::UNIX_EPOCH {
        return Err(format!("earliest {} lies before 1970", in_utc(earliest)));
    }
    if earliest - now > FURTHEST_SLOT {
        return Err(format!("earliest {} lies more than ten years ahead", in_utc(earliest)));
    }
    Ok(())
}

fn in_utc(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A field by its place; empty is absent.
fn field(record: &StringRecord, place: Option<usize>) -> Option<&str> {
    place.and_then(|place| record.get(place)).map(str::trim).filter(|text| !text.is_empty())
}

/// What was found, for a message: short, and with nothing that could move a terminal's cursor.
fn shown(text: &str) -> String {
    plain(text).chars().take(40).collect()
}

/// A text without anything that could move a terminal's cursor.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests;

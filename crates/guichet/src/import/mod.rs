//! Reads logs of observations: our own CSV and two historical formats. One row at a time, so that memory does not grow
//! with the file. What never enters: the database; reading gives observations and refused lines.

use std::{fmt, fs::File, io::Read, path::Path};

use anyhow::{Context as _, bail};
use csv::{ByteRecord, ReaderBuilder, StringRecord};
use flate2::read::MultiGzDecoder;
use guichet_model::Observation;
use indicatif::ProgressBar;

use crate::cli::ImportFormat;

mod guichet_csv;
mod rouen;
mod vitemadose;

/// A line that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Its number in the file, from 1.
    pub(crate) line: u64,
    /// What is wrong, and what to write instead.
    pub(crate) reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Turns one row into an observation, or says what is wrong with it.
type Parse = Box<dyn FnMut(&StringRecord) -> Result<Observation, String>>;

/// The observations of a file, in its order; refused lines gather in `refused`.
pub(crate) struct Rows {
    reader: csv::Reader<Box<dyn Read>>,
    parse: Parse,
    record: ByteRecord,
    /// Lines that were not imported so far.
    pub(crate) refused: Vec<Refused>,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("refused", &self.refused).finish_non_exhaustive()
    }
}

impl Rows {
    /// Opens a file; `progress` is moved by the bytes read.
    pub(crate) fn open(path: &Path, format: ImportFormat, progress: &ProgressBar) -> anyhow::Result<Self> {
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
        let mut reader = ReaderBuilder::new().has_headers(headers).flexible(true).from_reader(text);
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
        Ok(Self { reader, parse, record: ByteRecord::new(), refused: Vec::new() })
    }
}

impl Iterator for Rows {
    type Item = Observation;

    fn next(&mut self) -> Option<Observation> {
        loop {
            let read = self.reader.read_byte_record(&mut self.record);
            let line =
                self.record.position().map_or_else(|| self.reader.position().line(), csv::Position::line);
            let refuse = |reason: String| Refused { line, reason };
            match read {
                Ok(false) => return None,
                Ok(true) => {
                    let text = StringRecord::from_byte_record(self.record.clone());
                    match text
                        .map_err(|_not_text| "not UTF-8 text".to_owned())
                        .and_then(|record| (self.parse)(&record))
                    {
                        Ok(observation) => return Some(observation),
                        Err(reason) => self.refused.push(refuse(reason)),
                    }
                }
                Err(error) => {
                    // A broken stream (a cut gzip file, a failing disk) will not mend by reading on.
                    self.refused.push(refuse(format!("the rest of the file cannot be read: {error}")));
                    return None;
                }
            }
        }
    }
}

/// A field by its place; empty is absent.
fn field(record: &StringRecord, place: Option<usize>) -> Option<&str> {
    place.and_then(|place| record.get(place)).map(str::trim).filter(|text| !text.is_empty())
}

/// What was found, for a message: short, and with nothing that could move a terminal's cursor.
fn shown(text: &str) -> String {
    text.chars().take(40).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests;

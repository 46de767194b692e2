//! Real 15-minute series of public-office calendars, read where they lie beside the project; no licence lets them be
//! part of it. What never enters: estimators.

use std::{collections::BTreeMap, fs::File, path::PathBuf};

use flate2::read::GzDecoder;

/// A calendar: the source that it shares with others, and its state in each quarter of an hour from a Monday
/// at midnight on: 1 open, 0 none, −1 missing.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// The part of its name (`source/office`) before the slash: what shares a host.
    pub(crate) source: String,
    /// The states.
    pub(crate) states: Vec<i8>,
}

impl Series {
    /// Whole weeks.
    pub(crate) fn weeks(&self) -> usize {
        self.states.len() / 672
    }
}

/// Which calendars are scarce and long enough.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    /// Least number of whole weeks.
    pub(crate) weeks: usize,
    /// Share of open among told.
    pub(crate) p: (f64, f64),
    /// Least number of openings.
    pub(crate) openings: usize,
}

/// The calendars, at most five of a source, in order of name; `None` where the file is not there.
#[expect(clippy::cast_precision_loss, reason = "numbers of snapshots")]
pub(crate) fn load(choice: Choice) -> Option<Vec<Series>> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "../../../shared/data/office-slots-de.rle.csv.gz"].iter().collect();
    let mut reader = csv::Reader::from_reader(GzDecoder::new(File::open(path).ok()?));
    let mut all: BTreeMap<String, Vec<i8>> = BTreeMap::new();
    let mut order = Vec::new();
    for record in reader.deserialize::<(String, u64, usize, i8)>() {
        let (name, _, length, state) = record.ok()?;
        if !all.contains_key(&name) {
            order.push(name.clone());
        }
        all.entry(name).or_default().extend(std::iter::repeat_n(state, length));
    }
    let mut of_source: BTreeMap<String, usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    for name in order {
        let Some(states) = all.remove(&name) else { continue };
        let told = states.iter().filter(|state| **state >= 0).count().max(1);
        let open = states.iter().filter(|state| **state == 1).count();
        let p = open as f64 / told as f64;
        let openings = states.windows(2).filter(|pair| pair[0] == 0 && pair[1] == 1).count();
        let source = name.split('/').next().unwrap_or(&name).to_owned();
        let taken = of_source.entry(source.clone()).or_default();
        let fits = states.len() / 672 >= choice.weeks
            && p > choice.p.0
            && p < choice.p.1
            && openings >= choice.openings
            && *taken < 5;
        if fits {
            *taken += 1;
            chosen.push(Series { source, states });
        }
    }
    Some(chosen)
}

/// What is said where the file is not there.
pub(crate) const NOT_THERE: &str =
    "office-slots-de.rle.csv.gz is not beside the project; it has no licence to be part of it";

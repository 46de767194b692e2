//! French vaccination centres, 29 March to 13 April 2021, derived from the history of rozierguillaume/vitemadose:
//! `t` (unix seconds), `scan`, `dep`, `u` (number of the centre), `open` (0 or 1). Not residence permits: a real French
//! load, for a database of its own.

use std::collections::HashMap;

use anyhow::bail;
use chrono::DateTime;
use csv::StringRecord;
use guichet_model::{Observation, Offer, Outcome, Purpose, Source, TargetId};

use super::{Parse, shown};

/// A parser for a file with this header.
pub(super) fn parser(header: &StringRecord) -> anyhow::Result<Parse> {
    if *header != ["t", "scan", "dep", "u", "open"][..] {
        bail!("the header must be t,scan,dep,u,open");
    }
    let source: Source = "vitemadose-2021".parse()?;
    let mut targets: HashMap<(String, String), TargetId> = HashMap::new();
    Ok(Box::new(move |record| {
        let (Some(t), Some(dep), Some(u), Some(open), None) =
            (record.get(0), record.get(2), record.get(3), record.get(4), record.get(5))
        else {
            return Err(format!("{} fields where the header has 5", record.len()));
        };
        let observed_at = t
            .parse::<u32>()
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(i64::from(seconds), 0))
            .ok_or_else(|| format!("t `{}` is not a number of seconds since 1970", shown(t)))?;
        let outcome = match open {
            "1" => Outcome::Open(Offer::UNTOLD),
            "0" => Outcome::Full,
            _ => return Err(format!("open `{}` is not 0 or 1", shown(open))),
        };
        let key = (dep.to_owned(), u.to_owned());
        let target = if let Some(target) = targets.get(&key) {
            target.clone()
        } else {
            let target: TargetId =
                format!("{dep}-centre-{u}/vaccination").parse().map_err(|error| format!("{error}"))?;
            targets.entry(key).or_insert(target).clone()
        };
        Ok(Observation {
            target,
            observed_at,
            outcome,
            purpose: Purpose::Base,
            intensity_per_h: None,
            source: source.clone(),
            desks: Vec::new(),
            probe: None,
        })
    }))
}

//! Logs of six desks of the prefecture in Rouen, 5 to 11 June 2022 (Yoax/NotSoEasyPref, data/*.csv): lines
//! `YY-MM-DD HH:MM,count` in Paris time; the count is that of the free cells in the first displayed week, so that a
//! positive one means at least so many slots, and 0 that the week was shown with none free.

use std::path::Path;

use anyhow::anyhow;
use chrono::NaiveDateTime;
use guichet_model::{Observation, Offer, Outcome, Purpose, SlotCount, Source, TargetId, civil};

use super::{Parse, shown};

/// Which target each file is about.
const FILES: [(&str, &str); 6] = [
    ("depot_1er_TDS", "76-rouen/premiere-demande"),
    ("renouvelement_TDS", "76-rouen/renouvellement"),
    ("regularisation_sejour", "76-rouen/admission-exceptionnelle"),
    ("retrait_TDS", "76-rouen/remise-titre"),
    ("retrait_recepisse", "76-rouen/recepisse"),
    ("retrait_DCEM_TVR_TIV", "76-rouen/dcem"),
];

/// A parser for the file of this name.
pub(super) fn parser(path: &Path) -> anyhow::Result<Parse> {
    let stem = path
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.split('.').next())
        .unwrap_or_default();
    let known = FILES.map(|(name, _)| format!("{name}.csv")).join(", ");
    let (_, target) = FILES
        .iter()
        .find(|(name, _)| *name == stem)
        .ok_or_else(|| anyhow!("the file's name tells which desk it is about; it must be one of: {known}"))?;
    let target: TargetId = target.parse()?;
    let source: Source = "rouen-2022".parse()?;
    Ok(Box::new(move |record| {
        let (Some(at), Some(count), None) = (record.get(0), record.get(1), record.get(2)) else {
            return Err("a line is `YY-MM-DD HH:MM,count`".to_owned());
        };
        let local = NaiveDateTime::parse_from_str(at.trim(), "%y-%m-%d %H:%M")
            .map_err(|_not_a_time| format!("`{}` is not a time; write it as in 22-06-05 17:00", shown(at)))?;
        let observed_at = civil::instant_of(local, civil::PARIS)
            .ok_or_else(|| format!("`{}` does not exist in Paris time: clocks went forward", shown(at)))?;
        let count: u32 =
            count.trim().parse().map_err(|_not_a_number| format!("`{}` is not a count", shown(count)))?;
        let offer = Offer { slots: SlotCount::AtLeast(count), ..Offer::UNTOLD };
        Ok(Observation {
            target: target.clone(),
            observed_at,
            outcome: if count > 0 { Outcome::Open(offer) } else { Outcome::Full },
            purpose: Purpose::Base,
            intensity_per_h: None,
            source: source.clone(),
            desks: Vec::new(),
            probe: None,
        })
    }))
}

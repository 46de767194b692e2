//! A probe that was saved with all its pages, walked again.

use std::path::Path;

use anyhow::anyhow;
use guichet_catalog::Catalog;
use guichet_model::{Cause, Outcome};
use guichet_platforms::{Trail, desks::break_off};

use super::{Difference, Replayed, Said, differing_desks, target_of_then};
use crate::{
    kept::{PROBE_FILE, SavedProbe},
    reread::{Walked, walk},
    show,
};

/// Walks again over the probe saved in `folder`.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn saved_probe(folder: &Path, catalog: &Catalog) -> anyhow::Result<Replayed> {
    let saved = SavedProbe::read(&folder.join(PROBE_FILE))?;
    let platform = guichet_platforms::platform(&saved.platform).ok_or_else(|| {
        anyhow!("this version does not read the platform `{}`", show::plain(&saved.platform))
    })?;
    let (id, at) = (saved.id()?, saved.observed_at()?);
    let (outcome, then_service, desks) = (saved.outcome()?, saved.service()?, saved.desks()?);
    let kept = saved.pages(folder)?;
    if kept.is_empty() {
        return Ok(Replayed::NotComparable("no page came"));
    }
    let (target, note) = target_of_then(catalog, &id, platform, saved.url()?);
    let (mut question, mut service) = (None, None);
    let (today, today_desks) = match walk(platform, &target, saved.round, at, &kept).0 {
        Walked::Ended(reading) => {
            // Where the probe broke off before a page, there was none to tell of the service.
            let told = saved.last_page_decided() && reading.service != then_service;
            service = told.then_some((then_service, reading.service));
            (Some(reading.outcome), reading.desks)
        }
        // The answer to the next question never came, then as today: the same failure ends the walk.
        Walked::Exhausted { so_far } if !saved.last_page_decided() => {
            let last = Outcome::Unknown(outcome.cause().unwrap_or(Cause::Unreachable));
            let trail = Trail { round: saved.round, asked: &[], noted: &so_far, listed: &[] };
            let reading = break_off(&trail, last);
            (Some(reading.outcome), reading.desks)
        }
        Walked::Exhausted { so_far } => (None, so_far),
        Walked::OtherQuestion { number, then, today } => {
            question = Some((number, then, today));
            (None, Vec::new())
        }
    };
    // What desks would say after another question is not known.
    let desks = if question.is_some() { Vec::new() } else { differing_desks(&desks, &today_desks) };
    if today == Some(outcome) && desks.is_empty() && service.is_none() {
        return Ok(Replayed::Same);
    }
    Ok(Replayed::Differs(Box::new(Difference {
        target: id,
        at,
        place: folder.display().to_string(),
        then: Said { outcome: Some(outcome), platform: saved.platform.clone(), revision: saved.revision },
        today: Said { outcome: today, platform: saved.platform, revision: platform.revision() },
        service,
        desks,
        question,
        note,
    })))
}

//! The state of the service, for whoever operates it and whoever wonders: pages that are no longer understood, how many
//! are watched, how far departments are covered. What never enters: figures about slots.

use std::collections::BTreeMap;

use chrono::{Duration, DurationRound as _};
use guichet_model::{Instant, civil};
use guichet_store::Drift;
use minijinja::{context, value::Serde};
use serde::Serialize;

use super::frame::target_rest;
use crate::{
    app::{Alarm, App},
    coverage::Standing,
    failure::Failure,
    format,
    lang::Lang,
};

/// A page that is no longer understood.
#[derive(Debug, Serialize)]
struct AlarmView {
    id: String,
    href: String,
    times: u32,
    since: String,
    platform: String,
    /// What was there instead; `None` while that may not be told.
    found: Option<String>,
    /// What was looked for, and whether it was there, where that may be told.
    markers: Vec<(String, Option<bool>)>,
    page_sha256: Option<String>,
}

impl AlarmView {
    fn of(alarm: &Alarm, lang: Lang, as_of: Instant) -> Self {
        let is_told = alarm.is_told(as_of);
        let Alarm { target, drift } = alarm;
        let Drift { times, since, platform, revision, markers, found, page_sha256, .. } = drift;
        let hour = since.duration_trunc(Duration::hours(1)).unwrap_or(*since);
        Self {
            id: target.to_string(),
            href: format!("/{}/{}", lang.code(), target_rest(target)),
            times: *times,
            since: format::hour(lang, civil::local(hour, civil::PARIS)),
            platform: format!("{platform}/{revision}"),
            found: is_told.then(|| found.clone()),
            markers: markers
                .iter()
                .map(|marker| (marker.what.clone(), is_told.then_some(marker.found)))
                .collect(),
            page_sha256: page_sha256.map(|hash| hash.to_string()),
        }
    }
}

/// How many there are of a kind.
#[derive(Debug, Serialize)]
struct Count {
    word: &'static str,
    n: usize,
}

impl App {
    pub(crate) fn status_page(&self, lang: Lang) -> Result<String, Failure> {
        let snapshot = self.snapshot()?;
        let alarms: Vec<AlarmView> =
            self.alarms()?.iter().map(|alarm| AlarmView::of(alarm, lang, snapshot.as_of)).collect();
        let mut watches: BTreeMap<u8, Count> = BTreeMap::new();
        for target in snapshot.targets.values() {
            let word = target.watch.as_str();
            watches.entry(target.watch.rank()).or_insert(Count { word, n: 0 }).n += 1;
        }
        let main = |id: &str| guichet_catalog::MAIN_PROCEDURES.contains(&id);
        let standings: Vec<Count> = Standing::ALL
            .into_iter()
            .map(|standing| {
                let cells = snapshot.coverage.iter().filter(|cell| cell.standing == standing);
                Count {
                    word: standing.as_str(),
                    n: cells.filter(|cell| main(cell.procedure.as_str())).count(),
                }
            })
            .collect();
        let context = context! {
            frame => Serde(self.frame(lang, "etat", Some(&snapshot))),
            alarms => Serde(alarms),
            watches => Serde(watches.into_values().collect::<Vec<_>>()),
            standings => Serde(standings),
        };
        Ok(self.pages.render(lang, "status.html", context)?)
    }
}

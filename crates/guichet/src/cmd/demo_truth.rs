//! Holds the demonstration's figures against the truth that the invented prefectures know, desk by desk.

use std::fmt::Write as _;

use guichet_catalog::Catalog;
use guichet_fakesite::{DeskTruth, FakeSites, FormEntry, State};
use guichet_model::{Counts, HourTally, Observation, Outcome, Purpose, TargetId, civil::LocalHour, tally};
use guichet_stats::{Availability, availability};
use guichet_store::Reader;

use crate::{exit::Exit, show};

/// A table for people, and whether every figure's interval holds the truth and nobody was pressed or misled.
pub(super) fn compare(
    reader: &Reader,
    catalog: &Catalog,
    sites: &FakeSites,
    forms: &[FormEntry],
) -> anyhow::Result<(String, Exit)> {
    let mut text = String::new();
    let (mut compared, mut held) = (0, 0);
    writeln!(
        text,
        "\n{:58} {:>9} {:>17}  {:>8}  {:>9}",
        "target, desk", "k of n", "95 % interval", "truth", ""
    )?;
    for form in forms {
        let Some(target) = &form.target else { continue };
        let observations: Vec<Observation> = reader.observations(target, None, None)?;
        let planned: Vec<&Observation> =
            observations.iter().filter(|observation| observation.purpose == Purpose::Base).collect();
        let (Some(first), Some(last)) = (planned.first(), planned.last()) else {
            writeln!(text, "{:58} never sampled ({})", target.as_str(), causes(&observations))?;
            continue;
        };
        let truth = sites.truth_between(first.observed_at, last.observed_at);
        let desks =
            truth.forms.into_iter().filter(|known| known.host == form.host && known.form == form.form);
        for desk in desks.flat_map(|known| known.desks) {
            let name = format!("{target}, {}", desk.desk);
            let Some(figures) =
                availability(&tallies(&planned, &desk, catalog, target), catalog.zone(target.department()))
            else {
                continue;
            };
            let (Some(true_share), Some(_)) = (share_open(&desk), figures.p) else {
                writeln!(text, "{name:58} {:>9} {:>17}  {:>8}  never told", figures.n_polls, "–", "–")?;
                continue;
            };
            let holds = (figures.interval.lo - 1e-9..=figures.interval.hi + 1e-9).contains(&true_share);
            compared += 1;
            held += u32::from(holds);
            line(&mut text, &name, &figures, true_share, holds)?;
        }
    }
    let requests = sites.requests();
    let violations = sites.violations().len();
    writeln!(text, "\n{held} of {compared} intervals hold the truth; about one in twenty may miss it")?;
    writeln!(text, "{} requests, {violations} of a forbidden kind", requests.len())?;
    Ok((text, if violations == 0 { Exit::Fine } else { Exit::ProblemsFound }))
}

fn line(text: &mut String, name: &str, figures: &Availability, truth: f64, holds: bool) -> std::fmt::Result {
    let counted = format!("{}/{}", figures.counts.open, figures.n_polls);
    let interval = format!("{} – {}", show::percent(figures.interval.lo), show::percent(figures.interval.hi));
    let verdict = if holds { "holds" } else { "MISSES" };
    writeln!(text, "{name:58} {counted:>9} {interval:>17}  {:>8}  {verdict:>9}", show::percent(truth))
}

/// What one desk said, tallied as the database would: its own answers where the page has desks, else the page's.
fn tallies(
    planned: &[&Observation],
    desk: &DeskTruth,
    catalog: &Catalog,
    target: &TargetId,
) -> Vec<HourTally> {
    let zone = catalog.zone(target.department());
    let id = desk.desk.to_string();
    let said = planned.iter().filter_map(|observation| {
        let outcome: Outcome = if observation.desks.is_empty() {
            observation.outcome
        } else {
            observation.desks.iter().find(|reading| reading.desk == id)?.outcome
        };
        let counts = Counts::one(&outcome, tally::weight_ms(observation.intensity_per_h));
        Some(HourTally { at: LocalHour::of(observation.observed_at, zone), counts })
    });
    tally::pool(&said.collect::<Vec<_>>())
}

/// The true share of open among the time in which the page told open or full: what availability estimates.
fn share_open(desk: &DeskTruth) -> Option<f64> {
    let share = |state| desk.shown.get(&state).copied().unwrap_or(0.0);
    let (open, full) = (share(State::Open), share(State::Full));
    (open + full > 0.0).then(|| open / (open + full))
}

fn causes(observations: &[Observation]) -> String {
    let mut causes: Vec<&str> =
        observations.iter().filter_map(|seen| Some(seen.outcome.cause()?.as_str())).collect();
    causes.dedup();
    causes.join(", ")
}

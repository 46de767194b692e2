//! The kept pages, for reading them anew.

use std::ops::ControlFlow;

use guichet_model::{Cause, Instant, Observation, Outcome, ProbeFacts, Service, Sha256Hex, Source};
use tempfile::TempDir;

use super::{log::facts, seen, utc, zone_of};
use crate::{ProbeRecord, Reader, Store, TargetState, page};

fn hash(byte: u8) -> Sha256Hex {
    Sha256Hex([byte; 32])
}

/// An observation that the page under `hash` decided.
fn decided(target: &str, at: &str, outcome: Outcome, hash: Sha256Hex) -> Observation {
    let mut observation = seen(target, at, outcome);
    observation.probe = Some(ProbeFacts { evidence_sha256: Some(hash), ..facts() });
    observation
}

fn keep(store: &mut Store, observation: &Observation, page: Option<&str>) {
    let timezone = zone_of(observation.target.department());
    let target_state = &TargetState::default();
    let record = ProbeRecord { observation, timezone, page, target_state, host: None, robots: None };
    store.record(&record).unwrap();
}

const ROUEN: &str = "76-rouen/asile";
const NANTERRE: &str = "92-nanterre/asile";

/// A store with two pages of Nanterre, one of them seen twice and once at Rouen too, and things that are no pages.
fn filled() -> (TempDir, Store, Reader) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let mut store = Store::open(&path).unwrap();
    let gone = Outcome::Unknown(Cause::Gone);
    keep(&mut store, &decided(NANTERRE, "2026-01-05T08:00:00Z", gone, hash(1)), Some("first"));
    keep(&mut store, &decided(NANTERRE, "2026-01-05T09:00:00Z", Outcome::Shut, hash(2)), Some("second"));
    keep(&mut store, &decided(ROUEN, "2026-01-05T10:00:00Z", Outcome::Full, hash(1)), Some("first"));
    keep(&mut store, &decided(NANTERRE, "2026-01-05T11:00:00Z", Outcome::Full, hash(1)), Some("first"));
    keep(&mut store, &decided(ROUEN, "2026-01-05T12:00:00Z", Outcome::Full, hash(3)), None);
    let mut imported = decided(NANTERRE, "2026-01-05T13:00:00Z", Outcome::Full, hash(1));
    imported.source = "elsewhere".parse::<Source>().unwrap();
    keep(&mut store, &imported, None);
    keep(&mut store, &seen(NANTERRE, "2026-01-05T14:00:00Z", Outcome::Full), None);
    let reader = Reader::open(&path).unwrap();
    (folder, store, reader)
}

/// What is shown of each page: body, target, hour of the observation, outcome, times.
fn shown(reader: &Reader, from: Option<Instant>, most: usize) -> Vec<String> {
    let mut shown = Vec::new();
    reader
        .stored_pages(from, &mut |page| {
            let observation = &page.observation;
            assert!(page.whole);
            shown.push(format!(
                "{} {} {} {} {}",
                page.body,
                observation.target,
                observation.observed_at.format("%H"),
                observation.outcome.as_str(),
                page.times
            ));
            if shown.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    shown
}

#[test]
fn each_kept_page_is_shown_once_for_each_target_with_its_newest_observation() {
    let (_folder, _store, reader) = filled();
    let all = [
        "second 92-nanterre/asile 09 shut 1",
        "first 76-rouen/asile 10 full 1",
        "first 92-nanterre/asile 11 full 2",
    ];
    assert_eq!(shown(&reader, None, 9), all);
    assert_eq!(shown(&reader, None, 2), all[..2]);
    let from = utc("2026-01-05T08:30:00Z");
    let counted_from = "first 92-nanterre/asile 11 full 1";
    assert_eq!(shown(&reader, Some(from), 9), [all[0], all[1], counted_from]);
    assert!(shown(&reader, Some(utc("2026-01-06T00:00:00Z")), 9).is_empty());
}

#[test]
fn a_page_comes_with_all_that_is_known_of_its_probe() {
    let (_folder, mut store, reader) = filled();
    let mut walled = decided(ROUEN, "2026-01-07T08:00:00Z", Outcome::Unknown(Cause::Challenged), hash(4));
    walled.probe.as_mut().unwrap().service = Some(Service::Wall);
    keep(&mut store, &walled, Some("wall"));
    let mut pages = Vec::new();
    reader
        .stored_pages(Some(utc("2026-01-07T00:00:00Z")), &mut |page| {
            pages.push(page);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0].observation, walled);
    let shown = format!("{:?}", pages[0]);
    assert!(!shown.contains("\"wall\"") && shown.contains("bytes: 4"), "{shown}");
}

#[test]
fn pruned_pages_are_left_out_even_when_they_go_meanwhile() {
    let (_folder, mut store, reader) = filled();
    assert_eq!(store.prune_pages(utc("2026-01-05T10:30:00Z")).unwrap(), 1);
    assert_eq!(shown(&reader, None, 9).len(), 2);
    let mut bodies = Vec::new();
    reader
        .stored_pages(None, &mut |page| {
            bodies.push(page.body);
            store.prune_pages(utc("2027-01-01T00:00:00Z")).unwrap();
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(bodies, ["first"]);
}

#[test]
fn a_page_that_was_cut_says_so() {
    let (_folder, mut store, reader) = filled();
    let long = "x".repeat(page::CAP + 1);
    keep(&mut store, &decided(ROUEN, "2026-01-07T08:00:00Z", Outcome::Full, hash(5)), Some(&long));
    let mut cut = Vec::new();
    reader
        .stored_pages(Some(utc("2026-01-07T00:00:00Z")), &mut |page| {
            cut.push((page.body.len(), page.whole));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(cut, [(page::CAP, false)]);
}

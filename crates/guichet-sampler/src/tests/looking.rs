//! What a probe tells of each page that it looked at.

use guichet_fetch::clock::Clock as _;
use guichet_model::{Cause, Offer, Outcome};

use super::site::{OneWord, Site};
use crate::{HostSaid, LastPage, Probed, probe};

/// A probe whose pages are these words.
async fn probe_of(words: &[&'static str]) -> Probed {
    let site = Site::open().await;
    site.says(words);
    let target = site.target("92-nanterre/asile", "/");
    probe(&site.client, &OneWord, &target, 0, &|| site.clock.now()).await
}

#[tokio::test]
async fn each_page_tells_what_was_looked_for_and_what_came_of_it() {
    let probed = probe_of(&["desks", "desk", "full"]).await;
    let told: Vec<_> = probed
        .looks
        .iter()
        .map(|look| {
            let found = look.markers.iter().filter(|marker| marker.found).map(|marker| marker.what.as_str());
            (look.body.as_str(), look.decision.as_str(), found.collect::<Vec<_>>().join("; "))
        })
        .collect();
    let there = |word: &str| format!("the word \"{word}\"");
    assert_eq!(
        told,
        [
            ("desks", "it lists 2 desks and leads on to one of them", there("desks")),
            ("desk", "desk 2 said: full; it leads on", there("desk")),
            ("full", "one-word read the page: full", there("full")),
        ]
    );
    assert_eq!((probed.page(), probed.decisive, probed.facts.exchanges.len()), (Some("full"), Some(2), 3));
    let shown = format!("{:?}", probed.looks);
    assert!(!shown.contains("body"), "{shown}");
}

#[tokio::test]
async fn what_the_last_page_was_and_how_the_host_took_it_are_told_apart() {
    let unknown = Outcome::Unknown;
    for (words, outcome, last_page, last_said) in [
        (&["full"][..], Outcome::Full, LastPage::Known, HostSaid::Answer(Outcome::Full)),
        (&["wall"], unknown(Cause::Challenged), LastPage::Known, HostSaid::Well),
        (&["gone"], unknown(Cause::Gone), LastPage::Known, HostSaid::Answer(unknown(Cause::Gone))),
        (
            &["nonsense"],
            unknown(Cause::Unrecognised),
            LastPage::Strange,
            HostSaid::Answer(unknown(Cause::Unrecognised)),
        ),
        (
            &["odd"],
            unknown(Cause::Unrecognised),
            LastPage::Strange,
            HostSaid::Answer(unknown(Cause::Unrecognised)),
        ),
        (
            &["desk", "desk", "desk", "desk", "full"],
            unknown(Cause::Unrecognised),
            LastPage::Strange,
            HostSaid::Answer(unknown(Cause::Unrecognised)),
        ),
        (
            &["desks", "busy"],
            unknown(Cause::Overloaded),
            LastPage::Unread,
            HostSaid::Answer(unknown(Cause::Overloaded)),
        ),
    ] {
        let probed = probe_of(words).await;
        let told = (probed.outcome, probed.last_page, probed.last_said);
        assert_eq!(told, (outcome, last_page, last_said), "{words:?}");
    }
}

#[tokio::test]
async fn a_desk_that_was_open_is_kept_when_the_next_page_is_strange() {
    let probed = probe_of(&["open desk", "nonsense"]).await;
    assert_eq!(probed.outcome, Outcome::Open(Offer::UNTOLD));
    assert_eq!((probed.recognised, probed.last_page, probed.decisive), (true, LastPage::Strange, Some(0)));
}

#[tokio::test]
async fn a_desk_that_offers_days_gone_by_is_not_open_however_the_probe_ends() {
    let probed = probe_of(&["desk", "old desk", "busy"]).await;
    assert_eq!(probed.outcome, Outcome::Unknown(Cause::Unrecognised));
    assert_eq!((probed.facts.exchanges.len(), probed.desks.len()), (2, 1));
    assert_eq!(probed.looks[1].decision, "the page offers slots of days gone by");
}

//! Targets that their platform says must not be asked.

use guichet_fetch::clock::Clock as _;
use guichet_model::{Cause, Outcome};

use super::site::{OneWord, Site};
use crate::{HostSaid, LastPage, probe};

#[tokio::test]
async fn nothing_leaves_for_a_target_that_must_not_be_asked() {
    let site = Site::open().await;
    let target = site.target("92-nanterre/asile", "/private");
    let probed = probe(&site.client, &OneWord, &target, 0, &|| site.clock.now()).await;
    assert_eq!(probed.outcome, Outcome::Unknown(Cause::Withheld));
    assert_eq!((probed.last_said, probed.last_page), (HostSaid::NotAsked, LastPage::Unread));
    assert_eq!((probed.recognised, probed.facts.requests, probed.page()), (false, 0, None));
    assert_eq!(probed.why, "the site asks not to");
    assert_eq!(site.visits(), 0);
}

#[tokio::test]
async fn a_sampler_never_plans_what_must_not_be_asked() {
    let site = Site::open().await;
    let targets = [
        site.target("92-nanterre/asile", "/private"),
        site.target("92-nanterre/etudiant", "/"),
        site.target("92-antony/asile", "/private"),
    ];
    assert_eq!(site.pass(&targets[..1]).await.total(), 0);
    assert_eq!(site.visits(), 0);
    site.says(&["full"]);
    assert_eq!(site.pass(&targets).await.outcomes, [0, 1, 0, 0]);
    let known: Vec<_> = site.reader().targets().unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(known, [targets[1].id.clone()]);
}

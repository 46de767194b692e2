use std::time::Duration;

use guichet_model::{Exchange, Params, ProbeFacts, Sha256Hex, TargetStatus};
use guichet_platforms::{Markers, Platform};
use guichet_sampler::{Came, HostSaid, LastPage, Look, judge};
use tempfile::TempDir;

use super::*;
use crate::reread::{Walked, walk};

/// A booking form's first page, as the adapter's own fixtures have it.
const START: &str = include_str!("../../../guichet-platforms/fixtures/ez-booking/start-old.html");
const FULL: &str =
    include_str!("../../../guichet-platforms/fixtures/ez-booking/full-straight-apostrophe.html");

fn at() -> Instant {
    "2026-03-02T08:00:00.25Z".parse().unwrap()
}

fn ez() -> &'static dyn Platform {
    guichet_platforms::platform("ez-booking").unwrap()
}

fn target() -> Target {
    Target {
        id: "92-nanterre/asile/tous".parse().unwrap(),
        label: None,
        platform: "ez-booking".to_owned(),
        url: "https://www.exemple.gouv.fr/booking/create/1234".parse().unwrap(),
        status: TargetStatus::Active,
        cadence: Duration::from_mins(30),
        timezone: guichet_model::civil::PARIS,
        seen: None,
        source: None,
        conflict: None,
        params: Params::new(),
    }
}

fn exchange(ask: &Ask, step: u8, n: u8) -> Exchange {
    let final_url = format!("https://www.exemple.gouv.fr/booking/create/1234/{step}");
    Exchange {
        method: method(ask).to_owned(),
        url: ask.url().clone(),
        final_url: final_url.parse().unwrap(),
        status: 200,
        sent_at: at(),
        duration_ms: 7,
        bytes: 11,
        body_sha256: Sha256Hex([n; 32]),
        headers: vec![("set-cookie".to_owned(), "secret=1".to_owned())],
    }
}

/// A probe of two pages: the first leads on, the second decides.
fn probed() -> Probed {
    let asked = questions();
    let exchanges = vec![exchange(&asked[0], 0, 1), exchange(&asked[1], 2, 2)];
    let look = |ask: &Ask, body: &str, decision: &str| Look {
        ask: ask.clone(),
        body: body.to_owned(),
        markers: Vec::new(),
        decision: decision.to_owned(),
    };
    Probed {
        ended_at: at(),
        outcome: Outcome::Full,
        desks: Vec::new(),
        facts: ProbeFacts {
            platform: "ez-booking".to_owned(),
            revision: 1,
            requests: 3,
            http_status: Some(200),
            duration_ms: 4000,
            evidence_sha256: Some(Sha256Hex([2; 32])),
            desks_seen: 0,
            service: None,
            exchanges,
        },
        looks: vec![look(&asked[0], START, "going on"), look(&asked[1], FULL, "full")],
        decisive: Some(1),
        recognised: true,
        last_page: LastPage::Known,
        retry_after: None,
        robots: None,
        last_said: HostSaid::Answer(Outcome::Full),
        why: "full".to_owned(),
    }
}

/// What the adapter asks today.
fn questions() -> Vec<Ask> {
    let first = ez().begin(&target());
    let only =
        [Kept { ask: first.clone(), final_url: first.url().clone(), status: 200, body: START.to_owned() }];
    let trail =
        guichet_platforms::Trail { round: 0, asked: std::slice::from_ref(&first), noted: &[], listed: &[] };
    let page = guichet_platforms::Page { url: &only[0].final_url, status: 200, body: START };
    match judge(ez(), &target(), &page, &trail, None, &mut Markers::default()).came {
        Came::On { next, .. } => vec![first, next],
        ended => panic!("the first page leads nowhere: {ended:?}"),
    }
}

fn saved() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let folder = save(&dir.path().join("probes"), &target(), 3, &probed()).unwrap();
    (dir, folder)
}

#[test]
fn a_saved_probe_is_read_back_and_walked_to_the_same_end() {
    let (_dir, folder) = saved();
    assert!(folder.ends_with("probes/20260302T080000250Z-92-nanterre-asile-tous"), "{folder:?}");
    let saved = SavedProbe::read(&folder.join(PROBE_FILE)).unwrap();
    assert_eq!((saved.id().unwrap(), saved.url().unwrap()), (target().id, target().url));
    assert_eq!((saved.round, saved.observed_at().unwrap(), saved.revision), (3, at(), 1));
    assert_eq!(saved.outcome().unwrap(), Outcome::Full);
    assert!(saved.last_page_decided());
    let kept = saved.pages(&folder).unwrap();
    assert_eq!(kept.iter().map(|page| page.ask.clone()).collect::<Vec<_>>(), questions());
    assert_eq!(kept[1].body, FULL);
    let (walked, _) = walk(ez(), &target(), 3, at(), &kept);
    assert!(matches!(&walked, Walked::Ended(reading) if reading.outcome == Outcome::Full), "{walked:?}");
    let (walked, _) = walk(ez(), &target(), 3, at(), &kept[..1]);
    assert!(matches!(walked, Walked::Exhausted { .. }), "{walked:?}");
    let moved = Target { url: "https://www.exemple.gouv.fr/booking/create/9".parse().unwrap(), ..target() };
    let (walked, _) = walk(ez(), &moved, 3, at(), &kept);
    assert!(matches!(walked, Walked::OtherQuestion { number: 1, .. }), "{walked:?}");
}

#[test]
fn no_header_and_no_cookie_is_saved() {
    let (_dir, folder) = saved();
    let text = fs::read_to_string(folder.join(PROBE_FILE)).unwrap();
    assert!(!text.contains("secret") && !text.contains("cookie"), "{text}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3, "two pages and probe.json");
}

#[test]
fn nothing_is_saved_over_another_probe() {
    let (dir, _) = saved();
    let error = save(&dir.path().join("probes"), &target(), 0, &probed()).unwrap_err().to_string();
    assert!(error.contains("is there already"), "{error}");
}

#[test]
fn a_page_outside_the_folder_is_not_read() {
    let (_dir, folder) = saved();
    let path = folder.join(PROBE_FILE);
    let text = fs::read_to_string(&path).unwrap();
    for elsewhere in ["../1.html", "/etc/hostname", "a/../1.html", "./1.html", ".", "..", ""] {
        fs::write(&path, text.replace("\"1.html\"", &format!("\"{elsewhere}\""))).unwrap();
        let error = SavedProbe::read(&path).unwrap().pages(&folder).unwrap_err();
        assert!(error.to_string().contains("not a file beside it"), "{elsewhere}: {error:#}");
    }
}

#[test]
fn what_is_no_saved_probe_is_refused() {
    let (_dir, folder) = saved();
    let path = folder.join(PROBE_FILE);
    let text = fs::read_to_string(&path).unwrap();
    for (from, to) in [("guichet-probe/1", "guichet-probe/2"), ("{", ""), ("\"requests\"", "\"asked\"")] {
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        assert!(SavedProbe::read(&path).is_err(), "{from}");
    }
    for (from, to) in [("\"full\"", "\"open\""), ("\"cause\": null", "\"cause\": \"gone\"")] {
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        assert!(SavedProbe::read(&path).unwrap().outcome().is_err(), "{from}");
    }
    fs::write(&path, text).unwrap();
    fs::remove_file(folder.join("2.html")).unwrap();
    let error = format!("{:#}", SavedProbe::read(&path).unwrap().pages(&folder).unwrap_err());
    assert!(error.contains("2.html is missing"), "{error}");
}

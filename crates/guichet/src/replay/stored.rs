//! A page that the database keeps: of each probe only the one that decided.
//!
//! The pages before it are gone, and so is what was sent with its question. So the page is read by itself and compared
//! with the desk that it was about.

use anyhow::{anyhow, bail};
use guichet_catalog::Catalog;
use guichet_model::{Cause, Exchange, Outcome};
use guichet_platforms::{Ask, Markers, Page, Platform, Trail};
use guichet_sampler::{Came, judge};
use guichet_store::StoredPage;

use super::{Difference, Replayed, Said, target_of_then};

const ONLY_LEADS_ON: &str = "the page only leads on, and the answer after it never came";
const QUESTION_NOT_KEPT: &str =
    "the page tells nothing by itself, and what was sent with its question was not kept";

/// Reads a stored page again.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn stored_page(stored: &StoredPage, catalog: &Catalog) -> anyhow::Result<Replayed> {
    let observation = &stored.observation;
    let probe = observation.probe.as_ref().ok_or_else(|| anyhow!("how it was read is not kept"))?;
    let platform = guichet_platforms::platform(&probe.platform)
        .ok_or_else(|| anyhow!("this version does not read the platform `{}`", probe.platform))?;
    if !stored.whole {
        bail!("only its first part was kept");
    }
    let exchanges = &probe.exchanges;
    let place = exchanges.iter().rposition(|exchange| Some(exchange.body_sha256) == probe.evidence_sha256);
    let (Some(place), Some(first)) = (place, exchanges.first()) else {
        bail!("the question that brought it is not kept");
    };
    let url = address_of_then(catalog, stored, first);
    let (target, note) = target_of_then(catalog, &observation.target, platform, url);
    let decisive = &exchanges[place];
    let page = Page { url: &decisive.final_url, status: decisive.status, body: &stored.body };
    let mut asked: Vec<Ask> = exchanges[..place].iter().map(|exchange| ask(exchange, 0)).collect();
    asked.push(ask(decisive, 0));
    let mut reads = Vec::new();
    // Which kind of POST it was is not kept either: any that reads as it read then will do.
    let shapes = if decisive.method == "POST" { POST_SHAPES } else { 1 };
    let then = expected(stored);
    let is_of_then = |said: &Option<Outcome>| said.is_some_and(|said| then.contains(&said));
    // Told by the last page alone; and a row from before services were kept tells nothing.
    let service = probe.service.filter(|_| place + 1 == exchanges.len());
    for shape in 0..shapes {
        asked[place] = ask(decisive, shape);
        let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
        let seen_at = Some(observation.observed_at);
        let came = judge(platform, &target, &page, &trail, seen_at, &mut Markers::default()).came;
        let (said, seen) = match came {
            Came::Read(reading) | Came::BrokenOff { reading, .. } => {
                (Some(reading.outcome), service.map(|service| (Some(service), reading.service)))
            }
            // What the service is, is told at the end of a walk only.
            Came::On { noted, .. } => (noted.map(|noted| noted.outcome), None),
        };
        let seen = seen.filter(|(then, today)| then != today);
        if is_of_then(&said) && seen.is_none() {
            return Ok(Replayed::Same);
        }
        reads.push((said, seen));
    }
    let of_then = reads.iter().find(|(said, _)| is_of_then(said));
    let known = || reads.iter().find(|(said, _)| said.is_some_and(|said| said.is_known()));
    let (today, service) = of_then.or_else(known).or(reads.first()).copied().unwrap_or_default();
    if today.is_none() && may_lead_on(observation.outcome, probe.revision == platform.revision()) {
        return Ok(Replayed::NotComparable(ONLY_LEADS_ON));
    }
    // The same reader says the same of the same: what is missing is the question.
    if decisive.method == "POST" && probe.revision == platform.revision() && of_then.is_none() {
        return Ok(Replayed::NotComparable(QUESTION_NOT_KEPT));
    }
    Ok(Replayed::Differs(Box::new(Difference {
        target: observation.target.clone(),
        at: observation.observed_at,
        place: format!("in the database, decided {} times", stored.times),
        then: Said {
            outcome: today.filter(|said| then.contains(said)).or(then.first().copied()),
            platform: probe.platform.clone(),
            revision: probe.revision,
        },
        today: Said { outcome: today, platform: probe.platform.clone(), revision: platform.revision() },
        service,
        desks: Vec::new(),
        question: None,
        note,
    })))
}

/// How many kinds of POST there are.
const POST_SHAPES: usize = 3;

/// The question of an exchange, without what was sent.
fn ask(exchange: &Exchange, shape: usize) -> Ask {
    let url = exchange.url.clone();
    match (exchange.method.as_str(), shape) {
        ("POST", 0) => Ask::PostForm(url, Vec::new()),
        ("POST", 1) => Ask::PostJson(url, String::new()),
        ("POST", _) => Ask::PostText(url, String::new()),
        _ => Ask::Get(url),
    }
}

/// The booking page of then: that of the catalogue if its first question is the one that was asked, else what was
/// asked first.
fn address_of_then(catalog: &Catalog, stored: &StoredPage, first: &Exchange) -> url::Url {
    let known = catalog.target(&stored.observation.target).map(|(_, target)| target);
    let asks_the_same =
        |platform: &dyn Platform, target: &&guichet_model::Target| platform.begin(target).url() == &first.url;
    known
        .filter(|target| {
            guichet_platforms::platform(&target.platform)
                .is_some_and(|platform| asks_the_same(platform, target))
        })
        .map_or_else(|| first.url.clone(), |target| target.url.clone())
}

/// What the page that decided can have said: the first open desk, else the last; of an unknown outcome also the
/// cause, which may have stood on that page or have come after it.
fn expected(stored: &StoredPage) -> Vec<Outcome> {
    let observation = &stored.observation;
    let open = observation.desks.iter().find(|desk| desk.outcome.offer().is_some());
    let last = observation.desks.last();
    match (observation.outcome, open, last) {
        (Outcome::Open(_), Some(open), _) => vec![open.outcome],
        (Outcome::Unknown(Cause::Unreachable | Cause::Withheld), _, Some(last)) => vec![last.outcome],
        (Outcome::Unknown(Cause::Unrecognised | Cause::Gone), ..) | (_, _, None) => vec![observation.outcome],
        (Outcome::Unknown(_), _, Some(last)) => vec![observation.outcome, last.outcome],
        (_, _, Some(last)) => vec![last.outcome],
    }
}

/// Whether a page that leads on can have been the last one of a probe with this outcome: the next request failed.
fn may_lead_on(outcome: Outcome, same_revision: bool) -> bool {
    match outcome {
        Outcome::Unknown(Cause::Unrecognised) => same_revision,
        Outcome::Unknown(cause) => cause != Cause::Gone,
        Outcome::Open(_) | Outcome::Full | Outcome::Shut => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use guichet_catalog::{Options, load};
    use guichet_model::{
        DeskReading, Instant, Observation, Offer, ProbeFacts, Purpose, Service, Sha256Hex, Source,
    };

    use super::*;

    const FULL: &str =
        include_str!("../../../guichet-platforms/fixtures/ez-booking/full-straight-apostrophe.html");
    const START: &str = include_str!("../../../guichet-platforms/fixtures/ez-booking/start-old.html");
    const FORM: &str = "https://www.exemple.gouv.fr/booking/create/1234";

    fn desk(id: &str, outcome: Outcome) -> DeskReading {
        DeskReading { desk: id.to_owned(), label: None, outcome }
    }

    /// The lists of the real catalogue, and no site.
    fn without_sites() -> Catalog {
        let (real, folder) =
            (Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data"), tempfile::tempdir().unwrap());
        for inner in ["sites", "geo", "calendars"] {
            fs::create_dir(folder.path().join(inner)).unwrap();
        }
        for file in [
            "metadata.toml",
            "departments.toml",
            "procedures.toml",
            "geo/departements.geojson",
            "calendars/public-holidays.toml",
        ] {
            fs::copy(real.join(file), folder.path().join(file)).unwrap();
        }
        load(folder.path(), &Options::default()).unwrap()
    }

    /// A page that decided a probe: what it was asked with, what stands on it, what it was read as.
    fn stored(
        method: &str,
        body: &str,
        outcome: Outcome,
        desks: &[DeskReading],
        revision: u16,
    ) -> StoredPage {
        let at: Instant = "2026-03-02T08:00:00Z".parse().unwrap();
        let step = if method == "POST" { 2 } else { 0 };
        let exchange = |method: &str, url: &str, last: &str, n: u8| Exchange {
            method: method.to_owned(),
            url: url.parse().unwrap(),
            final_url: last.parse().unwrap(),
            status: 200,
            sent_at: at,
            duration_ms: 1,
            bytes: 1,
            body_sha256: Sha256Hex([n; 32]),
            headers: Vec::new(),
        };
        let first = format!("{FORM}/0");
        let mut exchanges = vec![exchange("GET", &first, &first, 1)];
        if method == "POST" {
            exchanges.push(exchange("POST", &first, &format!("{FORM}/{step}"), 2));
        }
        let evidence = exchanges.last().unwrap().body_sha256;
        let probe = ProbeFacts {
            platform: "ez-booking".to_owned(),
            revision,
            requests: 2,
            http_status: Some(200),
            duration_ms: 1,
            evidence_sha256: Some(evidence),
            desks_seen: 0,
            service: None,
            exchanges,
        };
        let observation = Observation {
            target: "92-nowhere/asile".parse().unwrap(),
            observed_at: at,
            outcome,
            purpose: Purpose::Base,
            intensity_per_h: None,
            source: Source::sampler(),
            desks: desks.to_vec(),
            probe: Some(probe),
        };
        StoredPage { observation, times: 1, body: body.to_owned(), whole: true }
    }

    #[test]
    fn a_stored_page_is_compared_with_the_desk_that_it_was_about() {
        let catalog = without_sites();
        let today = guichet_platforms::platform("ez-booking").unwrap().revision();
        let (open, unknown) = (Outcome::Open(Offer::UNTOLD), Outcome::Unknown);
        let full = || desk("1", Outcome::Full);
        for (method, body, outcome, desks, revision, expected) in [
            ("POST", FULL, Outcome::Full, vec![], 1, "same"),
            ("POST", FULL, Outcome::Full, vec![desk("2", Outcome::Shut), full()], 1, "same"),
            // The page of the open desk is the one that is kept.
            ("POST", FULL, open, vec![full(), desk("2", open)], 0, "differs"),
            ("POST", FULL, Outcome::Shut, vec![], 0, "differs"),
            ("POST", FULL, Outcome::Shut, vec![], today, "not comparable"),
            // The next request failed: its failure says nothing about the page before.
            ("POST", FULL, unknown(Cause::Unreachable), vec![full()], 1, "same"),
            ("POST", FULL, unknown(Cause::Unrecognised), vec![full()], 0, "differs"),
            ("GET", START, unknown(Cause::Unreachable), vec![], 0, "not comparable"),
            ("GET", START, unknown(Cause::Unrecognised), vec![], 0, "differs"),
            ("GET", START, unknown(Cause::Unrecognised), vec![], today, "not comparable"),
            ("GET", START, Outcome::Full, vec![], today, "differs"),
        ] {
            let stored = stored(method, body, outcome, &desks, revision);
            let came = match stored_page(&stored, &catalog).unwrap() {
                Replayed::Same => "same",
                Replayed::NotComparable(_) => "not comparable",
                Replayed::Differs(difference) => {
                    assert_eq!(difference.note, Some(super::super::NOT_IN_CATALOGUE));
                    "differs"
                }
            };
            assert_eq!(came, expected, "{method} {outcome:?} {desks:?} {revision}");
        }
        let half = StoredPage { whole: false, ..stored("POST", FULL, Outcome::Full, &[], 1) };
        assert!(stored_page(&half, &catalog).is_err());
    }

    #[test]
    fn what_the_service_was_is_compared_where_it_was_told_by_the_page_that_is_kept() {
        let catalog = without_sites();
        let today = guichet_platforms::platform("ez-booking").unwrap().revision();
        let (wall, reachable) = (Some(Service::Wall), Some(Service::Reachable));
        let differing = |service, later: bool| {
            let mut stored = stored("POST", FULL, Outcome::Full, &[desk("1", Outcome::Full)], today);
            let probe = stored.observation.probe.as_mut().unwrap();
            probe.service = service;
            if later {
                // The page of a later desk told it.
                let other = Exchange { body_sha256: Sha256Hex([3; 32]), ..probe.exchanges[1].clone() };
                probe.exchanges.push(other);
            }
            match stored_page(&stored, &catalog).unwrap() {
                Replayed::Differs(difference) => {
                    assert_eq!(difference.then.outcome, difference.today.outcome);
                    let mut text = String::new();
                    difference.tell(&mut text).unwrap();
                    assert!(text.contains("\n   service: was wall, now reachable\n"), "{text}");
                    difference.service
                }
                same => {
                    assert!(matches!(same, Replayed::Same), "{same:?}");
                    None
                }
            }
        };
        assert_eq!(differing(wall, false), Some((wall, reachable)));
        assert_eq!(differing(reachable, false), None);
        assert_eq!(differing(None, false), None, "a row from before services were kept");
        assert_eq!(differing(wall, true), None);
    }
}

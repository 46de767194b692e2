//! Pages that their reader no longer knows: counts them, and says when somebody should be told. Pure. What never enters:
//! text of a page, what is done about it.
//!
//! A page counts when it came whole and the reader did not know it. A page that is recognised, the platform's own wall
//! and the platform's own word that the page is gone end the count: the reader understood them. Everything else (no
//! answer, a refusal, an overload, a login, a 404 of the server's) tells nothing about the reader and leaves it.

use guichet_store::Drift;

use crate::probe::{LastPage, Probed};

/// What is known of a target's drift after a probe.
pub(crate) fn after(before: Option<&Drift>, probed: &Probed) -> Option<Drift> {
    match probed.last_page {
        _ if probed.recognised => None,
        LastPage::Known => None,
        LastPage::Unread => before.cloned(),
        LastPage::Strange => Some(counted(before, probed)),
    }
}

/// One page more that was not known. What is told of a page is kept from the alarm's first page on, and renewed with
/// each news of it.
fn counted(before: Option<&Drift>, probed: &Probed) -> Drift {
    let now = Drift {
        times: before.map_or(0, |drift| drift.times).saturating_add(1),
        since: before.map_or(probed.ended_at, |drift| drift.since),
        last_at: probed.ended_at,
        told_at: probed.ended_at,
        platform: probed.facts.platform.clone(),
        revision: probed.facts.revision,
        markers: probed.looks.last().map(|look| look.markers.clone()).unwrap_or_default(),
        found: probed.why.clone(),
        page_sha256: probed.facts.exchanges.last().map(|exchange| exchange.body_sha256),
    };
    match before.filter(|before| before.is_alarm() && news(Some(before), Some(&now)).is_none()) {
        Some(before) => Drift { times: now.times, last_at: now.last_at, ..before.clone() },
        None => now,
    }
}

/// The drift that somebody should be told of now: at the alarm's first page, and at the first page of each further day
/// of 24 hours since the drift began. Pages that differ each time, as with a form's token, are no news.
pub(crate) fn news<'a>(before: Option<&Drift>, now: Option<&'a Drift>) -> Option<&'a Drift> {
    let day = |drift: &Drift| (drift.last_at - drift.since).num_days();
    now.filter(|now| now.is_alarm())
        .filter(|now| before.is_none_or(|before| !before.is_alarm() || day(before) < day(now)))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use guichet_model::{Cause, Exchange, Instant, Marker, Outcome, ProbeFacts, Sha256Hex};
    use guichet_platforms::Ask;

    use super::*;
    use crate::{HostSaid, Look};

    fn at(hours: i64) -> Instant {
        "2026-03-02T08:00:00Z".parse::<Instant>().unwrap() + TimeDelta::hours(hours)
    }

    /// A probe of two pages, of which the last had this hash and was this to its reader.
    fn probed(last_page: LastPage, outcome: Outcome, hours: i64, hash: u8) -> Probed {
        let url: url::Url = "https://www.exemple.gouv.fr/rdv".parse().unwrap();
        let exchange = |hash| Exchange {
            method: "GET".to_owned(),
            url: url.clone(),
            final_url: url.clone(),
            status: 200,
            sent_at: at(hours),
            duration_ms: 1,
            bytes: 1,
            body_sha256: Sha256Hex([hash; 32]),
            headers: Vec::new(),
        };
        let look = |what: &str| Look {
            ask: Ask::Get(url.clone()),
            body: "secret".to_owned(),
            markers: vec![Marker { what: what.to_owned(), found: false }],
            decision: String::new(),
        };
        Probed {
            ended_at: at(hours),
            outcome,
            desks: Vec::new(),
            facts: ProbeFacts {
                platform: "ez-booking".to_owned(),
                revision: 2,
                requests: 2,
                http_status: Some(200),
                duration_ms: 1,
                evidence_sha256: Some(Sha256Hex([hash; 32])),
                desks_seen: 0,
                service: None,
                exchanges: vec![exchange(0), exchange(hash)],
            },
            looks: vec![look("a first page"), look("a calendar")],
            decisive: Some(1),
            recognised: outcome.is_known(),
            last_page,
            retry_after: None,
            robots: None,
            last_said: HostSaid::Answer(outcome),
            why: "the page was not recognised: no calendar".to_owned(),
        }
    }

    const STRANGE: (LastPage, Outcome) = (LastPage::Strange, Outcome::Unknown(Cause::Unrecognised));

    /// How often a page was strange in a row, after each of a row of probes.
    fn times(row: &[(LastPage, Outcome)]) -> Vec<u32> {
        let mut drift: Option<Drift> = None;
        row.iter()
            .map(|(last_page, outcome)| {
                drift = after(drift.as_ref(), &probed(*last_page, *outcome, 0, 7));
                drift.as_ref().map_or(0, |drift| drift.times)
            })
            .collect()
    }

    #[test]
    fn only_a_page_that_its_reader_knows_ends_a_drift() {
        let unread = |cause| (LastPage::Unread, Outcome::Unknown(cause));
        let wall = (LastPage::Known, Outcome::Unknown(Cause::Challenged));
        let gone = (LastPage::Known, Outcome::Unknown(Cause::Gone));
        for known in [(LastPage::Known, Outcome::Full), (LastPage::Known, Outcome::Shut), wall, gone] {
            assert_eq!(times(&[STRANGE, STRANGE, known, STRANGE]), [1, 2, 0, 1], "{known:?}");
        }
        for (cause, _) in Cause::ALL {
            assert_eq!(times(&[STRANGE, unread(cause), STRANGE]), [1, 1, 2], "{cause}");
            assert_eq!(times(&[unread(cause)]), [0], "{cause}");
        }
    }

    #[test]
    fn a_desk_that_was_open_shows_that_the_reader_still_works() {
        let open = Outcome::Open(guichet_model::Offer::UNTOLD);
        assert_eq!(times(&[STRANGE, (LastPage::Strange, open), (LastPage::Unread, open)]), [1, 0, 0]);
    }

    #[test]
    fn a_drift_tells_since_when_and_what_the_last_page_was() {
        let (page, outcome) = STRANGE;
        let first = after(None, &probed(page, outcome, 0, 7));
        let second = after(first.as_ref(), &probed(page, outcome, 1, 8));
        let told = Drift {
            times: 2,
            since: at(0),
            last_at: at(1),
            told_at: at(1),
            platform: "ez-booking".to_owned(),
            revision: 2,
            markers: vec![Marker { what: "a calendar".to_owned(), found: false }],
            found: "the page was not recognised: no calendar".to_owned(),
            page_sha256: Some(Sha256Hex([8; 32])),
        };
        assert_eq!(second, Some(told));
    }

    #[test]
    fn what_is_told_of_an_alarm_grows_old_and_is_renewed_once_a_day() {
        let (page, outcome) = STRANGE;
        let mut drift: Option<Drift> = None;
        let told: Vec<(u32, Instant)> = [0, 1, 2, 3, 10, 23, 24, 30]
            .into_iter()
            .map(|hours| {
                drift = after(drift.as_ref(), &probed(page, outcome, hours, u8::try_from(hours).unwrap()));
                let drift = drift.as_ref().unwrap();
                assert_eq!(drift.last_at, at(hours));
                let hash = (drift.told_at - at(0)).num_hours();
                assert_eq!(drift.page_sha256, Some(Sha256Hex([u8::try_from(hash).unwrap(); 32])));
                (drift.times, drift.told_at)
            })
            .collect();
        let of = |times, hours| (times, at(hours));
        let wanted = [of(1, 0), of(2, 1), of(3, 2), of(4, 2), of(5, 2), of(6, 2), of(7, 24), of(8, 24)];
        assert_eq!(told, wanted);
    }

    #[test]
    fn an_alarm_is_news_with_its_third_page_and_then_once_a_day() {
        let (page, outcome) = STRANGE;
        let mut drift: Option<Drift> = None;
        let told: Vec<i64> = (0..80)
            .filter(|hours| {
                let before = drift.clone();
                drift = after(before.as_ref(), &probed(page, outcome, *hours, u8::try_from(*hours).unwrap()));
                news(before.as_ref(), drift.as_ref()).is_some()
            })
            .collect();
        assert_eq!(told, [2, 24, 48, 72]);
        let unread = after(drift.as_ref(), &probed(LastPage::Unread, outcome, 1_000, 0));
        assert_eq!(news(drift.as_ref(), unread.as_ref()), None);
        assert_eq!(news(drift.as_ref(), None), None);
        let rarely = (0..4).fold((None, Vec::new()), |(before, mut told): (Option<Drift>, _), week| {
            let now = after(before.as_ref(), &probed(page, outcome, week * 168, 0));
            told.push(news(before.as_ref(), now.as_ref()).is_some());
            (now, told)
        });
        assert_eq!(rarely.1, [false, false, true, true]);
    }
}

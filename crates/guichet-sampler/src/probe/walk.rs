//! The questions of one probe, one after the other: adapter asks, fetch brings, each page is judged. What never enters:
//! what becomes of a target.

use std::time::Duration;

use guichet_fetch::{Answer, Failure, Request, RobotsVerdict};
use guichet_model::{Cause, DeskReading, Exchange, Instant, Outcome, ProbeFacts, Sha256Hex, Target};
use guichet_platforms::{Ask, Desk, Markers, Page, Platform, Reading, Trail, desks::break_off};
use url::Url;

use super::{
    LastPage, Look, Probed,
    failure::{cause_of, stay_away},
    judge::{Came, Judged, judge, one_too_many},
};
use crate::breaker::HostSaid;

/// What a probe comes to, and why.
pub(super) struct Verdict {
    reading: Reading,
    last_page: LastPage,
    pub(super) last_said: HostSaid,
    why: String,
}

/// What the page of a reading was to the reader itself.
fn last_page(reading: &Reading) -> LastPage {
    match reading.outcome {
        // That a page is gone for good is a sentence that the reader knows.
        _ if reading.is_recognised() => LastPage::Known,
        Outcome::Unknown(Cause::Gone) => LastPage::Known,
        Outcome::Unknown(Cause::Unrecognised) => LastPage::Strange,
        _ => LastPage::Unread,
    }
}

/// The questions and answers of one probe so far.
#[derive(Default)]
pub(super) struct Walk {
    asked: Vec<Ask>,
    noted: Vec<DeskReading>,
    /// The place among the exchanges of the page that brought each note.
    noted_on: Vec<usize>,
    listed: Vec<Desk>,
    exchanges: Vec<Exchange>,
    /// What came of each exchange.
    looks: Vec<Look>,
    retry_after: Option<Duration>,
}

impl Walk {
    /// Asks until the probe is over.
    pub(super) async fn follow(
        &mut self,
        lease: &mut guichet_fetch::Probe,
        platform: &dyn Platform,
        target: &Target,
        round: u64,
        clock_now: &(dyn Fn() -> Instant + Sync),
    ) -> Verdict {
        let mut ask = platform.begin(target);
        let may_follow = |to: &Url| platform.may_follow(target, to);
        loop {
            if let Some(why) = one_too_many(target, &self.asked, &ask) {
                return self.strange(why);
            }
            self.asked.push(ask.clone());
            let answer = match lease.send(request(ask.clone()), &may_follow).await {
                Ok(answer) => answer,
                Err(failure) => return self.failed(&failure, clock_now()),
            };
            self.keep(ask, &answer);
            let page = Page { url: &answer.final_url, status: answer.status, body: &answer.body };
            let mut markers = Markers::default();
            let trail = self.trail(round);
            let Judged { came, decision: why } =
                judge(platform, target, &page, &trail, Some(answer.received_at), &mut markers);
            self.decide(markers, &why);
            match came {
                Came::BrokenOff { cause, reading } => {
                    let ended = match cause {
                        Cause::Unrecognised => self.strange(why),
                        _ => self.broken_off(cause, why),
                    };
                    return Verdict { reading, ..ended };
                }
                Came::Read(reading) => {
                    // The wall is an ordinary page of its site, no sign of distress.
                    let wall = reading.is_recognised() && !reading.outcome.is_known();
                    let last_said = if wall { HostSaid::Well } else { HostSaid::Answer(reading.outcome) };
                    return Verdict { last_page: last_page(&reading), reading, last_said, why };
                }
                Came::On { noted, listed, next } => {
                    if let Some(noted) = noted {
                        self.noted.push(noted);
                        self.noted_on.push(self.exchanges.len() - 1);
                    }
                    self.listed.extend(listed);
                    ask = next;
                }
            }
        }
    }

    fn trail(&self, round: u64) -> Trail<'_> {
        Trail { round, asked: &self.asked, noted: &self.noted, listed: &self.listed }
    }

    /// A probe that ended before its last page: what desks had said by then still counts.
    pub(super) fn broken_off(&self, cause: Cause, why: impl Into<String>) -> Verdict {
        let last = Outcome::Unknown(cause);
        Verdict {
            reading: break_off(&self.trail(0), last),
            last_page: LastPage::Unread,
            last_said: HostSaid::Answer(last),
            why: why.into(),
        }
    }

    /// A probe that ended with a page which is none that its reader knows.
    fn strange(&self, why: impl Into<String>) -> Verdict {
        let last_page = if self.exchanges.is_empty() { LastPage::Unread } else { LastPage::Strange };
        Verdict { last_page, ..self.broken_off(Cause::Unrecognised, why) }
    }

    /// A probe that ended without an answer.
    pub(super) fn failed(&mut self, failure: &Failure, now: Instant) -> Verdict {
        self.retry_after = stay_away(failure, now);
        let verdict = self.broken_off(cause_of(failure), failure.to_string());
        match failure {
            Failure::RobotsDisallowed { .. } => Verdict { last_said: HostSaid::NotAsked, ..verdict },
            _ => verdict,
        }
    }

    fn keep(&mut self, ask: Ask, answer: &Answer) {
        self.exchanges.push(Exchange {
            method: answer.method.to_owned(),
            url: answer.url.clone(),
            final_url: answer.final_url.clone(),
            status: answer.status,
            sent_at: answer.sent_at,
            duration_ms: millis(answer.duration),
            bytes: answer.bytes,
            body_sha256: Sha256Hex(answer.body_sha256),
            headers: answer.headers.clone(),
        });
        self.retry_after = answer.retry_after;
        let body = answer.body.clone();
        self.looks.push(Look { ask, body, markers: Vec::new(), decision: String::new() });
    }

    /// Writes down what was looked for on the last page and what came of it.
    fn decide(&mut self, markers: Markers, decision: &str) {
        if let Some(look) = self.looks.last_mut() {
            look.markers = markers.into_all();
            decision.clone_into(&mut look.decision);
        }
    }

    /// The place of the exchange that decided: that of the first open desk, else the last.
    fn decisive(&self, outcome: &Outcome) -> usize {
        let open = || self.noted.iter().position(|noted| noted.outcome.offer().is_some());
        let of_open = outcome.offer().and_then(|_| open()).and_then(|place| self.noted_on.get(place));
        of_open.copied().unwrap_or_else(|| self.exchanges.len().saturating_sub(1))
    }

    /// All that the probe brought.
    pub(super) fn end(
        self,
        verdict: Verdict,
        platform: &dyn Platform,
        began_at: Instant,
        ended_at: Instant,
        requests: u32,
        robots: Option<RobotsVerdict>,
    ) -> Probed {
        let recognised = verdict.reading.is_recognised();
        let place = self.decisive(&verdict.reading.outcome);
        let decisive = self.exchanges.get(place);
        let place = decisive.is_some().then_some(place);
        let (http_status, evidence_sha256) =
            decisive.map(|exchange| (exchange.status, exchange.body_sha256)).unzip();
        Probed {
            ended_at,
            outcome: verdict.reading.outcome,
            desks: verdict.reading.desks,
            facts: ProbeFacts {
                platform: platform.name().to_owned(),
                revision: platform.revision(),
                requests,
                http_status,
                duration_ms: millis((ended_at - began_at).to_std().unwrap_or_default()),
                evidence_sha256,
                desks_seen: verdict.reading.desks_seen,
                service: verdict.reading.service,
                exchanges: self.exchanges,
            },
            looks: self.looks,
            decisive: place,
            recognised,
            last_page: verdict.last_page,
            retry_after: self.retry_after,
            robots,
            last_said: verdict.last_said,
            why: verdict.why,
        }
    }
}

fn request(ask: Ask) -> Request {
    match ask {
        Ask::Get(url) => Request::Get(url),
        Ask::PostForm(url, pairs) => Request::PostForm(url, pairs),
        Ask::PostJson(url, value) => Request::PostJson(url, value),
        Ask::PostText(url, text) => Request::PostText(url, text),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_written_on_the_last_page_and_nowhere_without_one() {
        let mut walk = Walk::default();
        walk.decide(Markers::default(), "nobody");
        assert!(walk.looks.is_empty());
        let ask = || Ask::Get("https://www.exemple.gouv.fr/rdv".parse().unwrap());
        let look = |body: &str| Look {
            ask: ask(),
            body: body.to_owned(),
            markers: Vec::new(),
            decision: String::new(),
        };
        for (body, what, decision) in [("one", "a form", "going on"), ("two", "a calendar", "full")] {
            walk.looks.push(look(body));
            let mut markers = Markers::default();
            markers.look(what, true);
            walk.decide(markers, decision);
        }
        let told: Vec<_> = walk
            .looks
            .iter()
            .map(|look| (look.body.as_str(), look.markers[0].what.as_str(), look.decision.as_str()))
            .collect();
        assert_eq!(told, [("one", "a form", "going on"), ("two", "a calendar", "full")]);
    }

    #[test]
    fn what_a_reader_reads_is_a_page_that_it_knows_unless_it_says_otherwise() {
        let reading = |cause| Reading::plain(Outcome::Unknown(cause));
        for known in [Reading::plain(Outcome::Full), Reading::wall(), reading(Cause::Gone)] {
            assert_eq!(last_page(&known), LastPage::Known, "{known:?}");
        }
        assert_eq!(last_page(&reading(Cause::Unrecognised)), LastPage::Strange);
        for (cause, _) in Cause::ALL {
            if !matches!(cause, Cause::Gone | Cause::Unrecognised) {
                assert_eq!(last_page(&reading(cause)), LastPage::Unread, "{cause}");
            }
        }
    }
}

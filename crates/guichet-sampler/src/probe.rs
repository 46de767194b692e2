//! One probe: adapter asks, fetch brings, generic verdicts and adapter read. What never enters: storing, planning.

use std::time::Duration;

use guichet_fetch::{Answer, Client, Failure, Request, RobotsVerdict, registrable_host};
use guichet_model::{Cause, DeskReading, Exchange, Instant, Outcome, ProbeFacts, Sha256Hex, Target};
use guichet_platforms::{
    Ask, Desk, MOST_STEPS, Page, Platform, Reading, Step, Trail, desks::break_off, generic,
};
use url::Url;

/// What a probe brought.
#[derive(Debug, Clone)]
pub struct Probed {
    /// When it ended: the instant of the observation.
    pub ended_at: Instant,
    /// What was established.
    pub outcome: Outcome,
    /// What each desk said.
    pub desks: Vec<DeskReading>,
    /// How it went.
    pub facts: ProbeFacts,
    /// The page that decided, decoded; absent when none came.
    pub page: Option<String>,
    /// How long the server asked us to stay away.
    pub retry_after: Option<Duration>,
    /// What robots.txt says, where it was read.
    pub robots: Option<RobotsVerdict>,
    /// Whether robots.txt forbids the page: the host is well, and nothing but robots.txt was asked of it.
    pub forbidden_by_robots: bool,
    /// Why the outcome is what it is, in our words.
    pub why: String,
}

/// Probes `target` once: at most [`MOST_STEPS`] questions, all on its own registrable host. `round` is how many probes
/// of it came before. A site's misbehaviour is an outcome, never an error. `clock_now` tells the time.
pub async fn probe(
    client: &Client,
    platform: &dyn Platform,
    target: &Target,
    round: u64,
    clock_now: &(dyn Fn() -> Instant + Sync),
) -> Probed {
    let mut walk = Walk::default();
    let asked_at = clock_now();
    let mut lease = match client.probe(&target.url).await {
        Ok(lease) => lease,
        Err(failure) => {
            let verdict = walk.failed(&failure);
            return walk.end(verdict, platform, asked_at, clock_now(), 0, None);
        }
    };
    let began_at = clock_now();
    let verdict = walk.follow(&mut lease, platform, target, round).await;
    walk.end(verdict, platform, began_at, clock_now(), lease.requests(), lease.robots().cloned())
}

/// What a probe comes to, and why.
struct Verdict {
    reading: Reading,
    forbidden_by_robots: bool,
    why: String,
}

impl Verdict {
    fn new(reading: Reading, why: impl Into<String>) -> Self {
        Self { reading, forbidden_by_robots: false, why: why.into() }
    }
}

/// What a failed exchange means.
fn cause_of(failure: &Failure) -> Cause {
    match failure {
        Failure::RobotsDisallowed { .. } => Cause::Refused,
        Failure::RobotsUnavailable { status: Some(429), .. } => Cause::RateLimited,
        Failure::RobotsUnavailable { status: Some(_), .. } => Cause::Overloaded,
        Failure::RobotsUnavailable { source: Some(source), .. } => cause_of(source),
        Failure::ForeignRedirect { to, .. } if is_login(to) => Cause::LoginRequired,
        Failure::ForeignRedirect { .. } | Failure::TooLarge { .. } | Failure::TooManyRedirects { .. } => {
            Cause::Unrecognised
        }
        Failure::ForbiddenAddress { .. } | Failure::ForbiddenScheme { .. } => Cause::Withheld,
        _ => Cause::Unreachable,
    }
}

fn is_login(url: &Url) -> bool {
    url.host_str()
        .is_some_and(|host| host == "franceconnect.gouv.fr" || host.ends_with(".franceconnect.gouv.fr"))
}

/// The questions and answers of one probe so far.
#[derive(Default)]
struct Walk {
    asked: Vec<Ask>,
    noted: Vec<DeskReading>,
    listed: Vec<Desk>,
    exchanges: Vec<Exchange>,
    last: Option<(Sha256Hex, String)>,
    retry_after: Option<Duration>,
}

impl Walk {
    async fn follow(
        &mut self,
        lease: &mut guichet_fetch::Probe,
        platform: &dyn Platform,
        target: &Target,
        round: u64,
    ) -> Verdict {
        let mut ask = platform.begin(target);
        loop {
            if registrable_host(ask.url()) != registrable_host(&target.url) {
                return self.broken_off(Cause::Unrecognised, "the next page is on another host");
            }
            if self.asked.len() == MOST_STEPS {
                return self.broken_off(Cause::Unrecognised, "the page wants more steps than a probe has");
            }
            self.asked.push(ask.clone());
            let answer = match lease.send(request(ask)).await {
                Ok(answer) => answer,
                Err(failure) => return self.failed(&failure),
            };
            self.keep(&answer);
            let page = Page { url: &answer.final_url, status: answer.status, body: &answer.body };
            if let Some(outcome) = generic::verdict(&page) {
                let why = format!(
                    "the answer (status {}) is the same on every platform: {}",
                    answer.status,
                    words(&outcome)
                );
                return match outcome {
                    Outcome::Unknown(cause) => self.broken_off(cause, why),
                    told => Verdict::new(Reading::plain(told), why),
                };
            }
            match platform.read(target, &page, &self.trail(round)) {
                Ok(Step::Read(reading)) => {
                    let why = format!("{} read the page: {}", platform.name(), words(&reading.outcome));
                    return Verdict::new(reading, why);
                }
                Ok(Step::Ask { noted, listed, next }) => {
                    self.noted.extend(noted);
                    self.listed.extend(listed);
                    ask = next;
                }
                Err(unrecognised) => return self.broken_off(Cause::Unrecognised, unrecognised.to_string()),
            }
        }
    }

    fn trail(&self, round: u64) -> Trail<'_> {
        Trail { round, asked: &self.asked, noted: &self.noted, listed: &self.listed }
    }

    /// A probe that ended before its last page: what desks had said by then still counts.
    fn broken_off(&self, cause: Cause, why: impl Into<String>) -> Verdict {
        Verdict::new(break_off(&self.trail(0), Outcome::Unknown(cause)), why)
    }

    fn failed(&self, failure: &Failure) -> Verdict {
        let forbidden_by_robots = matches!(failure, Failure::RobotsDisallowed { .. });
        Verdict { forbidden_by_robots, ..self.broken_off(cause_of(failure), failure.to_string()) }
    }

    fn keep(&mut self, answer: &Answer) {
        let sha256 = Sha256Hex(answer.body_sha256);
        self.exchanges.push(Exchange {
            method: answer.method.to_owned(),
            url: answer.url.clone(),
            final_url: answer.final_url.clone(),
            status: answer.status,
            sent_at: answer.sent_at,
            duration_ms: millis(answer.duration),
            bytes: answer.bytes,
            body_sha256: sha256,
            headers: answer.headers.clone(),
        });
        self.retry_after = answer.retry_after;
        self.last = Some((sha256, answer.body.clone()));
    }

    fn end(
        self,
        verdict: Verdict,
        platform: &dyn Platform,
        began_at: Instant,
        ended_at: Instant,
        requests: u32,
        robots: Option<RobotsVerdict>,
    ) -> Probed {
        let (evidence_sha256, page) = self.last.unzip();
        Probed {
            ended_at,
            outcome: verdict.reading.outcome,
            desks: verdict.reading.desks,
            facts: ProbeFacts {
                platform: platform.name().to_owned(),
                revision: platform.revision(),
                requests,
                http_status: self.exchanges.last().map(|exchange| exchange.status),
                duration_ms: millis((ended_at - began_at).to_std().unwrap_or_default()),
                evidence_sha256,
                desks_seen: verdict.reading.desks_seen,
                exchanges: self.exchanges,
            },
            page,
            retry_after: self.retry_after,
            robots,
            forbidden_by_robots: verdict.forbidden_by_robots,
            why: verdict.why,
        }
    }
}

fn request(ask: Ask) -> Request {
    match ask {
        Ask::Get(url) => Request::Get(url),
        Ask::PostForm(url, pairs) => Request::PostForm(url, pairs),
        Ask::PostJson(url, value) => Request::PostJson(url, value),
    }
}

fn words(outcome: &Outcome) -> String {
    outcome.cause().map_or_else(|| outcome.as_str().to_owned(), |cause| format!("unknown, {cause}"))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_fail_has_its_cause() {
        let host = || "exemple.gouv.fr".to_owned();
        let to = |url: &str| Failure::ForeignRedirect { host: host(), to: url.parse().unwrap() };
        let robots = |status, source: Option<Failure>| Failure::RobotsUnavailable {
            host: host(),
            status,
            retry_at: Instant::UNIX_EPOCH,
            source: source.map(Box::new),
        };
        for (failure, cause) in [
            (to("https://app.franceconnect.gouv.fr/api/v1/authorize"), Cause::LoginRequired),
            (to("https://franceconnect.gouv.fr.example.org/"), Cause::Unrecognised),
            (Failure::RobotsDisallowed { host: host() }, Cause::Refused),
            (robots(Some(429), None), Cause::RateLimited),
            (robots(Some(503), None), Cause::Overloaded),
            (robots(None, Some(to("https://ailleurs.example/"))), Cause::Unrecognised),
            (robots(None, None), Cause::Unreachable),
            (Failure::Dns { host: host() }, Cause::Unreachable),
            (Failure::TooLarge { host: host(), cap: 1 }, Cause::Unrecognised),
            (Failure::TooManyRedirects { host: host(), limit: 5 }, Cause::Unrecognised),
            (Failure::ForbiddenAddress { host: host() }, Cause::Withheld),
        ] {
            assert_eq!(cause_of(&failure), cause, "{failure}");
        }
    }
}

//! One probe: adapter asks, fetch brings, generic verdicts and adapter read. What never enters: storing, planning.

use std::{fmt, time::Duration};

use chrono::TimeDelta;
use guichet_fetch::{Answer, Client, Failure, Request, RobotsVerdict, registrable_host};
use guichet_model::{Cause, DeskReading, Exchange, Instant, Marker, Outcome, ProbeFacts, Sha256Hex, Target};
use guichet_platforms::{
    Ask, Desk, MOST_STEPS, Markers, Page, Platform, Reading, Step, Trail, desks::break_off, generic,
};
use url::Url;

/// One question of a probe that was answered.
#[derive(Clone)]
pub struct Look {
    /// What was asked.
    pub ask: Ask,
    /// The page, decoded.
    pub body: String,
    /// What was looked for on it.
    pub markers: Vec<Marker>,
    /// What came of it, in our words.
    pub decision: String,
}

/// By hand, so that no log line ever holds a body.
impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("markers", &self.markers)
            .field("decision", &self.decision)
            .finish_non_exhaustive()
    }
}

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
    /// The answered questions, one for each of the exchanges in `facts`.
    pub looks: Vec<Look>,
    /// The place in `looks` of the page that decided; absent when none came.
    pub decisive: Option<usize>,
    /// Whether the page was recognised as one of the platform's own that works: what ends a target's probation.
    pub recognised: bool,
    /// How long the server asked us to stay away.
    pub retry_after: Option<Duration>,
    /// What robots.txt says, where it was read.
    pub robots: Option<RobotsVerdict>,
    /// What the host's last answer came to, whatever desks had said before: what its breaker goes by. `None` when
    /// robots.txt forbids the page or the platform's own CAPTCHA stands before the slots: the host is well.
    pub last_said: Option<Outcome>,
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
    if let Some(reason) = platform.not_asked(target) {
        let verdict = Verdict { last_said: None, ..walk.broken_off(Cause::Withheld, reason) };
        return walk.end(verdict, platform, asked_at, asked_at, 0, None);
    }
    let mut lease = match client.probe(&target.url).await {
        Ok(lease) => lease,
        Err(failure) => {
            let verdict = walk.failed(&failure, clock_now());
            return walk.end(verdict, platform, asked_at, clock_now(), 0, None);
        }
    };
    let began_at = clock_now();
    let verdict = walk.follow(&mut lease, platform, target, round, clock_now).await;
    walk.end(verdict, platform, began_at, clock_now(), lease.requests(), lease.robots().cloned())
}

/// What a probe comes to, and why.
struct Verdict {
    reading: Reading,
    /// Whether an adapter recognised the page.
    recognised: bool,
    last_said: Option<Outcome>,
    why: String,
}

impl Verdict {
    fn new(reading: Reading, last_said: Outcome, why: impl Into<String>) -> Self {
        Self { reading, recognised: false, last_said: Some(last_said), why: why.into() }
    }
}

/// Hosts that stand between a visitor and a page to sort people from robots, or to make them wait.
const CHALLENGERS: [&str; 6] = [
    "captcha-delivery.com",
    "queue-it.net",
    "queue-it.com",
    "perfdrive.com",
    "hcaptcha.com",
    "liveidentity.com",
];

/// What a failed exchange means.
fn cause_of(failure: &Failure) -> Cause {
    match failure {
        Failure::RobotsDisallowed { .. } => Cause::Refused,
        Failure::RobotsUnavailable { status: Some(429), .. } => Cause::RateLimited,
        Failure::RobotsUnavailable { status: Some(_), .. } => Cause::Overloaded,
        Failure::RobotsUnavailable { source: Some(source), .. } => cause_of(source),
        Failure::ForeignRedirect { to, .. } if is_under(to, "franceconnect.gouv.fr") => Cause::LoginRequired,
        Failure::ForeignRedirect { to, .. } if CHALLENGERS.iter().any(|domain| is_under(to, domain)) => {
            Cause::Challenged
        }
        Failure::ForeignRedirect { .. }
        | Failure::ForbiddenRedirect { .. }
        | Failure::TooLarge { .. }
        | Failure::TooManyRedirects { .. } => Cause::Unrecognised,
        Failure::ForbiddenAddress { .. } | Failure::ForbiddenScheme { .. } | Failure::CrawlDelay { .. } => {
            Cause::Withheld
        }
        _ => Cause::Unreachable,
    }
}

/// How long a failure asks us to stay away from `now` on.
fn stay_away(failure: &Failure, now: Instant) -> Option<Duration> {
    match failure {
        Failure::RobotsUnavailable { retry_at, .. } => (*retry_at - now).to_std().ok(),
        Failure::CrawlDelay { delay, .. } => Some(*delay),
        _ => None,
    }
}

fn is_under(url: &Url, domain: &str) -> bool {
    url.host_str()
        .is_some_and(|host| host == domain || host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.')))
}

/// The questions and answers of one probe so far.
#[derive(Default)]
struct Walk {
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

impl Probed {
    /// The page that decided, decoded.
    pub fn page(&self) -> Option<&str> {
        self.decisive.and_then(|place| self.looks.get(place)).map(|look| look.body.as_str())
    }
}

impl Walk {
    async fn follow(
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
            if registrable_host(ask.url()) != registrable_host(&target.url) {
                return self.broken_off(Cause::Unrecognised, "the next page is on another host");
            }
            if self.asked.len() == MOST_STEPS {
                return self.broken_off(Cause::Unrecognised, "the page wants more steps than a probe has");
            }
            self.asked.push(ask.clone());
            let answer = match lease.send(request(ask.clone()), &may_follow).await {
                Ok(answer) => answer,
                Err(failure) => return self.failed(&failure, clock_now()),
            };
            self.keep(ask, &answer);
            let page = Page { url: &answer.final_url, status: answer.status, body: &answer.body };
            let mut markers = Markers::default();
            if let Some(verdict) = generic::verdict(&page, &mut markers) {
                let words = words(&Outcome::Unknown(verdict.cause));
                let why =
                    format!("the answer (status {}) is the same on every platform: {words}", answer.status);
                self.decide(markers, &why);
                let mut ended = self.broken_off(verdict.cause, why);
                ended.reading.service = verdict.service;
                return ended;
            }
            let read = platform.read(target, &page, &self.trail(round), &mut markers);
            match read {
                Ok(Step::Read(reading)) if is_stale(&reading.outcome, answer.received_at) => {
                    let why = "the page offers slots of days gone by";
                    self.decide(markers, why);
                    return self.broken_off(Cause::Unrecognised, why);
                }
                Ok(Step::Read(reading)) => {
                    let why = format!("{} read the page: {}", platform.name(), words(&reading.outcome));
                    self.decide(markers, &why);
                    let recognised = reading.is_recognised();
                    let last_said = reading.outcome;
                    let verdict = Verdict::new(reading, last_said, why);
                    // The wall is an ordinary page of its site, no sign of distress.
                    let wall = recognised && !last_said.is_known();
                    return Verdict { recognised, last_said: (!wall).then_some(last_said), ..verdict };
                }
                Ok(Step::Ask { noted, listed, next }) => {
                    self.decide(markers, &going_on(noted.as_ref(), &listed));
                    if let Some(noted) = noted {
                        self.noted.push(noted);
                        self.noted_on.push(self.exchanges.len() - 1);
                    }
                    self.listed.extend(listed);
                    ask = next;
                }
                Err(unrecognised) => {
                    let why = unrecognised.to_string();
                    self.decide(markers, &why);
                    return self.broken_off(Cause::Unrecognised, why);
                }
            }
        }
    }

    fn trail(&self, round: u64) -> Trail<'_> {
        Trail { round, asked: &self.asked, noted: &self.noted, listed: &self.listed }
    }

    /// A probe that ended before its last page: what desks had said by then still counts.
    fn broken_off(&self, cause: Cause, why: impl Into<String>) -> Verdict {
        let last_said = Outcome::Unknown(cause);
        Verdict::new(break_off(&self.trail(0), last_said), last_said, why)
    }

    fn failed(&mut self, failure: &Failure, now: Instant) -> Verdict {
        self.retry_after = stay_away(failure, now);
        let verdict = self.broken_off(cause_of(failure), failure.to_string());
        match failure {
            Failure::RobotsDisallowed { .. } => Verdict { last_said: None, ..verdict },
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

    fn end(
        self,
        verdict: Verdict,
        platform: &dyn Platform,
        began_at: Instant,
        ended_at: Instant,
        requests: u32,
        robots: Option<RobotsVerdict>,
    ) -> Probed {
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
            recognised: verdict.recognised,
            retry_after: self.retry_after,
            robots,
            last_said: verdict.last_said,
            why: verdict.why,
        }
    }
}

/// Whether an offer lies in the past: a page that nobody keeps up proves nothing about today.
fn is_stale(outcome: &Outcome, now: Instant) -> bool {
    let earliest = outcome.offer().and_then(|offer| offer.earliest);
    earliest.is_some_and(|earliest| earliest < now - TimeDelta::days(1))
}

fn request(ask: Ask) -> Request {
    match ask {
        Ask::Get(url) => Request::Get(url),
        Ask::PostForm(url, pairs) => Request::PostForm(url, pairs),
        Ask::PostJson(url, value) => Request::PostJson(url, value),
        Ask::PostText(url, text) => Request::PostText(url, text),
    }
}

/// What a page that leads on came to.
fn going_on(noted: Option<&DeskReading>, listed: &[Desk]) -> String {
    match (noted, listed.len()) {
        (Some(noted), _) => format!("desk {} said: {}; going on", noted.desk, words(&noted.outcome)),
        (None, 0) => "going on to the next page".to_owned(),
        (None, desks) => format!("the page lists {desks} desks; going on with one of them"),
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
    use guichet_model::Offer;

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
            (to("https://prefecture.queue-it.net/?c=x"), Cause::Challenged),
            (to("https://notqueue-it.net/"), Cause::Unrecognised),
            (
                Failure::ForbiddenRedirect {
                    host: host(),
                    to: "https://exemple.gouv.fr/booking/create/1/5/1".parse().unwrap(),
                },
                Cause::Unrecognised,
            ),
            (Failure::CrawlDelay { host: host(), delay: Duration::from_hours(24) }, Cause::Withheld),
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

    #[test]
    fn a_closed_robots_txt_and_a_long_crawl_delay_keep_us_away() {
        let now: Instant = "2026-03-02T08:00:00Z".parse().unwrap();
        let retry_at = now + TimeDelta::hours(3);
        let robots =
            Failure::RobotsUnavailable { host: String::new(), status: Some(503), retry_at, source: None };
        assert_eq!(stay_away(&robots, now), Some(Duration::from_hours(3)));
        let delay = Failure::CrawlDelay { host: String::new(), delay: Duration::from_hours(24) };
        assert_eq!(stay_away(&delay, now), Some(Duration::from_hours(24)));
        assert_eq!(stay_away(&Failure::Dns { host: String::new() }, now), None);
    }

    #[test]
    fn an_offer_of_days_gone_by_is_no_offer() {
        let now: Instant = "2026-03-02T08:00:00Z".parse().unwrap();
        let open = |earliest: &str| {
            Outcome::Open(Offer { earliest: Some(earliest.parse().unwrap()), ..Offer::UNTOLD })
        };
        assert!(is_stale(&open("2014-05-06T08:00:00Z"), now));
        assert!(!is_stale(&open("2026-03-02T07:00:00Z"), now));
        assert!(!is_stale(&Outcome::Open(Offer::UNTOLD), now) && !is_stale(&Outcome::Full, now));
    }
}

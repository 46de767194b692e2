//! What a robots.txt means for us (RFC 9309), and how long we go by it. What never enters: fetching it.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use texting_robots::Robot;
use url::Url;

use crate::{exchange::Page, failure::Failure, gap::free_at, headers, setup::PRODUCT};

/// How much of a robots.txt is read, in bytes: RFC 9309 asks for 500 KiB at least.
pub(crate) const ROBOTS_CAP: usize = 512 * 1024;

/// The shortest time before a robots.txt that could not be read is asked for again.
const RETRY_AFTER_FAILURE: Duration = Duration::from_hours(1);

/// A longer crawl-delay than this counts as this.
const LONGEST_CRAWL_DELAY: Duration = Duration::from_hours(24);

/// The longest that a probe waits for its turn because of a crawl-delay; rather than hold its host for longer, it ends
/// with [`Failure::CrawlDelay`].
pub const LONGEST_CRAWL_WAIT: Duration = Duration::from_mins(2);

/// The most rules ending in `$` that are worked through: each takes some ten kilobytes once understood, and half a
/// megabyte of them would be an attack.
const MOST_ENDED_RULES: usize = 500;

/// What robots.txt said about one address, and which robots.txt that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotsVerdict {
    /// Scheme, host and port, as in `https://www.example.org`.
    pub origin: String,
    /// When it was fetched, on the client's clock.
    pub fetched_at: DateTime<Utc>,
    /// The status it was answered with; absent when no answer came.
    pub status: Option<u16>,
    /// SHA-256 of its text, of the first 512 KiB; absent unless it was there (2xx).
    pub sha256: Option<[u8; 32]>,
    /// Whether the address may be fetched now.
    pub allowed: bool,
    /// The time between two requests that it asks for, at most a day.
    pub crawl_delay: Option<Duration>,
}

/// The robots.txt of every origin of one host, by origin.
#[derive(Debug, Default)]
pub(crate) struct Records(HashMap<String, Arc<Record>>);

impl Records {
    /// The record for the origin of `url`, unless it is missing or too old at `now`.
    pub(crate) fn fresh(&self, url: &Url, now: DateTime<Utc>) -> Option<Arc<Record>> {
        self.0.get(&origin(url)).filter(|record| now < record.stale_at).cloned()
    }

    /// The crawl-delay last seen for the origin of `url`, however old.
    pub(crate) fn crawl_delay(&self, url: &Url) -> Option<Duration> {
        self.0.get(&origin(url))?.crawl_delay
    }

    /// Stores `record` for the origin of `url` and drops what has gone stale, which bounds the memory a host can take.
    pub(crate) fn insert(&mut self, url: &Url, record: Arc<Record>, now: DateTime<Utc>) {
        self.0.retain(|_, old| now < old.stale_at);
        self.0.insert(origin(url), record);
    }
}

/// One robots.txt.
#[derive(Debug)]
pub(crate) struct Record {
    fetched_at: DateTime<Utc>,
    status: Option<u16>,
    sha256: Option<[u8; 32]>,
    crawl_delay: Option<Duration>,
    stance: Stance,
    stale_at: DateTime<Utc>,
}

enum Stance {
    /// There is none: RFC 9309 §2.3.1.3.
    Everything,
    /// What it says.
    Rules(Box<Robot>),
    /// It could not be read: RFC 9309 §2.3.1.4. The failure, when it was not the status.
    Nothing(Option<Box<Failure>>),
}

/// By hand, so that no log line ever holds a robots.txt.
impl fmt::Debug for Stance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everything => "Everything",
            Self::Rules(_) => "Rules",
            Self::Nothing(_) => "Nothing",
        })
    }
}

impl Record {
    /// What an answer to the question for robots.txt means, read at `now` and believed for `ttl`.
    pub(crate) fn answered(page: &Page, ttl: Duration, now: DateTime<Utc>) -> Self {
        let found = (200..300).contains(&page.status);
        let stance = match page.status {
            200..=299 => parse(page).map_or(Stance::Nothing(None), |robot| Stance::Rules(Box::new(robot))),
            429 => Stance::Nothing(None),
            400..=499 => Stance::Everything,
            _ => Stance::Nothing(None),
        };
        let crawl_delay = match &stance {
            Stance::Rules(robot) => robot.delay.map(crawl_delay),
            Stance::Everything | Stance::Nothing(_) => None,
        };
        let believed = if matches!(stance, Stance::Nothing(_)) {
            headers::retry_after(&page.headers, now).unwrap_or_default().max(RETRY_AFTER_FAILURE)
        } else {
            ttl
        };
        Self {
            fetched_at: now,
            status: Some(page.status),
            sha256: found.then(|| Sha256::digest(&page.body).into()),
            crawl_delay,
            stance,
            stale_at: free_at(Some(now), believed, now),
        }
    }

    /// No answer came, because of `failure`.
    pub(crate) fn unanswered(failure: Failure, now: DateTime<Utc>) -> Self {
        Self {
            fetched_at: now,
            status: None,
            sha256: None,
            crawl_delay: None,
            stance: Stance::Nothing(Some(Box::new(failure))),
            stale_at: free_at(Some(now), RETRY_AFTER_FAILURE, now),
        }
    }

    /// What this record says about `url`, to be kept.
    pub(crate) fn verdict(&self, url: &Url) -> RobotsVerdict {
        RobotsVerdict {
            origin: origin(url),
            fetched_at: self.fetched_at,
            status: self.status,
            sha256: self.sha256,
            allowed: self.allows(url),
            crawl_delay: self.crawl_delay,
        }
    }

    /// Whether `url` may be fetched.
    ///
    /// # Errors
    /// When it may not, or not now.
    pub(crate) fn admit(&self, url: &Url) -> Result<(), Failure> {
        if self.allows(url) {
            return Ok(());
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Err(match &self.stance {
            Stance::Nothing(source) => Failure::RobotsUnavailable {
                host,
                status: self.status,
                retry_at: self.stale_at,
                source: source.clone(),
            },
            Stance::Everything | Stance::Rules(_) => Failure::RobotsDisallowed { host },
        })
    }

    fn allows(&self, url: &Url) -> bool {
        match &self.stance {
            Stance::Everything => true,
            Stance::Rules(robot) => robot.allowed(url.as_str()),
            Stance::Nothing(_) => false,
        }
    }
}

/// Where the robots.txt of `url`'s origin lies.
pub(crate) fn robots_url(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_path("/robots.txt");
    url.set_query(None);
    url
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The rules for us, or nothing when the text cannot be understood at a reasonable price.
fn parse(page: &Page) -> Option<Robot> {
    let whole = if page.cut { whole_lines(&page.body) } else { &page.body };
    let text = plain_agents(whole);
    let ended = text.split(|b| *b == b'\n').filter(|line| line.contains(&b'$')).count();
    if ended > MOST_ENDED_RULES {
        return None;
    }
    Robot::new(PRODUCT, &text).ok()
}

/// Up to the last line end: half a rule could forbid far more than the whole one.
fn whole_lines(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| *b == b'\n').unwrap_or(0);
    text.get(..end).unwrap_or(text)
}

/// The text with plain line ends (the parser takes NUL for one too) and with `User-agent: GuichetOuvert/1.2` as the bare
/// product, so that whoever copies our name from a log into robots.txt is obeyed.
fn plain_agents(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len() + 1);
    for line in text.split(|b| matches!(b, b'\n' | b'\r' | 0)) {
        if names_us(line) {
            plain.extend_from_slice(b"User-agent: ");
            plain.extend_from_slice(PRODUCT.as_bytes());
        } else {
            plain.extend_from_slice(line);
        }
        plain.push(b'\n');
    }
    plain
}

fn names_us(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line).to_ascii_lowercase();
    let Some((key, agent)) = line.split_once(':') else {
        return false;
    };
    let Some(rest) = agent.trim_start().strip_prefix(&PRODUCT.to_ascii_lowercase()) else {
        return false;
    };
    key.trim() == "user-agent"
        && !rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_'))
}

fn crawl_delay(seconds: f32) -> Duration {
    Duration::try_from_secs_f32(seconds).map_or(LONGEST_CRAWL_DELAY, |delay| delay.min(LONGEST_CRAWL_DELAY))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn now() -> DateTime<Utc> {
        "2026-11-21T10:00:00Z".parse().unwrap()
    }

    fn record(status: u16, text: &str) -> Record {
        let page = Page { status, headers: HeaderMap::new(), body: text.as_bytes().to_vec(), cut: false };
        Record::answered(&page, DAY, now())
    }

    fn allows(text: &str, path: &str) -> bool {
        let url = Url::parse("https://www.example.org").unwrap().join(path).unwrap();
        record(200, text).verdict(&url).allowed
    }

    #[test]
    fn the_group_that_names_us_wins_over_the_one_for_everybody() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: guichetouvert\nDisallow: /booking/\nAllow: /booking/create/";
        for (path, allowed) in
            [("/", true), ("/booking/create/12/0", true), ("/booking/cancel", false), ("/robots.txt", true)]
        {
            assert_eq!(allows(text, path), allowed, "{path}");
        }
    }

    #[test]
    fn our_name_with_a_version_is_our_name_and_a_longer_name_is_another() {
        for (agent, ours) in [
            ("GuichetOuvert", true),
            ("GuichetOuvert/0.1.0", true),
            ("guichetouvert/2.0 (+https://example.org)", true),
            ("GuichetOuvert # asked for by mail", true),
            ("GuichetOuvertes", false),
            ("GuichetOuvert-bis", false),
            ("AutreRobot", false),
        ] {
            for end in ["\n", "\r\n", "\r"] {
                let text = format!("User-agent: {agent}{end}Disallow: /{end}");
                assert_eq!(allows(&text, "/booking"), !ours, "{agent}");
            }
        }
    }

    #[test]
    fn wildcards_ends_queries_and_oddities_are_understood() {
        for (rules, path, allowed) in [
            ("Disallow:", "/x", true),
            ("Disallow: /*.pdf$", "/a/b.pdf", false),
            ("Disallow: /*.pdf$", "/a/b.pdf?x=1", true),
            ("Disallow: /create?step=", "/create?step=1", false),
            ("Disallow: /create?step=", "/create", true),
            ("Disallow: /a\nAllow: /a", "/a", true),
            ("<html>404 introuvable</html>", "/x", true),
            ("", "/x", true),
        ] {
            assert_eq!(
                allows(&format!("\u{feff}User-agent: *\n{rules}\n"), path),
                allowed,
                "{rules} on {path}"
            );
        }
    }

    #[test]
    fn the_status_decides_what_and_for_how_long() {
        let url = Url::parse("https://www.example.org/booking").unwrap();
        let hour = Duration::from_hours(1);
        for (status, allowed, believed) in [
            (200, false, DAY),
            (204, false, DAY),
            (401, true, DAY),
            (403, true, DAY),
            (404, true, DAY),
            (410, true, DAY),
            (429, false, hour),
            (500, false, hour),
            (503, false, hour),
            (304, false, hour),
            (302, false, hour),
        ] {
            let record = record(status, "User-agent: *\nDisallow: /");
            assert_eq!(record.verdict(&url).allowed, allowed, "{status}");
            assert_eq!(record.stale_at, now() + believed, "{status}");
            assert_eq!(record.verdict(&url).sha256.is_some(), (200..300).contains(&status), "{status}");
        }
    }

    #[test]
    fn a_server_that_asks_for_more_patience_gets_it_and_for_less_does_not() {
        for (retry_after, waits) in [("7200", 7200), ("60", 3600), ("9999999", 86_400)] {
            let page = Page {
                status: 503,
                headers: [("retry-after".parse().unwrap(), retry_after.parse().unwrap())]
                    .into_iter()
                    .collect::<HeaderMap>(),
                body: Vec::new(),
                cut: false,
            };
            assert_eq!(Record::answered(&page, DAY, now()).stale_at, now() + Duration::from_secs(waits));
        }
    }

    #[test]
    fn a_crawl_delay_is_read_and_capped() {
        for (text, delay) in [
            ("User-agent: *\nCrawl-delay: 10", Some(Duration::from_secs(10))),
            ("User-agent: *\nCrawl-delay: 0.5", Some(Duration::from_millis(500))),
            ("User-agent: *\nCrawl-delay: 1e30", Some(DAY)),
            ("User-agent: *\nCrawl-delay: inf", Some(DAY)),
            ("User-agent: *\nCrawl-delay: -1", None),
            ("User-agent: *\nCrawl-delay: NaN", None),
            ("User-agent: AutreRobot\nCrawl-delay: 10", None),
        ] {
            assert_eq!(record(200, text).crawl_delay, delay, "{text}");
        }
    }

    #[test]
    fn a_file_cut_at_the_cap_loses_its_last_half_rule() {
        let page = Page {
            status: 200,
            headers: HeaderMap::new(),
            body: b"User-agent: *\nDisallow: /private\nDisallow: /".to_vec(),
            cut: true,
        };
        let record = Record::answered(&page, DAY, now());
        for (path, allowed) in [("/booking", true), ("/private/x", false)] {
            let url = Url::parse("https://www.example.org").unwrap().join(path).unwrap();
            assert_eq!(record.verdict(&url).allowed, allowed, "{path}");
        }
    }

    #[test]
    fn the_robots_file_of_an_address_is_at_the_root_of_its_origin() {
        let url = Url::parse("https://www.example.org:8443/a/b?c=d").unwrap();
        assert_eq!(robots_url(&url).as_str(), "https://www.example.org:8443/robots.txt");
        assert_eq!(origin(&url), "https://www.example.org:8443");
    }

    #[test]
    fn a_file_that_would_cost_too_much_closes_the_site() {
        let url = Url::parse("https://www.example.org/booking").unwrap();
        for end in ["\n", "\r", "\0"] {
            for (rules, allowed) in [(MOST_ENDED_RULES, true), (MOST_ENDED_RULES + 1, false)] {
                let text = format!("User-agent: *\n{}", format!("Disallow: /x$ {end}").repeat(rules));
                assert_eq!(record(200, &text).verdict(&url).allowed, allowed, "{rules} {end:?}");
            }
        }
    }
}

//! A probe: the lease on a host, the cookies of one visit, and the order in which things happen. What never enters:
//! what the pages mean.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::cookie::Jar;
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedMutexGuard;
use tracing::debug;
use url::Url;

use crate::{
    charset,
    client::{Client, Inner, check_scheme, out_of_reach},
    clock::Stopwatch,
    exchange::{Allowance, Cap, Page, Reply, exchange},
    failure::Failure,
    gap::free_at,
    headers,
    host::{HostSlot, Ledger, registrable_host},
    message::{Answer, Hop, Request, bare},
    reach::literal_ip,
    robots::{ROBOTS_CAP, Record, RobotsVerdict, robots_url},
};

/// One attempt on one host. While it lives nobody else asks this host; dropping it ends the attempt, its cookies and
/// the lease, and starts the spacing to the next one.
pub struct Probe {
    client: Arc<Inner>,
    host: String,
    slot: Arc<HostSlot>,
    ledger: OwnedMutexGuard<Ledger>,
    jar: Jar,
    requests: u32,
    verdict: Option<RobotsVerdict>,
}

/// By hand: cookies are not shown.
impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe")
            .field("host", &self.host)
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}

/// The fields go after this: the end is written down before the lease is given back.
impl Drop for Probe {
    fn drop(&mut self) {
        self.slot.probe_ended(self.client.clock.now());
    }
}

/// A reply with the times it left and came.
struct Timed {
    reply: Reply,
    sent_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
}

impl Client {
    /// Opens a probe on the host of `url`: waits until no other probe is on it and the spacing since the last one has
    /// passed, and the crawl-delay of its origin if one is known. Whoever asked first goes first; a future that is
    /// dropped while it waits leaves no trace.
    ///
    /// # Errors
    /// At once, when `url` is not `http` or `https` or its host is out of reach. Once it is our turn, when a crawl-delay
    /// would make us wait for longer than [`LONGEST_CRAWL_WAIT`](crate::LONGEST_CRAWL_WAIT): nobody holds a host just to
    /// wait.
    pub async fn probe(&self, url: &Url) -> Result<Probe, Failure> {
        self.0.admit(url)?;
        let host = registrable_host(url);
        let slot = self.0.hosts.slot(&host);
        let ledger = slot.take().await;
        let now = self.0.clock.now();
        let spaced_at = free_at(slot.last_probe_ended_at(), self.0.limits.probe_spacing, now);
        self.0.clock.sleep_until(ledger.turn(url, spaced_at, now)?).await;
        let client = Arc::clone(&self.0);
        Ok(Probe { client, host, slot, ledger, jar: Jar::default(), requests: 0, verdict: None })
    }
}

impl Probe {
    /// Sends `request` and follows its redirects, each with a plain fetch. Before every hop: its host must be this
    /// probe's and within reach, its origin's robots.txt must allow it, and the spacing since the last request must
    /// have passed. Before every redirect `may_follow` is asked as well, with the address as it would be asked for; not
    /// for those of robots.txt.
    ///
    /// A POST leaves once: answered with 307 or 308, which ask for the same POST elsewhere, it comes back with that
    /// status.
    ///
    /// # Errors
    /// When something may not be asked or not for minutes, or no complete answer came. Every HTTP status is an answer;
    /// from 400 on it is complete with its headers, and as much of its body as could be read comes along.
    pub async fn send(
        &mut self,
        request: Request,
        may_follow: &(dyn Fn(&Url) -> bool + Sync),
    ) -> Result<Answer, Failure> {
        let mut hop = Hop::from(request);
        self.admit_request(&hop.url)?;
        let (method, url) = (hop.method.name(), hop.url.clone());
        let mut allowance = Allowance::new(self.client.limits.total_timeout);
        let mut redirects = Vec::new();
        let mut first_sent_at = None;
        loop {
            self.obey_robots(&hop.url).await?;
            let cap = Cap::Refuse(self.client.limits.body_cap);
            let Timed { reply, sent_at, received_at } = self.ask(&hop, true, cap, &mut allowance).await?;
            let sent_at = *first_sent_at.get_or_insert(sent_at);
            match reply {
                Reply::Redirect { to, .. } => {
                    self.admit_redirect(&hop.url, &to, redirects.len())?;
                    let next = Hop::get(to);
                    if !may_follow(&next.url) {
                        let host = hop.url.host_str().unwrap_or_default().to_owned();
                        return Err(Failure::ForbiddenRedirect { host, to: without_query(next.url) });
                    }
                    hop = next;
                    redirects.push(hop.url.clone());
                }
                Reply::Page(page) => {
                    let times = (sent_at, received_at, allowance.spent());
                    return Ok(answer(method, url, hop.url, redirects, &page, times));
                }
            }
        }
    }

    /// How many requests left so far, robots.txt and redirects included. One whose connection was refused counts, one
    /// whose name did not resolve does not.
    pub fn requests(&self) -> u32 {
        self.requests
    }

    /// What robots.txt said about the address asked for last, redirects included; absent before the first.
    pub fn robots(&self) -> Option<&RobotsVerdict> {
        self.verdict.as_ref()
    }

    /// Whether `url` may be asked for on this probe.
    fn admit_request(&self, url: &Url) -> Result<(), Failure> {
        self.client.admit(url)?;
        let asked = registrable_host(url);
        if asked == self.host {
            return Ok(());
        }
        Err(Failure::ForeignRequest { host: self.host.clone(), asked })
    }

    /// Whether a redirect from `from` to `to` may be followed after `followed` others.
    fn admit_redirect(&self, from: &Url, to: &Url, followed: usize) -> Result<(), Failure> {
        let host = from.host_str().unwrap_or_default();
        check_scheme(to, host)?;
        if literal_ip(to).is_some_and(|ip| !self.client.reach.allows_ip(ip)) {
            return Err(out_of_reach(to));
        }
        // Before the reach of names: where a foreign redirect leads is worth knowing even when we could not go there.
        if registrable_host(to) != self.host {
            let to = without_query(bare(to.clone()));
            return Err(Failure::ForeignRedirect { host: host.to_owned(), to });
        }
        self.client.admit(to)?;
        let limit = self.client.limits.max_redirects;
        if followed >= limit {
            return Err(Failure::TooManyRedirects { host: host.to_owned(), limit });
        }
        Ok(())
    }

    /// Whether the robots.txt of the origin of `url` allows it; fetches it when none is known or it is too old.
    async fn obey_robots(&mut self, url: &Url) -> Result<(), Failure> {
        let record = if let Some(record) = self.ledger.robots.fresh(url, self.client.clock.now()) {
            record
        } else {
            let record = Arc::new(self.fetch_robots(url).await?);
            self.ledger.robots.insert(url, Arc::clone(&record), self.client.clock.now());
            record
        };
        self.verdict = Some(record.verdict(url));
        record.admit(url)
    }

    /// Fetches the robots.txt of the origin of `url`. Where no connection comes about at all there is nothing to
    /// write down: the failure is the host's, and the next probe may try again.
    async fn fetch_robots(&mut self, url: &Url) -> Result<Record, Failure> {
        let mut hop = Hop::get(robots_url(url));
        let mut allowance = Allowance::new(self.client.limits.total_timeout);
        let mut followed = 0;
        loop {
            let failure = match self.ask(&hop, false, Cap::Cut(ROBOTS_CAP), &mut allowance).await {
                Ok(Timed { reply: Reply::Page(page), received_at, .. }) => {
                    return Ok(Record::answered(&page, self.client.limits.robots_ttl, received_at));
                }
                Ok(Timed { reply: Reply::Redirect { to, .. }, .. }) => {
                    match self.admit_redirect(&hop.url, &to, followed) {
                        Ok(()) => {
                            hop = Hop::get(to);
                            followed += 1;
                            continue;
                        }
                        Err(failure) => failure,
                    }
                }
                // Not left for the next probe, which would meet the same wait in the same place.
                Err(failure @ Failure::CrawlDelay { .. }) if followed > 0 => failure,
                Err(failure) if failure.never_connected() => return Err(failure),
                Err(failure) => failure,
            };
            return Ok(Record::unanswered(failure, self.client.clock.now()));
        }
    }

    /// Lets one hop leave once its turn has come, and writes down that it did, whatever becomes of it.
    async fn ask(
        &mut self,
        hop: &Hop,
        cookies: bool,
        cap: Cap,
        allowance: &mut Allowance,
    ) -> Result<Timed, Failure> {
        let now = self.client.clock.now();
        let spaced_at = free_at(self.ledger.last_request_at, self.client.limits.request_spacing, now);
        self.client.clock.sleep_until(self.ledger.turn(&hop.url, spaced_at, now)?).await;

        let sent_at = self.client.clock.now();
        self.ledger.last_request_at = Some(sent_at);
        self.requests += 1;
        let jar = cookies.then_some(&self.jar);
        let watch = Stopwatch::start();
        let outcome = exchange(&self.client.http, hop, jar, cap, *allowance).await;
        let duration = watch.elapsed();
        let received_at = self.client.clock.now();
        self.ledger.last_request_at = Some(received_at);
        allowance.spend(duration);

        let host = hop.url.host_str().unwrap_or_default();
        let status = match &outcome {
            Ok(Reply::Page(page)) => Some(page.status),
            Ok(Reply::Redirect { status, .. }) => Some(*status),
            Err(failure) => {
                if failure.nothing_left() {
                    self.requests -= 1;
                }
                None
            }
        };
        debug!(method = hop.method.name(), host, status, duration_ms = duration.as_millis(), "asked");
        Ok(Timed { reply: outcome?, sent_at, received_at })
    }
}

/// For what is told of an address: a query may hold what is nobody's business.
fn without_query(mut url: Url) -> Url {
    url.set_query(None);
    url
}

/// Puts an answer together; `times` are when it left, when it came, and how long the network was busy.
fn answer(
    method: &'static str,
    url: Url,
    final_url: Url,
    redirects: Vec<Url>,
    page: &Page,
    times: (DateTime<Utc>, DateTime<Utc>, Duration),
) -> Answer {
    let (sent_at, received_at, duration) = times;
    let content_type = headers::text(&page.headers, "content-type");
    Answer {
        method,
        url,
        final_url,
        status: page.status,
        sent_at,
        received_at,
        duration,
        bytes: page.body.len() as u64,
        body: charset::decode(content_type.as_deref(), &page.body),
        body_sha256: Sha256::digest(&page.body).into(),
        headers: headers::kept(&page.headers),
        retry_after: headers::retry_after(&page.headers, received_at),
        redirects,
    }
}

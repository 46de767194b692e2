//! What counts as one host, who is asking it now, and when it was last asked. What never enters: sockets.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio::sync::{Mutex as Lease, OwnedMutexGuard};
use url::{Host, Url};

use crate::{
    failure::Failure,
    gap::free_at,
    reach::is_localhost,
    robots::{LONGEST_CRAWL_WAIT, Records},
};

/// The host that `url` counts for: its registrable domain, so that sub-domains share one budget.
///
/// Lower case, without a final dot. Under `localhost`, the label before it counts (`a.localhost`); an address counts
/// as itself, with its port where it is this machine's. Empty where the URL has no host.
pub fn registrable_host(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => registrable_name(name),
        Some(Host::Ipv4(ip)) if ip.is_loopback() => with_port(&ip.to_string(), url),
        Some(Host::Ipv6(ip)) if ip.is_loopback() => with_port(&format!("[{ip}]"), url),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => format!("[{ip}]"),
        None => String::new(),
    }
}

fn with_port(host: &str, url: &Url) -> String {
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn registrable_name(name: &str) -> String {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    if is_localhost(&name) {
        let mut labels = name.rsplit('.').skip(1);
        return labels.next().map_or_else(|| name.clone(), |label| format!("{label}.localhost"));
    }
    psl::domain_str(&name).map_or_else(|| name.clone(), str::to_owned)
}

/// What is known of a host between probes; whoever holds the lease on it may ask the host.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// When the last request ended, or left if it never ended.
    pub(crate) last_request_at: Option<DateTime<Utc>>,
    /// What its origins' robots.txt said.
    pub(crate) robots: Records,
}

impl Ledger {
    /// When a request for `url` may leave, seen from `now`: not before `spaced_at`, which our own spacing asks for,
    /// nor before the crawl-delay of its origin since the last request has passed.
    ///
    /// # Errors
    /// When the crawl-delay would make us wait for longer than [`LONGEST_CRAWL_WAIT`].
    pub(crate) fn turn(
        &self,
        url: &Url,
        spaced_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, Failure> {
        let Some(delay) = self.robots.crawl_delay(url) else {
            return Ok(spaced_at);
        };
        let at = free_at(self.last_request_at, delay, now);
        if at <= spaced_at {
            return Ok(spaced_at);
        }
        if (at - now).to_std().is_ok_and(|wait| wait > LONGEST_CRAWL_WAIT) {
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(Failure::CrawlDelay { host, delay });
        }
        Ok(at)
    }
}

/// One host: a lease that one probe holds at a time, and when the last probe ended.
#[derive(Debug, Default)]
pub(crate) struct HostSlot {
    lease: Arc<Lease<Ledger>>,
    /// Outside the lease, so that what an earlier run knew can be told at any time.
    last_probe_ended_at: Mutex<Option<DateTime<Utc>>>,
}

impl HostSlot {
    /// Waits for the lease, first come first served.
    pub(crate) async fn take(&self) -> OwnedMutexGuard<Ledger> {
        Arc::clone(&self.lease).lock_owned().await
    }

    /// When the last probe ended, if one is known.
    pub(crate) fn last_probe_ended_at(&self) -> Option<DateTime<Utc>> {
        *self.last_probe_ended_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A probe ended at `at`; an earlier end than the known one changes nothing.
    pub(crate) fn probe_ended(&self, at: DateTime<Utc>) {
        let mut last = self.last_probe_ended_at.lock().unwrap_or_else(PoisonError::into_inner);
        *last = (*last).max(Some(at));
    }
}

/// Every host asked so far.
#[derive(Debug, Default)]
pub(crate) struct Hosts(Mutex<HashMap<String, Arc<HostSlot>>>);

impl Hosts {
    /// The slot of `host`, a registrable host.
    pub(crate) fn slot(&self, host: &str) -> Arc<HostSlot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(host.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_domains_share_a_host_and_sites_do_not() {
        for (url, host) in [
            ("https://www.rdv-prefecture.interieur.gouv.fr/rdvpref/", "interieur.gouv.fr"),
            ("https://pprdv.interieur.gouv.fr/", "interieur.gouv.fr"),
            ("https://www.hauts-de-seine.gouv.fr/booking/create/1", "hauts-de-seine.gouv.fr"),
            ("https://WWW.Gard.GOUV.fr./", "gard.gouv.fr"),
            ("https://esii-orion.com:8443/", "esii-orion.com"),
            ("http://a.localhost:8080/", "a.localhost"),
            ("http://www.a.localhost:8081/", "a.localhost"),
            ("http://b.localhost./", "b.localhost"),
            ("http://localhost:8080/", "localhost"),
            ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
            ("http://0x7f.1:8080/", "127.0.0.1:8080"),
            ("http://127.0.0.1/", "127.0.0.1:80"),
            ("http://[::1]:8080/", "[::1]:8080"),
            ("http://8.8.8.8:8080/", "8.8.8.8"),
            ("http://[2a01:e0a::1]:8080/", "[2a01:e0a::1]"),
            ("http://intranet/", "intranet"),
            ("mailto:a@example.org", ""),
        ] {
            assert_eq!(registrable_host(&Url::parse(url).unwrap()), host, "{url}");
        }
    }

    #[test]
    fn an_earlier_end_does_not_replace_a_later_one() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let slot = HostSlot::default();
        slot.probe_ended(at("2026-11-21T10:00:00Z"));
        slot.probe_ended(at("2026-11-21T09:00:00Z"));
        assert_eq!(slot.last_probe_ended_at(), Some(at("2026-11-21T10:00:00Z")));
    }
}

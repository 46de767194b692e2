//! The client: one identity, one reach, one book of hosts. What never enters: what is asked.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{Client as Http, redirect::Policy, retry};
use rustls::crypto::{CryptoProvider, ring};
use url::Url;

use crate::{
    clock::Clock,
    failure::Failure,
    host::Hosts,
    reach::Reach,
    resolver::{GuardedResolver, Lookup, SystemLookup},
    setup::{Identity, Limits, SetupError},
};

/// An unused connection is given back before the next probe of its host may come.
const IDLE_CONNECTION: Duration = Duration::from_secs(15);

/// The only way out. Clones share everything: hosts, spacing, robots.txt.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

/// What a client and its probes share.
pub(crate) struct Inner {
    pub(crate) http: Http,
    pub(crate) reach: Reach,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hosts: Hosts,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("reach", &self.0.reach)
            .field("limits", &self.0.limits)
            .field("clock", &self.0.clock)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Makes the client, and installs the TLS provider of the process unless there is one.
    ///
    /// # Errors
    /// When the identity would not tell who asks, when an accelerated clock could reach others than this machine, or
    /// when the HTTP client cannot be built.
    #[expect(clippy::needless_pass_by_value, reason = "the identity is the client's from here on")]
    pub fn new(
        identity: Identity,
        reach: Reach,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SetupError> {
        Self::with_lookup(&identity, reach, limits, clock, Arc::new(SystemLookup))
    }

    /// As [`Client::new`], looking names up with `lookup`.
    pub(crate) fn with_lookup(
        identity: &Identity,
        reach: Reach,
        limits: Limits,
        clock: Arc<dyn Clock>,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, SetupError> {
        let user_agent = identity.user_agent()?;
        if clock.is_accelerated() && reach != Reach::LoopbackOnly {
            return Err(SetupError::AcceleratedClock);
        }
        if CryptoProvider::get_default().is_none() {
            // Fails only when another thread was faster, which is as good.
            let _ = ring::default_provider().install_default();
        }
        let mut builder = Http::builder()
            .user_agent(user_agent)
            .no_proxy()
            .redirect(Policy::none())
            .retry(retry::never())
            .referer(false)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_CONNECTION)
            // One bad header line among good ones is no reason to call a server unreachable.
            .http1_ignore_invalid_headers_in_responses(true)
            .dns_resolver(GuardedResolver::new(reach, lookup));
        if reach == Reach::LoopbackOnly {
            // No authority signs for this machine: a demonstration runs without any installed.
            builder = builder.tls_certs_only([]);
        }
        Ok(Self(Arc::new(Inner {
            http: builder.build().map_err(SetupError::Http)?,
            reach,
            limits: limits.polite(),
            clock,
            hosts: Hosts::default(),
        })))
    }

    /// Tells what is known from an earlier run, so that a restart keeps the spacing. `host` is a registrable host, as
    /// [`registrable_host`](crate::registrable_host) gives it; a time earlier than what is known already changes
    /// nothing.
    pub fn remember(&self, host: &str, last_probe_ended_at: DateTime<Utc>) {
        self.0.hosts.slot(&host.to_ascii_lowercase()).probe_ended(last_probe_ended_at);
    }
}

impl Inner {
    /// Whether `url` may be asked for as far as its scheme and its host, as written, go.
    pub(crate) fn admit(&self, url: &Url) -> Result<(), Failure> {
        check_scheme(url, url.host_str().unwrap_or_default())?;
        if self.reach.allows_host(url) { Ok(()) } else { Err(out_of_reach(url)) }
    }
}

/// Refuses what is neither `http` nor `https`, on behalf of `host`.
pub(crate) fn check_scheme(url: &Url, host: &str) -> Result<(), Failure> {
    if matches!(url.scheme(), "http" | "https") {
        return Ok(());
    }
    Err(Failure::ForbiddenScheme { host: host.to_owned(), scheme: url.scheme().chars().take(16).collect() })
}

/// The refusal of the host of `url`.
pub(crate) fn out_of_reach(url: &Url) -> Failure {
    Failure::ForbiddenAddress { host: url.host_str().unwrap_or_default().to_owned() }
}

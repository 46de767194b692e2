//! Looking names up, with the reach applied to what comes back: a name cannot point us inwards, not even by changing
//! its mind between a check and a connection, because the checked addresses are the ones connected to. What never
//! enters: policy, which is [`Reach`]'s.

use std::{
    fmt::Debug,
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::reach::{Reach, is_localhost};

/// The addresses of a name, to come.
pub(crate) type LookedUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks for the addresses of a name.
pub(crate) trait Lookup: Debug + Send + Sync {
    /// The addresses of `name`.
    fn lookup(&self, name: String) -> LookedUp;
}

/// The operating system's resolver.
#[derive(Debug)]
pub(crate) struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> LookedUp {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name, 0)).await?;
            Ok(addresses.map(|address| address.ip()).collect())
        })
    }
}

/// A name that leads nowhere we may go.
#[derive(Debug, Error)]
#[error("no address of this name may be reached")]
pub(crate) struct OutOfReach;

/// A name without addresses.
#[derive(Debug, Error)]
#[error("this name has no address")]
struct NoAddress;

/// The resolver that reqwest connects through.
#[derive(Debug, Clone)]
pub(crate) struct GuardedResolver {
    reach: Reach,
    lookup: Arc<dyn Lookup>,
}

impl GuardedResolver {
    /// A resolver that returns only what `reach` allows.
    pub(crate) fn new(reach: Reach, lookup: Arc<dyn Lookup>) -> Self {
        Self { reach, lookup }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { reach, lookup } = self.clone();
        let name = name.as_str().to_owned();
        Box::pin(async move {
            if !reach.allows_name(&name) {
                return Err(OutOfReach.into());
            }
            let found = if is_localhost(&name) {
                vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]
            } else {
                lookup.lookup(name).await?
            };
            if found.is_empty() {
                return Err(NoAddress.into());
            }
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|ip| reach.allows_ip(*ip))
                .map(|ip| SocketAddr::new(ip, 0))
                .collect();
            if allowed.is_empty() {
                return Err(OutOfReach.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every question with the same addresses.
    #[derive(Debug)]
    struct Fixed(Vec<IpAddr>);

    impl Lookup for Fixed {
        fn lookup(&self, _name: String) -> LookedUp {
            let addresses = self.0.clone();
            Box::pin(async move { Ok(addresses) })
        }
    }

    /// Fails the test when it is asked anything.
    #[derive(Debug)]
    struct NeverAsked;

    impl Lookup for NeverAsked {
        fn lookup(&self, name: String) -> LookedUp {
            panic!("{name} was looked up");
        }
    }

    async fn resolve(reach: Reach, lookup: impl Lookup + 'static, name: &str) -> Result<Vec<String>, String> {
        let resolver = GuardedResolver::new(reach, Arc::new(lookup));
        match resolver.resolve(name.parse().unwrap()).await {
            Ok(addresses) => Ok(addresses.map(|address| address.ip().to_string()).collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn fixed(addresses: &[&str]) -> Fixed {
        Fixed(addresses.iter().map(|address| address.parse().unwrap()).collect())
    }

    #[tokio::test]
    async fn only_public_addresses_of_a_name_are_kept() {
        let mixed = fixed(&["127.0.0.1", "8.8.8.8", "10.0.0.1", "2a01:e0a::1", "fe80::1"]);
        let kept = resolve(Reach::PublicOnly, mixed, "www.example.org").await;
        assert_eq!(kept, Ok(vec!["8.8.8.8".to_owned(), "2a01:e0a::1".to_owned()]));
    }

    #[tokio::test]
    async fn a_name_with_private_addresses_only_is_out_of_reach() {
        for reach in [Reach::PublicOnly, Reach::PublicAndLoopback] {
            let refused = resolve(reach, fixed(&["10.0.0.1", "192.168.1.1"]), "www.example.org").await;
            assert_eq!(refused, Err(OutOfReach.to_string()));
        }
    }

    #[tokio::test]
    async fn localhost_is_this_machine_without_asking_anyone_or_nothing_at_all() {
        for name in ["localhost", "a.localhost", "a.localhost."] {
            let found = resolve(Reach::PublicAndLoopback, NeverAsked, name).await;
            assert_eq!(found, Ok(vec!["127.0.0.1".to_owned()]), "{name}");
            let refused = resolve(Reach::PublicOnly, NeverAsked, name).await;
            assert_eq!(refused, Err(OutOfReach.to_string()), "{name}");
        }
    }

    #[tokio::test]
    async fn a_reach_of_this_machine_looks_no_other_name_up() {
        let refused = resolve(Reach::LoopbackOnly, NeverAsked, "www.example.org").await;
        assert_eq!(refused, Err(OutOfReach.to_string()));
    }

    #[tokio::test]
    async fn a_name_without_addresses_is_an_error_of_its_own() {
        let refused = resolve(Reach::PublicOnly, fixed(&[]), "www.example.org").await;
        assert_eq!(refused, Err(NoAddress.to_string()));
    }
}

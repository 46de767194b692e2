//! How far requests go, from the outside of the client.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    anywhere, identity,
    manual_clock::ManualClock,
    server::{Server, page},
};
use crate::{
    Client, Failure, Limits, Reach, Request, SetupError,
    clock::{AcceleratedClock, Clock},
    resolver::{LookedUp, Lookup},
};

/// Says that every name is this machine.
#[derive(Debug)]
struct EverythingIsHere;

impl Lookup for EverythingIsHere {
    fn lookup(&self, _name: String) -> LookedUp {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }
}

fn client_reaching(reach: Reach) -> Client {
    let clock: Arc<dyn Clock> = ManualClock::start();
    Client::with_lookup(&identity(), reach, Limits::default(), clock, Arc::new(EverythingIsHere)).unwrap()
}

#[tokio::test]
async fn a_name_that_resolves_to_this_machine_is_refused() {
    let server = Server::start(|_| page("inside")).await;
    let url = server.url_on("www.example.org", "/");
    let mut probe = client_reaching(Reach::PublicOnly).probe(&url).await.unwrap();
    let failure = probe.send(Request::Get(url), &anywhere).await.unwrap_err();
    let host = "www.example.org".to_owned();
    assert_eq!(failure, Failure::ForbiddenAddress { host });
    assert_eq!((probe.requests(), server.asked().len()), (0, 0));
}

#[tokio::test]
async fn this_machine_is_reached_when_it_may_be() {
    let server = Server::start(|_| page("inside")).await;
    for reach in [Reach::PublicAndLoopback, Reach::LoopbackOnly] {
        for host in ["a.localhost", "127.0.0.1", "0x7f.1", "localhost"] {
            let url = server.url_on(host, "/");
            let mut probe = client_reaching(reach).probe(&url).await.unwrap();
            assert_eq!(probe.send(Request::Get(url), &anywhere).await.unwrap().body, "inside", "{host}");
        }
    }
}

#[tokio::test]
async fn every_spelling_of_this_machine_is_refused_under_public_only() {
    let client = client_reaching(Reach::PublicOnly);
    for host in ["0x7f.1", "2130706433", "0177.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "a.localhost."]
    {
        let url = Url::parse(&format!("http://{host}/")).unwrap();
        let failure = client.probe(&url).await.unwrap_err();
        assert!(matches!(failure, Failure::ForbiddenAddress { .. }), "{host} gave {failure:?}");
    }
}

#[tokio::test]
async fn a_reach_of_this_machine_refuses_every_other_name() {
    let client = client_reaching(Reach::LoopbackOnly);
    for host in ["www.example.org", "8.8.8.8", "10.0.0.1", "[2a01:e0a::1]"] {
        let url = Url::parse(&format!("http://{host}/")).unwrap();
        let failure = client.probe(&url).await.unwrap_err();
        assert!(matches!(failure, Failure::ForbiddenAddress { .. }), "{host} gave {failure:?}");
    }
}

#[test]
fn an_accelerated_clock_reaches_nothing_but_this_machine() {
    let instant: DateTime<Utc> = "2026-11-21T10:00:00Z".parse().unwrap();
    let clock: Arc<dyn Clock> =
        Arc::new(AcceleratedClock { real_start: instant, sim_start: instant, speed: 60.0 });
    for (reach, allowed) in
        [(Reach::PublicOnly, false), (Reach::PublicAndLoopback, false), (Reach::LoopbackOnly, true)]
    {
        let made = Client::new(identity(), reach, Limits::default(), Arc::clone(&clock));
        assert_eq!(made.is_ok(), allowed, "{reach:?}");
        if let Err(error) = made {
            assert!(matches!(error, SetupError::AcceleratedClock), "{error:?}");
        }
    }
}

#[test]
fn a_client_needs_a_contact() {
    let mut identity = identity();
    identity.contact = String::new();
    let made = Client::new(identity, Reach::LoopbackOnly, Limits::default(), ManualClock::start());
    assert!(matches!(made, Err(SetupError::Contact(_))));
}

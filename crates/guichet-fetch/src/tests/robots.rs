//! robots.txt comes first, once a day, and is obeyed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use sha2::{Digest as _, Sha256};

use super::{
    anywhere, client, get,
    manual_clock::ManualClock,
    probe_on,
    server::{Reply, Server, answer, page, redirect},
};
use crate::{Client, Failure, Request, clock::Clock as _};

const HOUR: Duration = Duration::from_hours(1);

async fn with_robots(text: &'static str) -> Server {
    Server::with_robots(move |_| answer("200 OK", text.as_bytes()), |_| page("in"), None).await
}

/// One probe with one fetch; how many requests it took.
async fn visit(client: &Client, server: &Server) -> (Result<u16, Failure>, u32) {
    let url = server.url("/booking");
    let mut probe = client.probe(&url).await.unwrap();
    let status = probe.send(Request::Get(url), &anywhere).await.map(|answer| answer.status);
    (status, probe.requests())
}

#[tokio::test]
async fn what_robots_forbids_is_not_asked_for() {
    let text = "User-agent: GuichetOuvert\nDisallow: /closed\n";
    let server = with_robots(text).await;
    let (closed, open) = (server.url("/closed/1"), server.url("/open"));
    let mut probe = probe_on(&closed).await;
    assert_eq!(probe.robots(), None);
    let failure = probe.send(Request::Get(closed), &anywhere).await.unwrap_err();
    let host = "a.localhost".to_owned();
    assert_eq!(failure, Failure::RobotsDisallowed { host });
    let verdict = probe.robots().unwrap().clone();
    assert_eq!(verdict.origin, server.url("").origin().ascii_serialization());
    assert_eq!((verdict.status, verdict.allowed, verdict.crawl_delay), (Some(200), false, None));
    assert_eq!(verdict.sha256, Some(Sha256::digest(text).into()));

    probe.send(Request::Get(open), &anywhere).await.unwrap();
    assert!(probe.robots().unwrap().allowed);
    assert_eq!(server.asked(), ["GET /robots.txt", "GET /open"]);
    assert_eq!(probe.requests(), 2);
}

#[tokio::test]
async fn a_redirect_does_not_lead_where_robots_forbids() {
    let server = Server::with_robots(
        |_| answer("200 OK", b"User-agent: *\nDisallow: /closed"),
        |_| redirect(302, "/closed"),
        None,
    )
    .await;
    let failure = get(&server, "/").await.unwrap_err();
    assert!(matches!(failure, Failure::RobotsDisallowed { .. }), "{failure:?}");
    assert_eq!(server.asked(), ["GET /robots.txt", "GET /"]);
}

#[tokio::test]
async fn robots_is_asked_for_once_a_day() {
    let server = with_robots("User-agent: *\nDisallow:").await;
    let clock = ManualClock::start();
    let client = client(&clock);
    assert_eq!(visit(&client, &server).await, (Ok(200), 2));
    assert_eq!(visit(&client, &server).await, (Ok(200), 1));
    clock.advance(HOUR * 23);
    assert_eq!(visit(&client, &server).await, (Ok(200), 1));
    clock.advance(HOUR);
    assert_eq!(visit(&client, &server).await, (Ok(200), 2));
}

#[tokio::test]
async fn each_origin_of_a_host_has_its_own_robots() {
    let server = Server::with_robots(
        |seen| {
            let closed = seen.header("host").starts_with("www.");
            answer("200 OK", if closed { b"User-agent: *\nDisallow: /" } else { b"" })
        },
        |_| page(""),
        None,
    )
    .await;
    let mut probe = probe_on(&server.url("/")).await;
    probe.send(Request::Get(server.url("/")), &anywhere).await.unwrap();
    let failure =
        probe.send(Request::Get(server.url_on("www.a.localhost", "/")), &anywhere).await.unwrap_err();
    assert!(matches!(failure, Failure::RobotsDisallowed { .. }), "{failure:?}");
    assert_eq!(server.asked(), ["GET /robots.txt", "GET /", "GET /robots.txt"]);
}

#[tokio::test]
async fn a_site_without_robots_may_be_asked() {
    for status in [401, 403, 404, 410] {
        let server =
            Server::with_robots(move |_| answer(&format!("{status} So"), b"Disallow: /"), |_| page(""), None)
                .await;
        let url = server.url("/");
        let mut probe = probe_on(&url).await;
        probe.send(Request::Get(url), &anywhere).await.unwrap();
        let verdict = probe.robots().unwrap();
        assert_eq!((verdict.status, verdict.allowed, verdict.sha256), (Some(status), true, None));
    }
}

#[tokio::test]
async fn robots_that_cannot_be_read_closes_the_site_for_an_hour_and_no_longer() {
    for status in [429, 500, 503] {
        let now_says = Arc::new(AtomicU16::new(status));
        let says = Arc::clone(&now_says);
        let server = Server::with_robots(
            move |_| answer(&format!("{} So", says.load(Ordering::SeqCst)), b""),
            |_| page(""),
            None,
        )
        .await;
        let clock = ManualClock::start();
        let client = client(&clock);
        let retry_at = clock.now() + HOUR;
        let closed = Failure::RobotsUnavailable {
            host: "a.localhost".to_owned(),
            status: Some(status),
            retry_at,
            source: None,
        };
        assert_eq!(visit(&client, &server).await, (Err(closed.clone()), 1));
        now_says.store(200, Ordering::SeqCst);
        assert_eq!(visit(&client, &server).await, (Err(closed), 0), "not asked again within the hour");
        clock.advance(HOUR);
        assert_eq!(visit(&client, &server).await, (Ok(200), 2));
    }
}

#[tokio::test]
async fn robots_that_breaks_off_closes_the_site_too() {
    let server = Server::with_robots(|_| Reply::Last(Vec::new()), |_| page(""), None).await;
    let url = server.url("/");
    let mut probe = probe_on(&url).await;
    let failure = probe.send(Request::Get(url), &anywhere).await.unwrap_err();
    let Failure::RobotsUnavailable { status: None, source: Some(source), .. } = failure else {
        panic!("{failure:?}");
    };
    assert!(matches!(*source, Failure::Interrupted { .. }), "{source:?}");
    let verdict = probe.robots().unwrap();
    assert_eq!((verdict.status, verdict.allowed), (None, false));
    assert_eq!(server.asked(), ["GET /robots.txt"]);
}

#[tokio::test]
async fn robots_may_redirect_on_its_host_and_nowhere_else() {
    let on_host = Server::with_robots(
        |_| redirect(301, "/real-robots"),
        |seen| match seen.path.as_str() {
            "/real-robots" => answer("200 OK", b"User-agent: *\nDisallow: /closed"),
            _ => page(""),
        },
        None,
    )
    .await;
    let failure = get(&on_host, "/closed").await.unwrap_err();
    assert!(matches!(failure, Failure::RobotsDisallowed { .. }), "{failure:?}");
    assert_eq!(on_host.asked(), ["GET /robots.txt", "GET /real-robots"]);

    for to in ["https://www.example.org/robots.txt", "http://10.0.0.1/robots.txt", "/robots.txt"] {
        let elsewhere = Server::with_robots(move |_| redirect(302, to), |_| page(""), None).await;
        let failure = get(&elsewhere, "/").await.unwrap_err();
        assert!(
            matches!(failure, Failure::RobotsUnavailable { source: Some(_), .. }),
            "{to} gave {failure:?}"
        );
    }
}

#[tokio::test]
async fn a_host_that_is_down_is_not_written_down_as_closed_by_robots() {
    let clock = ManualClock::start();
    let client = client(&clock);
    let server = with_robots("").await;
    let url = server.url("/booking");
    let mut secure = url.clone();
    secure.set_scheme("https").unwrap();
    for _ in 0..2 {
        let mut probe = client.probe(&secure).await.unwrap();
        let failure = probe.send(Request::Get(secure.clone()), &anywhere).await.unwrap_err();
        assert!(matches!(failure, Failure::Tls { .. }), "{failure:?}");
    }
    assert_eq!(visit(&client, &server).await, (Ok(200), 2));
}

#[tokio::test]
async fn a_huge_robots_is_read_up_to_its_cap_and_obeyed() {
    let mut text = b"User-agent: *\nDisallow: /closed\n".to_vec();
    text.resize(3 * 1024 * 1024, b'#');
    let server = Server::with_robots(move |_| answer("200 OK", &text), |_| page(""), None).await;
    let failure = get(&server, "/closed").await.unwrap_err();
    assert!(matches!(failure, Failure::RobotsDisallowed { .. }), "{failure:?}");
    get(&server, "/open").await.unwrap();
}

#[tokio::test]
async fn a_refused_robots_with_a_spoilt_body_is_refused_and_no_more() {
    for (status, open) in [(404, true), (403, true), (429, false), (503, false)] {
        let server = Server::with_robots(
            move |_| answer(&format!("{status} So\nContent-Encoding: gzip"), b"this is no gzip at all"),
            |_| page(""),
            None,
        )
        .await;
        let url = server.url("/");
        let mut probe = probe_on(&url).await;
        assert_eq!(probe.send(Request::Get(url), &anywhere).await.is_ok(), open, "{status}");
        let verdict = probe.robots().unwrap();
        assert_eq!((verdict.status, verdict.allowed), (Some(status), open));
    }
}

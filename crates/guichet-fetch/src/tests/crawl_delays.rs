//! A crawl-delay lengthens the spacing, and a long one ends a probe instead of holding its host.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;

use super::{
    anywhere, client, client_with,
    manual_clock::ManualClock,
    server::{Server, answer, page, redirect},
};
use crate::{Failure, LONGEST_CRAWL_WAIT, Limits, Request, clock::Clock as _};

const HOUR: Duration = Duration::from_hours(1);

async fn server_asking_for(seconds: u64, clock: &Arc<ManualClock>) -> Server {
    let text = format!("User-agent: *\nCrawl-delay: {seconds}");
    let robots = move |_: &_| answer("200 OK", text.as_bytes());
    Server::with_robots(robots, |_| page(""), Some(Arc::clone(clock))).await
}

fn too_long(delay: Duration) -> Failure {
    Failure::CrawlDelay { host: "a.localhost".to_owned(), delay }
}

#[tokio::test]
async fn a_crawl_delay_lengthens_the_spacing_and_is_told() {
    let clock = ManualClock::start();
    let server = Server::with_robots(
        |_| answer("200 OK", b"User-agent: *\nCrawl-delay: 90"),
        |_| page(""),
        Some(Arc::clone(&clock)),
    )
    .await;
    let client = client(&clock);
    let url = server.url("/");
    for _ in 0..2 {
        let mut probe = client.probe(&url).await.unwrap();
        for _ in 0..2 {
            probe.send(Request::Get(url.clone()), &anywhere).await.unwrap();
        }
        assert_eq!(probe.robots().unwrap().crawl_delay, Some(Duration::from_secs(90)));
    }
    let times: Vec<_> = server.seen().iter().map(|seen| seen.at).collect();
    let gaps: Vec<TimeDelta> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [TimeDelta::seconds(90); 4], "between probes too");
}

#[tokio::test]
async fn a_crawl_delay_is_waited_for_up_to_two_minutes_and_no_longer() {
    for (seconds, waited) in [(120, true), (121, false)] {
        let clock = ManualClock::start();
        let server = server_asking_for(seconds, &clock).await;
        let url = server.url("/");
        let start = clock.now();
        let mut probe = client(&clock).probe(&url).await.unwrap();
        let outcome = probe.send(Request::Get(url), &anywhere).await;
        let delay = Duration::from_secs(seconds);
        if waited {
            assert_eq!(outcome.unwrap().sent_at, start + delay);
        } else {
            assert_eq!(outcome.unwrap_err(), too_long(delay));
            assert_eq!(clock.now(), start, "nobody slept");
            assert_eq!(server.asked(), ["GET /robots.txt"]);
            assert_eq!(probe.requests(), 1);
            assert_eq!(probe.robots().unwrap().crawl_delay, Some(delay));
        }
    }
    assert_eq!(LONGEST_CRAWL_WAIT, Duration::from_mins(2));
}

#[tokio::test]
async fn no_probe_holds_a_host_for_a_long_crawl_delay() {
    let clock = ManualClock::start();
    let server = server_asking_for(3600, &clock).await;
    let client = client(&clock);
    let url = server.url("/");
    let start = clock.now();
    let mut probe = client.probe(&url).await.unwrap();
    assert_eq!(probe.send(Request::Get(url.clone()), &anywhere).await.unwrap_err(), too_long(HOUR));
    drop(probe);
    for _ in 0..2 {
        assert_eq!(client.probe(&url).await.unwrap_err(), too_long(HOUR));
        assert_eq!(clock.now(), start, "nobody slept, not even the spacing between probes");
    }
    clock.advance(Duration::from_mins(58));
    let mut probe = client.probe(&url).await.unwrap();
    let answer = probe.send(Request::Get(url.clone()), &anywhere).await.unwrap();
    assert_eq!(answer.sent_at, start + HOUR, "the rest was waited for");
    assert_eq!(probe.send(Request::Get(url), &anywhere).await.unwrap_err(), too_long(HOUR));
    assert_eq!(server.asked(), ["GET /robots.txt", "GET /"]);
}

#[tokio::test]
async fn our_own_longer_spacing_is_waited_for() {
    let clock = ManualClock::start();
    let server = server_asking_for(600, &clock).await;
    let minutes = Duration::from_mins;
    let limits = Limits { probe_spacing: minutes(30), request_spacing: minutes(10), ..Limits::default() };
    let client = client_with(&clock, limits);
    let url = server.url("/");
    for _ in 0..2 {
        client.probe(&url).await.unwrap().send(Request::Get(url.clone()), &anywhere).await.unwrap();
    }
    let times: Vec<_> = server.seen().iter().map(|seen| seen.at).collect();
    let gaps: Vec<TimeDelta> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [10, 30].map(TimeDelta::minutes));
}

#[tokio::test]
async fn robots_that_must_wait_for_its_own_delay_is_not_written_down_as_closed() {
    let clock = ManualClock::start();
    let server = server_asking_for(3600, &clock).await;
    let client = client(&clock);
    let url = server.url("/");
    let mut probe = client.probe(&url).await.unwrap();
    assert_eq!(probe.send(Request::Get(url.clone()), &anywhere).await.unwrap_err(), too_long(HOUR));
    clock.advance(HOUR * 23 + HOUR / 2);
    probe.send(Request::Get(url.clone()), &anywhere).await.unwrap();
    clock.advance(HOUR / 2);
    assert_eq!(probe.send(Request::Get(url.clone()), &anywhere).await.unwrap_err(), too_long(HOUR));
    assert_eq!(
        server.asked(),
        ["GET /robots.txt", "GET /"],
        "robots.txt is too old, and may not be asked for yet"
    );
    clock.advance(HOUR / 2);
    assert_eq!(probe.send(Request::Get(url), &anywhere).await.unwrap_err(), too_long(HOUR));
    assert_eq!(server.asked(), ["GET /robots.txt", "GET /", "GET /robots.txt"]);
}

#[tokio::test]
async fn robots_that_redirects_and_delays_is_read_again_in_the_end() {
    let clock = ManualClock::start();
    let server = Server::with_robots(
        |_| redirect(302, "/real-robots"),
        |seen| match seen.path.as_str() {
            "/real-robots" => answer("200 OK", b"User-agent: *\nCrawl-delay: 3600"),
            _ => page(""),
        },
        None,
    )
    .await;
    let client = client(&clock);
    let url = server.url("/");
    let visit = async || client.probe(&url).await?.send(Request::Get(url.clone()), &anywhere).await;
    assert_eq!(visit().await.unwrap_err(), too_long(HOUR));
    clock.advance(HOUR * 24);
    let failure = visit().await.unwrap_err();
    let Failure::RobotsUnavailable { status: None, source: Some(source), .. } = failure else {
        panic!("{failure:?}");
    };
    assert_eq!(*source, too_long(HOUR));
    clock.advance(HOUR);
    assert_eq!(visit().await.unwrap_err(), too_long(HOUR));
    let once = ["GET /robots.txt", "GET /real-robots"];
    assert_eq!(server.asked(), [once.as_slice(), &once[..1], &once].concat());
}

//! Whatever is asked in whatever order, no host is asked too often or by two probes at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, prop_oneof},
    prop_assert, prop_assert_eq, proptest,
};
use tokio::{
    runtime::Builder,
    task::{JoinSet, yield_now},
    time::timeout,
};
use url::Url;

use super::{
    anywhere, client,
    manual_clock::ManualClock,
    server::{Server, answer, page, redirect},
};
use crate::{Request, clock::Clock as _};

const HOSTS: [&str; 3] = ["a.localhost", "b.localhost", "www.b.localhost"];

/// What one task does in a probe.
#[derive(Debug, Clone, Copy)]
enum Act {
    Get,
    Post,
    /// A page that redirects once.
    Redirected,
    /// Time passes without a request.
    Dawdle(u64),
}

/// A probe: which host, how long the task waits before it, what it does.
#[derive(Debug, Clone)]
struct Visit {
    host: usize,
    pause: u64,
    acts: Vec<Act>,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..1_u8).prop_map(|_| Act::Get),
        (0..1_u8).prop_map(|_| Act::Post),
        (0..1_u8).prop_map(|_| Act::Redirected),
        (0..5_000_u64).prop_map(Act::Dawdle),
    ]
}

fn visits() -> impl Strategy<Value = Vec<Visit>> {
    let visit = (0..HOSTS.len(), 0..100_000_u64, vec(acts(), 0..4)).prop_map(|(host, pause, acts)| Visit {
        host,
        pause,
        acts,
    });
    vec(visit, 1..8)
}

/// When a probe on a registrable host was held.
#[derive(Debug, Clone, Copy)]
struct Held {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

type Book = HashMap<String, Vec<Held>>;

/// Runs every task's visits at once, and returns who held what when, and when each registrable host was asked.
async fn run(tasks: Vec<Vec<Visit>>) -> (Book, HashMap<String, Vec<DateTime<Utc>>>) {
    let clock = ManualClock::start();
    let server = Arc::new(
        Server::with_robots(
            |_| answer("404 Not Found", b""),
            |seen| {
                if seen.path == "/from" { redirect(302, "/to") } else { page("") }
            },
            Some(Arc::clone(&clock)),
        )
        .await,
    );
    let client = client(&clock);
    let book = Arc::new(Mutex::new(Book::new()));
    let mut running = JoinSet::new();
    for visits in tasks {
        let (client, clock, server, book) =
            (client.clone(), Arc::clone(&clock), Arc::clone(&server), Arc::clone(&book));
        running.spawn(async move {
            for visit in visits {
                clock.advance(Duration::from_millis(visit.pause));
                yield_now().await;
                let url = |path| server.url_on(HOSTS[visit.host], path);
                let mut probe = client.probe(&url("/")).await.unwrap();
                let from = clock.now();
                for act in visit.acts {
                    let request = match act {
                        Act::Get => Request::Get(url("/")),
                        Act::Post => Request::PostForm(url("/"), Vec::new()),
                        Act::Redirected => Request::Get(url("/from")),
                        Act::Dawdle(time) => {
                            clock.advance(Duration::from_millis(time));
                            continue;
                        }
                    };
                    probe.send(request, &anywhere).await.unwrap();
                }
                let held = Held { from, to: clock.now() };
                // Before the lease is given back, so that the book is in the order of the probes.
                let host = crate::registrable_host(&url("/"));
                book.lock().unwrap().entry(host).or_default().push(held);
                drop(probe);
            }
        });
    }
    running.join_all().await;
    let mut asked: HashMap<String, Vec<DateTime<Utc>>> = HashMap::new();
    for seen in server.seen() {
        let url = Url::parse(&format!("http://{}/", seen.header("host"))).unwrap();
        asked.entry(crate::registrable_host(&url)).or_default().push(seen.at);
    }
    let book = book.lock().unwrap().clone();
    (book, asked)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_host_is_asked_too_often_or_by_two_at_once(tasks in vec(visits(), 1..4)) {
        let planned: usize = tasks.iter().map(Vec::len).sum();
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (book, asked) = runtime.block_on(run(tasks));
        prop_assert_eq!(book.values().map(Vec::len).sum::<usize>(), planned);
        for (host, probes) in &book {
            for pair in probes.windows(2) {
                let gap = pair[1].from - pair[0].to;
                prop_assert!(gap >= TimeDelta::seconds(60), "{} after {} on {}", pair[1].from, pair[0].to, host);
            }
        }
        for (host, times) in &asked {
            for pair in times.windows(2) {
                prop_assert!(pair[1] - pair[0] >= TimeDelta::seconds(2), "{} after {} on {}", pair[1], pair[0], host);
            }
        }
    }
}

#[tokio::test]
async fn one_probe_at_a_time_on_a_host_and_first_come_first_served() {
    let clock = ManualClock::start();
    let client = client(&clock);
    let url = Url::parse("http://a.localhost/").unwrap();
    let held = client.probe(&url).await.unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut waiting = JoinSet::new();
    for place in 0..4 {
        let (client, url, order) = (client.clone(), url.clone(), Arc::clone(&order));
        let task = waiting.spawn(async move {
            let probe = client.probe(&url).await.unwrap();
            order.lock().unwrap().push(place);
            drop(probe);
        });
        yield_now().await;
        if place == 1 {
            // One who leaves the queue does not hold up the others.
            task.abort();
        }
    }
    assert!(
        timeout(Duration::from_millis(20), waiting.join_next()).await.unwrap().unwrap().is_err(),
        "the one who left"
    );
    assert_eq!(*order.lock().unwrap(), Vec::<i32>::new(), "the host is taken");
    let other = Url::parse("http://b.localhost/").unwrap();
    client.probe(&other).await.unwrap();
    drop(held);
    waiting.join_all().await;
    assert_eq!(*order.lock().unwrap(), [0, 2, 3]);
}

#[tokio::test]
async fn a_busy_host_never_has_two_requests_under_way() {
    let clock = ManualClock::start();
    let server = Server::start(|_| page("")).await;
    let client = client(&clock);
    let mut running = JoinSet::new();
    for host in ["a.localhost", "www.a.localhost", "a.localhost."] {
        let (client, url) = (client.clone(), server.url_on(host, "/"));
        running.spawn(async move {
            let mut probe = client.probe(&url).await.unwrap();
            for _ in 0..3 {
                probe.send(Request::Get(url.clone()), &anywhere).await.unwrap();
            }
        });
    }
    running.join_all().await;
    assert_eq!(server.busiest(), 1);
    assert_eq!(server.asked().len(), 12, "three origins, three pages each");
}

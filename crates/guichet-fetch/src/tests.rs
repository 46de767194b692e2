//! The client against scripted servers on this machine. What never enters: any other host, any real waiting.

mod bodies;
mod crawl_delays;
mod failures;
mod logs;
mod manual_clock;
mod reaches;
mod redirects;
mod robots;
mod server;
mod sessions;
mod spacing;

use std::sync::Arc;

use url::Url;

use self::{manual_clock::ManualClock, server::Server};
use crate::{Answer, Client, Failure, Identity, Limits, Probe, Reach, Request, clock::Clock};

/// Who the tests say they are.
fn identity() -> Identity {
    Identity {
        version: "0.0.1".to_owned(),
        page: Some("https://example.org/robot".to_owned()),
        contact: "robot@example.org".to_owned(),
    }
}

/// A client that reaches this machine only, on a manual clock.
fn client(clock: &Arc<ManualClock>) -> Client {
    client_with(clock, Limits::default())
}

fn client_with(clock: &Arc<ManualClock>, limits: Limits) -> Client {
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    Client::new(identity(), Reach::LoopbackOnly, limits, clock).unwrap()
}

/// A probe on `url` with a client and a clock of its own.
async fn probe_on(url: &Url) -> Probe {
    client(&ManualClock::start()).probe(url).await.unwrap()
}

/// Follows every redirect.
fn anywhere(_: &Url) -> bool {
    true
}

/// One fetch of `path` on a probe of its own.
async fn get(server: &Server, path: &str) -> Result<Answer, Failure> {
    get_with(server, path, Limits::default()).await
}

async fn get_with(server: &Server, path: &str, limits: Limits) -> Result<Answer, Failure> {
    let url = server.url(path);
    let client = client_with(&ManualClock::start(), limits);
    client.probe(&url).await.unwrap().send(Request::Get(url), &anywhere).await
}

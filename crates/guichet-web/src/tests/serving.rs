//! Figures follow the database; the service ends when it is told to.

use std::time::Duration;

use guichet_model::Outcome;
use guichet_store::Store;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::timeout,
};

use super::fixture::{now, observation, site, site_with};
use crate::serve;

#[tokio::test]
async fn figures_follow_what_is_written_meanwhile() {
    let site = site_with(Vec::new(), |_| {});
    assert!(site.page("/en/").await.contains("No data yet"));
    let first = site.get("/api/v1/sites.geojson").await;
    let mut store = Store::open(&site.dir.path().join("guichet.db")).unwrap();
    let at = now() - chrono::Duration::hours(5);
    let mut new = std::iter::once(observation("93-bobigny/renouvellement", at, Outcome::Full, "sampler"));
    store.import(&mut new, &|_| guichet_model::civil::PARIS).unwrap();
    assert!(!site.page("/en/").await.contains("No data yet"));
    assert_ne!(site.get("/api/v1/sites.geojson").await.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn the_service_answers_and_ends_when_told_to() {
    let site = site();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(serve(listener, site.router.clone(), async move {
        let _ = stopped.await;
    }));
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    stop.send(()).unwrap();
    timeout(Duration::from_secs(10), running).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

//! Each way of not answering has its own word.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use url::Url;

use super::{
    anywhere, client, get, get_with, identity,
    manual_clock::ManualClock,
    probe_on,
    server::{Reply, Server, answer, page},
};
use crate::{
    Client, Failure, Limits, Reach, Request,
    clock::Clock,
    resolver::{LookedUp, Lookup},
};

/// Finds no name.
#[derive(Debug)]
struct NothingFound;

impl Lookup for NothingFound {
    fn lookup(&self, _name: String) -> LookedUp {
        Box::pin(async { Err(io::Error::other("no such name")) })
    }
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_dns_and_nothing_left() {
    let clock: Arc<dyn Clock> = ManualClock::start();
    let client =
        Client::with_lookup(&identity(), Reach::PublicOnly, Limits::default(), clock, Arc::new(NothingFound))
            .unwrap();
    let url = Url::parse("https://nowhere.invalid/").unwrap();
    let mut probe = client.probe(&url).await.unwrap();
    let failure = probe.send(Request::Get(url), &anywhere).await.unwrap_err();
    let host = "nowhere.invalid".to_owned();
    assert_eq!(failure, Failure::Dns { host });
    assert_eq!(probe.requests(), 0);
    assert_eq!(probe.robots(), None);
}

#[tokio::test]
async fn a_refused_port_is_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let mut probe = probe_on(&url).await;
    let failure = probe.send(Request::Get(url), &anywhere).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Connect { reason, .. } if reason == "connection refused"),
        "{failure:?}"
    );
    assert_eq!(probe.requests(), 1);
}

#[tokio::test]
async fn tls_with_a_server_that_speaks_none_is_tls() {
    for (speech, reason) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "what came is not TLS"),
        (b"", "the connection ended during the handshake"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
        let speaking = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            // What is left unread would turn the end of the connection into a reset.
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            stream.write_all(speech).await.unwrap();
        });
        let mut probe = probe_on(&url).await;
        let failure = probe.send(Request::Get(url), &anywhere).await.unwrap_err();
        let host = "127.0.0.1".to_owned();
        assert_eq!(failure, Failure::Tls { host, reason });
        assert_eq!(probe.requests(), 1);
        speaking.await.unwrap();
    }
}

#[tokio::test]
async fn an_empty_reply_is_interrupted() {
    let server = Server::start(|_| Reply::Last(Vec::new())).await;
    let failure = get(&server, "/").await.unwrap_err();
    assert!(matches!(failure, Failure::Interrupted { .. }), "{failure:?}");
    assert_eq!(server.asked(), ["GET /robots.txt", "GET /"], "asked once, never again");
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_interrupted() {
    let server =
        Server::start(|_| Reply::Last(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".to_vec())).await;
    let failure = get(&server, "/").await.unwrap_err();
    assert!(matches!(failure, Failure::Interrupted { .. }), "{failure:?}");
}

#[tokio::test]
async fn what_is_not_http_is_not_http() {
    for garbage in ["SSH-2.0-OpenSSH_9.6\r\n", "<html>complet</html>\r\n\r\n", "HTTP/9.9 huh\r\n\r\n"] {
        let server = Server::start(move |_| Reply::Last(garbage.as_bytes().to_vec())).await;
        let failure = get(&server, "/").await.unwrap_err();
        let host = "a.localhost".to_owned();
        assert_eq!(failure, Failure::NotHttp { host }, "{garbage}");
    }
}

#[tokio::test]
async fn one_bad_header_line_does_not_spoil_an_answer() {
    let server = Server::start(|_| answer("200 OK\nBad Header: x\nServer: y", b"complet")).await;
    let answer = get(&server, "/").await.unwrap();
    assert_eq!((answer.body.as_str(), answer.headers.len()), ("complet", 1));
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_timeout() {
    let server = Server::start(|_| Reply::Hang).await;
    let limits = Limits { total_timeout: Duration::from_millis(100), ..Limits::default() };
    let failure = get_with(&server, "/", limits).await.unwrap_err();
    assert!(matches!(failure, Failure::Timeout { .. }), "{failure:?}");
    assert_eq!(failure.to_string(), "a.localhost: no complete answer within 0.1 s");
}

#[tokio::test]
async fn every_status_is_an_answer() {
    for status in [204, 403, 404, 410, 429, 500, 503, 599] {
        let server = Server::start(move |_| answer(&format!("{status} So"), b"")).await;
        assert_eq!(get(&server, "/").await.unwrap().status, status);
    }
}

#[tokio::test]
async fn a_probe_asks_no_other_host_than_its_own() {
    let server = Server::start(|_| page("")).await;
    let mut probe = probe_on(&server.url("/")).await;
    let failure = probe.send(Request::Get(server.url_on("b.localhost", "/")), &anywhere).await.unwrap_err();
    assert!(matches!(failure, Failure::ForeignRequest { .. }), "{failure:?}");
    assert_eq!((probe.requests(), server.asked().len()), (0, 0));
    probe.send(Request::Get(server.url_on("www.a.localhost", "/")), &anywhere).await.unwrap();
}

#[tokio::test]
async fn only_http_and_https_open_a_probe() {
    let client = client(&ManualClock::start());
    for url in ["ftp://a.localhost/", "file:///etc/passwd", "data:text/html,x", "ws://a.localhost/"] {
        let failure = client.probe(&Url::parse(url).unwrap()).await.unwrap_err();
        assert!(matches!(failure, Failure::ForbiddenScheme { .. }), "{url} gave {failure:?}");
    }
}

#[tokio::test]
async fn an_address_too_long_for_http_is_not_asked_for() {
    let server = Server::start(|_| page("")).await;
    let url = server.url(&format!("/{}", "x".repeat(70_000)));
    let mut probe = probe_on(&url).await;
    let failure = probe.send(Request::Get(url), &anywhere).await.unwrap_err();
    let host = "a.localhost".to_owned();
    assert_eq!(failure, Failure::InvalidUrl { host });
    assert_eq!(server.asked(), ["GET /robots.txt"]);
    assert_eq!(probe.requests(), 1);
}

//! Bodies are capped, decompressed, dated and decoded.

use std::{io::Write as _, time::Duration};

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use sha2::{Digest as _, Sha256};

use super::{
    get, get_with,
    server::{Reply, Server, answer, page},
};
use crate::{Failure, Limits};

const MIB: usize = 1024 * 1024;

fn too_large() -> Failure {
    Failure::TooLarge { host: "a.localhost".to_owned(), cap: 2 * MIB }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_page_comes_back_with_its_facts() {
    let server = Server::start(|_| {
        answer(
            "200 OK\nContent-Type: text/html; charset=utf-8\nServer: nginx\nSet-Cookie: a=1\nX-Other: 1",
            "Déjà complet".as_bytes(),
        )
    })
    .await;
    let answer = get(&server, "/booking#part").await.unwrap();
    assert_eq!((answer.method, answer.status, answer.bytes), ("GET", 200, 14));
    assert_eq!(answer.url, server.url("/booking"));
    assert_eq!(answer.final_url, answer.url);
    assert_eq!(answer.body, "Déjà complet");
    assert_eq!(answer.body_sha256, <[u8; 32]>::from(Sha256::digest("Déjà complet")));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(answer.headers, [pair("content-type", "text/html; charset=utf-8"), pair("server", "nginx")]);
    assert_eq!((answer.retry_after, answer.redirects.len()), (None, 0));
    assert!(answer.duration > Duration::ZERO && answer.duration < Duration::from_secs(30));
    assert!(!format!("{answer:?}").contains("complet"), "no body in what could be logged");
}

#[tokio::test]
async fn every_request_says_who_asks_and_for_what() {
    let server = Server::start(|_| page("")).await;
    get(&server, "/").await.unwrap();
    for seen in server.seen() {
        let header = |name| seen.header(name).to_owned();
        assert_eq!(
            header("user-agent"),
            "GuichetOuvert/0.0.1 (+https://example.org/robot; robot@example.org)"
        );
        assert_eq!(header("accept-language"), "fr-FR, fr;q=0.9");
        assert!(header("accept").starts_with("text/html"));
        for coding in ["gzip", "br", "deflate"] {
            assert!(header("accept-encoding").contains(coding), "{coding}");
        }
        assert_eq!(header("cookie") + &header("referer") + &header("authorization"), "");
    }
}

#[tokio::test]
async fn twenty_megabytes_are_not_read_whether_announced_or_not() {
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 20971520\r\n\r\n";
    let unannounced = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    for head in [announced, unannounced] {
        let server = Server::start(move |_| {
            Reply::Flow(head.as_bytes().to_vec(), vec![b'x'; 64 * 1024], 320, Duration::ZERO)
        })
        .await;
        assert_eq!(get(&server, "/").await.unwrap_err(), too_large());
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_cap_is_read_and_one_byte_more_is_not() {
    for (length, fits) in [(2 * MIB, true), (2 * MIB + 1, false)] {
        let server = Server::start(move |_| answer("200 OK", &vec![b'x'; length])).await;
        let outcome = get(&server, "/").await;
        if fits {
            assert_eq!(outcome.unwrap().bytes, 2 * 1024 * 1024);
        } else {
            assert_eq!(outcome.unwrap_err(), too_large());
        }
    }
}

#[tokio::test]
async fn a_gzip_bomb_costs_no_more_than_the_cap() {
    let bomb = gzip(&vec![0; 16 * MIB]);
    assert!(bomb.len() < 200_000, "what travels is small: {}", bomb.len());
    let server = Server::start(move |_| answer("200 OK\nContent-Encoding: gzip", &bomb)).await;
    assert_eq!(get(&server, "/").await.unwrap_err(), too_large());
}

#[tokio::test]
async fn compressed_bodies_are_counted_and_hashed_as_decompressed() {
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::fast());
    deflate.write_all(b"complet").unwrap();
    let deflate = deflate.finish().unwrap();
    for (coding, body) in [("gzip", gzip(b"complet")), ("deflate", deflate)] {
        let server =
            Server::start(move |_| answer(&format!("200 OK\nContent-Encoding: {coding}"), &body)).await;
        let answer = get(&server, "/").await.unwrap();
        assert_eq!((answer.body.as_str(), answer.bytes), ("complet", 7), "{coding}");
        assert_eq!(answer.body_sha256, <[u8; 32]>::from(Sha256::digest("complet")), "{coding}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_decompress_is_cut_short() {
    let server = Server::start(|_| answer("200 OK\nContent-Encoding: gzip", b"this is no gzip at all")).await;
    let failure = get(&server, "/").await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Interrupted { reason, .. } if reason == "it could not be decompressed"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_body_that_drips_runs_into_the_timeout_of_the_whole_request() {
    let server = Server::start(|_| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".to_vec();
        Reply::Flow(head, b"x".to_vec(), 1000, Duration::from_millis(20))
    })
    .await;
    let total_timeout = Duration::from_millis(300);
    let limits = Limits { total_timeout, ..Limits::default() };
    let failure = get_with(&server, "/", limits).await.unwrap_err();
    assert_eq!(failure, Failure::Timeout { host: "a.localhost".to_owned(), after: total_timeout });
}

#[tokio::test]
async fn old_pages_are_read_in_their_own_charset() {
    let body: &[u8] = b"<meta charset=iso-8859-15><p>d\xe9j\xe0 20 \xa4</p>";
    for (head, text) in [
        ("200 OK\nContent-Type: text/html; charset=ISO-8859-15", "déjà 20 €"),
        ("200 OK\nContent-Type: text/html", "déjà 20 €"),
        ("200 OK\nContent-Type: text/html; charset=windows-1252", "déjà 20 ¤"),
        ("200 OK", "déjà 20 €"),
    ] {
        let server = Server::start(move |_| answer(head, body)).await;
        let answer = get(&server, "/").await.unwrap();
        assert!(answer.body.contains(text), "{head} gave {}", answer.body);
        assert_eq!(answer.body_sha256, <[u8; 32]>::from(Sha256::digest(body)));
    }
}

#[tokio::test]
async fn a_server_that_asks_for_patience_is_heard_in_both_forms() {
    // The manual clock stands at 10:00:02 when the answer comes: robots.txt was asked for first.
    for (value, seconds) in [("90", 90), ("Sat, 21 Nov 2026 10:01:02 GMT", 60)] {
        let server =
            Server::start(move |_| answer(&format!("429 Too Many Requests\nRetry-After: {value}"), b""))
                .await;
        let answer = get(&server, "/").await.unwrap();
        assert_eq!((answer.status, answer.retry_after), (429, Some(Duration::from_secs(seconds))));
    }
}

#[tokio::test]
async fn who_turns_us_away_is_heard_whatever_the_body() {
    let head = |status: u16, more: &str| {
        format!("HTTP/1.1 {status} So\r\nRetry-After: 90\r\n{more}\r\n").into_bytes()
    };
    let long = vec![b'x'; 2 * MIB + 1];
    let bomb = gzip(&vec![b'x'; 16 * MIB]);
    for status in [400, 403, 429, 500, 503] {
        for (what, reply, bytes) in [
            ("too long, announced", [head(status, "Content-Length: 2097153\r\n"), long.clone()], 2 * MIB),
            ("too long, unannounced", [head(status, "Connection: close\r\n"), long.clone()], 2 * MIB),
            ("a bomb", [head(status, "Content-Encoding: gzip\r\n"), bomb.clone()], 2 * MIB),
            ("no gzip", [head(status, "Content-Encoding: gzip\r\n"), b"not at all".to_vec()], 0),
            ("cut short", [head(status, "Content-Length: 100\r\n"), b"short".to_vec()], 5),
            ("no chunks", [head(status, "Transfer-Encoding: chunked\r\n"), b"5\r\nshortZZZ".to_vec()], 5),
        ] {
            let server = Server::start(move |_| Reply::Last(reply.concat())).await;
            let answer = get(&server, "/").await.unwrap();
            assert_eq!((answer.status, answer.bytes), (status, bytes as u64), "{what}");
            assert_eq!(answer.retry_after, Some(Duration::from_secs(90)), "{status}, {what}");
        }
    }
}

#[tokio::test]
async fn who_turns_us_away_slowly_is_heard_when_the_time_is_up() {
    for (status, heard) in [(429, true), (503, true), (200, false), (399, false)] {
        let server = Server::start(move |_| {
            let head = format!("HTTP/1.1 {status} So\r\nRetry-After: 90\r\nContent-Length: 1000\r\n\r\n");
            Reply::Flow(head.into_bytes(), b"x".to_vec(), 1000, Duration::from_millis(20))
        })
        .await;
        let total_timeout = Duration::from_millis(200);
        let outcome = get_with(&server, "/", Limits { total_timeout, ..Limits::default() }).await;
        if heard {
            let answer = outcome.unwrap();
            assert_eq!((answer.status, answer.retry_after), (status, Some(Duration::from_secs(90))));
            assert!((1..1000).contains(&answer.bytes), "{}", answer.bytes);
            assert!(answer.duration >= total_timeout, "{:?}", answer.duration);
        } else {
            assert!(matches!(outcome, Err(Failure::Timeout { .. })), "{status} gave {outcome:?}");
        }
    }
}

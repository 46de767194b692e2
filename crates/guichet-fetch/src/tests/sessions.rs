//! What lives as long as a probe, and what it sends.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;
use url::Url;

use super::{
    anywhere, client,
    manual_clock::ManualClock,
    probe_on,
    server::{Reply, Server, answer, page, redirect},
};
use crate::{Request, clock::Clock as _};

#[tokio::test]
async fn cookies_live_for_one_probe() {
    let server = Server::with_robots(
        |_| answer("404 Not Found\nSet-Cookie: fromrobots=1", b""),
        |_| answer("200 OK\nSet-Cookie: eZSESSID=abc; path=/\nSet-Cookie: lang=fr; path=/booking", b""),
        None,
    )
    .await;
    let client = client(&ManualClock::start());
    let url = server.url("/booking/0");
    for _ in 0..2 {
        let mut probe = client.probe(&url).await.unwrap();
        for _ in 0..2 {
            probe.send(Request::Get(url.clone()), &anywhere).await.unwrap();
        }
    }
    let cookies: Vec<String> = server.seen().iter().map(|seen| sorted(seen.header("cookie"))).collect();
    assert_eq!(cookies, ["", "", "eZSESSID=abc; lang=fr", "", "eZSESSID=abc; lang=fr"]);
}

fn sorted(cookies: &str) -> String {
    let mut cookies: Vec<&str> = cookies.split("; ").collect();
    cookies.sort_unstable();
    cookies.join("; ")
}

#[tokio::test]
async fn a_cookie_set_by_a_redirect_is_sent_to_where_it_leads() {
    let server = Server::start(|seen| {
        if seen.path == "/0" { answer("302 Found\nSet-Cookie: s=1\nLocation: /1", b"") } else { page("") }
    })
    .await;
    let url = server.url("/0");
    let form = Request::PostForm(url.clone(), Vec::new());
    probe_on(&url).await.send(form, &anywhere).await.unwrap();
    assert_eq!(server.seen().pop().unwrap().header("cookie"), "s=1");
}

#[tokio::test]
async fn forms_json_and_text_are_sent_as_a_browser_would() {
    let server = Server::start(|_| page("")).await;
    let url = server.url("/");
    let mut probe = probe_on(&url).await;
    let pairs = [("condition", "on"), ("nextButton", "Étape suivante & fin")];
    let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    let answer = probe.send(Request::PostForm(url.clone(), pairs), &anywhere).await.unwrap();
    assert_eq!(answer.method, "POST");
    probe.send(Request::PostJson(url.clone(), r#"{"a":1}"#.to_owned()), &anywhere).await.unwrap();
    probe.send(Request::PostText(url, "callCount=1".to_owned()), &anywhere).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[1].body, "condition=on&nextButton=%C3%89tape+suivante+%26+fin");
    assert_eq!(seen[1].header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(seen[2].body, r#"{"a":1}"#);
    assert_eq!(seen[2].header("content-type"), "application/json");
    assert_eq!((seen[3].body.as_str(), seen[3].header("content-type")), ("callCount=1", "text/plain"));
    assert_eq!(probe.requests(), 4);
}

#[tokio::test]
async fn credentials_in_an_address_are_not_sent() {
    let server = Server::start(|seen| {
        let host = seen.header("host");
        if seen.path == "/0" { redirect(302, &format!("http://u:p@{host}/1")) } else { page("") }
    })
    .await;
    let mut url = server.url("/0");
    url.set_username("user").unwrap();
    url.set_password(Some("secret")).unwrap();
    let answer = probe_on(&url).await.send(Request::Get(url), &anywhere).await.unwrap();
    assert_eq!((answer.url, answer.final_url), (server.url("/0"), server.url("/1")));
    for seen in server.seen() {
        assert_eq!(seen.header("authorization"), "", "{}", seen.path);
    }
}

#[tokio::test]
async fn a_cancelled_probe_still_starts_the_spacing() {
    let clock = ManualClock::start();
    let server = Server::with_robots(
        |_| answer("404 Not Found", b""),
        |seen| {
            if seen.path == "/hang" { Reply::Hang } else { page("") }
        },
        Some(Arc::clone(&clock)),
    )
    .await;
    let client = client(&clock);
    let url = server.url("/hang");
    let cancelled = async {
        let mut probe = client.probe(&url).await.unwrap();
        probe.send(Request::Get(url.clone()), &anywhere).await
    };
    assert!(timeout(Duration::from_millis(200), cancelled).await.is_err());
    let ended = clock.now();
    let url = server.url("/");
    client.probe(&url).await.unwrap().send(Request::Get(url), &anywhere).await.unwrap();
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.path, "/");
    assert!(seen.at - ended >= chrono::TimeDelta::seconds(60), "{ended} then {}", seen.at);
}

#[tokio::test]
async fn a_restart_keeps_the_spacing() {
    let clock = ManualClock::start();
    let client = client(&clock);
    let start = clock.now();
    client.remember("A.localhost", start - chrono::TimeDelta::seconds(20));
    client.remember("a.localhost", start - chrono::TimeDelta::seconds(50));
    client.probe(&Url::parse("http://b.localhost/").unwrap()).await.unwrap();
    assert_eq!(clock.now(), start, "another host does not wait");
    client.probe(&Url::parse("http://a.localhost/").unwrap()).await.unwrap();
    assert_eq!(clock.now(), start + chrono::TimeDelta::seconds(40));
}

//! Redirects are followed by hand, on one host, five times at most, and nowhere that the caller does not go.

use std::sync::Mutex;

use url::Url;

use super::{
    anywhere, get, probe_on,
    server::{Server, answer, page, redirect},
};
use crate::{Failure, Request};

#[tokio::test]
async fn a_redirect_loop_ends_after_five() {
    let server = Server::start(|seen| redirect(302, &seen.path)).await;
    let url = server.url("/loop");
    let mut probe = probe_on(&url).await;
    let failure = probe.send(Request::Get(url), &anywhere).await.unwrap_err();
    assert_eq!(failure, Failure::TooManyRedirects { host: "a.localhost".to_owned(), limit: 5 });
    assert_eq!(server.asked().len(), 7, "robots.txt, the page, five redirects");
    assert_eq!(probe.requests(), 7);
}

#[tokio::test]
async fn five_redirects_are_followed_and_told() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/0" => redirect(301, "1"),
        "/1" => redirect(302, "/a/2?x=y"),
        "/a/2?x=y" => redirect(303, "./3#there"),
        "/a/3" => redirect(307, "../4"),
        "/4" => redirect(308, "  5 "),
        _ => page("arrived"),
    })
    .await;
    let answer = get(&server, "/0").await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "arrived"));
    assert_eq!(answer.url, server.url("/0"));
    assert_eq!(answer.final_url, server.url("/5"));
    assert_eq!(answer.redirects, ["/1", "/a/2?x=y", "/a/3", "/4", "/5"].map(|path| server.url(path)));
    assert_eq!(answer.received_at - answer.sent_at, chrono::TimeDelta::seconds(10), "spaced by 2 s");
}

#[tokio::test]
async fn what_was_submitted_is_submitted_once() {
    for (status, follows) in [(301, true), (302, true), (303, true), (307, false), (308, false)] {
        let server = Server::start(move |seen| match seen.path.as_str() {
            "/0" => answer(&format!("{status} Elsewhere\nLocation: /1"), b"moved"),
            _ => page("arrived"),
        })
        .await;
        let url = server.url("/0");
        let form = vec![("a".to_owned(), "1".to_owned())];
        for request in
            [Request::PostForm(url.clone(), form), Request::PostJson(url.clone(), r#"{"a":1}"#.to_owned())]
        {
            let answer = probe_on(&url).await.send(request, &anywhere).await.unwrap();
            assert_eq!(answer.method, "POST", "{status}");
            let last = server.seen().pop().unwrap();
            if follows {
                assert_eq!((answer.status, answer.body.as_str()), (200, "arrived"), "{status}");
                assert_eq!((last.method.as_str(), last.path.as_str()), ("GET", "/1"), "{status}");
                assert_eq!((last.body.as_str(), last.header("content-type")), ("", ""), "{status}");
            } else {
                assert_eq!((answer.status, answer.body.as_str()), (status, "moved"));
                assert_eq!((answer.final_url, answer.redirects.len()), (url.clone(), 0), "{status}");
                assert_eq!((last.method.as_str(), last.path.as_str()), ("POST", "/0"), "{status}");
            }
        }
    }
}

#[tokio::test]
async fn a_redirect_where_the_caller_does_not_go_is_told_and_not_followed() {
    let server = Server::start(|seen| {
        let host = seen.header("host");
        match seen.path.as_str() {
            "/0" => redirect(302, "/1"),
            "/1" => redirect(302, &format!("http://user:secret@{host}/5/1774220400?token=secret#secret")),
            _ => page("booked"),
        }
    })
    .await;
    let url = server.url("/0");
    let asked = Mutex::new(Vec::new());
    let below_five = |to: &Url| {
        asked.lock().unwrap().push(to.clone());
        !to.path().starts_with("/5/")
    };
    let mut probe = probe_on(&url).await;
    let failure = probe.send(Request::PostForm(url.clone(), Vec::new()), &below_five).await.unwrap_err();
    let host = "a.localhost".to_owned();
    assert_eq!(failure, Failure::ForbiddenRedirect { host, to: server.url("/5/1774220400") });
    assert!(!failure.to_string().contains("secret"), "{failure}");
    assert_eq!(server.asked(), ["GET /robots.txt", "POST /0", "GET /1"]);
    assert_eq!(
        *asked.lock().unwrap(),
        [server.url("/1"), server.url("/5/1774220400?token=secret")],
        "asked for every hop, as it would be asked for"
    );
    assert_eq!(probe.requests(), 3);
}

#[tokio::test]
async fn the_caller_is_not_asked_about_robots_or_another_host() {
    let server = Server::with_robots(
        |_| redirect(301, "/real-robots"),
        |seen| match seen.path.as_str() {
            "/real-robots" => answer("404 Not Found", b""),
            _ => redirect(302, "http://b.localhost/"),
        },
        None,
    )
    .await;
    let url = server.url("/");
    let never = |_: &Url| false;
    let failure = probe_on(&url).await.send(Request::Get(url), &never).await.unwrap_err();
    assert!(matches!(failure, Failure::ForeignRedirect { .. }), "{failure:?}");
    assert_eq!(server.asked(), ["GET /robots.txt", "GET /real-robots", "GET /"]);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_told_and_not_followed() {
    for (to, told) in [
        ("https://sso.example.org/login?token=secret#x", "https://sso.example.org/login"),
        ("//b.localhost/x", "http://b.localhost/x"),
        ("http://user:secret@b.localhost/", "http://b.localhost/"),
    ] {
        let server = Server::start(move |_| redirect(302, to)).await;
        let failure = get(&server, "/").await.unwrap_err();
        assert_eq!(
            failure,
            Failure::ForeignRedirect { host: "a.localhost".to_owned(), to: told.parse().unwrap() }
        );
        assert!(!failure.to_string().contains("secret"), "{failure}");
        assert_eq!(server.asked(), ["GET /robots.txt", "GET /"]);
    }
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_refused() {
    for to in [
        "http://10.0.0.1/",
        "http://192.168.1.1:8080/",
        "http://169.254.169.254/latest/meta-data",
        "http://0xa000001/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1]/",
    ] {
        let server = Server::start(move |_| redirect(302, to)).await;
        let failure = get(&server, "/").await.unwrap_err();
        assert!(matches!(failure, Failure::ForbiddenAddress { .. }), "{to} gave {failure:?}");
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_refused() {
    for to in ["file:///etc/passwd", "ftp://a.localhost/", "javascript:alert(1)", "data:text/html,x"] {
        let server = Server::start(move |_| redirect(302, to)).await;
        let failure = get(&server, "/").await.unwrap_err();
        assert!(matches!(failure, Failure::ForbiddenScheme { .. }), "{to} gave {failure:?}");
    }
}

#[tokio::test]
async fn an_upgrade_to_https_on_the_same_host_is_followed() {
    let server = Server::with_robots(
        |_| answer("404 Not Found", b""),
        |seen| {
            let host = seen.header("host").to_owned();
            redirect(301, &format!("https://{host}/"))
        },
        None,
    )
    .await;
    let failure = get(&server, "/").await.unwrap_err();
    // The server speaks no TLS: that we got as far as that shows that the redirect was followed.
    assert!(matches!(failure, Failure::Tls { .. }), "{failure:?}");
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_is_an_answer() {
    for (status, location) in [(302, "http://"), (304, "/elsewhere"), (300, "/elsewhere")] {
        let server = Server::start(move |_| redirect(status, location)).await;
        let answer = get(&server, "/").await.unwrap();
        assert_eq!((answer.status, answer.redirects.len()), (status, 0));
    }
}

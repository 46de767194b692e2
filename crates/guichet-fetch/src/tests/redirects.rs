//! Redirects are followed by hand, on one host, five times at most.

use super::{
    get, probe_on,
    server::{Server, page, redirect},
};
use crate::{Failure, Request};

#[tokio::test]
async fn a_redirect_loop_ends_after_five() {
    let server = Server::start(|seen| redirect(302, &seen.path)).await;
    let url = server.url("/loop");
    let mut probe = probe_on(&url).await;
    let failure = probe.send(Request::Get(url)).await.unwrap_err();
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
async fn a_form_stays_a_form_only_after_307_and_308() {
    for (status, method, body) in
        [(301, "GET", ""), (302, "GET", ""), (303, "GET", ""), (307, "POST", "a=1"), (308, "POST", "a=1")]
    {
        let server =
            Server::start(move |seen| if seen.path == "/0" { redirect(status, "/1") } else { page("") })
                .await;
        let url = server.url("/0");
        let form = Request::PostForm(url.clone(), vec![("a".to_owned(), "1".to_owned())]);
        let answer = probe_on(&url).await.send(form).await.unwrap();
        assert_eq!(answer.method, "POST", "{status}");
        let last = server.seen().pop().unwrap();
        assert_eq!((last.method.as_str(), last.body.as_str()), (method, body), "{status}");
        assert_eq!(last.header("content-type").is_empty(), method == "GET", "{status}");
    }
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
        |_| super::server::answer("404 Not Found", b""),
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

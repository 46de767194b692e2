//! What goes with every answer, and what is refused.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode};

use super::fixture::{self, site};
use crate::ROUTES;

#[tokio::test]
async fn every_page_comes_with_the_same_strict_headers() {
    let answer = site().get("/fr/").await;
    let mut shown = String::new();
    for (name, value) in &answer.headers {
        let value = match name.as_str() {
            "etag" => "(hash)",
            "content-length" => "(bytes)",
            _ => value.to_str().unwrap(),
        };
        writeln!(shown, "{name}: {value}").unwrap();
    }
    insta::assert_snapshot!(shown, @"
    content-type: text/html; charset=utf-8
    cache-control: public, max-age=60
    vary: accept-encoding
    content-length: (bytes)
    etag: (hash)
    content-security-policy: default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
    x-content-type-options: nosniff
    referrer-policy: no-referrer
    ");
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn what_a_visitor_has_already_is_not_sent_again() {
    let site = site();
    for path in ["/fr/", "/api/v1/sites.geojson", "/fr/methode"] {
        let first = site.get(path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
        for known in [tag.clone(), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = site.ask(Method::GET, path, &[("if-none-match", &known)]).await;
            assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
            assert_eq!(again.header("etag"), tag);
        }
        let other = site.ask(Method::GET, path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status, other.body), (StatusCode::OK, first.body));
    }
}

#[tokio::test]
async fn answers_are_compressed_on_request_under_a_tag_of_their_own() {
    let site = site();
    let plain = site.get("/fr/").await;
    let gzip = site.ask(Method::GET, "/fr/", &[("accept-encoding", "gzip")]).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gzip.header("vary"), "accept-encoding");
    assert_ne!(gzip.header("etag"), plain.header("etag"));
    let length = |answer: &fixture::Answer| answer.header("content-length").parse::<usize>().unwrap();
    assert!(length(&gzip) < 40_000 && length(&gzip) * 3 < length(&plain));
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let site = site();
    for path in ["/fr/", "/api/v1/departments.geojson", "/healthz"] {
        let get = site.get(path).await;
        let head = site.ask(Method::HEAD, path, &[]).await;
        assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
        assert_eq!(head.header("content-length"), get.body.len().to_string());
        assert_eq!(head.header("etag"), get.header("etag"));
    }
}

#[tokio::test]
async fn nothing_can_be_written() {
    let site = site();
    for path in ["/", "/fr/", "/fr/methode", "/api/v1/sites.geojson", "/healthz"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = site.ask(method.clone(), path, &[]).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.header("allow"), "GET,HEAD", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
    }
}

#[tokio::test]
async fn the_style_sheet_may_be_kept_for_ever_because_its_address_is_its_content() {
    let site = site();
    let page = site.page("/fr/").await;
    let path = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = site.get(path).await;
    assert_eq!((style.status, style.header("content-type")), (StatusCode::OK, "text/css; charset=utf-8"));
    assert!(style.header("cache-control").contains("immutable"));
    assert_eq!(site.get("/assets/style.0000.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_does_not_exist_is_said_in_the_visitor_s_language_or_as_json() {
    let site = site();
    for (path, kind, text) in [
        ("/fr/rien", "text/html; charset=utf-8", "n’existe pas ici"),
        ("/en/nothing", "text/html; charset=utf-8", "does not exist here"),
        ("/xx/", "text/html; charset=utf-8", "n’existe pas ici"),
        ("/nothing", "text/html; charset=utf-8", "n’existe pas ici"),
        ("/api/v1/nothing", "application/problem+json", "openapi.json"),
        ("/api", "application/problem+json", "openapi.json"),
        ("/api/", "application/problem+json", "openapi.json"),
    ] {
        let answer = site.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::NOT_FOUND, kind), "{path}");
        assert!(answer.body.contains(text), "{path}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn the_root_leads_to_french_and_a_missing_slash_is_added() {
    let site = site();
    for (path, to) in [("/", "/fr/"), ("/en", "/en/"), ("/fr", "/fr/")] {
        let answer = site.get(path).await;
        assert!(answer.status.is_redirection(), "{path}");
        assert_eq!(answer.header("location"), to);
    }
    assert_eq!(site.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_route_of_the_list_answers() {
    let site = site();
    let page = site.page("/fr/").await;
    let style = page.split("/assets/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for (route, what) in ROUTES {
        let path = route
            .replace("{lang}", "en")
            .replace("{code}", "92")
            .replace("{site}/{procedure}/{key}", "92-nanterre/renouvellement/vpf")
            .replace("{site}/{procedure}", "93-bobigny/renouvellement")
            .replace("{file}", &style);
        let status = site.get(&path).await.status;
        assert!(status.is_success() || *route == "/" && status.is_redirection(), "{path}: {status}");
        assert!(!what.is_empty());
    }
}

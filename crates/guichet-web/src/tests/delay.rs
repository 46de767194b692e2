//! Nothing shows what happened after the publishing delay; old data look old whatever came since.

use axum::http::StatusCode;
use chrono::Duration;
use guichet_model::{Cause, Observation, Offer, Outcome};
use guichet_store::TargetState;
use serde_json::{Value, json};

use super::{
    fixture::{Site, now, observation, save_state, site, site_with},
    pages::text,
};

const LISTED: &str = "93-bobigny/renouvellement";
const UNLISTED: &str = "77-melun/file-du-soir";

fn seen(target: &str, ago: Duration, outcome: Outcome) -> Observation {
    observation(target, now() - ago, outcome, "sampler")
}

async fn target(site: &Site, id: &str) -> Value {
    let collection = site.get("/api/v1/sites.geojson").await.json();
    let sites = collection["features"].as_array().unwrap();
    let mut targets = sites.iter().flat_map(|site| site["properties"]["targets"].as_array().unwrap());
    targets.find(|target| target["id"] == id).cloned().unwrap_or(Value::Null)
}

#[tokio::test]
async fn neither_unpublished_nor_future_observations_hide_that_the_figures_are_old() {
    let site = site_with(
        vec![
            seen(LISTED, Duration::hours(30), Outcome::Full),
            seen(LISTED, Duration::minutes(1), Outcome::Full),
            seen(LISTED, Duration::days(-2), Outcome::Full),
        ],
        |_| {},
    );
    for (path, wanted) in [
        ("/fr/", "la dernière observation publiée a plus d’un jour. Elle date du 16 novembre 2026 à 8 h"),
        (
            "/en/",
            "the last published observation is more than a day old. It was made on 16 November 2026, 08:00",
        ),
    ] {
        let page = text(&site.page(path).await);
        assert!(page.contains(wanted), "{path}: {page}");
    }
}

#[tokio::test]
async fn an_observation_in_the_future_does_not_make_the_service_look_alive() {
    let site = site_with(
        vec![
            seen(LISTED, Duration::hours(30), Outcome::Full),
            seen(LISTED, Duration::hours(-3), Outcome::Full),
        ],
        |_| {},
    );
    for path in ["/healthz", "/api/v1/health"] {
        let health = site.get(path).await.json();
        assert_eq!(health["newest_observation_age_s"], Value::Null, "{path}");
        assert_eq!(health["newest_observation_at"], Value::Null, "{path}");
        assert_eq!(
            health["warning"],
            "the newest observation is dated in the future (2026-11-17T16:00:00Z); the age of the data is not known"
        );
    }
    let unpublished = site_with(vec![seen(LISTED, Duration::minutes(20), Outcome::Full)], |_| {});
    let health = unpublished.get("/healthz").await.json();
    assert_eq!(health["newest_observation_age_s"], 1200);
    assert_eq!(health["newest_observation_at"], "2026-11-17T13:00:00Z", "an hour, not a second");
    assert_eq!(health["warning"], Value::Null);
}

#[tokio::test]
async fn a_page_recognised_since_the_cut_is_still_on_probation() {
    for (tries, word) in [(1, "probation"), (4, "not_found_alive")] {
        let site = site_with(Vec::new(), |_| {});
        let state = TargetState {
            alive_since: Some(now() - Duration::hours(1)),
            probation_tries: tries,
            last_probe_at: Some(now() - Duration::minutes(10)),
            last_cause: Some(Cause::Overloaded),
            ..TargetState::default()
        };
        save_state(&site, LISTED, &state);
        let target = target(&site, LISTED).await;
        assert_eq!(
            [&target["watch"], &target["watched"], &target["watched_since"], &target["cause"]],
            [&json!(word), &json!(false), &Value::Null, &Value::Null]
        );
    }
}

#[tokio::test]
async fn what_a_try_since_the_cut_found_is_not_shown() {
    for (tries, ago, word, cause) in [
        (1, 1, "probation", Value::Null),
        (2, 1, "not_found_alive", Value::Null),
        (2, 5, "not_found_alive", json!("gone")),
    ] {
        let site = site_with(Vec::new(), |_| {});
        let state = TargetState {
            probation_tries: tries,
            last_probe_at: Some(now() - Duration::hours(ago)),
            last_cause: Some(Cause::Gone),
            ..TargetState::default()
        };
        save_state(&site, "974-saint-denis/renouvellement", &state);
        let target = target(&site, "974-saint-denis/renouvellement").await;
        assert_eq!(
            (&target["watch"], &target["cause"]),
            (&json!(word), &cause),
            "{tries} tries, {ago} h ago"
        );
    }
}

#[tokio::test]
async fn the_cause_is_that_of_the_last_published_look() {
    let silent = |minutes, cause| {
        seen("94-creteil/renouvellement", Duration::minutes(minutes), Outcome::Unknown(cause))
    };
    let site = site_with(
        vec![silent(600, Cause::Gone), silent(300, Cause::Overloaded), silent(10, Cause::LoginRequired)],
        |_| {},
    );
    for (lang, published, later) in [
        ("fr", "Le site est surchargé ou en maintenance.", "demande un compte"),
        ("en", "The site is overloaded or under maintenance.", "asks for an account"),
    ] {
        for path in ["?departement=94&procedure=renouvellement", "guichet/94-creteil/renouvellement"] {
            let page = text(&site.page(&format!("/{lang}/{path}")).await);
            assert!(page.contains(published) && !page.contains(later), "{lang} {path}: {page}");
        }
    }
}

#[tokio::test]
async fn the_moment_since_when_a_page_is_watched_is_an_hour() {
    let target = target(&site(), LISTED).await;
    assert_eq!(target["watched_since"], "2026-09-18T13:00:00Z");
}

#[tokio::test]
async fn a_target_of_the_store_exists_only_once_something_of_it_is_published() {
    let open = Outcome::Open(Offer::UNTOLD);
    let fresh = [UNLISTED, LISTED].map(|id| seen(id, Duration::minutes(5), open));
    let site = site_with(fresh.to_vec(), |_| {});
    assert_eq!(target(&site, UNLISTED).await, Value::Null);
    assert!(!site.page("/fr/").await.contains("file-du-soir"));
    assert_eq!(site.get(&format!("/fr/guichet/{UNLISTED}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(target(&site, LISTED).await["sources"], json!([]));
    let published = site_with(vec![seen(UNLISTED, Duration::hours(5), open)], |_| {});
    assert_eq!(target(&published, UNLISTED).await["sources"], json!(["sampler"]));
}

#[tokio::test]
async fn rounding_makes_no_more_independent_looks_than_looks() {
    let figures = target(&site(), "92-nanterre/renouvellement/vpf").await["availability"].clone();
    assert_eq!((&figures["n_polls"], &figures["n_eff"]), (&json!(1437), &json!(1437.0)));
}

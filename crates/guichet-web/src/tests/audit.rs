//! The page of past forecasts: there from the start, published whatever it says, nothing of it before its time.

use chrono::Duration;
use guichet_stats::{
    audit::{Bin, Score},
    forecast::{Calibration, Spread},
};
use guichet_store::{AuditRecord, Store};
use serde_json::{Value, json};

use super::{
    fixture::{Site, now, site},
    pages::text,
};
use crate::audit_json;

fn score(horizon_days: u32, skill: f64) -> Score {
    let bin = |from, to, n| Bin { from, to, n, predicted: 0.123_456, observed: 0.2 };
    Score {
        horizon_days,
        n: 581,
        hosts: 23,
        brier: 0.101_234,
        brier_climatology: 0.212_345,
        brier_iid: 0.15,
        skill,
        skill_iid: -0.051,
        ece: 0.021,
        bins: vec![bin(0.0, 0.2, 400), bin(0.2, 0.4, 0)],
        interval_n: 120,
        coverage: Some(0.906),
        width: Some(0.41),
        alpha: Some(0.1),
    }
}

fn keep(site: &Site, ago: Duration, result: String) {
    let mut store = Store::open(&site.dir.path().join("guichet.db")).unwrap();
    let audit = AuditRecord { made_at: now() - ago, as_of: now() - ago - Duration::hours(2), result };
    store.record_audit(&audit).unwrap();
}

fn result(skill: f64) -> String {
    let spread = Spread { q: 1.2, tau2: 0.3, n: 581, hosts: 23 };
    let calibration = Calibration { horizon_days: 14, alpha: 0.1, overall: spread, by_host: [].into() };
    audit_json(&[score(7, skill), score(14, skill)], &[calibration]).to_string()
}

#[tokio::test]
async fn without_an_audit_the_page_says_so() {
    let site = site();
    for (path, wanted) in
        [("/fr/previsions", "Il n’y a encore rien ici."), ("/en/previsions", "There is nothing here yet.")]
    {
        assert!(text(&site.page(path).await).contains(wanted));
    }
    let answer = site.get("/api/v1/audit").await.json();
    assert_eq!((&answer["audit"], &answer["history"]), (&Value::Null, &json!([])));
    assert!(site.page("/fr/").await.contains("href=\"/fr/previsions\""));
}

#[tokio::test]
async fn an_audit_is_published_whatever_it_says_with_those_before() {
    let site = site();
    keep(&site, Duration::days(40), json!({ "scores": 7 }).to_string());
    keep(&site, Duration::days(33), result(-0.12));
    keep(&site, Duration::days(3), result(0.53));
    let page = text(&site.page("/en/previsions").await);
    insta::assert_snapshot!(
        page.split("Our past forecasts").nth(2).unwrap().split("Write to us").next().unwrap()
    );
    let answer = site.get("/api/v1/audit").await.json();
    assert_eq!(answer["audit"]["scores"][0]["skill"], 0.53);
    assert_eq!(answer["audit"]["scores"][0]["bins"][0]["predicted"], 0.123);
    assert_eq!(answer["audit"]["calibrations"][0]["overall"]["q"], 1.2);
    let before: Vec<&Value> =
        answer["history"].as_array().unwrap().iter().map(|one| &one["scores"]).collect();
    assert_eq!(before[0][0]["skill"], -0.12);
    assert_eq!(*before[1], json!([]));
    let worse = super::fixture::site();
    keep(&worse, Duration::days(3), result(-2.5));
    let page = text(&worse.page("/fr/previsions").await);
    assert!(page.contains("n’étaient pas meilleures que toujours dire la moyenne générale"), "{page}");
    assert!(page.contains("−250 %"), "{page}");
    let empty = super::fixture::site();
    keep(&empty, Duration::days(3), audit_json(&[], &[]).to_string());
    assert!(text(&empty.page("/en/previsions").await).contains("not enough past forecasts to check"));
}

#[tokio::test]
async fn an_audit_of_which_nothing_is_understood_says_so_and_hides_none_before() {
    let site = site();
    keep(&site, Duration::days(10), result(0.3));
    keep(&site, Duration::days(3), result(1.2));
    for (path, told, wrong, before) in [
        (
            "/en/previsions",
            "We kept a check here that this version cannot read.",
            "not enough past",
            "7 November 2026",
        ),
        (
            "/fr/previsions",
            "Nous avons gardé ici une vérification que cette version ne sait pas lire.",
            "pas assez de prévisions",
            "7 novembre 2026",
        ),
    ] {
        let page = text(&site.page(path).await);
        assert!(page.contains(told) && page.contains(before) && !page.contains(wrong), "{page}");
    }
    let answer = site.get("/api/v1/audit").await.json();
    assert_eq!(answer["audit"]["scores"], json!([]));
    assert_eq!(answer["history"][0]["scores"][0]["skill"], 0.3);
}

#[tokio::test]
async fn an_audit_of_what_is_not_published_yet_waits() {
    let site = site();
    keep(&site, Duration::days(3), result(0.3));
    keep(&site, Duration::minutes(-119), result(0.9));
    let answer = site.get("/api/v1/audit").await.json();
    assert_eq!(answer["audit"]["scores"][0]["skill"], 0.3);
}

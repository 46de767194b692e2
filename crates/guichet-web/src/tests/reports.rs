//! All recipes as JSON, from the store to the answer; what is computed anew and what is not.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::StatusCode;
use chrono::Duration;
use guichet_model::{Instant, Offer, Outcome, TargetId};
use guichet_stats::report::PeriodStart;
use guichet_store::{Reader, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    built::{changed, pooled, poor, rich},
    fixture::{catalog, hourly, now, observation, site, site_with},
};
use crate::{
    Wanted, api::recipes::short_chance, figures::Snapshot, hours::cut, pooled_json, pooled_of, report_json,
    report_of, reports,
};

const VPF: &str = "92-nanterre/renouvellement/vpf";

/// The numbers in `value` that are no numbers of at most three significant digits.
fn too_exact(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(too_exact).collect(),
        Value::Object(members) => members.values().flat_map(too_exact).collect(),
        Value::Number(number) if number.is_f64() => {
            let text = number.to_string();
            let digits = text.trim_end_matches(".0").trim_start_matches(['0', '.', '-']).replace('.', "");
            let significant = digits.trim_end_matches('0').len();
            (significant > 3).then(|| number.to_string()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_recipe_is_written_under_its_published_names() {
    let mut report = report_json(&rich());
    assert_eq!(report["reasons"], json!({}));
    assert_eq!(too_exact(&report), [""; 0]);
    let cells = report["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 168);
    assert_eq!((&cells[167]["day"], &cells[167]["hour"]), (&json!(7), &json!(23)));
    report["cells"] = json!([cells[0], cells[167]]);
    report["chance"] = json!([report["chance"][3]]);
    report["episodes"] = json!([report["episodes"][0], report["episodes"][19], report["episodes"][20]]);
    insta::assert_json_snapshot!(report);
    insta::assert_json_snapshot!(report_json(&changed())["history"][1]["release_pattern"]);
    insta::assert_json_snapshot!(pooled_json(&pooled())["class"]);
}

#[test]
fn a_recipe_with_too_little_data_is_null_and_says_why() {
    let report = report_json(&poor());
    for recipe in [
        "cells",
        "cells_prior",
        "holidays",
        "openings",
        "persistence",
        "release_pattern",
        "changes",
        "class",
        "lead_time",
        "attempts",
    ] {
        assert_eq!(report[recipe], Value::Null, "{recipe}");
    }
    insta::assert_json_snapshot!(report["reasons"]);
    let fortnight = &report["chance"][3];
    assert_eq!((&fortnight["p_see"], &fortnight["fc_p"]), (&Value::Null, &Value::Null));
    assert_eq!(
        fortnight["reason"]["text"],
        "Too little data to tell the chance to see a slot: 6 of 56 days."
    );
    assert_eq!(short_chance(&poor().chance, 14)["reason"], fortnight["reason"]);
    assert_eq!(short_chance(&rich().chance, 14)["p_see"], 0.62);
}

#[test]
fn a_forecast_without_an_interval_is_no_figure_and_has_its_reason() {
    let report = report_json(&changed());
    for chance in report["chance"].as_array().unwrap() {
        for key in ["fc_p", "fc_lo90", "fc_hi90"] {
            assert_eq!(chance[key], Value::Null, "{chance}");
        }
        assert_eq!(chance["fc_reason"]["needed"], "forecasts");
        assert_eq!(
            (&chance["fc_reason"]["have"], &chance["fc_reason"]["need"]),
            (&json!(40.0), &json!(100.0))
        );
    }
    assert_eq!(report["reasons"]["forecast"], report["chance"][0]["fc_reason"]);
    let known = &report_json(&rich())["chance"][3];
    assert_eq!(
        (&known["fc_p"], &known["fc_lo90"], &known["fc_reason"]),
        (&json!(0.58), &json!(0.3), &Value::Null)
    );
}

#[test]
fn the_days_until_half_have_seen_a_slot_are_those_of_the_fortnight_only() {
    for report in [report_json(&rich()), pooled_json(&pooled())] {
        for chance in report["chance"].as_array().unwrap() {
            let is_fortnight = chance["horizon_days"] == 14;
            for (key, days) in [("median_days", 9), ("median_lo", 5), ("median_hi", 20)] {
                let wanted = if is_fortnight { json!(days) } else { Value::Null };
                assert_eq!(chance[key], wanted, "{chance}");
            }
        }
    }
}

#[test]
fn changes_tell_of_how_many_days_their_counts_are() {
    let first = &report_json(&changed())["changes"][0];
    let pairs =
        ["openings_before", "days_before", "openings_after", "days_after"].map(|key| first[key].as_u64());
    assert_eq!(pairs, [Some(88), Some(68), Some(23), Some(63)]);
}

#[test]
fn episodes_are_the_newest_twenty_and_rounded_to_the_hour() {
    let report = report_json(&rich());
    let episodes = report["episodes"].as_array().unwrap();
    assert_eq!(episodes.len(), 20);
    assert_eq!(episodes[19]["first"], "2026-10-30T22:00:00Z");
    assert!(!report.to_string().contains(":05:") && !report.to_string().contains(":37Z"));
}

#[tokio::test]
async fn the_report_of_a_target_is_answered_with_what_it_stands_on() {
    let site = site();
    let answer = site.get(&format!("/api/v1/target/{VPF}")).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    let answer = answer.json();
    assert_eq!((&answer["id"], &answer["timezone"]), (&json!(VPF), &json!("Europe/Paris")));
    assert_eq!((&answer["meta"]["n"], &answer["meta"]["coverage"]), (&json!(1437), &json!(1.0)));
    assert_eq!(answer["meta"]["licence"], site.get("/api/v1/sites.geojson").await.json()["meta"]["licence"]);
    assert_eq!(answer["report"]["availability"]["n_polls"], 1437);
    let never = site.get("/api/v1/target/974-saint-denis/renouvellement").await.json();
    assert_eq!((&never["report"], &never["meta"]["n"]), (&Value::Null, &json!(0)));
    for (path, status) in [
        ("/api/v1/target/92-nanterre/asile", 404),
        ("/api/v1/target/92-nanterre/%3Cb%3E", 404),
        ("/api/v1/target/93-bobigny/renouvellement?x=1", 400),
        ("/api/v1/france?procedure=asile", 400),
        ("/api/v1/audit?x", 400),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn france_is_pooled_for_each_procedure() {
    let france = site().get("/api/v1/france").await.json();
    let all = france["procedures"].as_array().unwrap();
    let of = |id: &str| all.iter().find(|one| one["procedure"] == id).unwrap();
    let renewal = of("renouvellement");
    assert_eq!((&renewal["desks"], &renewal["desks_with_data"]), (&json!(5), &json!(4)));
    // 1437 + 49 + 477 looks told: a pool adds up, it averages nothing.
    let counted = &renewal["figures"]["availability"]["n_polls"];
    let site = site();
    let mut sum = 0;
    for id in [VPF, "92-nanterre/renouvellement/etudiant", "93-bobigny/renouvellement"] {
        sum += site.get(&format!("/api/v1/target/{id}")).await.json()["meta"]["n"].as_u64().unwrap();
    }
    assert_eq!(*counted, sum);
    assert_eq!(of("asile")["figures"], Value::Null);
    assert_eq!(of("file-du-matin")["in_catalogue"], false);
}

#[tokio::test]
async fn pages_tell_what_the_figures_mean_before_their_numbers() {
    let site = site();
    let page = site.page(&format!("/en/guichet/{VPF}")).await;
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("`{what}` is missing"));
    assert!(place("class=\"say\"") < place("class=\"telling\""));
    assert!(place("class=\"telling\"") < place("class=\"bar\""));
    let home = site.page("/fr/?departement=93&procedure=renouvellement").await;
    let place = |what: &str| home.find(what).unwrap_or_else(|| panic!("`{what}` is missing"));
    assert!(place("class=\"say\"") < place("Trop peu de données pour dire la chance"));
    assert!(place("id=\"map-title\"") < place("Toute la France"));
    assert!(place("Toute la France") < place("<svg class=\"france\""));
    assert!(!site.page("/fr/?departement=75&procedure=asile").await.contains("Toute la France"));
}

/// A database with two targets, its catalogue, and the ids.
fn two() -> (TempDir, Store, guichet_catalog::Catalog, [TargetId; 2]) {
    let dir = TempDir::new().unwrap();
    let catalog = catalog(&dir.path().join("data"));
    let mut store = Store::open(&dir.path().join("guichet.db")).unwrap();
    let ids = [VPF, "93-bobigny/renouvellement"];
    let open = Outcome::Open(Offer::UNTOLD);
    let all = ids.iter().flat_map(|id| hourly(id, 20, |at| if at.hour == 9 { open } else { Outcome::Full }));
    store.import(&mut all.collect::<Vec<_>>().into_iter(), &|code| catalog.zone(code)).unwrap();
    (dir, store, catalog, ids.map(|id| id.parse().unwrap()))
}

#[test]
fn only_the_target_of_which_something_new_is_published_is_computed_again() {
    let (dir, mut store, catalog, [changing, quiet]) = two();
    let reader = Reader::open(&dir.path().join("guichet.db")).unwrap();
    let as_of = cut(now(), Duration::hours(2));
    let compute =
        |before: Option<&Snapshot>| Snapshot::compute(&catalog, &reader, as_of, now(), before).unwrap();
    let first = compute(None);
    let report = |snapshot: &Snapshot, id: &TargetId| snapshot.targets[id].report.clone().unwrap();
    let mut add = |ago: Duration| {
        let seen = observation(changing.as_str(), now() - ago, Outcome::Full, "sampler");
        store.import(&mut std::iter::once(seen), &|code| catalog.zone(code)).unwrap();
    };
    // Not published yet: nothing is new.
    add(Duration::minutes(3));
    let same = compute(Some(&first));
    assert!([&changing, &quiet].iter().all(|id| Arc::ptr_eq(&report(&first, id), &report(&same, id))));
    add(Duration::minutes(303));
    let second = compute(Some(&same));
    assert!(!Arc::ptr_eq(&report(&first, &changing), &report(&second, &changing)));
    assert!(Arc::ptr_eq(&report(&first, &quiet), &report(&second, &quiet)));
    let counted = |snapshot: &Snapshot| report(snapshot, &changing).availability.n_polls;
    assert_eq!(counted(&second), counted(&first) + 1);
    assert_eq!(second, compute(None), "what is kept is what would be computed");
}

#[test]
fn reports_end_where_they_are_asked_to() {
    let (dir, _store, catalog, [one, other]) = two();
    let reader = Reader::open(&dir.path().join("guichet.db")).unwrap();
    let mut steps = Vec::new();
    let all = reports(&catalog, &reader, &Wanted::default(), &mut |done, of| steps.push((done, of))).unwrap();
    assert_eq!(steps, [(1, 2), (2, 2)]);
    assert_eq!(all.keys().collect::<Vec<_>>(), [&one, &other]);
    assert_eq!(all[&one].availability.n_polls, 480);
    let as_of: Instant = "2026-11-10T12:00:00Z".parse().unwrap();
    let early = Wanted { as_of: Some(as_of), ..Wanted::default() };
    let early = reports(&catalog, &reader, &early, &mut |_, _| {}).unwrap();
    assert_eq!(early[&one].availability.to.to_string(), "2026-11-10");
    assert!(early[&one].availability.n_polls < 480);

    let [from, to] = ["2026-11-01", "2026-11-05"].map(|date| date.parse().ok());
    let asked = Wanted { from, to, ..Wanted::default() };
    let report = report_of(&catalog, &reader, &one, &asked, &mut |_, _| {}).unwrap().unwrap();
    assert_eq!((report.starts, report.availability.n_polls), (PeriodStart::Asked, 5 * 24));
    let empty = Wanted { to: "2020-01-01".parse().ok(), ..Wanted::default() };
    assert_eq!(report_of(&catalog, &reader, &one, &empty, &mut |_, _| {}).unwrap(), None);
    let renewal = "renouvellement".parse().unwrap();
    let pooled = |code: Option<&str>, wanted: &Wanted| {
        let code = code.map(|code| code.parse().unwrap());
        pooled_of(&catalog, &reader, code.as_ref(), &renewal, wanted, &mut |_, _| {}).unwrap()
    };
    let france = pooled(None, &Wanted::default()).unwrap();
    assert_eq!((france.desks, france.desks_with_data, france.availability.n_polls), (5, 2, 960));
    let department = pooled(Some("93"), &asked).unwrap();
    assert_eq!((department.desks, department.availability.n_polls), (1, 5 * 24));
    assert_eq!(pooled(Some("94"), &Wanted::default()), None);
    assert_eq!(pooled(None, &empty), None);
    let unknown = "77-melun/asile".parse().unwrap();
    assert_eq!(report_of(&catalog, &reader, &unknown, &asked, &mut |_, _| {}).unwrap(), None);
}

#[tokio::test]
async fn a_map_of_departments_carries_the_chance_and_the_class() {
    let collection = site().get("/api/v1/departments.geojson?procedure=renouvellement").await.json();
    let features = collection["features"].as_array().unwrap();
    let properties: BTreeMap<&str, &Value> =
        features.iter().map(|feature| (feature["id"].as_str().unwrap(), &feature["properties"])).collect();
    let known = &properties["92"]["chance_14"];
    assert!(known["hi95"].is_null() != known["reason"].is_null(), "{known}");
    assert_eq!((&properties["75"]["chance_14"], &properties["75"]["class"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn an_empty_database_has_no_reports() {
    let site = site_with(Vec::new(), |_| {});
    let france = site.get("/api/v1/france").await.json();
    assert!(france["procedures"].as_array().unwrap().iter().all(|one| one["figures"].is_null()));
    assert!(!site.page("/fr/").await.contains("Toute la France"));
}

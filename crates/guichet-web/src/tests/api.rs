//! `GeoJSON`, health, the description, problems.

use std::{collections::BTreeSet, fs};

use axum::http::StatusCode;
use guichet_model::{Outcome, Purpose};
use serde_json::{Value, json};

use super::{
    built,
    fixture::{self, now, observation, site, site_with},
};
use crate::{ROUTES, pooled_json, report_json};

fn feature<'a>(collection: &'a Value, id: &str) -> &'a Value {
    collection["features"].as_array().unwrap().iter().find(|feature| feature["id"] == id).unwrap()
}

fn rings(geometry: &Value) -> Vec<Vec<Vec<[f64; 2]>>> {
    match geometry["type"].as_str().unwrap() {
        "Polygon" => vec![serde_json::from_value(geometry["coordinates"].clone()).unwrap()],
        "MultiPolygon" => serde_json::from_value(geometry["coordinates"].clone()).unwrap(),
        other => panic!("a department is a {other}"),
    }
}

#[tokio::test]
async fn all_101_departments_are_valid_polygons_of_rfc_7946() {
    let answer = site().get("/api/v1/departments.geojson").await;
    assert_eq!(answer.header("content-type"), "application/geo+json");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let collection = answer.json();
    let features = collection["features"].as_array().unwrap();
    let codes: BTreeSet<&str> = features.iter().map(|feature| feature["id"].as_str().unwrap()).collect();
    assert_eq!((features.len(), codes.len()), (101, 101));
    assert!(collection.get("crs").is_none());
    for feature in features {
        assert_eq!(feature["properties"]["code"], feature["id"]);
        for polygon in rings(&feature["geometry"]) {
            for (i, ring) in polygon.iter().enumerate() {
                assert!(ring.len() >= 4 && ring.first() == ring.last(), "{}", feature["id"]);
                assert!(
                    ring.iter()
                        .all(|[lon, lat]| (-180.0..=180.0).contains(lon) && (-90.0..=90.0).contains(lat))
                );
                let twice_the_area: f64 =
                    ring.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum();
                assert_eq!(twice_the_area > 0.0, i == 0, "winding of ring {i} of {}", feature["id"]);
            }
        }
    }
}

#[tokio::test]
async fn a_department_pools_its_pages_and_says_what_it_does_not_know() {
    let collection = site().get("/api/v1/departments.geojson?procedure=renouvellement").await.json();
    let properties = |code: &str| feature(&collection, code)["properties"].clone();
    let mut known = properties("92");
    // What the recipes come to is theirs to test.
    for recipe in ["chance_14", "class"] {
        assert!(known.as_object_mut().unwrap().remove(recipe).is_some());
    }
    insta::assert_json_snapshot!(known);
    let states: Vec<(String, String)> = ["92", "93", "94", "974", "75", "76"]
        .iter()
        .map(|code| ((*code).to_owned(), properties(code)["state"].as_str().unwrap().to_owned()))
        .collect();
    insta::assert_compact_json_snapshot!(states, @r#"[["92", "open"], ["93", "full"], ["94", "unknown"], ["974", "never"], ["75", "never"], ["76", "never"]]"#);
    assert_eq!(properties("94")["p"], Value::Null, "unknown is never a zero");
    assert_eq!(properties("75")["channel"], "unknown");
    assert_eq!(properties("974")["watch"], "not_found_alive");
}

#[tokio::test]
async fn a_site_lists_its_targets_with_every_figure() {
    let collection = site().get("/api/v1/sites.geojson").await.json();
    let nanterre = feature(&collection, "92-nanterre");
    assert_eq!(nanterre["geometry"], json!({"type": "Point", "coordinates": [2.20675, 48.89198]}));
    let targets = nanterre["properties"]["targets"].as_array().unwrap();
    assert_eq!(targets.len(), 2);
    insta::assert_json_snapshot!(targets[1]);
    insta::assert_json_snapshot!(collection["meta"]);
}

#[tokio::test]
async fn a_site_that_only_the_store_knows_has_no_place_and_is_historical() {
    let site = site();
    let collection = site.get("/api/v1/sites.geojson?procedure=file-du-matin").await.json();
    assert_eq!(collection["features"].as_array().unwrap().len(), 1);
    let rouen = feature(&collection, "76-rouen");
    assert_eq!(rouen["geometry"], Value::Null);
    assert_eq!(rouen["properties"]["in_catalogue"], false);
    assert_eq!(rouen["properties"]["state"], "too_little");
    assert_eq!(rouen["properties"]["open"], 6);
    let target = &rouen["properties"]["targets"][0];
    assert_eq!((&target["status"], &target["watched"]), (&json!("historical"), &json!(false)));
    assert_eq!((&target["from"], &target["to"]), (&json!("2022-06-06"), &json!("2022-06-09")));
}

#[tokio::test]
async fn nothing_younger_than_the_delay_leaks() {
    let fresh = |minutes: i64| {
        observation(
            "93-bobigny/renouvellement",
            now() - chrono::Duration::minutes(minutes),
            Outcome::Open(guichet_model::Offer::UNTOLD),
            "sampler",
        )
    };
    // 13:47 less two hours is 11:47: the hour from 11 to 12 is not over yet.
    let site = site_with(vec![fresh(1), fresh(119), fresh(166)], |_| {});
    let collection = site.get("/api/v1/sites.geojson").await.json();
    let bobigny = &feature(&collection, "93-bobigny")["properties"];
    assert_eq!(bobigny["n"], 0);
    assert_eq!(bobigny["last_open"], Value::Null);
    let site = site_with(vec![fresh(1), fresh(119), fresh(168)], |_| {});
    let collection = site.get("/api/v1/sites.geojson").await.json();
    let bobigny = &feature(&collection, "93-bobigny")["properties"];
    assert_eq!((&bobigny["n"], &bobigny["last_open"]), (&json!(1), &json!("2026-11-17T10:00:00Z")));
}

#[tokio::test]
async fn observations_of_a_probation_are_in_no_figure() {
    let mut probe = observation(
        "974-saint-denis/renouvellement",
        now() - chrono::Duration::days(2),
        Outcome::Full,
        "sampler",
    );
    probe.purpose = Purpose::Probation;
    let collection = site_with(vec![probe], |_| {}).get("/api/v1/sites.geojson").await.json();
    let properties = &feature(&collection, "974-saint-denis")["properties"];
    assert_eq!((&properties["n"], &properties["state"]), (&json!(0), &json!("never")));
}

#[tokio::test]
async fn what_the_api_does_not_understand_is_a_problem() {
    let site = site();
    for path in [
        "/api/v1/sites.geojson?departement=92",
        "/api/v1/sites.geojson?procedure=Nothing%20of%20the%20sort",
        "/api/v1/departments.geojson?procedure=no-such-procedure",
        "/api/v1/departments.geojson?procedure=asile&procedure=asile",
        "/api/v1/health?verbose=1",
        "/api/v1/openapi.json?x",
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.json()["status"], 400);
        assert!(!answer.json()["errors"][0]["detail"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn health_tells_the_age_of_the_data() {
    let site = site();
    let health = site.get("/healthz").await;
    assert_eq!((health.status, health.header("cache-control")), (StatusCode::OK, "no-store"));
    insta::assert_json_snapshot!(health.json());
    assert_eq!(site.get("/api/v1/health").await.body, health.body);
    let empty = site_with(Vec::new(), |_| {}).get("/healthz").await.json();
    assert_eq!((&empty["status"], &empty["newest_observation_age_s"]), (&json!("ok"), &Value::Null));
}

#[tokio::test]
async fn a_database_that_cannot_be_read_is_said_with_503() {
    let site = site();
    for name in ["guichet.db", "guichet.db-wal", "guichet.db-shm"] {
        let file = site.dir.path().join(name);
        if file.exists() {
            // The readers have the file open: it must become unreadable, not only vanish.
            fs::write(&file, vec![0x55; 200_000]).unwrap();
        }
    }
    for path in ["/healthz", "/api/v1/sites.geojson", "/fr/"] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", answer.body);
        assert!(!answer.body.contains(site.dir.path().to_str().unwrap()), "{path} tells a path");
    }
    assert_eq!(site.get("/healthz").await.json()["reason"], "the database cannot be read");
}

#[tokio::test]
async fn a_simulation_is_called_one_in_every_answer() {
    let site = site_with(Vec::new(), |settings| settings.simulation = true);
    for path in ["/api/v1/sites.geojson", "/api/v1/departments.geojson"] {
        assert_eq!(site.get(path).await.json()["meta"]["simulation"], true, "{path}");
    }
    assert_eq!(site.get("/healthz").await.json()["simulation"], true);
    for path in ["/fr/", "/fr/departement/92", "/fr/methode", "/fr/nothing"] {
        assert!(site.get(path).await.body.contains("SIMULATION"), "{path}");
    }
}

#[tokio::test]
async fn the_description_lists_exactly_the_routes_of_the_api() {
    let document = site().get("/api/v1/openapi.json").await.json();
    let described: BTreeSet<&str> =
        document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let routes: BTreeSet<&str> =
        ROUTES.iter().map(|(path, _)| *path).filter(|path| path.starts_with("/api/")).collect();
    assert_eq!(described, routes);
    assert_eq!(document["openapi"], "3.1.0");
}

/// The names under `object`, which must be those that the description says are there.
fn assert_described(document: &Value, schema: &str, object: &Value) {
    let described: BTreeSet<&str> = document["components"]["schemas"][schema]["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let given: BTreeSet<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(described, given, "{schema}");
}

#[tokio::test]
async fn the_description_names_every_figure_of_the_recipes() {
    let document = site().get("/api/v1/openapi.json").await.json();
    let report = report_json(&built::rich());
    let failed = report_json(&built::poor());
    let pooled = pooled_json(&built::pooled());
    for (schema, object) in [
        ("Report", &report),
        ("Cell", &report["cells"][0]),
        ("Chance", &report["chance"][0]),
        ("Release", &report["release_pattern"]),
        ("Class", &report["class"]),
        ("Reason", &failed["reasons"]["class"]),
        ("Pooled", &pooled),
    ] {
        assert_described(&document, schema, object);
    }
    for recipe in ["cells_prior", "holidays", "openings", "lead_time"] {
        let described = &document["components"]["schemas"]["Report"]["properties"][recipe]["anyOf"][0];
        let described: BTreeSet<&String> = described["properties"].as_object().unwrap().keys().collect();
        assert_eq!(described, report[recipe].as_object().unwrap().keys().collect(), "{recipe}");
    }
    let report = report_json(&built::changed());
    for list in ["persistence", "changes", "history", "attempts", "episodes"] {
        let object =
            [&report, &report_json(&built::rich())].into_iter().find_map(|one| one[list].get(0).cloned());
        let described =
            &document["components"]["schemas"]["Report"]["properties"][list]["items"]["properties"];
        let described: BTreeSet<&String> = described.as_object().unwrap().keys().collect();
        assert_eq!(described, object.unwrap().as_object().unwrap().keys().collect(), "{list}");
    }
}

#[tokio::test]
async fn the_description_names_every_property() {
    let site = site();
    let document = site.get("/api/v1/openapi.json").await.json();
    let sites = site.get("/api/v1/sites.geojson").await.json();
    let departments = site.get("/api/v1/departments.geojson").await.json();
    for code in ["92", "75"] {
        assert_described(&document, "Department", &feature(&departments, code)["properties"]);
    }
    let nanterre = &feature(&sites, "92-nanterre")["properties"];
    assert_described(&document, "Site", nanterre);
    assert_described(&document, "Target", &nanterre["targets"][0]);
    assert_described(&document, "Availability", &nanterre["targets"][0]["availability"]);
    assert_described(&document, "Meta", &sites["meta"]);
    let chance = &feature(&departments, "92")["properties"]["chance_14"];
    assert_described(&document, "ShortChance", chance);
    for (schema, path) in [
        ("TargetReport", "/api/v1/target/93-bobigny/renouvellement"),
        ("France", "/api/v1/france"),
        ("Audits", "/api/v1/audit"),
    ] {
        assert_described(&document, schema, &site.get(path).await.json());
    }
    let mut health = site.get("/api/v1/health").await.json();
    // Only where the service is not available.
    health["reason"] = Value::Null;
    assert_described(&document, "Health", &health);
    let problem: fixture::Answer = site.get("/api/v1/nothing").await;
    assert_described(&document, "Problem", &problem.json());
}

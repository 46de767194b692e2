//! A target whose looks are damaged in the database: it alone has no report, until they are mended.

use std::{path::Path, sync::Arc};

use axum::http::StatusCode;
use chrono::Duration;
use guichet_model::{Outcome, TargetId};
use guichet_store::{Reader, Store};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::fixture::{catalog, hourly, now, site};
use crate::{figures::Snapshot, hours::cut};

const VPF: &str = "92-nanterre/renouvellement/vpf";
const BOBIGNY: &str = "93-bobigny/renouvellement";

/// Damages the looks of one day of [`VPF`].
fn damage(database: &Path) {
    let statement = "UPDATE day_looks SET looks = x'ff' WHERE utc_day = 20765 AND target_id =
                       (SELECT id FROM target WHERE name = '92-nanterre/renouvellement/vpf')";
    assert_eq!(Connection::open(database).unwrap().execute(statement, []).unwrap(), 1);
}

#[tokio::test]
async fn damaged_looks_of_one_target_leave_every_page_standing() {
    let site = site();
    damage(&site.dir.path().join("guichet.db"));
    let damaged = site.get(&format!("/api/v1/target/{VPF}")).await;
    assert_eq!((damaged.status, &damaged.json()["report"]), (StatusCode::OK, &Value::Null));
    let sound = site.get(&format!("/api/v1/target/{BOBIGNY}")).await.json();
    assert!(sound["report"]["availability"].is_object());
    for path in [
        "/fr/",
        "/en/guichet/92-nanterre/renouvellement/vpf",
        "/fr/guichet/93-bobigny/renouvellement",
        "/fr/departement/92",
    ] {
        site.page(path).await;
    }
}

#[test]
fn a_target_has_its_report_again_as_soon_as_its_looks_are_mended() {
    let dir = TempDir::new().unwrap();
    let catalog = catalog(&dir.path().join("data"));
    let database = dir.path().join("guichet.db");
    let mut store = Store::open(&database).unwrap();
    let all = [VPF, BOBIGNY].into_iter().flat_map(|id| hourly(id, 20, |_| Outcome::Full));
    store.import(&mut all.collect::<Vec<_>>().into_iter(), &|code| catalog.zone(code)).unwrap();
    let reader = Reader::open(&database).unwrap();
    let compute = |before: Option<&Snapshot>| {
        Snapshot::compute(&catalog, &reader, cut(now(), Duration::hours(2)), now(), before).unwrap()
    };
    let report =
        |snapshot: &Snapshot, id: &str| snapshot.targets[&id.parse::<TargetId>().unwrap()].report.clone();

    let sound = compute(None);
    damage(&database);
    assert_eq!(report(&compute(Some(&sound)), VPF), report(&sound, VPF), "nothing of it is read anew");
    let damaged = compute(None);
    assert_eq!(report(&damaged, VPF), None);
    assert_eq!(report(&damaged, BOBIGNY), report(&sound, BOBIGNY));
    let (facts, before) = [&damaged, &sound].map(|snapshot| &snapshot.targets[&VPF.parse().unwrap()]).into();
    assert_eq!(
        (&facts.watch, facts.figures.last),
        (&before.watch, before.figures.last),
        "what else is known stays"
    );
    let still = compute(Some(&damaged));
    assert_eq!(report(&still, VPF), None);
    assert!(Arc::ptr_eq(&report(&still, BOBIGNY).unwrap(), &report(&damaged, BOBIGNY).unwrap()));

    assert_eq!(store.rebuild(&mut |_, _| ()).unwrap().differing, 1);
    assert_eq!(compute(Some(&still)), sound, "although nothing was observed meanwhile");
}

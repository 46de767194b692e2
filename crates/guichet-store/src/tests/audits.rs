//! Audits: what was said about the figures stays said.

use super::{rows, utc};
use crate::{AuditRecord, Reader, Store};

fn audit(made_at: &str, result: &str) -> AuditRecord {
    AuditRecord { made_at: utc(made_at), as_of: utc("2026-01-05T00:00:00Z"), result: result.to_owned() }
}

#[test]
fn audits_come_back_newest_first_and_no_more_than_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let mut store = Store::open(&path).unwrap();
    let [old, new, newest] = [
        audit("2026-01-05T03:00:00Z", r#"{"coverage": 0.93}"#),
        audit("2026-01-06T03:00:00.007Z", "{}"),
        audit("2026-01-06T03:00:00.007Z", r#"{"again": true}"#),
    ];
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.audits(10).unwrap(), []);
    for audit in [&new, &old, &newest] {
        store.record_audit(audit).unwrap();
    }
    assert_eq!(reader.audits(10).unwrap(), [newest.clone(), new.clone(), old]);
    assert_eq!(reader.audits(2).unwrap(), [newest, new]);
    assert_eq!(reader.audits(0).unwrap(), []);
}

#[test]
fn an_audit_of_no_valid_instant_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let mut store = Store::open(&path).unwrap();
    let [old, new] = ["2026-01-05T03:00:00Z", "2026-01-06T03:00:00Z"].map(|made_at| audit(made_at, "{}"));
    store.record_audit(&old).unwrap();
    for (made_at, as_of) in [(i64::MAX, 0), (i64::MIN, 0), (0, i64::MAX), (-1, 0), (253_402_300_800_000, 0)] {
        let damaged = "INSERT INTO audit (made_at, as_of, result) VALUES (?1, ?2, '{}')";
        store.database.connection.execute(damaged, [made_at, as_of]).unwrap();
    }
    store.record_audit(&new).unwrap();
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.audits(10).unwrap(), [new.clone(), old]);
    assert_eq!(reader.audits(1).unwrap(), [new], "those passed over do not count");
}

#[test]
fn an_audit_that_is_no_json_object_is_refused() {
    let mut store = Store::open_in_memory().unwrap();
    for result in ["", "fine", "[1]", "3", "{\"a\": "] {
        let error = store.record_audit(&audit("2026-01-05T03:00:00Z", result)).unwrap_err();
        assert!(error.to_string().starts_with("recording an audit failed on "), "{error}");
    }
    assert_eq!(rows(&store.database.connection, "SELECT count(*) FROM audit"), ["0"]);
}

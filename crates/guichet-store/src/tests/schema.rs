//! The schema: that it builds, what it is, and that the log cannot be changed.

use guichet_model::{Offer, Outcome, SlotCount};

use super::{record, rows, seen, utc};
use crate::{
    RobotsRecord, Store,
    connection::{APPLICATION_ID, MIGRATIONS, latest},
    state,
};

#[test]
fn every_migration_applies() {
    MIGRATIONS.validate().unwrap();
}

#[test]
fn the_schema_is_the_one_that_was_agreed() {
    let store = Store::open_in_memory().unwrap();
    let statements =
        rows(&store.database.connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
    insta::assert_snapshot!(statements.join(";\n\n"));
}

#[test]
fn the_file_says_whose_it_is_and_which_schema_it_has() {
    let store = Store::open_in_memory().unwrap();
    let pragma = |name: &str| -> i64 {
        store.database.connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
    };
    assert_eq!(pragma("application_id"), APPLICATION_ID);
    assert_eq!(pragma("user_version"), latest());
    assert_eq!(pragma("foreign_keys"), 1);
}

#[test]
fn the_log_can_neither_be_changed_nor_shortened() {
    let mut store = Store::open_in_memory().unwrap();
    let mut observation = seen("92-nanterre/asile", "2026-01-05T08:00:00Z", Outcome::Full);
    observation.probe = Some(super::log::facts());
    record(&mut store, &observation).unwrap();
    let robots = RobotsRecord {
        origin: "https://www.example.fr".to_owned(),
        fetched_at: utc("2026-01-05T08:00:00Z"),
        status: Some(200),
        sha256: None,
        allowed: true,
        crawl_delay_s: None,
    };
    let connection = &store.database.connection;
    state::append_robots(connection, &robots).unwrap();
    connection.execute("INSERT INTO audit (made_at, as_of, result) VALUES (1, 1, '{}')", []).unwrap();
    for forbidden in [
        "UPDATE observation SET outcome = 'shut'",
        "DELETE FROM observation",
        "REPLACE INTO observation SELECT * FROM observation",
        "UPDATE exchange SET status = 404",
        "DELETE FROM exchange",
        "UPDATE robots SET allowed = 0",
        "DELETE FROM robots",
        "UPDATE audit SET result = '{}'",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit",
    ] {
        let error = connection.execute(forbidden, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{forbidden}: {error}");
    }
    connection.execute("DELETE FROM target", []).expect_err("a target that was observed stays");
}

#[test]
fn the_schema_refuses_what_the_model_cannot_say() {
    let mut store = Store::open_in_memory().unwrap();
    record(&mut store, &seen("92-nanterre/asile", "2026-01-05T08:00:00Z", Outcome::Full)).unwrap();
    let insert = |columns: &str, values: &str| {
        store.database.connection.execute(
            &format!(
                "INSERT INTO observation (target_id, observed_at, source, purpose, outcome{columns})
                 VALUES (1, abs(random() % 1000000), 'x', {values})"
            ),
            [],
        )
    };
    insert("", "'base', 'full'").unwrap();
    insert(", cause", "'base', 'unknown', 'gone'").unwrap();
    insert(", slots, slots_exact", "'base', 'open', 3, 0").unwrap();
    for (columns, values) in [
        ("", "'base', 'unknown'"),
        (", cause", "'base', 'full', 'gone'"),
        ("", "'base', 'closed'"),
        ("", "'curiosity', 'full'"),
        (", slots, slots_exact", "'base', 'full', 3, 1"),
        (", slots", "'base', 'open', 3"),
        (", intensity_per_h", "'base', 'full', 0.0"),
        (", platform", "'base', 'full', 'ez-booking'"),
        (", http_status", "'base', 'full', 200"),
        (", service", "'base', 'full', 'wall'"),
        (", evidence_sha256", "'base', 'full', x'00'"),
    ] {
        let error = insert(columns, values).unwrap_err().to_string();
        assert!(error.contains("CHECK constraint failed"), "{columns} {values}: {error}");
    }
}

#[test]
fn the_readable_view_shows_words_and_dates() {
    let mut store = Store::open_in_memory().unwrap();
    let offer = Offer {
        slots: SlotCount::AtLeast(3),
        earliest: Some(utc("2026-02-01T08:30:00Z")),
        horizon: Some("2026-02-28".parse().unwrap()),
    };
    let mut observation = seen("92-nanterre/asile", "2026-01-05T08:00:00.007Z", Outcome::Open(offer));
    observation.probe = Some(super::log::facts());
    record(&mut store, &observation).unwrap();
    record(&mut store, &seen("92-nanterre/asile", "2026-01-05T09:00:00.999Z", Outcome::Open(Offer::UNTOLD)))
        .unwrap();
    record(&mut store, &seen("92-nanterre/asile", "2026-01-05T10:00:00Z", super::refused())).unwrap();
    insta::assert_snapshot!(
        rows(&store.database.connection, "SELECT * FROM observation_readable").join("\n")
    );
}

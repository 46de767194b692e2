#![allow(warnings, clippy::all, clippy::pedantic)]
use std::{path::PathBuf, sync::Arc};
use chrono::{DateTime, Duration, Utc, Timelike, Datelike};
use guichet_model::*;
use guichet_store::*;
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let catalog = guichet_catalog::load(&PathBuf::from("/work/main/data"), &Default::default()).unwrap();
    let mode = std::env::args().nth(1).unwrap_or_default();
    let port = std::env::args().nth(2).unwrap_or("8099".into());
    let db = PathBuf::from(format!("/tmp/web-{mode}.db"));
    for s in ["", "-wal", "-shm"] { let _ = std::fs::remove_file(format!("/tmp/web-{mode}.db{s}")); }
    let now: Instant = "2026-11-17T13:47:00Z".parse().unwrap();
    let mut store = Store::open(&db).unwrap();
    let src = Source::sampler();
    let mut x: u64 = 12345;
    let mut rnd = move || { x ^= x << 13; x ^= x >> 7; x ^= x << 17; (x >> 11) as f64 / (1u64 << 53) as f64 };
    let ids: Vec<TargetId> = catalog.targets().map(|(_, t)| t.id.clone()).collect();
    let mut obs = vec![];
    if mode == "full" {
    for (i, id) in ids.iter().enumerate() {
        let days = match i % 7 { 0 => 80, 1 => 40, 2 => 5, 3 => 70, 4 => 30, 5 => 0, _ => 60 };
        let kind = i % 5;
        for h in 0..days * 24 {
            let at = now - Duration::hours(h) - Duration::minutes((rnd() * 50.0) as i64);
            let local = at.with_timezone(&catalog.zone(id.department()));
            let hot = local.weekday().num_days_from_monday() == 0 && local.hour() < 3 || local.hour() == 14 && rnd() < 0.4;
            let o = match kind {
                0 => if hot { Outcome::Open(Offer::UNTOLD) } else { Outcome::Full },
                1 => Outcome::Full,
                2 => if rnd() < 0.6 { Outcome::Open(Offer::UNTOLD) } else { Outcome::Full },
                3 => Outcome::Unknown(Cause::Challenged),
                _ => if rnd() < 0.1 { Outcome::Unknown(Cause::Overloaded) } else if local.hour() < 6 { Outcome::Shut } else if rnd() < 0.01 { Outcome::Open(Offer::UNTOLD) } else { Outcome::Full },
            };
            obs.push(Observation { target: id.clone(), observed_at: at, outcome: o, purpose: Purpose::Base, intensity_per_h: Some(1.0), source: src.clone(), desks: vec![], probe: None });
        }
    }
    }
    for h in 0..24 * 12 { if mode != "empty" {
        let at: Instant = "2022-06-01T00:10:00Z".parse::<Instant>().unwrap() + Duration::hours(h);
        obs.push(Observation { target: "76-rouen/file-du-matin".parse().unwrap(), observed_at: at, outcome: if rnd() < 0.12 { Outcome::Open(Offer::UNTOLD) } else { Outcome::Full }, purpose: Purpose::Base, intensity_per_h: None, source: "rouen-2022".parse().unwrap(), desks: vec![], probe: None });
    }}
    println!("{} observations", obs.len());
    store.import(&mut obs.into_iter(), &|c| catalog.zone(c)).unwrap();
    store.ensure_targets(&ids.iter().map(|i| (i.clone(), catalog.zone(i.department()))).collect::<Vec<_>>()).unwrap();
    if mode == "full" { for (i, id) in ids.iter().enumerate() {
        let mut st = TargetState::default();
        if i % 7 != 5 { st.alive_since = Some(now - Duration::days(80)); if i%5==3 { st.last_cause = Some(Cause::Challenged) } } else { st.probation_tries = 3; st.last_cause = Some(Cause::Gone); }
        store.save_target_state(id, &st).unwrap();
    }}
    let mut settings = guichet_web::Settings::new(move || now);
    settings.simulation = mode == "full";
    settings.contact = Some("bonjour@example.org".into());
    let t = std::time::Instant::now();
    let app = guichet_web::app(Arc::new(catalog), db, settings).unwrap();
    let l = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    println!("http://127.0.0.1:{port}");
    guichet_web::serve(l, app, std::future::pending()).await.unwrap();
}

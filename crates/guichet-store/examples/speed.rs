use guichet_model::{civil::PARIS, *};
use guichet_store::{Reader, Store};
use std::{path::Path, time::Instant as Clock};
fn main() {
    let path = Path::new("/tmp/speed.db");
    for s in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("/tmp/speed.db{s}"));
    }
    let targets: Vec<TargetId> = (0..66)
        .map(|n| format!("92-site-{n}/asile").parse().unwrap())
        .collect();
    let source: Source = "synthetic-log".parse().unwrap();
    let log = || {
        let targets = targets.clone();
        let source = source.clone();
        (0..9_200_i64).flat_map(move |step| {
            let source = source.clone();
            targets.clone().into_iter().enumerate().map(move |(n, target)| {
                let n = n as i64;
                Observation {
                    target,
                    observed_at: chrono::DateTime::from_timestamp_millis(
                        1_600_000_000_000 + step * 900_000 + n * 1000,
                    )
                    .unwrap(),
                    outcome: if (step * 7 + n) % 5 == 0 {
                        Outcome::Open(Offer {
                            slots: SlotCount::Exact(3),
                            ..Offer::UNTOLD
                        })
                    } else {
                        Outcome::Full
                    },
                    purpose: Purpose::Base,
                    intensity_per_h: Some(4.0),
                    source: source.clone(),
                    desks: vec![],
                    probe: None,
                }
            })
        })
    };
    let by_target = || {
        let source = source.clone();
        targets
            .clone()
            .into_iter()
            .enumerate()
            .flat_map(move |(n, target)| {
                let source = source.clone();
                (0..9_200_i64).map(move |step| Observation {
                    target: target.clone(),
                    observed_at: chrono::DateTime::from_timestamp_millis(
                        1_600_000_000_500 + step * 900_000 + n as i64 * 1000,
                    )
                    .unwrap(),
                    outcome: Outcome::Full,
                    purpose: Purpose::Base,
                    intensity_per_h: Some(4.0),
                    source: source.clone(),
                    desks: vec![],
                    probe: None,
                })
            })
    };
    let zones = |_: &DepartmentCode| PARIS;
    let mut store = Store::open(path).unwrap();
    let t = Clock::now();
    println!(
        "import {:?} {:?}",
        store.import(&mut log(), &zones).unwrap(),
        t.elapsed()
    );
    let t = Clock::now();
    println!(
        "again {:?} {:?}",
        store.import(&mut log(), &zones).unwrap(),
        t.elapsed()
    );
    println!("size {}", std::fs::metadata(path).unwrap().len());
    let t = Clock::now();
    println!(
        "by target {:?} {:?}",
        store.import(&mut by_target(), &zones).unwrap(),
        t.elapsed()
    );
    let t = Clock::now();
    println!(
        "check {:?} {:?}",
        store.check_derived(&mut |_, _| ()).unwrap(),
        t.elapsed()
    );
    let t = Clock::now();
    println!(
        "rebuild {:?} {:?}",
        store.rebuild(&mut |_, _| ()).unwrap(),
        t.elapsed()
    );
    let reader = Reader::open(path).unwrap();
    let t = Clock::now();
    println!("targets {} {:?}", reader.targets().unwrap().len(), t.elapsed());
    let t = Clock::now();
    let mut n = 0;
    reader.all_hour_tallies(&mut |_, h| n += h.len()).unwrap();
    println!("all tallies {n} {:?}", t.elapsed());
    let t = Clock::now();
    println!(
        "observations {} {:?}",
        reader.observations(&targets[3], None, None).unwrap().len(),
        t.elapsed()
    );
    let t = Clock::now();
    println!(
        "newest {:?} {:?}",
        store.newest_observation_at().unwrap(),
        t.elapsed()
    );
    let t = Clock::now();
    let base = by_target().next().unwrap();
    for k in 0..1000 {
        let o = Observation {
            observed_at: base.observed_at + chrono::Duration::days(3000) + chrono::Duration::minutes(k),
            ..base.clone()
        };
        store
            .record(&guichet_store::ProbeRecord {
                observation: &o,
                timezone: PARIS,
                page: None,
                target_state: &Default::default(),
                host: None,
                robots: None,
            })
            .unwrap();
    }
    println!("1000 records {:?}", t.elapsed());
}

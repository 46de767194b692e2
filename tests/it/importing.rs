//! Imports, and that what is shown equals what the files hold, counted another way.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::harness::{Service, copy_lists, root, run, text};

fn folder_with_catalogue() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_lists(&folder.path().join("data"));
    folder
}

fn import(folder: &Path, arguments: &[&str]) -> String {
    let output = run(&[&["import"], arguments].concat(), folder);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// `n` and `open` of a target in `/api/v1/sites.geojson`.
fn shown(service: &Service, target: &str) -> (u64, u64) {
    let (status, body) = service.get("/api/v1/sites.geojson");
    assert_eq!(status, 200);
    let collection: Value = serde_json::from_str(&body).unwrap();
    let targets = collection["features"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|feature| feature["properties"]["targets"].as_array().unwrap().clone());
    let found = targets
        .into_iter()
        .find(|shown| shown["id"] == target)
        .unwrap_or_else(|| panic!("{target} is not shown"));
    (found["n"].as_u64().unwrap(), found["open"].as_u64().unwrap())
}

#[test]
fn an_imported_log_is_shown_on_map_pages_and_in_the_api_and_can_be_rebuilt() {
    let folder = folder_with_catalogue();
    let mut log = String::from("target,observed_at,outcome,cause\n");
    for hour in 0..20 {
        let outcome = if hour % 5 == 0 {
            "open,"
        } else if hour % 5 == 1 {
            "unknown,overloaded"
        } else {
            "full,"
        };
        let _ = writeln!(log, "12-rodez/asile,2025-05-04T{hour:02}:10:00Z,{outcome}");
    }
    fs::write(folder.path().join("log.csv"), log).unwrap();
    assert_eq!(
        import(folder.path(), &["log.csv"]),
        "log.csv: 20 added, 0 already there, 0 refused, 1 new targets\n"
    );
    let rebuilt = run(&["rebuild"], folder.path());
    assert!(
        rebuilt.status.success() && text(&rebuilt.stdout).contains("20 observations"),
        "{}",
        text(&rebuilt.stdout)
    );
    assert!(text(&rebuilt.stdout).contains("0 rows differed"));

    let service = Service::start(&["run"], folder.path());
    assert_eq!(shown(&service, "12-rodez/asile"), (16, 4));
    for page in ["/fr/?demarche=asile&departement=12", "/en/departement/12", "/fr/guichet/12-rodez/asile"] {
        let (status, body) = service.get(page);
        assert_eq!(status, 200, "{page}");
        let body = body.replace(['\u{a0}', '\u{202f}'], " ");
        assert!(body.contains('4') && body.contains("16"), "{page} does not show 4 of 16:\n{body}");
        assert!(
            body.contains("4 mai 2025") || body.contains("4 May 2025"),
            "{page} does not say how old its data is"
        );
    }
    service.stop(&[]);
}

/// The folder of data that may not be part of the project, when it lies beside it.
fn beside(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: {} is not there; it holds real data that cannot be part of the project",
        path.display()
    );
    None
}

#[test]
fn the_week_at_rouen_is_shown_as_the_files_hold_it() {
    let Some(rouen) = beside("rouen-2022") else { return };
    let folder = folder_with_catalogue();
    let mut files: Vec<PathBuf> = fs::read_dir(&rouen).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let names: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    import(folder.path(), &[&["--format", "rouen"], names.as_slice()].concat());
    let service = Service::start(&["run"], folder.path());
    for (file, target) in [
        ("depot_1er_TDS", "premiere-demande"),
        ("renouvelement_TDS", "renouvellement"),
        ("regularisation_sejour", "admission-exceptionnelle"),
        ("retrait_TDS", "remise-titre"),
        ("retrait_recepisse", "recepisse"),
        ("retrait_DCEM_TVR_TIV", "dcem"),
    ] {
        let lines = fs::read_to_string(rouen.join(format!("{file}.csv"))).unwrap();
        let counts: Vec<u32> =
            lines.lines().map(|line| line.split(',').nth(1).unwrap().trim().parse().unwrap()).collect();
        let open = counts.iter().filter(|count| **count > 0).count();
        assert_eq!(
            shown(&service, &format!("76-rouen/{target}")),
            (counts.len() as u64, open as u64),
            "{target}"
        );
    }
    service.stop(&[]);
}

#[test]
fn the_vaccination_centres_are_shown_as_the_file_holds_them() {
    let Some(file) = beside("vaccination-slots-fr-2021.csv.gz") else {
        return;
    };
    let folder = folder_with_catalogue();
    let mut expected: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let unpacked = std::process::Command::new("gzip").arg("-dc").arg(&file).output().unwrap();
    for line in text(&unpacked.stdout).lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let (n, open) =
            expected.entry(format!("{}-centre-{}/vaccination", fields[2], fields[3])).or_default();
        *n += 1;
        *open += u64::from(fields[4] == "1");
    }
    import(folder.path(), &["--db", "vaccination.db", "--format", "vitemadose", file.to_str().unwrap()]);
    let service = Service::start(&["run", "--db", "vaccination.db"], folder.path());
    let (_, body) = service.get("/api/v1/sites.geojson?procedure=vaccination");
    let collection: Value = serde_json::from_str(&body).unwrap();
    let mut seen = BTreeMap::new();
    for feature in collection["features"].as_array().unwrap() {
        for target in feature["properties"]["targets"].as_array().unwrap() {
            let counted = (target["n"].as_u64().unwrap(), target["open"].as_u64().unwrap());
            seen.insert(target["id"].as_str().unwrap().to_owned(), counted);
        }
    }
    seen.retain(|_, (n, _)| *n > 0);
    assert_eq!(seen.len(), expected.len());
    assert!(seen == expected, "the figures differ from an independent count");
    service.stop(&[]);
}

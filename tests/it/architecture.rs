//! The borders between crates, read from `cargo metadata`.

use std::{collections::BTreeMap, env, process::Command};

use serde_json::Value;

use crate::harness::{root, text};

/// Who may depend on what, tests aside.
const ONLY: [(&str, &[&str]); 7] = [
    ("reqwest", &["guichet-fetch"]),
    ("rusqlite", &["guichet-store"]),
    ("scraper", &["guichet-platforms"]),
    ("html5ever", &["guichet-platforms"]),
    ("axum", &["guichet-web", "guichet-fakesite"]),
    ("toml", &["guichet-catalog", "guichet", "guichet-fakesite"]),
    ("toml_edit", &["guichet-catalog"]),
];

/// Which of our crates a crate may use, tests aside.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("guichet-model", &[]),
    ("guichet-fetch", &[]),
    ("guichet-stats", &["guichet-model"]),
    ("guichet-platforms", &["guichet-model"]),
    ("guichet-store", &["guichet-model"]),
    ("guichet-fakesite", &["guichet-model"]),
    ("guichet-catalog", &["guichet-model", "guichet-platforms"]),
    ("guichet-sampler", &["guichet-model", "guichet-platforms", "guichet-fetch", "guichet-store"]),
    ("guichet-web", &["guichet-model", "guichet-stats", "guichet-catalog", "guichet-store"]),
    (
        "guichet",
        &[
            "guichet-model",
            "guichet-stats",
            "guichet-platforms",
            "guichet-catalog",
            "guichet-fetch",
            "guichet-store",
            "guichet-sampler",
            "guichet-web",
            "guichet-fakesite",
        ],
    ),
];

/// The direct dependencies of each of our crates, those of tests left out.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let named = |package: &Value| package["name"].as_str().unwrap().to_owned();
    packages
        .iter()
        .map(|package| {
            let used = package["dependencies"].as_array().unwrap().iter();
            (named(package), used.filter(|used| used["kind"] != "dev").map(named).collect())
        })
        .collect()
}

/// Every edge that should not be.
fn forbidden(dependencies: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, used) in dependencies {
        for used in used {
            if ONLY.iter().any(|(library, users)| library == used && !users.contains(&name.as_str())) {
                found.push(format!("{name} uses {used}"));
            }
            let allowed = MAY_USE.iter().find(|(user, _)| user == name);
            if used.starts_with("guichet")
                && allowed.is_some_and(|(_, allowed)| !allowed.contains(&used.as_str()))
            {
                found.push(format!("{name} uses {used}"));
            }
        }
    }
    found
}

#[test]
fn no_crate_crosses_a_border() {
    let dependencies = dependencies();
    for (name, _) in MAY_USE {
        assert!(dependencies.contains_key(name), "{name} is gone; mend this test's table");
    }
    assert_eq!(forbidden(&dependencies), Vec::<String>::new());
}

#[test]
fn a_crossed_border_would_be_found() {
    let mut dependencies = dependencies();
    dependencies.get_mut("guichet-web").unwrap().push("reqwest".to_owned());
    dependencies.get_mut("guichet-fetch").unwrap().push("guichet-model".to_owned());
    assert_eq!(forbidden(&dependencies), ["guichet-fetch uses guichet-model", "guichet-web uses reqwest"]);
}

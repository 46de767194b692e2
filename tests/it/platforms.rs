//! The real binary against every platform's invented pages: each state is read as what it is, nothing forbidden is
//! asked, and the state of a service is no claim about slots.

use std::{collections::BTreeMap, path::Path};

use guichet_fakesite::{BEHAVIOURS, FormEntry, Script};
use serde_json::Value;

use crate::harness::{Fakes, run, text};

/// The forms of a platform in the script of behaviours.
fn forms(platform: &str) -> Vec<FormEntry> {
    let script = Script::parse(BEHAVIOURS, "behaviours.toml").unwrap();
    let forms: Vec<_> = script.forms().into_iter().filter(|form| form.platform == platform).collect();
    assert!(!forms.is_empty(), "no form of {platform}");
    forms
}

/// What `guichet probe --json` tells of each of them, by the last two digits of the form.
fn probed(fakes: &Fakes, forms: &[FormEntry]) -> BTreeMap<u32, Value> {
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue_of(forms);
    forms.iter().map(|form| (form.form % 100, probe(fakes, &data, form.form, folder.path()))).collect()
}

fn probe(fakes: &Fakes, data: &Path, form: u32, folder: &Path) -> Value {
    let target = format!("92-essai/autre/f{form}");
    let output = run(&fakes.sampled_by(&["probe", &target, "--json"], data), folder);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{form}: {}", text(&output.stderr)))
}

/// Outcome and cause, or outcome and the state of the service.
fn said(printed: &Value) -> String {
    let word = |key: &str| printed[key].as_str().map(str::to_owned);
    let parts = [word("outcome"), word("cause"), word("service")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What all platforms have in common, by the last two digits of the form.
const COMMON: [(u32, &str); 8] = [
    (6, "unknown refused shield"),
    (7, "unknown rate_limited"),
    (8, "unknown rate_limited"),
    (9, "unknown challenged shield"),
    (11, "unknown unrecognised"),
    (13, "unknown gone"),
    (17, "unknown unrecognised"),
    (20, "unknown overloaded maintenance"),
];

fn expect(platform: &str, own: &[(u32, &str)]) {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let forms = forms(platform);
    let printed = probed(&fakes, &forms);
    let table: BTreeMap<u32, String> = printed.iter().map(|(form, printed)| (*form, said(printed))).collect();
    let overloaded = [(4, "unknown overloaded"), (5, "unknown overloaded")];
    for (form, wanted) in COMMON.iter().chain(&overloaded).chain(own) {
        let got = table.get(form).unwrap_or_else(|| panic!("{platform} has no form {form}"));
        assert_eq!(got, wanted, "{platform} {form}; all: {table:#?}\n{}", printed[form]);
    }
    assert_eq!(fakes.violations(), 0, "{platform}: something forbidden was asked");
}

#[test]
fn behind_the_wall_of_rdv_prefecture_only_the_service_is_seen() {
    let wall = "unknown challenged wall";
    expect(
        "rdv-prefecture",
        &[
            (1, wall),
            (2, wall),
            (10, wall),
            (15, wall),
            (12, "unknown unrecognised"),
            (18, "unknown unrecognised"),
            (19, "unknown unrecognised"),
        ],
    );
}

#[test]
fn eappointment_is_read_up_to_its_date_step() {
    expect(
        "eappointment",
        &[
            (1, "open reachable"),
            (2, "full reachable"),
            (10, "full reachable"),
            (22, "full reachable"),
            (12, "unknown unrecognised"),
            (18, "unknown unrecognised"),
            (19, "unknown unrecognised"),
        ],
    );
}

#[test]
fn rdv_service_public_tells_the_next_date_of_each_place() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let forms = forms("rdv-service-public");
    let printed = probed(&fakes, &forms);
    for (form, open) in [(1, true), (31, true)] {
        assert_eq!(printed[&form]["outcome"] == "open", open, "{}", printed[&form]);
        let earliest = printed[&form]["offer"]["earliest"].as_str().unwrap();
        assert!(earliest.ends_with('Z'), "{earliest}");
    }
    expect(
        "rdv-service-public",
        &[
            (1, "open reachable"),
            (2, "full reachable"),
            (3, "shut reachable"),
            (10, "full reachable"),
            (15, "full reachable"),
            (22, "full reachable"),
            (31, "open reachable"),
            (32, "full reachable"),
            (12, "unknown unrecognised"),
            (18, "unknown unrecognised"),
            (19, "unknown unrecognised"),
        ],
    );
}

#[test]
fn orion_is_asked_only_where_somebody_has_agreed() {
    let fakes = Fakes::start(BEHAVIOURS, 3600.0);
    let folder = tempfile::tempdir().unwrap();
    let mut forms = forms("orion");
    forms.truncate(1);
    forms[0].params.remove("internal_endpoint");
    let data = fakes.catalogue_of(&forms);
    let target = format!("92-essai/autre/f{}", forms[0].form);
    let output = run(&fakes.sampled_by(&["probe", &target], &data), folder.path());
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("internal address"), "{}", text(&output.stderr));
    assert_eq!(fakes.requests().len(), 0, "something was asked");
    expect(
        "orion",
        &[
            (1, "open reachable"),
            (2, "full reachable"),
            (3, "unknown unrecognised"),
            (10, "full reachable"),
            (22, "open reachable"),
            (12, "unknown unrecognised"),
            (18, "unknown unrecognised"),
            (19, "unknown unrecognised"),
        ],
    );
}

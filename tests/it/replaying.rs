//! What was saved or stored reads the same again, without a request; and a page that a person saved is read as a probe
//! would read it.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use guichet_fakesite::BEHAVIOURS;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Fakes, add_target, behaviours, copy_lists, root, run, text};

/// Probes saved in the folder `probes`.
struct Saved {
    folder: TempDir,
    fakes: Fakes,
    data: PathBuf,
    /// How many.
    n: usize,
}

/// Probes these forms of the behaviours and saves all that came.
fn saved(wanted: impl Fn(u32) -> bool) -> Saved {
    let fakes = Fakes::start(BEHAVIOURS, 36_000.0);
    let forms = behaviours(wanted);
    let data = fakes.catalogue_of(&forms);
    let folder = tempfile::tempdir().unwrap();
    let save = |form: u32| {
        let target = format!("92-essai/autre/f{form}");
        let output = run(&fakes.sampled_by(&["probe", &target, "--save", "probes"], &data), folder.path());
        assert!(matches!(output.status.code(), Some(0 | 1)), "{form}: {}", text(&output.stderr));
    };
    thread::scope(|scope| {
        for half in forms.chunks(forms.len().div_ceil(2)) {
            scope.spawn(|| half.iter().for_each(|form| save(form.form)));
        }
    });
    let n = fs::read_dir(folder.path().join("probes")).unwrap().count();
    assert_eq!(n, forms.len());
    Saved { folder, fakes, data, n }
}

impl Saved {
    fn replay(&self, more: &[&str]) -> (Option<i32>, String, String) {
        let data = self.data.to_str().unwrap();
        let command = [&["replay", "--data", data, "--allow-loopback"], more].concat();
        let output = run(&command, self.folder.path());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// The folder of a form's probe.
    fn of(&self, form: u32) -> PathBuf {
        let end = format!("-f{form}");
        let entries = fs::read_dir(self.folder.path().join("probes")).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        paths.find(|path| path.to_str().unwrap().ends_with(&end)).unwrap()
    }
}

/// Replaces `from`, which must be there, in a file.
fn replace_in(path: &Path, from: &str, to: &str) {
    let before = fs::read_to_string(path).unwrap();
    assert!(before.contains(from), "{from} is not in {before}");
    fs::write(path, before.replacen(from, to, 1)).unwrap();
}

fn all_read_the_same(saved: &Saved, without_a_page: usize) {
    let asked = saved.fakes.requests().len();
    let (code, out, err) = saved.replay(&["probes"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let words = format!("{} read: {} the same, 0 differ", saved.n, saved.n - without_a_page);
    assert!(out.starts_with(&words), "{out}");
    assert_eq!(out.contains("(no page came)"), without_a_page > 0, "{out}");
    let (code, out, _) = saved.replay(&["probes", "--json"]);
    let printed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &printed["same"]), (Some(0), &Value::from(saved.n - without_a_page)), "{printed}");
    assert_eq!(saved.fakes.requests().len(), asked, "reading again asked something");
}

#[test]
fn every_page_of_ez_booking_reads_the_same_again() {
    let saved = saved(|form| matches!(form, 101..=120));
    // A loop of redirects, a redirect to another host, a page beyond all measure.
    all_read_the_same(&saved, 3);
}

#[test]
fn desks_and_ways_of_writing_read_the_same_again() {
    let saved = saved(|form| matches!(form, 201..=208 | 301 | 302 | 401..=404 | 501 | 502));
    // One robots.txt forbids, one is in error.
    all_read_the_same(&saved, 2);
}

#[test]
fn pages_of_the_other_platforms_read_the_same_again() {
    let saved = saved(|form| form >= 600 && (matches!(form % 100, 1..=3 | 6 | 9 | 12 | 18 | 20..=32)));
    // Two lead to where a reader must not follow.
    all_read_the_same(&saved, 2);
}

#[test]
fn what_reads_differently_is_told_with_both_readings() {
    let saved = saved(|form| matches!(form, 102 | 103 | 301));
    let path = saved.of(102).join("probe.json");
    replace_in(&path, "\"outcome\": \"full\"", "\"outcome\": \"shut\"");
    let (code, out, err) = saved.replay(&["probes"]);
    assert_eq!(code, Some(1), "{out}{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("92-essai/autre/f102 at "), "{out}");
    assert!(lines[1].trim().starts_with("was: shut, read by ez-booking/"), "{out}");
    assert!(lines[2].trim().starts_with("now: full, read by ez-booking/"), "{out}");
    assert!(out.contains("3 read: 2 the same, 1 differ"), "{out}");
    let (code, out, _) = saved.replay(&["probes", "--json"]);
    let printed: Value = serde_json::from_str(&out).unwrap();
    let difference = &printed["differences"][0];
    assert_eq!(
        (code, &difference["target"], &difference["was"]["outcome"], &difference["now"]["outcome"]),
        (Some(1), &"92-essai/autre/f102".into(), &"shut".into(), &"full".into()),
        "{printed}"
    );
    // A desk alone: the outcome of all together stays the same.
    replace_in(&path, "\"outcome\": \"shut\"", "\"outcome\": \"full\"");
    let path = saved.of(301).join("probe.json");
    let mut probe: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let desk = probe["desks"].as_array_mut().unwrap().iter_mut().find(|desk| desk["outcome"] == "full");
    let desk = desk.unwrap();
    desk["outcome"] = "shut".into();
    let words = format!("desk {}: was shut, now full", desk["desk"].as_str().unwrap());
    fs::write(&path, probe.to_string()).unwrap();
    let (code, out, _) = saved.replay(&["probes"]);
    assert!(code == Some(1) && out.contains(&words), "{words}: {out}");
}

#[test]
fn another_question_than_then_is_told_as_one() {
    let saved = saved(|form| form == 102);
    let path = saved.of(102).join("probe.json");
    replace_in(&path, "/booking/create/102/0", "/booking/create/102/1");
    let (code, out, err) = saved.replay(&["probes"]);
    assert!(code == Some(1) && out.contains("question 1 differs: was GET "), "{out}{err}");
}

#[test]
fn what_the_service_was_seen_to_be_is_read_again_too() {
    let saved = saved(|form| matches!(form, 102 | 601));
    let replay = || {
        let (code, out, err) = saved.replay(&["probes"]);
        (code, out + &err)
    };
    assert_eq!(replay().0, Some(0), "{}", replay().1);
    let path = saved.of(601).join("probe.json");
    let mut probe: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(probe["service"], "wall");
    for (then, words) in [
        (Value::Null, "service: was not told, now wall"),
        ("maintenance".into(), "service: was maintenance, now wall"),
    ] {
        probe["service"] = then.clone();
        fs::write(&path, probe.to_string()).unwrap();
        let (code, said) = replay();
        assert!(code == Some(1) && said.contains(words) && said.contains("1 differ"), "{said}");
        let (_, out, _) = saved.replay(&["probes", "--json"]);
        let printed: Value = serde_json::from_str(&out).unwrap();
        let service = &printed["differences"][0]["service"];
        assert_eq!((&service["was"], &service["now"]), (&then, &"wall".into()), "{printed}");
    }
    probe["service"] = "bogus".into();
    fs::write(&path, probe.to_string()).unwrap();
    let (code, said) = replay();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("bogus") && said.contains("reachable, wall, shield, maintenance"), "{said}");
}

/// What moves a terminal's cursor, ends a line, or turns the direction of writing.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\r\u{202e}\u{2066}\u{61c}\u{7f}";

/// Fails on any character that a terminal would obey.
fn assert_harmless(what: &str, said: &str) {
    let harm = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!said.contains(harm), "{what}: {said:?}");
}

/// What is done to a `probe.json`.
type Change = Box<dyn Fn(&mut Value)>;

#[test]
fn nothing_in_a_saved_probe_steers_the_terminal() {
    let saved = saved(|form| form == 102);
    let folder = saved.of(102);
    let path = folder.join("probe.json");
    let before: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let text = Value::from(HOSTILE);
    let offer = |offer: Value| {
        move |probe: &mut Value| {
            probe["outcome"] = "open".into();
            probe["offer"] = offer.clone();
        }
    };
    let slots = json!({ "slots": { "kind": text, "n": 1 }, "earliest": null, "horizon": null });
    let earliest = json!({ "slots": { "kind": "not_told", "n": null }, "earliest": text, "horizon": null });
    let set = |at: &'static str, value: Value| -> Change {
        Box::new(move |probe: &mut Value| *probe.pointer_mut(at).unwrap() = value.clone())
    };
    let named = |name: &str| Value::from(format!("{HOSTILE}{name}"));
    let cases: [(&str, Option<i32>, Change); 17] = [
        ("nothing", Some(0), Box::new(|_| ())),
        ("format", Some(3), set("/format", text.clone())),
        ("outcome", Some(3), set("/outcome", text.clone())),
        ("cause of another outcome", Some(3), set("/cause", text.clone())),
        (
            "cause",
            Some(3),
            Box::new(|probe| {
                probe["outcome"] = "unknown".into();
                probe["cause"] = HOSTILE.into();
            }),
        ),
        ("slots.kind", Some(3), Box::new(offer(slots))),
        ("earliest", Some(3), Box::new(offer(earliest))),
        ("service", Some(3), set("/service", text.clone())),
        ("target", Some(3), set("/target", named("92-essai/autre/f102"))),
        ("platform", Some(3), set("/platform", text.clone())),
        ("observed_at", Some(3), set("/observed_at", text.clone())),
        ("round", Some(3), set("/round", text.clone())),
        ("method", Some(3), set("/requests/1/method", text.clone())),
        ("sent", Some(1), set("/requests/1/sent/form", json!([[text, text]]))),
        ("body", Some(3), set("/requests/1/body", named(".html"))),
        ("NUL in body", Some(3), set("/requests/1/body", "2\0.html".into())),
        ("desk", Some(1), set("/desks", json!([{ "desk": text, "label": text, "outcome": "shut" }]))),
    ];
    // The folder's name is hostile as well: it stands in each message.
    let moved = folder.with_file_name(format!("{HOSTILE}-f102"));
    fs::rename(&folder, &moved).unwrap();
    for (what, expected, change) in cases {
        let mut probe = before.clone();
        change(&mut probe);
        fs::write(moved.join("probe.json"), probe.to_string()).unwrap();
        let (code, out, err) = saved.replay(&["probes"]);
        assert_eq!(code, expected, "{what}: {out}{err}");
        assert_harmless(what, &(out + &err));
        assert!(err.lines().count() <= 1, "{what}: {err}");
        let (code, out, err) = saved.replay(&["probes", "--json"]);
        let printed: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(code, expected, "{what}: {printed}");
        assert_harmless(what, &(out + &err));
        let place = [&printed["failed"][0]["place"], &printed["differences"][0]["place"]];
        let whole = |place: &&Value| place.as_str().is_some_and(|place| place.contains(HOSTILE));
        assert_eq!(place.iter().any(whole), expected != Some(0), "{what}: {printed}");
    }
}

#[test]
fn no_name_of_a_file_steers_the_terminal() {
    let saved = saved(|form| form == 102);
    let page = saved.of(102).join("2.html");
    let pages = saved.folder.path().join(format!("pages{HOSTILE}"));
    fs::create_dir(&pages).unwrap();
    fs::copy(page, pages.join(format!("{HOSTILE}.html"))).unwrap();
    fs::write(pages.join("empty\u{1b}c.html"), "").unwrap();
    let name = pages.to_str().unwrap();
    for (more, expected) in [
        (["--target", "92-essai/autre/f102"].as_slice(), 3),
        (&["--target", "92-essai/autre/f102", "--json"], 3),
        // No saved probe is there; the name comes with the error.
        (&[], 2),
    ] {
        let (code, out, err) = saved.replay(&[&[name], more].concat());
        assert_eq!(code, Some(expected), "{out}{err}");
        assert_harmless(name, &(out + &err));
    }
}

#[test]
fn a_page_that_is_missing_is_named_and_the_rest_is_read() {
    let saved = saved(|form| matches!(form, 102 | 103));
    let folder = saved.of(103);
    fs::remove_file(folder.join("1.html")).unwrap();
    let (code, out, err) = saved.replay(&["probes"]);
    assert_eq!(code, Some(3), "{out}{err}");
    assert!(out.contains("1 read: 1 the same, 0 differ; 1 could not be re-read"), "{out}");
    assert!(err.contains("f103") && err.contains("1.html is missing"), "{err}");
    // A difference is more than a page that is missing.
    replace_in(&saved.of(102).join("probe.json"), "\"outcome\": \"full\"", "\"outcome\": \"shut\"");
    assert_eq!(saved.replay(&["probes"]).0, Some(1));
    let (code, _, err) = saved.replay(&["nowhere"]);
    assert!(code == Some(2) && err.contains("nowhere"), "{err}");
}

#[test]
fn what_a_pass_stored_reads_the_same_again() {
    let fakes = Fakes::start(BEHAVIOURS, 36_000.0);
    let forms = behaviours(|form| {
        matches!(
            form,
            101..=103 | 112 | 113 | 201 | 203 | 207 | 301 | 601 | 701 | 702 | 731 | 801 | 831 | 901
        )
    });
    let data = fakes.catalogue_of(&forms);
    let folder = tempfile::tempdir().unwrap();
    let output = run(&fakes.sampled_by(&["once"], &data), folder.path());
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let asked = fakes.requests().len();
    let saved = Saved { folder, fakes, data, n: forms.len() };
    let (code, out, err) = saved.replay(&[]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains(" read: ") && out.contains(" 0 differ"), "{out}");
    let same: usize = out.split(" read: ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(same >= 12, "{out}");
    assert_eq!(saved.fakes.requests().len(), asked);
}

#[test]
fn an_explanation_tells_every_request_what_was_looked_for_and_the_decision() {
    let fakes = Fakes::start(BEHAVIOURS, 36_000.0);
    let folder = tempfile::tempdir().unwrap();
    let data = fakes.catalogue_of(&behaviours(|form| form == 102));
    let explain = |more: &[&str]| {
        let command = [&["probe", "92-essai/autre/f102", "--explain"], more].concat();
        text(&run(&fakes.sampled_by(&command, &data), folder.path()).stdout)
    };
    let words = explain(&[]);
    let starts = |start: &str| words.lines().filter(|line| line.starts_with(start)).count();
    let requests = starts("1. GET http://etats.localhost") + starts("2. POST http://etats.localhost");
    assert_eq!((requests, starts("   status 200, "), starts("   so: ")), (2, 2, 2), "{words}");
    assert!(starts("   [found]     ") >= 2 && starts("   [not found] ") >= 2, "{words}");
    assert!(words.contains("\nrobots.txt of http://etats.localhost"), "{words}");
    assert!(words.contains("\nwhy: ez-booking read the page: full\n"), "{words}");
    assert!(words.contains("\ndecided by: page 2\n"), "{words}");
    assert!(words.lines().last().unwrap().starts_with("92-essai/autre/f102: full"), "{words}");

    let printed: Value = serde_json::from_str(&explain(&["--json"])).unwrap();
    let explanation = &printed["explanation"];
    assert_eq!((&explanation["decided_by"], &explanation["robots"]["allowed"]), (&2.into(), &true.into()));
    for page in explanation["pages"].as_array().unwrap() {
        let markers = page["markers"].as_array().unwrap();
        for found in [true, false] {
            assert!(markers.iter().any(|marker| marker["found"] == found), "{page}");
        }
        assert!(page["status"] == 200 && !page["decision"].as_str().unwrap().is_empty(), "{page}");
    }
}

/// A catalogue with one target of RDV-Préfecture on a host that would be asked, were anything asked.
fn walled(fakes: &Fakes) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copy_lists(&data);
    let url =
        format!("http://prefecture.localhost:{}/rdvpref/reservation/demarche/1234/", fakes.address.port());
    add_target(&data, "92-essai", "autre", "rdv-prefecture", &url, "");
    (folder, data)
}

/// What `guichet probe --page` says without a contact and without a database.
fn read_page(folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let command = [&["probe", "92-essai/autre", "--data", "data", "--allow-loopback"], more].concat();
    let output = run(&command, folder);
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn fixture(name: &str) -> PathBuf {
    root().join("crates/guichet-platforms/fixtures/rdv-prefecture").join(name)
}

#[test]
fn a_page_that_a_person_saved_is_read_and_nothing_is_asked() {
    let fakes = Fakes::start(BEHAVIOURS, 1.0);
    let (folder, data) = walled(&fakes);
    for (name, end, code, outcome, service) in [
        ("creneau-slots-wide.html", "creneau/", 0, "open", "reachable".into()),
        ("creneau-none-heading.html", "creneau/", 0, "full", "reachable".into()),
        // This week has none, a later one has.
        ("creneau-none-this-week-but-later.html", "creneau/", 0, "open", "reachable".into()),
        ("creneau-none-this-week-and-nothing-more.html", "creneau/", 1, "unknown", Value::Null),
        ("cgu-captchetat.html", "cgu/", 1, "unknown", "wall".into()),
        ("creneau-shows-the-wall.html", "creneau/", 1, "unknown", "wall".into()),
    ] {
        let file = fixture(name);
        let url = format!(
            "http://prefecture.localhost:{}/rdvpref/reservation/demarche/1234/{end}",
            fakes.address.port()
        );
        let page = ["--page", file.to_str().unwrap(), "--page-url", &url, "--json"];
        let (ended, out, err) = read_page(folder.path(), &page);
        let printed: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{name}: {err}"));
        assert_eq!(
            (ended, &printed["outcome"], &printed["service"]),
            (Some(code), &outcome.into(), &service),
            "{name}: {printed}"
        );
        assert!(printed["observed_at"].is_null() && printed["requests"] == 0, "{printed}");
    }
    // Without a word on where it comes from, it is taken for the page of the slots.
    let file = fixture("creneau-slots-narrow.html");
    let (ended, out, _) = read_page(folder.path(), &["--page", file.to_str().unwrap()]);
    assert_eq!(ended, Some(0), "{out}");
    assert!(out.contains("92-essai/autre: open") && out.contains("nothing was asked"), "{out}");
    // The landing page decides nothing; what comes after it does.
    let file = fixture("landing.html");
    let url =
        format!("http://prefecture.localhost:{}/rdvpref/reservation/demarche/1234/", fakes.address.port());
    let (ended, out, _) = read_page(folder.path(), &["--page", file.to_str().unwrap(), "--page-url", &url]);
    assert!(ended == Some(1) && out.contains("this page alone decides nothing"), "{out}");
    assert_eq!(fakes.requests().len(), 0, "something was asked");
    let left: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [data], "something was written");
}

#[test]
fn what_is_no_page_of_the_target_is_refused_with_advice() {
    let fakes = Fakes::start(BEHAVIOURS, 1.0);
    let (folder, data) = walled(&fakes);
    let slots = fs::read_to_string(fixture("creneau-slots-wide.html")).unwrap();
    let elsewhere = format!(
        "<!DOCTYPE html>\n<!-- saved from url=(0043)https://www.exemple.gouv.fr/rdvpref/secret -->\n{slots}"
    );
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = files.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let large = slots.clone() + &" ".repeat(3 * 1024 * 1024);
    for (page, says) in [
        (file("elsewhere.html", elsewhere.as_bytes()), "another site"),
        (file("empty.html", b""), "is empty"),
        (file("large.html", large.as_bytes()), "larger than 2 MiB"),
        (file("picture.html", b"\x89PNG\r\n\x1a\n\0\0\0"), "binary"),
        (files.path().to_str().unwrap().to_owned(), "is a folder"),
        (files.path().join("missing.html").to_str().unwrap().to_owned(), "is missing"),
    ] {
        let (code, out, err) = read_page(folder.path(), &["--page", &page]);
        assert!(code == Some(2) && err.contains(says) && out.is_empty(), "{page}: {out}{err}");
        assert!(!err.contains("secret") && err.lines().count() == 1, "{err}");
    }
    let page = file("right.html", slots.as_bytes());
    let other = ["--page", &page, "--page-url", "https://www.exemple.gouv.fr/rdvpref/"];
    let (code, _, err) = read_page(folder.path(), &other);
    assert!(code == Some(2) && err.contains("another site"), "{err}");
    assert_eq!(fakes.requests().len(), 0, "something was asked");
    let left: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [data], "something was written");
}

//! What holds for any page at all, of every registered platform: nothing is concluded without a marker, nothing
//! forbidden is asked, nothing of a page's text comes through, nothing panics. A new platform is covered by its line
//! in `PLATFORMS` and its folder of pages.

use std::{cell::RefCell, time::Instant};

use guichet_model::{Cause, Outcome};
use guichet_platforms::{Ask, Markers, PLATFORMS, Page, Step, Unrecognised, generic};
use proptest::{prelude::*, sample::Index};
use url::Url;

use crate::{
    conversation::probe,
    folder::{FOLDERS, Folder},
    sample::{FORM, Sample},
};

/// A word that stands in no text of ours.
const CANARY: &str = "zqxcanari";

/// Bits of pages that hold no marker of any platform, though some come close.
fn soup() -> impl Strategy<Value = String> {
    let bits = prop_oneof![
        4 => ".{0,12}",
        1 => "[<>/a-z\"' =]{0,20}",
        8 => prop::sample::select(&[
            "<h2>Disponibilité</h2>",
            "<h2>Vérification",
            "<td class=\"status-1 free\" title=\"plage libre\">libre</td>",
            "<a href=\"/booking/create/99/5/1588057200\">libre</a>",
            "<a href=\"/booking/create/1234/4\">suite</a>",
            "Il n'existe plus de",
            "<form id=FormBookingCreate>",
            "<input name=planning type=radio value=\"x\">",
            "<div id=creneaux-lieu-7>",
            "<div class=card><p class=card-title>",
            "<strong>mardi 05 mai 2026 à 09h30</strong>",
            "<p>Date fermée à la reservation</p>",
            "Malheureusement, tous les créneaux sont pris.",
            "Aucun créneau",
            "Prochaine mise en ligne",
            "<h1>Rendez-vous</h1>",
            "<!--",
            "<script>",
            "</script>",
            "<footer>",
            "<table><tr><td>",
            "</p>",
            "<b id=",
            "\"'>",
            "{\"error\":null,\"slots\":[]}",
            "{\"",
            "[]",
            "null",
            "throw 'allowScriptTagRemoting is false.';",
            "dwr.engine.remote.handleCallback(\"0\",\"0\",{});",
        ][..]).prop_map(str::to_owned),
    ];
    prop::collection::vec(bits, 0..40).prop_map(|bits| bits.concat())
}

/// A page of a platform, cut, with a piece of another of its pages put in behind a piece of rubbish.
fn spliced(folder: &Folder, pieces: &(Index, Index, Index, Index, String)) -> String {
    let (page, other, from, to, rubbish) = pieces;
    let (page, other) = (&page.get(&folder.pages).body, &other.get(&folder.pages).body);
    let from = page.floor_char_boundary(from.index(page.len() + 1));
    let to = other.floor_char_boundary(to.index(other.len() + 1));
    format!("{}{rubbish}{}", page.split_at(from).0, other.split_at(to).1)
}

fn pieces() -> impl Strategy<Value = (Index, Index, Index, Index, String)> {
    (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), "[<>/a-z\"' ]{0,20}")
}

/// Whether a page was taken for one of the platform's own, be it only for its wall.
fn recognises(reading: &Result<Step, Unrecognised>) -> bool {
    matches!(reading, Ok(Step::Read(reading)) if reading.is_recognised())
}

/// What is found in `body`, read in the place of `like`, that an empty page lacks.
fn found_only_in(folder: &Folder, like: &Sample, found: &Markers) -> bool {
    let mut empty = Markers::default();
    let _ = folder.read(like, "", &mut empty);
    found.all().iter().any(|marker| marker.found && !empty.all().contains(marker))
}

/// What must hold for anything that is read in the place of `like`.
fn check(folder: &Folder, like: &Sample, body: &str) -> Result<(), TestCaseError> {
    let name = folder.platform.name();
    let mut markers = Markers::default();
    let reading = folder.read(like, body, &mut markers);
    prop_assert_eq!(&reading, &folder.read(like, body, &mut Markers::default()), "{}", name);
    match &reading {
        Ok(Step::Read(read)) => {
            prop_assert!(folder.signs.allow(read, body), "{}: {:?}", name, read);
            let by_marker = !read.is_recognised() || found_only_in(folder, like, &markers);
            prop_assert!(by_marker, "{}: {:?} of {:?}", name, read, markers);
        }
        Ok(Step::Ask { listed, next, .. }) => {
            is_allowed(folder, like, next)?;
            let short = |label: &String| label.chars().count() <= 120;
            prop_assert!(listed.iter().all(|desk| desk.label.as_ref().is_none_or(short)));
        }
        Err(error) => prop_assert!(!error.found.contains(CANARY), "{}: {}", name, error),
    }
    prop_assert!(markers.all().iter().all(|marker| !marker.what.contains(CANARY)), "{}", name);
    Ok(())
}

/// What a platform asks stays on the target's host, holds nothing forbidden, and could also be reached by a redirect.
fn is_allowed(folder: &Folder, like: &Sample, ask: &Ask) -> Result<(), TestCaseError> {
    let (to, own) = (ask.url(), &like.target.url);
    prop_assert_eq!((to.scheme(), to.host(), to.port()), (own.scheme(), own.host(), own.port()));
    prop_assert_eq!(folder.signs.forbids(ask), None, "{:?}", ask);
    if let Ask::Get(url) = ask {
        prop_assert!(folder.platform.may_follow(&like.target, url), "{url}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn text_and_soup_without_a_marker_are_never_recognised(
        text in any::<String>(),
        soup in soup(),
        place in any::<Index>(),
    ) {
        for folder in FOLDERS.iter() {
            let like = place.get(&folder.pages);
            for body in [&text, &soup] {
                let reading = folder.read(like, body, &mut Markers::default());
                prop_assert!(!recognises(&reading), "{}: {reading:?}", folder.platform.name());
            }
        }
    }

    #[test]
    fn a_spliced_page_is_read_only_as_what_it_has_words_for(pieces in pieces(), place in any::<Index>()) {
        for folder in FOLDERS.iter() {
            check(folder, place.get(&folder.pages), &spliced(folder, &pieces))?;
        }
    }

    #[test]
    fn no_text_of_a_page_is_told(pieces in pieces(), soup in soup(), place in any::<Index>()) {
        for folder in FOLDERS.iter() {
            let body = spliced(folder, &pieces);
            // In every text, and in the value of every attribute.
            let marked = body.replace("</", &format!("{CANARY}</")).replace("=\"", &format!("=\"{CANARY}"));
            for body in [marked, format!("{CANARY}{soup}{CANARY}")] {
                check(folder, place.get(&folder.pages), &body)?;
            }
        }
    }

    #[test]
    fn generic_verdicts_never_blame_us(pieces in pieces(), soup in soup(), status in 100..600_u16) {
        let url: Url = FORM.parse().unwrap();
        for body in FOLDERS.iter().map(|folder| spliced(folder, &pieces)).chain([soup]) {
            let page = Page { url: &url, status, body: &body };
            let verdict = generic::verdict(&page, &mut Markers::default());
            prop_assert!(verdict.is_none_or(|verdict| verdict.cause != Cause::Withheld));
            prop_assert!((200..300).contains(&status) || verdict.is_some(), "{status}");
        }
    }

    #[test]
    fn whatever_is_answered_only_what_is_allowed_is_asked(
        answers in prop::collection::vec((any::<Index>(), any::<Index>(), prop::option::of(pieces())), 4),
        target in any::<Index>(),
        round in any::<u64>(),
    ) {
        for folder in FOLDERS.iter() {
            let like = target.get(&folder.pages);
            let left = RefCell::new(answers.iter());
            // Whole pages lead further than spliced ones.
            let (asked, _) = probe(&like.target, round, |_| {
                let (place, page, pieces) = left.borrow_mut().next().unwrap();
                let body = match pieces {
                    Some(pieces) => spliced(folder, pieces),
                    None => page.get(&folder.pages).body.clone(),
                };
                (place.get(&folder.pages).url.clone(), body)
            });
            for ask in &asked {
                is_allowed(folder, like, ask)?;
            }
        }
    }
}

/// Two mebibytes of `unit`, behind `start`.
fn two_mebibytes(start: &str, unit: &str) -> String {
    format!("{start}{}", unit.repeat(2 * 1024 * 1024 / unit.len()))
}

/// Work that grows faster than the page takes minutes or hours, other work a few seconds even in a debug build.
fn check_soon(started: Instant, unit: &str) {
    assert!(
        started.elapsed().as_secs() < 60,
        "{:?}: {}",
        started.elapsed(),
        unit.chars().take(80).collect::<String>()
    );
}

#[test]
fn two_mebibytes_of_hostile_markup_are_unrecognised_and_soon() {
    for unit in ["<div>", "<b><i><p>", "<table><tr><th>x", "<ul class=error><li>", "<form><h2>"] {
        let body = two_mebibytes("", unit);
        let started = Instant::now();
        let url: Url = FORM.parse().unwrap();
        let page = Page { url: &url, status: 200, body: &body };
        assert_eq!(generic::verdict(&page, &mut Markers::default()), None, "{unit}");
        for folder in FOLDERS.iter() {
            let reading = folder.read(&folder.pages[0], &body, &mut Markers::default());
            assert!(!recognises(&reading), "{unit}: {reading:?}");
        }
        check_soon(started, unit);
    }
}

/// Elements called `name` with `attributes`, within each other nearly as deep as pages may nest, around a long text that
/// each of them could be read for.
fn nested(name: &str, attributes: &str) -> String {
    let (start, end) = (format!("<{name} {attributes}><div>"), format!("</div></{name}>"));
    format!("{}{}{}", start.repeat(85), "y".repeat(4096), end.repeat(85))
}

#[test]
fn two_mebibytes_of_what_a_platform_reads_are_left_or_read_soon() {
    let time = "<strong>mardi 05 mai 2026 à 09h30</strong>";
    let slot = "<input type=radio id=trhId_1><label for=trhId_1>09h30</label>";
    let none = "<p>Un mot. Aucun rendez-vous n'est possible pour les motifs</p>";
    for (platform, start, units) in [
        ("generic", "", vec![nested("h1", "")]),
        ("eappointment", none, vec![nested("div", ""), nested("div", "class=ui-datepicker-group")]),
        ("ez-booking", "", vec![nested("h2", ""), nested("ul", "class=error"), nested("th", "")]),
        ("html-rules", "", vec![nested("td", "class=libre")]),
        (
            "orion",
            "<div class=rdv-calendar><div class=day-column>",
            vec![
                nested("li", "class=time-slot"),
                format!("{}{}", "<li class=time-slot><div>".repeat(85), "<p class=hour>x".repeat(8_000)),
            ],
        ),
        (
            "rdv-prefecture",
            "",
            vec![
                nested("div", "class=q-expansion-item"),
                nested("div", "class=blocCreneauSelection"),
                nested("h2", ""),
                format!("{}{slot}", "<div class=blocCreneauSelection>".repeat(90)),
                slot.replace("trhId_1", "trhId_x"),
            ],
        ),
        (
            "rdv-service-public",
            "<div class=card>",
            vec![time.to_owned(), nested("div", "class=card"), nested("div", "class=alert-warning")],
        ),
    ] {
        for unit in units {
            let body = two_mebibytes(start, &unit);
            let started = Instant::now();
            if let Some(folder) = FOLDERS.iter().find(|folder| folder.platform.name() == platform) {
                // In the place of a page that is read to its end.
                let is_open =
                    |reading: &Step| matches!(reading, Step::Read(it) if it.outcome.offer().is_some());
                let read = |page: &&Sample| folder.read(page, &page.body, &mut Markers::default());
                let like = folder.pages.iter().find(|page| read(page).is_ok_and(|it| is_open(&it))).unwrap();
                let reading = folder.read(like, &body, &mut Markers::default());
                assert!(platform == "rdv-prefecture" || !recognises(&reading), "{platform}: {reading:?}");
            } else {
                let url: Url = FORM.parse().unwrap();
                let page = Page { url: &url, status: 200, body: &body };
                assert_eq!(generic::verdict(&page, &mut Markers::default()), None);
            }
            check_soon(started, &format!("{platform} {unit}"));
        }
    }
}

#[test]
fn no_platform_recognises_an_empty_page() {
    for folder in FOLDERS.iter() {
        for like in &folder.pages {
            let reading = folder.read(like, "", &mut Markers::default());
            assert!(!recognises(&reading), "{}: {reading:?}", like.url);
        }
    }
}

#[test]
fn every_platform_has_pages_that_it_recognises_and_pages_that_it_does_not() {
    assert_eq!(FOLDERS.len(), PLATFORMS.len());
    for folder in FOLDERS.iter() {
        let name = folder.platform.name();
        let read = |like: &Sample| recognises(&folder.read(like, &like.body, &mut Markers::default()));
        assert!(folder.pages.iter().any(read), "{name}: nothing is recognised");
        assert!(!folder.pages.iter().all(read), "{name}: everything is recognised");
        // What is concluded from its own pages shows which lines of its `signs.txt` are missing.
        for like in &folder.pages {
            if let Ok(Step::Read(reading)) = folder.read(like, &like.body, &mut Markers::default()) {
                assert!(
                    folder.signs.allow(&reading, &like.body),
                    "{name}: {:?} of {}",
                    reading.outcome,
                    like.url
                );
                assert_ne!(reading.outcome, Outcome::Unknown(Cause::Withheld), "{name}");
            }
        }
        for target in folder.targets() {
            assert_eq!(
                folder.platform.check(&target.url, &target.params),
                Vec::<String>::new(),
                "{name}: {}",
                target.url
            );
        }
    }
}

//! What holds for any page at all: nothing is concluded without a marker, nothing forbidden is asked, nothing panics.

use std::{cell::RefCell, fs, sync::LazyLock, time::Instant};

use guichet_model::{Cause, Outcome, ParamValue, Target};
use guichet_platforms::{Ask, Markers, PLATFORMS, Page, Step, Trail, Unrecognised, generic, platform};
use proptest::{prelude::*, sample::Index};
use url::Url;

use crate::{
    conversation::probe,
    sample::{FORM, Sample, asked, target},
};

/// The pages of the folder `ez-booking`, without the comments at their top.
static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/ez-booking");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path| Sample::of("ez-booking", &fs::read_to_string(path).unwrap()).body;
    paths.into_iter().map(read).collect()
});

fn targets() -> [Target; 2] {
    let mut rules = target("html-rules", "https://www.exemple.gouv.fr/rendez-vous");
    for (key, rule) in [
        ("open_when", "css:td a.free-slot"),
        ("full_when", "text:plus aucune place"),
        ("shut_when", "text:le service est fermé"),
    ] {
        rules.params.insert(key.to_owned(), ParamValue::List(vec![rule.to_owned()]));
    }
    [target("ez-booking", FORM), rules]
}

/// Reads `body` as the answer at `step` to each kind of question.
fn readings(body: &str, step: u8) -> Vec<Result<Step, Unrecognised>> {
    let url: Url = format!("{FORM}/{step}").parse().unwrap();
    let page = Page { url: &url, status: 200, body };
    let mut readings = Vec::new();
    for target in targets() {
        for last in ["get", "start", "desk 11"] {
            let asked = asked(&target.url, last, &[]);
            let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
            readings.push(platform(&target.platform).unwrap().read(
                &target,
                &page,
                &trail,
                &mut Markers::default(),
            ));
        }
    }
    readings
}

fn concludes(reading: &Result<Step, Unrecognised>) -> bool {
    matches!(reading, Ok(Step::Read(reading)) if reading.outcome.is_known())
}

/// Bits of pages that hold no marker, though some come close.
fn soup() -> impl Strategy<Value = String> {
    let bits = prop_oneof![
        ".{0,12}",
        Just("<h2>Disponibilité</h2>".to_owned()),
        Just("<h2>Vérification".to_owned()),
        Just("<td class=\"status-1 free\" title=\"plage libre\">libre</td>".to_owned()),
        Just("<a href=\"/booking/create/99/5/1588057200\">libre</a>".to_owned()),
        Just("<a href=\"/booking/create/1234/4\">suite</a>".to_owned()),
        Just("Il n'existe plus de".to_owned()),
        Just("<!--".to_owned()),
        Just("<script>".to_owned()),
        Just("</script>".to_owned()),
        Just("<form id=FormBookingCreate>".to_owned()),
        Just("<input name=planning type=radio value=\"x\">".to_owned()),
        Just("<footer>".to_owned()),
        Just("<table><tr><td>".to_owned()),
        Just("</p>".to_owned()),
        Just("<b id=".to_owned()),
        Just("\"'>".to_owned()),
    ];
    prop::collection::vec(bits, 0..40).prop_map(|bits| bits.concat())
}

/// A page of the fixtures, cut, with a piece of another put in or a piece of rubbish.
fn spliced() -> impl Strategy<Value = String> {
    (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), "[<>/a-z\"' ]{0,20}").prop_map(
        |(page, other, from, to, rubbish)| {
            let (page, other) = (page.get(PAGES.as_slice()), other.get(PAGES.as_slice()));
            let from = page.floor_char_boundary(from.index(page.len() + 1));
            let to = other.floor_char_boundary(to.index(other.len() + 1));
            format!("{}{rubbish}{}", page.split_at(from).0, other.split_at(to).1)
        },
    )
}

/// Any page: one of the fixtures, a spliced one or soup.
fn answer() -> impl Strategy<Value = String> {
    let whole = any::<Index>().prop_map(|page| page.get(PAGES.as_slice()).clone());
    prop_oneof![whole, spliced(), soup()]
}

/// Whether the module's own words for `outcome` stand anywhere in the page, visible or not.
fn holds_marker(outcome: &Outcome, body: &str) -> bool {
    let markers: &[&str] = match outcome {
        Outcome::Open(_) => &["la nature du rendez-vous", "/booking/create/1234/5/"],
        Outcome::Full => {
            &["plage horaire libre pour votre demande", "rification de disponibilit", "availability"]
        }
        Outcome::Shut => &["pas disponible pour le moment", "calendrier disponible"],
        Outcome::Unknown(_) => return true,
    };
    let plain = body.to_lowercase().replace("<strong>", "").replace("</strong>", "");
    markers.iter().any(|marker| plain.contains(marker))
}

fn is_allowed(ask: &Ask) -> bool {
    let path = ask.url().path();
    ask.url().host_str() == Some("www.exemple.gouv.fr")
        && !path.contains("/5/")
        && match ask {
            Ask::Get(_) => path == "/booking/create/1234/0",
            Ask::PostForm(_, form) => {
                let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
                matches!(
                    (path, names.as_slice()),
                    ("/booking/create/1234/0", ["condition", "nextButton"])
                        | ("/booking/create/1234/1", ["planning", "nextButton"])
                )
            }
            Ask::PostJson(..) | Ask::PostText(..) => false,
        }
}

proptest! {
    #[test]
    fn arbitrary_text_is_never_read_as_open_full_or_shut(text in any::<String>(), step in 0..10_u8) {
        for reading in readings(&text, step) {
            prop_assert!(!concludes(&reading), "{reading:?}");
        }
    }

    #[test]
    fn soup_without_a_marker_is_never_read_as_open_full_or_shut(soup in soup(), step in 0..10_u8) {
        for reading in readings(&soup, step) {
            prop_assert!(!concludes(&reading), "{reading:?}");
        }
    }

    #[test]
    fn a_spliced_page_is_read_only_as_what_it_has_words_for(body in spliced(), step in 0..10_u8) {
        for reading in readings(&body, step) {
            if let Ok(Step::Read(reading)) = reading {
                prop_assert!(holds_marker(&reading.outcome, &body), "{:?}", reading.outcome);
            }
        }
    }

    #[test]
    fn generic_verdicts_never_blame_us(body in spliced(), soup in soup(), status in 100..600_u16) {
        let url: Url = FORM.parse().unwrap();
        for body in [&body, &soup] {
            let verdict = generic::verdict(&Page { url: &url, status, body }, &mut Markers::default());
            prop_assert!(verdict.is_none_or(|verdict| verdict.cause != Cause::Withheld));
        }
    }

    #[test]
    fn whatever_is_answered_only_the_first_two_steps_of_the_own_form_are_asked(
        answers in prop::collection::vec((answer(), 0..10_u8), 4),
        round in any::<u64>(),
    ) {
        let left = RefCell::new(answers.into_iter());
        let (asked, _) = probe(&target("ez-booking", FORM), round, |_| {
            let (body, step) = left.borrow_mut().next().unwrap();
            (format!("{FORM}/{step}").parse().unwrap(), body)
        });
        for ask in asked {
            prop_assert!(is_allowed(&ask), "{ask:?}");
        }
    }
}

#[test]
fn two_mebibytes_of_hostile_markup_are_unrecognised_and_soon() {
    let url: Url = format!("{FORM}/4").parse().unwrap();
    let [form, _] = targets();
    let asked = asked(&form.url, "start", &[]);
    let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
    for unit in ["<div>", "<b><i><p>", "<table><tr><th>x", "<ul class=error><li>", "<form><h2>"] {
        let body = unit.repeat(2 * 1024 * 1024 / unit.len());
        let page = Page { url: &url, status: 200, body: &body };
        // Quadratic work on such a page takes hours, linear work a few seconds even in a debug build.
        let started = Instant::now();
        assert_eq!(generic::verdict(&page, &mut Markers::default()), None, "{unit}");
        let reading = platform(&form.platform).unwrap().read(&form, &page, &trail, &mut Markers::default());
        assert!(reading.is_err(), "{unit}: {reading:?}");
        assert!(started.elapsed().as_secs() < 60, "{unit}: {:?}", started.elapsed());
    }
}

#[test]
fn every_platform_reads_an_empty_page_as_unrecognised() {
    let names: Vec<&str> = targets().map(|target| platform(&target.platform).unwrap().name()).into();
    assert!(PLATFORMS.iter().all(|platform| names.contains(&platform.name())));
    for reading in readings("", 2) {
        assert!(reading.is_err(), "{reading:?}");
    }
}

//! The English page of step 2: that no slot is left, or only that something went wrong.

use guichet_model::Outcome;
use guichet_platforms::{Markers, Page, Step, Trail, platform};
use url::Url;

use crate::sample::{FORM, asked, target};

const FRENCH_TITLE: &str = "<h2>Vérification de disponibilité</h2>";
const ENGLISH_TITLE: &str = "<h2>Availability</h2>";
const NONE_LEFT: &str = "There is no free time slot left for your request. Please try later.";

/// Whether the page of `step` is read as `full`; otherwise it is not recognised.
fn is_full(step: u8, body: &str) -> bool {
    let url: Url = format!("{FORM}/{step}").parse().unwrap();
    let form = target("ez-booking", FORM);
    let asked = asked(&form.url, "start", &[]);
    let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
    match platform("ez-booking").unwrap().read(
        &form,
        &Page { url: &url, status: 200, body },
        &trail,
        &mut Markers::default(),
    ) {
        Ok(Step::Read(reading)) if reading.outcome == Outcome::Full => true,
        Ok(other) => panic!("{other:?}"),
        Err(_) => false,
    }
}

fn in_form(text: &str) -> String {
    format!("<form id=FormBookingCreate>{text}</form>")
}

#[test]
fn a_page_that_asks_to_try_later_is_full_only_under_the_title_of_its_step() {
    let by_action = format!("<form action=/booking/create/1234/2>{NONE_LEFT}</form>");
    for (step, body, full) in [
        (2, format!("{ENGLISH_TITLE}{}", in_form(NONE_LEFT)), true),
        (2, format!("{FRENCH_TITLE}{}", in_form(NONE_LEFT)), true),
        (2, format!("<h2>Checking of AVAILABILITY</h2>{by_action}"), true),
        (2, format!("{ENGLISH_TITLE}<p>Please try again later</p>{}", in_form("")), true),
        (2, in_form(NONE_LEFT), false),
        (2, format!("<h2>Appointment</h2>{}", in_form(NONE_LEFT)), false),
        (2, format!("<p>Availability</p>{}", in_form(NONE_LEFT)), false),
        (1, format!("{ENGLISH_TITLE}{}", in_form(NONE_LEFT)), false),
        (3, format!("{ENGLISH_TITLE}{}", in_form(NONE_LEFT)), false),
        (2, format!("{ENGLISH_TITLE}{}", in_form("")), false),
        (2, format!("{ENGLISH_TITLE}{NONE_LEFT}"), false),
        (2, format!("{ENGLISH_TITLE}<form action=/search>{NONE_LEFT}</form>"), false),
        (2, format!("{ENGLISH_TITLE}<p>{NONE_LEFT}</p><div>{}</div>", in_form("")), false),
        (2, format!("{ENGLISH_TITLE}{}", in_form("Please try another desk. See you later.")), false),
    ] {
        assert_eq!(is_full(step, &body), full, "{step} {body}");
    }
}

#[test]
fn a_page_that_speaks_of_trouble_is_never_full() {
    for title in ["", ENGLISH_TITLE, FRENCH_TITLE] {
        for text in [
            "A technical error occurred. Please try later.",
            "The service is busy, please try later.",
            "Errors occurred: please try again later",
            "This service is temporarily unavailable. Please try later.",
            "The service is busy.",
        ] {
            for body in [
                format!("{title}{}", in_form(text)),
                format!("<p>{text}</p><div>{title}{}</div>", in_form("Please try later.")),
                format!("{title}<p>{text}</p>"),
            ] {
                assert!(!is_full(2, &body), "{body}");
            }
        }
    }
    assert!(!is_full(2, &format!("<h2>Service unavailability</h2>{}", in_form(NONE_LEFT))));
}

#[test]
fn the_french_sentence_needs_no_title() {
    let sentence = "Il n'existe plus de plage horaire libre pour votre demande de rendez-vous.";
    assert!(is_full(2, &in_form(sentence)));
    assert!(is_full(2, &format!("<p>Error 12</p>{}", in_form(sentence))));
}

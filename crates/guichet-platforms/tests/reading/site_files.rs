//! What is said about a target in a site file that cannot be asked.

use guichet_model::{ParamValue, Params};
use guichet_platforms::{Ask, PLATFORMS, platform};

use crate::sample::target;

fn problems(name: &str, url: &str, params: &[(&str, &[&str])]) -> Vec<String> {
    let list = |values: &[&str]| ParamValue::List(values.iter().map(|&value| value.to_owned()).collect());
    let params: Params = params.iter().map(|(key, values)| ((*key).to_owned(), list(values))).collect();
    platform(name).unwrap().check(&url.parse().unwrap(), &params)
}

const FORM: &str = "https://www.exemple.gouv.fr/booking/create/1234";
const PAGE: &str = "https://www.exemple.gouv.fr/rendez-vous";

#[test]
fn platforms_have_distinct_names_and_never_ask_more_often_than_every_quarter_of_an_hour() {
    for platform_at in PLATFORMS {
        assert_eq!(PLATFORMS.iter().filter(|other| other.name() == platform_at.name()).count(), 1);
        assert!(platform_at.floor_cadence().as_secs() >= 15 * 60);
        assert_eq!(platform(platform_at.name()).unwrap().name(), platform_at.name());
    }
    assert!(platform("doctolib").is_none());
}

#[test]
fn a_right_target_has_no_problems() {
    let params: &[(&str, &[&str])] = &[("desks", &["12078", "13642"])];
    assert_eq!(problems("ez-booking", FORM, params), Vec::<String>::new());
    assert_eq!(problems("ez-booking", &format!("{FORM}/2"), &[]), Vec::<String>::new());
    let rules: &[(&str, &[&str])] =
        &[("open_when", &["css:td > a.libre"]), ("full_when", &["text:aucun créneau"])];
    assert_eq!(problems("html-rules", PAGE, rules), Vec::<String>::new());
}

#[test]
fn a_wrong_booking_form_is_told_what_to_write() {
    let params: &[(&str, &[&str])] = &[("desks", &["12a", "", "1", "1"])];
    insta::assert_snapshot!(problems("ez-booking", PAGE, params).join("\n"), @r#"
    `url` is not the address of a booking form; write it as in "https://www.example.gouv.fr/booking/create/12069"
    `desks` names a desk twice; name each once
    `desks`: `12a` is not a desk's number; write the value of the page's radio button, as in "12078"
    `desks`: `` is not a desk's number; write the value of the page's radio button, as in "12078"
    "#);
    insta::assert_snapshot!(problems("ez-booking", FORM, &[("desks", &[])]).join("\n"), @"`desks` is empty; name the desks to ask, or leave the key out to ask all");
}

#[test]
fn wrong_rules_are_told_what_to_write() {
    let rules: &[(&str, &[&str])] = &[
        ("open_when", &["libre", "css:td[", "text:  Créneau libre "]),
        ("full_when", &["text:  complet  ", "css:", "css:td:HAS(a.libre)", "text:créneau libre"]),
        ("shut_when", &["text:  Créneau libre "]),
    ];
    insta::assert_snapshot!(problems("html-rules", PAGE, rules).join("\n"), @r#"
    `open_when`: `libre` is of no known kind; write "css:SELECTOR" or "text:WORDS"
    `open_when`: `css:td[` is not a CSS selector; write one, as in "css:table.calendar a.free"
    `full_when`: `text:  complet  ` is too short to be a sign; write at least 8 characters of the page's own sentence
    `full_when`: `css:` is not a CSS selector; write one, as in "css:table.calendar a.free"
    `full_when`: `css:td:HAS(a.libre)` looks for what an element holds, which may be hidden; write a selector of that thing itself, without `:has`
    `open_when`: `text:  Créneau libre ` stands under another key too; keep it under the one that it proves
    `shut_when`: `text:  Créneau libre ` stands under another key too; keep it under the one that it proves
    "#);
    insta::assert_snapshot!(problems("html-rules", PAGE, &[("open_when", &[])]).join("\n"), @r#"there is no rule; write at least one, as in full_when = ["text:aucun créneau disponible"]"#);
}

#[test]
fn an_address_of_another_platform_is_no_page_with_rules_of_its_own() {
    let rules: &[(&str, &[&str])] = &[("full_when", &["text:aucun créneau"])];
    insta::assert_snapshot!(problems("html-rules", FORM, rules).join("\n"), @r#"`url` is an address of `ez-booking`, which has its own platform; write platform = "ez-booking""#);
    for (url, platform) in [
        ("https://rdv.exemple.interieur.gouv.fr/rdvpref/reservation/demarche/1234/", "rdv-prefecture"),
        ("https://rdv.exemple.gouv.fr/eAppointment_EXEMPLE/appointment.do", "eappointment"),
        ("https://rdv.exemple.gouv.fr/orion/api/1", "orion"),
        ("https://rdv.exemple.gouv.fr/x/%6Frion-reservation/slots", "orion"),
        ("https://rdv.exemple.gouv.fr/users/sign_in", "rdv-service-public"),
    ] {
        let said = problems("html-rules", url, rules);
        assert!(
            matches!(said.as_slice(), [one] if one.contains(&format!("`{platform}`"))),
            "{url}: {said:?}"
        );
    }
}

#[test]
fn a_link_of_the_shared_service_must_lead_to_slots_and_name_nobody() {
    let host = "https://rdv.exemple.gouv.fr";
    for right in [
        "/prendre_rdv?departement=&motif_name_with_location_type=a-public_office&public_link_organisation_id=12",
        "/prdv?motif_name_with_location_type=a-public_office&public_link_organisation_id=12&service_id=3",
        "/org/12",
        "/org/12/prefecture-d-exemple/",
        "/org/ext/01/exemple_1/prefecture",
        "/motif/Ab12/renouvellement",
    ] {
        assert_eq!(
            problems("rdv-service-public", &format!("{host}{right}"), &[]),
            Vec::<String>::new(),
            "{right}"
        );
    }
    for other in
        ["/", "/org/ext/01", "/users/sign_in", "/prendre_rdv_prescripteur/a", "/prendre_rdv/a", "/org/%31"]
    {
        assert_eq!(problems("rdv-service-public", &format!("{host}{other}"), &[]).len(), 1, "{other}");
    }
    let one_place = "/prendre_rdv?motif_name_with_location_type=a&public_link_organisation_id=12&lieu_id=3";
    insta::assert_snapshot!(problems("rdv-service-public", &format!("{host}{one_place}"), &[]).join("\n"), @"`url` has `lieu_id`, which shows the week of one place and never says that all places are full; leave it out, and the list of places is read");
    let wrong = format!(
        "{host}/prendre_rdv?departement=01&date=2026-05-04&address=1+rue&public_link_organisation_id="
    );
    insta::assert_snapshot!(problems("rdv-service-public", &wrong, &[]).join("\n"), @"
    `url` has `date`, which shows one week for ever; leave it out
    `url` has `address`, which names neither motif nor organisation; leave it out
    `url` has no `motif_name_with_location_type`, so the page would first ask for the motif; choose it in a browser, and write the address that this leads to
    `url` has no `public_link_organisation_id`, so the page would first ask for the organisation; choose it in a browser, and write the address that this leads to
    ");
    insta::assert_snapshot!(problems("rdv-service-public", host, &[]).join("\n"), @r#"`url` is not a public booking link; write it as in "https://rdv.example.gouv.fr/prendre_rdv?motif_name_with_location_type=renouvellement-public_office&public_link_organisation_id=12" or "https://rdv.example.gouv.fr/org/12""#);
}

#[test]
fn a_link_that_was_never_checked_is_asked_for_its_front_page_only() {
    for wrong in ["/users/sign_in?a=b#c", "/prendre_rdv?address=1+rue", "/org/12?lieu_id=3"] {
        let target = target("rdv-service-public", &format!("https://rdv.exemple.gouv.fr{wrong}"));
        let ask = platform("rdv-service-public").unwrap().begin(&target);
        assert_eq!(ask, Ask::Get("https://rdv.exemple.gouv.fr/".parse().unwrap()));
    }
}

#[test]
fn a_target_that_was_never_checked_is_asked_for_its_front_page_only() {
    let target = target("ez-booking", "https://www.exemple.gouv.fr/autre/5/1588057200?planning=1#x");
    let ask = platform("ez-booking").unwrap().begin(&target);
    assert_eq!(ask, Ask::Get("https://www.exemple.gouv.fr/".parse().unwrap()));
}

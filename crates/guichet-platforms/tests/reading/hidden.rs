//! What a page hides proves nothing, whichever way it is hidden.

use guichet_model::{Outcome, ParamValue, Target};
use guichet_platforms::{Markers, Page, Step, Trail, Unrecognised, generic, platform};
use url::Url;

use crate::sample::{FORM, asked, target};

/// Ways to hide what stands between the two halves.
const HIDDEN: [(&str, &str); 12] = [
    ("<div hidden>", "</div>"),
    ("<div hidden='until-found'><div>", "</div></div>"),
    ("<div style='display:none'>", "</div>"),
    ("<div style='color: red; DISPLAY : NONE !important'>", "</div>"),
    ("<div style='display\n:\tnone'><section>", "</section></div>"),
    ("<div style='Visibility: Hidden'>", "</div>"),
    ("<template>", "</template>"),
    ("<template><div><template>", "</template></div></template>"),
    ("<noscript>", "</noscript>"),
    ("<script>", "</script>"),
    ("<style>", "</style>"),
    ("<!--", "-->"),
];
/// Ways to write the same so that it is seen.
const SHOWN: [(&str, &str); 4] = [
    ("<div>", "</div>"),
    ("<div aria-hidden=true>", "</div>"),
    ("<div style='display: block; visibility: visible'>", "</div>"),
    ("<template></template><div hidden></div><div>", "</div>"),
];

fn read(target: &Target, url: &str, last: &str, body: &str) -> Result<Step, Unrecognised> {
    let url: Url = url.parse().unwrap();
    let asked = asked(&target.url, last, &[]);
    let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
    let page = Page { url: &url, status: 200, body };
    assert_eq!(generic::verdict(&page, &mut Markers::default()), None, "{body}");
    platform(&target.platform).unwrap().read(target, &page, &trail, &mut Markers::default())
}

#[test]
fn no_sign_of_the_booking_module_counts_where_it_is_hidden() {
    let form = target("ez-booking", FORM);
    for (step, sign) in [
        (0, "<form><input type=checkbox name=condition></form>"),
        (1, "<p><input type=radio name=planning value=12></p>"),
        (2, "<h2>Vérification de disponibilité</h2>"),
        (2, "<p>Il n'existe plus de plage horaire libre pour votre demande de rendez-vous.</p>"),
        (2, "<h2>Availability</h2><form id=FormBookingCreate>No slot. Please try later.</form>"),
        (3, "<h2>Description de la nature du rendez-vous</h2>"),
        (4, "<a href=/booking/create/1234/5/1588062600>libre</a>"),
        (4, "<p>Cette page n'est pas disponible pour le moment</p>"),
        (0, "<ul class=error><li>Il n'y a pas calendrier disponible</li></ul>"),
        (0, "<p>Ce lien a été désactivé définitivement</p>"),
    ] {
        let said = |(before, after): (&str, &str)| {
            let body = format!("<body><p>Rendez-vous</p>{before}{sign}{after}");
            read(&form, &format!("{FORM}/{step}"), "get", &body)
        };
        for way in SHOWN {
            assert!(said(way).is_ok(), "{way:?} {sign}");
        }
        for way in HIDDEN {
            assert!(said(way).is_err(), "{way:?} {sign}: {:?}", said(way));
        }
    }
}

#[test]
fn a_hidden_sign_takes_nothing_from_one_that_is_seen() {
    let form = target("ez-booking", FORM);
    for (before, after) in HIDDEN {
        let body = format!(
            "<h2>Vérification de disponibilité</h2>\
             {before}<h2>Choix d'une plage horaire</h2><a href=/booking/create/1234/5/1588062600>x</a>{after}"
        );
        let reading = read(&form, &format!("{FORM}/2"), "start", &body);
        assert!(
            matches!(&reading, Ok(Step::Read(reading)) if reading.outcome == Outcome::Full),
            "{before}: {reading:?}"
        );
    }
}

#[test]
fn a_hidden_field_is_neither_a_desk_nor_a_condition() {
    let form = target("ez-booking", FORM);
    for (step, field) in [
        (1, "<input type=hidden name=planning value=12>"),
        (1, "<input type=HIDDEN name=planning value=12>"),
        (1, "<input type=radio hidden name=planning value=12>"),
        (0, "<form><input type=hidden name=condition></form>"),
        (0, "<form><div style=display:none><input type=checkbox name=condition></div></form>"),
    ] {
        let reading = read(&form, &format!("{FORM}/{step}"), "get", field);
        assert!(reading.is_err(), "{field}: {reading:?}");
    }
}

#[test]
fn no_rule_of_a_site_file_holds_for_what_is_hidden() {
    let url = "https://www.exemple.gouv.fr/rendez-vous";
    for rule in ["css:td a.libre", "css:tr:nth-child(1) .libre", "text:encore des places"] {
        let mut site = target("html-rules", url);
        site.params.insert("open_when".to_owned(), ParamValue::List(vec![rule.to_owned()]));
        let said = |(before, after): (&str, &str)| {
            let sign = "<table><tr><td><a class=libre href=/r/1>encore des places</a></td></tr></table>";
            read(&site, url, "get", &format!("<body><p>Rendez-vous</p>{before}{sign}{after}"))
        };
        for way in SHOWN {
            assert!(said(way).is_ok(), "{way:?} {rule}");
        }
        for way in HIDDEN {
            assert!(said(way).is_err(), "{way:?} {rule}");
        }
    }
}

#[test]
fn no_sign_of_the_shared_service_counts_where_it_is_hidden() {
    let url = "https://rdv.exemple.gouv.fr/org/12";
    let link = target("rdv-service-public", url);
    for sign in [
        "<div class=card><a href=/>Prochaine disponibilité le <strong>mardi 05 mai 2026 à 09h30</strong></a></div>",
        "<div id=creneaux-lieu-1><a href=/ aria-label='Choisir le créneau de 09:30'>09:30</a></div>",
        "<p>Malheureusement, aucun créneau correspondant à votre recherche n'a été trouvé.</p>",
        "<p>La prise de rendez-vous n'est pas disponible pour ce département.</p>",
        "<p class=alert-warning>Le motif A n'est plus disponible à la réservation à B</p>",
    ] {
        let said = |(before, after): (&str, &str)| {
            read(&link, url, "get", &format!("<body><p>Rendez-vous</p>{before}{sign}{after}"))
        };
        for way in SHOWN {
            assert!(said(way).is_ok(), "{way:?} {sign}: {:?}", said(way));
        }
        for way in HIDDEN {
            assert!(said(way).is_err(), "{way:?} {sign}: {:?}", said(way));
        }
    }
}

#[test]
fn a_hidden_heading_announces_no_maintenance_and_no_waiting_room() {
    let url: Url = FORM.parse().unwrap();
    for (before, after) in HIDDEN {
        let body =
            format!("<p>Rendez-vous</p>{before}<h1>Site en maintenance</h1><h1>Waiting room</h1>{after}");
        assert_eq!(
            generic::verdict(&Page { url: &url, status: 200, body: &body }, &mut Markers::default()),
            None,
            "{before}"
        );
    }
}

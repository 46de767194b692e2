//! What holds for RDV-Préfecture whatever is answered: only the start page and the page of conditions of the own démarche
//! are asked, slots are told of saved pages only, and nothing is concluded without the platform's own marker.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::LazyLock,
    time::{Duration, Instant},
};

use guichet_model::{Cause, Marker, Outcome, Params, Service};
use guichet_platforms::{
    Ask, Markers, Page, Platform, Reading, Step, Trail, Unrecognised, generic, platform,
};
use proptest::{prelude::*, sample::Index};
use url::Url;

use crate::{
    conversation::probe,
    sample::{Sample, target},
};

/// The démarche of the fixtures.
pub(crate) const DEMARCHE: &str = "https://rdv.exemple.interieur.gouv.fr/rdvpref/reservation/demarche/1234/";

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/rdv-prefecture");

/// The pages of the folder, by their names, without the comments at their top.
static PAGES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let paths = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "html"));
    let page = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, Sample::of("rdv-prefecture", &fs::read_to_string(path).unwrap()).body)
    };
    paths.map(page).collect()
});

/// Any page of the folder.
fn page() -> impl Strategy<Value = &'static String> {
    any::<Index>().prop_map(|place| PAGES.values().nth(place.index(PAGES.len())).unwrap())
}

fn adapter() -> &'static dyn Platform {
    platform("rdv-prefecture").unwrap()
}

fn url(path: &str) -> Url {
    DEMARCHE.parse::<Url>().unwrap().join(path).unwrap()
}

/// Reads `body` as a page of slots that a person saved.
fn saved(body: &str) -> Result<Step, Unrecognised> {
    let target = target("rdv-prefecture", DEMARCHE);
    let from = adapter().saved_from(&target);
    let trail = Trail { round: 0, asked: &[], noted: &[], listed: &[] };
    adapter().read(&target, &Page { url: &from, status: 200, body }, &trail, &mut Markers::default())
}

fn outcome(body: &str) -> Option<Outcome> {
    match saved(body) {
        Ok(Step::Read(reading)) => Some(reading.outcome),
        _ => None,
    }
}

fn follows(to: &str) -> bool {
    adapter().may_follow(&target("rdv-prefecture", DEMARCHE), &url(to))
}

#[test]
fn of_the_application_only_the_two_public_pages_of_the_own_demarche_are_followed() {
    for to in [
        "",
        "/rdvpref/reservation/demarche/1234",
        "cgu",
        "cgu/",
        "cgu/?error=errorSessionInvalide",
        "cgu/;jsessionid=VM-01~x",
        "/maintenance.html",
        "/",
        "/?retour=/rdvpref/reservation/demarche/1234/creneau/",
        "https://www.interieur.gouv.fr/maintenance",
    ] {
        assert!(follows(to), "{to}");
    }
    for to in [
        "creneau/",
        "creneau",
        "_validerCaptcha",
        "formulaire/",
        "cgu/creneau/",
        "cgu//",
        "cgu/..;/creneau/",
        "cgu/%2e%2e%2fcreneau/",
        "cgu/;jsessionid=a/creneau/",
        "cgu/;x=y",
        "CGU/",
        "/rdvpref/",
        "/rdvpref",
        "/rdvpref/login/",
        "/rdvpref/reservation/demarche/12345/",
        "/rdvpref/reservation/demarche/123/cgu/",
        "/rdvpref//reservation/demarche/1234/cgu/",
        "/rdvpref/reservation/demarche/1234/rdvpref/reservation/demarche/1234/cgu/",
        "/RDVPREF/reservation/demarche/1234/cgu/",
        "/%72dvpref/reservation/demarche/1234/cgu/",
        "/%2572dvpref/reservation/demarche/1234/creneau/",
        "/rdvpref%2Freservation%2Fdemarche%2F1234%2Fcreneau%2F",
        "/rdvpref;a=b/reservation/demarche/1234/creneau/",
        "/x/rdvpref/reservation/demarche/1234/creneau/",
        "/x%5Crdvpref/reservation/demarche/1234/creneau/",
        "/login",
        "/auth/realms/x/protocol/openid-connect/auth",
        "/Connexion/",
        "https://sso.interieur.gouv.fr/oauth2/authorize",
        "https://autre.interieur.gouv.fr/rdvpref/reservation/demarche/1234/cgu/",
        "http://rdv.exemple.interieur.gouv.fr/rdvpref/reservation/demarche/1234/cgu/",
    ] {
        assert!(!follows(to), "{to}");
    }
    let unchecked = target("rdv-prefecture", "https://rdv.exemple.interieur.gouv.fr/autre");
    assert!(!adapter().may_follow(&unchecked, &url("cgu/")) && adapter().may_follow(&unchecked, &url("/")));
}

#[test]
fn a_target_is_the_start_page_of_a_demarche() {
    let problems = |url: &str| adapter().check(&url.parse().unwrap(), &Params::new());
    assert_eq!(problems(DEMARCHE), Vec::<String>::new());
    assert_eq!(problems(DEMARCHE.trim_end_matches('/')), Vec::<String>::new());
    insta::assert_snapshot!(problems(&format!("{DEMARCHE}cgu/")).join("\n"), @r#"`url` is not the start page of a démarche; write it as in "https://www.rdv-prefecture.interieur.gouv.fr/rdvpref/reservation/demarche/1234/", with nothing after the number"#);
    for other in ["creneau/", "?x=y", "#x", "/", "/rdvpref/", "/rdvpref/reservation/demarche/nanterre/"] {
        assert_eq!(problems(url(other).as_str()).len(), 1, "{other}");
    }
    let target = target("rdv-prefecture", "https://rdv.exemple.interieur.gouv.fr/rdvpref/login?a=b#c");
    assert_eq!(adapter().begin(&target), Ask::Get("https://rdv.exemple.interieur.gouv.fr/".parse().unwrap()));
}

#[test]
fn it_is_walled_seldom_asked_and_saved_from_the_page_of_slots() {
    assert!(adapter().is_walled());
    assert_eq!(adapter().floor_cadence(), Duration::from_hours(1));
    assert_eq!(adapter().saved_from(&target("rdv-prefecture", DEMARCHE)), url("creneau/"));
    let unchecked = target("rdv-prefecture", "https://rdv.exemple.interieur.gouv.fr/autre");
    assert_eq!(adapter().saved_from(&unchecked), unchecked.url);
}

#[test]
fn a_probe_asks_for_the_start_page_then_for_the_conditions_and_sees_the_wall() {
    let (asked, reading) = probe(&target("rdv-prefecture", DEMARCHE), 0, |ask| {
        let start = "<a href=cgu/>Prendre un rendez-vous</a>";
        let is_start = ask.url().as_str() == DEMARCHE;
        (ask.url().clone(), if is_start { start } else { "<rdv-captchetat></rdv-captchetat>" }.to_owned())
    });
    assert_eq!(asked, [Ask::Get(url("")), Ask::Get(url("cgu/"))]);
    let reading = reading.unwrap();
    assert_eq!(reading, Reading::wall());
    assert!(reading.is_recognised());
}

#[test]
fn every_way_to_hide_a_sign_takes_its_force() {
    let sign = "<h2>Aucun créneau disponible</h2><div>Aucun créneau disponible à partir de cette date.</div>
        <input type=radio name=trhId id=trhId_1><label for=trhId_1>09h30</label>";
    for (before, after) in [
        ("<div hidden>", "</div>"),
        ("<div style='display:none'>", "</div>"),
        ("<div class='row hidden'>", "</div>"),
        ("<div class=fr-hidden>", "</div>"),
        ("<div v-if='x'>", "</div>"),
        ("<div v-else>", "</div>"),
        ("<div v-else-if=x><section>", "</section></div>"),
        ("<div v-show=x>", "</div>"),
        ("<div v-for='x in y'>", "</div>"),
        ("<div v-text=x>", "</div>"),
        ("<q-dialog v-model=x><q-card>", "</q-card></q-dialog>"),
        ("<q-expansion-item>", "</q-expansion-item>"),
        ("<rdv-choix-tranche>", "</rdv-choix-tranche>"),
        ("<template>", "</template>"),
        ("<noscript>", "</noscript>"),
        ("<script type='text/x-template'>", "</script>"),
        ("<textarea>", "</textarea>"),
        ("<!--", "-->"),
        (
            "<div class=q-expansion-item><div hidden><div class=q-expansion-item__content>",
            "</div></div></div>",
        ),
        ("<div class=q-expansion-item><div class=q-expansion-item__content hidden>", "</div></div>"),
        ("<div class=q-expansion-item><div class='q-expansion-item__content hidden'>", "</div></div>"),
        (
            "<div class=q-expansion-item><div class=q-expansion-item__content style='display:none'><section hidden>",
            "</section></div></div>",
        ),
    ] {
        let body = format!("<body><div id=page><p>Rendez-vous</p>{before}{sign}{after}</div>");
        assert_eq!(outcome(&body), None, "{before}");
    }
    for before in ["<div>", "<div v-cloak>", "<div v-bind:class=x @click=y>", "<div class=hiddenless>"] {
        let body = format!("<body><div id=page>{before}{sign}</div></div>");
        assert!(matches!(outcome(&body), Some(Outcome::Open(_))), "{before}");
    }
}

#[test]
fn a_slot_is_a_radio_button_with_a_number_that_can_be_chosen() {
    for (input, open) in [
        ("<input type=radio id=trhId_12>", true),
        ("<input type=RADIO name=trhId id=trhId_12>", true),
        ("<input type=radio id=trhId_12 disabled>", false),
        ("<input type=radio id=trhId_>", false),
        ("<input type=radio id=\"trhId_' + t.trhId\">", false),
        ("<input type=radio name=trhId>", false),
        ("<input type=checkbox id=trhId_12>", false),
        ("<input type=hidden id=trhId_12>", false),
        ("<label for=trhId_12>09h30</label>", false),
        ("<div id=trhId_12>", false),
        ("<div class=radio-card></div>", false),
    ] {
        assert_eq!(outcome(input).is_some(), open, "{input}");
    }
}

#[test]
fn a_slot_overseas_is_told_in_the_time_of_its_site() {
    let mut target = target("rdv-prefecture", DEMARCHE);
    target.timezone = "Indian/Mayotte".parse().unwrap();
    let body = r#"<script>{"premierJour":"05/10/2026"}</script>
        <div class=blocCreneauSelection><h3 class=celulleHeader>mardi<br>06/10</h3>
        <input type=radio id=trhId_1><label for=trhId_1>09h30</label></div>
        <p>Prochaine mise en ligne de nouveaux rendez-vous : le 07/10/2026 à 12:00</p>"#;
    let trail = Trail { round: 0, asked: &[], noted: &[], listed: &[] };
    let page = Page { url: &url("creneau/"), status: 200, body };
    let Ok(Step::Read(reading)) = adapter().read(&target, &page, &trail, &mut Markers::default()) else {
        panic!("not read");
    };
    let earliest = reading.outcome.offer().unwrap().earliest.unwrap();
    assert_eq!(earliest.to_rfc3339(), "2026-10-06T06:30:00+00:00");
    assert_eq!(reading.next_publication.unwrap().at.to_rfc3339(), "2026-10-07T09:00:00+00:00");
}

#[test]
fn an_explanation_names_all_that_decided() {
    let explained = |page: &str| {
        let body = &PAGES[page];
        let target = target("rdv-prefecture", DEMARCHE);
        let trail = Trail { round: 0, asked: &[], noted: &[], listed: &[] };
        let mut markers = Markers::default();
        let page = Page { url: &url("creneau/"), status: 200, body };
        adapter().read(&target, &page, &trail, &mut markers).unwrap();
        let line = |it: &Marker| format!("{} {}", if it.found { "+" } else { "-" }, it.what);
        markers.all().iter().map(line).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(explained("creneau-none-this-week-but-later"), @r"
    + an address of this démarche
    - the CAPTCHA of the State (CaptchEtat)
    - a reCAPTCHA
    - an address that says that the session has ended
    - a first free day in the page's own state
    - slots to choose
    + the sentence that there is no slot this week
    + the button to the next free day
    - the sentence that there is no slot from this date on
    - the heading that there is no slot
    ");
    insta::assert_snapshot!(explained("creneau-none-last-publication-only"), @r"
    + an address of this démarche
    - the CAPTCHA of the State (CaptchEtat)
    - a reCAPTCHA
    - an address that says that the session has ended
    - a first free day in the page's own state
    - slots to choose
    - the sentence that there is no slot this week
    - the button to the next free day
    + the sentence that there is no slot from this date on
    - the heading that there is no slot
    ");
}

/// Bits of pages that hold no marker, though some come close.
fn soup() -> impl Strategy<Value = String> {
    let bits = prop_oneof![
        ".{0,12}",
        Just("<h2>Choisissez votre créneau</h2>".to_owned()),
        Just("<h2>Aucun créneau</h2>".to_owned()),
        Just("<div>Aucun créneau disponible</div>".to_owned()),
        Just("<div>Aucun créneau disponible sur cette semaine</div>".to_owned()),
        Just("Veuillez réessayer ultérieurement.".to_owned()),
        Just("<li class=radio-card><label class=fr-label for=trhId_1>09h30</label></li>".to_owned()),
        Just("<script>{\"critere\":{\"datePremiereDispo\":\"\"}}</script>".to_owned()),
        Just("<script>{\"premierJour\":\"05/10/2026\"}</script>".to_owned()),
        Just("<button>Voir plus de créneaux</button>".to_owned()),
        Just("<div class=blocCreneauSelection><h3 class=celulleHeader>lundi<br>05/10</h3>".to_owned()),
        Just("<div class=q-expansion-item><div class=q-expansion-item__content>".to_owned()),
        Just("<template>".to_owned()),
        Just("<script>".to_owned()),
        Just("</script>".to_owned()),
        Just("{\"".to_owned()),
        Just("\"'>".to_owned()),
        Just("<!--".to_owned()),
    ];
    prop::collection::vec(bits, 0..40).prop_map(|bits| bits.concat())
}

/// A page of the fixtures, cut, with a piece of another put in or a piece of rubbish.
fn spliced() -> impl Strategy<Value = String> {
    (page(), page(), any::<Index>(), any::<Index>(), "[<>/a-z\"' ]{0,20}").prop_map(
        |(page, other, from, to, rubbish)| {
            let from = page.floor_char_boundary(from.index(page.len() + 1));
            let to = other.floor_char_boundary(to.index(other.len() + 1));
            format!("{}{rubbish}{}", page.split_at(from).0, other.split_at(to).1)
        },
    )
}

/// Whether the platform's own marker for `outcome` stands anywhere in the page, seen or not.
fn holds_marker(outcome: &Outcome, body: &str) -> bool {
    let plain = body.to_lowercase();
    let markers: &[&str] = match outcome {
        Outcome::Open(_) => &["\"datepremieredispo\"", "trhid_", "prochaine disponibilité le "],
        Outcome::Full => &["à partir de cette date", "<h2>aucun créneau disponible"],
        Outcome::Shut => &[],
        Outcome::Unknown(Cause::Challenged) => {
            &["captchetat", "bdc_captcha", "captchausercode", "g-recaptcha"]
        }
        Outcome::Unknown(_) => return false,
    };
    markers.iter().any(|marker| plain.contains(marker))
}

/// Where a server may send whoever asks: what [`Platform::may_follow`] refuses never arrives.
fn address() -> impl Strategy<Value = Url> {
    prop::sample::select(vec![
        "",
        "cgu/",
        "cgu/?error=errorSessionInvalide",
        "creneau/",
        "creneau/?error=errorSessionInvalide",
        "formulaire/x",
        "/rdvpref/login/",
        "/maintenance.html",
    ])
    .prop_map(url)
}

proptest! {
    #[test]
    fn soup_is_never_read_as_anything(body in soup(), text in any::<String>()) {
        for body in [&body, &text] {
            prop_assert!(saved(body).is_err(), "{:?}", saved(body));
        }
    }

    #[test]
    fn a_spliced_page_is_read_only_as_what_it_has_a_marker_for(body in spliced()) {
        if let Ok(Step::Read(reading)) = saved(&body) {
            prop_assert!(holds_marker(&reading.outcome, &body), "{:?}", reading.outcome);
        }
    }

    #[test]
    fn a_page_kept_in_a_comment_or_a_template_changes_nothing(page in page(), kept in page()) {
        let kept = kept.replace("--", "").replace("</script", "").replace("<!", "");
        let alone = saved(page);
        for (before, after) in [("<!-- ", " -->"), ("<script type='text/x-template'>", "</script>")] {
            let both = page.replace("</main>", &format!("{before}{kept}{after}</main>"));
            prop_assert_eq!(&saved(&both), &alone, "{}", before);
        }
    }

    #[test]
    fn whatever_is_answered_only_two_pages_of_the_own_demarche_are_asked_and_no_slots_are_told(
        answers in prop::collection::vec((prop_oneof![spliced(), soup()], address()), 4),
    ) {
        let left = RefCell::new(answers.into_iter());
        let (asked, reading) = probe(&target("rdv-prefecture", DEMARCHE), 0, |_| {
            let (body, url) = left.borrow_mut().next().unwrap();
            (url, body)
        });
        for ask in asked {
            prop_assert!([Ask::Get(url("")), Ask::Get(url("cgu/"))].contains(&ask), "{ask:?}");
        }
        if let Ok(reading) = reading {
            prop_assert_eq!(reading, Reading::wall());
        }
    }

    #[test]
    fn a_page_with_the_states_captcha_is_never_taken_for_a_shields(text in "[a-zé ]{0,80}", status in 200..203_u16) {
        let captcha = "<rdv-captchetat></rdv-captchetat><img src='/simple-captcha-endpoint?get=image'>";
        let body = format!("<title>{text}</title><p>{text}</p>{captcha}<script src='/cdn-cgi/challenge-platform/x.js'></script>");
        let page = Page { url: &url("cgu/"), status, body: &body };
        let verdict = generic::verdict(&page, &mut Markers::default());
        prop_assert!(verdict.is_none_or(|verdict| verdict.service != Some(Service::Shield)), "{:?}", verdict);
    }
}

#[test]
fn two_mebibytes_of_hostile_markup_are_read_soon() {
    for unit in [
        "<div class=q-expansion-item>",
        "<div class=blocCreneauSelection><input type=radio id=trhId_x>",
        "<label for=trhId_1>09h30</label>",
        "<h2>Aucun",
        "<script>{\"datePremiereDispo\":\"</script>",
        "{\"datePremiereDispo\":\"\\",
        ",\"datePremiereDispo\" ",
        "<p>Prochaine disponibilité le </p>",
    ] {
        let body = unit.repeat(2 * 1024 * 1024 / unit.len());
        let started = Instant::now();
        assert!(saved(&body).is_err(), "{unit}");
        assert!(started.elapsed().as_secs() < 60, "{unit}: {:?}", started.elapsed());
    }
}

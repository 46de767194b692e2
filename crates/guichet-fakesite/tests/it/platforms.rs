//! Every platform in every state, and over time.

use chrono::Duration;
use guichet_fakesite::{BEHAVIOURS, DeskState, FakeSites, Script, SimulatedClock, State};
use guichet_model::ParamValue;
use serde_json::{Value, json};

use crate::browser::{Browser, Page, read_clock, serve, set_clock, utc};

pub(crate) const NOON: &str = "2026-03-05T12:00:00Z";
pub(crate) const CALL: &str = "/eAppointmentpref94/dwr/call/plaincall/AjaxMotive.motiveMultiSiteSubmit.dwr";
pub(crate) const SLOTS: &str = "/orion/api/1/rdv/bookings/availableSlotByDay";
/// What tells each platform's slots, or that there are none: nothing else may hold it.
const MARKERS: [&str; 8] = [
    "rdv-captchetat",
    "foundAvailabilities:true",
    "foundAvailabilities:false",
    "Prochaine disponibilité le",
    "Choisir le créneau de",
    "aucun créneau correspondant",
    "plage horaire",
    "\"daySlots\":[",
];

/// The body of the page's own call for motives.
pub(crate) fn call(sitekey: &str, motives: &[u32]) -> String {
    let keys: Vec<String> =
        motives.iter().zip(1..).map(|(id, n)| format!("{id}:reference:c0-e{n}")).collect();
    format!(
        "callCount=1\npage=/eAppointmentpref94/appointment.do?sitekey={sitekey}&mobile=\nhttpSessionId=\nscriptSessionId=\nc0-scriptName=AjaxMotive\nc0-methodName=motiveMultiSiteSubmit\nc0-id=0\nc0-param0=boolean:false\nc0-param1=Object_Object:{{{}}}\nbatchId=0\n",
        keys.join(", ")
    )
}

/// The JSON that asks for slots.
pub(crate) fn question(form: u32) -> Value {
    json!({
        "date": null, "maxElement": "100", "numberOfDay": 6, "accountId": "FAUX", "configId": format!("{form:024}"),
        "purposes": [], "duration": 20, "filterRequest": { "filterChannel": ["PHYSICAL"] },
        "indexPagination": 1, "slotsPerPage": 100
    })
}

/// What a form shows to someone who reads it as the platform's own pages do.
async fn read(sites: &FakeSites, script: &Script, host: &str, form: u32) -> Page {
    let entry = script.forms().into_iter().find(|f| f.host == host && f.form == form).unwrap();
    let mut browser = Browser::of(sites, host);
    let first = browser.get(&entry.path()).await;
    match (entry.platform, first.status) {
        ("rdv-prefecture", 200) if first.has("Étape 1 sur 6") => {
            browser.get(&format!("{}cgu/", entry.path())).await
        }
        ("eappointment", 200) if first.has("form2") => {
            let Some(ParamValue::List(motives)) = entry.params.get("motives") else { panic!("no motives") };
            let motives: Vec<u32> = motives.iter().map(|id| id.parse().unwrap()).collect();
            browser.send("POST", CALL, ("text/plain", &call(&format!("P{form}"), &motives))).await
        }
        ("orion", 200) if first.has("<app-root>") => {
            let body = question(form).to_string();
            browser.send("POST", SLOTS, ("application/json", &body)).await
        }
        _ => first,
    }
}

/// The last two digits of a form, its status and its marker.
type Expected = (u32, u16, &'static str);

#[tokio::test]
async fn every_platform_has_a_status_and_a_marker_for_every_state() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let script = Script::parse(BEHAVIOURS, "b.toml").unwrap();
    let everywhere = [
        (4, 200, "<h1>Service surchargé</h1>"),
        (5, 503, "<h1>503 Service Unavailable</h1>"),
        (6, 403, "Request forbidden by administrative rules."),
        (9, 403, "<title>Just a moment...</title>"),
        (11, 302, ""),
        (13, 404, "Page introuvable"),
        (16, 302, ""),
        (17, 200, "<h1>Annuaire</h1>"),
    ];
    let own: [(u32, &str, &[Expected]); 4] = [
        (
            600,
            "prefecture",
            &[
                (1, 200, "<rdv-captchetat endpoint-url="),
                (2, 200, "<rdv-captchetat endpoint-url="),
                (3, 200, "n'est pas proposée à la réservation"),
                (7, 429, "<h1>429 Too Many Requests</h1>"),
                (8, 429, "<h1>429 Too Many Requests</h1>"),
                (12, 200, "Espace usagers"),
                (14, 200, "n'est pas proposée à la réservation"),
                (15, 200, "<rdv-captchetat endpoint-url="),
                (18, 302, ""),
                (19, 307, ""),
                (20, 503, "<title>Site en maintenance</title>"),
                (21, 200, "Constituez votre dossier"),
            ],
        ),
        (
            700,
            "esii",
            &[
                (1, 200, "{foundAvailabilities:true,msg:null}"),
                (
                    2,
                    200,
                    r#"{foundAvailabilities:false,msg:"Aucun rendez-vous n\'est possible pour les motifs selectionnn\u00E9s ou le cr\u00E9neau horaire s\u00E9l\u00E9ctionn\u00E9."}"#,
                ),
                (3, 200, "<title>Page d'erreur</title>"),
                (7, 429, "<h1>429 Too Many Requests</h1>"),
                (8, 429, "<h1>429 Too Many Requests</h1>"),
                (12, 200, "Espace usagers"),
                (14, 200, "<title>Page d'erreur</title>"),
                (15, 200, "{foundAvailabilities:null,msg:null}"),
                (18, 302, ""),
                (19, 307, ""),
                (20, 503, "<title>Site en maintenance</title>"),
                (
                    22,
                    200,
                    r#"{foundAvailabilities:false,msg:"Il n\'y a pas de rendez-vous disponible pour ce service."}"#,
                ),
            ],
        ),
        (
            800,
            "service-public",
            &[
                (1, 200, "Prochaine disponibilité le<br><strong>lundi 23 mars 2026 à "),
                (
                    2,
                    200,
                    "Malheureusement, aucun créneau correspondant à votre recherche n'a été trouvé. Veuillez réessayer ultérieurement.",
                ),
                (3, 200, "La prise de rendez-vous n'est pas disponible pour ce département."),
                (7, 429, r#"{"errors":["Limite d'appels API atteinte. Merci de patienter."]}"#),
                (8, 429, "Limite d'appels API atteinte"),
                (12, 200, "Espace usagers"),
                (14, 200, "n'est plus disponible à la réservation à "),
                (15, 200, "aucun créneau correspondant"),
                (18, 302, ""),
                (19, 307, ""),
                (20, 503, "<title>Service Indisponible - RDV Service Public</title>"),
                (22, 200, "n'a été trouvé.</p>"),
            ],
        ),
        (
            900,
            "orion",
            &[
                (1, 200, r#"{"daySlots":[{"date":"2026-03-2"#),
                (2, 200, r#"{"daySlots":[]}"#),
                (3, 200, r#"{"daySlots":null}"#),
                (7, 429, "<h1>429 Too Many Requests</h1>"),
                (8, 429, "<h1>429 Too Many Requests</h1>"),
                (12, 200, "Espace usagers"),
                (14, 200, r#"{"daySlots":null}"#),
                (15, 200, r#"{"daySlots":null}"#),
                (18, 302, ""),
                (19, 307, ""),
                (20, 503, "<title>Site en maintenance</title>"),
            ],
        ),
    ];
    for (base, host, states) in own {
        for (n, status, marker) in everywhere.iter().chain(states) {
            let page = read(&sites, &script, host, base + n).await;
            assert_eq!(page.status, *status, "{host} {}", base + n);
            assert!(page.has(marker), "{host} {}: {}", base + n, page.text());
            let said: Vec<&str> = MARKERS.into_iter().filter(|other| page.has(other)).collect();
            let tells = MARKERS.iter().any(|other| marker.contains(other));
            assert_eq!(said.is_empty(), !tells && *marker != "n'a été trouvé.</p>", "{host} {n}: {said:?}");
        }
    }
    assert_eq!(sites.violations().len(), 0, "reading is allowed");
    sites.stop().await;
}

#[tokio::test]
async fn slow_pages_come_whole_on_every_platform() {
    let script = Script::parse(BEHAVIOURS, "b.toml").unwrap();
    set_clock(utc(NOON));
    let clock = SimulatedClock::new(utc(NOON), utc(NOON), 1000.0, read_clock);
    let sites = FakeSites::start(script.clone(), clock, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    for (host, form, marker) in [
        ("prefecture", 610, "<rdv-captchetat endpoint-url="),
        ("esii", 710, "{foundAvailabilities:false,"),
        ("service-public", 810, "aucun créneau correspondant"),
        ("orion", 910, "{\"daySlots\":[]}"),
    ] {
        let page = read(&sites, &script, host, form).await;
        assert!(page.status == 200 && page.has(marker), "{host}: {}", page.text());
        assert_eq!(page.header("content-length"), None, "{host}: it drips");
    }
    sites.stop().await;
}

#[tokio::test]
async fn redirects_lead_further_than_a_reader_goes_and_waits_are_told() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let script = Script::parse(BEHAVIOURS, "b.toml").unwrap();
    for (host, base, slot, again) in [
        (
            "prefecture",
            600,
            "/rdvpref/reservation/demarche/618/formulaire/",
            "/rdvpref/reservation/demarche/619/_validerCaptcha",
        ),
        ("esii", 700, "/eAppointmentpref94/saveRdv.do", "/eAppointmentpref94/saveRdv.do"),
        ("service-public", 800, "/users/rdv_wizard_step/new", "/users/rdv_wizard_step/new"),
        ("orion", 900, "/orion/api/1/rdv/bookings", "/orion/api/1/rdv/bookings"),
    ] {
        let looping = read(&sites, &script, host, base + 11).await;
        assert_eq!(looping.header("location"), Some(looping.path.as_str()), "{host}: with its query");
        let away = read(&sites, &script, host, base + 16).await;
        assert_eq!(away.header("location"), Some(sites.host_url("ailleurs").as_str()), "{host}");
        assert_eq!(read(&sites, &script, host, base + 18).await.header("location"), Some(slot), "{host}");
        assert_eq!(read(&sites, &script, host, base + 19).await.header("location"), Some(again), "{host}");
        let told = async |n| {
            let page = read(&sites, &script, host, base + n).await;
            page.header("retry-after").map(ToOwned::to_owned)
        };
        assert_eq!(told(5).await.as_deref(), Some("600"), "{host}");
        assert_eq!(told(6).await, None, "{host}");
        assert_eq!(told(7).await.as_deref(), Some("120"), "{host}");
        assert_eq!(told(8).await.as_deref(), Some("Thu, 05 Mar 2026 12:30:00 GMT"), "{host}");
        let before = sites.violations().len();
        Browser::of(&sites, host).get(slot).await;
        Browser::of(&sites, host).get(again).await;
        assert_eq!(sites.violations().len(), before + 2, "{host}: whoever follows goes too far");
    }
    assert_eq!(sites.violations().len(), 8, "and nobody else did");
    sites.stop().await;
}

/// What changes with time, on the platforms that tell.
const CHANGING: &str = r#"
    [[host]]
    name = "changeante"
    timezone = "Indian/Reunion"
    [[host.form]]
    id = 701
    platform = "eappointment"
    title = "Motif"
    sitekey = "P701"
    random = { seed = 1, opening_per_week = 40, mean_open_minutes = 90, outage_per_week = 10, mean_outage_minutes = 90, outage_state = "maintenance" }
    [[host.form]]
    id = 801
    platform = "rdv-service-public"
    title = "Lieu"
    motif = "lieu"
    random = { seed = 2, opening_per_week = 40, mean_open_minutes = 90, outage_per_week = 10, mean_outage_minutes = 90, outage_state = "shut" }
    [[host.form]]
    id = 901
    platform = "orion"
    title = "Orion"
    account = "FAUX"
    config = "ETAT901"
    random = { seed = 3, opening_per_week = 40, mean_open_minutes = 90, outage_per_week = 10, mean_outage_minutes = 90 }
    [[host.form]]
    id = 601
    platform = "rdv-prefecture"
    title = "Mur"
    random = { seed = 4, opening_per_week = 40, mean_open_minutes = 90, outage_per_week = 10, mean_outage_minutes = 90 }
"#;

fn shown(page: &Page) -> State {
    let states = [
        ("foundAvailabilities:true", State::Open),
        ("foundAvailabilities:false", State::Full),
        ("Prochaine disponibilité le", State::Open),
        ("aucun créneau correspondant", State::Full),
        ("pour ce département", State::Shut),
        ("{\"daySlots\":[]}", State::Full),
        ("\"slots\":[{", State::Open),
        ("Site en maintenance", State::Maintenance),
        ("rdv-captchetat", State::Wall),
        ("503 Service Unavailable", State::Overloaded503),
    ];
    states.into_iter().find(|(marker, _)| page.has(marker)).unwrap_or_else(|| panic!("{}", page.text())).1
}

#[tokio::test]
async fn at_any_instant_every_platform_shows_what_the_truth_says() {
    let start = utc("2026-03-02T00:00:00Z");
    let sites = serve(CHANGING, "2026-03-02T00:00:00Z").await;
    let script = Script::parse(CHANGING, "c.toml").unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for hours in 0..120 {
        let at = start + Duration::minutes(hours * 97);
        set_clock(at);
        for form in [601, 701, 801, 901] {
            let page = read(&sites, &script, "changeante", form).await;
            let DeskState { state, .. } = script.desk_at("changeante", form, form, at).unwrap();
            assert_eq!(shown(&page), state, "{form} at {at}");
            seen.insert((form, state));
        }
    }
    assert_eq!(seen.len(), 2 + 3 * 3, "each was seen in each of its states: {seen:?}");

    let truth = sites.truth_between(start, start + Duration::weeks(1));
    let wall = truth.forms.iter().find(|form| form.form == 601).unwrap();
    assert!(
        wall.shares.open > 0.1 && wall.shares.seen_open == 0.0 && wall.shares.told == 0.0,
        "{:?}",
        wall.shares
    );
    let told = truth.forms.iter().find(|form| form.form == 701).unwrap().shares;
    assert!(told.told > 0.5 && told.seen_open < told.open, "{told:?}");
    sites.stop().await;
}

#[test]
fn a_catalogue_can_be_made_of_every_platform() {
    let forms = Script::parse(BEHAVIOURS, "b.toml").unwrap().forms();
    let lines: Vec<String> = [101, 601, 731, 831, 901, 922]
        .into_iter()
        .map(|id| forms.iter().find(|form| form.form == id).unwrap())
        .map(|form| format!("{} {} {:?}", form.platform, form.path(), form.params))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ez-booking /booking/create/101 {}
    rdv-prefecture /rdvpref/reservation/demarche/601/ {}
    eappointment /eAppointmentpref94/appointment.do?sitekey=P731&mobile= {"motives": List(["20", "70", "120"])}
    rdv-service-public /prendre_rdv?departement=&motif_name_with_location_type=recepisses-public_office&public_link_organisation_id=831 {}
    orion /orion-reservation/slots?account=FAUX&config=ETAT901&usemode=app {"business_id": Text("MOTIF"), "config_id": Text("000000000000000000000901"), "internal_endpoint": Text("agreed"), "minutes": Text("20"), "places": List(["LIEU"]), "purpose_id": Text("000000000000000000000901"), "purpose_name": Text("Un motif")}
    orion /orion-reservation/slots?account=FAUX&config=SEJOUR&usemode=app&code=LIEU1 {"business_id": Text("SEJ04"), "config_id": Text("000000000000000000000922"), "internal_endpoint": Text("agreed"), "minutes": Text("20"), "places": List(["LIEU1"]), "purpose_id": Text("000000000000000000000922"), "purpose_name": Text("Un motif")}
    "#);
}

//! The pages of each platform one after the other, as its visitors meet them.

use guichet_fakesite::{BEHAVIOURS, FormEntry, Script};
use serde_json::{Value, json};

use crate::{
    browser::{Browser, serve},
    platforms::{CALL, NOON, SLOTS, call, question},
};

#[tokio::test]
async fn behind_the_captcha_nobody_comes() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "prefecture");
    let base = "/rdvpref/reservation/demarche/601/";
    let back = format!("{base}cgu/");
    let slots = browser.get(&format!("{base}creneau/")).await;
    assert_eq!((slots.status, slots.header("location")), (302, Some(back.as_str())), "without a session");

    let landing = browser.get(base).await;
    let cookie = landing.header("set-cookie").unwrap();
    assert!(cookie.starts_with("JSESSIONID=") && cookie.contains("; Path=/rdvpref"), "{cookie}");
    assert!(landing.has("<a class=\"q-btn bg-primary\" href=\"/rdvpref/reservation/demarche/601/cgu/\">Prendre un rendez-vous</a>"));
    assert!(
        landing.has("Gérer mes rendez-vous")
            && landing.has("<script id=\"vui-init-data\" type=\"application/json\">")
    );
    let state = landing.text();
    let (_, state) = state.split_once("application/json\">").unwrap();
    let state: Value = serde_json::from_str(state.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(state["vueData"]["demarche"]["demId"], 601);

    let wall = browser.get(&back).await;
    assert!(wall.has("<title>Constituez votre dossier") && wall.header("set-cookie").is_none());
    assert!(wall.has("formaction=\"/rdvpref/reservation/demarche/601/_validerCaptcha\">Suivant</button>"));
    let slots = browser.get(&format!("{base}creneau/")).await;
    assert_eq!((slots.status, slots.header("location")), (302, Some(back.as_str())), "with a session");
    assert_eq!(sites.violations().len(), 0);

    let fields = [("captchaId", "x"), ("captchaUsercode", "x")];
    let answered = browser.post(&format!("{base}_validerCaptcha"), &fields).await;
    let refused = format!("{base}cgu/?error=invalidCaptcha");
    assert_eq!((answered.status, answered.header("location")), (302, Some(refused.as_str())));
    assert!(browser.get(&refused).await.has("rdv-captchetat"));
    let none = browser.get("/rdvpref/reservation/demarche/621/cgu/").await;
    assert!(none.has("_validerCaptcha") && !none.has("captchetat"));
    let closed = browser.get("/rdvpref/reservation/demarche/603/cgu/").await;
    assert_eq!(closed.header("location"), Some("/rdvpref/reservation/demarche/603/"));
    assert!(!browser.get("/rdvpref/reservation/demarche/603/").await.has("Prendre un rendez-vous"));
    sites.stop().await;
}

#[tokio::test]
async fn a_call_for_motives_is_about_those_it_names() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "esii");
    let start = browser.get("/eAppointmentpref94/element/jsp/specific/pref94.jsp").await;
    assert!(start.has("placeholder=\"Code Postal\"") && start.has("\"P701\", \"P702\""));
    let early = browser.send("POST", CALL, ("text/plain", &call("P731", &[70]))).await;
    assert!(early.has("<title>Page d'erreur</title>"), "a call needs a session: {}", early.text());
    assert!(browser.get("/eAppointmentpref94/appointment.do?sitekey=P000").await.has("<title>Page d'erreur"));

    browser.get("/eAppointmentpref94/appointment.do?sitekey=P702&mobile=").await;
    let page = browser.get("/eAppointmentpref94/appointment.do?sitekey=P731&mobile=").await;
    assert_eq!(page.text().matches("type=\"checkbox\" name=\"selectedMotiveKeyList\"").count(), 3);
    let days = "/eAppointmentpref94/step1ScenarioTwo.do";
    assert!(browser.get(days).await.has("<title>Page d'erreur"), "nothing was found yet");
    for (motives, found) in [
        (vec![20], "foundAvailabilities:false"),
        (vec![20, 70], "foundAvailabilities:false"),
        (vec![120, 70], "foundAvailabilities:null"),
        (vec![999], "<title>Page d'erreur"),
        (vec![70], "foundAvailabilities:true"),
    ] {
        let answer = browser.send("POST", CALL, ("text/plain", &call("P731", &motives))).await;
        assert!(answer.status == 200 && answer.has(found), "{motives:?}: {}", answer.text());
        if found.starts_with("found") {
            assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
        }
    }
    let other = browser.send("POST", CALL, ("text/plain", &call("P702", &[20]))).await;
    assert!(other.has("foundAvailabilities:false"), "the page it names, not the last");
    let days = browser.get(days).await;
    assert!(
        days.has("ui-datepicker-group")
            && days.has("lundi 23 mars 2026 à ")
            && days.has("<td><a class=\"ui-state-default\"")
    );
    assert_eq!(sites.violations().len(), 0);
    let asked = sites.requests();
    assert!(
        asked
            .iter()
            .any(|asked| asked.text.as_deref() == Some(&call("P731", &[70])) && asked.form.is_empty())
    );
    sites.stop().await;
}

#[tokio::test]
async fn a_place_is_listed_while_it_is_open_and_shows_a_week_of_times() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "service-public");
    let moved = browser.get("/org/831/recepisses").await;
    let search = "/prendre_rdv?departement=&motif_name_with_location_type=recepisses-public_office&public_link_organisation_id=831";
    assert_eq!((moved.status, moved.header("location")), (302, Some(search)));
    let short = browser.get(&search.replace("prendre_rdv", "prdv")).await;
    assert_eq!(short.header("location"), Some(search));

    let list = browser.get(search).await;
    assert!(list.has("<h3>Sélectionnez un lieu de RDV :</h3>"));
    assert_eq!(list.text().matches("card-title").count(), 1, "{}", list.text());
    assert!(list.has("Sous-préfecture &lt;est&gt;") && list.has("&amp;lieu_id=62&amp;date=2026-03-23"));

    let this_week = browser.get(&format!("{search}&lieu_id=62")).await;
    assert!(
        this_week.has("<h3>Sélectionnez un créneau :</h3>") && this_week.has("<div id=\"creneaux-lieu-62\">")
    );
    assert!(this_week.has("Prochaine disponibilité le<br><strong>lundi 23 mars 2026 à "));
    assert!(!this_week.has("Choisir le créneau de"));
    let later = browser.get(&format!("{search}&lieu_id=62&date=2026-03-23")).await;
    assert_eq!(later.text().matches("aria-label=\"Choisir le créneau de").count(), 5);
    assert!(!later.has("Prochaine disponibilité") && !later.has("Date fermée"));
    let edge = browser.get(&format!("{search}&lieu_id=62&date=2026-03-25")).await;
    assert_eq!(edge.text().matches("<p>Date fermée à la reservation</p>").count(), 1, "{}", edge.text());
    assert!(edge.has("Choisir le créneau de"));
    for (more, marker) in [
        ("&lieu_id=61", "aucun créneau correspondant"),
        ("&lieu_id=62&date=2026-05-04", "aucun créneau correspondant"),
        ("&lieu_id=63", "n'est pas disponible pour ce département"),
        ("&lieu_id=999", "aucun créneau correspondant"),
    ] {
        let page = browser.get(&format!("{search}{more}")).await;
        assert!(page.has(marker), "{more}: {}", page.text());
    }
    let full = browser.get(&search.replace("831", "832")).await;
    assert!(full.has("aucun créneau correspondant"), "no place is open");
    assert_eq!(browser.get("/prendre_rdv?public_link_organisation_id=999").await.status, 404);
    assert!(browser.get("/robots.txt").await.has("Disallow: /prendre_rdv_prescripteur/\n"));
    assert_eq!(sites.violations().len(), 0);
    sites.stop().await;
}

#[tokio::test]
async fn an_organisation_with_several_motifs_asks_which() {
    let script = r#"
        [[host]]
        name = "service-public"
        [[host.form]]
        id = 1
        platform = "rdv-service-public"
        title = "Renouvellement"
        motif = "renouvellement"
        organisation = 2000
        [[host.form]]
        id = 2
        platform = "rdv-service-public"
        title = "Remise"
        motif = "remise"
        organisation = 2000
        timeline = [{ state = "open" }]
    "#;
    let sites = serve(script, NOON).await;
    let mut browser = Browser::of(&sites, "service-public");
    let moved = browser.get("/org/2000").await;
    let page = browser.follow(moved).await;
    assert_eq!(page.text().matches("card-title").count(), 2, "{}", page.text());
    assert!(
        !page.has("Prochaine disponibilité")
            && page.has("motif_name_with_location_type=remise-public_office&amp;public")
    );
    let paths: Vec<String> =
        Script::parse(script, "s.toml").unwrap().forms().iter().map(FormEntry::path).collect();
    assert!(browser.get(&paths[0]).await.has("aucun créneau correspondant"));
    assert!(browser.get(&paths[1]).await.has("Sélectionnez un lieu"));
    sites.stop().await;
}

#[tokio::test]
async fn a_question_for_slots_is_about_its_account_config_place_and_purpose() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "orion");
    let shell =
        browser.get("/orion-reservation/slots?account=FAUX&config=SEJOUR&usemode=app&code=LIEU1").await;
    assert!(shell.status == 200 && shell.has("<app-root></app-root>"));
    assert_eq!(browser.get("/orion-reservation/slots?account=FAUX&config=ETAT999").await.status, 404);
    let mut ask = async |change: fn(&mut Value)| {
        let mut body = question(922);
        change(&mut body);
        browser.send("POST", SLOTS, ("application/json", &body.to_string())).await
    };
    let named: [fn(&mut Value); 3] = [
        |_| {},
        |body| body["filterRequest"]["filterPlaceCode"] = json!(["LIEU1"]),
        |body| body["purposes"] = json!([{ "businessId": "SEJ04", "name": "x" }]),
    ];
    for change in named {
        let page = ask(change).await;
        let body: Value = serde_json::from_str(&page.text()).unwrap();
        let slots = |day: &Value| day["slots"].as_array().unwrap().len();
        assert_eq!(body["daySlots"].as_array().unwrap().iter().map(slots).sum::<usize>(), 4);
    }
    let others: [fn(&mut Value); 3] = [
        |body| body["filterRequest"]["filterPlaceCode"] = json!(["LIEU2"]),
        |body| body["purposes"] = json!([{ "businessId": "SEJ05" }]),
        |body| body["accountId"] = json!("AUTRE"),
    ];
    for change in others {
        assert_eq!(ask(change).await.status, 400);
    }
    let changed = browser.send("POST", SLOTS, ("application/json", &question(912).to_string())).await;
    assert!(changed.status == 200 && !changed.has("daySlots"));
    assert_eq!(sites.violations().len(), 0);
    sites.stop().await;
}

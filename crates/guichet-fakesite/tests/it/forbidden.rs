//! What nobody who only reads may ask of each platform.

use guichet_fakesite::BEHAVIOURS;
use serde_json::json;

use crate::{
    browser::{Browser, serve},
    platforms::{CALL, NOON, SLOTS, call, question},
};

/// Host, method, path, content type and body, and what is told of it. A path after `*` is the whole path; others of
/// RDV-Préfecture are below one demarche.
type Asked<'a> = (&'a str, &'a str, &'a str, Option<(&'a str, &'a str)>, &'a str);

#[tokio::test]
async fn whoever_does_more_than_read_is_reported_on_every_platform() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let demarche = "/rdvpref/reservation/demarche/601";
    let search = "/prendre_rdv?public_link_organisation_id=801";
    let behind = "asked for a page behind the choice of a slot";
    let posted = "posted where only reading is allowed";
    let users = "asked for a page behind the choice of a slot, or for a login";
    let other_call = "made another internal call than for the motives";
    let other_slots = "made another internal call than for slots";
    let save = call("P701", &[20]).replace("motiveMultiSiteSubmit", "saveRdv");
    let mut named = question(901);
    named["lastName"] = json!("x");
    let named = named.to_string();
    let form = "application/x-www-form-urlencoded";
    let table: [Asked<'_>; 28] = [
        (
            "etats",
            "POST",
            "/booking/create/101/0",
            Some(("text/plain", "condition=on")),
            "sent what is not a form",
        ),
        ("prefecture", "POST", "/cgu/", Some((form, "")), posted),
        ("prefecture", "POST", "/_validerCaptcha", Some((form, "captchaUsercode=x")), "answered the CAPTCHA"),
        ("prefecture", "GET", "/formulaire/", None, behind),
        ("prefecture", "GET", "/formulaire/etape/2", None, behind),
        ("prefecture", "GET", "*/rdvpref/gestion/login/", None, "asked for a page that manages bookings"),
        ("prefecture", "GET", "*/rdvpref/captcha?get=image", None, "asked for the CAPTCHA's image or sound"),
        ("prefecture", "DELETE", "/", None, "used the method DELETE"),
        ("esii", "GET", "*/eAppointmentpref94/captcha?x", None, "asked for the CAPTCHA's image"),
        ("esii", "GET", "*/eAppointmentpref94/saveRdv.do", None, behind),
        ("esii", "POST", "*/eAppointmentpref94/saveRdv.do", Some((form, "imgc=x")), behind),
        ("esii", "POST", "*/eAppointmentpref94/step1ScenarioTwo.do", Some((form, "")), posted),
        ("esii", "POST", "*/eAppointmentpref94/appointment.do?sitekey=P701", Some((form, "")), posted),
        (
            "esii",
            "POST",
            "*/eAppointmentpref94/dwr/call/plaincall/AjaxBook.save.dwr",
            Some(("text/plain", "")),
            other_call,
        ),
        ("esii", "POST", CALL, Some(("text/plain", &save)), other_call),
        ("esii", "POST", CALL, Some((form, "callCount=1")), "sent the field `callCount`"),
        ("service-public", "GET", "*/users/rdv_wizard_step/new?lieu_id=51", None, users),
        ("service-public", "GET", "*/users/sign_in", None, users),
        ("service-public", "POST", "*/users/rdvs", Some((form, "")), users),
        (
            "service-public",
            "GET",
            "*/prendre_rdv_prescripteur/x",
            None,
            "asked for a page that robots.txt disallows",
        ),
        ("service-public", "POST", search, Some((form, "")), posted),
        (
            "service-public",
            "GET",
            "*/prendre_rdv?public_link_organisation_id=801&address=x",
            None,
            "sent the field `address`",
        ),
        ("orion", "POST", "*/orion/api/1/rdv/bookings", Some(("application/json", "{}")), other_slots),
        ("orion", "GET", "*/orion/api/1/accounts", None, other_slots),
        (
            "orion",
            "GET",
            "*/orion-reservation/identification",
            None,
            "asked for a page beside the one with slots",
        ),
        ("orion", "POST", "*/orion-reservation/slots", Some(("application/json", "{}")), posted),
        ("orion", "POST", SLOTS, Some(("application/json", &named)), "sent the field `lastName`"),
        ("orion", "POST", SLOTS, Some((form, "date=x")), "sent the field `date`"),
    ];
    for (n, (host, method, path, body, told)) in table.into_iter().enumerate() {
        let path = match path.strip_prefix('*') {
            Some(path) => path.to_owned(),
            None if host == "prefecture" => format!("{demarche}{path}"),
            None => path.to_owned(),
        };
        let mut browser = Browser::of(&sites, host);
        browser.send(method, &path, body.unwrap_or((form, ""))).await;
        let last = sites.violations().last().cloned().unwrap();
        assert_eq!(
            (last.path.as_str(), last.violation.as_deref()),
            (path.split('?').next().unwrap(), Some(told))
        );
        assert_eq!(sites.violations().len(), n + 1);
    }
    sites.stop().await;
}

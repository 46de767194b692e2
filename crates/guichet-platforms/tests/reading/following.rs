//! Which redirects may be followed.

use guichet_model::Target;
use guichet_platforms::{Ask, platform};
use url::Url;

use crate::sample::target;

fn follows(target: &Target, to: &str) -> bool {
    let to: Url = format!("https://www.exemple.gouv.fr{to}").parse().unwrap();
    platform(&target.platform).unwrap().may_follow(target, &to)
}

#[test]
fn of_the_booking_module_only_the_first_steps_of_the_own_form_are_followed() {
    let form = target("ez-booking", "https://www.exemple.gouv.fr/booking/create/1");
    for (to, may) in [
        ("/booking/create/1", true),
        ("/booking/create/1/0", true),
        ("/booking/create/1/3", true),
        ("/booking/create/1/4", true),
        ("/booking/create/1/4/", true),
        ("/index.php/booking/create/1/4", true),
        ("/", true),
        ("/maintenance.html", true),
        ("/Actualit%C3%A9s/Maintenance", true),
        ("/100%25", true),
        ("/Demarches/rebooking/5", true),
        ("/?retour=/booking/create/1/5/1", true),
        ("/booking/create/1/5", false),
        ("/booking/create/1/5/1795420800", false),
        ("/booking/create/1/6", false),
        ("/booking/create/1/10", false),
        ("/booking/create/1/x", false),
        ("/booking/create/2/0", false),
        ("/booking/create/2/5/1", false),
        ("/booking/create", false),
        ("/booking/", false),
        ("/booking/confirm/abc", false),
        ("/booking/cancel/1", false),
        ("/Booking/Create/1/5/1", false),
        ("/index.php/booking/create/1/5/1", false),
        ("/fre//booking//create/1/5/1", false),
        ("/booking%2Fcreate/1/5/1", false),
        ("/booking%2fcreate%2f1%2f4", false),
        ("/%62ooking/create/1/5/1", false),
        ("/%2562ooking/create/1/5/1", false),
        ("/booking%252Fcreate/1/5/1", false),
        ("/booking%5Ccreate/1/5/1", false),
        ("/booking;a=b/create/1/5/1", false),
        ("/booking/create/1/4%2F..%2F5%2F1", false),
        ("/booking/create/1/4/..%2F5%2F1795420800", false),
        ("/booking/create/1/4/x/booking/create/1/5/1", false),
        ("/booking/create/1/4/Booking/create/1/5/1", false),
        ("/booking/create/1/1/%62ooking/confirm/abc", false),
    ] {
        assert_eq!(follows(&form, to), may, "{to}");
    }
    let elsewhere: Url = "https://exemple.gouv.fr/booking/create/1/4".parse().unwrap();
    assert!(!platform("ez-booking").unwrap().may_follow(&form, &elsewhere));
}

#[test]
fn a_target_that_is_no_booking_form_is_followed_to_none() {
    let form = target("ez-booking", "https://www.exemple.gouv.fr/rendez-vous");
    assert!(!follows(&form, "/booking/create/1/4"));
    assert!(follows(&form, "/"));
}

#[test]
fn a_page_with_rules_of_its_own_is_never_followed_into_another_platform() {
    let site = target("html-rules", "https://www.exemple.gouv.fr/rendez-vous");
    for to in
        ["/", "/rendez-vous/suite?etape=2", "/Actualit%C3%A9s/Maintenance", "/rebooking", "/?vers=/booking/"]
    {
        assert!(follows(&site, to), "{to}");
    }
    for to in [
        "/booking/create/1/5/1",
        "/booking/create/1/0",
        "/%62ooking/create/1",
        "/booking%252Fcreate/1",
        "/rdvpref/reservation/demarche/1/",
        "/RDVPREF;a=b/login",
        "/eAppointmentpref94/appointment.do",
        "/x/eappointment/element/jsp/appointment.jsp",
        "/orion-reservation/slots?account=a",
        "/orion/api/1/rdv/bookings/availableSlotByDay",
        "/prendre_rdv?motif_name_with_location_type=a",
        "/prendre_rdv_prescripteur/a",
        "/users/sign_in",
    ] {
        assert!(!follows(&site, to), "{to}");
        let wrong = target("html-rules", &format!("https://www.exemple.gouv.fr{to}"));
        let ask = platform("html-rules").unwrap().begin(&wrong);
        assert_eq!(ask, Ask::Get("https://www.exemple.gouv.fr/".parse().unwrap()), "{to}");
    }
}

#[test]
fn of_the_shared_service_only_the_pages_that_show_slots_are_followed() {
    let link = target("rdv-service-public", "https://www.exemple.gouv.fr/org/12");
    for (to, may) in [
        ("/prendre_rdv?departement=01&public_link_organisation_id=12", true),
        ("/prendre_rdv?lieu_id=3&date=2026-05-04&autofocus=first", true),
        ("/prdv?public_link_organisation_id=12", true),
        ("/org/12/prefecture", true),
        ("/org/ext/01/prefecture-1", true),
        ("/motif/Ab12/renouvellement", true),
        ("/", true),
        ("/users/sign_in", false),
        ("/users/rdv_wizard_step/new?motif_id=3&starts_at=2026-05-05", false),
        ("/users/rdvs/3/creneaux", false),
        ("/agents/sign_in", false),
        ("/prendre_rdv_prescripteur/3", false),
        ("/prescripteur/3", false),
        ("/r/3", false),
        ("/api/v1/public_links", false),
        ("/org", false),
        ("/org/ext/01", false),
        ("/motif", false),
        ("/prendre_rdv/3", false),
        ("/prendre_rdv;a=b", false),
        ("/prendre%5Frdv", false),
        ("//prendre_rdv", false),
        ("/prendre_rdv?starts_at=2026-05-05", false),
        ("/prendre_rdv?address=1+rue&latitude=48&longitude=2", false),
        ("/prendre_rdv?Invitation_Token=abc", false),
        ("/prendre_rdv?tkn=abc", false),
        ("/?invitation_token=abc", false),
    ] {
        assert_eq!(follows(&link, to), may, "{to}");
    }
    let elsewhere: Url = "https://exemple.gouv.fr/prendre_rdv".parse().unwrap();
    assert!(!platform("rdv-service-public").unwrap().may_follow(&link, &elsewhere));
}

//! Every state and every way of writing pages.

use std::time::{Duration, Instant};

use guichet_fakesite::BEHAVIOURS;

use crate::browser::{Browser, serve, set_clock, utc};

const NOON: &str = "2026-03-05T12:00:00Z";

#[tokio::test]
async fn every_state_has_its_status_and_its_marker() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "etats");
    for (form, status, marker) in [
        (
            103,
            200,
            "Attention : Cette page n'est pas disponible pour le moment ! Elle sera très prochainement remise en ligne.",
        ),
        (104, 200, "<h1>Service surchargé</h1>"),
        (105, 503, "<h1>503 Service Unavailable</h1>"),
        (106, 403, "Request forbidden by administrative rules."),
        (107, 429, "<h1>429 Too Many Requests</h1>"),
        (109, 403, "<title>Just a moment...</title>"),
        (112, 200, "Espace usagers"),
        (113, 404, "Page introuvable"),
        (114, 200, "Ce lien a été désactivé définitivement"),
        (115, 200, "<li>Il n'y a pas calendrier disponible pour effectuer une demande de rendez-vous</li>"),
        (120, 503, "<title>Site en maintenance</title>"),
        (999, 404, "Page introuvable"),
    ] {
        let page = browser.probe(form, None).await;
        assert_eq!(page.status, status, "form {form}");
        assert!(page.has(marker), "form {form}: {}", page.text());
    }
    for form in [103, 104, 105, 106, 107, 109, 112, 113, 114] {
        let page = browser.get(&format!("/booking/create/{form}")).await;
        for other in ["plage horaire", "FormBookingCreate", "Vérification de disponibilité", "libre pour"] {
            assert!(!page.has(other), "form {form} has {other}");
        }
    }
    assert_eq!(browser.get("/booking/create/109").await.header("cf-mitigated"), Some("challenge"));
    sites.stop().await;
}

#[tokio::test]
async fn retry_after_is_told_in_seconds_or_as_a_date() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "etats");
    let mut retry = async |form: u32| {
        let page = browser.get(&format!("/booking/create/{form}")).await;
        page.header("retry-after").map(ToOwned::to_owned)
    };
    assert_eq!(retry(105).await.as_deref(), Some("600"));
    assert_eq!(retry(106).await, None);
    assert_eq!(retry(107).await.as_deref(), Some("120"));
    assert_eq!(retry(108).await.as_deref(), Some("Thu, 05 Mar 2026 12:30:00 GMT"));
    let page = browser.get("/booking/create/108").await;
    assert_eq!(
        page.header("date"),
        Some("Thu, 05 Mar 2026 12:00:00 GMT"),
        "simulated, as the date to wait for"
    );
    sites.stop().await;
}

#[tokio::test]
async fn redirects_lead_to_themselves_or_away() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "etats");
    let first = browser.get("/booking/create/111/0").await;
    assert_eq!((first.status, first.header("location")), (302, Some("/booking/create/111/0")));
    let last = browser.follow(first).await;
    assert_eq!(last.status, 302, "after five more");
    let away = browser.get("/booking/create/116").await;
    assert_eq!(away.header("location"), Some(sites.host_url("ailleurs").as_str()));
    sites.stop().await;
}

#[tokio::test]
async fn accepted_conditions_may_be_answered_with_a_redirect_too_far() {
    let several_desks = r#"
        [[host]]
        name = "etats"
        [[host.form]]
        id = 118
        title = "Over the form"
        timeline = [{ state = "redirect_to_slot" }]
        desk = [{ id = 1 }, { id = 2 }]
        [[host.form]]
        id = 119
        title = "Over the form"
        timeline = [{ state = "repost" }]
        desk = [{ id = 1 }, { id = 2 }]
    "#;
    let conditions = [("condition", "on"), ("nextButton", "x")];
    for script in [BEHAVIOURS, several_desks] {
        let sites = serve(script, NOON).await;
        let mut browser = Browser::of(&sites, "etats");
        for (form, status, to) in
            [(118, 302, "/booking/create/118/5/1773921600"), (119, 307, "/booking/create/119/3")]
        {
            let create = format!("/booking/create/{form}");
            let start = browser.get(&create).await;
            assert!(start.status == 200 && start.has("name=\"condition\""), "{}", start.text());
            let posted = browser.post(&format!("{create}/0"), &conditions).await;
            assert_eq!((posted.status, posted.header("location")), (status, Some(to)));
            let looked = browser.get(&format!("{create}/3")).await;
            let back = format!("{create}/0");
            assert_eq!(looked.header("location"), Some(back.as_str()), "nothing is shown behind it");
        }
        assert_eq!(sites.violations().len(), 0, "up to here nobody went too far");
        assert_eq!(browser.get("/booking/create/118/5/1773921600").await.status, 200);
        assert_eq!(browser.post("/booking/create/119/3", &conditions).await.status, 200);
        let told: Vec<String> = sites.violations().into_iter().filter_map(|asked| asked.violation).collect();
        assert_eq!(told, ["asked for step 5, behind the choice of a slot", "posted to step 3"]);
        sites.stop().await;
    }
}

#[tokio::test]
async fn a_desk_chosen_may_be_answered_with_a_redirect_too_far() {
    let script = r#"
        [[host]]
        name = "guichets"
        [[host.form]]
        id = 7
        title = "Over one desk"
        [[host.form.desk]]
        id = 71
        [[host.form.desk]]
        id = 72
        timeline = [{ state = "repost" }]
    "#;
    let sites = serve(script, NOON).await;
    let mut browser = Browser::of(&sites, "guichets");
    assert_eq!(browser.probe(7, Some(71)).await.path, "/booking/create/7/2");
    browser.probe(7, None).await;
    let posted = browser.post("/booking/create/7/1", &[("planning", "72"), ("nextButton", "x")]).await;
    assert_eq!((posted.status, posted.header("location")), (307, Some("/booking/create/7/3")));
    sites.stop().await;
}

#[tokio::test]
async fn a_huge_body_is_huge_and_a_slow_one_takes_its_simulated_time() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let huge = Browser::of(&sites, "etats").get("/booking/create/117").await;
    assert_eq!(huge.header("content-length"), None, "nobody is warned");
    assert!(huge.bytes.len() > 2 * 1024 * 1024, "{}", huge.bytes.len());
    sites.stop().await;

    let script = guichet_fakesite::Script::parse(BEHAVIOURS, "b.toml").unwrap();
    let at = utc(NOON);
    set_clock(at);
    let clock = guichet_fakesite::SimulatedClock::new(at, at, 100.0, crate::browser::read_clock);
    let sites =
        guichet_fakesite::FakeSites::start(script, clock, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let begun = Instant::now();
    let slow = Browser::of(&sites, "etats").get("/booking/create/110").await;
    assert!(begun.elapsed() >= Duration::from_millis(390), "40 simulated seconds at speed 100");
    assert!(slow.status == 200 && slow.has("</html>"), "it comes whole in the end");
    sites.stop().await;
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_slow_body() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "etats");
    let begun = Instant::now();
    let (page, ()) = tokio::join!(browser.get("/booking/create/110"), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        sites.stop().await;
    });
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(!page.has("</html>"), "cut off");
}

#[tokio::test]
async fn calendars_show_as_many_free_cells_as_there_are_slots() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "ecritures");
    for (form, free, heading) in [
        (201, 5, "Semaine du lundi 23 mars 2026 au dimanche 29 mars 2026"),
        (203, 60, "Semaine du lundi 23 mars 2026 au dimanche 29 mars 2026"),
        (205, 1, "Week from lundi 23 mars 2026 to dimanche 29 mars 2026"),
    ] {
        let week = browser.probe(form, None).await;
        assert_eq!(week.path, format!("/booking/create/{form}/4"));
        assert!(week.has(&format!("<th colspan=\"7\">{heading}</th>")), "{}", week.text());
        assert_eq!(week.free_cells(), free, "form {form}");
        assert_eq!(week.text().matches("status-1 free").count(), free);
        assert!(week.has("<li class=\"status-1\">libre</li>"), "the legend");
    }
    sites.stop().await;
}

#[tokio::test]
async fn skins_apostrophes_languages_and_charsets_are_really_so() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "ecritures");
    let dsfr = browser.probe(202, None).await;
    assert!(dsfr.has("class=\"fr-container\"") && dsfr.has("Il n’existe plus de plage horaire libre"));
    assert!(!dsfr.has("Il n'existe"));
    let english = browser.probe(204, None).await;
    assert!(english.has("Please try later.") && !english.has("ultérieurement"));

    let sentence = "ultérieurement";
    for (form, label, e_acute, euro) in [(206, "iso-8859-1", 0xE9, 0x80), (207, "iso-8859-15", 0xE9, 0xA4_u8)]
    {
        let page = browser.probe(form, None).await;
        assert_eq!(page.header("content-type"), Some(format!("text/html; charset={label}").as_str()));
        assert!(page.has(&format!("charset={label}")) || page.has(&format!("charset=\"{label}\"")));
        let bytes: Vec<u8> = sentence.chars().map(|c| if c == 'é' { e_acute } else { c as u8 }).collect();
        let has = |needle: &[u8]| page.bytes.windows(needle.len()).any(|window| window == needle);
        assert!(has(&bytes), "form {form}");
        assert!(has(&[b' ', euro, b'.']), "form {form}: the euro sign");
        assert!(std::str::from_utf8(&page.bytes).is_err());
    }
    assert!(browser.probe(207, None).await.has("Il n&#8217;existe plus"));
    sites.stop().await;
}

#[tokio::test]
async fn robots_are_answered_as_written_whatever_holds() {
    let sites = serve(BEHAVIOURS, "2026-03-10T10:30:00Z").await;
    for (host, status, text) in [
        ("changeante", 200, "Disallow:\n"),
        ("robots-non", 200, "Disallow: /\n"),
        ("robots-absent", 404, ""),
        ("robots-erreur", 500, ""),
        ("robots-lent", 200, "Crawl-delay: 90"),
    ] {
        let page = Browser::of(&sites, host).get("/robots.txt").await;
        assert_eq!(page.status, status, "{host}");
        assert!(page.has(text), "{host}: {}", page.text());
    }
    let mut banned = Browser::of(&sites, "changeante");
    assert_eq!(banned.get("/").await.status, 403, "a host's ban is over all its pages");
    assert_eq!(banned.get("/booking/create/501").await.status, 403);
    let home = Browser::of(&sites, "guichets").get("/").await;
    assert!(home.has("<a href=\"/booking/create/301\">Titres de séjour</a>"));
    sites.stop().await;
}

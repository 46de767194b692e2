//! Steps, cookies, redirects, the log and what is forbidden.

use std::{
    io,
    sync::{Arc, Mutex},
};

use guichet_fakesite::{BEHAVIOURS, FakeSites, Script, SimulatedClock};
use serde_json::Value;

use crate::browser::{Browser, read_clock, serve, set_clock};

const NOON: &str = "2026-03-05T12:00:00Z";

#[tokio::test]
async fn a_form_with_one_desk_leads_from_the_conditions_to_its_answer() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "etats");

    let start = browser.get("/booking/create/101/0").await;
    assert_eq!(start.status, 200);
    assert!(start.header("set-cookie").unwrap().starts_with("eZSESSID="));
    assert!(start.has("id=\"FormBookingCreate\"") && start.has("name=\"manageButton\""));

    let posted = browser.post("/booking/create/101/0", &[("condition", "on"), ("nextButton", "x")]).await;
    assert_eq!((posted.status, posted.header("location")), (302, Some("/booking/create/101/3")));
    let open = browser.get("/booking/create/101/3").await;
    assert!(open.has("Description de la nature du rendez-vous") && open.status == 200);

    let full = browser.probe(102, None).await;
    assert_eq!(full.path, "/booking/create/102/2");
    assert!(full.has("Vérification de disponibilité"));
    assert!(full.has(
        "Il n'existe plus de plage horaire libre pour votre demande de rendez-vous. Veuillez recommencer ultérieurement."
    ));
    assert!(full.has("name=\"finishButton\" value=\"Terminer\""));
    assert_eq!(sites.violations().len(), 0);
    sites.stop().await;
}

#[tokio::test]
async fn nothing_is_shown_without_cookie_and_conditions() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let start = Some("/booking/create/102/0");
    for step in 1..=4 {
        let page = Browser::of(&sites, "etats").get(&format!("/booking/create/102/{step}")).await;
        assert_eq!((page.status, page.header("location")), (302, start), "step {step}");
    }
    let no_cookie = Browser::of(&sites, "etats").post("/booking/create/102/0", &[("condition", "on")]).await;
    assert_eq!(no_cookie.header("location"), start);

    let mut browser = Browser::of(&sites, "etats");
    browser.get("/booking/create/102/0").await;
    let no_condition = browser.post("/booking/create/102/0", &[("nextButton", "x")]).await;
    assert_eq!(no_condition.header("location"), start);
    browser.probe(102, None).await;
    let elsewhere = browser.get("/booking/create/102/4").await;
    assert_eq!(elsewhere.header("location"), Some("/booking/create/102/2"), "back to where the visit is");

    let direct = Browser::of(&sites, "ecritures").get("/booking/create/208/2").await;
    assert_eq!(direct.header("location"), Some("/booking/create/208/2"), "a form that does not check");
    assert!(direct.header("set-cookie").is_some());
    sites.stop().await;
}

#[tokio::test]
async fn a_form_with_several_desks_asks_which_and_each_answers_for_itself() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "guichets");
    let choice = browser.probe(301, None).await;
    assert_eq!(choice.path, "/booking/create/301/1");
    assert!(choice.has("Choix de la nature du rendez-vous") && choice.has("Que souhaitez-vous effectuer ?"));
    assert_eq!(choice.text().matches("type=\"radio\"").count(), 5);
    assert!(choice.has("&amp; &quot;talents&quot; &lt;autres&gt;"), "labels are escaped");

    assert_eq!(browser.probe(301, Some(311)).await.path, "/booking/create/301/2");
    let open = browser.probe(301, Some(312)).await;
    assert_eq!(open.path, "/booking/create/301/3");
    assert!(open.has("Guichet 2 – salariés"));
    let none = browser.probe(301, Some(313)).await;
    assert!(
        none.has("<li>Il n'y a pas calendrier disponible pour effectuer une demande de rendez-vous</li>")
    );
    assert!(browser.probe(301, Some(314)).await.has("Cette page n'est pas disponible pour le moment"));
    assert_eq!(browser.probe(301, Some(315)).await.status, 503);

    let nobody = browser.post("/booking/create/301/1", &[("planning", "999")]).await;
    assert_eq!(nobody.header("location"), Some("/booking/create/301/1"));
    sites.stop().await;
}

#[tokio::test]
async fn every_request_is_logged_with_what_it_brought() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "guichets");
    browser.get("/robots.txt").await;
    browser.probe(301, Some(312)).await;
    browser.get("/booking/create/301?x=1").await;
    let log = sites.requests();
    let lines: Vec<String> = log
        .iter()
        .map(|r| format!("{} {} {} cookie {} form {:?}", r.method, r.path, r.status, r.cookie_seen, r.form))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    GET /robots.txt 200 cookie false form []
    GET /booking/create/301/0 200 cookie false form []
    POST /booking/create/301/0 302 cookie true form [("condition", "on"), ("nextButton", "Effectuer une demande de rendez-vous")]
    GET /booking/create/301/1 200 cookie true form []
    POST /booking/create/301/1 302 cookie true form [("planning", "312"), ("nextButton", "Etape suivante")]
    GET /booking/create/301/3 200 cookie true form []
    GET /booking/create/301 200 cookie true form []
    "#);
    assert!(log.iter().all(|r| r.host == "guichets" && r.user_agent.as_deref() == Some("Tests/1")));
    assert!(log.iter().all(|r| r.at == NOON.parse::<guichet_model::Instant>().unwrap() && r.concurrent == 0));
    assert!(
        log[0].headers.iter().any(|(name, value)| name == "host" && value.starts_with("guichets.localhost"))
    );
    assert_eq!(log.last().unwrap().query.as_deref(), Some("x=1"));
    sites.stop().await;
}

#[tokio::test]
async fn whoever_goes_on_to_book_is_answered_and_reported() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let mut browser = Browser::of(&sites, "ecritures");
    browser.probe(201, None).await;
    assert_eq!(sites.violations().len(), 0);
    assert_eq!(browser.get("/booking/create/201/5/1774220400").await.status, 200);
    assert_eq!(browser.post("/booking/create/201/4", &[("nextButton", "x")]).await.status, 200);
    assert_eq!(browser.post("/booking/create/201/3", &[("nextButton", "x")]).await.status, 200);
    assert_eq!(browser.get("/booking/create/201/8").await.status, 200);
    browser.post("/booking/create/201/0", &[("condition", "on"), ("manageButton", "x")]).await;
    Browser::of(&sites, "ailleurs").get("/").await;
    Browser::of(&sites, "robots-non").get("/robots.txt").await;
    Browser::of(&sites, "robots-non").get("/booking/create/401/0").await;
    let told: Vec<String> = sites.violations().into_iter().filter_map(|request| request.violation).collect();
    assert_eq!(
        told,
        [
            "asked for step 5, behind the choice of a slot",
            "posted to step 4",
            "posted to step 3",
            "asked for step 8, behind the choice of a slot",
            "sent the field `manageButton`",
            "followed a redirect to another host",
            "asked for a page that robots.txt disallows",
        ]
    );
    sites.stop().await;
}

#[tokio::test]
async fn the_control_host_tells_everything_and_is_not_logged() {
    let sites = serve(BEHAVIOURS, NOON).await;
    Browser::of(&sites, "etats").get("/booking/create/101/5/1").await;
    let mut control = Browser::of(&sites, "control");
    let requests = control.get("/requests").await;
    let line: Value = serde_json::from_str(requests.text().lines().next().unwrap()).unwrap();
    assert_eq!((&line["host"], &line["at"]), (&"etats".into(), &NOON.into()));
    assert_eq!(control.get("/violations").await.text().lines().count(), 1);
    let truth = control.get("/truth?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z").await;
    let truth: Value = serde_json::from_str(&truth.text()).unwrap();
    assert_eq!(truth["forms"][0]["desks"][0]["shown"]["open"], 1.0);
    assert_eq!(control.get("/truth?from=yesterday").await.status, 400);
    assert_eq!(control.get("/now").await.text(), format!("{{\"now\":\"{NOON}\"}}\n"));
    assert_eq!(control.get("/").await.status, 404);
    assert_eq!(sites.requests().len(), 1);
    sites.stop().await;
}

#[tokio::test]
async fn a_log_file_holds_a_line_for_each_request() {
    let file = File::default();
    let script = Script::parse(BEHAVIOURS, "b.toml").unwrap();
    let now = NOON.parse().unwrap();
    set_clock(now);
    let clock = SimulatedClock::new(now, now, 1.0, read_clock);
    let listen = "127.0.0.1:0".parse().unwrap();
    let log = Box::new(Lines(Arc::clone(&file)));
    let sites = FakeSites::start_with_log(script, clock, listen, Some(log)).await.unwrap();
    Browser::of(&sites, "etats").get("/").await;
    Browser::of(&sites, "nowhere").get("/").await;
    sites.stop().await;
    let text = String::from_utf8(file.lock().unwrap().clone()).unwrap();
    let hosts: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["host"].clone()).collect();
    assert_eq!(hosts, ["etats", "nowhere"]);
}

#[tokio::test]
async fn requests_at_the_same_time_are_counted() {
    let sites = serve(BEHAVIOURS, NOON).await;
    let (mut one, mut other) = (Browser::of(&sites, "etats"), Browser::of(&sites, "etats"));
    let mut elsewhere = Browser::of(&sites, "guichets");
    let address = sites.address();
    tokio::join!(one.get("/booking/create/110"), async {
        while sites.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        other.get("/booking/create/101").await;
        elsewhere.get("/").await;
        let concurrent: Vec<usize> = sites.requests().iter().map(|request| request.concurrent).collect();
        assert_eq!(concurrent, [0, 1, 0], "counted by host");
        assert!(sites.requests().iter().all(|request| request.peer.port() != address.port()));
        sites.stop().await;
    });
}

/// A file that can be read while it is written.
type File = Arc<Mutex<Vec<u8>>>;

struct Lines(File);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

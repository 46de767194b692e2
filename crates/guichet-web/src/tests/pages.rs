//! Pages: what they say, that what was scraped cannot speak, that the table says what the map says.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use chrono::Duration;
use guichet_model::{DeskReading, Marker, Outcome, ProbeFacts, Sha256Hex};
use guichet_store::{Drift, TargetState};
use serde_json::{Value, json};

use super::fixture::{HOSTILE, now, observation, save_state, site, site_with};
use crate::state::State;

/// The text of a page without its tags, spaces made one, non-breaking ones too.
pub(super) fn text(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for sign in html.chars() {
        match sign {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            _ if in_tag => {}
            '\u{a0}' | '\u{202f}' => text.push(' '),
            _ => text.push(sign),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_answer_comes_before_the_map_and_words_before_numbers() {
    let page = site().page("/fr/?departement=92&demarche=renouvellement").await;
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("`{what}` is missing"));
    assert!(place("class=\"say\"") < place("class=\"bar\""));
    assert!(place("class=\"bar\"") < place("id=\"map-title\""));
    assert!(place("id=\"map-title\"") < place("<table"));
    assert!(page.contains("<html lang=\"fr\""));
    for wanted in [
        "<option value=\"92\" selected>92 Hauts-de-Seine</option>",
        "href=\"https://www.hauts-de-seine.gouv.fr/booking/create/12069\"",
        "href=\"/fr/guichet/92-nanterre/renouvellement/vpf\"",
        "hreflang=\"en\" href=\"/en/?departement=92&amp;procedure=renouvellement\"",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
}

#[tokio::test]
async fn an_answer_says_the_share_with_its_interval_and_what_is_missing() {
    let page = text(&site().page("/en/?departement=92&procedure=renouvellement").await);
    let answer = page.split("Booking pages of your department").next().unwrap();
    let answer = answer.split("Show").nth(1).unwrap();
    insta::assert_snapshot!(answer);
}

#[tokio::test]
async fn every_state_has_its_own_sentence() {
    let site = site();
    for (code, sentence) in [
        ("92", "Des créneaux étaient rarement visibles."),
        ("93", "Aucun créneau vu."),
        ("94", "Notre robot n’a rien pu voir."),
        ("75", "Nous n’avons pas de données."),
    ] {
        let page = text(&site.page(&format!("/fr/?departement={code}&procedure=renouvellement")).await);
        assert!(page.contains(sentence), "{code}");
        assert!(page.contains("Gardez une preuve de chaque essai"), "{code}");
    }
    let wall = text(&site.page("/fr/?departement=94&procedure=renouvellement").await);
    assert!(wall.contains("Un captcha ou un contrôle anti-robot protège la page."), "{wall}");
    let old = text(&site.page("/fr/?departement=76&procedure=file-du-matin").await);
    assert!(old.contains("Trop peu de données. Mais notre robot a vu des créneaux."));
    assert!(old.contains("Créneau vu : 6 fois sur 72 passages où la page a dit oui ou non."));
    assert!(
        old.contains("Ces données sont anciennes. Elles s’arrêtent le 9 juin 2022, il y a 1 622 jours."),
        "{old}"
    );
}

#[tokio::test]
async fn the_map_shows_all_101_departments_and_the_table_says_the_same() {
    let page = site().page("/fr/?procedure=renouvellement").await;
    let map = page.split("<svg class=\"france\"").nth(1).unwrap().split("</svg>").next().unwrap();
    let table = page.split("<table class=\"france\"").nth(1).unwrap().split("</table>").next().unwrap();
    let links = |part: &str| -> BTreeSet<String> {
        part.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(links(map).len(), 101);
    assert_eq!(links(map), links(table));
    assert_eq!(map.matches("<a ").count(), map.matches("tabindex=\"-1\"").count());
    assert!(page.contains("aria-hidden=\"true\" focusable=\"false\""));
    assert_eq!(table.matches("<th scope=\"row\">").count(), 101);
    assert!(table.contains("<caption") && table.contains("<th scope=\"col\">"));
    for (code, state) in [("92", "open"), ("93", "full"), ("94", "unknown"), ("974", "never")] {
        let link = format!("<a href=\"/fr/?departement={code}&amp;procedure=renouvellement\"");
        let shape = map.split(&link).nth(1).unwrap();
        let path = format!("<path data-department=\"{code}\" data-state=\"{state}\" class=\"m-{state}");
        assert!(shape.split("</title>").nth(1).unwrap().starts_with(&path), "{code}");
        let row = table.split(&link).nth(1).unwrap();
        assert!(
            row.split("<span class=\"badge ").nth(1).unwrap().starts_with(&format!("s-{state}")),
            "{code}"
        );
    }
}

#[tokio::test]
async fn states_have_words_and_a_sign_in_the_legend() {
    let page = site().page("/en/").await;
    let legend = page.split("<div class=\"legend\">").nth(1).unwrap().split("</ul>").next().unwrap();
    for state in State::ALL {
        assert!(legend.contains(&format!("class=\"m-{}\"", state.as_str())));
        assert!(legend.contains(&format!(">{}</text>", state.symbol())));
    }
}

#[tokio::test]
async fn a_hostile_name_is_text_and_nothing_else() {
    let site = site();
    for path in [
        "/fr/?departement=974&procedure=renouvellement",
        "/en/departement/974",
        "/fr/guichet/974-saint-denis/renouvellement",
    ] {
        let page = site.page(path).await;
        assert!(!page.contains("<script"), "{path}");
        assert!(!page.contains(HOSTILE));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), "{path}");
    }
    let echoed = site.get("/fr/?departement=%22%3E%3Cscript%3E").await;
    assert_eq!(echoed.status, StatusCode::BAD_REQUEST);
    assert!(!echoed.body.contains("<script") && echoed.body.contains("&quot;&gt;&lt;script&gt;"));
}

#[tokio::test]
async fn what_is_not_known_is_said_by_name() {
    let site = site();
    for (path, status, message) in [
        ("/fr/?departement=99", 400, "« 99 » n’est pas un département"),
        ("/en/?procedure=flying", 400, "“flying” is not a procedure"),
        ("/en/departement/999", 404, "“999” is not a department"),
        ("/fr/guichet/92-nanterre/asile", 404, "« 92-nanterre/asile »"),
        ("/fr/guichet/92-nanterre/..%2f", 404, "« 92-nanterre/../ »"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert!(text(&answer.body).contains(message), "{path}: {}", text(&answer.body));
    }
}

#[tokio::test]
async fn a_target_s_page_shows_its_week_in_its_own_time() {
    let page = site().page("/fr/guichet/92-nanterre/renouvellement/vpf").await;
    let week = page.split("<table class=\"week\">").nth(1).unwrap().split("</table>").next().unwrap();
    assert_eq!((week.matches("<td").count(), week.matches("<th scope=\"row\">").count()), (168, 24));
    assert!(text(week).contains("Heure de Paris"));
    assert!(week.contains("<abbr title=\"") && week.contains("class=\"h4\""));
    let page = text(&page);
    for wanted in
        ["surveillée depuis le 18 septembre 2026", "Regards indépendants", "notre robot", "2 novembre 2026"]
    {
        assert!(page.contains(wanted), "{wanted}");
    }
}

#[tokio::test]
async fn a_page_whose_desks_take_turns_says_so_and_one_that_is_asked_whole_does_not() {
    let target = "92-nanterre/renouvellement/etudiant";
    for (asked, listed, wanted) in [(2, 5, true), (2, 2, false)] {
        let mut seen = observation(target, now() - Duration::hours(30), Outcome::Full, "sampler");
        let desk = |number: usize| DeskReading {
            desk: number.to_string(),
            label: Some("<b>Guichet</b>".to_owned()),
            outcome: Outcome::Full,
        };
        seen.desks = (0..asked).map(desk).collect();
        seen.probe = Some(ProbeFacts {
            platform: "ez-booking".to_owned(),
            revision: 1,
            requests: 4,
            http_status: Some(200),
            duration_ms: 9_000,
            evidence_sha256: None,
            desks_seen: listed,
            service: None,
            exchanges: Vec::new(),
        });
        let page = text(&site_with(vec![seen], |_| {}).page(&format!("/fr/guichet/{target}")).await);
        assert_eq!(page.contains("Cette page a 5 guichets. Notre robot en demande 2"), wanted, "{page}");
    }
}

#[tokio::test]
async fn a_department_lists_every_target_with_its_figures_or_its_status() {
    let site = site();
    for (code, wanted) in [
        ("92", "surveillée depuis le 18 septembre 2026"),
        ("92", "pas encore essayée"),
        ("94", "arrêtée"),
        ("974", "pas trouvée active : le lien n’existe plus"),
        ("76", "données anciennes seulement"),
        ("01", "Nous ne connaissons aucune page de rendez-vous dans ce département."),
    ] {
        let page = text(&site.page(&format!("/fr/departement/{code}")).await);
        assert!(page.contains(wanted), "{code}: {wanted}");
        assert!(page.contains("R. 431-20"));
    }
}

#[tokio::test]
async fn the_method_names_the_recipes() {
    let page = text(&site().page("/en/methode").await);
    for name in [
        "Hájek",
        "Lazarus, Lewis, Stock and Watson",
        "Korn and Graubard",
        "Clopper and Pearson",
        "Manski",
        "2 h",
        "Licence Ouverte",
    ] {
        assert!(page.contains(name), "{name}");
    }
}

#[tokio::test]
async fn old_data_and_no_data_are_announced_on_every_page() {
    let day_old =
        observation("93-bobigny/renouvellement", now() - Duration::hours(30), Outcome::Full, "sampler");
    let old = site_with(vec![day_old], |_| {});
    let empty = site_with(Vec::new(), |_| {});
    let fresh = site();
    for path in ["/fr/", "/fr/departement/93", "/fr/guichet/93-bobigny/renouvellement", "/fr/methode"] {
        let page = text(&old.page(path).await);
        assert!(page.contains("Elle date du 16 novembre 2026 à 8 h"), "{path}: {page}");
        assert!(text(&empty.page(path).await).contains("Aucune donnée pour l’instant"), "{path}");
        let page = text(&fresh.page(path).await);
        assert!(!page.contains("Elle date du") && !page.contains("Aucune donnée pour l’instant"), "{path}");
        assert!(page.contains("Site indépendant, non officiel"));
    }
}

#[tokio::test]
async fn no_page_needs_a_script_a_cookie_or_another_site() {
    let site = site();
    for path in [
        "/fr/",
        "/en/?departement=92",
        "/fr/departement/92",
        "/en/guichet/93-bobigny/renouvellement",
        "/fr/methode",
        "/en/previsions",
    ] {
        let page = site.page(path).await;
        for forbidden in ["<script", " on", "<iframe", "<img", "style=\"", "<style", "src=\"http", "@import"]
        {
            let found = page.contains(forbidden)
                && (forbidden != " on" || page.contains(" onclick") || page.contains(" onload"));
            assert!(!found, "{path}: {forbidden}");
        }
    }
}

#[tokio::test]
async fn without_a_choice_the_first_procedure_with_data_is_shown_and_chosen() {
    let page = site().page("/fr/").await;
    assert!(page.contains("<option value=\"renouvellement\" selected>"));
    let page = site_with(Vec::new(), |_| {}).page("/fr/").await;
    assert_eq!(page.matches(" selected>").count(), 1);
    assert!(!page.contains("<optgroup"));
}

#[tokio::test]
async fn procedures_that_only_the_store_knows_stand_apart() {
    let page = site().page("/en/").await;
    let group =
        page.split("<optgroup label=\"Other data\">").nth(1).unwrap().split("</optgroup>").next().unwrap();
    assert_eq!(text(group), "file-du-matin");
}

#[tokio::test]
async fn no_department_is_a_silent_blank() {
    let site = site();
    for (path, wanted) in [
        // Another way: named, with its source and year.
        ("/fr/?departement=69&procedure=premiere-demande", "passe par une autre voie"),
        ("/fr/?departement=69&procedure=premiere-demande", "par courriel"),
        ("/fr/?departement=69&procedure=premiere-demande", "en 2025, selon an invented note"),
        ("/en/?departement=01&procedure=naturalisation-decret", "online on ANEF"),
        // Nothing known: said in words.
        ("/en/?departement=01&procedure=renouvellement", "Not watched by our robot"),
        ("/en/?departement=01&procedure=renouvellement", "We know no booking page"),
        // Every main procedure stands on the department's page.
        ("/en/departement/01", "we do not know"),
        ("/en/departement/01", "online on ANEF"),
        ("/en/departement/69", "by e-mail"),
        ("/en/departement/75", "it is the prefect of police"),
    ] {
        let page = text(&site.page(path).await);
        assert!(page.contains(wanted), "{path}: {wanted}: {page}");
    }
    let page = site.page("/fr/departement/01").await;
    assert_eq!(page.matches("data-standing=").count(), guichet_catalog::MAIN_PROCEDURES.len());
    assert!(site.page("/fr/?departement=92&procedure=renouvellement").await.contains("class=\"answer"));
    assert!(
        !text(&site.page("/fr/?departement=92&procedure=renouvellement").await).contains("Pas surveillé")
    );
}

#[tokio::test]
async fn a_page_that_is_no_longer_understood_is_reported_with_what_was_looked_for() {
    let site = site();
    let quiet = text(&site.page("/fr/etat").await);
    assert!(quiet.contains("Aucune en ce moment"), "{quiet}");
    assert_eq!(site.get("/api/v1/health").await.json()["drift"], json!([]));
    for (times, alarms) in [(2, 0), (3, 1)] {
        let drift = Drift {
            times,
            since: now() - Duration::hours(5),
            last_at: now(),
            told_at: now() - Duration::hours(4),
            platform: "ez-booking".to_owned(),
            revision: 3,
            markers: vec![Marker { what: HOSTILE.to_owned(), found: false }],
            found: "step 2 with none of them".to_owned(),
            page_sha256: Some(Sha256Hex([7; 32])),
        };
        save_state(
            &site,
            "93-bobigny/renouvellement",
            &TargetState { drift: Some(drift.clone()), ..TargetState::default() },
        );
        let told = site.get("/api/v1/health").await.json();
        assert_eq!(told["drift"].as_array().unwrap().len(), alarms, "{told}");
        let page = site.page("/en/etat").await;
        assert_eq!(page.contains("93-bobigny/renouvellement"), alarms > 0);
        if alarms > 0 {
            let alarm = &told["drift"][0];
            assert_eq!(alarm["target"], "93-bobigny/renouvellement");
            assert_eq!(alarm["markers"][0]["found"], false);
            assert_eq!(alarm["page_sha256"], "07".repeat(32));
            assert!(!page.contains(HOSTILE) && page.contains("07070707"));
            assert!(text(&page).contains("3 times in a row"));
            // A look of a moment ago: what it found is not told before its time.
            let fresh =
                TargetState { drift: Some(Drift { told_at: now(), ..drift }), ..TargetState::default() };
            save_state(&site, "93-bobigny/renouvellement", &fresh);
            let alarm = &site.get("/api/v1/health").await.json()["drift"][0];
            assert_eq!(alarm["found"], Value::Null);
            assert_eq!(alarm["markers"][0]["found"], Value::Null);
            assert!(alarm["markers"][0]["what"].is_string() && alarm["page_sha256"].is_string());
            assert!(!site.page("/en/etat").await.contains("step 2 with none of them"));
            // A page that is no longer sampled raises no alarm.
            let other = TargetState { url: Some("https://www.example.org/".to_owned()), ..fresh };
            save_state(&site, "93-bobigny/renouvellement", &other);
            assert_eq!(site.get("/api/v1/health").await.json()["drift"], json!([]));
        }
    }
}

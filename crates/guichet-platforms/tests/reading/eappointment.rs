//! Probes of the platform `eappointment`: what is asked, what is followed, and what is never concluded.

use std::{cell::RefCell, sync::LazyLock, time::Instant};

use guichet_model::{Marker, Outcome, ParamValue, Params, Target};
use guichet_platforms::{Ask, Markers, Page, Step, Trail, platform};
use proptest::{prelude::*, sample::Index};
use url::Url;

use crate::{conversation::probe, folder::bodies, sample::target};

const SERVICE: &str = "https://rdv.exemple.gouv.fr/eAppointmentpref99";
const START: &str = "https://rdv.exemple.gouv.fr/eAppointmentpref99/appointment.do?sitekey=P991&mobile=";
const PAGE: &str = "https://rdv.exemple.gouv.fr/eAppointmentpref99/element/jsp/appointment.jsp";
const CALL: &str =
    "https://rdv.exemple.gouv.fr/eAppointmentpref99/dwr/call/plaincall/AjaxMotive.motiveMultiSiteSubmit.dwr";
const MOTIVES: &str = "<form id=form2><input type=checkbox name=selectedMotiveKeyList value=20>\
                       <input type=checkbox name=selectedMotiveKeyList value=70></form>";

fn with_motives(motives: &[&str]) -> Target {
    let mut target = target("eappointment", START);
    let motives = motives.iter().map(|&motive| motive.to_owned()).collect();
    target.params.insert("motives".to_owned(), ParamValue::List(motives));
    target
}

fn answer(value: &str) -> String {
    format!("//#DWR-REPLY\ndwr.engine._remoteHandleCallback('0','0',{value});")
}

/// The service, with `value` as its answer about the motives.
fn service(value: &str) -> impl FnMut(&Ask) -> (Url, String) {
    move |ask| match ask {
        Ask::Get(_) => (PAGE.parse().unwrap(), MOTIVES.to_owned()),
        other => (other.url().clone(), answer(value)),
    }
}

#[test]
fn a_probe_is_the_page_and_one_question_about_the_motives() {
    let (asked, reading) =
        probe(&with_motives(&["20", "70"]), 3, service("{foundAvailabilities:true,msg:null}"));
    assert_eq!(reading.unwrap().outcome.as_str(), "open");
    let [Ask::Get(page), Ask::PostText(call, text)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!((page.as_str(), call.as_str()), (START, CALL));
    assert_eq!(text, &question(&["20", "70"]));
    let none =
        "{foundAvailabilities:false,msg:\"Il n\\'y a pas de rendez-vous disponible pour ce service.\"}";
    let (_, reading) = probe(&with_motives(&["70"]), 0, service(none));
    assert_eq!(reading.unwrap().outcome, Outcome::Full);
}

#[test]
fn the_explanation_of_an_answer_names_what_decided() {
    let body = answer("{foundAvailabilities:false,msg:'Veuillez choisir un motif.'}");
    let url: Url = CALL.parse().unwrap();
    let asked = [Ask::PostText(url.clone(), String::new())];
    let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
    let mut markers = Markers::default();
    let page = Page { url: &url, status: 200, body: &body };
    let reading = platform("eappointment").unwrap().read(&with_motives(&["20"]), &page, &trail, &mut markers);
    let line = |marker: &Marker| format!("{} {}", if marker.found { "+" } else { "-" }, marker.what);
    let told: Vec<String> = markers.all().iter().map(line).collect();
    insta::assert_snapshot!(told.join("\n") + "\n" + &reading.unwrap_err().to_string(), @"
    - an exception instead of an answer
    + an answer to the very question that was asked
    - the statement that availabilities were found
    + the statement that no availabilities were found
    - the message that no appointment is possible
    the page was not recognised: no availabilities found, without the message that there are none
    ");
}

/// What may be asked about `motives`, word for word.
fn question(motives: &[&str]) -> String {
    let numbers: String =
        (1..=motives.len()).fold(String::new(), |text, i| text + &format!("c0-e{i}=number:1\n"));
    let ticked: Vec<String> =
        motives.iter().enumerate().map(|(i, motive)| format!("{motive}:reference:c0-e{}", i + 1)).collect();
    format!(
        "callCount=1\npage=/eAppointmentpref99/element/jsp/appointment.jsp\nhttpSessionId=\nscriptSessionId=\n\
         c0-scriptName=AjaxMotive\nc0-methodName=motiveMultiSiteSubmit\nc0-id=0\nc0-param0=boolean:false\n{numbers}\
         c0-param1=Object_Object:{{{}}}\nbatchId=0\n",
        ticked.join(", ")
    )
}

#[test]
fn without_a_sitekey_or_without_motives_the_page_is_all_that_is_asked() {
    let other = format!("{SERVICE}/appointment.do?preselectservice=DEPOT");
    let mut without_site = with_motives(&["20"]);
    without_site.url = other.parse().unwrap();
    for target in [without_site, target("eappointment", START), with_motives(&["20;x", "70"])] {
        let (asked, reading) = probe(&target, 0, service("{foundAvailabilities:true}"));
        assert_eq!(asked, [Ask::Get(target.url.clone())]);
        assert!(reading.is_err());
    }
}

#[test]
fn a_target_that_was_never_checked_is_asked_for_its_front_page_only() {
    for url in [
        "/autre/appointment.do?sitekey=1",
        "/eAppointmentpref99/captcha?1",
        "/eAppointmentpref99/appointment.do?imgc=x",
    ] {
        let target = target("eappointment", &format!("https://rdv.exemple.gouv.fr{url}#x"));
        let ask = platform("eappointment").unwrap().begin(&target);
        assert_eq!(ask, Ask::Get("https://rdv.exemple.gouv.fr/".parse().unwrap()));
    }
}

#[test]
fn only_pages_before_the_form_of_personal_data_are_followed() {
    let target = with_motives(&["20"]);
    for (to, may) in [
        ("/", true),
        ("/maintenance.html", true),
        ("/eAppointmentpref99", true),
        ("/eAppointmentpref99/", true),
        ("/eAppointmentpref99/appointment.do", true),
        ("/eAppointmentpref99/appointment.do?sitekey=P992", true),
        ("/eAppointmentpref99/element/jsp/appointment.jsp", true),
        ("/eAppointmentpref99/element/jsp/appointment.jsp;jsessionid=0A1B.worker_1", true),
        ("/eAppointmentpref99/element/jsp/specific/pref99.jsp", true),
        ("/eAppointmentpref99/element/jsp/specific/../../x.jsp", false),
        ("/eAppointmentpref99/element/jsp/specific/a/b.jsp", false),
        ("/eAppointmentpref99/element/jsp/other.jsp", false),
        ("/eAppointmentpref99/element/jsp/appointment.jsp;x=y", false),
        ("/eAppointmentpref99/element/jsp/appointment.jsp;jsessionid=../../captcha", false),
        ("/eAppointmentpref99/appointment.do?imgc=abc", false),
        ("/eAppointmentpref99/appointment.do?x=1&SaveRdvId=1", false),
        ("/eAppointmentpref99/captcha?12", false),
        ("/eAppointmentpref99/step1ScenarioTwo.do", false),
        ("/eAppointmentpref99/saveRdv.do", false),
        ("/eAppointmentpref99/dwr/call/plaincall/AjaxMotive.motiveMultiSiteSubmit.dwr", false),
        ("/eAppointmentpref99/dwr/call/plaincall/AjaxAvailableTimeArea.savePreselectedRdv.dwr", false),
        ("/eAppointmentpref99%2Fcaptcha", false),
        ("/eAppointmentpref99%252Fcaptcha", false),
        ("/%65Appointmentpref99/captcha", false),
        ("/eappointmentPREF99/captcha", false),
        ("//eAppointmentpref99//captcha", false),
        ("/x/eAppointmentpref99/captcha", false),
        ("/eAppointmentpref98/appointment.do", false),
    ] {
        let to: Url = format!("https://rdv.exemple.gouv.fr{to}").parse().unwrap();
        assert_eq!(platform("eappointment").unwrap().may_follow(&target, &to), may, "{to}");
    }
    let elsewhere: Url = "https://www.exemple.gouv.fr/eAppointmentpref99/appointment.do".parse().unwrap();
    assert!(!platform("eappointment").unwrap().may_follow(&target, &elsewhere));
}

fn problems(url: &str, motives: Option<&[&str]>) -> String {
    let list = |motives: &[&str]| ParamValue::List(motives.iter().map(|&motive| motive.to_owned()).collect());
    let params: Params = motives.map(|motives| ("motives".to_owned(), list(motives))).into_iter().collect();
    platform("eappointment").unwrap().check(&url.parse().unwrap(), &params).join("\n")
}

#[test]
fn right_targets_have_no_problems() {
    assert_eq!(problems(START, Some(&["20", "120"])), "");
    assert_eq!(problems(&format!("{SERVICE}/appointment.do?preselectservice=DEPOT"), None), "");
    assert_eq!(problems("https://rdv.exemple.gouv.fr/eAppointment57/", None), "");
}

#[test]
fn wrong_targets_are_told_what_to_write() {
    insta::assert_snapshot!(problems(START, None), @r#"`url` names a sitekey, and without `motives` nothing can be asked there; add the numbers of the page's check boxes, as in motives = ["20"]"#);
    insta::assert_snapshot!(problems(START, Some(&[])), @r#"`motives` is empty; name the motives to tick, as in ["20"]"#);
    insta::assert_snapshot!(
        problems(START, Some(&["20", "x", "20", "", "1234567890", "1", "2", "3", "4"])),
        @r#"
    `motives` names more than 8; a visitor ticks one or two, write those
    `motives` names a motive twice; name each once
    `motives`: `x` is not a motive's number; write the value of the page's check box, as in "20"
    `motives`: `` is not a motive's number; write the value of the page's check box, as in "20"
    `motives`: `1234567890` is not a motive's number; write the value of the page's check box, as in "20"
    "#
    );
    insta::assert_snapshot!(problems(&format!("{SERVICE}/appointment.do"), Some(&["20"])), @"`motives` can be asked only where `url` names a sitekey; leave the key out");
    insta::assert_snapshot!(problems(&format!("{SERVICE}/element/jsp/specific/pref99.jsp"), None), @r#"`url` is the page that asks for a postcode; write the address that it leads to, as in "https://rdv.example.gouv.fr/eAppointment/appointment.do?sitekey=P941&mobile=""#);
    insta::assert_snapshot!(problems(&format!("{PAGE};jsessionid=0A1B"), None), @"`url` holds somebody's session; leave out everything from the semicolon on");
    for other in [
        PAGE,
        CALL,
        "https://rdv.exemple.gouv.fr/",
        &format!("{SERVICE}/captcha?1"),
        &format!("{START}&imgc=1"),
    ] {
        assert!(problems(other, None).starts_with("`url` is not the first page"), "{other}");
    }
}

/// The pages of the folder, without the comments at their top.
static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| bodies("eappointment"));

/// Reads `body` as the page of the motives, as a page without any, and as the answer about motives.
fn readings(body: &str) -> Vec<Outcome> {
    let call = || vec![Ask::Get(START.parse().unwrap()), Ask::PostText(CALL.parse().unwrap(), String::new())];
    let page = || vec![Ask::Get(START.parse().unwrap())];
    [(PAGE, page(), true), (PAGE, page(), false), (CALL, call(), true), (PAGE, call(), true)]
        .into_iter()
        .filter_map(|(url, asked, motives)| {
            let url: Url = url.parse().unwrap();
            let target = if motives { with_motives(&["20"]) } else { target("eappointment", START) };
            let page = Page { url: &url, status: 200, body };
            let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
            match platform("eappointment").unwrap().read(&target, &page, &trail, &mut Markers::default()) {
                Ok(Step::Read(reading)) => Some(reading.outcome),
                _ => None,
            }
        })
        .collect()
}

/// Whether the service's own words for `outcome` stand anywhere in the page, visible or not.
fn holds_marker(outcome: &Outcome, body: &str) -> bool {
    let has = |word: &str| body.contains(word);
    match outcome {
        Outcome::Open(_) => {
            (has("foundAvailabilities") && has("true") && has("_remoteHandleCallback"))
                || ["ui-datepicker-group", "availabilityColumn", "soonestText"].iter().any(|word| has(word))
        }
        Outcome::Full => {
            let plain = body.to_lowercase();
            plain.contains("rendez-vous")
                && (plain.contains("pour les motifs") || plain.contains("pour ce service"))
        }
        Outcome::Shut => false,
        Outcome::Unknown(_) => true,
    }
}

/// Bits of pages and answers that hold no marker, though some come close.
fn soup() -> impl Strategy<Value = String> {
    let bits = prop_oneof![
        ".{0,12}",
        prop::sample::select(vec![
            "<h2>Disponibilités</h2>",
            "<form id=form2>",
            "<input type=checkbox name=selectedMotiveKeyList value=20>",
            "<td class=' undefined'><a class=ui-state-default href='#'>7</a></td>",
            "<select id=hourValueSelect><option>9</select>",
            "<p>Aucun rendez-vous n'est possible</p>",
            "<p>Il n'y a pas de rendez-vous",
            "dwr.engine._remoteHandleCallback('0','0',",
            "dwr.engine._remoteHandleCallback('0','0',{msg:null});",
            "{foundAvailabilities:",
            "foundAvailabilities",
            "'",
            "\"",
            "\\",
            "{",
            "}",
            "(",
            ")",
            ",",
            ":",
            ";",
            "/*",
            "*/",
            "//",
            "\n",
            "null",
            "false",
            "<script>",
            "</script>",
            "<!--",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(bits, 0..40).prop_map(|bits| bits.concat())
}

/// A page of the fixtures, cut, with a piece of another put in or a piece of rubbish.
fn spliced() -> impl Strategy<Value = String> {
    (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), "[<>/a-z\"'{}:,; ]{0,20}").prop_map(
        |(page, other, from, to, rubbish)| {
            let (page, other) = (page.get(PAGES.as_slice()), other.get(PAGES.as_slice()));
            let from = page.floor_char_boundary(from.index(page.len() + 1));
            let to = other.floor_char_boundary(to.index(other.len() + 1));
            format!("{}{rubbish}{}", page.split_at(from).0, other.split_at(to).1)
        },
    )
}

/// Any answer: one of the fixtures, a spliced one or soup.
fn any_body() -> impl Strategy<Value = String> {
    let whole = any::<Index>().prop_map(|page| page.get(PAGES.as_slice()).clone());
    prop_oneof![whole, spliced(), soup()]
}

proptest! {
    #[test]
    fn text_and_soup_without_a_marker_are_never_read_as_open_full_or_shut(text in any::<String>(), soup in soup()) {
        for body in [text, soup] {
            let known: Vec<Outcome> = readings(&body).into_iter().filter(Outcome::is_known).collect();
            prop_assert!(known.is_empty(), "{known:?}");
        }
    }

    #[test]
    fn a_spliced_page_is_read_only_as_what_it_has_words_for(body in spliced()) {
        for outcome in readings(&body) {
            prop_assert!(holds_marker(&outcome, &body), "{outcome:?}");
        }
    }

    #[test]
    fn whatever_a_text_of_the_answer_says_states_nothing(text in "[ -~é]{0,60}", quote in "['\"]") {
        let escaped = text.replace('\\', "\\\\").replace(&quote, &format!("\\{quote}"));
        let said = |found| {
            let value = format!("{{a:{quote}{escaped}{quote},foundAvailabilities:{found},b:[{quote}{escaped}{quote}]}}");
            probe(&with_motives(&["20"]), 0, service(&value)).1.map(|reading| reading.outcome.as_str())
        };
        prop_assert_eq!(said("true"), Ok("open"));
        prop_assert!(said("false").is_err());
    }

    #[test]
    fn whatever_is_answered_only_the_page_and_the_one_method_are_asked(
        answers in prop::collection::vec((any_body(), 0..4_usize), 4),
        wanted in prop::sample::subsequence(vec!["20", "70", "120", "x"], 0..4),
    ) {
        let left = RefCell::new(answers.into_iter());
        let (asked, _) = probe(&with_motives(&wanted), 0, |_| {
            let (body, from) = left.borrow_mut().next().unwrap();
            ([PAGE, CALL, START, &format!("{SERVICE}/captcha?1")][from].parse().unwrap(), body)
        });
        prop_assert!(asked.len() <= 2, "{asked:?}");
        prop_assert_eq!(&asked[0], &Ask::Get(START.parse().unwrap()));
        if let Some(ask) = asked.get(1) {
            let Ask::PostText(url, text) = ask else {
                return Err(TestCaseError::fail(format!("{ask:?}")));
            };
            let page = ["element/jsp/appointment.jsp", "appointment.do"];
            let texts = page.map(|page| question(&wanted).replace("element/jsp/appointment.jsp", page));
            prop_assert!(url.as_str() == CALL && texts.contains(text), "{url} {text}");
        }
    }
}

#[test]
fn two_mebibytes_of_hostile_markup_or_script_are_read_or_left_soon() {
    let none = "<div><p>Aucun rendez-vous n'est possible pour les motifs</p>";
    let target = with_motives(&["20"]);
    let call = [Ask::Get(START.parse().unwrap()), Ask::PostText(CALL.parse().unwrap(), String::new())];
    for (unit, url, asked, read) in [
        ("dwr.engine._remoteHandleCallback('0','0',{", CALL, &call[..], false),
        ("'\\'", CALL, &call[..], false),
        ("<div class=soonestText>7 mai</div><td><a class=ui-state-default>7</a>", PAGE, &call[..1], true),
        ("<p class=ui-datepicker-group><b class=ui-datepicker-group><td>", PAGE, &call[..1], false),
        (none, PAGE, &call[..1], false),
    ] {
        let body = unit.repeat(2 * 1024 * 1024 / unit.len());
        let url: Url = url.parse().unwrap();
        let page = Page { url: &url, status: 200, body: &body };
        let trail = Trail { round: 0, asked, noted: &[], listed: &[] };
        // Quadratic work on such a page takes hours, linear work a few seconds even in a debug build.
        let started = Instant::now();
        let reading = platform("eappointment").unwrap().read(&target, &page, &trail, &mut Markers::default());
        assert_eq!(reading.is_ok(), read, "{unit}: {reading:?}");
        assert!(started.elapsed().as_secs() < 60, "{unit}: {:?}", started.elapsed());
    }
}

//! Probes of the platform `orion`: when anything is asked at all, what is asked, and what is never concluded.

use std::sync::LazyLock;

use guichet_model::{Marker, Outcome, ParamValue, Params, Target};
use guichet_platforms::{Ask, Markers, Page, Step, Trail, platform};
use proptest::{prelude::*, sample::Index};
use serde_json::{Map, Value, json};
use url::Url;

use crate::{conversation::probe, folder::bodies, sample::target};

const SLOTS: &str = "https://esii-orion.com/orion-reservation/slots?account=EVMSPI&config=SEJOURUSARNVT&usemode=app&code=REN1";
const ENDPOINT: &str = "https://esii-orion.com/orion/api/1/rdv/bookings/availableSlotByDay";
/// A target's own keys, all of them.
const TEXTS: [(&str, &str); 6] = [
    ("internal_endpoint", "agreed"),
    ("config_id", "0123456789abcdef01234567"),
    ("purpose_id", "fedcba9876543210fedcba98"),
    ("business_id", "SEJ04"),
    ("purpose_name", "Demande renouvellement de titre de séjour"),
    ("minutes", "20"),
];

fn params(texts: &[(&str, &str)]) -> Params {
    let text = |&(key, value): &(&str, &str)| (key.to_owned(), ParamValue::Text(value.to_owned()));
    texts.iter().map(text).collect()
}

fn with(texts: &[(&str, &str)]) -> Target {
    Target { params: params(texts), ..target("orion", SLOTS) }
}

#[test]
fn nothing_is_asked_unless_the_operator_has_agreed() {
    let orion = platform("orion").unwrap();
    insta::assert_snapshot!(orion.not_asked(&with(&TEXTS[1..])).unwrap(), @r#"the page can only be read through an internal address of its operator; ask them, and write internal_endpoint = "agreed" in the target when they agree"#);
    for other in ["", "Agreed", "yes", "true"] {
        let target = with(&[&[("internal_endpoint", other)], &TEXTS[1..]].concat());
        assert!(orion.not_asked(&target).is_some(), "{other}");
        assert_eq!(orion.begin(&target), Ask::Get(SLOTS.parse().unwrap()));
    }
    assert_eq!(orion.not_asked(&with(&TEXTS)), None);
    insta::assert_snapshot!(orion.not_asked(&with(&TEXTS[..1])).unwrap(), @"the target does not tell all that the internal address wants to know; run the check of the catalogue, which names what is missing");
    for (missing, _) in &TEXTS[1..] {
        let some: Vec<_> = TEXTS.into_iter().filter(|(name, _)| name != missing).collect();
        assert_eq!(orion.not_asked(&with(&some)), orion.not_asked(&with(&TEXTS[..1])), "{missing}");
    }
}

#[test]
fn the_question_is_the_page_s_own() {
    let Ask::PostJson(url, body) = platform("orion").unwrap().begin(&with(&TEXTS)) else { panic!() };
    assert_eq!(url.as_str(), ENDPOINT);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), question(&["REN1"]));
    let mut target = with(&TEXTS);
    let places = ["REN2", "REN3"].map(str::to_owned).into();
    target.params.insert("places".to_owned(), ParamValue::List(places));
    target.params.insert("minutes".to_owned(), ParamValue::Text("75".to_owned()));
    let Ask::PostJson(_, body) = platform("orion").unwrap().begin(&target) else { panic!() };
    let mut expected = question(&["REN2", "REN3"]);
    expected["duration"] = json!(75);
    expected["purposes"][0]["duration"] = json!("01:15:00");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
}

fn question(places: &[&str]) -> Value {
    json!({
        "date": null, "maxElement": "100", "numberOfDay": 6, "accountId": "EVMSPI",
        "purposes": [{
            "id": "fedcba9876543210fedcba98", "businessId": "SEJ04",
            "name": "Demande renouvellement de titre de séjour", "duration": "00:20:00",
        }],
        "configId": "0123456789abcdef01234567", "duration": 20,
        "filterRequest": {"filterChannel": ["PHYSICAL"], "filterDay": [1, 2, 3, 4, 5], "filterPlaceCode": places},
        "indexPagination": 1, "slotsPerPage": 100,
    })
}

#[test]
fn redirects_are_not_followed_into_the_rest_of_the_service() {
    for (to, may) in [
        ("/", true),
        ("/maintenance", true),
        ("/orion-reservation/slots?account=A&config=B", true),
        ("/orion-reservation/slots/x", false),
        ("/orion-reservation/user", false),
        ("/orion-reservation", false),
        ("/orion/api/1/rdv/bookings/availableSlotByDay", false),
        ("/orion/api/1/rdv/bookings", false),
        ("/ORION/api", false),
        ("/orion;x=y/api", false),
        ("/%6frion/api", false),
        ("/x%2Forion%2Fapi", false),
        ("/x%252Forion%252Fapi", false),
        ("/orion-reservation%2Fuser", false),
    ] {
        let to: Url = format!("https://esii-orion.com{to}").parse().unwrap();
        assert_eq!(platform("orion").unwrap().may_follow(&with(&TEXTS), &to), may, "{to}");
    }
}

fn problems(url: &str, params: &Params) -> String {
    platform("orion").unwrap().check(&url.parse().unwrap(), params).join("\n")
}

#[test]
fn a_target_needs_its_ids_only_where_the_operator_has_agreed() {
    assert_eq!(problems(SLOTS, &Params::new()), "");
    assert_eq!(problems(SLOTS, &params(&TEXTS)), "");
    let remise = SLOTS.strip_suffix("&code=REN1").unwrap();
    assert_eq!(problems(remise, &params(&TEXTS[1..])), "");
    insta::assert_snapshot!(problems(remise, &params(&TEXTS[..1])), @"
    `internal_endpoint` is agreed, but `config_id` is missing; take it from the question that the page itself sends
    `internal_endpoint` is agreed, but `purpose_id` is missing; take it from the question that the page itself sends
    `internal_endpoint` is agreed, but `business_id` is missing; take it from the question that the page itself sends
    `internal_endpoint` is agreed, but `purpose_name` is missing; take it from the question that the page itself sends
    `internal_endpoint` is agreed, but `minutes` is missing; take it from the question that the page itself sends
    `internal_endpoint` is agreed, but `places` is missing; take it from the question that the page itself sends
    ");
}

#[test]
fn wrong_targets_are_told_what_to_write() {
    let long = "x".repeat(121);
    let mut wrong = params(&[
        ("internal_endpoint", "yes"),
        ("config_id", "SEJOURUSARNVT"),
        ("purpose_id", "0123456789abcdef0123456g"),
        ("business_id", "SEJ 04"),
        ("purpose_name", &long),
        ("minutes", "+20"),
    ]);
    wrong.insert("places".to_owned(), ParamValue::List(Vec::new()));
    insta::assert_snapshot!(problems("https://esii-orion.com/orion-reservation/user?account=EVMSPI", &wrong), @r#"
    `url` is not the page of the slots; write it as in "https://esii-orion.com/orion-reservation/slots?account=EVMSPI&config=SEJOURREMISE&usemode=app"
    `internal_endpoint` has one value only; write "agreed" when the operator has agreed, or leave the key out
    `config_id` is not the id of a configuration; write the `configId` of the page's own question, 24 hexadecimal digits
    `purpose_id` is not the id of a purpose; write the `id` of the purpose in the page's own question, 24 hexadecimal digits
    `business_id` is not the code of a purpose; write its `businessId`, as in "SEJ04"
    `purpose_name` is not the name of a purpose; write it as the page does, in at most 120 characters
    `minutes` is not a time in minutes; write how long an appointment takes, as in "20"
    `places` is not a list of one to ten codes of places; write them as in ["REN1"]
    "#);
    for minutes in ["", "0", "241", "-1", "20 min", "99999"] {
        assert!(problems(SLOTS, &params(&[("minutes", minutes)])).starts_with("`minutes`"), "{minutes}");
    }
    for (key, value) in
        [("account", "account=E V&config=A"), ("config", "account=EVMSPI&config="), ("both", "")]
    {
        let url = format!("https://esii-orion.com/orion-reservation/slots?{value}");
        assert!(problems(&url, &Params::new()).starts_with("`url`"), "{key}");
    }
}

/// The pages of the folder, without the comments at their top.
static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| bodies("orion"));

/// Reads `body` as the answer to the question.
fn answered(body: &str) -> Option<Outcome> {
    let target = with(&TEXTS);
    let url: Url = ENDPOINT.parse().unwrap();
    let asked = [Ask::PostJson(url.clone(), String::new())];
    let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
    let page = Page { url: &url, status: 200, body };
    match platform("orion").unwrap().read(&target, &page, &trail, &mut Markers::default()) {
        Ok(Step::Read(reading)) => Some(reading.outcome),
        Ok(Step::Ask { .. }) => panic!("nothing more is asked"),
        Err(_) => None,
    }
}

#[test]
fn the_explanation_of_an_answer_names_what_decided() {
    let url: Url = ENDPOINT.parse().unwrap();
    let asked = [Ask::PostJson(url.clone(), String::new())];
    let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
    let mut markers = Markers::default();
    let page = Page { url: &url, status: 200, body: "{\"daySlots\":[],\"error\":\"x\"}" };
    let reading = platform("orion").unwrap().read(&with(&TEXTS), &page, &trail, &mut markers);
    let line = |marker: &Marker| format!("{} {}", if marker.found { "+" } else { "-" }, marker.what);
    let told: Vec<String> = markers.all().iter().map(line).collect();
    insta::assert_snapshot!(told.join("\n") + "\n" + &reading.unwrap_err().to_string(), @"
    - a page of markup instead of data
    + data that is one well-formed object
    + a report of an error in the data
    + the list of days, once
    + an empty list of days
    - days in the list, and nothing else
    - days that do not hold empty lists only
    the page was not recognised: data that reports an error
    ");
}

/// Any data, with keys that come close.
fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ -~]{0,8}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        "[a-z]{1,6}",
        Just("dayslots".to_owned()),
        Just("slots".to_owned()),
        Just("day".to_owned())
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

fn spliced() -> impl Strategy<Value = String> {
    (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), "[<>a-z\"{}:,\\[\\] ]{0,12}").prop_map(
        |(page, other, from, to, rubbish)| {
            let (page, other) = (page.get(PAGES.as_slice()), other.get(PAGES.as_slice()));
            let from = page.floor_char_boundary(from.index(page.len() + 1));
            let to = other.floor_char_boundary(to.index(other.len() + 1));
            format!("{}{rubbish}{}", page.split_at(from).0, other.split_at(to).1)
        },
    )
}

proptest! {
    #[test]
    fn text_and_data_without_the_list_are_never_read_as_anything(text in any::<String>(), data in data()) {
        prop_assert_eq!(answered(&text), None);
        prop_assert_eq!(answered(&data.to_string()), None);
        prop_assert_eq!(answered(&json!({"data": data, "days": []}).to_string()), None);
    }

    #[test]
    fn full_is_an_empty_list_and_open_a_list_of_objects(list in data(), beside in data()) {
        let outcome = answered(&json!({"aside": beside, "daySlots": list}).to_string());
        let days = list.as_array();
        let is_day = |day: &Value| day.as_object().is_some_and(|day| !day.is_empty());
        match outcome {
            Some(Outcome::Full) => prop_assert!(days.is_some_and(Vec::is_empty)),
            Some(Outcome::Open(_)) => prop_assert!(days.is_some_and(|days| !days.is_empty() && days.iter().all(is_day))),
            Some(other) => prop_assert!(false, "{:?}", other),
            None => prop_assert!(days.is_none_or(|days| !days.is_empty())),
        }
    }

    #[test]
    fn a_spliced_answer_is_read_only_as_what_it_has_words_for(body in spliced()) {
        match answered(&body) {
            None => {}
            Some(Outcome::Full) => prop_assert!(body.contains("\"daySlots\":[")),
            Some(Outcome::Open(_)) => prop_assert!(body.contains("\"daySlots\":[") || body.contains("time-slot")),
            Some(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn whatever_is_answered_one_question_is_asked(body in prop_oneof![spliced(), any::<String>()], url in 0..3_usize) {
        let from = [ENDPOINT, SLOTS, "https://esii-orion.com/orion/api/1/rdv/bookings"][url];
        let (asked, _) = probe(&with(&TEXTS), 0, |_| (from.parse().unwrap(), body.clone()));
        let [Ask::PostJson(url, body)] = asked.as_slice() else {
            return Err(TestCaseError::fail(format!("{asked:?}")));
        };
        prop_assert_eq!(url.as_str(), ENDPOINT);
        prop_assert_eq!(serde_json::from_str::<Value>(body).unwrap(), question(&["REN1"]));
    }
}

//! The page's own question for the days with slots, from what a target tells.
//!
//! What never enters: an id of a person, an address besides the one.

use guichet_model::{ParamValue, Params};
use serde_json::json;
use url::Url;

use crate::{Ask, path};

/// Where the page asks.
const ENDPOINT: &str = "/orion/api/1/rdv/bookings/availableSlotByDay";
/// The page.
const PAGE: &str = "/orion-reservation/slots";
/// The word that lets a target be asked.
const AGREED: &str = "agreed";
/// The longest code, in characters.
const LONGEST_CODE: usize = 40;
/// The longest name of a purpose, in characters.
const LONGEST_NAME: usize = 120;
/// The longest appointment, in minutes.
const LONGEST_STAY: u16 = 240;
/// The most places.
const MOST_PLACES: usize = 10;

/// Whether the operator has agreed to be asked.
pub(super) fn is_agreed(params: &Params) -> bool {
    text(params, "internal_endpoint") == Some(AGREED)
}

/// Whether an answer comes from the one address that is asked.
pub(super) fn is_endpoint(url: &Url) -> bool {
    url.path() == ENDPOINT
}

/// Whether the path of `url` leads into the service, however it is written.
pub(super) fn is_of_the_service(url: &Url) -> bool {
    path::plain(url).split(['/', '\\']).any(|name| {
        let name = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        name == "orion" || name.starts_with("orion-")
    })
}

/// Whether `url` is the page itself: no redirect is followed into the rest of the service.
pub(super) fn is_the_page(url: &Url) -> bool {
    url.path() == PAGE
}

/// All that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    endpoint: Url,
    body: String,
}

impl Question {
    /// The question for a target; `None` where it does not tell all that is needed, or not rightly.
    pub(super) fn of(url: &Url, params: &Params) -> Option<Self> {
        let complete = problems_of_address(url).is_none()
            && NEEDED.iter().all(|need| text(params, need.name).is_some_and(need.right));
        let account = query(url, "account")?;
        let places = places(url, params).filter(|places| are_places(places))?;
        let needed = |name| text(params, name).filter(|_| complete);
        let minutes: u16 = needed("minutes")?.parse().ok()?;
        let body = json!({
            "date": null,
            "maxElement": "100",
            "numberOfDay": 6,
            "accountId": account,
            "purposes": [{
                "id": needed("purpose_id")?,
                "businessId": needed("business_id")?,
                "name": needed("purpose_name")?,
                "duration": format!("{:02}:{:02}:00", minutes / 60, minutes % 60),
            }],
            "configId": needed("config_id")?,
            "duration": minutes,
            "filterRequest": {
                "filterChannel": ["PHYSICAL"],
                "filterDay": [1, 2, 3, 4, 5],
                "filterPlaceCode": places,
            },
            "indexPagination": 1,
            "slotsPerPage": 100,
        });
        let mut endpoint = url.clone();
        endpoint.set_path(ENDPOINT);
        endpoint.set_query(None);
        endpoint.set_fragment(None);
        Some(Self { endpoint, body: body.to_string() })
    }

    /// The question, ready to be asked.
    pub(super) fn ask(self) -> Ask {
        Ask::PostJson(self.endpoint, self.body)
    }
}

/// A text that the question needs.
struct Need {
    name: &'static str,
    right: fn(&str) -> bool,
    /// What is wrong with one that is not right, and what to write.
    advice: &'static str,
}

const NEEDED: [Need; 5] = [
    Need {
        name: "config_id",
        right: is_id,
        advice: "is not the id of a configuration; write the `configId` of the page's own question, 24 hexadecimal digits",
    },
    Need {
        name: "purpose_id",
        right: is_id,
        advice: "is not the id of a purpose; write the `id` of the purpose in the page's own question, 24 hexadecimal digits",
    },
    Need {
        name: "business_id",
        right: is_code,
        advice: "is not the code of a purpose; write its `businessId`, as in \"SEJ04\"",
    },
    Need {
        name: "purpose_name",
        right: is_name,
        advice: "is not the name of a purpose; write it as the page does, in at most 120 characters",
    },
    Need {
        name: "minutes",
        right: is_stay,
        advice: "is not a time in minutes; write how long an appointment takes, as in \"20\"",
    },
];

/// What is wrong with a target, and what to write instead.
pub(super) fn problems(url: &Url, params: &Params) -> Vec<String> {
    let mut problems: Vec<String> = problems_of_address(url).into_iter().map(str::to_owned).collect();
    let endpoint = text(params, "internal_endpoint");
    if endpoint.is_some_and(|word| word != AGREED) {
        problems.push(
            "`internal_endpoint` has one value only; write \"agreed\" when the operator has agreed, or leave the \
             key out"
                .to_owned(),
        );
    }
    for need in NEEDED {
        match text(params, need.name) {
            Some(value) if !(need.right)(value) => problems.push(format!("`{}` {}", need.name, need.advice)),
            None if is_agreed(params) => problems.push(missing(need.name)),
            _ => {}
        }
    }
    match places(url, params) {
        Some(places) if !are_places(&places) => problems.push(
            "`places` is not a list of one to ten codes of places; write them as in [\"REN1\"]".to_owned(),
        ),
        None if is_agreed(params) => problems.push(missing("places")),
        _ => {}
    }
    problems
}

fn missing(name: &str) -> String {
    format!(
        "`internal_endpoint` is agreed, but `{name}` is missing; take it from the question that the page itself sends"
    )
}

fn problems_of_address(url: &Url) -> Option<&'static str> {
    let named = |key| query(url, key).is_some_and(|value| is_code(&value));
    let page = url.path() == PAGE && url.fragment().is_none();
    (!page || !named("account") || !named("config")).then_some(
        "`url` is not the page of the slots; write it as in \
         \"https://esii-orion.com/orion-reservation/slots?account=EVMSPI&config=SEJOURREMISE&usemode=app\"",
    )
}

/// The places that the target names, else the one of its address.
fn places(url: &Url, params: &Params) -> Option<Vec<String>> {
    match params.get("places") {
        Some(ParamValue::List(places)) => Some(places.clone()),
        _ => query(url, "code").map(|code| vec![code]),
    }
}

fn are_places(places: &[String]) -> bool {
    (1..=MOST_PLACES).contains(&places.len()) && places.iter().all(|place| is_code(place))
}

fn text<'p>(params: &'p Params, name: &str) -> Option<&'p str> {
    match params.get(name) {
        Some(ParamValue::Text(text)) => Some(text),
        _ => None,
    }
}

fn query(url: &Url, key: &str) -> Option<String> {
    url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
}

fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn is_stay(text: &str) -> bool {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits && text.parse().is_ok_and(|minutes: u16| (1..=LONGEST_STAY).contains(&minutes))
}

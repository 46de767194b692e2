//! A page of `fixtures/` with its circumstances, from the comment at its top.
//!
//! Keys: `url`, `status` (200), `target` (the form 1234), `asked` (for booking forms `get`, `start` or `desk N`; for
//! others `GET URL`, `POST URL`, `JSON URL` and `TEXT URL` in their order, with ` | `), `listed` and `noted`
//! (`11=…; 12=…`), `round` (0), `timezone` (Paris), and the target's own parameters: `text NAME` and `list NAME` (with ` | `).

use std::{collections::BTreeMap, time::Duration};

use guichet_model::{DeskReading, Offer, Outcome, ParamValue, Target, TargetStatus};
use guichet_platforms::{Ask, Desk};
use url::Url;

/// The target of the pages that name no other.
pub(crate) const FORM: &str = "https://www.exemple.gouv.fr/booking/create/1234";

/// A page and how it was come by.
pub(crate) struct Sample {
    pub(crate) target: Target,
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) round: u64,
    pub(crate) asked: Vec<Ask>,
    pub(crate) listed: Vec<Desk>,
    pub(crate) noted: Vec<DeskReading>,
}

impl Sample {
    /// Reads a file of the folder `platform`.
    pub(crate) fn of(folder: &str, text: &str) -> Self {
        let (head, body) = text.strip_prefix("<!--\n").unwrap().split_once("-->\n").unwrap();
        let facts: BTreeMap<&str, &str> = head
            .lines()
            .map(|line| line.split_once(": ").unwrap_or((line.trim_end_matches(':'), "")))
            .collect();
        let fact = |key: &str| facts.get(key).copied();
        // Verdicts that hold for every platform are shown on pages of this one.
        let platform = if folder == "generic" { "ez-booking" } else { folder };
        let mut target = target(platform, fact("target").unwrap_or(FORM));
        if let Some(zone) = fact("timezone") {
            target.timezone = zone.parse().unwrap();
        }
        for (key, value) in &facts {
            if let Some(name) = key.strip_prefix("list ") {
                let words = value.split(" | ").map(str::trim).filter(|word| !word.is_empty());
                let list = words.map(str::to_owned).collect();
                target.params.insert(name.to_owned(), ParamValue::List(list));
            } else if let Some(name) = key.strip_prefix("text ") {
                target.params.insert(name.to_owned(), ParamValue::Text((*value).to_owned()));
            }
        }
        let pairs = |key: &str| -> Vec<(String, Option<String>)> {
            let entries = fact(key).unwrap_or_default().split("; ").filter(|entry| !entry.is_empty());
            entries
                .map(|entry| match entry.split_once('=') {
                    Some((id, rest)) => (id.to_owned(), Some(rest.to_owned())),
                    None => (entry.to_owned(), None),
                })
                .collect()
        };
        let noted: Vec<DeskReading> = pairs("noted")
            .into_iter()
            .map(|(desk, said)| DeskReading { desk, label: None, outcome: outcome(said.as_deref().unwrap()) })
            .collect();
        Self {
            url: fact("url").unwrap().parse().unwrap(),
            status: fact("status").map_or(200, |status| status.parse().unwrap()),
            body: body.to_owned(),
            round: fact("round").map_or(0, |round| round.parse().unwrap()),
            asked: asked(&target.url, fact("asked").unwrap_or("get"), &noted),
            listed: pairs("listed").into_iter().map(|(id, label)| Desk { id, label }).collect(),
            noted,
            target,
        }
    }
}

/// A target with nothing but its address.
pub(crate) fn target(platform: &str, url: &str) -> Target {
    Target {
        id: "01-exemple/renouvellement".parse().unwrap(),
        label: None,
        platform: platform.to_owned(),
        url: url.parse().unwrap(),
        status: TargetStatus::Active,
        cadence: Duration::from_mins(20),
        timezone: guichet_model::civil::PARIS,
        seen: None,
        source: None,
        conflict: None,
        params: BTreeMap::new(),
    }
}

/// The questions up to `last`.
pub(crate) fn asked(url: &Url, last: &str, noted: &[DeskReading]) -> Vec<Ask> {
    let form = |step: u8| format!("{url}/{step}").parse::<Url>().unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let desk =
        |id: &str| Ask::PostForm(form(1), vec![pair("planning", id), pair("nextButton", "Etape suivante")]);
    if last == "get" {
        return vec![Ask::Get(url.clone())];
    }
    if last.starts_with(|c: char| c.is_ascii_uppercase()) {
        return last.split(" | ").map(plain).collect();
    }
    let start =
        Ask::PostForm(form(0), vec![pair("condition", "on"), pair("nextButton", "Prendre rendez-vous")]);
    let mut asked = vec![Ask::Get(form(0)), start];
    if let Some(id) = last.strip_prefix("desk ") {
        asked.extend(noted.iter().map(|earlier| desk(&earlier.desk)));
        asked.push(desk(id));
    }
    asked
}

/// A question without what it carries.
fn plain(words: &str) -> Ask {
    let (kind, url) = words.split_once(' ').unwrap();
    let url = url.parse().unwrap();
    match kind {
        "GET" => Ask::Get(url),
        "POST" => Ask::PostForm(url, Vec::new()),
        "JSON" => Ask::PostJson(url, String::new()),
        "TEXT" => Ask::PostText(url, String::new()),
        other => panic!("{other}"),
    }
}

fn outcome(word: &str) -> Outcome {
    match word {
        "open" => Outcome::Open(Offer::UNTOLD),
        "full" => Outcome::Full,
        "shut" => Outcome::Shut,
        other => Outcome::Unknown(other.parse().unwrap()),
    }
}

//! Whole probes against a scripted booking form: which questions leave, and what is read in the end.

use std::collections::BTreeSet;

use guichet_model::{Cause, Outcome, ParamValue, Target};
use guichet_platforms::{Ask, MOST_STEPS, Markers, Page, Reading, Step, Trail, Unrecognised, platform};
use url::Url;

use crate::{
    folder::FOLDERS,
    sample::{FORM, target},
};

/// Asks until the probe is over, as the sampler does; `answer` gives the address and the body of each page.
pub(crate) fn probe(
    target: &Target,
    round: u64,
    mut answer: impl FnMut(&Ask) -> (Url, String),
) -> (Vec<Ask>, Result<Reading, Unrecognised>) {
    let platform = platform(&target.platform).unwrap();
    let (mut asked, mut noted, mut listed) = (vec![platform.begin(target)], Vec::new(), Vec::new());
    loop {
        let (url, body) = answer(asked.last().unwrap());
        let page = Page { url: &url, status: 200, body: &body };
        let trail = Trail { round, asked: &asked, noted: &noted, listed: &listed };
        match platform.read(target, &page, &trail, &mut Markers::default()) {
            Ok(Step::Ask { noted: said, listed: desks, next }) => {
                noted.extend(said);
                listed.extend(desks);
                asked.push(next);
            }
            Ok(Step::Read(reading)) => return (asked, Ok(reading)),
            Err(error) => return (asked, Err(error)),
        }
        assert!(asked.len() <= MOST_STEPS, "{asked:?}");
    }
}

/// The desk that a question is about.
fn desk_of(ask: &Ask) -> Option<String> {
    match ask {
        Ask::PostForm(_, form) => {
            form.iter().find(|(name, _)| name == "planning").map(|(_, desk)| desk.clone())
        }
        _ => None,
    }
}

const START: &str =
    "<form><input type=checkbox name=condition><input name=nextButton value=Continuer></form>";
const NONE_LEFT: &str = "<h2>Vérification de disponibilité</h2>";
const NATURE: &str = "<h2>Description de la nature du rendez-vous</h2>";
const SWITCHED_OFF: &str = "<p>Ce lien a été désactivé définitivement</p>";

/// A form with `desks` desks, numbered from 1, of which `open` have slots and `off` are switched off.
fn form(desks: usize, open: &[&str], off: &[&str]) -> impl FnMut(&Ask) -> (Url, String) {
    move |ask| {
        let radio = |desk| format!("<input type=radio name=planning value={desk}>");
        let list = || (1..=desks).map(radio).collect::<Vec<_>>().concat();
        let (step, body) = match (ask, desk_of(ask)) {
            (Ask::Get(_), _) => (0, START.to_owned()),
            (_, None) => (1, list()),
            (_, Some(desk)) if open.contains(&desk.as_str()) => (3, NATURE.to_owned()),
            (_, Some(desk)) if off.contains(&desk.as_str()) => (0, SWITCHED_OFF.to_owned()),
            (_, Some(_)) => (2, NONE_LEFT.to_owned()),
        };
        (format!("{FORM}/{step}").parse().unwrap(), body)
    }
}

#[test]
fn over_the_rounds_every_desk_is_asked_at_most_two_at_a_time() {
    let target = target("ez-booking", FORM);
    for desks in 1..=9 {
        let mut seen = BTreeSet::new();
        for round in 0..9 {
            let (asked, reading) = probe(&target, round, form(desks, &[], &[]));
            let turn: BTreeSet<String> = asked.iter().filter_map(desk_of).collect();
            assert_eq!(turn.len(), desks.min(2), "{desks} desks, round {round}");
            assert_eq!(usize::from(reading.unwrap().desks_seen), desks);
            seen.extend(turn);
        }
        assert_eq!(seen.len(), desks, "of {desks} desks");
    }
    assert!(probe(&target, u64::MAX, form(3, &[], &[])).1.is_ok());
}

#[test]
fn half_as_many_rounds_as_desks_are_enough() {
    let target = target("ez-booking", FORM);
    let turns = (0..4).flat_map(|round| probe(&target, round, form(8, &[], &[])).0);
    assert_eq!(turns.filter_map(|ask| desk_of(&ask)).collect::<BTreeSet<_>>().len(), 8);
}

#[test]
fn the_questions_of_a_probe_are_those_of_a_visitor() {
    let (asked, _) = probe(&target("ez-booking", &format!("{FORM}/2?x=1")), 0, form(3, &[], &[]));
    insta::assert_snapshot!(asked.iter().map(line).collect::<Vec<_>>().join("\n"), @r"
    GET https://www.exemple.gouv.fr/booking/create/1234/0
    POST https://www.exemple.gouv.fr/booking/create/1234/0 condition=on&nextButton=Continuer
    POST https://www.exemple.gouv.fr/booking/create/1234/1 planning=1&nextButton=Etape suivante
    POST https://www.exemple.gouv.fr/booking/create/1234/1 planning=2&nextButton=Etape suivante
    ");
}

fn line(ask: &Ask) -> String {
    match ask {
        Ask::Get(url) => format!("GET {url}"),
        Ask::PostForm(url, form) => {
            let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("POST {url} {}", pairs.join("&"))
        }
        Ask::PostJson(url, text) | Ask::PostText(url, text) => format!("POST {url} {text}"),
    }
}

#[test]
fn one_open_desk_makes_the_target_open_and_an_unknown_one_never_makes_it_full() {
    for (open, off, outcome) in [
        (&["2"][..], &[][..], "open"),
        (&["1"], &["2"], "open"),
        (&[], &["1"], "unknown"),
        (&[], &[], "full"),
    ] {
        let (_, reading) = probe(&target("ez-booking", FORM), 0, form(2, open, off));
        let reading = reading.unwrap();
        assert_eq!(reading.outcome.as_str(), outcome, "{open:?} {off:?}");
        assert_eq!(reading.desks.len(), 2);
        if outcome == "unknown" {
            assert_eq!(reading.outcome, Outcome::Unknown(Cause::Gone));
        }
    }
}

#[test]
fn configured_desks_are_asked_in_their_order_and_others_never() {
    let mut target = target("ez-booking", FORM);
    let desks = ["7", "99", "3"].map(str::to_owned).into();
    target.params.insert("desks".to_owned(), ParamValue::List(desks));
    for round in 0..3 {
        let (asked, reading) = probe(&target, round, form(8, &["1"], &[]));
        assert_eq!(asked.iter().filter_map(desk_of).collect::<Vec<_>>(), ["7", "3"]);
        assert_eq!(reading.unwrap().outcome, Outcome::Full);
    }
}

#[test]
fn the_shared_service_is_asked_once_and_for_nothing_but_the_link() {
    let link = target("rdv-service-public", "https://rdv.exemple.gouv.fr/org/12#places");
    for folder in FOLDERS.iter().filter(|folder| folder.platform.name() == link.platform) {
        for page in &folder.pages {
            let (asked, _) = probe(&link, 0, |_| (page.url.clone(), page.body.clone()));
            assert_eq!(asked, [Ask::Get("https://rdv.exemple.gouv.fr/org/12".parse().unwrap())]);
        }
    }
}

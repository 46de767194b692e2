//! The eZ Publish "booking" module of the prefectures' own sites: `…/booking/create/<id>`.
//!
//! Its steps are numbered at the end of the address: 0 conditions, 1 choice of a desk, 2 none left, 3 nature of the
//! appointment, 4 weekly calendar, 5 and beyond the booking itself. A probe asks for step 0, sends the forms of steps 0
//! and 1, and reads where that leads. A calendar of step 4 without a single link to a slot stays unrecognised, be its legend
//! all that speaks of full cells: no page like it was ever seen saying so. What never enters: a choice of slot, step 5 and beyond, personal data.

mod address;
mod english;
mod signs;
mod week;

use std::time::Duration;

use guichet_model::{DeskReading, ParamValue, Params, Target};
use url::Url;

use self::{address::Address, signs::Signs};
use crate::{
    Ask, Desk, MOST_STEPS, Markers, Page, ParamKind, ParamSpec, Platform, Reading, Step, Trail, Unrecognised,
    desks, document, path, path::is_number,
};

/// The most desks asked in one probe.
const DESKS_A_PROBE: usize = 2;
/// The button of step 0, where the page does not name its own.
const START_BUTTON: &str = "Effectuer une demande de rendez-vous";
/// The button of step 1; the sites write it without accent.
const CHOICE_BUTTON: &str = "Etape suivante";

/// The platform `ez-booking`.
#[derive(Debug)]
pub(crate) struct EzBooking;

impl Platform for EzBooking {
    fn name(&self) -> &'static str {
        "ez-booking"
    }

    fn revision(&self) -> u16 {
        3
    }

    fn floor_cadence(&self) -> Duration {
        Duration::from_mins(15)
    }

    fn domains(&self) -> &'static [&'static str] {
        &["gouv.fr"]
    }

    fn params(&self) -> &'static [ParamSpec] {
        &[ParamSpec {
            name: "desks",
            kind: ParamKind::List,
            about: "the numbers of the desks (plannings) to ask, as in [\"12078\", \"13642\"]; absent: all that the page lists",
        }]
    }

    fn is_its_own(&self, url: &Url) -> bool {
        address::is_of_the_module(url)
    }

    fn check(&self, url: &Url, params: &Params) -> Vec<String> {
        let mut problems = Vec::new();
        if Address::of(url).is_none() {
            problems.push(
                "`url` is not the address of a booking form; write it as in \
                 \"https://www.example.gouv.fr/booking/create/12069\""
                    .to_owned(),
            );
        }
        if let Some(ParamValue::List(desks)) = params.get("desks") {
            if desks.is_empty() {
                problems.push(
                    "`desks` is empty; name the desks to ask, or leave the key out to ask all".to_owned(),
                );
            }
            if (1..desks.len()).any(|i| desks[..i].contains(&desks[i])) {
                problems.push("`desks` names a desk twice; name each once".to_owned());
            }
            for desk in desks.iter().filter(|desk| !is_number(desk) || desk.len() > 12) {
                let shown: String = desk.chars().take(40).collect();
                problems.push(format!(
                    "`desks`: `{shown}` is not a desk's number; write the value of the page's radio button, as in \"12078\""
                ));
            }
        }
        problems
    }

    fn may_follow(&self, target: &Target, to: &Url) -> bool {
        !self.is_its_own(to) || Address::of(&target.url).is_some_and(|address| address.is_before_booking(to))
    }

    fn is_gone_for_good(&self) -> bool {
        true
    }

    fn begin(&self, target: &Target) -> Ask {
        Ask::Get(
            Address::of(&target.url)
                .map_or_else(|| path::front_page(&target.url), |address| address.conditions()),
        )
    }

    fn read(
        &self,
        target: &Target,
        page: &Page<'_>,
        trail: &Trail<'_>,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised> {
        let address =
            Address::of(&target.url).ok_or_else(|| Unrecognised::new("a target that is no booking form"))?;
        let step = address.step_of(page.url);
        markers.look("an address of the booking form", step.is_some());
        let step = step.ok_or_else(|| Unrecognised::new("an answer from outside the booking form"))?;
        let html =
            document::parse(page.body).ok_or_else(|| Unrecognised::new("markup too deep or too large"))?;
        let signs = Signs::of(&html, &address, page.url, step);
        signs.tell(markers);

        if let Some(desk) = desk_asked(trail) {
            return desk_answered(target, &address, &signs, desk, trail);
        }
        if signs.can_choose() {
            let next =
                turns(target, &signs.desks, trail.round).first().map(|desk| choice(&address, &desk.id));
            markers.look("a desk to ask in the list", next.is_some());
            let next =
                next.ok_or_else(|| Unrecognised::new("a list of desks with none of those in `desks`"))?;
            return Ok(Step::Ask { noted: None, listed: signs.desks, next });
        }
        if signs.can_start() && matches!(trail.asked.last(), Some(Ask::Get(_))) {
            let button = signs.start_button.as_deref().unwrap_or(START_BUTTON);
            let form = [("condition", "on"), ("nextButton", button)];
            let next = Ask::PostForm(address.conditions(), pairs(&form));
            return Ok(Step::Ask { noted: None, listed: Vec::new(), next });
        }
        Ok(Step::Read(Reading::plain(signs.outcome()?)))
    }
}

/// What a desk said, and the next desk whose turn it is, if there is one.
fn desk_answered(
    target: &Target,
    address: &Address,
    signs: &Signs,
    desk: &str,
    trail: &Trail<'_>,
) -> Result<Step, Unrecognised> {
    let reading = DeskReading {
        desk: desk.to_owned(),
        label: trail.listed.iter().find(|listed| listed.id == desk).and_then(|listed| listed.label.clone()),
        outcome: signs.outcome()?,
    };
    let turns = turns(target, trail.listed, trail.round);
    let next = turns.iter().skip_while(|turn| turn.id != desk).nth(1);
    if let Some(next) = next.filter(|_| trail.asked.len() < MOST_STEPS) {
        let next = choice(address, &next.id);
        return Ok(Step::Ask { noted: Some(reading), listed: Vec::new(), next });
    }
    let outcome = desks::conclude(trail.noted, Some(reading.outcome));
    Ok(Step::Read(Reading {
        desks: trail.noted.iter().cloned().chain([reading]).collect(),
        desks_seen: u16::try_from(trail.listed.len()).unwrap_or(u16::MAX),
        ..Reading::plain(outcome)
    }))
}

/// The desks whose turn it is: all of them where there are two, else two by two, so that over the rounds every desk
/// is asked. Those that the target names come in its order, and only if the page lists them.
fn turns<'d>(target: &Target, listed: &'d [Desk], round: u64) -> Vec<&'d Desk> {
    let wanted = target.list("desks");
    let mut desks: Vec<&Desk> = if wanted.is_empty() {
        listed.iter().collect()
    } else {
        let on_the_page = |id| listed.iter().find(|desk| &desk.id == id);
        wanted.iter().filter_map(on_the_page).collect()
    };
    if desks.len() > DESKS_A_PROBE {
        let count = desks.len();
        let round = usize::try_from(round % count as u64).unwrap_or(0);
        desks.rotate_left(DESKS_A_PROBE * round % count);
        desks.truncate(DESKS_A_PROBE);
    }
    desks
}

/// The desk that the page at hand is about, if the last question was about a desk.
fn desk_asked<'t>(trail: &Trail<'t>) -> Option<&'t str> {
    match trail.asked.last() {
        Some(Ask::PostForm(_, form)) => {
            let planning = form.iter().find(|(name, _)| name == "planning");
            planning.map(|(_, desk)| desk.as_str())
        }
        _ => None,
    }
}

fn choice(address: &Address, desk: &str) -> Ask {
    Ask::PostForm(address.desks(), pairs(&[("planning", desk), ("nextButton", CHOICE_BUTTON)]))
}

fn pairs(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

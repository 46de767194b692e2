//! The signs on a page of the service, and the outcome that they prove together.
//!
//! A time counts only where the service itself puts it: on the card of a place, or in the area of a week's slots.
//! "Date fermée à la reservation" (sic) and columns without a slot say something of days, nothing of the motif.
//! What never enters: addresses, what to ask next.

use chrono::NaiveDate;
use guichet_model::{Cause, Instant, Offer, Outcome, SlotCount, Target, civil};
use scraper::{ElementRef, Html, node::Element};
use url::Url;

use super::times::{DayOfWeek, Told, Week, clock, in_full};
use crate::{
    Markers, Unrecognised,
    document::{visible_elements, visible_elements_of},
    text,
};

/// The most times taken from a page; a week at one place shows fewer.
const MOST_TIMES: usize = 500;
/// The most places that a page is read for the next availability in, and the most warnings; real pages have fewer.
const MOST_READ: usize = 500;
/// The heading of a day's column is among its first children.
const HEADING_WITHIN: usize = 4;

const NONE: &str = "malheureusement, aucun créneau correspondant à votre recherche n'a été trouvé";
const NEXT: &str = "prochaine disponibilité le";
const SLOT: [&str; 2] = ["choisir le créneau de ", "choisir le créneau du "];
const NOT_HERE: &str = "la prise de rendez-vous n'est pas disponible pour ce département";
const CLOSED_DAY: &str = "date fermée à la reservation";
const WITHDRAWN: &str = "n'est plus disponible à la réservation";
/// What the pages before the slots are headed with.
const EARLIER: [(&str, &str); 3] = [
    ("sélectionnez le service avec qui vous voulez prendre un rdv", "the service"),
    ("sélectionnez le motif de votre rdv", "the motif"),
    ("nombre de pré-demandes", "the number of files"),
];

/// What a page can say beside times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// That no slot was found, for all that was sought.
    NoneFound,
    /// The same on the card of one place.
    NoneAtAPlace,
    /// That there is no booking for the department.
    NotHere,
    /// That the motif is withdrawn.
    Withdrawn,
    /// That a day is closed to booking.
    ClosedDay,
    /// A field for an address.
    AddressField,
    /// The area of a week's slots, which may be empty.
    Week,
}

impl Sign {
    fn words(self) -> &'static str {
        match self {
            Self::NoneFound => "the sentence that no slot was found",
            Self::NoneAtAPlace => "a place's card with the sentence that no slot was found",
            Self::NotHere => "the sentence that there is no booking for the department",
            Self::Withdrawn => "the warning that the motif is withdrawn",
            Self::ClosedDay => "a day closed to booking",
            Self::AddressField => "a field for an address",
            Self::Week => "a week of one place",
        }
    }
}

/// What a page of the service shows.
#[derive(Debug)]
pub(super) struct Signs {
    /// Next availabilities, on cards of places or over a week without slots.
    next: Vec<Told>,
    /// The slots of a week.
    slots: Vec<Told>,
    last_day: Option<NaiveDate>,
    found: Vec<Sign>,
    /// What the page asks for before it shows slots.
    asks: Option<&'static str>,
}

impl Signs {
    /// Looks at a page, writing down what is looked for.
    pub(super) fn of(page: &Html, url: &Url, markers: &mut Markers) -> Self {
        let text = text::visible_text(page);
        let places = visible_elements(page).filter(|it| is_place(*it));
        let none_at = places.filter(|it| text::element_text(*it).contains(NONE)).count();
        let week = week(page, url);
        let signs = [
            (Sign::NoneFound, text.matches(NONE).count() > none_at),
            (Sign::NoneAtAPlace, none_at > 0),
            (Sign::NotHere, text.contains(NOT_HERE)),
            (Sign::Withdrawn, visible_elements(page).filter(is_warning).take(MOST_READ).any(is_withdrawal)),
            (Sign::ClosedDay, text.contains(CLOSED_DAY)),
            (Sign::AddressField, visible_elements(page).any(|it| it.attr("name") == Some("address"))),
            (Sign::Week, visible_elements(page).any(|it| is_slot_area(it.value()))),
        ];
        let asks = EARLIER.iter().find(|(words, _)| text.contains(words)).map(|(_, what)| *what);
        markers.look("the heading of a question before the slots", asks.is_some());
        let next: Vec<Told> =
            visible_elements(page).filter(is_in_place).take(MOST_READ).filter_map(next_time).collect();
        markers.look("the next availability on a card or over a week", !next.is_empty());
        let slots: Vec<Told> =
            visible_elements(page).filter_map(|it| slot(it, week)).take(MOST_TIMES).collect();
        markers.look("links to the slots of a week", !slots.is_empty());
        let mut look = |sign: Sign, found| markers.look(sign.words(), found).then_some(sign);
        let found = signs.into_iter().filter_map(|(sign, found)| look(sign, found)).collect();
        Self { next, slots, last_day: week.and_then(Week::last), found, asks }
    }

    /// What the page says of slots; times are in the target's civil time.
    pub(super) fn outcome(&self, target: &Target) -> Result<Outcome, Unrecognised> {
        let has = |sign| self.found.contains(&sign);
        let open = self.shows_times();
        // A place without slots beside one that has some takes nothing from it.
        let full = has(Sign::NoneFound) || (has(Sign::NoneAtAPlace) && !open);
        match (open, full, has(Sign::NotHere), has(Sign::Withdrawn), self.asks) {
            (true, false, false, false, None) => Ok(Outcome::Open(self.offer(target))),
            (false, true, false, false, None) => Ok(Outcome::Full),
            (false, false, true, false, None) => Ok(Outcome::Shut),
            (false, false, false, true, None) => Ok(Outcome::Unknown(Cause::Gone)),
            _ => Err(self.unrecognised()),
        }
    }

    fn shows_times(&self) -> bool {
        !self.next.is_empty() || !self.slots.is_empty()
    }

    fn offer(&self, target: &Target) -> Offer {
        let (shown, horizon) = if self.slots.is_empty() {
            // A week without slots is not as far as the page looks.
            (self.next.len(), None)
        } else {
            (self.slots.len(), self.last_day)
        };
        // One that is unclear could be the earliest.
        let times: Option<Vec<Instant>> = self
            .next
            .iter()
            .chain(&self.slots)
            .map(|told| match told {
                Told::At(time) => civil::instant_of(*time, target.timezone),
                Told::Unclear => None,
            })
            .collect();
        Offer {
            slots: SlotCount::AtLeast(u32::try_from(shown).unwrap_or(u32::MAX)),
            earliest: times.and_then(|times| times.into_iter().min()),
            horizon,
        }
    }

    fn unrecognised(&self) -> Unrecognised {
        let decisive = |sign: &&Sign| !matches!(sign, Sign::ClosedDay | Sign::AddressField | Sign::Week);
        let mut found: Vec<&str> = self.found.iter().filter(decisive).map(|sign| sign.words()).collect();
        if self.shows_times() {
            found.push("times of free slots");
        }
        let asks = self.asks.or_else(|| self.found.contains(&Sign::AddressField).then_some("an address"));
        match (found.as_slice(), asks) {
            ([], Some(what)) => {
                Unrecognised::new(format!("a step before the slots, where the page asks for {what}"))
            }
            ([], None) if self.found.contains(&Sign::Week) => {
                Unrecognised::new("a week without a slot, which says nothing of the weeks after it")
            }
            ([], None) => Unrecognised::new("no time of a slot and none of the service's own sentences"),
            (found, None) => Unrecognised::new(found.join(" and ")),
            (found, Some(what)) => {
                Unrecognised::new(format!("{} and a question for {what}", found.join(" and ")))
            }
        }
    }
}

/// Whether `element` is emphasised on a card or in the area of a week, as the next availability is.
fn is_in_place(element: &ElementRef<'_>) -> bool {
    element.value().name() == "strong" && stands_in(*element, |it| is_card(it) || is_slot_area(it))
}

/// The time of the next availability, when `emphasised` is what the service writes it in.
fn next_time(emphasised: ElementRef<'_>) -> Option<Told> {
    let time = text::heading_text(emphasised);
    let told = in_full(&time)?;
    let around = emphasised.parent().and_then(ElementRef::wrap).map(text::element_text)?;
    let announced = around.split_once(NEXT).is_some_and(|(_, rest)| rest.trim_start().starts_with(&time));
    announced.then_some(told)
}

/// The time of a slot of a week, when `element` is the link to one.
fn slot(element: ElementRef<'_>, week: Option<Week>) -> Option<Told> {
    let value = element.value();
    let label = text::comparable(value.attr("aria-label")?);
    let is_slot = value.name() == "a"
        && value.attr("href").is_some()
        && SLOT.iter().any(|start| label.starts_with(start))
        && stands_in(element, is_slot_area);
    let time = label.split(' ').next_back().and_then(|time| clock(time, ':')).filter(|_| is_slot)?;
    let day = DayOfWeek::of(&label).or_else(|| heading(element));
    let date = week.zip(day).and_then(|(week, day)| week.date_of(day));
    Some(date.map_or(Told::Unclear, |date| Told::At(date.and_time(time))))
}

/// The day at the head of the column that a slot stands in.
fn heading(slot: ElementRef<'_>) -> Option<DayOfWeek> {
    slot.ancestors().filter_map(ElementRef::wrap).find_map(|column| {
        let mut first = column.child_elements().take(HEADING_WITHIN);
        let heading = first.find(|child| child.value().name() == "p")?;
        DayOfWeek::of(&text::heading_text(heading))
    })
}

/// The week that lies between the links to the weeks before and after it.
fn week(page: &Html, url: &Url) -> Option<Week> {
    let linked = |label: &str| {
        let leads = |it: &ElementRef<'_>| {
            let own = it.attr("aria-label").map(text::comparable);
            own.as_deref() == Some(label) && stands_in(*it, is_slot_area)
        };
        let link = visible_elements(page).find(leads)?;
        let link = url.join(link.attr("href")?).ok()?;
        let (_, date) = link.query_pairs().find(|(key, _)| key == "date")?;
        // Sometimes a whole timestamp.
        date.get(..10)?.parse::<NaiveDate>().ok()
    };
    Week::between(linked("semaine précédente"), linked("semaine suivante"))
}

fn is_warning(element: &ElementRef<'_>) -> bool {
    element.value().classes().any(|class| ["alert-warning", "fr-alert--warning"].contains(&class))
}

fn is_withdrawal(warning: ElementRef<'_>) -> bool {
    let text = text::element_text(warning);
    text.starts_with("le motif ") && text.contains(WITHDRAWN)
}

/// The outermost card with the name of a place or an organisation on it.
fn is_place(element: ElementRef<'_>) -> bool {
    let title = |it: ElementRef<'_>| {
        it.value().classes().any(|class| ["card-title", "fr-card__title"].contains(&class))
    };
    is_card(element.value()) && !stands_in(element, is_card) && visible_elements_of(element).any(title)
}

fn is_card(element: &Element) -> bool {
    element.classes().any(|class| ["card", "fr-card"].contains(&class))
}

fn is_slot_area(element: &Element) -> bool {
    element.id().is_some_and(|id| id.starts_with("creneaux-lieu-"))
}

fn stands_in(element: ElementRef<'_>, what: impl Fn(&Element) -> bool) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|around| what(around.value()))
}

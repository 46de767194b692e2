//! The signs on a page of the module, and the outcome that they prove together.
//!
//! Each outcome needs a sign of its own and none of another's; the word « libre » alone, which every legend holds,
//! proves nothing. What never enters: what to ask next.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate};
use guichet_model::{Cause, Offer, Outcome, SlotCount};
use scraper::{ElementRef, Html};
use url::Url;

use super::{address::Address, english, week};
use crate::{
    Desk, Markers, Unrecognised,
    document::{visible_elements, visible_elements_of},
    path::is_number,
    text,
};

/// The most desks taken from a page; real pages list fewer than 20.
const MOST_DESKS: usize = 200;
/// The longest text taken from a page, in characters.
const LONGEST_LABEL: usize = 120;

/// Things a page can show; the texts are comparable (see [`text::comparable`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// "Il n'existe plus de plage horaire libre …", or its English form at step 2.
    NoneLeft,
    /// Title of step 2.
    AvailabilityTitle,
    /// A title in English that could be that of step 2: it proves nothing by itself.
    EnglishTitle,
    /// Words of trouble at step 2: what else stands there may be an error page's.
    Trouble,
    /// Title of step 3: only reached when there are slots.
    NatureTitle,
    /// Title of step 4.
    CalendarTitle,
    /// Links to free slots.
    FreeSlots,
    /// "Cette page n'est pas disponible pour le moment".
    PageClosed,
    /// "Il n'y a pas calendrier disponible", in the list of errors.
    NoCalendar,
    /// "Ce lien a été désactivé définitivement".
    LinkSwitchedOff,
    /// The check box of step 0.
    ConditionsForm,
    /// The radio buttons of step 1.
    DeskList,
}

impl Sign {
    const ALL: [Self; 12] = [
        Self::NoneLeft,
        Self::AvailabilityTitle,
        Self::EnglishTitle,
        Self::Trouble,
        Self::NatureTitle,
        Self::CalendarTitle,
        Self::FreeSlots,
        Self::PageClosed,
        Self::NoCalendar,
        Self::LinkSwitchedOff,
        Self::ConditionsForm,
        Self::DeskList,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::NoneLeft => "the sentence that no slot is left",
            Self::AvailabilityTitle => "the title of step 2",
            Self::EnglishTitle => "an English title like that of step 2",
            Self::Trouble => "words of trouble",
            Self::NatureTitle => "the title of step 3",
            Self::CalendarTitle => "the title of step 4",
            Self::FreeSlots => "links to free slots",
            Self::PageClosed => "the sentence that the page is closed",
            Self::NoCalendar => "the sentence that there is no calendar",
            Self::LinkSwitchedOff => "the sentence that the link is switched off",
            Self::ConditionsForm => "the start page's form",
            Self::DeskList => "the list of desks",
        }
    }

    fn is_title(self) -> bool {
        matches!(self, Self::AvailabilityTitle | Self::NatureTitle | Self::CalendarTitle)
    }

    /// What the sign speaks for, if it speaks for an outcome.
    fn side(self) -> Option<Side> {
        match self {
            Self::NoneLeft | Self::AvailabilityTitle => Some(Side::Full),
            Self::NatureTitle | Self::CalendarTitle | Self::FreeSlots => Some(Side::Open),
            Self::PageClosed | Self::NoCalendar => Some(Side::Shut),
            Self::LinkSwitchedOff => Some(Side::Gone),
            Self::EnglishTitle | Self::Trouble | Self::ConditionsForm | Self::DeskList => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Full,
    Open,
    Shut,
    Gone,
}

/// What a page of the module shows.
#[derive(Debug)]
pub(super) struct Signs {
    step: u8,
    found: Vec<Sign>,
    slots: BTreeSet<i64>,
    last_day: Option<NaiveDate>,
    /// The desks that the page lists.
    pub(super) desks: Vec<Desk>,
    /// The value of the start form's own button, where it has one.
    pub(super) start_button: Option<String>,
}

impl Signs {
    /// Looks at a page of the form `address` that came from `url` and shows `step`.
    pub(super) fn of(page: &Html, address: &Address, url: &Url, step: u8) -> Self {
        let mut signs = Self {
            step,
            found: Vec::new(),
            slots: BTreeSet::new(),
            last_day: None,
            desks: Vec::new(),
            start_button: None,
        };
        // The conditions of use are the prefecture's own prose: they may quote any sentence of the module.
        let text = text::visible_text_without(page, Some("condition_Booking"));
        signs.look_for_sentences(&text);
        for element in visible_elements(page) {
            signs.look_at(element, address, url);
        }
        if step == 2 {
            let mut forms = visible_elements(page).filter(|element| is_form_of(*element, address, url));
            signs.look_for_english(&text, forms.next());
        }
        if !signs.slots.is_empty() {
            signs.found.push(Sign::FreeSlots);
        }
        if !signs.desks.is_empty() {
            signs.found.push(Sign::DeskList);
            signs.name_desks(page);
        }
        signs
    }

    fn look_for_sentences(&mut self, text: &str) {
        if text.contains("il n'existe plus de plage horaire libre pour votre demande de rendez-vous") {
            self.found.push(Sign::NoneLeft);
        }
        if text.contains("cette page n'est pas disponible pour le moment") {
            self.found.push(Sign::PageClosed);
        }
        if text.contains("ce lien a été désactivé définitivement") {
            self.found.push(Sign::LinkSwitchedOff);
        }
    }

    /// Some sites write step 2 in English. Any error page asks to try later as well: the sentence counts only in or
    /// beside the module's form, under the title of the step, and where nothing speaks of trouble.
    fn look_for_english(&mut self, text: &str, form: Option<ElementRef<'_>>) {
        if english::speaks_of_trouble_in_french(text) {
            self.found.push(Sign::Trouble);
        }
        if english::speaks_of_trouble(text) {
            self.found.push(Sign::Trouble);
            return;
        }
        let titled =
            [Sign::AvailabilityTitle, Sign::EnglishTitle].iter().any(|sign| self.found.contains(sign));
        let beside = form.and_then(|form| form.parent()).and_then(ElementRef::wrap);
        if titled && beside.is_some_and(|place| english::asks_to_try_later(&text::element_text(place))) {
            self.found.push(Sign::NoneLeft);
        }
    }

    fn look_at(&mut self, element: ElementRef<'_>, address: &Address, url: &Url) {
        let value = element.value();
        match value.name() {
            "h2" => self.look_at_title(&text::heading_text(element)),
            "th" if self.last_day.is_none() => self.last_day = week::last_day(&text::heading_text(element)),
            "a" => {
                let link = value.attr("href").and_then(|href| url.join(href).ok());
                self.slots.extend(link.and_then(|link| address.slot_of(&link)));
            }
            "ul" if is_error_list(element) && !is_within_an_error_list(element) => {
                let text = text::element_text(element);
                if ["il n'y a pas calendrier disponible", "il n'y a pas de calendrier disponible"]
                    .iter()
                    .any(|sentence| text.contains(sentence))
                {
                    self.found.push(Sign::NoCalendar);
                }
            }
            "form" => self.look_at_start_form(element),
            "input" if value.attr("name") == Some("planning") && value.attr("type") == Some("radio") => {
                self.add_desk(value.attr("value").unwrap_or_default());
            }
            _ => {}
        }
    }

    fn look_at_title(&mut self, title: &str) {
        for (words, sign) in [
            ("vérification de disponibilité", Sign::AvailabilityTitle),
            ("description de la nature du rendez-vous", Sign::NatureTitle),
            ("choix d'une plage horaire", Sign::CalendarTitle),
        ] {
            if title.contains(words) {
                self.found.push(sign);
            }
        }
        if english::names_availability(title) {
            self.found.push(Sign::EnglishTitle);
        }
    }

    fn look_at_start_form(&mut self, form: ElementRef<'_>) {
        let named = |name: &str| visible_elements_of(form).find(|e| e.attr("name") == Some(name));
        if self.found.contains(&Sign::ConditionsForm) || named("condition").is_none() {
            return;
        }
        self.found.push(Sign::ConditionsForm);
        self.start_button = named("nextButton")
            .and_then(|button| button.attr("value"))
            .map(|value| value.chars().take(LONGEST_LABEL).collect())
            .filter(|value: &String| !value.is_empty());
    }

    fn add_desk(&mut self, id: &str) {
        let new = self.desks.iter().all(|desk| desk.id != id);
        if new && self.desks.len() < MOST_DESKS && id.len() <= 12 && is_number(id) {
            self.desks.push(Desk { id: id.to_owned(), label: None });
        }
    }

    fn name_desks(&mut self, page: &Html) {
        for element in visible_elements(page).filter(|element| element.value().name() == "label") {
            let id = element.attr("for").and_then(|input| input.strip_prefix("planning"));
            if let Some(desk) = self.desks.iter_mut().find(|desk| Some(desk.id.as_str()) == id)
                && desk.label.is_none()
            {
                desk.label = text::label(element, LONGEST_LABEL);
            }
        }
    }

    /// Whether this is the start page, with a form to go on.
    pub(super) fn can_start(&self) -> bool {
        self.found.contains(&Sign::ConditionsForm)
    }

    /// Whether this is the page where a desk is chosen.
    pub(super) fn can_choose(&self) -> bool {
        self.step == 1 && !self.desks.is_empty()
    }

    /// Writes down what was looked for.
    pub(super) fn tell(&self, markers: &mut Markers) {
        for sign in Sign::ALL {
            markers.look(sign.words(), self.found.contains(&sign));
        }
    }

    /// What the page says of slots.
    pub(super) fn outcome(&self) -> Result<Outcome, Unrecognised> {
        let has = |sign| self.found.contains(&sign);
        // Where there is no calendar, a title only names the step.
        let counts = |sign: &Sign| !(has(Sign::NoCalendar) && sign.is_title());
        let sides: BTreeSet<Side> =
            self.found.iter().copied().filter(counts).filter_map(Sign::side).collect();
        // Sent back to an earlier step: only a plain statement that booking is off still counts there.
        let back = self.can_start() || !self.desks.is_empty();
        let titled = self.step == 2 && has(Sign::AvailabilityTitle) && !has(Sign::Trouble);
        let full = has(Sign::NoneLeft) || titled;
        let open = matches!(self.step, 3 | 4) && (has(Sign::NatureTitle) || has(Sign::FreeSlots));
        match Vec::from_iter(sides).as_slice() {
            [Side::Shut] => Ok(Outcome::Shut),
            [Side::Gone] => Ok(Outcome::Unknown(Cause::Gone)),
            [Side::Full] if full && !back => Ok(Outcome::Full),
            [Side::Open] if open && !back => Ok(Outcome::Open(self.offer())),
            _ => Err(self.unrecognised()),
        }
    }

    fn offer(&self) -> Offer {
        let shown = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        Offer {
            slots: if shown == 0 { SlotCount::NotTold } else { SlotCount::AtLeast(shown) },
            earliest: self.slots.first().and_then(|&time| DateTime::from_timestamp(time, 0)),
            horizon: self.last_day,
        }
    }

    fn unrecognised(&self) -> Unrecognised {
        let mut found: Vec<&str> = self.found.iter().map(|sign| sign.words()).collect();
        found.dedup();
        let found = if found.is_empty() { "none of them".to_owned() } else { found.join(" and ") };
        Unrecognised::new(format!("step {} with {found}", self.step))
    }
}

fn is_error_list(element: ElementRef<'_>) -> bool {
    element.value().name() == "ul" && element.value().classes().any(|class| class == "error")
}

/// Whether what stands in `element` is read with the list of errors around it.
fn is_within_an_error_list(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(is_error_list)
}

/// Whether `element` is the module's form, by its id or by where it leads.
fn is_form_of(element: ElementRef<'_>, address: &Address, url: &Url) -> bool {
    let value = element.value();
    let leads_on = || {
        let action = value.attr("action").and_then(|action| url.join(action).ok());
        action.is_some_and(|action| address.step_of(&action).is_some())
    };
    value.name() == "form" && (value.id() == Some("FormBookingCreate") || leads_on())
}

//! The signs on a page of the service, and the outcome that they prove together.
//!
//! Each outcome needs a sign of its own and none of another's. What never enters: what to ask next, the answers of the
//! service's calls.

use chrono::NaiveTime;
use guichet_model::{Offer, Outcome, SlotCount, Target, civil::instant_of};
use scraper::{ElementRef, Html, node::Element};

use super::{
    days::{Picker, Told},
    is_motive, words,
};
use crate::{
    Markers, Unrecognised,
    document::{elements, visible_elements},
    text,
};

/// The most motives taken from a page; real pages list fewer than 20.
const MOST_MOTIVES: usize = 200;
/// Elements that hold a statement of their own.
const BLOCKS: [&str; 11] = ["p", "div", "li", "td", "dd", "h1", "h2", "h3", "h4", "section", "main"];

/// Things a page can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A title that names an error.
    Error,
    /// The captcha's field or picture, or the field that books.
    PersonalForm,
    /// The field of the page that asks for a postcode.
    Postcode,
    /// The form that the motives stand in.
    MotiveForm,
    /// A sentence that no appointment is possible.
    NoneLeft,
}

/// What a page of the service shows.
#[derive(Debug)]
pub(super) struct Signs {
    found: Vec<Sign>,
    /// The motives that the page lists.
    pub(super) motives: Vec<String>,
    /// The date picker.
    picker: Picker,
    /// How many times can be chosen.
    times: usize,
    /// The soonest offers.
    soonest: Vec<Told>,
}

impl Signs {
    /// Looks at a page.
    pub(super) fn of(page: &Html) -> Self {
        let mut signs = Self {
            found: Vec::new(),
            motives: Vec::new(),
            picker: Picker::of(page),
            times: 0,
            soonest: Vec::new(),
        };
        let mut titles = elements(page).filter(|element| element.value().name() == "title");
        signs.note(Sign::Error, titles.any(|it| words::plain(&text::element_text(it)).contains("erreur")));
        signs.note(Sign::NoneLeft, says_none(page));
        for element in visible_elements(page) {
            signs.look_at(element);
        }
        signs
    }

    fn note(&mut self, sign: Sign, found: bool) {
        if found && !self.has(sign) {
            self.found.push(sign);
        }
    }

    fn has(&self, sign: Sign) -> bool {
        self.found.contains(&sign)
    }

    fn look_at(&mut self, element: ElementRef<'_>) {
        let value = element.value();
        self.note(Sign::PersonalForm, is_personal(value));
        self.note(Sign::MotiveForm, value.name() == "form" && value.id() == Some("form2"));
        self.note(Sign::Postcode, value.name() == "input" && value.id() == Some("CPId"));
        if is_motive_box(value) {
            let motive = value.attr("value").unwrap_or_default();
            let new = self.motives.iter().all(|listed| listed != motive);
            if new && self.motives.len() < MOST_MOTIVES && is_motive(motive) {
                self.motives.push(motive.to_owned());
            }
        }
        if is_time(value) && is_within(element, |class| class.starts_with("availabilityColumn")) {
            self.times += 1;
        }
        let is_offer = |class: &str| class == "soonestText";
        if value.classes().any(is_offer) && !is_within(element, is_offer) {
            self.soonest.extend(Told::in_words(&text::element_text(element)));
        }
    }

    /// Writes down what was looked for.
    pub(super) fn tell(&self, markers: &mut Markers) {
        markers.look("a title that names an error", self.has(Sign::Error));
        markers.look("a field of the form of personal data", self.has(Sign::PersonalForm));
        markers.look("the field for a postcode", self.has(Sign::Postcode));
        markers.look("the form for motives", self.has(Sign::MotiveForm));
        markers.look("motives that can be ticked", !self.motives.is_empty());
        markers.look("the sentence that no appointment is possible", self.has(Sign::NoneLeft));
        markers.look("days that can be chosen in the date picker", self.picker.open > 0);
        markers.look("times that can be chosen", self.times > 0);
        markers.look("soonest offers with their day", !self.soonest.is_empty());
    }

    /// Whether this is the service's error page.
    pub(super) fn is_error(&self) -> bool {
        self.has(Sign::Error)
    }

    /// Whether this is the page where motives are ticked.
    pub(super) fn can_choose(&self) -> bool {
        self.has(Sign::MotiveForm)
            && !self.motives.is_empty()
            && !self.has(Sign::Error)
            && !self.has(Sign::PersonalForm)
    }

    /// What the page says of slots.
    ///
    /// The error page comes with status 200 for a session that ended, an address that is no longer served and a
    /// failure alike. Calling it overloaded would blame a server that may be well, and hide an address that is dead:
    /// it is not recognised, and is told apart only in words.
    pub(super) fn outcome(&self, target: &Target) -> Result<Outcome, Unrecognised> {
        let open = self.picker.open > 0 || self.times > 0 || !self.soonest.is_empty();
        let none = self.has(Sign::NoneLeft);
        let wrong = if self.has(Sign::Error) {
            "the service's error page"
        } else if self.has(Sign::PersonalForm) {
            "the form of personal data"
        } else if none && open {
            "the sentence that there is none, beside slots"
        } else if self.has(Sign::Postcode) {
            // Where something is still to be chosen, neither a sentence nor a picker speaks of the choice.
            "the page that asks for a postcode"
        } else if !self.motives.is_empty() {
            "a list of motives that are still to be chosen"
        } else if none {
            return Ok(Outcome::Full);
        } else if open {
            return Ok(Outcome::Open(self.offer(target)));
        } else {
            "none of the signs of this service"
        };
        Err(Unrecognised::new(wrong))
    }

    fn offer(&self, target: &Target) -> Offer {
        let offered = self.times.max(self.soonest.len());
        let shown = u32::try_from(offered).unwrap_or(u32::MAX);
        let told = self.soonest.iter().map(|told| told.date);
        let first = told.chain([self.picker.first]).flatten().min();
        Offer {
            slots: if shown == 0 { SlotCount::NotTold } else { SlotCount::AtLeast(shown) },
            earliest: first.and_then(|day| instant_of(day.and_time(NaiveTime::MIN), target.timezone)),
            horizon: self.picker.horizon,
        }
    }
}

/// Whether a statement of the page begins with one of the sentences, above the footer.
fn says_none(page: &Html) -> bool {
    let begins = |beginning: &String| words::begins_with_none(beginning);
    words::says_none(&text::visible_text(page)) && text::beginnings(page, &BLOCKS).iter().any(begins)
}

/// Whether anything around `element` has such a class.
fn is_within(element: ElementRef<'_>, class: impl Fn(&str) -> bool) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|around| around.value().classes().any(&class))
}

/// Whether this is the captcha's field or picture, or the field that books.
fn is_personal(element: &Element) -> bool {
    let names = |value: Option<&str>| matches!(value, Some("imgc" | "saveRdvId"));
    let is_picture =
        || element.name() == "img" && element.attr("src").is_some_and(|it| it.contains("captcha"));
    names(element.attr("name")) || names(element.id()) || is_picture()
}

/// Whether this is the check box of a motive.
fn is_motive_box(element: &Element) -> bool {
    element.name() == "input"
        && element.attr("type") == Some("checkbox")
        && element.attr("name") == Some("selectedMotiveKeyList")
}

/// Whether this is the button of a time that can be chosen.
fn is_time(element: &Element) -> bool {
    element.name() == "input" && element.attr("type") == Some("radio") && element.attr("disabled").is_none()
}

//! What a page of slots shows, once its scripts have run: days side by side on a wide screen, days to unfold on a
//! narrow one, sentences.
//!
//! A page that has not been rendered holds all its alternatives at once, in elements whose attributes decide which is
//! shown: nothing in them proves anything. What never enters: what it amounts to.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use scraper::{ElementRef, Html, node::Element};

use super::dates::{self, Heading};
use crate::{
    document::{Seen, elements, visible_elements_without, walk},
    path::is_number,
    text,
};

/// A class for what is not shown, in Quasar and in the State's design system.
const HIDDEN_CLASSES: [&str; 3] = ["hidden", "fr-hidden", "invisible"];
/// Attributes that decide whether an element comes, how often, and with what in it.
const CONDITIONS: [&str; 7] = ["v-if", "v-else", "v-else-if", "v-show", "v-for", "v-text", "v-html"];
/// Components that show what they hold later, or never.
const UNRENDERED: [&str; 5] = ["q-dialog", "q-menu", "q-tooltip", "q-popup-proxy", "q-expansion-item"];

/// What the page shows of slots.
#[derive(Debug)]
pub(super) struct Calendar {
    /// The visible text, in passages; see [`text::passages_without`].
    pub(super) passages: Vec<String>,
    /// A heading that says that there is no slot, and nothing else.
    pub(super) none_heading: bool,
    /// How many slots can be chosen.
    pub(super) slots: usize,
    days: Vec<Day>,
    /// A browser has translated the page: its dates and times may be turned round.
    translated: bool,
}

/// A day of the calendar.
#[derive(Debug, Default)]
struct Day {
    heading: Option<Heading>,
    /// The time of each slot, where it can be read.
    slots: Vec<Option<NaiveTime>>,
}

/// The earliest slot that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Earliest {
    /// Its day.
    pub(super) day: NaiveDate,
    /// Its time.
    pub(super) time: Option<NaiveTime>,
}

impl Calendar {
    /// Looks at a page.
    pub(super) fn of(page: &Html) -> Self {
        let mut calendar = Self {
            passages: text::passages_without(page, &proves_nothing),
            none_heading: false,
            slots: 0,
            days: Vec::new(),
            translated: false,
        };
        let mut seen = BTreeSet::new();
        let Some(root) = elements(page).next() else {
            return calendar;
        };
        calendar.translated = root.value().classes().any(|class| class.starts_with("translated-"));
        for element in shown(root) {
            // A day holds no other: what is nested is part of the outermost.
            let around = || element.ancestors().filter_map(ElementRef::wrap).any(is_day);
            let has = |class| element.value().classes().any(|it| it == class);
            if element.value().name() == "h2" {
                let title = text::heading_text_without(element, &proves_nothing);
                calendar.none_heading |= title.trim_end_matches(['.', ' ']) == "aucun créneau disponible";
            } else if is_day(element) && around() {
                // Read already.
            } else if has("blocCreneauSelection") {
                calendar.days.push(Day::of(&[element], "celulleHeader", &mut seen));
            } else if has("q-expansion-item") {
                let mut parts = unfolded(element);
                parts.push(element);
                calendar.days.push(Day::of(&parts, "q-item__label", &mut seen));
            } else if slot_id(element).is_some() {
                calendar.days.push(Day::of(&[element], "", &mut seen));
            }
        }
        calendar.days.retain(|day| day.heading.is_some() || !day.slots.is_empty());
        calendar.slots = seen.len();
        calendar
    }

    /// Whether a passage begins with `sentence`: one that quotes it within another does not.
    pub(super) fn says(&self, sentence: &str) -> bool {
        self.passages.iter().any(|passage| passage.starts_with(sentence))
    }

    /// What follows `lead` at the beginning of a passage.
    pub(super) fn after(&self, lead: &str) -> Option<&str> {
        self.passages.iter().find_map(|passage| passage.strip_prefix(lead))
    }

    /// The earliest slot, if the day of each slot is certain.
    pub(super) fn earliest(&self, span: Option<(NaiveDate, NaiveDate)>) -> Option<Earliest> {
        let with_slots = self.days.iter().filter(|day| !day.slots.is_empty());
        let earliest_of = |day: &Day| {
            // A time that cannot be read may be the earliest of its day.
            let times = day.slots.iter().copied().collect::<Option<Vec<_>>>();
            let time = times.and_then(|times| times.into_iter().min());
            Some(Earliest { day: self.date_of(day, span)?, time })
        };
        with_slots.map(earliest_of).collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// The last day shown, if the date of each day is certain.
    pub(super) fn last_day(&self, span: Option<(NaiveDate, NaiveDate)>) -> Option<NaiveDate> {
        let dates = self.days.iter().map(|day| self.date_of(day, span));
        dates.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    fn date_of(&self, day: &Day, span: Option<(NaiveDate, NaiveDate)>) -> Option<NaiveDate> {
        let (from, to) = span.filter(|_| !self.translated)?;
        day.heading?.between(from, to)
    }
}

impl Day {
    /// The day that `parts` make, its heading of the class `heading`, without the slots `seen` before.
    fn of(parts: &[ElementRef<'_>], heading: &str, seen: &mut BTreeSet<String>) -> Self {
        let mut day = Self::default();
        let mut ids = BTreeMap::new();
        for element in parts.iter().flat_map(|part| shown(*part)) {
            let of_slot = || element.attr("for").and_then(|id| ids.get(id));
            if day.heading.is_none() && element.value().classes().any(|class| class == heading) {
                day.heading = Heading::of(&text::heading_text(element));
            } else if let Some(id) = slot_id(element) {
                if seen.insert(id.to_owned()) {
                    ids.insert(id, day.slots.len());
                    day.slots.push(None);
                }
            } else if element.value().name() == "label"
                && let Some(slot) = of_slot().and_then(|place| day.slots.get_mut(*place))
            {
                *slot = dates::time(&text::heading_text(element));
            }
        }
        day
    }
}

/// Whether this is the column of a day, or a day to unfold.
fn is_day(element: ElementRef<'_>) -> bool {
    element.value().classes().any(|class| ["blocCreneauSelection", "q-expansion-item"].contains(&class))
}

/// What is shown of an element and of those in it.
fn shown(start: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    visible_elements_without(start, proves_nothing)
}

/// What a day holds whether it is folded or not: a folded day is hidden, but its slots can be chosen.
fn unfolded(item: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let ends = walk(item, proves_nothing).filter_map(|seen| match seen {
        Seen::End(element) => Some(element),
        Seen::Words(_) | Seen::Begin(_) => None,
    });
    let is_content = |element: &ElementRef<'_>| {
        element.value().classes().any(|class| class == "q-expansion-item__content")
            && element.attr("hidden").is_none()
            && !proves_nothing(element.value())
    };
    ends.filter(is_content).flat_map(|content| content.child_elements()).collect()
}

/// The number of the slot that an element lets one choose.
fn slot_id(element: ElementRef<'_>) -> Option<&str> {
    let is_radio = element.value().name() == "input"
        && element.attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("radio"))
        && element.attr("disabled").is_none();
    let id = element.value().id().filter(|_| is_radio)?;
    id.strip_prefix("trhId_").is_some_and(is_number).then_some(id)
}

/// Whether an element and all that is in it is no sign of anything.
fn proves_nothing(element: &Element) -> bool {
    is_hidden_by_class(element)
        || UNRENDERED.contains(&element.name())
        || element.name().starts_with("rdv-")
        || element.attrs().any(|(name, _)| CONDITIONS.contains(&name))
}

/// Whether an element is hidden by a class that the site's styles have for it.
pub(super) fn is_hidden_by_class(element: &Element) -> bool {
    element.classes().any(|class| HIDDEN_CLASSES.contains(&class))
}

//! The page as a browser shows it once its script has run, as a person may save it: the times in the calendar's
//! columns. How it says that there are none is not known, so that it is never read as full. What never enters: dates.

use guichet_model::{Offer, Outcome, SlotCount};
use scraper::{ElementRef, Html};

use crate::{
    Markers, Unrecognised,
    document::{visible_elements, visible_elements_of},
    text,
};

/// What the page says of slots.
pub(super) fn outcome(page: &Html, markers: &mut Markers) -> Result<Outcome, Unrecognised> {
    let any = |found: fn(ElementRef<'_>) -> bool| visible_elements(page).any(found);
    let calendar = markers.look("the calendar", any(|it| has_class(it, "rdv-calendar")));
    let trouble = any(|it| has_class(it, "user-msg") && has_class(it, "error"));
    let trouble = markers.look("the page's own message of an error", trouble);
    let slots = visible_elements(page).filter(|it| is_slot(*it)).count();
    let some = markers.look("times in the columns of the calendar", slots > 0);
    if trouble {
        return Err(Unrecognised::new("the page's own message of an error"));
    }
    if !some {
        let what =
            if calendar { "a calendar without times" } else { "a page that its script has not filled" };
        return Err(Unrecognised::new(what));
    }
    let shown = u32::try_from(slots).unwrap_or(u32::MAX);
    Ok(Outcome::Open(Offer { slots: SlotCount::AtLeast(shown), ..Offer::UNTOLD }))
}

/// Whether this is a time that can be chosen, in a column of the calendar, with its hour.
fn is_slot(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let off = value.attr("disabled").is_some()
        || value.attr("aria-disabled") == Some("true")
        || value.classes().any(|class| class.contains("disabled"));
    value.name() == "li"
        && has_class(element, "time-slot")
        && !off
        // A time holds no other: what is nested is part of the outermost.
        && !is_within(element, "time-slot")
        && is_within(element, "day-column")
        && is_within(element, "rdv-calendar")
        && visible_elements_of(element).any(|it| has_class(it, "hour") && is_hour(&text::heading_text(it)))
}

/// Whether a comparable text is a time of day, as in "09:20" or "9h20".
fn is_hour(text: &str) -> bool {
    let Some((hour, minute)) = text.split_once([':', 'h']) else {
        return false;
    };
    let number = |text: &str, below: u8| {
        text.bytes().all(|b| b.is_ascii_digit()) && text.parse().is_ok_and(|number: u8| number < below)
    };
    number(hour.trim(), 24) && (minute.trim().is_empty() || number(minute.trim(), 60))
}

fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|it| it == class)
}

fn is_within(element: ElementRef<'_>, class: &str) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|around| has_class(around, class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_hours_of_a_day() {
        for (text, hour) in [
            ("09:20", true),
            ("9h", true),
            ("9 h 05", true),
            ("23:59", true),
            ("24:00", false),
            ("12:60", false),
            ("+9:00", false),
            ("complet", false),
            ("", false),
            (":", false),
        ] {
            assert_eq!(is_hour(text), hour, "{text}");
        }
    }
}

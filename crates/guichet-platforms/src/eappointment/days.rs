//! Days as the service writes them: the date picker with its open days, and the soonest offers in words.
//! What never enters: the clock, time zones, days that are merely not said to be closed.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use scraper::{ElementRef, Html};

use super::words;
use crate::{
    document::{visible_elements, visible_elements_of},
    text,
};

const MONTHS: [&str; 12] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];
/// Classes of a day that the picker shows and nobody can choose.
const NOT_TO_CHOOSE: [&str; 3] =
    ["ui-datepicker-unselectable", "ui-state-disabled", "ui-datepicker-other-month"];

/// The date picker, as far as it can be seen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Picker {
    /// How many days can be chosen.
    pub(super) open: usize,
    /// The first of them whose month the picker names.
    pub(super) first: Option<NaiveDate>,
    /// The last day of the last month shown.
    pub(super) horizon: Option<NaiveDate>,
}

impl Picker {
    /// Looks at every month of the page's date pickers.
    pub(super) fn of(page: &Html) -> Self {
        let mut picker = Self::default();
        // A month holds no other: what is nested is part of the outermost.
        let is_group = |element: ElementRef<'_>| has_class(element, "ui-datepicker-group");
        let is_month = |element: &ElementRef<'_>| {
            is_group(*element) && !element.ancestors().filter_map(ElementRef::wrap).any(is_group)
        };
        for month in visible_elements(page).filter(is_month) {
            picker.look_at(month);
        }
        picker
    }

    fn look_at(&mut self, group: ElementRef<'_>) {
        let named =
            |class| visible_elements_of(group).find(|it| has_class(*it, class)).map(text::element_text);
        let month = named("ui-datepicker-month").as_deref().and_then(month);
        let year = named("ui-datepicker-year").as_deref().and_then(year);
        let first = month.zip(year).and_then(|(month, year)| NaiveDate::from_ymd_opt(year, month, 1));
        let last =
            first.and_then(|first| first.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1)));
        self.horizon = self.horizon.max(last);
        for day in visible_elements_of(group).filter_map(open_day) {
            self.open += 1;
            let date = first.and_then(|first| first.with_day(day));
            self.first = self.first.into_iter().chain(date).min();
        }
    }
}

/// The number of the day, where the cell is a day that can be chosen: the picker makes a link of those only.
fn open_day(cell: ElementRef<'_>) -> Option<u32> {
    if cell.value().name() != "td" || NOT_TO_CHOOSE.iter().any(|class| has_class(cell, class)) {
        return None;
    }
    let is_link = |it: &ElementRef<'_>| it.value().name() == "a" && has_class(*it, "ui-state-default");
    let link = visible_elements_of(cell).find(is_link)?;
    day(&text::element_text(link))
}

fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|it| it == class)
}

/// A day told in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// Its date, where the words have a year.
    pub(super) date: Option<NaiveDate>,
}

impl Told {
    /// The first day in a text, as in "lundi 17 avril 2023 à 9 h"; `None` where it tells none.
    pub(super) fn in_words(text: &str) -> Option<Self> {
        let plain = words::plain(text);
        let words: Vec<&str> =
            plain.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
        words.windows(2).enumerate().find_map(|(at, pair)| {
            let (day, month) = (day(pair[0])?, month(pair[1])?);
            // 2024 was a leap year: the 29th of February is a day.
            NaiveDate::from_ymd_opt(2024, month, day)?;
            let year = words.get(at + 2).copied().and_then(year);
            Some(Self { date: year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day)) })
        })
    }
}

fn day(word: &str) -> Option<u32> {
    let digits = word.strip_suffix("er").unwrap_or(word);
    let plain = digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?.filter(|day| (1..=31).contains(day))
}

fn month(name: &str) -> Option<u32> {
    let name = words::plain(name);
    (1..).zip(MONTHS).find(|(_, month)| *month == name).map(|(number, _)| number)
}

fn year(word: &str) -> Option<i32> {
    word.parse().ok().filter(|year| (2000..2200).contains(year))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn picker(months: &str) -> Picker {
        Picker::of(&document::parse(months).unwrap())
    }

    fn month_of(name: &str, cells: &str) -> String {
        format!(
            "<div class='ui-datepicker-group ui-datepicker-group-first'><div class=ui-datepicker-header>\
             <div class=ui-datepicker-title><span class=ui-datepicker-month>{name}</span>&nbsp;\
             <span class=ui-datepicker-year>2030</span></div></div><table class=ui-datepicker-calendar><tr>\
             {cells}</tr></table></div>"
        )
    }

    #[test]
    fn only_days_that_can_be_chosen_are_open() {
        let cells = "<td class=' undefined'><a class=ui-state-default href='#'>14</a></td>\
                     <td class='ui-datepicker-week-end '><a class=ui-state-default href='#'>9</a></td>\
                     <td class='ui-datepicker-unselectable ui-state-disabled'><span class=ui-state-default>2</span></td>\
                     <td class='ui-datepicker-unselectable'><a class=ui-state-default>3</a></td>\
                     <td class=ui-datepicker-other-month><a class=ui-state-default>1</a></td>\
                     <td><a class=ui-state-default hidden>4</a></td><td><a>5</a></td><td><a class=ui-state-default>x</a></td>";
        assert_eq!(
            picker(&month_of("Février", cells)),
            Picker { open: 2, first: Some(date("2030-02-09")), horizon: Some(date("2030-02-28")) }
        );
        assert_eq!(
            picker(&(month_of("Décembre", cells) + &month_of("Août", ""))),
            Picker { open: 2, first: Some(date("2030-12-09")), horizon: Some(date("2030-12-31")) }
        );
        assert_eq!(picker(&month_of("Brumaire", cells)), Picker { open: 2, first: None, horizon: None });
        let hidden = format!("<div style='display: none'>{}</div>", month_of("Mars", cells));
        assert_eq!(picker(&hidden), Picker::default());
    }

    #[test]
    fn a_day_in_words_may_lack_its_year() {
        for (text, day) in [
            ("lundi 17 avril 2023 à 09:30", Some("2023-04-17")),
            ("Le 1er août, 9 h", Some("")),
            ("29 février", Some("")),
            ("29 février 2023", Some("")),
            ("le 14\u{a0}DÉCEMBRE 2030", Some("2030-12-14")),
            ("30 février 2024", None),
            ("32 mai 2024", None),
            ("Aucune disponibilité", None),
            ("mai 2024", None),
            ("", None),
        ] {
            let told = day.map(|day| Told { date: day.parse().ok() });
            assert_eq!(Told::in_words(text), told, "{text}");
        }
    }
}

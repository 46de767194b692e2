//! A table of a TOML file, read key by key: each asked-for key is typed and noted as known, all others are problems.
//! What never enters: rules between keys.

use std::ops::RangeInclusive;

use chrono::{Datelike as _, NaiveDate};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    document::Document,
    problem::{nearest, quoted},
};

/// The longest text of any key, in characters.
const LONGEST_TEXT: usize = 2_000;

/// The years that something on a page or in a source can be of; anything else is a slip of the pen.
const YEARS: RangeInclusive<u16> = 1990..=2100;

/// A value and the line it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At<T> {
    /// The value.
    pub(crate) value: T,
    /// Its line, from 1.
    pub(crate) line: usize,
}

/// A table being read.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    document: &'a Document,
    table: &'a DeTable<'a>,
    line: usize,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The table of a whole file.
    pub(crate) fn whole(document: &'a Document, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(document, table.get_ref(), 1)
    }

    fn new(document: &'a Document, table: &'a DeTable<'a>, line: usize) -> Self {
        Self { document, table, line, asked: Vec::new() }
    }

    /// The file it is in.
    pub(crate) fn document(&self) -> &'a Document {
        self.document
    }

    /// The line it begins on.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// The line of a key that is there.
    pub(crate) fn line_of(&self, key: &str) -> Option<usize> {
        self.table.get(key).map(|found| self.document.line(found.span().start))
    }

    fn get(&mut self, key: &'static str) -> Option<At<&'a DeValue<'a>>> {
        self.asked.push(key);
        let found = self.table.get(key)?;
        Some(At { value: found.get_ref(), line: self.document.line(found.span().start) })
    }

    /// Takes a key as known without reading it.
    pub(crate) fn expect(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<At<T>> {
        let At { value, line } = self.get(key)?;
        let typed = read(value);
        if typed.is_none() {
            let message = format!("`{key}` is {}", kind_of(value));
            self.document.note(line, message, format!("write {wanted}"));
        }
        typed.map(|value| At { value, line })
    }

    /// A key that must be there; `about` is what it says, for the advice.
    pub(crate) fn text(&mut self, key: &'static str, about: &str) -> Option<At<&'a str>> {
        if self.table.get(key).is_none() {
            self.asked.push(key);
            self.document.note(self.line, format!("`{key}` is missing"), format!("add it: {about}"));
            return None;
        }
        self.optional_text(key, about)
    }

    /// A key that may be there; not empty where it is.
    pub(crate) fn optional_text(&mut self, key: &'static str, about: &str) -> Option<At<&'a str>> {
        let found = self.typed(key, &format!("a text between quotes: {about}"), DeValue::as_str)?;
        text_within(found.value, LONGEST_TEXT)
            .map_err(|wrong| {
                let message = format!("`{key}` {wrong}");
                self.document.note(found.line, message, format!("write {about}"));
            })
            .ok()?;
        Some(found)
    }

    /// A key that must be there with at most `most` characters.
    pub(crate) fn short_text(&mut self, key: &'static str, most: usize, about: &str) -> Option<At<&'a str>> {
        let found = self.text(key, about)?;
        self.at_most(key, most, found)
    }

    /// A key that may be there with at most `most` characters.
    pub(crate) fn optional_short_text(
        &mut self,
        key: &'static str,
        most: usize,
        about: &str,
    ) -> Option<At<&'a str>> {
        let found = self.optional_text(key, about)?;
        self.at_most(key, most, found)
    }

    fn at_most(&self, key: &str, most: usize, found: At<&'a str>) -> Option<At<&'a str>> {
        let length = found.value.chars().count();
        if length > most {
            self.document.note(
                found.line,
                format!("`{key}` is {length} characters long"),
                format!("write at most {most}"),
            );
            return None;
        }
        Some(found)
    }

    /// A list of texts that may be there.
    pub(crate) fn optional_texts(&mut self, key: &'static str, about: &str) -> Option<At<Vec<&'a str>>> {
        let wanted = format!("a list of texts, as in `{key} = [\"…\", \"…\"]`: {about}");
        let At { value: items, line } = self.typed(key, &wanted, DeValue::as_array)?;
        if items.is_empty() {
            let message = format!("`{key}` is an empty list");
            self.document.note(line, message, format!("remove it, or write {about}"));
            return None;
        }
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            let wrong = match item.get_ref().as_str() {
                None => Err(format!("holds {}", kind_of(item.get_ref()))),
                Some(text) => text_within(text, LONGEST_TEXT)
                    .map(|()| texts.push(text))
                    .map_err(|wrong| format!("holds a text that {wrong}")),
            };
            if let Err(wrong) = wrong {
                let at = self.document.line(item.span().start);
                self.document.note(at, format!("`{key}` {wrong}"), format!("write {wanted}"));
                return None;
            }
        }
        Some(At { value: texts, line })
    }

    /// A number that must be there.
    pub(crate) fn number(&mut self, key: &'static str, about: &str) -> Option<At<f64>> {
        if self.table.get(key).is_none() {
            self.asked.push(key);
            self.document.note(self.line, format!("`{key}` is missing"), format!("add it: {about}"));
            return None;
        }
        let wanted = format!("a number: {about}");
        let At { value: digits, line } = self.typed(key, &wanted, |value| match value {
            DeValue::Float(number) => Some(number.as_str()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
            _ => None,
        })?;
        let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            let message = format!("`{key}` is not a finite number");
            self.document.note(line, message, format!("write {about}"));
        }
        number.map(|value| At { value, line })
    }

    /// A whole number in `range` that may be there; `about` names the range, for the advice.
    pub(crate) fn optional_whole_number(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i32>,
        about: &str,
    ) -> Option<At<i32>> {
        let wanted = format!("a whole number without quotes: {about}");
        let At { value: digits, line } = self.typed(key, &wanted, whole_number)?;
        let number = digits.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let message = format!("`{key}` is not between {} and {}", range.start(), range.end());
            self.document.note(line, message, format!("write {about}"));
        }
        number.map(|value| At { value, line })
    }

    /// A day that may be there.
    pub(crate) fn optional_date(&mut self, key: &'static str) -> Option<At<NaiveDate>> {
        self.typed(key, "a day without quotes, as in 2026-11-20", day)
    }

    /// A year that may be there, between 1990 and 2100.
    pub(crate) fn optional_year(&mut self, key: &'static str) -> Option<At<u16>> {
        let digits = self.typed(key, "a year without quotes, as in 2021", whole_number)?;
        let year = year(digits.value).map(|value| At { value, line: digits.line });
        self.plausible(key, digits.line, year)
    }

    /// A year or a day that may be there, between 1990 and 2100; a year is read as its first day.
    pub(crate) fn optional_year_or_day(&mut self, key: &'static str) -> Option<At<NaiveDate>> {
        let wanted = "a year or a day without quotes, as in 2026 or 2026-05-04";
        let At { value: day, line } = self.typed(key, wanted, |value| match whole_number(value) {
            Some(digits) => {
                Some(year(digits).and_then(|year| NaiveDate::from_ymd_opt(i32::from(year), 1, 1)))
            }
            None => day(value).map(Some),
        })?;
        let day = day.filter(|day| u16::try_from(day.year()).is_ok_and(|year| YEARS.contains(&year)));
        self.plausible(key, line, day.map(|value| At { value, line }))
    }

    fn plausible<T>(&self, key: &str, line: usize, found: Option<At<T>>) -> Option<At<T>> {
        if found.is_none() {
            let advice = format!("write a year between {} and {}", YEARS.start(), YEARS.end());
            self.document.note(line, format!("`{key}` is not a plausible year"), advice);
        }
        found
    }

    /// `true` or `false` that may be there.
    pub(crate) fn optional_flag(&mut self, key: &'static str) -> Option<At<bool>> {
        self.typed(key, "true or false, without quotes", DeValue::as_bool)
    }

    /// A table that may be there.
    pub(crate) fn optional_table(&mut self, key: &'static str, wanted: &str) -> Option<Self> {
        let found = self.typed(key, wanted, DeValue::as_table)?;
        Some(Self::new(self.document, found.value, found.line))
    }

    /// The `[[key]]` tables, in order; none where there is none.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<Self> {
        let document = self.document;
        let wanted = format!("each under a header `[[{key}]]` of its own");
        self.typed(key, &wanted, |value| {
            value
                .as_array()?
                .iter()
                .map(|item| {
                    Some(Self::new(document, item.get_ref().as_table()?, document.line(item.span().start)))
                })
                .collect::<Option<Vec<Self>>>()
        })
        .map_or_else(Vec::new, |found| found.value)
    }

    /// Notes every key that nobody asked for.
    pub(crate) fn finish(self) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let advice = match nearest(name, self.asked.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("remove it; the keys known here are: {}", self.asked.join(", ")),
            };
            let line = self.document.line(key.span().start);
            self.document.note(line, format!("unknown key {}", quoted(name)), advice);
        }
    }
}

fn day(value: &DeValue<'_>) -> Option<NaiveDate> {
    let moment = value.as_datetime()?;
    let day = moment.date.filter(|_| moment.time.is_none() && moment.offset.is_none())?;
    NaiveDate::from_ymd_opt(i32::from(day.year), u32::from(day.month), u32::from(day.day))
}

fn whole_number<'a>(value: &'a DeValue<'_>) -> Option<&'a str> {
    match value {
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
        _ => None,
    }
}

fn year(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|year| YEARS.contains(year))
}

/// Whether a character steers what is shown instead of being shown: it could make a line of a file, or of a proposed
/// change, look like another.
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn text_within(text: &str, most: usize) -> Result<(), &'static str> {
    if text.trim().is_empty() {
        Err("is empty")
    } else if text.chars().count() > most {
        Err("is far too long")
    } else if text.chars().any(is_steering) {
        Err("has control characters or line breaks in it")
    } else {
        Ok(())
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

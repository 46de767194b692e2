//! `calendars/public-holidays.toml`: which dates are public holidays, and where. What never enters: what offices do on
//! those dates.

use std::{collections::BTreeSet, path::Path};

use chrono::NaiveDate;
use guichet_model::{Calendar, DepartmentCode, Holiday, HolidayRule};

use crate::{
    document::{Document, TOML_CAP},
    known::Known,
    problem::Problem,
    section::{At, Section},
};

/// The longest name of a holiday.
const LONGEST_NAME: usize = 80;

/// As far from Easter Sunday as a holiday can be without leaving its year: Easter is on 22 March at the earliest.
const FROM_EASTER: i32 = 80;

/// Reads the file: at least one holiday.
pub(crate) fn read(file: &Path, known: Known<'_>) -> (Calendar, Vec<Problem>) {
    let document = Document::open(file, TOML_CAP);
    let mut holidays: Vec<At<Holiday>> = Vec::new();
    if let Some(table) = document.parse() {
        let mut whole = Section::whole(&document, &table);
        let sections = whole.tables("holiday");
        if sections.is_empty() {
            document.note_whole("there is no holiday", "add a `[[holiday]]` table for each");
        }
        for mut section in sections {
            let line = section.line();
            let holiday = holiday(&mut section, known);
            section.finish();
            let Some(holiday) = holiday else { continue };
            if let Some(first) = holidays.iter().find(|other| are_one(&other.value, &holiday)) {
                document.note(
                    line,
                    format!("this date is a holiday twice, first on line {}", first.line),
                    "remove one of the two, or name other departments",
                );
            }
            holidays.push(At { value: holiday, line });
        }
        whole.finish();
    }
    let holidays = holidays.into_iter().map(|found| found.value).collect();
    (Calendar { holidays }, document.into_problems())
}

/// Whether two holidays fall on one date in one department.
fn are_one(one: &Holiday, other: &Holiday) -> bool {
    let is_everywhere = one.departments.is_empty() || other.departments.is_empty();
    one.rule == other.rule
        && (is_everywhere || one.departments.iter().any(|code| other.departments.contains(code)))
}

fn holiday(section: &mut Section<'_>, known: Known<'_>) -> Option<Holiday> {
    let name = section.short_text("name", LONGEST_NAME, "the French name");
    let rule = rule(section);
    let departments = departments(section, known);
    // Not kept, but nobody shall have to take the file's word for a holiday.
    let source = section.text("source", "which text says so, as in \"Code du travail, article L. 3133-1\"");
    source?;
    Some(Holiday { name: name?.value.to_owned(), rule: rule?, departments: departments? })
}

fn rule(section: &mut Section<'_>) -> Option<HolidayRule> {
    const EITHER: &str = "write `month` and `day`, or `easter`";
    let names = ["month", "day", "easter"];
    let [has_month, has_day, has_easter] = names.map(|key| section.line_of(key).is_some());
    let month = section.optional_whole_number("month", 1..=12, "a month, 1 to 12");
    let day = section.optional_whole_number("day", 1..=31, "a day, 1 to 31");
    let easter = section.optional_whole_number(
        "easter",
        -FROM_EASTER..=FROM_EASTER,
        "the days from Easter Sunday, -80 to 80",
    );
    match (has_month, has_day, has_easter) {
        (false, false, true) => Some(HolidayRule::Easter { offset: easter?.value }),
        (true, true, false) => {
            let (month, day) = (month?, day?);
            let [m, d] = [month.value, day.value].map(i32::unsigned_abs);
            // A leap year has every date that there is.
            if NaiveDate::from_ymd_opt(2024, m, d).is_none() {
                section.document().note(day.line, format!("month {m} has no day {d}"), "write a date");
                return None;
            }
            Some(HolidayRule::Fixed { month: m, day: d })
        }
        (_, _, true) => {
            let line = section.line();
            section.document().note(line, "this holiday has two dates", format!("{EITHER}, not both"));
            None
        }
        (has_month, has_day, false) => {
            let message = match (has_month, has_day) {
                (true, _) => "this holiday has a month and no day",
                (_, true) => "this holiday has a day and no month",
                _ => "this holiday has no date",
            };
            section.document().note(section.line(), message, EITHER);
            None
        }
    }
}

/// Where it is a holiday: nowhere in particular where the key is not there, `None` where it has a problem.
fn departments(section: &mut Section<'_>, known: Known<'_>) -> Option<Vec<DepartmentCode>> {
    let is_there = section.line_of("departments").is_some();
    let found = section.optional_texts("departments", "the INSEE codes, as in \"67\"");
    if !is_there {
        return Some(Vec::new());
    }
    let At { value: texts, line } = found?;
    let mut codes = BTreeSet::new();
    let mut are_fine = true;
    for text in texts {
        match known.department(section, At { value: text, line }) {
            None => are_fine = false,
            Some(At { value: code, .. }) if codes.contains(&code) => {
                let message = format!("`departments` has `{code}` twice");
                section.document().note(line, message, "remove one of the two");
                are_fine = false;
            }
            Some(At { value: code, .. }) => {
                codes.insert(code);
            }
        }
    }
    are_fine.then(|| codes.into_iter().collect())
}

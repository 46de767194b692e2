//! The state that a page of slots keeps for its own scripts, as JSON: `script#vui-init-data`, and in older pages other
//! inline scripts. A saved page keeps it as it came from the server, whatever was clicked since. What never enters:
//! templates, markup in scripts, anything that is not the value of a key.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use scraper::{ElementRef, Html};
use serde_json::Deserializer;

use super::dates;
use crate::{document::elements, text};

/// The most times that a key is looked at; a page has it once.
const MOST: usize = 64;
/// Elements whose scripts never run.
const LIFELESS: [&str; 2] = ["template", "noscript"];

/// What the state says.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The first free day.
    pub(super) first_free: Option<NaiveDate>,
    /// A first free day before the first that can be asked for: it is gone by.
    pub(super) gone_by: bool,
    /// Something in the place of the first free day that is no date.
    pub(super) unreadable: bool,
    /// The first day of the week shown.
    first_day: Option<NaiveDate>,
    /// The first day that can be asked for.
    from: Option<NaiveDate>,
    /// The last day that can be asked for.
    to: Option<NaiveDate>,
}

impl State {
    /// Reads it from all places where a page may keep it.
    pub(super) fn of(page: &Html) -> Self {
        let sources = sources(page);
        let values = |key| sources.iter().flat_map(move |source| values_of(source, key));
        let agreed = |key| {
            let days: BTreeSet<NaiveDate> = values(key).filter_map(|value| dates::day(&value)).collect();
            days.first().copied().filter(|_| days.len() == 1)
        };
        let mut state = Self {
            first_day: agreed("premierJour"),
            from: agreed("dateMin"),
            to: agreed("dateMax"),
            ..Self::default()
        };
        for value in values("datePremiereDispo").filter(|value| !value.trim().is_empty()) {
            match dates::day(&value) {
                None => state.unreadable = true,
                Some(day) if state.from.is_some_and(|from| day < from) => state.gone_by = true,
                Some(day) => state.first_free = state.first_free.into_iter().chain([day]).min(),
            }
        }
        state
    }

    /// The days that the page can show, as far as the state tells.
    pub(super) fn span(&self) -> Option<(NaiveDate, NaiveDate)> {
        let known = || [self.first_day, self.from, self.first_free].into_iter().flatten();
        let week_after = |day: NaiveDate| day.checked_add_days(Days::new(6));
        let to = known().filter_map(week_after).chain(self.to).max();
        known().min().zip(to)
    }
}

/// Texts that may hold the state: inline scripts that are no templates, and a page that is nothing but JSON.
fn sources(page: &Html) -> Vec<String> {
    let is_script = |element: &ElementRef<'_>| {
        let kind = element.attr("type").unwrap_or_default().to_ascii_lowercase();
        element.value().name() == "script" && !kind.contains("template") && !kind.contains("html")
    };
    let runs = |element: &ElementRef<'_>| {
        let mut around = element.ancestors().filter_map(ElementRef::wrap);
        !around.any(|outer| LIFELESS.contains(&outer.value().name()))
    };
    let scripts = elements(page).filter(is_script).filter(runs);
    scripts.map(|script| script.text().collect()).chain(text::raw_visible(page)).collect()
}

/// The texts that stand under `key` in JSON objects within `source`.
fn values_of(source: &str, key: &str) -> Vec<String> {
    let quoted = format!("\"{key}\"");
    let value_at = |at: usize| {
        let (before, rest) = source.split_at_checked(at)?;
        // Within a string the quotes would be escaped; between backquotes stands a template.
        let in_object = before.trim_end().ends_with(['{', ',']);
        (in_object && before.matches('`').count() % 2 == 0).then_some(())?;
        let value = rest.strip_prefix(&quoted)?.trim_start().strip_prefix(':')?;
        Deserializer::from_str(value).into_iter::<String>().next()?.ok()
    };
    source.match_indices(&quoted).take(MOST).filter_map(|(at, _)| value_at(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    fn state(body: &str) -> State {
        State::of(&document::parse(body).unwrap())
    }

    fn first_free(body: &str) -> Option<String> {
        state(body).first_free.map(|day| day.to_string())
    }

    #[test]
    fn the_first_free_day_is_found_wherever_a_page_keeps_its_state() {
        for body in [
            r#"<script id="vui-init-data" type="application/json">{"vueData":{"critere":{"ageIds":"1","datePremiereDispo":"12/10/2026"}}}</script>"#,
            r#"<script>var x = {vueData: {"critere":{"datePremiereDispo" : "2026-10-12"}}};</script>"#,
            r#"<script type="text/javascript">let c = { "datePremiereDispo": "12\/10\/2026" };</script>"#,
            r#"{"model":{"critere":{"dateMax":null,"datePremiereDispo":"12/10/2026"}}}"#,
            r#"<pre>{"critere":{"datePremiereDispo":"12/10/2026"}}</pre>"#,
            r#"<script>{"datePremiereDispo":""}</script><script>{"datePremiereDispo":"12/10/2026"}</script>"#,
            r#"<script>{"datePremiereDispo":"13/10/2026"}</script><script>{"datePremiereDispo":"12/10/2026"}</script>"#,
        ] {
            assert_eq!(first_free(body).as_deref(), Some("2026-10-12"), "{body}");
        }
    }

    #[test]
    fn only_the_value_of_a_key_is_a_first_free_day() {
        for body in [
            r#"<script>{"datePremiereDispo":""}</script>"#,
            r#"<script>{"datePremiereDispo":null}</script>"#,
            r#"<script>{"datePremiereDispo":12102026}</script>"#,
            r#"<script>{"datePremiereDispo":["12/10/2026"]}</script>"#,
            r#"<script>{"autre_datePremiereDispo":"12/10/2026"}</script>"#,
            r#"<script>{"modele":"{\"datePremiereDispo\":\"12/10/2026\"}"}</script>"#,
            r#"<script>datePremiereDispo = "12/10/2026"</script>"#,
            r#"<script>template: `<i x='{"datePremiereDispo":"12/10/2026"}'></i>`</script>"#,
            r#"<script type="text/x-template">{"datePremiereDispo":"12/10/2026"}</script>"#,
            r#"<template><script>{"datePremiereDispo":"12/10/2026"}</script></template>"#,
            r#"<template>{"datePremiereDispo":"12/10/2026"}</template>"#,
            r#"<noscript><script>{"datePremiereDispo":"12/10/2026"}</script></noscript>"#,
            r#"<!-- {"datePremiereDispo":"12/10/2026"} -->"#,
            r#"<p hidden>{"datePremiereDispo":"12/10/2026"}</p>"#,
            r#"<rdv-choix-tranche data='{"datePremiereDispo":"12/10/2026"}'></rdv-choix-tranche>"#,
            r#"<script>{"datePremiereDispo":"12/10/2026</script>"#,
        ] {
            assert_eq!(first_free(body), None, "{body}");
        }
    }

    #[test]
    fn a_day_gone_by_and_one_that_cannot_be_read_are_told_apart_from_none() {
        let gone = state(r#"<script>{"dateMin":"05/10/2026","datePremiereDispo":"02/10/2026"}</script>"#);
        assert!(gone.gone_by && gone.first_free.is_none() && !gone.unreadable);
        let unreadable = state(r#"<script>{"datePremiereDispo":"{{ premiere }}"}</script>"#);
        assert!(unreadable.unreadable && unreadable.first_free.is_none() && !unreadable.gone_by);
        let none = state(r#"<script>{"datePremiereDispo":" "}</script>"#);
        assert!(!none.unreadable && !none.gone_by && none.first_free.is_none());
    }
}

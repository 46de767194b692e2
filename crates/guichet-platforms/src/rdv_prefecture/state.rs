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
/// What stands for no value at all, in lower case.
const NOTHING: [&str; 5] = ["", "null", "undefined", "none", "aucune"];
/// Elements whose scripts never run.
const LIFELESS: [&str; 2] = ["template", "noscript"];

/// What the state says.
#[derive(Debug, Default)]
pub(super) struct State {
    /// A first free day is told, whatever it is written like.
    pub(super) tells_first_free: bool,
    /// The first free day, where all that tells it is a date.
    pub(super) first_free: Option<NaiveDate>,
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
        let told: Vec<String> = values("datePremiereDispo").filter(|value| is_told(value)).collect();
        let days: Option<Vec<NaiveDate>> = told.iter().map(|value| dates::day(value)).collect();
        state.tells_first_free = !told.is_empty();
        state.first_free = days.and_then(|days| days.into_iter().min());
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

/// Whether a value is one: a template's own text in its place is none, nor is a word for nothing.
fn is_told(value: &str) -> bool {
    let plain = value.trim().to_lowercase();
    !plain.contains("{{") && !NOTHING.contains(&plain.as_str())
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
    fn any_value_but_one_that_is_plainly_none_tells_a_first_free_day() {
        let told = |value: &str| {
            let page =
                format!(r#"<script>{{"dateMin":"05/10/2026","datePremiereDispo":"{value}"}}</script>"#);
            let state = state(&page);
            (state.tells_first_free, state.first_free.map(|day| day.to_string()))
        };
        for (value, day) in
            [("06/10/2026", Some("2026-10-06")), ("02/10/2026", Some("2026-10-02")), ("bientôt", None)]
        {
            assert_eq!(told(value), (true, day.map(str::to_owned)), "{value}");
        }
        for nothing in ["", " ", "null", "Undefined", " NONE ", "aucune", "{{ premiere }}", "le {{jour}}"] {
            assert_eq!(told(nothing), (false, None), "{nothing}");
        }
        // One that is no date may be the earlier one.
        let both =
            state(r#"<script>{"datePremiereDispo":"06/10/2026"},{"datePremiereDispo":"bientôt"}</script>"#);
        assert!(both.tells_first_free && both.first_free.is_none());
    }
}

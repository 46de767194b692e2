//! Pages for people: what each shows, in one language at a time. What never enters: markup (it is in the templates),
//! how figures come about.

mod audit;
mod department;
mod error;
mod frame;
mod home;
mod method;
mod status;
mod target;
mod view;
mod way;
mod week;

use std::{collections::BTreeMap, fmt};

use fluent_bundle::{FluentArgs, FluentValue};
use guichet_catalog::CompetenceRule;
use minijinja::{
    AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior, Value, context, escape_formatter,
    syntax::SyntaxConfig,
    value::{Kwargs, Serde, ValueKind},
};

use crate::{WebError, assets, lang::Lang, map::Map, words::Words};

/// The templates, ready in each language.
pub(crate) struct Pages {
    environments: [Environment<'static>; 2],
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

impl Pages {
    pub(crate) fn load(map: &Map, style: &str, rule: Option<&CompetenceRule>) -> Result<Self, WebError> {
        let [fr, en] = Lang::ALL;
        Ok(Self { environments: [environment(fr, map, style, rule)?, environment(en, map, style, rule)?] })
    }

    fn render(&self, lang: Lang, template: &str, context: Value) -> Result<String, WebError> {
        Ok(self.environments[lang as usize].get_template(template)?.render(context)?)
    }
}

fn environment(
    lang: Lang,
    map: &Map,
    style: &str,
    rule: Option<&CompetenceRule>,
) -> Result<Environment<'static>, WebError> {
    let mut environment = Environment::new();
    // A name that a template gets wrong is an error, not an empty place.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(write_value);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for name in assets::templates() {
        let source = assets::text(&format!("templates/{name}"))?;
        environment.add_template_owned(name, source)?;
    }
    let words = Words::load()?;
    environment.add_function("t", move |key: &str, args: Kwargs| say(&words, lang, key, &args));
    environment.add_global("lang", lang.code());
    environment.add_global("style", style);
    environment.add_global("map", Value::from(Serde(map)));
    environment.add_global("symbols", symbols());
    environment.add_global("rule", rule.map(|rule| rule_in(lang, rule)));
    Ok(environment)
}

/// Writes a value into HTML. Five signs are escaped, which is enough in text and in quoted attributes; the default
/// would escape every slash of every address too.
fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    let Some(text) = value.as_str().filter(|_| !value.is_safe()) else {
        return escape_formatter(out, state, value);
    };
    let mut rest = text;
    while let Some((before, sign, after)) = next_sign(rest) {
        out.write_str(before)?;
        out.write_str(sign)?;
        rest = after;
    }
    Ok(out.write_str(rest)?)
}

fn next_sign(text: &str) -> Option<(&str, &'static str, &str)> {
    let (at, found) = text.char_indices().find(|(_, sign)| "&<>\"'".contains(*sign))?;
    let escaped = match found {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        _ => "&#39;",
    };
    let (before, after) = text.split_at_checked(at)?;
    Some((before, escaped, after.strip_prefix(found)?))
}

/// The rule of who may go where, in the language.
fn rule_in(lang: Lang, rule: &CompetenceRule) -> Value {
    let text = match lang {
        Lang::Fr => &rule.text_fr,
        Lang::En => &rule.text_en,
    };
    context! { citation => rule.citation.as_str(), href => rule.source_url.as_str(), text }
}

fn symbols() -> Value {
    use crate::state::State;
    let symbols: BTreeMap<&str, &str> =
        State::ALL.iter().map(|state| (state.as_str(), state.symbol())).collect();
    Value::from(Serde(symbols))
}

/// `t("key", name=value)` in templates.
fn say(words: &Words, lang: Lang, key: &str, args: &Kwargs) -> Result<String, minijinja::Error> {
    let mut arguments = FluentArgs::new();
    for name in args.args() {
        let value: Value = args.get(name)?;
        let value = match (value.kind(), value.as_i64()) {
            (ValueKind::Number, Some(number)) => FluentValue::from(number),
            _ => FluentValue::from(value.to_string()),
        };
        arguments.set(name.to_owned(), value);
    }
    words.say(lang, key, &arguments).ok_or_else(|| {
        minijinja::Error::new(
            ErrorKind::InvalidOperation,
            format!("the message `{key}` is missing in {}, or one of its arguments", lang.code()),
        )
    })
}

//! The words for people, from the Fluent files of `web/locales`. What never enters: figures' arithmetic, markup.

use std::{borrow::Cow, fmt};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::{LanguageIdentifier, LanguageIdentifierError};

use crate::{WebError, assets, format, lang::Lang};

/// The files of each language.
pub(crate) const FILES: [&str; 2] = ["main.ftl", "telling.ftl"];

/// The messages of every language.
pub(crate) struct Words {
    bundles: [FluentBundle<FluentResource>; 2],
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").finish_non_exhaustive()
    }
}

impl Words {
    /// Reads the embedded files.
    pub(crate) fn load() -> Result<Self, WebError> {
        Ok(Self { bundles: [bundle(Lang::Fr)?, bundle(Lang::En)?] })
    }

    /// The message `key` with its arguments; `None` where there is no such message or an argument is missing.
    pub(crate) fn say(&self, lang: Lang, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        let bundle = &self.bundles[lang as usize];
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }
}

fn bundle(lang: Lang) -> Result<FluentBundle<FluentResource>, WebError> {
    let id: LanguageIdentifier = lang
        .code()
        .parse()
        .map_err(|error: LanguageIdentifierError| broken("the language's code", error.to_string()))?;
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Both languages are written from left to right, as all French names are: nothing needs isolating.
    bundle.set_use_isolating(false);
    if lang == Lang::Fr {
        bundle.set_transform(Some(|text| Cow::Owned(french_spaces(text))));
    }
    bundle.set_formatter(Some(match lang {
        Lang::Fr => |value, _| number(Lang::Fr, value),
        Lang::En => |value, _| number(Lang::En, value),
    }));
    for file in FILES {
        let name = format!("locales/{}/{file}", lang.code());
        let source = assets::text(&name)?;
        let resource = FluentResource::try_new(source).map_err(|(_, errors)| broken(&name, all(&errors)))?;
        bundle.add_resource(resource).map_err(|errors| broken(&name, all(&errors)))?;
    }
    Ok(bundle)
}

fn broken(name: &str, reason: String) -> WebError {
    WebError::Asset { name: name.to_owned(), reason }
}

fn all(errors: &[impl ToString]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// No line may break before French punctuation of two parts, nor inside French quotation marks.
fn french_spaces(text: &str) -> String {
    let mut spaced = text.replace("« ", "«\u{a0}").replace(" »", "\u{a0}»");
    for sign in [":", ";", "?", "!", "%"] {
        spaced = spaced.replace(&format!(" {sign}"), &format!("\u{a0}{sign}"));
    }
    spaced
}

fn number(lang: Lang, value: &FluentValue<'_>) -> Option<String> {
    match value {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "messages are given whole numbers only, never negative"
        )]
        FluentValue::Number(number) => Some(format::count(lang, number.value.max(0.0) as u64)),
        _ => None,
    }
}

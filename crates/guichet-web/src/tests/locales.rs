//! Every word exists in every language, and is used.

use std::{collections::BTreeSet, fs, path::Path};

use guichet_model::{Cause, SiteKind};

use crate::{
    assets,
    lang::Lang,
    state::State,
    words::{FILES, Words},
};

/// Every file of a language.
fn text(lang: Lang) -> String {
    let text = |file: &&str| assets::text(&format!("locales/{}/{file}", lang.code())).unwrap();
    FILES.iter().map(text).collect()
}

fn keys(lang: Lang) -> BTreeSet<String> {
    text(lang)
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key)
        .filter(|key| key.starts_with(|first: char| first.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

/// The templates, and the Rust files that name keys.
fn sources() -> Vec<String> {
    let mut sources: Vec<String> =
        assets::templates().iter().map(|name| assets::text(&format!("templates/{name}")).unwrap()).collect();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for folder in ["pages", "telling"] {
        for entry in fs::read_dir(src.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                sources.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    sources.push(fs::read_to_string(src.join("telling.rs")).unwrap());
    sources
}

/// What follows each `t("` up to the closing quote; with ` ~` behind it, it is a beginning only.
fn called(source: &str) -> Vec<(&str, bool)> {
    source
        .match_indices("t(\"")
        .filter_map(|(at, start)| {
            let (before, rest) = source.split_at_checked(at)?;
            let (key, after) = rest.strip_prefix(start)?.split_once('"')?;
            // Not the end of another name.
            (!before.ends_with(char::is_alphanumeric)).then(|| (key, after.starts_with(" ~")))
        })
        .collect()
}

/// The beginnings of keys that Rust ends with a word: `format!("tell-class-{…}")`.
fn written(source: &str) -> Vec<&str> {
    let ends = |rest: &&str| rest.starts_with("tell-");
    let pieces = source.split("format!(\"").skip(1).filter(ends);
    pieces.filter_map(|rest| rest.split(['{', '"']).next()).collect()
}

#[test]
fn both_languages_have_the_same_messages() {
    assert_eq!(keys(Lang::Fr), keys(Lang::En));
    assert!(keys(Lang::Fr).len() > 150);
}

#[test]
fn both_languages_use_the_same_arguments() {
    let arguments = |lang: Lang| -> BTreeSet<String> {
        let text = text(lang);
        let mut key = "";
        let mut found = BTreeSet::new();
        for line in text.lines() {
            if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
                key = name;
            }
            for piece in line.split("{ $").skip(1) {
                let name: String = piece.chars().take_while(char::is_ascii_alphanumeric).collect();
                found.insert(format!("{key} {name}"));
            }
        }
        found
    };
    assert_eq!(arguments(Lang::Fr), arguments(Lang::En));
}

#[test]
fn every_message_that_is_called_exists_and_every_message_is_called() {
    let keys = keys(Lang::Fr);
    let sources = sources();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for source in &sources {
        for (key, is_beginning) in called(source) {
            let found: Vec<&String> = keys
                .iter()
                .filter(|known| if is_beginning { known.starts_with(key) } else { *known == key })
                .collect();
            assert!(!found.is_empty(), "`{key}` is called and does not exist");
            used.extend(found.into_iter().map(String::as_str));
        }
        used.extend(keys.iter().map(String::as_str).filter(|key| source.contains(&format!("\"{key}\""))));
        for beginning in written(source) {
            let found: Vec<&str> =
                keys.iter().map(String::as_str).filter(|key| key.starts_with(beginning)).collect();
            assert!(!found.is_empty(), "`{beginning}…` is written and begins no message");
            used.extend(found);
        }
    }
    let unused: Vec<&String> = keys.iter().filter(|key| !used.contains(key.as_str())).collect();
    assert!(unused.is_empty(), "never called: {unused:?}");
}

#[test]
fn every_word_of_a_list_has_its_message() {
    let keys = keys(Lang::Fr);
    let watch = ["watched", "probation", "not_found_alive", "paused", "retired", "historical", "none"];
    let wanted = State::ALL
        .iter()
        .flat_map(|state| [format!("state-{}", state.as_str()), format!("legend-{}", state.as_str())])
        .chain(Cause::ALL.iter().map(|(_, word)| format!("cause-{word}")))
        .chain(SiteKind::WORDS.iter().map(|word| format!("kind-{word}")))
        .chain(watch.iter().map(|word| format!("watch-{word}")))
        .chain(["none", "provisional", "ok"].iter().map(|word| format!("tier-{word}")))
        .chain((0..7).flat_map(|day| [format!("day-{day}"), format!("day-short-{day}")]));
    let missing: Vec<String> = wanted.filter(|key| !keys.contains(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_message_without_its_argument_is_not_shown() {
    let words = Words::load().unwrap();
    let mut arguments = fluent_bundle::FluentArgs::new();
    assert_eq!(words.say(Lang::Fr, "table-passes", &arguments), None);
    assert_eq!(words.say(Lang::Fr, "no-such-key", &arguments), None);
    arguments.set("k", 3);
    arguments.set("n", 12_345);
    assert_eq!(words.say(Lang::Fr, "table-passes", &arguments).as_deref(), Some("3 sur 12\u{202f}345"));
    assert_eq!(words.say(Lang::En, "table-passes", &arguments).as_deref(), Some("3 of 12,345"));
}

#[test]
fn french_punctuation_never_starts_a_line() {
    let words = Words::load().unwrap();
    let title = words.say(Lang::Fr, "home-title", &fluent_bundle::FluentArgs::new()).unwrap();
    assert!(title.contains("préfecture\u{a0}:") && title.contains("essayer\u{a0}?"), "{title}");
}

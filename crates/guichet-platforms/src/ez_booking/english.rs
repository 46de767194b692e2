//! Words of step 2 beside its own sentence: English ones, on sites that show it half in English, and words of trouble.
//! What never enters: markup, other steps.

/// Beginnings of words that tell of trouble with the service itself.
const TROUBLE: [&str; 4] = ["error", "busy", "technical", "unavailab"];

/// Whether a comparable text holds a word of trouble: then "please try later" says nothing of slots.
pub(super) fn speaks_of_trouble(text: &str) -> bool {
    words(text).any(|word| TROUBLE.iter().any(|trouble| word.starts_with(trouble)))
}

/// The same in French. A sentence that no slot is left stands for itself; only a title alone is doubted for them.
const FRENCH_TROUBLE: [&str; 5] = ["erreur", "surcharg", "technique", "indisponib", "réessayer"];

/// Whether a comparable text holds a French word of trouble.
pub(super) fn speaks_of_trouble_in_french(text: &str) -> bool {
    words(text).any(|word| FRENCH_TROUBLE.iter().any(|trouble| word.starts_with(trouble)))
}

/// Whether one sentence of a comparable text asks to try later.
pub(super) fn asks_to_try_later(text: &str) -> bool {
    text.split(['.', '!', '?']).any(|sentence| {
        sentence.split_once("please try").is_some_and(|(_, rest)| words(rest).any(|word| word == "later"))
    })
}

/// Whether a comparable title names availability.
pub(super) fn names_availability(title: &str) -> bool {
    words(title).any(|word| word == "availability")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic())
}

//! The sentences that no appointment is possible, matched loosely: the service writes them with spelling mistakes, with
//! accents that its encoding loses, and with letters doubled at will. What never enters: markup, other statements.

use std::sync::LazyLock;

use crate::text;

/// The beginnings of what the service says when there is none.
static NONE: LazyLock<[String; 2]> = LazyLock::new(|| {
    [
        "Aucun rendez-vous n'est possible pour les motifs",
        "Il n'y a pas de rendez-vous disponible pour ce service",
    ]
    .map(loose)
});

/// Whether a text holds one of the sentences.
pub(super) fn says_none(text: &str) -> bool {
    let text = loose(text);
    NONE.iter().any(|sentence| text.contains(sentence))
}

/// Whether a text begins with one of the sentences: a notice that quotes it in passing does not.
pub(super) fn begins_with_none(text: &str) -> bool {
    let text = loose(text);
    NONE.iter().any(|sentence| text.starts_with(sentence))
}

/// Comparable, without accents, every doubled letter once.
fn loose(text: &str) -> String {
    let mut loose = String::new();
    for c in plain(text).chars() {
        if !(c.is_alphabetic() && loose.ends_with(c)) {
            loose.push(c);
        }
    }
    loose
}

/// Comparable, without accents.
pub(super) fn plain(text: &str) -> String {
    let without = |c: char| match c {
        'à' | 'â' | 'ä' => Some('a'),
        'ç' => Some('c'),
        'é' | 'è' | 'ê' | 'ë' => Some('e'),
        'î' | 'ï' => Some('i'),
        'ô' | 'ö' => Some('o'),
        'ù' | 'û' | 'ü' => Some('u'),
        '\u{300}'..='\u{36F}' => None,
        other => Some(other),
    };
    text::comparable(text).chars().filter_map(without).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_doubled_letters_case_and_apostrophes_make_no_difference() {
        for written in [
            "Aucun rendez-vous n'est possible pour les motifs selectionnnés ou le créneau horaire séléctionné.",
            "AUCUN RENDEZ-VOUS N’EST  POSSIBLE\u{a0}POUR LES MOTIFS sélectionnés",
            "Aucun rendez-vous n'est posible pour les mottifs",
            "Attention : il n'y a pas de rendez-vous disponible pour ce service.",
            "Il n'y a pas de rendez-vous disponnible pour ce se\u{301}rvice",
        ] {
            assert!(says_none(written), "{written}");
        }
        for other in [
            "",
            "Aucun rendez-vous n'est possible",
            "Un rendez-vous est possible pour les motifs choisis",
            "Il n'y a pas de rendez-vous",
            "Il y a des rendez-vous disponibles pour ce service",
        ] {
            assert!(!says_none(other), "{other}");
        }
    }

    #[test]
    fn a_sentence_that_is_quoted_does_not_begin_the_text() {
        let sentence = "Il n'y a pas de rendez-vous disponible pour ce service.";
        assert!(begins_with_none(&format!("  {sentence} Merci.")));
        assert!(!begins_with_none(&format!("Si vous lisez « {sentence} », revenez.")));
    }
}

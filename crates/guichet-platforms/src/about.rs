//! What a page calls itself: for people who compare it with the catalogue. What never enters: verdicts, readings.

use scraper::ElementRef;

use crate::{
    document::{elements, parse, visible_elements},
    text,
};

/// The longest title or heading, in characters.
const LONGEST: usize = 160;
/// The most second-level headings.
const MOST_HEADINGS: usize = 6;

/// A page's title and headings, each on one line of at most 160 characters. Scraped text: escape it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headings {
    /// The title.
    pub title: Option<String>,
    /// The first visible main heading.
    pub h1: Option<String>,
    /// The first visible second-level headings, six at most, none twice.
    pub h2s: Vec<String>,
}

/// The title and headings of a page; nothing where its markup is too deep or too large.
pub fn headings(body: &str) -> Headings {
    let Some(page) = parse(body) else { return Headings::default() };
    let words = |element: ElementRef<'_>| text::label(element, LONGEST);
    let named = |name: &'static str| move |element: &ElementRef<'_>| element.value().name() == name;
    let mut h2s: Vec<String> = Vec::new();
    for heading in visible_elements(&page).filter(named("h2")).filter_map(words) {
        if h2s.len() < MOST_HEADINGS && !h2s.contains(&heading) {
            h2s.push(heading);
        }
    }
    Headings {
        title: elements(&page).filter(named("title")).find_map(words),
        h1: visible_elements(&page).filter(named("h1")).find_map(words),
        h2s,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_headings_are_told_once_each_and_bounded() {
        let page = format!(
            "<head><title> Prendre\n rendez-vous </title></head><body><h1 hidden>caché</h1><h1>Remise de <b>titre</b></h1>\
             <h2>Accueil</h2><h2>Accueil</h2>{}<h2>{}</h2><h1>encore</h1>",
            ["<h2>n° 1</h2>", "<h2>n° 2</h2>", "<h2>n° 3</h2>"].concat(),
            "x".repeat(1_000),
        );
        let found = headings(&page);
        assert_eq!(found.title.as_deref(), Some("Prendre rendez-vous"));
        assert_eq!(found.h1.as_deref(), Some("Remise de titre"));
        assert_eq!(found.h2s[..4], ["Accueil", "n° 1", "n° 2", "n° 3"]);
        assert_eq!(found.h2s[4].chars().count(), LONGEST);
        let many = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|word| format!("<h2>{word}</h2>")).concat();
        assert_eq!(headings(&many).h2s.len(), MOST_HEADINGS);
    }

    #[test]
    fn a_page_without_words_calls_itself_nothing() {
        for page in ["", "{\"a\": 1}", "<title> </title><h1></h1>", &"<div>".repeat(10_000)] {
            assert_eq!(headings(page), Headings::default());
        }
    }
}

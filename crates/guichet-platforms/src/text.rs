//! The words of a page as a reader sees them, made comparable: lower case, one kind of apostrophe, single spaces.
//!
//! Scripts, styles, what is hidden and everything from the footer on are no part of it. What never enters: meaning.

use scraper::{ElementRef, Html, node::Element};

use crate::document::{self, Seen};

/// The longest text taken from one element, in bytes: titles, headers and labels are short.
const LONGEST_ELEMENT: usize = 4096;
/// Elements whose text is no part of what a page tells.
const NO_PROSE: [&str; 4] = ["iframe", "object", "svg", "select"];
/// Elements that do not end a word.
const WITHIN_WORDS: [&str; 16] = [
    "a", "abbr", "b", "bdi", "bdo", "em", "font", "i", "label", "mark", "small", "span", "strong", "sub",
    "sup", "u",
];

/// The visible text of a page up to its footer, comparable.
pub(crate) fn visible_text(page: &Html) -> String {
    visible_text_without(page, None)
}

/// The visible text of a page up to its footer, comparable, without the element that has the id `left_out`.
pub(crate) fn visible_text_without(page: &Html, left_out: Option<&str>) -> String {
    let body = document::visible_elements(page).find(|element| element.value().name() == "body");
    body.map(|body| comparable(&raw_text(body, left_out, usize::MAX))).unwrap_or_default()
}

/// The text of one element, comparable.
pub(crate) fn element_text(element: ElementRef<'_>) -> String {
    comparable(&raw_text(element, None, LONGEST_ELEMENT))
}

/// The text of one element on one line, as written, cut to `most` characters; `None` when there is none.
pub(crate) fn label(element: ElementRef<'_>, most: usize) -> Option<String> {
    let text = single_spaces(raw_text(element, None, LONGEST_ELEMENT).chars());
    let cut: String = text.chars().take(most).collect();
    (!cut.is_empty()).then_some(cut)
}

/// Makes a text comparable: lower case, `’` as `'`, every run of white space (no-break spaces too) as one space.
pub(crate) fn comparable(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{2032}' | '`' | '\u{B4}' => '\'',
        other => other,
    });
    single_spaces(plain.flat_map(char::to_lowercase))
}

/// One line: runs of white space become one space, control and zero-width characters go.
fn single_spaces(chars: impl Iterator<Item = char>) -> String {
    let mut line = String::new();
    let mut space = false;
    for c in chars {
        if c.is_whitespace() {
            space = !line.is_empty();
        } else if !c.is_control() && !matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{FEFF}') {
            if space {
                line.push(' ');
                space = false;
            }
            line.push(c);
        }
    }
    line
}

/// The text under `start`, hardly longer than `most` bytes.
fn raw_text(start: ElementRef<'_>, left_out: Option<&str>, most: usize) -> String {
    let skip = |element: &Element| {
        NO_PROSE.contains(&element.name()) || (left_out.is_some() && element.id() == left_out)
    };
    let mut text = String::new();
    for seen in document::walk(start, skip) {
        match seen {
            Seen::Words(words) => {
                let room = most.saturating_sub(text.len());
                let (words, left) = words.split_at(words.floor_char_boundary(room));
                text.push_str(words);
                if !left.is_empty() {
                    break;
                }
            }
            Seen::Begin(element) if element.value().name() == "footer" => break,
            Seen::Begin(element) | Seen::End(element) => part(&mut text, element.value()),
        }
    }
    text
}

/// A block begins or ends: so does a word.
fn part(text: &mut String, element: &Element) {
    if !WITHIN_WORDS.contains(&element.name()) {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(body: &str) -> String {
        visible_text(&document::parse(body).unwrap())
    }

    #[test]
    fn apostrophes_spaces_and_case_make_no_difference() {
        let plain = "il n'existe plus de plage !";
        for written in [
            "Il n'existe plus de plage !",
            "Il n’existe plus\u{a0}de plage\u{202f}!",
            "  IL N&rsquo;EXISTE \n\t plus&nbsp;de plage !",
        ] {
            assert_eq!(seen(&format!("<p>{written}</p>")), plain, "{written}");
        }
    }

    #[test]
    fn blocks_end_a_word_and_emphasis_does_not() {
        assert_eq!(seen("<p>rendez-<b>vous</b>.</p><p>un<br>deux</p>trois"), "rendez-vous. un deux trois");
    }

    #[test]
    fn what_nobody_sees_is_left_out() {
        let body = "<title>a</title><script>b</script><!-- c --><p hidden>d</p><p style='display: none'>e</p>\
                    <p style='DISPLAY : NONE'>e</p><p style='visibility: hidden'>e</p><select><option>e</select>\
                    <template>f</template><p>seen</p><footer>g</footer><p>h</p>";
        assert_eq!(seen(body), "seen");
    }

    #[test]
    fn an_element_can_be_left_out_by_its_id() {
        let page = document::parse("<p>a</p><div id=x><p>b</p></div><p>c</p>").unwrap();
        assert_eq!(visible_text_without(&page, Some("x")), "a c");
        assert_eq!(visible_text(&page), "a b c");
    }

    #[test]
    fn labels_keep_their_case_and_are_cut() {
        let page = document::parse(&format!("<label>Guichet\n 1 {}</label>", "é".repeat(300))).unwrap();
        let element = document::elements(&page).find(|element| element.value().name() == "label").unwrap();
        let label = label(element, 120).unwrap();
        assert!(label.starts_with("Guichet 1 éé") && label.chars().count() == 120, "{label}");
    }
}

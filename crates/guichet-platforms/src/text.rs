//! The words of a page as a reader sees them, made comparable: lower case, one kind of apostrophe, single spaces.
//!
//! Scripts, styles, what is hidden and everything from the footer on are no part of it. What never enters: meaning.

use std::mem;

use scraper::{ElementRef, Html, node::Element};

use crate::document::{self, Seen};

/// The longest text taken from one element, in bytes: titles, headers and labels are short.
const LONGEST_ELEMENT: usize = 4096;
/// The longest text taken from a heading or the like, in bytes; written as it is, with all its white space.
const LONGEST_HEADING: usize = 640;
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
    let left_out = |element: &Element| left_out.is_some() && element.id() == left_out;
    body(page).map(|body| comparable(&raw_text(body, &left_out, usize::MAX))).unwrap_or_default()
}

/// The visible text of a page up to its footer, comparable, cut where a block begins or ends, without the elements
/// that `left_out` names. A sentence that merely quotes another is one passage with it.
pub(crate) fn passages_without(page: &Html, left_out: &dyn Fn(&Element) -> bool) -> Vec<String> {
    let raw = body(page).map(|body| raw_passages(body, left_out, usize::MAX)).unwrap_or_default();
    raw.iter().map(|passage| comparable(passage)).filter(|passage| !passage.is_empty()).collect()
}

/// The visible text of a page as written.
pub(crate) fn raw_visible(page: &Html) -> Option<String> {
    body(page).map(|body| raw_text(body, &|_| false, usize::MAX))
}

fn body(page: &Html) -> Option<ElementRef<'_>> {
    document::visible_elements(page).find(|element| element.value().name() == "body")
}

/// The text of one element, comparable.
pub(crate) fn element_text(element: ElementRef<'_>) -> String {
    comparable(&raw_text(element, &|_| false, LONGEST_ELEMENT))
}

/// The text of a heading or the like, comparable: little is read of it, for a page may hold thousands within each other.
pub(crate) fn heading_text(element: ElementRef<'_>) -> String {
    heading_text_without(element, &|_| false)
}

/// The same without the elements that `left_out` names.
pub(crate) fn heading_text_without(element: ElementRef<'_>, left_out: &dyn Fn(&Element) -> bool) -> String {
    comparable(&raw_text(element, left_out, LONGEST_HEADING))
}

/// What the elements called one of `blocks` begin with, above the footer, comparable. Each text of the page is in one
/// beginning at most: that of all the blocks that begin with it, up to where the next begins or one of them ends.
pub(crate) fn beginnings(page: &Html, blocks: &[&str]) -> Vec<String> {
    let Some(body) = body(page) else { return Vec::new() };
    let mut beginnings = Vec::new();
    let mut open = Vec::new();
    // How many of those there is text in already: the outer ones.
    let mut with_text = 0;
    let mut beginning: Option<String> = None;
    for seen in document::walk(body, |element| NO_PROSE.contains(&element.name())) {
        let (element, begins) = match seen {
            Seen::Words(words) => {
                if with_text < open.len() && !words.trim().is_empty() {
                    beginning = Some(String::new());
                    with_text = open.len();
                }
                if let Some(beginning) = &mut beginning {
                    beginning.push_str(words);
                }
                continue;
            }
            Seen::Begin(element) if element.value().name() == "footer" => break,
            Seen::Begin(element) => (element, true),
            Seen::End(element) => (element, false),
        };
        if begins && blocks.contains(&element.value().name()) {
            beginnings.extend(beginning.take());
            open.push(element.id());
        } else if open.last() == Some(&element.id()) {
            beginnings.extend(beginning.take());
            open.pop();
            with_text = with_text.min(open.len());
        } else if let Some(beginning) = &mut beginning
            && !WITHIN_WORDS.contains(&element.value().name())
        {
            beginning.push(' ');
        }
    }
    beginnings.iter().chain(&beginning).map(|beginning| comparable(beginning)).collect()
}

/// The text of one element on one line, as written, cut to `most` characters; `None` when there is none.
pub(crate) fn label(element: ElementRef<'_>, most: usize) -> Option<String> {
    let text = single_spaces(raw_text(element, &|_| false, most.saturating_mul(8)).chars());
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

/// The text under `start`, hardly longer than `most` bytes; where a block begins or ends, so does a word.
fn raw_text(start: ElementRef<'_>, left_out: &dyn Fn(&Element) -> bool, most: usize) -> String {
    raw_passages(start, left_out, most).join(" ")
}

/// The text under `start`, cut where a block begins or ends.
fn raw_passages(start: ElementRef<'_>, left_out: &dyn Fn(&Element) -> bool, most: usize) -> Vec<String> {
    let mut passages = Vec::new();
    let (mut passage, mut room) = (String::new(), most);
    for seen in document::walk(start, |element| NO_PROSE.contains(&element.name()) || left_out(element)) {
        match seen {
            Seen::Words(words) => {
                let (words, left) = words.split_at(words.floor_char_boundary(room));
                passage.push_str(words);
                room -= words.len();
                if !left.is_empty() {
                    break;
                }
            }
            Seen::Begin(element) if element.value().name() == "footer" => break,
            Seen::Begin(element) | Seen::End(element) => {
                if !passage.is_empty() && !WITHIN_WORDS.contains(&element.value().name()) {
                    passages.push(mem::take(&mut passage));
                }
            }
        }
    }
    passages.push(passage);
    passages
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
    fn a_passage_ends_where_a_block_does() {
        let page =
            document::parse("<p>Si « <b>A</b> » vient</p><div>B.<br>C<button>D</button></div><i>E").unwrap();
        assert_eq!(passages_without(&page, &|_| false), ["si « a » vient", "b.", "c", "d", "e"]);
        assert_eq!(passages_without(&page, &|it| it.name() == "div"), ["si « a » vient", "e"]);
    }

    #[test]
    fn a_block_begins_with_its_first_text_and_each_text_is_in_one_beginning() {
        let begin = |body: &str| beginnings(&document::parse(body).unwrap(), &["p", "div"]);
        assert_eq!(begin("<div> <p>A <b>b</b><br>c</p>d<p></p>e<p>F</p></div><p>G"), ["a b c", "f", "g"]);
        assert_eq!(begin("<div><div></div>A<i>b</i></div>c<footer><p>d</p></footer>"), ["ab"]);
        assert_eq!(
            begin("<div><div><div>A</div>b</div></div><p hidden>c</p><p><select><option>d</select>e"),
            ["a", "e"]
        );
        assert_eq!(begin("a"), Vec::<String>::new());
    }

    #[test]
    fn labels_keep_their_case_and_are_cut() {
        let page = document::parse(&format!("<label>Guichet\n 1 {}</label>", "é".repeat(300))).unwrap();
        let element = document::elements(&page).find(|element| element.value().name() == "label").unwrap();
        let label = label(element, 120).unwrap();
        assert!(label.starts_with("Guichet 1 éé") && label.chars().count() == 120, "{label}");
    }
}

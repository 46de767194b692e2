//! A page as a tree of elements, or nothing when its markup would cost more than a booking page can be worth.
//!
//! The parser takes quadratic time and memory over some inputs (deep nesting, formatting that is never closed,
//! thousands of attributes in a tag). It is therefore fed in small pieces, and left as soon as the tree outgrows what
//! real pages have. Here is also decided what of a page is seen: texts and signs alike are looked for only there.
//! What never enters: what the page says.

use std::iter;

use html5ever::{
    driver::{ParseOpts, Parser, parse_document},
    tendril::{StrTendril, TendrilSink as _},
};
use scraper::{ElementRef, Html, HtmlTreeSink, Node, node::Element};

/// Bytes between two looks at the tree.
const PIECE: usize = 1024;
/// The deepest nesting; booking pages stay under 40.
const DEEPEST: usize = 200;
/// The most nodes; booking pages stay under 20,000.
const MOST_NODES: usize = 200_000;
/// The most comparisons of attribute names: each new name in a tag is compared with all before it.
const MOST_COMPARISONS: u64 = 200_000_000;
/// Elements that nobody sees, nor anything in them.
const UNSEEN: [&str; 5] = ["head", "script", "style", "template", "noscript"];

/// The page as a tree; `None` when it is nested too deeply or too large.
pub(crate) fn parse(body: &str) -> Option<Html> {
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut budget = Budget::default();
    for piece in pieces(body) {
        parser.process(StrTendril::from_slice(piece));
        if !budget.allows(piece, &parser) {
            return None;
        }
    }
    Some(parser.finish())
}

/// The elements of the document, hidden ones too, in its order; what the parser has thrown out of the tree does not
/// come.
pub(crate) fn elements(page: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    page.tree.root().descendants().filter_map(ElementRef::wrap)
}

/// The elements of the document that can be seen, in its order.
pub(crate) fn visible_elements(page: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    elements(page).next().into_iter().flat_map(visible_elements_of)
}

/// `start` and the elements in it that can be seen, in their order; whether `start` itself stands in something hidden
/// is not asked.
pub(crate) fn visible_elements_of(start: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    visible_elements_without(start, |_| false)
}

/// [`visible_elements_of`] without those that `skip` names and all that is in them.
pub(crate) fn visible_elements_without(
    start: ElementRef<'_>,
    skip: impl Fn(&Element) -> bool,
) -> impl Iterator<Item = ElementRef<'_>> {
    walk(start, skip).filter_map(|seen| match seen {
        Seen::Begin(element) => Some(element),
        Seen::Words(_) | Seen::End(_) => None,
    })
}

/// What a walk comes by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen<'a> {
    /// An element that can be seen begins.
    Begin(ElementRef<'a>),
    /// Text that can be seen.
    Words(&'a str),
    /// An element ends, one that was left out too.
    End(ElementRef<'a>),
}

/// Walks through what can be seen of `start`, leaving out the elements that `skip` names with all that is in them.
pub(crate) fn walk(start: ElementRef<'_>, skip: impl Fn(&Element) -> bool) -> impl Iterator<Item = Seen<'_>> {
    let mut next = Some((*start, true));
    iter::from_fn(move || {
        loop {
            let (node, begins) = next?;
            let element = ElementRef::wrap(node);
            let enter = begins && element.is_none_or(|it| !is_unseen(it.value()) && !skip(it.value()));
            next = match node.first_child().filter(|_| enter) {
                Some(child) => Some((child, true)),
                None if begins => Some((node, false)),
                None if node.id() == start.id() => None,
                None => match node.next_sibling() {
                    Some(sibling) => Some((sibling, true)),
                    None => node.parent().map(|parent| (parent, false)),
                },
            };
            match (node.value(), element) {
                (Node::Text(words), _) if begins => return Some(Seen::Words(words)),
                (_, Some(element)) if !begins => return Some(Seen::End(element)),
                (_, Some(element)) if enter => return Some(Seen::Begin(element)),
                _ => {}
            }
        }
    })
}

/// Whether nobody sees this element and what is in it. What is hidden from screen readers only is seen.
fn is_unseen(element: &Element) -> bool {
    let hidden_field = || {
        element.name() == "input"
            && element.attr("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("hidden"))
    };
    let styled_away = || {
        element.attr("style").is_some_and(|style| {
            let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
            let style = style.to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
    };
    UNSEEN.contains(&element.name()) || element.attr("hidden").is_some() || hidden_field() || styled_away()
}

/// What parsing has cost so far.
#[derive(Default)]
struct Budget {
    nodes: usize,
    last_text: usize,
    pending: u64,
    spent: u64,
}

impl Budget {
    fn allows(&mut self, piece: &str, parser: &Parser<HtmlTreeSink>) -> bool {
        let page = parser.tokenizer.sink.sink.0.borrow();
        let nodes = page.tree.values().len();
        let last_text = match page.tree.values().next_back() {
            Some(Node::Text(text)) => text.len(),
            _ => 0,
        };
        // A tag shows in the tree only when it is complete: until then, count what may separate its attributes.
        let separators = separators(piece);
        if nodes == self.nodes && last_text == self.last_text {
            self.pending += separators;
        } else {
            self.spent += self.pending * self.pending / 2;
            self.pending = separators;
        }
        let added = nodes - self.nodes;
        (self.nodes, self.last_text) = (nodes, last_text);
        let deep = |depth: usize| depth >= DEEPEST;
        nodes <= MOST_NODES
            && self.spent + self.pending * self.pending / 2 <= MOST_COMPARISONS
            && !page
                .tree
                .nodes()
                .rev()
                .take(added)
                .step_by(8)
                .any(|node| deep(node.ancestors().take(DEEPEST).count()))
    }
}

fn separators(piece: &str) -> u64 {
    let separates = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'');
    piece.bytes().filter(separates).map(|_| 1).sum()
}

fn pieces(body: &str) -> impl Iterator<Item = &str> {
    let mut rest = body;
    iter::from_fn(move || {
        let (piece, tail) = rest.split_at(rest.floor_char_boundary(PIECE));
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled_with(unit: &str) -> String {
        unit.repeat(2 * 1024 * 1024 / unit.len())
    }

    #[test]
    fn an_ordinary_page_is_read_whole() {
        let body = format!("<h2>A</h2>{}<h2>é</h2>", "<p>texte à lire</p>\n".repeat(5_000));
        let page = parse(&body).unwrap();
        assert_eq!(elements(&page).filter(|element| element.value().name() == "h2").count(), 2);
    }

    #[test]
    fn only_what_is_seen_is_walked_through() {
        let body = "<i id=a><b id=b hidden><u id=c></u></b><u id=d></u></i><template><u id=e></u></template>\
                    <input id=f type=Hidden><p id=g style='DISPLAY :\nNONE'><u id=h></u></p><u id=i aria-hidden=true>";
        let page = parse(body).unwrap();
        let ids = |of: Vec<ElementRef<'_>>| of.iter().filter_map(|it| it.value().id()).collect::<String>();
        assert_eq!(ids(visible_elements(&page).collect()), "adi");
        let start = elements(&page).find(|it| it.value().id() == Some("a")).unwrap();
        assert_eq!(ids(visible_elements_of(start).collect()), "ad");
    }

    #[test]
    fn a_long_script_is_no_reason_to_give_up() {
        let body = format!("<script>{}</script><h2>A</h2>", "var mot = 'mot';\n".repeat(40_000));
        assert!(parse(&body).is_some());
    }

    #[test]
    fn two_mebibytes_of_hostile_markup_end_early() {
        let unclosed_formatting = |i: usize| {
            if i < 150 { format!("<b id=b{i}>") } else { "<p>".to_owned() }
        };
        let attribute = |i: usize, end| {
            let start = if i == 0 { "<p " } else { "" };
            format!("{start}a{i:x}{end}")
        };
        for (what, body) in [
            ("nested elements", filled_with("<div>")),
            ("nested formatting", filled_with("<b><i><p>")),
            ("nested tables", filled_with("<table><tr><td>")),
            ("nested vectors", filled_with("<svg><g>")),
            ("nested behind a shallow comment", filled_with("<div></body><!---->")),
            ("formatting that every paragraph repeats", (0..600_000).map(unclosed_formatting).collect()),
            ("one tag with all its attributes", (0..250_000).map(|i| attribute(i, " ")).collect()),
            ("attributes without spaces", (0..200_000).map(|i| attribute(i, "=''")).collect()),
        ] {
            assert!(parse(&body).is_none(), "{what}");
        }
    }

    #[test]
    fn flat_markup_is_read_or_left_whatever_it_repeats() {
        for unit in ["<", "<p", "<!--", "</div>", "&amp;", "é", "<p>", "<a b=c>", "<option>", "<li>"] {
            let page = parse(&unit.repeat(60_000));
            assert!(page.is_none_or(|page| page.tree.values().len() <= MOST_NODES), "{unit}");
        }
    }
}

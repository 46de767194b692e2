//! A page as a tree of elements, or nothing when its markup would cost more than a booking page can be worth.
//!
//! The parser takes quadratic time and memory over some inputs (deep nesting, formatting that is never closed,
//! thousands of attributes in a tag). It is therefore fed in small pieces, and left as soon as the tree outgrows what
//! real pages have. What never enters: what the page says.

use html5ever::{
    driver::{ParseOpts, Parser, parse_document},
    tendril::{StrTendril, TendrilSink as _},
};
use scraper::{ElementRef, Html, HtmlTreeSink, Node};

/// Bytes between two looks at the tree.
const PIECE: usize = 1024;
/// The deepest nesting; booking pages stay under 40.
const DEEPEST: usize = 200;
/// The most nodes; booking pages stay under 20,000.
const MOST_NODES: usize = 200_000;
/// The most comparisons of attribute names: each new name in a tag is compared with all before it.
const MOST_COMPARISONS: u64 = 200_000_000;

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

/// The elements of the document, in its order; what the parser has thrown out of the tree does not come.
pub(crate) fn elements(page: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    page.tree.root().descendants().filter_map(ElementRef::wrap)
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
    std::iter::from_fn(move || {
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

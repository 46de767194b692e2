//! By which way a procedure goes in a department, who says so, and why it is not watched where it is not. What never
//! enters: figures.

use guichet_model::Statement;
use serde::Serialize;

use super::frame::home_href;
use crate::{
    app::App,
    coverage::{Cell, Standing},
    lang::Lang,
};

/// One way, ready for a template.
#[derive(Debug, Serialize)]
pub(super) struct WayView {
    procedure: String,
    href: String,
    /// The channel, in a word.
    channel: &'static str,
    /// How far it is covered, in a word.
    standing: &'static str,
    /// Whether slots are seen there.
    is_watched: bool,
    /// For whom, in French, where not for all.
    only: Option<String>,
    /// Where that way begins.
    url: Option<String>,
    source: Option<SourceView>,
    /// The year of which the source speaks.
    stated: Option<String>,
    national: bool,
}

/// A source: its words, and its address where it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SourceView {
    text: String,
    href: Option<String>,
}

impl SourceView {
    /// The first address in `source` becomes the link; what stands before it, the words.
    pub(super) fn of(source: &str) -> Self {
        let start = ["https://", "http://"].iter().filter_map(|scheme| source.find(scheme)).min();
        let Some((before, rest)) = start.and_then(|at| source.split_at_checked(at)) else {
            return Self { text: source.to_owned(), href: None };
        };
        let address = rest.split([' ', ')', '>', '"', ';']).next().unwrap_or_default();
        let address = address.trim_end_matches([',', ':', '.']);
        let words = before.trim_end_matches([' ', ',', ':', ';', '(', '<', '"']);
        let text = if words.is_empty() { address } else { words };
        Self { text: text.to_owned(), href: Some(address.to_owned()) }
    }
}

impl App {
    pub(super) fn way(&self, lang: Lang, cell: &Cell) -> WayView {
        let statement = self.catalog.statement(&cell.department, &cell.procedure);
        let told = |said: &Statement| said.stated.map(|day| day.format("%Y").to_string());
        WayView {
            procedure: self.procedure_name(lang, &cell.procedure),
            href: home_href(lang, Some(&cell.department), &cell.procedure),
            channel: cell.channel.as_str(),
            standing: cell.standing.as_str(),
            is_watched: cell.standing == Standing::Watched,
            only: statement.and_then(|said| said.only.clone()),
            url: statement.and_then(|said| said.url.as_ref()).map(ToString::to_string),
            source: statement.and_then(|said| said.source.as_deref()).map(SourceView::of),
            stated: statement.and_then(told),
            national: statement.is_some_and(|said| said.national),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_in_a_source_becomes_its_link() {
        for (source, text, href) in [
            ("A public script", "A public script", None),
            ("https://a.fr/x", "https://a.fr/x", Some("https://a.fr/x")),
            ("Gisti, note of 2024, https://a.fr/x.", "Gisti, note of 2024", Some("https://a.fr/x")),
            ("Gisti (https://a.fr/x): it is so", "Gisti", Some("https://a.fr/x")),
            ("http://b.fr; https://a.fr/x", "http://b.fr", Some("http://b.fr")),
        ] {
            let view = SourceView::of(source);
            assert_eq!((view.text.as_str(), view.href.as_deref()), (text, href), "{source}");
        }
    }
}

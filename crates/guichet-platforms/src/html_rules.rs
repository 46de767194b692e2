//! Pages that a site file explains by itself: what stands on them when they are open, full or shut.
//!
//! One request, no form. A rule is `css:SELECTOR`, an element that must be visible, or `text:WORDS`, words that must
//! be visible above the footer. What never enters: counting, dates, guesses from what is missing, the paths of the other
//! platforms, whose own rules say what of them is never asked.

use std::time::Duration;

use guichet_model::{Offer, Outcome, ParamValue, Params, Target};
use scraper::{Html, Selector};
use url::Url;

use crate::{
    Ask, Markers, PLATFORMS, Page, ParamKind, ParamSpec, Platform, Reading, Step, Trail, Unrecognised,
    document, path, text,
};

/// The shortest `text:` rule, in characters: shorter words turn up by chance.
const SHORTEST_TEXT: usize = 8;

const KINDS: [(&str, Outcome); 3] =
    [("open_when", Outcome::Open(Offer::UNTOLD)), ("full_when", Outcome::Full), ("shut_when", Outcome::Shut)];

/// The platform `html-rules`.
#[derive(Debug)]
pub(crate) struct HtmlRules;

impl Platform for HtmlRules {
    fn name(&self) -> &'static str {
        "html-rules"
    }

    fn revision(&self) -> u16 {
        3
    }

    fn floor_cadence(&self) -> Duration {
        Duration::from_mins(15)
    }

    fn domains(&self) -> &'static [&'static str] {
        &["gouv.fr"]
    }

    fn params(&self) -> &'static [ParamSpec] {
        &[
            ParamSpec {
                name: "open_when",
                kind: ParamKind::List,
                about: "what only a page with free slots shows: \"css:SELECTOR\" or \"text:WORDS\"",
            },
            ParamSpec {
                name: "full_when",
                kind: ParamKind::List,
                about: "what only a page without free slots shows: \"css:SELECTOR\" or \"text:WORDS\"",
            },
            ParamSpec {
                name: "shut_when",
                kind: ParamKind::List,
                about: "what only a page that is switched off shows: \"css:SELECTOR\" or \"text:WORDS\"",
            },
        ]
    }

    fn check(&self, url: &Url, params: &Params) -> Vec<String> {
        let rules = || {
            KINDS.iter().flat_map(|&(kind, _)| match params.get(kind) {
                Some(ParamValue::List(rules)) => rules.iter().map(|rule| (kind, rule)).collect(),
                _ => Vec::new(),
            })
        };
        let owner = owner(url).map(Platform::name);
        let mut problems: Vec<String> = Vec::from_iter(owner.map(|name| {
            format!(
                "`url` is an address of `{name}`, which has its own platform; write platform = \"{name}\""
            )
        }));
        if rules().next().is_none() {
            problems.push(
                "there is no rule; write at least one, as in full_when = [\"text:aucun créneau disponible\"]"
                    .to_owned(),
            );
        }
        let wrong = rules()
            .filter_map(|(kind, rule)| Rule::parse(rule).err().map(|problem| (kind, rule, problem)))
            .map(|(kind, rule, problem)| format!("`{kind}`: `{}` {problem}", shown(rule)));
        problems.extend(wrong);
        for (kind, rule) in rules() {
            if rules().any(|(other, same)| other < kind && meaning(same) == meaning(rule)) {
                problems.push(format!(
                    "`{kind}`: `{}` stands under another key too; keep it under the one that it proves",
                    shown(rule)
                ));
            }
        }
        problems
    }

    fn may_follow(&self, _target: &Target, to: &Url) -> bool {
        owner(to).is_none()
    }

    fn begin(&self, target: &Target) -> Ask {
        Ask::Get(if owner(&target.url).is_some() {
            path::front_page(&target.url)
        } else {
            target.url.clone()
        })
    }

    fn read(
        &self,
        target: &Target,
        page: &Page<'_>,
        _trail: &Trail<'_>,
        markers: &mut Markers,
    ) -> Result<Step, Unrecognised> {
        let html =
            document::parse(page.body).ok_or_else(|| Unrecognised::new("markup too deep or too large"))?;
        let visible = text::visible_text(&html);
        let mut holds = |kind: &str| {
            let mut any = false;
            for rule in target.list(kind) {
                let found = Rule::parse(rule).is_ok_and(|rule| rule.holds(&html, &visible));
                any |= markers.look(format!("{kind} {}", shown(rule)), found);
            }
            any
        };
        let matched: Vec<(&str, Outcome)> = KINDS.into_iter().filter(|(kind, _)| holds(kind)).collect();
        match matched.as_slice() {
            [(_, outcome)] => Ok(Step::Read(Reading::plain(*outcome))),
            [] => Err(Unrecognised::new("nothing that a rule names")),
            several => {
                let kinds: Vec<&str> = several.iter().map(|(kind, _)| *kind).collect();
                Err(Unrecognised::new(format!("matches of {}", kinds.join(" and "))))
            }
        }
    }
}

/// The platform that a path belongs to, if it has one of its own.
fn owner(url: &Url) -> Option<&'static dyn Platform> {
    PLATFORMS.iter().copied().find(|platform| platform.is_its_own(url))
}

/// One rule, ready to be tried.
enum Rule {
    Element(Selector),
    Words(String),
}

impl Rule {
    fn parse(rule: &str) -> Result<Self, String> {
        if let Some(selector) = rule.strip_prefix("css:") {
            // Only the element that a selector ends in is known to be visible; this one looks past it.
            if selector.to_ascii_lowercase().contains(":has(") {
                return Err(
                    "looks for what an element holds, which may be hidden; write a selector of that \
                            thing itself, without `:has`"
                        .to_owned(),
                );
            }
            let parsed = Selector::parse(selector.trim());
            return parsed.map(Self::Element).map_err(|_why| {
                "is not a CSS selector; write one, as in \"css:table.calendar a.free\"".to_owned()
            });
        }
        let Some(words) = rule.strip_prefix("text:") else {
            return Err("is of no known kind; write \"css:SELECTOR\" or \"text:WORDS\"".to_owned());
        };
        let words = text::comparable(words);
        if words.chars().count() < SHORTEST_TEXT {
            return Err(format!(
                "is too short to be a sign; write at least {SHORTEST_TEXT} characters of the page's own sentence"
            ));
        }
        Ok(Self::Words(words))
    }

    fn holds(&self, html: &Html, visible: &str) -> bool {
        match self {
            Self::Element(selector) => {
                document::visible_elements(html).any(|element| selector.matches(&element))
            }
            Self::Words(words) => visible.contains(words.as_str()),
        }
    }
}

/// Two rules with the same meaning always hold together.
fn meaning(rule: &str) -> String {
    match rule.strip_prefix("text:") {
        Some(words) => text::comparable(words),
        None => rule.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn shown(rule: &str) -> String {
    rule.chars().take(80).collect()
}

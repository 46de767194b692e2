//! Which pages are to be visited, and why others are not. What never enters: the network.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::bail;
use guichet_catalog::Catalog;
use guichet_model::{DepartmentCode, Instant, SiteId, Target, TargetId, TargetStatus};

use super::Visit;
use crate::{manners::Manners, opening};

/// What is to be visited, and what is not.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) visits: Vec<Visit<'a>>,
    /// How many of the targets and pages in question are not visited, by reason.
    passed_over: BTreeMap<String, usize>,
}

/// What the operator names: a target, a site or a department.
#[derive(Debug)]
enum Named {
    Target(TargetId),
    Site(SiteId),
    Department(DepartmentCode),
}

impl Named {
    fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(if text.contains('/') {
            Self::Target(text.parse()?)
        } else if text.contains('-') {
            Self::Site(text.parse()?)
        } else {
            Self::Department(text.parse()?)
        })
    }

    fn is(&self, target: &Target) -> bool {
        match self {
            Self::Target(id) => target.id == *id,
            Self::Site(id) => target.id.site() == id,
            Self::Department(code) => target.id.department() == code,
        }
    }
}

/// What is to be visited: what `names` name; without names, every active target whose page has never been recognised or
/// whose site nobody has checked, and the pages without a place. Targets that are not active are visited only under
/// their full name; those that must not be asked, never.
pub(crate) fn choose<'a>(
    catalog: &'a Catalog,
    names: &[String],
    manners: &Manners,
    now: Instant,
) -> anyhow::Result<Choice<'a>> {
    let named = names.iter().map(|name| Named::parse(name)).collect::<anyhow::Result<Vec<_>>>()?;
    for (name, text) in named.iter().zip(names) {
        let target = catalog.targets().map(|(_, target)| target).find(|target| name.is(target));
        let Some(target) = target else {
            bail!("no target of the catalogue is in `{text}`; `guichet sites` lists them");
        };
        if let (Named::Target(id), Some(reason)) = (name, opening::not_asked(target)) {
            bail!("`{id}` is not asked: {reason}");
        }
    }
    let mut choice = Choice { visits: Vec::new(), passed_over: BTreeMap::new() };
    for (entry, target) in catalog.targets() {
        if !named.is_empty() && !named.iter().any(|name| name.is(target)) {
            continue;
        }
        let in_full = named.iter().any(|name| matches!(name, Named::Target(id) if *id == target.id));
        let known = entry.site.checked.is_some() && manners.is_alive(target, now);
        let against = if let Some(reason) = opening::not_asked(target) {
            Some(not_asked(reason))
        } else if target.status != TargetStatus::Active && !in_full {
            Some(target.status.to_string())
        } else if named.is_empty() && known {
            Some("recognised once, and the site is checked".to_owned())
        } else {
            None
        };
        choice.add(Visit { entry: Some(entry), target: target.clone() }, against);
    }
    if named.is_empty() {
        for target in catalog.unplaced.iter().filter_map(guichet_catalog::stand_in) {
            let against = opening::not_asked(&target).map(not_asked);
            choice.add(Visit { entry: None, target }, against);
        }
    }
    Ok(choice)
}

fn not_asked(reason: &str) -> String {
    format!("not asked: {reason}")
}

impl<'a> Choice<'a> {
    fn add(&mut self, visit: Visit<'a>, against: Option<String>) {
        match against {
            Some(reason) => *self.passed_over.entry(reason).or_default() += 1,
            None => self.visits.push(visit),
        }
    }

    /// Why nothing is visited, in words, a reason a line.
    pub(crate) fn why_nothing(&self) -> String {
        let mut text = "nothing is visited".to_owned();
        if self.passed_over.is_empty() {
            text += ": there is no target";
        }
        for (reason, times) in &self.passed_over {
            let _ = write!(text, "\n  {times} {reason}");
        }
        text + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_targets_sites_or_departments() {
        assert!(matches!(Named::parse("92").unwrap(), Named::Department(_)));
        assert!(matches!(Named::parse("2A-ajaccio").unwrap(), Named::Site(_)));
        assert!(matches!(Named::parse("92-nanterre/asile").unwrap(), Named::Target(_)));
        assert!(Named::parse("hauts-de-seine").is_err() && Named::parse("99").is_err());
    }

    #[test]
    fn why_nothing_is_visited_is_told_with_numbers() {
        let mut choice = Choice { visits: Vec::new(), passed_over: BTreeMap::new() };
        assert_eq!(choice.why_nothing(), "nothing is visited: there is no target\n");
        choice.passed_over = BTreeMap::from([("paused".to_owned(), 2), (not_asked("a login"), 1)]);
        assert_eq!(choice.why_nothing(), "nothing is visited\n  1 not asked: a login\n  2 paused\n");
    }
}

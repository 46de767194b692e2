//! What only shows when all site files are looked at. What never enters: files, TOML.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use guichet_model::{Params, SiteId, TargetId};
use url::Url;

use crate::{problem::Problem, section::At, site_file::SiteFile};

/// Ids used twice, pages listed twice; each is told where it comes the second time.
pub(crate) fn check(sites: &[(PathBuf, SiteFile)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut site_ids = BTreeMap::<&SiteId, Place<'_>>::new();
    let mut target_ids = BTreeMap::<&TargetId, Place<'_>>::new();
    let mut pages = BTreeMap::<(&Url, String), Place<'_>>::new();
    for (file, site) in sites {
        if let Some(At { value, line }) = &site.id {
            let place = Place { file, line: *line };
            problems.extend(place.second(&mut site_ids, value, |first| {
                (
                    format!("site `{value}` is there twice, first in {first}"),
                    "give one of the two another id".to_owned(),
                )
            }));
        }
        for At { value: target, line } in &site.targets {
            let place = Place { file, line: *line };
            problems.extend(place.second(&mut target_ids, &target.id, |first| {
                (
                    format!("target `{}` is there twice, first in {first}", target.id),
                    "give one of the two a `key` of its own".to_owned(),
                )
            }));
            problems.extend(place.second(&mut pages, (&target.url, in_words(&target.params)), |first| {
                (
                    format!("the page of `{}` is there twice, first in {first}", target.id),
                    "remove one of the two, or name the desks that each is about".to_owned(),
                )
            }));
        }
    }
    problems
}

/// Parameters as a text to compare by.
fn in_words(params: &Params) -> String {
    format!("{params:?}")
}

/// Where something is written.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    file: &'a Path,
    line: usize,
}

impl Place<'_> {
    /// Remembers the first place of `thing`; the problem if there was one already.
    fn second<Thing: Ord>(
        self,
        seen: &mut BTreeMap<Thing, Self>,
        thing: Thing,
        say: impl FnOnce(String) -> (String, String),
    ) -> Option<Problem> {
        let Some(first) = seen.get(&thing) else {
            seen.insert(thing, self);
            return None;
        };
        let (message, advice) = say(format!("{}:{}", first.file.display(), first.line));
        Some(Problem { file: self.file.to_owned(), line: Some(self.line), message, advice })
    }
}

//! `unplaced.toml`: pages that sources name without saying where they belong. What never enters: sites.

use std::{path::Path, time::Duration};

use guichet_model::{Params, Target, TargetStatus, Unplaced, civil};
use guichet_platforms::{Platform, platform};
use url::Url;

use crate::{
    Options, address,
    document::{Document, TOML_CAP},
    folder::is_absent,
    problem::Problem,
    section::{At, Section},
    target::read_platform,
};

/// The longest label.
const LONGEST_LABEL: usize = 120;

/// Reads the file, each page with the line of its address; nothing where there is none.
pub(crate) fn read(file: &Path, options: Options) -> (Vec<At<Unplaced>>, Vec<Problem>) {
    if is_absent(file) {
        return (Vec::new(), Vec::new());
    }
    let document = Document::open(file, TOML_CAP);
    let mut pages = Vec::new();
    if let Some(table) = document.parse() {
        let mut whole = Section::whole(&document, &table);
        for mut section in whole.tables("page") {
            pages.extend(read_page(&mut section, options));
            section.finish();
        }
        whole.finish();
    }
    (pages, document.into_problems())
}

fn read_page(section: &mut Section<'_>, options: Options) -> Option<At<Unplaced>> {
    let platform = read_platform(section);
    let url = section.text("url", "the address of the booking page");
    let label = section.short_text("label", LONGEST_LABEL, "what the source calls the page");
    let source = section.text("source", "who names the page");
    let seen = section.optional_year("seen");
    let (platform, found) = platform.zip(url)?;
    let url = address::check(section.document(), found, platform, options)?;
    let is_fine = fits(section, found.line, &url, platform);
    let value = Unplaced {
        platform: platform.name().to_owned(),
        url,
        label: label?.value.to_owned(),
        source: source?.value.to_owned(),
        seen: seen.map(|year| year.value),
    };
    is_fine.then_some(At { value, line: found.line })
}

/// Whether the platform finds the address fit; what else it asks of a target, a page without a place does not have.
fn fits(section: &Section<'_>, line: usize, url: &Url, platform: &dyn Platform) -> bool {
    let mut is_fine = true;
    for wrong in platform.check(url, &Params::new()).iter().filter(|wrong| wrong.starts_with("`url`")) {
        let (message, advice) = wrong.split_once("; ").unwrap_or((wrong, "write what the platform asks for"));
        section.document().note(line, message, advice);
        is_fine = false;
    }
    is_fine
}

/// The page as a target that nobody samples: adapters speak of targets only. Its id belongs to no site and must be
/// neither shown nor stored. `None` where the platform is not known, which a loaded catalogue rules out.
pub fn stand_in(page: &Unplaced) -> Option<Target> {
    let cadence: Duration = platform(&page.platform)?.floor_cadence();
    Some(Target {
        id: "01-unplaced/autre".parse().ok()?,
        label: Some(page.label.clone()),
        platform: page.platform.clone(),
        url: page.url.clone(),
        status: TargetStatus::Paused,
        cadence,
        timezone: civil::PARIS,
        seen: page.seen,
        source: Some(page.source.clone()),
        conflict: None,
        params: Params::new(),
    })
}

//! One `[[target]]` of a site file: the keys that all have and the ones that its platform declares. What never enters:
//! other targets.

use std::time::Duration;

use guichet_model::{ParamValue, Params, SiteId, Target, TargetId, TargetStatus};
use guichet_platforms::{PLATFORMS, ParamKind, Platform, platform};
use url::Url;

use crate::{
    Options, address, cadence,
    known::Known,
    problem::{advise_one_of, quoted},
    section::{At, Section},
    words::{reworded, word},
};

/// The longest label.
const LONGEST_LABEL: usize = 120;

/// Reads one `[[target]]`; `None` where it has a problem, which is then noted.
pub(crate) fn read(
    section: &mut Section<'_>,
    site: Option<&At<SiteId>>,
    known: Known<'_>,
    options: Options,
) -> Option<Target> {
    let document = section.document();
    let procedure = section
        .text("procedure", "an id of procedures.toml")
        .and_then(|found| known.procedure(section, found));
    let key = section.optional_text("key", "a name in lower-case letters, digits and hyphens");
    let target_id = site.zip(procedure).and_then(|(site, procedure)| {
        TargetId::new(&site.value, &procedure.value, key.map(|key| key.value))
            .map_err(|error| {
                let (message, advice) = reworded(&error);
                document.note(key.map_or(section.line(), |key| key.line), message, advice);
            })
            .ok()
    });
    let label = section.optional_short_text("label", LONGEST_LABEL, "the label of the page, in French");
    let platform = read_platform(section);
    let url = section.text("url", "the address of the booking page");
    let status = match section.optional_text("status", &format!("one of {}", TargetStatus::WORDS.join(", ")))
    {
        None => Some(TargetStatus::Active),
        Some(found) => word(section, "status", TargetStatus::WORDS, found),
    };
    let pace = section.optional_text("cadence", "the time between two probes, as in \"30m\"");
    let seen = section.optional_year("seen");
    let source = section.optional_text("source", "who names the page, where the site's own source does not");
    let conflict = section.optional_text("conflict", "how the sources contradict each other about the page");
    // Without a platform nothing can be said about its keys; asking for them all keeps them from being "unknown".
    let Some(platform) = platform else {
        for spec in PLATFORMS.iter().flat_map(|platform| platform.params()) {
            section.expect(spec.name);
        }
        return None;
    };
    let params = read_params(section, platform);
    let url = url.and_then(|found| {
        address::check(document, found, platform, options).map(|value| At { value, line: found.line })
    });
    if let (Some(url), Some(params)) = (&url, &params) {
        check(section, url, params, platform);
    }
    let cadence = match pace {
        None => Some(cadence::DEFAULT.max(platform.floor_cadence())),
        Some(found) => read_cadence(section, found, platform),
    };
    let target_id = target_id?;
    Some(Target {
        timezone: known.zone(target_id.department()),
        id: target_id,
        label: label.map(|label| label.value.to_owned()),
        platform: platform.name().to_owned(),
        url: url?.value,
        status: status?,
        cadence: cadence?,
        seen: seen.map(|year| year.value),
        source: source.map(|found| found.value.to_owned()),
        conflict: conflict.map(|found| found.value.to_owned()),
        params: params?,
    })
}

/// The platform that a table names.
pub(crate) fn read_platform(section: &mut Section<'_>) -> Option<&'static dyn Platform> {
    let found = section.text("platform", "the name of the booking platform")?;
    let known = platform(found.value);
    if known.is_none() {
        let names: Vec<&str> = PLATFORMS.iter().map(|platform| platform.name()).collect();
        section.document().note(
            found.line,
            format!("platform {} is not known", quoted(found.value)),
            advise_one_of(found.value, &names),
        );
    }
    known
}

/// The platform's own keys; `None` where one of them has a problem, which is then noted.
fn read_params(section: &mut Section<'_>, platform: &dyn Platform) -> Option<Params> {
    let mut params = Params::new();
    let mut all_read = true;
    for spec in platform.params() {
        let value = match spec.kind {
            ParamKind::Text => section
                .optional_text(spec.name, spec.about)
                .map(|found| ParamValue::Text(found.value.to_owned())),
            ParamKind::List => section
                .optional_texts(spec.name, spec.about)
                .map(|found| ParamValue::List(found.value.into_iter().map(str::to_owned).collect())),
        };
        all_read &= value.is_some() || section.line_of(spec.name).is_none();
        params.extend(value.map(|value| (spec.name.to_owned(), value)));
    }
    all_read.then_some(params)
}

/// Notes what the platform finds wrong: on the line of the key that its sentence begins with, or of the address. What
/// stands after the first semicolon is its advice.
fn check(section: &Section<'_>, url: &At<Url>, params: &Params, platform: &dyn Platform) {
    for wrong in platform.check(&url.value, params) {
        let line = platform
            .params()
            .iter()
            .find(|spec| wrong.starts_with(&format!("`{}`", spec.name)))
            .and_then(|spec| section.line_of(spec.name))
            .unwrap_or(url.line);
        let (message, advice) =
            wrong.split_once("; ").unwrap_or((&wrong, "write what the platform asks for"));
        section.document().note(line, message, advice);
    }
}

fn read_cadence(section: &Section<'_>, found: At<&str>, platform: &dyn Platform) -> Option<Duration> {
    let Some(cadence) = cadence::parse(found.value) else {
        section.document().note(
            found.line,
            format!("cadence {} is not a time between two probes", quoted(found.value)),
            "write a whole number and s, m, h or d, up to 31 days, as in \"90s\", \"20m\", \"2h\" or \"1d\"",
        );
        return None;
    };
    let floor = platform.floor_cadence();
    if cadence < floor {
        section.document().note(
            found.line,
            format!("cadence {} is too fast for `{}`", quoted(found.value), platform.name()),
            format!("write \"{}\" or longer", cadence::show(floor)),
        );
        return None;
    }
    Some(cadence)
}

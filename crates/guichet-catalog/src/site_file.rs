//! One site file: `sites/<id>.toml`. What never enters: other files, except as lists of what is known.

use std::path::Path;

use guichet_model::{Competence, CompetenceScope, DepartmentCode, Position, Site, SiteId, SiteKind, Target};

use crate::{
    Entry, Options,
    document::{Document, TOML_CAP},
    known::Known,
    problem::{Problem, quoted},
    section::{At, Section},
    target,
    words::{id, word},
};

/// The longest name.
const LONGEST_NAME: usize = 120;

/// What a site file gave.
#[derive(Debug)]
pub(crate) struct SiteFile {
    /// The site and its targets; `None` where there are problems.
    pub(crate) entry: Option<Entry>,
    /// The site's id and its line, also where there are problems.
    pub(crate) id: Option<At<SiteId>>,
    /// The targets without problems of their own, with the lines of their tables.
    pub(crate) targets: Vec<At<Target>>,
    /// What is wrong.
    pub(crate) problems: Vec<Problem>,
}

/// Reads one site file.
pub(crate) fn read(file: &Path, known: Known<'_>, options: Options) -> SiteFile {
    read_document(Document::open(file, TOML_CAP), known, options)
}

/// Reads what a site file holds, or would hold.
pub(crate) fn read_document(document: Document, known: Known<'_>, options: Options) -> SiteFile {
    let mut site_id = None;
    let mut site = None;
    let mut targets = Vec::new();
    if let Some(table) = document.parse() {
        let mut section = Section::whole(&document, &table);
        (site_id, site) = read_site(&mut section, known);
        for mut section in section.tables("target") {
            let target = target::read(&mut section, site_id.as_ref(), known, options);
            let line = section.line();
            section.finish();
            targets.extend(target.map(|value| At { value, line }));
        }
        section.finish();
    }
    let entry = site.filter(|_| document.is_fine()).map(|site| Entry {
        site,
        targets: targets.iter().map(|target| target.value.clone()).collect(),
        file: document.file().to_owned(),
    });
    SiteFile { entry, id: site_id, targets, problems: document.into_problems() }
}

fn read_site(section: &mut Section<'_>, known: Known<'_>) -> (Option<At<SiteId>>, Option<Site>) {
    let document = section.document();
    let site_id = section
        .text("id", "the name of the file without `.toml`")
        .and_then(|found| id::<SiteId>(section, found));
    if let Some(At { value, line }) = &site_id {
        let stem = document.file().file_stem().unwrap_or_default();
        if stem != value.as_str() {
            document.note(
                *line,
                format!("`{value}` is not the name of the file"),
                format!("rename the file to {value}.toml, or the site to the file's name"),
            );
        }
    }
    let name = section.short_text("name", LONGEST_NAME, "the French name of the office");
    let kind = section
        .text("kind", &format!("one of {}", SiteKind::WORDS.join(", ")))
        .and_then(|found| word(section, "kind", SiteKind::WORDS, found));
    let department = read_department(section, site_id.as_ref(), known);
    let commune = read_commune(section, department.as_ref());
    let place = read_position(section, department.as_ref(), known);
    let source = section.text("source", "where a person can check this file");
    let checked = section.optional_date("checked");
    let competence = read_competence(section);
    let build = || {
        Some(Site {
            id: site_id.clone()?.value,
            name: name?.value.to_owned(),
            kind: kind?,
            department: department?,
            commune,
            position: place.map(|(position, _)| position),
            position_source: place.and_then(|(_, source)| source).map(str::to_owned),
            competence,
            source: source?.value.to_owned(),
            checked: checked.map(|day| day.value),
        })
    };
    let site = build();
    (site_id, site)
}

fn read_department(
    section: &mut Section<'_>,
    site: Option<&At<SiteId>>,
    known: Known<'_>,
) -> Option<DepartmentCode> {
    let found = section.text("department", "the INSEE code, as in \"92\"")?;
    let At { value: code, line } = known.department(section, found)?;
    if let Some(At { value: site, .. }) = site
        && *site.department() != code
    {
        section.document().note(
            line,
            format!("`{site}` does not begin with the department `{code}`"),
            format!("write `{}`, or give the site another id", site.department()),
        );
        return None;
    }
    Some(code)
}

fn read_commune(section: &mut Section<'_>, department: Option<&DepartmentCode>) -> Option<String> {
    let found = section.optional_text("commune", "the INSEE code of the town, as in \"92050\"")?;
    let code = found.value;
    let well_formed = code.len() == 5
        && code
            .strip_prefix("2A")
            .or_else(|| code.strip_prefix("2B"))
            .unwrap_or(code)
            .bytes()
            .all(|b| b.is_ascii_digit());
    if !well_formed {
        section.document().note(
            found.line,
            format!("{} is not a commune code", quoted(code)),
            "write the five characters of the INSEE code (not the postcode), as in \"92050\" or \"2A004\"",
        );
        return None;
    }
    if let Some(department) = department
        && !code.starts_with(department.as_str())
    {
        section.document().note(
            found.line,
            format!("commune `{code}` is not in department `{department}`"),
            "write the INSEE code of a commune of this department (not the postcode)",
        );
        return None;
    }
    Some(code.to_owned())
}

/// Where a site is, and who says so.
fn read_position<'a>(
    section: &mut Section<'a>,
    department: Option<&DepartmentCode>,
    known: Known<'_>,
) -> Option<(Position, Option<&'a str>)> {
    let document = section.document();
    let mut inner = section.optional_table("position", "it as in `{ lon = 2.2227, lat = 48.8966 }`")?;
    let line = inner.line();
    let lon = inner.number("lon", "degrees east, as in 2.2227");
    let lat = inner.number("lat", "degrees north, as in 48.8966");
    let source = inner.optional_text("source", "who says where it is, and the licence");
    inner.finish();
    let position = Position { lon: lon?.value, lat: lat?.value };
    let outline = known.outlines.iter().find(|outline| Some(&outline.code) == department);
    if let Some(outline) = outline
        && !outline.is_roughly_around(position)
    {
        document.note(
            line,
            format!("{} east, {} north is not in {}", position.lon, position.lat, outline.name),
            "write degrees, `lon` the longitude and `lat` the latitude",
        );
        return None;
    }
    Some((position, source.map(|found| found.value)))
}

fn read_competence(section: &mut Section<'_>) -> Option<Competence> {
    let document = section.document();
    let mut inner = section.optional_table("competence", "it under a header `[competence]` of its own")?;
    let scope = inner
        .text("scope", &format!("one of {}", CompetenceScope::WORDS.join(", ")))
        .and_then(|found| word::<CompetenceScope>(&inner, "scope", CompetenceScope::WORDS, found));
    let areas = inner.optional_texts("areas", "the names of the arrondissements");
    let source = inner.text("source", "where this is said");
    match (scope, &areas) {
        (Some(CompetenceScope::Department), Some(areas)) => document.note(
            areas.line,
            "`areas` beside the scope `department`",
            "remove it, or write the scope `arrondissement`",
        ),
        (Some(CompetenceScope::Arrondissement), None) if inner.line_of("areas").is_none() => document.note(
            inner.line(),
            "`areas` is missing",
            "add it: a list of the names of the arrondissements, as in [\"Meaux\", \"Torcy\"]",
        ),
        _ => {}
    }
    inner.finish();
    Some(Competence {
        scope: scope?,
        areas: areas.map_or_else(Vec::new, |found| found.value.into_iter().map(str::to_owned).collect()),
        source: source?.value.to_owned(),
    })
}

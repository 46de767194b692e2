//! From shapes to hosts that make sense, or to a sentence that says what to write instead, and where.
//! What never enters: files.

use std::collections::HashSet;

use chrono_tz::Tz;
use guichet_model::{DepartmentCode, Position, ProcedureId, SiteId, TargetId, civil};
use toml::Spanned;

use crate::script::{
    address::address,
    hosts::{CONTROL, Desk, ELSEWHERE, Form, Host, Robots, SiteFacts},
    shape::{DeskShape, FormShape, HostShape},
    times::{timeline, walled},
    wrong::{Checked, check, wrong},
};

const DEFAULT_LEAD_DAYS: u32 = 14;

pub(super) fn hosts(shapes: &[HostShape]) -> Checked<Vec<Host>> {
    let mut names = HashSet::new();
    shapes
        .iter()
        .map(|shape| {
            let name = shape.name.as_ref();
            let fine = !name.is_empty()
                && name.len() <= 63
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !name.starts_with('-')
                && !name.ends_with('-');
            let only =
                "a host's name is one label of lower-case letters, digits and hyphens, as in \"fauxville\"";
            check(&shape.name, fine, only)?;
            let free = ![CONTROL, ELSEWHERE].contains(&name.as_str());
            check(&shape.name, free, format_args!("the name `{name}` is reserved"))?;
            check(&shape.name, names.insert(name), format_args!("the host `{name}` is there twice"))?;
            host(shape)
        })
        .collect()
}

fn host(shape: &HostShape) -> Checked<Host> {
    let zone = match &shape.timezone {
        None => civil::PARIS,
        Some(text) => text.as_ref().parse().or_else(|_unknown| {
            wrong(text, format_args!("`{}` is not a time zone, as in \"Indian/Reunion\"", text.as_ref()))
        })?,
    };
    let robots = match shape.robots.as_ref().map(|text| (text, text.as_ref().as_str())) {
        None | Some((_, "allow")) => Robots::Text("User-agent: *\nDisallow:\n".to_owned()),
        Some((_, "disallow")) => Robots::DisallowAll,
        Some((_, "missing")) => Robots::Missing,
        Some((_, "error")) => Robots::Error,
        Some((_, text)) if text.to_ascii_lowercase().contains("user-agent") => Robots::Text(text.to_owned()),
        Some((at, _)) => {
            let words =
                "`robots` is \"allow\", \"disallow\", \"missing\", \"error\" or the text of a robots.txt";
            return wrong(at, words);
        }
    };
    let facts = site_facts(shape)?;
    let mut ids = HashSet::new();
    let mut paths = HashSet::new();
    let forms = shape
        .form
        .iter()
        .map(|shape| {
            let id = *shape.id.as_ref();
            check(&shape.id, ids.insert(id), format_args!("the form {id} is there twice in this host"))?;
            let form = form(shape, &facts, zone)?;
            let path = form.path();
            let twice = format!("two forms of this host have the address {path}");
            check(&shape.id, paths.insert(path), twice)?;
            Ok(form)
        })
        .collect::<Checked<Vec<Form>>>()?;
    walled(&shape.timeline, shape.random.as_ref(), forms.iter().all(|form| form.address.is_walled()))?;
    Ok(Host {
        name: shape.name.as_ref().clone(),
        robots,
        timeline: timeline(&shape.timeline, shape.random.as_ref(), zone)?,
        facts,
        forms,
    })
}

fn site_facts(shape: &HostShape) -> Checked<SiteFacts> {
    let parsed = |text: &Spanned<String>| -> Checked<DepartmentCode> {
        text.as_ref().parse().or_else(|error| wrong(text, error))
    };
    let department = shape.department.as_ref().map(parsed).transpose()?;
    let site: Option<SiteId> = match &shape.site {
        None => None,
        Some(text) => Some(text.as_ref().parse().or_else(|error| wrong(text, error))?),
    };
    if let (Some(code), Some(site), Some(at)) = (&department, &site, &shape.site) {
        let fine = site.department() == code;
        check(at, fine, format_args!("the site `{site}` does not lie in the department {code}"))?;
    }
    let position = match (&shape.lon, &shape.lat) {
        (None, None) => None,
        (Some(lon), Some(lat)) => {
            check(lon, lon.as_ref().abs() <= 180.0, "`lon` is between -180 and 180")?;
            check(lat, lat.as_ref().abs() <= 90.0, "`lat` is between -90 and 90")?;
            Some(Position { lon: *lon.as_ref(), lat: *lat.as_ref() })
        }
        (Some(one), None) | (None, Some(one)) => return wrong(one, "`lon` and `lat` go together"),
    };
    Ok(SiteFacts {
        department: department.or_else(|| site.as_ref().map(|site| site.department().clone())),
        site,
        name: shape.site_name.clone(),
        position,
    })
}

fn form(shape: &FormShape, facts: &SiteFacts, zone: Tz) -> Checked<Form> {
    let procedure: Option<ProcedureId> = match &shape.procedure {
        None => None,
        Some(text) => Some(text.as_ref().parse().or_else(|error| wrong(text, error))?),
    };
    let key = shape.key.as_ref().map(|key| key.as_ref().as_str());
    let target = match (&facts.site, &procedure, &shape.key) {
        (Some(site), Some(procedure), at) => match (TargetId::new(site, procedure, key), at) {
            (Ok(id), _) => Some(id),
            (Err(error), Some(at)) => return wrong(at, error),
            (Err(error), None) => return wrong(&shape.id, error),
        },
        (_, _, Some(at)) => return wrong(at, "a `key` needs the form's `procedure` and the host's `site`"),
        _ => None,
    };
    let lead_days = shape.lead_days.as_ref().map_or(DEFAULT_LEAD_DAYS, |days| *days.as_ref());
    if let Some(at) = &shape.lead_days {
        check(at, lead_days <= 730, "`lead_days` is at most 730")?;
    }
    let address = address(shape)?;
    let is_walled = address.is_walled();
    walled(&shape.timeline, shape.random.as_ref(), is_walled)?;
    let platform = address.platform();
    let mut ids = HashSet::new();
    let mut desks = shape
        .desk
        .iter()
        .zip(1..)
        .map(|(shape, number)| {
            let id = *shape.id.as_ref();
            let only_one = format_args!("a form of {} has no desks", platform.word());
            check(&shape.id, platform.has_desks(), only_one)?;
            check(&shape.id, ids.insert(id), format_args!("the desk {id} is there twice in this form"))?;
            desk(shape, number, zone)
        })
        .collect::<Checked<Vec<Desk>>>()?;
    if desks.is_empty() {
        // A form with one planning: what holds for it is written on the form.
        desks.push(Desk {
            id: *shape.id.as_ref(),
            label: shape.title.clone(),
            timeline: timeline(&[], None, zone)?,
        });
    }
    Ok(Form {
        id: *shape.id.as_ref(),
        address,
        title: shape.title.clone(),
        wording: chosen(shape.wording.as_ref()),
        skin: chosen(shape.skin.as_ref()),
        apostrophe: shape.apostrophe,
        language: chosen(shape.language.as_ref()),
        charset: shape.charset,
        deep_calendar: chosen(shape.deep_calendar.as_ref()),
        direct_step2: chosen(shape.direct_step2.as_ref()),
        lead_days,
        procedure,
        key: key.map(ToOwned::to_owned),
        target,
        timeline: timeline(&shape.timeline, shape.random.as_ref(), zone)?,
        desks,
    })
}

fn desk(shape: &DeskShape, number: u32, zone: Tz) -> Checked<Desk> {
    Ok(Desk {
        id: *shape.id.as_ref(),
        label: shape.label.clone().unwrap_or_else(|| format!("Guichet {number}")),
        timeline: timeline(&shape.timeline, shape.random.as_ref(), zone)?,
    })
}

fn chosen<T: Copy + Default>(key: Option<&Spanned<T>>) -> T {
    key.map_or_else(T::default, |value| *value.as_ref())
}

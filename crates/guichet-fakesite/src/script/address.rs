//! Where a form lives: the keys that only some platforms have. What never enters: what holds when.

use toml::Spanned;

use crate::{
    address::{Address, Platform},
    script::{
        shape::FormShape,
        wrong::{Checked, check, wrong},
    },
};

/// The address of a form on its platform.
pub(super) fn address(shape: &FormShape) -> Checked<Address> {
    let on = shape.platform;
    let ez = [Platform::EzBooking];
    only(on, &ez, "skin", shape.skin.as_ref())?;
    only(on, &ez, "language", shape.language.as_ref())?;
    only(on, &ez, "deep_calendar", shape.deep_calendar.as_ref())?;
    only(on, &ez, "direct_step2", shape.direct_step2.as_ref())?;
    only(on, &[Platform::Eappointment, Platform::ServicePublic], "wording", shape.wording.as_ref())?;
    only(on, &[Platform::Eappointment], "sitekey", shape.sitekey.as_ref())?;
    only(on, &[Platform::ServicePublic], "organisation", shape.organisation.as_ref())?;
    only(on, &[Platform::ServicePublic], "motif", shape.motif.as_ref())?;
    only(on, &[Platform::Orion], "account", shape.account.as_ref())?;
    only(on, &[Platform::Orion], "config", shape.config.as_ref())?;
    only(on, &[Platform::Orion], "place", shape.place.as_ref())?;
    only(on, &[Platform::Orion], "purpose", shape.purpose.as_ref())?;
    let needed = |key: &str, value: Option<&Spanned<String>>| match value {
        Some(value) => word(key, value),
        None => wrong(&shape.id, format_args!("a form of {} needs a `{key}`", on.word())),
    };
    let may = |key: &str, value: Option<&Spanned<String>>| value.map(|value| word(key, value)).transpose();
    Ok(match on {
        Platform::EzBooking => Address::EzBooking,
        Platform::RdvPrefecture => Address::RdvPrefecture,
        Platform::Eappointment => {
            Address::Eappointment { sitekey: needed("sitekey", shape.sitekey.as_ref())? }
        }
        Platform::ServicePublic => Address::ServicePublic {
            organisation: *shape.organisation.as_ref().unwrap_or(&shape.id).as_ref(),
            motif: needed("motif", shape.motif.as_ref())?,
        },
        Platform::Orion => Address::Orion {
            account: needed("account", shape.account.as_ref())?,
            config: needed("config", shape.config.as_ref())?,
            place: may("place", shape.place.as_ref())?,
            purpose: may("purpose", shape.purpose.as_ref())?,
        },
    })
}

fn only<T>(on: Platform, platforms: &[Platform], key: &str, value: Option<&Spanned<T>>) -> Checked<()> {
    let Some(value) = value else { return Ok(()) };
    let words: Vec<String> =
        platforms.iter().map(|platform| format!("platform = \"{}\"", platform.word())).collect();
    let where_it_goes = format!("`{key}` only goes with {}", words.join(" or "));
    check(value, platforms.contains(&on), where_it_goes)
}

fn word(key: &str, value: &Spanned<String>) -> Checked<String> {
    let text = value.as_ref();
    let fine = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    check(value, fine, format_args!("`{key}` is a word of letters, digits, hyphens and underscores"))?;
    Ok(text.clone())
}

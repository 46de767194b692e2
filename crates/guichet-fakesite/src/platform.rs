//! Who answers for a path, and judges it: the room of the platform that the path belongs to. What never enters: what
//! their pages say, where their forms live.

mod eappointment;
mod ez_booking;
mod orion;
mod rdv_prefecture;
mod service_public;
mod walk;

use minijinja::Error;

use crate::{
    address::Platform,
    answer::Answer,
    pages::Look,
    request::{Asked, Request},
    site::Site,
};

/// What is forbidden about a request, as its path's platform has it.
pub(crate) fn violation(request: &Request<'_>) -> Option<String> {
    match Platform::of_path(request.path) {
        None => request.field_beside(&[]),
        Some(Platform::EzBooking) => ez_booking::violation(request),
        Some(Platform::RdvPrefecture) => rdv_prefecture::violation(request),
        Some(Platform::Eappointment) => eappointment::violation(request),
        Some(Platform::ServicePublic) => service_public::violation(request),
        Some(Platform::Orion) => orion::violation(request),
    }
}

/// What the platform's pages answer; `None` where there is no such page.
///
/// # Errors
/// When a template cannot be filled in.
pub(crate) fn answer(site: Site<'_>, asked: &Asked<'_>) -> Result<Option<Answer>, Error> {
    let Some(platform) = Platform::of_path(asked.request.path) else { return Ok(None) };
    let answer = match platform {
        Platform::EzBooking => ez_booking::answer(site, asked),
        Platform::RdvPrefecture => rdv_prefecture::answer(site, asked),
        Platform::Eappointment => eappointment::answer(site, asked),
        Platform::ServicePublic => service_public::answer(site, asked),
        Platform::Orion => orion::answer(site, asked),
    }?;
    if answer.is_some() || violation(&asked.request).is_none() {
        return Ok(answer);
    }
    match site.hidden(asked)? {
        Some(hidden) => Ok(Some(hidden)),
        None => site.too_far(&Look::of_host(site.host)).map(Some),
    }
}

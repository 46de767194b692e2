//! Which room answers: robots.txt, the platform that the path belongs to, or the site's own pages. What never enters:
//! what they say.

use minijinja::Error;

use crate::{answer::Answer, pages::Look, platform, request::Asked, site::Site};

/// What a site answers to what it is asked.
///
/// # Errors
/// When a template cannot be filled in.
pub(crate) fn answer(site: Site<'_>, asked: &Asked<'_>) -> Result<Answer, Error> {
    if asked.request.path == "/robots.txt" {
        return Ok(site.robots());
    }
    if let Some(answer) = platform::answer(site, asked)? {
        return Ok(answer);
    }
    if let Some(answer) = site.hidden(asked)? {
        return Ok(answer);
    }
    let look = Look::of_host(site.host);
    if asked.request.parts().is_empty() {
        return site.home(&look);
    }
    site.not_found(&look)
}

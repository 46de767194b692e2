//! The public addresses of the service: which link is a target, which redirect is followed.
//!
//! What never enters: accounts (`/users/`), the way of social workers (`/prendre_rdv_prescripteur/`), a chosen slot,
//! anything about a person.

use url::Url;

use crate::path;

/// What a link may say: the motif and the organisation.
const NAMES: [&str; 6] = [
    "departement",
    "motif_name_with_location_type",
    "motif_id",
    "public_link_organisation_id",
    "user_selected_organisation_id",
    "service_id",
];
/// What the service's paths are known by; those of short links are too common for that.
const PATHS: [&str; 6] =
    ["prendre_rdv", "prdv", "prendre_rdv_prescripteur", "prescripteur", "users", "rdv_wizard_step"];
/// Parts of the names of what is never sent: whose appointment it is, where one lives, which slot.
const NEVER: [&str; 9] =
    ["token", "tkn", "address", "latitude", "longitude", "city_code", "street", "starts_at", "creneau"];

/// Whether `url` is one of the pages that anybody may open to see slots.
pub(super) fn is_public(url: &Url) -> bool {
    let names_nothing_private = || {
        url.query_pairs().all(|(key, _)| {
            let key = key.to_ascii_lowercase();
            !NEVER.iter().any(|never| key.contains(never))
        })
    };
    (is_front(url) || Form::of(url).is_some()) && names_nothing_private()
}

/// Whether the path of `url` is one of the service's, however it is written.
pub(super) fn is_of_the_service(url: &Url) -> bool {
    PATHS.iter().any(|name| path::names(url, name))
}

/// Whether `to` is a public page on the host of `from`.
pub(super) fn may_follow(from: &Url, to: &Url) -> bool {
    path::same_host(from, to) && is_public(to)
}

/// Whether an answer from `url` can be about what the link `target` names: the search page keeps what the link says.
pub(super) fn is_about(target: &Url, url: &Url) -> bool {
    let said = |of: &Url, name: &str| {
        let value = of.query_pairs().find(|(key, value)| key == name && !value.is_empty());
        value.map(|(_, value)| value.into_owned())
    };
    // The department and the service only narrow down what the motif says already.
    let kept = |name: &&str| said(target, name).is_none_or(|named| said(url, name) == Some(named));
    may_follow(target, url)
        && NAMES.iter().filter(|name| !["departement", "service_id"].contains(*name)).all(kept)
}

/// What is wrong with a target's address, in words that say what to write.
pub(super) fn problems(url: &Url) -> Vec<String> {
    let Some(form) = Form::of(url) else {
        return vec![
            "`url` is not a public booking link; write it as in \
             \"https://rdv.example.gouv.fr/prendre_rdv?motif_name_with_location_type=renouvellement-public_office&public_link_organisation_id=12\" \
             or \"https://rdv.example.gouv.fr/org/12\""
                .to_owned(),
        ];
    };
    let mut problems = Vec::new();
    for (key, _) in url.query_pairs() {
        let shown: String = key.chars().take(40).collect();
        if key == "date" {
            problems.push("`url` has `date`, which shows one week for ever; leave it out".to_owned());
        } else if key == "lieu_id" {
            problems.push(
                "`url` has `lieu_id`, which shows the week of one place and never says that all places are full; \
                 leave it out, and the list of places is read"
                    .to_owned(),
            );
        } else if !NAMES.contains(&key.as_ref()) {
            problems.push(format!(
                "`url` has `{shown}`, which names neither motif nor organisation; leave it out"
            ));
        }
    }
    if form == Form::Search {
        for (name, what) in
            [("motif_name_with_location_type", "motif"), ("public_link_organisation_id", "organisation")]
        {
            if !url.query_pairs().any(|(key, value)| key == name && !value.is_empty()) {
                problems.push(format!(
                    "`url` has no `{name}`, so the page would first ask for the {what}; choose it in a browser, \
                     and write the address that this leads to"
                ));
            }
        }
    }
    problems
}

/// The kinds of public links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `/prendre_rdv`, or `/prdv`, which redirects to it: what is sought stands in the query.
    Search,
    /// `/org/<id>[/<name>]` and `/org/ext/<department>/<id>[/<name>]`.
    Organisation,
    /// `/motif/<id>[/<name>]`.
    Motif,
}

impl Form {
    fn of(url: &Url) -> Option<Self> {
        let path = url.path().strip_suffix('/').unwrap_or(url.path());
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        // Nothing that a server could read in another way: no escapes, no parameters, nothing empty.
        let plain = |segment: &&str| {
            !segment.is_empty()
                && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if !segments.iter().all(plain) {
            return None;
        }
        match segments.as_slice() {
            ["prendre_rdv" | "prdv"] => Some(Self::Search),
            ["org", "ext", _, _] | ["org", "ext", _, _, _] => Some(Self::Organisation),
            ["org", id] | ["org", id, _] if *id != "ext" => Some(Self::Organisation),
            ["motif", _] | ["motif", _, _] => Some(Self::Motif),
            _ => None,
        }
    }
}

/// The front page asks for an address: it is harmless and says so.
fn is_front(url: &Url) -> bool {
    url.path() == "/"
}

//! Each platform's folder holds a page of every kind that the platform can send, so that none of them is read for the
//! first time in earnest.

use guichet_model::{Cause, Outcome, Service};
use guichet_platforms::{Markers, Page, Step, Trail, generic};

use crate::{
    folder::{FOLDERS, Folder},
    sample::Sample,
};

/// What a platform's pages are never read as, and why.
const NEVER: [(&str, &str, &str); 3] = [
    ("eappointment", "shut", "no words of it for a service that is switched off are known"),
    ("orion", "shut", "no words of it for a service that is switched off are known"),
    ("rdv-prefecture", "shut", "what it shows of a démarche that is switched off is not known"),
];

/// What a page was read as, with the service where it told, as in `overloaded, maintenance`.
fn kind(folder: &Folder, page: &Sample) -> String {
    let seen = Page { url: &page.url, status: page.status, body: &page.body };
    let mut markers = Markers::default();
    let (outcome, service) = if let Some(verdict) = generic::verdict(&seen, &mut markers) {
        (Outcome::Unknown(verdict.cause), verdict.service)
    } else {
        let trail = Trail { round: page.round, asked: &page.asked, noted: &page.noted, listed: &page.listed };
        match folder.platform.read(&page.target, &seen, &trail, &mut markers) {
            Ok(Step::Read(reading)) => (reading.outcome, reading.service),
            Ok(Step::Ask { .. }) => return "leads on".to_owned(),
            Err(error) => (Outcome::Unknown(Cause::Unrecognised), error.service),
        }
    };
    let word = outcome.cause().map_or(outcome.as_str().to_owned(), |cause| cause.to_string());
    service.map_or(word.clone(), |service: Service| format!("{word}, {}", service.as_str()))
}

#[test]
fn every_platform_has_a_page_of_every_kind_that_it_can_send() {
    for folder in FOLDERS.iter() {
        let name = folder.platform.name();
        let kinds: Vec<String> = folder.pages.iter().map(|page| kind(folder, page)).collect();
        for wanted in [
            "challenged, shield",
            "refused, shield",
            "overloaded",
            "overloaded, maintenance",
            "unrecognised",
            "open",
            "full",
            "shut",
        ] {
            let has = kinds.iter().any(|kind| kind == wanted);
            let never = NEVER.iter().find(|(platform, kind, _)| (*platform, *kind) == (name, wanted));
            match never {
                None => assert!(has, "{name}: no page that is read as {wanted}"),
                Some((_, _, why)) => assert!(!has, "{name}: a page is read as {wanted}, though {why}"),
            }
        }
    }
}

//! Reading kept pages anew and comparing that with what was read when they came. What never enters: requests.

mod saved;
mod stored;

use std::fmt::{self, Write as _};

use chrono_tz::Tz;
use guichet_catalog::Catalog;
use guichet_model::{DeskReading, Instant, Outcome, Params, Service, Target, TargetId, TargetStatus};
use guichet_platforms::{Ask, Platform};
use serde_json::{Value, json};
use url::Url;

pub(crate) use self::{saved::saved_probe, stored::stored_page};
use crate::{
    account::{method, sent},
    show,
};

/// What came of reading one saved probe or one stored page anew.
#[derive(Debug, Clone)]
pub(crate) enum Replayed {
    /// Today it reads the same.
    Same,
    /// It does not. Boxed for its size.
    Differs(Box<Difference>),
    /// It was read, and there is nothing to compare it with, for this reason.
    NotComparable(&'static str),
}

/// How a reading of today differs.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    pub(crate) target: TargetId,
    pub(crate) at: Instant,
    /// The folder, or how the page stands in the database.
    pub(crate) place: String,
    pub(crate) then: Said,
    pub(crate) today: Said,
    /// What the service was seen to be then and today, where that differs.
    pub(crate) service: Option<(Option<Service>, Option<Service>)>,
    /// The desks that say something else, each with what it said and what it says.
    pub(crate) desks: Vec<(String, Option<Outcome>, Option<Outcome>)>,
    /// The question, counted from 1, that would be another one today.
    pub(crate) question: Option<(usize, Ask, Ask)>,
    /// What else is to be known, as that the target is not in the catalogue any more.
    pub(crate) note: Option<&'static str>,
}

/// What pages said to a revision of a platform's reader.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// `None`: they lead on to a page that was not kept.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) platform: String,
    pub(crate) revision: u16,
}

impl Said {
    fn words(&self) -> String {
        let outcome = self
            .outcome
            .as_ref()
            .map_or_else(|| "leads on to a page that was not kept".to_owned(), show::outcome);
        format!("{outcome}, read by {}/{}", show::plain(&self.platform), self.revision)
    }

    fn json(&self) -> Value {
        json!({
            "outcome": self.outcome.as_ref().map(Outcome::as_str),
            "cause": self.outcome.and_then(|outcome| outcome.cause()).map(guichet_model::Cause::as_str),
            "offer": self.outcome.as_ref().map(show::offer),
            "platform": format!("{}/{}", self.platform, self.revision),
        })
    }
}

/// A question in words: method, address and what is sent.
fn question(ask: &Ask) -> String {
    let sent = sent(ask);
    let sent = if sent.is_empty() { sent } else { format!(" ({sent})") };
    format!("{} {}{sent}", method(ask), ask.url())
}

impl Difference {
    /// A few lines for people.
    pub(crate) fn tell(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "{} at {} ({})", self.target, show::instant(self.at), show::plain(&self.place))?;
        writeln!(text, "   was: {}\n   now: {}", self.then.words(), self.today.words())?;
        if let Some((then, today)) = self.service {
            let word = |service: Option<Service>| service.map_or("not told", Service::as_str);
            writeln!(text, "   service: was {}, now {}", word(then), word(today))?;
        }
        if let Some((number, then, today)) = &self.question {
            writeln!(text, "   question {number} differs: was {}, now {}", question(then), question(today))?;
        }
        let said = |outcome: &Option<Outcome>| {
            outcome.as_ref().map_or_else(|| "not asked".to_owned(), show::outcome)
        };
        for (desk, then, today) in &self.desks {
            writeln!(text, "   desk {}: was {}, now {}", show::plain(desk), said(then), said(today))?;
        }
        match self.note {
            Some(note) => writeln!(text, "   note: {note}"),
            None => Ok(()),
        }
    }

    /// The same for machines.
    pub(crate) fn json(&self) -> Value {
        let word = |outcome: &Option<Outcome>| outcome.map(|outcome| outcome.as_str());
        let desks: Vec<Value> = self
            .desks
            .iter()
            .map(|(desk, then, today)| json!({ "desk": desk, "was": word(then), "now": word(today) }))
            .collect();
        json!({
            "target": self.target.as_str(),
            "observed_at": show::instant(self.at),
            "place": self.place,
            "was": self.then.json(),
            "now": self.today.json(),
            "service": self.service.map(|(then, today)| {
                json!({ "was": then.map(Service::as_str), "now": today.map(Service::as_str) })
            }),
            "desks": desks,
            "question": self.question.as_ref().map(|(number, then, today)| {
                json!({ "number": number, "was": question(then), "now": question(today) })
            }),
            "note": self.note,
        })
    }
}

/// The desks whose answers differ, those of `then` first.
fn differing_desks(
    then: &[DeskReading],
    today: &[DeskReading],
) -> Vec<(String, Option<Outcome>, Option<Outcome>)> {
    let said =
        |desks: &[DeskReading], id: &str| desks.iter().find(|desk| desk.desk == id).map(|desk| desk.outcome);
    let new = today.iter().filter(|desk| said(then, &desk.desk).is_none());
    then.iter()
        .chain(new)
        .map(|desk| (desk.desk.clone(), said(then, &desk.desk), said(today, &desk.desk)))
        .filter(|(_, then, today)| then != today)
        .collect()
}

const NOT_IN_CATALOGUE: &str =
    "the target is not in the catalogue any more: it was read with its old address and without parameters";
const OTHER_ADDRESS: &str = "the target's address has changed since: it was read with the old one";

/// The target as the catalogue has it today, but with the address and the platform that it had then.
fn target_of_then(
    catalog: &Catalog,
    id: &TargetId,
    platform: &'static dyn Platform,
    url: Url,
) -> (Target, Option<&'static str>) {
    if let Some((_, target)) = catalog.target(id).filter(|(_, target)| target.platform == platform.name()) {
        let note = (target.url != url).then_some(OTHER_ADDRESS);
        return (Target { url, ..target.clone() }, note);
    }
    (bare_target(id, platform, url, catalog.zone(id.department())), Some(NOT_IN_CATALOGUE))
}

/// A target with nothing but its address.
pub(crate) fn bare_target(id: &TargetId, platform: &dyn Platform, url: Url, timezone: Tz) -> Target {
    Target {
        id: id.clone(),
        label: None,
        platform: platform.name().to_owned(),
        url,
        status: TargetStatus::Active,
        cadence: platform.floor_cadence(),
        timezone,
        seen: None,
        source: None,
        conflict: None,
        params: Params::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(id: &str, outcome: Outcome) -> DeskReading {
        DeskReading { desk: id.to_owned(), label: None, outcome }
    }

    #[test]
    fn desks_that_changed_appeared_or_went_are_told() {
        let then = [desk("1", Outcome::Full), desk("2", Outcome::Full), desk("3", Outcome::Shut)];
        let today = [desk("2", Outcome::Full), desk("3", Outcome::Full), desk("4", Outcome::Shut)];
        assert_eq!(
            differing_desks(&then, &today),
            [
                ("1".to_owned(), Some(Outcome::Full), None),
                ("3".to_owned(), Some(Outcome::Shut), Some(Outcome::Full)),
                ("4".to_owned(), None, Some(Outcome::Shut)),
            ]
        );
    }
}

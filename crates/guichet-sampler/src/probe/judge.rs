//! What one page says: the verdicts that hold for every platform, then the platform's reader. The same for a page that
//! has just come and for one that was kept. What never enters: asking, keeping.

use chrono::TimeDelta;
use guichet_fetch::registrable_host;
use guichet_model::{Cause, DeskReading, Instant, Outcome, Target};
use guichet_platforms::{
    Ask, Desk, MOST_STEPS, Markers, Page, Platform, Reading, Step, Trail, desks::break_off, generic,
};

/// What one page came to.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What it leads to.
    pub came: Came,
    /// Why, in our words.
    pub decision: String,
}

/// What a page leads to.
#[derive(Debug, Clone)]
pub enum Came {
    /// The platform's reader read it, and the walk is over.
    Read(Reading),
    /// The walk is over, for the page is one of no platform's in particular, or one that its reader does not know.
    BrokenOff {
        /// What the page itself came to.
        cause: Cause,
        /// That together with what desks had said by then.
        reading: Reading,
    },
    /// The walk goes on.
    On {
        /// What the desk of this page said.
        noted: Option<DeskReading>,
        /// The desks that this page lists.
        listed: Vec<Desk>,
        /// What to ask next.
        next: Ask,
    },
}

/// What `page` of `target` says after `trail`; `markers` takes up what was looked for on it. `received_at` is when it
/// came, where that is known: an offer of days gone by is no offer.
pub fn judge(
    platform: &dyn Platform,
    target: &Target,
    page: &Page<'_>,
    trail: &Trail<'_>,
    received_at: Option<Instant>,
    markers: &mut Markers,
) -> Judged {
    if let Some(verdict) = generic::verdict(page, markers) {
        let said = words(&Outcome::Unknown(verdict.cause));
        let mut judged =
            broken_off(trail, verdict.cause, format!("such a page says the same on every platform: {said}"));
        if let Came::BrokenOff { reading, .. } = &mut judged.came {
            reading.service = verdict.service;
        }
        return judged;
    }
    match platform.read(target, page, trail, markers) {
        Ok(
            Step::Read(Reading { outcome, .. }) | Step::Ask { noted: Some(DeskReading { outcome, .. }), .. },
        ) if is_stale(&outcome, received_at) => {
            broken_off(trail, Cause::Unrecognised, "the page offers slots of days gone by".to_owned())
        }
        Ok(Step::Read(reading)) => {
            let decision = format!("{} read the page: {}", platform.name(), words(&reading.outcome));
            Judged { came: Came::Read(reading), decision }
        }
        Ok(Step::Ask { noted, listed, next }) => {
            let decision = leading_on(noted.as_ref(), &listed);
            Judged { came: Came::On { noted, listed, next }, decision }
        }
        Err(unrecognised) => broken_off(trail, Cause::Unrecognised, unrecognised.to_string()),
    }
}

/// Why a probe of `target` that has `asked` so much does not ask `next`; `None`: it may.
pub fn one_too_many(target: &Target, asked: &[Ask], next: &Ask) -> Option<&'static str> {
    if registrable_host(next.url()) != registrable_host(&target.url) {
        Some("the next page is on another host")
    } else if asked.len() >= MOST_STEPS {
        Some("the page wants more steps than a probe has")
    } else {
        None
    }
}

fn broken_off(trail: &Trail<'_>, cause: Cause, decision: String) -> Judged {
    Judged { came: Came::BrokenOff { cause, reading: break_off(trail, Outcome::Unknown(cause)) }, decision }
}

/// Whether an offer lies in the past: a page that nobody keeps up proves nothing about today.
fn is_stale(outcome: &Outcome, received_at: Option<Instant>) -> bool {
    let earliest = outcome.offer().and_then(|offer| offer.earliest);
    earliest.zip(received_at).is_some_and(|(earliest, now)| earliest < now - TimeDelta::days(1))
}

/// What a page that leads on came to.
fn leading_on(noted: Option<&DeskReading>, listed: &[Desk]) -> String {
    match (noted, listed.len()) {
        (Some(noted), _) => format!("desk {} said: {}; it leads on", noted.desk, words(&noted.outcome)),
        (None, 0) => "it leads on to the next page".to_owned(),
        (None, desks) => format!("it lists {desks} desks and leads on to one of them"),
    }
}

fn words(outcome: &Outcome) -> String {
    outcome.cause().map_or_else(|| outcome.as_str().to_owned(), |cause| format!("unknown, {cause}"))
}

#[cfg(test)]
mod tests {
    use guichet_model::Offer;

    use super::*;

    #[test]
    fn an_offer_of_days_gone_by_is_no_offer_where_the_time_is_known() {
        let now: Instant = "2026-03-02T08:00:00Z".parse().unwrap();
        let open = |earliest: &str| {
            Outcome::Open(Offer { earliest: Some(earliest.parse().unwrap()), ..Offer::UNTOLD })
        };
        assert!(is_stale(&open("2014-05-06T08:00:00Z"), Some(now)));
        assert!(!is_stale(&open("2014-05-06T08:00:00Z"), None));
        assert!(!is_stale(&open("2026-03-02T07:00:00Z"), Some(now)));
        assert!(!is_stale(&Outcome::Open(Offer::UNTOLD), Some(now)) && !is_stale(&Outcome::Full, Some(now)));
    }

    #[test]
    fn each_page_that_leads_on_says_where_to_in_a_few_words() {
        let noted =
            |outcome| DeskReading { desk: "11".to_owned(), label: Some("secret".to_owned()), outcome };
        let desk = || Desk { id: "12".to_owned(), label: Some("secret".to_owned()) };
        let full = noted(Outcome::Full);
        let refused = noted(Outcome::Unknown(Cause::Refused));
        for (noted, listed, words) in [
            (None, vec![], "it leads on to the next page"),
            (None, vec![desk(), desk()], "it lists 2 desks and leads on to one of them"),
            (Some(&full), vec![], "desk 11 said: full; it leads on"),
            (Some(&refused), vec![desk()], "desk 11 said: unknown, refused; it leads on"),
        ] {
            assert_eq!(leading_on(noted, &listed), words);
        }
    }
}

//! What one page says: the verdicts that hold for every platform, then the platform's reader. The same for a page that
//! has just come and for one that was kept. What never enters: asking, keeping.

use chrono::TimeDelta;
use guichet_fetch::registrable_host;
use guichet_model::{Cause, DeskReading, Instant, Outcome, Service, Target};
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

impl Judged {
    /// What the service was seen to be on a page that ended the walk.
    fn tell(&mut self, service: Option<Service>) {
        if let Came::BrokenOff { reading, .. } = &mut self.came {
            reading.service = service;
        }
    }
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
        judged.tell(verdict.service);
        return judged;
    }
    match platform.read(target, page, trail, markers) {
        Ok(
            Step::Read(Reading { outcome, .. }) | Step::Ask { noted: Some(DeskReading { outcome, .. }), .. },
        ) if is_stale(&outcome, received_at) => {
            broken_off(trail, Cause::Unrecognised, "the page offers slots of days gone by".to_owned())
        }
        Ok(Step::Read(mut reading)) => {
            if reading.outcome.is_known() {
                // A page that says how it stands with slots has answered, whatever else it says of its service.
                reading.service.get_or_insert(Service::Reachable);
            }
            let decision = format!("{} read the page: {}", platform.name(), words(&reading.outcome));
            Judged { came: Came::Read(reading), decision }
        }
        Ok(Step::Ask { noted, listed, next }) => {
            let decision = leading_on(noted.as_ref(), &listed);
            Judged { came: Came::On { noted, listed, next }, decision }
        }
        Err(unrecognised) => {
            let mut judged = broken_off(trail, Cause::Unrecognised, unrecognised.to_string());
            judged.tell(unrecognised.service);
            judged
        }
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
    use std::time::Duration;

    use guichet_model::{Offer, ParamValue, Params, TargetStatus, civil::PARIS};
    use guichet_platforms::platform;

    use super::*;

    /// What the one page of a target of `name` at `url`, asked for last, came to.
    fn came(name: &str, url: &str, params: Params, at: &str, body: &str) -> Reading {
        let target = Target {
            id: "01-exemple/renouvellement".parse().unwrap(),
            label: None,
            platform: name.to_owned(),
            url: url.parse().unwrap(),
            status: TargetStatus::Active,
            cadence: Duration::from_hours(1),
            timezone: PARIS,
            seen: None,
            source: None,
            conflict: None,
            params,
        };
        let url = target.url.join(at).unwrap();
        let asked = [Ask::Get(target.url.clone()), Ask::Get(url.clone())];
        let trail = Trail { round: 0, asked: &asked, noted: &[], listed: &[] };
        let page = Page { url: &url, status: 200, body };
        let judged = judge(platform(name).unwrap(), &target, &page, &trail, None, &mut Markers::default());
        match judged.came {
            Came::Read(reading) | Came::BrokenOff { reading, .. } => reading,
            Came::On { .. } => panic!("{}", judged.decision),
        }
    }

    #[test]
    fn a_service_is_reachable_where_its_page_says_how_it_stands_with_slots() {
        let rules = Params::from([(
            "full_when".to_owned(),
            ParamValue::List(vec!["text:aucun créneau disponible".to_owned()]),
        )]);
        let url = "https://www.exemple.gouv.fr/rendez-vous";
        let service = |body: &str| came("html-rules", url, rules.clone(), "", body).service;
        assert_eq!(service("<p>Aucun créneau disponible"), Some(Service::Reachable));
        assert_eq!(service("<p>Bonjour"), None);
        assert_eq!(service("<title>Site en maintenance</title>"), Some(Service::Maintenance));
        assert_eq!(service("<title>Service surchargé</title>"), None);
    }

    #[test]
    fn behind_a_wall_a_service_is_reachable_only_where_its_own_conditions_are_seen() {
        let url = "https://rdv.exemple.interieur.gouv.fr/rdvpref/reservation/demarche/1/";
        let read = |body: &str| came("rdv-prefecture", url, Params::new(), "cgu/", body);
        let unread = Outcome::Unknown(Cause::Unrecognised);
        let button = "<form method=post><button formaction=/rdvpref/reservation/demarche/1/_validerCaptcha>";
        for (body, outcome, service) in [
            ("<rdv-captchetat></rdv-captchetat>", Outcome::Unknown(Cause::Challenged), Some(Service::Wall)),
            (button, unread, Some(Service::Reachable)),
            ("<form><button>Suivant</button></form>", unread, None),
            ("<title>Constituez votre dossier</title>", unread, None),
        ] {
            let reading = read(body);
            assert_eq!((reading.outcome, reading.service), (outcome, service), "{body}");
            assert_eq!(reading.is_recognised(), service == Some(Service::Wall), "{body}");
        }
    }

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

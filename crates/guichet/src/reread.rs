//! What pages that were kept say to today's adapters: the same verdicts in the same order as in a probe, without a
//! network. What never enters: files, the database.

use chrono::TimeDelta;
use guichet_fetch::registrable_host;
use guichet_model::{Cause, DeskReading, Instant, Marker, Outcome, Target};
use guichet_platforms::{
    Ask, Desk, MOST_STEPS, Markers, Page, Platform, Reading, Step, Trail, desks::break_off, generic,
};
use guichet_sampler::Probed;
use url::Url;

/// What one page came to.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) came: Came,
    pub(crate) markers: Vec<Marker>,
    /// In our words.
    pub(crate) decision: String,
}

/// What a page leads to.
#[derive(Debug, Clone)]
pub(crate) enum Came {
    /// The walk is over.
    Ended(Reading),
    /// It goes on.
    On { noted: Option<DeskReading>, listed: Vec<Desk>, next: Ask },
}

/// What `page` says after `trail`. `seen_at` is when it was seen, where that is known: an offer of days gone by is no
/// offer.
pub(crate) fn judge(
    platform: &dyn Platform,
    target: &Target,
    page: &Page<'_>,
    trail: &Trail<'_>,
    seen_at: Option<Instant>,
) -> Judged {
    let mut markers = Markers::default();
    let broken_off = |cause| break_off(trail, Outcome::Unknown(cause));
    let (came, decision) = if let Some(verdict) = generic::verdict(page, &mut markers) {
        let reading = Reading { service: verdict.service, ..broken_off(verdict.cause) };
        let why = format!("such a page says the same on every platform: unknown, {}", verdict.cause);
        (Came::Ended(reading), why)
    } else {
        match platform.read(target, page, trail, &mut markers) {
            Ok(
                Step::Read(Reading { outcome, .. })
                | Step::Ask { noted: Some(DeskReading { outcome, .. }), .. },
            ) if is_stale(&outcome, seen_at) => {
                let why = "the page offers slots of days gone by".to_owned();
                (Came::Ended(broken_off(Cause::Unrecognised)), why)
            }
            Ok(Step::Read(reading)) => {
                let why = format!("{} read the page: {}", platform.name(), words(&reading.outcome));
                (Came::Ended(reading), why)
            }
            Ok(Step::Ask { noted, listed, next }) => {
                let why = match (&noted, listed.len()) {
                    (Some(noted), _) => {
                        format!("desk {} said: {}; going on", noted.desk, words(&noted.outcome))
                    }
                    (None, 0) => "it leads on to the next page".to_owned(),
                    (None, desks) => format!("it lists {desks} desks and leads on to one of them"),
                };
                (Came::On { noted, listed, next }, why)
            }
            Err(unrecognised) => (Came::Ended(broken_off(Cause::Unrecognised)), unrecognised.to_string()),
        }
    };
    Judged { came, markers: markers.into_all(), decision }
}

fn words(outcome: &Outcome) -> String {
    outcome.cause().map_or_else(|| outcome.as_str().to_owned(), |cause| format!("unknown, {cause}"))
}

fn is_stale(outcome: &Outcome, seen_at: Option<Instant>) -> bool {
    let earliest = outcome.offer().and_then(|offer| offer.earliest);
    matches!((earliest, seen_at), (Some(earliest), Some(seen_at)) if earliest < seen_at - TimeDelta::days(1))
}

/// A question that was asked, with its answer.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) ask: Ask,
    pub(crate) final_url: Url,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// The questions and answers of a probe that has just been made.
pub(crate) fn pages_of(probed: &Probed) -> Vec<Kept> {
    let pairs = probed.looks.iter().zip(&probed.facts.exchanges);
    pairs
        .map(|(look, exchange)| Kept {
            ask: look.ask.clone(),
            final_url: exchange.final_url.clone(),
            status: exchange.status,
            body: look.body.clone(),
        })
        .collect()
}

/// Where a walk over kept pages ended.
#[derive(Debug, Clone)]
pub(crate) enum Walked {
    /// A page decided.
    Ended(Reading),
    /// All kept pages lead on; `so_far` is what desks said.
    Exhausted { so_far: Vec<DeskReading> },
    /// Today another question would be asked in the place of question `number` (from 1).
    OtherQuestion { number: usize, then: Ask, today: Ask },
}

/// Walks again over the pages of one probe; gives the desks that they listed, too.
pub(crate) fn walk(
    platform: &dyn Platform,
    target: &Target,
    round: u64,
    seen_at: Instant,
    kept: &[Kept],
) -> (Walked, Vec<Desk>) {
    let (mut asked, mut noted, mut listed) = (Vec::<Ask>::new(), Vec::new(), Vec::new());
    let mut ask = platform.begin(target);
    for (place, page) in kept.iter().enumerate() {
        if ask != page.ask {
            let then = page.ask.clone();
            return (Walked::OtherQuestion { number: place + 1, then, today: ask }, listed);
        }
        asked.push(ask);
        let trail = Trail { round, asked: &asked, noted: &noted, listed: &listed };
        let seen = Page { url: &page.final_url, status: page.status, body: &page.body };
        match judge(platform, target, &seen, &trail, Some(seen_at)).came {
            Came::Ended(reading) => return (Walked::Ended(reading), listed),
            Came::On { noted: note, listed: more, next } => {
                noted.extend(note);
                listed.extend(more);
                ask = next;
            }
        }
        if asked.len() == MOST_STEPS || registrable_host(ask.url()) != registrable_host(&target.url) {
            let trail = Trail { round, asked: &asked, noted: &noted, listed: &listed };
            let reading = break_off(&trail, Outcome::Unknown(Cause::Unrecognised));
            return (Walked::Ended(reading), listed);
        }
    }
    (Walked::Exhausted { so_far: noted }, listed)
}

//! A probe's pages that were kept, walked again with today's adapters and without a network. What never enters: files,
//! the database.

use guichet_model::{Cause, DeskReading, Instant, Outcome, Target};
use guichet_platforms::{Ask, Desk, Markers, Page, Platform, Reading, Trail, desks::break_off};
use guichet_sampler::{Came, Probed, judge, one_too_many};
use url::Url;

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
        match judge(platform, target, &seen, &trail, Some(seen_at), &mut Markers::default()).came {
            Came::Read(reading) | Came::BrokenOff { reading, .. } => {
                return (Walked::Ended(reading), listed);
            }
            Came::On { noted: note, listed: more, next } => {
                noted.extend(note);
                listed.extend(more);
                ask = next;
            }
        }
        if one_too_many(target, &asked, &ask).is_some() {
            let trail = Trail { round, asked: &asked, noted: &noted, listed: &listed };
            let reading = break_off(&trail, Outcome::Unknown(Cause::Unrecognised));
            return (Walked::Ended(reading), listed);
        }
    }
    (Walked::Exhausted { so_far: noted }, listed)
}

//! What was seen, as it was: each opening with the looks that bound it. What never enters: what it may mean for other
//! weeks.

use std::fmt::{self, Write as _};

use chrono::TimeDelta;
use chrono_tz::Tz;
use guichet_model::{Instant, civil};
use guichet_stats::episodes::Episode;
use serde_json::{Value, json};

use crate::show;

/// So many openings are listed; the newest.
const LISTED: usize = 20;

/// A list for people.
pub(crate) fn list(text: &mut String, episodes: &[Episode], zone: Tz) -> fmt::Result {
    if episodes.is_empty() {
        return Ok(());
    }
    writeln!(text, "\nWhat was seen (facts of this period, in {}):", zone.name())?;
    let earlier = episodes.len().saturating_sub(LISTED);
    if earlier > 0 {
        writeln!(text, "  {earlier} earlier openings are not listed; --json has them all")?;
    }
    for episode in episodes.iter().skip(earlier) {
        let opened = match episode.not_before {
            Some(before) => {
                format!("{} (not yet at {})", moment(episode.first, zone), hour(before, episode.first, zone))
            }
            None => format!("{} (no look shortly before)", moment(episode.first, zone)),
        };
        let gone = match episode.gone_by {
            Some(gone) => format!("gone at {}", hour(gone, episode.last, zone)),
            None => "no look shortly after".to_owned(),
        };
        writeln!(
            text,
            "  {opened}, last seen {}, {gone}: {}",
            hour(episode.last, episode.first, zone),
            lasted(episode)
        )?;
    }
    Ok(())
}

/// All of them for programs, exact.
pub(crate) fn json(episodes: &[Episode]) -> Value {
    episodes
        .iter()
        .map(|episode| {
            json!({
                "not_before": episode.not_before.map(show::instant),
                "first": show::instant(episode.first),
                "last": show::instant(episode.last),
                "gone_by": episode.gone_by.map(show::instant),
                "looks": episode.looks,
            })
        })
        .collect()
}

fn moment(at: Instant, zone: Tz) -> String {
    civil::local(at, zone).format("%a %-d %b %Y %H:%M").to_string()
}

/// The time, with the day where it is another than that of `beside`.
fn hour(at: Instant, beside: Instant, zone: Tz) -> String {
    let (at, beside) = (civil::local(at, zone), civil::local(beside, zone));
    let shape = if at.date_naive() == beside.date_naive() { "%H:%M" } else { "%a %-d %b %H:%M" };
    at.format(shape).to_string()
}

/// What the looks say of how long it lasted.
fn lasted(episode: &Episode) -> String {
    let least = episode.last - episode.first;
    let most = episode.not_before.zip(episode.gone_by).map(|(before, gone)| gone - before);
    match (least <= TimeDelta::zero(), most) {
        (true, Some(most)) => format!("less than {}", span(most)),
        (true, None) => "seen once".to_owned(),
        (false, Some(most)) => format!("{} to {}", span(least), span(most)),
        (false, None) => format!("at least {}", span(least)),
    }
}

fn span(time: TimeDelta) -> String {
    match (time.num_days(), time.num_hours() % 24, time.num_minutes() % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes:02} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use guichet_model::civil::PARIS;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_opening_is_told_with_the_looks_that_bound_it() {
        let episodes = [
            Episode {
                not_before: Some(at("2022-06-05T21:45:00Z")),
                first: at("2022-06-05T22:01:00Z"),
                last: at("2022-06-05T22:01:00Z"),
                gone_by: Some(at("2022-06-05T22:16:00Z")),
                looks: 1,
            },
            Episode {
                not_before: Some(at("2022-06-07T12:00:00Z")),
                first: at("2022-06-07T12:15:00Z"),
                last: at("2022-06-09T15:15:00Z"),
                gone_by: None,
                looks: 200,
            },
        ];
        let mut text = String::new();
        list(&mut text, &episodes, PARIS).unwrap();
        assert!(
            text.contains(
                "Mon 6 Jun 2022 00:01 (not yet at Sun 5 Jun 23:45), last seen 00:01, gone at 00:16: less than 31 min"
            ),
            "{text}"
        );
        assert!(
            text.contains(
                "Tue 7 Jun 2022 14:15 (not yet at 14:00), last seen Thu 9 Jun 17:15, no look shortly after: at least 2 d 3 h"
            ),
            "{text}"
        );
    }
}

//! What holds when, checked: entries, weekly rules, chance. What never enters: hosts, forms, desks.

use std::ops::Range;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use chrono_tz::Tz;
use guichet_model::Instant;
use toml::{Spanned, value::Datetime};

use crate::{
    random::{Arrivals, Random, Release},
    script::{
        shape::{EntryShape, RandomShape, ReleaseShape, WeeklyShape},
        wrong::{Checked, Wrong, check, wrong},
    },
    state::{RetryAfter, State, Veil},
    timeline::{Entry, Shows, Timeline},
    weekly::{Days, Weekly},
};

/// The most events a week that a script may ask for; a truth has to be listed in reasonable time.
const MOST_PER_WEEK: f64 = 1000.0;
const DEFAULT_SLOTS: u32 = 3;
const DEFAULT_RETRY_AFTER: u32 = 120;
const DEFAULT_DRIP: u32 = 40;

pub(super) fn timeline(entries: &[EntryShape], random: Option<&RandomShape>, zone: Tz) -> Checked<Timeline> {
    let mut latest: Option<Instant> = None;
    let entries = entries
        .iter()
        .map(|shape| {
            let entry = entry(shape)?;
            if let (Some(at), Some(from), None, None) = (&shape.from, entry.from, entry.until, &entry.weekly)
            {
                let fine = latest.is_none_or(|latest| latest <= from);
                let order = "entries without `until` stand in order of time: the last that has begun holds";
                check(at, fine, order)?;
                latest = Some(from);
            }
            Ok(entry)
        })
        .collect::<Checked<Vec<Entry>>>()?;
    Ok(Timeline { zone, entries, random: random.map(random_of).transpose()? })
}

/// Checks that nobody takes a wall away where there is none.
pub(super) fn walled(entries: &[EntryShape], random: Option<&RandomShape>, is_walled: bool) -> Checked<()> {
    let states = entries.iter().map(|entry| &entry.state);
    for state in states.chain(random.and_then(|random| random.outage_state.as_ref())) {
        let fine = is_walled || *state.as_ref() != State::NoWall;
        check(state, fine, "`no_wall` only goes with platform = \"rdv-prefecture\"")?;
    }
    Ok(())
}

fn entry(shape: &EntryShape) -> Checked<Entry> {
    let from = shape.from.as_ref().map(instant).transpose()?;
    let until = shape.until.as_ref().map(instant).transpose()?;
    if let (Some(from), Some(until), Some(at)) = (from, until, &shape.until) {
        check(at, from < until, "`until` is not after `from`")?;
    }
    let state = *shape.state.as_ref();
    if let Some(at) = &shape.slots {
        check(at, state == State::Open, "`slots` only goes with state = \"open\"")?;
        check(at, *at.as_ref() > 0, "an open desk has at least one slot; write state = \"full\"")?;
    }
    let slots = shape.slots.as_ref().map_or(DEFAULT_SLOTS, |slots| *slots.as_ref());
    let details = Details {
        retry_after_s: shape.retry_after_s.as_ref(),
        as_date: shape.retry_after_http_date.as_ref(),
        seconds: shape.seconds.as_ref(),
    };
    let veil = details.veil(state)?;
    Ok(Entry {
        from,
        until,
        weekly: shape.weekly.as_ref().map(|rule| weekly(rule.as_ref(), &rule.span())).transpose()?,
        shows: match state {
            State::Open => Shows::Slots(slots),
            State::Full => Shows::Slots(0),
            _ => Shows::Veil(veil),
        },
    })
}

pub(super) fn instant(value: &Spanned<Datetime>) -> Checked<Instant> {
    DateTime::parse_from_rfc3339(&value.as_ref().to_string()).map(|at| at.with_timezone(&Utc)).or_else(
        |_local| wrong(value, "an instant has a date, a time and an offset, as in 2026-03-02T00:00:00Z"),
    )
}

/// The keys that only some states have.
struct Details<'a> {
    retry_after_s: Option<&'a Spanned<u32>>,
    as_date: Option<&'a Spanned<bool>>,
    seconds: Option<&'a Spanned<u32>>,
}

impl Details<'_> {
    fn veil(&self, state: State) -> Checked<Veil> {
        let may_wait = matches!(state, State::RateLimited429 | State::Overloaded503);
        let only = "`retry_after_…` only goes with the states \"rate_limited_429\" and \"overloaded_503\"";
        if let Some(at) = self.retry_after_s {
            check(at, may_wait, only)?;
        }
        if let Some(at) = self.as_date {
            check(at, may_wait, only)?;
        }
        if let Some(at) = self.seconds {
            check(at, state == State::Slow, "`seconds` only goes with the state \"slow\"")?;
        }
        let asked = self.retry_after_s.map(|seconds| *seconds.as_ref());
        let wait = asked.or((state == State::RateLimited429).then_some(DEFAULT_RETRY_AFTER));
        Ok(Veil {
            state,
            retry_after: wait.map(|seconds| RetryAfter {
                wait: Duration::seconds(i64::from(seconds)),
                as_date: self.as_date.is_some_and(|as_date| *as_date.as_ref()),
            }),
            drip: match state {
                State::Slow => Duration::seconds(i64::from(
                    self.seconds.map_or(DEFAULT_DRIP, |seconds| *seconds.as_ref()),
                )),
                _ => Duration::zero(),
            },
        })
    }
}

fn random_of(shape: &RandomShape) -> Checked<Random> {
    let openings = arrivals(
        (&shape.opening_per_week, &shape.mean_open_minutes),
        "`opening_per_week` and `mean_open_minutes` go together",
    )?;
    let openings = match openings {
        None => None,
        Some(mut arrivals) => {
            if let Some(words) = &shape.opening_days {
                arrivals.days = days(words.as_ref(), &words.span())?;
            }
            if let Some(hours) = &shape.opening_hours {
                let [open, close] = hours.as_ref();
                arrivals.hours = match (time(open), time(close)) {
                    (Some(open), Some(close)) if open < close => Some((open, close)),
                    _ => {
                        return wrong(
                            hours,
                            "`opening_hours` are two times of a day, as in [\"09:00\", \"17:00\"]",
                        );
                    }
                };
            }
            Some((arrivals, slots(shape.slots.as_ref())?))
        }
    };
    let outages = arrivals(
        (&shape.outage_per_week, &shape.mean_outage_minutes),
        "`outage_per_week` and `mean_outage_minutes` go together",
    )?;
    let state = shape.outage_state.as_ref().map_or(State::Overloaded503, |state| *state.as_ref());
    if let Some(at) = &shape.outage_state {
        check(at, !state.is_supply(), "an outage hides slots; it is not \"open\" or \"full\"")?;
    }
    let details = Details {
        retry_after_s: shape.retry_after_s.as_ref(),
        as_date: shape.retry_after_http_date.as_ref(),
        seconds: shape.seconds.as_ref(),
    };
    let veil = details.veil(state)?;
    Ok(Random {
        seed: shape.seed,
        openings,
        releases: shape.releases.iter().map(release).collect::<Checked<Vec<Release>>>()?,
        outages: outages.map(|arrivals| (arrivals, veil)),
    })
}

fn arrivals(
    (rate, mean): (&Option<Spanned<f64>>, &Option<Spanned<f64>>),
    together: &str,
) -> Checked<Option<Arrivals>> {
    let (rate, mean) = match (rate, mean) {
        (None, None) => return Ok(None),
        (Some(rate), Some(mean)) => (rate, mean),
        (Some(one), None) | (None, Some(one)) => return wrong(one, together),
    };
    let per_week = *rate.as_ref();
    let fine = (0.0..=MOST_PER_WEEK).contains(&per_week);
    check(rate, fine, format_args!("how often a week is between 0 and {MOST_PER_WEEK}"))?;
    let minutes = *mean.as_ref();
    check(mean, (1.0..=20_160.0).contains(&minutes), "a mean length is between 1 minute and 14 days")?;
    #[expect(clippy::cast_possible_truncation, reason = "the range was just checked")]
    let seconds = (minutes * 60.0) as i64;
    Ok(Some(Arrivals { per_week, mean: Duration::seconds(seconds), days: Days::DAILY, hours: None }))
}

fn release(shape: &Spanned<ReleaseShape>) -> Checked<Release> {
    let share = |value: &Option<Spanned<f64>>, default: f64| match value {
        None => Ok(default),
        Some(at) => {
            check(at, (0.0..=1.0).contains(at.as_ref()), "a share is between 0 and 1")?;
            Ok(*at.as_ref())
        }
    };
    let inner = shape.as_ref();
    Ok(Release {
        rule: rule((&inner.day, &inner.days), &inner.at, &inner.minutes, &shape.span())?,
        vary: share(&inner.vary, 0.0)?,
        chance: share(&inner.chance, 1.0)?,
        slots: slots(inner.slots.as_ref())?,
    })
}

fn slots(shape: Option<&Spanned<u32>>) -> Checked<u32> {
    if let Some(at) = shape {
        check(at, *at.as_ref() > 0, "an opening has at least one slot")?;
    }
    Ok(shape.map_or(DEFAULT_SLOTS, |slots| *slots.as_ref()))
}

fn weekly(shape: &WeeklyShape, span: &Range<usize>) -> Checked<Weekly> {
    rule((&shape.day, &shape.days), &shape.at, &shape.minutes, span)
}

fn rule(
    (day, days_of): (&Option<String>, &[String]),
    at: &Spanned<String>,
    minutes: &Spanned<u32>,
    span: &Range<usize>,
) -> Checked<Weekly> {
    let words: Vec<String> = day.iter().chain(days_of).cloned().collect();
    let length = *minutes.as_ref();
    check(minutes, (1..=10_080).contains(&length), "`minutes` is between 1 and 10080, a week")?;
    let Some(time) = time(at.as_ref()) else {
        return wrong(at, format_args!("`{}` is not a time of day, as in \"08:30\"", at.as_ref()));
    };
    Ok(Weekly { days: days(&words, span)?, at: time, length: Duration::minutes(i64::from(length)) })
}

fn days(words: &[String], span: &Range<usize>) -> Checked<Days> {
    Days::parse(words)
        .ok_or_else(|| Wrong { span: span.clone(), problem: format!("days are words among {}", Days::WORDS) })
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

//! From shapes to a script that makes sense, or to a sentence that says what to write instead, and where.
//! What never enters: files.

use std::{collections::HashSet, fmt::Display, ops::Range};

use chrono::{DateTime, Duration, NaiveTime, Utc};
use chrono_tz::Tz;
use guichet_model::{DepartmentCode, Instant, Position, ProcedureId, SiteId, TargetId, civil};
use toml::{Spanned, value::Datetime};

use crate::{
    random::{Arrivals, Random, Release},
    script::{
        CONTROL, Desk, ELSEWHERE, Form, Host, Robots, Script, SiteFacts,
        shape::{DeskShape, EntryShape, FormShape, HostShape, RandomShape, ReleaseShape, ScriptShape, WeeklyShape},
    },
    state::{RetryAfter, State, Veil},
    timeline::{Entry, Shows, Timeline},
    weekly::{Days, Weekly},
};

/// What is wrong, and at which bytes of the text.
pub(super) struct Wrong {
    pub(super) span: Range<usize>,
    pub(super) problem: String,
}

type Checked<T> = Result<T, Wrong>;

fn wrong<T, V>(at: &Spanned<V>, problem: impl Display) -> Checked<T> {
    Err(Wrong {
        span: at.span(),
        problem: problem.to_string(),
    })
}

fn check<V>(at: &Spanned<V>, fine: bool, problem: impl Display) -> Checked<()> {
    if fine { Ok(()) } else { wrong(at, problem) }
}

/// The most events a week that a script may ask for; a truth has to be listed in reasonable time.
const MOST_PER_WEEK: f64 = 1000.0;
const DEFAULT_SLOTS: u32 = 3;
const DEFAULT_LEAD_DAYS: u32 = 14;
const DEFAULT_RETRY_AFTER: u32 = 120;
const DEFAULT_DRIP: u32 = 40;

pub(super) fn script(shape: &ScriptShape) -> Checked<Script> {
    let mut names = HashSet::new();
    let hosts = shape
        .host
        .iter()
        .map(|shape| {
            let name = shape.name.as_ref();
            let fine = !name.is_empty()
                && name.len() <= 63
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !name.starts_with('-')
                && !name.ends_with('-');
            let only = "a host's name is one label of lower-case letters, digits and hyphens, as in \"fauxville\"";
            check(&shape.name, fine, only)?;
            let free = ![CONTROL, ELSEWHERE].contains(&name.as_str());
            check(&shape.name, free, format_args!("the name `{name}` is reserved"))?;
            check(&shape.name, names.insert(name), format_args!("the host `{name}` is there twice"))?;
            host(shape)
        })
        .collect::<Checked<Vec<Host>>>()?;
    Ok(Script {
        start: shape.start.as_ref().map(instant).transpose()?,
        hosts,
    })
}

fn host(shape: &HostShape) -> Checked<Host> {
    let zone = match &shape.timezone {
        None => civil::PARIS,
        Some(text) => text.as_ref().parse().or_else(|_unknown| {
            wrong(text, format_args!("`{}` is not a time zone, as in \"Indian/Reunion\"", text.as_ref()))
        })?,
    };
    let robots = match shape.robots.as_ref().map(|text| (text, text.as_ref().as_str())) {
        None | Some((_, "allow")) => Robots::Text("User-agent: *\nDisallow:\n".to_owned()),
        Some((_, "disallow")) => Robots::DisallowAll,
        Some((_, "missing")) => Robots::Missing,
        Some((_, "error")) => Robots::Error,
        Some((_, text)) if text.to_ascii_lowercase().contains("user-agent") => Robots::Text(text.to_owned()),
        Some((at, _)) => {
            let words = "`robots` is \"allow\", \"disallow\", \"missing\", \"error\" or the text of a robots.txt";
            return wrong(at, words);
        }
    };
    let facts = site_facts(shape)?;
    let mut ids = HashSet::new();
    let forms = shape
        .form
        .iter()
        .map(|shape| {
            let id = *shape.id.as_ref();
            check(&shape.id, ids.insert(id), format_args!("the form {id} is there twice in this host"))?;
            form(shape, &facts, zone)
        })
        .collect::<Checked<Vec<Form>>>()?;
    Ok(Host {
        name: shape.name.as_ref().clone(),
        robots,
        timeline: timeline(&shape.timeline, shape.random.as_ref(), zone)?,
        facts,
        forms,
    })
}

fn site_facts(shape: &HostShape) -> Checked<SiteFacts> {
    let parsed = |text: &Spanned<String>| -> Checked<DepartmentCode> {
        text.as_ref().parse().or_else(|error| wrong(text, error))
    };
    let department = shape.department.as_ref().map(parsed).transpose()?;
    let site: Option<SiteId> = match &shape.site {
        None => None,
        Some(text) => Some(text.as_ref().parse().or_else(|error| wrong(text, error))?),
    };
    if let (Some(code), Some(site), Some(at)) = (&department, &site, &shape.site) {
        let fine = site.department() == code;
        check(at, fine, format_args!("the site `{site}` does not lie in the department {code}"))?;
    }
    let position = match (&shape.lon, &shape.lat) {
        (None, None) => None,
        (Some(lon), Some(lat)) => {
            check(lon, lon.as_ref().abs() <= 180.0, "`lon` is between -180 and 180")?;
            check(lat, lat.as_ref().abs() <= 90.0, "`lat` is between -90 and 90")?;
            Some(Position {
                lon: *lon.as_ref(),
                lat: *lat.as_ref(),
            })
        }
        (Some(one), None) | (None, Some(one)) => return wrong(one, "`lon` and `lat` go together"),
    };
    Ok(SiteFacts {
        department: department.or_else(|| site.as_ref().map(|site| site.department().clone())),
        site,
        name: shape.site_name.clone(),
        position,
    })
}

fn form(shape: &FormShape, facts: &SiteFacts, zone: Tz) -> Checked<Form> {
    let procedure: Option<ProcedureId> = match &shape.procedure {
        None => None,
        Some(text) => Some(text.as_ref().parse().or_else(|error| wrong(text, error))?),
    };
    let key = shape.key.as_ref().map(|key| key.as_ref().as_str());
    let target = match (&facts.site, &procedure, &shape.key) {
        (Some(site), Some(procedure), at) => match (TargetId::new(site, procedure, key), at) {
            (Ok(id), _) => Some(id),
            (Err(error), Some(at)) => return wrong(at, error),
            (Err(error), None) => return wrong(&shape.id, error),
        },
        (_, _, Some(at)) => return wrong(at, "a `key` needs the form's `procedure` and the host's `site`"),
        _ => None,
    };
    let lead_days = shape.lead_days.as_ref().map_or(DEFAULT_LEAD_DAYS, |days| *days.as_ref());
    if let Some(at) = &shape.lead_days {
        check(at, lead_days <= 730, "`lead_days` is at most 730")?;
    }
    let mut ids = HashSet::new();
    let mut desks = shape
        .desk
        .iter()
        .zip(1..)
        .map(|(shape, number)| {
            let id = *shape.id.as_ref();
            check(&shape.id, ids.insert(id), format_args!("the desk {id} is there twice in this form"))?;
            desk(shape, number, zone)
        })
        .collect::<Checked<Vec<Desk>>>()?;
    if desks.is_empty() {
        // A form with one planning: what holds for it is written on the form.
        desks.push(Desk {
            id: *shape.id.as_ref(),
            label: shape.title.clone(),
            timeline: timeline(&[], None, zone)?,
        });
    }
    Ok(Form {
        id: *shape.id.as_ref(),
        title: shape.title.clone(),
        skin: shape.skin,
        apostrophe: shape.apostrophe,
        language: shape.language,
        charset: shape.charset,
        deep_calendar: shape.deep_calendar,
        direct_step2: shape.direct_step2,
        lead_days,
        procedure,
        key: key.map(ToOwned::to_owned),
        target,
        timeline: timeline(&shape.timeline, shape.random.as_ref(), zone)?,
        desks,
    })
}

fn desk(shape: &DeskShape, number: u32, zone: Tz) -> Checked<Desk> {
    Ok(Desk {
        id: *shape.id.as_ref(),
        label: shape.label.clone().unwrap_or_else(|| format!("Guichet {number}")),
        timeline: timeline(&shape.timeline, shape.random.as_ref(), zone)?,
    })
}

fn timeline(entries: &[EntryShape], random: Option<&RandomShape>, zone: Tz) -> Checked<Timeline> {
    let mut latest: Option<Instant> = None;
    let entries = entries
        .iter()
        .map(|shape| {
            let entry = entry(shape)?;
            if let (Some(at), Some(from), None, None) = (&shape.from, entry.from, entry.until, &entry.weekly) {
                let fine = latest.is_none_or(|latest| latest <= from);
                let order = "entries without `until` stand in order of time: the last that has begun holds";
                check(at, fine, order)?;
                latest = Some(from);
            }
            Ok(entry)
        })
        .collect::<Checked<Vec<Entry>>>()?;
    Ok(Timeline {
        zone,
        entries,
        random: random.map(random_of).transpose()?,
    })
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
    let shows = match state {
        State::Open => Shows::Slots(slots),
        State::Full => Shows::Slots(0),
        _ => Shows::Veil(Veil { state, retry_after: None, drip: Duration::zero() }),
    };
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
        shows: match shows {
            Shows::Veil(_) => Shows::Veil(veil),
            slots @ Shows::Slots(_) => slots,
        },
    })
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
                State::Slow => {
                    Duration::seconds(i64::from(self.seconds.map_or(DEFAULT_DRIP, |seconds| *seconds.as_ref())))
                }
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
                    _ => return wrong(hours, "`opening_hours` are two times of a day, as in [\"09:00\", \"17:00\"]"),
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
    Ok(Some(Arrivals {
        per_week,
        mean: Duration::seconds(seconds),
        days: Days::DAILY,
        hours: None,
    }))
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
    Ok(Weekly {
        days: days(&words, span)?,
        at: time,
        length: Duration::minutes(i64::from(length)),
    })
}

fn days(words: &[String], span: &Range<usize>) -> Checked<Days> {
    Days::parse(words).ok_or_else(|| Wrong {
        span: span.clone(),
        problem: format!("days are words among {}", Days::WORDS),
    })
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

fn instant(value: &Spanned<Datetime>) -> Checked<Instant> {
    DateTime::parse_from_rfc3339(&value.as_ref().to_string())
        .map(|at| at.with_timezone(&Utc))
        .or_else(|_local| wrong(value, "an instant has a date, a time and an offset, as in 2026-03-02T00:00:00Z"))
}

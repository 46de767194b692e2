//! What changed, in words: how often slots open, and at which hours. What never enters: why; rates without their
//! intervals.

use guichet_stats::{
    Report, TooLittle,
    changes::{Change, ChangeKind},
    release::ReleasePattern,
};

use super::{Telling, Word};

/// From this ratio on, something comes much more often; from its inverse on, much less.
const MUCH: f64 = 3.0;

/// At which hours slots opened in a period.
enum Hours {
    /// At these, and the same with how often.
    Known { window: String, habit: String },
    /// At none that stands out from chance.
    NotFixed,
    /// There is too little data, or they were not tested.
    Unknown,
}

/// A sentence for each change, oldest first.
pub(super) fn tell(telling: &mut Telling, report: &Report) {
    let Ok(changes) = &report.changes else { return };
    for (i, change) in changes.iter().enumerate() {
        let is_last = i + 1 == changes.len();
        let last = Word::Text(if is_last { "yes" } else { "no" }.to_owned());
        let when = telling.words("tell-when", &[("last", last.clone()), ("date", telling.date(change.date))]);
        let when = Word::Text(when.unwrap_or_default());
        match change.kind {
            ChangeKind::Rate => rate(telling, change, when, last),
            ChangeKind::Hours => hours(telling, report, change, when),
        }
    }
}

fn rate(telling: &mut Telling, change: &Change, when: Word, last: Word) {
    let (before, after) = change.openings;
    let how = match change.ratio {
        None => "begun",
        Some(_) if after == 0 => "ended",
        Some(ratio) if ratio >= MUCH => "much_more",
        Some(ratio) if ratio >= 1.0 => "more",
        Some(ratio) if ratio * MUCH <= 1.0 => "much_less",
        Some(_) => "less",
    };
    let (days_before, days_after) = change.days;
    let args = [
        ("when", when),
        ("how", Word::Text(how.to_owned())),
        ("before", Word::count(before)),
        ("daysbefore", Word::count(days_before)),
        ("after", Word::count(after)),
        ("daysafter", Word::count(days_after)),
        ("last", last),
    ];
    telling.say("tell-change-rate", &args);
}

fn hours(telling: &mut Telling, report: &Report, change: &Change, when: Word) {
    let past = &report.history;
    let before = past.iter().rfind(|past| past.availability.to < change.date).map(|past| &past.release);
    let now = past.iter().find(|past| past.availability.from >= change.date).map(|past| &past.release);
    // A period that somebody asked for may hold both habits.
    let today = (report.availability.from >= change.date).then_some(&report.release);
    let when = ("when", when);
    match (of(telling, before), of(telling, now.or(today))) {
        (Hours::Known { window: old, habit: then }, Hours::Known { window: new, habit: now })
            if old != new =>
        {
            telling
                .say("tell-change-hours-both", &[when, ("now", Word::Text(now)), ("then", Word::Text(then))]);
        }
        (Hours::Known { habit: then, .. }, Hours::NotFixed) => {
            telling.say("tell-change-hours-lost", &[when, ("then", Word::Text(then))]);
        }
        (Hours::Known { habit: then, .. }, Hours::Unknown) => {
            telling.say("tell-change-hours-unsure", &[when, ("then", Word::Text(then))]);
        }
        (Hours::NotFixed, Hours::Known { habit: now, .. }) => {
            telling.say("tell-change-hours-found", &[when, ("now", Word::Text(now))]);
        }
        (Hours::Unknown, Hours::Known { habit: now, .. }) => {
            telling.say("tell-change-hours-new", &[when, ("now", Word::Text(now))]);
        }
        _ => telling.say("tell-change-hours", &[when]),
    }
}

fn of(telling: &Telling, pattern: Option<&Result<ReleasePattern, TooLittle>>) -> Hours {
    match pattern {
        Some(Ok(pattern)) if pattern.is_shown() => {
            Hours::Known { window: telling.window(pattern), habit: telling.habit(pattern) }
        }
        Some(Ok(pattern)) if pattern.q_bh.is_some() => Hours::NotFixed,
        _ => Hours::Unknown,
    }
}

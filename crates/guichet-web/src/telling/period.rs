//! The period in words: whether booking was on in it, why it starts when it does, on how many looks and pages all stands.
//! What never enters: what one would have seen in it.

use guichet_stats::{Availability, Pooled, Report, report::PeriodStart};

use super::{Telling, Word};

/// Where the page said at most of the looks that it answered that booking is closed: that it did.
pub(super) fn closed(telling: &mut Telling, period: &Availability) {
    let counts = &period.counts;
    if counts.shut > counts.told() {
        let [shut, looks] = [counts.shut, counts.all()].map(Word::count);
        telling.say("tell-closed", &[("shut", shut), ("looks", looks)]);
    }
}

/// Why what follows is about a part of what was observed only.
pub(super) fn start(telling: &mut Telling, report: &Report) {
    let from = report.availability.from;
    match report.starts {
        PeriodStart::Change => telling.say("tell-since-change", &[("date", telling.date(from))]),
        PeriodStart::Gap => {
            if let Some(past) = report.history.iter().rfind(|past| past.availability.to < from) {
                let args = [("last", telling.date(past.availability.to)), ("date", telling.date(from))];
                telling.say("tell-since-gap", &args);
            }
        }
        PeriodStart::First | PeriodStart::Asked => {}
    }
}

pub(super) fn footing(telling: &mut Telling, period: &Availability) {
    let args = [
        ("looks", Word::count(period.counts.all())),
        ("days", Word::count(period.days_observed)),
        ("from", telling.date(period.from)),
        ("to", telling.date(period.to)),
    ];
    telling.say("tell-footing", &args);
}

pub(super) fn pooled_footing(telling: &mut Telling, pooled: &Pooled) {
    let period = &pooled.availability;
    let args = [
        ("with", Word::count(pooled.desks_with_data)),
        ("all", Word::count(pooled.desks)),
        ("looks", Word::count(period.counts.all())),
        ("from", telling.date(period.from)),
        ("to", telling.date(period.to)),
    ];
    telling.say("tell-pooled-footing", &args);
}

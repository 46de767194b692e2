//! What the figures of a target, or of several, mean for a person: sentences, words first. What never enters: markup, a
//! number without its interval, a sentence from a recipe that has too little data, other than that it has.

mod changes;
mod period;
mod recipe;

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentValue};
use guichet_stats::{
    Availability, Interval, Needed, Pooled, Report, TooLittle, chance::Chance, class::ClassSet,
    forecast::Forecast, lead_time::LeadTime, openings::Openings, persistence::Persistence,
    release::ReleasePattern,
};

pub(crate) use self::recipe::{Recipe, forecast_lacks};
use crate::{format, lang::Lang, words::Words};

static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| Words::load().ok());

/// The horizons that are told, in days: the first of them that has a figure.
const TOLD: [u32; 4] = [14, 7, 3, 1];

/// From this ratio on, errors near openings hide so many of them that it is told.
const MANY_ERRORS: f64 = 2.0;

/// What `report` says, sentence by sentence, in the language with this code (`fr` or `en`; French for any other): that
/// booking was mostly closed, where it was; what of all that there is too little data for, where that is nearly all; what
/// changed, the chance to see a slot, its class, what comes next, openings, how long they last, when they come, how far
/// ahead the dates are, on how many looks all this stands, and of what there is too little data.
pub fn tell(report: &Report, lang: &str) -> Vec<String> {
    let mut telling = Telling::new(lang);
    let is_enough = report.availability.enough().is_ok();
    period::closed(&mut telling, &report.availability);
    if !is_enough {
        telling.reasons(&Recipe::missing(report));
    }
    changes::tell(&mut telling, report);
    period::start(&mut telling, report);
    if let Some(chance) = told(&report.chance) {
        telling.chance("tell-chance", chance);
    }
    if let Ok(class) = &report.class {
        telling.class(class);
    }
    telling.forecast(&report.forecast, &report.availability);
    if let Ok(openings) = &report.openings {
        telling.openings(openings);
    }
    if let Ok(lags) = &report.persistence {
        telling.persistence(lags);
    }
    if let Ok(pattern) = &report.release {
        telling.release(pattern, format::town_of_zone(report.zone));
    }
    if let Ok(lead_time) = &report.lead_time {
        telling.lead_time(lead_time);
    }
    if report.error_rate_near_open.is_some_and(|ratio| ratio > MANY_ERRORS) {
        telling.say("tell-errors-near-open", &[]);
    }
    period::footing(&mut telling, &report.availability);
    telling.level();
    if is_enough {
        telling.reasons(&Recipe::missing(report));
    }
    telling.sentences
}

/// What several targets say together, in the same way: the chance to see a slot at one of them, its class, on how many
/// pages that stands, and of what there is too little data.
pub fn tell_pooled(pooled: &Pooled, lang: &str) -> Vec<String> {
    let mut telling = Telling::new(lang);
    if let Some(chance) = told(&pooled.chance) {
        telling.chance(if pooled.desks > 1 { "tell-pooled-chance" } else { "tell-chance" }, chance);
    }
    if let Ok(class) = &pooled.class {
        telling.class(class);
    }
    if !telling.sentences.is_empty() {
        period::pooled_footing(&mut telling, pooled);
        telling.level();
    }
    telling.reasons(&Recipe::missing_of_pool(pooled));
    telling.sentences
}

/// That there is too little data for `recipes`, and how much more it takes.
pub(crate) fn too_little(lang: Lang, recipes: &[Recipe], few: &TooLittle) -> String {
    Telling::in_lang(lang).too_little(recipes, few).unwrap_or_default()
}

/// How much there is and how much it takes, in the language with this code: `6 of 14 observed days`.
pub fn amount(few: &TooLittle, lang: &str) -> String {
    Telling::new(lang).amount(few).unwrap_or_default()
}

/// The chance of the first told horizon that has one.
fn told(chances: &[(u32, Result<Chance, TooLittle>)]) -> Option<&Chance> {
    let of = |days| chances.iter().find(|(horizon, _)| *horizon == days)?.1.as_ref().ok();
    TOLD.into_iter().find_map(of)
}

/// An argument of a message.
#[derive(Debug, Clone)]
enum Word {
    /// A whole number, on which plurals depend.
    Count(u64),
    /// Anything else, written already.
    Text(String),
}

impl Word {
    fn count(number: impl Into<u64>) -> Self {
        Self::Count(number.into())
    }
}

/// Sentences in the making.
#[derive(Debug)]
struct Telling {
    lang: Lang,
    sentences: Vec<String>,
    /// Whether an interval was told without its level, which is 95 %.
    has_between: bool,
}

impl Telling {
    fn new(lang: &str) -> Self {
        Self::in_lang(Lang::of(lang).unwrap_or(Lang::Fr))
    }

    fn in_lang(lang: Lang) -> Self {
        Self { lang, sentences: Vec::new(), has_between: false }
    }

    /// A message; `None` where it, or an argument of it, is missing, which the tests of the messages exclude.
    fn words(&self, key: &str, args: &[(&'static str, Word)]) -> Option<String> {
        let mut arguments = FluentArgs::new();
        for (name, word) in args {
            let value = match word {
                Word::Count(number) => FluentValue::from(*number),
                Word::Text(text) => FluentValue::from(text.clone()),
            };
            arguments.set(*name, value);
        }
        WORDS.as_ref()?.say(self.lang, key, &arguments)
    }

    fn say(&mut self, key: &str, args: &[(&'static str, Word)]) {
        let has_level = key == "tell-forecast" || key.starts_with("tell-class");
        self.has_between |= !has_level && args.iter().any(|(name, _)| *name == "hi");
        self.sentences.extend(self.words(key, args));
    }

    fn share(&self, share: f64) -> Word {
        Word::Text(format::share(self.lang, share))
    }

    fn date(&self, date: chrono::NaiveDate) -> Word {
        Word::Text(format::date(self.lang, date))
    }

    /// A number that is not whole: one decimal where that matters.
    fn number(&self, number: f64) -> Word {
        Word::Text(self.short(number))
    }

    fn short(&self, number: f64) -> String {
        if number >= 9.95 {
            format::count(self.lang, whole(number))
        } else if number > 0.0 && number < 0.095 {
            // It would be rounded to nothing, or to twice as much.
            format::exact(self.lang, number)
        } else {
            format::decimal(self.lang, number)
        }
    }

    fn span(&self, minutes: f64) -> Word {
        let text = if minutes < 120.0 {
            self.words("tell-minutes", &[("n", Word::Count(whole(minutes).max(1)))])
        } else if minutes < 48.0 * 60.0 {
            self.words("tell-hours", &[("n", self.number(minutes / 60.0))])
        } else {
            self.days(minutes / 60.0 / 24.0)
        };
        Word::Text(text.unwrap_or_default())
    }

    /// So many days, whole where there are ten.
    fn days(&self, days: f64) -> Option<String> {
        let text = self.short(days);
        let is_one = match self.lang {
            Lang::Fr => days < 1.95,
            Lang::En => false,
        };
        let many = if is_one { "one" } else { "many" };
        self.words("tell-days", &[("n", Word::Text(text)), ("many", Word::Text(many.to_owned()))])
    }

    /// The two ends of an interval, each as `written`.
    fn between(interval: Interval, written: impl Fn(f64) -> Word) -> [(&'static str, Word); 2] {
        [("lo", written(interval.lo)), ("hi", written(interval.hi))]
    }

    fn chance(&mut self, key: &str, chance: &Chance) {
        let [lo, hi] = Self::between(chance.interval, |end| self.share(end));
        let days = ("days", Word::count(chance.horizon_days));
        let known = if chance.p_see.is_some() { "yes" } else { "no" };
        let args = [
            days,
            ("known", Word::Text(known.to_owned())),
            ("p", self.share(chance.p_see.unwrap_or_default())),
            lo,
            hi,
            ("desks", Word::count(chance.desks)),
        ];
        self.say(key, &args);
        // Days are alike in another way within each horizon: only the median of the fortnight is published.
        let half =
            chance.median_days.filter(|_| chance.horizon_days == ClassSet::DAYS && chance.p_see.is_some());
        if let (Some(half), Some(lo)) = (half, chance.median_lo) {
            let half = ("days", Word::count(half));
            match chance.median_hi {
                Some(hi) if hi == lo => self.say("tell-half-exact", &[half]),
                Some(hi) => {
                    let ends = [("lo", Word::count(lo)), ("hi", Word::count(hi))];
                    self.say("tell-half", &[half, ends[0].clone(), ends[1].clone()]);
                }
                None => self.say("tell-half-open", &[half, ("lo", Word::count(lo))]),
            }
        }
    }

    fn class(&mut self, class: &ClassSet) {
        let letters: String = class.set.iter().map(|class| class.as_str()).collect();
        let [lo, hi] = Self::between(class.interval, |end| self.share(end));
        self.say(&format!("tell-class-{letters}"), &[("days", Word::count(ClassSet::DAYS)), lo, hi]);
    }

    /// A point without its interval is not told: nobody knows yet how good it is.
    fn forecast(&mut self, forecasts: &[(u32, Result<Forecast, TooLittle>)], period: &Availability) {
        let known = |days| {
            let forecast = forecasts.iter().find(|(horizon, _)| *horizon == days)?.1.as_ref().ok()?;
            Some((forecast, forecast.interval?))
        };
        if let Some((forecast, interval)) = TOLD.into_iter().find_map(known) {
            let [lo, hi] = Self::between(interval, |end| self.share(end));
            let (days, p) = (("days", Word::count(forecast.horizon_days)), ("p", self.share(forecast.p)));
            self.say("tell-forecast", &[days, ("date", self.date(period.to)), p, lo, hi]);
        }
    }

    fn openings(&mut self, openings: &Openings) {
        let [lo, hi] = Self::between(openings.rate, |end| self.number(end));
        let n = ("n", Word::count(openings.seen_count));
        let how = |word: &str| ("how", Word::Text(word.to_owned()));
        if openings.only_seen {
            self.say("tell-openings", &[how("seen"), lo, n]);
        } else if openings.lower_bound {
            self.say("tell-openings", &[how("least"), lo, n]);
        } else {
            let rate = ("rate", self.number(openings.rate_per_week));
            self.say("tell-openings", &[how("known"), rate, lo, hi, n]);
        }
        if let Some((mean, interval)) = openings.lifetime_min {
            let [lo, hi] = Self::between(interval, |end| self.span(end));
            self.say("tell-lifetime", &[("mean", self.span(mean)), lo, hi]);
        } else {
            self.say("tell-lifetime-unknown", &[]);
        }
    }

    /// The shortest lag and the longest.
    fn persistence(&mut self, lags: &[Persistence]) {
        let ends = lags.first().into_iter().chain(lags.last().filter(|_| lags.len() > 1));
        for lag in ends {
            let [lo, hi] = Self::between(lag.interval, |end| self.share(end));
            let args = [
                ("minutes", Word::count(lag.lag_min)),
                ("s", self.share(lag.s)),
                lo,
                hi,
                ("pairs", Word::count(lag.pairs)),
                ("days", Word::count(lag.days)),
            ];
            self.say("tell-persistence", &args);
        }
    }

    /// A window that chance could make is not told; one that was not tested against the others is passed over.
    fn release(&mut self, pattern: &ReleasePattern, town: String) {
        let footing = [("n", Word::count(pattern.n_openings)), ("dates", Word::count(pattern.n_dates))];
        let [n, dates] = footing;
        if pattern.is_shown() {
            let [lo, hi] = Self::between(pattern.lift_interval, |end| self.number(end));
            let args = [
                ("habit", Word::Text(self.habit(pattern))),
                ("lift", self.number(pattern.lift)),
                lo,
                hi,
                n,
                dates,
                ("town", Word::Text(town)),
            ];
            self.say("tell-release", &args);
        } else if pattern.q_bh.is_some() {
            self.say("tell-release-none", &[n, dates]);
        }
    }

    /// The hours of a pattern, and whether most slots come then: `mostly on Sundays between 23:00 and midnight`.
    fn habit(&self, pattern: &ReleasePattern) -> String {
        let often = if pattern.share > 0.5 { "mostly" } else { "more" };
        let window = ("window", Word::Text(self.window(pattern)));
        self.words("tell-habit", &[("often", Word::Text(often.to_owned())), window]).unwrap_or_default()
    }

    /// Its hours alone: `on Sundays between 23:00 and midnight`.
    fn window(&self, pattern: &ReleasePattern) -> String {
        const EVERY_DAY: u8 = 7;
        let hour = |hour: u8| {
            let hour = if hour > 24 { hour - 24 } else { hour };
            let midnight = (hour == 24).then(|| self.words("tell-midnight", &[])).flatten();
            Word::Text(midnight.unwrap_or_else(|| format::hour_of_day(self.lang, hour)))
        };
        let start = pattern.window_start_h.min(23);
        let args = [
            ("day", Word::count(pattern.weekday.unwrap_or(EVERY_DAY))),
            ("from", hour(start)),
            ("to", hour(start + pattern.window_len_h.min(24))),
        ];
        self.words("tell-window", &args).unwrap_or_default()
    }

    fn lead_time(&mut self, lead_time: &LeadTime) {
        let days = |days: f64| Word::Text(self.days(days).unwrap_or_default());
        let [lo, hi] = Self::between(lead_time.median, days);
        let args = [
            ("median", days(lead_time.median_days)),
            lo,
            hi,
            ("n", Word::count(lead_time.n)),
            ("days", Word::count(lead_time.days)),
        ];
        self.say("tell-lead-time", &args);
    }

    /// The level of the intervals that were told without it.
    fn level(&mut self) {
        if self.has_between {
            self.say("tell-between", &[]);
        }
    }

    /// One sentence for all recipes that lack the same.
    fn reasons(&mut self, missing: &[(Recipe, &TooLittle)]) {
        let mut told: Vec<&TooLittle> = Vec::new();
        for (_, few) in missing {
            if !told.contains(few) {
                told.push(few);
                let alike: Vec<Recipe> =
                    missing.iter().filter(|(_, other)| other == few).map(|(recipe, _)| *recipe).collect();
                self.sentences.extend(self.too_little(&alike, few));
            }
        }
    }

    fn too_little(&self, recipes: &[Recipe], few: &TooLittle) -> Option<String> {
        let mut names = recipes.iter().filter_map(|recipe| self.words(&recipe.key(), &[]));
        let first = names.next()?;
        let mut names: Vec<String> = names.collect();
        let what = match names.pop() {
            None => first,
            Some(last) => {
                let most: String = std::iter::once(first).chain(names).collect::<Vec<_>>().join(", ");
                self.words("tell-and", &[("first", Word::Text(most)), ("last", Word::Text(last))])?
            }
        };
        let amount = self.amount(few)?;
        self.words("tell-too-little", &[("what", Word::Text(what)), ("amount", Word::Text(amount))])
    }

    fn amount(&self, few: &TooLittle) -> Option<String> {
        let [have, need] = match few.needed {
            Needed::Coverage => {
                let tenths = (few.have * 1000.0 + 1e-9).floor() / 10.0;
                let have = format!("{}\u{a0}%", format::decimal(self.lang, tenths));
                [Word::Text(have), self.share(few.need)]
            }
            _ => [Word::Count(floor(few.have)), Word::Count(whole(few.need))],
        };
        self.words(&format!("tell-needed-{}", few.needed.as_str()), &[("have", have), ("need", need)])
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number that is not negative; the cast saturates"
)]
fn whole(number: f64) -> u64 {
    number.max(0.0).round() as u64
}

/// What is there is never rounded up to what is needed.
fn floor(number: f64) -> u64 {
    whole(number.floor())
}

#[cfg(test)]
mod tests;

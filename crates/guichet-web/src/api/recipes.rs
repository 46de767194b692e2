//! Every recipe as JSON under its published names, numbers to three significant digits. What never enters: figures with
//! less than their minimum of data, which are null with a reason; moments more exact than the hour.

use chrono::{Duration, DurationRound as _};
use guichet_model::Instant;
use guichet_stats::{
    Availability, Interval, Pooled, Report, TooLittle,
    cells::{Cell, Cells, DayType},
    chance::Chance,
    changes::Change,
    class::ClassSet,
    episodes::Episode,
    forecast::Forecast,
    lead_time::{Attempt, AttemptShare, LeadTime},
    openings::Openings,
    persistence::Persistence,
    release::ReleasePattern,
    report::{Past, PeriodStart},
};
use serde_json::{Map, Value, json};

use super::{add, instant, rounded};
use crate::{
    lang::Lang,
    telling::{Recipe, forecast_lacks, too_little},
};

/// The most episodes that are published, the newest ones.
const EPISODES: usize = 20;

/// The class of a chance is read off its 80 % interval.
const CLASS_REASON: &str = "the classes that the 80 % interval of the 14-day chance meets";

/// Everything that is published of one target. A recipe without a figure is null, with its reason in `reasons`; a
/// horizon without a chance keeps its entry, with null figures and a `reason`.
pub fn report_json(report: &Report) -> Value {
    let cells = report.cells.as_ref().ok();
    let mut availability = r1(&report.availability);
    add(&mut availability, json!({ "error_rate_near_open": report.error_rate_near_open.map(rounded) }));
    json!({
        "period": {
            "from": report.availability.from.to_string(),
            "to": report.availability.to.to_string(),
            "starts": report.starts.as_str(),
            "reason": match report.starts {
                PeriodStart::First => "the first observation",
                PeriodStart::Change => "the habits changed then; what was before is in `history`",
                PeriodStart::Gap => "nobody looked for more than 28 days before; what was before is in `history`",
                PeriodStart::Asked => "this period was asked for",
            },
        },
        "availability": availability,
        "cells": cells.map(|cells| cells.cells.iter().map(cell).collect::<Vec<_>>()),
        "cells_prior": cells.map(|Cells { mu, m, .. }| json!({ "mu": rounded(*mu), "M": rounded(*m) })),
        "holidays": cells.and_then(|cells| cells.holidays.as_ref()).map(holidays),
        "chance": chances(&report.chance, &report.forecast),
        "openings": report.openings.as_ref().ok().map(openings),
        "persistence": report.persistence.as_ref().ok().map(|lags| lags.iter().map(lag).collect::<Vec<_>>()),
        "release_pattern": report.release.as_ref().ok().map(release),
        "changes": report.changes.as_ref().ok().map(|all| all.iter().map(change).collect::<Vec<_>>()),
        "history": report.history.iter().map(past).collect::<Vec<_>>(),
        "class": report.class.as_ref().ok().map(class),
        "lead_time": report.lead_time.as_ref().ok().map(lead_time),
        "attempts": report.attempts.as_ref().ok().map(|all| all.iter().map(attempt).collect::<Vec<_>>()),
        "episodes": report.episodes.iter().rev().take(EPISODES).rev().map(episode).collect::<Vec<_>>(),
        "reasons": reasons(&Recipe::missing(report)),
    })
}

/// Recipe R1 under its published names, to three significant digits: an object, the same wherever we publish it.
pub fn r1(figures: &Availability) -> Value {
    json!({
        "p": figures.p.map(rounded),
        "lo95": rounded(figures.interval.lo),
        "hi95": rounded(figures.interval.hi),
        "n_polls": figures.n_polls,
        // Never more than `n_polls`, rounded too: that is whole, and at least the number that is rounded here.
        "n_eff": rounded(figures.n_eff).min(figures.n_eff.ceil()),
        "deff": rounded(figures.deff),
        "nu": figures.nu,
        "days_observed": figures.days_observed,
        "capture": rounded(figures.capture),
        "missing_share": rounded(figures.missing_share),
        "manski_lo": rounded(figures.manski.lo),
        "manski_hi": rounded(figures.manski.hi),
        "tier": figures.tier.as_str(),
    })
}

/// Everything that is published of several targets pooled.
pub fn pooled_json(pooled: &Pooled) -> Value {
    json!({
        "desks": pooled.desks,
        "desks_with_data": pooled.desks_with_data,
        "period": {
            "from": pooled.availability.from.to_string(),
            "to": pooled.availability.to.to_string(),
        },
        "availability": r1(&pooled.availability),
        "chance": chances(&pooled.chance, &[]),
        "class": pooled.class.as_ref().ok().map(class),
        "reasons": reasons(&Recipe::missing_of_pool(pooled)),
    })
}

/// The chance of one horizon, as far as a map needs it.
pub(crate) fn short_chance(chances: &[(u32, Result<Chance, TooLittle>)], days: u32) -> Value {
    let Some((_, found)) = chances.iter().find(|(horizon, _)| *horizon == days) else {
        return Value::Null;
    };
    let known = found.as_ref().ok();
    json!({
        "p_see": known.and_then(|known| known.p_see).map(rounded),
        "lo95": known.map(|known| rounded(known.interval.lo)),
        "hi95": known.map(|known| rounded(known.interval.hi)),
        "method": known.map(|known| known.method.as_str()),
        "reason": found.as_ref().err().map(|few| reason(Recipe::Chance, few)),
    })
}

/// A class set; `None` is null.
pub(crate) fn class(known: &ClassSet) -> Value {
    json!({
        "set": known.set.iter().map(|class| class.as_str()).collect::<Vec<_>>(),
        "level": ClassSet::LEVEL,
        "reason": CLASS_REASON,
        "lo": rounded(known.interval.lo),
        "hi": rounded(known.interval.hi),
    })
}

fn cell(cell: &Cell) -> Value {
    let index = cell.at.index();
    json!({
        "day": index / 24 + 1,
        "hour": index % 24,
        "p_raw": cell.p_raw.map(rounded),
        "n_weeks": cell.n_weeks,
        "p_eb": rounded(cell.p_eb),
        "lo": rounded(cell.interval.lo),
        "hi": rounded(cell.interval.hi),
        "exposure_h": rounded(cell.exposure_h),
        "service_up_share": cell.service_up_share.map(rounded),
        "borrowed": cell.borrowed,
    })
}

fn holidays(known: &DayType) -> Value {
    let [lo, hi] = ends(known.interval);
    json!({ "n_days": known.n_days, "p": rounded(known.p), "lo95": lo, "hi95": hi })
}

fn chances(
    chances: &[(u32, Result<Chance, TooLittle>)],
    forecasts: &[(u32, Result<Forecast, TooLittle>)],
) -> Vec<Value> {
    let entry = |(days, chance): &(u32, Result<Chance, TooLittle>)| {
        let known = chance.as_ref().ok();
        let forecast = forecasts.iter().find(|(horizon, _)| horizon == days).map(|(_, forecast)| forecast);
        let foretold = forecast.and_then(|forecast| forecast.as_ref().ok());
        // Nobody knows how good a point without its interval is: it is no figure.
        let foretold = foretold.and_then(|foretold| Some((foretold.p, foretold.interval?)));
        // Days are alike in another way within each horizon: the median is that of the fortnight.
        let half = known.filter(|known| known.horizon_days == ClassSet::DAYS);
        json!({
            "horizon_days": days,
            "p_see": known.and_then(|known| known.p_see).map(rounded),
            "lo95": known.map(|known| rounded(known.interval.lo)),
            "hi95": known.map(|known| rounded(known.interval.hi)),
            "fc_p": foretold.map(|(p, _)| rounded(p)),
            "fc_lo90": foretold.map(|(_, interval)| rounded(interval.lo)),
            "fc_hi90": foretold.map(|(_, interval)| rounded(interval.hi)),
            "rho": known.map(|known| rounded(known.rho)),
            "s_mean": known.map(|known| rounded(known.s_mean)),
            "success_days": known.map(|known| rounded(known.success_days)),
            "days": known.map(|known| known.days),
            "median_days": half.and_then(|known| known.median_days),
            "median_lo": half.and_then(|known| known.median_lo),
            "median_hi": half.and_then(|known| known.median_hi),
            "method": known.map(|known| known.method.as_str()),
            "reason": chance.as_ref().err().map(|few| reason(Recipe::Chance, few)),
            "fc_reason": forecast.and_then(forecast_lacks).map(|few| reason(Recipe::Forecast, few)),
        })
    };
    chances.iter().map(entry).collect()
}

fn openings(known: &Openings) -> Value {
    let lifetime = known.lifetime_min;
    json!({
        "rate_per_week": rounded(known.rate_per_week),
        "rate_lo": rounded(known.rate.lo),
        "rate_hi": rounded(known.rate.hi),
        "mean_lifetime_min": lifetime.map(|(mean, _)| rounded(mean)),
        "lt_lo": lifetime.map(|(_, interval)| rounded(interval.lo)),
        "lt_hi": lifetime.map(|(_, interval)| rounded(interval.hi)),
        "seen_count": known.seen_count,
        "single_poll_share": rounded(known.single_poll_share),
        "detectability": known.detectability.map(rounded),
        "lower_bound": known.lower_bound,
        "only_seen": known.only_seen,
        "median_gap_min": rounded(known.median_gap_min),
    })
}

fn lag(known: &Persistence) -> Value {
    let [lo, hi] = ends(known.interval);
    json!({
        "lag_min": known.lag_min, "s": rounded(known.s), "lo": lo, "hi": hi, "pairs": known.pairs, "days": known.days,
    })
}

fn release(known: &ReleasePattern) -> Value {
    let [lo, hi] = ends(known.lift_interval);
    json!({
        "weekday": known.weekday.map(|day| day + 1),
        "window_start_h": known.window_start_h,
        "window_len_h": known.window_len_h,
        "share": rounded(known.share),
        "expected_share": rounded(known.expected_share),
        "lift": rounded(known.lift),
        "lift_lo": lo,
        "lift_hi": hi,
        "p_rot": rounded(known.p_rot),
        "q_bh": known.q_bh.map(rounded),
        "n_openings": known.n_openings,
        "n_dates": known.n_dates,
        "rayleigh_z": rounded(known.rayleigh_z),
        "kuiper_v": rounded(known.kuiper_v),
        "entropy": rounded(known.entropy),
        "shown": known.is_shown(),
    })
}

fn change(known: &Change) -> Value {
    let (before, after) = known.openings;
    let (days_before, days_after) = known.days;
    json!({
        "date": known.date.to_string(),
        "kind": known.kind.as_str(),
        "before_per_week": rounded(known.before_per_week),
        "after_per_week": rounded(known.after_per_week),
        "ratio": known.ratio.map(rounded),
        "openings_before": before,
        "openings_after": after,
        "days_before": days_before,
        "days_after": days_after,
    })
}

fn past(known: &Past) -> Value {
    json!({
        "from": known.availability.from.to_string(),
        "to": known.availability.to.to_string(),
        "availability": r1(&known.availability),
        "release_pattern": known.release.as_ref().ok().map(release),
        "reason": known.release.as_ref().err().map(|few| reason(Recipe::Release, few)),
    })
}

fn lead_time(known: &LeadTime) -> Value {
    let [lo, hi] = ends(known.median);
    json!({
        "n": known.n,
        "days": known.days,
        "median_days": rounded(known.median_days),
        "lo95": lo,
        "hi95": hi,
        "q1_days": rounded(known.q1_days),
        "q3_days": rounded(known.q3_days),
    })
}

fn attempt(known: &AttemptShare) -> Value {
    let [lo, hi] = ends(known.interval);
    let word = Attempt::ALL.iter().find(|(class, _)| *class == known.class).map(|(_, word)| *word);
    json!({ "class": word, "n": known.n, "share": rounded(known.share), "lo95": lo, "hi95": hi })
}

/// What was seen, rounded down to the hour.
fn episode(seen: &Episode) -> Value {
    let hour = |at: Instant| instant(at.duration_trunc(Duration::hours(1)).unwrap_or(at));
    json!({
        "not_before": seen.not_before.map(hour),
        "first": hour(seen.first),
        "last": hour(seen.last),
        "gone_by": seen.gone_by.map(hour),
        "looks": seen.looks,
    })
}

/// Why each recipe without a figure has none.
fn reasons(missing: &[(Recipe, &TooLittle)]) -> Map<String, Value> {
    missing.iter().map(|(recipe, few)| (recipe.as_str().to_owned(), reason(*recipe, few))).collect()
}

fn reason(recipe: Recipe, few: &TooLittle) -> Value {
    json!({
        "needed": few.needed.as_str(),
        "have": rounded(few.have),
        "need": rounded(few.need),
        "text": too_little(Lang::En, &[recipe], few),
    })
}

fn ends(interval: Interval) -> [f64; 2] {
    [rounded(interval.lo), rounded(interval.hi)]
}

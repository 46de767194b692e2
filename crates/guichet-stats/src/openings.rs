//! R4: how often slots open and how long they last, from looks that miss much of it. What never enters: hours of the
//! day.

use chrono::TimeDelta;
use guichet_model::{HourTally, Look, Seen};

use crate::{
    episodes::{self, Episode},
    evidence::Evidence,
    interval::Interval,
    markov::{self, Chain},
    minimum::{Needed, TooLittle},
    transitions::{Counted, Spacing, hours, transitions},
};

mod by_date;

/// Openings (recipe R4), by a two-state Markov chain in continuous time.
#[derive(Debug, Clone, PartialEq)]
pub struct Openings {
    /// Openings per civil week, its hours with booking switched off included.
    pub rate_per_week: f64,
    /// Its 95 % interval.
    pub rate: Interval,
    /// The rate counts the openings seen and adds nothing for those missed, as the data do not tell how many they are;
    /// its interval then is of that count's expectation and says nothing of how high the true rate is.
    pub only_seen: bool,
    /// Mean time that an opening lasts, in minutes, with its 95 % interval; `None` where the data cannot tell.
    pub lifetime_min: Option<(f64, Interval)>,
    /// Openings seen: a full look, then an open one, close enough.
    pub seen_count: u32,
    /// Share of the sightings that one look only saw.
    pub single_poll_share: f64,
    /// The chance that an opening is seen at all, at the median gap between looks; `None` where the lifetime is not
    /// known.
    pub detectability: Option<f64>,
    /// Say "at least": lifetimes are short against the gaps, or not known.
    pub lower_bound: bool,
    /// Median gap between looks, in minutes.
    pub median_gap_min: f64,
}

/// Openings seen that a rate needs.
const LEAST_OPENINGS: f64 = 10.0;
/// From this share of sightings on, looks without follow-ups tell how often, not how long.
const MOSTLY_SINGLE: f64 = 0.9;
/// Half an interval of a logarithm above this is one over a factor of fifty: the data do not tell that rate.
const WIDEST: f64 = by_date::Z_975;

/// R4: the panel likelihood of a two-state Markov chain in continuous time (Kalbfleisch & Lawless, JASA 1985; see
/// [`markov::fit`]) over consecutive looks that told, follow-ups included: where the next look falls depends only on
/// what was seen, so that such looks may enter the likelihood (Grüger, Kay & Schumacher, *Biometrics* 1991). Looks that
/// told nothing are stepped over, `shut` ends a row, and gaps of more than three medians of the planned ones, or of six
/// hours, are left out.
///
/// With λ openings per closed hour, μ closings per open hour and π = λ/(λ+μ): openings per week = 168·λ·(1−π)·b; mean
/// lifetime = 60/μ minutes; chance that looks at the median gap g see an opening = (1 − e^(−μg))/(μg). b is the share of
/// the time in which booking was on, Σ(open + full)/Σ(open + full + shut) of the hourly weights (1 without any): the
/// chain knows only of the time in which the page told, and a desk that lets book two hours a week opens in those.
///
/// Intervals are exp(log estimate ± the larger of 1.96·se and t·se′). se is from the inverse of the observed information
/// (for the weekly rate by the delta method) and holds for openings that come one by one. se′ holds where they come in
/// batches: the sandwich variance by civil date (Huber 1967; Liang & Zeger 1986), see [`by_date`].
///
/// Lifetimes are not told where at least 90 % of the sightings are single looks without follow-ups (only λ/μ shows in
/// them), where no end was seen, or where its interval spans a factor of more than fifty. Where not even the rate can be told
/// (no peak, or such an interval), `rate_per_week` is that of the openings seen ([`Openings::only_seen`]), with a Poisson
/// interval or that by dates, and a lower bound.
///
/// The chain takes lifetimes for exponential. Against real lifetimes, many of them very short, it still
/// underestimates: say "at least" where [`Openings::lower_bound`] is set.
///
/// # Errors
/// With less than the minimum: 10 openings seen.
pub fn openings(evidence: &Evidence<'_>) -> Result<Openings, TooLittle> {
    let looks = evidence.looks;
    let Some(spacing) = Spacing::of(looks) else {
        let told = looks.iter().filter(|look| look.told().is_some()).count();
        return Err(TooLittle { needed: Needed::Told, have: as_f64(told), need: 2.0 });
    };
    let counted = transitions(looks, spacing.longest, evidence.zone);
    let opened = counted.transitions.iter().filter(|step| !step.from_open && step.to_open);
    let seen: f64 = opened.map(|step| step.count).sum();
    TooLittle::unless(Needed::Openings, seen, LEAST_OPENINGS)?;
    let single_poll_share = single_share(&episodes::runs(looks, spacing.longest));
    let chain = markov::fit(&counted.transitions);
    let told = chain.as_ref().and_then(|chain| weekly_rate(chain, &counted));
    let (rate, half_width) = told.unwrap_or_else(|| rate_seen(&counted, seen));
    let rate_per_week = rate * booking_share(evidence.hours);
    let tells_lifetimes = single_poll_share < MOSTLY_SINGLE || has_follow_ups(looks, spacing.longest);
    let chain = chain.filter(|_| tells_lifetimes && told.is_some());
    let lifetime_h = chain.and_then(|chain| {
        let half_width = half_width_of(&chain, &counted, [0.0, 1.0]);
        (half_width <= WIDEST).then_some((1.0 / chain.mu, half_width))
    });
    let gap_h = hours(spacing.median.num_milliseconds());
    Ok(Openings {
        rate_per_week,
        rate: around(rate_per_week, half_width),
        only_seen: told.is_none(),
        lifetime_min: lifetime_h.map(|(mean, half_width)| (60.0 * mean, around(60.0 * mean, half_width))),
        seen_count: whole(seen),
        single_poll_share,
        detectability: lifetime_h.map(|(mean, _)| detectability(gap_h / mean)),
        lower_bound: lifetime_h.is_none_or(|(mean, _)| mean < 2.0 * gap_h),
        median_gap_min: 60.0 * gap_h,
    })
}

/// Hours of a week.
const WEEK_H: f64 = 168.0;

/// 168·λ(1−π) with the half width of the interval of its logarithm; `None` where the data do not tell it.
fn weekly_rate(chain: &Chain, counted: &Counted) -> Option<(f64, f64)> {
    let open = chain.open_share();
    let rate = WEEK_H * chain.lambda * (1.0 - open);
    // ∂ log(λμ/(λ+μ)) by (log λ, log μ).
    let half_width = half_width_of(chain, counted, [1.0 - open, open]);
    (rate > 0.0 && rate.is_finite() && half_width <= WIDEST).then_some((rate, half_width))
}

/// Half the width of the 95 % interval of a quantity whose derivatives by (log λ, log μ) are `by`.
fn half_width_of(chain: &Chain, counted: &Counted, by: [f64; 2]) -> f64 {
    let [[a, b], [_, c]] = chain.cov_log;
    let variance = by[0] * by[0] * a + 2.0 * by[0] * by[1] * b + by[1] * by[1] * c;
    let influence = counted.transitions.iter().map(|step| {
        let [first, second] = chain.influence(step);
        by[0] * first + by[1] * second
    });
    by_date::half_width(variance, &counted.by_date(influence))
}

/// Openings seen per week of the time between looks, with the half width of the interval of its logarithm.
fn rate_seen(counted: &Counted, seen: f64) -> (f64, f64) {
    let hours: f64 = counted.transitions.iter().map(|step| step.count * step.gap_h).sum();
    let rate = seen / hours;
    let influence = counted.transitions.iter().map(|step| {
        let opened = f64::from(u8::from(!step.from_open && step.to_open));
        (opened - rate * step.gap_h) / seen
    });
    (WEEK_H * rate, by_date::half_width(1.0 / seen, &counted.by_date(influence)))
}

/// The share of the time in which booking was on; 1 where nothing tells it.
fn booking_share(hours: &[HourTally]) -> f64 {
    let (mut on, mut off) = (0_u64, 0_u64);
    for hour in hours {
        let counts = &hour.counts;
        on = on.saturating_add(counts.open_ms).saturating_add(counts.full_ms);
        off = off.saturating_add(counts.shut_ms);
    }
    let (on, off) = (milliseconds(on), milliseconds(off));
    if on > 0.0 { on / (on + off) } else { 1.0 }
}

/// (1 − e^(−x))/x, which is 1 for x = 0.
fn detectability(gap_over_lifetime: f64) -> f64 {
    if gap_over_lifetime < 1e-9 { 1.0 } else { -(-gap_over_lifetime).exp_m1() / gap_over_lifetime }
}

fn around(estimate: f64, half_width_of_log: f64) -> Interval {
    let factor = half_width_of_log.exp();
    Interval { lo: estimate / factor, hi: estimate * factor }
}

fn single_share(episodes: &[Episode]) -> f64 {
    let single = episodes.iter().filter(|episode| episode.looks == 1).count();
    as_f64(single) / as_f64(episodes.len()).max(1.0)
}

/// Whether a follow-up told anything close to an open look.
fn has_follow_ups(looks: &[Look], longest: TimeDelta) -> bool {
    let mut told = looks.iter().filter(|look| look.told().is_some());
    let mut before = told.next();
    told.any(|look| {
        let last = before.replace(look);
        !look.is_base
            && last.is_some_and(|last| matches!(last.seen, Seen::Open(_)) && look.at - last.at <= longest)
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of looks, saturating")]
fn whole(count: f64) -> u32 {
    count.round() as u32
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of years fit 53 bits")]
fn milliseconds(ms: u64) -> f64 {
    ms as f64
}

#[expect(clippy::cast_precision_loss, reason = "a number of looks fits 53 bits")]
fn as_f64(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests;

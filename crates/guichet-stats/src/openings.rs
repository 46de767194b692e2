//! R4: how often slots open and how long they last, from looks that miss much of it. What never enters: hours of the
//! day.

use chrono::TimeDelta;
use guichet_model::{Look, Seen};

use crate::{
    episodes::{self, Episode},
    evidence::Evidence,
    interval::Interval,
    markov::{self, Chain, Transition},
    minimum::{Needed, TooLittle},
    transitions::{Spacing, hours, transitions},
};

/// Openings (recipe R4), by a two-state Markov chain in continuous time.
#[derive(Debug, Clone, PartialEq)]
pub struct Openings {
    /// Openings per week of the time in which the page told, open or full.
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
/// A standard error of a logarithm above this is an interval over a factor of fifty: the data do not tell that rate.
const LARGEST_ERROR: f64 = 1.0;
/// The normal quantile of a 95 % interval.
const Z_975: f64 = 1.959_963_984_540_054;

/// R4: the panel likelihood of a two-state Markov chain in continuous time (Kalbfleisch & Lawless, JASA 1985; see
/// [`markov::fit`]) over consecutive looks that told, follow-ups included: where the next look falls depends only on
/// what was seen, so that such looks may enter the likelihood (Grüger, Kay & Schumacher, *Biometrics* 1991). Looks that
/// told nothing are stepped over, `shut` ends a row, and gaps of more than three medians of the planned ones, or of six
/// hours, are left out.
///
/// With λ openings per closed hour, μ closings per open hour and π = λ/(λ+μ): openings per week = 168·λ·(1−π), over all
/// the time in which the page told; mean lifetime = 60/μ minutes; chance that looks at the median gap g see an opening
/// = (1 − e^(−μg))/(μg). Intervals are exp(log estimate ± 1.96·se), the se from the inverse of the observed information
/// (for the weekly rate by the delta method).
///
/// Lifetimes are not told where at least 90 % of the sightings are single looks without follow-ups (only λ/μ shows in
/// them), where no end was seen, or where the se of log μ is above 1. Where not even the rate can be told (no peak, or
/// an se above 1), `rate_per_week` is that of the openings seen ([`Openings::only_seen`]), with a Poisson interval, and a
/// lower bound.
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
    let steps = transitions(looks, spacing.longest);
    let seen: f64 = steps.iter().filter(|step| !step.from_open && step.to_open).map(|step| step.count).sum();
    TooLittle::unless(Needed::Openings, seen, LEAST_OPENINGS)?;
    let single_poll_share = single_share(&episodes::runs(looks, spacing.longest));
    let chain = markov::fit(&steps);
    let told = chain.as_ref().and_then(weekly_rate);
    let (rate_per_week, error) = told.unwrap_or_else(|| rate_seen(&steps, seen));
    let tells_lifetimes = single_poll_share < MOSTLY_SINGLE || has_follow_ups(looks, spacing.longest);
    let lifetime_h = chain.filter(|_| tells_lifetimes && told.is_some()).and_then(|chain| {
        let error = chain.cov_log[1][1].sqrt();
        (error <= LARGEST_ERROR).then_some((1.0 / chain.mu, error))
    });
    let gap_h = hours(spacing.median.num_milliseconds());
    Ok(Openings {
        rate_per_week,
        rate: around(rate_per_week, error),
        only_seen: told.is_none(),
        lifetime_min: lifetime_h.map(|(mean, error)| (60.0 * mean, around(60.0 * mean, error))),
        seen_count: whole(seen),
        single_poll_share,
        detectability: lifetime_h.map(|(mean, _)| detectability(gap_h / mean)),
        lower_bound: lifetime_h.is_none_or(|(mean, _)| mean < 2.0 * gap_h),
        median_gap_min: 60.0 * gap_h,
    })
}

/// Hours of a week.
const WEEK_H: f64 = 168.0;

/// 168·λ(1−π) with the standard error of its logarithm; `None` where the data do not tell it.
fn weekly_rate(chain: &Chain) -> Option<(f64, f64)> {
    let open = chain.open_share();
    let [[a, b], [_, c]] = chain.cov_log;
    // ∂ log(λμ/(λ+μ)) by (log λ, log μ).
    let by = [1.0 - open, open];
    let variance = by[0] * by[0] * a + 2.0 * by[0] * by[1] * b + by[1] * by[1] * c;
    let rate = WEEK_H * chain.lambda * (1.0 - open);
    let is_told = rate > 0.0 && rate.is_finite() && (0.0..=LARGEST_ERROR * LARGEST_ERROR).contains(&variance);
    is_told.then(|| (rate, variance.sqrt()))
}

/// Openings seen per week of the time between looks, with the standard error of its logarithm.
fn rate_seen(steps: &[Transition], seen: f64) -> (f64, f64) {
    let hours: f64 = steps.iter().map(|step| step.count * step.gap_h).sum();
    (WEEK_H * seen / hours, 1.0 / seen.sqrt())
}

/// (1 − e^(−x))/x, which is 1 for x = 0.
fn detectability(gap_over_lifetime: f64) -> f64 {
    if gap_over_lifetime < 1e-9 { 1.0 } else { -(-gap_over_lifetime).exp_m1() / gap_over_lifetime }
}

fn around(estimate: f64, error_of_log: f64) -> Interval {
    let factor = (Z_975 * error_of_log).exp();
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

#[expect(clippy::cast_precision_loss, reason = "a number of looks fits 53 bits")]
fn as_f64(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests;

//! Processes with known truth, and looks at them. Time is in hours since a Monday at midnight; one zone, no clock
//! change. What never enters: estimators.

use chrono::{DateTime, Duration};
use guichet_model::{
    Counts, Dates, DatesClass, DaysOff, HourTally, Instant, Look, Offer, Outcome, Seen, civil::LocalHour,
    tally,
};
use guichet_stats::Evidence;
use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_distr::{Distribution as _, Exp, Gamma, LogNormal, Poisson};
use rand_pcg::Pcg64Mcg;

/// The generator of all simulations.
pub(crate) fn rng(seed: u64) -> Pcg64Mcg {
    Pcg64Mcg::seed_from_u64(seed)
}

/// How long something lasts, in hours.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Span {
    /// Exponential with this mean.
    Exp(f64),
    /// Lognormal with this median and sigma.
    LogNormal(f64, f64),
    /// Gamma with this shape and mean.
    Gamma(f64, f64),
    /// Exponential with the first mean with this probability, else the second.
    TwoExp(f64, f64, f64),
}

impl Span {
    /// One draw.
    pub(crate) fn draw(self, rng: &mut impl Rng) -> f64 {
        let exp = |mean: f64, rng: &mut _| Exp::new(1.0 / mean).map_or(mean, |exp| exp.sample(rng));
        match self {
            Self::Exp(mean) => exp(mean, rng),
            Self::LogNormal(median, sigma) => {
                LogNormal::new(median.ln(), sigma).map_or(median, |drawn| drawn.sample(rng))
            }
            Self::Gamma(shape, mean) => {
                Gamma::new(shape, mean / shape).map_or(mean, |drawn| drawn.sample(rng))
            }
            Self::TwoExp(first, second, share) => {
                let mean = if rng.random::<f64>() < share { first } else { second };
                exp(mean, rng)
            }
        }
    }

    /// Its mean.
    pub(crate) fn mean(self) -> f64 {
        match self {
            Self::Exp(mean) | Self::Gamma(_, mean) => mean,
            Self::LogNormal(median, sigma) => median * (sigma * sigma / 2.0).exp(),
            Self::TwoExp(first, second, share) => share * first + (1.0 - share) * second,
        }
    }
}

/// When slots were there: disjoint spans of hours, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Path {
    /// Start and end of each.
    pub(crate) open: Vec<(f64, f64)>,
}

impl Path {
    /// Of spans in any order, overlapping ones joined, cut to `[0, hours]`.
    pub(crate) fn of(mut spans: Vec<(f64, f64)>, hours: f64) -> Self {
        spans.retain(|(start, end)| *end > 0.0 && *start < hours);
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut open: Vec<(f64, f64)> = Vec::with_capacity(spans.len());
        for (start, end) in spans {
            let (start, end) = (start.max(0.0), end.min(hours));
            match open.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => open.push((start, end)),
            }
        }
        Self { open }
    }

    /// Whether a slot is there at `t`.
    pub(crate) fn at(&self, t: f64) -> bool {
        let after = self.open.partition_point(|span| span.0 <= t);
        after > 0 && t < self.open[after - 1].1
    }

    /// Hours with a slot in all.
    pub(crate) fn total(&self) -> f64 {
        self.open.iter().map(|(start, end)| end - start).sum()
    }

    /// Hours with a slot between `from` and `to`.
    pub(crate) fn between(&self, from: f64, to: f64) -> f64 {
        let first = self.open.partition_point(|span| span.1 <= from);
        self.open[first..]
            .iter()
            .take_while(|span| span.0 < to)
            .map(|(start, end)| (end.min(to) - start.max(from)).max(0.0))
            .sum()
    }
}

/// Open and closed in turns, from 500 hours before the start.
pub(crate) fn alternating(rng: &mut impl Rng, hours: f64, open: Span, closed: Span) -> Path {
    let mut spans = Vec::new();
    let mut at = -500.0;
    while at < hours {
        let start = at + closed.draw(rng);
        at = start + open.draw(rng);
        spans.push((start, at));
    }
    Path::of(spans, hours)
}

/// Releases at `rate` per hour of each hour of the week, with a gamma effect of each week where `week_shape` is given.
pub(crate) fn releases(
    rng: &mut impl Rng,
    hours: f64,
    rate: &[f64],
    lasting: Span,
    week_shape: Option<f64>,
) -> Path {
    let mut spans = Vec::new();
    let mut week = 0.0;
    while week < hours {
        let effect = week_shape
            .map_or(1.0, |shape| Gamma::new(shape, 1.0 / shape).map_or(1.0, |drawn| drawn.sample(rng)));
        for (hour, rate) in (0_u32..).zip(rate) {
            let mean = rate * effect;
            let n = if mean > 0.0 { Poisson::new(mean).map_or(0.0, |drawn| drawn.sample(rng)) } else { 0.0 };
            let mut left = n;
            while left >= 1.0 {
                let start = week + f64::from(hour) + rng.random::<f64>();
                spans.push((start, start + lasting.draw(rng)));
                left -= 1.0;
            }
        }
        week += 168.0;
    }
    Path::of(spans, hours)
}

/// One look: when, and what was seen; `None` where the look failed.
pub(crate) type Poll = (f64, Option<bool>);

/// How looks are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Polling {
    /// Hours of a stratum; one random look in each.
    pub(crate) gap_h: f64,
    /// Share of looks that fail.
    pub(crate) errors: f64,
    /// Outages per week, of eight hours on average.
    pub(crate) outages_per_week: f64,
}

impl Polling {
    /// 5 % errors, 0.7 outages a week.
    pub(crate) fn every(gap_h: f64) -> Self {
        Self { gap_h, errors: 0.05, outages_per_week: 0.7 }
    }

    /// Looks over `[0, hours)`, failed ones included.
    pub(crate) fn look(self, rng: &mut impl Rng, path: &Path, hours: f64) -> Vec<Poll> {
        let mut polls = Vec::new();
        let mut stratum = 0.0;
        while stratum + self.gap_h <= hours + 1e-9 {
            let t = stratum + rng.random::<f64>() * self.gap_h;
            polls.push((t, (rng.random::<f64>() > self.errors).then(|| path.at(t))));
            stratum += self.gap_h;
        }
        let mean = self.outages_per_week * hours / 168.0;
        let outages =
            if mean > 0.0 { Poisson::new(mean).map_or(0.0, |drawn| drawn.sample(rng)) } else { 0.0 };
        let mut left = outages;
        while left >= 1.0 {
            let from = rng.random::<f64>() * hours;
            let to = from + Span::Exp(8.0).draw(rng);
            for poll in &mut polls {
                if (from..to).contains(&poll.0) {
                    poll.1 = None;
                }
            }
            left -= 1.0;
        }
        polls
    }
}

/// A number of looks.
#[expect(clippy::cast_precision_loss, reason = "numbers of looks fit 53 bits")]
pub(crate) fn as_f64(number: u64) -> f64 {
    number as f64
}

/// A Monday at midnight; simulations are in UTC, which has no clock change.
pub(crate) fn instant(hours: f64) -> Instant {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of simulations")]
    let at = DateTime::UNIX_EPOCH + Duration::days(4) + Duration::milliseconds((hours * 3_600_000.0) as i64);
    at
}

/// What the estimators are given, owned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    /// Hourly tallies.
    pub(crate) hours: Vec<HourTally>,
    /// Looks.
    pub(crate) looks: Vec<Look>,
    /// No holidays unless a simulation has some.
    pub(crate) days_off: DaysOff,
}

impl Observed {
    /// Of base looks planned at `rho` per hour, which may depend on the time.
    pub(crate) fn of(polls: &[Poll], rho: impl Fn(f64) -> f64) -> Self {
        let untold = Dates { class: DatesClass::Untold, lead_min: None };
        let mut hours: Vec<HourTally> = Vec::new();
        let mut looks = Vec::with_capacity(polls.len());
        for (t, saw) in polls {
            let (seen, outcome) = match saw {
                Some(true) => (Seen::Open(untold), Outcome::Open(Offer::UNTOLD)),
                Some(false) => (Seen::Full, Outcome::Full),
                None => (Seen::Unknown, Outcome::Unknown(guichet_model::Cause::Unreachable)),
            };
            let at = instant(*t);
            looks.push(Look { at, is_base: true, seen });
            let hour = LocalHour::of(at, chrono_tz::UTC);
            let counts = Counts::one(&outcome, tally::weight_ms(Some(rho(*t))));
            match hours.last_mut() {
                Some(last) if last.at == hour => last.counts.add(&counts),
                _ => hours.push(HourTally { at: hour, counts }),
            }
        }
        Self { hours, looks, days_off: DaysOff::new() }
    }

    /// As evidence.
    pub(crate) fn evidence(&self) -> Evidence<'_> {
        Evidence { hours: &self.hours, looks: &self.looks, zone: chrono_tz::UTC, days_off: &self.days_off }
    }
}

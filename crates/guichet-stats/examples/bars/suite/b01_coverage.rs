//! B1: how often the 95 % interval of the availability holds the true long-run share. What never enters: forecasts.

use chrono_tz::UTC;
use guichet_stats::{
    availability,
    interval::{fay_feuer, wilson},
};
use rand_pcg::Pcg64Mcg;

use super::{
    Bound, Size, Table, mean, note, parallel, percent,
    simulate::{self, Observed, Path, Poll, Polling, Span},
};

/// A process: its name, and its openings over so many hours.
type Process = (&'static str, fn(&mut Pcg64Mcg, f64) -> Path);

const PROCESSES: [Process; 8] = [
    ("A exp 1 h, p .05", |rng, hours| simulate::alternating(rng, hours, Span::Exp(1.0), Span::Exp(19.0))),
    ("B lognormal 0.5 h, p .05", |rng, hours| {
        simulate::alternating(rng, hours, Span::LogNormal(0.5, 1.2), Span::Exp(19.0))
    }),
    ("C 6 min, p .005", |rng, hours| simulate::alternating(rng, hours, Span::Exp(0.1), Span::Exp(19.9))),
    ("D 12 h, p .3", |rng, hours| {
        simulate::alternating(rng, hours, Span::Gamma(2.0, 12.0), Span::Gamma(0.7, 28.0))
    }),
    ("E lognormal 2 h, two kinds of closure", |rng, hours| {
        simulate::alternating(rng, hours, Span::LogNormal(2.0, 1.5), Span::TwoExp(2.0, 60.0, 0.5))
    }),
    ("F weekly releases, week effect", |rng, hours| weekly_releases(rng, hours)),
    ("G p .9", |rng, hours| simulate::alternating(rng, hours, Span::Exp(45.0), Span::Exp(5.0))),
    ("H 20 min every 5 days, p .003", |rng, hours| {
        simulate::alternating(rng, hours, Span::Exp(1.0 / 3.0), Span::Exp(110.0))
    }),
];

/// Releases on weekdays from 8 to 18, eight times as many from 9 to 10, with a gamma effect of each week.
pub(crate) fn weekly_releases(rng: &mut Pcg64Mcg, hours: f64) -> Path {
    let mut rate = [0.0; 168];
    for day in 0..5 {
        rate[day * 24 + 8..day * 24 + 18].fill(0.05);
        rate[day * 24 + 9] = 0.4;
    }
    simulate::releases(rng, hours, &rate, Span::LogNormal(0.5, 1.2), Some(2.0))
}

/// The true long-run share of a process, of so many weeks that its own error (below 0.5 % of it in a full run) is
/// small beside the intervals that are held against it.
pub(crate) fn truth(process: fn(&mut Pcg64Mcg, f64) -> Path, size: Size, seed: u64) -> f64 {
    let hours = size.pick(60_000.0, 6_000.0) * 168.0;
    process(&mut simulate::rng(seed), hours).total() / hours
}

/// What one repetition gave: whether the interval, Wilson's and Fay and Feuer's held the truth.
type Held = (bool, bool, bool);

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    // At least 600; more where they cost less, for the noise of so few is wider than what is left of some bounds.
    let spans: &[(u32, usize)] = size.pick(&[(8, 3600), (12, 1800), (26, 900)], &[(8, 250)]);
    let each = size.pick(Bound::Within(92.0, 99.5), Bound::Within(89.0, 100.0));
    let mut coverage = Vec::new();
    let mut naive_below_60 = 0.0;
    for (number, (name, process)) in (0_u64..).zip(PROCESSES) {
        let truth = truth(process, size, seed + 1000 + number);
        for (weeks, reps) in spans {
            let hours = f64::from(*weeks) * 168.0;
            let held: Vec<Held> = parallel(*reps, |rep| {
                let stream = (number * 100 + u64::from(*weeks)) * 100_000 + u64::try_from(rep).unwrap_or(0);
                let mut rng = simulate::rng(seed ^ (stream << 8));
                let path = process(&mut rng, hours);
                let polls = Polling::every(0.25).look(&mut rng, &path, hours);
                let Some(ours) = availability(&Observed::of(&polls, |_| 4.0).hours, UTC) else {
                    return (false, false, false);
                };
                let [open, told] = [ours.counts.open, ours.n_polls].map(simulate::as_f64);
                let naive = wilson(open, told, 0.95);
                let events = runs(&polls, told);
                let gamma =
                    fay_feuer(&events, 0.95).is_some_and(|gamma| gamma.lo <= truth && truth <= gamma.hi);
                let holds = |lo: f64, hi: f64| lo <= truth && truth <= hi;
                (holds(ours.interval.lo, ours.interval.hi), holds(naive.lo, naive.hi), gamma)
            });
            let ours = percent(held.iter().map(|held| held.0));
            let naive = percent(held.iter().map(|held| held.1));
            table.row("B1", &format!("{name}, {weeks} weeks: coverage, %"), ours, each);
            note("B1", "  Wilson on looks, for comparison", naive);
            if number == 7 {
                note(
                    "B1",
                    "  Fay-Feuer on runs of open looks, for comparison",
                    percent(held.iter().map(|held| held.2)),
                );
            }
            coverage.push(ours);
            if *weeks == 8 && naive < 60.0 {
                naive_below_60 += 1.0;
            }
        }
    }
    table.row(
        "B1",
        "mean coverage, %",
        mean(&coverage),
        size.pick(Bound::Within(94.0, 97.0), Bound::Within(93.0, 98.0)),
    );
    table.row(
        "B1",
        "control: processes of 8 where Wilson covers < 60 % at 8 weeks",
        naive_below_60,
        Bound::AtLeast(5.0),
    );
}

/// The share of all told looks that each run of open ones makes up.
fn runs(polls: &[Poll], told: f64) -> Vec<f64> {
    let told_looks: Vec<bool> = polls.iter().filter_map(|poll| poll.1).collect();
    told_looks
        .chunk_by(|a, b| a == b)
        .filter(|run| run.first() == Some(&true))
        .map(|run| run.iter().map(|_| 1.0 / told).sum())
        .collect()
}

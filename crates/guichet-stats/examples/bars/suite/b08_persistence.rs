//! B8: whether a slot is still there some minutes later. What never enters: lags that the looks do not reach.

use guichet_stats::persistence::{Persistence, persistence};
use rand::{Rng, RngExt as _};

use super::{
    Bound, Size, Table,
    b06_openings::bursts,
    mean, note, parallel, percent,
    simulate::{self, Observed, Path, Poll, Span, alternating},
};

/// Hours between looks, on average.
const GAP_H: f64 = 1.0 / 6.0;

/// Intervals that hold the truth by being wide say nothing: on average none may be wider.
const WIDEST: f64 = 0.45;

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let processes = [
        ("exponential 15 min", Span::Exp(0.25), Span::Exp(8.0)),
        ("lognormal median 30 min", Span::LogNormal(0.5, 1.2), Span::Exp(19.0)),
    ];
    for (name, lasting, closed) in processes {
        let mut rng = simulate::rng(seed);
        let weeks = size.pick(5000.0, 1000.0);
        let long = alternating(&mut rng, weeks * 168.0, lasting, closed);
        let repetitions = size.pick(400, 100);
        for (with_bursts, lags) in [(false, &[10, 20, 30, 60][..]), (true, &[2, 5, 10, 20, 30, 60])] {
            let all = parallel(repetitions, |i| {
                let mut rng = simulate::rng(seed + 1_000_003 * (1 + u64::try_from(i).unwrap_or(0)));
                once(&mut rng, lasting, closed, with_bursts)
            });
            for lag in lags {
                let truth = truth(&mut rng, &long, f64::from(*lag) / 60.0);
                let found: Vec<&Persistence> =
                    all.iter().flatten().filter(|one| one.lag_min == *lag).collect();
                let shares: Vec<f64> = found.iter().map(|one| one.s).collect();
                let covered =
                    percent(found.iter().map(|one| (one.interval.lo..=one.interval.hi).contains(&truth)));
                let looks = if with_bursts { ", with bursts" } else { "" };
                let what = |quantity: &str| format!("{name}, {lag} min{looks}: {quantity}");
                let least = size.pick(Bound::AtLeast(90.0), Bound::AtLeast(84.0));
                table.row("B8", &what("coverage, %"), covered, least);
                let bias = size.pick(Bound::Within(-0.03, 0.03), Bound::Within(-0.05, 0.05));
                let widths: Vec<f64> = found.iter().map(|one| one.interval.hi - one.interval.lo).collect();
                table.row("B8", &what("mean width"), mean(&widths), Bound::AtMost(WIDEST));
                table.row("B8", &what("bias"), mean(&shares) - truth, bias);
                if size == Size::Full {
                    note("B8", &what("truth"), truth);
                    note(
                        "B8",
                        &what("repetitions with a figure, %"),
                        100.0 * ratio(found.len(), repetitions),
                    );
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of repetitions")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// The share of moments with a slot after which, 0.8 to 1.2 lags later, there is one too.
fn truth(rng: &mut impl Rng, long: &Path, lag_h: f64) -> f64 {
    let open = &long.open[..long.open.len() - 1];
    let (mut still, mut all) = (0.0, 0.0);
    // Moments a minute apart on average, whatever the length of an opening.
    let mut skip = 0.0;
    for (start, end) in open {
        let mut at = start + skip;
        while at < *end {
            all += 1.0;
            still += f64::from(u8::from(long.at(at + lag_h * rng.random_range(0.8..1.2))));
            at += rng.random_range(0.0..2.0) / 60.0;
        }
        skip = at - end;
    }
    still / all
}

/// Eight weeks of looks at least five minutes and at most a quarter of an hour apart.
fn once(rng: &mut impl Rng, lasting: Span, closed: Span, with_bursts: bool) -> Vec<Persistence> {
    let hours = 8.0 * 168.0;
    let path = alternating(rng, hours, lasting, closed);
    let mut polls: Vec<Poll> = Vec::new();
    let mut at = 0.0;
    loop {
        at += rng.random_range(0.5..1.5) * GAP_H;
        if at >= hours {
            break;
        }
        polls.push((at, (rng.random::<f64>() > 0.05).then(|| path.at(at))));
    }
    let mut observed = Observed::of(&polls, |_| 1.0 / GAP_H);
    if with_bursts {
        let told: Vec<(f64, bool)> = polls.iter().filter_map(|(t, saw)| Some((*t, (*saw)?))).collect();
        observed.looks.extend(bursts(rng, &path, &told));
        observed.looks.sort_unstable();
    }
    persistence(&observed.evidence()).unwrap_or_default()
}

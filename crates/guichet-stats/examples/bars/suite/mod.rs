//! Bars: each measures, each says what it must reach. What never enters: the estimators themselves.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is what this is for")]

mod b00_golden;
mod b01_coverage;
mod b02_adaptive;
mod b03_chance;
pub(crate) mod b04_forecast;
pub(crate) mod b05_conformal;
mod b06_openings;
mod b07_real_openings;
mod b08_persistence;
mod b11_shrinkage_simulated;
mod b12_shrinkage_real;
mod b13_release;
mod b14_changes;
mod b16_class;
mod b17_missing;
mod b19_clock_change;
pub(crate) mod mixture;
pub(crate) mod real;
pub(crate) mod simulate;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

/// How much is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// As the bars were set.
    Full,
    /// Fewer repetitions, wider bounds: what the tests run.
    Short,
}

impl Size {
    /// The first for a full run, the second for a short one.
    pub(crate) fn pick<T>(self, full: T, short: T) -> T {
        match self {
            Self::Full => full,
            Self::Short => short,
        }
    }
}

/// What a measured number must be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    /// Not less.
    AtLeast(f64),
    /// Not more.
    AtMost(f64),
    /// Between the two.
    Within(f64, f64),
}

impl Bound {
    fn holds(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(least) => measured >= least,
            Self::AtMost(most) => measured <= most,
            Self::Within(least, most) => (least..=most).contains(&measured),
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(least) => format!(">= {least}"),
            Self::AtMost(most) => format!("<= {most}"),
            Self::Within(least, most) => format!("{least} to {most}"),
        }
    }
}

/// The table that bars write into.
#[derive(Debug, Default)]
pub(crate) struct Table {
    misses: Vec<String>,
    undecided: Vec<String>,
    skipped: Vec<String>,
}

impl Table {
    /// A measured number beside its bound.
    pub(crate) fn row(&mut self, bar: &str, what: &str, measured: f64, bound: Bound) {
        let holds = bound.holds(measured);
        let verdict = if holds { "ok" } else { "MISS" };
        let line = format!("{bar:4} {what:80} {:>10}  {:<16} {verdict}", shown(measured), bound.text());
        println!("{line}");
        if !holds {
            self.misses.push(line);
        }
    }

    /// The same of a simulated number that may lie at its bound: beyond it by no more than two of its own standard
    /// errors, nobody can tell on which side it is. That is no miss, and is listed at the end.
    pub(crate) fn row_with_error(&mut self, bar: &str, what: &str, measured: f64, error: f64, bound: Bound) {
        let surely_beyond =
            ![measured - 2.0 * error, measured + 2.0 * error].iter().any(|end| bound.holds(*end));
        if bound.holds(measured) || surely_beyond {
            return self.row(bar, what, measured, bound);
        }
        let what = format!("{what} (standard error {})", shown(error));
        let line = format!("{bar:4} {what:80} {:>10}  {:<16} AT THE BAR", shown(measured), bound.text());
        println!("{line}");
        self.undecided.push(line);
    }

    /// A bar that could not run, and why.
    pub(crate) fn skip(&mut self, bar: &str, why: &str) {
        println!("{bar:4} SKIPPED: {why}");
        self.skipped.push(format!("{bar} {why}"));
    }
}

/// A number that is shown and not judged.
pub(crate) fn note(bar: &str, what: &str, measured: f64) {
    println!("{bar:4} {what:80} {:>10}", shown(measured));
}

/// With four decimals, or with its power of ten where those would show nothing of it.
fn shown(measured: f64) -> String {
    if measured != 0.0 && measured.abs() < 1e-3 {
        format!("{measured:.1e}")
    } else {
        format!("{measured:.4}")
    }
}

/// A bar: its name, its seed, what it measures, and the measuring.
pub(crate) type Bar = (&'static str, u64, &'static str, fn(Size, u64, &mut Table));

/// Every bar in order.
pub(crate) const BARS: &[Bar] = &[
    ("B0", 0, "reference figures", b00_golden::measure),
    ("B1", 1, "coverage of the availability's interval", b01_coverage::measure),
    ("B2", 2, "availability under uneven intensities", b02_adaptive::measure),
    ("B3", 3, "the chance within 14 days, mixture of sites", b03_chance::measure),
    ("B4", 4, "forecasts on real calendars", b04_forecast::measure),
    ("B5", 5, "conformal intervals on real calendars, sources left out in turn", b05_conformal::measure),
    ("B6", 6, "openings and lifetimes by a Markov chain", b06_openings::measure),
    ("B7", 7, "openings in real calendars of which most looks are hidden", b07_real_openings::measure),
    ("B8", 8, "whether a slot is still there", b08_persistence::measure),
    ("B11", 11, "hours of the week, shrunk, against a known truth", b11_shrinkage_simulated::measure),
    ("B12", 12, "hours of the week, shrunk, against the weeks after", b12_shrinkage_real::measure),
    ("B13", 1313, "release hours: false and found patterns", b13_release::measure),
    ("B14", 1414, "changes: false and found ones", b14_changes::measure),
    ("B16", 16, "sets of classes, mixture of sites", b16_class::measure),
    ("B17", 17, "bounds where errors come with openings", b17_missing::measure),
    ("B19", 19, "elapsed time across changes of the clock", b19_clock_change::measure),
];

/// Runs the bars that `chosen` names, or all; `true` when none was missed.
pub(crate) fn run(size: Size, chosen: &[&str]) -> bool {
    let mut table = Table::default();
    let mut ran = 0;
    for (name, seed, what, measure) in BARS {
        if !chosen.is_empty() && !chosen.contains(name) {
            continue;
        }
        ran += 1;
        println!("\n{name}: {what} (seed {seed})");
        let started = Instant::now();
        measure(size, *seed, &mut table);
        eprintln!("{name} took {:.0} s", started.elapsed().as_secs_f64());
    }
    if ran == 0 {
        eprintln!(
            "no bar is called {chosen:?}; the bars are {}",
            BARS.iter().map(|bar| bar.0).collect::<Vec<_>>().join(" ")
        );
        return false;
    }
    println!(
        "\n{} missed, {} at the bar within two standard errors, {} skipped",
        table.misses.len(),
        table.undecided.len(),
        table.skipped.len()
    );
    for line in table.misses.iter().chain(&table.undecided).chain(&table.skipped) {
        println!("  {line}");
    }
    table.misses.is_empty()
}

/// `work(0..n)` on all cores, in order.
pub(crate) fn parallel<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..thread::available_parallelism().map_or(1, usize::from))
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        if i >= n {
                            return mine;
                        }
                        mine.push((i, work(i)));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    done.sort_by_key(|(i, _)| *i);
    assert_eq!(done.len(), n, "a repetition panicked");
    done.into_iter().map(|(_, result)| result).collect()
}

/// Share of `true`, in per cent; no number where there is none, which holds no bound.
#[expect(clippy::cast_precision_loss, reason = "numbers of repetitions")]
pub(crate) fn percent(flags: impl IntoIterator<Item = bool>) -> f64 {
    let (mut yes, mut all) = (0_usize, 0_usize);
    for flag in flags {
        yes += usize::from(flag);
        all += 1;
    }
    100.0 * yes as f64 / all as f64
}

/// The mean; no number of nothing.
#[expect(clippy::cast_precision_loss, reason = "numbers of repetitions")]
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// A quantile by linear interpolation, `q` from 0 to 1.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of repetitions"
)]
pub(crate) fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = q * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

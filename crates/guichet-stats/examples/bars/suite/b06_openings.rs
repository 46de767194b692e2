//! B6: opening rates and lifetimes from looks that miss many. What never enters: hours of the day.

use guichet_model::{Dates, DatesClass, Look, Seen};
use guichet_stats::{
    change_frequency::change_frequency,
    markov::{Transition, fit},
    openings::{Openings, openings},
};
use rand::{Rng, RngExt as _};
use rand_pcg::Pcg64Mcg;

use super::{
    Bound, Size, Table,
    b01_coverage::weekly_releases,
    note, parallel, percent, quantile,
    simulate::{self, Observed, Path, Polling, Span, alternating, instant},
};

/// Hours closed on average between two openings: one a day.
const CLOSED_H: f64 = 24.0;

/// A process and how it is looked at.
struct Case {
    name: &'static str,
    lasting: Span,
    gap_min: f64,
    bursts: bool,
    judged: Judged,
}

/// What the bar says of a case.
#[derive(Clone, Copy, PartialEq)]
enum Judged {
    /// Rate, coverage and the failing control.
    Exponential,
    /// Rate not far below the truth.
    HeavyTailed,
    /// Shown only.
    Shown,
}

/// One repetition: the recipe's figure and the two controls, per week.
struct Outcome {
    found: Option<Openings>,
    counted: f64,
    changed: f64,
    /// The chain's openings per closed hour over the true ones.
    chain: Option<f64>,
}

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let minutes = |mean: f64| Span::Exp(mean / 60.0);
    let lognormal = Span::LogNormal(1.0 / 6.0, 1.2);
    let case = |name, lasting, gap_min, bursts, judged| Case { name, lasting, gap_min, bursts, judged };
    let cases = [
        case("6 min, 10-min looks", minutes(6.0), 10.0, false, Judged::Exponential),
        case("15 min, 10-min looks", minutes(15.0), 10.0, false, Judged::Exponential),
        case("60 min, 10-min looks", minutes(60.0), 10.0, false, Judged::Exponential),
        case("lognormal (median 10), 10-min looks", lognormal, 10.0, false, Judged::HeavyTailed),
        case("lognormal (median 10), 30-min looks", lognormal, 30.0, false, Judged::HeavyTailed),
        case("3 min, 10-min looks", minutes(3.0), 10.0, false, Judged::Shown),
        case("3 min, 10-min looks, 2-min bursts", minutes(3.0), 10.0, true, Judged::Shown),
        case("15 min, 30-min looks", minutes(15.0), 30.0, false, Judged::Shown),
    ];
    for case in cases {
        case.measure(size, seed, table);
    }
    batches(size, seed, table);
}

/// Where openings do not come one by one: the interval must not promise more than there is.
fn batches(size: Size, seed: u64, table: &mut Table) {
    let cases: [(&str, f64, Process); 5] = [
        ("batches of 4 in 1.5 h, 1 a day, 10-min looks", 10.0, |rng, hours| in_batches(rng, hours, 7.0)),
        ("batches of 4 in 1.5 h, 2 a day, 10-min looks", 10.0, |rng, hours| in_batches(rng, hours, 14.0)),
        ("batches of 4 in 3 h, 1 a day, 15-min looks", 15.0, |rng, hours| one_after_another(rng, hours, 7.0)),
        ("batches of 4 in 3 h, 1 a day, 30-min looks", 30.0, |rng, hours| one_after_another(rng, hours, 7.0)),
        ("B1's process F, 15-min looks", 15.0, weekly_releases),
    ];
    for (number, (name, gap_min, process)) in (1_u64..).zip(cases) {
        let is_weekly = name.starts_with("B1's");
        let long_h = size.pick(20_000.0, 4000.0) * 168.0;
        let opened = process(&mut simulate::rng(seed ^ (number << 40)), long_h).open.len();
        let truth = simulate::as_f64(u64::try_from(opened).unwrap_or(0)) / long_h * 168.0;
        let found: Vec<Openings> = parallel(size.pick(2000, 200), |i| {
            let mut rng = simulate::rng(seed ^ (number << 40) ^ (u64::try_from(i).unwrap_or(0) + 1) << 8);
            let hours = 8.0 * 168.0;
            let path = process(&mut rng, hours);
            let polls = Polling::every(gap_min / 60.0).look(&mut rng, &path, hours);
            openings(&Observed::of(&polls, |_| 60.0 / gap_min).evidence()).ok()
        })
        .into_iter()
        .flatten()
        .collect();
        let what = |quantity: &str| format!("{name}: {quantity}");
        let covered = percent(found.iter().map(|one| (one.rate.lo..=one.rate.hi).contains(&truth)));
        if is_weekly {
            let least = size.pick(Bound::AtLeast(90.0), Bound::AtLeast(86.0));
            table.row("B6", &what("coverage of the rate, %"), covered, least);
        } else {
            note("B6", &what("coverage of the rate, %"), covered);
        }
        let above = percent(found.iter().map(|one| one.rate.lo > truth));
        let most = size.pick(Bound::AtMost(5.0), Bound::AtMost(8.0));
        table.row("B6", &what("lower end above the truth, %"), above, most);
        let rates: Vec<f64> = found.iter().map(|one| one.rate_per_week / truth).collect();
        note("B6", &what("median rate / true"), quantile(&rates, 0.5));
        let widths: Vec<f64> = found.iter().map(|one| one.rate.hi / one.rate.lo).collect();
        note("B6", &what("median upper end / lower end"), quantile(&widths, 0.5));
    }
}

/// Openings over so many hours.
type Process = fn(&mut Pcg64Mcg, f64) -> Path;

/// Batches of four on average, each opening within about an hour and a half of the start, for 20 minutes on average.
fn in_batches(rng: &mut Pcg64Mcg, hours: f64, per_week: f64) -> Path {
    batched(rng, hours, per_week, |rng, start, _| start + Span::Exp(0.7).draw(rng))
}

/// The same, each opening an hour on average after the one before.
fn one_after_another(rng: &mut Pcg64Mcg, hours: f64, per_week: f64) -> Path {
    batched(rng, hours, per_week, |rng, _, last| last + Span::Exp(1.0).draw(rng))
}

fn batched(
    rng: &mut Pcg64Mcg,
    hours: f64,
    per_week: f64,
    next: impl Fn(&mut Pcg64Mcg, f64, f64) -> f64,
) -> Path {
    let mut spans = Vec::new();
    let mut start = -100.0;
    while start < hours {
        start += Span::Exp(168.0 * 4.0 / per_week).draw(rng);
        let mut at = start;
        loop {
            at = next(rng, start, at);
            spans.push((at, at + Span::Exp(1.0 / 3.0).draw(rng)));
            if rng.random::<f64>() < 0.25 {
                break;
            }
        }
    }
    Path::of(spans, hours)
}

impl Case {
    fn measure(&self, size: Size, seed: u64, table: &mut Table) {
        let outcomes = parallel(self.repetitions(size), |i| self.once(seed, i));
        let truth = 168.0 / (CLOSED_H + self.lasting.mean());
        let found: Vec<&Openings> = outcomes.iter().filter_map(|one| one.found.as_ref()).collect();
        let rates: Vec<f64> = found.iter().map(|one| one.rate_per_week / truth).collect();
        let rate = quantile(&rates, 0.5);
        let covered = percent(found.iter().map(|one| (one.rate.lo..=one.rate.hi).contains(&truth)));
        let counted: Vec<f64> = outcomes.iter().map(|one| one.counted / truth).collect();
        let changed: Vec<f64> = outcomes.iter().map(|one| one.changed / truth).collect();
        let what = |quantity: &str| format!("{}: {quantity}", self.name);
        match self.judged {
            Judged::Exponential => {
                let range = size.pick(Bound::Within(0.93, 1.10), Bound::Within(0.90, 1.13));
                table.row("B6", &what("median rate / true"), rate, range);
                let least = size.pick(Bound::AtLeast(90.0), Bound::AtLeast(84.0));
                table.row("B6", &what("coverage of the rate, %"), covered, least);
                let control = what("control: counted openings / true");
                table.row("B6", &control, quantile(&counted, 0.5), Bound::AtMost(0.9));
            }
            Judged::HeavyTailed => {
                // As the bar was set: the chain's own openings per closed hour, over gaps of less than two hours.
                let chained: Vec<f64> = outcomes.iter().filter_map(|one| one.chain).collect();
                let least = size.pick(Bound::AtLeast(0.75), Bound::AtLeast(0.68));
                let [q1, median, q3] = [0.25, 0.5, 0.75].map(|q| quantile(&chained, q));
                // Of a median: 1.2533 standard deviations over the root of n; a deviation from the quartiles.
                let n = simulate::as_f64(u64::try_from(chained.len()).unwrap_or(1));
                let error = 1.2533 * (q3 - q1) / 1.349 / n.sqrt();
                table.row_with_error(
                    "B6",
                    &what("median openings per closed hour / true"),
                    median,
                    error,
                    least,
                );
                note("B6", &what("median rate told / true"), rate);
                note("B6", &what("coverage of the rate, %"), covered);
            }
            Judged::Shown => {
                note("B6", &what("median rate / true"), rate);
                note("B6", &what("coverage of the rate, %"), covered);
                note("B6", &what("counted openings / true"), quantile(&counted, 0.5));
            }
        }
        if size == Size::Full {
            note("B6", &what("first quartile of rate / true"), quantile(&rates, 0.25));
            note("B6", &what("third quartile of rate / true"), quantile(&rates, 0.75));
            note("B6", &what("Cho-Garcia-Molina / true"), quantile(&changed, 0.5));
            note(
                "B6",
                &what("figures of 100 repetitions"),
                percent(outcomes.iter().map(|one| one.found.is_some())),
            );
            note(
                "B6",
                &what("rate of the openings seen only, %"),
                percent(found.iter().map(|one| one.only_seen)),
            );
            let lifetimes: Vec<_> = found.iter().filter_map(|one| one.lifetime_min).collect();
            let mean_min = 60.0 * self.lasting.mean();
            let ratios: Vec<f64> = lifetimes.iter().map(|(mean, _)| mean / mean_min).collect();
            note("B6", &what("median lifetime / true"), quantile(&ratios, 0.5));
            let covered = lifetimes.iter().map(|(_, of)| (of.lo..=of.hi).contains(&mean_min));
            note("B6", &what("coverage of the lifetime, %"), percent(covered));
            note(
                "B6",
                &what("lifetimes told, %"),
                percent(found.iter().map(|one| one.lifetime_min.is_some())),
            );
        }
    }

    /// A median near its bound is told by many repetitions, not by the seed.
    fn repetitions(&self, size: Size) -> usize {
        let full = if self.judged == Judged::HeavyTailed { 16_000 } else { 2000 };
        size.pick(full, 80)
    }

    /// Eight weeks.
    fn once(&self, seed: u64, i: usize) -> Outcome {
        let mut rng = simulate::rng(seed + 1_000_003 * u64::try_from(i).unwrap_or(0));
        let hours = 8.0 * 168.0;
        let path = alternating(&mut rng, hours, self.lasting, Span::Exp(CLOSED_H));
        let polls = Polling::every(self.gap_min / 60.0).look(&mut rng, &path, hours);
        let told: Vec<(f64, bool)> = polls.iter().filter_map(|(t, saw)| Some((*t, (*saw)?))).collect();
        let (mut opened, mut looks, mut closed_h, mut all_h) = (0.0, 0.0, 0.0, 0.0);
        for pair in told.windows(2) {
            let gap_h = pair[1].0 - pair[0].0;
            all_h += gap_h;
            if !pair[0].1 {
                opened += f64::from(u8::from(pair[1].1));
                looks += 1.0;
                closed_h += gap_h;
            }
        }
        let mut observed = Observed::of(&polls, |_| 60.0 / self.gap_min);
        if self.bursts {
            observed.looks.extend(bursts(&mut rng, &path, &told));
            observed.looks.sort_unstable();
        }
        let steps: Vec<Transition> = told
            .windows(2)
            .map(|pair| Transition {
                from_open: pair[0].1,
                to_open: pair[1].1,
                gap_h: pair[1].0 - pair[0].0,
                count: 1.0,
            })
            .filter(|step| step.gap_h < 2.0)
            .collect();
        Outcome {
            chain: fit(&steps).map(|chain| chain.lambda * CLOSED_H),
            found: openings(&observed.evidence()).ok(),
            counted: 168.0 * opened / all_h,
            // Per closed hour, of which there are so many in a week.
            changed: 168.0 * closed_h / all_h
                * change_frequency(looks, opened, looks / closed_h).unwrap_or(f64::NAN),
        }
    }
}

/// After each sighting, looks every 1 to 3 minutes until the slot is gone, for an hour at most.
pub(crate) fn bursts(rng: &mut impl Rng, path: &Path, told: &[(f64, bool)]) -> Vec<Look> {
    let mut looks = Vec::new();
    let mut busy = f64::MIN;
    for pair in told.windows(2) {
        let sighting = pair[1].0;
        if pair[0].1 || !pair[1].1 || sighting <= busy {
            continue;
        }
        let mut at = sighting;
        loop {
            at += rng.random_range(1.0..3.0) / 60.0;
            if at > sighting + 1.0 {
                break;
            }
            let is_open = path.at(at);
            let seen = if is_open {
                Seen::Open(Dates { class: DatesClass::Untold, lead_min: None })
            } else {
                Seen::Full
            };
            looks.push(Look { at: instant(at), is_base: false, seen });
            if !is_open {
                break;
            }
        }
        busy = at;
    }
    looks
}

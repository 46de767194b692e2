//! B14: changes of rate and of hours, where there are none and where there is one.

use std::time::Instant;

use chrono::NaiveDate;
use guichet_stats::{
    changes::{Change, ChangeKind, changes, changes_in},
    timed::{HOURS, OpenedAt, Timed, TimedDay},
};
use rand::{Rng, RngExt as _};
use rand_distr::{Distribution as _, Gamma, Geometric, Poisson};

use super::{
    Bound, Size, Table, mean, note, parallel, percent, quantile,
    simulate::{Observed, Polling, Span, releases, rng},
};

fn draw(mean: f64, rng: &mut impl Rng) -> u32 {
    let n = if mean > 0.0 { Poisson::new(mean).map_or(0.0, |drawn| drawn.sample(rng)) } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number of openings")]
    let n = n as u32;
    n
}

/// Days from a Monday on, looked at all the time; `opened` gives the hours of the openings of each.
fn timed(days: usize, mut opened: impl FnMut(usize) -> Vec<u8>) -> Timed {
    let monday = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default();
    let days = monday.iter_days().take(days).enumerate().map(|(day, date)| {
        let mut timed = TimedDay::new(date, false);
        timed.exposure_h = [1.0; HOURS];
        timed.openings = opened(day).into_iter().map(|hour| OpenedAt { hour, into: 0.5 }).collect();
        timed
    });
    Timed { days: days.collect() }
}

/// Openings `per_day` on average, few at weekends, at any hour; `shape` of a gamma effect of each day; times `factor`
/// from day `change` on.
fn rates(
    days: usize,
    per_day: f64,
    shape: Option<f64>,
    change: Option<(usize, f64)>,
    rng: &mut impl Rng,
) -> Timed {
    timed(days, |day| {
        let weekday = if day % 7 < 5 { 1.0 } else { 0.1 };
        let effect =
            shape.map_or(1.0, |shape| Gamma::new(shape, 1.0 / shape).map_or(1.0, |drawn| drawn.sample(rng)));
        let factor = change.map_or(1.0, |(at, factor)| if day >= at { factor } else { 1.0 });
        let n = draw(per_day * weekday * 7.0 / 5.2 * effect * factor, rng);
        (0..n).map(|_| rng.random_range(0..24)).collect()
    })
}

/// Habits of a week.
#[derive(Debug, Clone, Copy)]
enum Habit {
    /// At any hour.
    Random,
    /// On Sundays from 20 to 24.
    SundayNight,
    /// From Monday to Friday from 9 to 10.
    Nine,
    /// From Monday to Friday from 14 to 15.
    Two,
    /// Batches of four on average, at any hour.
    Batches,
}

/// Openings of a day, `per_day` on average over the week.
fn habit(habit: Habit, per_day: f64, day: usize, rng: &mut impl Rng) -> Vec<u8> {
    let weekday = day % 7;
    match habit {
        Habit::Random => (0..draw(per_day, rng)).map(|_| rng.random_range(0..24)).collect(),
        Habit::SundayNight if weekday == 6 => {
            (0..draw(7.0 * per_day, rng)).map(|_| rng.random_range(20..24)).collect()
        }
        Habit::Nine | Habit::Two if weekday < 5 => {
            let hour = if matches!(habit, Habit::Nine) { 9 } else { 14 };
            vec![hour; usize::try_from(draw(1.4 * per_day, rng)).unwrap_or(0)]
        }
        Habit::Batches => (0..draw(per_day / 4.0, rng))
            .flat_map(|_| {
                let hour = rng.random_range(0..24);
                let more = Geometric::new(0.25).map_or(0, |drawn| drawn.sample(rng));
                vec![hour; usize::try_from(more + 1).unwrap_or(1)]
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn of_kind(found: &[Change], kind: ChangeKind) -> impl Iterator<Item = &Change> {
    found.iter().filter(move |change| change.kind == kind)
}

/// Days from the true change to the nearest one found.
fn error_days(found: &[Change], kind: ChangeKind, day: i64) -> Option<i64> {
    let monday = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default();
    of_kind(found, kind).map(|change| ((change.date - monday).num_days() - day).abs()).min()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of changes and days")]
fn number(n: usize) -> f64 {
    n as f64
}

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    rate_rows(size, seed, table);
    hour_rows(size, seed, table);
    whole(size, seed);
}

fn rate_rows(size: Size, seed: u64, table: &mut Table) {
    let reps = size.pick(600, 60);
    let slack = size.pick(0.0, 0.05);
    let mut salt = 0;
    for per_day in [0.5, 2.0] {
        for (kind, shape) in [("Poisson", None), ("overdispersed", Some(1.5))] {
            let mut run = |days: usize, change: Option<(usize, f64)>| -> Vec<Vec<Change>> {
                salt += 1;
                parallel(reps, |rep| {
                    let mut rng = rng(seed ^ (salt << 32) ^ rep as u64);
                    changes_in(&rates(days, per_day, shape, change, &mut rng)).unwrap_or_default()
                })
            };
            let none = run(364, None);
            for (what, wanted) in [("rate", ChangeKind::Rate), ("hours", ChangeKind::Hours)] {
                let per_year: Vec<f64> =
                    none.iter().map(|found| number(of_kind(found, wanted).count())).collect();
                let what = format!("{kind}, {per_day} a day: false changes of {what} per site-year");
                table.row("B14", &what, mean(&per_year), Bound::AtMost(0.1 + slack));
            }
            let near =
                |found: &Vec<Change>| error_days(found, ChangeKind::Rate, 120).filter(|error| *error <= 14);
            let rise = run(148, Some((120, 4.0)));
            let what = format!("{kind}, {per_day} a day: rise x 4 found within 28 days, %");
            let found = percent(rise.iter().map(|found| near(found).is_some()));
            table.row("B14", &what, found, Bound::AtLeast(85.0 - 200.0 * slack));
            let errors: Vec<f64> = rise
                .iter()
                .filter_map(near)
                .map(|error| f64::from(u32::try_from(error).unwrap_or(0)))
                .collect();
            note("B14", "  median distance of its date, days", quantile(&errors, 0.5));
            let drop = run(148, Some((120, 0.25)));
            let found = percent(drop.iter().map(|found| near(found).is_some()));
            note("B14", "  drop x 1/4 found within 28 days, %", found);
        }
    }
}

fn hour_rows(size: Size, seed: u64, table: &mut Table) {
    let reps = size.pick(600, 60);
    for (salt, (what, same, per_day)) in (100_u64..).zip([
        ("any hour, 1 a day", Habit::Random, 1.0),
        ("any hour, 4 a day", Habit::Random, 4.0),
        ("batches, 1 a day", Habit::Batches, 1.0),
        ("batches, 4 a day", Habit::Batches, 4.0),
        ("batches, 1 in 5 days", Habit::Batches, 0.2),
        ("Sunday night, 1 a day", Habit::SundayNight, 1.0),
        ("weekdays at 9, 1 a day", Habit::Nine, 1.0),
    ]) {
        let found = parallel(reps, |rep| {
            let mut rng = rng(seed ^ (salt << 32) ^ rep as u64);
            changes_in(&timed(364, |day| habit(same, per_day, day, &mut rng))).unwrap_or_default()
        });
        for (kind, wanted) in [("hours", ChangeKind::Hours), ("rate", ChangeKind::Rate)] {
            let per_year: Vec<f64> =
                found.iter().map(|found| number(of_kind(found, wanted).count())).collect();
            let what = format!("{what}: false changes of {kind} per site-year");
            table.row("B14", &what, mean(&per_year), Bound::AtMost(size.pick(0.1, 0.2)));
        }
    }
    for (salt, (what, before, after, per_day, least)) in (200_u64..).zip([
        ("Sunday night to any hour, 1 a day", Habit::SundayNight, Habit::Random, 1.0, 95.0),
        ("Sunday night to any hour, 3 a week", Habit::SundayNight, Habit::Random, 0.43, 90.0),
        ("weekdays at 9 to weekdays at 14, 1 a day", Habit::Nine, Habit::Two, 1.0, 95.0),
        ("batches to Sunday night, 2 a day", Habit::Batches, Habit::SundayNight, 2.0, 80.0),
    ]) {
        let found = parallel(reps, |rep| {
            let mut rng = rng(seed ^ (salt << 32) ^ rep as u64);
            let days =
                timed(182, |day| habit(if day < 112 { before } else { after }, per_day, day, &mut rng));
            changes_in(&days).unwrap_or_default()
        });
        let hit = percent(
            found
                .iter()
                .map(|found| error_days(found, ChangeKind::Hours, 112).is_some_and(|error| error <= 14)),
        );
        let what = format!("{what}, 16 then 10 weeks: found within 14 days, %");
        table.row("B14", &what, hit, Bound::AtLeast(size.pick(least, least - 10.0)));
        let others: Vec<f64> = found.iter().map(|found| number(found.len())).collect();
        note("B14", "  changes of any kind", mean(&others));
    }
}

/// From looks on, with the time it takes.
fn whole(size: Size, seed: u64) {
    let found = parallel(size.pick(20, 2), |rep| {
        let mut rng = rng(seed ^ (300 << 32) ^ rep as u64);
        let hours = 52.0 * 168.0;
        let path = releases(&mut rng, hours, &[0.05; 168], Span::Exp(0.5), None);
        let observed = Observed::of(&Polling::every(0.25).look(&mut rng, &path, hours), |_| 4.0);
        let started = Instant::now();
        drop(Timed::of(&observed.evidence()));
        let timing = started.elapsed().as_secs_f64() * 1000.0;
        let started = Instant::now();
        let found = changes(&observed.evidence()).unwrap_or_default();
        (number(found.len()), (started.elapsed().as_secs_f64() * 1000.0, timing))
    });
    let (count, ms): (Vec<f64>, Vec<(f64, f64)>) = found.into_iter().unzip();
    let (ms, timing): (Vec<f64>, Vec<f64>) = ms.into_iter().unzip();
    note("B14", "looks: a year every 15 min, 1.2 a day: false changes per site-year", mean(&count));
    note("B14", "  milliseconds per target-year, least disturbed tenth", quantile(&ms, 0.1));
    note("B14", "  of them for timing the openings", quantile(&timing, 0.1));
}

//! B13: release hours, where there are none and where there are some.

use std::time::Instant;

use chrono::NaiveDate;
use guichet_stats::{
    circular::kuiper,
    release::{ReleasePattern, benjamini_hochberg, chance_in, pattern_in, release_pattern},
    timed::{HOURS, OpenedAt, Timed, TimedDay},
};
use rand::{Rng, RngExt as _, seq::IndexedRandom as _};
use rand_distr::{Distribution as _, Geometric, Poisson};

use super::{
    Bound, Size, Table, mean, note, parallel, percent, quantile,
    simulate::{Observed, Path, Poll, Span, releases, rng},
};

const WEEKS: u32 = 8;

/// How openings come about, in eight weeks.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Independent, as often as one looks.
    Independent,
    /// The same, in batches of four on average.
    Batched,
    /// Two in five between 9 and 10 from Monday to Friday.
    DailyAtNine,
    /// Three in ten on Mondays between 14 and 15.
    MondayAtTwo,
    /// Batches, half of them between 9 and 10 from Monday to Friday.
    BatchedAtNine,
}

/// Detection in an hour of the week: working hours are looked at most.
fn exposure(slot: usize) -> f64 {
    let (day, hour) = (slot / HOURS, slot % HOURS);
    if day < 5 && (7..20).contains(&hour) { 1.0 } else { 0.35 }
}

fn draw(mean: f64, rng: &mut impl Rng) -> u32 {
    let n = Poisson::new(mean).map_or(0.0, |drawn| drawn.sample(rng));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number of openings")]
    let n = n as u32;
    n
}

/// Hours of the openings since a Monday at midnight.
fn openings(kind: Kind, per_day: f64, rng: &mut impl Rng) -> Vec<f64> {
    let slots: Vec<(usize, f64)> = (0..168).map(|slot| (slot, exposure(slot))).collect();
    let hours = f64::from(WEEKS) * 168.0;
    let anywhere = |rng: &mut _| slots.choose_weighted(rng, |slot| slot.1).map_or(0, |slot| slot.0);
    let is_batched = matches!(kind, Kind::Batched | Kind::BatchedAtNine);
    let n = draw(per_day * 7.0 * f64::from(WEEKS) / if is_batched { 4.0 } else { 1.0 }, rng);
    let mut all = Vec::new();
    for _ in 0..n {
        let slot = match kind {
            Kind::DailyAtNine if rng.random::<f64>() < 0.4 => rng.random_range(0..5) * HOURS + 9,
            Kind::MondayAtTwo if rng.random::<f64>() < 0.3 => 14,
            Kind::BatchedAtNine if rng.random::<f64>() < 0.5 => rng.random_range(0..5) * HOURS + 9,
            _ => anywhere(rng),
        };
        let slot = f64::from(u32::try_from(slot).unwrap_or(0));
        let at = f64::from(rng.random_range(0..WEEKS)) * 168.0 + slot + rng.random::<f64>();
        if is_batched {
            let more = Geometric::new(0.25).map_or(0, |drawn| drawn.sample(rng));
            for _ in 0..=more {
                let at = at + Span::Exp(0.7).draw(rng);
                let is_seen = matches!(kind, Kind::BatchedAtNine) || rng.random::<f64>() < exposure_at(at);
                if at < hours && is_seen {
                    all.push(at);
                }
            }
        } else {
            all.push(at);
        }
    }
    all
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "hours of some weeks")]
fn hour_of(at: f64) -> usize {
    at as usize
}

fn exposure_at(at: f64) -> f64 {
    exposure(hour_of(at) % 168)
}

/// As timed openings.
fn timed(openings: &[f64]) -> Timed {
    let monday = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default();
    let mut days: Vec<TimedDay> = monday
        .iter_days()
        .take(7 * WEEKS as usize)
        .enumerate()
        .map(|(day, date)| {
            let mut timed = TimedDay::new(date, false);
            timed.exposure_h = std::array::from_fn(|hour| exposure((day * HOURS + hour) % 168));
            timed
        })
        .collect();
    for at in openings {
        let hour = hour_of(*at);
        if let Some(day) = days.get_mut(hour / HOURS) {
            let opened = OpenedAt { hour: u8::try_from(hour % HOURS).unwrap_or(0), into: at.fract() };
            day.openings.push(opened);
        }
    }
    Timed { days }
}

/// Whether Kuiper's test on the week, stretched by exposure, would call it a pattern.
fn kuiper_says(openings: &[f64]) -> bool {
    let total: f64 = (0..168).map(exposure).sum();
    let place = |at: &f64| {
        let slot = hour_of(*at) % 168;
        ((0..slot).map(exposure).sum::<f64>() + at.fract() * exposure(slot)) / total
    };
    kuiper(&openings.iter().map(place).collect::<Vec<_>>()).is_some_and(|found| found.p <= 0.05)
}

fn is_shown(mut found: ReleasePattern) -> bool {
    found.q_bh = Some(found.p_rot);
    found.is_shown()
}

/// Where a pattern is told: its first hour lies at `hour` or the two before, and the weekday is right.
fn tells(found: &ReleasePattern, weekday: Option<u8>, hour: u8) -> bool {
    (found.window_start_h..found.window_start_h + found.window_len_h).contains(&hour)
        && found.weekday == weekday
}

/// Looks with a gap that depends on the hour of the day.
fn look(path: &Path, hours: f64, gap_h: impl Fn(usize) -> f64, rng: &mut impl Rng) -> Vec<Poll> {
    let mut polls = Vec::new();
    let mut stratum = 0.0;
    while stratum < hours {
        let gap = gap_h(hour_of(stratum) % HOURS);
        let at = stratum + gap * rng.random::<f64>();
        polls.push((at, (rng.random::<f64>() > 0.05).then(|| path.at(at))));
        stratum += gap;
    }
    polls
}

/// A seed that no other repetition has, whatever the seed of all.
fn stream(seed: u64, salt: u64, rep: usize) -> u64 {
    seed ^ (salt << 40) ^ ((rep as u64) << 16)
}

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let reps = size.pick(1000, 150);
    let run = |kind: Kind, per_day: f64, salt: u64| -> Vec<(Option<ReleasePattern>, bool)> {
        parallel(reps, |rep| {
            let mut rng = rng(stream(seed, salt, rep));
            let openings = openings(kind, per_day, &mut rng);
            (pattern_in(&timed(&openings)).ok(), kuiper_says(&openings))
        })
    };
    let is_false =
        |(found, _): &(Option<ReleasePattern>, bool)| found.as_ref().map(|found| found.p_rot <= 0.05);

    for (what, kind, per_day, salt) in [
        ("no pattern, independent, 1 a day: p <= .05, %", Kind::Independent, 1.0, 1),
        ("no pattern, independent, 3 a day: p <= .05, %", Kind::Independent, 3.0, 2),
        ("no pattern, in batches, 2 a day: p <= .05, %", Kind::Batched, 2.0, 3),
    ] {
        let found = run(kind, per_day, salt);
        let most = size.pick(9.0, 12.0);
        table.row("B13", what, percent(found.iter().filter_map(is_false)), Bound::AtMost(most));
        let shown = found.iter().filter_map(|(found, _)| found.clone()).map(is_shown);
        note("B13", "  of them shown (lift surely above 1.5), %", percent(shown));
        let control = percent(found.iter().map(|(_, kuiper)| *kuiper));
        if matches!(kind, Kind::Batched) {
            table.row("B13", "  control: Kuiper's p <= .05, %", control, Bound::AtLeast(80.0));
        } else {
            note("B13", "  control: Kuiper's p <= .05, %", control);
        }
    }
    for (what, kind, per_day, salt, weekday, hour, least) in [
        ("40 % at 9, 1 a day: shown, %", Kind::DailyAtNine, 1.0, 4, None, 9, (95.0, 88.0)),
        ("40 % at 9, 3 a day: shown, %", Kind::DailyAtNine, 3.0, 5, None, 9, (95.0, 88.0)),
        ("30 % on Mondays at 14, 1 a day: shown, %", Kind::MondayAtTwo, 1.0, 6, Some(0), 14, (95.0, 88.0)),
        ("30 % on Mondays at 14, 3 a day: shown, %", Kind::MondayAtTwo, 3.0, 7, Some(0), 14, (95.0, 88.0)),
    ] {
        let found = run(kind, per_day, salt);
        let shown = percent(found.iter().filter_map(|(found, _)| found.clone()).map(is_shown));
        let told = found.iter().filter_map(|(found, _)| found.as_ref());
        let least = size.pick(least.0, least.1);
        table.row("B13", what, shown, Bound::AtLeast(least));
        note("B13", "  p <= .05, %", percent(found.iter().filter_map(is_false)));
        note(
            "B13",
            "  of all that have the minimum of data, %",
            percent(found.iter().map(|(found, _)| found.is_some())),
        );
        note(
            "B13",
            "  right day and hour, % of told",
            percent(told.map(|found| tells(found, weekday, hour))),
        );
    }
    tested(size, seed, table);
    family(size, seed, table);
    whole(size, seed, table);
}

/// Batches of which half come at nine: what the test can do, over all repetitions; fewer than eight openings are a miss.
fn tested(size: Size, seed: u64, table: &mut Table) {
    for (what, kind, per_day, salt, bound) in [
        (
            "batches, half at 9, 1 a day: p <= .05, % of all repetitions",
            Kind::BatchedAtNine,
            1.0,
            8,
            Bound::AtLeast(size.pick(60.0, 48.0)),
        ),
        (
            "batches, half at 9, 3 a day: p <= .05, % of all repetitions",
            Kind::BatchedAtNine,
            3.0,
            9,
            Bound::AtLeast(size.pick(95.0, 85.0)),
        ),
        (
            "no pattern, in batches, 2 a day: p <= .05 from 8 openings on, % of all repetitions",
            Kind::Batched,
            2.0,
            10,
            Bound::AtMost(size.pick(9.0, 13.0)),
        ),
    ] {
        let found = parallel(size.pick(2000, 200), |rep| {
            let mut rng = rng(stream(seed, salt, rep));
            let timed = timed(&openings(kind, per_day, &mut rng));
            (chance_in(&timed).is_some_and(|p| p <= 0.05), pattern_in(&timed).ok())
        });
        table.row("B13", what, percent(found.iter().map(|(tested, _)| *tested)), bound);
        let enough = found.iter().filter_map(|(_, found)| found.clone());
        note("B13", "  shown, % of those with the minimum of data", percent(enough.map(is_shown)));
        let with = percent(found.iter().map(|(_, found)| found.is_some()));
        note("B13", "  with the minimum of data, %", with);
    }
}

/// As many targets as there are, three of them with a pattern of the day: what is shown after the correction for all.
fn family(size: Size, seed: u64, table: &mut Table) {
    let (targets, patterned) = (300, 3);
    let families = size.pick(40, 3);
    let found = parallel(families, |family| {
        let mut all: Vec<Option<ReleasePattern>> = (0..targets)
            .map(|target| {
                let mut rng = rng(stream(seed, 30, family * targets + target));
                let kind = if target < patterned { Kind::DailyAtNine } else { Kind::Independent };
                pattern_in(&timed(&openings(kind, 1.0, &mut rng))).ok()
            })
            .collect();
        let p: Vec<f64> = all.iter().flatten().map(|found| found.p_rot).collect();
        for (found, q) in all.iter_mut().flatten().zip(benjamini_hochberg(&p)) {
            found.q_bh = Some(q);
        }
        let shown = |part: &[Option<ReleasePattern>]| {
            part.iter().map(|found| found.as_ref().is_some_and(ReleasePattern::is_shown)).collect::<Vec<_>>()
        };
        (shown(&all[..patterned]), shown(&all[patterned..]))
    });
    let true_ones = || found.iter().flat_map(|(shown, _)| shown.iter().copied());
    let false_ones = || found.iter().flat_map(|(_, shown)| shown.iter().copied());
    let least = size.pick(90.0, 75.0);
    let what = "300 targets, 3 with 40 % at 9, 1 a day, corrected for all: of the 3 shown, %";
    table.row("B13", what, percent(true_ones()), Bound::AtLeast(least));
    let wrong_of_shown = |right: &mut dyn Iterator<Item = bool>, wrong: &mut dyn Iterator<Item = bool>| {
        percent(right.filter(|shown| *shown).map(|_| false).chain(wrong.filter(|shown| *shown)))
    };
    // What the correction holds down is the mean, over families, of the share of the false among those shown.
    let each: Vec<f64> = found
        .iter()
        .map(|(right, wrong)| wrong_of_shown(&mut right.iter().copied(), &mut wrong.iter().copied()))
        .collect();
    let most = size.pick(5.0, 20.0);
    table.row("B13", "  false ones, mean % of those shown of a family", mean(&each), Bound::AtMost(most));
    let pooled = wrong_of_shown(&mut true_ones(), &mut false_ones());
    note("B13", "  false ones, % of those shown of all families", pooled);
    note("B13", "  false ones, % of the 297 others", percent(false_ones()));
}

/// The same from looks on: no pattern, but hours that are looked at more often; a year of a real pattern.
fn whole(size: Size, seed: u64, table: &mut Table) {
    let by_day = |hour: usize| if (8..18).contains(&hour) { 1.0 / 6.0 } else { 0.75 };
    for (what, lasting, salt) in [
        ("looks: none, 12 min openings, working hours looked at 4.5 x: p <= .05, %", Span::Exp(0.2), 11),
        ("looks: none, openings of 6 h: p <= .05, %", Span::Exp(6.0), 12),
    ] {
        let found = parallel(size.pick(400, 60), |rep| {
            let mut rng = rng(stream(seed, salt, rep));
            let hours = f64::from(WEEKS) * 168.0;
            let path = releases(&mut rng, hours, &[0.125; 168], lasting, None);
            let polls = look(&path, hours, by_day, &mut rng);
            let observed = Observed::of(&polls, |_| 1.0);
            release_pattern(&observed.evidence()).ok().map(|found| found.p_rot <= 0.05)
        });
        let most = size.pick(9.0, 15.0);
        table.row("B13", what, percent(found.iter().copied().flatten()), Bound::AtMost(most));
        note("B13", "  with the minimum of data, %", percent(found.iter().map(Option::is_some)));
    }
    for (what, base, salt) in [
        ("looks: a year every 15 min, 2 a day at 9 among 4: shown, %", 0.083, 21),
        ("looks: a year every 15 min, none, 2 a day: p <= .05, %", 0.083, 22),
    ] {
        let found = parallel(size.pick(40, 6), |rep| {
            let mut rng = rng(stream(seed, salt, rep));
            let hours = 52.0 * 168.0;
            let mut rate = [base; 168];
            if salt == 21 {
                for day in 0..5 {
                    rate[day * HOURS + 9] = 2.0;
                }
            }
            let path = releases(&mut rng, hours, &rate, Span::Exp(0.5), None);
            let polls = look(&path, hours, |_| 0.25, &mut rng);
            let observed = Observed::of(&polls, |_| 4.0);
            let started = Instant::now();
            let found = release_pattern(&observed.evidence()).ok();
            (found, started.elapsed().as_secs_f64() * 1000.0)
        });
        if salt == 21 {
            let shown = percent(found.iter().map(|(found, _)| found.clone().is_some_and(is_shown)));
            table.row("B13", what, shown, Bound::AtLeast(95.0));
        } else {
            note("B13", what, percent(found.iter().filter_map(|(f, _)| f.as_ref()).map(|f| f.p_rot <= 0.05)));
        }
        let ms: Vec<f64> = found.iter().map(|(_, ms)| *ms).collect();
        note("B13", "  milliseconds per target-year, least disturbed tenth", quantile(&ms, 0.1));
    }
}

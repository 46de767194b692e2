//! What holds for every history, however bad: no panic, no figure that is no number, intervals in order that hold their
//! point, and shares that only what a page told can change.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate};
use chrono_tz::Tz;
use guichet_model::{
    Cause, Counts, Dates, DatesClass, DaysOff, HourTally, Instant, Look, Offer, Outcome, Seen,
    civil::{LocalHour, PARIS},
    tally,
};
use guichet_stats::{
    Availability, Evidence, Interval, Question, Report,
    chance::beta_geometric,
    pooled, report,
    tries::{THREE_A_DAY, daily_success},
};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_pcg::Pcg64Mcg;

const UNTOLD: Seen = Seen::Open(Dates { class: DatesClass::Untold, lead_min: None });

/// What is known of a target.
#[derive(Debug, Clone)]
struct History {
    hours: Vec<HourTally>,
    looks: Vec<Look>,
    zone: Tz,
    days_off: DaysOff,
}

impl History {
    /// Of looks planned twice an hour, in the order given.
    fn of(looks: Vec<Look>, zone: Tz) -> Self {
        let hours = tallies(&looks, zone);
        // The first of each month stands for holidays.
        let days_off = hours.iter().map(|hour| hour.at.date).filter(|date| date.day() == 1).collect();
        Self { hours, looks, zone, days_off }
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence { hours: &self.hours, looks: &self.looks, zone: self.zone, days_off: &self.days_off }
    }

    fn report(&self) -> Option<Report> {
        report(&self.evidence(), &Question { host: "host", ..Question::default() })
    }

    /// Over everything, whatever changed in it.
    fn whole(&self) -> Option<Availability> {
        let question = Question { from: NaiveDate::from_ymd_opt(1970, 1, 1), ..Question::default() };
        report(&self.evidence(), &question).map(|report| report.availability)
    }
}

fn tallies(looks: &[Look], zone: Tz) -> Vec<HourTally> {
    let base = looks.iter().filter(|look| look.is_base);
    let hours: Vec<HourTally> = base
        .map(|look| {
            let outcome = match look.seen {
                Seen::Open(_) => Outcome::Open(Offer::UNTOLD),
                Seen::Full => Outcome::Full,
                Seen::Shut => Outcome::Shut,
                Seen::Unknown => Outcome::Unknown(Cause::Unreachable),
            };
            let counts = Counts::one(&outcome, tally::weight_ms(Some(2.0)));
            HourTally { at: LocalHour::of(look.at, zone), counts }
        })
        .collect();
    tally::pool(&hours)
}

fn start() -> Instant {
    // The end of 2025 in Paris.
    DateTime::UNIX_EPOCH + Duration::seconds(1_767_222_000)
}

fn seen(kind: u8, lead_min: u32) -> Seen {
    let open = |class| Seen::Open(Dates { class, lead_min: Some(lead_min) });
    match kind {
        0 => UNTOLD,
        1 => open(DatesClass::TwoOrMore),
        2 => open(DatesClass::Later),
        3 => Seen::Shut,
        4 => Seen::Unknown,
        _ => Seen::Full,
    }
}

/// Looks at a page that opens and closes at random, more often in the morning: every `step` minutes or so for `days`,
/// `errors` of them missing, some followed by a burst.
fn steady(days: u32, step: u32, errors: f64, openings_per_day: f64, seed: u64) -> Vec<Look> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let (end, step_min) = (f64::from(days) * 1440.0, f64::from(step));
    let (mut at, mut open_until, mut looks) = (0.0, 0.0, Vec::new());
    let look = |minutes: f64, is_base: bool, seen: Seen| {
        #[expect(clippy::cast_possible_truncation, reason = "minutes of some months")]
        let at = start() + Duration::seconds((minutes * 60.0) as i64);
        Look { at, is_base, seen }
    };
    while at < end {
        let morning = if (480.0..720.0).contains(&(at % 1440.0)) { 4.0 } else { 0.5 };
        if rng.random::<f64>() < openings_per_day * morning * step_min / 1440.0 {
            open_until = at + 15.0 - 90.0 * rng.random::<f64>().ln();
        }
        let moment = at + step_min * rng.random::<f64>();
        let told = if moment < open_until {
            seen(rng.random_range(0..3), rng.random_range(60..90_000))
        } else {
            Seen::Full
        };
        let missing = rng.random::<f64>() < errors;
        looks.push(look(moment, true, if missing { Seen::Unknown } else { told }));
        if !missing && moment < open_until && step > 10 {
            let later = moment + 2.0;
            looks.push(look(later, false, if later < open_until { UNTOLD } else { Seen::Full }));
        }
        at += step_min;
    }
    looks.sort_unstable();
    looks
}

/// Every number in it is one. The text holds every field of every part, also of those that come later.
fn all_numbers_are_finite(report: &Report) {
    let text = format!("{report:?}");
    let odd = |word: &str| word == "NaN" || word == "inf";
    let found = text.split(|c: char| !c.is_alphanumeric()).position(odd);
    assert!(found.is_none(), "a figure is no number: {text}");
}

/// Every interval in it is in order.
fn all_intervals_are_ordered(report: &Report) {
    let text = format!("{report:?}");
    for part in text.split("Interval { lo: ").skip(1) {
        let ends = part.split_once(" }").map_or(part, |(ends, _)| ends);
        let (lo, hi) = ends.split_once(", hi: ").unwrap_or_default();
        let [lo, hi] = [lo, hi].map(|end| end.parse::<f64>().unwrap_or(f64::NAN));
        assert!(lo <= hi, "{lo} > {hi} in {text}");
    }
}

fn holds(what: &str, interval: Interval, point: f64) {
    let slack = 1e-9 * point.abs().max(1.0);
    assert!(
        interval.lo - slack <= point && point <= interval.hi + slack,
        "{what}: {point} outside {interval:?}"
    );
}

fn is_share(what: &str, interval: Interval) {
    assert!(interval.lo >= 0.0 && interval.hi <= 1.0, "{what}: {interval:?} is no share");
}

fn availability_is_sound(ours: &Availability) {
    is_share("availability", ours.interval);
    is_share("bounds", ours.manski);
    assert!((0.0..=1.0).contains(&ours.capture) && (0.0..=1.0).contains(&ours.missing_share), "{ours:?}");
    assert!(ours.from <= ours.to, "{ours:?}");
    assert!(ours.n_polls == 0 || ours.deff >= 1.0 - 1e-9, "looks are worth more than there are: {ours:?}");
    match ours.p {
        Some(p) => {
            holds("availability", ours.interval, p);
            holds("bounds", ours.manski, p);
        }
        None => assert_eq!((ours.n_polls, ours.interval), (0, Interval::VACUOUS)),
    }
}

/// All that must hold of any report.
fn is_sound(report: &Report) {
    all_numbers_are_finite(report);
    all_intervals_are_ordered(report);
    availability_is_sound(&report.availability);
    report.history.iter().for_each(|past| availability_is_sound(&past.availability));
    if let Ok(cells) = &report.cells {
        assert_eq!(cells.cells.len(), 168);
        for cell in &cells.cells {
            is_share("cell", cell.interval);
            holds("cell", cell.interval, cell.p_eb);
        }
        if let Some(day) = cells.holidays {
            holds("holidays", day.interval, day.p);
        }
    }
    let mut shorter = 0.0;
    for (days, chance) in &report.chance {
        let Ok(chance) = chance else { continue };
        assert_eq!(chance.horizon_days, *days);
        is_share("chance", chance.interval);
        is_share("chance, 80 %", chance.interval80);
        if let Some(p) = chance.p_see {
            holds("chance", chance.interval, p);
            assert!(p >= shorter - 1e-9, "more days, a smaller chance: {:?}", report.chance);
            shorter = p;
        }
        let in_order = |a: Option<u32>, b: Option<u32>| a.zip(b).is_none_or(|(a, b)| a <= b);
        assert!(
            in_order(chance.median_lo, chance.median_days) && in_order(chance.median_days, chance.median_hi),
            "{chance:?}"
        );
    }
    for (days, forecast) in &report.forecast {
        let Ok(forecast) = forecast else { continue };
        assert!(forecast.horizon_days == *days && (0.0..=1.0).contains(&forecast.p), "{forecast:?}");
        if let Some(interval) = forecast.interval {
            holds("forecast", interval, forecast.p);
        }
    }
    if let Ok(openings) = &report.openings {
        holds("openings", openings.rate, openings.rate_per_week);
        if let Some((minutes, interval)) = openings.lifetime_min {
            holds("lifetime", interval, minutes);
        }
    }
    for lag in report.persistence.iter().flatten() {
        is_share("persistence", lag.interval);
        holds("persistence", lag.interval, lag.s);
    }
    let patterns = report.history.iter().map(|past| &past.release).chain([&report.release]);
    for pattern in patterns.flatten() {
        holds("lift", pattern.lift_interval, pattern.lift);
        assert!((0.0..=1.0).contains(&pattern.p_rot), "{pattern:?}");
    }
    if let Ok(class) = &report.class {
        assert!(!class.set.is_empty() && class.set.is_sorted(), "{class:?}");
    }
    if let Ok(lead) = &report.lead_time {
        holds("lead time", lead.median, lead.median_days);
        assert!(lead.q1_days <= lead.median_days && lead.median_days <= lead.q3_days, "{lead:?}");
    }
    if let Ok(attempts) = &report.attempts {
        assert!((attempts.iter().map(|share| share.share).sum::<f64>() - 1.0).abs() < 1e-9);
        for share in attempts {
            is_share("attempts", share.interval);
            holds("attempts", share.interval, share.share);
        }
    }
    if report.availability.enough().is_err() {
        assert!(report.class.is_err() && report.cells.is_err() && report.release.is_err());
        assert!(report.chance.iter().all(|(_, chance)| chance.is_err()));
        assert!(report.forecast.iter().all(|(_, forecast)| forecast.is_err()));
    }
}

fn every(minutes: i64, days: i64, told: impl Fn(i64) -> Seen) -> Vec<Look> {
    (0..days * 1440 / minutes)
        .map(|n| Look { at: start() + Duration::minutes(n * minutes), is_base: true, seen: told(n) })
        .collect()
}

#[test]
fn an_empty_history_has_no_report() {
    assert!(History::of(Vec::new(), PARIS).report().is_none());
    assert!(pooled(&[], &[], (0, 0), PARIS).is_none());
}

#[test]
fn one_observation_of_each_kind_is_a_fact_and_no_figure() {
    for kind in 0..6 {
        for is_base in [true, false] {
            let one = History::of(vec![Look { at: start(), is_base, seen: seen(kind, 60) }], PARIS);
            match one.report() {
                Some(report) => {
                    is_sound(&report);
                    assert!(is_base && report.attempts.is_err() && report.openings.is_err());
                }
                None => assert!(!is_base),
            }
        }
    }
}

#[test]
fn a_page_that_never_told_anything_has_no_share_however_long_it_was_asked() {
    let report = History::of(every(30, 200, |_| Seen::Unknown), PARIS).report().unwrap();
    is_sound(&report);
    assert_eq!((report.availability.p, report.availability.missing_share), (None, 1.0));
    assert!(report.class.is_err() && report.openings.is_err() && report.attempts.is_err());
}

#[test]
fn pages_that_never_changed_have_defined_figures() {
    for (told, p) in [(UNTOLD, Some(1.0)), (Seen::Full, Some(0.0)), (Seen::Shut, None)] {
        let report = History::of(every(30, 200, |_| told), PARIS).report().unwrap();
        is_sound(&report);
        assert_eq!(report.availability.p, p);
    }
}

#[test]
fn two_observations_at_one_instant_are_two_observations() {
    let mut looks = steady(60, 60, 0.05, 2.0, 1);
    let contradictory: Vec<Look> =
        looks.iter().map(|look| Look { at: look.at, is_base: true, seen: Seen::Full }).collect();
    let (once, twice) = (History::of(looks.clone(), PARIS).whole().unwrap(), {
        looks.extend(contradictory);
        looks.sort_unstable();
        let history = History::of(looks, PARIS);
        is_sound(&history.report().unwrap());
        history.whole().unwrap()
    });
    assert!(twice.n_polls > once.n_polls && twice.counts.open == once.counts.open);
}

#[test]
fn a_clock_that_went_back_gives_what_looks_in_order_give() {
    let ordered = steady(60, 45, 0.05, 2.0, 2);
    let mut back = ordered.clone();
    back.rotate_left(ordered.len() / 3);
    assert_eq!(History::of(back, PARIS).report(), History::of(ordered, PARIS).report());
}

/// Half of the hours were tallied under another zone, so that they overlap or leave a gap, and are not in order.
#[test]
fn a_target_whose_time_zone_changed_keeps_sound_figures() {
    let looks = steady(90, 45, 0.05, 2.0, 3);
    for (before, after) in [
        (PARIS, chrono_tz::Indian::Reunion),
        (chrono_tz::America::Miquelon, PARIS),
        (chrono_tz::Pacific::Auckland, chrono_tz::Pacific::Tahiti),
    ] {
        let (old, new) = looks.split_at(looks.len() / 2);
        let mut hours = tallies(old, before);
        hours.extend(tallies(new, after));
        let history = History { hours, looks: looks.clone(), zone: after, days_off: DaysOff::new() };
        let report = history.report().unwrap();
        is_sound(&report);
        let all = history.whole().unwrap();
        assert_eq!(
            all.p,
            History::of(looks.clone(), after).whole().unwrap().p,
            "the zone does not change the share"
        );
    }
}

/// Ten years at the cadence that targets have unless they say otherwise.
#[test]
fn ten_years_of_data_give_a_sound_report() {
    let history = History::of(steady(3653, 30, 0.05, 1.0, 4), PARIS);
    is_sound(&history.report().unwrap());
}

fn scattered() -> impl Strategy<Value = Vec<Look>> {
    // Gaps may be nothing, or go back by up to two hours.
    prop::collection::vec((-7_200_i64..90_000, 0_u8..9, 0_u32..100_000, prop::bool::weighted(0.8)), 0..150)
        .prop_map(|parts| {
            let mut at = start();
            parts
                .into_iter()
                .map(|(gap, kind, lead, is_base)| {
                    at += Duration::seconds(gap.max(-7_200));
                    Look { at, is_base, seen: seen(kind, lead) }
                })
                .collect()
        })
}

fn months() -> impl Strategy<Value = Vec<Look>> {
    (1_u32..130, 20_u32..200, 0.0_f64..0.6, 0.0_f64..8.0, any::<u64>())
        .prop_map(|(days, step, errors, openings, seed)| steady(days, step, errors, openings, seed))
}

fn any_zone() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![
        PARIS,
        chrono_tz::UTC,
        chrono_tz::Indian::Reunion,
        chrono_tz::America::Miquelon,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_scattered_history_has_a_sound_report(looks in scattered(), zone in any_zone()) {
        if let Some(report) = History::of(looks, zone).report() {
            is_sound(&report);
        }
    }

    #[test]
    fn every_history_of_some_months_has_a_sound_report(looks in months(), zone in any_zone()) {
        let history = History::of(looks, zone);
        let report = history.report();
        prop_assert!(report.is_some());
        report.iter().for_each(is_sound);
        let desks: Vec<_> = daily_success(&history.evidence(), &THREE_A_DAY).into_iter().collect();
        let together = pooled(&history.hours, &desks, (1, 1), zone);
        prop_assert_eq!(together.map(|pool| pool.availability), history.whole());
    }

    #[test]
    fn missing_looks_never_change_the_share(looks in months(), more in prop::collection::vec(0_i64..130 * 1440, 0..200)) {
        let mut with_missing = looks.clone();
        with_missing.extend(more.iter().map(|minutes| Look {
            at: start() + Duration::minutes(*minutes),
            is_base: true,
            seen: Seen::Unknown,
        }));
        let (without, with) = (History::of(looks, PARIS).whole().unwrap(), History::of(with_missing, PARIS).whole().unwrap());
        prop_assert_eq!((without.p, without.n_polls), (with.p, with.n_polls));
        prop_assert!(with.manski.lo <= without.manski.lo && without.manski.hi <= with.manski.hi);
    }

    #[test]
    fn the_order_of_dates_does_not_change_the_share(looks in months(), seed in any::<u64>()) {
        let history = History::of(looks, chrono_tz::UTC);
        let mut dates: Vec<NaiveDate> = history.hours.iter().map(|hour| hour.at.date).collect();
        dates.dedup();
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut other = dates.clone();
        for last in (1..other.len()).rev() {
            other.swap(last, rng.random_range(0..=last));
        }
        let moved = |date: NaiveDate| dates.binary_search(&date).map_or(date, |place| other[place]);
        let hours: Vec<HourTally> = history
            .hours
            .iter()
            .map(|hour| HourTally { at: LocalHour { date: moved(hour.at.date), hour: hour.at.hour }, ..*hour })
            .collect();
        let permuted = History { hours, ..history.clone() };
        prop_assert_eq!(permuted.whole().unwrap().p, history.whole().unwrap().p);
    }

    #[test]
    fn hours_told_in_parts_give_what_they_give_whole(looks in months(), cut in 0.0_f64..1.0) {
        let whole = History::of(looks.clone(), PARIS);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a row")]
        let (first, second) = looks.split_at((cut * looks.len() as f64) as usize);
        let mut hours = tallies(first, PARIS);
        hours.extend(tallies(second, PARIS));
        prop_assert_eq!(History { hours, ..whole.clone() }.report(), whole.report());
    }

    #[test]
    fn more_days_of_looking_never_have_a_smaller_chance(s in 0.0_f64..=1.0, rho in 0.0_f64..0.95, days in 1_u32..200) {
        let (now, later) = (beta_geometric(s, rho, days), beta_geometric(s, rho, days + 1));
        prop_assert!((0.0..=1.0).contains(&now) && now <= later + 1e-12 && later <= 1.0, "{now} {later}");
        prop_assert!((beta_geometric(s, rho, 1) - s).abs() < 1e-8);
    }
}

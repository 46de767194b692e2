use guichet_model::{DaysOff, civil::LocalHour};
use proptest::prelude::*;
use statrs::{distribution::Beta, distribution::ContinuousCDF as _};

use super::*;

const HOUR_MS: u64 = 3_600_000;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A tally of `open`, `full`, `shut` and `unknown` looks, each standing for a quarter of an hour.
fn tally(date: NaiveDate, hour: u8, looks: [u64; 4]) -> HourTally {
    let [open, full, shut, unknown] = looks;
    let [open_ms, full_ms, shut_ms, unknown_ms] = looks.map(|n| n * HOUR_MS / 4);
    let counts = Counts { open, full, shut, unknown, open_ms, full_ms, shut_ms, unknown_ms };
    HourTally { at: LocalHour { date, hour }, counts }
}

/// Every hour of `weeks` from a Monday on, as `looks` says by week and hour of the week.
fn weeks(weeks: usize, looks: impl Fn(usize, usize) -> [u64; 4]) -> Vec<HourTally> {
    day("2024-01-08")
        .iter_days()
        .take(weeks * 7)
        .flat_map(|date| (0..24).map(move |hour| LocalHour { date, hour }))
        .enumerate()
        .map(|(at, hour)| tally(hour.date, hour.hour, looks(at / 168, at % 168)))
        .collect()
}

fn evidence<'a>(hours: &'a [HourTally], days_off: &'a DaysOff) -> Evidence<'a> {
    Evidence { hours, looks: &[], zone: civil::PARIS, days_off }
}

fn figures(hours: &[HourTally]) -> Result<Cells, TooLittle> {
    cells(&evidence(hours, &DaysOff::new()))
}

#[test]
fn an_hour_s_looks_are_one_week_s_share_by_weight() {
    let mut hours = weeks(2, |_, _| [0, 4, 0, 0]);
    // Dense looks weigh as the time they stand for.
    hours[10].counts = Counts { open: 9, full: 1, open_ms: 900_000, full_ms: 2_700_000, ..Counts::default() };
    let ours = figures(&hours).unwrap();
    let cell = &ours.cells[10];
    assert_eq!((cell.at.index(), cell.n_weeks, cell.p_raw), (10, 2, Some(0.125)));
    assert!(cell.p_eb < 0.125 && cell.p_eb > ours.cells[11].p_eb && !cell.borrowed);
    assert!((cell.p_eb - (0.25 + ours.m * ours.mu) / (2.0 + ours.m)).abs() < 1e-12);
}

#[test]
fn too_little_is_told_instead_of_a_figure() {
    let fourteen_days = weeks(2, |_, _| [1, 3, 0, 0]);
    assert!(figures(&fourteen_days).is_ok());
    let too_little = |hours: &[HourTally]| figures(hours).unwrap_err();
    assert_eq!(
        too_little(&fourteen_days[..13 * 24]),
        TooLittle { needed: Needed::ObservedDays, have: 13.0, need: 14.0 }
    );
    assert_eq!(too_little(&[]).needed, Needed::ObservedDays);
    let missing =
        weeks(2, |week, hour| if week == 1 && hour % 24 > 12 { [0, 0, 2, 2] } else { [1, 3, 0, 0] });
    assert_eq!(too_little(&missing), TooLittle { needed: Needed::Cells, have: 91.0, need: 100.0 });
}

#[test]
fn an_hour_in_which_nothing_was_told_borrows_the_whole_week_s_share() {
    let hours = weeks(6, |week, hour| match hour {
        30 => [0, 0, 3, 1],
        31 => [0, 0, 0, 4],
        _ => [u64::from((week + hour) % 5 == 0), 3, 1, 0],
    });
    let ours = figures(&hours).unwrap();
    for cell in [&ours.cells[30], &ours.cells[31]] {
        assert_eq!((cell.p_raw, cell.n_weeks, cell.exposure_h, cell.borrowed), (None, 0, 0.0, true));
        assert!((cell.p_eb - ours.mu).abs() < 1e-12);
        let width = |cell: &Cell| cell.interval.hi - cell.interval.lo;
        assert!(width(cell) > width(&ours.cells[29]));
    }
    let shares = [29, 30, 31].map(|at| ours.cells[at].service_up_share);
    assert_eq!((shares[1], shares[2]), (Some(0.0), None));
    assert!((shares[0].unwrap() - 0.75).abs() < 0.05);
}

#[test]
fn holidays_are_a_day_type_of_their_own() {
    let (easter_monday, labour_day) = (day("2024-04-01"), day("2024-05-01"));
    let hours = weeks(20, |week, hour| {
        let is_off = (week, hour / 24) == (12, 0) || (week, hour / 24) == (16, 2);
        if is_off { [1, 3, 0, 0] } else { [0, 4, 0, 0] }
    });
    let days_off = DaysOff::from([easter_monday, labour_day, day("2025-01-01")]);
    let ours = cells(&evidence(&hours, &days_off)).unwrap();
    assert_eq!(ours.cells[9].n_weeks, 19);
    assert_eq!(ours.cells[48 + 9].n_weeks, 19);
    assert_eq!(ours.cells[24 + 9].n_weeks, 20);
    assert!(ours.cells.iter().all(|cell| cell.p_raw == Some(0.0)));
    let holidays = ours.holidays.unwrap();
    assert_eq!((holidays.n_days, holidays.p), (2, 0.25));
    assert_eq!(holidays.interval, clopper_pearson(0.5, 2.0, 0.95));
    assert_eq!(figures(&hours).unwrap().holidays, None);
    assert!(figures(&hours).unwrap().cells[9].p_raw > Some(0.0));
}

#[test]
fn the_autumn_hour_lasts_two_hours_and_the_spring_hour_none() {
    let seconds = |date: &str, zone| seconds_of(day(date), zone);
    assert_eq!(seconds("2024-10-27", civil::PARIS)[1..4], [3_600, 7_200, 3_600]);
    assert_eq!(seconds("2024-03-31", civil::PARIS)[1..4], [3_600, 0, 3_600]);
    assert_eq!(seconds("2024-10-27", chrono_tz::Indian::Reunion), [3_600; 24]);
    // Saint-Pierre changes two hours later than the neighbours; Lord Howe moves by half an hour.
    assert_eq!(seconds("2024-11-03", chrono_tz::America::Miquelon)[1], 7_200);
    assert_eq!(seconds("2024-04-07", chrono_tz::Australia::Lord_Howe)[1], 5_400);
    assert_eq!(seconds_of(NaiveDate::MIN, civil::PARIS), [3_600; 24]);

    let hours: Vec<HourTally> = civil::hours_between(
        "2024-09-30T22:00:00Z".parse().unwrap(),
        "2024-10-31T23:00:00Z".parse().unwrap(),
        civil::PARIS,
    )
    .into_iter()
    .map(|(at, _)| tally(at.date, at.hour, [1, 0, 0, 0]))
    .collect();
    let ours = figures(&hours).unwrap();
    // Four Sundays in October 2024, the last of them with the hour from 2 to 3 twice.
    assert_eq!((ours.cells[146].n_weeks, ours.cells[146].exposure_h), (4, 5.0));
    assert_eq!((ours.cells[147].n_weeks, ours.cells[147].exposure_h), (4, 4.0));
}

#[test]
fn a_parent_takes_the_place_of_the_week_s_own_share() {
    let hours =
        weeks(
            8,
            |week, hour| {
                if hour == 3 { [0; 4] } else { [u64::from((week * 7 + hour * 3) % 11 < 3), 1, 0, 0] }
            },
        );
    let days_off = DaysOff::new();
    let own = cells(&evidence(&hours, &days_off)).unwrap();
    let ours = cells_with_parent(&evidence(&hours, &days_off), Some(0.6)).unwrap();
    assert!((ours.mu - 0.6).abs() < 1e-12 && own.mu < 0.3);
    assert!((ours.cells[3].p_eb - 0.6).abs() < 1e-12);
    assert!(own.m > ours.m, "a parent that is far off is believed less");
    let odd = cells_with_parent(&evidence(&hours, &days_off), Some(f64::NAN)).unwrap();
    assert_eq!(odd, own);
}

#[test]
fn cells_that_differ_have_a_smaller_precision_than_cells_that_do_not() {
    let units = |high: f64, low: f64| -> Vec<Units> {
        (0..168).map(|at| Units { x: if at % 2 == 0 { high } else { low }, n: 20.0 }).collect()
    };
    let (alike, apart) = (shrink(&units(4.0, 4.0), None, 0.9), shrink(&units(8.0, 0.0), None, 0.9));
    assert!((alike.mu - 0.2).abs() < 0.01 && (apart.mu - 0.2).abs() < 0.05, "{} {}", alike.mu, apart.mu);
    assert!(alike.m > 100.0 && apart.m < 10.0, "{} {}", alike.m, apart.m);
}

#[test]
fn without_any_unit_the_prior_s_own_prior_is_left() {
    for units in [vec![], vec![Units::default(); 3], vec![Units { x: 1.0, n: f64::NAN }]] {
        let shrunk = shrink(&units, None, 0.9);
        assert!((shrunk.mu - 0.5).abs() < 1e-9 && (shrunk.m - 20.0).abs() < 1e-6, "{shrunk:?}");
        assert_eq!(shrunk.cells.len(), units.len());
    }
}

#[test]
fn a_year_without_a_slot_says_little_but_not_nothing() {
    let ours = figures(&weeks(52, |_, _| [0, 4, 0, 0])).unwrap();
    let cell = &ours.cells[50];
    assert!(ours.mu > 0.0 && ours.mu < 1e-3);
    assert!(cell.interval.lo <= 1e-12 && cell.interval.hi > 1e-5 && cell.interval.hi < 0.05, "{cell:?}");
    let open = figures(&weeks(52, |_, _| [4, 0, 0, 0])).unwrap();
    assert!((open.mu + ours.mu - 1.0).abs() < 1e-9 && (open.cells[50].p_eb + cell.p_eb - 1.0).abs() < 1e-9);
}

fn sound(cells: &Cells) -> bool {
    let share = |x: f64| (0.0..=1.0).contains(&x);
    let inside = |interval: Interval, p: f64| {
        share(interval.lo) && share(interval.hi) && interval.lo <= p && p <= interval.hi
    };
    share(cells.mu)
        && cells.m.is_finite()
        && cells.m > 0.0
        && cells.cells.len() == 168
        && cells.holidays.is_none_or(|off| share(off.p) && inside(off.interval, off.p) && off.n_days > 0)
        && cells.cells.iter().enumerate().all(|(at, cell)| {
            cell.at.index() == at
                && inside(cell.interval, cell.p_eb)
                && cell.p_raw.is_none_or(share)
                && cell.service_up_share.is_none_or(share)
                && cell.exposure_h.is_finite()
                && cell.borrowed == cell.p_raw.is_none()
        })
}

#[test]
fn ten_years_and_extremes_are_finite() {
    for looks in [[4, 0, 0, 0], [0, 4, 0, 0], [1, 3, 1, 1]] {
        assert!(sound(&figures(&weeks(520, |_, _| looks)).unwrap()), "{looks:?}");
    }
    assert!(figures(&weeks(520, |_, _| [0, 0, 0, 4])).is_err());
    let mut huge = weeks(3, |_, _| [1, 1, 1, 1]);
    for tally in &mut huge {
        tally.counts.open_ms = u64::MAX;
        tally.counts.full_ms = u64::MAX;
    }
    huge.push(tally(NaiveDate::MIN, 3, [1, 0, 0, 0]));
    huge.push(tally(NaiveDate::MAX, 23, [1, 0, 0, 0]));
    assert!(sound(&figures(&huge).unwrap()));
}

/// Looks of a few weeks by a rule that proptest draws: per cell and week one of 4 kinds of hours.
fn any_weeks() -> impl Strategy<Value = Vec<HourTally>> {
    let looks = prop_oneof![
        3 => Just([0, 4, 0, 0]),
        1 => Just([4, 0, 0, 0]),
        1 => (0..5_u64, 0..5_u64, 0..3_u64, 0..3_u64).prop_map(|(o, f, s, u)| [o, f, s, u]),
        1 => Just([0; 4]),
    ];
    (2..6_usize)
        .prop_flat_map(move |n| prop::collection::vec(looks.clone(), n * 168))
        .prop_map(|looks| weeks(looks.len() / 168, |week, hour| looks[week * 168 + hour]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn figures_are_finite_and_intervals_hold_their_share(hours in any_weeks(), from in 0..800_usize, off in prop::collection::btree_set(0..40_u64, 0..6)) {
        let hours = &hours[from.min(hours.len())..];
        let days_off = off.iter().filter_map(|n| day("2024-01-08").checked_add_days(chrono::Days::new(*n))).collect();
        if let Ok(ours) = cells(&evidence(hours, &days_off)) {
            prop_assert!(sound(&ours), "{ours:?}");
        }
    }

    #[test]
    fn permuting_weeks_leaves_the_figures(hours in any_weeks(), turn in 1..5_usize) {
        let n = hours.len() / 168;
        let turned = weeks(n, |week, hour| {
            let counts = hours[(week + turn) % n * 168 + hour].counts;
            [counts.open, counts.full, counts.shut, counts.unknown]
        });
        let unsorted: Vec<HourTally> = hours.iter().rev().copied().collect();
        if let (Ok(ours), Ok(theirs)) = (figures(&hours), figures(&turned)) {
            for (one, other) in ours.cells.iter().zip(&theirs.cells) {
                prop_assert!((one.p_eb - other.p_eb).abs() < 1e-6);
                prop_assert!((one.interval.hi - other.interval.hi).abs() < 1e-5);
                prop_assert_eq!((one.n_weeks, one.exposure_h), (other.n_weeks, other.exposure_h));
            }
        }
        prop_assert_eq!(figures(&hours), figures(&unsorted));
    }

    #[test]
    fn more_missing_never_changes_a_share(hours in any_weeks(), every in 1..9_usize) {
        let mut more = hours.clone();
        for tally in more.iter_mut().step_by(every) {
            tally.counts.add(&Counts { unknown: 2, unknown_ms: HOUR_MS / 2, ..Counts::default() });
        }
        prop_assert_eq!(figures(&hours), figures(&more));
    }

    #[test]
    fn any_units_give_shares_with_intervals_around_them_that_grow_with_the_level(
        units in prop::collection::vec((0.0..1.0_f64, 0_u32..600), 0..60),
        parent in prop::option::of(-0.5..1.5_f64),
    ) {
        let units: Vec<Units> = units.iter().map(|(share, n)| Units { x: share * f64::from(*n), n: f64::from(*n) }).collect();
        let (narrow, wide) = (shrink(&units, parent, 0.8), shrink(&units, parent, 0.95));
        prop_assert!(narrow.mu.is_finite() && narrow.m.is_finite() && narrow.m > 0.0);
        for ((p, inner), (_, outer)) in narrow.cells.iter().zip(&wide.cells) {
            prop_assert!(0.0 <= outer.lo && outer.lo <= inner.lo + 1e-12 && inner.lo <= *p && *p <= inner.hi && inner.hi <= outer.hi && outer.hi <= 1.0);
        }
    }

    #[test]
    fn quantiles_of_the_betas_used_here_are_right(mean in 0.001..0.999_f64, precision in -1.0..9.0_f64, tail in 0.01..0.1_f64) {
        let shape = |share: f64| (share * precision.exp()).max(crate::interval::SMALLEST_SHAPE);
        let beta = Beta::new(shape(mean), shape(1.0 - mean)).unwrap();
        // The end at which the density has no bound is not asked for.
        for at in [tail, 1.0 - tail] {
            let x = beta.inverse_cdf(at);
            if (at < 0.5 && beta.shape_a() >= 1.0) || (at > 0.5 && beta.shape_b() >= 1.0) {
                prop_assert!((beta.cdf(x) - at).abs() < 1e-6, "{beta:?} {at}: {x} {}", beta.cdf(x));
            }
        }
    }
}

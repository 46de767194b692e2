//! B17: looks that fail because a slot is there. What never enters: looks that fail at random, which do no harm.

use chrono_tz::UTC;
use guichet_stats::availability;
use rand::RngExt as _;

use super::{
    Bound, Size, Table, mean, note, parallel, percent,
    simulate::{self, Observed, Polling, Span},
};

/// Share of looks that fail while no slot is there.
const ERRORS_CLOSED: f64 = 0.05;

pub(crate) fn measure(size: Size, seed: u64, table: &mut Table) {
    let hours = 12.0 * 168.0;
    for (number, errors_open) in (0_u64..).zip([0.05, 0.2, 0.4]) {
        let results = parallel(size.pick(400, 100), |rep| {
            let stream = number * 100_000 + u64::try_from(rep).unwrap_or(0);
            let mut rng = simulate::rng(seed ^ (stream << 8));
            let path = simulate::alternating(&mut rng, hours, Span::Exp(1.0), Span::Exp(19.0));
            let never_fails = Polling { gap_h: 0.25, errors: 0.0, outages_per_week: 0.0 };
            let mut polls = never_fails.look(&mut rng, &path, hours);
            for poll in &mut polls {
                let errors = if poll.1 == Some(true) { errors_open } else { ERRORS_CLOSED };
                if rng.random::<f64>() < errors {
                    poll.1 = None;
                }
            }
            let ours = availability(&Observed::of(&polls, |_| 4.0).hours, UTC)?;
            let truth = path.total() / hours;
            let [open, all] = [ours.counts.open, ours.counts.all()].map(simulate::as_f64);
            Some((
                ours.manski.lo <= truth && truth <= ours.manski.hi,
                100.0 * (ours.p? / truth - 1.0),
                100.0 * (open / all / truth - 1.0),
                ours.manski.hi - ours.manski.lo,
            ))
        });
        let results: Vec<_> = results.into_iter().flatten().collect();
        let share = 100.0 * errors_open;
        table.row(
            "B17",
            &format!("{share:.0} % errors while open: bounds cover, %"),
            percent(results.iter().map(|r| r.0)),
            Bound::AtLeast(99.0),
        );
        let mean_of =
            |pick: fn(&(bool, f64, f64, f64)) -> f64| mean(&results.iter().map(pick).collect::<Vec<_>>());
        note("B17", "  bias of the share, missing as missing, %", mean_of(|r| r.1));
        note("B17", "  bias if missing were taken as none, %", mean_of(|r| r.2));
        note("B17", "  width of the bounds", mean_of(|r| r.3));
        if errors_open > 0.3 {
            table.row(
                "B17",
                "control: bias of the share, which the bounds make up for, %",
                mean_of(|r| r.1),
                Bound::AtMost(-20.0),
            );
        }
    }
}

//! `guichet audit`: holds our own past forecasts against what came, prints the scores and keeps them.

use std::fmt::Write as _;

use guichet_web::cut;
use serde_json::Value;

use super::{print, progress};
use crate::{audit, cli::Common, config::Settings, exit::Exit, opening, show};

pub(super) fn run(settings: &Settings, common: &Common, as_json: bool) -> anyhow::Result<Exit> {
    let catalog = opening::catalog(settings, common)?;
    let now = opening::clock(common.accelerate).now();
    // Opened to read first: a file that is not there would be made otherwise.
    let reader = opening::reader(&settings.db)?;
    let bar = progress();
    let audit = audit::audit(&catalog, &reader, cut(now, settings.publish_delay), &mut |done, all| {
        bar.tell(done, all);
    })?;
    bar.clear();
    let record = audit.record(now);
    opening::store(&settings.db)?.record_audit(&record)?;
    print(&if as_json {
        show::json_text(&serde_json::from_str::<Value>(&record.result)?)?
    } else {
        told(&audit)?
    })?;
    Ok(Exit::Fine)
}

fn told(audit: &audit::Audit) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(text, "Forecasts made of each week of {} targets' past, held against what came", audit.targets)?;
    writeln!(
        text,
        "\n  days   forecasts  hosts   Brier   skill   of independent looks   calibration error   90 % intervals held"
    )?;
    for (days, score) in &audit.scores {
        match score {
            Err(short) => {
                writeln!(
                    text,
                    "  {days:>4}   too little data: {:.0} of {:.0} forecasts",
                    short.have, short.need
                )?;
            }
            Ok(score) => writeln!(
                text,
                "  {days:>4}  {:>10}  {:>5}  {:>6.3}  {:>6.3}  {:>21.3}  {:>18.3}  {:>20}",
                score.n,
                score.hosts,
                score.brier,
                score.skill,
                score.skill_iid,
                score.ece,
                score.coverage.map_or_else(|| "too few".to_owned(), show::percent),
            )?,
        }
    }
    for (days, score) in &audit.scores {
        let Ok(score) = score else { continue };
        writeln!(text, "\n  {}: foretold, came true, forecasts", show::many((*days).into(), "day"))?;
        for bin in score.bins.iter().filter(|bin| bin.n > 0) {
            writeln!(
                text,
                "    {:>8} {:>8}  {:>6}  {}",
                show::percent(bin.predicted),
                show::percent(bin.observed),
                bin.n,
                bar_of(bin.predicted, bin.observed)
            )?;
        }
    }
    Ok(text)
}

/// What was foretold (`o`) and what came (`x`) on a line from never to always.
fn bar_of(predicted: f64, observed: f64) -> String {
    const WIDTH: usize = 40;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a short line"
    )]
    let place = |share: f64| ((share.clamp(0.0, 1.0) * WIDTH as f64).round() as usize).min(WIDTH);
    let (o, x) = (place(predicted), place(observed));
    let sign = |at| match (at == o, at == x) {
        (true, true) => '*',
        (true, false) => 'o',
        (false, true) => 'x',
        (false, false) => '-',
    };
    format!("|{}|", (0..=WIDTH).map(sign).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_foretold_and_what_came_stand_on_one_line() {
        let line = bar_of(0.0, 1.0);
        assert!(line.starts_with("|o-") && line.ends_with("-x|"), "{line}");
        assert_eq!(bar_of(0.5, 0.5).matches('*').count(), 1);
    }
}

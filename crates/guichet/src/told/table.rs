//! The numbers of a report in columns. What never enters: sentences, a number without its interval.

use std::fmt::{self, Write as _};

use guichet_stats::{Availability, Interval, Report, chance::Chance, forecast::Forecast};

use crate::show::percent;

/// What the share is made of.
pub(crate) fn availability(text: &mut String, figures: &Availability) -> fmt::Result {
    let counts = &figures.counts;
    if let Some(p) = figures.p {
        writeln!(
            text,
            "  slot visible   {} of the time (95 %: {}), in {} of {} answers, worth {:.0} independent looks",
            percent(p),
            between(&figures.interval),
            counts.open,
            figures.n_polls,
            figures.n_eff,
        )?;
    } else {
        writeln!(text, "  The page never said whether there was a slot.")?;
    }
    writeln!(
        text,
        "  observed       {} days of at least 6 h, {} of the hours; {} of {} looks unknown ({}), {} at a shut page",
        figures.days_observed,
        percent(figures.capture),
        counts.unknown,
        counts.all(),
        percent(figures.missing_share),
        counts.shut,
    )?;
    if counts.unknown > 0 && figures.p.is_some() {
        writeln!(
            text,
            "  if unknown     were all full or all open, it would be between {} and {}",
            percent(figures.manski.lo),
            percent(figures.manski.hi)
        )?;
    }
    Ok(())
}

/// Three looks a day, for some days: what was, and what is foretold.
pub(crate) fn chances(text: &mut String, report: &Report) -> fmt::Result {
    let known = report.chance.iter().any(|(_, chance)| chance.is_ok())
        || report.forecast.iter().any(|(_, forecast)| forecast.is_ok());
    if !known {
        return Ok(());
    }
    writeln!(text, "\n  looking three times a day   saw a slot (95 %)             foretold (90 %)")?;
    for ((days, chance), (_, forecast)) in report.chance.iter().zip(&report.forecast) {
        let was = chance.as_ref().map_or_else(|_| "–".to_owned(), was);
        let next = forecast.as_ref().map_or_else(|_| "–".to_owned(), next);
        let unit = if *days == 1 { "day " } else { "days" };
        writeln!(text, "  {days:>4} {unit}                   {was:<30}{next}")?;
    }
    Ok(())
}

fn was(chance: &Chance) -> String {
    match chance.p_see {
        Some(p) => format!("{} ({})", percent(p), between(&chance.interval)),
        None => format!("at most {}", percent(chance.interval.hi)),
    }
}

fn next(forecast: &Forecast) -> String {
    match &forecast.interval {
        Some(interval) => format!("{} ({})", percent(forecast.p), between(interval)),
        None => "no interval yet: too few past forecasts".to_owned(),
    }
}

/// Openings, how long they last, how long they stay.
pub(crate) fn openings(text: &mut String, report: &Report) -> fmt::Result {
    if let Ok(openings) = &report.openings {
        let least = if openings.lower_bound { "at least " } else { "" };
        writeln!(
            text,
            "\n  openings       {least}{:.1} a week (95 %: {:.1} to {:.1}), {} seen, one look in {:.0} min",
            openings.rate_per_week,
            openings.rate.lo,
            openings.rate.hi,
            openings.seen_count,
            openings.median_gap_min,
        )?;
        if let Some((mean, interval)) = &openings.lifetime_min {
            writeln!(
                text,
                "  they last      {mean:.0} min on average (95 %: {:.0} to {:.0})",
                interval.lo, interval.hi
            )?;
        }
    }
    if let Ok(lags) = &report.persistence {
        for lag in lags {
            writeln!(
                text,
                "  still there    {} min later: {} (95 %: {}), {} pairs on {} days",
                lag.lag_min,
                percent(lag.s),
                between(&lag.interval),
                lag.pairs,
                lag.days
            )?;
        }
    }
    if let Ok(lead) = &report.lead_time {
        writeln!(
            text,
            "  lead time      {:.0} days in the middle (95 %: {:.0} to {:.0}), half of them {:.0} to {:.0}, {} looks",
            lead.median_days, lead.median.lo, lead.median.hi, lead.q1_days, lead.q3_days, lead.n
        )?;
    }
    if let Ok(attempts) = &report.attempts {
        writeln!(text, "\n  an attempt as La Cimade counted them")?;
        for attempt in attempts.iter().filter(|attempt| attempt.n > 0) {
            writeln!(
                text,
                "    {:<42} {} ({}), {} looks",
                attempt_words(attempt.class),
                percent(attempt.share),
                between(&attempt.interval),
                attempt.n
            )?;
        }
    }
    Ok(())
}

fn attempt_words(class: guichet_stats::lead_time::Attempt) -> &'static str {
    use guichet_stats::lead_time::Attempt;
    match class {
        Attempt::TwoOrMore => "at least two dates within 30 days",
        Attempt::One => "one date within 30 days",
        Attempt::OneOrMore => "at least one within 30 days, more not told",
        Attempt::Later => "only later",
        Attempt::Untold => "dates, but not told when",
        Attempt::None => "none",
    }
}

/// `12.0 to 70.1 %`.
pub(crate) fn between(interval: &Interval) -> String {
    format!("{:.1} to {}", interval.lo * 100.0, percent(interval.hi))
}

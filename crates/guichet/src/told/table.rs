//! The numbers of a report in columns. What never enters: sentences, a number without its interval.

use std::fmt::{self, Write as _};

use guichet_stats::{
    Availability, Interval, Report, TooLittle, chance::Chance, forecast::Forecast, openings::Openings,
};
use guichet_web::amount;

use crate::show::{hundredths, many, percent};

/// What the share is made of, and the share where there is enough for one.
pub(crate) fn availability(text: &mut String, figures: &Availability) -> fmt::Result {
    let counts = &figures.counts;
    let answers = many(figures.n_polls, "answer");
    match (figures.p, figures.enough()) {
        (None, _) => writeln!(text, "  The page never said whether there was a slot.")?,
        (Some(_), Err(few)) => {
            writeln!(
                text,
                "  slot visible   in {} of {answers}; no share: {}",
                counts.open,
                too_little(&few)
            )?;
        }
        (Some(p), Ok(())) => writeln!(
            text,
            "  slot visible   {} of the time{} (95 %: {}), in {} of {answers}, worth {:.0} independent looks",
            percent(p),
            if counts.shut > 0 { " booking was on" } else { "" },
            between(&figures.interval),
            counts.open,
            figures.n_eff,
        )?,
    }
    writeln!(
        text,
        "  observed       {} of at least 6 h, {} of the hours; {} of {} unknown ({}), {} at a shut page",
        many(figures.days_observed.into(), "day"),
        percent(figures.capture),
        counts.unknown,
        many(counts.all(), "look"),
        percent(figures.missing_share),
        counts.shut,
    )?;
    if counts.unknown > 0 && figures.p.is_some() && figures.enough().is_ok() {
        writeln!(
            text,
            "  if unknown     were all full or all open, it would be between {} and {}",
            percent(figures.manski.lo),
            percent(figures.manski.hi)
        )?;
    }
    Ok(())
}

/// `too little data, 6 of 14 observed days`.
pub(crate) fn too_little(few: &TooLittle) -> String {
    // A terminal breaks its lines where it likes.
    format!("too little data, {}", amount(few, "en").replace('\u{a0}', " "))
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
        None => forecast.lacks.map_or_else(|| "–".to_owned(), |few| too_little(&few)),
    }
}

/// Openings, how long they last, how long they stay.
pub(crate) fn openings(text: &mut String, report: &Report) -> fmt::Result {
    if let Ok(openings) = &report.openings {
        writeln!(
            text,
            "\n  openings       {}, {} seen, one look in {:.0} min",
            a_week(openings),
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
                "  still there    {} min later: {} (95 %: {}), {} on {}",
                lag.lag_min,
                percent(lag.s),
                between(&lag.interval),
                many(lag.pairs.into(), "pair"),
                many(lag.days.into(), "day"),
            )?;
        }
    }
    if let Ok(lead) = &report.lead_time {
        writeln!(
            text,
            "  lead time      {:.0} days in the middle (95 %: {:.0} to {:.0}), half of them {:.0} to {:.0}, {}",
            lead.median_days,
            lead.median.lo,
            lead.median.hi,
            lead.q1_days,
            lead.q3_days,
            many(lead.n.into(), "look"),
        )?;
    }
    if let Ok(attempts) = &report.attempts {
        writeln!(text, "\n  an attempt as La Cimade counted them")?;
        for attempt in attempts.iter().filter(|attempt| attempt.n > 0) {
            writeln!(
                text,
                "    {:<42} {} ({}), {}",
                attempt_words(attempt.class),
                percent(attempt.share),
                between(&attempt.interval),
                many(attempt.n.into(), "look"),
            )?;
        }
    }
    Ok(())
}

/// How often slots appear, no stronger than the looks allow.
fn a_week(openings: &Openings) -> String {
    let Interval { lo, hi } = openings.rate;
    let exact = |rate: f64| if rate < 0.095 { format!("{rate:.3}") } else { format!("{rate:.1}") };
    if openings.lower_bound || openings.only_seen {
        return format!("at least {} a week (95 % sure)", exact(lo));
    }
    format!("{} a week (95 %: {} to {})", exact(openings.rate_per_week), exact(lo), exact(hi))
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
    format!("{} to {}", hundredths(interval.lo), percent(interval.hi))
}

#[cfg(test)]
mod tests {
    use guichet_model::Counts;
    use guichet_stats::{Needed, Tier};

    use super::*;

    /// 20 days, all hours of which a page told.
    fn figures(counts: Counts) -> Availability {
        Availability {
            from: "2025-01-01".parse().unwrap(),
            to: "2025-01-20".parse().unwrap(),
            n_polls: counts.told(),
            counts,
            p: Some(0.376),
            interval: Interval { lo: 0.000_3, hi: 0.52 },
            n_eff: 25.0,
            deff: 19.2,
            nu: 4,
            days_observed: 20,
            capture: 1.0,
            missing_share: 0.0,
            manski: Interval { lo: 0.376, hi: 0.376 },
            tier: Tier::Provisional,
        }
    }

    fn told(figures: &Availability) -> String {
        let mut text = String::new();
        availability(&mut text, figures).unwrap();
        text
    }

    #[test]
    fn a_share_is_of_the_time_booking_was_on_where_it_was_not_always() {
        let counts = Counts { open: 180, full: 300, ..Counts::default() };
        let text = told(&figures(counts));
        assert!(text.contains("37.6 % of the time (95 %: <0.1 to 52.0 %), in 180 of 480 answers"), "{text}");
        let text = told(&figures(Counts { shut: 1, ..counts }));
        assert!(text.contains("37.6 % of the time booking was on (95 %"), "{text}");
    }

    #[test]
    fn without_enough_exposure_there_are_counts_and_a_reason_and_no_share() {
        let counts = Counts { open: 1, full: 0, unknown: 1, ..Counts::default() };
        let text = told(&Availability { days_observed: 1, ..figures(counts) });
        assert!(
            text.contains("in 1 of 1 answer; no share: too little data, 1 of 14 observed days\n"),
            "{text}"
        );
        assert!(text.contains("1 day of at least 6 h") && text.contains("1 of 2 looks unknown"), "{text}");
        assert!(!text.contains("37.6") && !text.contains("if unknown"), "{text}");
        let text = told(&Availability { capture: 0.497, ..figures(counts) });
        assert!(text.contains("too little data, 49.7 % of the time covered, 50 % needed\n"), "{text}");
    }

    #[test]
    fn a_forecast_without_an_interval_is_not_printed_but_what_it_lacks() {
        let lacks = Some(TooLittle { needed: Needed::Forecasts, have: 40.0, need: 100.0 });
        let forecast = Forecast { horizon_days: 7, p: 0.4, interval: None, lacks };
        assert_eq!(next(&forecast), "too little data, 40 of 100 past forecasts that we could check");
        let interval = Some(Interval { lo: 0.2, hi: 0.7 });
        assert_eq!(next(&Forecast { interval, lacks: None, ..forecast }), "40.0 % (20.0 to 70.0 %)");
    }

    #[test]
    fn a_rate_is_told_no_stronger_than_the_looks_allow() {
        let known = Openings {
            rate_per_week: 3.24,
            rate: Interval { lo: 2.07, hi: 4.81 },
            only_seen: false,
            lifetime_min: None,
            seen_count: 35,
            single_poll_share: 0.4,
            detectability: None,
            lower_bound: false,
            median_gap_min: 30.0,
        };
        assert_eq!(a_week(&known), "3.2 a week (95 %: 2.1 to 4.8)");
        for openings in
            [Openings { lower_bound: true, ..known.clone() }, Openings { only_seen: true, ..known.clone() }]
        {
            assert_eq!(a_week(&openings), "at least 2.1 a week (95 % sure)");
        }
        let rare = Openings { rate: Interval { lo: 0.043, hi: 0.2 }, lower_bound: true, ..known };
        assert_eq!(a_week(&rare), "at least 0.043 a week (95 % sure)");
    }
}

//! The week as a drawing in text: seven columns of hours, darker where a slot was visible more often. What never enters:
//! an hour that was never observed shown as an empty one.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use guichet_model::civil::HourOfWeek;
use guichet_stats::{Availability, cells::Cells};

/// From this share on, the sign.
const SHADES: [(f64, char); 5] = [(0.5, '█'), (0.2, '▓'), (0.05, '▒'), (f64::MIN_POSITIVE, '░'), (0.0, '·')];

fn shade(share: f64) -> char {
    SHADES.iter().find(|(from, _)| share >= *from).map_or('·', |(_, sign)| *sign)
}

/// The drawing. With `cells` it shows what they estimate, in per cent; without, what was counted: open of told.
pub(crate) fn draw(
    text: &mut String,
    cells: Option<&Cells>,
    hours: &BTreeMap<HourOfWeek, Availability>,
) -> fmt::Result {
    if cells.is_some() {
        writeln!(
            text,
            "\nHow often a slot was visible, by hour of the week, in per cent (in brackets: no data of its own)"
        )?;
    } else {
        writeln!(text, "\nOpen of told, by hour of the week ( – never asked, ? never told):")?;
    }
    writeln!(text, "       Mon     Tue     Wed     Thu     Fri     Sat     Sun")?;
    for hour in 0..24 {
        write!(text, "{hour:2} h ")?;
        for at in (0..7).filter_map(|day| HourOfWeek::new(day, hour)) {
            let cell = match cells.and_then(|cells| cells.cells.get(at.index())) {
                Some(cell) => {
                    let share = match cell.p_eb * 100.0 {
                        percent if percent > 0.0 && percent < 0.5 => "<1".to_owned(),
                        percent => format!("{percent:.0}"),
                    };
                    let shown = if cell.borrowed { format!("({share})") } else { share };
                    format!("{} {shown}", shade(cell.p_eb))
                }
                None => counted(hours.get(&at)),
            };
            write!(text, "{cell:>8}")?;
        }
        writeln!(text)?;
    }
    writeln!(text, "  █ half of the time or more  ▓ from 20 %  ▒ from 5 %  ░ less  · not at all")
}

fn counted(known: Option<&Availability>) -> String {
    match known {
        None => "–".to_owned(),
        Some(known) => match known.p {
            None => "?".to_owned(),
            Some(p) => format!("{} {}/{}", shade(p), known.counts.open, known.n_polls),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_darker_sign_is_a_larger_share_and_nothing_is_not_drawn_as_little() {
        assert_eq!([0.0, 0.001, 0.05, 0.2, 0.5, 1.0].map(shade), ['·', '░', '▒', '▓', '█', '█']);
    }

    #[test]
    fn hours_that_were_never_asked_are_not_drawn_as_empty_ones() {
        let mut text = String::new();
        draw(&mut text, None, &BTreeMap::new()).unwrap();
        assert_eq!(text.matches('–').count(), 169, "{text}");
        assert!(!text.contains("0/"), "{text}");
    }
}

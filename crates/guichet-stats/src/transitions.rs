//! The steps from one look that told to the next: what the models of openings are made of. What never enters: looks
//! that told nothing, steps over a time when booking was switched off.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use guichet_model::{
    Instant, Look, Seen,
    civil::{self, LocalHour},
};

use crate::markov::Transition;

/// No step longer than this says anything of minutes.
const LONGEST: TimeDelta = TimeDelta::hours(6);

/// Steps of about the same length are counted together, each group with its own mean length.
const GROUP_MS: i64 = 5000;

/// How far apart the looks that told are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spacing {
    /// The median of the planned ones.
    pub(crate) median: TimeDelta,
    /// Two looks further apart are no neighbours: three medians, six hours at most.
    pub(crate) longest: TimeDelta,
}

impl Spacing {
    /// Of looks in order of time; `None` where no two told. Follow-ups are left out of the median (they would make it
    /// theirs) unless there is nothing else.
    pub(crate) fn of(looks: &[Look]) -> Option<Self> {
        let planned = steps(looks.iter().filter(|look| look.is_base)).map(|step| step.ms);
        let mut gaps: Vec<i64> = planned.collect();
        if gaps.is_empty() {
            gaps = steps(looks).map(|step| step.ms).collect();
        }
        let middle = gaps.len() / 2;
        if gaps.is_empty() {
            return None;
        }
        let (below, upper, _) = gaps.select_nth_unstable(middle);
        let upper = *upper;
        let lower = if below.len() == middle && below.len() * 2 == gaps.len() {
            gaps[..middle].iter().copied().max().unwrap_or(upper)
        } else {
            upper
        };
        let median = TimeDelta::milliseconds(lower + (upper - lower) / 2);
        Some(Self { median, longest: (median * 3).min(LONGEST) })
    }
}

/// From one look that told open or full to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    from: Instant,
    from_open: bool,
    to_open: bool,
    ms: i64,
}

/// Looks that told nothing are stepped over; `shut` ends a row; looks at one instant, or earlier than the one before,
/// make no step.
fn steps<'a>(looks: impl IntoIterator<Item = &'a Look>) -> impl Iterator<Item = Step> {
    let mut before: Option<(Instant, bool)> = None;
    looks.into_iter().filter_map(move |look| {
        if look.seen == Seen::Shut {
            before = None;
        }
        let to_open = look.told()?;
        let from = before.replace((look.at, to_open));
        from.map(|(from, from_open)| Step {
            from,
            from_open,
            to_open,
            ms: (look.at - from).num_milliseconds(),
        })
        .filter(|step| step.ms > 0)
    })
}

/// Steps in all and date by date.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// How many of each kind and length.
    pub(crate) transitions: Vec<Transition>,
    /// For each civil date on which steps start, in order, the places of those steps in `transitions`.
    pub(crate) dates: Vec<Vec<usize>>,
}

impl Counted {
    /// What each transition is worth, summed over those of each date.
    pub(crate) fn by_date(&self, worth: impl Iterator<Item = f64>) -> Vec<f64> {
        let worth: Vec<f64> = worth.collect();
        let sum = |date: &Vec<usize>| date.iter().filter_map(|place| worth.get(*place)).sum();
        self.dates.iter().map(sum).collect()
    }
}

/// The steps not longer than `longest`, follow-ups included, counted in groups of five seconds.
pub(crate) fn transitions(looks: &[Look], longest: TimeDelta, zone: Tz) -> Counted {
    let longest = longest.min(LONGEST).num_milliseconds().max(0);
    let groups = usize::try_from(longest / GROUP_MS).unwrap_or(0) + 1;
    let mut counted = vec![(0_u32, 0_i64); 4 * groups];
    let mut dates: Vec<Vec<usize>> = Vec::new();
    let mut today: Option<CivilDay> = None;
    for step in steps(looks).filter(|step| step.ms <= longest) {
        let kind = 2 * usize::from(step.from_open) + usize::from(step.to_open);
        let place = kind * groups + usize::try_from(step.ms / GROUP_MS).unwrap_or(0);
        let Some((count, ms)) = counted.get_mut(place) else { continue };
        *count += 1;
        *ms += step.ms;
        if today.as_ref().is_none_or(|today| !today.holds(step.from)) {
            let next = CivilDay::of(step.from, zone);
            if today.replace(next).is_none_or(|last| last.date != next.date) {
                dates.push(Vec::new());
            }
        }
        if let Some(date) = dates.last_mut() {
            date.push(place);
        }
    }
    let mut transitions = Vec::new();
    let mut moved = vec![0; counted.len()];
    for (place, (count, ms)) in counted.into_iter().enumerate().filter(|(_, (count, _))| *count > 0) {
        let kind = place / groups;
        let count = f64::from(count);
        moved[place] = transitions.len();
        transitions.push(Transition {
            from_open: kind >= 2,
            to_open: kind % 2 == 1,
            gap_h: hours(ms) / count,
            count,
        });
    }
    for place in dates.iter_mut().flatten() {
        *place = moved[*place];
    }
    Counted { transitions, dates }
}

/// A civil date and when it begins and ends: looks come hundreds to a date, and asking the zone of each costs more than
/// all the rest.
#[derive(Debug, Clone, Copy)]
struct CivilDay {
    date: NaiveDate,
    from: Instant,
    to: Instant,
}

impl CivilDay {
    fn of(at: Instant, zone: Tz) -> Self {
        let date = LocalHour::of(at, zone).date;
        let midnight = |date: NaiveDate| civil::instant_of(date.and_time(NaiveTime::MIN), zone);
        let span = midnight(date).zip(date.succ_opt().and_then(midnight));
        // Where a midnight is left out, nothing is kept.
        let (from, to) = span.unwrap_or((at, at));
        Self { date, from, to }
    }

    fn holds(&self, at: Instant) -> bool {
        self.from <= at && at < self.to
    }
}

/// Hours of milliseconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of years fit 53 bits")]
pub(crate) fn hours(ms: i64) -> f64 {
    ms as f64 / 3_600_000.0
}

#[cfg(test)]
pub(crate) mod tests {
    use chrono::DateTime;
    use guichet_model::{Dates, DatesClass};
    use proptest::prelude::*;

    use super::*;

    const OPEN: Seen = Seen::Open(Dates { class: DatesClass::Untold, lead_min: None });

    /// Looks from a word: `o` open, `f` full, `s` shut, `?` unknown, capitals are follow-ups; `gap_min` apart.
    pub(crate) fn looks(word: &str, gap_min: i64) -> Vec<Look> {
        (0..)
            .zip(word.chars())
            .map(|(i, letter)| Look {
                at: DateTime::UNIX_EPOCH + TimeDelta::minutes(gap_min * i),
                is_base: !letter.is_ascii_uppercase(),
                seen: match letter.to_ascii_lowercase() {
                    'o' => OPEN,
                    'f' => Seen::Full,
                    's' => Seen::Shut,
                    _ => Seen::Unknown,
                },
            })
            .collect()
    }

    /// Any looks at all: in order of time or not, several at an instant, years apart.
    pub(crate) fn any_looks() -> impl Strategy<Value = Vec<Look>> {
        let seen = prop_oneof![Just(OPEN), Just(Seen::Full), Just(Seen::Shut), Just(Seen::Unknown)];
        let gap_s = prop_oneof![
            18 => 0_i64..3000,
            1 => -4000_i64..40_000,
            1 => 0_i64..2_000_000,
        ];
        prop::collection::vec((gap_s, prop::bool::weighted(0.8), seen), 0..400).prop_map(|drawn| {
            let mut at = DateTime::UNIX_EPOCH;
            drawn
                .into_iter()
                .map(|(gap, is_base, seen)| {
                    at += TimeDelta::seconds(gap);
                    Look { at, is_base, seen }
                })
                .collect()
        })
    }

    fn kinds(word: &str) -> Vec<(bool, bool, f64)> {
        let all = transitions(&looks(word, 10), TimeDelta::minutes(30), civil::PARIS).transitions;
        all.iter().map(|step| (step.from_open, step.to_open, step.count * step.gap_h * 60.0)).collect()
    }

    #[test]
    fn a_look_that_told_nothing_is_stepped_over_and_shut_ends_the_row() {
        assert_eq!(kinds("f?o"), [(false, true, 20.0)]);
        assert_eq!(kinds("fso"), []);
        assert_eq!(kinds("f????o"), [], "too far apart");
        assert_eq!(kinds("ooOf"), [(true, false, 10.0), (true, true, 20.0)]);
    }

    #[test]
    fn the_median_gap_is_that_of_planned_looks() {
        let mut all = looks("ffff", 30);
        for minute in [31, 32, 33, 34, 35, 36] {
            let at = DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
            all.push(Look { at, is_base: false, seen: OPEN });
        }
        all.sort_unstable();
        let spacing = Spacing::of(&all).unwrap();
        assert_eq!(spacing.median, TimeDelta::minutes(30));
        assert_eq!(spacing.longest, TimeDelta::minutes(90));
        assert_eq!(Spacing::of(&looks("FFF", 7)).unwrap().median, TimeDelta::minutes(7));
        assert_eq!(Spacing::of(&looks("f?s", 7)), None);
        assert_eq!(Spacing::of(&looks("fff", 600)).unwrap().longest, LONGEST);
    }

    #[test]
    fn the_median_of_an_even_number_of_gaps_lies_between_the_two_in_the_middle() {
        let mut all = looks("fff", 10);
        all[2].at += TimeDelta::minutes(10);
        assert_eq!(Spacing::of(&all).unwrap().median, TimeDelta::minutes(15));
    }

    #[test]
    fn grouping_keeps_the_number_and_the_time_of_all_steps() {
        let mut all = looks("fofffooof", 10);
        for (i, look) in (0..).zip(&mut all) {
            look.at += TimeDelta::seconds(i * i);
        }
        let grouped = transitions(&all, TimeDelta::hours(1), civil::PARIS).transitions;
        let count: f64 = grouped.iter().map(|step| step.count).sum();
        let time: f64 = grouped.iter().map(|step| step.count * step.gap_h).sum();
        assert!((count - 8.0).abs() < 1e-12);
        assert!((time - hours((all[8].at - all[0].at).num_milliseconds())).abs() < 1e-9);
    }
    #[test]
    fn steps_belong_to_the_civil_date_on_which_they_start() {
        // Midnight in Paris is 23:00 UTC; the looks start at 22:40 and are ten minutes apart.
        let mut all = looks("fofffofo", 10);
        for look in &mut all {
            look.at += TimeDelta::days(200) + TimeDelta::minutes(22 * 60 + 40);
        }
        let longest = TimeDelta::minutes(30);
        let by_date = |zone| {
            let counted = transitions(&all, longest, zone);
            let opened = |date: &Vec<usize>| {
                let steps = date.iter().map(|place| counted.transitions[*place]);
                (date.len(), steps.filter(|step| !step.from_open && step.to_open).count())
            };
            counted.dates.iter().map(opened).collect::<Vec<_>>()
        };
        assert_eq!(by_date(civil::PARIS), [(2, 1), (5, 2)]);
        assert_eq!(by_date(chrono_tz::UTC), [(7, 3)]);
    }
}

//! The truth of a script: when each desk was open, whether or not anybody could see it. What never enters: requests.

use std::{collections::BTreeMap, fmt};

use guichet_model::Instant;
use serde::Serialize;

use crate::{
    ledger::rfc3339,
    script::{Desk, Form, Host, Script},
    state::State,
    timeline::{Moment, pieces},
};

/// A span of time, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// The beginning.
    #[serde(serialize_with = "rfc3339")]
    pub from: Instant,
    /// The end.
    #[serde(serialize_with = "rfc3339")]
    pub to: Instant,
}

/// What was true between two instants.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// The beginning.
    #[serde(serialize_with = "rfc3339")]
    pub from: Instant,
    /// The end, not included.
    #[serde(serialize_with = "rfc3339")]
    pub to: Instant,
    /// Every form, in the script's order.
    pub forms: Vec<FormTruth>,
}

/// The shares of time, 0 to 1; all 0 where no time passed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Shares {
    /// At least one slot could be booked, seen or not.
    pub open: f64,
    /// The pages showed it.
    pub seen_open: f64,
    /// The pages told how things were, in the words that the platform has for it: open and full everywhere but
    /// behind a wall, shut and without a calendar where there are words for them.
    pub told: f64,
}

/// The truth about a form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormTruth {
    /// The host's name.
    pub host: String,
    /// The form's id.
    pub form: u32,
    /// The form's title.
    pub title: String,
    /// The target that the form stands for.
    pub target: Option<String>,
    /// Of the form: `open` if any desk is, `told` if any desk showed slots or all told.
    pub shares: Shares,
    /// When any desk was open.
    pub open: Vec<Interval>,
    /// Each desk, in the order of the page.
    pub desks: Vec<DeskTruth>,
}

/// The truth about a desk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeskTruth {
    /// The desk's id.
    pub desk: u32,
    /// Its label.
    pub label: String,
    /// Of the desk.
    pub shares: Shares,
    /// The share of time of each state that was shown.
    pub shown: BTreeMap<State, f64>,
    /// When it was open.
    pub open: Vec<Interval>,
}

impl Script {
    /// What is true in `[from, to)`, whatever is asked of the pages meanwhile.
    pub fn truth_between(&self, from: Instant, to: Instant) -> Truth {
        let forms = self
            .hosts
            .iter()
            .flat_map(|host| host.forms.iter().map(move |form| (host, form)))
            .map(|(host, form)| form_truth(host, form, from, to))
            .collect();
        Truth { from, to, forms }
    }
}

/// A piece of time in which nothing changes, and each desk's moment in it.
struct Piece {
    span: Interval,
    moments: Vec<Moment>,
}

fn form_truth(host: &Host, form: &Form, from: Instant, to: Instant) -> FormTruth {
    let mut layers = vec![&host.timeline, &form.timeline];
    layers.extend(form.desks.iter().map(|desk| &desk.timeline));
    let cuts = pieces(&layers, from, to);
    let ends = cuts.iter().skip(1).copied().chain([to]);
    let pieces: Vec<Piece> = cuts
        .iter()
        .zip(ends)
        .map(|(start, end)| Piece {
            span: Interval { from: *start, to: end },
            moments: form.desks.iter().map(|desk| host.moment(form, desk, *start)).collect(),
        })
        .collect();
    let whole = (to - from).as_seconds_f64();
    let (shares, open) = summary(&pieces, whole, |moments| Summary {
        open: moments.iter().any(Moment::open),
        seen_open: moments.iter().any(|moment| moment.state() == State::Open),
        told: moments.iter().any(|moment| moment.state() == State::Open)
            || moments.iter().all(|moment| form.address.tells(moment.state())),
    });
    FormTruth {
        host: host.name.clone(),
        form: form.id,
        title: form.title.clone(),
        target: form.target.as_ref().map(ToString::to_string),
        shares,
        open,
        desks: form
            .desks
            .iter()
            .enumerate()
            .map(|(index, desk)| desk_truth((form, desk), index, &pieces, whole))
            .collect(),
    }
}

fn desk_truth((form, desk): (&Form, &Desk), index: usize, pieces: &[Piece], whole: f64) -> DeskTruth {
    let (shares, open) = summary(pieces, whole, |moments| {
        let moment = &moments[index];
        Summary {
            open: moment.open(),
            seen_open: moment.state() == State::Open,
            told: form.address.tells(moment.state()),
        }
    });
    let mut shown = BTreeMap::new();
    for piece in pieces {
        let share = (piece.span.to - piece.span.from).as_seconds_f64() / whole;
        *shown.entry(piece.moments[index].state()).or_insert(0.0) += share;
    }
    DeskTruth { desk: desk.id, label: desk.label.clone(), shares, shown, open }
}

/// What holds in one piece.
struct Summary {
    open: bool,
    seen_open: bool,
    told: bool,
}

fn summary(pieces: &[Piece], whole: f64, of: impl Fn(&[Moment]) -> Summary) -> (Shares, Vec<Interval>) {
    let mut shares = Shares::default();
    let mut open: Vec<Interval> = Vec::new();
    for piece in pieces {
        let share = (piece.span.to - piece.span.from).as_seconds_f64() / whole;
        let here = of(&piece.moments);
        if here.open {
            shares.open += share;
            match open.last_mut() {
                Some(last) if last.to == piece.span.from => last.to = piece.span.to,
                _ => open.push(piece.span),
            }
        }
        if here.seen_open {
            shares.seen_open += share;
        }
        if here.told {
            shares.told += share;
        }
    }
    (shares, open)
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "from {} to {}", self.from.format("%F %R"), self.to.format("%F %R UTC"))?;
        writeln!(f, "{:>7} {:>7} {:>7} {:>9}  desk", "open", "seen", "told", "openings")?;
        for form in &self.forms {
            for desk in &form.desks {
                let Shares { open, seen_open, told } = desk.shares;
                let name = form.target.as_deref().unwrap_or(&form.title);
                writeln!(
                    f,
                    "{:>6.2}% {:>6.2}% {:>6.2}% {:>9}  {}/{}/{} {name}: {}",
                    open * 100.0,
                    seen_open * 100.0,
                    told * 100.0,
                    desk.open.len(),
                    form.host,
                    form.form,
                    desk.desk,
                    desk.label
                )?;
            }
        }
        Ok(())
    }
}

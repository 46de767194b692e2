//! What is known of each procedure of each department: a page that is watched, another way, or nothing, and why.
//! What never enters: figures, words for people.

use std::collections::BTreeMap;

use guichet_catalog::Catalog;
use guichet_model::{Channel, DepartmentCode, Instant, ProcedureId, Statement, TargetId};
use guichet_store::TargetState;

use crate::state::{Sampling, Watch};

/// How far a procedure of a department is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// A page with slots is sampled.
    Watched,
    /// A page answers, but a CAPTCHA stands before its slots.
    Wall,
    /// A page is known and has not been tried yet.
    Probation,
    /// It goes another way, where there are no slots: ANEF, *Démarche numérique*, e-mail, post, without appointment.
    OtherChannel,
    /// A page is known and was never found alive.
    NotFoundAlive,
    /// A page is known and is not asked: paused, or only readable with somebody's agreement.
    NotAsked,
    /// Nobody has told us.
    Unknown,
}

impl Standing {
    /// All of them, the best known first.
    pub const ALL: [Self; 7] = [
        Self::Watched,
        Self::Wall,
        Self::Probation,
        Self::OtherChannel,
        Self::NotFoundAlive,
        Self::NotAsked,
        Self::Unknown,
    ];

    /// The word used in the API, by the command line and in the keys of messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Wall => "wall",
            Self::Probation => "probation",
            Self::OtherChannel => "other_channel",
            Self::NotFoundAlive => "not_found_alive",
            Self::NotAsked => "not_asked",
            Self::Unknown => "unknown",
        }
    }

    /// What several targets and a statement come to. A page that is alive, or may be, goes before what somebody
    /// stated; what somebody stated goes before a page that was not found.
    fn of(watches: &[Watch], statement: Option<&Statement>) -> Self {
        let any = |wanted: fn(&Watch) -> bool| watches.iter().any(wanted);
        let elsewhere =
            statement.is_some_and(|said| !matches!(said.channel, Channel::BookingPage | Channel::Unknown));
        if any(|watch| matches!(watch, Watch::Watched { .. })) {
            Self::Watched
        } else if any(|watch| matches!(watch, Watch::Wall { .. })) {
            Self::Wall
        } else if any(|watch| matches!(watch, Watch::Probation)) {
            Self::Probation
        } else if elsewhere {
            Self::OtherChannel
        } else if any(|watch| matches!(watch, Watch::NotFoundAlive { .. })) {
            Self::NotFoundAlive
        } else if any(|watch| matches!(watch, Watch::Off | Watch::Paused)) {
            Self::NotAsked
        } else {
            Self::Unknown
        }
    }
}

/// One procedure of one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The department.
    pub department: DepartmentCode,
    /// The procedure.
    pub procedure: ProcedureId,
    /// How far it is covered.
    pub standing: Standing,
    /// By which way it goes, as far as anybody has told us.
    pub channel: Channel,
    /// The catalogue's targets for it, each with whether it is watched, in a word.
    pub targets: Vec<(TargetId, &'static str)>,
}

/// Every procedure of every department, in the catalogue's order; targets as `states` say of them at `now`.
pub fn coverage(catalog: &Catalog, states: &BTreeMap<TargetId, TargetState>, now: Instant) -> Vec<Cell> {
    let watch = |id: &TargetId| {
        let sampling = states.get(id).map(|state| Sampling::as_of(state, now)).unwrap_or_default();
        Watch::of(catalog.target(id).map(|(_, target)| target), sampling)
    };
    of(catalog, &watch)
}

/// The same, where whether a target is watched is known already.
pub(crate) fn of(catalog: &Catalog, watch: &dyn Fn(&TargetId) -> Watch) -> Vec<Cell> {
    let mut targets: BTreeMap<(&DepartmentCode, &ProcedureId), Vec<(&TargetId, Watch)>> = BTreeMap::new();
    for (_, target) in catalog.targets() {
        let place = (target.id.department(), target.id.procedure());
        targets.entry(place).or_default().push((&target.id, watch(&target.id)));
    }
    let cell = |department: &DepartmentCode, procedure: &ProcedureId| {
        let statement = catalog.statement(department, procedure);
        let mut known = targets.get(&(department, procedure)).cloned().unwrap_or_default();
        // A page for another procedure may be the page for this one too.
        let named = |id: &TargetId| {
            let url = statement.and_then(|said| said.url.as_ref());
            url.is_some_and(|url| catalog.target(id).is_some_and(|(_, target)| target.url == *url))
        };
        let others = targets.iter().filter(|((code, other), _)| *code == department && *other != procedure);
        known.extend(others.flat_map(|(_, pages)| pages).filter(|(id, _)| named(id)));
        let watches: Vec<Watch> = known.iter().map(|(_, watch)| *watch).collect();
        let has_page = watches.iter().any(|watch| !matches!(watch, Watch::Historical | Watch::Retired));
        let stated = statement.map_or(Channel::Unknown, |said| said.channel);
        Cell {
            department: department.clone(),
            procedure: procedure.clone(),
            standing: Standing::of(&watches, statement),
            channel: if stated == Channel::Unknown && has_page { Channel::BookingPage } else { stated },
            targets: known.iter().map(|(id, watch)| ((*id).clone(), watch.as_str())).collect(),
        }
    };
    catalog
        .departments
        .iter()
        .flat_map(|department| {
            catalog.procedures.iter().map(|procedure| cell(&department.code, &procedure.id))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(channel: Channel) -> Statement {
        Statement {
            procedure: "renouvellement".parse().unwrap(),
            channel,
            url: None,
            only: None,
            source: None,
            stated: None,
            national: false,
        }
    }

    #[test]
    fn a_live_page_goes_before_a_statement_and_a_statement_before_a_dead_page() {
        let since: Instant = "2026-11-01T08:00:00Z".parse().unwrap();
        let dead = Watch::NotFoundAlive { cause: None };
        let anef = said(Channel::Anef);
        let unknown = said(Channel::Unknown);
        for (watches, statement, standing) in [
            (&[dead, Watch::Watched { since }][..], Some(&anef), Standing::Watched),
            (&[Watch::Probation, Watch::Wall { since }], Some(&anef), Standing::Wall),
            (&[dead, Watch::Probation], Some(&anef), Standing::Probation),
            (&[dead], Some(&anef), Standing::OtherChannel),
            (&[], Some(&anef), Standing::OtherChannel),
            (&[dead, Watch::Off], Some(&unknown), Standing::NotFoundAlive),
            (&[Watch::Off], None, Standing::NotAsked),
            (&[Watch::Paused], Some(&said(Channel::BookingPage)), Standing::NotAsked),
            (&[Watch::Retired], Some(&said(Channel::BookingPage)), Standing::Unknown),
            (&[], Some(&unknown), Standing::Unknown),
            (&[], None, Standing::Unknown),
        ] {
            assert_eq!(Standing::of(watches, statement), standing, "{watches:?}");
        }
    }
}

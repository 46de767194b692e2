//! Sessions: how far a visitor with a cookie has come in each form. What never enters: who the visitor is.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use crate::{chance::Chance, ledger::lock};

/// The names of the session cookies; every platform's.
pub(crate) const COOKIES: [&str; 2] = ["eZSESSID", "JSESSIONID"];
/// The most sessions kept; then the oldest go.
const MOST: usize = 20_000;

/// How far a visitor has come in one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Visit {
    /// Whether the conditions were accepted.
    pub(crate) accepted: bool,
    /// The step that may be looked at.
    pub(crate) step: u8,
    /// The desk that was chosen.
    pub(crate) desk: Option<u32>,
}

#[derive(Debug, Default)]
struct Table {
    given: i64,
    order: VecDeque<String>,
    visits: HashMap<String, (String, HashMap<u32, Visit>)>,
}

/// All sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<Table>);

impl Sessions {
    /// A new session of a host: its cookie's value.
    pub(crate) fn give(&self, host: &str) -> String {
        let mut table = lock(&self.0);
        table.given += 1;
        let mut chance = Chance::new(0, 0, table.given);
        let id = format!("{:016x}{:016x}", chance.next(), chance.next());
        if table.order.len() == MOST
            && let Some(oldest) = table.order.pop_front()
        {
            table.visits.remove(&oldest);
        }
        table.order.push_back(id.clone());
        table.visits.insert(id.clone(), (host.to_owned(), HashMap::new()));
        id
    }

    /// Whether a cookie's value was given by this host.
    pub(crate) fn knows(&self, host: &str, id: &str) -> bool {
        lock(&self.0).visits.get(id).is_some_and(|(of, _)| of == host)
    }

    /// How far the session has come in a form.
    pub(crate) fn visit(&self, id: &str, form: u32) -> Visit {
        let table = lock(&self.0);
        table.visits.get(id).and_then(|(_, visits)| visits.get(&form)).copied().unwrap_or_default()
    }

    /// Writes down how far the session has come in a form.
    pub(crate) fn note(&self, id: &str, form: u32, visit: Visit) {
        if let Some((_, visits)) = lock(&self.0).visits.get_mut(id) {
            visits.insert(form, visit);
        }
    }
}

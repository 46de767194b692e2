//! The store: one `SQLite` file, the only place that speaks SQL.
//!
//! The log (`observation`, `exchange`, `robots`) is appended to and never changed, and so are `audit`s. Derived tables
//! (`hour_tally`, `day_looks`, `target_summary`) are kept in step within the same transaction and can be recomputed from
//! the log byte for byte.
//! What never enters: the network, HTML, opinions about the figures, the clock.
//!
//! Instants are kept to the millisecond; finer parts are dropped, and a leap second is kept as the second after it.

mod audit;
mod columns;
mod connection;
mod counted;
mod derived;
mod drift;
mod error;
mod figures;
mod import;
mod look_codec;
mod observation;
mod page;
mod reader;
mod replay;
mod state;
mod store;
mod target;

#[cfg(test)]
mod tests;

pub use audit::AuditRecord;
pub use drift::Drift;
pub use error::StoreError;
pub use import::Imported;
pub use observation::DesksAsked;
pub use reader::{Reader, TargetRow};
pub use replay::StoredPage;
pub use state::{HostState, RobotsRecord, SamplingState, TargetState};
pub use store::{ObservationId, ProbeRecord, Rebuilt, Store};

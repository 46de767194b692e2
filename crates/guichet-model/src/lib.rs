//! The words of Guichet Ouvert and the arithmetic that belongs to them.
//!
//! Every other crate speaks with these types. What never enters: serialisation, files, network, SQL, the clock.
//! Instants are UTC; local (civil) time exists in [`civil`] only.

pub mod calendar;
pub mod catalogue;
pub mod civil;
pub mod id;
pub mod look;
pub mod observation;
pub mod outcome;
pub mod tally;

pub use calendar::{Calendar, DaysOff, Holiday, HolidayRule};
pub use catalogue::{
    Channel, Competence, CompetenceScope, Department, ParamValue, Params, Position, Procedure, Site,
    SiteKind, Statement, Target, TargetStatus, Unplaced,
};
pub use id::{DepartmentCode, InvalidId, ProcedureId, SiteId, TargetId};
pub use look::{Dates, DatesClass, Look, Seen};
pub use observation::{
    Exchange, Marker, Observation, ProbeFacts, Publication, Purpose, Service, Sha256Hex, Source,
};
pub use outcome::{Cause, DeskReading, Offer, Outcome, SlotCount, UnknownWord};
pub use tally::{Counts, HourTally};

/// A point in time, always UTC.
pub type Instant = chrono::DateTime<chrono::Utc>;

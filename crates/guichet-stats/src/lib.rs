//! Estimators over observations: pure functions with honest uncertainty.
//!
//! Figures are computed from [`guichet_model::HourTally`]: hourly counts in local civil time, in which missing is
//! missing. What never enters: I/O, the clock, SQL, words for people.

pub mod availability;
pub mod interval;
pub mod long_run;

pub use availability::{Availability, Tier, availability, by_hour_of_week};
pub use interval::Interval;

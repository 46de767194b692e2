//! Estimators over observations: pure functions with honest uncertainty, recipe by recipe (R1 to R7, R9, R10).
//!
//! They are given an [`Evidence`]: hourly tallies in local civil time and the looks themselves, in which missing is
//! missing. A recipe that has less than its minimum of data says what is missing ([`TooLittle`]) instead of a figure.
//! What never enters: I/O, the clock, SQL, words for people.

pub mod audit;
pub mod availability;
pub mod cells;
pub mod chance;
pub mod change_frequency;
pub mod changes;
pub mod circular;
pub mod class;
pub mod episodes;
pub mod evidence;
pub mod forecast;
pub mod interval;
pub mod lead_time;
pub mod long_run;
pub mod markov;
pub mod minimum;
pub mod openings;
mod pelt;
pub mod persistence;
pub mod release;
pub mod report;
mod scan;
pub mod timed;
mod timing;
mod transitions;
pub mod tries;
pub mod turnbull;

pub use availability::{Availability, Tier, availability, by_hour_of_week};
pub use evidence::Evidence;
pub use interval::Interval;
pub use minimum::{Needed, TooLittle};
pub use report::{Pooled, Question, Report, pooled, report};

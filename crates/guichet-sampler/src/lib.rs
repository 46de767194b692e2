//! Decides who is due and turns each probe into one appended observation.
//!
//! [`planner`], [`breaker`] and [`standing`] are pure: state and `now` in, decisions out. [`probe`] walks one target's
//! pages through fetch and adapter. [`runner`] drives them and writes. [`jobs`] keeps the coarse calendar. What never
//! enters: SQL, HTML, sockets of our own.

pub mod breaker;
mod drift;
pub mod jobs;
pub mod planner;
pub mod probe;
mod recording;
pub mod runner;
pub mod standing;
#[cfg(test)]
mod tests;
mod turns;

pub use breaker::HostSaid;
pub use probe::{Came, Judged, LastPage, Look, Probed, judge, one_too_many, probe};
pub use runner::{Sampler, SamplerError, Watched};

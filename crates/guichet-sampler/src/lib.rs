//! Decides who is due and turns each probe into one appended observation.
//!
//! [`planner`] and [`breaker`] are pure: state and `now` in, decisions out. [`standing`] keeps where a target stands. [`probe`] walks one target's pages through
//! fetch and adapter. [`runner`] drives them and writes. [`jobs`] keeps the coarse calendar. What never enters: SQL,
//! HTML, sockets of our own.

pub mod breaker;
pub mod jobs;
pub mod planner;
pub mod probe;
pub mod runner;
pub mod standing;
mod turns;

pub use probe::{Look, Probed, probe};
pub use runner::{Sampler, SamplerError, Watched};

//! The only way out: every request of Guichet Ouvert leaves through [`Client`].
//!
//! It says who it is, asks robots.txt first, keeps to one probe at a time on a host and to the spacing between
//! probes and between requests, refuses addresses that are not public, and caps what it reads. What never enters:
//! sites, procedures or outcomes (no other crate of this workspace), retries, proxies, disguises.

mod charset;
mod classify;
mod client;
pub mod clock;
mod exchange;
mod failure;
mod gap;
mod headers;
mod host;
mod message;
mod probe;
mod reach;
mod resolver;
mod robots;
mod setup;
#[cfg(test)]
mod tests;

pub use charset::decode;
pub use client::Client;
pub use failure::Failure;
pub use host::registrable_host;
pub use message::{Answer, Request};
pub use probe::Probe;
pub use reach::Reach;
pub use robots::{LONGEST_CRAWL_WAIT, RobotsVerdict};
pub use setup::{Identity, Limits, SHORTEST_PROBE_SPACING, SetupError};

//! End-to-end tests: the real binaries, as their users start them. Nothing here contacts any host but loopback.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and says what it skipped"
)]

mod architecture;
mod bad_input;
mod checking_online;
mod crash;
mod documentation;
mod harness;
mod importing;
mod pipes;
mod platforms;
mod probing;
mod rebuilding;
mod replaying;
mod sampling;
mod statistics;
mod walls;

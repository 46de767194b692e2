//! Whole probes and passes with a platform that reads one word, against a site on this machine. What never enters: any
//! other host, any real waiting.

mod drifting;
mod looking;
mod site;
mod unasked;
mod walled;

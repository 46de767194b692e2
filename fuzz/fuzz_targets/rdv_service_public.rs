//! Answers to the adapter `rdv-service-public`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: guichet_fuzz::sow("rdv-service-public"), |data: &[u8]| guichet_fuzz::platform("rdv-service-public", data));

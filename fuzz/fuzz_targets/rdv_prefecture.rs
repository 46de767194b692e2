//! Answers to the adapter `rdv-prefecture`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: guichet_fuzz::sow("rdv-prefecture"), |data: &[u8]| guichet_fuzz::platform("rdv-prefecture", data));

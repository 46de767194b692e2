//! Answers to the adapter `orion`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: guichet_fuzz::sow("orion"), |data: &[u8]| guichet_fuzz::platform("orion", data));

//! Answers to the adapter `eappointment`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: guichet_fuzz::sow("eappointment"), |data: &[u8]| guichet_fuzz::platform("eappointment", data));

//! Answers to the adapter `ez-booking`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: guichet_fuzz::sow("ez-booking"), |data: &[u8]| guichet_fuzz::platform("ez-booking", data));

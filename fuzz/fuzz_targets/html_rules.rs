//! Answers to the adapter `html-rules`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: guichet_fuzz::sow("html-rules"), |data: &[u8]| guichet_fuzz::platform("html-rules", data));

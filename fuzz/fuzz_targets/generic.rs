//! Any answer at all.
#![no_main]

libfuzzer_sys::fuzz_target!(init: guichet_fuzz::sow("generic"), |data: &[u8]| guichet_fuzz::generic(data));

//! Reads any text behind the first row of a table.

#![no_main]

use libfuzzer_sys::fuzz_target;

const TABLE: &str = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n";

fuzz_target!(|text: &[u8]| {
    for delimiter in [",", ";", "\t"] {
        tokenflame_fuzz::check(&[TABLE.replace(',', delimiter).as_bytes(), text].concat());
    }
});

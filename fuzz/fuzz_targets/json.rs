//! Reads any text behind a line of JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;

const LINE: &str =
    r#"{"prompt_tokens": 10, "completion_tokens": 5, "wall_time": 1.0, "time_to_first_token": 0.5}"#;

fuzz_target!(|text: &[u8]| {
    for before in [LINE, "["] {
        tokenflame_fuzz::check(&[before.as_bytes(), b"\n", text].concat());
    }
});

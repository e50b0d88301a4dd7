//! Reads any text behind the first of a stream of server-sent events.

#![no_main]

use libfuzzer_sys::fuzz_target;

const EVENT: &str = concat!(
    r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","#,
    r#""choices":[{"index":0,"delta":{"content":"a"}}]}"#,
);

fuzz_target!(|text: &[u8]| {
    for end in ["\n\n", "\r\n"] {
        tokenflame_fuzz::check(&[EVENT.as_bytes(), end.as_bytes(), text].concat());
    }
});

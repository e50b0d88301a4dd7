//! Reads any text behind the first item of a list in YAML.

#![no_main]

use libfuzzer_sys::fuzz_target;

const ITEM: &str = "interactions:
- request:
    body: '{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}'
    headers: {}
    method: POST
    uri: https://api.openai.com/v1/chat/completions
  response:
    body:
      string: '{}'
    headers: {}
    status: {code: 200, message: OK}
";

fuzz_target!(|text: &[u8]| tokenflame_fuzz::check(&[ITEM.as_bytes(), text].concat()));

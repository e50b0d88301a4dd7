//! Usage objects as providers and their gateways write them: which key is which class of tokens.

use serde_json::Value;
use trace::{Convention, RecordRef, Usage};

use crate::{Output, json, path};

const INPUT: &[&str] = &["prompt_tokens", "promptTokens", "input_tokens", "inputTokens"];
const OUTPUT: &[&str] = &["completion_tokens", "completionTokens", "output_tokens", "outputTokens"];
const CACHE_READ: &[&str] = &[
    "prompt_tokens_details/cached_tokens",
    "input_tokens_details/cached_tokens",
    "input_token_details/cache_read",
    "prompt_token_details/cache_read",
    "prompt_cached_tokens",
    "prompt_cache_hit_tokens",
    "cached_tokens",
];
const CACHE_WRITE: &[&str] = &[
    "prompt_tokens_details/cache_write_tokens",
    "prompt_tokens_details/cache_creation_tokens",
    "input_tokens_details/cache_write_tokens",
    "input_token_details/cache_creation",
    "prompt_token_details/cache_creation",
    "prompt_cache_creation_tokens",
];
const CACHE_WRITE_1H: &[&str] = &[
    "cache_creation/ephemeral_1h_input_tokens",
    "prompt_tokens_details/cache_creation_token_details/ephemeral_1h_input_tokens",
    "input_token_details/ephemeral_1h_input_tokens",
    "prompt_token_details/ephemeral_1h_input_tokens",
];
/// Beside `input_tokens` these say that it leaves the cached part out.
const READ_BESIDE: &[&str] = &["cache_read_input_tokens", "cacheReadInputTokens"];
const WRITTEN_BESIDE: &[&str] = &["cache_creation_input_tokens", "cacheWriteInputTokens"];
const REASONING: &[&str] = &[
    "completion_tokens_details/reasoning_tokens",
    "output_tokens_details/reasoning_tokens",
    "output_token_details/reasoning",
    "completion_token_details/reasoning",
    "completion_reasoning_tokens",
    "reasoning_tokens",
];

const AUDIO_INPUT: &[&str] = &["prompt_tokens_details/audio_tokens", "input_token_details/audio"];
const AUDIO_OUTPUT: &[&str] = &["completion_tokens_details/audio_tokens", "output_token_details/audio"];
const WEB_SEARCHES: &[&str] = &["server_tool_use/web_search_requests", "num_search_queries"];

/// The tokens that a usage object tells, all unknown if it is none.
pub(crate) fn of_object(usage: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut tokens = |names: &[&[&str]], field| {
        let found = names.iter().map(|names| path::first(usage, names)).find(|value| !value.is_null());
        out.known(json::tokens(found.unwrap_or(&Value::Null)), field, at)
    };
    let input = tokens(&[INPUT], "The input token count");
    let mut usage_read = Usage {
        output: tokens(&[OUTPUT], "The output token count"),
        cache_read: tokens(&[CACHE_READ, READ_BESIDE], "The cache read token count"),
        cache_write: tokens(&[CACHE_WRITE, WRITTEN_BESIDE], "The cache write token count"),
        cache_write_1h: tokens(&[CACHE_WRITE_1H], "The 1-hour cache write token count"),
        reasoning: tokens(&[REASONING], "The reasoning token count"),
        audio_input: tokens(&[AUDIO_INPUT], "The audio input token count"),
        audio_output: tokens(&[AUDIO_OUTPUT], "The audio output token count"),
        web_searches: tokens(&[WEB_SEARCHES], "The number of web searches"),
        ..Usage::default()
    };
    let has = |names| !path::first(usage, names).is_null();
    let beside = !has(&INPUT[..2]) && (has(READ_BESIDE) || has(WRITTEN_BESIDE));
    let convention = if beside { Convention::Exclusive } else { Convention::Inclusive };
    usage_read.set_input(input, convention);
    usage_read
}

/// Whether no token is told: where nothing was measured, many write 0.
pub(crate) fn is_nothing(usage: &Usage) -> bool {
    usage.input.or_zero() == 0 && usage.output.or_zero() == 0
}

/// Whether a value tells the tokens of a call.
pub(crate) fn is_usage(value: &Value) -> bool {
    [INPUT, OUTPUT].iter().any(|names| path::first(value, names).is_number())
}

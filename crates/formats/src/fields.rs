use trace::Phase;

use crate::json::Unit;

/// The fields of the product's own records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    PromptTokens,
    CompletionTokens,
    CachedTokens,
    CacheWriteTokens,
    ReasoningTokens,
    WallTime,
    ModelLoad,
    Total,
    Phase(Phase),
    TokensPerSecond,
    CacheHit,
    Cost,
    Timestamp,
    /// When it ended. No name means it: only a mapping does.
    End,
    Prompt,
    Response,
    Status,
    Error,
    Model,
    Provider,
    RequestId,
    Session,
    Component,
    Name,
}

impl Field {
    /// Whether it is a length of time, whose name may end in a unit.
    pub const fn is_time(self) -> bool {
        matches!(self, Field::WallTime | Field::ModelLoad | Field::Total | Field::Phase(_))
    }

    /// Whether hardly any other format has it.
    pub const fn is_distinctive(self) -> bool {
        matches!(self, Field::Phase(_) | Field::ModelLoad | Field::TokensPerSecond | Field::CacheHit)
    }
}

/// The names of each field, the product's own first.
const NAMES: [(Field, &[&str]); 28] = [
    (Field::PromptTokens, &["prompt_tokens", "input_tokens"]),
    (Field::CompletionTokens, &["completion_tokens", "output_tokens"]),
    (Field::CachedTokens, &["cached_tokens", "cache_read_tokens"]),
    (Field::CacheWriteTokens, &["cache_write_tokens", "cache_creation_tokens"]),
    (Field::ReasoningTokens, &["reasoning_tokens"]),
    (Field::WallTime, &["wall_time", "duration", "latency"]),
    (Field::ModelLoad, &["model_load_time", "model_load"]),
    (Field::Total, &["total", "total_time"]),
    (Field::Phase(Phase::Preprocessing), &["preprocessing", "preprocessing_time"]),
    (Field::Phase(Phase::EmbeddingLookup), &["embedding_lookup", "embedding_lookup_time"]),
    (Field::Phase(Phase::QueueWait), &["llm_queue_wait", "queue_wait", "queue_time"]),
    (Field::Phase(Phase::TimeToFirstToken), &["time_to_first_token", "ttft"]),
    (Field::Phase(Phase::TokenGeneration), &["token_generation", "token_generation_time"]),
    (Field::Phase(Phase::Postprocessing), &["postprocessing", "postprocessing_time"]),
    (Field::TokensPerSecond, &["tokens_per_second"]),
    (Field::CacheHit, &["cache_hit"]),
    (Field::Cost, &["cost", "cost_usd"]),
    (Field::Timestamp, &["timestamp", "time", "start", "start_time", "created_at"]),
    (Field::Prompt, &["prompt", "query"]),
    (Field::Response, &["response", "completion"]),
    (Field::Status, &["status", "status_code"]),
    (Field::Error, &["error", "error_type"]),
    (Field::Model, &["model"]),
    (Field::Provider, &["provider"]),
    (Field::RequestId, &["request_id"]),
    (Field::Session, &["session", "session_id", "conversation_id"]),
    (Field::Component, &["component"]),
    (Field::Name, &["name"]),
];

/// The field that a name means, and the unit that it names.
pub fn find(name: &str) -> Option<(Field, Option<Unit>)> {
    // Longer than any of the names: not worth a look.
    if name.len() > 40 {
        return None;
    }
    let name = snake(name);
    let exact = |name: &str| NAMES.iter().find(|(_, names)| names.contains(&name)).map(|(field, _)| *field);
    exact(&name).map(|field| (field, None)).or_else(|| {
        let (base, suffix) = name.rsplit_once('_')?;
        let unit = unit(suffix)?;
        exact(base).filter(|field| field.is_time()).map(|field| (field, Some(unit)))
    })
}

/// The unit that the last word of a name is.
pub fn unit(word: &str) -> Option<Unit> {
    match word {
        "s" | "sec" | "secs" | "seconds" => Some(Unit::S),
        "ms" | "millis" | "milliseconds" => Some(Unit::Ms),
        "us" | "µs" | "μs" | "micros" | "microseconds" => Some(Unit::Us),
        "ns" | "nanos" | "nanoseconds" => Some(Unit::Ns),
        _ => None,
    }
}

/// Whether a name is the product's own for its field, in any spelling and unit.
pub fn is_own(name: &str) -> bool {
    let name = snake(name);
    NAMES.iter().any(|(_, names)| name.starts_with(names[0]))
}

/// `timeToFirstTokenMs`, `Time to first token ms`, `time-to-first-token-ms` as `time_to_first_token_ms`.
pub fn snake(name: &str) -> String {
    let chars: Vec<char> = name.trim().chars().collect();
    let mut snake = String::with_capacity(name.len() + 8);
    for (i, &char) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| chars[i]);
        let word = char.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase()
                    || b.is_ascii_digit()
                    || b.is_uppercase() && chars.get(i + 1).is_some_and(|next| next.is_lowercase())
            });
        match char {
            ' ' | '-' | '.' | '(' | ')' => snake.push('_'),
            _ => {
                if word {
                    snake.push('_');
                }
                snake.extend(char.to_lowercase());
            }
        }
    }
    snake.trim_matches('_').replace("__", "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_many_spellings() {
        let ttft = Field::Phase(Phase::TimeToFirstToken);
        for (name, field) in [
            ("time_to_first_token", Some((ttft, None))),
            ("timeToFirstTokenMs", Some((ttft, Some(Unit::Ms)))),
            ("Time to first token (us)", Some((ttft, Some(Unit::Us)))),
            ("TTFT", Some((ttft, None))),
            ("wall_time_µs", Some((Field::WallTime, Some(Unit::Us)))),
            ("Wall time (μs)", Some((Field::WallTime, Some(Unit::Us)))),
            ("ttft-ns", Some((ttft, Some(Unit::Ns)))),
            ("LLMQueueWait", Some((Field::Phase(Phase::QueueWait), None))),
            ("wall_time_s", Some((Field::WallTime, Some(Unit::S)))),
            ("promptTokens", Some((Field::PromptTokens, None))),
            ("prompt_tokens_ms", None),
            ("ttfts", None),
            ("totals", None),
            ("", None),
        ] {
            assert_eq!(find(name), field, "{name}");
        }
    }
}

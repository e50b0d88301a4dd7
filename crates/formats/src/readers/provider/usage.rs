use serde_json::Value;
use trace::{Call, ProblemCode, RecordRef, Service, Usage};
use units::{Figure, Nanos};

use super::{anthropic, bedrock, cohere, gemini, openai_chat, openai_responses};
use crate::{
    Output,
    json::{self, Unit},
};

/// Reads the counts of one usage object, and notes what they cannot be.
pub(super) struct Counts<'a, 'o, 'b> {
    pub(super) usage: &'a Value,
    pub(super) at: RecordRef,
    pub(super) out: &'o mut Output<'b>,
}

impl Counts<'_, '_, '_> {
    /// The tokens under a JSON pointer, unknown where there is nothing.
    pub(super) fn tokens(&mut self, pointer: &str) -> Figure {
        let value = self.usage.pointer(pointer).unwrap_or(&Value::Null);
        self.out.known(json::tokens(value), &pointer[1..], self.at)
    }

    /// The first of several that is known.
    pub(super) fn any(&mut self, pointers: &[&str]) -> Figure {
        pointers.iter().fold(
            Figure::UNKNOWN,
            |found, pointer| {
                if found.is_known() { found } else { self.tokens(pointer) }
            },
        )
    }

    /// The length of time under a JSON pointer.
    pub(super) fn time(&mut self, pointer: &str, unit: Unit) -> Option<Nanos> {
        let value = self.usage.pointer(pointer).unwrap_or(&Value::Null);
        self.out.known(json::nanos(value, unit), &pointer[1..], self.at)
    }
}

/// The sum of what is known.
pub(super) fn sum(parts: &[Figure]) -> Figure {
    let known = parts.iter().filter_map(|part| part.get());
    known.reduce(u64::saturating_add).map_or(Figure::UNKNOWN, Figure::reported)
}

/// Reads a usage object by its own names, for bodies that keep another dialect's usage: `{"usage": …}`,
/// `{"usageMetadata": …}` or `{"meta": …}`.
pub(super) fn by_names(body: &Value, call: &mut Call, out: &mut Output<'_>) {
    let usage = &body["usage"];
    let has = |keys: &[&str]| keys.iter().any(|key| usage.get(key).is_some());
    call.usage = if body.get("usageMetadata").is_some() {
        gemini::usage(body, call.record, out)
    } else if has(&["prompt_tokens", "completion_tokens"]) {
        openai_chat::usage(usage, call.record, out)
    } else if body.get("meta").is_some() || has(&["billed_units"]) {
        cohere::usage(body, call.record, out)
    } else if has(&["inputTokens", "outputTokens"]) {
        bedrock::usage(usage, call.record, out)
    } else if has(&["input_tokens_details", "output_tokens_details", "total_tokens"])
        && !has(&["cache_creation", "cache_read_input_tokens", "cache_creation_input_tokens"])
    {
        openai_responses::usage(usage, call.record, out)
    } else if has(&["input_tokens", "output_tokens"]) {
        anthropic::usage(body, call.record, out)
    } else {
        return;
    };
}

/// What a provider says it sold the request as.
pub(super) fn service(word: &Value) -> Option<Service> {
    Service::parse(word.as_str()?)
}

/// A stream that ends before its usage came.
pub(super) fn cut(call: &Call, out: &mut Output<'_>) {
    let message = "A stream ends before its last event; what came until then was read";
    let hint = "The call was cut off, or the recording was.";
    out.problem(ProblemCode::Truncated, call.record, message, hint);
}

/// Nothing known.
pub(super) fn is_empty(usage: &Usage) -> bool {
    !usage.input.is_known() && !usage.output.is_known()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use trace::{FileId, TraceBuilder};

    /// 1,577 usage objects that providers really sent, and what another reader made of them. Where it read one
    /// in several ways, one of them has to be ours.
    #[test]
    fn real_usage_is_read_as_another_reader_reads_it() {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/provider-usage/usages.min.json");
        let entries: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut builder = TraceBuilder::new();
        let file = builder.begin_file("usages", 0);
        let at = RecordRef { file, offset: 0, len: 0, line: 1 };
        let mut differ: BTreeMap<String, u32> = BTreeMap::new();
        for entry in &entries {
            let mut call = Call::at(at);
            by_names(&entry["body"], &mut call, &mut Output { builder: &mut builder, file: FileId(0) });
            let ours = call.usage;
            let ours = [
                ours.input,
                ours.output,
                ours.cache_read,
                ours.cache_write,
                ours.reasoning,
                ours.audio_input,
                ours.audio_output,
                ours.image_input,
                ours.image_output,
                ours.web_searches,
            ];
            let names = [
                "input_tokens",
                "output_tokens",
                "cache_read_tokens",
                "cache_write_tokens",
                "output_reasoning_tokens",
                "input_audio_tokens",
                "output_audio_tokens",
                "input_image_tokens",
                "output_image_tokens",
                "web_searches",
            ];
            let same = |theirs: &Value| {
                let theirs = names.map(|name| theirs[name].as_u64().unwrap_or(0));
                theirs == ours.map(|figure| figure.or_zero())
            };
            let theirs = entry["extracted"].as_array().unwrap();
            if !theirs.iter().any(|theirs| same(&theirs["usage"])) {
                // The passes of a compaction or an advisor, which the other reader leaves out, are billed.
                assert!(entry["body"]["usage"]["iterations"].is_array(), "{ours:?} {entry}");
                *differ.entry(entry["model"].to_string()).or_default() += 1;
            }
        }
        assert_eq!(entries.len(), 1577);
        assert!(differ.values().sum::<u32>() <= 5, "{differ:?}");
        assert!(builder.trace().files[0].problems.is_empty(), "{:?}", builder.trace().files[0].problems);
    }
}

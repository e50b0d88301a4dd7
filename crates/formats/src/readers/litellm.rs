//! LiteLLM: the payload that its logging callbacks get (`StandardLoggingPayload`), and the rows of its spend
//! log. Each is one call through the gateway.

use serde_json::Value;
use trace::{Call, Fate, Identity, Operation, Phase, Phases, ProblemCode, RecordRef, Status};
use units::{Figure, Nanos};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Slot, Transcript},
    json::{self, Unit},
    path, sampling,
};

/// LiteLLM.
pub struct Litellm;

impl Format for Litellm {
    fn about(&self) -> &'static About {
        &About {
            key: "litellm",
            name: "LiteLLM log",
            family: Family::Products,
            origin: "LiteLLM: the StandardLoggingPayload that its loggers get, or its spend logs.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let has = |key| record.get(key).is_some();
            has("call_type") && has("startTime") && (has("response_cost") || has("spend"))
        };
        if head.records.iter().any(|record| own(record) || own(&record["data"][0])) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(LitellmReader)
    }
}

struct LitellmReader;

impl Reader for LitellmReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        for (text, at) in record.elements(&["data"]) {
            match serde_json::from_str::<Value>(text) {
                Ok(log) if log.get("call_type").is_some() => add(&log, at, out),
                _ => {
                    out.count(Fate::Dropped("no call_type: not a LiteLLM record"));
                    let message = "A record is not one of LiteLLM: it has no call_type";
                    out.problem(ProblemCode::MissingField, at, message, "The other records were read.");
                }
            }
        }
    }
}

/// Where the time went, of a call of which the gateway tells its own share. Nobody knows where prefill ends without a
/// first token.
fn profile(call: &Call, overhead: Nanos) -> Option<Phases> {
    let all = call.duration.filter(|_| overhead > Nanos::ZERO && call.operation == Operation::Generate)?;
    let before = overhead.min(all);
    let mut phases = Phases::default();
    phases.add(Phase::Preprocessing, before);
    match call.ttft.map(|first| first.clamp(before, all)) {
        Some(first) => {
            phases.add(Phase::TimeToFirstToken, first - before);
            phases.add(Phase::TokenGeneration, all - first);
        }
        None => phases.add(Phase::Unattributed, all - before),
    }
    Some(phases)
}

fn add(log: &Value, at: RecordRef, out: &mut Output<'_>) {
    let kind = path::text(log, &["call_type"]);
    if kind.contains("mcp") {
        return out.count(Fate::Dropped("a call of a tool, not of a model"));
    }
    out.count(Fate::Kept);
    let mut call = Call::at(at);
    // In a spend log whatever is an object is JSON in a string.
    let part = |key| path::unwrapped(&log[key]);
    let (metadata, response) = (part("metadata"), part("response"));
    let text = |names: &[&str]| path::text(log, names);
    // Elsewhere its `api_key` is a hash.
    for headers in [&log["proxy_server_request"], &metadata["headers"], &metadata["requester_custom_headers"]]
    {
        out.secrets_of(&headers.to_string(), at);
    }

    call.operation = match kind.trim_start_matches('a') {
        "embedding" => Operation::Embed,
        "rerank" => Operation::Rerank,
        _ => Operation::Generate,
    };
    let mut time = |name: &str| out.known(path::time(&log[name]), name, at);
    let (start, end, first) = (time("startTime"), time("endTime"), time("completionStartTime"));
    call.start = start;
    call.duration = genai::duration(start, end, at, out);
    // Of a call that was not streamed, the first token is said to come at its end.
    let streamed = first.zip(end).is_some_and(|(first, end)| first < end);
    call.ttft = genai::since(start, first.filter(|_| streamed));
    let overhead = &log["hidden_params"]["litellm_overhead_time_ms"];
    let overhead = out.known(json::nanos(overhead, Unit::Ms), "litellm_overhead_time_ms", at);
    call.profile = overhead.and_then(|overhead| profile(&call, overhead));
    call.name = out.builder.intern(kind);
    call.provider = out.builder.intern(text(&["custom_llm_provider"]));
    let model = path::text(&response, &["model"]);
    call.model = out.builder.intern(if model.is_empty() { text(&["model", "model_group"]) } else { model });
    call.parameters = out.builder.intern(&sampling::of_body(&log["model_parameters"]));
    call.session = out.builder.intern(text(&["trace_id", "session_id"]));
    call.user = out.builder.intern(text(&["end_user", "user"]));
    call.component = out.builder.intern(path::text(&metadata, &["user_api_key_alias"]));
    let retried = path::first(&metadata, &["attempted_retries"]);
    let retried = out.known(json::whole(retried), "attempted_retries", at).unwrap_or(0);
    call.retries = u32::try_from(retried).unwrap_or(u32::MAX);
    call.cache_hit = out.known(json::boolean(&log["cache_hit"]), "cache_hit", at);
    call.reported_cost =
        out.known(json::money(path::first(log, &["response_cost", "spend"])), "The reported cost", at);

    let error = path::first(log, &["error_information"]);
    let error = if error.is_null() { path::first(&metadata, &["error_information"]) } else { error };
    let said = [error["error_code"].as_str(), error["error_class"].as_str(), error["error_message"].as_str()]
        .map(Option::unwrap_or_default);
    let failed = [text(&["status"]), path::text(&metadata, &["status"])].contains(&"failure");
    if failed {
        call.status = said.map(genai::failure).into_iter().min().unwrap_or(Status::Failed);
        let word = [said[1], said[0]].into_iter().find(|word| !word.is_empty()).unwrap_or("");
        call.error = out.builder.intern(word);
    }

    let details = path::first(&metadata, &["usage_object"]);
    let details = if details.is_null() { &response["usage"] } else { details };
    call.usage = genai::usage(details, at, out);
    if !genai::is_usage(details) {
        call.usage = genai::usage(log, at, out);
    }
    if failed && genai::is_nothing(&call.usage) {
        (call.usage.input, call.usage.output) = (Figure::UNKNOWN, Figure::UNKNOWN);
    }

    let mut transcript = Transcript::new(out.builder);
    transcript.add(Slot::Prompt, &path::unwrapped(&log["messages"]));
    transcript.add(Slot::Tools, &log["model_parameters"]["tools"]);
    if call.operation == Operation::Generate && !failed {
        transcript.add(Slot::Answer, &response);
    }
    let messages = transcript.into_messages();
    let id = match path::text(&response, &["id"]) {
        "" => text(&["id", "request_id"]),
        id => id,
    };
    call.response = out.builder.intern(id);
    let identity = (!call.response.is_none()).then_some(Identity::Response(call.response));
    out.builder.add_call(call, identity, &messages);
}

//! Helicone: the requests of its gateway as its export tool writes them, one record a request.

use serde_json::Value;
use trace::{Call, Fate, Identity, Operation, ProblemCode, RecordRef, Status};
use units::{Figure, Nanos};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Slot, Transcript},
    http,
    json::{self, Unit},
    path,
};

/// Helicone.
pub struct Helicone;

impl Format for Helicone {
    fn about(&self) -> &'static About {
        &About {
            key: "helicone",
            name: "Helicone requests",
            family: Family::Products,
            origin: "Helicone: an export of its requests, or the answer of its API.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| is_request(record) || is_request(path::first(record, &["data/0"]));
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(HeliconeReader)
    }
}

fn is_request(value: &Value) -> bool {
    value.get("request_id").is_some() && value.get("request_created_at").is_some()
}

struct HeliconeReader;

impl Reader for HeliconeReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        for (text, at) in record.elements(&["data"]) {
            match serde_json::from_str::<Value>(text) {
                Ok(request) if is_request(&request) => {
                    out.secrets_of(text, at);
                    add(&request, at, out);
                }
                _ => {
                    out.count(Fate::Dropped("no request_id: not a Helicone request"));
                    let message = "A record is not a request of Helicone: it has no request_id";
                    out.problem(ProblemCode::MissingField, at, message, "The other records were read.");
                }
            }
        }
    }
}

fn add(request: &Value, at: RecordRef, out: &mut Output<'_>) {
    out.count(Fate::Kept);
    let mut call = Call::at(at);
    let text = |names: &[&str]| path::text(request, names);
    let part = |key: &str| path::unwrapped(&request[key]);
    let (properties, asked, answered) =
        (part("request_properties"), part("request_body"), part("response_body"));

    call.start = out.known(path::time(&request["request_created_at"]), "request_created_at", at);
    let mut ms = |name: &str| out.known(json::nanos(&request[name], Unit::Ms), name, at);
    call.duration = ms("delay_ms");
    call.ttft = ms("time_to_first_token").filter(|&first| first > Nanos::ZERO);
    call.provider = out.builder.intern(text(&["provider"]));
    call.model = out.builder.intern(text(&["response_model", "model", "request_model", "model_override"]));
    call.session = out.builder.intern(path::text(&properties, &["Helicone-Session-Id"]));
    call.user = out.builder.intern(text(&["request_user_id"]));
    call.component = out.builder.intern(path::text(&properties, &["Helicone-Session-Name"]));
    call.name = out.builder.intern(http::without_query(text(&["request_path", "target_url"])));
    call.reported_cost = out.known(json::money(path::first(request, &["costUSD", "cost"])), "cost", at);
    let hit = !path::first(request, &["cache_reference_id"]).is_null()
        && text(&["cache_reference_id"]) != "00000000-0000-0000-0000-000000000000";
    call.cache_hit = hit.then_some(true);
    if text(&["request_path", "target_url"]).contains("embedding") {
        call.operation = Operation::Embed;
    }
    // Helicone's own codes are below 0: a timeout, a cancelled request, one that is under way.
    let code = out.known(json::number(&request["response_status"]), "response_status", at);
    let code = code.map(|code| code as i64);
    call.status = match code {
        Some(-3) => Status::Cancelled,
        Some(..0) => Status::Failed,
        Some(code) => genai::by_code(code.unsigned_abs()),
        None => Status::Ok,
    };
    if let Some(code) = code.filter(|_| call.status.is_error()) {
        call.error = out.builder.intern(&code.to_string());
    }

    let mut tokens = |name: &str| out.known(json::tokens(&request[name]), name, at);
    let input = tokens("prompt_tokens");
    call.usage.output = tokens("completion_tokens");
    call.usage.cache_read = tokens("prompt_cache_read_tokens");
    call.usage.cache_write = tokens("prompt_cache_write_tokens");
    // Whether the cached part is inside differs by provider; the provider's own body knows.
    call.usage.set_input(input, trace::Convention::Inclusive);
    let own = &answered["usage"];
    if genai::is_usage(own) {
        call.usage = genai::usage(own, at, out);
    }
    if call.status.is_error() && genai::is_nothing(&call.usage) {
        (call.usage.input, call.usage.output) = (Figure::UNKNOWN, Figure::UNKNOWN);
    }

    let mut transcript = Transcript::new(out.builder);
    transcript.add(Slot::Prompt, &asked);
    if call.operation == Operation::Generate && !call.status.is_error() {
        transcript.add(Slot::Answer, &answered);
    }
    let messages = transcript.into_messages();
    let id = path::text(&answered, &["id"]);
    call.response = out.builder.intern(id);
    let identity = match id {
        "" => {
            let own = out.builder.intern(text(&["request_id"]));
            (!own.is_none()).then(|| Identity::Own(out.builder.intern("helicone"), own))
        }
        _ => Some(Identity::Response(call.response)),
    };
    out.builder.add_call(call, identity, &messages);
}

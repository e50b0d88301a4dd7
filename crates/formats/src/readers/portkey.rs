//! Portkey: the log of its gateway, one record a request.

use serde_json::Value;
use trace::{Call, Fate, Identity, Operation, ProblemCode, RecordRef, Status};
use units::Figure;

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Slot, Transcript},
    http,
    json::{self, Unit},
    path,
};

/// Portkey.
pub struct Portkey;

impl Format for Portkey {
    fn about(&self) -> &'static About {
        &About {
            key: "portkey",
            name: "Portkey log",
            family: Family::Products,
            origin: "Portkey: an export of its logs.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        if head.records.iter().any(|record| is_log(record) || is_log(&record["data"][0])) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(PortkeyReader)
    }
}

fn is_log(value: &Value) -> bool {
    ["ai_org", "ai_model"].iter().all(|key| value.get(key).is_some())
        && ["req_units", "res_units", "response_time"].iter().any(|key| value.get(key).is_some())
}

struct PortkeyReader;

impl Reader for PortkeyReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        for (text, at) in record.elements(&["data"]) {
            match serde_json::from_str::<Value>(text) {
                Ok(log) if is_log(&log) => {
                    out.secrets_of(text, at);
                    add(&log, at, out);
                }
                _ => {
                    out.count(Fate::Dropped("no ai_model: not a Portkey record"));
                    let message = "A record is not one of Portkey: it has no ai_org and ai_model";
                    out.problem(ProblemCode::MissingField, at, message, "The other records were read.");
                }
            }
        }
    }
}

fn add(log: &Value, at: RecordRef, out: &mut Output<'_>) {
    out.count(Fate::Kept);
    let mut call = Call::at(at);
    let text = |names: &[&str]| path::text(log, names);
    // Bodies stand alone or under `body`, beside the headers, which are not kept.
    let body = |key: &str| {
        let whole = path::unwrapped(&log[key]);
        match path::first(&whole, &["body"]) {
            Value::Null if whole.get("headers").is_some() => Value::Null,
            Value::Null => whole.into_owned(),
            body => path::unwrapped(body).into_owned(),
        }
    };
    let (asked, answered) = (body("request"), body("response"));

    call.start = out.known(path::time(&log["created_at"]), "created_at", at);
    call.duration = out.known(json::nanos(&log["response_time"], Unit::Ms), "response_time", at);
    call.provider = out.builder.intern(text(&["ai_org"]));
    call.model = out.builder.intern(text(&["ai_model"]));
    call.session = out.builder.intern(text(&["trace_id"]));
    call.name = out.builder.intern(http::without_query(text(&["request_url", "url"])));
    if asked.get("messages").is_none() && asked.get("input").is_some() && answered["object"] == "list" {
        call.operation = Operation::Embed;
    }
    let code = out.known(json::whole(&log["response_status_code"]), "response_status_code", at);
    let success = out.known(json::boolean(&log["is_success"]), "is_success", at);
    call.status = match code {
        Some(code @ 400..) => genai::by_code(code),
        _ if success == Some(false) => Status::Failed,
        _ => Status::Ok,
    };
    if let Some(code) = code.filter(|_| call.status.is_error()) {
        call.error = out.builder.intern(&code.to_string());
    }
    if path::first(log, &["cost"]).as_f64().is_some_and(|cost| cost > 0.0) {
        let message = "Portkey's cost has no documented unit (cents have been seen); it was left out";
        out.problem(ProblemCode::Uncertain, at, message, "The computed cost is shown.");
    }

    let mut tokens = |name: &str| out.known(json::tokens(&log[name]), name, at);
    let input = tokens("req_units");
    call.usage.output = tokens("res_units");
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
            let own = out.builder.intern(text(&["id"]));
            (!own.is_none()).then(|| Identity::Own(out.builder.intern("portkey"), own))
        }
        _ => Some(Identity::Response(call.response)),
    };
    out.builder.add_call(call, identity, &messages);
}

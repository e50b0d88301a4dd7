//! W&B Weave: calls of functions. Usage stands in a call's summary by model, and again in the summaries of
//! all that lie around it: only the innermost are model calls.

use std::collections::HashSet;

use serde_json::Value;
use trace::{Fate, Identity, ProblemCode, RecordRef, Span, SpanKind, Status};
use units::Money;

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Slot, Transcript},
    json, path,
};

/// W&B Weave.
pub struct Weave;

impl Format for Weave {
    fn about(&self) -> &'static About {
        &About {
            key: "weave",
            name: "Weave calls",
            family: Family::Products,
            origin: "W&B Weave: calls exported from its page or read by its API.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| is_call(record) || is_call(path::first(record, &["calls/0"]));
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(WeaveReader::default())
    }
}

fn is_call(value: &Value) -> bool {
    value["op_name"].is_string() && value.get("started_at").is_some() && value.get("trace_id").is_some()
}

#[derive(Default)]
struct WeaveReader {
    /// Calls with usage, until it is known which of them lie around others.
    told: Vec<(RecordRef, Value)>,
}

impl Reader for WeaveReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        for (text, at) in record.elements(&["calls"]) {
            match serde_json::from_str::<Value>(text) {
                Ok(call) if is_call(&call) && usage(&call).is_some() => self.told.push((at, call)),
                Ok(call) if is_call(&call) => add(&call, false, at, out),
                _ => {
                    out.count(Fate::Dropped("not a call"));
                    let message =
                        "A record is not a call of Weave: it has no op_name, started_at and trace_id";
                    out.problem(ProblemCode::MissingField, at, message, "The other calls were read.");
                }
            }
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let told = std::mem::take(&mut self.told);
        let around: HashSet<&str> = told.iter().map(|(_, call)| path::text(call, &["parent_id"])).collect();
        for (at, call) in &told {
            let innermost = !around.contains(path::text(call, &["id"]));
            add(call, innermost, *at, out);
        }
    }
}

/// The model and its tokens, of a call of one model; none of one that failed, but the model that was asked.
fn usage(call: &Value) -> Option<(&str, &Value)> {
    let mut models = call["summary"]["usage"].as_object().into_iter().flatten();
    let told = models.find(|(_, usage)| genai::is_usage(usage));
    told.map(|(model, usage)| (model.as_str(), usage)).or_else(|| {
        let [error, asked] = ["exception", "inputs/model"].map(|name| path::text(call, &[name]));
        // The operation of a library has the library's name in front.
        let failed = !error.is_empty() && !asked.is_empty() && operation(call).contains('.');
        failed.then_some((asked, &Value::Null))
    })
}

/// The name of the operation: `weave:///entity/project/op/openai.chat.completions.create:version`.
fn operation(call: &Value) -> &str {
    let op = path::text(call, &["op_name"]).rsplit("/op/").next().unwrap_or("");
    op.split(':').next().unwrap_or(op)
}

fn add(call: &Value, innermost: bool, at: RecordRef, out: &mut Output<'_>) {
    let text = |names: &[&str]| path::text(call, names);
    let op = operation(call);
    let kind = match (usage(call), innermost) {
        (Some(_), true) => SpanKind::Call,
        (Some(_), false) => SpanKind::Agent,
        (None, _) => SpanKind::Other,
    };
    let asked = match op.to_ascii_lowercase().contains("embed") {
        true => trace::Operation::Embed,
        false => trace::Operation::Generate,
    };
    let mut time = |name: &str| out.known(path::time(&call[name]), name, at);
    let (start, end) = (time("started_at"), time("ended_at"));
    let error = text(&["exception"]);
    let row = Span {
        trace: out.builder.intern(text(&["trace_id"])),
        id: out.builder.intern(text(&["id"])),
        parent_id: out.builder.intern(text(&["parent_id"])),
        name: out.builder.intern(op),
        kind,
        status: if error.is_empty() { Status::Ok } else { genai::failure(error) },
        start,
        duration: genai::duration(start, end, at, out),
        ..Span::default()
    };
    let mut row = genai::keep_span(row, at, out);
    for told in ["output", "attributes"] {
        genai::flags(row.span, &call[told], out);
    }
    let Some((model, tokens)) = usage(call).filter(|_| innermost) else { return };
    row.operation = asked;
    row.model = out.builder.intern(model);
    row.provider = out.builder.intern(match op.split_once('.') {
        Some((library, _)) => library,
        None => "",
    });
    let word = error.split(['(', ':']).next().filter(|word| !word.contains(char::is_whitespace));
    row.error = out.builder.intern(word.unwrap_or(""));
    row.session = out.builder.intern(text(&["thread_id"]));
    row.usage = genai::usage(tokens, at, out);
    let costs = &call["summary"]["weave"]["costs"][model];
    let mut cost = |name: &str| out.known(json::money(&costs[name]), name, at);
    let costs = [cost("prompt_tokens_total_cost"), cost("completion_tokens_total_cost")];
    let known = costs.iter().any(Option::is_some);
    row.reported_cost = known.then(|| costs.into_iter().flatten().sum::<Money>());
    row.response = out.builder.intern(text(&["output/id"]));

    let mut transcript = Transcript::new(out.builder);
    transcript.add(Slot::Prompt, &call["inputs"]);
    if asked == trace::Operation::Generate {
        transcript.add(Slot::Answer, &call["output"]);
    }
    let messages = transcript.into_messages();
    let identity = (!row.response.is_none()).then_some(Identity::Response(row.response));
    out.builder.add_call(row, identity, &messages);
}

//! LangSmith: runs as its API and exports give them, and as its SDKs send them, in a `post` that begins a
//! run and a `patch` that ends it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Fate, Identity, Operation, ProblemCode, RecordRef, Span, SpanKind, Status, Usage};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Slot, Transcript},
    json,
    parts::Parts,
    path, python, sampling,
};

/// LangSmith.
pub struct Langsmith;

impl Format for Langsmith {
    fn about(&self) -> &'static About {
        &About {
            key: "langsmith",
            name: "LangSmith runs",
            family: Family::Products,
            origin: "LangSmith: runs read by its SDK or exported from its page, and what an SDK sends to it \
(post and patch).",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let lists = ["post", "patch", "runs"];
            is_run(record) || lists.iter().any(|&list| path::list(record, list).first().is_some_and(is_run))
        };
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(LangsmithReader::default())
    }
}

/// The fields of a run that are objects or lists.
const PARTS: [&str; 6] =
    ["extra", "events", "inputs", "outputs", "prompt_token_details", "completion_token_details"];

fn is_run(value: &Value) -> bool {
    let has = |key| value.get(key).is_some();
    // A patch of the JavaScript SDK has nothing but its place.
    has("dotted_order") && has("trace_id")
        || value["run_type"].is_string()
            && ["dotted_order", "session_id", "session_name", "trace_id"].into_iter().any(has)
}

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    post: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    patch: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    runs: Option<Vec<&'a RawValue>>,
}

#[derive(Default)]
struct LangsmithReader {
    open: Parts,
}

impl Reader for LangsmithReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let batch = serde_json::from_str::<Batch<'_>>(record.text);
        let lists = batch.map_or([None, None, None], |batch| [batch.post, batch.patch, batch.runs]);
        if lists.iter().all(Option::is_none) {
            return self.part(record.text, record.at, out);
        }
        let mut places = record.places();
        for text in lists.into_iter().flatten().flatten() {
            self.part(text.get(), places.next(text.get()), out);
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        for (at, run) in self.open.rest() {
            add(&run, at, out);
        }
    }
}

impl LangsmithReader {
    fn part(&mut self, text: &str, at: RecordRef, out: &mut Output<'_>) {
        let run = match serde_json::from_str::<Value>(text) {
            Ok(mut run) if is_run(&run) => {
                // In a table whatever is an object is text in a column.
                for key in PARTS {
                    if let Some(part) = run.get_mut(key).filter(|part| part.is_string()) {
                        *part = python::unwrapped(part.take());
                    }
                }
                run
            }
            _ => {
                out.count(Fate::Dropped("not a run"));
                let message = "A record is not a LangSmith run: it has no run_type";
                return out.problem(ProblemCode::Malformed, at, message, "The other runs were read.");
            }
        };
        let id = id(&run).into_owned();
        if let Some(first) = self.open.add(&id, at, run) {
            out.merged("patch of a run", first, at);
        }
        let ended = self.open.get(&id).is_some_and(|run| !run["end_time"].is_null());
        if let Some((at, run)) = ended.then(|| self.open.take(&id)).flatten() {
            add(&run, at, out);
        }
    }
}

/// The run's own id, else the last one of its place: `20241013T070538291001Z<id>.20241013T070539000000Z<id>`.
fn id(run: &Value) -> Cow<'_, str> {
    match path::text(run, &["id", "run_id"]) {
        "" => places(run).next_back().unwrap_or("").into(),
        id => id.into(),
    }
}

/// The ids on the way from the root to a run.
fn places(run: &Value) -> impl DoubleEndedIterator<Item = &str> {
    let order = path::text(run, &["dotted_order"]);
    order.split('.').filter_map(|segment| Some(segment.split_once('Z')?.1))
}

fn add(run: &Value, at: RecordRef, out: &mut Output<'_>) {
    let text = |names: &[&str]| path::text(run, names);
    let (kind, operation) = genai::by_word(text(&["run_type"])).unwrap_or_default();
    let mut time = |name: &str| out.known(path::time(&run[name]), name, at);
    let (start, end, first) = (time("start_time"), time("end_time"), time("first_token_time"));
    let error = text(&["error"]);
    let parent = match text(&["parent_run_id"]) {
        "" => places(run).nth_back(1).unwrap_or(""),
        parent => parent,
    };
    let name = text(&["name"]);
    let row = Span {
        trace: out.builder.intern(text(&["trace_id"])),
        id: out.builder.intern(&id(run)),
        parent_id: out.builder.intern(parent),
        name: out.builder.intern(name),
        kind,
        status: if error.is_empty() { Status::Ok } else { genai::failure(error) },
        start,
        duration: genai::duration(start, end, at, out),
        ..Span::default()
    };
    let mut call = genai::keep_span(row, at, out);
    for told in ["outputs", "extra/metadata"] {
        genai::flags(call.span, path::first(run, &[told]), out);
    }
    if kind != SpanKind::Call {
        return;
    }
    let (inputs, outputs) = (path::unwrapped(&run["inputs"]), path::unwrapped(&run["outputs"]));
    let metadata = path::first(run, &["extra/metadata"]);
    call.operation = operation;
    // "RateLimitError(...)", "RateLimitError: ...".
    let word = error.split(['(', ':']).next().filter(|word| !word.contains(char::is_whitespace));
    call.error = out.builder.intern(word.unwrap_or(""));
    call.provider = out.builder.intern(path::text(metadata, &["ls_provider"]));
    let model = match path::text(&outputs, &["model", "llm_output/model_name"]) {
        "" => match path::text(metadata, &["ls_model_name"]) {
            "" => path::text(run, &["extra/invocation_params/model", "inputs/model"]),
            model => model,
        },
        model => model,
    };
    call.model = out.builder.intern(model);
    let sampled = sampling::of_body(path::first(run, &["extra/invocation_params"]));
    call.parameters = out.builder.intern(&sampled);
    let session = path::text(metadata, &["session_id", "thread_id", "conversation_id"]);
    call.session = out.builder.intern(session);
    call.user = out.builder.intern(path::text(metadata, &["user_id"]));
    call.component =
        out.builder.intern(path::text(metadata, &["lc_agent_name", "langgraph_node", "ls_agent_name"]));
    let generated = "generations/0/0/message/kwargs/response_metadata/id";
    call.response = out.builder.intern(path::text(&outputs, &["id", generated]));
    let stamps = path::list(run, "events").iter().filter(|event| event["name"] == "new_token");
    let mut stamps: Vec<_> = stamps.filter_map(|event| path::time(&event["time"]).ok().flatten()).collect();
    units::order::sort(&mut stamps, Ord::cmp);
    call.ttft = genai::since(start, stamps.first().copied().or(first));
    call.gaps = out.gaps_between(&stamps, at);
    call.usage = usage(run, &outputs, at, out);
    call.reported_cost = out.known(json::money(&run["total_cost"]), "total_cost", at);

    let mut transcript = Transcript::new(out.builder);
    transcript.add(Slot::Prompt, &genai::langchain::plain(&inputs));
    transcript.add_if_empty(Slot::Tools, path::first(run, &["extra/invocation_params/tools"]));
    if operation != Operation::Embed {
        transcript.add(Slot::Answer, &genai::langchain::answer(&outputs));
    }
    let messages = transcript.into_messages();
    let identity = (!call.response.is_none()).then_some(Identity::Response(call.response));
    out.builder.add_call(call, identity, &messages);
}

/// Where the tokens of a run may stand, those with the most details first.
fn usage(run: &Value, outputs: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    // What Anthropic itself said: older SDKs copied its uncached count as if it were all input.
    let own = &outputs["usage"];
    if own.get("cache_read_input_tokens").is_some() {
        return genai::usage(own, at, out);
    }
    let message = "generations/0/0/message/kwargs/usage_metadata";
    let told = [
        path::first(outputs, &["usage_metadata"]),
        path::first(run, &["extra/metadata/usage_metadata"]),
        path::first(outputs, &[message]),
        own,
        path::first(outputs, &["llm_output/token_usage"]),
    ];
    match told.into_iter().find(|usage| genai::is_usage(usage)) {
        Some(found) => genai::usage(found, at, out),
        None => {
            let usage = genai::usage(run, at, out);
            // Where nothing was measured, a run that is read back holds 0.
            if genai::is_nothing(&usage) { Usage::default() } else { usage }
        }
    }
}

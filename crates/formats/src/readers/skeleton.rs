//! Skeleton: what a record is and who writes it. `cargo xtask new-format` begins a reader with a copy of this file.

use serde_json::Value;
use trace::{Call, Convention, Fate, Identity, ProblemCode, RecordRef, Status};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record,
    genai::{self, Slot, Transcript},
    json::{self, Unit},
    path,
};

/// Skeleton.
pub struct Skeleton;

impl Format for Skeleton {
    fn about(&self) -> &'static About {
        &About {
            key: "skeleton",
            name: "Skeleton log",
            family: Family::Products,
            origin: "Which program writes such files, where, and with which option.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        if head.records.iter().any(is_request) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(SkeletonReader)
    }
}

/// A mark that no other format has.
fn is_request(record: &Value) -> bool {
    record["written_by"] == "skeleton"
}

struct SkeletonReader;

impl Reader for SkeletonReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        match serde_json::from_str::<Value>(record.text) {
            Ok(request) if is_request(&request) => add(&request, record.at, out),
            _ => {
                out.count(Fate::Dropped("not a request of Skeleton"));
                let message = "A record is not a request of Skeleton: written_by does not say so";
                out.problem(ProblemCode::MissingField, record.at, message, "The other records were read.");
            }
        }
    }
}

fn add(request: &Value, at: RecordRef, out: &mut Output<'_>) {
    out.count(Fate::Kept);
    let mut call = Call::at(at);
    call.model = out.builder.intern(path::text(request, &["model"]));
    call.session = out.builder.intern(path::text(request, &["session"]));

    // What is no time is noted and unknown.
    call.start = out.known(json::timestamp(&request["start"]), "start", at);
    call.duration = out.known(json::nanos(&request["duration_ms"], Unit::Ms), "duration_ms", at);
    call.ttft = out.known(json::nanos(&request["first_token_ms"], Unit::Ms), "first_token_ms", at);
    call.reported_cost = out.known(json::money(&request["cost_usd"]), "cost_usd", at);

    // The cached part first, then the input with what it means in this source: are cached tokens in it or not?
    call.usage.cache_read = out.known(json::tokens(&request["cached_tokens"]), "cached_tokens", at);
    call.usage.output = out.known(json::tokens(&request["output_tokens"]), "output_tokens", at);
    let input = out.known(json::tokens(&request["input_tokens"]), "input_tokens", at);
    call.usage.set_input(input, Convention::Inclusive);

    if let Some(code) = out.known(json::whole(&request["error"]), "error", at) {
        call.status = genai::by_code(code);
        call.error = out.builder.intern(&code.to_string());
    }

    let mut transcript = Transcript::new(out.builder);
    transcript.add(Slot::Prompt, &request["messages"]);
    transcript.add(Slot::Answer, &request["answer"]);
    let messages = transcript.into_messages();

    // Records with one id are one call, also those of other files: never add them up here.
    let id = out.builder.intern(path::text(request, &["id"]));
    let identity = (!id.is_none()).then(|| Identity::Own(out.builder.intern("skeleton"), id));
    out.builder.add_call(call, identity, &messages);
}

#[cfg(test)]
mod tests {
    use trace::TraceBuilder;

    use super::*;

    /// The copies of this file begin with a reader that works.
    #[test]
    fn it_reads_its_sample() {
        let mut builder = TraceBuilder::new();
        let file = builder.begin_file("sample", 0);
        for line in include_str!("skeleton.jsonl").lines() {
            let records = vec![serde_json::from_str(line).unwrap()];
            let head = Head { container: crate::Container::Json, records };
            assert_eq!(Skeleton.sniff(&head), Confidence::Certain);
            let at = RecordRef { file, offset: 0, len: line.len() as u32, line: 1 };
            Skeleton.reader().record(&Record { text: line, at }, &mut Output { builder: &mut builder, file });
        }
        builder.settle();
        let calls: Vec<Call> = builder.trace().calls().map(|(_, call)| call.clone()).collect();
        let tokens: Vec<_> =
            calls.iter().map(|call| (call.usage.input.get(), call.usage.output.get())).collect();
        assert_eq!(tokens, [(Some(1200), Some(50)), (None, None)]);
        assert_eq!(calls[1].status, Status::RateLimited);
        assert!(builder.trace().files[0].problems.is_empty());
    }
}

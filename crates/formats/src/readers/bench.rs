//! Files of benchmark tools, and the workload traces that they replay.
//!
//! Many of these tools write a summary beside the requests, or instead of them. A summary is recognised so
//! that its user is told what it holds and which file of the tool has the requests.

mod aiperf;
mod genai_perf;
mod guidellm;
mod inference_perf;
mod llama_bench;
mod llmperf;
mod servegen;
mod serving;
mod workload;

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};
use trace::{Fate, Message, ProblemCode, RecordRef, Status, StrId};
use units::{Nanos, Timestamp};

use crate::{
    Output,
    genai::{self, Slot, Transcript},
    json::{self, BadValue, Unit},
};
pub use aiperf::AiPerf;
pub use genai_perf::GenAiPerf;
pub use guidellm::GuideLlm;
pub use inference_perf::InferencePerf;
pub use llama_bench::LlamaBench;
pub use llmperf::LlmPerf;
pub use servegen::ServeGen;
pub use serving::{SGLANG, VLLM};
pub use workload::{AZURE, BAILIAN, BURSTGPT, MOONCAKE, VIDUR};

/// An object's fields, each as its text: the lists of a run may be far larger than what is read of them at
/// once.
struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// No field for what is no object.
    fn of(text: &'a str) -> Fields<'a> {
        Fields(serde_json::from_str(text).unwrap_or_default())
    }

    /// A field's value, null where there is none.
    fn value(&self, name: &str) -> Value {
        self.0.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    fn object(&self, name: &str) -> Fields<'a> {
        Fields::of(self.0.get(name).map_or("", |raw| raw.get()))
    }

    /// The elements of a list, none for what is no list.
    fn list(&self, name: &str) -> Vec<&'a RawValue> {
        self.0.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }
}

/// A summary was read: says what it holds and what to open instead.
fn summary(holds: String, instead: &str, at: RecordRef, out: &mut Output<'_>) {
    out.count(Fate::Dropped("a summary without requests"));
    out.problem(ProblemCode::NoRequests, at, holds, instead);
}

/// Notes, once a file, that its times have no date.
fn note_undated(noted: &mut bool, at: RecordRef, out: &mut Output<'_>) {
    if !std::mem::replace(noted, true) {
        let message = "Times count from the beginning of the run, not from a date; dates that are shown for them \
                       mean nothing";
        out.problem(ProblemCode::Uncertain, at, message, "");
    }
}

/// Reads a point in time on the clock of a run: seconds since 1970, or since anything else.
fn clock(value: &Value, unit: Unit) -> Result<Option<Timestamp>, BadValue> {
    Ok(json::nanos(value, unit)?.map(|since| Timestamp(since.0)))
}

/// Whether a point in time lies so early that its clock does not count from 1970.
fn is_undated(stamp: Timestamp) -> bool {
    // 2001.
    stamp < Timestamp(1_000_000_000_000_000_000)
}

/// Reads the gaps between the chunks of an answer; those that are no lengths of time are noted.
fn gaps(list: &Value, unit: Unit, field: &str, at: RecordRef, out: &mut Output<'_>) -> Vec<Nanos> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|gap| out.known(json::nanos(gap, unit), field, at)).collect()
}

/// How a request ended that failed with an HTTP status, or with none.
fn failure(code: Option<u64>) -> Status {
    code.map(genai::by_code).filter(|status| status.is_error()).unwrap_or(Status::Failed)
}

/// A body that may stand in a string.
fn body(value: &Value) -> Value {
    let parsed = value.as_str().and_then(|text| serde_json::from_str(text).ok());
    parsed.unwrap_or_else(|| value.clone())
}

/// The messages of a request's body and of its answer's text.
fn messages(request: &Value, answer: Option<&str>, out: &mut Output<'_>) -> Vec<Message> {
    let mut transcript = Transcript::new(out.builder);
    transcript.add(Slot::Prompt, request);
    if let Some(answer) = answer {
        transcript.add(Slot::Answer, &answer.into());
    }
    transcript.into_messages()
}

/// The text of a value, interned.
fn intern(value: &Value, out: &mut Output<'_>) -> StrId {
    json::text(value).map_or(StrId::NONE, |text| out.builder.intern(text))
}

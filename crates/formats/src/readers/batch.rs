//! Batches: requests sent together in a file, answers fetched later as another one, joined by the id that the
//! caller gave each request. OpenAI's form, which Groq, Mistral and others share, and Anthropic's.

use serde_json::{Value, json};
use trace::{Call, CallId, Fate, Identity, Message, ProblemCode, RecordRef, Service, Status};

use crate::{
    About, Confidence, Family, Format, Head, Output, Reader, Record, genai,
    readers::provider::{Exchange, Reply, target},
};

/// Batches of OpenAI and Anthropic.
pub struct Batch;

impl Format for Batch {
    fn about(&self) -> &'static About {
        &About {
            key: "openai-batch",
            name: "OpenAI or Anthropic batch",
            family: Family::Http,
            origin: "Input and output files of the batch interfaces of OpenAI and Anthropic.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| is_line(record) || is_line(&record["requests"][0]);
        if head.records.iter().any(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(BatchReader::default())
    }
}

fn is_line(value: &Value) -> bool {
    let response = &value["response"];
    value["custom_id"].is_string()
        && (value["body"].is_object()
            || value["params"].is_object()
            || response.get("body").is_some()
            || response.is_null() && value["error"].is_object()
            || value["result"]["type"].is_string())
}

#[derive(Default)]
struct BatchReader {
    answered: Option<RecordRef>,
}

impl Reader for BatchReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(record.text).unwrap_or_default();
        if let Some(list) = value["requests"].as_array().filter(|list| list.iter().any(is_line)) {
            list.iter().for_each(|line| self.line(line, record.at, out));
        } else {
            self.line(&value, record.at, out);
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        if let Some(at) = self.answered {
            let message = "Batches are billed at a discount, mostly half; the costs shown are those of requests \
                           made one by one";
            out.problem(ProblemCode::Uncertain, at, message, "");
        }
    }
}

impl BatchReader {
    fn line(&mut self, line: &Value, at: RecordRef, out: &mut Output<'_>) {
        if !is_line(line) {
            return out.count(Fate::Dropped("not a line of a batch"));
        }
        out.count(Fate::Kept);
        let id = out.builder.intern(line["custom_id"].as_str().unwrap_or(""));
        let identity = Identity::Own(out.builder.intern("batch"), id);
        let known = out.builder.find_call(identity);
        if line["body"].is_object() || line["params"].is_object() {
            question(line, identity, known, at, out);
        } else {
            self.answered.get_or_insert(at);
            answer(line, identity, known, at, out);
        }
    }
}

/// The messages of a call, those of its answer apart.
fn told(call: CallId, out: &Output<'_>) -> (Vec<Message>, Vec<Message>) {
    let trace = out.builder.trace();
    trace.messages(trace.call(call)).iter().partition(|message| !message.component.is_output())
}

fn question(line: &Value, identity: Identity, known: Option<CallId>, at: RecordRef, out: &mut Output<'_>) {
    let url = line["url"].as_str().unwrap_or("");
    let body = if line["body"].is_object() { &line["body"] } else { &line["params"] };
    let mut call = Call::at(at);
    call.name = out.builder.intern(line["custom_id"].as_str().unwrap_or(""));
    call.service = Some(Service::Batch);
    let mut exchange = Exchange { target: target(url), request: Some(body), ..Exchange::default() };
    let prompt = exchange.prompt(out);
    // The callers' ids are unique in a batch only: another question is of another one.
    let (asked, answered) = known.map_or_else(Default::default, |known| told(known, out));
    let same = asked.is_empty() || asked == prompt;
    if same {
        exchange.after = answered;
    }
    exchange.add(call, same.then_some(identity), out);
}

fn answer(line: &Value, identity: Identity, known: Option<CallId>, at: RecordRef, out: &mut Output<'_>) {
    let mut call = Call::at(at);
    call.name = out.builder.intern(line["custom_id"].as_str().unwrap_or(""));
    call.service = Some(Service::Batch);
    let (body, status, failure) = outcome(line);
    if let Some((status, error)) = failure {
        (call.status, call.error) = (status, out.builder.intern(&error));
    }
    let reply = body.and_then(|body| Reply::of_value(body, None));
    let response = reply.as_ref().and_then(|reply| reply.body["id"].as_str()).unwrap_or("");
    let response = out.builder.intern(response);
    let mut exchange = Exchange { reply, status, ..Exchange::default() };
    let other = known.map(|known| out.builder.trace().call(known).response).unwrap_or_default();
    let same = other.is_none() || other == response;
    if let Some(known) = known.filter(|_| same) {
        exchange.before = told(known, out).0;
    }
    exchange.by_response = !same;
    exchange.add(call, same.then_some(identity), out);
}

/// The body, the HTTP status, and what went wrong otherwise.
fn outcome(line: &Value) -> (Option<Value>, Option<u64>, Option<(Status, String)>) {
    let word = |error: &Value| {
        let name = ["code", "type", "message"].into_iter().find_map(|key| error[key].as_str());
        name.unwrap_or("error").to_owned()
    };
    let result = &line["result"];
    let failed = |error: &Value| {
        let error = word(error);
        Some((genai::failure(&error), error))
    };
    match result["type"].as_str() {
        Some("succeeded") => (Some(result["message"].clone()), None, None),
        Some("errored") => {
            let inner = if result["error"]["error"].is_object() {
                &result["error"]["error"]
            } else {
                &result["error"]
            };
            (None, None, failed(&json!({"type": inner["type"]})))
        }
        Some("canceled") => (None, None, Some((Status::Cancelled, "canceled".to_owned()))),
        Some(other) => (None, None, Some((Status::Failed, other.to_owned()))),
        None => {
            let response = &line["response"];
            let error = line["error"].is_object().then(|| failed(&line["error"])).flatten();
            (response.get("body").cloned(), response["status_code"].as_u64(), error)
        }
    }
}

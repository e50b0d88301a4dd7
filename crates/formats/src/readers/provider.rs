//! Bodies and streams of model providers: requests, responses, and the events of a streamed response.
//!
//! ```text
//! events ─▶ fold ─▶ whole response ─▶ read ─▶ Call      request, response ─▶ messages
//! ```
//!
//! Each dialect turns a stream into the response that the same call would have given without streaming, so
//! that there is one way to read it. Recorders of HTTP, batches and gateways that keep bodies use
//! [`Exchange`].

mod anthropic;
mod bedrock;
mod cohere;
mod exchange;
mod fold;
mod gemini;
mod ollama;
mod openai_chat;
mod openai_responses;
mod reader;
mod reply;
mod usage;

use std::borrow::Cow;

use serde_json::Value;
use trace::{Call, Operation, Status};

use crate::{About, Confidence, Output, genai};
pub(crate) use anthropic::Anthropic;
pub(crate) use bedrock::Bedrock;
pub(crate) use cohere::Cohere;
pub(crate) use exchange::{Exchange, target};
pub(crate) use gemini::Gemini;
pub(crate) use ollama::Ollama;
pub(crate) use openai_chat::OpenAiChat;
pub(crate) use openai_responses::OpenAiResponses;
pub(crate) use reader::Bodies;
pub(crate) use reply::Reply;

/// What a JSON value is in a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the caller sent.
    Request,
    /// A whole response.
    Response,
    /// A part of a streamed response.
    Event,
}

/// The way in which a family of providers writes requests and responses.
pub(crate) trait Dialect: Sync {
    /// What to know of files of its bodies.
    fn about(&self) -> &About;
    /// The provider, as far as a body tells; empty where many speak the dialect.
    fn provider(&self, body: &Value) -> &'static str;
    /// What a value is, if it is of this dialect, and how sure that is.
    fn kind(&self, value: &Value) -> Option<(Kind, Confidence)>;
    /// The id of the response that an event says it belongs to.
    fn id_of<'a>(&self, event: &'a Value) -> Option<&'a str>;
    /// Puts an event into the response that the stream becomes. The answer is whether it was the last one.
    fn fold(&self, body: &mut Value, event: &Value) -> bool;
    /// Reads id, model, tokens, times and errors of a whole response.
    fn read(&self, body: &Value, call: &mut Call, out: &mut Output<'_>);
    /// What a response holds for [`Transcript`](genai::Transcript).
    fn answer<'a>(&self, body: &'a Value) -> Cow<'a, Value> {
        Cow::Borrowed(body)
    }
    /// The same of a request.
    fn prompt<'a>(&self, request: &'a Value) -> Cow<'a, Value> {
        Cow::Borrowed(request)
    }
    /// What a request or a response is about.
    fn operation(&self, _value: &Value) -> Operation {
        Operation::Generate
    }
}

/// Every dialect.
pub(crate) static DIALECTS: &[&dyn Dialect] =
    &[&OpenAiChat, &OpenAiResponses, &Anthropic, &Gemini, &Bedrock, &Cohere, &Ollama];

/// The dialect of a value, and what the value is.
pub(crate) fn recognise(value: &Value) -> Option<(&'static dyn Dialect, Kind, Confidence)> {
    let known = DIALECTS.iter().filter_map(|dialect| {
        let (kind, confidence) = dialect.kind(value)?;
        Some((*dialect, kind, confidence))
    });
    // Of equals the first.
    known.reduce(|best, next| if next.2 > best.2 { next } else { best })
}

/// Whether all of the keys are there.
fn has(value: &Value, keys: &[&str]) -> bool {
    keys.iter().all(|key| value.get(key).is_some())
}

/// How a call ended by the `error` of its response, and what the error is called.
fn error(body: &Value) -> Option<(Status, String)> {
    let error = match &body["error"] {
        // Amazon's: `{"__type": "com.amazon…#ThrottlingException", "message": …}`.
        Value::Null if body["__type"].is_string() => {
            let kind = body["__type"].as_str().unwrap_or("").rsplit('#').next().unwrap_or("");
            return Some((genai::failure(kind), kind.to_owned()));
        }
        Value::Null | Value::Bool(false) => return None,
        Value::String(text) if text.is_empty() => return None,
        error => error,
    };
    let word = |key: &str| match &error[key] {
        Value::String(text) => text.clone(),
        Value::Number(n) => n.to_string(),
        _ => String::new(),
    };
    let [kind, code, status, message] = ["type", "code", "status", "message"].map(word);
    let status_of = genai::failure(&format!("{kind} {code} {status} {message}"));
    let name = [kind, status, code].into_iter().find(|word| !word.is_empty());
    let said = error.as_str().map(|text| text.chars().take(60).collect());
    Some((status_of, name.or(said).unwrap_or_else(|| "error".to_owned())))
}

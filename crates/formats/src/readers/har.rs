//! HAR 1.2: what a browser, a proxy or a test recorder heard of HTTP. Each entry is a record; requests to
//! model providers are calls.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Call, Fate, ProblemCode, RecordRef};
use units::Nanos;

use crate::{
    About, Confidence, Family, Format, Head, Inner, Output, Reader, Record,
    http::{Body, Hop},
    json::{self, Unit},
};

/// HAR.
pub struct Har;

impl Format for Har {
    fn about(&self) -> &'static About {
        &About {
            key: "har",
            name: "HAR (HTTP archive)",
            family: Family::Http,
            origin: "The network tab of a browser: \"Save all as HAR with content\"; proxies; Polly.js.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            let log = &record["log"];
            log["entries"][0]["request"].is_object()
                || log["creator"].is_object() && log["version"].is_string()
        };
        if head.records.first().is_some_and(own) { Confidence::Certain } else { Confidence::No }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(HarReader::default())
    }

    fn inner(&self) -> Option<Inner> {
        Some(("entries", 2))
    }
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow, default)]
    entries: Vec<&'a RawValue>,
}

/// So many servers are named where no request went to a model.
const MAX_HOSTS: usize = 3;

#[derive(Default)]
struct HarReader {
    /// The first entry, and servers that requests went to.
    first: Option<RecordRef>,
    hosts: Vec<String>,
}

impl Reader for HarReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        // A log in a list of logs comes as a whole.
        let Ok(file) = serde_json::from_str::<File<'_>>(record.text) else {
            return self.take(record.text, record.at, out);
        };
        let mut places = record.places();
        for entry in file.log.entries {
            self.take(entry.get(), places.next(entry.get()), out);
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let Some(at) = self.first.filter(|_| out.report().kept() == 0) else { return };
        let message =
            format!("None of the requests in this file asks a model; they went to {}", self.hosts.join(", "));
        let hint = "Record the traffic of the program that calls the model. A gateway at an address of its own is \
                    known by the bodies of its requests: save the archive with content.";
        out.problem(ProblemCode::NoRequests, at, message, hint);
    }
}

impl HarReader {
    fn take(&mut self, text: &str, at: RecordRef, out: &mut Output<'_>) {
        match serde_json::from_str::<Value>(text) {
            Ok(value) if value["request"].is_object() => {
                out.secrets_of(text, at);
                self.entry(&value, at, out);
            }
            _ => {
                out.count(Fate::Dropped("not an entry"));
                let hint = "Expected an object with a request in it, in the list of entries of a log.";
                out.problem(ProblemCode::Malformed, at, "A record is not an entry of a HAR", hint);
            }
        }
    }

    fn entry(&mut self, entry: &Value, at: RecordRef, out: &mut Output<'_>) {
        let (request, response) = (&entry["request"], &entry["response"]);
        let url = request["url"].as_str().unwrap_or("");
        let host = host(url);
        let host = if host.is_empty() { "no address" } else { host };
        if self.hosts.len() < MAX_HOSTS && !self.hosts.iter().any(|known| known == host) {
            self.hosts.push(host.to_owned());
        }
        self.first.get_or_insert(at);
        let status = out.known(json::whole(&response["status"]), "status", at);
        let hop = Hop {
            method: request["method"].as_str().unwrap_or(""),
            url,
            request: body(&request["postData"], at, out),
            response: body(&response["content"], at, out),
            // 0 where nothing came back.
            status: status.filter(|&status| status > 0),
            error: response["_error"].as_str().unwrap_or(""),
        };
        let mut call = Call::at(at);
        // OpenAI's and Anthropic's own clients say which attempt it is.
        let mut headers = request["headers"].as_array().into_iter().flatten();
        let attempt = headers.find(|header| header["name"] == "x-stainless-retry-count");
        let attempt = attempt.and_then(|header| json::whole(&header["value"]).ok().flatten());
        call.retries = attempt.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        call.start = out.known(json::timestamp(&entry["startedDateTime"]), "startedDateTime", at);
        call.duration = duration(&entry["time"], "time", at, out);
        let receive = duration(&entry["timings"]["receive"], "receive", at, out);
        hop.add(call, |call| call.ttft = first_byte(call.duration, receive), out);
    }
}

/// The server of an address, of a length that a person can read.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or("");
    &host[..host.floor_char_boundary(80)]
}

/// The time until something of a stream came. Some recorders count all of the time as waiting: then nobody
/// knows.
fn first_byte(duration: Option<Nanos>, receive: Option<Nanos>) -> Option<Nanos> {
    let receive = receive.filter(|&receive| receive > Nanos::ZERO)?;
    Some(duration? - receive).filter(|&ttft| ttft > Nanos::ZERO)
}

/// A time in milliseconds; -1 stands for none.
fn duration(value: &Value, name: &str, at: RecordRef, out: &mut Output<'_>) -> Option<Nanos> {
    match value.as_f64() {
        Some(ms) if ms < 0.0 => None,
        _ => out.known(json::nanos(value, Unit::Ms), name, at),
    }
}

fn body(content: &Value, at: RecordRef, out: &mut Output<'_>) -> Body<'static> {
    let text = content["text"].as_str().unwrap_or("");
    if text.is_empty() {
        return Body::None;
    }
    match content["encoding"].as_str() {
        Some("base64") => Body::of_base64(text, at, out),
        _ => Body::of_text(text.to_owned()),
    }
}

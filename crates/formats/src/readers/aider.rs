//! The analytics log of aider: one event a line, of which `message_send` is an answered request.

use serde::Deserialize;
use serde_json::Value;
use trace::{Call, Convention, Fate, RecordRef};
use units::Timestamp;

use crate::{About, Confidence, Container, Family, Format, Head, Output, Reader, Record, json};

/// aider analytics log.
pub struct Aider;

impl Format for Aider {
    fn about(&self) -> &'static About {
        &About {
            key: "aider",
            name: "aider analytics log",
            family: Family::Agents,
            origin: "aider --analytics-log FILE.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let event = |record: &Value| {
            record["event"].is_string()
                && record["properties"].is_object()
                && record["user_id"].is_string()
                && record["time"].is_number()
        };
        if head.container == Container::Json && head.records.iter().any(event) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Log::default())
    }
}

#[derive(Deserialize)]
struct Event {
    event: String,
    #[serde(default)]
    properties: Value,
    #[serde(default)]
    time: Value,
}

/// Reads one file.
#[derive(Default)]
struct Log {
    /// A request that was begun, where the log says so, and when.
    begun: Option<(RecordRef, Option<Timestamp>)>,
}

impl Reader for Log {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(line) = serde_json::from_str::<Event>(record.text) else {
            return out.count(Fate::Dropped("not an event"));
        };
        let at = record.at;
        let time = out.known(json::timestamp(&line.time), "time", at);
        match line.event.as_str() {
            "message_send" => {}
            "message_send_starting" => {
                self.unanswered(out);
                self.begun = Some((at, time));
                return;
            }
            kind => {
                let kind: String = kind.chars().take(40).collect();
                return out.dropped(format!("not a request: {kind}"));
            }
        }
        out.count(Fate::Kept);
        let told = &line.properties;
        let mut call = Call::at(at);
        call.model = out.builder.intern(told["main_model"].as_str().unwrap_or_default());
        call.name = out.builder.intern(told["edit_format"].as_str().unwrap_or_default());
        // Whole seconds: enough to say when, too coarse to say how long.
        call.start = match self.begun.take() {
            Some((begin, begun)) => {
                out.merged("begin of a request", at, begin);
                begun.or(time)
            }
            None => time,
        };
        let mut tokens = |name: &str| out.known(json::tokens(&told[name]), name, at);
        let input = tokens("prompt_tokens");
        call.usage.output = tokens("completion_tokens");
        call.usage.set_input(input, Convention::Inclusive);
        call.reported_cost = out.known(json::money(&told["cost"]), "cost", at);
        out.builder.add_call(call, None, &[]);
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        self.unanswered(out);
    }
}

impl Log {
    /// A request failed or was stopped, and the log says no more of it.
    fn unanswered(&mut self, out: &mut Output<'_>) {
        if self.begun.take().is_some() {
            out.count(Fate::Dropped("request that was begun and not answered"));
        }
    }
}

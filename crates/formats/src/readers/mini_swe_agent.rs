//! Trajectories of mini-swe-agent: the messages alone, or with `info` around them. Newer versions keep the
//! provider's response beside each answer; without it, tokens have to be counted from the texts.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use trace::{Call, Convention, Fate, Identity, ProblemCode, RecordRef, Role, StrId, Usage};
use units::Timestamp;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message},
    json,
};

/// mini-swe-agent trajectory.
pub struct MiniSweAgent;

impl Format for MiniSweAgent {
    fn about(&self) -> &'static About {
        &About {
            key: "mini-swe-agent",
            name: "mini-swe-agent trajectory",
            family: Family::Agents,
            origin: "The trajectory (*.traj.json) of a run.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let whole = |record: &Value| {
            record["trajectory_format"].as_str().is_some_and(|format| format.starts_with("mini-swe-agent"))
                || record["messages"].is_array() && record["info"].get("model_stats").is_some()
        };
        // A bare list of messages, known by the way in which the agent tells what a command did.
        let bare = |record: &Value| {
            record["role"] == "user"
                && record["content"]
                    .as_str()
                    .is_some_and(|text| text.trim_start().starts_with("<returncode>"))
        };
        if head.container != Container::Json {
            Confidence::No
        } else if head.records.iter().any(whole) {
            Confidence::Certain
        } else if head.records.iter().any(bare) {
            Confidence::Likely
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Trajectory::default())
    }
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
    #[serde(default)]
    info: Value,
}

/// Reads one file.
#[derive(Default)]
struct Trajectory {
    model: StrId,
    conversation: Conversation,
    asked: Option<Timestamp>,
    priced: bool,
}

impl Reader for Trajectory {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(whole) = serde_json::from_str::<Whole<'_>>(record.text) else {
            return match serde_json::from_str(record.text) {
                Ok(said) => self.message(&said, record.at, out),
                Err(_) => out.count(Fate::Dropped("not a message")),
            };
        };
        let model = whole.info["config"]["model"]["model_name"].as_str().unwrap_or_default();
        self.model = out.builder.intern(model);
        let mut places = record.places();
        for text in whole.messages {
            let at = places.next(text.get());
            match serde_json::from_str(text.get()) {
                Ok(said) => self.message(&said, at, out),
                Err(_) => out.count(Fate::Dropped("not a message")),
            }
        }
        let sum = json::money(&whole.info["model_stats"]["instance_cost"]);
        if let (Some(sum), false) = (out.known(sum, "instance_cost", record.at), self.priced) {
            let message =
                format!("The file tells what the whole run cost (${sum}), and not what each request did");
            let hint = "The reported cost is left out; the computed one stands.";
            out.problem(ProblemCode::Uncertain, record.at, message, hint);
        }
    }
}

impl Trajectory {
    fn message(&mut self, said: &Value, at: RecordRef, out: &mut Output<'_>) {
        let extra = &said["extra"];
        let time = [&said["timestamp"], &extra["timestamp"]].into_iter().find(|time| !time.is_null());
        let time = time.and_then(|time| out.known(json::timestamp(time), "timestamp", at));
        let role = match said["role"].as_str().unwrap_or_default() {
            "system" => Role::System,
            "user" => Role::User,
            "tool" => Role::Tool,
            "assistant" => return self.answer(said, time, at, out),
            _ => return out.count(Fate::Dropped("not part of the conversation")),
        };
        out.count(Fate::Kept);
        let rows = message(role, &said["content"], out);
        self.conversation.say(rows);
        self.asked = time.or(self.asked);
    }

    fn answer(&mut self, said: &Value, time: Option<Timestamp>, at: RecordRef, out: &mut Output<'_>) {
        out.count(Fate::Kept);
        let (extra, response) = (&said["extra"], &said["extra"]["response"]);
        let mut call = Call::at(at);
        call.name = out.builder.intern("answer");
        call.model = out.builder.intern(response["model"].as_str().unwrap_or_default()).or(self.model);
        call.response = out.builder.intern(response["id"].as_str().unwrap_or_default());
        call.start = self.asked.take().or(time);
        call.usage = usage(&response["usage"], at, out);
        call.reported_cost = out.known(json::money(&extra["cost"]), "cost", at);
        self.priced |= call.reported_cost.is_some();
        let answer = crate::conversation::rows(crate::genai::Slot::Answer, said, out);
        let extent = if call.usage.input.is_known() { Extent::New } else { Extent::Whole };
        let messages = self.conversation.answer(&answer, extent);
        let identity = (!call.response.is_none()).then_some(Identity::Response(call.response));
        out.builder.add_call(call, identity, &messages);
    }
}

fn usage(told: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut tokens = |path: &str| out.tokens(told, path, at);
    let input = tokens("/prompt_tokens");
    let mut usage = Usage {
        cache_read: tokens("/prompt_tokens_details/cached_tokens").or(tokens("/cache_read_input_tokens")),
        cache_write: tokens("/cache_creation_input_tokens"),
        output: tokens("/completion_tokens"),
        reasoning: tokens("/completion_tokens_details/reasoning_tokens"),
        ..Usage::default()
    };
    usage.set_input(input, Convention::Inclusive);
    usage
}

//! ATIF, the agent trajectory interchange format: one object with `steps`, of which those of the agent are
//! answers of a model.

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use trace::{Call, Convention, Fate, Identity, ProblemCode, RecordRef, Role, StrId, Usage};
use units::Timestamp;

use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    conversation::{Conversation, Extent, message},
    genai, json,
};

/// ATIF trajectory.
pub struct Atif;

impl Format for Atif {
    fn about(&self) -> &'static About {
        &About {
            key: "atif",
            name: "ATIF trajectory",
            family: Family::Agents,
            origin: "Trajectories in the Agent Trajectory Interchange Format, as Harbor writes them.",
        }
    }

    fn sniff(&self, head: &Head) -> Confidence {
        let own = |record: &Value| {
            record["schema_version"].as_str().is_some_and(|version| version.starts_with("ATIF"))
        };
        if head.container == Container::Json && head.records.iter().any(own) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(AtifReader)
    }
}

#[derive(Deserialize)]
struct Trajectory<'a> {
    #[serde(borrow)]
    steps: Vec<&'a RawValue>,
    session_id: Option<String>,
    #[serde(default)]
    agent: Value,
    #[serde(default)]
    final_metrics: Value,
}

struct AtifReader;

impl Reader for AtifReader {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let Ok(trajectory) = serde_json::from_str::<Trajectory<'_>>(record.text) else {
            return out.count(Fate::Dropped("not a trajectory"));
        };
        let mut run = Run {
            session: out.builder.intern(&trajectory.session_id.unwrap_or_default()),
            agent: out.builder.intern(trajectory.agent["name"].as_str().unwrap_or_default()),
            model: out.builder.intern(trajectory.agent["model_name"].as_str().unwrap_or_default()),
            conversation: Conversation::default(),
            asked: None,
            sums: [0; 2],
        };
        let mut places = record.places();
        for text in trajectory.steps {
            let at = places.next(text.get());
            match serde_json::from_str(text.get()) {
                Ok(step) => run.step(&step, at, out),
                Err(_) => out.count(Fate::Dropped("not a step")),
            }
        }
        for (key, sum) in ["total_prompt_tokens", "total_completion_tokens"].into_iter().zip(run.sums) {
            let total = out.known(json::whole(&trajectory.final_metrics[key]), key, record.at);
            if total.is_some_and(|total| total > sum) {
                let message = "The steps tell fewer tokens than the trajectory's final metrics";
                let hint =
                    "Open the trajectories of its sub-agents as well: their requests are not in this file.";
                out.problem(ProblemCode::Contradiction, record.at, message, hint);
                break;
            }
        }
    }
}

/// One trajectory.
struct Run {
    session: StrId,
    agent: StrId,
    model: StrId,
    conversation: Conversation,
    asked: Option<Timestamp>,
    /// Input and output tokens of the steps.
    sums: [u64; 2],
}

impl Run {
    fn step(&mut self, step: &Value, at: RecordRef, out: &mut Output<'_>) {
        let time = out.known(json::timestamp(&step["timestamp"]), "timestamp", at);
        match step["source"].as_str().unwrap_or_default() {
            source @ ("user" | "system") => {
                out.count(Fate::Kept);
                let role = if source == "user" { Role::User } else { Role::System };
                let rows = message(role, &step["message"], out);
                self.conversation.say(rows);
                self.asked = time.or(self.asked);
            }
            "agent" if step["is_copied_context"] == true => {
                out.count(Fate::Merged("step of an earlier trajectory"));
                let answer = message(Role::Assistant, &step["message"], out);
                self.conversation.answer(&answer, Extent::New);
            }
            "agent" if step["llm_call_count"] == 0 => out.count(Fate::Dropped("step without a model")),
            "agent" => self.answer(step, time, at, out),
            _ => out.count(Fate::Dropped("step of nobody known")),
        }
    }

    fn answer(&mut self, step: &Value, time: Option<Timestamp>, at: RecordRef, out: &mut Output<'_>) {
        out.count(Fate::Kept);
        let metrics = &step["metrics"];
        let mut call = Call::at(at);
        (call.session, call.component) = (self.session, self.agent);
        call.model = out.builder.intern(step["model_name"].as_str().unwrap_or_default()).or(self.model);
        let tools = step["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
        let tool = tools.first().and_then(|tool| tool["function_name"].as_str());
        call.name = out.builder.intern(tool.unwrap_or("answer"));
        let invocation = &step["extra"]["invocation"];
        let mut stamp = |key: &str| out.known(json::timestamp(&invocation[key]), key, at);
        let (start, end) = (stamp("start_timestamp"), stamp("end_timestamp"));
        call.start = start.or(self.asked).or(time);
        call.duration = genai::duration(start, end, at, out);
        call.usage = usage(metrics, at, out);
        for (sum, figure) in self.sums.iter_mut().zip([call.usage.input, call.usage.output]) {
            *sum = sum.saturating_add(figure.or_zero());
        }
        call.reported_cost = out.known(json::money(&metrics["cost_usd"]), "cost_usd", at);
        if json::whole(&step["llm_call_count"]).ok().flatten().is_some_and(|count| count > 1) {
            let message = "A step holds several calls of a model; it counts as one request";
            out.problem(ProblemCode::Uncertain, at, message, "Its tokens are those of all of them.");
        }
        let mut parts = vec![json!({"type": "thinking", "thinking": step["reasoning_content"]})];
        match &step["message"] {
            Value::Array(list) => parts.extend(list.iter().cloned()),
            text => parts.push(json!({"type": "text", "text": text})),
        }
        parts.extend(tools.iter().map(
            |tool| json!({"functionCall": {"name": tool["function_name"], "arguments": tool["arguments"]}}),
        ));
        let answer = message(Role::Assistant, &parts.into(), out);
        let extent = if call.usage.input.is_known() { Extent::New } else { Extent::Whole };
        let messages = self.conversation.answer(&answer, extent);
        for result in step["observation"]["results"].as_array().into_iter().flatten() {
            let rows = message(Role::Tool, &result["content"], out);
            self.conversation.say(rows);
        }
        self.asked = time;
        let place = match (&step["step_id"], self.session.is_none()) {
            (Value::Null, _) | (_, true) => None,
            (id, false) => Some(Identity::Own(self.session, out.builder.intern(&format!("atif {id}")))),
        };
        out.builder.add_call(call, place, &messages);
    }
}

fn usage(told: &Value, at: RecordRef, out: &mut Output<'_>) -> Usage {
    let mut tokens = |path: &str| out.tokens(told, path, at);
    let input = tokens("/prompt_tokens");
    let mut usage = Usage {
        cache_read: tokens("/cached_tokens"),
        cache_write: tokens("/extra/cache_creation_input_tokens"),
        output: tokens("/completion_tokens"),
        reasoning: tokens("/extra/reasoning_tokens"),
        ..Usage::default()
    };
    usage.set_input(input, Convention::Inclusive);
    usage
}

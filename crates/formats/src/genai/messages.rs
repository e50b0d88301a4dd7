//! Prompts and answers in every shape that instrumentations write them, as message rows.
//!
//! One walker reads them all: the conventions' `{role, parts}`, OpenAI's and Anthropic's `{role, content}`,
//! Gemini's `contents`, whole request and response bodies, and dotted keys (`gen_ai.prompt.0.content`), which
//! are first put together to such a value.

use serde_json::{Map, Value};
use trace::{Breakpoint, Component, Message, Operation, Role, TextId, TraceBuilder};

use super::{
    Attributes, RawSpan, dotted,
    names::{self, Known, Meaning},
};
use crate::readers::otlp;

/// Deeper nesting is no message; a file may be made to nest without end.
const DEPTH: u32 = 16;

/// Types and keys of parts that are no text: pictures, sounds, files.
const MEDIA: &[&str] = &[
    "image",
    "image_url",
    "input_image",
    "audio",
    "input_audio",
    "video",
    "file",
    "input_file",
    "document",
    "blob",
    "uri",
    "media",
    "inlineData",
    "inline_data",
    "fileData",
    "file_data",
];

/// What a value is: where its messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    System,
    Tools,
    Prompt,
    Reasoning,
    Answer,
}

/// Attributes that hold whole values; those of one span add up.
const WHOLE: &[(Meaning, Slot)] = &[
    (Meaning::System, Slot::System),
    (Meaning::Tools, Slot::Tools),
    (Meaning::Prompt, Slot::Prompt),
    (Meaning::AnswerReasoning, Slot::Reasoning),
    (Meaning::Answer, Slot::Answer),
    (Meaning::AnswerTools, Slot::Answer),
];

/// Families of dotted keys.
const DOTTED: &[(&str, Slot)] = &[
    ("gen_ai.prompt.", Slot::Prompt),
    ("gen_ai.completion.", Slot::Answer),
    ("llm.input_messages.", Slot::Prompt),
    ("llm.output_messages.", Slot::Answer),
    ("llm.prompts.", Slot::Prompt),
    ("embedding.embeddings.", Slot::Prompt),
    ("llm.tools.", Slot::Tools),
    ("llm.request.functions.", Slot::Tools),
];

/// Events of which each is one message.
const EVENTS: &[(&str, Slot, &str)] = &[
    ("gen_ai.system.message", Slot::Prompt, "system"),
    ("gen_ai.user.message", Slot::Prompt, "user"),
    ("gen_ai.assistant.message", Slot::Prompt, "assistant"),
    ("gen_ai.tool.message", Slot::Prompt, "tool"),
    ("gen_ai.choice", Slot::Answer, "assistant"),
];

/// Whether a name is one of those that a list was flattened into. Vectors are numbers by the thousand, and no
/// message.
pub(super) fn is_flattened(name: &str) -> bool {
    DOTTED.iter().any(|(prefix, _)| name.starts_with(prefix)) && !name.ends_with(".vector")
}

/// Takes out the lists that were flattened into names.
pub(super) fn take_flattened<'a>(attributes: &mut Attributes<'a>) -> Attributes<'a> {
    attributes.extract_if(.., |(name, _)| is_flattened(name)).collect()
}

/// Whether an event of this name is a message.
pub(super) fn is_message(name: &str) -> bool {
    EVENTS.iter().any(|(event, ..)| *event == name)
}

/// The messages of a model call's span. The same content often stands in several places, so each slot is
/// filled by the first place that has something for it.
pub(super) fn of_span(
    raw: &RawSpan<'_>,
    flattened: Attributes<'_>,
    known: &Known<'_>,
    operation: Operation,
    builder: &mut TraceBuilder,
) -> Vec<Message> {
    let mut transcript = Transcript::new(builder);
    for &(meaning, slot) in WHOLE {
        if let Some(value) = known.get(meaning) {
            transcript.add(slot, value);
        }
    }
    for (slot, value) in dotted::values(flattened, DOTTED) {
        transcript.add_if_empty(slot, &value);
    }
    let empty = [Slot::Prompt, Slot::Answer].map(|slot| (slot, transcript.is_empty(slot)));
    for event in &raw.events {
        let Some(&(_, slot, role)) = EVENTS.iter().find(|(name, ..)| *name == event.name) else { continue };
        if !empty.contains(&(slot, true)) {
            continue;
        }
        // A choice keeps its message in one attribute, the others are spread over several.
        if let Some((_, message)) = event.attributes.iter().find(|(key, _)| key == "message") {
            transcript.add(slot, message);
        } else {
            let fields = event.attributes.iter().map(|(key, value)| (key.to_string(), value.clone()));
            let message = fields.chain([("role".to_owned(), role.into())]).collect();
            transcript.add(slot, &message);
        }
    }
    for (meaning, slot) in [(Meaning::RawPrompt, Slot::Prompt), (Meaning::RawAnswer, Slot::Answer)] {
        // What an embedding answers is no text.
        if !transcript.is_empty(slot) || slot == Slot::Answer && operation == Operation::Embed {
            continue;
        }
        let late = raw.late.iter().filter(|(name, _)| meaning.is_named(name));
        match late.map(|(_, text)| otlp::late_value(text)).find(names::is_told) {
            Some(value) => transcript.add(slot, &value),
            None => known.get(meaning).into_iter().for_each(|value| transcript.add(slot, value)),
        }
    }
    transcript.into_messages()
}

/// The messages of one call while they are read.
pub(crate) struct Transcript<'b> {
    builder: &'b mut TraceBuilder,
    system: Vec<Part>,
    tools: Vec<Part>,
    prompt: Vec<Part>,
    answer: Vec<Part>,
    turn: u32,
}

struct Part {
    role: Role,
    kind: Kind,
    turn: u32,
    text: TextId,
    breakpoint: Option<Breakpoint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Said,
    Reasoning,
    ToolCall,
}

impl<'b> Transcript<'b> {
    pub(crate) fn new(builder: &'b mut TraceBuilder) -> Transcript<'b> {
        Transcript {
            builder,
            system: Vec::new(),
            tools: Vec::new(),
            prompt: Vec::new(),
            answer: Vec::new(),
            turn: 0,
        }
    }

    /// Whether nothing was read for a slot.
    pub(crate) fn is_empty(&self, slot: Slot) -> bool {
        match slot {
            Slot::System => self.system.is_empty(),
            Slot::Tools => self.tools.is_empty(),
            Slot::Prompt => self.prompt.is_empty(),
            Slot::Reasoning | Slot::Answer => self.answer.is_empty(),
        }
    }

    /// Adds a value if the slot is still empty.
    pub(crate) fn add_if_empty(&mut self, slot: Slot, value: &Value) {
        if self.is_empty(slot) {
            self.add(slot, value);
        }
    }

    /// Adds what a value says: a text, a message, a list of messages, a body, or any of these as JSON in a
    /// string.
    pub(crate) fn add(&mut self, slot: Slot, value: &Value) {
        match slot {
            Slot::Tools => self.tools(value, 0),
            _ => self.body(slot, value, 0),
        }
    }

    /// The rows in the order in which they were sent, and what each is for.
    pub(crate) fn into_messages(self) -> Vec<Message> {
        let system = self.system.iter().map(|part| (Role::System, Component::System, part));
        let tools = self.tools.iter().map(|part| (Role::System, Component::Tools, part));
        let question = self.prompt.iter().rev().find(|part| part.role == Role::User).map(|part| part.turn);
        let prompt = self.prompt.iter().map(|part| {
            let component = match part.role {
                Role::System => Component::System,
                Role::Tool => Component::Retrieved,
                Role::User if Some(part.turn) == question => Component::User,
                Role::User | Role::Assistant => Component::History,
            };
            (part.role, component, part)
        });
        let answer = self.answer.iter().map(|part| {
            let component = match (part.role, part.kind) {
                (Role::Tool, _) => Component::Retrieved,
                (_, Kind::Reasoning) => Component::Reasoning,
                _ => Component::Output,
            };
            (part.role, component, part)
        });
        let rows = system.chain(tools).chain(prompt).chain(answer);
        let row = |(role, component, part): (_, _, &Part)| Message {
            breakpoint: part.breakpoint,
            ..Message::new(role, component, part.text)
        };
        rows.map(row).collect()
    }

    fn body(&mut self, slot: Slot, value: &Value, depth: u32) {
        match value {
            _ if depth > DEPTH => {}
            Value::String(text) => match embedded_json(text) {
                Some(inner) => self.body(slot, &inner, depth + 1),
                None => self.message(slot, value, depth),
            },
            // Texts that nobody is named for were said together: the inputs of an embedding, parts without a
            // message.
            Value::Array(list) if list.iter().all(is_text) => self.message(slot, value, depth),
            Value::Array(list) => list.iter().for_each(|item| self.body(slot, item, depth + 1)),
            Value::Object(body) => {
                let lists: &[&str] = match slot {
                    Slot::Answer => &["choices", "candidates", "output", "message"],
                    _ => &["messages", "contents", "input", "prompt"],
                };
                // A message has a role, a body a list of messages.
                let list = lists.iter().find_map(|key| body.get(*key));
                let Some(list) = list.filter(|_| !body.contains_key("role")) else {
                    return self.message(slot, value, depth);
                };
                if slot == Slot::Prompt {
                    for key in ["system", "instructions", "systemInstruction", "system_instruction"] {
                        body.get(key)
                            .into_iter()
                            .for_each(|system| self.body(Slot::System, system, depth + 1));
                    }
                    body.get("tools").into_iter().for_each(|tools| self.tools(tools, depth + 1));
                }
                self.body(slot, list, depth + 1);
                // Set for the whole body, it stands behind the last block.
                self.set_breakpoint(slot, value);
            }
            _ => {}
        }
    }

    fn message(&mut self, slot: Slot, value: &Value, depth: u32) {
        self.turn += 1;
        let role = match value["role"].as_str().or(value["type"].as_str()).unwrap_or("") {
            "system" | "developer" => Role::System,
            "assistant" | "ai" | "model" | "function_call" | "reasoning" => Role::Assistant,
            "tool" | "function" | "function_call_output" => Role::Tool,
            "user" | "human" => Role::User,
            _ => match slot {
                Slot::System | Slot::Tools => Role::System,
                Slot::Prompt => Role::User,
                Slot::Reasoning | Slot::Answer => Role::Assistant,
            },
        };
        let contents = ["content", "contents", "parts"].map(|key| &value[key]);
        let calls = ["tool_calls", "toolCalls"].map(|key| &value[key]);
        if !value.is_object() || value["type"].is_string() && !value["role"].is_string() {
            return self.part(slot, role, value, depth);
        }
        if contents.iter().chain(&calls).all(|field| field.is_null()) {
            return self.part(slot, role, value, depth);
        }
        if let Some(thinking) = value["reasoning_content"].as_str().or(value["reasoning"].as_str()) {
            self.push(slot, role, Kind::Reasoning, thinking);
        }
        let before = self.prompt.len() + self.answer.len();
        contents.into_iter().for_each(|content| self.part(slot, role, content, depth + 1));
        // OpenInference lists a call twice, as content and as call.
        let read = match slot {
            Slot::Prompt => &self.prompt,
            _ => &self.answer,
        };
        let new = self.prompt.len() + self.answer.len() - before;
        if read.iter().rev().take(new).all(|part| part.kind != Kind::ToolCall) {
            for call in calls.into_iter().filter_map(Value::as_array).flatten() {
                self.tool_call(slot, role, call);
            }
        }
        self.set_breakpoint(slot, value);
    }

    /// One part of a message's content, or several.
    fn part(&mut self, slot: Slot, role: Role, value: &Value, depth: u32) {
        match value {
            _ if depth > DEPTH => {}
            Value::String(text) => match embedded_json(text) {
                // Older OpenLLMetry writes a list of parts as JSON.
                Some(Value::Array(list)) if list.iter().all(|part| part["type"].is_string()) => {
                    list.iter().for_each(|part| self.part(slot, role, part, depth + 1));
                }
                _ => self.push(slot, role, Kind::Said, text),
            },
            Value::Array(list) => list.iter().for_each(|part| self.part(slot, role, part, depth + 1)),
            Value::Object(_) => {
                self.block(slot, role, value, depth);
                self.set_breakpoint(slot, value);
            }
            _ => {}
        }
    }

    /// A part of a message's content that is an object.
    fn block(&mut self, slot: Slot, role: Role, part: &Value, depth: u32) {
        let kind = part["type"].as_str().unwrap_or("");
        let has = |key: &str| part.get(key).is_some();
        let field = |keys: &[&str]| keys.iter().find_map(|key| part.get(*key).filter(|v| !v.is_null()));
        let is_media = MEDIA.contains(&kind) || MEDIA.iter().any(|key| kind.is_empty() && has(key));
        if is_media || is_cache_point(part) {
            return;
        }
        if has("thinking")
            || matches!(kind, "thinking" | "reasoning")
            || part.get("thought") == Some(&Value::Bool(true))
        {
            let text = field(&["thinking", "reasoning", "text", "content", "summary"]);
            return self.thought(slot, role, text, depth);
        }
        if kind.ends_with("tool_result")
            || matches!(kind, "tool_call_response" | "tool-result" | "function_call_output")
            || ["functionResponse", "toolResult"].iter().any(|key| has(key))
        {
            let result =
                field(&["content", "response", "result", "output", "text", "functionResponse", "toolResult"]);
            return self.whole(slot, Role::Tool, result, depth);
        }
        if matches!(
            kind,
            "tool_use" | "server_tool_use" | "tool_call" | "tool-call" | "toolCall" | "function_call"
        ) || ["functionCall", "function", "toolName", "toolUse"].iter().any(|key| has(key))
        {
            return self.tool_call(slot, role, part);
        }
        match field(&["text", "content", "parts", "refusal"]) {
            Some(text) => self.part(slot, role, text, depth + 1),
            None => self.push(slot, role, Kind::Said, &part.to_string()),
        }
    }

    fn thought(&mut self, slot: Slot, role: Role, value: Option<&Value>, depth: u32) {
        match value {
            Some(Value::String(text)) => self.push(slot, role, Kind::Reasoning, text),
            Some(Value::Array(list)) if depth <= DEPTH => {
                list.iter().for_each(|item| self.thought(slot, role, item.get("text"), depth + 1));
            }
            _ => {}
        }
    }

    /// A tool's result: its text, or else its JSON.
    fn whole(&mut self, slot: Slot, role: Role, value: Option<&Value>, depth: u32) {
        match value {
            Some(Value::String(text)) => self.push(slot, role, Kind::Said, text),
            Some(Value::Array(list)) if list.iter().any(|part| part["text"].is_string()) => {
                list.iter().for_each(|part| self.part(slot, role, part, depth + 1));
            }
            Some(other) => self.push(slot, role, Kind::Said, &other.to_string()),
            None => {}
        }
    }

    /// What the model wrote to call a tool: `name(arguments)`.
    fn tool_call(&mut self, slot: Slot, role: Role, value: &Value) {
        let inner = ["function", "functionCall", "toolUse"].into_iter().find_map(|key| value.get(key));
        let call = inner.filter(|inner| inner.is_object()).unwrap_or(value);
        let name = ["name", "toolName"].into_iter().find_map(|key| call[key].as_str()).unwrap_or("");
        let arguments = ["arguments", "input", "args"].into_iter().find_map(|key| call.get(key));
        let arguments = match arguments {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        self.push(slot, role, Kind::ToolCall, &format!("{name}({arguments})"));
    }

    fn tools(&mut self, value: &Value, depth: u32) {
        match value {
            _ if depth > DEPTH => {}
            Value::Array(list) => list.iter().for_each(|tool| self.tools(tool, depth + 1)),
            Value::String(text) => match embedded_json(text) {
                Some(list @ Value::Array(_)) => self.tools(&list, depth + 1),
                _ => self.push(Slot::Tools, Role::System, Kind::Said, text),
            },
            Value::Object(tool) => {
                // OpenInference keeps the definition as JSON under this key.
                match tool.get("json_schema").and_then(Value::as_str) {
                    Some(schema) => self.push(Slot::Tools, Role::System, Kind::Said, schema),
                    None if is_cache_point(value) => {}
                    None => self.push(Slot::Tools, Role::System, Kind::Said, &definition(tool)),
                }
                self.set_breakpoint(Slot::Tools, value);
            }
            _ => {}
        }
    }

    fn push(&mut self, slot: Slot, role: Role, kind: Kind, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = self.builder.text(text);
        let kind = if slot == Slot::Reasoning { Kind::Reasoning } else { kind };
        let part = Part { role, kind, turn: self.turn, text, breakpoint: None };
        self.parts(slot).push(part);
    }

    fn parts(&mut self, slot: Slot) -> &mut Vec<Part> {
        match slot {
            Slot::System => &mut self.system,
            Slot::Tools => &mut self.tools,
            Slot::Prompt => &mut self.prompt,
            Slot::Reasoning | Slot::Answer => &mut self.answer,
        }
    }

    /// Notes the cache breakpoint that a block sets behind itself.
    fn set_breakpoint(&mut self, slot: Slot, block: &Value) {
        if let (Some(breakpoint), Some(last)) = (breakpoint(block), self.parts(slot).last_mut()) {
            last.breakpoint = Some(breakpoint);
        }
    }
}

/// The breakpoint that a block sets: Anthropic's `cache_control`, Bedrock's `cachePoint`, OpenAI's from GPT-5.6 on.
fn breakpoint(block: &Value) -> Option<Breakpoint> {
    let control = ["cache_control", "cachePoint"].iter().find_map(|key| block[*key].as_object());
    match control.map(|control| control.get("ttl").and_then(Value::as_str)) {
        Some(Some("1h")) => Some(Breakpoint::Hour),
        Some(_) => Some(Breakpoint::Minutes5),
        None => match block.get("prompt_cache_breakpoint") {
            None | Some(Value::Null | Value::Bool(false)) => None,
            Some(_) => Some(Breakpoint::Minutes30),
        },
    }
}

/// Whether a block is only there to set a breakpoint.
fn is_cache_point(block: &Value) -> bool {
    block["cachePoint"].is_object()
}

/// A tool's definition, without what is said about caching it.
fn definition(tool: &Map<String, Value>) -> String {
    let mut tool = tool.clone();
    ["cache_control", "prompt_cache_breakpoint"].iter().for_each(|key| drop(tool.remove(*key)));
    Value::Object(tool).to_string()
}

fn is_text(item: &Value) -> bool {
    item.is_string() || item.get("role").is_none() && (item["text"].is_string() || item["type"] == "text")
}

/// The list or object that a string holds as JSON.
fn embedded_json(text: &str) -> Option<Value> {
    let inside = text.trim_ascii_start();
    let looks = inside.starts_with("[{") || inside.starts_with("[\"") || inside.starts_with("{\"");
    looks.then(|| serde_json::from_str(text).ok()).flatten()
}

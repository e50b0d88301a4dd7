//! LangChain's serialized messages (`{lc, type: "constructor", id: [..., "HumanMessage"], kwargs}`) as plain
//! ones.

use serde_json::{Map, Value};

/// The value with each serialized message in it replaced by `{role, content, tool_calls}`.
pub(crate) fn plain(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Object(object) => match message(object) {
            Some(message) => message,
            None => object.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        },
        other => other.clone(),
    }
}

/// The message that an answer of a LangChain model holds: `{generations: [[{message}]]}`.
pub(crate) fn answer(outputs: &Value) -> Value {
    let mut generations = &outputs["generations"];
    while let Some(first) = generations.get(0) {
        generations = first;
    }
    match generations {
        Value::Object(generation) => match generation.get("message").or_else(|| generation.get("text")) {
            Some(message) => plain(message),
            None => Value::Null,
        },
        _ => plain(outputs),
    }
}

fn message(object: &Map<String, Value>) -> Option<Value> {
    let fields = object.get("kwargs")?;
    let class = object.get("id")?.as_array()?.last()?.as_str()?;
    let role = match class.trim_end_matches("Chunk") {
        "HumanMessage" => "user",
        "AIMessage" => "assistant",
        "SystemMessage" => "system",
        "ToolMessage" | "FunctionMessage" => "tool",
        "ChatMessage" => fields["role"].as_str().unwrap_or("user"),
        _ => return None,
    };
    let mut message = Map::new();
    message.insert("role".to_owned(), role.into());
    for key in ["content", "tool_calls"] {
        if let Some(value) = fields.get(key) {
            message.insert(key.to_owned(), value.clone());
        }
    }
    Some(Value::Object(message))
}

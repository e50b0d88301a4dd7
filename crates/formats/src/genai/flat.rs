//! Attributes as JSON exports hold them, brought to the flat list of names and values that they were.

use serde_json::Value;

use super::{Attributes, names};
use crate::readers::otlp;

/// A map (flat or nested: `{"llm": {"token_count": {"prompt": 1}}}`), or a list of keys and values.
pub(crate) fn attributes(value: Value) -> Attributes<'static> {
    let mut flat = Vec::new();
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                add(name, value, &mut flat);
            }
        }
        Value::Array(list) => {
            for mut item in list {
                let key = ["key", "Key"].into_iter().find_map(|name| item[name].as_str().map(str::to_owned));
                let value = ["value", "Value"].into_iter().find(|name| item.get(*name).is_some());
                if let (Some(key), Some(name)) = (key, value) {
                    add(key, plain(item[name].take()), &mut flat);
                }
            }
        }
        _ => {}
    }
    flat
}

/// The value out of the envelope that says its type: OTLP's, or Go's `{"Type", "Value"}`.
fn plain(mut value: Value) -> Value {
    match &mut value {
        Value::Object(envelope) if envelope.contains_key("Type") => {
            envelope.get_mut("Value").map(Value::take).unwrap_or_default()
        }
        Value::Object(envelope) if envelope.len() == 1 => otlp::any_value(&value),
        _ => value,
    }
}

/// Longer than any name that means something: a hostile file could make each of its values carry it.
const MAX_NAME: usize = 200;

/// Goes down until a name has a meaning, or the value has no names of its own.
fn add(name: String, value: Value, flat: &mut Attributes<'static>) {
    if name.len() > MAX_NAME || names::has_meaning(&name) {
        return flat.push((name.into(), value));
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                add(format!("{name}.{key}"), value, flat);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for (place, value) in list.into_iter().enumerate() {
                add(format!("{name}.{place}"), value, flat);
            }
        }
        value => flat.push((name.into(), value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn flat(value: Value) -> Vec<(String, Value)> {
        attributes(value).into_iter().map(|(name, value)| (name.into_owned(), value)).collect()
    }

    #[test]
    fn all_forms_are_one() {
        let expected = vec![
            ("gen_ai.input.messages".to_owned(), json!([{"role": "user"}])),
            ("llm.token_count.prompt".to_owned(), json!(7)),
        ];
        assert_eq!(
            flat(
                json!({"gen_ai": {"input": {"messages": [{"role": "user"}]}}, "llm": {"token_count": {"prompt": 7}}})
            ),
            expected
        );
        assert_eq!(
            flat(json!([
                {"key": "gen_ai.input.messages", "value": [{"role": "user"}]},
                {"key": "llm.token_count.prompt", "value": {"intValue": "7"}},
            ])),
            expected
        );
        let go = flat(json!([{"Key": "llm.token_count.prompt", "Value": {"Type": "INT64", "Value": 7}}]));
        assert_eq!(go, expected[1..]);
        let list = flat(json!({"llm.input_messages": [{"message.role": "user"}, {"message.role": "tool"}]}));
        assert_eq!(list[1], ("llm.input_messages.1.message.role".to_owned(), json!("tool")));
    }
}

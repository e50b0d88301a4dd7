//! Small steps of putting a stream together.

use serde_json::{Map, Value};

/// More parts than this has no response; an index beyond is not followed.
const MAX_PARTS: usize = 4096;

/// The object that a value is, or becomes.
pub(super) fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut().expect("it is an object")
}

/// A field of the object that a value is, or becomes.
pub(super) fn field<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    object(value).entry(key).or_insert(Value::Null)
}

/// The list that a value is, or becomes.
pub(super) fn list(value: &mut Value) -> &mut Vec<Value> {
    if !value.is_array() {
        *value = Value::Array(Vec::new());
    }
    value.as_array_mut().expect("it is a list")
}

/// An item of the list that a value is, or becomes; none where the place is beyond all reason.
pub(super) fn item(value: &mut Value, index: usize) -> Option<&mut Value> {
    let list = list(value);
    if index >= MAX_PARTS {
        return None;
    }
    if list.len() <= index {
        list.resize(index + 1, Value::Null);
    }
    list.get_mut(index)
}

/// Appends a text to the text that a value is, or becomes.
pub(super) fn append(value: &mut Value, text: &Value) {
    let Some(text) = text.as_str() else { return };
    match value {
        Value::String(so_far) => so_far.push_str(text),
        _ => *value = text.into(),
    }
}

/// Takes over the fields that say something.
pub(super) fn merge(into: &mut Value, from: &Value, keys: &[&str]) {
    for key in keys {
        if let Some(value) = from.get(key).filter(|value| !value.is_null()) {
            *field(into, key) = value.clone();
        }
    }
}

/// Takes over all fields that say something.
pub(super) fn merge_all(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        *field(into, key) = value.clone();
    }
}

/// The place that an event names, 0 where it names none.
pub(super) fn index(value: &Value) -> usize {
    value.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

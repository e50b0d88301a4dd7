//! Fields of a JSON value by any of the names that writers give them.

use std::borrow::Cow;

use serde_json::Value;
use units::Timestamp;

use crate::json;

/// The value at a path of keys and list positions: `choices/0/message`. Null and "" count as nothing.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let step = |value: &'v Value, key: &str| match value {
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    };
    path.split('/').try_fold(value, step).filter(|found| !found.is_null() && *found != "")
}

/// The first of several paths that leads to something, else null.
pub(crate) fn first<'v>(value: &'v Value, paths: &[&str]) -> &'v Value {
    paths.iter().find_map(|path| at(value, path)).unwrap_or(&Value::Null)
}

/// The first of several paths that leads to a text, else an empty one.
pub(crate) fn text<'v>(value: &'v Value, paths: &[&str]) -> &'v str {
    paths.iter().find_map(|path| at(value, path)?.as_str()).unwrap_or("")
}

/// What a value is, if it is a list or an object written as JSON into a string. An empty one is nothing.
pub(crate) fn unwrapped(value: &Value) -> Cow<'_, Value> {
    let inner = value.as_str().filter(|text| text.trim_start().starts_with(['{', '[']));
    let unwrapped = match inner.and_then(|text| serde_json::from_str(text).ok()) {
        Some(inner) => Cow::Owned(inner),
        None => Cow::Borrowed(value),
    };
    let empty = match &*unwrapped {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    if empty { Cow::Owned(Value::Null) } else { unwrapped }
}

/// The list in a field, empty where there is none.
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The point in time in a field. Where nothing was measured, it often holds 0.
pub(crate) fn time(value: &Value) -> Result<Option<Timestamp>, json::BadValue> {
    Ok(json::timestamp(value)?.filter(|time| *time != Timestamp(0)))
}

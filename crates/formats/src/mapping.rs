//! Files of any shape: a person says where the records are and what their fields mean.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use trace::{Fate, Flagged, RecordRef};

use crate::{
    Output, Reader, Record,
    fields::Field,
    json::Unit,
    readers::records::{Own, Told, flag},
};

/// What a field of a record can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The model.
    Model,
    /// What was asked: a text, or a list of messages.
    Prompt,
    /// What was answered.
    Response,
    /// All tokens of the prompt.
    PromptTokens,
    /// All generated tokens.
    CompletionTokens,
    /// Of the prompt's tokens: those read from a cache.
    CachedTokens,
    /// When it began.
    Start,
    /// When it ended.
    End,
    /// How long it took.
    Duration,
    /// How long the first token took.
    Ttft,
    /// Dollars.
    Cost,
    /// How it ended: a word or an HTTP status.
    Status,
    /// What went wrong.
    Error,
    /// The provider.
    Provider,
    /// The part of the application.
    Component,
    /// The session or conversation.
    Session,
    /// What tells requests apart.
    RequestId,
}

impl Part {
    /// Every part, in their order, in which a person is asked.
    pub const ALL: [Part; 17] = [
        Part::Model,
        Part::Prompt,
        Part::Response,
        Part::PromptTokens,
        Part::CompletionTokens,
        Part::CachedTokens,
        Part::Start,
        Part::End,
        Part::Duration,
        Part::Ttft,
        Part::Cost,
        Part::Status,
        Part::Error,
        Part::Provider,
        Part::Component,
        Part::Session,
        Part::RequestId,
    ];

    /// The name for a person.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Prompt => "Prompt",
            Part::Response => "Response",
            Part::Model => "Model",
            Part::Provider => "Provider",
            Part::PromptTokens => "Prompt tokens",
            Part::CompletionTokens => "Completion tokens",
            Part::CachedTokens => "Cached tokens",
            Part::Start => "Start",
            Part::End => "End",
            Part::Duration => "Duration",
            Part::Ttft => "Time to first token",
            Part::Cost => "Cost in dollars",
            Part::Status => "Status",
            Part::Error => "Error",
            Part::RequestId => "Request id",
            Part::Session => "Session",
            Part::Component => "Component",
        }
    }

    /// Whether it is a length of time, which has a unit.
    pub const fn has_unit(self) -> bool {
        matches!(self, Part::Duration | Part::Ttft)
    }

    /// Whether it is a number, points in time aside.
    pub const fn is_number(self) -> bool {
        let tokens = matches!(self, Part::PromptTokens | Part::CompletionTokens | Part::CachedTokens);
        tokens || self.has_unit() || matches!(self, Part::Cost)
    }

    const fn field(self) -> Field {
        match self {
            Part::Prompt => Field::Prompt,
            Part::Response => Field::Response,
            Part::Model => Field::Model,
            Part::Provider => Field::Provider,
            Part::PromptTokens => Field::PromptTokens,
            Part::CompletionTokens => Field::CompletionTokens,
            Part::CachedTokens => Field::CachedTokens,
            Part::Start => Field::Timestamp,
            Part::End => Field::End,
            Part::Duration => Field::WallTime,
            Part::Ttft => Field::Phase(trace::Phase::TimeToFirstToken),
            Part::Cost => Field::Cost,
            Part::Status => Field::Status,
            Part::Error => Field::Error,
            Part::RequestId => Field::RequestId,
            Part::Session => Field::Session,
            Part::Component => Field::Component,
        }
    }
}

/// Where a part stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// A column, or keys and list positions with dots between them: `request.messages.0.content`.
    pub path: String,
    /// The unit of a length of time. Points in time tell theirs by their size.
    #[serde(default)]
    pub unit: Unit,
}

/// Where the records of a file are, and what their fields mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The path to a list of records within each value of the file; empty where each value is a record.
    #[serde(default)]
    pub records: String,
    /// Where each part stands in a record.
    pub fields: Fields,
}

/// Where each part stands. In JSON an object of those that are given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Box<[Option<Source>; Part::ALL.len()]>);

impl Fields {
    /// Where a part stands.
    pub fn get(&self, part: Part) -> Option<&Source> {
        self.0[part as usize].as_ref()
    }

    /// Says where a part stands, or that it does not.
    pub fn set(&mut self, part: Part, source: Option<Source>) {
        self.0[part as usize] = source;
    }

    /// Those that are given.
    pub fn iter(&self) -> impl Iterator<Item = (Part, &Source)> {
        Part::ALL.into_iter().filter_map(|part| Some((part, self.get(part)?)))
    }
}

impl FromIterator<(Part, Source)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Part, Source)>>(given: I) -> Fields {
        let mut fields = Fields::default();
        given.into_iter().for_each(|(part, source)| fields.set(part, Some(source)));
        fields
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields, D::Error> {
        struct Given;

        impl<'de> Visitor<'de> for Given {
            type Value = Fields;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object of parts and where they stand")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some((part, source)) = map.next_entry()? {
                    fields.set(part, Some(source));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Given)
    }
}

impl Mapping {
    /// How many of the parts stand in some of these records.
    pub(crate) fn found(&self, records: &[&Value]) -> usize {
        let stands = |source: &Source| records.iter().any(|record| find(record, &source.path).is_some());
        self.fields.iter().filter(|(_, source)| stands(source)).count()
    }
}

/// Reads one file by a mapping.
pub(crate) struct Mapped {
    mapping: Mapping,
    own: Own,
}

impl Mapped {
    pub fn new(mapping: Mapping) -> Mapped {
        Mapped { mapping, own: Own::default() }
    }

    fn one(&mut self, text: &str, at: RecordRef, out: &mut Output<'_>) {
        let record: Value = serde_json::from_str(text).unwrap_or_default();
        let told = self.mapping.fields.iter().filter_map(|(part, source)| {
            let value = find(&record, &source.path)?;
            Some(Told { name: &source.path, field: part.field(), unit: Some(source.unit), value })
        });
        let Some(call) = self.own.take(told, at, out) else { return };
        let means = |name: &str| self.mapping.fields.iter().any(|(_, source)| source.path == name);
        for (name, value) in record.as_object().into_iter().flatten() {
            if let Some(value) = flag(value).filter(|_| !means(name)) {
                out.builder.flag(Flagged::Call(call), name, value);
            }
        }
    }
}

impl Reader for Mapped {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        if self.mapping.records.is_empty() {
            return self.one(record.text, record.at, out);
        }
        let list = find_raw(record.text, &self.mapping.records);
        let Some(list) = list.and_then(|list| serde_json::from_str::<Vec<&RawValue>>(list).ok()) else {
            return out.count(Fate::Dropped("no list where the records should be"));
        };
        let mut places = record.places();
        for raw in list {
            self.one(raw.get(), places.next(raw.get()), out);
        }
    }
}

/// The value at a path. A key may itself hold dots, as names of columns do: the longest that fits is taken.
pub(crate) fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if path.is_empty() {
        return Some(value);
    }
    steps(path).find_map(|(key, rest)| {
        let inner = match value {
            Value::Array(list) => list.get(key.parse::<usize>().ok()?),
            other => other.get(key),
        };
        find(inner?, rest)
    })
}

/// The same in a text of JSON, so that the place is known.
fn find_raw<'a>(text: &'a str, path: &str) -> Option<&'a str> {
    if path.is_empty() {
        return Some(text);
    }
    if text.starts_with('[') {
        let list: Vec<&'a RawValue> = serde_json::from_str(text).ok()?;
        return steps(path)
            .find_map(|(key, rest)| find_raw(list.get(key.parse::<usize>().ok()?)?.get(), rest));
    }
    let fields: BTreeMap<String, &'a RawValue> = serde_json::from_str(text).ok()?;
    steps(path).find_map(|(key, rest)| find_raw(fields.get(key)?.get(), rest))
}

/// The ways to divide a path into a key and the path from there, the longest key first.
fn steps(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let ends = path.match_indices('.').map(|(end, _)| end).chain([path.len()]);
    ends.rev().map(|end| (&path[..end], path.get(end + 1..).unwrap_or("")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_leads_through_keys_lists_and_dots() {
        let value = json!({"a": {"b": [{"c": 1}, 2]}, "x.y": 3, "x": {"y": 4, "z.w": 5}});
        for (path, found) in [
            ("a.b.0.c", json!(1)),
            ("a.b.1", json!(2)),
            ("x.y", json!(3)),
            ("x.z.w", json!(5)),
            ("", value.clone()),
            ("a.b.2", Value::Null),
            ("a.b.-1", Value::Null),
            ("a.b.c", Value::Null),
            ("a..b", Value::Null),
        ] {
            assert_eq!(find(&value, path).unwrap_or(&Value::Null), &found, "{path}");
            let text = value.to_string();
            let raw = find_raw(&text, path).map_or(Value::Null, |raw| serde_json::from_str(raw).unwrap());
            assert_eq!(raw, found, "{path}");
        }
    }
}

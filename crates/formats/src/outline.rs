//! What stands where in a file, for a person who is to say what is what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use trace::{RecordRef, TraceBuilder};
use units::Timestamp;

use crate::{
    Output, Reader, Record, guess,
    import::heads,
    json,
    mapping::{Mapped, Mapping, find},
    secrets,
};

/// So many paths are listed, of so many bytes at most, and lists of records.
const MAX_PATHS: usize = 200;
const MAX_PATH: usize = 200;
const MAX_LISTS: usize = 20;
/// So deep it is looked, and at so many elements of a list within a record.
const MAX_DEPTH: usize = 8;
const ELEMENTS: usize = 2;
/// So many records are looked at.
const MAX_RECORDS: usize = 200;
/// Samples of a path, and characters of each.
const SAMPLES: usize = 3;
const SAMPLE: usize = 60;
/// Rows of the preview.
const ROWS: usize = 5;

/// Which mapping a person wants to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// The fullest saved one of which everything is there, or else a guess by names and values.
    Proposal(Vec<Mapping>),
    /// A guess for the records in this list.
    Guess(String),
    /// This one.
    Try(Mapping),
}

/// The beginning of a file as far as a mapping needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Paths to lists that may hold the records, and the elements of each that are in sight.
    pub lists: Vec<(String, u64)>,
    /// What stands in the records: each path, and the beginnings of some different values.
    pub paths: Vec<(String, String)>,
    /// The mapping that was asked about, or else a proposal.
    pub mapping: Mapping,
    /// Which of the saved mappings the proposal is.
    pub saved: Option<u32>,
}

/// What was found at a path: how many values, and how many of them can be what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    values: u32,
    whole: u32,
    number: u32,
    stamp: u32,
    text: u32,
    chat: u32,
    /// The largest number.
    pub largest: f64,
    /// Characters of the longest text.
    pub length: usize,
    samples: Vec<String>,
}

impl Found {
    fn take(&mut self, value: &Value, is_secret: bool) {
        let number = json::number(value).ok().flatten();
        let text = value.as_str().filter(|_| number.is_none());
        self.values += 1;
        self.whole += u32::from(matches!(json::whole(value), Ok(_) | Err(json::NEGATIVE)));
        self.number += u32::from(number.is_some());
        self.stamp += u32::from(is_stamp(value));
        self.text += u32::from(text.is_some());
        self.chat += u32::from(is_chat(value));
        self.largest = self.largest.max(number.unwrap_or_default());
        self.length = self.length.max(text.map_or(0, |text| text.chars().count()));
        if self.samples.len() < SAMPLES {
            let sample = if is_secret { secrets::INSTEAD.to_owned() } else { sample(value) };
            if !self.samples.contains(&sample) {
                self.samples.push(sample);
            }
        }
    }

    /// Whether nearly all are: a bad value must not hide what the others are.
    fn are(&self, count: u32) -> bool {
        self.values > 0 && count * 5 >= self.values * 4
    }

    pub fn is_given(&self) -> bool {
        self.values > 0
    }

    pub fn is_whole(&self) -> bool {
        self.are(self.whole) && !self.is_stamp()
    }

    pub fn is_number(&self) -> bool {
        self.are(self.number) && !self.is_stamp()
    }

    pub fn is_stamp(&self) -> bool {
        self.are(self.stamp)
    }

    pub fn is_text(&self) -> bool {
        self.are(self.text) && !self.is_stamp()
    }

    pub fn is_asked(&self) -> bool {
        self.are(self.text + self.chat) && !self.is_stamp()
    }
}

/// The paths of some records.
pub(crate) type Paths = BTreeMap<String, Found>;

/// Looks at the beginning of a file. `None` if there are no records to be seen.
pub fn outline(head: &str, ask: &Ask) -> Option<Outline> {
    let records = records(head)?;
    let lists = lists(&records);
    let parts = |mapping: &Mapping| {
        let parts = mapping.fields.iter().count();
        (parts > 0 && mapping.found(&elements(&records, &mapping.records)) == parts).then_some(parts)
    };
    let (mapping, saved) = match ask {
        Ask::Proposal(saved) => {
            let known = saved.iter().enumerate().filter_map(|(i, mapping)| Some((parts(mapping)?, i)));
            match known.max_by_key(|&(parts, i)| (parts, std::cmp::Reverse(i))) {
                Some((_, i)) => (saved[i].clone(), Some(i as u32)),
                None => (propose(&records, &lists), None),
            }
        }
        Ask::Guess(list) => {
            let fields = guess::guess(&paths(&elements(&records, list)));
            (Mapping { records: list.clone(), fields }, None)
        }
        Ask::Try(mapping) => (mapping.clone(), None),
    };
    let paths = paths(&elements(&records, &mapping.records));
    let paths = paths.into_iter().map(|(path, found)| (path, found.samples.join(" · "))).collect();
    Some(Outline { lists, paths, mapping, saved })
}

/// Reads the first records by a mapping, into a file of its own: as many as make a few rows.
pub fn preview(head: &str, mapping: &Mapping, builder: &mut TraceBuilder) {
    let file = builder.begin_file("", head.len() as u64);
    let Some(records) = records(head) else { return };
    let mut reader = Mapped::new(Mapping { records: String::new(), ..mapping.clone() });
    for (i, record) in elements(&records, &mapping.records).into_iter().take(ROWS).enumerate() {
        let text = record.to_string();
        let at = RecordRef { file, offset: 0, len: 0, line: i as u32 + 1 };
        reader.record(&Record { text: &text, at }, &mut Output { builder, file });
    }
    builder.settle();
}

/// The first records, if one of them has a field.
fn records(head: &str) -> Option<Vec<Value>> {
    let has_field = |record: &Value| record.as_object().is_some_and(|fields| !fields.is_empty());
    heads(head).into_iter().map(|(head, _)| head.records).find(|records| records.iter().any(has_field))
}

/// The elements of the lists at a path, or the records themselves.
fn elements<'v>(records: &'v [Value], list: &str) -> Vec<&'v Value> {
    let inner = |record: &'v Value| match find(record, list) {
        Some(Value::Array(elements)) if !list.is_empty() => elements.as_slice(),
        Some(_) if list.is_empty() => std::slice::from_ref(record),
        _ => &[],
    };
    records.iter().flat_map(inner).take(MAX_RECORDS).collect()
}

/// The guess that finds most: in the records themselves or in one of the lists. Of equals the records, unless
/// they have it from the first elements of a list that has several.
fn propose(records: &[Value], lists: &[(String, u64)]) -> Mapping {
    let guess = |list: &str| guess::guess(&paths(&elements(records, list)));
    let mut best = Mapping { records: String::new(), fields: guess("") };
    for (list, elements) in lists {
        let fields = guess(list);
        let within = |path: &str| path.strip_prefix(list.as_str()).is_some_and(|rest| rest.starts_with('.'));
        let first_only = best.records.is_empty()
            && *elements > records.len() as u64
            && best.fields.iter().any(|(_, source)| within(&source.path));
        let (more, fewer) = (fields.iter().count(), best.fields.iter().count());
        if more > fewer || first_only && more == fewer {
            best = Mapping { records: list.clone(), fields };
        }
    }
    best
}

/// The lists of objects within the records, those of most elements first.
fn lists(records: &[Value]) -> Vec<(String, u64)> {
    let mut lists = BTreeMap::new();
    for record in records {
        find_lists(record, String::new(), 0, &mut lists);
    }
    let mut lists: Vec<(String, u64)> = lists.into_iter().collect();
    units::order::sort_by_key(&mut lists, |(_, elements)| std::cmp::Reverse(*elements));
    lists
}

fn find_lists(value: &Value, path: String, depth: usize, lists: &mut BTreeMap<String, u64>) {
    match value {
        Value::Array(list)
            if !path.is_empty()
                && list.iter().any(Value::is_object)
                && !is_chat(value)
                && (lists.len() < MAX_LISTS || lists.contains_key(&path)) =>
        {
            *lists.entry(path).or_default() += list.len() as u64;
        }
        Value::Object(fields) if depth < MAX_DEPTH => {
            for (key, value) in fields {
                if let Some(path) = join(&path, key) {
                    find_lists(value, path, depth + 1, lists);
                }
            }
        }
        _ => {}
    }
}

fn paths(records: &[&Value]) -> Paths {
    let mut paths = Paths::new();
    for record in records {
        walk(record, String::new(), 0, &mut paths);
    }
    paths
}

fn walk(value: &Value, path: String, depth: usize, paths: &mut Paths) {
    let inner: Vec<(String, &Value)> = match value {
        _ if depth == MAX_DEPTH => return,
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => {
            list.iter().take(ELEMENTS).enumerate().map(|(i, value)| (i.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    if !path.is_empty() && (inner.is_empty() && !value.is_object() && !value.is_array() || is_chat(value)) {
        note(value, &path, paths);
    }
    for (key, value) in inner {
        if let Some(path) = join(&path, &key) {
            walk(value, path, depth + 1, paths);
        }
    }
}

fn note(value: &Value, path: &str, paths: &mut Paths) {
    if paths.len() == MAX_PATHS && !paths.contains_key(path) {
        return;
    }
    let found = paths.entry(path.to_owned()).or_default();
    if !value.is_null() && *value != "" {
        found.take(value, path.rsplit('.').next().is_some_and(secrets::is_secret));
    }
}

fn sample(value: &Value) -> String {
    let mut text = match value {
        Value::Array(list) => format!("{} messages", list.len()),
        Value::String(text) => text.chars().take(SAMPLE + 1).collect(),
        other => other.to_string(),
    };
    if let Some((end, _)) = text.char_indices().nth(SAMPLE) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn join(path: &str, key: &str) -> Option<String> {
    let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    (!key.is_empty() && path.len() <= MAX_PATH).then_some(path)
}

/// Whether it is a conversation.
fn is_chat(value: &Value) -> bool {
    let list = value.as_array().filter(|list| !list.is_empty());
    list.is_some_and(|list| list.iter().all(|message| message["role"].is_string()))
}

/// Whether it is a point in time of the years 2000 to 2099.
fn is_stamp(value: &Value) -> bool {
    const YEARS: std::ops::Range<i64> = 946_684_800..4_102_444_800;
    matches!(json::timestamp(value), Ok(Some(Timestamp(ns))) if YEARS.contains(&(ns / 1_000_000_000)))
}

//! Records that a file tells in several parts: a beginning, and patches to it.

use rustc_hash::FxHashMap;
use serde_json::Value;
use trace::RecordRef;

/// The records whose end was not seen yet, in the order in which they began.
#[derive(Default)]
pub(crate) struct Parts {
    places: FxHashMap<String, usize>,
    list: Vec<Option<(RecordRef, Value)>>,
}

impl Parts {
    /// Takes a part. The answer is where the first part of its record lies, if this is another one.
    pub(crate) fn add(&mut self, id: &str, at: RecordRef, part: Value) -> Option<RecordRef> {
        let open = self.places.get(id).and_then(|&place| self.list[place].as_mut());
        match open {
            Some((first, record)) => {
                patch(record, part);
                Some(*first)
            }
            None => {
                self.places.insert(id.to_owned(), self.list.len());
                self.list.push(Some((at, part)));
                None
            }
        }
    }

    /// A record as its parts tell it, and where the first of them lies.
    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        self.places.get(id).and_then(|&place| self.list[place].as_ref()).map(|(_, record)| record)
    }

    /// Gives out a record that has ended.
    pub(crate) fn take(&mut self, id: &str) -> Option<(RecordRef, Value)> {
        self.places.remove(id).and_then(|place| self.list[place].take())
    }

    /// Gives out the records that never ended.
    pub(crate) fn rest(&mut self) -> impl Iterator<Item = (RecordRef, Value)> + use<> {
        self.places.clear();
        std::mem::take(&mut self.list).into_iter().flatten()
    }
}

/// Fields of objects one by one, anything else as a whole; null takes nothing away.
fn patch(record: &mut Value, part: Value) {
    match (record, part) {
        (Value::Object(record), Value::Object(part)) => {
            for (key, value) in part {
                patch(record.entry(key).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (record, part) => *record = part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use trace::FileId;

    #[test]
    fn a_patch_adds_and_replaces_and_takes_nothing_away() {
        let at = RecordRef { file: FileId(0), offset: 0, len: 0, line: 1 };
        let mut parts = Parts::default();
        let later = RecordRef { offset: 9, ..at };
        let begun = json!({"id": "a", "metrics": {"start": 1}, "events": [], "out": {}});
        let ended = json!({"metrics": {"end": 2}, "events": [1], "out": {"x": 1}, "id": null});
        assert_eq!(parts.add("a", at, begun), None);
        assert_eq!(parts.add("b", at, json!({"id": "b"})), None);
        assert_eq!(parts.add("a", later, ended), Some(at));
        let whole = json!({"id": "a", "metrics": {"start": 1, "end": 2}, "events": [1], "out": {"x": 1}});
        assert_eq!(parts.take("a").unwrap().1, whole);
        assert!(parts.take("a").is_none());
        assert_eq!(parts.rest().count(), 1);
    }
}

//! Mappings that are remembered between visits: names of fields, never what is in them.

use engine::protocol::Mapping;
use js_sys::JSON;
use serde::{Serialize, de::DeserializeOwned};

use crate::platform::storage;

const NAME: &str = "tokenflame.mappings";
/// So many are remembered; the oldest one goes.
const MOST: usize = 50;

/// All of them, the last saved first. Nothing where the storage holds something else.
pub fn all() -> Vec<Mapping> {
    storage::read(NAME).and_then(|text| parse(&text)).unwrap_or_default()
}

/// Remembers a mapping, in the place of one that it was made from and of one for the same fields.
pub fn put(mapping: &Mapping, instead: Option<&Mapping>) {
    let mut all = all();
    all.retain(|known| Some(known) != instead && !is_same_shape(known, mapping));
    all.insert(0, mapping.clone());
    all.truncate(MOST);
    write(&all);
}

/// Forgets a mapping.
pub fn erase(mapping: &Mapping) {
    let mut all = all();
    all.retain(|known| known != mapping);
    write(&all);
}

fn write(all: &[Mapping]) {
    storage::write(NAME, json(&all).filter(|_| !all.is_empty()).as_deref());
}

/// Whether both are for files of the same fields.
fn is_same_shape(a: &Mapping, b: &Mapping) -> bool {
    let within = |a: &Mapping, b: &Mapping| {
        a.fields.iter().all(|(_, source)| b.fields.iter().any(|(_, other)| other.path == source.path))
    };
    a.records == b.records && within(a, b) && within(b, a)
}

/// As it is kept and saved to a file; the command line reads the same.
pub fn json<T: Serialize>(value: &T) -> Option<String> {
    let value = value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).ok()?;
    JSON::stringify(&value).ok()?.as_string()
}

/// What [`json`] wrote; `None` if it is something else.
pub fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_wasm_bindgen::from_value(JSON::parse(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::protocol::{Part, Source, Unit};
    use wasm_bindgen_test::wasm_bindgen_test;

    fn mapping(parts: &[(Part, &str)]) -> Mapping {
        let source = |&(part, path): &(Part, &str)| (part, Source { path: path.to_owned(), unit: Unit::Ms });
        Mapping { records: "data".to_owned(), fields: parts.iter().map(source).collect() }
    }

    #[wasm_bindgen_test]
    fn a_mapping_is_remembered_once_for_each_shape() {
        storage::write(NAME, Some("{nonsense"));
        assert_eq!(all(), []);
        let first = mapping(&[(Part::Model, "m"), (Part::Duration, "d")]);
        let turned = mapping(&[(Part::Provider, "m"), (Part::Ttft, "d")]);
        let other = mapping(&[(Part::Model, "x.y")]);
        put(&first, None);
        put(&other, None);
        assert_eq!(all(), [other.clone(), first]);
        // Of the same fields, and one that was made from another.
        put(&turned, None);
        assert_eq!(all(), [turned.clone(), other.clone()]);
        let better = mapping(&[(Part::Model, "x.y"), (Part::Prompt, "p")]);
        put(&better, Some(&other));
        assert_eq!(all(), [better.clone(), turned.clone()]);
        erase(&better);
        erase(&turned);
        assert_eq!((all(), storage::read(NAME)), (Vec::new(), None));
    }
}

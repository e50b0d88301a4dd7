//! Walks over JSON that is known to be valid, as the records of a splitter are: to find the parts of a large
//! record without parsing them.

use serde::Deserialize;

use crate::values::text_len;

/// A place in a JSON text. Whatever is not as the caller expects it gives `None`, and the caller parses the
/// record instead.
pub struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    /// At the beginning of a value.
    pub fn new(text: &'a str) -> Walk<'a> {
        Walk { text, at: 0 }
    }

    /// Goes through an object: `each` stands at the value of a key and has to pass over it.
    pub fn object(&mut self, mut each: impl FnMut(&mut Walk<'a>, &'a str) -> Option<()>) -> Option<()> {
        self.all(b'{', b'}', |walk| {
            let key = walk.value()?.strip_prefix('"')?.strip_suffix('"')?;
            if key.contains('\\') || !walk.eat(b':') {
                return None;
            }
            each(walk, key)
        })
    }

    /// Goes through a list: `each` stands at an element and has to pass over it.
    pub fn list(&mut self, each: impl FnMut(&mut Walk<'a>) -> Option<()>) -> Option<()> {
        self.all(b'[', b']', each)
    }

    /// Passes over a value.
    pub fn value(&mut self) -> Option<&'a str> {
        self.blank();
        let bytes = self.text.as_bytes();
        let from = self.at;
        let mut depth = 0;
        loop {
            match bytes.get(self.at)? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                _ => self.word(),
            }
            if depth == 0 {
                return Some(&self.text[from..self.at]);
            }
        }
    }

    /// Parses an object and passes over it; with its text, and `None` if it is not of that type.
    pub fn parse<T: Deserialize<'a>>(&mut self) -> Option<(&'a str, Option<T>)> {
        self.blank();
        let rest = &self.text[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        match values.next() {
            Some(Ok(value)) if rest.starts_with('{') => {
                let text = &rest[..values.byte_offset()];
                self.at += text.len();
                Some((text, Some(value)))
            }
            _ => Some((self.value()?, None)),
        }
    }

    fn all(&mut self, open: u8, close: u8, mut each: impl FnMut(&mut Walk<'a>) -> Option<()>) -> Option<()> {
        if !self.eat(open) {
            return None;
        }
        if self.eat(close) {
            return Some(());
        }
        loop {
            each(self)?;
            if self.eat(close) {
                return Some(());
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        self.at += 1;
        loop {
            self.at += text_len(&bytes[self.at..]);
            match bytes.get(self.at)? {
                b'"' => break,
                // What is escaped is no quote, whatever follows it.
                b'\\' if self.at + 2 <= bytes.len() => self.at += 2,
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    /// A number, true, false or null.
    fn word(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let ends =
            |byte: &u8| matches!(byte, b',' | b'}' | b']' | b':' | b'"' | b' ' | b'\t' | b'\r' | b'\n');
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn blank(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.blank();
        let found = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, value::RawValue};
    use std::collections::BTreeMap;

    fn members(text: &str) -> Option<Vec<(&str, &str)>> {
        let mut members = Vec::new();
        Walk::new(text).object(|walk, key| {
            members.push((key, walk.value()?));
            Some(())
        })?;
        Some(members)
    }

    fn elements(text: &str) -> Option<Vec<&str>> {
        let mut elements = Vec::new();
        Walk::new(text).list(|walk| {
            elements.push(walk.value()?);
            Some(())
        })?;
        Some(elements)
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            Just(Value::from(-1.5e-7)),
            r#"[a"\\\n\u{e9}{}\[\],: ]{0,40}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let key = "[a-c\"\\\\]{0,3}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(key, inner, 0..5).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn parts_are_those_that_a_parser_finds(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = format!(" {}\n", text.unwrap());
            let list: Option<Vec<&RawValue>> = serde_json::from_str(&text).ok().filter(|_| value.is_array());
            prop_assert_eq!(elements(&text), list.map(|list| list.iter().map(|raw| raw.get()).collect::<Vec<_>>()));
            let map: Option<BTreeMap<String, &RawValue>> = serde_json::from_str(&text).ok();
            match members(&text) {
                Some(found) => {
                    let map = map.unwrap();
                    prop_assert_eq!(found.len(), map.len());
                    prop_assert!(found.iter().all(|(key, text)| map.get(*key).unwrap().get() == *text));
                }
                None => prop_assert!(map.is_none_or(|map| map.keys().any(|key| key.contains(['"', '\\'])))),
            }
        }

        #[test]
        fn parsing_goes_as_far_as_passing_over(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = format!(" {} , 1", text.unwrap());
            let (mut parsing, mut passing) = (Walk::new(&text), Walk::new(&text));
            let (found, map) = parsing.parse::<BTreeMap<String, Value>>().unwrap();
            prop_assert_eq!(Some(found), passing.value());
            prop_assert_eq!(parsing.at, passing.at);
            prop_assert_eq!(map.map(|map| map.into_iter().collect()), Some(value).filter(Value::is_object));
        }

        #[test]
        fn what_is_no_json_does_no_harm(text in r#"[a"\\{}\[\],: 1]{0,30}"#) {
            let _ = (members(&text), elements(&text), Walk::new(&text).value());
        }
    }
}

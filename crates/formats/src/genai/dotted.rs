//! Lists and objects that were flattened into attribute names: `llm.input_messages.0.message.content`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Attributes;

/// Names are only taken apart so far.
const DEPTH: usize = 12;

/// Levels that only repeat what their parent is; they are left out.
const WRAPPERS: &[&str] = &["message", "message_content", "tool_call", "tool", "embedding", "prompt"];

/// Puts each family of names together again: a prefix and what the caller calls it.
pub(super) fn values<T: Copy>(
    mut attributes: Attributes<'_>,
    families: &'static [(&'static str, T)],
) -> impl Iterator<Item = (T, Value)> {
    let mut trees: Vec<Branch<'_>> = families.iter().map(|_| Branch::new()).collect();
    for (name, value) in &mut attributes {
        for ((prefix, _), tree) in families.iter().zip(&mut trees) {
            if let Some(rest) = name.strip_prefix(prefix) {
                insert(tree, rest, value);
            }
        }
    }
    let found = families.iter().zip(trees).filter(|(_, tree)| !tree.is_empty());
    found.map(|((_, tag), tree)| (*tag, assemble(tree))).collect::<Vec<_>>().into_iter()
}

/// Children in order: numbers by value and before names, so that message 10 comes after message 9.
type Branch<'a> = BTreeMap<(u64, &'a str), Node<'a>>;

enum Node<'a> {
    Leaf(Value),
    Branch(Branch<'a>),
}

/// Of two values that contradict each other (a text and an object) the first stands.
fn insert<'a>(root: &mut Branch<'a>, path: &'a str, value: &mut Value) {
    let mut at = root;
    let mut segments = path.splitn(DEPTH, '.').peekable();
    while let Some(segment) = segments.next() {
        let key = (segment.parse().unwrap_or(u64::MAX), segment);
        let last = segments.peek().is_none();
        let node = at.entry(key).or_insert_with(|| match last {
            true => Node::Leaf(value.take()),
            false => Node::Branch(Branch::new()),
        });
        match node {
            Node::Branch(branch) if !last => at = branch,
            _ => return,
        }
    }
}

fn assemble(branch: Branch<'_>) -> Value {
    let value = |node| match node {
        Node::Leaf(value) => value,
        Node::Branch(branch) => assemble(branch),
    };
    if branch.keys().all(|&(number, _)| number != u64::MAX) {
        return branch.into_values().map(value).collect();
    }
    let mut object = Map::new();
    for ((_, name), node) in branch {
        match (WRAPPERS.contains(&name), value(node)) {
            (true, Value::Object(inner)) => object.extend(inner),
            (_, other) => {
                object.insert(name.to_owned(), other);
            }
        }
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_become_the_list_they_were() {
        let attributes: Attributes<'_> = vec![
            ("m.10.message.role".into(), json!("assistant")),
            ("m.9.message.role".into(), json!("user")),
            ("m.9.message.contents.0.message_content.type".into(), json!("tool_use")),
            ("m.9.message.contents.0.tool_call.function.name".into(), json!("search")),
            ("m.9".into(), json!("contradiction")),
            ("other.0".into(), json!("no")),
        ];
        let lists: Vec<_> = values(attributes, &[("m.", 1), ("n.", 2)]).collect();
        let expected = json!([
            {"role": "user", "contents": [{"type": "tool_use", "function": {"name": "search"}}]},
            {"role": "assistant"}
        ]);
        assert_eq!(lists, [(1, expected)]);
    }
}

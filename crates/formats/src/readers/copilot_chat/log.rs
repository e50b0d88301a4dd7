//! The log that VS Code keeps a chat in.

use serde::Deserialize;
use serde_json::Value;

/// A line of it: the whole (0), or a value to set (1), items to push (2), a value
/// to delete (3) at a path.
#[derive(Deserialize)]
pub(super) struct Change {
    kind: u8,
    #[serde(default)]
    k: Vec<Value>,
    v: Option<Value>,
    /// Where an array is cut before items are pushed.
    i: Option<usize>,
}

impl Change {
    /// The whole, if this line is it.
    pub(super) fn begin(&mut self) -> Option<Value> {
        (self.kind == 0).then(|| self.v.take().unwrap_or_default())
    }

    /// `None` if there is no such place.
    pub(super) fn apply(&mut self, chat: &mut Value) -> Option<()> {
        let (last, path) = self.k.split_last()?;
        let at = path.iter().try_fold(chat, step)?;
        match (self.kind, at, last) {
            (1, Value::Object(fields), Value::String(key)) => {
                fields.insert(key.clone(), self.v.take().unwrap_or_default());
            }
            (1, at, key) => *step(at, key)? = self.v.take().unwrap_or_default(),
            (2, at, key) => {
                let list = step(at, key)?.as_array_mut()?;
                list.truncate(self.i.unwrap_or(usize::MAX));
                if let Some(Value::Array(items)) = self.v.take() {
                    list.extend(items);
                }
            }
            (3, Value::Object(fields), Value::String(key)) => drop(fields.remove(key)),
            _ => return None,
        }
        Some(())
    }
}

/// One step of a path: a name or a number.
fn step<'a>(at: &'a mut Value, key: &Value) -> Option<&'a mut Value> {
    match key {
        Value::String(name) => at.get_mut(name),
        number => at.get_mut(usize::try_from(number.as_u64()?).ok()?),
    }
}

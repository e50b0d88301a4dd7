use containers::{Piece, Splitter, Wrap};
use serde_json::Value;

use super::{Dialect, Kind, recognise};

/// A response, whole or as far as it was streamed.
pub(crate) struct Reply {
    pub(crate) dialect: &'static dyn Dialect,
    /// The response as it would be without streaming.
    pub(crate) body: Value,
    /// Whether it came in parts.
    pub(crate) streamed: bool,
}

impl Reply {
    /// What a server answered: JSON, JSON lines or server-sent events. `None` where no dialect knows it; the
    /// dialect that the request's address names is asked first.
    pub(crate) fn of_text(text: &str, hint: Option<&'static dyn Dialect>) -> Option<Reply> {
        let events = containers::is_sse(text);
        let mut splitter = Splitter::new(if events { Wrap::Events } else { Wrap::Json });
        let mut reply: Option<Reply> = None;
        let mut take = |piece: Piece<'_>| {
            let Piece::Record(found) = piece else { return };
            let Ok(value) = serde_json::from_str::<Value>(found.text) else { return };
            match &mut reply {
                None => reply = Reply::of_value(value, hint),
                Some(reply) => drop(reply.dialect.fold(&mut reply.body, &value)),
            }
        };
        splitter.push(text, &mut take);
        splitter.finish(&mut take);
        if let Some(reply) = &mut reply {
            reply.streamed |= events;
        }
        reply
    }

    /// What one JSON value of a response says.
    pub(crate) fn of_value(value: Value, hint: Option<&'static dyn Dialect>) -> Option<Reply> {
        let hinted = hint.and_then(|dialect| Some((dialect, dialect.kind(&value)?.0)));
        let (dialect, kind) = match hinted.filter(|(_, kind)| *kind != Kind::Request) {
            Some(known) => known,
            None => {
                let (dialect, kind, _) = recognise(&value)?;
                (dialect, kind)
            }
        };
        let mut reply = Reply { dialect, body: Value::Null, streamed: false };
        match kind {
            Kind::Request => return None,
            Kind::Response => reply.body = value,
            Kind::Event => drop(dialect.fold(&mut reply.body, &value)),
        }
        reply.streamed = kind == Kind::Event;
        Some(reply)
    }
}

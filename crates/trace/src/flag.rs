use crate::{CallId, SpanId, StrId};

/// A yes or no that a file tells beside what is known of every span and call: `task.success`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// What it is told of.
    pub of: Flagged,
    /// Its name in the file.
    pub name: StrId,
    /// Yes or no.
    pub value: bool,
}

/// What a [`Flag`] is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flagged {
    /// A span, and so all that lies inside it.
    Span(SpanId),
    /// A record of a call; see [`Trace::standing_for`](crate::Trace::standing_for).
    Call(CallId),
}

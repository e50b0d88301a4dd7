use serde::{Deserialize, Serialize};
use units::{Nanos, Timestamp};

use crate::{CallId, RecordRef, SpanId, StrId};

/// How a span or a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Status {
    /// Finished, or nothing else was said.
    #[default]
    Ok,
    /// Refused for load: 429, 529.
    RateLimited,
    /// Stopped by the caller. Has no place in latency percentiles.
    Cancelled,
    /// Failed.
    Failed,
}

impl Status {
    /// Failed, refused or cancelled.
    pub const fn is_error(self) -> bool {
        !matches!(self, Status::Ok)
    }
}

/// What a span is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SpanKind {
    /// A call to a model; the row of [`Span::call`] tells more.
    Call,
    /// An embedding call, a vector search, a reranker: looking for context.
    Retrieval,
    /// A tool the model asked for.
    Tool,
    /// An agent, a workflow, a chain: what holds other spans. Its usage repeats its children's.
    Agent,
    /// Anything else.
    #[default]
    Other,
}

/// A piece of work with a place in time.
#[derive(Clone, Debug, Default)]
pub struct Span {
    /// Where the record lies.
    pub record: Option<RecordRef>,
    /// The trace it belongs to.
    pub trace: StrId,
    /// Its own id in the file.
    pub id: StrId,
    /// The parent's id in the file; NONE for a root.
    pub parent_id: StrId,
    /// The parent's row, once settled; `None` for roots and orphans.
    pub parent: Option<SpanId>,
    /// Its name.
    pub name: StrId,
    /// What it is about.
    pub kind: SpanKind,
    /// How it ended.
    pub status: Status,
    /// When it began.
    pub start: Option<Timestamp>,
    /// How long it took; `None` while unknown, never negative.
    pub duration: Option<Nanos>,
    /// The model call it is.
    pub call: Option<CallId>,
}

impl Span {
    /// When it ended.
    pub fn end(&self) -> Option<Timestamp> {
        Some(self.start? + self.duration?)
    }

    /// Takes what it lacks from the same span sent again.
    pub(crate) fn fill(&mut self, again: &Span) {
        self.parent_id = self.parent_id.or(again.parent_id);
        self.name = self.name.or(again.name);
        if self.kind == SpanKind::Other {
            self.kind = again.kind;
        }
        self.status = self.status.max(again.status);
        if self.duration.is_none() && again.duration.is_some() {
            (self.start, self.duration) = (again.start, again.duration);
        }
        self.start = self.start.or(again.start);
    }
}

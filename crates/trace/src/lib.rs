//! What every trace format becomes: spans, model calls, messages and interned text, and a report that says
//! what became of each record that was read.
//!
//! ```text
//! reader ──drafts──▶ TraceBuilder ──settle──▶ Trace (read-only) ──▶ stats, bill, tables
//! ```
//!
//! A [`Trace`] is append-only while files come in and never changes under a query. Parents and children,
//! several files, and several records of one call are joined by [`TraceBuilder::settle`], because the
//! records of one call may lie far apart or in different files.

mod builder;
mod call;
mod flag;
mod ids;
mod lists;
mod message;
mod nesting;
mod phase;
mod report;
mod retries;
mod span;
mod strings;
mod texts;
mod tree;

use rustc_hash::FxHashSet;
use units::Nanos;

pub use builder::TraceBuilder;
pub use call::{Call, Convention, Identity, Operation, Service, Usage};
pub use flag::{Flag, Flagged};
pub use ids::{CallId, FileId, RecordRef, SpanId, StrId, TextId};
pub use lists::{List, Lists};
pub use message::{Breakpoint, Component, Message, Role};
pub use phase::{Phase, Phases};
pub use report::{Candidate, Fate, FileReport, Problem, ProblemCode};
pub use span::{Span, SpanKind, Status};
pub use strings::Interner;
pub use texts::Texts;
pub use tree::{NONE, Tree, UNKNOWN};

/// All files of a session as one set of tables.
///
/// Spans, calls and messages are plain rows: there are ten to a hundred times fewer calls than bytes of
/// text, they are read row by row, and a struct says what a row holds better than thirty parallel vectors.
#[derive(Debug, Default)]
pub struct Trace {
    /// Names, models, ids: each distinct string once.
    pub strings: Interner,
    /// Prompts and responses: each distinct text once.
    pub texts: Texts,
    /// Every span of every file; the parent of a span may stand after it.
    pub spans: Vec<Span>,
    /// Every record of a model call, merged ones included; see [`Trace::calls`].
    pub records: Vec<Call>,
    /// The messages of all calls, those of one call side by side.
    pub messages: Vec<Message>,
    /// Gaps between chunks and blocks of prompts; see [`Trace::gaps`] and [`Trace::blocks`].
    pub lists: Lists,
    /// Records that tell more of another one, which stands first: a part of a stream, a patch.
    pub parts: Vec<(RecordRef, RecordRef)>,
    /// What the files say yes or no to, in their order; of two about the same the later holds.
    pub flags: Vec<Flag>,
    /// The files and what became of their records.
    pub files: Vec<FileReport>,
}

impl Trace {
    /// The model calls, each once: records that another record of the same call has absorbed are left out.
    pub fn calls(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.records
            .iter()
            .enumerate()
            .filter(|(_, call)| call.merged_into.is_none())
            .map(|(i, call)| (CallId(i as u32), call))
    }

    /// A call by its id.
    pub fn call(&self, id: CallId) -> &Call {
        &self.records[id.0 as usize]
    }

    /// The call that stands for a record: itself, or the one it was merged into.
    pub fn standing_for(&self, mut id: CallId) -> CallId {
        while let Some(into) = self.call(id).merged_into {
            id = into;
        }
        id
    }

    /// Where the records of a call lie: the one that stands for it, then all others that tell of it, in the
    /// order of the files.
    pub fn places(&self, call: CallId) -> Vec<RecordRef> {
        let call = self.standing_for(call);
        let own = self.call(call).record;
        let merged = self.merged(call).map(|(_, merged)| merged.record);
        let told: FxHashSet<RecordRef> = merged.chain([own]).collect();
        let parts = self.parts.iter().filter(|(first, _)| told.contains(first)).map(|&(_, part)| part);
        let all: FxHashSet<RecordRef> = told.iter().copied().chain(parts).collect();
        let mut all: Vec<RecordRef> = all.into_iter().collect();
        units::order::sort_by_key(&mut all, |&at| (at != own, at.file, at.offset, at.len));
        all
    }

    /// A span by its id.
    pub fn span(&self, id: SpanId) -> &Span {
        &self.spans[id.0 as usize]
    }

    /// Which of the files that were opened holds a file, from 0, and which of its entries that is if it is an
    /// archive.
    pub fn on_disk(&self, file: FileId) -> (usize, Option<u32>) {
        let archive = self.files.get(file.0 as usize).and_then(|file| file.archive);
        let (holder, entry) = archive.map_or((file, None), |(archive, entry)| (archive, Some(entry)));
        let before = self.files.iter().take(holder.0 as usize);
        (before.filter(|file| file.archive.is_none()).count(), entry)
    }

    /// An interned string.
    pub fn str(&self, id: StrId) -> &str {
        self.strings.get(id)
    }

    /// A prompt or a response.
    pub fn text(&self, id: TextId) -> &str {
        self.texts.get(id)
    }

    /// The messages of a call in the order they were sent, its answer last.
    pub fn messages(&self, call: &Call) -> &[Message] {
        &self.messages[call.messages.0 as usize..call.messages.1 as usize]
    }

    /// The times between the chunks of a call's answer, in their order: one fewer than there were chunks.
    /// Nothing where the source does not tell them. A chunk may hold several tokens.
    pub fn gaps(&self, call: &Call) -> impl Iterator<Item = Nanos> {
        self.lists.get(call.gaps).map(|ns| Nanos(ns as i64))
    }

    /// The ids of the blocks that a call's prompt consists of, each [`Call::block_tokens`] long, the last one
    /// perhaps shorter. Equal ids from the first block on are an equal beginning of the prompt, within one
    /// file. Nothing where the source does not tell them.
    pub fn blocks(&self, call: &Call) -> impl Iterator<Item = u64> {
        self.lists.get(call.blocks)
    }

    /// The records that were merged into a call: the same call as another instrumentation or another line
    /// told it.
    pub fn merged(&self, into: CallId) -> impl Iterator<Item = (CallId, &Call)> {
        let all = self.records.iter().enumerate().map(|(i, call)| (CallId(i as u32), call));
        all.filter(move |&(id, call)| call.merged_into.is_some() && self.standing_for(id) == into)
    }
}

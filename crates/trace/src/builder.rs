use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Call, CallId, FileId, FileReport, Identity, Message, Problem, ProblemCode, Span, SpanId, SpanKind, StrId,
    TextId, Trace, retries::retries,
};

/// Same response id, or same line of a log told again.
const SAME_CALL: &str = "same call told again";
/// A span of one instrumentation inside another's.
const NESTED_CALL: &str = "same call inside another instrumentation's span";

/// Where readers put what they read. One builder serves all files of a session, so that records of one call
/// meet even across files.
#[derive(Debug, Default)]
pub struct TraceBuilder {
    trace: Trace,
    calls: FxHashMap<Identity, CallId>,
    spans: FxHashMap<(StrId, StrId), SpanId>,
    /// Calls inside a call that tells other tokens; each is reported once.
    doubtful: FxHashSet<CallId>,
}

impl TraceBuilder {
    /// An empty session.
    pub fn new() -> TraceBuilder {
        TraceBuilder::default()
    }

    /// What has been built; complete only after [`settle`](Self::settle).
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Begins the next file. Records that follow belong to it.
    pub fn begin_file(&mut self, name: &str, bytes: u64) -> FileId {
        self.trace.files.push(FileReport { name: name.to_owned(), bytes, ..FileReport::default() });
        FileId(self.trace.files.len() as u32 - 1)
    }

    /// The report of a file.
    ///
    /// # Panics
    /// If no such file was begun.
    pub fn report(&mut self, file: FileId) -> &mut FileReport {
        &mut self.trace.files[file.0 as usize]
    }

    /// The id of a string.
    pub fn intern(&mut self, text: &str) -> StrId {
        self.trace.strings.intern(text)
    }

    /// Keeps a prompt or a response.
    pub fn text(&mut self, text: &str) -> TextId {
        self.trace.texts.add(text)
    }

    /// Adds a span, unless one with the same trace and span id is there already: then `Err` names it, and
    /// the record is a repetition.
    pub fn add_span(&mut self, span: Span) -> Result<SpanId, SpanId> {
        let id = SpanId(self.trace.spans.len() as u32);
        if !span.id.is_none() {
            let first = *self.spans.entry((span.trace, span.id)).or_insert(id);
            if first != id {
                return Err(first);
            }
        }
        self.trace.spans.push(span);
        Ok(id)
    }

    /// Adds a record of a model call with its messages. If a record of the same identity is there already,
    /// that one absorbs this one; the answer is the call that now stands for both, and whether it absorbed.
    ///
    /// The reader counts the record in its report as kept: a merge is counted here.
    pub fn add_call(
        &mut self,
        mut call: Call,
        identity: Option<Identity>,
        messages: &[Message],
    ) -> (CallId, bool) {
        let id = CallId(self.trace.records.len() as u32);
        let from = self.trace.messages.len() as u32;
        self.trace.messages.extend_from_slice(messages);
        call.messages = (from, self.trace.messages.len() as u32);
        if let Some(span) = call.span {
            self.trace.spans[span.0 as usize].call = Some(id);
            self.trace.spans[span.0 as usize].kind = SpanKind::Call;
        }
        self.trace.records.push(call);
        match identity.map(|identity| *self.calls.entry(identity).or_insert(id)) {
            Some(first) if first != id => {
                let first = self.trace.standing_for(first);
                self.merge(first, id, false, SAME_CALL);
                (first, true)
            }
            _ => (id, false),
        }
    }

    /// Adds messages to a call that has been added before: a response that a log tells in several lines.
    pub fn append_messages(&mut self, call: CallId, messages: &[Message]) {
        let (from, to) = self.trace.records[call.0 as usize].messages;
        let end = self.trace.messages.len() as u32;
        if to != end {
            // Not the last call any more: its messages move to the end, so that they stay side by side.
            self.trace.messages.extend_from_within(from as usize..to as usize);
            self.trace.records[call.0 as usize].messages = (end, end + to - from);
        }
        self.trace.messages.extend_from_slice(messages);
        self.trace.records[call.0 as usize].messages.1 += messages.len() as u32;
    }

    /// A call that was added before, to be completed by a later record of the same file.
    ///
    /// # Panics
    /// If no such call was added.
    pub fn call_mut(&mut self, call: CallId) -> &mut Call {
        &mut self.trace.records[call.0 as usize]
    }

    /// Joins what lies apart: parents to children, and call spans that lie inside another call span (two
    /// instrumentations of one call) to the outer one. To be called after each file; may be called often.
    pub fn settle(&mut self) {
        for i in 0..self.trace.spans.len() {
            let span = &self.trace.spans[i];
            if span.parent.is_none() && !span.parent_id.is_none() {
                let parent = self.spans.get(&(span.trace, span.parent_id)).copied();
                self.trace.spans[i].parent = parent.filter(|p| p.0 as usize != i);
            }
        }
        self.break_cycles();
        for i in 0..self.trace.records.len() {
            let id = CallId(i as u32);
            let call = &self.trace.records[i];
            if call.merged_into.is_none()
                && let Some(outer) = call.span.and_then(|span| self.enclosing_call(span, id))
            {
                if !call.strict_nesting || call.usage.weight() == self.trace.call(outer).usage.weight() {
                    self.merge(outer, id, true, NESTED_CALL);
                } else if self.doubtful.insert(id) {
                    self.doubt(id);
                }
            }
        }
        for (call, failed) in retries(&self.trace) {
            let call = self.call_mut(call);
            call.retries = call.retries.max(failed);
        }
    }

    /// The outermost other call around a span.
    fn enclosing_call(&self, span: SpanId, own: CallId) -> Option<CallId> {
        let mut outer = None;
        let mut at = self.trace.span(span).parent;
        while let Some(parent) = at {
            let parent = self.trace.span(parent);
            outer =
                parent.call.map(|call| self.trace.standing_for(call)).filter(|&call| call != own).or(outer);
            at = parent.parent;
        }
        outer
    }

    fn merge(&mut self, into: CallId, from: CallId, nested: bool, reason: &str) {
        let other = self.trace.records[from.0 as usize].clone();
        self.trace.records[from.0 as usize].merged_into = Some(into);
        let kept = &mut self.trace.records[into.0 as usize];
        kept.absorb(&other, nested);
        if kept.messages.0 == kept.messages.1 {
            kept.messages = other.messages;
        }
        *self.report(other.record.file).merged.entry(reason.to_owned()).or_default() += 1;
    }

    /// Says that a call inside another one was counted as a call of its own.
    fn doubt(&mut self, id: CallId) {
        let record = self.trace.call(id).record;
        self.report(record.file).problem(Problem {
            code: ProblemCode::Uncertain,
            message: "A model call lies inside another one, and the two tell different tokens, so both are counted"
                .to_owned(),
            hint: "If two instrumentations recorded the same call, turn one of them off: its tokens and cost are \
                   in the totals twice."
                .to_owned(),
            line: record.line.into(),
            byte: record.offset,
            count: 1,
        });
    }

    /// A file may claim that spans are each other's parents; walking up must end all the same.
    fn break_cycles(&mut self) {
        // 0 not seen, otherwise the walk that saw it.
        let mut seen = vec![0u32; self.trace.spans.len()];
        for i in 0..seen.len() {
            let walk = i as u32 + 1;
            let mut at = i;
            while seen[at] == 0 {
                seen[at] = walk;
                match self.trace.spans[at].parent {
                    Some(parent) if seen[parent.0 as usize] == walk => self.trace.spans[at].parent = None,
                    Some(parent) => at = parent.0 as usize,
                    None => break,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordRef;
    use proptest::prelude::*;
    use units::{Figure, Nanos, Timestamp};

    fn call(builder: &mut TraceBuilder, input: u64, output: u64, ms: i64) -> Call {
        let file = FileId(0);
        builder.report(file).record(crate::Fate::Kept);
        let mut call = Call::at(RecordRef { file, offset: 0, len: 0, line: 1 });
        call.usage.set_input(Figure::reported(input), crate::Convention::Inclusive);
        call.usage.output = Figure::reported(output);
        call.start = Some(Timestamp(0));
        call.duration = Some(Nanos(ms * 1_000_000));
        call
    }

    #[test]
    fn siblings_of_one_response_count_once_and_the_fuller_one_is_right() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let response = Identity::Response(builder.intern("msg_1"));
        for (input, output, ms) in [(2037, 796, 636), (15665, 795, 634), (15665, 795, 999)] {
            let record = call(&mut builder, input, output, ms);
            builder.add_call(record, Some(response), &[]);
        }
        builder.settle();
        let trace = builder.trace();
        let (id, only) = trace.calls().next().unwrap();
        assert_eq!(trace.calls().count(), 1);
        assert_eq!(
            (only.usage.input.get(), only.usage.output.get(), only.duration),
            (Some(15665), Some(795), Some(Nanos(634_000_000)))
        );
        assert_eq!(trace.merged(id).count(), 2);
        assert_eq!((trace.files[0].read, trace.files[0].kept(), trace.files[0].merged_total()), (3, 1, 2));
    }

    #[test]
    fn a_call_inside_a_call_is_the_same_call_and_the_outer_times_stand() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let (trace, outer, inner) = (builder.intern("t"), builder.intern("outer"), builder.intern("inner"));
        // The child comes first, as exporters write it.
        for (id, parent, ms) in [(inner, outer, 60), (outer, StrId::NONE, 70)] {
            let span = builder.add_span(Span { trace, id, parent_id: parent, ..Span::default() }).unwrap();
            let mut record = call(&mut builder, 3560, 5, ms);
            record.span = Some(span);
            builder.add_call(record, None, &[]);
        }
        builder.settle();
        builder.settle();
        let calls: Vec<_> = builder.trace().calls().collect();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].1.duration, Some(Nanos(70_000_000)));
        assert_eq!(builder.trace().files[0].merged_total(), 1);
    }

    #[test]
    fn where_nesting_is_strict_other_tokens_are_another_call() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let (trace, outer) = (builder.intern("t"), builder.intern("outer"));
        for (id, parent, input) in [("outer", StrId::NONE, 542), ("same", outer, 542), ("other", outer, 163)]
        {
            let id = builder.intern(id);
            let span = builder.add_span(Span { trace, id, parent_id: parent, ..Span::default() }).unwrap();
            let mut record = call(&mut builder, input, 5, 60);
            (record.span, record.strict_nesting) = (Some(span), true);
            builder.add_call(record, None, &[]);
        }
        builder.settle();
        builder.settle();
        assert_eq!(builder.trace().calls().count(), 2);
        let report = &builder.trace().files[0];
        assert_eq!((report.merged_total(), report.problems[0].count), (1, 1));
    }

    #[test]
    fn a_success_after_failures_of_the_same_request_was_retried() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let (trace, root, name) = (builder.intern("t"), builder.intern("root"), builder.intern("chat"));
        builder.add_span(Span { trace, id: root, ..Span::default() }).unwrap();
        let (asked, other) = (builder.text("what is the capital?"), builder.text("and of Spain?"));
        let prompt = |text| Message { role: crate::Role::User, component: crate::Component::User, text };
        let attempts =
            [(asked, true), (asked, true), (other, false), (asked, false), (asked, false), (other, true)];
        for (i, (text, fails)) in attempts.into_iter().enumerate() {
            let id = builder.intern(&i.to_string());
            let span = builder.add_span(Span { trace, id, parent_id: root, ..Span::default() }).unwrap();
            let mut record = call(&mut builder, 1, 1, 1);
            (record.span, record.name, record.trace) = (Some(span), name, trace);
            record.start = Some(Timestamp(i as i64));
            record.status = if fails { crate::Status::Failed } else { crate::Status::Ok };
            builder.add_call(record, None, &[prompt(text)]);
        }
        builder.settle();
        let retries: Vec<u32> = builder.trace().calls().map(|(_, call)| call.retries).collect();
        assert_eq!(retries, [0, 0, 0, 2, 0, 0]);
    }

    proptest! {
        #[test]
        fn any_parents_end_in_a_forest(parents in proptest::collection::vec(0u32..40, 1..40)) {
            let mut builder = TraceBuilder::new();
            builder.begin_file("a", 0);
            let ids: Vec<StrId> = (0..40).map(|i| builder.intern(&i.to_string())).collect();
            for (i, parent) in parents.iter().enumerate() {
                let span = Span { id: ids[i], parent_id: ids[*parent as usize], ..Span::default() };
                builder.add_span(span).unwrap();
            }
            builder.settle();
            let spans = &builder.trace().spans;
            for i in 0..spans.len() {
                let (mut at, mut steps) = (spans[i].parent, 0);
                while let Some(parent) = at {
                    at = spans[parent.0 as usize].parent;
                    steps += 1;
                    prop_assert!(steps <= spans.len());
                }
            }
        }
    }
}

use rustc_hash::{FxHashMap, FxHashSet};
use units::Nanos;
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    Call, CallId, FileId, FileReport, Flag, Flagged, Identity, List, Message, RecordRef, Span, SpanId,
    SpanKind, StrId, TextId, Trace,
};

/// Why a record of a call does not stand for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Same response id, or same line of a log.
    Same,
    /// A span of one instrumentation inside another's.
    Inside,
    /// A span around several calls that tells their sum.
    Repeats,
}

impl Why {
    const fn reason(self) -> &'static str {
        match self {
            Why::Same => "same call told again",
            Why::Inside => "same call inside another instrumentation's span",
            Why::Repeats => "repeats the calls inside it",
        }
    }
}

/// Where readers put what they read. One builder serves all files of a session, so that records of one call
/// meet even across files.
#[derive(Debug, Default)]
pub struct TraceBuilder {
    pub(crate) trace: Trace,
    calls: FxHashMap<Identity, CallId>,
    /// Responses that a record with a request id tells of.
    requested: FxHashSet<StrId>,
    pub(crate) spans: FxHashMap<(StrId, StrId), SpanId>,
    /// The spans of each trace.
    pub(crate) traces: FxHashMap<StrId, Vec<SpanId>>,
    /// Traces that have something new since they were settled.
    pub(crate) fresh: FxHashSet<StrId>,
    /// So many records were there when everything was settled last.
    pub(crate) settled: usize,
    /// Of each merged record.
    pub(crate) merges: FxHashMap<CallId, Why>,
    /// Calls inside a call that tells other tokens; each is reported once.
    pub(crate) doubtful: FxHashSet<CallId>,
    /// Calls that a server's own span was joined to.
    pub(crate) served: FxHashSet<CallId>,
    /// Hashes of the ids of lines that are no calls.
    lines: FxHashSet<u128>,
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

    /// Keeps the times between the chunks of an answer, for [`Call::gaps`]. Readers report negative ones; here
    /// they are zero.
    pub fn gaps(&mut self, gaps: impl IntoIterator<Item = Nanos>) -> List {
        self.trace.lists.add(gaps.into_iter().map(|gap| gap.0.max(0) as u64))
    }

    /// Keeps the ids of the blocks of a prompt, for [`Call::blocks`].
    pub fn blocks(&mut self, ids: impl IntoIterator<Item = u64>) -> List {
        self.trace.lists.add(ids)
    }

    /// Notes what a file says yes or no to.
    pub fn flag(&mut self, of: Flagged, name: &str, value: bool) {
        let name = self.intern(name);
        self.trace.flags.push(Flag { of, name, value });
    }

    /// Whether a line of this id comes for the first time: lines of a log that are no calls.
    pub fn is_new_line(&mut self, id: &str) -> bool {
        self.lines.insert(xxh3_128(id.as_bytes()))
    }

    /// Adds a span, unless one with the same trace and span id is there already: then `Err` names it, and
    /// the record is a repetition, from which the first one took what it lacked.
    pub fn add_span(&mut self, span: Span) -> Result<SpanId, SpanId> {
        let id = SpanId(self.trace.spans.len() as u32);
        self.fresh.insert(span.trace);
        if !span.id.is_none() {
            let first = *self.spans.entry((span.trace, span.id)).or_insert(id);
            if first != id {
                self.trace.spans[first.0 as usize].fill(&span);
                return Err(first);
            }
        }
        self.traces.entry(span.trace).or_default().push(id);
        self.trace.spans.push(span);
        Ok(id)
    }

    /// The span that a file names by these ids, if it was added.
    pub fn find_span(&self, trace: StrId, id: StrId) -> Option<SpanId> {
        self.spans.get(&(trace, id)).copied()
    }

    /// Adds a record of a model call with its messages. If a record of the same identity is there already,
    /// or one of the same span, that one absorbs this one; the answer is the call that now stands for both,
    /// and whether it absorbed.
    ///
    /// The reader counts the record in its report as kept: a merge is counted here. Only a span that is told
    /// twice is counted as merged by the reader, as its call has no record of its own.
    pub fn add_call(
        &mut self,
        mut call: Call,
        identity: Option<Identity>,
        messages: &[Message],
    ) -> (CallId, bool) {
        let from = self.trace.messages.len() as u32;
        self.trace.messages.extend_from_slice(messages);
        call.messages = (from, self.trace.messages.len() as u32);
        let told = call.span.and_then(|span| self.trace.span(span).call);
        let id = match told {
            Some(first) => {
                self.tell(first, &call, false);
                first
            }
            None => self.push_call(call),
        };
        let met = identity.is_some_and(|identity| self.identify(id, identity));
        (self.trace.standing_for(id), told.is_some() || met)
    }

    /// Gives a call one more identity, as in [`add_call`](Self::add_call): a log that repeats another one
    /// may go by the names of both.
    pub fn also(&mut self, call: CallId, identity: Identity) -> (CallId, bool) {
        let met = self.identify(call, identity);
        (self.trace.standing_for(call), met)
    }

    /// Joins a call to the first record of an identity; whether that is another call.
    fn identify(&mut self, id: CallId, identity: Identity) -> bool {
        let first = self.first_of(identity, id);
        let (first, own) = (self.told_by(first), self.told_by(id));
        let meets = self.trace.standing_for(first) != self.trace.standing_for(own);
        if meets && self.merges.get(&own) != Some(&Why::Repeats) {
            self.merge(first, own, Why::Same);
        }
        meets
    }

    /// The call that stands for an identity, if a record of it was added.
    pub fn find_call(&self, identity: Identity) -> Option<CallId> {
        self.calls.get(&identity).map(|&id| self.trace.standing_for(id))
    }

    fn push_call(&mut self, call: Call) -> CallId {
        let id = CallId(self.trace.records.len() as u32);
        if let Some(span) = call.span {
            let span = &mut self.trace.spans[span.0 as usize];
            (span.call, span.kind) = (Some(id), SpanKind::Call);
        }
        self.trace.records.push(call);
        id
    }

    /// The first record of an identity, which may be `id` itself.
    fn first_of(&mut self, identity: Identity, id: CallId) -> CallId {
        let first = *self.calls.entry(identity).or_insert(id);
        match identity {
            // Of several requests with one response id, only the first is the call that other sources tell of.
            Identity::Request(response, _) if first == id && self.requested.insert(response) => {
                *self.calls.entry(Identity::Response(response)).or_insert(id)
            }
            _ => first,
        }
    }

    /// Notes that a record tells more of one that is kept, so that a person can see both.
    pub fn part(&mut self, kept: RecordRef, part: RecordRef) {
        if kept != part {
            self.trace.parts.push((kept, part));
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

    /// The record that a record of the same identity was merged into, or the record itself.
    pub(crate) fn told_by(&self, mut id: CallId) -> CallId {
        while let (Some(Why::Same), Some(into)) = (self.merges.get(&id), self.trace.call(id).merged_into) {
            id = into;
        }
        id
    }

    pub(crate) fn merge(&mut self, into: CallId, from: CallId, why: Why) {
        self.unmerge(from);
        let other = self.trace.call(from).clone();
        if why != Why::Repeats {
            self.tell(into, &other, why == Why::Inside);
        }
        self.trace.records[from.0 as usize].merged_into = Some(into);
        self.merges.insert(from, why);
        *self.report(other.record.file).merged.entry(why.reason().to_owned()).or_default() += 1;
    }

    /// Lets a record stand for itself again. The call that it was merged into keeps what it took.
    pub(crate) fn unmerge(&mut self, id: CallId) {
        let Some(why) = self.merges.remove(&id) else { return };
        let call = &mut self.trace.records[id.0 as usize];
        call.merged_into = None;
        let (file, response) = (call.record.file, call.response);
        if why == Why::Same && !response.is_none() {
            self.calls.insert(Identity::Response(response), id);
        }
        let merged = &mut self.report(file).merged;
        if let Some(count) = merged.get_mut(why.reason()) {
            *count -= 1;
        }
        merged.retain(|_, count| *count > 0);
    }

    /// Gives a call, and the calls that stand for it, what another telling knows.
    fn tell(&mut self, mut into: CallId, other: &Call, mut nested: bool) {
        loop {
            let kept = &mut self.trace.records[into.0 as usize];
            kept.absorb(other, nested);
            match (self.merges.get(&into), kept.merged_into) {
                (Some(&why), Some(next)) if why != Why::Repeats => {
                    (into, nested) = (next, nested || why == Why::Inside);
                }
                _ => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use units::{Figure, Nanos, Timestamp};

    fn call(builder: &mut TraceBuilder, input: u64, output: u64, ms: i64) -> Call {
        let file = FileId(builder.trace().files.len() as u32 - 1);
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
    fn a_call_may_have_several_identities() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let [parent, child] = ["parent", "child"].map(|id| builder.intern(id));
        let place = builder.intern("first");
        for family in [&[child][..], &[parent], &[child, parent]] {
            let record = call(&mut builder, 10, 5, 60);
            let (mut id, _) = builder.add_call(record, None, &[]);
            for &session in family {
                id = builder.also(id, Identity::Own(session, place)).0;
            }
        }
        // Nothing joined the first two before the third named both.
        assert_eq!(builder.trace().calls().count(), 1);
        assert_eq!(builder.trace().files[0].merged_total(), 2);
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

    /// Adds calls with spans of one trace: name, parent, input tokens if known.
    fn tree(builder: &mut TraceBuilder, spans: &[(&str, &str, Option<u64>)], strict: bool) {
        let trace = builder.intern("t");
        for &(id, parent, input) in spans {
            let (id, parent_id) = (builder.intern(id), builder.intern(parent));
            let span = Span { trace, id, parent_id, ..Span::default() };
            let span = builder.add_span(span).unwrap_or_else(|first| first);
            let mut record = call(builder, input.unwrap_or(0), 5, 60);
            if input.is_none() {
                record.usage = crate::Usage::default();
            }
            (record.span, record.strict_nesting) = (Some(span), strict);
            builder.add_call(record, None, &[]);
        }
    }

    fn inputs(builder: &TraceBuilder) -> Vec<Option<u64>> {
        builder.trace().calls().map(|(_, call)| call.usage.input.get()).collect()
    }

    #[test]
    fn where_nesting_is_strict_other_tokens_are_another_call() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let pairs = [
            ("a", "", Some(542)),
            ("same", "a", Some(542)),
            ("b", "", Some(542)),
            ("other", "b", Some(163)),
            ("c", "", Some(542)),
            ("silent", "c", None),
        ];
        tree(&mut builder, &pairs, true);
        builder.settle();
        builder.settle();
        assert_eq!(inputs(&builder), [Some(542), Some(542), Some(163), Some(542)]);
        let report = &builder.trace().files[0];
        assert_eq!((report.merged_total(), report.problems.len(), report.problems[0].count), (2, 1, 1));
    }

    #[test]
    fn a_call_around_several_calls_repeats_them() {
        let spans = [
            ("outer", "", Some(300)),
            ("middle", "outer", Some(200)),
            ("one", "middle", Some(100)),
            ("two", "middle", Some(100)),
        ];
        // In one file, or in four: then the outer one first takes in the middle one and that the first child.
        for files in [1, 4] {
            let mut builder = TraceBuilder::new();
            for part in spans.chunks(spans.len() / files) {
                builder.begin_file("a", 0);
                tree(&mut builder, part, false);
                builder.settle();
            }
            assert_eq!(inputs(&builder), [Some(100), Some(100)], "{files}");
            let merged: Vec<_> = builder.trace().files.iter().flat_map(|file| file.merged.keys()).collect();
            assert_eq!(merged, ["repeats the calls inside it"; 2][..files.min(2)], "{files}");
            assert_eq!(builder.trace().spans[0].kind, SpanKind::Agent);
        }
        // Children of which nothing is known do not take the figures away.
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        tree(
            &mut builder,
            &[("outer", "", Some(300)), ("one", "outer", None), ("two", "outer", None)],
            false,
        );
        builder.settle();
        assert_eq!(inputs(&builder), [Some(300)]);
    }

    #[test]
    fn a_span_sent_again_gives_what_was_missing() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        tree(&mut builder, &[("s", "", None), ("s", "", Some(100)), ("s", "", None)], true);
        builder.settle();
        assert_eq!(inputs(&builder), [Some(100)]);
        assert_eq!(builder.trace().records.len(), 1);
    }

    #[test]
    fn another_request_is_another_call_but_the_response_alone_is_the_first_one() {
        let told = |order: [usize; 3]| {
            let mut builder = TraceBuilder::new();
            builder.begin_file("a", 0);
            let [response, one, two] = ["msg_1", "req_1", "req_2"].map(|id| builder.intern(id));
            let identities = [
                Identity::Response(response),
                Identity::Request(response, one),
                Identity::Request(response, two),
            ];
            for i in order {
                let mut record = call(&mut builder, 10, 5, 60);
                // A log has no durations.
                record.duration = record.duration.filter(|_| i == 0);
                builder.add_call(record, Some(identities[i]), &[]);
            }
            builder.settle();
            let timed = builder.trace().calls().filter(|(_, call)| call.duration.is_some()).count();
            (builder.trace().calls().count(), timed)
        };
        assert_eq!([told([0, 1, 2]), told([1, 0, 2]), told([2, 1, 0])], [(2, 1); 3]);
    }

    #[test]
    fn a_server_inside_tells_queue_and_first_token() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        for queue in [Some(Nanos(10)), None] {
            let trace = builder.intern(if queue.is_some() { "server" } else { "instrumentation" });
            let [client, inner] = ["client", "inner"].map(|id| builder.intern(id));
            for (id, parent_id, start) in [(client, StrId::NONE, 0), (inner, client, 50)] {
                let span = builder.add_span(Span { trace, id, parent_id, ..Span::default() }).unwrap();
                let mut record = call(&mut builder, 10, 5, 60);
                (record.span, record.start) = (Some(span), Some(Timestamp(start)));
                if id == inner {
                    (record.queue, record.ttft) = (queue, Some(Nanos(300)));
                }
                builder.add_call(record, None, &[]);
            }
        }
        builder.settle();
        let times: Vec<_> = builder.trace().calls().map(|(_, call)| (call.queue, call.ttft)).collect();
        assert_eq!(times, [(Some(Nanos(10)), Some(Nanos(350))), (None, None)]);
    }

    #[test]
    fn a_server_in_the_trace_of_a_call_is_joined_where_it_is_clear_which_one() {
        // Start and end of the clients' and of the servers' spans; each client's server by its number from 1, servers
        // that stay apart.
        type Row = (&'static [(i64, i64)], &'static [(i64, i64)], &'static [i64], u64);
        let table: [Row; 7] = [
            (&[(0, 100)], &[(10, 90)], &[1], 0),
            // Their clocks differ.
            (&[(0, 100)], &[(500, 580)], &[1], 0),
            (&[(0, 100), (100, 200)], &[(110, 190), (10, 90)], &[2, 1], 0),
            // Side by side, and clocks that differ.
            (&[(0, 100), (5, 95)], &[(10, 90)], &[0, 0], 1),
            (&[(0, 100), (100, 200)], &[(510, 590)], &[0, 0], 1),
            // Two answers to one call; no client.
            (&[(0, 100)], &[(10, 40), (50, 90)], &[0], 2),
            (&[], &[(10, 40), (50, 90)], &[], 0),
        ];
        for (clients, servers, expected, apart) in table {
            for servers_first in [false, true] {
                let mut builder = TraceBuilder::new();
                let mut sides = [(clients, false), (servers, true)];
                if servers_first {
                    sides.reverse();
                }
                for (spans, serves) in sides {
                    builder.begin_file("a", 0);
                    for (i, &(start, end)) in spans.iter().enumerate() {
                        let (trace, id) = (builder.intern("t"), builder.intern(&format!("{serves} {i}")));
                        // Between the two lies a span that nobody wrote down.
                        let parent_id = builder.intern(if serves { "http" } else { "" });
                        let span =
                            builder.add_span(Span { trace, id, parent_id, ..Span::default() }).unwrap();
                        let mut record = call(&mut builder, 10, 5, 0);
                        (record.span, record.trace) = (Some(span), trace);
                        (record.start, record.duration) = (Some(Timestamp(start)), Some(Nanos(end - start)));
                        record.queue = serves.then_some(Nanos(i as i64 + 1));
                        builder.add_call(record, None, &[]);
                    }
                    builder.settle();
                }
                let of_clients = |call: &&Call| call.record.file == FileId(servers_first.into());
                let calls: Vec<&Call> = builder.trace().calls().map(|(_, call)| call).collect();
                let queues = calls
                    .iter()
                    .copied()
                    .filter(of_clients)
                    .map(|call| call.queue.map_or(0, |queue| queue.0));
                assert_eq!(queues.collect::<Vec<_>>(), expected, "{clients:?} {servers:?}");
                let joined = expected.iter().filter(|&&server| server > 0).count();
                assert_eq!(calls.len(), clients.len() + servers.len() - joined);
                let problems = builder.trace().files.iter().flat_map(|file| &file.problems);
                assert_eq!(
                    problems.map(|problem| problem.count).sum::<u64>(),
                    apart,
                    "{clients:?} {servers:?}"
                );
            }
        }
    }

    #[test]
    fn a_deep_chain_is_one_call() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let ids: Vec<String> = (0..100_000).map(|i| i.to_string()).collect();
        let spans: Vec<_> = ids.windows(2).rev().map(|pair| (&*pair[1], &*pair[0], Some(1))).collect();
        tree(&mut builder, &spans, false);
        builder.settle();
        assert_eq!(inputs(&builder), [Some(1)]);
    }

    #[test]
    fn a_success_after_failures_of_the_same_request_was_retried() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let (trace, root, name) = (builder.intern("t"), builder.intern("root"), builder.intern("chat"));
        builder.add_span(Span { trace, id: root, ..Span::default() }).unwrap();
        let (asked, other) = (builder.text("what is the capital?"), builder.text("and of Spain?"));
        let prompt = |text| Message::new(crate::Role::User, crate::Component::User, text);
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

    #[test]
    fn calls_without_spans_are_attempts_of_one_request_by_session_prompt_and_model() {
        // Session, prompt, model, start and length in seconds, whether it failed; how often it was retried.
        type Row = (&'static str, &'static str, &'static str, Option<i64>, i64, bool, u32);
        let tables: [&[Row]; 7] = [
            &[
                ("s", "a", "m", Some(0), 1, true, 0),
                ("s", "a", "m", Some(5), 1, true, 0),
                ("s", "a", "m", Some(9), 1, false, 2),
                ("s", "a", "m", Some(12), 1, false, 0),
            ],
            // Another session, another prompt, no prompt, another model: other requests.
            &[("s", "a", "m", Some(0), 1, true, 0), ("t", "a", "m", Some(5), 1, false, 0)],
            &[("s", "a", "m", Some(0), 1, true, 0), ("s", "b", "m", Some(5), 1, false, 0)],
            &[("s", "", "m", Some(0), 1, true, 0), ("s", "", "m", Some(5), 1, false, 0)],
            &[("s", "a", "m", Some(0), 1, true, 0), ("s", "a", "m-mini", Some(5), 1, false, 0)],
            // The version of a model; in the order of the file where there is no time.
            &[("s", "a", "m", None, 1, true, 0), ("s", "a", "m-2024-08-06", None, 1, false, 1)],
            // Side by side, an hour later, and later told earlier.
            &[
                ("s", "a", "m", Some(10), 10, true, 0),
                ("s", "a", "m", Some(15), 1, false, 0),
                ("s", "b", "m", Some(0), 1, true, 0),
                ("s", "b", "m", Some(3600), 1, false, 0),
                ("s", "c", "m", Some(8), 1, false, 1),
                ("s", "c", "m", Some(2), 1, true, 0),
            ],
        ];
        for table in tables {
            let mut builder = TraceBuilder::new();
            for _ in 0..2 {
                builder.begin_file("a", 0);
                for &(session, prompt, model, start, length, fails, _) in table {
                    let mut record = call(&mut builder, 1, 1, length * 1000);
                    (record.session, record.model) = (builder.intern(session), builder.intern(model));
                    record.start = start.map(|s| Timestamp(s * 1_000_000_000));
                    record.status = if fails { crate::Status::Failed } else { crate::Status::Ok };
                    let text = builder.text(prompt);
                    let asked = Message::new(crate::Role::User, crate::Component::User, text);
                    builder.add_call(record, None, &[asked][usize::from(prompt.is_empty())..]);
                }
                builder.settle();
            }
            let retries: Vec<u32> = builder.trace().calls().map(|(_, call)| call.retries).collect();
            let expected: Vec<u32> = table.iter().chain(table).map(|row| row.6).collect();
            assert_eq!(retries, expected, "{table:?}");
        }
    }

    proptest! {
        #[test]
        fn any_calls_in_any_files_are_each_counted_once(
            rows in proptest::collection::vec((0u32..8, 0u32..8, 0u32..6, 0u64..3, any::<bool>()), 1..20),
        ) {
            let mut builder = TraceBuilder::new();
            let names: Vec<StrId> = (0..8).map(|i| builder.intern(&i.to_string())).collect();
            for (id, parent, response, input, ends_file) in rows {
                let begins = builder.trace().files.last().is_none_or(|file| file.read == 0) || ends_file;
                if begins {
                    builder.settle();
                    builder.begin_file("a", 0);
                }
                let [id, parent_id, response] = [id, parent, response].map(|i| names[i as usize]);
                let mut record = call(&mut builder, input, input, 1);
                let span = match builder.add_span(Span { id, parent_id, record: Some(record.record), ..Span::default() }) {
                    Ok(span) => span,
                    Err(first) => {
                        *builder.report(record.record.file).merged.entry("again".to_owned()).or_default() += 1;
                        first
                    }
                };
                record.record = builder.trace().span(span).record.unwrap();
                (record.span, record.response) = (Some(span), response);
                record.queue = (input == 2).then_some(Nanos(1));
                let identity = (response != names[0]).then_some(Identity::Response(response));
                builder.add_call(record, identity, &[]);
            }
            builder.settle();
            let trace = builder.trace();
            let kept: u64 = trace.files.iter().map(|file| file.kept()).sum();
            prop_assert_eq!(kept, trace.calls().count() as u64);
            for i in 0..trace.records.len() {
                prop_assert!(trace.call(trace.standing_for(CallId(i as u32))).merged_into.is_none());
            }
        }

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

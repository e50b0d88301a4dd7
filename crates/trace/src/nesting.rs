//! What lies inside what: parents and children, and calls inside calls.

use rustc_hash::{FxHashMap, FxHashSet};
use units::order;

use crate::{
    CallId, Operation, Problem, ProblemCode, SpanId, SpanKind, StrId, TraceBuilder, builder::Why, retries,
};

/// The nearest calls below a span.
#[derive(Clone, Copy)]
struct Below {
    first: CallId,
    /// Whether they are different calls.
    several: bool,
    /// Whether any tells tokens.
    told: bool,
}

/// So many calls of a trace that began before a server did are looked at for the one that it answers.
const MAX_BEGUN: usize = 1000;

impl TraceBuilder {
    /// Joins what lies apart: parents to children, and call spans that lie inside another call span (two
    /// instrumentations of one call) to the outer one. To be called after each file; may be called often:
    /// only traces with something new are looked at.
    pub fn settle(&mut self) {
        let mut fresh: Vec<StrId> = std::mem::take(&mut self.fresh).into_iter().collect();
        order::sort(&mut fresh, Ord::cmp);
        for trace in fresh {
            let spans = self.traces.remove(&trace).unwrap_or_default();
            let order = self.parents_first(&spans);
            self.find_wrappers(&order);
            self.join_nested(&order);
            self.join_servers(&order);
            self.count_retries(retries::in_trace(&self.trace, &spans));
            self.traces.insert(trace, spans);
        }
        self.count_retries(retries::loose(&self.trace, self.settled));
        self.settled = self.trace.records.len();
    }

    /// Some sources tell the number themselves: these are the same attempts.
    fn count_retries(&mut self, found: Vec<(CallId, u32)>) {
        for (call, failed) in found {
            let call = self.call_mut(call);
            call.retries = call.retries.max(failed);
        }
    }

    /// Finds the parents of a trace's spans, and puts parents before children. A file may claim that spans
    /// are each other's parents: such a circle is opened.
    fn parents_first(&mut self, spans: &[SpanId]) -> Vec<SpanId> {
        for &id in spans {
            let span = self.trace.span(id);
            if span.parent.is_none() && !span.parent_id.is_none() {
                let parent = self.spans.get(&(span.trace, span.parent_id)).copied();
                self.trace.spans[id.0 as usize].parent = parent.filter(|&parent| parent != id);
            }
        }
        let mut order = Vec::with_capacity(spans.len());
        // The walk that saw a span.
        let mut seen: FxHashMap<SpanId, usize> = FxHashMap::default();
        let mut path = Vec::new();
        for (walk, &span) in spans.iter().enumerate() {
            let mut at = Some(span);
            while let Some(span) = at.filter(|span| !seen.contains_key(span)) {
                seen.insert(span, walk);
                path.push(span);
                at = self.trace.span(span).parent;
            }
            if let (Some(met), Some(last)) = (at, path.last())
                && seen.get(&met) == Some(&walk)
            {
                self.trace.spans[last.0 as usize].parent = None;
            }
            order.extend(path.drain(..).rev());
        }
        order
    }

    /// The call of a span, unless it only holds other calls.
    fn call_of(&self, span: SpanId) -> Option<CallId> {
        self.trace.span(span).call.filter(|call| self.merges.get(call) != Some(&Why::Repeats))
    }

    /// A call span over several different calls is none itself: its tokens repeat theirs. Where they tell no
    /// tokens, it stands: then it is all that is known.
    fn find_wrappers(&mut self, order: &[SpanId]) {
        let mut below: FxHashMap<SpanId, Below> = FxHashMap::default();
        let mut wrappers = Vec::new();
        for &span in order.iter().rev() {
            let inside = below.remove(&span);
            let shown = match (self.call_of(span), inside) {
                (Some(call), inside) => {
                    let told = self.trace.call(call).usage.is_told();
                    match inside.filter(|inside| inside.several && (inside.told || !told)) {
                        Some(inside) => {
                            wrappers.push((span, call, inside.first));
                            inside
                        }
                        None => Below { first: call, several: false, told },
                    }
                }
                (None, Some(inside)) => inside,
                (None, None) => continue,
            };
            if let Some(parent) = self.trace.span(span).parent {
                let known = below.entry(parent).or_insert(shown);
                known.several |= shown.several || self.told_by(known.first) != self.told_by(shown.first);
                (known.first, known.told) = (shown.first, known.told || shown.told);
            }
        }
        // What was joined to a wrapper when it was not yet known to be one stands for itself again.
        let calls: FxHashSet<CallId> = wrappers.iter().map(|&(_, call, _)| call).collect();
        for call in order.iter().filter_map(|&span| self.call_of(span)).collect::<Vec<_>>() {
            if self.trace.call(call).merged_into.is_some_and(|into| calls.contains(&into)) {
                self.unmerge(call);
            }
        }
        for (span, wrapper, first) in wrappers {
            self.unmerge(wrapper);
            let first = self.trace.standing_for(first);
            if first != wrapper {
                self.merge(first, wrapper, Why::Repeats);
                self.trace.spans[span.0 as usize].kind = SpanKind::Agent;
            }
        }
    }

    /// Joins each call inside another call to the outermost one.
    fn join_nested(&mut self, order: &[SpanId]) {
        let mut around: FxHashMap<SpanId, CallId> = FxHashMap::default();
        for &span in order {
            let outer = self.trace.span(span).parent.and_then(|parent| around.get(&parent).copied());
            let own = self.call_of(span);
            if let Some(outermost) = outer.or(own) {
                around.insert(span, outermost);
            }
            let (Some(outer), Some(own)) = (outer.map(|outer| self.trace.standing_for(outer)), own) else {
                continue;
            };
            let call = self.trace.call(own);
            if outer == own || call.merged_into.is_some() {
                continue;
            }
            if !(call.strict_nesting && self.differ(outer, own)) {
                self.merge(outer, own, Why::Inside);
            } else if self.doubtful.insert(own) {
                self.doubt(
                    own,
                    "A model call lies inside another one, and the two tell different tokens, so both are counted",
                    "If two instrumentations recorded the same call, turn one of them off: its tokens and cost are \
                     in the totals twice.",
                );
            }
        }
    }

    /// Whether two calls tell different tokens.
    fn differ(&self, a: CallId, b: CallId) -> bool {
        let [a, b] = [a, b].map(|id| &self.trace.call(id).usage);
        a.is_told() && b.is_told() && a.weight() != b.weight()
    }

    /// Joins the span of a server to the call that it answers, where no span of that call is around it: the one call
    /// of the same trace, or of several the one in whose time it lies. Only a server knows its queue.
    fn join_servers(&mut self, order: &[SpanId]) {
        let stands = |call: &CallId| self.trace.call(*call).merged_into.is_none();
        let calls: Vec<CallId> = order.iter().filter_map(|&span| self.call_of(span)).filter(stands).collect();
        let serves = |id: &CallId| self.trace.call(*id).queue.is_some() && !self.served.contains(id);
        let (servers, mut clients): (Vec<CallId>, Vec<CallId>) = calls.into_iter().partition(serves);
        clients.retain(|&id| self.trace.call(id).operation == Operation::Generate);
        if servers.is_empty() || clients.is_empty() {
            return;
        }
        let time = |id: CallId| Some((self.trace.call(id).start?, self.trace.call(id).end()?));
        order::sort_by_key(&mut clients, |&id| time(id));
        let only = if let [only] = clients[..] { Some(only) } else { None };
        let around = |server: CallId| {
            let (start, end) = time(server)?;
            let begun = clients.partition_point(|&id| time(id).is_none_or(|(begin, _)| begin <= start));
            let begun = clients[..begun].iter().rev().take(MAX_BEGUN);
            let mut around = begun.filter(|&&id| time(id).is_some_and(|(_, last)| end <= last));
            around.next().filter(|_| around.next().is_none()).copied()
        };
        let pairs: Vec<(CallId, Option<CallId>)> =
            servers.into_iter().map(|server| (server, only.or_else(|| around(server)))).collect();
        let mut answers: FxHashMap<CallId, u32> = FxHashMap::default();
        for client in pairs.iter().filter_map(|pair| pair.1) {
            *answers.entry(client).or_default() += 1;
        }
        for (server, client) in pairs {
            let free = |client: &CallId| {
                answers[client] == 1 && !self.served.contains(client) && !self.differ(*client, server)
            };
            match client.filter(free) {
                Some(client) => {
                    self.served.insert(client);
                    self.merge(client, server, Why::Inside);
                }
                None if self.doubtful.insert(server) => self.doubt(
                    server,
                    "A server's span has the trace of model calls and does not say which of them it answers, so it is \
                     counted as one of its own",
                    "Let the client send its span on (the traceparent header), or leave out the spans of the server: \
                     their tokens are in the totals twice.",
                ),
                None => {}
            }
        }
    }

    /// Says that a call was counted as one of its own, which it may not be.
    fn doubt(&mut self, id: CallId, message: &str, hint: &str) {
        let record = self.trace.call(id).record;
        self.report(record.file).problem(Problem {
            code: ProblemCode::Uncertain,
            message: message.to_owned(),
            hint: hint.to_owned(),
            line: record.line.into(),
            byte: record.offset,
            count: 1,
        });
    }
}

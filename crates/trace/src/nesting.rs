//! What lies inside what: parents and children, and calls inside calls.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{CallId, Problem, ProblemCode, SpanId, SpanKind, StrId, TraceBuilder, builder::Why, retries};

/// The nearest calls below a span.
#[derive(Clone, Copy)]
struct Below {
    first: CallId,
    /// Whether they are different calls.
    several: bool,
    /// Whether any tells tokens.
    told: bool,
}

impl TraceBuilder {
    /// Joins what lies apart: parents to children, and call spans that lie inside another call span (two
    /// instrumentations of one call) to the outer one. To be called after each file; may be called often:
    /// only traces with something new are looked at.
    pub fn settle(&mut self) {
        let mut fresh: Vec<StrId> = std::mem::take(&mut self.fresh).into_iter().collect();
        fresh.sort_unstable();
        for trace in fresh {
            let spans = self.traces.remove(&trace).unwrap_or_default();
            let order = self.parents_first(&spans);
            self.find_wrappers(&order);
            self.join_nested(&order);
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
            let (inner, outer_usage) = (&call.usage, &self.trace.call(outer).usage);
            let differs = inner.is_told() && outer_usage.is_told() && inner.weight() != outer_usage.weight();
            if !(call.strict_nesting && differs) {
                self.merge(outer, own, Why::Inside);
            } else if self.doubtful.insert(own) {
                self.doubt(own);
            }
        }
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
}

use std::{cmp::Reverse, collections::BinaryHeap};

use trace::{Call, CallId, Operation, Phase, Phases, SpanId, SpanKind, StrId, Trace};
use units::{Nanos, Timestamp};

use crate::rules::{Matcher, Rules};

/// A request from the user's side: a root span that holds model calls, or a call that stands alone.
///
/// What happens around a model call (looking up context, parsing the answer) is only visible here, and the
/// phases of an end-to-end request sum exactly to its duration.
#[derive(Clone, Debug)]
pub struct EndToEnd {
    /// The root span, where there is one.
    pub root: Option<SpanId>,
    /// Its first model call.
    pub call: CallId,
    /// Its name.
    pub name: StrId,
    /// When it began, where that is known.
    pub start: Option<Timestamp>,
    /// Where its time went.
    pub phases: Phases,
}

/// Where the time of a single call went. `None` if its duration is not known.
///
/// The rules: a latency profile speaks for itself; an embedding or reranking call is embedding lookup as a
/// whole; else the queue time, the time to load the model and the time to first token that the source tells,
/// and what follows the first token is generation. Without a first token, nobody knows where prefill ends:
/// unattributed.
pub fn of_call(call: &Call) -> Option<Phases> {
    if call.profile.is_some() {
        return call.profile;
    }
    let mut phases = Phases::default();
    let mut left = call.duration?;
    let mut take = |phase, time: Nanos| {
        let time = time.clamp(Nanos::ZERO, left);
        phases.add(phase, time);
        left = left - time;
    };
    if call.operation != Operation::Generate {
        take(Phase::EmbeddingLookup, call.duration?);
    }
    let queue = call.queue.unwrap_or_default().max(Nanos::ZERO);
    take(Phase::QueueWait, queue);
    let load = call.model_load.unwrap_or_default().max(Nanos::ZERO);
    take(Phase::ModelLoad, load);
    if let Some(ttft) = call.ttft {
        // Servers measure the first token from arrival, so the time in the queue and of loading is inside.
        take(Phase::TimeToFirstToken, ttft - queue - load);
        take(Phase::TokenGeneration, call.duration?);
    }
    take(Phase::Unattributed, call.duration?);
    Some(phases)
}

/// A request from the user's side, however it ended.
#[derive(Clone, Debug)]
pub struct Request {
    /// The root span, where there is one.
    pub root: Option<SpanId>,
    /// The model calls in it that were let through, in the order of the tables; at least one.
    pub calls: Vec<CallId>,
    /// Its name.
    pub name: StrId,
    /// When it began, where that is known.
    pub start: Option<Timestamp>,
    /// Whether it came to an end of its own.
    pub ok: bool,
    /// Where its time went, where that is known.
    pub phases: Option<Phases>,
}

/// All end-to-end requests that came to an end and hold a call that `keep` lets through, in the order of
/// the tables. The rules say which spans are a phase.
pub fn end_to_end(trace: &Trace, rules: &Rules, keep: impl Fn(CallId, &Call) -> bool) -> Vec<EndToEnd> {
    let timed = |request: Request| {
        let Request { root, name, start, .. } = request;
        let phases = request.phases.filter(|_| request.ok)?;
        Some(EndToEnd { root, call: *request.calls.first()?, name, start, phases })
    };
    requests(trace, rules, &keep).into_iter().filter_map(timed).collect()
}

/// All end-to-end requests that hold a call that `keep` lets through, in the order of the tables.
pub fn requests(trace: &Trace, rules: &Rules, keep: &dyn Fn(CallId, &Call) -> bool) -> Vec<Request> {
    let mut matcher = Matcher::new(trace, rules);
    let roots = roots(trace);
    // Calls by root, in the order of the tables; calls without a usable root stand alone.
    let mut rooted: Vec<Rooted> = Vec::new();
    let mut place = vec![usize::MAX; trace.spans.len()];
    let mut alone = Vec::new();
    // Spans above a call only hold it.
    let mut holds = vec![false; trace.spans.len()];
    for (id, call) in trace.calls() {
        match call.span.map(|span| (span, roots[span.0 as usize])) {
            Some((span, root)) if is_request(trace, root, id) => {
                let place = &mut place[root.0 as usize];
                if *place == usize::MAX {
                    *place = rooted.len();
                    rooted.push(Rooted { root, calls: Vec::new(), members: Vec::new() });
                }
                rooted[*place].calls.push(id);
                let mut at = trace.span(span).parent;
                while let Some(span) = at.filter(|span| !std::mem::replace(&mut holds[span.0 as usize], true))
                {
                    at = trace.span(span).parent;
                }
            }
            _ => alone.push(id),
        }
    }
    for (i, root) in roots.iter().enumerate() {
        if let Some(request) = rooted.get_mut(place[root.0 as usize]) {
            request.members.push(SpanId(i as u32));
        }
    }
    units::order::sort_by_key(&mut rooted, |request| request.root);
    let rooted = rooted.iter().filter_map(|Rooted { root, calls, members }| {
        let kept: Vec<CallId> = calls.iter().copied().filter(|&id| keep(id, trace.call(id))).collect();
        if kept.is_empty() {
            return None;
        }
        let span = trace.span(*root);
        Some(Request {
            root: Some(*root),
            calls: kept,
            name: span.name,
            start: span.start,
            ok: !span.status.is_error(),
            phases: sweep(trace, &mut matcher, *root, calls, members, &holds),
        })
    });
    let single = alone.into_iter().filter(|&id| keep(id, trace.call(id))).map(|id| {
        let call = trace.call(id);
        Request {
            root: None,
            calls: vec![id],
            name: call.name,
            start: call.start,
            ok: call.is_finished(),
            phases: of_call(call),
        }
    });
    rooted.chain(single).collect()
}

/// A root span with its calls and with all that lies in it, itself included.
struct Rooted {
    root: SpanId,
    calls: Vec<CallId>,
    members: Vec<SpanId>,
}

/// Whether a root span is more than the call itself, and has a place in time.
fn is_request(trace: &Trace, root: SpanId, call: CallId) -> bool {
    let span = trace.span(root);
    trace.call(call).span != Some(root) && span.start.is_some() && span.duration.is_some()
}

/// The root of each span. Parents were settled, so the way up ends.
fn roots(trace: &Trace) -> Vec<SpanId> {
    let mut roots: Vec<Option<SpanId>> = vec![None; trace.spans.len()];
    let mut path = Vec::new();
    for i in 0..trace.spans.len() {
        let mut at = SpanId(i as u32);
        let root = loop {
            match (roots[at.0 as usize], trace.span(at).parent) {
                (Some(root), _) => break root,
                (None, Some(parent)) => {
                    path.push(at);
                    at = parent;
                }
                (None, None) => break at,
            }
        };
        roots[i] = Some(root);
        for passed in path.drain(..) {
            roots[passed.0 as usize] = Some(root);
        }
    }
    roots.into_iter().enumerate().map(|(i, root)| root.unwrap_or(SpanId(i as u32))).collect()
}

/// Part of the root's time that something claims.
struct Claim {
    from: i64,
    to: i64,
    rank: Rank,
    phase: Phase,
}

/// Who is right about a moment that several spans cover: the model call, then a span whose phase a rule
/// names, then other work.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Work,
    Named,
    Call,
}

/// Divides a root's time among the phases: each moment belongs to the strongest claim, among equals to the
/// one that began first. Moments that only containers cover are preprocessing before the first generating
/// call, postprocessing after the last, and unattributed between them.
fn sweep(
    trace: &Trace,
    matcher: &mut Matcher<'_>,
    root: SpanId,
    calls: &[CallId],
    members: &[SpanId],
    holds: &[bool],
) -> Option<Phases> {
    let root_span = trace.span(root);
    let (begin, end) = (root_span.start?.0, root_span.end()?.0);
    let mut claims = Vec::new();
    let mut first = i64::MAX;
    let mut last = i64::MIN;
    let generates = calls.iter().any(|&id| trace.call(id).operation == Operation::Generate);
    for &id in calls {
        let call = trace.call(id);
        let (Some(from), Some(to)) = (call.start, call.end()) else { continue };
        if call.operation == Operation::Generate || !generates {
            (first, last) = (first.min(from.0), last.max(to.0));
        }
        let mut at = from.0;
        let phases = if call.is_finished() { of_call(call) } else { None };
        for phase in Phase::ALL {
            let time = phases.as_ref().map_or(Nanos::ZERO, |phases| phases.get(phase));
            claims.push(Claim { from: at, to: at.saturating_add(time.0), rank: Rank::Call, phase });
            at = at.saturating_add(time.0);
        }
        claims.push(Claim { from: at, to: to.0, rank: Rank::Call, phase: Phase::Unattributed });
    }
    for &id in members.iter().filter(|&&id| id != root) {
        let span = trace.span(id);
        let (Some(from), Some(to)) = (span.start, span.end()) else { continue };
        let claim = match matcher.phase(span) {
            Some(phase) => Some((Rank::Named, phase)),
            None if span.kind == SpanKind::Call || holds[id.0 as usize] => None,
            None if span.kind == SpanKind::Agent => None,
            None => Some((Rank::Work, Phase::Unattributed)),
        };
        if let Some((rank, phase)) = claim {
            claims.push(Claim { from: from.0, to: to.0, rank, phase });
        }
    }
    for claim in &mut claims {
        (claim.from, claim.to) = (claim.from.clamp(begin, end), claim.to.clamp(begin, end));
    }
    claims.retain(|claim| claim.from < claim.to);

    // Each boundary opens or closes a claim; between two of them nothing changes.
    let mut edges: Vec<(i64, bool, usize)> = Vec::with_capacity(claims.len() * 2 + 2);
    for (i, claim) in claims.iter().enumerate() {
        edges.push((claim.from, true, i));
        edges.push((claim.to, false, i));
    }
    edges.sort_unstable();
    let mut phases = Phases::default();
    // The strongest first. One that is closed stays in until it comes up.
    let mut active: BinaryHeap<(Rank, Reverse<i64>, Reverse<usize>)> = BinaryHeap::new();
    let mut closed = vec![false; claims.len()];
    let mut at = begin;
    let gap = |phases: &mut Phases, from: i64, to: i64| {
        // A gap may reach over the first or the last call only by its ends, so it is cut there.
        let (cut_first, cut_last) = (first.clamp(from, to), last.clamp(from, to));
        if first > last {
            phases.add(Phase::Unattributed, Nanos(to - from));
            return;
        }
        phases.add(Phase::Preprocessing, Nanos(cut_first - from));
        phases.add(Phase::Unattributed, Nanos(cut_last - cut_first));
        phases.add(Phase::Postprocessing, Nanos(to - cut_last));
    };
    for (time, opens, i) in edges.into_iter().chain([(end, false, usize::MAX)]) {
        if time > at {
            while active.peek().is_some_and(|&(_, _, Reverse(i))| closed[i]) {
                active.pop();
            }
            match active.peek() {
                Some(&(_, _, Reverse(strongest))) => phases.add(claims[strongest].phase, Nanos(time - at)),
                None => gap(&mut phases, at, time),
            }
            at = time;
        }
        match claims.get(i) {
            Some(claim) if opens => active.push((claim.rank, Reverse(claim.from), Reverse(i))),
            Some(_) => closed[i] = true,
            None => {}
        }
    }
    Some(phases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use trace::{FileId, RecordRef, Span, Status, TraceBuilder};

    fn record() -> RecordRef {
        RecordRef { file: FileId(0), offset: 0, len: 0, line: 1 }
    }

    fn span(builder: &mut TraceBuilder, id: &str, parent: &str, from: i64, to: i64) -> Span {
        Span {
            id: builder.intern(id),
            parent_id: builder.intern(parent),
            start: Some(Timestamp(from)),
            duration: Some(Nanos(to - from)),
            ..Span::default()
        }
    }

    fn add_call(builder: &mut TraceBuilder, id: &str, parent: &str, from: i64, to: i64, ttft: Option<i64>) {
        let span = span(builder, id, parent, from, to);
        let span = builder.add_span(span).unwrap();
        let mut call = Call::at(record());
        (call.span, call.start, call.duration) = (Some(span), Some(Timestamp(from)), Some(Nanos(to - from)));
        call.ttft = ttft.map(Nanos);
        builder.add_call(call, None, &[]);
    }

    fn only(builder: &mut TraceBuilder) -> [i64; Phase::COUNT] {
        builder.settle();
        let requests = end_to_end(builder.trace(), &Rules::default(), |_, _| true);
        assert_eq!(requests.len(), 1);
        requests[0].phases.0.map(|n| n.0)
    }

    #[test]
    fn a_rag_request_is_divided_by_the_rules() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let root = span(&mut builder, "root", "", 0, 1000);
        builder.add_span(root).unwrap();
        let mut retrieval = span(&mut builder, "retrieval", "root", 50, 250);
        retrieval.kind = SpanKind::Retrieval;
        builder.add_span(retrieval).unwrap();
        add_call(&mut builder, "chat", "root", 300, 800, Some(120));
        let mut parse = span(&mut builder, "parse", "root", 900, 950);
        parse.name = builder.intern("Post-process");
        builder.add_span(parse).unwrap();
        // before + between retrieval and call, retrieval, queue, load, first token, generation, after, rest
        assert_eq!(only(&mut builder), [100, 200, 0, 0, 120, 380, 200, 0]);
    }

    #[test]
    fn without_a_first_token_nothing_is_invented() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        add_call(&mut builder, "chat", "", 0, 500, None);
        assert_eq!(only(&mut builder), [0, 0, 0, 0, 0, 0, 0, 500]);
    }

    #[test]
    fn a_call_is_divided_into_queue_load_first_token_and_generation() {
        let mut call = Call::at(record());
        (call.duration, call.queue, call.ttft) = (Some(Nanos(1000)), Some(Nanos(200)), Some(Nanos(500)));
        assert_eq!(of_call(&call).unwrap().0.map(|n| n.0), [0, 0, 200, 0, 300, 500, 0, 0]);
        call.model_load = Some(Nanos(100));
        assert_eq!(of_call(&call).unwrap().0.map(|n| n.0), [0, 0, 200, 100, 200, 500, 0, 0]);
        call.ttft = Some(Nanos(5000));
        assert_eq!(of_call(&call).unwrap().total(), Nanos(1000));
        call.operation = Operation::Embed;
        assert_eq!(of_call(&call).unwrap().get(Phase::EmbeddingLookup), Nanos(1000));
    }

    #[test]
    fn failed_calls_that_stand_alone_are_left_out() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let mut call = Call::at(record());
        (call.duration, call.status) = (Some(Nanos(5)), Status::Cancelled);
        builder.add_call(call, None, &[]);
        builder.settle();
        assert!(end_to_end(builder.trace(), &Rules::default(), |_, _| true).is_empty());
    }

    proptest! {
        #[test]
        fn phases_sum_to_the_duration_for_any_tree(
            spans in proptest::collection::vec((0usize..12, 0i64..100, 0i64..100, 0u8..5, 0i64..120), 1..12),
            length in 1i64..100,
        ) {
            let mut builder = TraceBuilder::new();
            builder.begin_file("a", 0);
            let root = span(&mut builder, "0", "", 0, length);
            builder.add_span(root).unwrap();
            for (i, &(parent, from, long, kind, ttft)) in spans.iter().enumerate() {
                let (id, parent) = ((i + 1).to_string(), parent.min(i).to_string());
                if kind == 0 {
                    add_call(&mut builder, &id, &parent, from, from + long, Some(ttft));
                } else {
                    let mut other = span(&mut builder, &id, &parent, from, from + long);
                    other.kind = [SpanKind::Tool, SpanKind::Retrieval, SpanKind::Agent, SpanKind::Other][kind as usize - 1];
                    builder.add_span(other).unwrap();
                }
            }
            builder.settle();
            for request in end_to_end(builder.trace(), &Rules::default(), |_, _| true) {
                prop_assert!(request.phases.0.iter().all(|n| n.0 >= 0));
                let expected = request.root.map(|root| builder.trace().span(root).duration.unwrap());
                prop_assert_eq!(Some(request.phases.total()), expected);
            }
        }
    }
}

use rustc_hash::{FxHashMap, FxHashSet};
use units::{Nanos, Timestamp};

use crate::{Call, CallId, FileId, Message, SpanId, StrId, Trace};

/// Outside of a trace, an attempt that begins later than this after the one before is a request of its own. Clients
/// wait seconds to a few minutes.
const WAIT: Nanos = Nanos(600_000_000_000);

/// What makes two calls of a trace attempts at the same request: the same place in it, the same name, and the
/// same prompt; where no prompt is recorded, the same model.
#[derive(PartialEq, Eq, Hash)]
struct Request {
    trace: StrId,
    parent: Option<SpanId>,
    name: StrId,
    model: StrId,
    prompt: Vec<Message>,
}

/// Failed attempts that a success of the same request follows, among the spans of a trace: a failed call
/// right before it in time, and those before that. Answers with each success and the number of its failed attempts.
pub(crate) fn in_trace(trace: &Trace, spans: &[SpanId]) -> Vec<(CallId, u32)> {
    let mut requests: FxHashMap<Request, Vec<CallId>> = FxHashMap::default();
    for id in spans.iter().filter_map(|&span| trace.span(span).call) {
        let call = trace.call(id);
        if call.merged_into.is_some() {
            continue;
        }
        let (Some(span), Some(_)) = (call.span, call.start) else { continue };
        let prompt = prompt(trace, call);
        let model = if prompt.is_empty() { call.model } else { StrId::NONE };
        let parent = trace.span(span).parent;
        let request = Request { trace: call.trace, parent, name: call.name, model, prompt };
        requests.entry(request).or_default().push(id);
    }
    count(trace, requests.into_values(), |_, _| true)
}

/// The same among calls without a span, of the records from one on: calls of one file and session with the same
/// prompt to the same model. Without a prompt nothing says that two of them are the same request.
pub(crate) fn loose(trace: &Trace, from: usize) -> Vec<(CallId, u32)> {
    type Place = (FileId, StrId, bool);
    let place = |call: &Call| (call.record.file, call.session, call.start.is_some());
    let calls = || {
        let records = trace.records.iter().enumerate().skip(from);
        let loose = records.filter(|(_, call)| call.span.is_none() && call.merged_into.is_none());
        loose.map(|(i, call)| (CallId(i as u32), call))
    };
    // Prompts can be long: they are looked at only where something failed.
    let failed: FxHashSet<Place> =
        calls().filter(|(_, call)| !call.is_finished()).map(|(_, call)| place(call)).collect();
    if failed.is_empty() {
        return Vec::new();
    }
    let mut requests: FxHashMap<(Place, Vec<Message>), Vec<CallId>> = FxHashMap::default();
    for (id, call) in calls().filter(|(_, call)| failed.contains(&place(call))) {
        let prompt = prompt(trace, call);
        if !prompt.is_empty() {
            requests.entry((place(call), prompt)).or_default().push(id);
        }
    }
    count(trace, requests.into_values(), |failed, next| {
        let waited = failed.end().or(failed.start).zip(next.start).map(|(end, start)| start - end);
        let follows = waited.is_none_or(|waited| (Nanos::ZERO..=WAIT).contains(&waited));
        follows && same_model(trace.str(failed.model), trace.str(next.model))
    })
}

fn prompt(trace: &Trace, call: &Call) -> Vec<Message> {
    trace.messages(call).iter().filter(|message| !message.component.is_output()).copied().collect()
}

/// A refused call has the name that was asked for, an answered one that of the version that answered.
fn same_model(asked: &str, answered: &str) -> bool {
    let version = answered.strip_prefix(asked).and_then(|rest| rest.strip_prefix(['-', '@']));
    asked == answered || version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
}

/// Of each list of attempts the successes and how many failed ones come right before, each followed by the next as
/// `joins` says.
fn count(
    trace: &Trace,
    requests: impl Iterator<Item = Vec<CallId>>,
    joins: impl Fn(&Call, &Call) -> bool,
) -> Vec<(CallId, u32)> {
    let mut found = Vec::new();
    for mut attempts in requests.filter(|attempts| attempts.len() > 1) {
        units::order::sort_by_key(&mut attempts, |&id| (trace.call(id).start.unwrap_or(Timestamp(0)), id));
        let mut failed = 0;
        for (i, &id) in attempts.iter().enumerate() {
            let call = trace.call(id);
            if i > 0 && !joins(trace.call(attempts[i - 1]), call) {
                failed = 0;
            }
            match call.is_finished() {
                false => failed += 1,
                true => {
                    found.push((id, failed));
                    failed = 0;
                }
            }
        }
    }
    found.retain(|&(_, failed)| failed > 0);
    found
}

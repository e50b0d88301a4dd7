use rustc_hash::FxHashMap;

use crate::{CallId, Message, SpanId, StrId, Trace};

/// What makes two calls attempts at the same request: the same place in the trace, the same name, and the
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
///
/// Only calls with a span count: without a tree nothing says that two failures belong to one request.
pub(crate) fn retries(trace: &Trace, spans: &[SpanId]) -> Vec<(CallId, u32)> {
    let mut requests: FxHashMap<Request, Vec<CallId>> = FxHashMap::default();
    for id in spans.iter().filter_map(|&span| trace.span(span).call) {
        let call = trace.call(id);
        if call.merged_into.is_some() {
            continue;
        }
        let (Some(span), Some(_)) = (call.span, call.start) else { continue };
        let prompt: Vec<Message> =
            trace.messages(call).iter().filter(|message| !message.component.is_output()).copied().collect();
        let model = if prompt.is_empty() { call.model } else { StrId::NONE };
        let parent = trace.span(span).parent;
        let request = Request { trace: call.trace, parent, name: call.name, model, prompt };
        requests.entry(request).or_default().push(id);
    }
    let mut found = Vec::new();
    for mut attempts in requests.into_values().filter(|attempts| attempts.len() > 1) {
        attempts.sort_by_key(|&id| (trace.call(id).start, id));
        let mut failed = 0;
        for id in attempts {
            if trace.call(id).is_finished() {
                found.push((id, failed));
                failed = 0;
            } else {
                failed += 1;
            }
        }
    }
    found.retain(|&(_, failed)| failed > 0);
    found
}

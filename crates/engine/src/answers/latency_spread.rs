use rustc_hash::FxHashMap;
use stats::spreads;
use trace::{Call, CallId, Message, StrId, Trace};

use crate::protocol::SpreadRow;

/// Prompts shown at most.
const ROWS: usize = 20;
/// Characters of a prompt that are shown.
const SHOWN: usize = 100;

/// How many finished calls tell their prompt; how many prompts were sent to one model again and in how many calls;
/// and those with the widest spread of durations.
pub(super) fn spread(trace: &Trace, ids: &[CallId]) -> (u64, (u64, u64), Vec<SpreadRow>) {
    let mut numbers: FxHashMap<(StrId, &[Message]), usize> = FxHashMap::default();
    let mut first: Vec<CallId> = Vec::new();
    let mut values = Vec::new();
    for &id in ids {
        let call = trace.call(id);
        let (prompt, Some(duration)) = (prompt(trace, call), call.duration.filter(|_| call.is_finished()))
        else {
            continue;
        };
        if prompt.is_empty() {
            continue;
        }
        let number = *numbers.entry((call.model, prompt)).or_insert(first.len());
        if number == first.len() {
            first.push(id);
        }
        values.push((number, duration.as_ms()));
    }
    let told = values.len() as u64;
    let spreads = spreads(values);
    let repeated = (spreads.len() as u64, spreads.iter().map(|(_, spread)| spread.n).sum());
    let row = |(number, spread): (usize, _)| {
        let call = first[number];
        let last = prompt(trace, trace.call(call)).last().map_or("", |message| trace.text(message.text));
        SpreadRow {
            prompt: last
                .split_whitespace()
                .flat_map(|word| [word, " "])
                .collect::<String>()
                .chars()
                .take(SHOWN)
                .collect(),
            model: trace.str(trace.call(call).model).to_owned(),
            call,
            spread,
        }
    };
    (told, repeated, spreads.into_iter().take(ROWS).map(row).collect())
}

/// The messages before the answer.
fn prompt<'a>(trace: &'a Trace, call: &Call) -> &'a [Message] {
    let messages = trace.messages(call);
    let answer = messages.iter().rev().take_while(|message| message.component.is_output()).count();
    &messages[..messages.len() - answer]
}

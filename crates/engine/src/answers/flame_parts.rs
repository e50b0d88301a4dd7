//! The parts of a call's prompt and answer below it, in a picture by time.
//!
//! Nobody measures how long a part of a prompt takes. The time to the first token is divided over the parts of the
//! prompt by their tokens, what follows over those of the answer; without a first token, all of it over all of them.

use layout::{Kind, NONE, Rows, Spans, apportion};
use trace::{Call, CallId, Component};

use super::{
    flame::Drawn,
    flame_base::{CallWeights, PARTS, call_weights},
};
use crate::{
    protocol::{FlameStep, FlameWeight},
    session::Session,
};

/// The first bit of items that are parts; then come the number of the part and the row of the call.
const PART: u32 = 1 << 31;
/// Bits of the row.
const ROW: u32 = 27;
/// A call from so many pixels on is divided: narrower parts could not be told apart.
const DIVIDED: u32 = 8;

/// Places in [`PARTS`] as they are drawn: what the file does not show ends the prompt, and thinking comes before the
/// answer.
const ORDER: [usize; PARTS.len()] = [0, 1, 2, 3, 4, 5, 8, 7, 6];

/// A part of the picture: its item, and from when to when on the shown axis.
type Part = (u32, i64, i64);

/// The part that an item of a picture by time is, as its place in [`PARTS`], and the row of its call.
pub(super) fn of_item(drawn: &Drawn, item: u32) -> Option<(usize, u32)> {
    let slot = ((item & !PART) >> ROW) as usize;
    let is_part = drawn.flames.is_none() && item & PART != 0 && slot < PARTS.len();
    is_part.then_some((slot, item & ((1 << ROW) - 1)))
}

/// Whether a row is a call whose parts the file shows.
pub(super) fn has(session: &Session, spans: &Spans, row: u32) -> bool {
    let id = spans.call[row as usize];
    if id == NONE || row >> ROW != 0 {
        return false;
    }
    let call = session.trace().call(CallId(id));
    let known = call.usage.input.is_known() || call.usage.output.is_known();
    known && !session.messages(call).is_empty()
}

/// When a call that a span shows has its first token. It is counted from the start of the call, which may be told by
/// another record than the span's.
pub(super) fn first_token(call: &Call, start: i64) -> Option<i64> {
    Some(call.start.map_or(start, |at| at.0).saturating_add(call.ttft?.0))
}

/// The parts of a row's call, in the order of time.
fn of_row(session: &Session, drawn: &Drawn, row: u32) -> Vec<Part> {
    let (spans, axis) = (drawn.spans(), &drawn.timeline.axis);
    let start = spans.start[row as usize];
    let end = start.saturating_add(spans.duration[row as usize].max(0));
    let call = session.trace().call(CallId(spans.call[row as usize]));
    let Some(CallWeights { parts: tokens, .. }) = call_weights(session, call, FlameWeight::Tokens) else {
        return Vec::new();
    };
    let first = first_token(call, start).map(|first| first.clamp(start, end));
    let times = match first {
        Some(first) => [(start, first, Some(false)), (first, end, Some(true))],
        None => [(start, end, None), (end, end, None)],
    };
    let mut all = Vec::new();
    for (from, to, written) in times {
        let weights = ORDER.map(|slot| {
            let of_answer = PARTS[slot] == Kind::Part(Component::Output)
                || PARTS[slot] == Kind::Part(Component::Reasoning);
            if written.is_none_or(|written| written == of_answer) { tokens[slot] as u64 } else { 0 }
        });
        let mut at = from;
        for (slot, time) in ORDER.into_iter().zip(apportion(to.abs_diff(from).into(), &weights)) {
            let end = at.saturating_add(time as i64);
            if at < end {
                all.push((PART | (slot as u32) << ROW | row, axis.shown(at), axis.shown(end)));
            }
            at = end;
        }
    }
    all
}

/// The parts of the calls in a window that are wide enough.
pub(super) fn bars(
    session: &Session,
    drawn: &Drawn,
    (from, to): (i64, i64),
    width: u32,
    rows: std::ops::Range<u32>,
) -> Rows {
    let calls = drawn.parts().marks(from, to, width, rows);
    let mut bars = Vec::new();
    for i in (0..calls.len()).filter(|&i| calls.count[i] == 1 && calls.width[i] >= DIVIDED) {
        let parts = of_row(session, drawn, calls.item[i]);
        bars.extend(parts.into_iter().map(|(item, from, to)| (item, calls.row[i], (from, to), false)));
    }
    Rows::filled(bars)
}

/// Where a part is drawn: row, from, to.
pub(super) fn place(session: &Session, drawn: &Drawn, item: u32) -> Option<(u32, i64, i64)> {
    let (_, call) = of_item(drawn, item)?;
    let (row, ..) = drawn.parts().place_of(call)?;
    let part = of_row(session, drawn, call).into_iter().find(|part| part.0 == item)?;
    Some((row, part.1, part.2))
}

/// From a part to the one beside it or to its call, and from a call that holds nothing else to its first part.
pub(super) fn step(
    session: &Session,
    drawn: &Drawn,
    (row, from, to): (u32, i64, i64),
    step: FlameStep,
) -> Option<u32> {
    if drawn.flames.is_some() {
        return None;
    }
    if let Some(call) = drawn.parts().at(row, from) {
        let parts = of_row(session, drawn, call);
        let i = parts.iter().position(|part| (part.1, part.2) == (from, to))?;
        return match step {
            FlameStep::Left => Some(parts[i.checked_sub(1)?].0),
            FlameStep::Right => Some(parts.get(i + 1)?.0),
            FlameStep::Up => Some(call),
            _ => None,
        };
    }
    let call = drawn.rows().at(row, from).filter(|_| step == FlameStep::Down)?;
    let (below, ..) = drawn.parts().place_of(call)?;
    let parts = of_row(session, drawn, call);
    parts.first().filter(|_| below == row + 1).map(|part| part.0)
}

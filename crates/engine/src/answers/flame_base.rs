//! What every picture of the flame screen stands on: the spans that the filter leaves, and their weights.

use std::rc::Rc;

use layout::{Axis, Kind, Leaves, NONE, Shape, Spans, UNKNOWN, clip};
use rustc_hash::FxHashSet;
use trace::{Call, CallId, Component, Operation, SpanId, StrId};
use units::{Provenance, Timestamp};

use super::{
    components::{CallPart, divided, parts},
    filter::select,
};
use crate::{
    protocol::{Filter, FlameMark, FlameWeight},
    session::Session,
};

/// The most gaps that are shown short; more would be narrower than can be seen.
const CUTS: usize = 300;

/// What the parts of a call are called on the screen, in the order of the styles from [`FlameMark::PART`] on.
pub(super) const PARTS: [Kind; 9] = {
    let all = Component::ALL;
    [
        Kind::Part(all[0]),
        Kind::Part(all[1]),
        Kind::Part(all[2]),
        Kind::Part(all[3]),
        Kind::Part(all[4]),
        Kind::Part(all[5]),
        Kind::Part(all[6]),
        Kind::Part(all[7]),
        Kind::NotShown,
    ]
};

/// The name of a part on the screen.
pub(super) fn part_label(kind: Kind) -> &'static str {
    match kind {
        Kind::Part(component) => component.label(),
        _ => "Not in the file",
    }
}

/// Whether a name is one of those found. Parts stand after the strings.
pub(super) fn is_among(found: &[bool], strings: usize, name: u32) -> bool {
    let place = match Kind::of_part_name(name) {
        Some(kind) => PARTS.iter().position(|&part| part == kind).map(|i| strings + i),
        None => Some(name as usize),
    };
    place.and_then(|i| found.get(i)).copied().unwrap_or(false)
}

/// A name as text.
pub(super) fn name(session: &Session, name: u32) -> &str {
    match Kind::of_part_name(name) {
        Some(kind) => part_label(kind),
        None if name == NONE => "all requests",
        None => match session.trace().str(StrId(name)) {
            "" => "not named",
            text => text,
        },
    }
}

/// How something is coloured; `holds` says whether it holds others.
pub(super) fn style(kind: Kind, holds: bool) -> u8 {
    match kind {
        Kind::Part(component) => FlameMark::PART + component as u8,
        Kind::NotShown => FlameMark::NOT_SHOWN,
        Kind::Retrieval if !holds => FlameMark::RETRIEVAL,
        Kind::Tool if !holds => FlameMark::TOOL,
        Kind::Call if !holds => FlameMark::CALL,
        _ if holds => FlameMark::CONTAINER,
        _ => FlameMark::OTHER,
    }
}

/// The spans that a filter leaves, siblings in the order of time.
pub(super) struct Base {
    pub spans: Rc<Spans>,
    /// Spans that have no date in a session whose others have one: they have no place among these.
    pub undated: u64,
}

impl Base {
    pub fn of(session: &Session, filter: &Filter) -> Base {
        let trace = session.trace();
        let mut all = Spans::of(trace);
        for (kind, &call) in all.kind.iter_mut().zip(&all.call).filter(|(_, call)| **call != NONE) {
            // Embedding and ranking are a way of looking for context.
            if trace.call(CallId(call)).operation != Operation::Generate {
                *kind = Kind::Retrieval;
            }
        }
        let dated = all.start.iter().any(|&start| start != UNKNOWN && Timestamp(start).is_dated());
        let mut undated = 0;
        for start in all.start.iter_mut().filter(|start| dated && !Timestamp(**start).is_dated()) {
            undated += u64::from(*start != UNKNOWN);
            *start = UNKNOWN;
        }
        let spans = if *filter == Filter::default() {
            if all.is_in_order() { all } else { all.kept(&|_| true) }
        } else {
            let chosen: FxHashSet<CallId> = select(trace, filter).into_iter().collect();
            let call = |row: usize| match (all.call[row], all.span[row]) {
                (NONE, NONE) => None,
                (NONE, span) => trace.span(SpanId(span)).call.map(|call| trace.standing_for(call)),
                (call, _) => Some(CallId(call)),
            };
            // A request is shown as far as it is about the calls that were chosen: what else it did is around them.
            let mut root: Vec<u32> = Vec::with_capacity(all.len());
            let mut wanted = vec![false; all.len()];
            for row in 0..all.len() {
                root.push(if all.parent[row] == NONE { row as u32 } else { root[all.parent[row] as usize] });
                if call(row).is_some_and(|call| chosen.contains(&call)) {
                    wanted[root[row] as usize] = true;
                }
            }
            all.kept(&|row| {
                let row = row as usize;
                wanted[root[row] as usize] && call(row).is_none_or(|call| chosen.contains(&call))
            })
        };
        Base { spans: Rc::new(spans), undated }
    }
}

/// Whether a row holds others: they come right after it.
pub(super) fn holds(parent: &[u32], row: usize) -> bool {
    parent.get(row + 1).is_some_and(|&parent| parent as usize == row)
}

/// The time axis with the longest idle gaps cut short.
pub(super) fn axis(spans: &Spans) -> Axis {
    let place = |row: usize| {
        let (start, duration) = (*spans.start.get(row)?, *spans.duration.get(row)?);
        (start != UNKNOWN && duration >= 0).then(|| (start, start.saturating_add(duration)))
    };
    // What runs while its parent does fills no gap.
    let work = (0..spans.len()).filter_map(|row| {
        let (from, to) = place(row)?;
        let around = place(spans.parent[row] as usize);
        around.is_none_or(|around| from < around.0 || around.1 < to).then_some((from, to))
    });
    Axis::short(work, CUTS)
}

/// The spans in a range of time, or all of them.
pub(super) fn range_of(spans: &Rc<Spans>, range: Option<(i64, i64)>) -> Rc<Spans> {
    match range {
        Some((from, to)) => Rc::new(clip(spans, from, to).0),
        None => spans.clone(),
    }
}

/// What a person leaves of the spans, in the order of time.
pub(super) fn shaped(spans: &Spans, shape: &Shape) -> Spans {
    #[derive(Clone, Copy, PartialEq)]
    enum Lies {
        Outside,
        Inside,
        /// In something that was dropped or folded up.
        Gone,
    }
    let mut lies: Vec<Lies> = Vec::with_capacity(spans.len());
    let mut kept = Vec::with_capacity(spans.len());
    for row in 0..spans.len() {
        let name = spans.name[row];
        let around = match spans.parent[row] {
            NONE if shape.focus.is_some() => Lies::Outside,
            NONE => Lies::Inside,
            parent => lies[parent as usize],
        };
        let here = match around {
            Lies::Outside if shape.focus != Some(name) => Lies::Outside,
            Lies::Gone => Lies::Gone,
            _ if shape.drop.contains(&name) => Lies::Gone,
            _ => Lies::Inside,
        };
        kept.push(here == Lies::Inside);
        lies.push(if shape.collapse.contains(&name) && here == Lies::Inside { Lies::Gone } else { here });
    }
    spans.kept(&|row| kept[row as usize])
}

/// What spans weigh.
pub(super) struct Weighed {
    /// Each row itself.
    pub own: Vec<u128>,
    /// Parts of calls.
    pub leaves: Leaves,
    /// Calls of which nobody knows it.
    pub unknown: u64,
    /// The weakest provenance.
    pub from: Provenance,
}

impl Weighed {
    pub fn of(session: &Session, spans: &Spans, weight: FlameWeight) -> Weighed {
        let mut weighed = Weighed {
            own: vec![0; spans.len()],
            leaves: Leaves::default(),
            unknown: 0,
            from: Provenance::Reported,
        };
        if weight == FlameWeight::Time {
            for (own, time) in weighed.own.iter_mut().zip(stats::self_times(&spans.tree())) {
                match time {
                    Some(time) => *own = time.0.max(0) as u128,
                    None => weighed.unknown += 1,
                }
            }
            return weighed;
        }
        for row in 0..spans.len() {
            let call = spans.call[row];
            if call == NONE {
                continue;
            }
            match call_weights(session, session.trace().call(CallId(call)), weight) {
                Some(CallWeights { own, parts, from }) => {
                    weighed.own[row] = own;
                    weighed.from = weighed.from.max(from);
                    for (&kind, &weight) in PARTS.iter().zip(&parts).filter(|(_, weight)| **weight > 0) {
                        weighed.leaves.row.push(row as u32);
                        weighed.leaves.kind.push(kind);
                        weighed.leaves.weight.push(weight);
                    }
                }
                None => weighed.unknown += 1,
            }
        }
        weighed
    }
}

/// Tokens or pico-dollars of a call.
pub(super) struct CallWeights {
    /// Of no part of it: searches and fees.
    pub own: u128,
    /// By part, as in [`PARTS`].
    pub parts: [u128; PARTS.len()],
    pub from: Provenance,
}

/// What a call weighs, exactly divided over the parts of its prompt and answer; `None` where nobody knows it.
pub(super) fn call_weights(session: &Session, call: &Call, weight: FlameWeight) -> Option<CallWeights> {
    let of = parts(session, call);
    let slot = |part: &CallPart<'_>| match part.kind {
        Some(Component::Reasoning) => Component::Reasoning as usize,
        _ if part.output => Component::Output as usize,
        Some(component) => component as usize,
        None => PARTS.len() - 1,
    };
    let from = of.iter().map(|part| part.from).max().unwrap_or(Provenance::Reported);
    let mut weights = CallWeights { own: 0, parts: [0; PARTS.len()], from };
    if weight == FlameWeight::Tokens {
        for part in &of {
            weights.parts[slot(part)] += u128::from(part.tokens);
        }
        return (!of.is_empty()).then_some(weights);
    }
    let cost = session.bill.cost(session.trace(), call, &call.usage)?;
    weights.from = weights.from.max(Provenance::Counted);
    for row in cost.rows() {
        if of.is_empty() {
            weights.own += row.amount.picos().max(0) as u128;
            continue;
        }
        for (part, row) in divided(&of, &row) {
            let amount = row.amount.picos().max(0) as u128;
            match part.and_then(|part| of.get(part)) {
                Some(part) => weights.parts[slot(part)] += amount,
                None => weights.own += amount,
            }
        }
    }
    Some(weights)
}

//! Any tree of spans.

#![allow(dead_code, reason = "each test file uses some")]

use layout::{Kind, NONE, Row, Spans, UNKNOWN};
use proptest::prelude::*;
use trace::Status;

/// Trees with overlaps, gaps, orphans, children over the edge, spans of no length and spans without a place.
pub fn trees() -> impl Strategy<Value = Spans> {
    let duration = prop_oneof![1 => Just(0i64), 8 => 0i64..100, 1 => Just(UNKNOWN)];
    let row = (-20i64..150, duration, any::<prop::sample::Index>(), 0u8..14, 0u32..5, 0u8..6, any::<bool>());
    prop::collection::vec(row, 1..24).prop_map(|rows| {
        let mut spans = Spans::default();
        for (i, (start, duration, parent, odd, name, failed, call)) in rows.into_iter().enumerate() {
            spans.push(Row {
                start: if odd == 1 { UNKNOWN } else { start },
                duration,
                parent: if odd == 0 || i == 0 { NONE } else { parent.index(i) as u32 },
                name,
                kind: if call { Kind::Call } else { Kind::Other },
                status: if failed == 0 { Status::Failed } else { Status::Ok },
                call: if call { i as u32 } else { NONE },
                span: i as u32,
            });
        }
        spans
    })
}

/// A place in time of a row.
pub fn place(spans: &Spans, row: u32) -> Option<(i64, i64)> {
    let (start, duration) = (spans.start[row as usize], spans.duration[row as usize]);
    (start != UNKNOWN && duration >= 0).then(|| (start, start + duration))
}

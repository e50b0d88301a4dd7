use trace::{NONE, UNKNOWN};

use crate::{
    Kind, Spans,
    order::{key, of_key, sort},
};

/// What lies in a range of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Spans that run in it, wholly or in part.
    pub spans: u64,
    /// Those that run in it only.
    pub whole: u64,
    /// Those that are errors.
    pub errors: u64,
    /// Those that are model calls.
    pub calls: u64,
    /// Model calls that began in it. Their tokens and dollars belong to the range.
    pub calls_begun: u64,
    /// The time (ns) in which at least one span ran.
    pub busy: i64,
    /// The most spans that hold no others which ran at once.
    pub peak: u32,
}

/// The spans that run from `from` to before `to` (ns), cut to that range, with the row that each one was.
///
/// Merged or summed up, these are the statistics of exactly the range. What lies in a span that does not run in it
/// lies in the nearest one around that does. A call that began before the range is no call here ([`NONE`]): its
/// tokens were spent before.
pub fn clip(spans: &Spans, from: i64, to: i64) -> (Spans, Vec<u32>) {
    let mut cut = Spans::default();
    let mut rows = Vec::new();
    let mut place = vec![NONE; spans.len()];
    for row in 0..spans.len() as u32 {
        let mut span = spans.row(row);
        let around = if span.parent == NONE { NONE } else { place[span.parent as usize] };
        place[row as usize] = around;
        if span.start == UNKNOWN || span.duration < 0 {
            continue;
        }
        let end = span.start.saturating_add(span.duration);
        let runs = if span.duration == 0 { from <= span.start } else { from < end };
        if !runs || span.start >= to {
            continue;
        }
        if span.start < from {
            span.call = NONE;
        }
        span.parent = around;
        span.start = span.start.max(from);
        span.duration = end.min(to).saturating_sub(span.start);
        place[row as usize] = rows.len() as u32;
        rows.push(row);
        cut.push(span);
    }
    (cut, rows)
}

/// What lies from `from` to before `to` (ns).
pub fn range(spans: &Spans, from: i64, to: i64) -> Range {
    let (cut, rows) = clip(spans, from, to);
    let mut found = Range { spans: rows.len() as u64, ..Range::default() };
    let mut holds = vec![false; cut.len()];
    for (i, &row) in rows.iter().enumerate() {
        let same =
            cut.start[i] == spans.start[row as usize] && cut.duration[i] == spans.duration[row as usize];
        found.whole += u64::from(same);
        found.errors += u64::from(cut.status[i].is_error());
        found.calls += u64::from(cut.kind[i] == Kind::Call);
        found.calls_begun += u64::from(cut.call[i] != NONE);
        if let Some(holder) = holds.get_mut(cut.parent[i] as usize) {
            *holder = true;
        }
    }
    let mut edges = Vec::with_capacity(cut.len() * 2);
    for (i, holds) in holds.into_iter().enumerate().filter(|&(i, _)| cut.duration[i] > 0) {
        // Ends before beginnings at one moment.
        edges.push((key(cut.start[i]) << 1 | 1, u32::from(!holds)));
        edges.push((key(cut.start[i] + cut.duration[i]) << 1, u32::from(!holds)));
    }
    sort(&mut edges);
    let (mut at, mut running, mut leaves) = (from, 0, 0);
    for (edge, leaf) in edges {
        let (time, way) = (of_key(edge >> 1), if edge & 1 == 1 { 1 } else { -1 });
        let (all, leaf) = (way, way * i64::from(leaf));
        if running > 0 {
            found.busy += time - at;
        }
        (at, running, leaves) = (time, running + all, leaves + leaf);
        found.peak = found.peak.max(leaves as u32);
    }
    found
}

use trace::{CallId, NONE, SpanId, Status, Trace, Tree, UNKNOWN};

use crate::{
    Kind,
    order::{key, sorted},
};

/// Spans as columns, one row each, parents before what lies inside them.
#[derive(Clone, Debug, Default)]
pub struct Spans {
    /// When it began, ns; [`UNKNOWN`] where nobody knows.
    pub start: Vec<i64>,
    /// How long it took, ns; [`UNKNOWN`] where nobody knows.
    pub duration: Vec<i64>,
    /// The row it lies in; [`NONE`] for a root.
    pub parent: Vec<u32>,
    /// How many rows it lies in.
    pub depth: Vec<u32>,
    /// The string that is its name.
    pub name: Vec<u32>,
    /// What it is about.
    pub kind: Vec<Kind>,
    /// How it ended.
    pub status: Vec<Status>,
    /// The model call it is, in one row only for each call; [`NONE`] for other spans.
    pub call: Vec<u32>,
    /// The span of the trace; [`NONE`] for a call without one.
    pub span: Vec<u32>,
}

/// One row of [`Spans`].
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// See [`Spans::start`].
    pub start: i64,
    /// See [`Spans::duration`].
    pub duration: i64,
    /// See [`Spans::parent`].
    pub parent: u32,
    /// See [`Spans::name`].
    pub name: u32,
    /// See [`Spans::kind`].
    pub kind: Kind,
    /// See [`Spans::status`].
    pub status: Status,
    /// See [`Spans::call`].
    pub call: u32,
    /// See [`Spans::span`].
    pub span: u32,
}

impl Spans {
    fn with_capacity(rows: usize) -> Spans {
        Spans {
            start: Vec::with_capacity(rows),
            duration: Vec::with_capacity(rows),
            parent: Vec::with_capacity(rows),
            depth: Vec::with_capacity(rows),
            name: Vec::with_capacity(rows),
            kind: Vec::with_capacity(rows),
            status: Vec::with_capacity(rows),
            call: Vec::with_capacity(rows),
            span: Vec::with_capacity(rows),
        }
    }

    /// The spans of a trace, and the calls that have none.
    pub fn of(trace: &Trace) -> Spans {
        // The span that shows a call: its own one, else the first that tells of it.
        let mut shown = vec![NONE; trace.records.len()];
        for (i, span) in trace.spans.iter().enumerate() {
            let Some(call) = span.call.map(|call| trace.standing_for(call)) else { continue };
            let holder = &mut shown[call.0 as usize];
            if *holder == NONE || trace.call(call).span == Some(SpanId(i as u32)) {
                *holder = i as u32;
            }
        }
        let mut spans = Spans::with_capacity(trace.spans.len());
        // Depth first, by the order of the table; a stack, because a file may nest as deep as it likes.
        let n = trace.spans.len();
        let (mut first, mut next) = (vec![NONE; n], vec![NONE; n]);
        let mut stack = Vec::new();
        for (i, span) in trace.spans.iter().enumerate().rev() {
            match span.parent {
                Some(parent) => next[i] = std::mem::replace(&mut first[parent.0 as usize], i as u32),
                None => stack.push((i as u32, NONE)),
            }
        }
        while let Some((i, parent)) = stack.pop() {
            let row = spans.len() as u32;
            let span = trace.span(SpanId(i));
            let call = span.call.map(|call| trace.standing_for(call));
            let named = match call {
                Some(call) if span.name.is_none() => call_name(trace, call),
                _ => span.name.0,
            };
            spans.push(Row {
                start: span.start.map_or(UNKNOWN, |start| start.0),
                duration: span.duration.map_or(UNKNOWN, |duration| duration.0),
                parent,
                name: named,
                kind: Kind::of(span.kind),
                status: span.status.max(call.map_or(Status::Ok, |call| trace.call(call).status)),
                call: call.filter(|call| shown[call.0 as usize] == i).map_or(NONE, |call| call.0),
                span: i,
            });
            let from = stack.len();
            let mut child = first[i as usize];
            while child != NONE {
                stack.push((child, row));
                child = next[child as usize];
            }
            stack[from..].reverse();
        }
        for (id, call) in trace.calls().filter(|(id, _)| shown[id.0 as usize] == NONE) {
            spans.push(Row {
                start: call.start.map_or(UNKNOWN, |start| start.0),
                duration: call.duration.map_or(UNKNOWN, |duration| duration.0),
                parent: NONE,
                name: call_name(trace, id),
                kind: Kind::Call,
                status: call.status,
                call: id.0,
                span: NONE,
            });
        }
        spans
    }

    /// Whether siblings come in the order of time, those without a start last, as [`kept`](Self::kept) puts them.
    pub fn is_in_order(&self) -> bool {
        let mut last = vec![i64::MIN; self.len() + 1];
        (0..self.len()).all(|row| {
            let start = if self.start[row] == UNKNOWN { i64::MAX } else { self.start[row] };
            let last = &mut last[self.parent[row].wrapping_add(1) as usize];
            std::mem::replace(last, start) <= start
        })
    }

    /// Only the rows that are kept, siblings in the order of time, those without a start last. What lies in a row that
    /// is left out lies in the nearest one around it.
    pub fn kept(&self, keep: &dyn Fn(u32) -> bool) -> Spans {
        let n = self.len();
        let mut near = vec![NONE; n];
        // Where the children of each row begin in `rows`; roots come first, so one is added to the number of a parent.
        let mut first = vec![0u32; n + 2];
        let around = |near: &[u32], row: usize| near.get(self.parent[row] as usize).copied().unwrap_or(NONE);
        let group = |parent: u32| parent.wrapping_add(1) as usize;
        for row in 0..n {
            let around = around(&near, row);
            near[row] = around;
            if keep(row as u32) {
                near[row] = row as u32;
                first[group(around) + 1] += 1;
            }
        }
        for i in 0..=n {
            first[i + 1] += first[i];
        }
        let mut next = first.clone();
        let mut rows = vec![0u32; first[n + 1] as usize];
        for row in (0..n).filter(|&row| near[row] == row as u32) {
            let place = &mut next[group(around(&near, row))];
            rows[*place as usize] = row as u32;
            *place += 1;
        }
        let start = |row: u32| {
            let start = self.start[row as usize];
            u128::from(start == UNKNOWN) << 64 | key(start)
        };
        for ends in first.windows(2) {
            let siblings = &mut rows[ends[0] as usize..ends[1] as usize];
            if !siblings.is_sorted_by_key(|&row| start(row)) {
                siblings.copy_from_slice(&sorted(siblings.iter().map(|&row| (start(row), row)).collect()));
            }
        }
        let children = |parent: u32| {
            let group = group(parent);
            rows[first[group] as usize..first[group + 1] as usize].iter().rev().copied()
        };
        let mut kept = Spans::with_capacity(rows.len());
        let mut stack: Vec<(u32, u32)> = children(NONE).map(|row| (row, NONE)).collect();
        while let Some((row, parent)) = stack.pop() {
            let at = kept.len() as u32;
            kept.push(Row { parent, ..self.row(row) });
            stack.extend(children(row).map(|child| (child, at)));
        }
        kept
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.start.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// Adds a row. A parent that does not stand before it makes it a root.
    pub fn push(&mut self, row: Row) {
        let parent = if (row.parent as usize) < self.len() { row.parent } else { NONE };
        self.depth.push(self.depth.get(parent as usize).map_or(0, |depth| depth + 1));
        self.parent.push(parent);
        self.start.push(row.start);
        self.duration.push(row.duration);
        self.name.push(row.name);
        self.kind.push(row.kind);
        self.status.push(row.status);
        self.call.push(row.call);
        self.span.push(row.span);
    }

    /// A row by its number.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: u32) -> Row {
        let i = row as usize;
        Row {
            start: self.start[i],
            duration: self.duration[i],
            parent: self.parent[i],
            name: self.name[i],
            kind: self.kind[i],
            status: self.status[i],
            call: self.call[i],
            span: self.span[i],
        }
    }

    /// What lies inside what, by time.
    pub fn tree(&self) -> Tree {
        Tree::of(&self.start, &self.duration, &self.parent)
    }
}

/// A call's own name, else its model.
fn call_name(trace: &Trace, call: CallId) -> u32 {
    let call = trace.call(call);
    call.name.or(call.model).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{Call, FileId, RecordRef, Span, SpanKind, TraceBuilder};
    use units::{Nanos, Timestamp};

    #[test]
    fn each_call_has_one_row_and_parents_come_first() {
        let mut builder = TraceBuilder::new();
        builder.begin_file("a", 0);
        let at = RecordRef { file: FileId(0), offset: 0, len: 0, line: 1 };
        let mut add = |id: &str, parent: &str, start: i64| {
            let span = Span {
                id: builder.intern(id),
                parent_id: builder.intern(parent),
                name: builder.intern(id),
                start: Some(Timestamp(start)),
                duration: Some(Nanos(10)),
                ..Span::default()
            };
            builder.add_span(span).unwrap()
        };
        let (inner, outer) = (add("inner", "outer", 3), add("outer", "root", 2));
        add("root", "", 0);
        for span in [inner, outer] {
            let call = Call { span: Some(span), ..Call::at(at) };
            builder.add_call(call, None, &[]);
        }
        let alone = Call { model: builder.intern("model"), status: Status::Failed, ..Call::at(at) };
        builder.add_call(alone, None, &[]);
        builder.settle();
        let spans = Spans::of(builder.trace());
        let names: Vec<&str> =
            spans.name.iter().map(|&name| builder.trace().str(trace::StrId(name))).collect();
        assert_eq!(names, ["root", "outer", "inner", "model"]);
        assert_eq!((&spans.depth[..], &spans.parent[..]), (&[0, 1, 2, 0][..], &[NONE, 0, 1, NONE][..]));
        // The inner span tells of the same call as the outer one.
        assert_eq!(spans.call, [NONE, 1, NONE, 2]);
        assert_eq!(spans.kind[2], Kind::of(SpanKind::Call));
        assert_eq!((spans.start[3], spans.span[3], spans.status[3]), (UNKNOWN, NONE, Status::Failed));
    }
}

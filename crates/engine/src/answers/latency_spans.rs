use layout::{NONE, Spans};
use rustc_hash::{FxHashMap, FxHashSet};
use stats::{on_critical_path, self_times};
use trace::{CallId, StrId, Trace};
use units::Nanos;

use units::order::sort;

use crate::protocol::SpanRow;

/// Names shown at most.
const ROWS: usize = 40;

/// The spans by name, and the time of all roots together. With `ids`, only those of roots that hold one of these
/// calls.
pub(super) fn spans(trace: &Trace, ids: Option<&[CallId]>) -> (Vec<SpanRow>, Nanos) {
    let spans = Spans::of(trace);
    let tree = spans.tree();
    let (own, critical) = (self_times(&tree), on_critical_path(&tree));
    let kept = ids.map(|ids| kept(&spans, ids));
    let kept = |row: usize| kept.as_ref().is_none_or(|kept| kept[row]);
    let roots = tree.roots().iter().filter(|&&row| kept(row as usize));
    let wall = roots.map(|&row| Nanos(tree.end(row) - tree.start(row))).sum();

    let mut places: FxHashMap<u32, usize> = FxHashMap::default();
    let mut rows: Vec<SpanRow> = Vec::new();
    // The names on the way to the row at hand, and how often each is on it: rows stand depth first.
    let mut path: Vec<usize> = Vec::new();
    let mut around: Vec<u32> = Vec::new();
    for row in 0..spans.len() {
        let name = spans.name[row];
        let place = *places.entry(name).or_insert(rows.len());
        if place == rows.len() {
            let name = trace.str(StrId(name)).to_owned();
            let zero = Nanos::ZERO;
            rows.push(SpanRow { name, n: 0, total: zero, own: zero, critical: zero });
            around.push(0);
        }
        while path.len() > spans.depth[row] as usize {
            if let Some(left) = path.pop() {
                around[left] -= 1;
            }
        }
        let sums = &mut rows[place];
        if let (Some((start, end)), Some(own), Some(critical), true) =
            (tree.place(row as u32), own[row], critical[row], kept(row))
        {
            sums.n += 1;
            sums.own += own;
            sums.critical += critical;
            if around[place] == 0 {
                sums.total += Nanos(end - start);
            }
        }
        around[place] += 1;
        path.push(place);
    }
    rows.retain(|row| row.n > 0);
    sort(&mut rows, |a, b| (b.own, b.total).cmp(&(a.own, a.total)).then_with(|| a.name.cmp(&b.name)));
    if rows.len() > ROWS {
        let rest = rows.split_off(ROWS - 1);
        let sum = |of: fn(&SpanRow) -> Nanos| rest.iter().map(of).sum();
        rows.push(SpanRow {
            name: format!("{} other names", rest.len()),
            n: rest.iter().map(|row| row.n).sum(),
            total: sum(|row| row.total),
            own: sum(|row| row.own),
            critical: sum(|row| row.critical),
        });
    }
    (rows, wall)
}

/// The rows whose root holds one of these calls.
fn kept(spans: &Spans, ids: &[CallId]) -> Vec<bool> {
    let chosen: FxHashSet<u32> = ids.iter().map(|id| id.0).collect();
    let mut root = vec![0; spans.len()];
    let mut holds = vec![false; spans.len()];
    for row in 0..spans.len() {
        root[row] = match spans.parent[row] {
            NONE => row,
            parent => root[parent as usize],
        };
        holds[root[row]] |= chosen.contains(&spans.call[row]);
    }
    root.into_iter().map(|root| holds[root]).collect()
}

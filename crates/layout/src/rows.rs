use std::ops;

use trace::NONE;

use crate::{
    Axis, Flame, Spans,
    lanes::Lanes,
    order::{key, sorted},
};

/// Bars in rows, those of one row side by side and in order.
///
/// Items are rows of [`Spans`] or nodes of a [`Flame`]; places along a row are times in ns or weights.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Where each row begins in the columns below; the last one is where all end.
    pub(crate) first: Vec<u32>,
    /// What is drawn.
    pub(crate) item: Vec<u32>,
    /// Where it begins.
    pub(crate) start: Vec<i64>,
    /// Where it ends. Neither starts nor ends ever fall within a row.
    pub(crate) end: Vec<i64>,
    /// How many of the bars before each one are errors; one more than there are bars.
    pub(crate) errors: Vec<u32>,
    /// How many items have no place.
    pub unplaced: u64,
    /// The first place of all.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// Places are weights divided by two so many times, so that they fit.
    pub shift: u32,
}

/// How a subtree lies in its parent's.
#[derive(Clone, Copy, Default)]
struct Block {
    /// Rows below the parent's own.
    offset: u32,
    /// Rows it takes.
    height: u32,
}

impl Rows {
    /// Spans in the order of time: what lies inside something is drawn below it, and what overlaps in time lies in
    /// lanes one below the other, each as high as the highest in it. Times are those of the axis.
    ///
    /// ```text
    /// agent ├───────────────────────┤
    /// plan    ├────┤       ├─write──┤
    /// search         ├──┤
    /// search         ├────┤              beside the first one: a lane of its own
    /// ```
    pub fn in_time(spans: &Spans, axis: &Axis) -> Rows {
        Rows::in_time_with(spans, axis, &|_| false).0
    }

    /// The same, with a free row below all that lies inside each span that `parted` chooses: room for its parts, in the
    /// second rows as one bar as long as the span.
    pub fn in_time_with(spans: &Spans, axis: &Axis, parted: &dyn Fn(u32) -> bool) -> (Rows, Rows) {
        let tree = spans.tree();
        let n = tree.len();
        let mut block = vec![Block { offset: 0, height: 1 }; n];
        // From when to when a row and all inside it run. Children may stick out.
        let mut reach: Vec<(i64, i64)> =
            (0..n as u32).map(|row| tree.place(row).unwrap_or_default()).collect();
        for (from, to) in &mut reach {
            *to = (*to).max(from.saturating_add(1));
        }
        for row in (0..n as u32).rev().filter(|&row| tree.place(row).is_some()) {
            let inside = stack(tree.children(row), &reach, &mut block);
            block[row as usize].height += inside + u32::from(parted(row));
            let (mut from, mut to) = reach[row as usize];
            for &child in tree.children(row) {
                from = from.min(reach[child as usize].0);
                to = to.max(reach[child as usize].1);
            }
            reach[row as usize] = (from, to);
        }
        stack(tree.roots(), &reach, &mut block);
        // Depth first. What lies in one lane does not overlap with all inside it, so each row comes in order.
        let (mut bars, mut parts) = (Vec::with_capacity(n), Vec::new());
        let offset = |row: u32| block[row as usize].offset;
        let mut stack: Vec<(u32, u32)> =
            tree.roots().iter().rev().map(|&root| (root, offset(root))).collect();
        while let Some((row, at)) = stack.pop() {
            let place = (axis.shown(tree.start(row)), axis.shown(tree.end(row)));
            bars.push((row, at, place, spans.status[row as usize].is_error()));
            if parted(row) {
                parts.push((row, at + block[row as usize].height - 1, place, false));
            }
            stack.extend(tree.children(row).iter().rev().map(|&child| (child, at + 1 + offset(child))));
        }
        let mut rows = Rows::filled(bars);
        rows.unplaced = (n - rows.item.len()) as u64;
        (rows, Rows::filled(parts))
    }

    /// A merged flame, its root in the first row.
    pub fn of_flame(flame: &Flame) -> Rows {
        let all = flame.total.first().copied().unwrap_or(0);
        let shift = shift(all);
        Rows { shift, ..Rows::filled((0..flame.len()).map(|node| flame_bar(flame, node, shift)).collect()) }
    }

    /// Who holds a name above it, the outermost on top, and what it holds below it.
    ///
    /// ```text
    /// agent          │ chain                 flames of callers, upside down
    /// plan           │ search                items with the first bit set
    /// ask model                              the name
    /// system │ user         │ output         what it holds: nodes of the other flame
    /// ```
    ///
    /// Returns the row of the name as well.
    pub fn sandwich(callers: &Flame, held: &Flame) -> (Rows, u32) {
        let all = |flame: &Flame| flame.total.first().copied().unwrap_or(0);
        let shift = shift(all(callers).max(all(held)));
        let top = callers.depth.iter().max().map_or(0, |&deepest| deepest.max(1) - 1);
        let mut bars = Vec::new();
        for node in (0..callers.len()).filter(|&node| callers.depth[node] > 1) {
            let (item, _, place, error) = flame_bar(callers, node, shift);
            bars.push((item | CALLER, top + 1 - callers.depth[node], place, error));
        }
        for node in (0..held.len()).filter(|&node| held.depth[node] > 0) {
            let (item, depth, place, error) = flame_bar(held, node, shift);
            bars.push((item, top + depth - 1, place, error));
        }
        (Rows { shift, ..Rows::filled(bars) }, top)
    }

    /// Parts of what is drawn here, each in the row of its item: item, from, to.
    pub fn parts(&self, parts: &[(u32, i64, i64)]) -> Rows {
        let items = self.item.iter().map(|item| *item as usize + 1).max().unwrap_or(0);
        let mut row_of = vec![NONE; items];
        for (row, item, ..) in self.iter() {
            row_of[item as usize] = row;
        }
        let order = sorted(parts.iter().map(|part| key(part.1)).zip(0..).collect());
        let bar = |place: u32| {
            let (item, from, to) = parts[place as usize];
            let row = row_of.get(item as usize).copied().filter(|&row| row != NONE)?;
            Some((item, row, (from, to), false))
        };
        Rows::filled(order.into_iter().filter_map(bar).collect())
    }

    /// From bars whose starts rise within each row: item, row, place, error.
    pub fn filled(bars: Vec<(u32, u32, (i64, i64), bool)>) -> Rows {
        let count = bars.iter().map(|bar| bar.1 + 1).max().unwrap_or(0) as usize;
        let mut first = vec![0u32; count + 1];
        for bar in &bars {
            first[bar.1 as usize + 1] += 1;
        }
        for row in 0..count {
            first[row + 1] += first[row];
        }
        let n = bars.len();
        let mut rows = Rows {
            item: vec![0; n],
            start: vec![0; n],
            end: vec![0; n],
            errors: vec![0; n + 1],
            from: bars.iter().map(|bar| bar.2.0).min().unwrap_or(0),
            to: bars.iter().map(|bar| bar.2.1).max().unwrap_or(0),
            ..Rows::default()
        };
        let mut next = first.clone();
        for (item, row, (start, end), error) in bars {
            let i = next[row as usize] as usize;
            next[row as usize] += 1;
            (rows.item[i], rows.start[i], rows.end[i]) = (item, start, end);
            rows.errors[i + 1] = error.into();
        }
        for i in 0..n {
            rows.errors[i + 1] += rows.errors[i];
        }
        rows.first = first;
        rows
    }

    /// How many rows there are.
    pub fn len(&self) -> u32 {
        self.first.len().saturating_sub(1) as u32
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item of a row at a place.
    pub fn at(&self, row: u32, place: i64) -> Option<u32> {
        let bars = self.bars(row);
        let i = bars.start + self.end[bars.clone()].partition_point(|&end| end <= place);
        (bars.contains(&i) && self.start[i] <= place).then(|| self.item[i])
    }

    /// Where an item is drawn: row, from, to.
    pub fn place_of(&self, item: u32) -> Option<(u32, i64, i64)> {
        let found = self.iter().find(|bar| bar.1 == item);
        found.map(|(row, _, from, to)| (row, from, to))
    }

    /// From a bar to the one beside it, or to the nearest one above or below that lies over or under it: row, item,
    /// from, to.
    pub fn step(&self, (row, from, to): (u32, i64, i64), way: Way) -> Option<(u32, u32, i64, i64)> {
        let bar = |row: u32, i: usize| (row, self.item[i], self.start[i], self.end[i]);
        let first = |row: u32, from: i64| {
            let bars = self.bars(row);
            bars.start + self.start[bars].partition_point(|&start| start < from)
        };
        let inside = |row: u32, i: usize| self.bars(row).contains(&i);
        match way {
            Way::Left => {
                let i = first(row, from).checked_sub(1)?;
                inside(row, i).then(|| bar(row, i))
            }
            Way::Right => {
                // Bars of no length may begin where this one does.
                let i = (first(row, from)..self.bars(row).end)
                    .find(|&i| (self.start[i], self.end[i]) > (from, to))?;
                Some(bar(row, i))
            }
            Way::Up => (0..row).rev().find_map(|row| {
                let i = first(row, from.saturating_add(1)).checked_sub(1)?;
                (inside(row, i) && self.end[i] >= to).then(|| bar(row, i))
            }),
            Way::Down => (row + 1..self.len()).find_map(|row| {
                let i = first(row, from);
                (inside(row, i) && self.start[i] < to.max(from.saturating_add(1))).then(|| bar(row, i))
            }),
        }
    }

    /// All bars: row, item, from, to.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32, i64, i64)> {
        let bar = |row, i: usize| (row, self.item[i], self.start[i], self.end[i]);
        (0..self.len()).flat_map(move |row| self.bars(row).map(move |i| bar(row, i)))
    }

    /// Nothing in a row below the last one.
    pub(crate) fn bars(&self, row: u32) -> ops::Range<usize> {
        let first = |row: usize| self.first.get(row).or(self.first.last()).copied().unwrap_or(0) as usize;
        first(row as usize)..first(row as usize + 1)
    }
}

/// The first bit of items that are nodes of the flame of callers; see [`Rows::sandwich`].
pub const CALLER: u32 = 1 << 31;

/// Where the keyboard goes from a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the one before it in its row.
    Left,
    /// To the one after it.
    Right,
    /// To what holds it.
    Up,
    /// To the first that it holds.
    Down,
}

/// By how many bits weights have to be cut: floats draw them, and those are exact up to 2^53.
fn shift(all: u128) -> u32 {
    (128 - all.leading_zeros()).saturating_sub(53)
}

/// Item, row, place, error.
fn flame_bar(flame: &Flame, node: usize, shift: u32) -> (u32, u32, (i64, i64), bool) {
    let (from, to) = (flame.start[node], flame.start[node] + flame.total[node]);
    let place = ((from >> shift) as i64, (to >> shift) as i64);
    (node as u32, flame.depth[node], place, flame.errors[node] > 0)
}

/// Puts subtrees side by side as far as they do not overlap, else one below the other. Returns the height of all.
fn stack(siblings: &[u32], reach: &[(i64, i64)], block: &mut [Block]) -> u32 {
    // Mostly they run one after the other.
    let place = |row: u32| reach[row as usize];
    if siblings.windows(2).all(|pair| place(pair[0]).1 <= place(pair[1]).0) {
        return siblings.iter().map(|&row| block[row as usize].height).max().unwrap_or(0);
    }
    // What sticks out at the front comes before its start.
    let order = sorted(siblings.iter().map(|&row| key(reach[row as usize].0)).zip(0..).collect());
    let order: Vec<u32> = order.into_iter().map(|place| siblings[place as usize]).collect();
    let mut lanes = Lanes::default();
    let lane_of: Vec<u32> =
        order.iter().map(|&row| lanes.place(reach[row as usize].0, reach[row as usize].1)).collect();
    let mut heights = vec![0; lanes.count() as usize];
    for (&row, &lane) in order.iter().zip(&lane_of) {
        let height: &mut u32 = &mut heights[lane as usize];
        *height = (*height).max(block[row as usize].height);
    }
    let mut all = 0;
    for height in &mut heights {
        all += std::mem::replace(height, all);
    }
    for (&row, &lane) in order.iter().zip(&lane_of) {
        block[row as usize].offset = heights[lane as usize];
    }
    all
}

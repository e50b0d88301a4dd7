use std::ops::Range;

use crate::{Rows, order::sorted};

/// What is drawn of some rows in a viewport: at most one mark for each pixel of a row.
///
/// A bar narrower than a pixel joins the mark before it, or is a mark of one pixel. A bar that is an error is never
/// hidden: of a mark that stands for several, the error is the one that is shown, and it takes a pixel from the bar
/// beside it if it has none of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The row.
    pub row: Vec<u32>,
    /// The first pixel.
    pub x: Vec<u32>,
    /// How many pixels, at least one.
    pub width: Vec<u32>,
    /// The item that it shows.
    pub item: Vec<u32>,
    /// For how many it stands, itself included.
    pub count: Vec<u32>,
    /// How many of these are errors. Where there are any, the item shown is one.
    pub errors: Vec<u32>,
}

/// From places to pixels. Never falls, which is all that the marks rely on.
#[derive(Clone, Copy)]
struct Scale {
    from: i64,
    per_unit: f64,
    width: u32,
}

impl Scale {
    fn place(self, at: i64) -> f64 {
        at.saturating_sub(self.from) as f64 * self.per_unit
    }

    /// The pixel that a bar begins in.
    fn first(self, start: i64) -> u32 {
        (self.place(start).max(0.0) as u32).min(self.width - 1)
    }

    /// The pixel after those that a bar reaches into.
    fn after(self, start: i64, end: i64) -> u32 {
        (self.place(end).ceil().max(0.0) as u32).min(self.width).max(self.first(start) + 1)
    }
}

impl Rows {
    /// The marks of a range of rows, from one place to before another, over a width in pixels.
    pub fn marks(&self, from: i64, to: i64, width: u32, rows: Range<u32>) -> Marks {
        let mut marks = Marks::default();
        if to <= from || width == 0 {
            return marks;
        }
        let scale = Scale { from, per_unit: f64::from(width) / to.saturating_sub(from) as f64, width };
        for row in rows.start..rows.end.min(self.len()) {
            self.mark_row(row, from, to, scale, &mut marks);
        }
        marks
    }

    fn mark_row(&self, row: u32, from: i64, to: i64, scale: Scale, marks: &mut Marks) {
        let bars = self.bars(row);
        let (start, end) = (&self.start[bars.clone()], &self.end[bars.clone()]);
        // A bar of no length is in the viewport if its place is, the end included: it would be nowhere else.
        let mut i = end.partition_point(|&end| end <= from).min(start.partition_point(|&start| start < from));
        let stop = start.partition_point(|&start| start < to).max(end.partition_point(|&end| end <= to));
        let mut free = 0;
        while i < stop {
            let (x, after) = (scale.first(start[i]).max(free), scale.after(start[i], end[i]));
            // All that ends within the last pixel of this one joins it.
            let next =
                i + 1 + gallop(stop - i - 1, |k| scale.after(start[i + 1 + k], end[i + 1 + k]) <= after);
            let at = bars.start + i;
            let own = self.errors[at + 1] - self.errors[at];
            let joined = self.errors[bars.start + next] - self.errors[at + 1];
            let (shown, count) = (self.item[at], (next - i) as u32);
            if own > 0 || joined == 0 {
                marks.push(row, x, after - x, shown, count, own + joined);
            } else {
                let first = self.errors[at + 1];
                let error =
                    self.errors[at + 2..=bars.start + next].partition_point(|&errors| errors <= first);
                let error = self.item[at + 1 + error];
                if after - x > 1 {
                    marks.push(row, x, after - x - 1, shown, 1, 0);
                    marks.push(row, after - 1, 1, error, count - 1, joined);
                } else {
                    marks.push(row, x, 1, error, count, joined);
                }
            }
            free = after;
            i = next;
        }
    }
}

/// How many of the first ones are so; far fewer than all, mostly.
fn gallop(count: usize, so: impl Fn(usize) -> bool) -> usize {
    let (mut known, mut step) = (0, 1);
    while known + step <= count && so(known + step - 1) {
        known += step;
        step *= 2;
    }
    let mut end = (known + step - 1).min(count);
    while known < end {
        let middle = known + (end - known) / 2;
        if so(middle) {
            known = middle + 1;
        } else {
            end = middle;
        }
    }
    known
}

impl Marks {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// Puts those of other bars among these, by row and pixel.
    pub fn join(&mut self, other: Marks) {
        if other.is_empty() {
            return;
        }
        let n = self.len();
        // Of those that begin in the same pixel the widest is the last, which is the one that is hit.
        let place = |marks: &Marks, i: usize| {
            [marks.row[i], marks.x[i], marks.width[i]]
                .into_iter()
                .fold(0, |key, part| key << 32 | u128::from(part))
        };
        let all = (0..n).map(|i| (place(self, i), i as u32));
        let more = (0..other.len()).map(|i| (place(&other, i), (n + i) as u32));
        let order = sorted(all.chain(more).collect());
        let put = |column: &mut Vec<u32>, other: Vec<u32>| {
            column.extend(other);
            *column = order.iter().map(|&i| column[i as usize]).collect();
        };
        put(&mut self.row, other.row);
        put(&mut self.x, other.x);
        put(&mut self.width, other.width);
        put(&mut self.item, other.item);
        put(&mut self.count, other.count);
        put(&mut self.errors, other.errors);
    }

    /// The mark that is drawn at a pixel of a row.
    pub fn hit(&self, row: u32, x: u32) -> Option<usize> {
        let rows = self.row.partition_point(|&r| r < row)..self.row.partition_point(|&r| r <= row);
        let i = rows.start + self.x[rows.clone()].partition_point(|&start| start <= x);
        let i = i.checked_sub(1).filter(|i| rows.contains(i))?;
        (x < self.x[i] + self.width[i]).then_some(i)
    }

    fn push(&mut self, row: u32, x: u32, width: u32, item: u32, count: u32, errors: u32) {
        self.row.push(row);
        self.x.push(x);
        self.width.push(width);
        self.item.push(item);
        self.count.push(count);
        self.errors.push(errors);
    }
}

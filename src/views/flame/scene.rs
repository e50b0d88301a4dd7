//! A picture: ruler, bars, their texts, and what lies over them.

use engine::protocol::{Axis, FlameMark, FlameMode, FlameView, FlameWeight, Ticks};
use units::{Money, Nanos, Timestamp};

use super::surface::{Bars, Font, Surface, WAITING, colours, first_token};
use super::window::Window;
use crate::format;

/// From row to row, px.
pub const ROW: f64 = 20.0;
/// The ruler is so high, px.
pub const RULER: f64 = 20.0;
/// Rows begin here, px.
const TOP: f64 = 28.0;
/// This is left below them, px.
const BOTTOM: f64 = 8.0;
/// A tick of the ruler for so many pixels at most.
const TICK: f64 = 110.0;
const SECOND: i64 = 1_000_000_000;

/// Where the first row begins, px: over that of a sandwich it says what the rows are.
pub fn top(mode: FlameMode) -> f64 {
    if mode == FlameMode::Sandwich { TOP + ROW } else { TOP }
}

/// How high a picture of so many rows is, px.
pub fn height(mode: FlameMode, rows: u32) -> f64 {
    // As much room is left below as above.
    2.0 * top(mode) - TOP + f64::from(rows) * ROW + BOTTOM
}

/// What is drawn.
pub struct Scene<'a> {
    /// The last answer, perhaps of another window.
    pub view: &'a FlameView,
    /// Its marks.
    pub marks: &'a [FlameMark],
    /// Its critical path.
    pub critical: &'a [FlameMark],
    /// Grows with each answer.
    pub number: u32,
    /// What is looked at.
    pub window: Window,
    /// Width and height, px.
    pub size: (f64, f64),
    /// The time axis.
    pub axis: &'a Axis,
    /// How spans lie.
    pub mode: FlameMode,
    /// What widths mean.
    pub weight: FlameWeight,
    /// The selected range of the shown axis.
    pub range: Option<(i64, i64)>,
    /// The selected span: row, from, to.
    pub selected: Option<(u32, i64, i64)>,
    /// How wide letters are.
    pub font: &'a Font,
}

impl Scene<'_> {
    /// Whether places are times.
    fn is_time(&self) -> bool {
        self.mode == FlameMode::Time && self.weight == FlameWeight::Time
    }

    fn x(&self, at: i64) -> f64 {
        self.window.x(at, self.size.0)
    }

    /// Where the answer's first pixel lies, and how wide one of them is.
    pub fn pixels(&self) -> (f64, f64) {
        let of = self.view.window;
        let first = self.x(of.from);
        (first, (self.x(of.to) - first) / f64::from(of.width.max(1)))
    }

    /// The top of a row of the picture.
    pub fn y(&self, row: u32) -> f64 {
        top(self.mode) + f64::from(row) * ROW - self.window.top
    }

    /// The mark at a point.
    pub fn hit(&self, x: f64, y: f64) -> Option<&FlameMark> {
        let row = ((y - self.y(0)) / ROW).floor();
        let row = row as i64 - i64::from(self.view.window.row);
        let (first, wide) = self.pixels();
        let pixel = ((x - first) / wide).floor();
        if y < RULER || row < 0 || pixel < 0.0 {
            return None;
        }
        let place = (row as u32, pixel as u32);
        let after = self.marks.partition_point(|mark| (mark.row, mark.x) <= place);
        let mark = self.marks.get(after.checked_sub(1)?)?;
        (mark.row == place.0 && place.1 < mark.x + mark.width).then_some(mark)
    }

    /// Draws all of it.
    pub fn draw(&self, on: &mut dyn Surface) {
        let (width, height) = self.size;
        on.rect(0.0, 0.0, width, height, "--panel");
        if let Some((from, to)) = self.range {
            on.rect(self.x(from), 0.0, self.x(to) - self.x(from), height, "--accent-soft");
        }
        self.breaks(on);
        self.grid(on, height);
        let (first, wide) = self.pixels();
        let rows = self.view.window.rows.min(self.view.rows.saturating_sub(self.view.window.row));
        on.bars(Bars {
            marks: self.marks,
            size: (self.view.window.width, rows),
            number: self.number,
            x: (first, wide),
            y: self.y(self.view.window.row),
            step: ROW,
        });
        self.texts(on);
        self.halves(on);
        for mark in self.critical {
            let (from, y) = (first + f64::from(mark.x) * wide, self.y(self.view.window.row + mark.row));
            on.rect(from, y + ROW - 5.0, f64::from(mark.width) * wide, 2.0, "--text");
        }
        if let Some((row, from, to)) = self.selected {
            let (x, y) = (self.x(from), self.y(row));
            on.outline(x - 1.0, y - 1.0, (self.x(to) - x + 1.0).max(4.0), ROW + 1.0, "--accent");
        }
        // The ruler lies over rows that are scrolled.
        on.rect(0.0, 0.0, width, RULER, "--panel");
        self.ruler(on);
        if let Some(range) = self.range {
            self.flag(on, range);
        }
    }

    /// Which half of a sandwich is which.
    fn halves(&self, on: &mut dyn Surface) {
        let Some((middle, _)) = self.view.middle else { return };
        let rows = self.view.rows;
        let over = if middle > 0 { "Called by" } else { "Called by nothing" };
        let under = if middle + 1 < rows { "Calls" } else { "Calls nothing" };
        for (text, y) in [(over, self.y(0) - ROW), (under, self.y(rows))] {
            on.text(5.0, y + ROW / 2.0, text, "--text-3", false);
        }
    }

    /// Idle gaps that are shown short, each with its length.
    fn breaks(&self, on: &mut dyn Surface) {
        for (x, wide, _) in self.seen_cuts() {
            on.rect(x, RULER, wide, self.size.1 - RULER, "--sunk");
            let (middle, mut y) = (x + wide / 2.0, RULER);
            while y < self.size.1 {
                on.polygon(
                    &[
                        (middle - 2.0, y),
                        (middle + 2.0, y + 4.0),
                        (middle - 2.0, y + 8.0),
                        (middle - 1.0, y + 8.0),
                        (middle + 3.0, y + 4.0),
                        (middle - 1.0, y),
                    ],
                    "--edge",
                );
                y += 8.0;
            }
        }
    }

    /// The gaps that can be seen: where, how wide, how long.
    fn seen_cuts(&self) -> impl Iterator<Item = (f64, f64, i64)> {
        let cuts = if self.is_time() { self.axis.cuts.as_slice() } else { &[] };
        cuts.iter().filter_map(|cut| {
            let x = self.x(cut.shown);
            let wide = self.x(cut.shown + cut.kept) - x;
            (wide >= 4.0 && x < self.size.0 && x + wide > 0.0).then_some((x, wide, cut.to - cut.from))
        })
    }

    fn grid(&self, on: &mut dyn Surface, height: f64) {
        for (at, _) in self.ticks() {
            on.rect(self.x(at).round(), RULER, 1.0, height - RULER, "--line");
        }
    }

    fn ruler(&self, on: &mut dyn Surface) {
        on.rect(0.0, RULER, self.size.0, 1.0, "--line-strong");
        let mut free = 0.0;
        let mut texts: Vec<(f64, String, &str)> =
            self.ticks().into_iter().map(|(at, text)| (self.x(at).round() + 4.0, text, "--text-3")).collect();
        for (x, wide, length) in self.seen_cuts() {
            let text = format::nanos(Nanos(length)) + " idle";
            if self.font.width(&text, false) <= wide {
                texts.push((x + 4.0, text, "--text-2"));
            }
        }
        texts.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (x, text, fill) in texts {
            let width = self.font.width(&text, false);
            if x >= free && x + width < self.size.0 {
                on.text(x, RULER / 2.0, &text, fill, false);
                free = x + width + 8.0;
            }
        }
    }

    /// The range's edges and length.
    fn flag(&self, on: &mut dyn Surface, (from, to): (i64, i64)) {
        let (left, right) = (self.x(from), self.x(to));
        for x in [left, right] {
            on.rect(x.round(), 0.0, 1.0, self.size.1, "--accent");
            on.rect(x.round() - 3.0, 4.0, 6.0, 12.0, "--accent");
        }
        let real = self.axis.real(to).saturating_sub(self.axis.real(from));
        let text = format::nanos(Nanos(real));
        let width = self.font.width(&text, true) + 16.0;
        if right - left > width + 12.0 {
            let x = (left + right - width) / 2.0;
            on.rect(x, 2.0, width, 16.0, "--accent");
            on.text(x + 8.0, RULER / 2.0, &text, "--on-accent", true);
        }
    }

    /// Whether a point is on the first or the second edge of the range: on the line, or on the wider handle.
    pub fn edge(&self, x: f64, y: f64) -> Option<bool> {
        let (from, to) = self.range?;
        let reach = if y < RULER { 7.0 } else { 3.0 };
        let far = [from, to].map(|at| (self.x(at) - x).abs());
        (far[0].min(far[1]) <= reach).then_some(far[1] < far[0])
    }

    fn texts(&self, on: &mut dyn Surface) {
        let (first, wide) = self.pixels();
        let mut labels = self.view.labels.iter();
        for mark in self.marks {
            let label = (mark.flags & FlameMark::LABEL != 0).then(|| labels.next()).flatten();
            let y = self.y(self.view.window.row + mark.row);
            let at = |pixel: u32| first + f64::from(pixel) * wide;
            let (from, to) = (at(mark.x), at(mark.x + mark.width));
            if y + ROW < RULER || y > self.size.1 || to < 0.0 || from > self.size.0 {
                continue;
            }
            let tick = first_token(mark).map(at);
            if let Some(label) = label {
                self.text(on, mark, label, (from, to), tick, y);
            }
            if mark.flags & FlameMark::FOUND != 0 {
                on.outline(from, y, (to - from - 1.0).max(3.0), ROW - 1.0, "--text");
            }
            if let Some(x) = tick.filter(|x| to - from >= 6.0 && *x >= 0.0) {
                on.rect(x - 1.0, y - 1.0, 2.0, ROW, "--text");
                on.polygon(&[(x - 5.0, y - 5.0), (x + 5.0, y - 5.0), (x, y + 2.0)], "--text");
            }
        }
    }

    /// A text on a bar. On a call the name stands where it waits, and what it wrote where it writes.
    fn text(
        &self,
        on: &mut dyn Surface,
        mark: &FlameMark,
        label: &str,
        (from, to): (f64, f64),
        tick: Option<f64>,
        y: f64,
    ) {
        let bold = mark.flags & FlameMark::ROOT != 0;
        let mut put = |text: &str, from: f64, to: f64, ink: &str| {
            let from = from.max(0.0);
            let room = to.min(self.size.0) - from - 10.0;
            if let Some(text) = self.font.fit(text, room, bold) {
                on.text(from + 5.0, y + ROW / 2.0, &text, ink, bold);
            }
        };
        let failed;
        let label = if mark.flags & FlameMark::ERROR != 0 && mark.count == 1 {
            failed = format!("✕ {label}");
            &failed
        } else {
            label
        };
        let ink = colours(mark.style, mark.flags).1;
        match (tick, label.split_once("   ")) {
            (Some(tick), Some((name, wrote))) => {
                put(name, from, tick, WAITING.1);
                put(wrote, tick, to, ink);
            }
            (Some(tick), None) => put(label, from, tick, WAITING.1),
            (None, _) => put(label, from, to, ink),
        }
    }

    /// Places with their texts.
    fn ticks(&self) -> Vec<(i64, String)> {
        let most = (self.size.0 / TICK).max(1.0) as u32;
        let Window { from, to, .. } = self.window;
        if self.view.rows == 0 {
            return Vec::new();
        }
        if self.is_time() {
            return self.time_ticks(most);
        }
        let shift = self.view.shift.min(64);
        let text = |at: i64| {
            let amount = i128::from(at) << shift;
            match self.weight {
                FlameWeight::Time => format::nanos(Nanos(i64::try_from(amount).unwrap_or(i64::MAX))),
                FlameWeight::Tokens => format::tokens(u64::try_from(amount).unwrap_or(u64::MAX)),
                FlameWeight::Dollars => format::money(Money::from_picos(amount)),
            }
        };
        let time = self.weight == FlameWeight::Time;
        let ticks = Ticks::between(from, to, most, 0, time);
        ticks.iter().map(|at| (at, if at == 0 { "0".to_owned() } else { text(at) })).collect()
    }

    /// Round times. Each stretch between two cuts has its own.
    fn time_ticks(&self, most: u32) -> Vec<(i64, String)> {
        let Window { from, to, .. } = self.window;
        let step = Ticks::between(0, self.window.length(), most, 0, true).step;
        let mut ticks = Vec::new();
        let mut begin = from;
        let ends = self.axis.cuts.iter().map(|cut| (cut.shown, cut.shown + cut.kept)).chain([(to, to)]);
        for (end, next) in ends {
            let (stop, start) = (end.min(to), begin.max(from));
            if stop >= start {
                let (real, last) = (self.axis.real(start), self.axis.real(stop));
                let mut at = real.div_euclid(step).saturating_mul(step);
                while at <= last && ticks.len() < 200 {
                    if at >= real {
                        ticks.push((self.axis.shown(at), clock(at, step)));
                    }
                    at = at.saturating_add(step);
                }
            }
            begin = begin.max(next);
        }
        ticks
    }
}

/// A time with as many digits as a step needs.
pub fn clock(at: i64, step: i64) -> String {
    let time = Timestamp(at);
    if step >= 86_400 * SECOND {
        return format::date(time);
    }
    let digits = match step {
        s if s >= 60 * SECOND => return format::minute(time),
        s if s >= SECOND => return format::time(time),
        s if s >= 1_000_000 => 3,
        s if s >= 1_000 => 6,
        _ => 9,
    };
    let fraction = format!("{:09}", at.rem_euclid(SECOND));
    format!("{}.{}", format::time(Timestamp(at - at.rem_euclid(SECOND))), &fraction[..digits])
}

#[cfg(test)]
mod tests;

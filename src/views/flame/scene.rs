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
pub const TOP: f64 = 28.0;
/// A tick of the ruler for so many pixels at most.
const TICK: f64 = 110.0;
const SECOND: i64 = 1_000_000_000;

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
        TOP + f64::from(row) * ROW - self.window.top
    }

    /// The mark at a point.
    pub fn hit(&self, x: f64, y: f64) -> Option<&FlameMark> {
        let row = ((y - TOP + self.window.top) / ROW).floor();
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
mod tests {
    use super::super::surface::{Palette, Svg};
    use super::*;
    use engine::protocol::{Cut, FlameWindow};
    use wasm_bindgen_test::wasm_bindgen_test;

    const MS: i64 = 1_000_000;

    fn mark(row: u32, x: u32, width: u32, style: u8, flags: u8, tick: u32) -> FlameMark {
        FlameMark { x, width, row, style, flags, item: row * 1000 + x, count: 1, tick }
    }

    /// A request with a call that was looked for and a tool that failed, asked for at 400 pixels.
    fn marks() -> Vec<FlameMark> {
        vec![
            mark(0, 0, 400, FlameMark::CONTAINER, FlameMark::ROOT | FlameMark::LABEL, 0),
            mark(1, 20, 200, FlameMark::CALL, FlameMark::LABEL | FlameMark::FOUND, 101),
            mark(1, 240, 40, FlameMark::TOOL, FlameMark::ERROR | FlameMark::LABEL, 0),
            mark(1, 300, 1, FlameMark::RETRIEVAL, 0, 0),
        ]
    }

    fn view(labels: &[&str]) -> FlameView {
        FlameView {
            rows: 2,
            to: 400 * MS,
            window: FlameWindow { to: 400 * MS, width: 400, rows: 2, ..FlameWindow::default() },
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            ..FlameView::default()
        }
    }

    struct Drawing {
        view: FlameView,
        marks: Vec<FlameMark>,
        critical: Vec<FlameMark>,
        axis: Axis,
        window: Window,
        weight: FlameWeight,
        range: Option<(i64, i64)>,
        selected: Option<(u32, i64, i64)>,
    }

    impl Drawing {
        fn whole() -> Drawing {
            Drawing {
                view: view(&["ask <all>   400 ms", "chat   12 tokens out", "search"]),
                marks: marks(),
                critical: Vec::new(),
                axis: Axis::default(),
                window: Window::all((0, 400 * MS)),
                weight: FlameWeight::Time,
                range: None,
                selected: None,
            }
        }

        fn scene<T>(&self, of: impl FnOnce(&Scene<'_>) -> T) -> T {
            let font = Font::default();
            of(&Scene {
                view: &self.view,
                marks: &self.marks,
                critical: &self.critical,
                number: 1,
                window: self.window,
                size: (400.0, 80.0),
                axis: &self.axis,
                mode: FlameMode::Time,
                weight: self.weight,
                range: self.range,
                selected: self.selected,
                font: &font,
            })
        }

        /// What is drawn, line by line; colours are the names of their tokens.
        fn lines(&self) -> Vec<String> {
            let palette = Palette::default();
            let mut svg = Svg::new(&palette);
            self.scene(|scene| scene.draw(&mut svg));
            let file = svg.finish(400.0, 80.0);
            assert!(file.starts_with("<svg ") && file.ends_with("</svg>\n"));
            file.lines().skip(1).take_while(|line| *line != "</svg>").map(str::to_owned).collect()
        }
    }

    fn rect(x: &str, y: &str, width: &str, height: &str, fill: &str) -> String {
        format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>")
    }

    #[wasm_bindgen_test]
    fn a_request_is_drawn_with_ticks_texts_and_what_was_found() {
        let lines = Drawing::whole().lines();
        let expected = [
            rect("0", "0", "400", "80", "--panel"),
            // Grid: three ticks have room.
            rect("0", "20", "1", "60", "--line"),
            rect("200", "20", "1", "60", "--line"),
            rect("400", "20", "1", "60", "--line"),
            // Bars: the call waits, then writes; an error has a line of its own; one pixel is enough to be seen.
            rect("0", "28", "399", "19", "--line-strong"),
            rect("20", "48", "80", "19", "--phase-ttft"),
            rect("100", "48", "119", "19", "--phase-generation"),
            rect("240", "48", "39", "19", "--phase-postprocess"),
            rect("240", "64", "40", "3", "--error"),
            rect("300", "48", "1", "19", "--phase-embedding"),
            // Text of a file is text.
            "<text x=\"5\" y=\"42\" fill=\"--text\" font-weight=\"600\">ask &lt;all&gt;   400 ms</text>".to_owned(),
            "<text x=\"25\" y=\"62\" fill=\"--phase-ttft-ink\">chat</text>".to_owned(),
            "<text x=\"105\" y=\"62\" fill=\"--phase-generation-ink\">12 tokens out</text>".to_owned(),
            "<rect x=\"21\" y=\"49\" width=\"197\" height=\"17\" fill=\"none\" stroke=\"--text\" stroke-width=\"2\"/>".to_owned(),
            rect("99", "47", "2", "20", "--text"),
            "<polygon points=\"95,43 105,43 100,50\" fill=\"--text\"/>".to_owned(),
            // Nothing of "✕ search" fits on its bar.
            rect("0", "0", "400", "20", "--panel"),
            rect("0", "20", "400", "1", "--line-strong"),
            "<text x=\"4\" y=\"14\" fill=\"--text-3\">+0:00:00.000</text>".to_owned(),
            "<text x=\"204\" y=\"14\" fill=\"--text-3\">+0:00:00.200</text>".to_owned(),
        ];
        assert_eq!(lines, expected);
    }

    #[wasm_bindgen_test]
    fn a_range_a_chosen_span_a_critical_path_and_a_break_lie_over_it() {
        let mut drawing = Drawing::whole();
        drawing.range = Some((100 * MS, 300 * MS));
        drawing.selected = Some((1, 20 * MS, 220 * MS));
        drawing.critical = vec![mark(1, 20, 100, 0, 0, 0)];
        drawing.axis =
            Axis { cuts: vec![Cut { from: 310 * MS, to: 60_000 * MS, shown: 310 * MS, kept: 80 * MS }] };
        let lines = drawing.lines();
        for expected in [
            rect("100", "0", "200", "80", "--accent-soft"),
            rect("310", "20", "80", "60", "--sunk"),
            rect("20", "63", "100", "2", "--text"),
            "<rect x=\"20\" y=\"48\" width=\"199\" height=\"19\" fill=\"none\" stroke=\"--accent\" stroke-width=\"2\"/>".to_owned(),
            "<text x=\"176.5\" y=\"14\" fill=\"--on-accent\" font-weight=\"600\">200\u{202f}ms</text>".to_owned(),
            "<text x=\"314\" y=\"14\" fill=\"--text-2\">59.7\u{202f}s idle</text>".to_owned(),
        ] {
            assert!(lines.contains(&expected), "{expected} in {lines:#?}");
        }
    }

    #[wasm_bindgen_test]
    fn an_older_answer_is_drawn_where_its_places_are_now() {
        let mut drawing = Drawing::whole();
        // Twice as close, and a row further down.
        drawing.window = Window { from: 0, to: 200 * MS, top: 10.0 };
        let lines = drawing.lines();
        assert!(lines.contains(&rect("40", "38", "160", "19", "--phase-ttft")), "{lines:#?}");
        drawing.scene(|scene| {
            assert_eq!(scene.hit(100.0, 40.0).map(|mark| mark.x), Some(20));
            assert_eq!(scene.hit(20.0, 40.0), None);
        });
    }

    #[wasm_bindgen_test]
    fn a_hit_is_what_is_drawn() {
        let drawing = Drawing::whole();
        for (x, y, hit) in [
            (5.0, 30.0, Some((0, 0))),
            (399.0, 47.0, Some((0, 0))),
            (20.0, 48.0, Some((1, 20))),
            (219.9, 60.0, Some((1, 20))),
            (220.0, 60.0, None),
            (300.4, 60.0, Some((1, 300))),
            (301.0, 60.0, None),
            (5.0, 10.0, None),
            (5.0, 70.0, None),
            (-1.0, 30.0, None),
        ] {
            drawing.scene(|scene| {
                assert_eq!(scene.hit(x, y).map(|mark| (mark.row, mark.x)), hit, "{x}, {y}");
            });
        }
    }

    #[wasm_bindgen_test]
    fn weights_have_ticks_in_their_own_unit() {
        let mut drawing = Drawing::whole();
        drawing.weight = FlameWeight::Dollars;
        drawing.window = Window::all((0, 65_518_760_000));
        let texts: Vec<String> =
            drawing.scene(|scene| scene.ticks().into_iter().map(|(_, text)| text).collect());
        assert_eq!(texts, ["0", "$0.0500"]);
        assert_eq!(clock(1_795_487_963_448_923_915, 1_000), "02:39:23.448923");
        assert_eq!(clock(1_795_487_963_448_923_915, 60 * SECOND), "02:39");
    }
}

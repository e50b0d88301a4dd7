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
    mode: FlameMode,
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
            mode: FlameMode::Time,
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
            mode: self.mode,
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
fn an_edge_of_the_range_is_taken_by_its_handle_or_its_line() {
    let mut drawing = Drawing::whole();
    assert_eq!(drawing.scene(|scene| scene.edge(100.0, 5.0)), None);
    drawing.range = Some((100 * MS, 300 * MS));
    for (x, y, edge) in [
        (94.0, 5.0, Some(false)),
        (92.0, 5.0, None),
        (103.0, 60.0, Some(false)),
        (104.0, 60.0, None),
        (306.0, 19.0, Some(true)),
        (200.0, 5.0, None),
    ] {
        assert_eq!(drawing.scene(|scene| scene.edge(x, y)), edge, "{x}, {y}");
    }
}

#[wasm_bindgen_test]
fn a_sandwich_says_which_half_is_which() {
    let mut drawing = Drawing::whole();
    (drawing.mode, drawing.view.middle) = (FlameMode::Sandwich, Some((1, 7)));
    let lines = drawing.lines();
    for expected in [
        "<text x=\"5\" y=\"42\" fill=\"--text-3\">Called by</text>".to_owned(),
        // Its rows begin one row further down.
        rect("0", "48", "399", "19", "--line-strong"),
        "<text x=\"5\" y=\"102\" fill=\"--text-3\">Calls nothing</text>".to_owned(),
    ] {
        assert!(lines.contains(&expected), "{expected} in {lines:#?}");
    }
    drawing.view.middle = Some((0, 7));
    let lines = drawing.lines();
    assert!(lines.iter().any(|line| line.ends_with(">Called by nothing</text>")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.ends_with(">Calls</text>")), "{lines:#?}");
}

#[wasm_bindgen_test]
fn weights_have_ticks_in_their_own_unit() {
    let mut drawing = Drawing::whole();
    drawing.weight = FlameWeight::Dollars;
    drawing.window = Window::all((0, 65_518_760_000));
    let texts: Vec<String> = drawing.scene(|scene| scene.ticks().into_iter().map(|(_, text)| text).collect());
    assert_eq!(texts, ["0", "$0.0500"]);
    assert_eq!(clock(1_795_487_963_448_923_915, 1_000), "02:39:23.448923");
    assert_eq!(clock(1_795_487_963_448_923_915, 60 * SECOND), "02:39");
}

//! What a picture is drawn on: the screen, or an SVG file, which also records it for tests.

use std::fmt::Write;

use engine::protocol::FlameMark;

/// Colours of `www/styles/tokens.css` that the picture uses, by their names there.
pub const TOKENS: [&str; 43] = [
    "--panel",
    "--sunk",
    "--line",
    "--line-strong",
    "--text",
    "--text-2",
    "--text-3",
    "--inverse",
    "--on-inverse",
    "--accent",
    "--accent-soft",
    "--on-accent",
    "--error",
    "--series-1",
    "--page",
    "--phase-generation",
    "--phase-generation-ink",
    "--phase-ttft",
    "--phase-ttft-ink",
    "--phase-embedding",
    "--phase-embedding-ink",
    "--phase-postprocess",
    "--phase-postprocess-ink",
    "--phase-unattributed",
    "--phase-unattributed-ink",
    "--kind-system",
    "--kind-system-ink",
    "--kind-tools",
    "--kind-tools-ink",
    "--kind-fewshot",
    "--kind-fewshot-ink",
    "--kind-retrieved",
    "--kind-retrieved-ink",
    "--kind-history",
    "--kind-history-ink",
    "--kind-user",
    "--kind-user-ink",
    "--kind-output",
    "--kind-output-ink",
    "--kind-reasoning",
    "--kind-reasoning-ink",
    "--edge",
    "--sans",
];

/// The colours of the styles of marks, and of texts on them, in the order of [`FlameMark`]'s styles.
const STYLES: [(&str, &str); 15] = [
    ("--line", "--text"),
    ("--line-strong", "--text"),
    ("--phase-generation", "--phase-generation-ink"),
    ("--phase-embedding", "--phase-embedding-ink"),
    ("--phase-postprocess", "--phase-postprocess-ink"),
    ("--kind-system", "--kind-system-ink"),
    ("--kind-tools", "--kind-tools-ink"),
    ("--kind-fewshot", "--kind-fewshot-ink"),
    ("--kind-retrieved", "--kind-retrieved-ink"),
    ("--kind-history", "--kind-history-ink"),
    ("--kind-user", "--kind-user-ink"),
    ("--kind-output", "--kind-output-ink"),
    ("--kind-reasoning", "--kind-reasoning-ink"),
    ("--phase-unattributed", "--phase-unattributed-ink"),
    ("--inverse", "--on-inverse"),
];

/// Before its first token a call waits.
pub const WAITING: (&str, &str) = ("--phase-ttft", "--phase-ttft-ink");

/// The colour of a mark and of a text on it.
pub fn colours(style: u8, flags: u8) -> (&'static str, &'static str) {
    match STYLES.get(usize::from(style)) {
        Some(_) if style == FlameMark::CONTAINER && flags & FlameMark::ROOT != 0 => {
            ("--line-strong", "--text")
        }
        Some(&colours) => colours,
        None => STYLES[0],
    }
}

/// The colour of a style, for a legend.
pub fn swatch(style: u8) -> String {
    format!("var({})", colours(style, 0).0)
}

/// What the colours of the tokens are at the moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Palette(pub Vec<String>);

impl Palette {
    /// The colour of a token; its name where nobody has resolved it.
    pub fn of<'a>(&'a self, token: &'a str) -> &'a str {
        let place = TOKENS.iter().position(|known| *known == token);
        place.and_then(|i| self.0.get(i)).map_or(token, String::as_str)
    }
}

/// How wide letters are, in pixels.
#[derive(Clone, Debug)]
pub struct Font {
    /// Of ASCII, from the blank on: plain, then bold.
    pub widths: [[f64; 95]; 2],
}

impl Default for Font {
    fn default() -> Font {
        Font { widths: [[6.5; 95], [7.0; 95]] }
    }
}

impl Font {
    fn letter(&self, letter: char, bold: bool) -> f64 {
        let i = (letter as usize).checked_sub(32);
        // Letters of other scripts are taken for wide ones: rather cut early than over the edge.
        i.and_then(|i| self.widths[usize::from(bold)].get(i)).copied().unwrap_or(12.0)
    }

    /// How wide a text is.
    pub fn width(&self, text: &str, bold: bool) -> f64 {
        text.chars().map(|letter| self.letter(letter, bold)).sum()
    }

    /// As much of a text as fits, with an ellipsis where it is cut; `None` where not even three letters fit.
    pub fn fit(&self, text: &str, room: f64, bold: bool) -> Option<String> {
        if self.width(text, bold) <= room {
            return Some(text.to_owned());
        }
        let room = room - 12.0;
        let (mut width, mut cut) = (0.0, String::new());
        for letter in text.chars() {
            width += self.letter(letter, bold);
            if width > room {
                break;
            }
            cut.push(letter);
        }
        (cut.chars().count() >= 3).then(|| cut.trim_end().to_owned() + "…")
    }
}

/// Marks in the pixels that they were asked for, and how these lie on the surface.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'a> {
    /// The marks; rows rise.
    pub marks: &'a [FlameMark],
    /// How many pixels and rows they were asked for.
    pub size: (u32, u32),
    /// Grows with each answer.
    pub number: u32,
    /// Where their first pixel lies, and how many of the surface's pixels it takes.
    pub x: (f64, f64),
    /// Where their first row lies.
    pub y: f64,
    /// From row to row.
    pub step: f64,
}

/// What a picture is drawn on. Colours are names of tokens.
pub trait Surface {
    /// A filled rectangle.
    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: &str);
    /// The outline of a rectangle, 2 px inside it.
    fn outline(&mut self, x: f64, y: f64, width: f64, height: f64, stroke: &str);
    /// A text whose middle line is at `y`.
    fn text(&mut self, x: f64, y: f64, text: &str, fill: &str, bold: bool);
    /// A filled polygon.
    fn polygon(&mut self, points: &[(f64, f64)], fill: &str);
    /// Marks.
    fn bars(&mut self, bars: Bars<'_>);
}

/// A picture as an SVG file.
pub struct Svg<'a> {
    palette: &'a Palette,
    body: String,
}

impl<'a> Svg<'a> {
    /// An empty picture.
    pub fn new(palette: &'a Palette) -> Svg<'a> {
        Svg { palette, body: String::new() }
    }

    /// The file.
    pub fn finish(self, width: f64, height: f64) -> String {
        let (font, body) = (escaped(self.palette.of("--sans")), self.body);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"{font}\" font-size=\"12\">\n{body}</svg>\n",
            px(width),
            px(height)
        )
    }
}

/// A tenth of a pixel is fine enough.
fn px(value: f64) -> String {
    format!("{:.1}", value).trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text from a file, as text of XML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            letter if letter.is_control() => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

impl Surface for Svg<'_> {
    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: &str) {
        let (x, y, width, height, fill) = (px(x), px(y), px(width), px(height), self.palette.of(fill));
        // Cannot fail: a string takes everything.
        let _ = writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
        );
    }

    fn outline(&mut self, x: f64, y: f64, width: f64, height: f64, stroke: &str) {
        let (x, y) = (px(x + 1.0), px(y + 1.0));
        let (width, height) = (px((width - 2.0).max(0.0)), px((height - 2.0).max(0.0)));
        let stroke = self.palette.of(stroke);
        let _ = writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"/>"
        );
    }

    fn text(&mut self, x: f64, y: f64, text: &str, fill: &str, bold: bool) {
        let (x, y, fill, text) = (px(x), px(y + 4.0), self.palette.of(fill), escaped(text));
        let weight = if bold { " font-weight=\"600\"" } else { "" };
        let _ = writeln!(self.body, "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\"{weight}>{text}</text>");
    }

    fn polygon(&mut self, points: &[(f64, f64)], fill: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
        let fill = self.palette.of(fill);
        let _ = writeln!(self.body, "<polygon points=\"{}\" fill=\"{fill}\"/>", points.join(" "));
    }

    fn bars(&mut self, bars: Bars<'_>) {
        for mark in bars.marks {
            let at = |pixel: u32| bars.x.0 + f64::from(pixel) * bars.x.1;
            let (y, fill) = (bars.y + f64::from(mark.row) * bars.step, colours(mark.style, mark.flags).0);
            let (from, to) = (at(mark.x), at(mark.x + mark.width));
            let gap = if to - from > 3.0 { 1.0 } else { 0.0 };
            let first = first_token(mark).map_or(from, at);
            for (from, to, fill) in [(from, first, WAITING.0), (first, to - gap, fill)] {
                if to > from {
                    self.rect(from, y, to - from, bars.step - 1.0, fill);
                }
            }
            if mark.flags & FlameMark::ERROR != 0 {
                self.rect(from, y + bars.step - 4.0, to - from, 3.0, "--error");
            }
        }
    }
}

/// The pixel of the first token of a call, if it lies in its mark.
pub fn first_token(mark: &FlameMark) -> Option<u32> {
    let pixel = mark.tick.checked_sub(1)?;
    (mark.style == FlameMark::CALL && pixel >= mark.x && pixel < mark.x + mark.width).then_some(pixel)
}

//! A picture on the screen.

use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::surface::{Bars, Font, Palette, Surface, TOKENS, WAITING, colours, first_token};
use engine::protocol::FlameMark;

/// A canvas of as many pixels as the screen has in its place.
pub struct Canvas {
    /// The element.
    pub element: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// What the tokens are at the moment.
    pub palette: Palette,
    /// How wide letters are.
    pub font: Font,
    fonts: [String; 2],
    /// Which of them is set.
    bold: Option<bool>,
    /// Marks, one pixel high a row: a million of them cost as much as one.
    strip: Option<(u32, HtmlCanvasElement)>,
    /// Theme that the palette is of.
    theme: String,
}

/// Pixels of the screen for each of the page.
pub fn density() -> f64 {
    gloo::utils::window().device_pixel_ratio().clamp(0.5, 4.0)
}

/// Which colours hold at the moment.
fn theme() -> String {
    let window = gloo::utils::window();
    let asks = |query: &str| window.match_media(query).ok().flatten().is_some_and(|query| query.matches());
    let chosen = gloo::utils::document_element().get_attribute("data-theme").unwrap_or_default();
    format!("{chosen} {} {}", asks("(prefers-color-scheme: dark)"), asks("(forced-colors: active)"))
}

impl Canvas {
    /// Of an element; `None` if the browser cannot draw on it.
    pub fn new(element: HtmlCanvasElement) -> Option<Canvas> {
        let context = element.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
        Some(Canvas {
            element,
            context,
            palette: Palette::default(),
            font: Font::default(),
            fonts: Default::default(),
            bold: None,
            strip: None,
            theme: String::new(),
        })
    }

    /// Makes ready for a new picture: as large as its place, in the colours of the moment. Returns its size in px.
    pub fn begin(&mut self) -> (f64, f64) {
        let (width, height) =
            (f64::from(self.element.client_width()), f64::from(self.element.client_height()));
        let scale = density();
        let (w, h) = ((width * scale).round() as u32, (height * scale).round() as u32);
        if (self.element.width(), self.element.height()) != (w, h) {
            self.element.set_width(w);
            self.element.set_height(h);
        }
        // Setting the size forgets it; also after the density has changed.
        let _ = self.context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
        self.context.set_text_baseline("middle");
        self.context.set_image_smoothing_enabled(false);
        self.bold = None;
        let theme = theme();
        if self.theme != theme {
            self.theme = theme;
            self.resolve();
        }
        (width, height)
    }

    /// Looks up the colours and measures the letters.
    fn resolve(&mut self) {
        self.strip = None;
        let Ok(Some(style)) = gloo::utils::window().get_computed_style(&gloo::utils::document_element())
        else {
            return;
        };
        let resolved = TOKENS.map(|token| {
            let value = style.get_property_value(token).unwrap_or_default().trim().to_owned();
            if token == "--sans" {
                return value;
            }
            // The canvas knows all that CSS does, and tells it in one form.
            self.context.set_fill_style_str("#888888");
            self.context.set_fill_style_str(&value);
            self.context.fill_style().as_string().unwrap_or_default()
        });
        self.palette = Palette(resolved.to_vec());
        let sans = self.palette.of("--sans");
        self.fonts = [format!("12px {sans}"), format!("600 12px {sans}")];
        for (font, widths) in self.fonts.iter().zip(&mut self.font.widths) {
            self.context.set_font(font);
            for (width, letter) in widths.iter_mut().zip(' '..='~') {
                if let Ok(measure) = self.context.measure_text(&letter.to_string()) {
                    *width = measure.width();
                }
            }
        }
    }

    fn fill(&self, token: &str) {
        self.context.set_fill_style_str(self.palette.of(token));
    }

    fn strip(&mut self, bars: &Bars<'_>) -> Option<&HtmlCanvasElement> {
        if self.strip.as_ref().is_none_or(|(number, _)| *number != bars.number) {
            let made = self.make_strip(bars).ok()?;
            self.strip = Some((bars.number, made));
        }
        self.strip.as_ref().map(|(_, strip)| strip)
    }

    fn make_strip(&self, bars: &Bars<'_>) -> Result<HtmlCanvasElement, JsValue> {
        let (width, rows) = bars.size;
        let mut pixels = vec![0u8; width as usize * rows as usize * 4];
        let rgba = |style, flags| rgba(self.palette.of(colours(style, flags).0));
        let mut known: Vec<[u8; 4]> = Vec::new();
        for style in 0..=FlameMark::MIDDLE {
            known.push(rgba(style, 0));
            known.push(rgba(style, FlameMark::ROOT));
        }
        let waiting = self::rgba(self.palette.of(WAITING.0));
        // Neighbours keep a hairline of the ground between them.
        let gap = if density() >= 1.5 { 2 } else { 1 };
        for mark in bars.marks {
            let root = usize::from(mark.flags & FlameMark::ROOT != 0);
            let colour = known.get(usize::from(mark.style) * 2 + root).copied().unwrap_or_default();
            let end = mark.x + if mark.width > 3 * gap { mark.width - gap } else { mark.width };
            let first = first_token(mark).unwrap_or(mark.x).min(end);
            let row = mark.row as usize * width as usize;
            for (from, to, colour) in [(mark.x, first, waiting), (first, end, colour)] {
                let place = (row + from as usize) * 4..(row + to as usize) * 4;
                for pixel in pixels.get_mut(place).into_iter().flat_map(|part| part.chunks_exact_mut(4)) {
                    pixel.copy_from_slice(&colour);
                }
            }
        }
        let strip: HtmlCanvasElement =
            gloo::utils::document().create_element("canvas")?.dyn_into().map_err(JsValue::from)?;
        strip.set_width(width);
        strip.set_height(rows);
        let context = strip.get_context("2d")?.ok_or(JsValue::UNDEFINED)?;
        let context: CanvasRenderingContext2d = context.dyn_into().map_err(JsValue::from)?;
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width, rows)?;
        context.put_image_data(&data, 0.0, 0.0)?;
        Ok(strip)
    }
}

/// A colour as the canvas tells it: `#rrggbb`.
fn rgba(colour: &str) -> [u8; 4] {
    let part = |at: usize| colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
    match (part(1), part(3), part(5)) {
        (Some(red), Some(green), Some(blue)) => [red, green, blue, 255],
        _ => [136, 136, 136, 255],
    }
}

impl Surface for Canvas {
    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: &str) {
        self.fill(fill);
        self.context.fill_rect(x, y, width, height);
    }

    fn outline(&mut self, x: f64, y: f64, width: f64, height: f64, stroke: &str) {
        self.context.set_stroke_style_str(self.palette.of(stroke));
        self.context.set_line_width(2.0);
        self.context.stroke_rect(x + 1.0, y + 1.0, (width - 2.0).max(0.0), (height - 2.0).max(0.0));
    }

    fn text(&mut self, x: f64, y: f64, text: &str, fill: &str, bold: bool) {
        if self.bold != Some(bold) {
            self.bold = Some(bold);
            self.context.set_font(&self.fonts[usize::from(bold)]);
        }
        self.fill(fill);
        // An error only where the text is no text.
        let _ = self.context.fill_text(text, x, y);
    }

    fn polygon(&mut self, points: &[(f64, f64)], fill: &str) {
        self.fill(fill);
        self.context.begin_path();
        for &(x, y) in points {
            self.context.line_to(x, y);
        }
        self.context.fill();
    }

    fn bars(&mut self, bars: Bars<'_>) {
        let (width, rows) = bars.size;
        if width == 0 || rows == 0 {
            return;
        }
        let wide = f64::from(width);
        let context = self.context.clone();
        if let Some(strip) = self.strip(&bars) {
            for row in 0..rows {
                let (from, y) = (f64::from(row), bars.y + f64::from(row) * bars.step);
                // Cannot fail: the strip has pixels.
                let _ = context
                    .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                        strip,
                        0.0,
                        from,
                        wide,
                        1.0,
                        bars.x.0,
                        y,
                        wide * bars.x.1,
                        bars.step - 1.0,
                    );
            }
        }
        let failed = bars.marks.iter().filter(|mark| mark.flags & FlameMark::ERROR != 0);
        self.fill("--error");
        for mark in failed {
            let (x, y) = (bars.x.0 + f64::from(mark.x) * bars.x.1, bars.y + f64::from(mark.row) * bars.step);
            self.context.fill_rect(x, y + bars.step - 4.0, f64::from(mark.width) * bars.x.1, 3.0);
        }
    }
}

//! Which part of a picture is looked at.

/// Places are ns of the shown axis or weights; the top is in pixels from the first row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window {
    /// The first place.
    pub from: i64,
    /// The place after the last.
    pub to: i64,
    /// The pixels of rows that lie above.
    pub top: f64,
}

/// No closer: so many ns, tokens or pico-dollars fill the screen.
const CLOSEST: i64 = 10;

impl Window {
    /// All of a picture.
    pub fn all((from, to): (i64, i64)) -> Window {
        Window { from, to: to.max(from.saturating_add(1)), top: 0.0 }
    }

    /// How much is seen.
    pub fn length(self) -> i64 {
        self.to.saturating_sub(self.from).max(1)
    }

    /// The pixel of a place.
    pub fn x(self, at: i64, width: f64) -> f64 {
        at.saturating_sub(self.from) as f64 / self.length() as f64 * width
    }

    /// The place of a pixel.
    pub fn at(self, x: f64, width: f64) -> i64 {
        self.from.saturating_add((x / width.max(1.0) * self.length() as f64) as i64)
    }

    /// So many times as much, with what lies at a share of the width staying where it is.
    pub fn zoomed(self, all: (i64, i64), share: f64, times: f64) -> Window {
        let most = Window::all(all).length();
        let length = ((self.length() as f64 * times) as i64).clamp(CLOSEST.min(most), most);
        let held = self.from.saturating_add((self.length() as f64 * share) as i64);
        let from = held.saturating_sub((length as f64 * share) as i64);
        Window { from, to: from.saturating_add(length), ..self }.inside(all)
    }

    /// By a share of the width to the right.
    pub fn moved(self, all: (i64, i64), share: f64) -> Window {
        let by = (self.length() as f64 * share) as i64;
        Window { from: self.from.saturating_add(by), to: self.to.saturating_add(by), ..self }.inside(all)
    }

    /// With a span in it, moved no further than that takes, and no closer than the span is long.
    pub fn showing(self, all: (i64, i64), from: i64, to: i64) -> Window {
        let length = self.length();
        if to.saturating_sub(from) > length {
            return Window { from, to, ..self }.inside(all);
        }
        let start = self.from.max(to.saturating_sub(length)).min(from);
        Window { from: start, to: start.saturating_add(length), ..self }.inside(all)
    }

    fn inside(self, all: (i64, i64)) -> Window {
        let whole = Window::all(all);
        let length = self.length().min(whole.length());
        let from = self.from.clamp(whole.from, whole.to.saturating_sub(length));
        Window { from, to: from.saturating_add(length), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const ALL: (i64, i64) = (1_795_487_963_000_000_000, 1_795_487_973_000_000_000);

    #[wasm_bindgen_test]
    fn what_lies_under_the_pointer_stays_there() {
        let mut window = Window::all(ALL);
        for _ in 0..70 {
            let before = window.at(300.0, 1000.0);
            window = window.zoomed(ALL, 0.3, 0.7);
            assert!((before - window.at(300.0, 1000.0)).abs() <= 2 + window.length() / 1000);
        }
        assert_eq!(window.length(), CLOSEST);
        for _ in 0..90 {
            window = window.zoomed(ALL, 0.3, 1.5);
        }
        assert_eq!(window, Window::all(ALL), "never further out than all of it");
    }

    #[wasm_bindgen_test]
    fn a_window_never_leaves_the_picture() {
        let window = Window::all(ALL).zoomed(ALL, 0.0, 0.1);
        assert_eq!(window.from, ALL.0);
        assert_eq!(window.moved(ALL, -3.0), window);
        assert_eq!(window.moved(ALL, 99.0).to, ALL.1);
        let shown = window.showing(ALL, ALL.1 - 5, ALL.1);
        assert_eq!((shown.to, shown.length()), (ALL.1, window.length()));
        assert_eq!(window.showing(ALL, ALL.0 + 9, ALL.0 + 99), window, "what is seen moves nothing");
    }
}

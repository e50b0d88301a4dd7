//! What the pointer does to the picture, and what the keyboard does to the range.

use std::rc::Rc;

use engine::protocol::{Answer, FlameAnswer, FlameWant};

use super::super::scene::RULER;
use super::super::surface::Font;
use super::super::window::Window;
use super::{Drag, Heard, Hover, Stage};

impl Stage {
    /// The pointer was pressed at a point of the picture.
    pub fn press(self: &Rc<Self>, x: f64, y: f64, ranged: bool) {
        let mut state = self.state.borrow_mut();
        // Who holds one edge draws a range from the other one.
        let font = Font::default();
        let held = self.scene(&state, &font).edge(x, y).zip(state.range);
        let held = held.map(|(second, (from, to))| if second { from } else { to });
        state.drag = Some(match held {
            Some(other) => Drag::Range(other),
            None if state.by_time() && (ranged || y < RULER) => Drag::Range(state.window.at(x, state.size.0)),
            None => Drag::Picture((x, y), state.window),
        });
    }

    /// It moves over the picture.
    pub fn point(self: &Rc<Self>, x: f64, y: f64) {
        let drag = self.state.borrow().drag;
        match drag {
            Some(Drag::Picture(from, window)) => {
                let width = self.state.borrow().size.0.max(1.0);
                self.look(|_, all| {
                    let moved = window.moved(all, (from.0 - x) / width);
                    Window { top: window.top + from.1 - y, ..moved }
                });
            }
            Some(Drag::Range(begin)) => {
                let mut state = self.state.borrow_mut();
                let end = state.window.at(x.clamp(0.0, state.size.0), state.size.0);
                state.range = Some((begin.min(end), begin.max(end)));
                drop(state);
                self.paint();
            }
            None => {
                let (state, font) = (self.state.borrow(), Font::default());
                let edge = self.scene(&state, &font).edge(x, y).is_some();
                drop(state);
                if let Some(canvas) = self.element() {
                    // The page's policy forbids style attributes; properties of the object are allowed.
                    let _ = canvas.style().set_property("cursor", if edge { "ew-resize" } else { "" });
                }
                self.hover_at(x, y);
            }
        }
    }

    /// It was let go.
    pub fn release(self: &Rc<Self>, x: f64, y: f64) {
        let drag = self.state.borrow_mut().drag.take();
        match drag {
            Some(Drag::Picture(from, _)) if (from.0 - x).abs() < 4.0 && (from.1 - y).abs() < 4.0 => {
                self.choose(x, y)
            }
            Some(Drag::Range(_)) => {
                let range = {
                    let state = self.state.borrow();
                    let seen = |(from, to): &(i64, i64)| {
                        state.window.x(*to, state.size.0) - state.window.x(*from, state.size.0)
                    };
                    let range = state.range.filter(|range| seen(range) >= 3.0);
                    range.map(|(from, to)| (state.axis.real(from), state.axis.real(to)))
                };
                self.heard.emit(Heard::Range(range));
            }
            _ => {}
        }
    }

    /// Makes the chosen span the range, or all that is in view.
    pub fn range_of_chosen(&self) {
        let state = self.state.borrow();
        if !state.by_time() {
            return;
        }
        let seen = (state.window.from, state.window.to);
        let (from, to) = state.selected.as_ref().map_or(seen, |item| (item.place.1, item.place.2));
        let range = (state.axis.real(from), state.axis.real(to));
        drop(state);
        self.heard.emit(Heard::Range(Some(range)));
    }

    /// Moves the first or the second edge of the range, by a share of the time that is in view.
    pub fn move_edge(&self, second: bool, share: f64) {
        let state = self.state.borrow();
        let Some((from, to)) = self.shown_range(&state) else { return };
        let seen = if state.by_time() { state.window } else { Window::all((state.map.from, state.map.to)) };
        let by = (seen.length() as f64 * share) as i64;
        let (first, last) = (state.map.from, state.map.to);
        let (from, to) = if second {
            (from, to.saturating_add(by).min(last).max(from.saturating_add(1)))
        } else {
            (from.saturating_add(by).max(first).min(to.saturating_sub(1)), to)
        };
        let range = (state.axis.real(from), state.axis.real(to));
        drop(state);
        self.heard.emit(Heard::Range(Some(range)));
    }

    /// It left the picture.
    pub fn leave(&self) {
        self.state.borrow_mut().hovered = None;
        self.hover.borrow().emit(None);
    }

    fn hover_at(self: &Rc<Self>, x: f64, y: f64) {
        let mut state = self.state.borrow_mut();
        let font = Font::default();
        let found = self.scene(&state, &font).hit(x, y).map(|mark| (mark.item, mark.count.saturating_sub(1)));
        if found == state.hovered {
            return;
        }
        state.hovered = found;
        let Some((item, more)) = found else {
            drop(state);
            return self.hover.borrow().emit(None);
        };
        let stage = self.clone();
        self.client.ask(self.command(&state, FlameWant::Item(item)), move |reply| {
            if let Ok(Answer::Flame(FlameAnswer::Item(Some(item)))) = reply
                && stage.state.borrow().hovered == found
            {
                stage.hover.borrow().emit(Some(Hover { item: Rc::new(*item), more, at: (x, y) }));
            }
        });
    }

    /// A range was drawn on the minimap, in shares of its width.
    pub fn brush(self: &Rc<Self>, from: f64, to: f64) {
        let (by_time, from, to) = {
            let state = self.state.borrow();
            let all = Window::all((state.map.from, state.map.to));
            let by_time = state.by_time();
            (by_time, all.at(from.min(to), 1.0), all.at(from.max(to), 1.0))
        };
        if by_time {
            // A click brings that place to the middle.
            if to - from < 10 {
                self.look(|window, all| {
                    let share = (from - window.from) as f64 / window.length() as f64 - 0.5;
                    window.moved(all, share)
                });
            } else {
                self.look_at(from, to);
            }
        } else {
            let range = (to - from >= 10).then(|| {
                let state = self.state.borrow();
                (state.axis.real(from), state.axis.real(to))
            });
            self.heard.emit(Heard::Range(range));
        }
    }
}

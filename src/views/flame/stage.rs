//! What moves the picture: holds the window, asks for what is in it, and draws at the screen's own pace.

mod pointer;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use engine::protocol::{
    Answer, Axis, Command, FlameAnswer, FlameAsk, FlameItem, FlameMap, FlameMark, FlameMode, FlameStep,
    FlameView, FlameWant, FlameWeight, FlameWindow,
};
use gloo::timers::callback::Timeout;
use units::Nanos;
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;
use yew::Callback;

use super::canvas::{Canvas, density};
use super::map;
use super::scene::{ROW, Scene, clock, height, top};
use super::surface::{Font, Surface, Svg};
use super::window::Window;
use crate::client::Client;
use crate::format;

/// So much more than is seen is asked for on each side, so that moving shows no empty edge.
const MARGIN: f64 = 0.25;
/// Scales that differ by less than this are the same.
const EXACT: f64 = 0.001;
/// For so long, ms, after a move another one is likely: until then a picture that is stretched will do.
const STILL: u32 = 100;
/// Rows asked for above and below.
const MORE_ROWS: u32 = 8;

/// What the stage tells of.
pub enum Heard {
    /// A picture was drawn.
    View(Info),
    /// A span was chosen, or none.
    Selected(Option<Rc<FlameItem>>),
    /// A range of time was chosen, or none: real times in ns.
    Range(Option<(i64, i64)>),
    /// The engine has no answer, and why.
    Failed(String),
}

/// What the page has to know of a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// How many rows it has.
    pub rows: u32,
    /// Nothing in it has a width, and by what weight.
    pub empty: Option<FlameWeight>,
    /// How many spans were found in all, and in view.
    pub found: (u64, u64),
    /// The name in the middle of a sandwich.
    pub middle: Option<u32>,
    /// What has no place in it.
    pub notes: Vec<String>,
}

/// Something under the pointer, and where that is.
#[derive(Clone, PartialEq)]
pub struct Hover {
    /// What.
    pub item: Rc<FlameItem>,
    /// How many others its mark stands for.
    pub more: u32,
    /// Where, px from the edges of the canvas.
    pub at: (f64, f64),
}

/// What the pointer drags.
#[derive(Clone, Copy)]
enum Drag {
    /// The picture, from a point and a window.
    Picture((f64, f64), Window),
    /// A range that begins at a place.
    Range(i64),
}

#[derive(Default)]
struct State {
    ask: FlameAsk,
    critical: bool,
    window: Window,
    /// All is shown, however much that is.
    fits: bool,
    view: FlameView,
    /// Mode and weight of the view: those that are asked for may be others until the answer is there.
    of: (FlameMode, FlameWeight),
    marks: Vec<FlameMark>,
    path: Vec<FlameMark>,
    map: FlameMap,
    axis: Axis,
    /// Of the shown axis.
    range: Option<(i64, i64)>,
    selected: Option<Rc<FlameItem>>,
    hovered: Option<(u32, u32)>,
    drag: Option<Drag>,
    size: (f64, f64),
}

impl State {
    /// Whether places of the view are times.
    fn by_time(&self) -> bool {
        self.of == (FlameMode::Time, FlameWeight::Time)
    }

    /// The window that has all that is seen.
    fn wanted(&self) -> FlameWindow {
        let (width, height) = self.size;
        let mut window = FlameWindow {
            width: (width * density()).round() as u32,
            row: ((self.window.top / ROW) as u32).saturating_sub(MORE_ROWS),
            rows: (height / ROW) as u32 + 2 * MORE_ROWS + 2,
            critical: self.critical,
            ..FlameWindow::default()
        };
        if !self.fits {
            // Whole pixels on both sides, so that the scale stays what it is.
            let pixels = (f64::from(window.width) * MARGIN).round() as u32;
            let margin =
                (self.window.length() as f64 * f64::from(pixels) / f64::from(window.width.max(1))) as i64;
            window.from = self.window.from.saturating_sub(margin);
            window.to = self.window.to.saturating_add(margin);
            window.width += 2 * pixels;
        }
        window
    }

    /// Whether the view lacks something of what is seen, or is of a scale that differs by more than a share.
    fn is_short(&self, share: f64) -> bool {
        let (seen, has) = (self.window, self.view.window);
        let mut wanted = self.wanted();
        if self.fits {
            (wanted.from, wanted.to) = (has.from, has.to);
        }
        if wanted == has {
            return false;
        }
        let first = (self.window.top / ROW) as u32;
        let rows = ((self.size.1 / ROW) as u32 + 1).min(self.view.rows.saturating_sub(first));
        let scale = |window: FlameWindow| {
            window.to.saturating_sub(window.from) as f64 / f64::from(window.width.max(1))
        };
        has.from > seen.from.max(self.view.from)
            || has.to < seen.to.min(self.view.to)
            || has.row > first
            || has.row + has.rows < first + rows
            || (scale(wanted) / scale(has).max(f64::MIN_POSITIVE) - 1.0).abs() > share
    }
}

/// See the module.
pub struct Stage {
    client: Client,
    heard: Callback<Heard>,
    hover: RefCell<Callback<Option<Hover>>>,
    canvas: RefCell<Option<Canvas>>,
    map: RefCell<Option<Canvas>>,
    /// Where it is told what is in view.
    told: RefCell<Option<web_sys::Element>>,
    state: RefCell<State>,
    /// Grows with each answer that is drawn.
    number: Cell<u32>,
    /// Grows with each change of the picture that is asked for.
    asked: Cell<u32>,
    waiting: Cell<bool>,
    again: Cell<bool>,
    painting: Cell<bool>,
    /// When the window was last moved, ms.
    moved: Cell<f64>,
    /// It will be drawn once it stands still.
    later: Cell<bool>,
}

impl Stage {
    /// An empty one.
    pub fn new(client: Client, heard: Callback<Heard>) -> Rc<Stage> {
        Rc::new(Stage {
            client,
            heard,
            hover: RefCell::default(),
            canvas: RefCell::default(),
            map: RefCell::default(),
            told: RefCell::default(),
            state: RefCell::default(),
            number: Cell::default(),
            asked: Cell::default(),
            waiting: Cell::default(),
            again: Cell::default(),
            painting: Cell::default(),
            moved: Cell::default(),
            later: Cell::default(),
        })
    }

    /// Where it draws.
    pub fn stand(
        &self,
        picture: Option<HtmlCanvasElement>,
        map: Option<HtmlCanvasElement>,
        told: Option<web_sys::Element>,
    ) {
        if let Some(picture) = &picture {
            // Known before the first frame, so that the first question need not wait for it.
            self.state.borrow_mut().size = (picture.client_width().into(), picture.client_height().into());
        }
        *self.canvas.borrow_mut() = picture.and_then(Canvas::new);
        *self.map.borrow_mut() = map.and_then(Canvas::new);
        *self.told.borrow_mut() = told;
    }

    /// Who shows what is under the pointer.
    pub fn on_hover(&self, hover: Callback<Option<Hover>>) {
        *self.hover.borrow_mut() = hover;
    }

    /// Asks for a picture. One of the same spans keeps its window.
    pub fn show(self: &Rc<Self>, ask: FlameAsk, critical: bool) {
        self.asked.set(self.asked.get() + 1);
        let forgot = {
            let mut state = self.state.borrow_mut();
            let by_time = |ask: &FlameAsk| ask.mode == FlameMode::Time && ask.weight == FlameWeight::Time;
            let plain = |ask: &FlameAsk| FlameAsk {
                search: String::new(),
                range: if ask.mode == FlameMode::Time { None } else { ask.range },
                ..ask.clone()
            };
            let same = plain(&state.ask) == plain(&ask);
            if !same || state.view.rows == 0 {
                state.fits = true;
                state.hovered = None;
            }
            state.range = by_time(&ask)
                .then_some(ask.range)
                .flatten()
                .map(|(from, to)| (state.axis.shown(from), state.axis.shown(to)));
            (state.ask, state.critical) = (ask, critical);
            // What was chosen is an item of the former picture.
            !same && state.selected.take().is_some()
        };
        if forgot {
            self.heard.emit(Heard::Selected(None));
        }
        self.request();
        self.ask_map();
    }

    /// Draws soon: as often as the screen does, and no more.
    pub fn paint(self: &Rc<Self>) {
        if self.painting.replace(true) {
            return;
        }
        let stage = self.clone();
        let draw = Closure::once_into_js(move || {
            stage.painting.set(false);
            stage.draw();
        });
        // Cannot fail: it is a function.
        let _ = gloo::utils::window().request_animation_frame(draw.unchecked_ref());
    }

    fn draw(self: &Rc<Self>) {
        let mut canvas = self.canvas.borrow_mut();
        let Some(canvas) = canvas.as_mut() else { return };
        let size = canvas.begin();
        let resized = {
            let mut state = self.state.borrow_mut();
            let before = std::mem::replace(&mut state.size, size);
            let most = (height(state.of.0, state.view.rows) - size.1).max(0.0);
            state.window.top = state.window.top.clamp(0.0, most);
            before != size
        };
        let state = self.state.borrow();
        let font = canvas.font.clone();
        self.scene(&state, &font).draw(canvas);
        if let Some(map) = self.map.borrow_mut().as_mut() {
            let size = map.begin();
            let font = map.font.clone();
            let by_time = state.by_time();
            let brush =
                if by_time { Some((state.window.from, state.window.to)) } else { self.shown_range(&state) };
            map::draw(map, &state.map, &state.axis, brush, size, &font);
        }
        if let Some(told) = &*self.told.borrow() {
            told.set_text_content(Some(&in_words(&state)));
        }
        let moving = js_sys::Date::now() - self.moved.get() < f64::from(STILL);
        let short = size.0 >= 1.0 && (resized || state.is_short(if moving { 0.4 } else { EXACT }));
        let later = !short && moving && state.is_short(EXACT);
        drop(state);
        if short {
            self.request();
        } else if later && !self.later.replace(true) {
            let stage = self.clone();
            Timeout::new(STILL, move || {
                stage.later.set(false);
                stage.paint();
            })
            .forget();
        }
    }

    fn shown_range(&self, state: &State) -> Option<(i64, i64)> {
        state.ask.range.map(|(from, to)| (state.axis.shown(from), state.axis.shown(to)))
    }

    fn scene<'a>(&self, state: &'a State, font: &'a Font) -> Scene<'a> {
        Scene {
            view: &state.view,
            marks: &state.marks,
            critical: &state.path,
            number: self.number.get(),
            window: state.window,
            size: state.size,
            axis: &state.axis,
            mode: state.of.0,
            weight: state.of.1,
            range: state.range,
            selected: state.selected.as_ref().map(|item| item.place),
            font,
        }
    }

    /// The picture as it is, as an SVG file.
    pub fn svg(&self) -> String {
        let (state, canvas) = (self.state.borrow(), self.canvas.borrow());
        let (palette, font) = match &*canvas {
            Some(canvas) => (canvas.palette.clone(), canvas.font.clone()),
            None => Default::default(),
        };
        let mut svg = Svg::new(&palette);
        self.scene(&state, &font).draw(&mut svg as &mut dyn Surface);
        svg.finish(state.size.0, state.size.1)
    }

    /// The canvas that holds the picture.
    pub fn element(&self) -> Option<HtmlCanvasElement> {
        self.canvas.borrow().as_ref().map(|canvas| canvas.element.clone())
    }

    /// Asks for what is seen, unless it is being asked for.
    fn request(self: &Rc<Self>) {
        if self.waiting.get() {
            self.again.set(true);
            return;
        }
        let state = self.state.borrow();
        if state.size.0 < 1.0 {
            drop(state);
            return self.paint();
        }
        let command = self.command(&state, FlameWant::View(state.wanted()));
        let (fits, mode, weight) = (state.fits, state.ask.mode, state.ask.weight);
        drop(state);
        self.waiting.set(true);
        let (stage, asked) = (self.clone(), self.asked.get());
        let of = (mode, weight);
        self.client.ask(command, move |reply| {
            stage.waiting.set(false);
            match reply {
                Ok(Answer::Flame(FlameAnswer::View(view))) if stage.asked.get() == asked => {
                    stage.take(*view, of, fits)
                }
                Ok(_) => {}
                Err(why) => stage.heard.emit(Heard::Failed(why)),
            }
            let again = stage.again.replace(false) && stage.state.borrow().is_short(EXACT);
            if again || stage.asked.get() != asked {
                stage.request();
            }
        });
    }

    fn take(self: &Rc<Self>, view: FlameView, of: (FlameMode, FlameWeight), fits: bool) {
        self.number.set(self.number.get().wrapping_add(1));
        // Of weights the root alone is there in any case.
        let by_time = of == (FlameMode::Time, FlameWeight::Time);
        let empty = view.rows == 0 || !by_time && view.to.saturating_sub(view.from) <= 1;
        let info = Info {
            rows: view.rows,
            empty: empty.then_some(of.1),
            found: view.found,
            middle: view.middle.map(|middle| middle.1),
            notes: view.notes.clone(),
        };
        {
            let mut state = self.state.borrow_mut();
            (state.marks, state.path) = (FlameMark::unpack(&view.marks), FlameMark::unpack(&view.critical));
            if fits && state.fits {
                state.window = Window { top: state.window.top, ..Window::all((view.from, view.to)) };
            }
            (state.view, state.of) = (view, of);
        }
        self.heard.emit(Heard::View(info));
        self.paint();
    }

    fn ask_map(self: &Rc<Self>) {
        let state = self.state.borrow();
        let width = self.map.borrow().as_ref().map_or(0, |map| map.element.client_width());
        let command = self.command(&state, FlameWant::Map(width.max(1) as u32 / 2));
        drop(state);
        let (stage, asked) = (self.clone(), self.asked.get());
        self.client.ask(command, move |reply| {
            if let Ok(Answer::Flame(FlameAnswer::Map(map))) = reply
                && stage.asked.get() == asked
            {
                let mut state = stage.state.borrow_mut();
                state.axis = map.axis();
                state.map = map;
                let by_time = state.by_time();
                state.range = by_time.then(|| stage.shown_range(&state)).flatten();
                drop(state);
                stage.paint();
            }
        });
    }

    fn command(&self, state: &State, want: FlameWant) -> Command {
        Command::Flame(Box::new(FlameAsk { want, ..state.ask.clone() }))
    }

    /// Changes the window and draws.
    fn look(self: &Rc<Self>, change: impl FnOnce(Window, (i64, i64)) -> Window) {
        self.moved.set(js_sys::Date::now());
        {
            let mut state = self.state.borrow_mut();
            let all = (state.view.from, state.view.to);
            state.window = change(state.window, all);
            state.fits = (state.window.from, state.window.to) == (all.0, Window::all(all).to);
        }
        self.paint();
    }

    /// Shows all of it.
    pub fn fit(self: &Rc<Self>) {
        self.look(|_, all| Window::all(all));
    }

    /// Closer or further away, at a share of the width.
    pub fn zoom(self: &Rc<Self>, share: f64, times: f64) {
        self.look(|window, all| window.zoomed(all, share, times));
    }

    /// Sideways, by a share of the width.
    pub fn pan(self: &Rc<Self>, share: f64) {
        self.look(|window, all| window.moved(all, share));
    }

    /// Up or down, by pixels.
    pub fn scroll(self: &Rc<Self>, by: f64) {
        self.look(|window, _| Window { top: window.top + by, ..window });
    }

    /// Brings the chosen span to the whole width.
    pub fn focus(self: &Rc<Self>) {
        let place = self.state.borrow().selected.as_ref().map(|item| item.place);
        if let Some((_, from, to)) = place {
            let to = to.max(from.saturating_add(1));
            self.look(|window, all| Window { from, to, ..window }.zoomed(all, 0.5, 1.02));
        }
    }

    /// Brings a range of the shown axis to the whole width.
    pub fn look_at(self: &Rc<Self>, from: i64, to: i64) {
        self.look(|window, all| {
            Window { from: from.min(to), to: from.max(to), ..window }.zoomed(all, 0.5, 1.0)
        });
    }

    /// From the chosen span, or from the edge of the window, to another one.
    pub fn step(self: &Rc<Self>, step: FlameStep) {
        let state = self.state.borrow();
        let place = state.selected.as_ref().map(|item| item.place);
        let want = match (place, step) {
            (Some(place), step) => FlameWant::Step(place, step),
            (None, FlameStep::Next | FlameStep::Previous) => {
                FlameWant::Step((0, state.window.from.saturating_sub(1), state.window.from), step)
            }
            (None, _) => match state.marks.iter().find(|mark| mark.x + mark.width > 0) {
                Some(mark) => FlameWant::Item(mark.item),
                None => return,
            },
        };
        self.ask_item(&state, want, true);
    }

    /// Chooses what is at a point, or nothing.
    fn choose(self: &Rc<Self>, x: f64, y: f64) {
        let state = self.state.borrow();
        let font = Font::default();
        let item = self.scene(&state, &font).hit(x, y).map(|mark| mark.item);
        match item {
            Some(item) => self.ask_item(&state, FlameWant::Item(item), false),
            None => {
                drop(state);
                self.select(None);
            }
        }
    }

    fn ask_item(self: &Rc<Self>, state: &State, want: FlameWant, follow: bool) {
        let (stage, asked) = (self.clone(), self.asked.get());
        self.client.ask(self.command(state, want), move |reply| {
            let Ok(Answer::Flame(FlameAnswer::Item(Some(item)))) = reply else { return };
            if stage.asked.get() != asked {
                return;
            }
            if follow {
                let (row, from, to) = item.place;
                let (height, first) = {
                    let state = stage.state.borrow();
                    (state.size.1, top(state.of.0))
                };
                stage.look(|window, all| {
                    let (above, below) = (f64::from(row) * ROW, f64::from(row + 2) * ROW + first - height);
                    let top = window.top.min(above).max(below);
                    Window { top, ..window.showing(all, from, to) }
                });
            }
            stage.select(Some(Rc::new(*item)));
        });
    }

    /// Chooses a span, or none.
    pub fn select(self: &Rc<Self>, item: Option<Rc<FlameItem>>) {
        self.state.borrow_mut().selected.clone_from(&item);
        self.heard.emit(Heard::Selected(item));
        self.paint();
    }
}

/// What is in view, in words.
fn in_words(state: &State) -> String {
    let Window { from, to, .. } = state.window;
    if !state.by_time() || state.view.rows == 0 {
        return String::new();
    }
    let (from, to) = (state.axis.real(from), state.axis.real(to));
    let (first, last) = (state.axis.real(state.view.from), state.axis.real(state.view.to));
    let length = |from: i64, to: i64| Nanos(to.saturating_sub(from));
    let step = if length(from, to).0 < 10_000_000_000 { 1_000_000 } else { 1_000_000_000 };
    let seen = format!("{} to {}, {}", clock(from, step), clock(to, step), format::nanos(length(from, to)));
    if (from, to) == (first, last) {
        seen
    } else {
        format!("{seen} of {}", format::nanos(length(first, last)))
    }
}

//! The flame screen: every span in the order of time, merged by name, or around one name; as wide as its time, its
//! tokens or its dollars.

mod bar;
mod canvas;
mod item;
mod map;
mod picture;
mod place;
mod save;
mod scene;
mod side;
mod stage;
mod surface;
mod table;
mod window;

use std::rc::Rc;

use engine::protocol::{FlameAsk, FlameItem, FlameMode, FlameStep, FlameWeight};
use yew::prelude::*;

use self::picture::Picture;
use self::place::Place;
use self::side::Side;
use self::stage::{Heard, Info, Stage};
use self::table::Names;
use crate::client::use_client;
use crate::platform::focus::is_in;
use crate::platform::keys::{is_typing, listen};
use crate::route::Screen;
use crate::state::use_view;
use crate::widgets::{Empty, ErrorState, IconName};

/// What a person changes about the picture, beside what the address holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Only this name, and what it is called.
    pub focus: Option<(u32, String)>,
    /// Without these.
    pub drop: Vec<(u32, String)>,
    /// Folded up.
    pub collapse: Vec<(u32, String)>,
    /// The name in the middle of the sandwich.
    pub name: Option<u32>,
    /// From the leaves up.
    pub invert: bool,
    /// Idle gaps as long as they were.
    pub idle: bool,
    /// With the critical path.
    pub critical: bool,
    /// What is looked for.
    pub search: String,
    /// Names in the order of their own weight.
    pub by_self: bool,
    /// The table instead of the picture in time order.
    pub twin: bool,
}

/// Spans that were chosen: the last one, and those that were pinned to stand beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chosen {
    /// The last one.
    pub item: Option<Rc<FlameItem>>,
    /// Pinned ones.
    pub pinned: Vec<Rc<FlameItem>>,
}

/// The flame screen.
#[component]
pub fn Flame() -> Html {
    let (client, view) = (use_client(), use_view());
    let options = use_state_eq(Options::default);
    let info = use_state_eq(Info::default);
    let item = use_state_eq(|| None::<Rc<FlameItem>>);
    let pinned = use_state_eq(Vec::<Rc<FlameItem>>::new);
    let error = use_state_eq(String::new);
    let range = use_state_eq(|| None::<Option<(i64, i64)>>);
    let stage = use_memo((), |()| {
        let (info, item, error, range) = (info.setter(), item.setter(), error.setter(), range.setter());
        let heard = Callback::from(move |heard| match heard {
            Heard::View(now) => {
                error.set(String::new());
                info.set(now);
            }
            Heard::Selected(now) => item.set(now),
            Heard::Range(now) => range.set(Some(now)),
            Heard::Failed(why) => error.set(why),
        });
        Stage::new(client, heard)
    });
    let stage: Rc<Stage> = (*stage).clone();
    let place = Place::read(&view.view().flame);

    // What the stage says is brought into the address by a view that is fresh.
    use_effect_with(*range, {
        let (view, place, range) = (view.clone(), place.clone(), range.setter());
        move |now| {
            if let Some(now) = *now {
                range.set(None);
                view.update(|view| view.flame = Place { range: now, ..place }.write());
            }
        }
    });
    let ask = FlameAsk {
        filter: view.view().filter.clone(),
        mode: place.mode,
        weight: place.weight,
        range: place.range,
        focus: options.focus.as_ref().map(|focus| focus.0),
        drop: options.drop.iter().map(|name| name.0).collect(),
        collapse: options.collapse.iter().map(|name| name.0).collect(),
        name: options.name.filter(|_| place.mode == FlameMode::Sandwich),
        invert: options.invert && place.mode == FlameMode::LeftHeavy,
        compress: !options.idle,
        search: options.search.clone(),
        ..FlameAsk::default()
    };
    let open = {
        let view = view.clone();
        Callback::from(move |call| {
            let mut next = view.view().at(Screen::Requests);
            next.call = Some(call);
            view.set(next);
        })
    };
    use_effect_with((place.clone(), (*options).clone(), (*item).clone()), {
        let (stage, view, options, open) = (stage.clone(), view.clone(), options.clone(), open.clone());
        move |(place, _, item)| {
            let (place, item) = (place.clone(), item.clone());
            let listener = listen(move |event| {
                if event.ctrl_key()
                    || event.meta_key()
                    || event.alt_key()
                    || is_typing(event)
                    || is_in("dialog")
                {
                    return;
                }
                let mode = |mode| view.update(|view| view.flame = Place { mode, ..place.clone() }.write());
                match event.key().as_str() {
                    "1" => mode(FlameMode::Time),
                    "2" => mode(FlameMode::LeftHeavy),
                    "3" => mode(FlameMode::Sandwich),
                    "w" => stage.zoom(0.5, 0.8),
                    "s" => stage.zoom(0.5, 1.25),
                    "a" => stage.pan(-0.15),
                    "d" => stage.pan(0.15),
                    "0" => stage.fit(),
                    "f" => stage.focus(),
                    "r" => stage.range_of_chosen(),
                    "n" => stage.step(FlameStep::Next),
                    "N" => stage.step(FlameStep::Previous),
                    "t" => options.set(Options { twin: !options.twin, ..(*options).clone() }),
                    "Escape" if item.is_some() => stage.select(None),
                    "Escape" if place.range.is_some() => {
                        view.update(|view| view.flame = Place { range: None, ..place.clone() }.write());
                    }
                    "Enter" if is_in(".flame-canvas") => match item.as_ref().and_then(|item| item.call) {
                        Some(call) => open.emit(call),
                        None => return,
                    },
                    key if is_in(".flame-canvas") => match key {
                        "ArrowLeft" => stage.step(FlameStep::Left),
                        "ArrowRight" => stage.step(FlameStep::Right),
                        "ArrowUp" => stage.step(FlameStep::Up),
                        "ArrowDown" => stage.step(FlameStep::Down),
                        "PageUp" => stage.scroll(-200.0),
                        "PageDown" => stage.scroll(200.0),
                        _ => return,
                    },
                    _ => return,
                }
                event.prevent_default();
            });
            move || drop(listener)
        }
    });

    let chosen = Chosen { item: (*item).clone(), pinned: (*pinned).clone() };
    let in_time = place.mode == FlameMode::Time;
    let table = !in_time || options.twin;
    let class = match place.mode {
        FlameMode::Time => "in-time",
        FlameMode::LeftHeavy => "left-heavy",
        FlameMode::Sandwich => "sandwich",
    };
    html! {
        <div class={classes!("flame-screen", class, (options.twin && in_time).then_some("twin"))}>
            { bar::bar(&stage, &view, &place, &options, &info) }
            if !error.is_empty() {
                <ErrorState title="The picture could not be drawn"><p>{ &*error }</p></ErrorState>
            }
            <Picture stage={picture::Handle(stage.clone())} ask={ask.clone()} critical={options.critical} rows={info.rows} />
            if let Some(weight) = info.empty {
                { nothing(weight) }
            }
            if table {
                <div class="flame-table">
                    <Names ask={ask.clone()} options={options.clone()} middle={info.middle} />
                </div>
            }
            <Side stage={picture::Handle(stage.clone())} {ask} view={view.clone()} />
            { item::drawer(&stage, &chosen, &options, &pinned, &open) }
        </div>
    }
}

/// Why the picture is empty.
fn nothing(weight: FlameWeight) -> Html {
    let (title, why) = match weight {
        FlameWeight::Time => (
            "No durations in these files",
            "No span here says both when it began and when it ended. Tokens and dollars have a picture.",
        ),
        FlameWeight::Tokens => ("No tokens in these files", "No call here tells how many tokens it had."),
        FlameWeight::Dollars => (
            "No call here is priced",
            "A price takes a model that is on the list and a call that tells its tokens. The bill says what is missing.",
        ),
    };
    html! { <div class="flame-nothing"><Empty icon={IconName::Clock} {title}><p>{ why }</p></Empty></div> }
}

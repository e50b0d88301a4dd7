//! The place of the picture and of the minimap, and what happens over them.

use std::rc::Rc;

use engine::protocol::FlameAsk;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, HtmlCanvasElement, HtmlElement, MutationObserver, MutationObserverInit, PointerEvent,
    ResizeObserver, WheelEvent,
};
use yew::prelude::*;

use super::bar::{TOLD, more};
use super::scene::height;
use super::stage::{Hover, Stage};
use super::surface::swatch;
use crate::format;
use crate::state::use_session;
use crate::widgets::{Prov, Swatch, underline, use_style};

/// The stage as a property: the same one is equal.
#[derive(Clone)]
pub struct Handle(pub Rc<Stage>);

impl PartialEq for Handle {
    fn eq(&self, other: &Handle) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Properties of [`Picture`].
#[derive(Clone, PartialEq, Properties)]
pub struct PictureProps {
    /// What draws.
    pub stage: Handle,
    /// Which picture.
    pub ask: FlameAsk,
    /// With the critical path.
    pub critical: bool,
    /// How many rows the picture has.
    pub rows: u32,
}

/// What a pointer is over. Yew hears all events at the root of the page.
fn over(event: &PointerEvent) -> Option<Element> {
    event.target().and_then(|over| over.dyn_into::<Element>().ok())
}

/// Where a pointer is, px from the edges of what it is over, and how wide that is.
fn point(event: &PointerEvent) -> (f64, f64, f64) {
    let width = over(event).map_or(1, |over| over.client_width().max(1));
    (event.offset_x().into(), event.offset_y().into(), width.into())
}

/// The pointer stays with what it was pressed on.
fn hold(event: &PointerEvent) {
    if let Some(over) = over(event) {
        // An error only where the pointer is gone.
        let _ = over.set_pointer_capture(event.pointer_id());
    }
}

/// Minimap and picture.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let (canvas, map, frame) = (use_node_ref(), use_node_ref(), use_node_ref());
    let hover = use_state_eq(|| None::<Hover>);
    let pressed = use_mut_ref(|| None::<f64>);
    let stage = props.stage.0.clone();
    let generation = use_session().info.generation;

    use_effect_with((), {
        let (stage, canvas, map, hover) = (stage.clone(), canvas.clone(), map.clone(), hover.setter());
        move |()| {
            let told = gloo::utils::document().get_element_by_id(TOLD);
            stage.stand(canvas.cast(), map.cast(), told);
            stage.on_hover(Callback::from(move |now| hover.set(now)));
            let watched = watch(&stage, canvas.cast());
            move || {
                drop(watched);
                stage.stand(None, None, None);
            }
        }
    });
    use_effect_with((props.ask.clone(), props.critical, generation), {
        let stage = stage.clone();
        move |(ask, critical, _)| stage.show(ask.clone(), *critical)
    });
    // Beside a table a picture is as high as its rows, as far as there is room.
    use_style(&frame, "--flame-height", format!("{}px", height(props.ask.mode, props.rows.max(3))));

    let onpointerdown = {
        let stage = stage.clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                hold(&event);
                let (x, y, _) = point(&event);
                stage.press(x, y, event.shift_key());
            }
        })
    };
    let onpointermove = {
        let stage = stage.clone();
        Callback::from(move |event: PointerEvent| {
            let (x, y, _) = point(&event);
            stage.point(x, y);
        })
    };
    let onpointerup = {
        let stage = stage.clone();
        Callback::from(move |event: PointerEvent| {
            let (x, y, _) = point(&event);
            stage.release(x, y);
        })
    };
    let onpointerleave = {
        let stage = stage.clone();
        Callback::from(move |_: PointerEvent| stage.leave())
    };
    let ondblclick = {
        let stage = stage.clone();
        Callback::from(move |_: MouseEvent| stage.focus())
    };
    let press_map = {
        let pressed = pressed.clone();
        Callback::from(move |event: PointerEvent| {
            hold(&event);
            let (x, _, width) = point(&event);
            *pressed.borrow_mut() = Some(x / width);
        })
    };
    let release_map = {
        let stage = stage.clone();
        Callback::from(move |event: PointerEvent| {
            let (x, _, width) = point(&event);
            if let Some(from) = pressed.borrow_mut().take() {
                let to = (x / width).clamp(0.0, 1.0);
                // Less than that is a click.
                let to = if (to - from).abs() * width < 4.0 { from } else { to };
                stage.brush(from, to);
            }
        })
    };
    html! {
        <>
            <div class="flame-map">
                <canvas ref={map} role="img" aria-label="Model calls running over time, and errors; drag to look at a part"
                    onpointerdown={press_map} onpointerup={release_map} />
            </div>
            <div class="flame-picture" ref={frame}>
                <canvas ref={canvas} class="flame-canvas" tabindex="0" role="application"
                    aria-label="Flame graph. Arrow keys move between spans, Enter opens the request; press t for the table."
                    {onpointerdown} {onpointermove} {onpointerup} {onpointerleave} {ondblclick} />
                if let Some(hover) = &*hover {
                    <Tip hover={hover.clone()} />
                }
            </div>
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct TipProps {
    hover: Hover,
}

/// What is under the pointer, beside it.
#[component]
fn Tip(props: &TipProps) -> Html {
    let tip = use_node_ref();
    let Hover { item, more: others, at } = &props.hover;
    use_effect_with((*at, item.item), {
        let tip = tip.clone();
        move |&((x, y), _)| {
            let Some(tip) = tip.cast::<HtmlElement>() else { return };
            let Some(frame) = tip.parent_element() else { return };
            let (w, h) = (f64::from(tip.offset_width()), f64::from(tip.offset_height()));
            let (width, height) = (f64::from(frame.client_width()), f64::from(frame.client_height()));
            let left = if x + 12.0 + w <= width { x + 12.0 } else { (x - 12.0 - w).max(0.0) };
            let top = (y + 12.0).min(height - h).max(0.0);
            // The page's policy forbids style attributes; properties of the object are allowed.
            let _ = tip.style().set_property("left", &format!("{left}px"));
            let _ = tip.style().set_property("top", &format!("{top}px"));
        }
    });
    html! {
        <div class="tip" ref={tip}>
            <b><Swatch fill={swatch(item.style)} />{ " " }{ &item.name }</b>
            if let Some(start) = item.start {
                <span class="dim">{ format::moment(start) }</span>
            }
            <dl>{ for item.fields.iter().map(|field| html! {
                <><dt>{ &field.name }</dt><dd><span class={underline(field.from)}>{ &field.value }</span>{ " " }<Prov from={field.from} /></dd></>
            }) }</dl>
            if *others > 0 {
                <span class="dim">{ more(*others) }</span>
            }
        </div>
    }
}

/// What is listened to until it is dropped.
struct Watched {
    resize: ResizeObserver,
    theme: MutationObserver,
    _heard: Closure<dyn FnMut(JsValue)>,
    _listeners: (EventListener, Option<EventListener>),
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.resize.disconnect();
        self.theme.disconnect();
    }
}

/// Listens to what changes the picture from outside.
fn watch(stage: &Rc<Stage>, canvas: Option<HtmlCanvasElement>) -> Option<Watched> {
    let canvas = canvas?;
    let again = stage.clone();
    let repaint = Closure::<dyn FnMut(JsValue)>::new(move |_| again.paint());
    let resize = ResizeObserver::new(repaint.as_ref().unchecked_ref()).ok()?;
    resize.observe(&canvas);
    let theme = MutationObserver::new(repaint.as_ref().unchecked_ref()).ok()?;
    let attributes = MutationObserverInit::new();
    attributes.set_attributes(true);
    theme.observe_with_options(&gloo::utils::document_element(), &attributes).ok()?;
    let again = stage.clone();
    let dark = gloo::utils::window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let dark = dark.map(|dark| EventListener::new(&dark, "change", move |_| again.paint()));
    let stage = stage.clone();
    let options = EventListenerOptions::enable_prevent_default();
    let wheel = EventListener::new_with_options(&canvas, "wheel", options, move |event| {
        let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
        event.prevent_default();
        let lines = if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { 16.0 } else { 1.0 };
        let (dx, dy) = (event.delta_x() * lines, event.delta_y() * lines);
        let width = f64::from(
            event
                .target()
                .and_then(|at| at.dyn_into::<Element>().ok())
                .map_or(1, |at| at.client_width().max(1)),
        );
        if event.shift_key() || dx.abs() > dy.abs() {
            let by = if dx == 0.0 { dy } else { dx };
            stage.pan(by / width);
        } else {
            let pinch = if event.ctrl_key() { 6.0 } else { 1.0 };
            stage.zoom(f64::from(event.offset_x()) / width, (dy * 0.0018 * pinch).clamp(-1.0, 1.0).exp());
        }
    });
    Some(Watched { resize, theme, _heard: repaint, _listeners: (wheel, dark) })
}

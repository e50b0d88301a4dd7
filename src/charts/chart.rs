//! The frame of every chart: measures the place, shows what the pointer or the keyboard is at.

use std::rc::Rc;

use web_sys::HtmlElement;
use yew::prelude::*;

use super::mark::px;
use crate::widgets::{Swatch, use_width};

/// A chart at one width.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    /// In pixels.
    pub height: f64,
    /// The SVG inside.
    pub marks: Html,
    /// What can be pointed at, in the order of the arrow keys.
    pub spots: Vec<Spot>,
}

/// A place in a chart that has something to say.
#[derive(Clone, Debug, Default)]
pub struct Spot {
    /// Left, top, width, height.
    pub area: [f64; 4],
    /// The tooltip's heading.
    pub title: AttrValue,
    /// Its figures.
    pub rows: Vec<Fact>,
}

/// A line of a tooltip.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The colour in the chart.
    pub fill: Option<AttrValue>,
    /// What it is.
    pub label: AttrValue,
    /// How much.
    pub value: AttrValue,
}

impl Fact {
    /// A fact without a colour.
    pub fn new(label: impl Into<AttrValue>, value: impl Into<AttrValue>) -> Fact {
        Fact { fill: None, label: label.into(), value: value.into() }
    }

    /// A fact about marks of this colour.
    pub fn of(fill: AttrValue, label: impl Into<AttrValue>, value: impl Into<AttrValue>) -> Fact {
        Fact { fill: Some(fill), label: label.into(), value: value.into() }
    }
}

/// What [`Chart`] takes.
#[derive(Properties, PartialEq)]
pub struct ChartProps {
    /// What the picture shows, for those who do not see it.
    pub label: AttrValue,
    /// Draws at a width.
    pub draw: Callback<f64, Drawing>,
    /// Told the number of the spot that was clicked.
    #[prop_or_default]
    pub onpick: Option<Callback<usize>>,
}

/// The spot that is shown, and where its tooltip points.
#[derive(Clone, Copy, PartialEq)]
struct Active {
    spot: usize,
    at: (f64, f64),
}

/// A chart with tooltips. One tab stop; the arrow keys go from spot to spot.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let frame = use_node_ref();
    let tip = use_node_ref();
    let width = use_width(&frame).floor();
    let drawing = use_memo((props.draw.clone(), width.to_bits()), |(draw, _)| match width {
        w if w > 0.0 => draw.emit(w),
        _ => Drawing::default(),
    });
    let active = use_state_eq(|| None::<Active>);
    let shown = active.and_then(|a| drawing.spots.get(a.spot).map(|spot| (a, spot)));

    use_effect_with((*active, width.to_bits()), {
        let (tip, height) = (tip.clone(), drawing.height);
        move |(active, _)| {
            if let (Some(active), Some(tip)) = (active, tip.cast::<HtmlElement>()) {
                place(&tip, active.at, (width, height));
            }
        }
    });

    let onpointermove = {
        let (active, frame, drawing) = (active.clone(), frame.clone(), drawing.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(frame) = frame.cast::<web_sys::Element>() else { return };
            let edges = frame.get_bounding_client_rect();
            let at = (f64::from(event.client_x()) - edges.left(), f64::from(event.client_y()) - edges.top());
            let hit = drawing.spots.iter().position(|spot| holds(spot.area, at));
            active.set(hit.map(|spot| Active { spot, at }));
        })
    };
    let clear = {
        let active = active.clone();
        move || active.set(None)
    };
    let pick = {
        let (onpick, active) = (props.onpick.clone(), active.clone());
        move || {
            if let (Some(onpick), Some(active)) = (&onpick, *active) {
                onpick.emit(active.spot);
            }
        }
    };
    let go = {
        let (active, drawing) = (active.clone(), drawing.clone());
        move |spot: usize| {
            if let Some([x, y, w, h]) = drawing.spots.get(spot).map(|s| s.area) {
                active.set(Some(Active { spot, at: (x + w / 2.0, y + h / 2.0) }));
            }
        }
    };
    let onkeydown = {
        let (go, clear, pick, active) = (go.clone(), clear.clone(), pick.clone(), active.clone());
        let last = drawing.spots.len().saturating_sub(1);
        Callback::from(move |event: KeyboardEvent| {
            let now = active.map(|a| a.spot);
            match event.key().as_str() {
                "ArrowRight" | "ArrowDown" => go(now.map_or(0, |i| (i + 1).min(last))),
                "ArrowLeft" | "ArrowUp" => go(now.unwrap_or(0).saturating_sub(1)),
                "Home" => go(0),
                "End" => go(last),
                "Enter" | " " => pick(),
                "Escape" if now.is_some() => clear(),
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    // A click gives focus too, but its place is already shown.
    let onfocus = {
        let active = active.clone();
        Callback::from(move |_: FocusEvent| {
            if active.is_none() {
                go(0);
            }
        })
    };
    let class = classes!("chart", props.onpick.is_some().then_some("picks"));
    html! {
        <div ref={frame} {class}>
            if width > 0.0 {
                <svg width={px(width)} height={px(drawing.height)} role="img" aria-label={props.label.clone()}
                    tabindex={(!drawing.spots.is_empty()).then_some("0")} {onpointermove} {onkeydown} {onfocus}
                    onpointerleave={let clear = clear.clone(); move |_| clear()} onblur={move |_| clear()}
                    onclick={move |_| pick()}>
                    <Marks drawing={Drawn(drawing.clone())} />
                    if let Some((_, Spot { area: [x, y, w, h], .. })) = shown {
                        <rect class="spot" x={px(*x)} y={px(*y)} width={px(*w)} height={px(*h)} />
                    }
                </svg>
            }
            <div class="tip-status" role="status">
                if let Some((_, spot)) = shown {
                    <div class="tip" ref={tip}>
                        <b>{ &spot.title }</b>
                        <dl>{ for spot.rows.iter().map(fact) }</dl>
                    </div>
                }
            </div>
        </div>
    }
}

fn fact(fact: &Fact) -> Html {
    html! {
        <>
            <dt>
                if let Some(fill) = &fact.fill {
                    <Swatch {fill} />
                }
                { &fact.label }
            </dt>
            <dd>{ &fact.value }</dd>
        </>
    }
}

fn holds([x, y, w, h]: [f64; 4], (px, py): (f64, f64)) -> bool {
    px >= x && px < x + w && py >= y && py < y + h
}

/// Beside the pointer; on its other side where the edge is near.
fn place(tip: &HtmlElement, (x, y): (f64, f64), (width, height): (f64, f64)) {
    const GAP: f64 = 12.0;
    let (w, h) = (f64::from(tip.offset_width()), f64::from(tip.offset_height()));
    let left = if x + GAP + w <= width { x + GAP } else { (x - GAP - w).max(0.0) };
    let top = (y + GAP).min(height - h).max(0.0);
    let style = tip.style();
    // The page's policy forbids style attributes; properties of the object are allowed.
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{top}px"));
}

/// The same drawing is the same object: hundreds of marks are not compared on every move of the pointer.
#[derive(Clone)]
struct Drawn(Rc<Drawing>);

impl PartialEq for Drawn {
    fn eq(&self, other: &Drawn) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
struct MarksProps {
    drawing: Drawn,
}

#[component]
fn Marks(props: &MarksProps) -> Html {
    props.drawing.0.marks.clone()
}

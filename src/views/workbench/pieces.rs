//! The tokens of the typed texts, coloured piece by piece. Texts may have hundreds of thousands of them, so only
//! the blocks in view hold any.

use std::rc::Rc;

use engine::protocol::{Answer, Command, Piece, Slot};
use gloo::timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit,
};
use yew::prelude::*;

use super::tip::Pointed;
use crate::{client::use_client, format, widgets::use_style};

/// Pieces in a block.
const BLOCK: u32 = 512;
/// How long typing has to rest before pieces follow, ms.
const REST: u32 = 150;
/// How far outside the view blocks are made ready.
const MARGIN: &str = "600px 0px";

/// What is shown of each piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Its text.
    #[default]
    Text,
    /// Its id.
    Ids,
    /// Its bytes.
    Bytes,
}

/// Properties of [`Pieces`].
#[derive(Properties, PartialEq)]
pub struct PiecesProps {
    /// Whose.
    pub slot: Slot,
    /// What that text is called.
    pub part: AttrValue,
    /// How many there are.
    pub tokens: u64,
    /// Grows with each count: older pieces are stale.
    pub version: u32,
    /// What is shown of each.
    pub show: Show,
    /// The box that scrolls.
    pub scroller: NodeRef,
    /// Called with the piece that is pointed at.
    pub onpoint: Callback<Option<Pointed>>,
}

/// All pieces of a text.
#[component]
pub fn Pieces(props: &PiecesProps) -> Html {
    let tokens = u32::try_from(props.tokens).unwrap_or(u32::MAX);
    (0..tokens.div_ceil(BLOCK))
        .map(|block| {
            let from = block * BLOCK;
            html! {
                <Block key={block} slot={props.slot} part={&props.part} {from} count={BLOCK.min(tokens - from)} version={props.version}
                    show={props.show} scroller={&props.scroller} onpoint={&props.onpoint} />
            }
        })
        .collect()
}

#[derive(Properties, PartialEq)]
struct BlockProps {
    slot: Slot,
    part: AttrValue,
    from: u32,
    count: u32,
    version: u32,
    show: Show,
    scroller: NodeRef,
    onpoint: Callback<Option<Pointed>>,
}

/// Some pieces that are asked for when they come into view. Out of view it only keeps its height.
#[component]
fn Block(props: &BlockProps) -> Html {
    let client = use_client();
    let node = use_node_ref();
    // Some is the height of a block out of view; a line holds about twelve pieces.
    let hidden = use_state_eq(|| Some(f64::from(props.count) / 12.0 * 22.0));
    let pieces = use_state(|| Rc::new(Vec::<Piece>::new()));
    let at = use_state_eq(|| None::<usize>);

    use_effect_with((node.clone(), props.scroller.clone()), {
        let hidden = hidden.clone();
        move |(node, scroller)| {
            let watch = watch(node, scroller, move |height| hidden.set(height));
            move || {
                if let Some((observer, heard)) = watch {
                    observer.disconnect();
                    drop(heard);
                }
            }
        }
    });
    let in_view = hidden.is_none();
    use_effect_with((in_view, props.version, props.count), {
        let (pieces, slot, from, count) = (pieces.clone(), props.slot, props.from, props.count);
        move |_| {
            // Where there are pieces already, they may stand until typing rests.
            let wait = if pieces.is_empty() { 0 } else { REST };
            let pieces = pieces.setter();
            let timer = in_view.then(|| {
                let pieces = pieces.clone();
                Timeout::new(wait, move || {
                    client.ask(Command::Pieces { slot, from, count }, move |reply| {
                        if let Ok(Answer::Pieces(found)) = reply {
                            pieces.set(Rc::new(found));
                        }
                    });
                })
            });
            if !in_view {
                pieces.set(Rc::default());
            }
            move || drop(timer)
        }
    });
    // What was drawn last keeps its place until its successor is there.
    let height = match *hidden {
        Some(height) => format!("{height}px"),
        None if pieces.is_empty() => format!("{}px", f64::from(props.count) / 12.0 * 22.0),
        None => "auto".to_owned(),
    };
    use_style(&node, "height", height);

    let point = {
        let (pieces, at, onpoint, part) =
            (pieces.clone(), at.clone(), props.onpoint.clone(), props.part.clone());
        Callback::from(move |place: Option<(usize, Element)>| {
            at.set(place.as_ref().map(|(i, _)| *i));
            onpoint.emit(place.and_then(|(i, element)| Some(Pointed::new(pieces.get(i)?, &part, &element))));
        })
    };
    let onmouseover = {
        let (point, node) = (point.clone(), node.clone());
        Callback::from(move |event: MouseEvent| {
            let span = event.target_dyn_into::<Element>().and_then(|e| e.closest("[data-id]").ok().flatten());
            let place = span.and_then(|span| Some((index_in(&node, &span)?, span)));
            point.emit(place);
        })
    };
    let onkeydown = {
        let (point, node, at, last) =
            (point.clone(), node.clone(), at.clone(), pieces.len().saturating_sub(1));
        Callback::from(move |event: KeyboardEvent| {
            let to = match (event.key().as_str(), *at) {
                ("ArrowRight" | "ArrowDown", None) => 0,
                ("ArrowRight" | "ArrowDown", Some(i)) => (i + 1).min(last),
                ("ArrowLeft" | "ArrowUp", i) => i.unwrap_or(0).saturating_sub(1),
                ("Home", _) => 0,
                ("End", _) => last,
                ("Escape", Some(_)) => {
                    point.emit(None);
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            let span = node.cast::<Element>().and_then(|block| block.children().item(to as u32));
            point.emit(span.map(|span| (to, span)));
        })
    };
    let leave = point.reform(|_: ()| None);
    let label = format!(
        "{} tokens {} to {}: arrows move",
        props.part,
        format::int(u64::from(props.from) + 1),
        format::int(u64::from(props.from + props.count)),
    );
    html! {
        <div ref={node} class="pieces" role="group" aria-label={label} tabindex={in_view.then_some("0")}
            {onmouseover} {onkeydown} onmouseleave={leave.reform(|_| ())} onblur={leave.reform(|_| ())}>
            if in_view {
                { for pieces.iter().enumerate().map(|(i, piece)| {
                    let tint = ["p1", "p2", "p3", "p4"][(props.from as usize + i) % 4];
                    html! {
                        <span class={classes!(tint, (*at == Some(i)).then_some("on"))} data-id={piece.id.to_string()}>
                            { content(piece, props.show) }
                        </span>
                    }
                }) }
            }
        </div>
    }
}

/// What is shown of a piece.
fn content(piece: &Piece, show: Show) -> String {
    match show {
        // The arrow makes the end of a line visible, and a piece of nothing else.
        Show::Text => piece.text.replace('\n', "↵\n"),
        Show::Ids => format!("{} ", piece.id),
        Show::Bytes => piece.bytes.iter().map(|byte| format!("{byte:02x} ")).collect(),
    }
}

/// The place of a piece among those of its block.
fn index_in(block: &NodeRef, span: &Element) -> Option<usize> {
    let block = block.cast::<Element>()?;
    let mut place = 0;
    let mut before = span.previous_element_sibling();
    while let Some(element) = before {
        place += 1;
        before = element.previous_element_sibling();
    }
    block.contains(Some(span)).then_some(place)
}

/// An observer, and what it calls.
type Watch = (IntersectionObserver, Closure<dyn FnMut(Array)>);

/// Tells when a block comes into view (`None`) and leaves it (its height).
fn watch(node: &NodeRef, scroller: &NodeRef, tell: impl Fn(Option<f64>) + 'static) -> Option<Watch> {
    let block = node.cast::<HtmlElement>()?;
    let heard = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
        // Only the newest state counts.
        if let Ok(entry) = entries.get(entries.length() - 1).dyn_into::<IntersectionObserverEntry>() {
            tell((!entry.is_intersecting()).then(|| entry.bounding_client_rect().height()));
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_root(scroller.cast::<Element>().as_ref());
    options.set_root_margin(MARGIN);
    let observer = IntersectionObserver::new_with_options(heard.as_ref().unchecked_ref(), &options).ok()?;
    observer.observe(&block);
    Some((observer, heard))
}

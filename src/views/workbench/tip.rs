//! The tooltip of a piece.

use engine::protocol::Piece;
use web_sys::Element;
use yew::prelude::*;

use crate::widgets::use_style;

/// The piece that is pointed at, and where it is on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointed {
    piece: Piece,
    part: AttrValue,
    left: f64,
    top: f64,
    bottom: f64,
}

impl Pointed {
    /// A piece, the name of its text and the element that shows it.
    pub fn new(piece: &Piece, part: &AttrValue, element: &Element) -> Pointed {
        let place = element.get_bounding_client_rect();
        let (left, top, bottom) = (place.left(), place.top(), place.bottom());
        Pointed { piece: piece.clone(), part: part.clone(), left, top, bottom }
    }
}

/// Properties of [`Tip`].
#[derive(Properties, PartialEq)]
pub struct TipProps {
    /// What is pointed at.
    pub pointed: Pointed,
}

/// Id and bytes of a piece.
#[component]
pub fn Tip(TipProps { pointed }: &TipProps) -> Html {
    /// Its widest and highest, px, so that it stays on the screen.
    const WIDTH: f64 = 340.0;
    const HEIGHT: f64 = 130.0;
    let Pointed { piece, part, left, top, bottom } = pointed;
    let node = use_node_ref();
    let room = gloo::utils::document_element().client_width();
    let above = *top > HEIGHT;
    use_style(&node, "left", format!("{:.0}px", left.min(f64::from(room) - WIDTH).max(0.0)));
    use_style(&node, "top", format!("{:.0}px", if above { top - 8.0 } else { bottom + 8.0 }));
    let shown: String = piece.text.chars().take(24).map(visible).collect();
    let bytes: Vec<String> = piece.bytes.iter().take(24).map(|byte| format!("{byte:02x}")).collect();
    html! {
        <div ref={node} class={classes!("tip", "piece-tip", above.then_some("above"))} role="status">
            <b>{ format!("“{shown}{}”", if piece.text.chars().count() > 24 { "…" } else { "" }) }</b>
            <dl>
                <dt>{ "id" }</dt>
                <dd data-fig="piece_id">{ piece.id }</dd>
                <dt>{ if piece.bytes.len() == 1 { "1 byte".to_owned() } else { format!("{} bytes", piece.bytes.len()) } }</dt>
                <dd class="mono">
                    { bytes.join(" ") }{ if piece.bytes.len() > 24 { " …" } else { "" } }
                </dd>
                <dt>{ "part" }</dt>
                <dd>{ part }</dd>
            </dl>
        </div>
    }
}

/// White space as signs that can be seen.
fn visible(c: char) -> char {
    match c {
        ' ' => '␣',
        '\n' => '↵',
        '\t' => '⇥',
        '\r' => '␍',
        c => c,
    }
}

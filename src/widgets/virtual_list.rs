//! Long lists: only the rows in view, and some around them, are in the page.

use std::ops::Range;

use gloo::events::EventListener;
use web_sys::Element;
use yew::prelude::*;

use crate::widgets::use_style;

/// Rows kept above and below the view, so that a turn of the wheel meets rows that are drawn already.
const OVERSCAN: u32 = 12;

/// The measures of a list, px.
#[derive(Clone, Copy, PartialEq)]
pub struct RowSizes {
    /// Height of a row.
    pub row: u32,
    /// Height of what sticks to the top of the list.
    pub head: u32,
}

/// The part of a list that is in view.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct InView {
    first: u32,
    count: u32,
}

impl InView {
    /// The rows in view, of a list with so many.
    pub fn seen(self, rows: u32) -> Range<u32> {
        let end = (self.first + self.count).min(rows);
        self.first.min(end)..end
    }

    /// The rows to draw.
    pub fn drawn(self, rows: u32) -> Range<u32> {
        let end = (self.first + self.count + OVERSCAN).min(rows);
        self.first.saturating_sub(OVERSCAN).min(end)..end
    }

    /// How many rows a page is, for the keys.
    pub fn page(self) -> u32 {
        self.count.max(2) - 1
    }
}

/// Follows the box that scrolls.
#[hook]
pub fn use_in_view(scroller: &NodeRef, sizes: RowSizes) -> InView {
    // A change within a row draws nothing.
    let view = use_state_eq(InView::default);
    use_effect_with(scroller.clone(), {
        let view = view.clone();
        move |scroller| {
            let listeners = scroller.cast::<Element>().map(|scroller| {
                let measure = {
                    let scroller = scroller.clone();
                    move || {
                        let row = f64::from(sizes.row);
                        let room = (f64::from(scroller.client_height()) - f64::from(sizes.head)).max(0.0);
                        view.set(InView {
                            first: (f64::from(scroller.scroll_top()) / row) as u32,
                            count: (room / row).ceil() as u32,
                        });
                    }
                };
                measure();
                let on_resize = measure.clone();
                [
                    EventListener::new(&scroller, "scroll", move |_| measure()),
                    EventListener::new(&gloo::utils::window(), "resize", move |_| on_resize()),
                ]
            });
            move || drop(listeners)
        }
    });
    *view
}

/// Scrolls as little as needed to bring a row into view.
pub fn reveal(scroller: &NodeRef, sizes: RowSizes, row: u32) {
    let Some(scroller) = scroller.cast::<Element>() else { return };
    let top = (row * sizes.row) as i32;
    let bottom = top + sizes.row as i32 - (scroller.client_height() - sizes.head as i32);
    if top < scroller.scroll_top() {
        scroller.set_scroll_top(top);
    } else if bottom > scroller.scroll_top() {
        scroller.set_scroll_top(bottom);
    }
}

/// Properties of [`Spacer`].
#[derive(Properties, PartialEq)]
pub struct SpacerProps {
    /// Its height in px.
    pub height: u64,
}

/// A table row that stands for rows that are not drawn.
#[component]
pub fn Spacer(props: &SpacerProps) -> Html {
    let row = use_node_ref();
    use_style(&row, "height", format!("{}px", props.height));
    html! { <tr class="spacer" aria-hidden="true" ref={row}><td></td></tr> }
}

//! The table of calls: only the rows in view are asked for and drawn.

use std::rc::Rc;

use engine::protocol::{Answer, CallId, Command, Facets, Filter, Row, Sort, Table};
use units::Nanos;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::{
    columns::{COLUMNS, Column},
    filters::Filters,
};
use crate::{
    client::use_query,
    format,
    state::use_view,
    widgets::{
        Empty, ErrorState, IconName,
        virtual_list::{InView, RowSizes, Spacer, reveal, use_in_view},
    },
};

/// The stylesheet says the same.
const SIZES: RowSizes = RowSizes { row: 26, head: 28 };

/// Windows begin at multiples of this, and are as long as any screen needs from there: scrolling within one
/// asks nothing.
const STEP: u32 = 64;
const WINDOW: u32 = 3 * STEP;

/// The bar of filters and the table.
#[component]
pub fn List() -> Html {
    let handle = use_view();
    let view = handle.view().clone();
    let scroller = use_node_ref();
    let in_view = use_in_view(&scroller, SIZES);
    let from = in_view.drawn(u32::MAX).start / STEP * STEP;
    let query =
        use_query(Some(Command::Table { filter: view.filter.clone(), sort: view.sort, from, count: WINDOW }));
    let window = Window(query.answer.clone());
    let table = window.table();
    // Another filter or order begins at the top.
    use_effect_with((view.filter.clone(), view.sort), {
        let scroller = scroller.clone();
        move |_| {
            if let Some(scroller) = scroller.cast::<Element>() {
                scroller.set_scroll_top(0);
            }
        }
    });
    let set_filter = use_callback(handle.clone(), |filter, handle| handle.update(|v| v.filter = filter));
    let onsort = use_callback(handle.clone(), |sort, handle| handle.update(|v| v.sort = sort));
    let onopen = use_callback(handle.clone(), |call, handle| handle.update(|v| v.call = Some(call)));
    let seen = in_view.seen(table.rows);
    let range = match query.answer {
        None => String::new(),
        Some(_) if table.rows == 0 => format!("no rows of {}", format::int(table.of.into())),
        Some(_) => format!(
            "rows {} to {} of {}",
            format::int(u64::from(seen.start) + 1),
            format::int(seen.end.into()),
            format::int(table.rows.into()),
        ),
    };
    html! {
        <>
            <div class="rbar" role="search" aria-label="Filter the requests">
                <Filters filter={view.filter.clone()} facets={table.facets.clone()} of={table.of}
                    onchange={set_filter.clone()} />
                <span class="grow"></span>
                <span class="dim small" data-fig="range">{ range }</span>
            </div>
            <div class={classes!("list", query.stale.then_some("waiting"))} ref={&scroller}>
                if let Some(error) = &query.error {
                    <ErrorState title="The table could not be made"><p>{ error }</p></ErrorState>
                } else if query.answer.is_some() && table.rows == 0 {
                    <Nothing of={table.of} filter={view.filter} onclear={set_filter} />
                } else {
                    <Grid window={window.clone()} {in_view} scroller={&scroller} sort={view.sort}
                        chosen={view.call} {onsort} {onopen} />
                }
            </div>
        </>
    }
}

/// The rows at hand; the same answer is the same rows, which need not be compared.
#[derive(Clone)]
struct Window(Option<Rc<Answer>>);

impl Window {
    fn table(&self) -> &Table {
        static NOTHING: Table = Table {
            rows: 0,
            of: 0,
            from: 0,
            window: Vec::new(),
            scale: Nanos::ZERO,
            facets: Facets { models: Vec::new(), components: Vec::new(), statuses: [0; 3] },
        };
        match self.0.as_deref() {
            Some(Answer::Table(table)) => table,
            _ => &NOTHING,
        }
    }
}

impl PartialEq for Window {
    fn eq(&self, other: &Window) -> bool {
        self.0.as_ref().map(Rc::as_ptr) == other.0.as_ref().map(Rc::as_ptr)
    }
}

#[derive(Properties, PartialEq)]
struct NothingProps {
    of: u32,
    filter: Filter,
    onclear: Callback<Filter>,
}

/// No row to show.
#[component]
fn Nothing(props: &NothingProps) -> Html {
    if props.filter == Filter::default() {
        return html! {
            <Empty title="No model calls">
                <p>{ "No record of the opened files is a call to a model." }</p>
            </Empty>
        };
    }
    let there_are = match props.of {
        1 => "There is 1 request".to_owned(),
        n => format!("There are {} requests", format::int(n.into())),
    };
    html! {
        <Empty icon={IconName::Search} title="No request fits the filters">
            <p>{ format!("{there_are}. Text is looked for in prompts, answers, names and ids.") }</p>
            <button type="button" class="btn" onclick={props.onclear.reform(|_| Filter::default())}>
                { "Clear the filters" }
            </button>
        </Empty>
    }
}

#[derive(Properties, PartialEq)]
struct GridProps {
    window: Window,
    in_view: InView,
    scroller: NodeRef,
    sort: Sort,
    /// The call in the drawer.
    chosen: Option<CallId>,
    onsort: Callback<Sort>,
    onopen: Callback<CallId>,
}

/// The table itself: one stop for the tab key, with a cursor that the arrows move.
#[component]
fn Grid(props: &GridProps) -> Html {
    let GridProps { window, in_view, scroller, sort, chosen, onsort, onopen } = props;
    let table = window.table();
    let cursor = use_state_eq(|| 0_u32);
    let pick = use_callback(onopen.clone(), {
        let cursor = cursor.setter();
        move |(number, call), onopen: &Callback<CallId>| {
            cursor.set(number);
            onopen.emit(call);
        }
    });
    use_effect_with(*sort, {
        let cursor = cursor.setter();
        move |_| cursor.set(0)
    });
    let row_at = |number: u32| table.window.get(number.checked_sub(table.from)? as usize);
    let onkeydown = {
        let (cursor, scroller, onopen) = (cursor.clone(), scroller.clone(), onopen.clone());
        let (rows, page, call) = (table.rows, in_view.page(), row_at(*cursor).map(|row| row.call));
        Callback::from(move |event: KeyboardEvent| {
            // The heads have keys of their own.
            if event.target_dyn_into::<Element>().is_none_or(|target| target.tag_name() != "TABLE") {
                return;
            }
            let to = match event.key().as_str() {
                "ArrowDown" => *cursor + 1,
                "ArrowUp" => cursor.saturating_sub(1),
                "PageDown" => *cursor + page,
                "PageUp" => cursor.saturating_sub(page),
                "Home" => 0,
                "End" => rows,
                "Enter" => {
                    event.prevent_default();
                    call.iter().for_each(|&call| onopen.emit(call));
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            let to = to.min(rows.saturating_sub(1));
            cursor.set(to);
            reveal(&scroller, SIZES, to);
        })
    };
    let drawn = in_view.drawn(table.rows);
    let active = drawn.contains(&*cursor).then(|| row_id(*cursor));
    let height = |rows: u32| u64::from(rows) * u64::from(SIZES.row);
    html! {
        <table role="grid" aria-label="Requests: arrows move, Enter opens" tabindex="0"
            aria-rowcount={(u64::from(table.rows) + 1).to_string()} aria-activedescendant={active} {onkeydown}>
            <colgroup>
                { for COLUMNS.iter().map(|column| html! {
                    <col class={classes!(column.class, format!("c-{}", column.key))} />
                }) }
            </colgroup>
            <thead>
                <tr aria-rowindex="1">
                    { for COLUMNS.iter().map(|column| head(column, table, *sort, onsort)) }
                </tr>
            </thead>
            <tbody>
                <Spacer key="above" height={height(drawn.start)} />
                { for drawn.clone().map(|number| match row_at(number) {
                    Some(row) => html! {
                        <Line key={number} row={row.clone()} {number} scale={table.scale}
                            chosen={*chosen == Some(row.call)} at_cursor={number == *cursor} onpick={&pick} />
                    },
                    None => html! {
                        <tr key={number} class="wait" aria-rowindex={(number + 2).to_string()}>
                            { for COLUMNS.iter().map(|column| html! { <td class={column.classes()}>{ "…" }</td> }) }
                        </tr>
                    },
                }) }
                <Spacer key="below" height={height(table.rows - drawn.end)} />
            </tbody>
        </table>
    }
}

fn row_id(number: u32) -> String {
    format!("request-row-{number}")
}

/// The head of a column. The sorted one is the tab stop of all heads; the arrows go to its neighbours.
fn head(column: &Column, table: &Table, sort: Sort, onsort: &Callback<Sort>) -> Html {
    let title = match column.key {
        "phases" if table.scale > Nanos::ZERO => format!("Phases, to {}", format::nanos(table.scale)),
        _ => column.title.to_owned(),
    };
    let Some(by) = column.sort else {
        return html! { <th scope="col" class={column.classes()}>{ title }</th> };
    };
    let sorted = sort.by == by;
    let aria_sort = sorted.then_some(if sort.descending { "descending" } else { "ascending" });
    // A column of numbers is first asked for its largest.
    let next = Sort { by, descending: if sorted { !sort.descending } else { column.numeric } };
    html! {
        <th scope="col" class={column.classes()} aria-sort={aria_sort}>
            <button type="button" class="sort" tabindex={if sorted { "0" } else { "-1" }}
                onclick={onsort.reform(move |_| next)} onkeydown={Callback::from(to_neighbour)}>
                { title }
                if sorted {
                    <span aria-hidden="true">{ if sort.descending { "↓" } else { "↑" } }</span>
                }
            </button>
        </th>
    }
}

/// Moves the focus along the heads.
fn to_neighbour(event: KeyboardEvent) {
    let step: fn(&Element) -> Option<Element> = match event.key().as_str() {
        "ArrowRight" => Element::next_element_sibling,
        "ArrowLeft" => Element::previous_element_sibling,
        _ => return,
    };
    event.prevent_default();
    let mut head = event.target_dyn_into::<Element>().and_then(|button| button.parent_element());
    while let Some(next) = head.as_ref().and_then(step) {
        // A head that is not shown takes no focus, and one without a button is passed over.
        if let Some(button) = next.query_selector("button").ok().flatten()
            && next.client_width() > 0
        {
            let _ = button.unchecked_into::<HtmlElement>().focus();
            return;
        }
        head = Some(next);
    }
}

#[derive(Properties, PartialEq)]
struct LineProps {
    row: Row,
    /// Its place in the list, from 0.
    number: u32,
    scale: Nanos,
    chosen: bool,
    at_cursor: bool,
    onpick: Callback<(u32, CallId)>,
}

/// One call.
#[component]
fn Line(props: &LineProps) -> Html {
    let LineProps { row, number, scale, chosen, at_cursor, onpick } = props;
    let here = (*number, row.call);
    html! {
        <tr id={row_id(*number)} aria-rowindex={(number + 2).to_string()} aria-selected={chosen.to_string()}
            class={classes!(chosen.then_some("sel"), at_cursor.then_some("cursor"))}
            data-call={row.call.0.to_string()} onclick={onpick.reform(move |_| here)}>
            { for COLUMNS.iter().map(|column| html! {
                <td class={column.classes()} data-col={column.key}>{ column.cell(row, *scale) }</td>
            }) }
        </tr>
    }
}

//! Figures of all that is shown, or of exactly the selected range.

use engine::protocol::{Answer, Command, FlameAnswer, FlameAsk, FlameMode, FlameRow, FlameWant};
use units::{Nanos, Timestamp};
use yew::prelude::*;

use super::picture::Handle;
use super::place::Place;
use super::scene::clock;
use super::surface::swatch;
use crate::client::use_query;
use crate::format;
use crate::state::ViewHandle;
use crate::widgets::{Icon, IconName, Panel, Swatch, TableTwin, underline};

/// Edges of ranges are told to the millisecond.
const FINE: i64 = 1_000_000;

/// Properties of [`Side`].
#[derive(Clone, PartialEq, Properties)]
pub struct SideProps {
    /// What moves the edges of the range.
    pub stage: Handle,
    /// Which spans.
    pub ask: FlameAsk,
    /// To clear the range.
    pub view: ViewHandle,
}

/// The side column.
#[component]
pub fn Side(props: &SideProps) -> Html {
    // Neither the mode nor what was found changes these.
    let ask = FlameAsk {
        mode: FlameMode::Time,
        name: None,
        invert: false,
        search: String::new(),
        want: FlameWant::Sum,
        ..props.ask.clone()
    };
    let range = ask.range;
    let query = use_query(Some(Command::Flame(Box::new(ask))));
    let Some(Answer::Flame(FlameAnswer::Sum(sum))) = query.answer.as_deref() else {
        return html! { <aside class="flame-side" aria-label="Figures"><p class="state" role="status">{ "Adding up the spans…" }</p></aside> };
    };
    let clear = {
        let view = props.view.clone();
        Callback::from(move |_: MouseEvent| {
            view.update(|view| view.flame = Place { range: None, ..Place::read(&view.flame) }.write());
        })
    };
    let (title, caption) = match range {
        Some((from, to)) => {
            ("Selected range", format!("exactly {}", format::nanos(Nanos(to.saturating_sub(from)))))
        }
        None => ("All of it", "drag over the ruler for a range".to_owned()),
    };
    let actions = range.map(|_| {
        html! {
            <button type="button" class="btn quiet sm" title="Clear the range (Esc)" onclick={clear}>
                <Icon name={IconName::Close} /><span class="vh">{ "Clear the range" }</span>
            </button>
        }
    });
    html! {
        <aside class={classes!("flame-side", query.stale.then_some("stale"))} aria-label="Figures">
            <Panel {title} caption={html! { caption }} actions={actions.unwrap_or_default()}>
                <dl class="kv" data-range={range.is_some().to_string()}>
                    if let Some((from, to)) = range {
                        { edge(&props.stage, "From", from, (from, to)) }
                        { edge(&props.stage, "To", to, (from, to)) }
                    }
                    { for sum.fields.iter().map(|field| html! {
                        <><dt>{ &field.name }</dt><dd data-fig={field.name.clone()}><span class={underline(field.from)}>{ &field.value }</span></dd></>
                    }) }
                </dl>
            </Panel>
            { for sum.shares.iter().filter(|(_, _, rows)| !rows.is_empty()).map(|(title, note, rows)| html! {
                <Panel title={title.clone()} caption={html! { note }} twin={twin(title, rows)}>
                    <table class="tight"><tbody>{ for rows.iter().map(row) }</tbody></table>
                </Panel>
            }) }
        </aside>
    }
}

/// An edge of the range, which the arrow keys move.
fn edge(stage: &Handle, name: &'static str, at: i64, range: (i64, i64)) -> Html {
    let onkeydown = {
        let (stage, second) = (stage.clone(), at == range.1);
        Callback::from(move |event: KeyboardEvent| {
            let way = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => -1.0,
                "ArrowRight" | "ArrowUp" => 1.0,
                _ => return,
            };
            event.prevent_default();
            stage.0.move_edge(second, way * if event.shift_key() { 0.05 } else { 0.005 });
        })
    };
    html! {
        <>
            <dt>{ name }</dt>
            <dd>
                <span class="edge" tabindex="0" role="slider" aria-label={format!("{name}, edge of the range")}
                    aria-valuenow={at.to_string()} aria-valuetext={clock(at, FINE)} {onkeydown}
                    title={format!("{}. Drag it in the picture, or move it with the arrow keys.", format::moment(Timestamp(at)))}>
                    { clock(at, FINE) }
                </span>
            </dd>
        </>
    }
}

fn row(row: &FlameRow) -> Html {
    html! {
        <tr>
            <td><span class="keyed"><Swatch fill={swatch(row.style)} />{ " " }{ &row.name }</span></td>
            { for row.cells.iter().map(|cell| html! { <td class="num">{ cell }</td> }) }
            <td class="num dim">{ format::percent(row.share, 1) }</td>
        </tr>
    }
}

fn twin(title: &str, rows: &[FlameRow]) -> TableTwin {
    let cells = |row: &FlameRow| {
        let cells = row.cells.iter().cloned().chain([format::percent(row.share, 1)]);
        std::iter::once(row.name.clone()).chain(cells).map(AttrValue::from).collect()
    };
    TableTwin {
        columns: vec!["Name".into(), title.to_owned().into(), "Share".into()],
        rows: rows.iter().map(cells).collect(),
        numeric: vec![false, true, true],
    }
}

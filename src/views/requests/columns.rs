//! The columns of the table: their heads, and what a call has in each.

use engine::protocol::{Operation, Row, SortKey};
use units::{Figure, Money, Nanos, Provenance};
use yew::prelude::*;

use super::{phases, status};
use crate::{format, widgets::underline};

/// A column of the table.
pub struct Column {
    /// Its name in the page: `data-col`, and the class of its width.
    pub key: &'static str,
    /// Its head.
    pub title: &'static str,
    /// What it sorts by.
    pub sort: Option<SortKey>,
    /// Whether it holds numbers.
    pub numeric: bool,
    /// Where there is little room: not at all, without the drawer only, always.
    pub class: &'static str,
}

/// All columns in order.
pub const COLUMNS: [Column; 13] = [
    column("start", "Start", Some(SortKey::Start), false, ""),
    column("name", "Name", Some(SortKey::Name), false, ""),
    column("component", "Component", None, false, "opt"),
    column("model", "Model", Some(SortKey::Model), false, ""),
    column("status", "Status", Some(SortKey::Status), false, ""),
    column("phases", "Phases", None, false, ""),
    column("duration", "Duration", Some(SortKey::Duration), true, ""),
    column("ttft", "First token", Some(SortKey::Ttft), true, ""),
    column("input", "Input", Some(SortKey::Input), true, ""),
    column("cached", "Cached", Some(SortKey::Cached), true, "narrow"),
    column("output", "Output", Some(SortKey::Output), true, ""),
    column("rate", "Tokens/s", Some(SortKey::Rate), true, "narrow"),
    column("cost", "Cost", Some(SortKey::Cost), true, ""),
];

const fn column(
    key: &'static str,
    title: &'static str,
    sort: Option<SortKey>,
    numeric: bool,
    class: &'static str,
) -> Column {
    Column { key, title, sort, numeric, class }
}

impl Column {
    /// The classes of its cells.
    pub fn classes(&self) -> Classes {
        classes!(self.class, self.numeric.then_some("num"))
    }

    /// What a call has in it. `scale` is the length of the phase bars.
    pub fn cell(&self, row: &Row, scale: Nanos) -> Html {
        let text = |text: &str| match text {
            "" => unknown("unknown"),
            text => text.to_owned().into(),
        };
        let time = |time: Option<Nanos>| match time {
            Some(time) => format::nanos(time).into(),
            None => unknown("unknown"),
        };
        match self.key {
            // The day is seen when the pointer rests on it, and in the drawer.
            "start" => match row.start {
                Some(start) => html! { <span title={format::moment(start)}>{ format::time(start) }</span> },
                None => unknown("unknown"),
            },
            "name" => text(&row.name),
            "component" => text(&row.component),
            "model" => text(&row.model),
            "status" => status::tag(row),
            "phases" => row.phases.map_or_else(|| unknown("unknown"), |p| phases::micro(&p, scale)),
            "duration" => time(row.duration),
            "ttft" => time(row.ttft),
            "input" => figure(row.input),
            "cached" => figure(row.cached),
            // A vector is no token.
            "output" if row.operation != Operation::Generate && !row.output.is_known() => unknown("none"),
            "output" => figure(row.output),
            "rate" => row.rate.map_or_else(|| unknown("unknown"), |rate| format::rate(rate).into()),
            _ => match row.cost {
                Some(cost) => underlined(cost_text(cost), cost_from(row)),
                None => unknown("unpriced"),
            },
        }
    }
}

/// Six decimals in every row, so that the points stand under each other.
fn cost_text(cost: Money) -> String {
    let text = format::money_exact(cost, 6);
    if cost != Money::ZERO && text == format::money_exact(Money::ZERO, 6) {
        format::money(cost)
    } else {
        text
    }
}

/// A word where there is no value.
pub fn unknown(word: &'static str) -> Html {
    html! { <span class="u-unknown">{ word }</span> }
}

/// A figure underlined by its provenance. Not a component: hundreds of these come and go with each scroll.
fn underlined(text: String, from: Provenance) -> Html {
    match from {
        Provenance::Reported => text.into(),
        from => html! { <span class={underline(from)}>{ text }</span> },
    }
}

/// A number of tokens with its provenance.
fn figure(figure: Figure) -> Html {
    match figure.get() {
        Some(0) => html! { <span class="dim">{ "0" }</span> },
        Some(tokens) => underlined(format::int(tokens), figure.from()),
        None => unknown("unknown"),
    }
}

/// A cost is arithmetic on the tokens, and no firmer than they are.
pub fn cost_from(row: &Row) -> Provenance {
    [row.input, row.output]
        .into_iter()
        .filter(|f| f.is_known())
        .fold(Provenance::Counted, |a, f| a.max(f.from()))
}

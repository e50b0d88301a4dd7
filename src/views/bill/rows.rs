//! Every dollar: tokens times price.

use engine::protocol::{BillGroup, BillLine, BillSheet, GroupBy, Unpriced};
use units::Money;
use yew::prelude::*;

use crate::{
    charts::mark,
    charts::timeline::model_name,
    format::{self, int, money_exact, plural},
    state::ViewHandle,
    views::overview::price::SetPrice,
    widgets::{Panel, Seg, TableTwin},
};

/// Dollars as the bill shows them.
pub fn dollars(amount: Money) -> String {
    money_exact(amount, 8)
}

/// The panel.
pub fn rows(data: &BillSheet, view: &ViewHandle) -> Html {
    let by = view.view().by;
    let words = |by: GroupBy| match by {
        GroupBy::Model => "Model",
        GroupBy::Component => "Component",
        GroupBy::Session => "Session",
        GroupBy::User => "User",
        GroupBy::Day => "Day",
    };
    let options: Vec<(AttrValue, bool)> =
        GroupBy::ALL.into_iter().map(|one| (words(one).into(), one == by)).collect();
    let onchange = {
        let view = view.clone();
        Callback::from(move |i: usize| view.update(|v| v.by = GroupBy::ALL[i.min(GroupBy::ALL.len() - 1)]))
    };
    let whole = data.total.unwrap_or_default();
    let left_out: u64 = data.unpriced.iter().map(|row| row.requests).sum();
    html! {
        <Panel id="rows" title="Every dollar" caption="tokens times price; the rows sum to the total without rounding"
            actions={html! { <Seg label="Group by" small=true {options} {onchange} /> }} twin={twin(data)}>
            <div class="scrollx" tabindex="0" role="region" aria-label="Rows of the bill">
                <table class="bill-rows">
                    <thead><tr>
                        <th scope="col">{ "Class" }</th>
                        { for ["Tokens", "Per million", "Dollars", "Share"].map(|name| html! { <th scope="col" class="num">{ name }</th> }) }
                        <th scope="col">{ "Price from" }</th><th scope="col">{ "Checked" }</th>
                    </tr></thead>
                    <tbody>
                        { for data.groups.iter().map(|group| html! { <>{ head(group, whole) }{ for group.lines.iter().map(|line| row(line, group, by, whole)) }</> }) }
                        { for data.unpriced.iter().map(unpriced) }
                    </tbody>
                    <tfoot><tr>
                        <td>{ "Total of priced rows" }</td>
                        <td class="num">{ int(tokens(data.groups.iter().flat_map(|group| &group.lines))) }</td>
                        <td></td>
                        <td class="num">{ data.total.map_or("unpriced".to_owned(), dollars) }</td>
                        <td class="num">{ share(whole, whole) }</td>
                        <td colspan="2" class="dim">{ match left_out {
                            0 => "every call has a price".to_owned(),
                            n => format!("{} unpriced, not counted as 0", plural(n, "call")),
                        } }</td>
                    </tr></tfoot>
                </table>
            </div>
        </Panel>
    }
}

/// Searches and requests are no tokens.
fn tokens<'a>(lines: impl Iterator<Item = &'a BillLine>) -> u64 {
    let tokens = lines.filter(|line| line.class != "web_search" && line.class != "request");
    tokens.map(|line| line.tokens).fold(0, u64::saturating_add)
}

fn share(part: Money, whole: Money) -> String {
    if whole > Money::ZERO { mark::share(part.to_f64() / whole.to_f64()) } else { String::new() }
}

fn head(group: &BillGroup, whole: Money) -> Html {
    let name = model_name(&group.name);
    html! {
        <tr class="group">
            <th scope="rowgroup" title={name.clone()}>{ name }</th>
            <td class="num">{ int(tokens(group.lines.iter())) }</td>
            <td class="num small dim">{ plural(group.calls, "call") }</td>
            <td class="num">{ dollars(group.amount) }</td>
            <td class="num">{ share(group.amount, whole) }</td>
            <td colspan="2"><span class="small dim">{ group.matched().map(str::to_owned) }</span></td>
        </tr>
    }
}

fn row(line: &BillLine, group: &BillGroup, by: GroupBy, whole: Money) -> Html {
    let mixed = by != GroupBy::Model && group.lines.iter().any(|other| other.model != line.model);
    html! {
        <tr>
            <td>{ if mixed { format!("{}, {}", line.label, line.model) } else { line.label.clone() } }
                { for line.notes.iter().map(|note| html! { <span class="tag warn">{ note }</span> }) }</td>
            <td class="num">{ int(line.tokens) }</td>
            <td class="num">{ "× " }{ per_million(line) }</td>
            <td class="num">{ dollars(line.amount) }</td>
            <td class="num dim">{ share(line.amount, whole) }</td>
            <td title={line.matched.clone()}>{ &line.source }</td>
            <td>{ &line.checked }</td>
        </tr>
    }
}

fn per_million(line: &BillLine) -> String {
    format::price(line.price.times(1_000_000))
}

fn unpriced(row: &Unpriced) -> Html {
    let priceable = row.tokens.is_some() && !row.model.is_empty();
    html! {
        <tr class="group">
            <th scope="rowgroup">{ model_name(&row.model) }</th>
            <td class="num u-unknown">{ row.tokens.map_or("unknown".to_owned(), int) }</td>
            <td class="num small dim">{ plural(row.requests, "call") }</td>
            <td class="num u-unknown">{ "unpriced" }</td>
            <td></td>
            <td colspan="2"><span class="small dim">{ &row.why }{ " " }</span>
                if priceable { <SetPrice model={row.model.clone()} /> }</td>
        </tr>
    }
}

fn twin(data: &BillSheet) -> TableTwin {
    let columns = [
        "Group",
        "Model",
        "Class",
        "Tier",
        "Service tier",
        "Tokens",
        "USD per million",
        "USD",
        "Source",
        "From",
        "Checked",
        "Notes",
        "Match",
    ];
    let cells = |group: &BillGroup, line: &BillLine| -> Vec<AttrValue> {
        let above = if line.above > 0 { format!(">{}", line.above) } else { String::new() };
        vec![
            group.name.clone().into(),
            line.model.clone().into(),
            line.label.clone().into(),
            above.into(),
            line.service.clone().into(),
            int(line.tokens).into(),
            line.price.times(1_000_000).to_string().into(),
            line.amount.to_string().into(),
            line.source.clone().into(),
            line.since.clone().into(),
            line.checked.clone().into(),
            line.notes.join("; ").into(),
            line.matched.clone().into(),
        ]
    };
    TableTwin {
        columns: columns.into_iter().map(AttrValue::from).collect(),
        rows: data
            .groups
            .iter()
            .flat_map(|group| group.lines.iter().map(|line| cells(group, line)))
            .collect(),
        numeric: (0..columns.len()).map(|i| (5..8).contains(&i)).collect(),
    }
}

//! What is told of one span, part or node of the flame screen.

use layout::{Kind, NONE, Spans, UNKNOWN};
use trace::{CallId, StrId};
use units::{Figure, Nanos, Provenance, Timestamp, show};

use super::{
    flame::{Drawn, Flames},
    flame_base::{self, call_weights, name},
    flame_parts,
    flame_view::{name_of, share, style_of, weight_text},
};
use crate::{
    protocol::{Field, FlameItem, FlameWeight},
    session::Session,
};

/// So many names of what holds something are told.
const PATH: usize = 8;

/// All of an item of the picture; `None` if the picture has no such item.
pub(super) fn item(session: &Session, drawn: &Drawn, item: u32) -> Option<FlameItem> {
    let part = flame_parts::of_item(drawn, item);
    let place = match part {
        Some(_) => flame_parts::place(session, drawn, item)?,
        None => drawn.rows().place_of(item)?,
    };
    let id = name_of(drawn, item);
    let mut told = FlameItem {
        item,
        place,
        name: name(session, id).to_owned(),
        name_id: id,
        style: style_of(drawn, item).0,
        path: Vec::new(),
        start: None,
        fields: Vec::new(),
        call: None,
    };
    match (&drawn.flames, part) {
        (None, Some((slot, row))) => {
            path(session, drawn.spans(), row, &mut told);
            part_of_call(session, CallId(drawn.spans().call[row as usize]), slot, &mut told);
            let axis = &drawn.timeline.axis;
            let time = Nanos(axis.real(place.2).saturating_sub(axis.real(place.1)));
            told.fields.push(field(
                "Share of the call's time",
                show::nanos(time),
                Provenance::Estimated,
                "Nobody measures it: the time to the first token, or after it, divided by tokens",
            ));
        }
        (None, None) => span(session, drawn, item, &mut told),
        (Some(flames), _) => node(session, drawn, flames, item, &mut told),
    }
    Some(told)
}

fn field(name: &str, value: String, from: Provenance, note: &str) -> Field {
    Field { name: name.to_owned(), value, from, note: note.to_owned() }
}

/// The names of a row and of what holds it.
fn path(session: &Session, spans: &Spans, row: u32, told: &mut FlameItem) {
    let mut up = row;
    while up != NONE && told.path.len() < PATH {
        told.path.push(name(session, spans.name[up as usize]).to_owned());
        up = spans.parent[up as usize];
    }
    told.path.reverse();
}

/// A part of one call: in tokens and in dollars.
fn part_of_call(session: &Session, id: CallId, slot: usize, told: &mut FlameItem) {
    told.call = Some(id);
    let call = session.trace().call(id);
    for (name, weight) in [("Tokens", FlameWeight::Tokens), ("Dollars", FlameWeight::Dollars)] {
        told.fields.push(match call_weights(session, call, weight) {
            Some(of) => field(name, weight_text(weight, of.parts[slot]), of.from, ""),
            None => field(name, "unknown".to_owned(), Provenance::Unknown, ""),
        });
    }
}

fn span(session: &Session, drawn: &Drawn, item: u32, told: &mut FlameItem) {
    let (spans, i) = (drawn.spans(), item as usize);
    path(session, spans, spans.parent[i], told);
    told.start = (spans.start[i] != UNKNOWN).then_some(Timestamp(spans.start[i]));
    let duration = Nanos(spans.duration[i]);
    told.fields.push(field("Duration", show::nanos(duration), Provenance::Reported, ""));
    // Of one span only its children are looked at; the critical path is that of its request.
    let tree = drawn.tree();
    if flame_base::holds(&spans.parent, i) {
        let own = stats::self_time(tree, item).unwrap_or_default();
        told.fields.push(field(
            "Self time",
            format!("{}, {}", show::nanos(own), show::percent(part(own, duration), 1)),
            Provenance::Counted,
            "In which nothing inside it ran; side by side counts once",
        ));
    }
    let mut root = item;
    while spans.parent[root as usize] != NONE {
        root = spans.parent[root as usize];
    }
    // What lies in something without a place is a root of its own.
    let path = stats::critical_path(tree, root);
    let waited: i64 = path.iter().filter(|part| part.row == item).map(|part| part.to - part.from).sum();
    told.fields.push(field(
        "On the critical path",
        show::nanos(Nanos(waited)),
        Provenance::Counted,
        "What its request waited for, of this span itself",
    ));
    if spans.status[i].is_error() {
        told.fields.push(field("Status", "failed".to_owned(), Provenance::Reported, ""));
    }
    if spans.call[i] != NONE {
        call(session, CallId(spans.call[i]), told);
    }
}

fn part(of: Nanos, whole: Nanos) -> f64 {
    share(of.0.max(0) as u128, whole.0.max(0) as u128)
}

/// What is known of a model call.
fn call(session: &Session, id: CallId, told: &mut FlameItem) {
    let call = session.trace().call(id);
    told.call = Some(id);
    let text = |id: StrId| session.trace().str(id).to_owned();
    if !call.model.is_none() {
        told.fields.push(field("Model", text(call.model), Provenance::Reported, ""));
    }
    if !call.error.is_none() {
        told.fields.push(field("Error", text(call.error), Provenance::Reported, ""));
    }
    if let Some(ttft) = call.ttft {
        told.fields.push(field("Time to first token", show::nanos(ttft), Provenance::Reported, ""));
    }
    if let Some(rate) = call.output_rate() {
        let from = Provenance::Counted.max(call.usage.output.from());
        told.fields.push(field("Output tokens per second", format!("{rate:.1}"), from, ""));
    }
    let tokens = |name: &str, figure: Figure| {
        let value = figure.get().map_or("unknown".to_owned(), show::int);
        field(name, value, figure.from(), "")
    };
    told.fields.push(tokens("Input tokens", call.usage.input));
    if call.usage.cache_read.is_known() {
        told.fields.push(tokens("Cached", call.usage.cache_read));
    }
    told.fields.push(tokens("Output tokens", call.usage.output));
    let cost = session.bill.cost(session.trace(), call, &call.usage);
    told.fields.push(match cost {
        Some(cost) => {
            let from = Provenance::Counted.max(call.usage.input.from()).max(call.usage.output.from());
            field("Cost", show::money(cost.total), from, "Tokens times price")
        }
        None => field("Cost", "unpriced".to_owned(), Provenance::Unknown, ""),
    });
}

fn node(session: &Session, drawn: &Drawn, flames: &Flames, item: u32, told: &mut FlameItem) {
    let (flame, node) = flames.node(item);
    let weight = drawn.ask.weight;
    let mut up = flame.parent[node];
    while up != NONE && up != 0 && told.path.len() < PATH {
        told.path.push(name(session, flame.name[up as usize]).to_owned());
        up = flame.parent[up as usize];
    }
    told.path.reverse();
    let from = match weight {
        FlameWeight::Time => Provenance::Counted,
        _ => flames.merged.weighed.from,
    };
    let whole = flame.total[0];
    let text =
        |amount: u128| format!("{}, {}", weight_text(weight, amount), show::percent(share(amount, whole), 1));
    told.fields.push(field("Total", text(flame.total[node]), from, ""));
    if flame.own[node] != flame.total[node] {
        told.fields.push(field("Self", text(flame.own[node]), from, "Of nothing inside it"));
    }
    let row = flame.row[node];
    let merged = flame.count[node];
    if merged > 1 {
        told.fields.push(field("Merged", format!("{} spans", show::int(merged)), Provenance::Counted, ""));
    }
    if flame.errors[node] > 0 {
        told.fields.push(field("Failed", show::int(flame.errors[node]), Provenance::Reported, ""));
    }
    if row == NONE {
        return;
    }
    let spans = &flames.merged.spans;
    let i = row as usize;
    told.start = (spans.start[i] != UNKNOWN).then_some(Timestamp(spans.start[i]));
    let id = spans.call[i];
    if id == NONE {
        return;
    }
    match flame_base::PARTS.iter().position(|&part| part == flame.kind[node]) {
        Some(slot) if merged == 1 => part_of_call(session, CallId(id), slot, told),
        None if merged == 1 && flame.kind[node] == Kind::Call => call(session, CallId(id), told),
        _ => told.call = Some(CallId(id)),
    }
}

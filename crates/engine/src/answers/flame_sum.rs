//! The table and the figures of the flame screen.

use layout::{Flame, Kind, NONE, NameRow, Spans, names, range};
use rustc_hash::FxHashMap;
use stats::{Concurrency, on_critical_path};
use trace::CallId;
use units::{Money, Nanos, Provenance, show};

use super::{
    flame::Merged,
    flame_base::{self, Base, PARTS, Weighed, call_weights, name},
    flame_view::{share, weight_text},
};
use units::order::sort;

use crate::{
    protocol::{Field, FlameAsk, FlameMark, FlameRow, FlameSum, FlameTable, FlameWeight},
    session::Session,
};

/// The name with the most weight in all: that of the middle of a sandwich nobody has chosen. A model call if there is
/// one, for that is what everything hangs on.
pub(super) fn heaviest(flame: &Flame) -> Option<u32> {
    let mut all = names(flame);
    all.retain(|row| Kind::of_part_name(row.name).is_none());
    let most = all.iter().max_by_key(|row| (row.kind == Kind::Call, row.total));
    most.map(|row| row.name)
}

/// What spans of a name did in time.
#[derive(Default)]
struct InTime {
    critical: i64,
    sum: i64,
    places: Vec<(i64, i64)>,
}

/// Each name with what its spans weigh, how long requests waited for them, and how many ran at once.
pub(super) fn table(
    session: &Session,
    merged: &Merged,
    weight: FlameWeight,
    count: u32,
    by_total: bool,
) -> FlameTable {
    let mut rows: Vec<NameRow> = names(&merged.flame);
    if by_total {
        sort(&mut rows, |a, b| b.total.cmp(&a.total).then(a.name.cmp(&b.name)));
    }
    let of = rows.len() as u32;
    rows.truncate(count as usize);
    let spans = &merged.spans;
    let tree = spans.tree();
    let mut in_time: FxHashMap<u32, InTime> = rows.iter().map(|row| (row.name, InTime::default())).collect();
    for (i, waited) in on_critical_path(&tree).into_iter().enumerate() {
        let (Some(row), Some(waited)) = (in_time.get_mut(&spans.name[i]), waited) else { continue };
        row.critical += waited.0;
        row.sum = row.sum.saturating_add(spans.duration[i]);
        row.places.push((tree.start(i as u32), tree.end(i as u32)));
    }
    let whole = merged.flame.total.first().copied().unwrap_or(0);
    let row = |row: NameRow| {
        let told = in_time.remove(&row.name).filter(|told| !told.places.is_empty());
        // Spans without a duration are no short ones.
        let unknown = weight == FlameWeight::Time && told.is_none();
        let amount = |amount| if unknown { "–".to_owned() } else { or_zero(weight, amount) };
        let mut cells = vec![
            show::int(row.count),
            if row.errors > 0 { show::int(row.errors) } else { String::new() },
            amount(row.own),
            amount(row.total),
        ];
        match told {
            Some(told) => {
                let running = Concurrency::of(told.places);
                let busy = running.busy().max(1);
                cells.push(show::nanos(Nanos(told.critical)));
                cells.push(format!(
                    "{:.1}, {}",
                    told.sum as f64 / busy as f64,
                    show::int(running.peak().into())
                ));
            }
            None => cells.extend([String::new(), String::new()]),
        }
        FlameRow {
            id: row.name,
            name: name(session, row.name).to_owned(),
            // In a table a colour says what it is: what holds others has the colour of its kind, too.
            style: flame_base::style(row.kind, false),
            cells,
            share: share(row.total, whole),
        }
    };
    let columns = ["Spans", "Failed", "Self", "Total", "On the critical path", "At once: mean, most"];
    FlameTable { of, columns: columns.map(str::to_owned).to_vec(), rows: rows.into_iter().map(row).collect() }
}

/// Nothing at all is 0, in whatever unit.
fn or_zero(weight: FlameWeight, amount: u128) -> String {
    if amount == 0 { "0".to_owned() } else { weight_text(weight, amount) }
}

/// Counts and sums of the range, or of all.
pub(super) fn sum(session: &Session, base: &Base, merged: &Merged, ask: &FlameAsk) -> FlameSum {
    let (from, to) = ask.range.unwrap_or((i64::MIN, i64::MAX));
    let spans = &merged.spans;
    let stats = range(&base.spans, from, to);
    let whole = ask.range.is_none();
    let mut fields = Vec::new();
    let mut field = |name: &str, value: String, from: Provenance| {
        fields.push(Field { name: name.to_owned(), value, from, note: String::new() });
    };
    let roots = spans.parent.iter().filter(|&&parent| parent == NONE).count() as u64;
    field(if whole { "End to end" } else { "End to end, touched" }, show::int(roots), Provenance::Reported);
    let placed = if whole { spans.len() as u64 } else { stats.spans };
    field(if whole { "Spans" } else { "Spans touched" }, show::int(placed), Provenance::Reported);
    if !whole {
        field("Of these wholly inside", show::int(stats.whole), Provenance::Reported);
    }
    if stats.errors > 0 {
        field("Failed", show::int(stats.errors), Provenance::Reported);
    }
    match stats.spans {
        0 if placed > 0 => field("Time with any work", "unknown".to_owned(), Provenance::Unknown),
        _ => field("Time with any work", show::nanos(Nanos(stats.busy)), Provenance::Counted),
    }
    let running = of_leaves(spans);
    if stats.busy > 0 {
        let mean = running as f64 / stats.busy as f64;
        field("At once, mean and most", format!("{mean:.2}, {}", stats.peak), Provenance::Counted);
    }
    let calls = spans.call.iter().filter(|&&call| call != NONE);
    let begun = if whole { "Model calls" } else { "Model calls begun" };
    field(begun, show::int(calls.clone().count() as u64), Provenance::Reported);
    let mut shares = vec![by_kind(session, merged, ask)];
    for (weight, title) in [(FlameWeight::Tokens, "Tokens"), (FlameWeight::Dollars, "Dollars")] {
        let (mut parts, mut own, mut unknown) = ([0u128; PARTS.len()], 0u128, 0u64);
        let mut from = Provenance::Reported;
        let mut known = 0u64;
        for &call in calls.clone() {
            match call_weights(session, session.trace().call(CallId(call)), weight) {
                Some(of) => {
                    (known, own, from) = (known + 1, own + of.own, from.max(of.from));
                    parts.iter_mut().zip(of.parts).for_each(|(sum, part)| *sum += part);
                }
                None => unknown += 1,
            }
        }
        let all = parts.iter().sum::<u128>() + own;
        let value = match (known, weight) {
            (0, FlameWeight::Dollars) => "unpriced".to_owned(),
            (0, _) => "unknown".to_owned(),
            (_, FlameWeight::Dollars) => format!("${}", Money::from_picos(all as i128)),
            _ => weight_text(weight, all),
        };
        field(
            if weight == FlameWeight::Tokens { "Tokens" } else { "Cost" },
            value,
            if known > 0 { from } else { Provenance::Unknown },
        );
        if unknown > 0 && known > 0 {
            let name = if weight == FlameWeight::Tokens { "Calls of unknown size" } else { "Unpriced calls" };
            field(name, show::int(unknown), Provenance::Unknown);
        }
        let mut rows: Vec<(u128, FlameRow)> = Vec::new();
        for (i, &amount) in parts.iter().enumerate().filter(|(_, amount)| **amount > 0) {
            rows.push((
                amount,
                share_row(flame_base::part_label(PARTS[i]), FlameMark::PART + i as u8, weight, amount, all),
            ));
        }
        if own > 0 {
            rows.push((own, share_row("Searches and fees", FlameMark::OTHER, weight, own, all)));
        }
        sort(&mut rows, |a, b| b.0.cmp(&a.0));
        let note = if whole { "split within each call" } else { "of the calls begun in it" };
        shares.push((title.to_owned(), note.to_owned(), rows.into_iter().map(|row| row.1).collect()));
    }
    FlameSum { fields, shares }
}

/// The durations of what holds no other span.
fn of_leaves(spans: &Spans) -> i64 {
    let leaves = (0..spans.len()).filter(|&row| !flame_base::holds(&spans.parent, row));
    leaves.map(|row| spans.duration[row].max(0)).fold(0, i64::saturating_add)
}

fn share_row(name: &str, style: u8, weight: FlameWeight, amount: u128, all: u128) -> FlameRow {
    FlameRow {
        id: NONE,
        name: name.to_owned(),
        style,
        cells: vec![weight_text(weight, amount)],
        share: share(amount, all),
    }
}

/// Self time by what spans are about.
fn by_kind(session: &Session, merged: &Merged, ask: &FlameAsk) -> (String, String, Vec<FlameRow>) {
    let weighed;
    let own = match ask.weight {
        FlameWeight::Time => &merged.weighed.own,
        _ => {
            weighed = Weighed::of(session, &merged.spans, FlameWeight::Time);
            &weighed.own
        }
    };
    let mut sums = [0u128; 5];
    for (&kind, &time) in merged.spans.kind.iter().zip(own) {
        if let Some(sum) = sums.get_mut(flame_base::style(kind, false) as usize) {
            *sum += time;
        }
    }
    let all = sums.iter().sum();
    let mut rows: Vec<(u128, FlameRow)> = Vec::new();
    for (name, style) in [
        ("Model calls", FlameMark::CALL),
        ("Retrieval", FlameMark::RETRIEVAL),
        ("Tools", FlameMark::TOOL),
        ("Everything else", FlameMark::OTHER),
    ] {
        let amount = sums[style as usize];
        if amount > 0 {
            rows.push((amount, share_row(name, style, FlameWeight::Time, amount, all)));
        }
    }
    sort(&mut rows, |a, b| b.0.cmp(&a.0));
    let note = format!("self time, {} in all", weight_text(FlameWeight::Time, all));
    ("Time".to_owned(), note, rows.into_iter().map(|row| row.1).collect())
}

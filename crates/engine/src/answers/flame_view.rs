//! What is drawn of a picture of the flame screen.

use layout::{Kind, Marks, Minimap, NONE, UNKNOWN};
use stats::critical_path;
use trace::CallId;
use units::{Money, Nanos, show};

use super::{
    flame::{Drawn, Found, Timeline},
    flame_base::{self, Base, PARTS, name},
    flame_parts,
};
use crate::{
    protocol::{FlameMap, FlameMark, FlameMode, FlameView, FlameWeight, FlameWindow},
    session::Session,
};

/// A mark from so many pixels on has a text: room for three letters.
const LABELLED: u32 = 26;
/// Letters of a name on a bar; the widest bar has no room for more.
const LETTERS: usize = 160;
/// No screen has more pixels; a window that is wider is drawn in as many.
const WIDEST: u32 = 16_384;
/// Rows of a window, as far as marks can tell them apart.
const ROWS: u32 = 4_096;

/// The marks of a window.
pub(super) fn view(
    session: &Session,
    drawn: &Drawn,
    found: Option<&Found>,
    window: FlameWindow,
) -> FlameView {
    let rows = drawn.rows();
    let (from, to) = (rows.from, rows.to.max(rows.from.saturating_add(1)));
    let all = window.to <= window.from;
    let window = FlameWindow {
        from: if all { from } else { window.from },
        to: if all { to } else { window.to },
        width: window.width.min(WIDEST),
        rows: window.rows.min(ROWS),
        ..window
    };
    let shown = window.row..window.row.saturating_add(window.rows);
    let mut marks = rows.marks(window.from, window.to, window.width, shown.clone());
    let is_found = |item: u32| {
        let strings = session.trace().strings.len();
        flame_parts::of_item(drawn, item).is_none() // A search walks over spans.
            && found.is_some_and(|found| flame_base::is_among(&found.names, strings, name_of(drawn, item)))
    };
    if drawn.flames.is_none() {
        let place = (window.from, window.to);
        let parts = flame_parts::bars(session, drawn, place, window.width, shown.clone());
        marks.join(parts.marks(window.from, window.to, window.width, shown.clone()));
    }
    let (mut packed, mut labels, mut in_view) = (Vec::with_capacity(marks.len()), Vec::new(), 0);
    for i in 0..marks.len() {
        let item = marks.item[i];
        let (style, root) = style_of(drawn, item);
        let mut flags = if root { FlameMark::ROOT } else { 0 };
        if marks.errors[i] > 0 {
            flags |= FlameMark::ERROR;
        }
        if is_found(item) {
            flags |= FlameMark::FOUND;
            in_view += 1;
        }
        if marks.width[i] >= LABELLED {
            flags |= FlameMark::LABEL;
            labels.push(label(session, drawn, item));
        }
        packed.push(FlameMark {
            x: marks.x[i],
            width: marks.width[i],
            row: marks.row[i] - window.row,
            style,
            flags,
            item,
            count: marks.count[i],
            tick: tick(session, drawn, item, window),
        });
    }
    let critical = if window.critical && drawn.flames.is_none() {
        let path = drawn.critical.get_or_init(|| critical(drawn));
        bare(&path.marks(window.from, window.to, window.width, shown), window.row)
    } else {
        Vec::new()
    };
    FlameView {
        rows: drawn.flames.as_ref().map_or(rows.len().max(drawn.parts().len()), |_| rows.len()),
        from,
        to,
        shift: rows.shift,
        window,
        marks: FlameMark::pack(&packed),
        critical: FlameMark::pack(&critical),
        labels,
        found: (found.map_or(0, |found| found.hits.count() as u64), in_view),
        middle: drawn.flames.as_ref().and_then(|flames| flames.middle),
        notes: notes(drawn),
    }
}

fn bare(marks: &Marks, first: u32) -> Vec<FlameMark> {
    let mark = |i: usize| FlameMark {
        x: marks.x[i],
        width: marks.width[i],
        row: marks.row[i] - first,
        item: marks.item[i],
        count: marks.count[i],
        ..FlameMark::default()
    };
    (0..marks.len()).map(mark).collect()
}

/// The critical path of each request, over the picture.
fn critical(drawn: &Drawn) -> layout::Rows {
    let tree = drawn.tree();
    let mut parts = Vec::new();
    for &root in tree.roots() {
        for part in critical_path(tree, root) {
            let axis = &drawn.timeline.axis;
            parts.push((part.row, axis.shown(part.from), axis.shown(part.to)));
        }
    }
    drawn.rows().parts(&parts)
}

/// What a person has to know about what is not drawn.
fn notes(drawn: &Drawn) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |n: u64, one: &str, more: &str| {
        if n > 0 {
            notes.push(format!("{} {}", show::int(n), if n == 1 { one } else { more }));
        }
    };
    match &drawn.flames {
        None => {
            let undated = drawn.base.undated;
            let unplaced = drawn.rows().unplaced.saturating_sub(undated);
            note(
                unplaced,
                "span does not say when it began and ended: it is not drawn",
                "spans do not say when they began and ended: they are not drawn",
            );
            note(
                undated,
                "span has a time but no date, and the others have dates: it is not drawn",
                "spans have times but no dates, and the others have dates: they are not drawn",
            );
        }
        Some(flames) => {
            let unknown = flames.merged.weighed.unknown;
            match drawn.ask.weight {
                FlameWeight::Time => {
                    note(
                        unknown,
                        "span without a duration has no width",
                        "spans without a duration have no width",
                    );
                }
                FlameWeight::Tokens => note(
                    unknown,
                    "call does not tell its tokens: it has no width",
                    "calls do not tell their tokens: they have no width",
                ),
                FlameWeight::Dollars => {
                    note(
                        unknown,
                        "call is unpriced: it has no width",
                        "calls are unpriced: they have no width",
                    );
                }
            }
            let left_out = flames.merged.flame.left_out;
            if left_out > 0 {
                notes.push(format!("{} left out", weight_text(drawn.ask.weight, left_out)));
            }
            let deeper = flames.node(0).0.deeper;
            if deeper > 0 {
                let deeper = weight_text(drawn.ask.weight, deeper);
                notes.push(format!("{deeper} lie deeper than 128 rows and end in the deepest"));
            }
        }
    }
    notes
}

/// The name of what an item shows.
pub(super) fn name_of(drawn: &Drawn, item: u32) -> u32 {
    match &drawn.flames {
        None => match flame_parts::of_item(drawn, item) {
            Some((slot, _)) => PARTS[slot].part_name().unwrap_or(NONE),
            None => drawn.spans().name[item as usize],
        },
        Some(flames) => {
            let (flame, node) = flames.node(item);
            flame.name[node]
        }
    }
}

/// Its style, and whether it is a root.
pub(super) fn style_of(drawn: &Drawn, item: u32) -> (u8, bool) {
    match &drawn.flames {
        None => {
            if let Some((slot, _)) = flame_parts::of_item(drawn, item) {
                return (flame_base::style(PARTS[slot], false), false);
            }
            let (spans, i) = (drawn.spans(), item as usize);
            let style = flame_base::style(spans.kind[i], flame_base::holds(&spans.parent, i));
            (style, spans.parent[i] == NONE)
        }
        Some(flames) => {
            let (flame, node) = flames.node(item);
            let caller = item & layout::CALLER != 0;
            let sandwich = flames.middle.is_some();
            let holds = caller || flame_base::holds(&flame.parent, node);
            let style = match flame.depth[node] {
                1 if sandwich && !caller => FlameMark::MIDDLE,
                0 => FlameMark::CONTAINER,
                _ => flame_base::style(flame.kind[node], holds),
            };
            (style, flame.depth[node] == 0 || style == FlameMark::MIDDLE)
        }
    }
}

/// The text on a bar.
fn label(session: &Session, drawn: &Drawn, item: u32) -> String {
    let text = name(session, name_of(drawn, item));
    let mut label: String =
        text.chars().take(LETTERS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    match &drawn.flames {
        None if flame_parts::of_item(drawn, item).is_some() => {}
        None => {
            let (spans, i) = (drawn.spans(), item as usize);
            if spans.parent[i] == NONE {
                label += "   ";
                label += &show::nanos(Nanos(spans.duration[i]));
            } else if spans.call[i] != NONE
                && let Some(tokens) = session.trace().call(CallId(spans.call[i])).usage.output.get()
            {
                label += &format!("   {} tokens out", show::int(tokens));
            }
        }
        Some(flames) => {
            let (flame, node) = flames.node(item);
            label += "   ";
            label += &weight_text(drawn.ask.weight, flame.total[node]);
            if drawn.ask.mode != FlameMode::Time {
                label += "   ";
                label += &show::percent(share(flame.total[node], flame.total[0]), 1);
            }
        }
    }
    label
}

/// A part of a whole.
pub(super) fn share(part: u128, whole: u128) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A weight as people read it.
pub(super) fn weight_text(weight: FlameWeight, amount: u128) -> String {
    match weight {
        FlameWeight::Time => show::nanos(Nanos(i64::try_from(amount).unwrap_or(i64::MAX))),
        FlameWeight::Tokens => show::int(u64::try_from(amount).unwrap_or(u64::MAX)),
        FlameWeight::Dollars => show::money(Money::from_picos(i128::try_from(amount).unwrap_or(i128::MAX))),
    }
}

/// The pixel of a call's first token, plus 1, where the picture is one of time.
fn tick(session: &Session, drawn: &Drawn, item: u32, window: FlameWindow) -> u32 {
    if drawn.flames.is_some() || flame_parts::of_item(drawn, item).is_some() {
        return 0;
    }
    let (spans, i) = (drawn.spans(), item as usize);
    if spans.call[i] == NONE || spans.start[i] == UNKNOWN {
        return 0;
    }
    let call = session.trace().call(CallId(spans.call[i]));
    let Some(first) = flame_parts::first_token(call, spans.start[i]) else { return 0 };
    let shown = drawn.timeline.axis.shown(first);
    if shown < window.from || shown >= window.to || spans.kind[i] != Kind::Call {
        return 0;
    }
    let share = (shown - window.from) as f64 / (window.to - window.from) as f64;
    (share * f64::from(window.width)) as u32 + 1
}

/// All of time in columns.
pub(super) fn map(base: &Base, timeline: &Timeline, width: u32) -> FlameMap {
    let calls = base.spans.kind.contains(&Kind::Call);
    let wanted = |row: u32| !calls || base.spans.kind[row as usize] == Kind::Call;
    let map = Minimap::of(&timeline.rows, width.min(WIDEST), &wanted);
    let failed = map.errors.iter().enumerate().filter(|(_, errors)| **errors > 0);
    FlameMap {
        from: timeline.rows.from,
        to: timeline.rows.to.max(timeline.rows.from.saturating_add(1)),
        errors: failed.map(|(column, _)| column as u32).collect(),
        running: map.running,
        cuts: timeline.axis.cuts.iter().map(|cut| ((cut.from, cut.to), (cut.shown, cut.kept))).collect(),
    }
}

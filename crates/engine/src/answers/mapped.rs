use formats::Ask;
use trace::{Call, Component, Trace};

use super::table::row;
use crate::{
    Session,
    protocol::{Mapped, MappedRow},
};

/// Characters shown of a text.
const SHOWN: usize = 80;

/// What a mapping makes of the beginning of a file.
///
/// # Errors
/// A sentence if there are no records to be seen.
pub(crate) fn mapped(head: &str, ask: &Ask) -> Result<Mapped, String> {
    let outline = formats::outline(head, ask).ok_or(
        "No records can be seen at the beginning of this file: JSON objects, JSON lines and tables with a header \
         can be told what is what.",
    )?;
    // By the same code as whole files, in a session that ends here.
    let mut session = Session::new();
    session.preview(head, &outline.mapping);
    let trace = session.trace();
    let rows = trace.calls().map(|(id, call)| MappedRow {
        row: row(&session, id),
        cost: call.reported_cost,
        prompt: text(trace, call, false),
        response: text(trace, call, true),
    });
    let rows = rows.collect();
    let report = &trace.files[0];
    let (problems, dropped) = (report.problems.clone(), report.dropped.keys().cloned().collect());
    Ok(Mapped { outline, rows, problems, dropped })
}

fn text(trace: &Trace, call: &Call, output: bool) -> String {
    let message = trace.messages(call).iter().find(|m| (m.component == Component::Output) == output);
    let text = message.map_or("", |message| trace.text(message.text));
    text.chars().take(SHOWN).collect()
}

use formats::{Ask, Part};
use trace::{Call, Component, Status, Trace};
use units::{Figure, Nanos, show};

use crate::{Session, protocol::Mapped};

/// Characters shown of a text.
const SHOWN: usize = 80;

/// What a mapping makes of the beginning of a file.
///
/// # Errors
/// A sentence if there are no records to be seen.
pub(crate) fn mapped(head: &str, ask: &Ask) -> Result<Mapped, String> {
    let outline = formats::outline(head, ask).ok_or(
        "No records can be seen at the beginning of this file. What is what can be said of JSON objects, JSON \
         lines and tables with a header.",
    )?;
    // By the same code as whole files, in a session that ends here.
    let mut session = Session::new();
    session.preview(head, &outline.mapping);
    let trace = session.trace();
    let parts: Vec<Part> =
        Part::ALL.into_iter().filter(|part| is_shown(&outline.mapping.fields, *part)).collect();
    let row = |call: &Call| parts.iter().map(|part| cell(trace, call, *part)).collect();
    let rows = trace.calls().map(|(_, call)| row(call)).collect();
    let columns = parts.iter().map(|part| part.name().to_owned()).collect();
    let report = &trace.files[0];
    let problems = report.problems.iter().map(|problem| problem.message.clone());
    let dropped = report.dropped.keys().map(|reason| format!("Left out: {reason}"));
    let warnings = problems.chain(dropped).collect();
    Ok(Mapped { outline, columns, rows, warnings })
}

/// Whether a part has a column. An id is only for telling requests apart; start and end are a duration.
fn is_shown(fields: &formats::Fields, part: Part) -> bool {
    match part {
        Part::RequestId => false,
        Part::Duration => [Part::Duration, Part::End].into_iter().any(|part| fields.get(part).is_some()),
        part => fields.get(part).is_some(),
    }
}

/// What a call says of a part.
fn cell(trace: &Trace, call: &Call, part: Part) -> String {
    let tokens = |tokens: Figure| tokens.get().map(show::int);
    let time = |time: Option<Nanos>| time.map(show::nanos);
    let id = |id| Some(trace.str(id).to_owned());
    let said = match part {
        Part::Model => id(call.model),
        Part::Prompt => text(trace, call, false),
        Part::Response => text(trace, call, true),
        Part::PromptTokens => tokens(call.usage.input),
        Part::CompletionTokens => tokens(call.usage.output),
        Part::CachedTokens => tokens(call.usage.cache_read),
        Part::Start => call.start.map(formats::stamp),
        Part::End => call.end().map(formats::stamp),
        Part::Duration => time(call.duration),
        Part::Ttft => time(call.ttft),
        Part::Cost => call.reported_cost.map(show::money),
        Part::Status => Some(status(call.status).to_owned()),
        Part::Error if call.error.is_none() => Some("none".to_owned()),
        Part::Error => id(call.error),
        Part::Provider => id(call.provider),
        Part::Component => id(call.component),
        Part::Session => id(call.session),
        Part::RequestId => None,
    };
    said.filter(|said| !said.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::RateLimited => "rate limited",
        Status::Cancelled => "cancelled",
        Status::Failed => "failed",
    }
}

fn text(trace: &Trace, call: &Call, output: bool) -> Option<String> {
    let message = trace.messages(call).iter().find(|m| (m.component == Component::Output) == output)?;
    Some(trace.text(message.text).chars().take(SHOWN).collect())
}

use pricing::Basis;
use trace::{Call, CallId, Convention, Operation, Status, Usage};
use units::{Figure, Nanos, Provenance, show};

use super::table::row;
use crate::{
    bill::{self, billable, class_name, per_million, source, terms},
    counts::Method,
    protocol::{BillRow, Detail, Field, MessageView, Row},
    session::Session,
};

/// Bytes of a message that the drawer shows; the raw record has the rest.
const SHOWN: usize = 64 * 1024;

/// All that is known of one call.
pub(crate) fn detail(session: &Session, id: CallId) -> Result<Detail, String> {
    let trace = session.trace();
    if id.0 as usize >= trace.records.len() {
        return Err(format!("There is no request {} in this session.", id.0 + 1));
    }
    let id = trace.standing_for(id);
    let call = trace.call(id);
    let number = trace.calls().take_while(|(other, _)| *other <= id).count() as u32;
    let price = session.bill.price(trace, call);
    let method = Method::of_model(trace.str(call.model));
    let bill = match (&price, billable(call, &call.usage)) {
        (Some(price), Some(billable)) => {
            let cost = bill::cost(price, billable, &terms(call));
            cost.rows()
                .map(|row| BillRow {
                    class: class_name(row.class).to_owned(),
                    tokens: Figure::new(row.tokens, class_provenance(call, row.class)),
                    per_million: Some(per_million(row.price)),
                    cost: Some(row.amount),
                    note: match (row.basis, row.above) {
                        (Basis::Listed, 0) => String::new(),
                        (Basis::Listed, above) => {
                            format!("price for requests above {} input tokens", show::int(above))
                        }
                        (basis, _) => basis.describe().to_owned(),
                    },
                })
                .collect()
        }
        _ => unpriced_rows(call),
    };
    let messages = session
        .messages(call)
        .iter()
        .map(|message| {
            let text = trace.text(message.text);
            let mut end = text.len().min(SHOWN);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            MessageView {
                role: message.role,
                component: message.component,
                tokens: session.counts.of(method, message.text),
                text: text[..end].to_owned(),
                bytes: text.len() as u64,
            }
        })
        .collect::<Vec<_>>();
    Ok(Detail {
        row: Row { number, ..row(session, id) },
        fields: fields(session, call),
        bill,
        reported_cost: call.reported_cost,
        price_source: price.map(|price| source(&price)).unwrap_or_default(),
        convention: convention(&call.usage, method),
        messages_note: if messages.is_empty() {
            "The file holds no text of this request.".to_owned()
        } else {
            String::new()
        },
        messages,
        place: session.place(call.record),
        more: trace.places(id).len() as u32 - 1,
    })
}

/// How the input count came to be.
fn convention(usage: &Usage, method: Method) -> String {
    let cached = usage.cache_read.is_known() || usage.cache_write.is_known();
    match usage.input.from() {
        Provenance::Unknown => String::new(),
        _ if cached => usage.convention.describe().to_owned(),
        Provenance::Reported => {
            "the file tells no cached tokens: its input count stands for the whole prompt".to_owned()
        }
        _ => format!("the file tells no input count; its texts stand in: {}", method.describe()),
    }
}

fn class_provenance(call: &Call, class: pricing::Class) -> Provenance {
    match class {
        pricing::Class::Input => call.usage.input.from(),
        pricing::Class::CacheRead => call.usage.cache_read.from(),
        pricing::Class::CacheWrite5m | pricing::Class::CacheWrite30m | pricing::Class::CacheWrite1h => {
            call.usage.cache_write.from()
        }
        pricing::Class::AudioIn | pricing::Class::AudioRead => call.usage.audio_input.from(),
        pricing::Class::ImageIn | pricing::Class::ImageRead => call.usage.image_input.from(),
        pricing::Class::Output => call.usage.output.from(),
        pricing::Class::Reasoning => call.usage.reasoning.from(),
        pricing::Class::AudioOut => call.usage.audio_output.from(),
        pricing::Class::ImageOut => call.usage.image_output.from(),
        pricing::Class::WebSearch => call.usage.web_searches.from(),
        pricing::Class::Request => Provenance::Counted,
    }
}

/// The classes of a call without a price: tokens only.
fn unpriced_rows(call: &Call) -> Vec<BillRow> {
    let usage = &call.usage;
    [
        ("Fresh input", usage.fresh()),
        ("Cache read", usage.cache_read),
        ("Cache write", usage.cache_write),
        ("Output and reasoning", usage.output),
    ]
    .into_iter()
    .filter(|(class, tokens)| {
        tokens.or_zero() > 0 || class.starts_with("Fresh") || class.starts_with("Output")
    })
    .map(|(class, tokens)| BillRow {
        class: class.to_owned(),
        tokens,
        per_million: None,
        cost: None,
        note: String::new(),
    })
    .collect()
}

fn fields(session: &Session, call: &Call) -> Vec<Field> {
    use Provenance::{Counted, Reported};
    let trace = session.trace();
    let mut fields = Vec::new();
    let mut add = |name: &str, value: String, from, note: &str| {
        fields.push(Field { name: name.to_owned(), value, from, note: note.to_owned() });
    };
    for (name, id) in [
        ("Name", call.name),
        ("Provider", call.provider),
        ("Model", call.model),
        ("Component", call.component),
        ("Session", call.session),
        ("Trace", call.trace),
        ("Response id", call.response),
        ("Error", call.error),
    ] {
        if !id.is_none() {
            add(name, trace.str(id).to_owned(), Reported, "");
        }
    }
    let operation = match call.operation {
        Operation::Generate => "generation",
        Operation::Embed => "embedding",
        Operation::Rerank => "reranking",
    };
    add("Operation", operation.to_owned(), Reported, "");
    let status = match call.status {
        Status::Ok => "finished",
        Status::RateLimited => "refused for load",
        Status::Cancelled => "cancelled",
        Status::Failed => "failed",
    };
    add("Status", status.to_owned(), Reported, "");
    let time = |value: Option<Nanos>| value.map(show::nanos);
    for (name, value, from, note) in [
        ("Duration", time(call.duration), Reported, ""),
        ("Time to first token", time(call.ttft), Reported, ""),
        ("Queue wait", time(call.queue), Reported, ""),
        ("Model load", time(call.model_load), Reported, ""),
        (
            "Inter-token latency",
            call.itl_ms().map(show::ms),
            Counted,
            "(duration − time to first token) / (output tokens − 1)",
        ),
        (
            "Output tokens per second",
            call.output_rate().map(|rate| format!("{rate:.1}")),
            if call.duration.is_some() && call.ttft.is_some() { Counted } else { Reported },
            "output tokens / (duration − time to first token)",
        ),
        (
            "Application cache",
            call.cache_hit.map(|hit| if hit { "hit" } else { "miss" }.to_owned()),
            Reported,
            "",
        ),
    ] {
        match value {
            Some(value) => add(name, value, from, note),
            None if matches!(name, "Duration" | "Time to first token") => {
                add(name, "unknown".to_owned(), Provenance::Unknown, "the file does not say")
            }
            None => {}
        }
    }
    if call.retries > 0 {
        add(
            "Failed attempts before",
            call.retries.to_string(),
            Counted,
            "same parent, same request, failed, then repeated",
        );
    }
    let method = Method::of_model(trace.str(call.model)).describe();
    let usage = &call.usage;
    for (name, figure, note) in [
        (
            "Input tokens",
            usage.input,
            match usage.convention {
                Convention::Inclusive => "all prompt tokens, cached ones included",
                Convention::Exclusive | Convention::Repaired => {
                    "the file's count, with cache reads and writes added"
                }
            },
        ),
        ("Fresh input tokens", usage.fresh(), "input − cache read − cache write"),
        ("Cache read tokens", usage.cache_read, ""),
        ("Cache write tokens", usage.cache_write, ""),
        ("Cache write tokens, 1 hour", usage.cache_write_1h, "of the cache write tokens"),
        ("Output tokens", usage.output, "reasoning included"),
        ("Reasoning tokens", usage.reasoning, "of the output tokens"),
    ] {
        match figure.get() {
            Some(tokens) => {
                let note = if figure.from() == Reported { note } else { &method };
                add(name, show::int(tokens), figure.from(), note);
            }
            None if matches!(name, "Input tokens" | "Output tokens") => {
                add(name, "unknown".to_owned(), Provenance::Unknown, "the file does not say")
            }
            None => {}
        }
    }
    if let Some(cost) = call.reported_cost {
        add("Reported cost", format!("${cost}"), Reported, "");
    }
    fields
}

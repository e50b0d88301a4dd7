//! The bill of files, for a person and for programs.

use std::fmt::Write;

use engine::{
    Session,
    protocol::{Answer, BillAsk, BillSheet, Command, Filter, Finding, RepriceAsk, Unpriced},
};
use serde_json::{Value, json};
use units::{Money, show};

use crate::{count, printable};

/// The answer to `tokenflame bill`.
pub fn bill(session: &mut Session, mut ask: BillAsk, json: bool) -> Result<String, String> {
    // A terminal scrolls.
    ask.top = u32::MAX;
    let field = ask.success_field.clone();
    if !ask.model.is_empty() {
        // The texts are counted by the tokenizer of that model, too.
        let (filter, models, as_of) = (Filter::default(), vec![ask.model.clone()], ask.as_of.clone());
        session.answer(Command::Reprice(Box::new(RepriceAsk {
            filter,
            models,
            as_of,
            service: String::new(),
        })))?;
    }
    count::count(session)?;
    match session.answer(Command::Bill(Box::new(ask)))? {
        Answer::Bill(bill) if !field.is_empty() && bill.fields.iter().all(|(name, ..)| *name != field) => {
            let known: Vec<&str> = bill.fields.iter().map(|(name, ..)| &**name).collect();
            Err(match known.is_empty() {
                true => format!("there is no field {field:?}: the files hold none that is true or false"),
                false => format!("there is no field {field:?}; true or false are {}", known.join(", ")),
            })
        }
        Answer::Bill(bill) if json => Ok(object(&bill).to_string() + "\n"),
        Answer::Bill(bill) => Ok(table(&bill)),
        _ => Err("the engine answered something else".to_owned()),
    }
}

fn object(bill: &BillSheet) -> Value {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let money = |amount: Option<Money>| amount.map(|amount| amount.to_string());
    let rows = bill.groups.iter().flat_map(|group| {
        group.lines.iter().map(move |line| {
            json!({
                "group": group.name,
                "model": line.model,
                "class": line.class,
                "tier": (line.above > 0).then(|| format!(">{}", line.above)),
                "service_tier": line.service,
                "tokens": line.tokens,
                "usd_per_million": line.price.times(1_000_000).to_string(),
                "usd": line.amount.to_string(),
                "matched": said(&line.matched),
                "source": line.source,
                "from": said(&line.since),
                "checked": said(&line.checked),
                "notes": line.notes,
            })
        })
    });
    let unpriced = |row: &Unpriced| json!({ "model": row.model, "requests": row.requests, "tokens": row.tokens, "why": row.why });
    let finding = |finding: &Finding| {
        json!({
            "kind": finding.kind,
            "finding": finding.head,
            "details": finding.body,
            "verify": finding.verify,
            "usd": finding.amount.to_string(),
            "requests": finding.calls,
        })
    };
    json!({
        "rows": rows.collect::<Vec<_>>(),
        "total_usd": money(bill.total),
        "reported_usd": money(bill.reported),
        "difference": bill.bridge.iter().map(|row| json!({
            "reason": row.reason, "requests": row.calls, "usd": row.amount.to_string(),
        })).collect::<Vec<_>>(),
        "successes": bill.successes,
        "usd_per_success": per_success(bill).map(|money| money.to_string()),
        "unpriced": bill.unpriced.iter().map(unpriced).collect::<Vec<_>>(),
        "findings": bill.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// The cost of one success, rounded down to the pico-dollar.
fn per_success(bill: &BillSheet) -> Option<Money> {
    let picos = bill.total?.picos().checked_div(i128::from(bill.successes))?;
    Some(Money::from_picos(picos))
}

fn table(bill: &BillSheet) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let mut line = |cells: [&str; 5]| {
        let [name, tokens, price, amount, source] = cells.map(printable);
        let line = format!("{name:<32}{tokens:>16}{price:>14}{amount:>20}  {source}");
        let _ = writeln!(text, "{}", line.trim_end());
    };
    line(["", "Tokens", "Per million", "Dollars", "Price from"]);
    for group in &bill.groups {
        let matched = group.matched().unwrap_or_default();
        line([&group.name, "", "", &format!("${}", group.amount), matched]);
        for row in &group.lines {
            let source = match row.checked.as_str() {
                "" => row.source.clone(),
                checked => format!("{}, checked {checked}", row.source),
            };
            let notes: String = row.notes.iter().map(|note| format!("; {note}")).collect();
            line([
                &match group.lines.iter().all(|other| other.model == row.model) {
                    true => format!("  {}", row.label),
                    false => format!("  {}: {}", row.model, row.label),
                },
                &show::int(row.tokens),
                &format!("${}", row.price.times(1_000_000)),
                &format!("${}", row.amount),
                &(source + &notes),
            ]);
        }
    }
    let dollars = |amount: Option<Money>, unknown: &str| {
        amount.map_or(unknown.to_owned(), |amount| format!("${amount}"))
    };
    line(["Total of priced rows", "", "", &dollars(bill.total, "unpriced"), ""]);
    let successes = format!("{} successes", show::int(bill.successes));
    line(["Per success", "", "", &dollars(per_success(bill), "unknown"), &successes]);
    line(["Reported", "", "", &dollars(bill.reported, "unknown"), ""]);
    for row in &bill.bridge {
        let calls = show::int(row.calls);
        line([
            &format!("  {}", row.reason),
            "",
            "",
            &format!("${}", row.amount),
            &format!("{calls} requests"),
        ]);
    }
    for row in &bill.unpriced {
        let tokens = row.tokens.map_or("unknown".to_owned(), show::int);
        let why = format!("{}, {} requests", row.why, show::int(row.requests));
        line([named(&row.model), &tokens, "", "unpriced", &why]);
    }
    for finding in &bill.findings {
        line([
            "Finding",
            "",
            "",
            &format!("${}", finding.amount),
            &format!("{}. {}", finding.head, finding.body),
        ]);
    }
    text
}

fn named(model: &str) -> &str {
    if model.is_empty() { "no model named" } else { model }
}

use pricing::{Class, Cost, CostRow};
use rustc_hash::FxHashMap;
use trace::{Call, CallId, Component};
use units::{Figure, Money, Provenance, order};

use crate::{bill::divide, protocol::ComponentRow, session::Session};

/// A component above this share of all tokens is worth a look.
pub(crate) const WASTEFUL: f64 = 0.30;

/// What a prompt holds beside the texts that the file shows: the chat template, and whatever was left out of
/// the file.
pub(crate) const NOT_SHOWN: &str = "not in the file";

/// What is billed by the piece and belongs to no part of a prompt.
pub(crate) const FEES: &str = "searches and fees";

/// Tokens and cost by component, most tokens first.
///
/// A call that names the part of the application it belongs to and shows at most one text of its prompt is of
/// that part as a whole. Else its prompt is divided by its texts: each counts with its own tokens, and what
/// the reported input has beyond them is not in the file. If they count more than the file reports, they
/// share the reported input in proportion.
pub(crate) fn components(session: &Session, ids: &[CallId]) -> Vec<ComponentRow> {
    let trace = session.trace();
    let mut rows = Rows::default();
    for &id in ids {
        let call = trace.call(id);
        add(session, call, session.bill.cost(trace, call, &call.usage).as_ref(), &mut rows);
    }
    rows.finish()
}

/// The same of calls with what they cost.
pub(crate) fn of_priced<'a>(
    session: &Session,
    calls: impl Iterator<Item = (&'a Call, Option<&'a Cost>)>,
) -> Vec<ComponentRow> {
    let mut rows = Rows::default();
    for (call, cost) in calls {
        add(session, call, cost, &mut rows);
    }
    rows.finish()
}

#[derive(Default)]
struct Rows(FxHashMap<String, ComponentRow>);

impl Rows {
    /// The rows, most tokens first.
    fn finish(self) -> Vec<ComponentRow> {
        let all = self.0.values().fold(0u64, |sum, row| sum.saturating_add(row.tokens));
        let mut rows: Vec<ComponentRow> =
            self.0.into_values().filter(|row| row.tokens > 0 || row.name == FEES).collect();
        for row in &mut rows {
            row.share = row.tokens as f64 / all.max(1) as f64;
            row.wasteful =
                row.share > WASTEFUL && row.name != NOT_SHOWN && !row.kind.is_some_and(Component::is_output);
        }
        order::sort(&mut rows, |a, b| b.tokens.cmp(&a.tokens).then_with(|| a.name.cmp(&b.name)));
        rows
    }

    fn add(
        &mut self,
        name: &str,
        kind: Option<Component>,
        prompt: u64,
        completion: u64,
        from: Provenance,
        cost: Option<Money>,
    ) {
        if !self.0.contains_key(name) {
            let empty = ComponentRow {
                name: name.to_owned(),
                kind,
                tokens: 0,
                prompt: 0,
                completion: 0,
                from: Provenance::Reported,
                share: 0.0,
                wasteful: false,
                cost: None,
            };
            self.0.insert(name.to_owned(), empty);
        }
        if let Some(row) = self.0.get_mut(name) {
            row.prompt = row.prompt.saturating_add(prompt);
            row.completion = row.completion.saturating_add(completion);
            row.tokens = row.prompt.saturating_add(row.completion);
            row.from = row.from.max(from);
            if let Some(cost) = cost {
                row.cost = Some(row.cost.unwrap_or_default() + cost);
            }
        }
    }
}

fn add(session: &Session, call: &Call, cost: Option<&Cost>, rows: &mut Rows) {
    let parts = parts(session, call);
    let mut costs: Vec<Option<Money>> = vec![cost.map(|_| Money::ZERO); parts.len()];
    for row in cost.into_iter().flat_map(Cost::rows) {
        for (part, row) in divided(&parts, &row) {
            match part.and_then(|part| costs[part].as_mut()) {
                Some(sum) => *sum += row.amount,
                None => rows.add(FEES, None, 0, 0, Provenance::Counted, Some(row.amount)),
            }
        }
    }
    for (part, cost) in parts.iter().zip(costs) {
        let (prompt, completion) = if part.output { (0, part.tokens) } else { (part.tokens, 0) };
        rows.add(part.name, part.kind, prompt, completion, part.from, cost);
    }
}

/// What a call's tokens are for.
pub(crate) struct CallPart<'a> {
    pub name: &'a str,
    pub kind: Option<Component>,
    pub tokens: u64,
    /// Of the answer, and not of the prompt.
    pub output: bool,
    pub from: Provenance,
}

/// What a call's tokens are for; the parts of the prompt have as many as its input, those of the answer as many as
/// its output.
pub(crate) fn parts<'a>(session: &'a Session, call: &Call) -> Vec<CallPart<'a>> {
    let (usage, trace) = (&call.usage, session.trace());
    let (input, output) = (usage.input, usage.output);
    let mut parts = Vec::new();
    if !input.is_known() && !output.is_known() {
        return parts;
    }
    let messages = session.messages(call);
    let prompts: Vec<_> = messages.iter().filter(|message| !message.component.is_output()).collect();
    if !call.component.is_none() && prompts.len() <= 1 {
        let name = trace.str(call.component);
        let kind = Component::ALL.into_iter().find(|component| component.key() == name);
        let from = input.from().max(output.from());
        let from = if input.is_known() && output.is_known() { from } else { from.min(Provenance::Estimated) };
        for (tokens, output) in [(input.or_zero(), false), (output.or_zero(), true)] {
            parts.push(CallPart { name, kind, tokens, output, from });
        }
        return parts;
    }
    let mut part = |kind: Option<Component>, tokens, from| {
        let name = kind.map_or(NOT_SHOWN, Component::key);
        parts.push(CallPart { name, kind, tokens, output: kind.is_some_and(Component::is_output), from });
    };
    if let Some(tokens) = output.get().filter(|&tokens| tokens > 0) {
        let reasoning = usage.reasoning.or_zero().min(tokens);
        for (kind, tokens) in [(Component::Output, tokens - reasoning), (Component::Reasoning, reasoning)] {
            if tokens > 0 {
                part(Some(kind), tokens, output.from());
            }
        }
    }
    let Some(input) = input.get() else { return parts };
    if prompts.is_empty() {
        if input > 0 {
            part(None, input, usage.input.from());
        }
        return parts;
    }
    let method = session.counts.method(trace, call.model);
    let counted: Vec<Figure> =
        prompts.iter().map(|message| session.counts.of(method, message.text)).collect();
    let (mut weights, mut from) = (Vec::with_capacity(prompts.len() + 1), method.provenance());
    if counted.iter().all(|figure| figure.is_known()) {
        let tokens: Vec<u64> = counted.iter().map(|figure| figure.or_zero()).collect();
        let sum: u64 = tokens.iter().sum();
        if sum > input {
            weights = scale(&tokens, input);
            from = Provenance::Estimated;
        } else {
            weights = tokens;
        }
    } else {
        weights.resize(prompts.len(), 0);
    }
    weights.push(input - weights.iter().sum::<u64>());
    for (i, tokens) in weights.into_iter().enumerate().filter(|(_, tokens)| *tokens > 0) {
        match prompts.get(i) {
            Some(message) => part(Some(message.component), tokens, from),
            None => part(None, tokens, usage.input.from().max(from)),
        }
    }
    parts
}

/// A row of a call's bill, divided over the parts of the call: each has its share of the tokens at the row's price.
/// A fee belongs to a part only where the whole call does.
pub(crate) fn divided<'a>(
    parts: &[CallPart<'a>],
    row: &CostRow,
) -> impl Iterator<Item = (Option<usize>, CostRow)> + use<> {
    let one = parts.iter().all(|part| part.name == parts[0].name);
    let output = row.class >= Class::Output;
    let holds = |part: &CallPart<'_>| match row.class {
        class if class.is_fee() => false,
        Class::Reasoning => part.output && part.kind == Some(Component::Reasoning),
        _ => part.output == output,
    };
    let mut weights: Vec<u64> = parts.iter().map(|part| if holds(part) { part.tokens } else { 0 }).collect();
    if weights.iter().all(|weight| *weight == 0) {
        match weights.first_mut().filter(|_| one) {
            Some(first) => *first = 1,
            None => weights.push(1),
        }
    }
    let (row, last) = (*row, parts.len());
    let shares = scale(&weights, row.tokens).into_iter().enumerate().filter(|(_, tokens)| *tokens > 0);
    shares.map(move |(part, tokens)| {
        let amount = row.price.times(tokens);
        ((part < last).then_some(part), CostRow { tokens, amount, ..row })
    })
}

/// Brings weights down to a sum, exactly.
fn scale(weights: &[u64], sum: u64) -> Vec<u64> {
    let mut held = weights.iter().enumerate().filter(|(_, weight)| **weight > 0);
    if let (Some((only, _)), None) = (held.next(), held.next()) {
        // Most calls tell one text, or none.
        let mut parts = vec![0; weights.len()];
        parts[only] = sum;
        return parts;
    }
    divide(Money::from_picos(sum.into()), weights).into_iter().map(|part| part.picos() as u64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_weights_keep_the_sum() {
        assert_eq!(scale(&[10, 20, 30], 12), [2, 4, 6]);
        assert_eq!(scale(&[0, 7, 0], 12), [0, 12, 0]);
        assert_eq!(scale(&[1, 1, 1], 2).iter().sum::<u64>(), 2);
    }
}

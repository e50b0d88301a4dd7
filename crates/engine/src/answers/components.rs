use rustc_hash::FxHashMap;
use trace::{Call, CallId, Component};
use units::{Figure, Money, Provenance};

use crate::{bill::divide, counts::Method, protocol::ComponentRow, session::Session};

/// A component above this share of all tokens is worth a look.
pub(crate) const WASTEFUL: f64 = 0.30;

/// What a prompt holds beside the texts that the file shows: the chat template, and whatever was left out of
/// the file.
pub(crate) const NOT_SHOWN: &str = "not in the file";

/// Tokens and cost by component, most tokens first.
///
/// A call that names the part of the application it belongs to and shows at most one text of its prompt is of
/// that part as a whole. Else its prompt is divided by its texts: each counts with its own tokens, and what
/// the reported input has beyond them is not in the file. If they count more than the file reports, they
/// share the reported input in proportion.
pub(crate) fn components(session: &Session, ids: &[CallId]) -> Vec<ComponentRow> {
    let mut rows = Rows::default();
    for &id in ids {
        add(session, session.trace().call(id), &mut rows);
    }
    let all = rows.0.values().fold(0u64, |sum, row| sum.saturating_add(row.tokens));
    let mut rows: Vec<ComponentRow> = rows.0.into_values().filter(|row| row.tokens > 0).collect();
    for row in &mut rows {
        row.share = row.tokens as f64 / all as f64;
        row.wasteful =
            row.share > WASTEFUL && row.name != NOT_SHOWN && !row.kind.is_some_and(Component::is_output);
    }
    rows.sort_by(|a, b| b.tokens.cmp(&a.tokens).then_with(|| a.name.cmp(&b.name)));
    rows
}

#[derive(Default)]
struct Rows(FxHashMap<String, ComponentRow>);

impl Rows {
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

fn add(session: &Session, call: &Call, rows: &mut Rows) {
    let (usage, trace) = (&call.usage, session.trace());
    let (input, output) = (usage.input, usage.output);
    if !input.is_known() && !output.is_known() {
        return;
    }
    let cost = session.bill.cost(trace, call, usage);
    let answer_cost = cost.as_ref().map(|cost| {
        cost.rows
            .iter()
            .filter(|row| row.class == pricing::Class::Output)
            .map(|row| row.amount)
            .sum::<Money>()
    });
    let prompt_cost = cost.as_ref().zip(answer_cost).map(|(cost, answer)| cost.total - answer);
    let messages = session.messages(call);
    let prompts: Vec<_> = messages.iter().filter(|message| !message.component.is_output()).collect();
    if !call.component.is_none() && prompts.len() <= 1 {
        let name = trace.str(call.component);
        let kind = Component::ALL.into_iter().find(|component| component.key() == name);
        let from = input.from().max(output.from());
        let known =
            if input.is_known() && output.is_known() { from } else { from.min(Provenance::Estimated) };
        rows.add(name, kind, input.or_zero(), output.or_zero(), known, cost.map(|cost| cost.total));
        return;
    }
    if let Some(tokens) = output.get().filter(|&tokens| tokens > 0) {
        let reasoning = usage.reasoning.or_zero().min(tokens);
        let parts = [tokens - reasoning, reasoning];
        let costs = answer_cost.map(|amount| divide(amount, &parts));
        for (i, kind) in [Component::Output, Component::Reasoning].into_iter().enumerate() {
            let cost = costs.as_ref().map(|costs| costs[i]).filter(|_| parts[i] > 0);
            rows.add(kind.key(), Some(kind), 0, parts[i], output.from(), cost);
        }
    }
    let Some(input) = input.get() else { return };
    let method = Method::of_model(trace.str(call.model));
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
    let costs = prompt_cost.map(|amount| divide(amount, &weights));
    for (i, &tokens) in weights.iter().enumerate().filter(|(_, tokens)| **tokens > 0) {
        let cost = costs.as_ref().map(|costs| costs[i]);
        match prompts.get(i) {
            Some(message) => {
                rows.add(message.component.key(), Some(message.component), tokens, 0, from, cost)
            }
            None => rows.add(NOT_SHOWN, None, tokens, 0, usage.input.from().max(from), cost),
        }
    }
}

/// Brings weights down to a sum, exactly.
fn scale(weights: &[u64], sum: u64) -> Vec<u64> {
    divide(Money::from_picos(sum.into()), weights).into_iter().map(|part| part.picos() as u64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_weights_keep_the_sum() {
        assert_eq!(scale(&[10, 20, 30], 12), [2, 4, 6]);
        assert_eq!(scale(&[1, 1, 1], 2).iter().sum::<u64>(), 2);
    }
}

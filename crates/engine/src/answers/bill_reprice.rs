use pricing::Basis;
use trace::Call;
use units::{Money, Provenance};

use super::{
    bill::{Item, is_unbilled, item, plan},
    filter::select,
};
use crate::{
    bill::{Plan, source},
    counts::Method,
    protocol::{RepriceAsk, Repriced},
    reprice::is_exact,
    session::Session,
};

/// What the traffic costs on other models; first as it was made.
pub(crate) fn reprice(session: &mut Session, ask: &RepriceAsk) -> Result<Vec<Repriced>, String> {
    let own = Plan { as_of: plan(session, &ask.as_of, "", "")?.as_of, ..Plan::default() };
    let mut plans = vec![(String::new(), plan(session, &ask.as_of, "", &ask.service)?)];
    for model in &ask.models {
        plans.push((model.clone(), plan(session, &ask.as_of, model, &ask.service)?));
    }
    for target in plans.iter().filter_map(|(_, plan)| plan.target.as_ref()) {
        session.counts.count_also(target.method.encoding);
    }
    let session = &*session;
    let ids = select(session.trace(), &ask.filter);
    let before: Vec<Option<Money>> = ids.iter().map(|&id| item(session, id, &own).cost()).collect();
    let total = |(model, plan): (String, Plan)| {
        let items = ids.iter().map(|&id| item(session, id, &plan));
        sum(model, &plan, items.zip(before.iter().copied()))
    };
    Ok(plans.into_iter().map(total).collect())
}

fn sum<'a>(model: String, plan: &Plan, items: impl Iterator<Item = (Item<'a>, Option<Money>)>) -> Repriced {
    let mut sum = Repriced { model, ..Repriced::default() };
    let mut from = None;
    if let Some(target) = &plan.target {
        sum.provider = target.price.provider.to_string();
        sum.window = target.price.context_window;
        sum.source = source(&target.price);
        sum.method = method(target.method);
    }
    for (item, before) in items {
        let Some(priced) = item.priced else {
            sum.unpriced += u64::from(!is_unbilled(item.call));
            continue;
        };
        let tokens = priced.tokens;
        let output = tokens.output + tokens.reasoning + tokens.audio_out + tokens.image_out;
        sum.calls += 1;
        sum.input = sum.input.saturating_add(tokens.total_input);
        sum.output = sum.output.saturating_add(output);
        sum.total = Some(sum.total.unwrap_or_default() + priced.cost.total);
        if let Some(before) = before {
            sum.before = Some(sum.before.unwrap_or_default() + before);
        }
        sum.scaled +=
            u64::from(plan.target.is_some() && priced.from > told(item.call).max(Provenance::Counted));
        from = from.max(Some(priced.from));
        let window = priced.price.context_window;
        sum.overflows +=
            u64::from(window.is_some_and(|window| tokens.total_input.saturating_add(output) > window));
        sum.unpriced += u64::from(priced.cost.unpriced().next().is_some());
        for row in priced.cost.rows().filter(|row| row.basis != Basis::Listed) {
            let note = row.basis.describe();
            if !sum.notes.iter().any(|known| known == note) {
                sum.notes.push(note.to_owned());
            }
        }
    }
    sum.from = from.unwrap_or_default();
    sum
}

/// How firm a call's own tokens are.
fn told(call: &Call) -> Provenance {
    call.usage.input.from()
}

fn method(method: Method) -> String {
    match is_exact(method) {
        true => format!("texts counted with {}, this model's own encoding", method.encoding.as_str()),
        false => method.describe(),
    }
}

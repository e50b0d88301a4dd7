//! The tokens of a call as another model would count them.

use pricing::Billable;
use tokens::Exactness;
use trace::Call;
use units::{Figure, Money, Provenance};

use crate::{bill::divide, counts::Method, session::Session};

/// Texts that make up this share of a prompt stand for it as a whole: the rest is what a chat template adds.
const WHOLE: f64 = 0.8;

/// The tokens of a call on another model, and how firm they are.
///
/// The same tokenizer counts the same. Else the call's texts are counted by both, and its tokens grow or shrink as
/// they do; where the file has no texts, or only few of them, that is an estimate, and without any count the known
/// factors of the two models stand in. Cached tokens keep their share; sound and pictures stay as they are.
pub(crate) fn tokens_for(
    session: &Session,
    call: &Call,
    tokens: Billable,
    from: Provenance,
    target: Method,
) -> (Billable, Provenance) {
    let own = session.counts.method(session.trace(), call.model);
    if (own.encoding, factor(own)) == (target.encoding, factor(target)) {
        return (tokens, from);
    }
    let input = tokens.fresh + tokens.cache_read + tokens.cache_write_5m + tokens.cache_write_1h;
    let output = tokens.output + tokens.reasoning;
    let (new_input, firm_input) = convert(session, call, input, own, target, false);
    let (new_output, firm_output) = convert(session, call, output, own, target, true);
    let [fresh, cache_read, cache_write_5m, cache_write_1h] =
        scale([tokens.fresh, tokens.cache_read, tokens.cache_write_5m, tokens.cache_write_1h], new_input);
    let [output, reasoning] = scale([tokens.output, tokens.reasoning], new_output);
    let tokens = Billable { fresh, cache_read, cache_write_5m, cache_write_1h, output, reasoning, ..tokens };
    (tokens.summed(), from.max(firm_input).max(firm_output))
}

/// Tokens of a prompt or an answer by the target's tokenizer.
fn convert(
    session: &Session,
    call: &Call,
    tokens: u64,
    own: Method,
    target: Method,
    output: bool,
) -> (u64, Provenance) {
    let texts = || session.messages(call).iter().filter(|message| message.component.is_output() == output);
    let count = |method: Method| {
        let counts = texts().map(|message| session.counts.of(method, message.text));
        counts.reduce(|sum, count| match (sum.get(), count.get()) {
            (Some(sum), Some(count)) => Figure::new(sum.saturating_add(count), method.provenance()),
            _ => Figure::UNKNOWN,
        })
    };
    let (had, has, firm) = match (count(own).and_then(Figure::get), count(target).and_then(Figure::get)) {
        _ if tokens == 0 => return (0, Provenance::Reported),
        (Some(had), Some(has)) if had > 0 => {
            let whole = had as f64 >= tokens as f64 * WHOLE;
            (had, has, if whole { target.provenance() } else { Provenance::Estimated })
        }
        _ => (factor(own), factor(target), Provenance::Estimated),
    };
    let scaled = u128::from(tokens) * u128::from(has) / u128::from(had.max(1));
    (u64::try_from(scaled).unwrap_or(Figure::MAX).clamp(1, Figure::MAX), firm)
}

/// How many of a model's tokens stand for a thousand of its encoding.
fn factor(method: Method) -> u64 {
    method.exactness.tokens(1_000)
}

/// Classes brought to another sum, each in proportion.
fn scale<const N: usize>(classes: [u64; N], sum: u64) -> [u64; N] {
    let parts = divide(Money::from_picos(sum.into()), &classes);
    std::array::from_fn(|i| parts[i].picos() as u64)
}

/// Whether a tokenizer is a model's own.
pub(crate) fn is_exact(method: Method) -> bool {
    matches!(method.exactness, Exactness::Exact)
}

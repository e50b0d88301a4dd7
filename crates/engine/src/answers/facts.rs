//! What a single model makes of a call: room in its window, and when its prompt cache pays. In words.

use caching::prompt::minimum;
use pricing::{Basis, Class, Price, Terms};
use units::{Money, show};

use super::quotes::rate;
use crate::{
    bill::per_million,
    protocol::{Inquiry, Quote},
};

type Facts = Vec<(String, String)>;

fn facts<const N: usize>(rows: [(&str, String); N]) -> Facts {
    rows.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

fn tokens(n: u64) -> String {
    format!("{} tokens", show::int(n))
}

/// The part of the window that prompt and longest answer take.
pub(super) fn share(quote: &Quote) -> Option<f64> {
    let window = quote.window.filter(|&window| window > 0)?;
    Some((quote.input.get()?.saturating_add(quote.output_to.or_zero())) as f64 / window as f64)
}

/// Room in the window.
pub(super) fn window(quote: &Quote, price: &Price, ask: &Inquiry) -> Facts {
    let (input, output) = (quote.input.or_zero(), quote.output_to.or_zero());
    let unknown = "unknown: the price book does not tell its window";
    let used = match (quote.window, share(quote)) {
        (Some(window), Some(share)) => format!(
            "{} of {}, {}",
            show::int(input.saturating_add(output)),
            tokens(window),
            show::percent(share, 2)
        ),
        _ => unknown.to_owned(),
    };
    let left = quote.window.map(|window| window.saturating_sub(input));
    let room = match (left, price.max_output) {
        (Some(left), Some(most)) if left < most => format!("{}, the rest of the window", tokens(left)),
        (_, Some(most)) => format!("{}, the model's own limit", tokens(most)),
        (Some(left), None) => format!("{}, the rest of the window", tokens(left)),
        (None, None) => unknown.to_owned(),
    };
    // A turn adds the question and its answer to what is sent with the next one.
    let turns = match (left, ask.turn.saturating_add(output)) {
        (_, 0) => "unknown: there is no text yet".to_owned(),
        (Some(left), turn) => show::int(left / turn),
        (None, _) => unknown.to_owned(),
    };
    facts([
        ("Prompt and answer", used),
        ("Left for a longer answer", room),
        ("Turns of this size until it is full", turns),
    ])
}

/// When caching a prefix pays: with a write of `w` and a read of `r` times the price of fresh input, after more than
/// `(w - 1) / (1 - r)` reads.
pub(super) fn caching(quote: &Quote, price: &Price, ask: &Inquiry) -> Facts {
    // A class without a price of its own is billed as the nearest one: that tells nothing of it.
    let own = |class| {
        let (rate, basis) = rate(price, class, quote.input.or_zero(), Terms::default())?;
        (basis != Basis::NearestClass).then_some(rate)
    };
    let (Some(input), Some(read)) = (own(Class::Input), own(Class::CacheRead)) else {
        return facts([("Read, write", "unknown: the price book has no price for it".to_owned())]);
    };
    let saved = input.picos() - read.picos();
    let pays_from = |write: Money| {
        let extra = (write.picos() - input.picos()).max(0);
        if saved <= 0 {
            return "never: a read costs as much as fresh input".to_owned();
        }
        match extra / saved + 1 {
            1 => "1 read on".to_owned(),
            reads => format!("{} reads on", show::int(reads as u64)),
        }
    };
    let money = |price: Money| format!("{} per million", show::money(per_million(price)));
    let write = own(Class::CacheWrite5m);
    let mut pays = pays_from(write.unwrap_or(input));
    let write = write.map_or("writing costs no more".to_owned(), money);
    if let Some(hour) = own(Class::CacheWrite1h) {
        pays += &format!(", for an hour {}", pays_from(hour));
    }
    let mut facts = facts([("Read, write", format!("{}, {write}", money(read))), ("Pays from", pays)]);
    if let Some(stable) = ask.stable {
        let minimum = match minimum(&price.provider, &price.model) {
            Some((least, _)) if stable < least => {
                format!("below the minimum of {}: not cached", show::int(least))
            }
            Some((least, most)) if least < most => {
                format!("the minimum is {} to {}: sources differ", show::int(least), show::int(most))
            }
            Some((minimum, _)) => format!("the minimum is {}", show::int(minimum)),
            None => "the minimum is not known".to_owned(),
        };
        facts.push(("Stable prefix".to_owned(), format!("{}, {minimum}", tokens(stable))));
    }
    facts
}

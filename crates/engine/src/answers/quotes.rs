use std::cmp::Ordering;

use pricing::{Basis, Billable, Class, Price, PriceBook, Service, Terms};
use tokens::{ChatRules, EncodingName};
use units::{Figure, Money, Provenance, show};

use super::facts;
use crate::{
    Session,
    bill::{per_million, source},
    calibration::{Calibration, Fit},
    counts::{Method, role_name},
    protocol::{Inquiry, Quote, QuoteOrder, Tokenizer},
};

/// A list of models is for choosing from.
const MOST_LISTED: usize = 20;

/// What a call costs on the models asked for, or else on the featured ones and the user's own; cheapest first.
///
/// The tokens are as `ask.tokenizer` counts them. Where a model has another tokenizer, its figures are estimates and
/// say so.
pub(crate) fn quotes(session: &Session, ask: &Inquiry) -> Vec<Quote> {
    let book = session.bill.book();
    let counter = match ask.tokenizer {
        Tokenizer::BuiltIn(encoding) => Counter { encoding: Some(encoding), name: encoding.as_str() },
        Tokenizer::Opened(number) => {
            let opened = session.tokenizers.iter().find(|opened| opened.number == number);
            Counter { encoding: None, name: opened.map_or("another tokenizer", |opened| &opened.name) }
        }
    };
    let mut prices: Vec<&Price> = find(book, &ask.model).into_iter().collect();
    if ask.models.is_empty() {
        prices.extend(book.models().filter(|price| price.source == Price::TYPED));
        prices.extend(book.featured());
    } else {
        prices.extend(ask.models.iter().filter_map(|name| find(book, name)));
    }
    let mut seen = std::collections::HashSet::new();
    prices.retain(|price| seen.insert((price.provider.as_ref(), price.model.as_ref())));
    let fitted = |price: &Price| {
        let of_model = |name: &str| {
            let found = book.lookup(None, name).map(|found| &found.price.model);
            name == price.model || found == Some(&price.model)
        };
        session.fits.iter().find(|(name, _)| of_model(name)).map(|(_, found)| *found).unwrap_or_default()
    };
    let mut quotes: Vec<Quote> =
        prices.into_iter().map(|price| quote(price, ask, counter, fitted(price))).collect();
    sort(&mut quotes, ask.order);
    quotes
}

/// By insertion: they are few, and the standard library's sort takes ten times the code.
fn sort(quotes: &mut [Quote], (by, descending): (QuoteOrder, bool)) {
    let is_before = |a: &Quote, b: &Quote| {
        compare(by, descending, a, b).then_with(|| a.model.cmp(&b.model)) == Ordering::Less
    };
    for end in 1..quotes.len() {
        let mut at = end;
        while at > 0 && is_before(&quotes[at], &quotes[at - 1]) {
            quotes.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Unknown values come last in either direction.
fn compare(by: QuoteOrder, descending: bool, a: &Quote, b: &Quote) -> Ordering {
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    match by {
        QuoteOrder::Cost => turned(a.cost.cmp(&b.cost)),
        QuoteOrder::Model => turned(a.model.cmp(&b.model)),
        QuoteOrder::Tokens => turned(a.input.or_zero().cmp(&b.input.or_zero())),
        QuoteOrder::Window => match (facts::share(a), facts::share(b)) {
            (Some(a), Some(b)) => turned(a.total_cmp(&b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        },
    }
}

/// The price by a name, which may begin with who sells the model: `azure/gpt-4o`.
fn find<'a>(book: &'a PriceBook, name: &str) -> Option<&'a Price> {
    let listed = name.split_once('/').and_then(|(provider, model)| {
        book.lookup(Some(provider), model).filter(|found| found.price.provider == provider)
    });
    listed.or_else(|| book.lookup(None, name)).map(|found| found.price)
}

/// Models of the book whose name holds all words of a text.
pub(crate) fn models(session: &Session, text: &str) -> Vec<(String, String)> {
    let text = text.to_lowercase();
    let listed = session.bill.book().models().filter_map(|price| {
        let name = format!("{}/{}", price.provider, price.model);
        text.split_whitespace().all(|word| name.contains(word)).then_some((name.len(), name, price))
    });
    let mut all: Vec<_> = listed.collect();
    let mut listed = Vec::new();
    // Of names that hold the words, the shortest is the nearest.
    while listed.len() < MOST_LISTED
        && let Some(nearest) = (0..all.len()).min_by_key(|&i| all[i].0)
    {
        listed.push(all.remove(nearest));
    }
    let listed = listed.into_iter().map(|(_, name, price)| {
        let [input, output] = [Class::Input, Class::Output].map(|class| match price.rate(class, 0) {
            Some(price) => show::money(per_million(price)),
            None => "unknown".to_owned(),
        });
        (name, format!("{input} in, {output} out per million"))
    });
    listed.collect()
}

/// What counted the tokens.
#[derive(Clone, Copy)]
struct Counter<'a> {
    /// `None` where no model of the book has it for its own.
    encoding: Option<EncodingName>,
    name: &'a str,
}

fn quote(price: &Price, ask: &Inquiry, counter: Counter, fitted: Calibration) -> Quote {
    let own = Method::of_model(&price.model);
    let is_own = counter.encoding == Some(own.encoding);
    let is_estimated = own.provenance() == Provenance::Estimated;
    let fitted = if is_own && is_estimated { fitted } else { Calibration::default() };
    // Whole calls have the template inside, answers none.
    let of_prompt = fitted.input.or(fitted.output.map(|fit| Fit { intercept: 0.0, ..fit }));
    let figure = |tokens: u64, fit: Option<Fit>| match (own.figure(tokens), fit) {
        (_, Some(fit)) => Figure::estimated(fit.tokens(tokens)),
        (figure, None) if is_own => figure,
        (figure, None) => Figure::estimated(figure.or_zero()),
    };
    let rules =
        ChatRules::for_model(&price.model).filter(|_| !ask.messages.is_empty() && fitted.input.is_none());
    let template = rules.map_or(Figure::UNKNOWN, |rules| {
        Figure::estimated(rules.template(ask.messages.iter().map(|role| role_name(*role))))
    });
    let texts = figure(ask.input, of_prompt);
    let input = match template.get() {
        Some(template) => Figure::estimated(texts.or_zero().saturating_add(template)),
        None => texts,
    };
    let [output, output_to] =
        [ask.output.0, ask.output.1.max(ask.output.0)].map(|tokens| figure(tokens, fitted.output));
    let tokens = input.or_zero();

    let terms = Terms::of(if ask.batch { Service::Batch } else { Service::Standard });
    let rate_of = |class| rate(price, class, tokens, terms).unwrap_or_default();
    let reads = rate(price, Class::CacheRead, tokens, Terms::default());
    let cached = match reads {
        Some((_, basis)) if basis != Basis::NearestClass => {
            (u128::from(tokens) * u128::from(ask.cached_percent.min(100)) / 100) as u64
        }
        _ => 0,
    };
    let cost = |times: u64, output: u64| {
        cost(price, [tokens, cached].map(|n| n.saturating_mul(times)), output, terms)
    };
    let (input_price, basis) = rate_of(Class::Input);
    let method = match of_prompt {
        Some(fit) => fit.describe(own.encoding.as_str()),
        None if is_own || is_estimated => own.describe(),
        None => {
            let (counted, its) = (counter.name, own.encoding.as_str());
            format!("Counted with {counted}; this model's own encoding is {its}. Choose it to count exactly.")
        }
    };
    let mut quote = Quote {
        model: price.model.to_string(),
        provider: price.provider.to_string(),
        template,
        input,
        output,
        output_to,
        method,
        fitted: of_prompt.map(Fit::summary).unwrap_or_default(),
        input_cost: cost(1, 0),
        cost: cost(1, output.or_zero()),
        cost_to: cost(1, output_to.or_zero()),
        growth: [1, 2, 4, 8].map(|times| cost(times, 0)).to_vec(),
        cached,
        is_batch: ask.batch && basis != Basis::StandardService,
        input_price: per_million(input_price),
        output_price: per_million(rate_of(Class::Output).0),
        read_price: (cached > 0).then(|| per_million(rate_of(Class::CacheRead).0)),
        window: price.context_window,
        window_facts: Vec::new(),
        cache_facts: Vec::new(),
        source: source(price),
        encoding: own.encoding,
    };
    if quote.name() == ask.model || quote.model == ask.model {
        quote.window_facts = facts::window(&quote, price, ask);
        quote.cache_facts = facts::caching(&quote, price, ask);
    }
    quote
}

/// What so many prompt tokens, of which some are read from a cache, and an answer cost.
#[inline(never)]
fn cost(price: &Price, [tokens, cached]: [u64; 2], output: u64, terms: Terms) -> Money {
    price.cost(&Billable::new(tokens - cached, cached, 0, 0, output), &terms).total
}

/// The price of one token of a class in a request of so many input tokens, and how firm it is.
#[inline(never)]
pub(super) fn rate(price: &Price, class: Class, size: u64, terms: Terms) -> Option<(Money, Basis)> {
    let mut one = Billable { total_input: size, ..Billable::default() };
    match class {
        Class::CacheRead => one.cache_read = 1,
        Class::CacheWrite5m => one.cache_write_5m = 1,
        Class::CacheWrite1h => one.cache_write_1h = 1,
        Class::Output => one.output = 1,
        _ => one.fresh = 1,
    }
    price.cost(&one, &terms).rows().next().map(|row| (row.price, row.basis))
}

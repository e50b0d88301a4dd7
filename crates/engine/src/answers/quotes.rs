use pricing::{Billable, Price};
use tokens::EncodingName;
use units::{Figure, Provenance};

use crate::{
    bill::{Bill, per_million, source},
    counts::Method,
    protocol::Quote,
};

/// What a call costs on the featured models, on the user's own and on the one asked for; cheapest first.
///
/// `tokens` are those of prompt and answer as `encoding` counts them. Where a model has another tokenizer, its
/// figures are estimates and say so.
pub(crate) fn quotes(bill: &Bill, tokens: (u64, u64), encoding: EncodingName, model: &str) -> Vec<Quote> {
    let book = bill.book();
    let asked = book.lookup(None, model).map(|found| found.price);
    let typed = book.models().filter(|price| price.source == Price::TYPED);
    let mut prices: Vec<&Price> = asked.into_iter().chain(typed).chain(book.featured()).collect();
    let mut seen = std::collections::HashSet::new();
    prices.retain(|price| seen.insert((price.provider.as_ref(), price.model.as_ref())));
    let mut quotes: Vec<Quote> = prices.into_iter().map(|price| quote(price, tokens, encoding)).collect();
    quotes.sort_by(|a, b| (a.cost, &a.model).cmp(&(b.cost, &b.model)));
    quotes
}

fn quote(price: &Price, (input, output): (u64, u64), encoding: EncodingName) -> Quote {
    let own = Method::of_model(&price.model);
    let figure = |tokens: u64| match own.figure(tokens) {
        figure if own.encoding == encoding => figure,
        figure => Figure::new(figure.or_zero(), Provenance::Estimated),
    };
    let (input, output) = (figure(input), figure(output));
    let tokens = input.or_zero();
    let cost = price.cost(&Billable::uncached(tokens, output.or_zero()));
    let (rates, _) = price.rates_for(tokens);
    let method = if own.encoding == encoding || own.provenance() == Provenance::Estimated {
        own.describe()
    } else {
        let (counted, its) = (encoding.as_str(), own.encoding.as_str());
        format!("Counted with {counted}; this model's own encoding is {its}. Choose it to count exactly.")
    };
    Quote {
        model: price.model.to_string(),
        provider: price.provider.to_string(),
        input,
        output,
        method,
        input_cost: rates.input.times(tokens),
        cost: cost.total,
        input_price: per_million(rates.input),
        output_price: per_million(rates.output),
        window: price.context_window,
        source: source(price),
        encoding: own.encoding,
    }
}

use pricing::{Billable, Price};

use crate::{
    bill::{Bill, per_million, source},
    counts::Method,
    protocol::Quote,
};

/// What a call costs on the featured models, on the user's own and on the one asked for; cheapest first.
///
/// `input` and `output` are counts by the encoding of the model asked for; where another model has another
/// tokenizer, its figure is an estimate and says so.
pub(crate) fn quotes(bill: &Bill, input: u64, output: u64, model: &str) -> Vec<Quote> {
    let book = bill.book();
    let asked = book.lookup(None, model).map(|found| found.price);
    let typed = book.models().filter(|price| price.source == Price::TYPED);
    let mut prices: Vec<&Price> = asked.into_iter().chain(typed).chain(book.featured()).collect();
    let mut seen = std::collections::HashSet::new();
    prices.retain(|price| seen.insert((price.provider.as_ref(), price.model.as_ref())));
    let mut quotes: Vec<Quote> = prices.into_iter().map(|price| quote(price, input, output)).collect();
    quotes.sort_by(|a, b| (a.cost, &a.model).cmp(&(b.cost, &b.model)));
    quotes
}

fn quote(price: &Price, input: u64, output: u64) -> Quote {
    let method = Method::of_model(&price.model);
    let (input, output) = (method.figure(input), method.figure(output).or_zero());
    let tokens = input.or_zero();
    let cost = price.cost(&Billable::uncached(tokens, output));
    let (rates, _) = price.rates_for(tokens);
    Quote {
        model: price.model.to_string(),
        provider: price.provider.to_string(),
        input,
        method: method.describe(),
        input_cost: rates.input.times(tokens),
        cost: cost.total,
        input_price: per_million(rates.input),
        output_price: per_million(rates.output),
        window: price.context_window,
        source: source(price),
        encoding: method.encoding,
    }
}

use pricing::{Billable, Class, Price, Terms};
use tokens::EncodingName;
use units::{Figure, Provenance};

use crate::{
    Session,
    bill::{per_million, source},
    counts::Method,
    protocol::{Quote, Tokenizer},
};

/// What a call costs on the featured models, on the user's own and on the one asked for; cheapest first.
///
/// `tokens` are those of prompt and answer as `tokenizer` counts them. Where a model has another tokenizer, its
/// figures are estimates and say so.
pub(crate) fn quotes(session: &Session, tokens: (u64, u64), tokenizer: Tokenizer, model: &str) -> Vec<Quote> {
    let book = session.bill.book();
    let counter = match tokenizer {
        Tokenizer::BuiltIn(encoding) => Counter { encoding: Some(encoding), name: encoding.as_str() },
        Tokenizer::Opened(number) => {
            let opened = session.tokenizers.iter().find(|opened| opened.number == number);
            Counter { encoding: None, name: opened.map_or("another tokenizer", |opened| &opened.name) }
        }
    };
    let asked = book.lookup(None, model).map(|found| found.price);
    let typed = book.models().filter(|price| price.source == Price::TYPED);
    let mut prices: Vec<&Price> = asked.into_iter().chain(typed).chain(book.featured()).collect();
    let mut seen = std::collections::HashSet::new();
    prices.retain(|price| seen.insert((price.provider.as_ref(), price.model.as_ref())));
    let mut quotes: Vec<Quote> = prices.into_iter().map(|price| quote(price, tokens, counter)).collect();
    quotes.sort_by(|a, b| (a.cost, &a.model).cmp(&(b.cost, &b.model)));
    quotes
}

/// What counted the tokens.
#[derive(Clone, Copy)]
struct Counter<'a> {
    /// `None` where no model of the book has it for its own.
    encoding: Option<EncodingName>,
    name: &'a str,
}

fn quote(price: &Price, (input, output): (u64, u64), counter: Counter) -> Quote {
    let own = Method::of_model(&price.model);
    let is_own = counter.encoding == Some(own.encoding);
    let figure = |tokens: u64| match own.figure(tokens) {
        figure if is_own => figure,
        figure => Figure::new(figure.or_zero(), Provenance::Estimated),
    };
    let (input, output) = (figure(input), figure(output));
    let tokens = input.or_zero();
    let cost = price.cost(&Billable::uncached(tokens, output.or_zero()), &Terms::default());
    let rate = |class| price.rate(class, tokens).unwrap_or_default();
    let method = if is_own || own.provenance() == Provenance::Estimated {
        own.describe()
    } else {
        let (counted, its) = (counter.name, own.encoding.as_str());
        format!("Counted with {counted}; this model's own encoding is {its}. Choose it to count exactly.")
    };
    Quote {
        model: price.model.to_string(),
        provider: price.provider.to_string(),
        input,
        output,
        method,
        input_cost: rate(Class::Input).times(tokens),
        cost: cost.total,
        input_price: per_million(rate(Class::Input)),
        output_price: per_million(rate(Class::Output)),
        window: price.context_window,
        source: source(price),
        encoding: own.encoding,
    }
}

//! A million calls priced, as a bill of a large trace is. The calls are those of 12 models on 200 days; each price is
//! looked up once for its provider, model and day, as the hour is the price's own affair.

use std::rc::Rc;

use pricing::{Billable, Price, PriceBook, Service, Tariff, Terms};
use rustc_hash::FxHashMap;
use units::{Money, Timestamp};

/// So many are priced.
pub const CALLS: u64 = 1_000_000;
const DAY: i64 = 86_400_000_000_000;
const MODELS: [(&str, &str); 12] = [
    ("anthropic", "claude-sonnet-4-5-20250929"),
    ("anthropic", "claude-opus-5"),
    ("anthropic", "claude-haiku-5-5"),
    ("openai", "gpt-5.4-2026-03-05"),
    ("openai", "gpt-5.6-sol"),
    ("openai", "gpt-4o-mini"),
    ("google", "models/gemini-2.5-pro"),
    ("deepseek", "deepseek-v4-pro"),
    ("aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("azure", "azure/gpt-5.4"),
    ("openrouter", "anthropic/claude-sonnet-4.5"),
    ("mistral", "mistral-medium-latest"),
];

/// What they come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// All of them together.
    pub total: Money,
    /// Rows of tokens times price.
    pub rows: usize,
    /// Calls without a price.
    pub unpriced: u64,
}

/// Prices them.
pub fn price(book: &PriceBook) -> Priced {
    let mut known: FxHashMap<(u64, i64), Option<Rc<Tariff>>> = FxHashMap::default();
    let mut tariffs: FxHashMap<*const Price, Rc<Tariff>> = FxHashMap::default();
    let (mut total, mut of_rows, mut rows, mut unpriced) = (Money::ZERO, Money::ZERO, 0, 0);
    for call in 0..CALLS {
        // Spread over models, days, hours, sizes and service tiers without chance.
        let mixed = call.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11;
        let model = mixed % MODELS.len() as u64;
        let at = Timestamp(1_777_000_000_000_000_000 + (mixed % (200 * 86_400)) as i64 * 1_000_000_000);
        let day = at.0.div_euclid(DAY);
        let price = known.entry((model, day)).or_insert_with(|| {
            let (provider, model) = MODELS[model as usize];
            let price = book.lookup_at(Some(provider), model, at)?.price;
            Some(tariffs.entry(price).or_insert_with(|| Rc::new(Tariff::new(price.clone()))).clone())
        });
        let Some(price) = price else {
            unpriced += 1;
            continue;
        };
        let tokens = Billable::new(mixed % 4_000, mixed % 300_000, mixed % 5_000, mixed % 7, mixed % 900);
        let service = if mixed.is_multiple_of(10) { Service::Batch } else { Service::Standard };
        let cost = price.cost(&tokens, &Terms { service, regional: false, at: Some(at) });
        total += cost.total;
        for row in cost.rows() {
            rows += 1;
            of_rows += row.amount;
        }
    }
    assert_eq!(total, of_rows, "rows sum to the total");
    Priced { total, rows, unpriced }
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use wasm_bindgen::prelude::wasm_bindgen;

    /// Takes over the price table, which lies beside the program.
    #[wasm_bindgen]
    pub fn load(table: String) {
        pricing::PriceBook::load(table);
    }

    /// Prices the calls; the answer is what they come to.
    #[wasm_bindgen]
    pub fn price() -> String {
        super::price(&pricing::PriceBook::bundled()).total.to_string()
    }
}

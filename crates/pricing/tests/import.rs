//! Price lists of the user's.

use pricing::{Billable, Class, Mode, Price, PriceBook, Rates, Rule, Service, Share, Terms, import};
use proptest::prelude::*;
use units::{Money, Timestamp};

fn millions(price: Option<Money>) -> String {
    price.map_or("none".to_owned(), |price| price.times(1_000_000).to_string())
}

const LITELLM: &str = r#"{
  "sample_spec": {"input_cost_per_token": 0},
  "openai/gpt-next": {
    "litellm_provider": "openai", "mode": "chat", "max_input_tokens": 400000,
    "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05,
    "cache_read_input_token_cost": 1.25e-07, "cache_creation_input_token_cost": 1.5625e-06,
    "input_cost_per_token_above_272k_tokens": 2.5e-06,
    "input_cost_per_token_batches": 6.25e-07, "output_cost_per_token_batches": 5e-06,
    "search_context_cost_per_query": {"search_context_size_low": 0.01, "search_context_size_medium": 0.02},
    "regional_processing_uplift_multiplier_us": 1.1, "output_cost_per_image": 0.04
  },
  "night-model": {
    "litellm_provider": "deepseek", "input_cost_per_token": 3e-07, "output_cost_per_token": 1.2e-06,
    "off_peak_pricing": {"input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07, "windows": [
      {"hours_utc": ["00:00-01:00", "04:00-06:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
      {"hours_utc": "00:00-00:00", "weekdays": [6, 7]}]}
  },
  "our-gateway/house-model": {"litellm_provider": "our-gateway", "input_cost_per_token": 0, "output_cost_per_token": 0},
  "painter": {"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.04},
  "negative": {"litellm_provider": "openai", "input_cost_per_token": -1, "output_cost_per_token": 1e-06},
  "broken": 7
}"#;

#[test]
fn a_list_of_litellm_is_read_and_what_is_not_understood_is_told() {
    let imported = import::read(LITELLM, "prices.json").unwrap();
    assert_eq!(imported.shape, "LiteLLM");
    let names: Vec<_> = imported.prices.iter().map(|price| price.model.as_ref()).collect();
    assert_eq!(names, ["negative", "night-model", "gpt-next", "our-gateway/house-model"]);
    let next = &imported.prices[2];
    assert_eq!((next.provider.as_ref(), next.context_window), ("openai", Some(400_000)));
    assert_eq!(millions(next.lanes[0].rates.get(Class::CacheWrite30m)), "1.5625");
    assert_eq!(millions(next.lanes[0].rates.get(Class::WebSearch)), "20000");
    assert_eq!(millions(next.rate(Class::Input, 272_001)), "2.5");
    assert_eq!(next.regional, Some(Share::thousandths(1_100)));
    let batch = next.lanes.iter().find(|lane| lane.service == Service::Batch).unwrap();
    assert_eq!(batch.share, Some(Share::thousandths(500)));
    assert_eq!(next.source, "prices.json");

    let night = &imported.prices[1];
    assert_eq!(night.hours.as_ref().unwrap().to_string(), "12345:0100-0400,0600-1000");
    assert_eq!(millions(night.rate(Class::Input, 1)), "0.15");
    let (tokens, two_in_the_night) = (Billable::uncached(1_000_000, 0), 1_795_485_600_000_000_000);
    let terms = Terms { at: Some(Timestamp(two_in_the_night)), ..Terms::default() };
    assert_eq!(night.cost(&tokens, &terms).total.to_string(), "0.3");

    let problems: Vec<_> = imported.problems.iter().map(|(model, what)| format!("{model}: {what}")).collect();
    assert_eq!(
        problems,
        [
            "broken: it is no JSON object",
            "negative: input_cost_per_token: -1 is negative",
            "openai/gpt-next: output_cost_per_image is not a price that is known here",
            "painter: output_cost_per_image is not a price that is known here",
            "painter: it has no price per token",
        ]
    );
}

#[test]
fn a_list_of_models_dev_is_read() {
    let json = r#"{
      "google": {"id": "google", "models": {
        "gemini-next": {"cost": {"input": 2, "output": 12, "cache_read": 0.2, "input_audio": 3,
          "context_over_200k": {"input": 4, "output": 18, "cache_read": 0.4}}, "limit": {"context": 1048576, "output": 65536}},
        "gemma": {"limit": {"context": 8192}}
      }},
      "hpc": {"models": {"openai/gpt-5.5": {"cost": {"input": 5, "output": 30, "cache_write": 6.25,
        "tiers": [{"input": 10, "output": 45, "tier": {"type": "context", "size": 272000}}],
        "context_over_200k": {"input": 10, "output": 45}}}}},
      "odd": 1
    }"#;
    let imported = import::read(json, "api.json").unwrap();
    assert_eq!((imported.shape, imported.prices.len()), ("models.dev", 2));
    let gemini = &imported.prices[0];
    assert_eq!(gemini.context_window, Some(1_048_576));
    assert_eq!(millions(gemini.rate(Class::Input, 200_001)), "4");
    assert_eq!(millions(gemini.rate(Class::AudioIn, 200_001)), "3");
    let gpt = &imported.prices[1];
    assert_eq!((gpt.provider.as_ref(), gpt.model.as_ref()), ("hpc", "openai/gpt-5.5"));
    assert_eq!(millions(gpt.lanes[0].rates.get(Class::CacheWrite30m)), "6.25");
    assert_eq!(
        millions(gpt.rate(Class::Input, 272_000)),
        "5",
        "its tier begins above 272,000 and not 200,000"
    );
    assert_eq!(millions(gpt.rate(Class::Input, 272_001)), "10");
    let problems: Vec<_> = imported.problems.iter().map(|(model, what)| format!("{model}: {what}")).collect();
    assert_eq!(problems, ["google/gemma: it has no price", "odd: it has no list of models"]);
}

#[test]
fn what_is_no_price_list_says_why() {
    for (json, part) in [
        ("", "no JSON object"),
        ("[]", "no JSON object"),
        ("{}", "no models"),
        (r#"{"a": {"mode": "chat"}}"#, "a: it has no price per token"),
    ] {
        let error = import::read(json, "x").unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn what_is_exported_imports_again_with_every_class_tier_and_hour() {
    let mut rates = Rates::default();
    for (index, (class, _)) in Class::ALL.into_iter().enumerate() {
        rates.set(class, Money::from_picos(1_234_567 + index as i128)).unwrap();
    }
    let own = Price { mode: Mode::Chat, ..Price::typed("my-model", rates) };
    let book = PriceBook::bundled();
    let mut prices = vec![own];
    for (provider, model) in [
        ("openai", "gpt-5.6-sol"),
        ("anthropic", "claude-opus-5"),
        ("deepseek", "deepseek-v4-pro"),
        ("google", "gemini-2.5-pro"),
        ("minimax", "minimax-m3"),
    ] {
        prices.push(book.lookup(Some(provider), model).unwrap().price.clone());
    }
    let text = import::export(&prices);
    let again = import::read(&text, Price::TYPED).unwrap();
    assert_eq!(again.problems, []);
    assert_eq!(again.prices.len(), prices.len());
    for price in &prices {
        let find = |p: &&Price| (&p.provider, &p.model) == (&price.provider, &price.model);
        let read = again.prices.iter().find(find).unwrap();
        assert_eq!(read.hours, price.hours, "{}", price.model);
        assert_eq!(read.source, price.source, "not where the export was read from");
        assert_eq!((read.regional, read.context_window), (price.regional, price.context_window));
        let rows = |p: &Price| -> Vec<_> {
            p.rows()
                .map(|row| (row.lane.service, row.lane.peak, row.lane.above, row.class, row.value))
                .collect()
        };
        assert_eq!(rows(read), rows(price), "{text}");
    }
    assert_eq!(import::export(&again.prices), text);
}

#[test]
fn an_imported_price_is_for_its_provider() {
    let mut book = PriceBook::bundled();
    for price in import::read(LITELLM, "prices.json").unwrap().prices {
        let model = price.model.to_string();
        book.set(&model, price);
    }
    let found = book.lookup(Some("openai"), "openai/gpt-next").unwrap();
    assert_eq!((found.rule, found.price.source.as_ref()), (Rule::Typed, "prices.json"));
    assert!(book.lookup(None, "gpt-next").is_some(), "and for who names no provider");
    assert!(book.lookup(Some("azure"), "gpt-next").is_none());
    assert!(book.lookup(None, "our-gateway/house-model").is_some());
    assert_eq!(book.own().len(), 4);
}

proptest! {
    #[test]
    fn no_list_leads_to_a_panic(at in 0..LITELLM.len(), text in "[-0-9e.:{\\[\"\\]}a-z, ]{0,12}", cut in 0..40usize) {
        let end = (at + cut).min(LITELLM.len());
        let damaged = [&LITELLM[..at], &text, &LITELLM[end..]].concat();
        if let Ok(imported) = import::read(&damaged, "damaged") {
            for price in &imported.prices {
                price.cost(&Billable::new(u64::MAX, 1, 2, 3, u64::MAX), &Terms::of(Service::Batch));
            }
            let again = import::read(&import::export(&imported.prices), "again");
            prop_assert!(again.is_ok_and(|again| again.prices.len() <= imported.prices.len()));
        }
    }
}

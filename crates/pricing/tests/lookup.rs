//! Names met in traces and the prices they lead to.

use pricing::{Billable, Class, Match, Mode, Price, PriceBook, Rates, Rule, Service, Terms};
use units::{Money, Timestamp};

/// Dollars per million tokens.
fn millions(price: Money) -> String {
    price.times(1_000_000).to_string()
}

fn short(found: Option<Match<'_>>) -> Option<(String, Rule, bool)> {
    let found = found?;
    let rate = |class| found.price.rate(class, 0).map_or("?".to_owned(), millions);
    let name = format!("{} {}", found.price.provider, found.price.model);
    Some((format!("{name} {}/{}", rate(Class::Input), rate(Class::Output)), found.rule, found.elsewhere))
}

#[test]
fn the_models_of_real_traces_are_priced() {
    let book = PriceBook::bundled();
    for (model, expected, rule) in [
        ("gpt-4o-mini-2024-07-18", "openai gpt-4o-mini 0.15/0.6", Rule::Exact),
        ("gpt-4o-mini", "openai gpt-4o-mini 0.15/0.6", Rule::Exact),
        ("gpt-4.1-nano-2025-04-14", "openai gpt-4.1-nano 0.1/0.4", Rule::Exact),
        ("gpt-5", "openai gpt-5 1.25/10", Rule::Exact),
        ("gpt-4", "openai gpt-4 30/60", Rule::Exact),
        ("claude-sonnet-4", "anthropic claude-sonnet-4-0 3/15", Rule::Exact),
        ("claude-sonnet-4-20250514", "anthropic claude-sonnet-4-0 3/15", Rule::Undated),
        ("claude-sonnet-4-5-20250929", "anthropic claude-sonnet-4-5 3/15", Rule::Exact),
        ("claude-3-sonnet-20240229", "anthropic claude-3-sonnet 3/15", Rule::Undated),
        ("claude-opus-5", "anthropic claude-opus-5 5/25", Rule::Exact),
        ("claude-sonnet-5", "anthropic claude-sonnet-5 2/10", Rule::Exact),
        ("text-embedding-3-small", "openai text-embedding-3-small 0.02/0", Rule::Exact),
    ] {
        assert_eq!(short(book.lookup(None, model)), Some((expected.to_owned(), rule, false)), "{model}");
    }
}

#[test]
fn names_are_unwrapped_in_stated_steps() {
    let book = PriceBook::bundled();
    for (provider, model, expected, rule) in [
        (None, "openai/gpt-4o", "openai gpt-4o", Rule::Unwrapped),
        (None, " GPT-4o ", "openai gpt-4o", Rule::Exact),
        (None, "models/gemini-2.5-pro", "google gemini-2.5-pro", Rule::Unwrapped),
        (Some("gcp.vertex_ai"), "gemini-2.5-pro", "vertex gemini-2.5-pro", Rule::Exact),
        (None, "vertex_ai/claude-opus-5", "vertex claude-opus-5", Rule::Unwrapped),
        (Some("openai"), "gpt-4o-2024-05-13", "openai gpt-4o-2024-05-13", Rule::Exact),
        (Some("openai"), "gpt-4o-2031-12-24", "openai gpt-4o", Rule::Undated),
        (None, "claude-3.5-sonnet", "anthropic claude-3-5-sonnet", Rule::Exact),
        (None, "anthropic/claude-4.6-sonnet-20260217", "anthropic claude-sonnet-4-6", Rule::Undated),
        (None, "text-embedding-005", "vertex text-embedding-005", Rule::Exact),
        (None, "claude-haiku-4.5", "anthropic claude-haiku-4-5", Rule::Exact),
        (None, "claude-3-5-haiku-20241022", "anthropic claude-3-5-haiku-latest", Rule::Undated),
        (Some("anthropic"), "claude-sonnet-4@20250514", "anthropic claude-sonnet-4-0", Rule::Undated),
        (Some("azure"), "azure/gpt-4o", "azure gpt-4o", Rule::Unwrapped),
        (Some("openrouter"), "anthropic/claude-opus-5", "openrouter anthropic/claude-opus-5", Rule::Exact),
        (Some("aws.bedrock"), "amazon.nova-lite-v1:0", "bedrock amazon.nova-lite-v1:0", Rule::Exact),
        (None, "ft:gpt-4o-2024-08-06:org::id", "openai ft:gpt-4o-2024-08-06", Rule::Unwrapped),
        (None, "openai.gpt-oss-120b", "bedrock openai.gpt-oss-120b", Rule::Exact),
        (Some("groq"), "gpt-oss-120b", "groq openai/gpt-oss-120b", Rule::Spelling),
        (Some("my gateway"), "gpt-4o", "openai gpt-4o", Rule::Exact),
    ] {
        let found = book.lookup(provider, model).unwrap_or_else(|| panic!("{model}"));
        let name = format!("{} {}", found.price.provider, found.price.model);
        assert_eq!((name.as_str(), found.rule, found.elsewhere), (expected, rule, false), "{model}");
    }
}

#[test]
fn each_region_of_bedrock_has_its_price() {
    let book = PriceBook::bundled();
    let price = |model: &str| {
        let found = book.lookup(None, model).unwrap_or_else(|| panic!("{model}"));
        assert_eq!(found.price.provider, "bedrock", "{model}");
        millions(found.price.rate(Class::Input, 0).unwrap())
    };
    assert_eq!(price("global.anthropic.claude-sonnet-4-5-20250929-v1:0"), "3");
    assert_eq!(price("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), "3.3");
    assert_eq!(
        price("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        "3.3"
    );
}

#[test]
fn a_name_without_a_region_is_not_priced_by_the_dearest_one() {
    let book = PriceBook::bundled();
    for (model, listed) in [
        ("openai.gpt-oss-120b", "openai.gpt-oss-120b"),
        ("anthropic.claude-sonnet-4-5", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("openai.gpt-5.6-luna", "openai.gpt-5.6-luna"),
    ] {
        assert_eq!(book.lookup(Some("bedrock"), model).map(|found| found.price.model.as_ref()), Some(listed));
    }
}

#[test]
fn a_model_that_its_provider_does_not_list_costs_what_its_maker_asks_and_says_so() {
    let book = PriceBook::bundled();
    let found = book.lookup(Some("openai"), "deepseek-chat").unwrap();
    assert_eq!((found.price.provider.as_ref(), found.elsewhere), ("deepseek", true));
}

#[test]
fn what_is_not_known_has_no_price() {
    let book = PriceBook::bundled();
    for model in [
        "",
        " ",
        "<synthetic>",
        "unknown",
        "gpt-4-anything-unknown",
        "gpt",
        "gpt-",
        "gpt-4o-",
        "claude",
        "someone/gpt-4o",
        "-latest",
        "-20250929",
        "ollama/llama3",
        "gpt-oss-120b",
        "\u{0}",
        "é-20250929",
    ] {
        assert_eq!(short(book.lookup(None, model)), None, "{model}");
    }
    assert_eq!(short(book.lookup(Some("ollama"), "deepseek-r1")), None, "runs on the user's own machine");
    assert_eq!(short(book.lookup(None, &"gpt-4o".repeat(100_000))), None);
}

/// The sums of a recorded coding session of 452 requests, each far below any tier, and the costs that the
/// agent wrote down itself.
#[test]
fn a_recorded_session_costs_what_its_agent_reported() {
    let book = PriceBook::bundled();
    let price = book.lookup(Some("anthropic"), "claude-sonnet-4-5").unwrap().price;
    let tokens = Billable { total_input: 0, ..Billable::new(1_049, 43_229_469, 4_296_232, 0, 83_156) };
    let cost = price.cost(&tokens, &Terms::default());
    let rows: Vec<_> = cost.rows().map(|row| row.amount.to_string()).collect();
    assert_eq!(rows, ["0.003147", "12.9688407", "16.11087", "1.24734"]);
    assert_eq!(cost.total.to_string(), "30.3301977");
}

#[test]
fn free_is_free_and_not_unknown() {
    let book = PriceBook::bundled();
    let found = book.lookup(Some("openrouter"), "meta-llama/llama-3.3-70b-instruct:free").unwrap();
    assert_eq!((found.rule, found.price.rate(Class::Output, 0)), (Rule::Free, Some(Money::ZERO)));
}

#[test]
fn prices_have_days() {
    let book = PriceBook::bundled();
    let at = |day: i64| {
        let found = book.lookup_at(None, "o3", Timestamp(day * 86_400_000_000_000)).unwrap();
        millions(found.price.rate(Class::Input, 0).unwrap())
    };
    let tenth_of_june_2025 = 20_249;
    assert_eq!((at(tenth_of_june_2025 - 1), at(tenth_of_june_2025)), ("10".to_owned(), "2".to_owned()));
    let today = book.lookup(None, "o3").unwrap().price;
    assert_eq!(today.from.as_deref(), Some("2025-06-10"));
}

#[test]
fn tiers_and_caches_are_in_the_table() {
    let book = PriceBook::bundled();
    let gemini = book.lookup(Some("google"), "gemini-2.5-pro").unwrap().price;
    let input = |size| gemini.rate(Class::Input, size).map(millions);
    assert_eq!((input(200_000).as_deref(), input(200_001).as_deref()), (Some("1.25"), Some("2.5")));

    let opus = book.lookup(None, "claude-opus-5").unwrap().price;
    assert_eq!(opus.context_window, Some(1_000_000));
    let rates = &opus.lanes[0].rates;
    let price = |class| rates.get(class).map(millions);
    assert_eq!(price(Class::CacheRead).as_deref(), Some("0.5"));
    assert_eq!(price(Class::CacheWrite5m).as_deref(), Some("6.25"));
    assert_eq!(price(Class::CacheWrite1h).as_deref(), Some("10"));
    assert_eq!(price(Class::WebSearch).as_deref(), Some("10000"), "10 dollars for 1,000 searches");
}

#[test]
fn where_the_sources_differ_both_values_are_kept() {
    let book = PriceBook::bundled();
    let sonar = book.lookup(Some("perplexity"), "sonar").unwrap().price;
    let row = sonar.rows().find(|row| row.class == Class::Request).unwrap();
    let other = row.conflict.map(|conflict| millions(conflict.value));
    assert_eq!((millions(row.value).as_str(), row.source), ("8000", "litellm"));
    assert_eq!((other.as_deref(), sonar.other_source.as_deref()), (Some("12000"), Some("genai-prices")));
    // The size that Sonnet 4.5 took for a while is in one of the sources alone.
    let sonnet = book.lookup(Some("anthropic"), "claude-sonnet-4-5").unwrap().price;
    let sources: Vec<_> = sonnet
        .rows()
        .filter(|row| row.class == Class::Input && row.lane.service == Service::Standard)
        .map(|row| (row.lane.above, row.source))
        .collect();
    assert_eq!(sources, [(0, "litellm"), (200_000, "genai-prices")]);
    for price in book.models() {
        let told = price.lanes.iter().any(|lane| lane.other) || !price.taken.is_empty();
        assert_eq!(price.other_source.is_some(), told || !price.conflicts.is_empty(), "{price:?}");
        for conflict in &price.conflicts {
            assert_ne!(
                Some(conflict.value),
                price.lanes[0].rates.get(conflict.class).filter(|_| conflict.above == 0 && !conflict.peak)
            );
        }
    }
}

#[test]
fn a_price_grows_stale_after_90_days() {
    let book = PriceBook::bundled();
    let mut price = book.lookup(None, "gpt-4o").unwrap().price.clone();
    price.checked = "2026-01-01".into();
    assert!(!price.is_stale("2026-04-01"), "the 90th day");
    assert!(price.is_stale("2026-04-02"));
    assert!(!price.is_stale("2025-01-01") && !price.is_stale("soon"));
    assert!(!Price::typed("m", Rates::default()).is_stale("2030-01-01"));
}

#[test]
fn a_price_ends_where_the_next_begins() {
    let book = PriceBook::bundled();
    let sonnet: Vec<_> = book
        .history()
        .iter()
        .filter(|p| (&*p.provider, &*p.model) == ("deepseek", "deepseek-v4-flash"))
        .collect();
    let days: Vec<_> = sonnet.iter().map(|p| (p.from.as_deref(), p.to.as_deref())).collect();
    assert_eq!(
        days,
        [(None, Some("2026-08-17")), (Some("2026-08-17"), Some("2026-09-10")), (Some("2026-09-10"), None)]
    );
}

#[test]
fn the_price_of_the_user_comes_first_and_can_be_taken_back() {
    let own = Rates::quoted("0.03".parse().unwrap(), "0.06".parse().unwrap(), 1_000).unwrap();
    let mut book =
        PriceBook::bundled().with_override("My-Model", own.clone()).with_override("gpt-4o", own.clone());
    for model in ["my-model", "gpt-4o", "openai/gpt-4o"] {
        let found = book.lookup(Some("ollama"), model).unwrap();
        assert_eq!((found.rule, &found.price.lanes[0].rates), (Rule::Typed, &own), "{model}");
        assert_eq!(found.price.source, "typed by you");
    }
    assert_eq!(book.models().filter(|price| price.provider.is_empty()).count(), 2);
    book.unset("gpt-4o");
    assert_eq!(book.lookup(None, "gpt-4o").unwrap().rule, Rule::Exact);
}

#[test]
fn every_model_of_the_list_is_found_by_its_own_name() {
    let book = PriceBook::bundled();
    for price in book.models() {
        let found = book.lookup(Some(&price.provider), &price.model);
        assert_eq!(found, Some(Match { price, rule: Rule::Exact, elsewhere: false }));
    }
}

#[test]
fn the_first_comparison_shows_a_dozen_models_to_talk_to() {
    let book = PriceBook::bundled();
    let lines = include_str!("../data/featured.txt").lines().filter(|line| !line.starts_with('#')).count();
    let featured: Vec<_> = book.featured().collect();
    assert_eq!(featured.len(), lines, "each line of featured.txt names a model of the table");
    assert!((10..=16).contains(&lines));
    for price in featured {
        assert_eq!(price.mode, Mode::Chat, "{}", price.model);
        assert!(price.context_window.is_some(), "{}", price.model);
    }
}

#[test]
fn a_price_survives_the_way_to_the_page() {
    let book = PriceBook::bundled();
    let price = book.lookup(None, "claude-sonnet-4-5").unwrap().price;
    let text = serde_json::to_string(price).unwrap();
    assert_eq!(serde_json::from_str::<pricing::Price>(&text).unwrap(), *price);
}

//! What the workbench asks: worked figures, to the last digit.

use engine::{
    Session,
    protocol::{Answer, Command, Component, EncodingName, Inquiry, Quote, QuoteOrder, Role, Slot, Tokenizer},
};
use units::{Money, Provenance};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn quotes(session: &mut Session, ask: Inquiry) -> Vec<Quote> {
    let Answer::Quotes(quotes) = session.answer(Command::Quote(ask)).unwrap() else { panic!() };
    quotes
}

/// A model of a price that does not change under the test.
fn priced() -> Session {
    let mut session = Session::new();
    let price = |model: &str, input, output| Command::SetPrice {
        model: model.to_owned(),
        input: money(input),
        output: money(output),
    };
    session.answer(price("mine", "30", "60")).unwrap();
    session
}

#[test]
fn a_range_of_answers_is_a_range_of_costs() {
    let ask =
        Inquiry { input: 500, output: (0, 1_000), models: vec!["mine".to_owned()], ..Inquiry::default() };
    let quotes = quotes(&mut priced(), ask);
    let [mine] = &quotes[..] else { panic!("{quotes:?}") };
    assert_eq!((mine.cost, mine.cost_to), (money("0.015"), money("0.075")));
    assert_eq!(mine.cost.times(1_000), money("15"), "500 tokens at $0.03 per 1,000, a thousand times");
    let bills: Vec<String> = mine.growth.iter().map(|cost| cost.to_string()).collect();
    assert_eq!(bills, ["0.015", "0.03", "0.06", "0.12"]);
}

#[test]
fn a_cached_share_and_a_batch_cost_less_where_they_are_sold() {
    let mut session = priced();
    let models = ["openai/gpt-5", "anthropic/claude-haiku-4-5", "mine"].map(str::to_owned).to_vec();
    let ask = Inquiry { input: 1_000_000, output: (1_000_000, 0), models, ..Inquiry::default() };
    let of =
        |quotes: &[Quote], model: &str| quotes.iter().find(|quote| quote.model == model).unwrap().clone();
    let plain = quotes(&mut session, ask.clone());
    assert_eq!(of(&plain, "gpt-5").cost, money("11.25"));
    let cached = quotes(&mut session, Inquiry { cached_percent: 80, ..ask.clone() });
    // 200,000 at $1.25, 800,000 at $0.125 and the answer at $10.
    assert_eq!(of(&cached, "gpt-5").cost, money("10.35"));
    assert_eq!(
        (of(&cached, "mine").cost, of(&cached, "mine").cached),
        (money("90"), 0),
        "no price, no discount"
    );
    let batch = quotes(&mut session, Inquiry { batch: true, ..ask });
    assert_eq!(of(&batch, "gpt-5").cost, money("5.625"));
    assert_eq!((of(&batch, "mine").cost, of(&batch, "mine").is_batch), (money("90"), false));
}

#[test]
fn the_model_asked_for_tells_its_window_and_when_a_cache_pays() {
    let facts = |model: &str| {
        let ask = Inquiry {
            input: 1_000,
            output: (100, 200),
            model: model.to_owned(),
            models: vec!["mine".to_owned()],
            turn: 50,
            stable: Some(400),
            ..Inquiry::default()
        };
        let quotes = quotes(&mut priced(), ask);
        let quote = quotes.into_iter().find(|quote| !quote.window_facts.is_empty()).unwrap();
        [quote.window_facts, quote.cache_facts]
            .concat()
            .into_iter()
            .map(|(_, value)| value)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        facts("openai/gpt-5"),
        [
            "1,200 of 272,000 tokens, 0.44%",
            "128,000 tokens, the model's own limit",
            "1,084",
            "$0.1250 per million, writing costs no more",
            "1 read on",
            "400 tokens, below the minimum of 1,024: not cached",
        ]
    );
    assert_eq!(
        &facts("anthropic/claude-haiku-4-5")[3..],
        [
            "$0.1000 per million, $1.25 per million",
            "1 read on, for an hour 2 reads on",
            "400 tokens, below the minimum of 4,096: not cached",
        ]
    );
    assert!(facts("mine").iter().all(|fact| fact.contains("unknown")), "{:?}", facts("mine"));
}

#[test]
fn quotes_come_in_the_order_asked_for() {
    let order = |by, descending| {
        let ask = Inquiry { input: 1_000, order: (by, descending), ..Inquiry::default() };
        quotes(&mut Session::new(), ask)
    };
    assert!(order(QuoteOrder::Model, false).is_sorted_by(|a, b| a.model <= b.model));
    assert!(order(QuoteOrder::Cost, true).is_sorted_by(|a, b| a.cost >= b.cost));
    assert!(order(QuoteOrder::Tokens, true).is_sorted_by(|a, b| a.input.get() >= b.input.get()));
    let share = |quote: &Quote| Some(quote.input.get()? as f64 / quote.window? as f64);
    let shares: Vec<Option<f64>> = order(QuoteOrder::Window, true).iter().map(share).collect();
    let known = shares.iter().filter(|share| share.is_some()).count();
    assert!(shares[..known].is_sorted_by(|a, b| a >= b) && known > 10, "{shares:?}");
}

#[test]
fn the_chat_template_is_counted_by_the_rule_of_the_model() {
    let models = ["openai/gpt-4o", "anthropic/claude-haiku-4-5"].map(str::to_owned).to_vec();
    let messages = vec![Role::System, Role::User];
    let quotes = quotes(&mut Session::new(), Inquiry { input: 100, messages, models, ..Inquiry::default() });
    let of = |model: &str| quotes.iter().find(|quote| quote.model == model).unwrap();
    // 3 and the role around each message, 3 before the answer.
    assert_eq!((of("gpt-4o").template.get(), of("gpt-4o").input.get()), (Some(11), Some(111)));
    assert_eq!(
        (of("claude-haiku-4-5").template.get(), of("claude-haiku-4-5").input.get()),
        (None, Some(118))
    );
}

#[test]
fn models_are_found_by_words() {
    let Answer::Models(models) = Session::new().answer(Command::Models("Azure 4o-mini".to_owned())).unwrap()
    else {
        panic!()
    };
    assert!(models.iter().any(|(name, _)| name == "azure/gpt-4o-mini"), "{models:?}");
    assert!(models.iter().all(|(name, price)| name.contains("azure") && price.contains("per million")));
    let names: Vec<String> = models.into_iter().map(|(name, _)| name).collect();
    let ask = Inquiry { input: 1, models: names.clone(), model: "gpt-5".to_owned(), ..Inquiry::default() };
    let quoted: Vec<String> = quotes(&mut Session::new(), ask).iter().map(Quote::name).collect();
    assert!(names.iter().all(|name| quoted.contains(name)), "{names:?} {quoted:?}");
}

#[test]
fn a_request_becomes_a_sheet() {
    let curl = r#"curl https://api.openai.com/v1/chat/completions -d '{"model": "gpt-4o", "messages":
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "It'"'"'s late?"}]}'"#;
    let Answer::Sheet(sheet) = Session::split(curl).unwrap() else { panic!() };
    let parts: Vec<_> =
        sheet.parts.iter().map(|part| (part.component, part.role, part.text.as_str())).collect();
    assert_eq!(
        parts,
        [(Component::System, Role::System, "Be brief."), (Component::User, Role::User, "It's late?")]
    );
    assert!(Session::split("Hello").is_err());
}

#[test]
fn an_empty_text_is_forgotten() {
    let mut session = Session::new();
    let name = EncodingName::O200kBase;
    session.set_vocabulary(name, tokens::bundled_asset(name)).unwrap();
    let pieces = Command::Pieces { slot: Slot(7), from: 0, count: 9 };
    session.count(Slot(7), name, "abc").unwrap();
    assert!(session.answer(pieces.clone()).is_ok());
    session.count(Slot(7), name, "").unwrap();
    assert!(session.answer(pieces).is_err());
}

/// Calls of a model whose provider counts 1.25 tokens where we count one, and 9 around each prompt. The prompts of
/// some have more in them than the file tells. Every third answer calls a tool, which takes 50 tokens more.
fn calls(n: u64, hidden: u64) -> String {
    let words = "the parcel was sent to another town and came back on the next day ";
    let call = |i: u64| {
        let prompt = words.repeat((i % 9 + 1) as usize);
        let encoding = tokens::bundled(EncodingName::O200kBase);
        let tokens = encoding.count(&prompt) as u64 * 5 / 4 + 9 + hidden * i;
        let (answer, more) = match i % 3 {
            0 => (format!("find({prompt})"), 50),
            _ => (prompt.clone(), 0),
        };
        let said = encoding.count(&answer) as u64 * 5 / 4 + more;
        format!(
            "{{\"model\": \"claude-haiku-4-5\", \"prompt\": \"{prompt}\", \"prompt_tokens\": {tokens}, \
             \"completion\": \"{answer}\", \"completion_tokens\": {said}, \"wall_time\": 1}}\n"
        )
    };
    (0..n).map(call).collect()
}

fn with_calls(n: u64, hidden: u64) -> Session {
    let mut session = Session::new();
    let name = EncodingName::O200kBase;
    session.set_vocabulary(name, tokens::bundled_asset(name)).unwrap();
    let file = calls(n, hidden);
    session.begin_file("calls.jsonl", file.len() as u64);
    session.push(file.as_bytes());
    session.end_file();
    while session.work(1 << 20) {}
    session.show_counts();
    session
}

#[test]
fn a_model_without_a_public_tokenizer_is_fitted_on_the_calls_of_the_session() {
    let ask =
        Inquiry { input: 1_000, models: vec!["anthropic/claude-haiku-4-5".to_owned()], ..Inquiry::default() };
    let mut session = with_calls(50, 0);
    let quote = &quotes(&mut session, ask.clone())[0];
    let error = |quote: &Quote, basis: &str| {
        let (error, _) = quote.fitted.strip_prefix("±")?.split_once(&format!("%, fitted on {basis}"))?;
        error.parse::<f64>().ok()
    };
    assert!(error(quote, "50 calls").is_some_and(|error| error < 2.0), "{}", quote.fitted);
    assert!(quote.input.get().is_some_and(|tokens| (1_245..=1_270).contains(&tokens)), "{:?}", quote.input);
    assert_eq!(quote.input.from(), Provenance::Estimated);
    assert!(quote.method.contains("fitted on 50 calls"), "{}", quote.method);
    // Counted by something else, the fit says nothing.
    let other = Inquiry { tokenizer: Tokenizer::BuiltIn(EncodingName::Cl100kBase), ..ask.clone() };
    assert_eq!(quotes(&mut session, other)[0].fitted, "");
    assert_eq!(quotes(&mut with_calls(7, 0), ask.clone())[0].fitted, "", "too few");
    // The tokenizer of the answers is that of the prompt.
    let by_answers = &quotes(&mut with_calls(50, 700), ask.clone())[0];
    assert!(error(by_answers, "33 answers").is_some_and(|error| error < 2.0), "{}", by_answers.fitted);
    assert!(by_answers.input.get().is_some_and(|n| (1_240..=1_260).contains(&n)), "{:?}", by_answers.input);
    assert_eq!(session.answer(Command::Clear).map(|_| ()), Ok(()));
    assert_eq!(quotes(&mut session, ask)[0].fitted, "");
}

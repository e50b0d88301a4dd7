//! What the screens ask, on small sessions whose figures can be worked out by hand.

use engine::{
    Choices, Session,
    protocol::{
        Answer, Ask, CallId, Choice, Command, EncodingName, FileId, Filter, Inquiry, OpenedTokenizer,
        Overview, Part, Phase, Slot, Sort, SortKey, Source, Status, StatusFilter, Table, Tokenizer,
    },
};
use units::{Money, Nanos, Provenance};

fn session(files: &[(&str, &str)]) -> Session {
    let mut session = Session::new();
    for (name, text) in files {
        session.begin_file(name, text.len() as u64);
        session.push(text.as_bytes());
        session.end_file();
    }
    session
}

/// A session with both vocabularies, all texts counted.
fn counted(files: &[(&str, &str)]) -> Session {
    let mut session = session(files);
    for name in [EncodingName::O200kBase, EncodingName::Cl100kBase] {
        session.set_vocabulary(name, tokens::bundled_asset(name)).unwrap();
    }
    while session.work(10) {}
    session.show_counts();
    session
}

fn overview(session: &mut Session, filter: Filter) -> Overview {
    match session.answer(Command::Overview(filter)).unwrap() {
        Answer::Overview(overview) => *overview,
        other => panic!("{other:?}"),
    }
}

fn table(session: &mut Session, filter: Filter, sort: Sort, from: u32, count: u32) -> Table {
    match session.answer(Command::Table { filter, sort, from, count }).unwrap() {
        Answer::Table(table) => table,
        other => panic!("{other:?}"),
    }
}

fn money(text: &str) -> Option<Money> {
    Some(text.parse().unwrap())
}

/// Four requests of two models, one of them unknown to any price table, one failed.
const METRICS: &str = r#"
{"request_id":"a","model":"gpt-4","prompt_tokens":1000,"completion_tokens":500,"wall_time":2.0,"time_to_first_token":0.5,"component":"few_shot_examples","timestamp":"2026-11-01T10:00:00Z"}
{"request_id":"b","model":"gpt-4","prompt_tokens":500,"completion_tokens":0,"wall_time":1.0,"time_to_first_token":0.25,"component":"system_prompt","timestamp":"2026-11-01T10:00:10Z"}
{"request_id":"c","model":"nobody-knows-this","prompt_tokens":200,"completion_tokens":101,"wall_time":3.0,"time_to_first_token":1.0,"component":"user_query","timestamp":"2026-11-01T10:00:20Z"}
{"request_id":"d","model":"gpt-4","prompt_tokens":0,"completion_tokens":0,"wall_time":9.0,"status":"error","error":"500","timestamp":"2026-11-01T10:00:30Z"}
"#;

#[test]
fn the_overview_counts_what_stands_in_the_file() {
    let mut session = session(&[("metrics.jsonl", METRICS)]);
    let all = overview(&mut session, Filter::default());
    assert_eq!((all.requests, all.of, all.errors), (4, 4, 1));
    assert_eq!((all.tokens.input, all.tokens.output), (1700, 601));
    let latency = all.latency.unwrap();
    assert_eq!((latency.n, latency.p50, latency.max), (3, 2000.0, 3000.0), "the failed request is left out");
    assert_eq!(all.ttft.unwrap().p50, 500.0);
    // 500 tokens after the first one of 1.5 s, and 101 after 2 s.
    let itl = all.itl.unwrap();
    assert_eq!(itl.n, 2);
    assert!((itl.max - 2000.0 / 100.0).abs() < 1e-9);
    // $30 and $60 per million: 1,500 x 0.00003 + 500 x 0.00006.
    assert_eq!(all.cost.computed, money("0.075"));
    assert_eq!((all.cost.priced_calls, all.cost.unpriced_calls), (3, 1), "unpriced is not free");
    assert_eq!(all.models[0].model, "gpt-4");
    assert_eq!(all.models[1].cost, None);
    let timeline = all.timeline.unwrap();
    assert_eq!(timeline.buckets.iter().flat_map(|bucket| &bucket.calls).sum::<u32>(), 4);
    assert_eq!(timeline.buckets.iter().map(|bucket| bucket.failed).sum::<u32>(), 1);
}

#[test]
fn a_component_above_thirty_per_cent_is_named_with_its_share() {
    let mut session = session(&[("metrics.jsonl", METRICS)]);
    let all = overview(&mut session, Filter::default());
    let shares: Vec<_> =
        all.components.iter().map(|row| (row.name.as_str(), row.tokens, row.wasteful)).collect();
    assert_eq!(
        shares,
        [("few_shot_examples", 1500, true), ("system_prompt", 500, false), ("user_query", 301, false)]
    );
    assert!(all.verdicts.iter().any(|verdict| verdict.head == "few_shot_examples: 65.2% of total tokens"));
    assert!(all.verdicts.iter().any(|verdict| verdict.head == "1 of 4 requests failed"));
    let priced: Money = all.components.iter().filter_map(|row| row.cost).sum();
    assert_eq!(Some(priced), all.cost.computed, "the components' costs add up");
}

#[test]
fn a_typed_price_prices_what_was_unpriced() {
    let mut session = session(&[("metrics.jsonl", METRICS)]);
    let price = Command::SetPrice {
        model: "nobody-knows-this".to_owned(),
        input: "30".parse().unwrap(),
        output: "60".parse().unwrap(),
    };
    session.answer(price).unwrap();
    let all = overview(&mut session, Filter::default());
    // 200 x 0.00003 + 101 x 0.00006 more.
    assert_eq!(all.cost.computed, money("0.08706"));
    assert_eq!(all.cost.unpriced_calls, 0);
    let row = all.models.iter().find(|row| row.model == "nobody-knows-this").unwrap();
    assert_eq!(row.price_source, "typed by you");
    let negative =
        Command::SetPrice { model: "x".to_owned(), input: "-1".parse().unwrap(), output: Money::ZERO };
    assert!(session.answer(negative).is_err());
}

#[test]
fn filters_narrow_every_figure() {
    let mut session = session(&[("metrics.jsonl", METRICS)]);
    let only = |change: fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        filter
    };
    for (filter, requests, input) in [
        (only(|f| f.model = Some("gpt-4".to_owned())), 3, 1500),
        (only(|f| f.model = Some("gpt-5".to_owned())), 0, 0),
        (only(|f| f.component = Some("user_query".to_owned())), 1, 200),
        (only(|f| f.status = Some(StatusFilter::Error)), 1, 0),
        (only(|f| f.status = Some(StatusFilter::Ok)), 3, 1700),
        (only(|f| f.text = "NOBODY-knows".to_owned()), 1, 200),
    ] {
        let some = overview(&mut session, filter.clone());
        assert_eq!((some.requests, some.of, some.tokens.input), (requests, 4, input), "{filter:?}");
        assert_eq!(u64::from(table(&mut session, filter, Sort::default(), 0, 10).rows), requests);
    }
}

#[test]
fn the_table_sorts_by_any_column_and_unknown_values_come_last() {
    let mut session = session(&[("metrics.jsonl", METRICS)]);
    let mut order = |by, descending| -> Vec<u32> {
        let table = table(&mut session, Filter::default(), Sort { by, descending }, 0, 10);
        table.window.iter().map(|row| row.number).collect()
    };
    assert_eq!(order(SortKey::Start, false), [1, 2, 3, 4]);
    assert_eq!(order(SortKey::Start, true), [4, 3, 2, 1]);
    assert_eq!(order(SortKey::Duration, true), [4, 3, 1, 2]);
    assert_eq!(order(SortKey::Ttft, false), [2, 1, 3, 4], "no first token is no fast one");
    assert_eq!(order(SortKey::Ttft, true), [3, 1, 2, 4]);
    assert_eq!(order(SortKey::Cost, true), [1, 2, 4, 3], "unpriced comes after free");
    assert_eq!(order(SortKey::Status, true)[0], 4);
    let window = table(&mut session, Filter::default(), Sort::default(), 3, 10);
    assert_eq!((window.rows, window.from, window.window.len()), (4, 3, 1));
    assert_eq!(window.window[0].status, Status::Failed);
    assert!(table(&mut session, Filter::default(), Sort::default(), 99, 10).window.is_empty());
}

#[test]
fn a_profile_is_divided_and_its_rest_is_unattributed() {
    let profile = r#"{"preprocessing":0.01,"embedding_lookup":0.05,"llm_queue_wait":0.02,"time_to_first_token":0.15,"token_generation":0.2,"postprocessing":0.01,"total":0.5}"#;
    let mut session = session(&[("profile.json", profile)]);
    let Answer::Latency(latency) = session.answer(Command::Latency(Box::default())).unwrap() else {
        panic!()
    };
    assert_eq!((latency.requests, latency.bottleneck), (1, Some(Phase::TokenGeneration)));
    let ms = [10, 50, 20, 0, 150, 200, 10, 60];
    assert_eq!(latency.columns[0].phases.0, ms.map(|ms| Nanos(ms * 1_000_000)));
    assert!((latency.phases.iter().map(|row| row.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert_eq!(latency.bottlenecks, [0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn texts_without_usage_are_counted_and_say_so() {
    let record = r#"{"model":"gpt-4","component":"user_query","prompt":"What is the capital of France?","response":"The capital of France is Paris."}"#;
    let mut session = counted(&[("texts.jsonl", record)]);
    let all = overview(&mut session, Filter::default());
    assert_eq!((all.tokens.input, all.tokens.output, all.tokens.from), (7, 7, Provenance::Counted));
    assert_eq!(all.cost.computed, money("0.00063"));
    let Answer::Detail(detail) = session.answer(Command::Detail(CallId(0))).unwrap() else { panic!() };
    assert_eq!(detail.messages.len(), 2);
    assert_eq!(detail.messages[0].tokens.get(), Some(7));
    assert_eq!(detail.bill.iter().filter_map(|row| row.cost).sum::<Money>(), money("0.00063").unwrap());
    assert!(session.answer(Command::Detail(CallId(7))).is_err());
}

#[test]
fn the_workbench_counts_and_shows_pieces() {
    let mut session = counted(&[]);
    let Answer::Count(count) =
        session.count(Slot::PROMPT, EncodingName::O200kBase, "héllo wörld 🙂").unwrap()
    else {
        panic!()
    };
    assert_eq!((count.bytes, count.chars), (18, 13));
    let all = Command::Pieces { slot: Slot::PROMPT, from: 0, count: 1000 };
    let Answer::Pieces(pieces) = session.answer(all).unwrap() else { panic!() };
    assert_eq!(pieces.len() as u64, count.tokens);
    let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.clone()).collect();
    assert_eq!(String::from_utf8(bytes).unwrap(), "héllo wörld 🙂");
    assert!(session.answer(Command::Pieces { slot: Slot::RESPONSE, from: 0, count: 1 }).is_err());
}

#[test]
fn a_text_counted_by_an_opened_tokenizer_is_shown_piece_by_piece() {
    let mut session = session(&[]);
    let tokenizer = OpenedTokenizer { name: "tokenizer.json".to_owned(), ..OpenedTokenizer::default() };
    assert_eq!((session.add_tokenizer(tokenizer.clone()), session.add_tokenizer(tokenizer)), (1, 2));
    let Answer::Session(info) = session.answer(Command::Cancel).unwrap() else { panic!() };
    assert_eq!(info.tokenizers.iter().map(|opened| opened.number).collect::<Vec<_>>(), [1, 2]);

    // The second token is empty, the third and fourth share a character.
    let tokens = vec![(7, 3), (8, 3), (9, 5), (10, 7)];
    let Answer::Count(count) = session.take_count(Slot::PROMPT, "ab 🙂".to_owned(), tokens).unwrap() else {
        panic!()
    };
    assert_eq!((count.tokens, count.bytes, count.chars), (4, 7, 4));
    let pieces = Command::Pieces { slot: Slot::PROMPT, from: 1, count: 9 };
    let Answer::Pieces(pieces) = session.answer(pieces).unwrap() else { panic!() };
    let pieces: Vec<(u32, &str, &[u8])> = pieces.iter().map(|p| (p.id, &*p.text, &*p.bytes)).collect();
    assert_eq!(
        pieces,
        [(8, "", &[][..]), (9, "\u{fffd}", &[0xf0, 0x9f]), (10, "\u{fffd}\u{fffd}", &[0x99, 0x82])]
    );

    let quote = Command::Quote(Inquiry {
        input: 5,
        tokenizer: Tokenizer::Opened(2),
        model: "gpt-4".to_owned(),
        ..Inquiry::default()
    });
    let Answer::Quotes(quotes) = session.answer(quote).unwrap() else { panic!() };
    assert!(quotes.iter().all(|quote| quote.input.from() == Provenance::Estimated));
    let gpt4 = quotes.iter().find(|quote| quote.model == "gpt-4").unwrap();
    assert!(gpt4.method.starts_with("Counted with tokenizer.json; this model's own"), "{}", gpt4.method);

    let Answer::Session(info) = session.answer(Command::Clear).unwrap() else { panic!() };
    assert!(info.tokenizers.is_empty());
    assert!(session.answer(Command::Pieces { slot: Slot::PROMPT, from: 0, count: 1 }).is_err());
}

#[test]
fn quotes_price_a_call_on_each_model_exactly() {
    let mut session = session(&[]);
    let encoding = EncodingName::Cl100kBase;
    let tokenizer = Tokenizer::BuiltIn(encoding);
    let quote =
        Command::Quote(Inquiry { input: 500, tokenizer, model: "gpt-4".to_owned(), ..Inquiry::default() });
    let Answer::Quotes(quotes) = session.answer(quote).unwrap() else { panic!() };
    let gpt4 = quotes.iter().find(|quote| quote.model == "gpt-4").unwrap();
    assert_eq!(Some(gpt4.cost), money("0.015"), "500 tokens of system prompt at $0.03 per 1,000");
    assert_eq!(gpt4.cost.times(1000).to_string(), "15");
    assert!(quotes.len() > 5);
    assert!(quotes.is_sorted_by_key(|quote| quote.cost));
    let claude = quotes.iter().find(|quote| quote.model.starts_with("claude")).unwrap();
    assert_eq!(claude.input.from(), Provenance::Estimated);
    let other = quotes.iter().find(|quote| quote.model == "gpt-5").unwrap();
    assert_eq!((gpt4.input.from(), other.input.from()), (Provenance::Counted, Provenance::Estimated));
}

#[test]
fn what_no_record_tells_is_not_known_to_be_zero() {
    let records = r#"{"model":"gpt-4","prompt_tokens":10,"wall_time":1,"time_to_first_token":0.5}
{"model":"gpt-4","prompt_tokens":20,"completion_tokens":5,"cached_tokens":0,"wall_time":1}
{"model":"gpt-4","wall_time":1,"time_to_first_token":0.5}"#;
    let mut session = session(&[("a.jsonl", records)]);
    let tokens = overview(&mut session, Filter::default()).tokens;
    assert_eq!((tokens.unknown_calls, tokens.unknown_input, tokens.unknown_output), (1, 0, 1));
    assert_eq!(
        (tokens.cache_read_told, tokens.cache_write_told, tokens.reasoning_told),
        (true, false, false)
    );
}

#[test]
fn a_file_given_up_keeps_what_was_read_and_says_how_far_that_was() {
    let mut session = Session::new();
    session.begin_file("metrics.jsonl", METRICS.len() as u64);
    session.push(&METRICS.as_bytes()[..METRICS.len() / 2]);
    session.stop_file();
    let file = &session.trace().files[0];
    assert!(file.kept() > 0 && file.kept() < 4);
    assert_eq!(file.problems.iter().map(|problem| problem.code.key()).collect::<Vec<_>>(), ["stopped"]);
    assert!(overview(&mut session, Filter::default()).requests < 4);
}

#[test]
fn absurd_counts_saturate() {
    let record = r#"{"model":"gpt-4","component":"a","prompt_tokens":1152921504606846976,"completion_tokens":9,"wall_time":1}"#;
    let mut session = session(&[("a.jsonl", &[record; 20].join("\n"))]);
    let all = overview(&mut session, Filter::default());
    assert_eq!((all.tokens.input, all.tokens.total()), (u64::MAX, u64::MAX));
    assert_eq!(all.cost.computed.unwrap(), all.components[0].cost.unwrap());
}

#[test]
fn a_refused_call_is_not_unpriced_but_one_without_counts_is() {
    let records = r#"{"model":"gpt-4","wall_time":1,"time_to_first_token":0.1,"status":"429"}
{"model":"gpt-4","wall_time":1,"time_to_first_token":0.1}
{"model":"nobody-knows-this","prompt_tokens":0,"completion_tokens":0,"wall_time":1,"cache_hit":true}"#;
    let mut session = session(&[("a.jsonl", records)]);
    let cost = overview(&mut session, Filter::default()).cost;
    assert_eq!((cost.priced_calls, cost.unpriced_calls, cost.computed), (1, 1, Some(Money::ZERO)));
}

#[test]
fn chat_prompts_without_usage_are_estimated_with_their_template() {
    let span = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"chat","startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},{"key":"gen_ai.input.messages","value":{"stringValue":"[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"Be nice\"}]},{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hello world\"}]}]"}}]}]}]}]}"#;
    let mut session = counted(&[("a.json", span)]);
    let tokens = overview(&mut session, Filter::default()).tokens;
    // 2 + 2 of text, 2 roles, 3 for each message, 3 that begin the reply.
    assert_eq!((tokens.input, tokens.from), (15, Provenance::Estimated));
}

#[test]
fn clearing_forgets_the_files_and_typed_prices() {
    let mut session = session(&[("metrics.jsonl", METRICS)]);
    let before = session.generation();
    let Answer::Session(info) = session.answer(Command::Clear).unwrap() else { panic!() };
    assert!(info.files.is_empty() && info.generation > before);
    assert_eq!(overview(&mut session, Filter::default()).requests, 0);
}

#[test]
fn a_file_is_read_again_as_one_says_and_prices_stay() {
    let text =
        "{\"m\": \"mine\", \"in\": 1000000, \"out\": 0, \"q\": \"Who?\"}\n{\"m\": \"mine\", \"in\": -1}\n";
    let Ok(Answer::Mapped(mapped)) = Session::map(text, &Ask::Proposal(Vec::new())) else { panic!() };
    let mut mapping = mapped.outline.mapping.clone();
    mapping.fields.set(Part::Model, Some(Source { path: "m".to_owned(), ..Source::default() }));
    mapping.fields.set(Part::Prompt, Some(Source { path: "q".to_owned(), ..Source::default() }));
    let Ok(Answer::Mapped(mapped)) = Session::map(text, &Ask::Try(mapping.clone())) else { panic!() };
    assert_eq!(mapped.columns, ["Model", "Prompt", "Prompt tokens", "Completion tokens"]);
    assert_eq!(mapped.rows, [["mine", "Who?", "1,000,000", "0"], ["mine", "unknown", "unknown", "unknown"]]);
    assert_eq!(mapped.warnings, ["in is negative; it was taken as unknown"]);
    assert!(Session::map("Dear diary", &Ask::Try(mapping.clone())).unwrap_err().contains("No records"));

    let mut session = session(&[("records", METRICS), ("mine", text)]);
    assert_eq!(session.info().files[1].format, "");
    let price =
        Command::SetPrice { model: "mine".into(), input: money("2").unwrap(), output: money("2").unwrap() };
    session.answer(price).unwrap();
    let before = session.generation();
    session.forget_files();
    assert!(session.info().files.is_empty() && session.generation() > before);
    let files = [(FileId(1), Choice::Mapping(mapping))].into();
    let choices = std::rc::Rc::new(Choices { files, ..Choices::default() });
    for (name, text) in [("records", METRICS), ("mine", text)] {
        session.begin_file_as(name, text.len() as u64, &choices);
        session.push(text.as_bytes());
        session.end_file();
    }
    let formats: Vec<_> = session.info().files.into_iter().map(|file| (file.format, file.by_hand)).collect();
    assert_eq!(formats, [("records".to_owned(), false), ("mapping".to_owned(), true)]);
    let mine = Filter { model: Some("mine".to_owned()), ..Filter::default() };
    let table = table(&mut session, mine, Sort::default(), 0, 10);
    assert_eq!((table.rows, table.window[0].cost), (2, money("2")));
}

//! What the flame screen asks: every picture, table and figure weighs what the other screens say.

use engine::{
    Session,
    protocol::{
        Answer, Command, EncodingName, Field, Filter, FlameAnswer, FlameAsk, FlameFile, FlameItem, FlameMap,
        FlameMark, FlameMode, FlameStep, FlameSum, FlameTable, FlameView, FlameWant, FlameWeight,
        FlameWindow, Overview, StatusFilter,
    },
};
use units::{Money, Provenance};

const RAG: &str = "otlp-json-genai/openinference.jsonl";
const AGNO: &str = "langfuse/trace-observations-agno.json";

fn session(file: &str) -> Session {
    let path = format!("{}/../../tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    let mut session = Session::new();
    session.begin_file(file, bytes.len() as u64);
    session.push(&bytes);
    session.end_file();
    for name in [EncodingName::O200kBase, EncodingName::Cl100kBase] {
        session.set_vocabulary(name, tokens::bundled_asset(name)).unwrap();
    }
    while session.work(1 << 20) {}
    session.show_counts();
    session
}

fn ask(session: &mut Session, ask: &FlameAsk, want: FlameWant) -> FlameAnswer {
    match session.answer(Command::Flame(Box::new(FlameAsk { want, ..ask.clone() }))).unwrap() {
        Answer::Flame(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn view(session: &mut Session, of: &FlameAsk, window: FlameWindow) -> FlameView {
    match ask(session, of, FlameWant::View(window)) {
        FlameAnswer::View(view) => *view,
        other => panic!("{other:?}"),
    }
}

fn whole(session: &mut Session, of: &FlameAsk) -> FlameView {
    view(session, of, FlameWindow { width: 1400, rows: 100, ..FlameWindow::default() })
}

fn table(session: &mut Session, of: &FlameAsk) -> FlameTable {
    match ask(session, of, FlameWant::Table(1000, true)) {
        FlameAnswer::Table(table) => table,
        other => panic!("{other:?}"),
    }
}

fn item(session: &mut Session, of: &FlameAsk, want: FlameWant) -> Option<FlameItem> {
    match ask(session, of, want) {
        FlameAnswer::Item(item) => item.map(|item| *item),
        other => panic!("{other:?}"),
    }
}

fn sum(session: &mut Session, of: &FlameAsk) -> FlameSum {
    match ask(session, of, FlameWant::Sum) {
        FlameAnswer::Sum(sum) => sum,
        other => panic!("{other:?}"),
    }
}

fn map(session: &mut Session, of: &FlameAsk) -> FlameMap {
    match ask(session, of, FlameWant::Map(200)) {
        FlameAnswer::Map(map) => map,
        other => panic!("{other:?}"),
    }
}

fn overview(session: &mut Session) -> Overview {
    match session.answer(Command::Overview(Filter::default())).unwrap() {
        Answer::Overview(overview) => *overview,
        other => panic!("{other:?}"),
    }
}

fn field<'a>(fields: &'a [Field], name: &str) -> &'a Field {
    fields.iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no {name} in {fields:#?}"))
}

fn marks(view: &FlameView) -> Vec<FlameMark> {
    let marks = FlameMark::unpack(&view.marks);
    let labelled = marks.iter().filter(|mark| mark.flags & FlameMark::LABEL != 0).count();
    assert_eq!(labelled, view.labels.len());
    marks
}

fn of(mode: FlameMode, weight: FlameWeight) -> FlameAsk {
    FlameAsk { mode, weight, ..FlameAsk::default() }
}

const WEIGHTS: [FlameWeight; 3] = [FlameWeight::Time, FlameWeight::Tokens, FlameWeight::Dollars];
const MODES: [FlameMode; 3] = [FlameMode::Time, FlameMode::LeftHeavy, FlameMode::Sandwich];

#[test]
fn marks_cross_the_port_as_they_are() {
    let marks = [
        FlameMark { x: 0, width: 1, row: 0, style: 14, flags: 15, item: u32::MAX, count: 3, tick: 7 },
        FlameMark { x: 16_383, width: 16_384, row: 4_095, style: 0, flags: 0, item: 0, count: 0, tick: 0 },
    ];
    assert_eq!(FlameMark::unpack(&FlameMark::pack(&marks)), marks);
}

#[test]
fn every_picture_weighs_what_the_overview_says() {
    for file in [RAG, AGNO] {
        let mut session = session(file);
        let all = overview(&mut session);
        for mode in [FlameMode::Time, FlameMode::LeftHeavy] {
            let tokens = whole(&mut session, &of(mode, FlameWeight::Tokens));
            assert_eq!(tokens.to as u64, all.tokens.input + all.tokens.output, "{file}");
            let dollars = whole(&mut session, &of(mode, FlameWeight::Dollars));
            assert_eq!(i128::from(dollars.to), all.cost.computed.unwrap().picos(), "{file}");
            assert_eq!((dollars.from, dollars.shift), (0, 0));
        }
        let figures = sum(&mut session, &FlameAsk::default()).fields;
        assert_eq!(field(&figures, "Cost").value, format!("${}", all.cost.computed.unwrap()));
    }
}

#[test]
fn a_request_falls_apart_into_the_parts_of_its_prompt() {
    let mut session = session(RAG);
    let dollars = of(FlameMode::LeftHeavy, FlameWeight::Dollars);
    let view = whole(&mut session, &dollars);
    let shown = marks(&view);
    let is_part = |mark: &&FlameMark| (FlameMark::PART..=FlameMark::NOT_SHOWN).contains(&mark.style);
    assert!(shown.iter().filter(is_part).count() >= 3);
    // In tokens they are the components of the overview.
    let components = overview(&mut session).components;
    let expected: Vec<(String, String)> = components
        .into_iter()
        .map(|row| {
            (row.kind.map_or("Not in the file", |kind| kind.label()).to_owned(), units::show::int(row.tokens))
        })
        .collect();
    let told = sum(&mut session, &FlameAsk::default()).shares;
    let (title, _, rows) = &told[1];
    assert_eq!(title, "Tokens");
    let rows: Vec<(String, String)> =
        rows.iter().map(|row| (row.name.clone(), row.cells[0].clone())).collect();
    assert_eq!(rows, expected);
    // The names' own weights are all of it, and the dearest is the first.
    let table = table(&mut session, &dollars);
    assert!(table.rows.is_sorted_by(|a, b| a.share >= b.share));
    assert!((table.rows[0].share - 1.0).abs() < 1e-12, "{:?}", table.rows[0]);
    let part = shown.iter().find(|mark| mark.style == FlameMark::PART + 3).unwrap();
    let told = item(&mut session, &dollars, FlameWant::Item(part.item)).unwrap();
    assert_eq!(told.name, "Retrieved");
    assert!(told.call.is_some() && !told.path.is_empty());
    assert!(field(&told.fields, "Total").from >= Provenance::Counted);
}

#[test]
fn the_time_of_a_call_is_divided_over_its_parts_below_it() {
    let mut session = session(AGNO);
    let time = FlameAsk::default();
    let view = whole(&mut session, &time);
    let shown = marks(&view);
    let is_part = |mark: &&FlameMark| (FlameMark::PART..=FlameMark::NOT_SHOWN).contains(&mark.style);
    let parts: Vec<FlameItem> = shown
        .iter()
        .filter(is_part)
        .map(|mark| item(&mut session, &time, FlameWant::Item(mark.item)).unwrap())
        .collect();
    assert!(!parts.is_empty());
    let mut by_call = std::collections::BTreeMap::<_, Vec<&FlameItem>>::new();
    for part in &parts {
        assert_eq!(field(&part.fields, "Share of the call's time").from, Provenance::Estimated);
        by_call.entry(part.call.unwrap()).or_default().push(part);
    }
    for parts in by_call.values() {
        // Side by side, and together as long as the call, to the nanosecond.
        let first = parts[0];
        let call = item(&mut session, &time, FlameWant::Step(first.place, FlameStep::Up)).unwrap();
        assert_eq!((call.call, first.path.last()), (first.call, Some(&call.name)));
        assert!(parts.iter().all(|part| part.place.0 == first.place.0 && part.place.0 > call.place.0));
        assert!(parts.windows(2).all(|pair| pair[0].place.2 == pair[1].place.1));
        assert_eq!((first.place.1, parts[parts.len() - 1].place.2), (call.place.1, call.place.2));
        let down = item(&mut session, &time, FlameWant::Step(call.place, FlameStep::Down)).unwrap();
        // What it holds comes before its parts.
        assert!(down.item == first.item || down.place.0 < first.place.0);
        for pair in parts.windows(2) {
            let right = item(&mut session, &time, FlameWant::Step(pair[0].place, FlameStep::Right)).unwrap();
            assert_eq!(right.item, pair[1].item);
        }
        // At both ends it goes on to what else is in that row, if anything.
        let last = parts[parts.len() - 1];
        for (place, step) in [(first.place, FlameStep::Left), (last.place, FlameStep::Right)] {
            let beside = item(&mut session, &time, FlameWant::Step(place, step));
            assert!(beside.is_none_or(|beside| parts.iter().all(|part| part.item != beside.item)));
        }
        item(&mut session, &time, FlameWant::Step(last.place, FlameStep::Down));
    }
}

#[test]
fn a_hit_leads_to_the_call_with_its_provenance() {
    let mut session = session(RAG);
    let time = FlameAsk { search: "chat".to_owned(), ..FlameAsk::default() };
    let view = whole(&mut session, &time);
    let shown = marks(&view);
    let found: Vec<&FlameMark> = shown.iter().filter(|mark| mark.flags & FlameMark::FOUND != 0).collect();
    assert_eq!(view.found, (found.len() as u64, found.len() as u64));
    assert!(!found.is_empty());
    let call = found.iter().find(|mark| mark.style == FlameMark::CALL).unwrap();
    let told = item(&mut session, &time, FlameWant::Item(call.item)).unwrap();
    assert_eq!(field(&told.fields, "Duration").from, Provenance::Reported);
    assert_eq!(field(&told.fields, "Cost").from, Provenance::Counted);
    assert!(told.call.is_some() && told.start.is_some());
    // Walking through what was found comes round.
    let mut place = (0, i64::MIN, 0);
    let mut seen = Vec::new();
    for _ in 0..view.found.0 {
        let next = item(&mut session, &time, FlameWant::Step(place, FlameStep::Next)).unwrap();
        place = next.place;
        seen.push(next.item);
    }
    let first = item(&mut session, &time, FlameWant::Step(place, FlameStep::Next)).unwrap();
    assert_eq!(first.item, seen[0]);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len() as u64, view.found.0);
    // Up from a call lies what holds it, and down again what that holds first.
    let up = item(&mut session, &time, FlameWant::Step(told.place, FlameStep::Up)).unwrap();
    assert_eq!(Some(&up.name), told.path.last());
}

#[test]
fn the_critical_path_is_as_long_as_the_requests() {
    let mut session = session(RAG);
    let time = FlameAsk::default();
    let window = FlameWindow { width: 1400, rows: 100, critical: true, ..FlameWindow::default() };
    let view = view(&mut session, &time, window);
    assert!(!view.critical.0.is_empty());
    let table = table(&mut session, &time);
    let column = table.columns.iter().position(|name| name == "On the critical path").unwrap();
    assert!(table.rows.iter().any(|row| !row.cells[column].is_empty()));
}

#[test]
fn idle_gaps_are_cut_and_the_axis_leads_back() {
    let line = |id: u32, at: &str| {
        format!(
            "{{\"request_id\":\"{id}\",\"model\":\"gpt-4\",\"prompt_tokens\":10,\"completion_tokens\":5,\"wall_time\":2.0,\"time_to_first_token\":0.5,\"component\":\"user_query\",\"timestamp\":\"{at}\"}}\n"
        )
    };
    let text = line(1, "2026-11-01T10:00:00Z") + &line(2, "2026-11-01T12:00:00Z");
    let mut session = Session::new();
    session.begin_file("calls.jsonl", text.len() as u64);
    session.push(text.as_bytes());
    session.end_file();
    let plain = map(&mut session, &FlameAsk::default());
    assert!(plain.cuts.is_empty());
    assert_eq!(plain.to - plain.from, 7_202_000_000_000);
    let short = map(&mut session, &FlameAsk { compress: true, ..FlameAsk::default() });
    let axis = short.axis();
    assert_eq!(axis.cuts.len(), 1);
    assert_eq!((axis.real(short.from), axis.real(short.to)), (plain.from, plain.to));
    assert!(short.to - short.from < 5_000_000_000);
    assert_eq!(short.running.len(), 200);
    // A range has the tokens of the calls that begin in it: the second request alone.
    let range = Some((plain.to - 2_000_000_000, plain.to));
    let tokens = FlameAsk { range, ..of(FlameMode::LeftHeavy, FlameWeight::Tokens) };
    assert_eq!(whole(&mut session, &tokens).to, 15);
    let figures = sum(&mut session, &tokens).fields;
    assert_eq!(field(&figures, "Model calls begun").value, "1");
    assert_eq!(field(&figures, "Time with any work").value, "2.00\u{202f}s");
    // The first token is marked a quarter of the way.
    let view = view(
        &mut session,
        &FlameAsk::default(),
        FlameWindow {
            from: plain.from,
            to: plain.from + 2_000_000_000,
            width: 1000,
            rows: 4,
            ..FlameWindow::default()
        },
    );
    assert_eq!(marks(&view)[0].tick, 251);
}

#[test]
fn what_a_person_leaves_out_is_said() {
    let mut session = session(RAG);
    for mode in MODES {
        for weight in WEIGHTS {
            let all = of(mode, weight);
            let named = table(&mut session, &all);
            let row = named.rows.iter().find(|row| row.style == FlameMark::CALL).unwrap();
            let (name, name_text) = (row.id, row.name.as_str());
            let has_name = |view: &FlameView| {
                let labels = view.labels.iter().filter_map(|label| label.split("   ").next());
                labels.into_iter().any(|label| label == name_text)
            };
            let before = whole(&mut session, &all);
            let dropped = FlameAsk { drop: vec![name], ..all.clone() };
            let after = whole(&mut session, &dropped);
            if mode != FlameMode::Sandwich {
                assert!(has_name(&before) && !has_name(&after), "{mode:?} {weight:?}");
            }
            if weight != FlameWeight::Time {
                assert!(after.notes.iter().any(|note| note.contains("left out")), "{:?}", after.notes);
            }
            let focused = whole(&mut session, &FlameAsk { focus: Some(name), ..all.clone() });
            assert!(!marks(&focused).is_empty(), "{mode:?} {weight:?}");
        }
    }
}

#[test]
fn a_filter_leaves_what_the_calls_are_in() {
    let mut session = session(RAG);
    let filter = Filter { status: Some(StatusFilter::Error), ..Filter::default() };
    let none = FlameAsk { filter, ..FlameAsk::default() };
    let failed = whole(&mut session, &none);
    let all = whole(&mut session, &FlameAsk::default());
    assert!(marks(&failed).len() < marks(&all).len());
}

#[test]
fn nothing_is_unpriced_for_free() {
    let text = "{\"request_id\":\"c\",\"model\":\"nobody-knows-this\",\"prompt_tokens\":200,\"completion_tokens\":101,\"wall_time\":3.0,\"time_to_first_token\":1.0,\"component\":\"user_query\",\"timestamp\":\"2026-11-01T10:00:20Z\"}\n";
    let mut session = Session::new();
    session.begin_file("calls.jsonl", text.len() as u64);
    session.push(text.as_bytes());
    session.end_file();
    let dollars = whole(&mut session, &of(FlameMode::LeftHeavy, FlameWeight::Dollars));
    assert_eq!(dollars.notes, ["1 call is unpriced: it has no width"]);
    assert_eq!(field(&sum(&mut session, &FlameAsk::default()).fields, "Cost").value, "unpriced");
}

#[test]
fn spans_without_times_have_none() {
    let mut session = session("claude-code/session-30530d66.jsonl");
    let view = whole(&mut session, &FlameAsk::default());
    assert_eq!((view.rows, view.notes.len()), (0, 1));
    let figures = sum(&mut session, &FlameAsk::default()).fields;
    assert_eq!(field(&figures, "Time with any work").from, Provenance::Unknown);
    let names = table(&mut session, &of(FlameMode::LeftHeavy, FlameWeight::Time));
    assert!(names.rows.iter().all(|row| row.cells[2..4] == ["–", "–"]), "{names:?}");
}

#[test]
fn an_empty_session_and_odd_windows_have_answers() {
    let mut empty = Session::new();
    for mode in MODES {
        for weight in WEIGHTS {
            let ask = of(mode, weight);
            assert!(marks(&whole(&mut empty, &ask)).iter().all(|mark| mark.style == FlameMark::CONTAINER));
            map(&mut empty, &ask);
            assert!(sum(&mut empty, &ask).shares[0].2.is_empty());
            for odd in [7, 1 << 31, u32::MAX] {
                assert_eq!(item(&mut empty, &ask, FlameWant::Item(odd)), None);
            }
        }
    }
    let mut session = session(RAG);
    for (from, to, width, row, rows) in
        [(i64::MIN, i64::MAX, u32::MAX, 0, u32::MAX), (5, 6, 0, u32::MAX, u32::MAX), (0, 1, 9, 3, 0)]
    {
        for mode in MODES {
            let window = FlameWindow { from, to, width, row, rows, critical: true };
            marks(&view(&mut session, &of(mode, FlameWeight::Time), window));
        }
    }
}

#[test]
fn files_for_other_profilers_hold_all_spans() {
    let mut session = session(RAG);
    let mut chrome = Vec::new();
    assert_eq!(engine::export(&session, FlameFile::Chrome, &mut chrome).unwrap(), 0);
    let told = ask(&mut session, &FlameAsk::default(), FlameWant::File(FlameFile::Chrome));
    let FlameAnswer::File(bytes, 0) = told else { panic!("{told:?}") };
    assert_eq!(bytes.0, chrome, "the page and the terminal write the same file");
    let value: serde_json::Value = serde_json::from_slice(&chrome).unwrap();
    let events = value["traceEvents"].as_array().unwrap();
    let costs = events.iter().filter_map(|event| event["args"]["usd"].as_str());
    let cost: Money = costs.map(|usd| usd.parse::<Money>().unwrap()).sum();
    assert_eq!(Some(cost), overview(&mut session).cost.computed);
}

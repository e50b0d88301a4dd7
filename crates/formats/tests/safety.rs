//! Whatever a file holds: a clear sentence, nothing lost, never a panic, the same for every way to read it.

mod common;

use std::io::Write;

use common::{Session, all_fixtures, assert_nothing_lost, fixture, import_in, summary};
use flate2::{Compression, write::GzEncoder};
use formats::{FORMATS, Import, RangeDecoder};
use proptest::prelude::*;
use trace::{ProblemCode, TraceBuilder};

const LINE: &str =
    r#"{"prompt_tokens": 10, "completion_tokens": 5, "wall_time": 1.0, "time_to_first_token": 0.5}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn only_problem(bytes: &[u8]) -> (ProblemCode, String) {
    let session = Session::of(bytes);
    let problems = &session.report().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(session.report().read, 0);
    (problems[0].code, format!("{} {}", problems[0].message, problems[0].hint))
}

#[test]
fn content_that_no_reader_knows_is_named() {
    for (bytes, words) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0"[..], "PNG image"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x7fELF\x02\x01\x01\0", "ELF"),
        (b"\0\x01\x02\x03\x04\x05", "binary data beginning with the bytes 00 01 02"),
        (b"Dear diary: nothing happened.", "‹Dear diary: nothing happened.›"),
        (b"Dear diary,\nnothing happened.\n", "text beginning ‹Dear diary,›"),
        (b"<!DOCTYPE html><html>", "HTML page"),
        (b"{\"b\": 1, \"a\": 2}", "JSON objects with the keys a, b"),
        (b"{\"b\": 1, \"a\": [", "JSON objects with the keys a, b"),
        (b"[1, 2]", "without any object"),
        (b"[]", "empty JSON list"),
        (b"{nonsense", "not: ‹{nonsense›"),
        (b"[nonsense]", "not: ‹[nonsense]›"),
        (b"city,population\nBern,1\n", "table with the columns"),
    ] {
        let (code, text) = only_problem(bytes);
        assert_eq!(code, ProblemCode::UnknownFormat);
        assert!(text.contains(words), "{text}");
    }
    let (_, text) = only_problem(b"city,population\nBern,1\n");
    assert!(text.contains("sessions"), "says what is readable: {text}");
}

#[test]
fn empty_files_say_so() {
    for bytes in [&b""[..], b" \n\t\r\n", b"\xef\xbb\xbf", &gzip(b"")] {
        assert_eq!(only_problem(bytes).0, ProblemCode::Empty);
    }
}

#[test]
fn containers_come_in_many_shapes() {
    let plain = summary(Session::of(LINE.as_bytes()).trace()).len();
    assert!(plain > 0);
    for (text, calls) in [
        (format!("{LINE}\n{LINE}\n"), 2),
        (format!("{LINE}\r\n\r\n  \r\n{LINE}"), 2),
        (format!("\u{feff}{LINE}\n{LINE}"), 2),
        (format!("[{LINE},\n{LINE}]"), 2),
        (format!("[\n  {LINE}\n]\n"), 1),
        (format!("{LINE}{LINE}"), 2),
        (format!("{LINE},\n{LINE},\n"), 2),
        (LINE.replace(", ", ",\n  ").replace('{', "{\n  ").replace('}', "\n}\n").repeat(3), 3),
        (format!("tail of a line\"}}\n{LINE}\n{LINE}\n"), 2),
    ] {
        for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
            let session = Session::of(&bytes);
            assert_eq!(session.trace().calls().count(), calls, "{text}: {:?}", session.report());
        }
    }
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(LINE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(Session::of(&utf16).trace().calls().count(), 1);
    let members = [gzip(LINE.as_bytes()), gzip(b"\n"), gzip(LINE.as_bytes())].concat();
    assert_eq!(Session::of(&members).trace().calls().count(), 2);
}

#[test]
fn a_bad_line_costs_only_itself() {
    for (bad, records) in [
        ("{\"prompt_tokens\": 1,", 1),
        ("{\"prompt_tokens\": [", 1),
        ("{\"prompt_tokens\": \"text that breaks off", 1),
        ("nonsense", 1),
        ("{\"prompt_tokens\": 01}", 1),
        ("{\"prompt_tokens\": tru}", 1),
        ("{\"prompt_tokens\": 1}}", 1),
    ] {
        let session = Session::of(format!("{LINE}\n{bad}\n{LINE}\n{LINE}\n").as_bytes());
        let report = session.report();
        assert_eq!(
            session.trace().calls().count(),
            3 + usize::from(bad.ends_with("}}")),
            "{bad}: {report:?}"
        );
        assert_eq!(report.dropped.get("not valid JSON"), Some(&records), "{bad}");
        assert_eq!((report.problems.len(), report.problems[0].line), (1, 2), "{bad}");
    }
}

#[test]
fn a_cut_file_keeps_what_is_whole() {
    for (text, calls, dropped) in [
        (format!("{LINE}\n{}", &LINE[..50]), 1, 1),
        (format!("[{LINE},\n{}", &LINE[..50]), 1, 1),
        (format!("[{LINE},\n{LINE}"), 2, 0),
    ] {
        let session = Session::of(text.as_bytes());
        assert_eq!(session.codes()[0], "truncated", "{text}");
        assert_eq!(
            (session.trace().calls().count(), session.report().dropped_total()),
            (calls, dropped),
            "{text}"
        );
    }
}

#[test]
fn damaged_compression_keeps_what_was_decoded() {
    // Numbers that do not compress well, so that the data fills several blocks.
    let mut text = String::new();
    let mut seed = 1u64;
    for _ in 0..5000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        text += &LINE.replace("10", &(seed >> 33).to_string());
        text.push('\n');
    }
    let whole = gzip(text.as_bytes());
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 40].fill(0xff);
    let mut bad_sum = whole.clone();
    *bad_sum.last_mut().unwrap() ^= 1;
    let trailing = [&whole[..], b"not gzip"].concat();
    for (bytes, least) in
        [(&whole[..middle], 1000), (&flipped[..], 1000), (&bad_sum[..], 5000), (&trailing, 5000)]
    {
        let session = Session::of(bytes);
        assert_eq!(session.problems(ProblemCode::BadCompression).len(), 1, "{:?}", session.report().problems);
        assert!(session.trace().calls().count() >= least);
    }
    let session = Session::of(&whole[..5]);
    assert_eq!(session.codes(), ["bad_compression"]);
    let (code, text) = only_problem(&gzip(&whole));
    assert_eq!(code, ProblemCode::UnknownFormat);
    assert!(text.contains("inside gzip"), "{text}");
}

#[test]
fn deep_nesting_ends_in_a_sentence() {
    for deep in [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        format!("[{}", "[".repeat(50_000) + &"]".repeat(50_001)),
    ] {
        let session = Session::of(format!("{LINE}\n{deep}\n{LINE}\n").as_bytes());
        let report = session.report();
        assert!(report.problems.iter().any(|problem| problem.message.contains("120 levels")), "{report:?}");
        assert_eq!(report.dropped["nested too deep"], 1);
        assert_eq!(session.trace().calls().count(), 2);
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let mut bytes = format!("{}\n{LINE}", LINE.replace("{", "{\"model\": \"gp?t\", ")).into_bytes();
    let at = bytes.iter().position(|&b| b == b'?').unwrap();
    bytes[at] = 0xff;
    let session = Session::of(&bytes);
    let problem = session.problems(ProblemCode::NotUtf8)[0];
    assert_eq!((problem.count, problem.byte), (1, at as u64));
    let trace = session.trace();
    assert_eq!(trace.calls().count(), 2);
    assert_eq!(trace.str(trace.calls().next().unwrap().1.model), "gp\u{fffd}t");
}

#[test]
fn a_table_may_quote_and_be_uneven() {
    let text = "prompt_tokens,completion_tokens,wall_time,ttft,prompt\r\n1,2,3,1,\"a \"\"b\"\",\r\nc\"\r\n\r\n4,5\r\n6,7,8,9,d,e\r\n";
    let session = Session::of(text.as_bytes());
    let trace = session.trace();
    let calls: Vec<_> = trace.calls().map(|(_, call)| call).collect();
    assert_eq!(calls.len(), 3);
    assert_eq!(trace.text(trace.messages(calls[0])[0].text), "a \"b\",\r\nc");
    assert_eq!(calls.iter().map(|call| call.record.line).collect::<Vec<_>>(), [2, 5, 6]);
    assert_eq!(session.problems(ProblemCode::Malformed)[0].count, 2);
}

#[test]
fn a_forgotten_quote_in_a_table_loses_no_other_row() {
    for bad in ["1,2,1,\"hello", "1,2,1,\"hello\n1,2,1,\"hello"] {
        let rows = "1,2,1,hello\n".repeat(998);
        let text = format!("prompt_tokens,completion_tokens,wall_time,prompt\n1,2,1,hello\n{bad}\n{rows}");
        let session = Session::of(text.as_bytes());
        let (report, lines) = (session.report(), bad.lines().count() as u64);
        assert_eq!((report.read, report.kept()), (999 + lines, 999), "{bad}");
        assert_eq!(report.dropped["a quote is not closed"], lines);
        assert_eq!((report.problems.len(), report.problems[0].line), (1, 3));
        assert_eq!(report.problems[0].code, ProblemCode::Malformed);
    }
}

#[test]
fn a_table_without_rows_says_so() {
    let (code, text) = only_problem(b"prompt_tokens,wall_time_ms,ttft_ms\n");
    assert_eq!(code, ProblemCode::Empty);
    assert!(
        text.contains("a table with the columns prompt_tokens, ttft_ms, wall_time_ms and no rows"),
        "{text}"
    );
    assert_eq!(only_problem(b"Dear diary, nothing, happened\n").0, ProblemCode::UnknownFormat);
}

#[test]
fn a_record_is_found_again() {
    for path in ["records/llm_metrics.json", "records/llm_metrics.csv", "claude-code/session-30530d66.jsonl"]
    {
        let plain = fixture(path);
        for bytes in [plain.clone(), gzip(&plain)] {
            let session = Session::of(&bytes);
            for (_, call) in session.trace().calls() {
                let at = call.record;
                let mut range = RangeDecoder::new(at.offset, at.len.into());
                for chunk in bytes.chunks(1000) {
                    if !range.push(chunk) {
                        break;
                    }
                }
                let text = range.finish();
                assert_eq!(text.len(), at.len as usize);
                let edges = (text.as_bytes()[0], text.as_bytes()[text.len() - 1]);
                assert!(
                    path.ends_with("csv") && !text.contains('\n') || edges == (b'{', b'}'),
                    "{path}: {text}"
                );
                let line = std::str::from_utf8(&plain).unwrap().lines().nth(at.line as usize - 1).unwrap();
                assert!(line.contains(text.lines().next().unwrap()), "{path} line {}", at.line);
            }
        }
    }
}

#[test]
fn unknown_content_is_refused_early() {
    let mut builder = TraceBuilder::new();
    let mut import = Import::begin("noise", 1 << 30, &mut builder);
    let mut pushed = 0;
    while import.wants_more() {
        import.push(&[b'x'; 4096], &mut builder);
        pushed += 4096;
        assert!(pushed < 1 << 20);
    }
    let file = import.finish(&mut builder);
    assert_eq!(builder.report(file).problems[0].code, ProblemCode::UnknownFormat);
}

#[test]
fn no_fixture_loses_a_record() {
    for path in all_fixtures() {
        let session = Session::open(&path);
        assert_nothing_lost(session.trace());
        let (folder, _) = path.split_once('/').unwrap();
        let files = session.trace().files.iter().filter(|file| file.bytes > 0 && file.format != "zip");
        for report in files.filter(|_| FORMATS.iter().any(|format| format.about().key == folder)) {
            assert_eq!(report.format, folder, "{path}: {:?}", report.problems);
        }
    }
}

/// Bytes that are near enough to a trace to get far into the readers.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let fixtures: Vec<Vec<u8>> =
        all_fixtures().iter().map(|path| fixture(path)).filter(|b| b.len() < 60_000).collect();
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..3u8);
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        "\n",
        "NaN",
        "-1",
        "1e999",
        "\\ud800",
        "null",
        "9223372036854775808",
    ];
    (
        prop::sample::select(fixtures),
        prop::collection::vec(change, 0..12),
        prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(PIECES)), 0..6),
        any::<Option<prop::sample::Index>>(),
        any::<bool>(),
    )
        .prop_map(|(mut bytes, changes, pieces, cut, zip)| {
            for (at, byte, how) in changes {
                let at = at.index(bytes.len().max(1)).min(bytes.len());
                match how {
                    0 if at < bytes.len() => bytes[at] = byte,
                    1 if at < bytes.len() => drop(bytes.remove(at)),
                    _ => bytes.insert(at, byte),
                }
            }
            for (at, piece) in pieces {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, piece.bytes());
            }
            bytes = if zip { gzip(&bytes) } else { bytes };
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            bytes
        })
}

fn same_however_read(bytes: &[u8], sizes: &[usize]) -> Result<(), TestCaseError> {
    let read = |sizes: &[usize]| {
        let mut builder = TraceBuilder::new();
        import_in(&mut builder, "test", bytes, sizes);
        assert_nothing_lost(builder.trace());
        summary(builder.trace())
    };
    let (whole, parts) = (read(&[bytes.len()]), read(sizes));
    prop_assert_eq!(whole, parts);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_well(bytes in prop::collection::vec(any::<u8>(), 0..400), sizes in prop::collection::vec(1..50usize, 1..5)) {
        same_however_read(&bytes, &sizes)?;
    }

    #[test]
    fn any_json_like_text_ends_well(text in r#"([\[\]{}",:\n ]|"[a-c]"|\\u|d8|-?[0-9.e]{1,3}|null|NaN|\{"a":){0,60}"#, sizes in prop::collection::vec(1..9usize, 1..5)) {
        same_however_read(format!("{LINE}\n{text}").as_bytes(), &sizes)?;
    }

    #[test]
    fn damaged_containers_end_well(bytes in damaged_container(), sizes in prop::collection::vec(1..400usize, 1..5)) {
        same_however_read(&bytes, &sizes)?;
    }

    #[test]
    fn damaged_events_and_yaml_end_well(bytes in damaged_text(), sizes in prop::collection::vec(1..40usize, 1..5)) {
        same_however_read(&bytes, &sizes)?;
    }

    #[test]
    fn damaged_traces_end_well(bytes in mutated(), sizes in prop::collection::vec(1..5000usize, 1..5)) {
        same_however_read(&bytes, &sizes)?;
    }
}

/// A file of an archive: its name, its bytes, and what they are in Zstandard if that is how they are packed.
type Entry<'a> = (&'a str, &'a [u8], Option<Vec<u8>>);

fn zip_by(entries: &[Entry<'_>], streamed: bool) -> Vec<u8> {
    use flate2::{Crc, write::DeflateEncoder};
    let mut out = Vec::new();
    for (name, bytes, zstd) in entries {
        let deflated = || {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let packed = zstd.clone().unwrap_or_else(deflated);
        let mut crc = Crc::new();
        crc.update(bytes);
        let sizes = [crc.sum(), packed.len() as u32, bytes.len() as u32];
        let sizes: Vec<u8> = sizes.iter().flat_map(|n| n.to_le_bytes()).collect();
        out.extend(b"PK\x03\x04\x14\0");
        let method = if zstd.is_some() { 93 } else { 8 };
        out.extend([if streamed { 8u8 } else { 0 }, 0, method, 0, 0, 0, 0, 0]);
        out.extend(if streamed { &[0; 12] } else { &sizes[..] });
        out.extend([name.len() as u8, 0, 0, 0]);
        out.extend(name.bytes());
        out.extend(&packed);
        if streamed {
            out.extend(b"PK\x07\x08");
            out.extend(&sizes);
        }
    }
    out.extend(b"PK\x01\x02 and a directory that nobody reads");
    out
}

fn zip(entries: &[(&str, &[u8])], streamed: bool) -> Vec<u8> {
    let entries: Vec<_> = entries.iter().map(|&(name, bytes)| (name, bytes, None)).collect();
    zip_by(&entries, streamed)
}

#[test]
fn an_archive_may_be_packed_by_zstandard() {
    let line = format!("{LINE}\n");
    let packed = zstd(&[(line.as_bytes(), 0), (line.as_bytes(), 0)]);
    let bytes =
        zip_by(&[("a", line.repeat(2).as_bytes(), Some(packed)), ("b", line.as_bytes(), None)], false);
    for size in [1, 7, 1000] {
        let mut builder = TraceBuilder::new();
        import_in(&mut builder, "all.zip", &bytes, &[size]);
        let problems: Vec<_> = builder.trace().files.iter().flat_map(|file| &file.problems).collect();
        assert_eq!((builder.trace().calls().count(), problems.len()), (3, 0), "{problems:?}");
    }
    let mut wrong = bytes.clone();
    // The beginning of the frame: the second entry is read all the same.
    wrong[31] ^= 1;
    let session = Session::of(&wrong);
    assert_eq!(session.trace().calls().count(), 1);
    assert_eq!(session.trace().files[1].problems[0].code, ProblemCode::BadCompression);
}

/// An archive, or frames of Zstandard, with some bytes changed and perhaps cut.
fn damaged_container() -> impl Strategy<Value = Vec<u8>> {
    let line = format!("{LINE}\n");
    let lines = line.repeat(20);
    let packed = gzip(lines.as_bytes());
    let noise = [7u8; 300];
    let entries: [(&str, &[u8]); 4] =
        [("a", lines.as_bytes()), ("d/", b""), ("b.gz", &packed), ("c", &noise)];
    let frame = zstd(&[(line.as_bytes(), 0), (b" ", 200), (lines.as_bytes(), 0)]);
    let by_zstd =
        zip_by(&[("a", lines.as_bytes(), Some(frame.clone())), ("b", line.as_bytes(), None)], false);
    let whole = vec![zip(&entries, false), zip(&entries, true), by_zstd, [&frame[..], &frame].concat()];
    (
        prop::sample::select(whole),
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        any::<Option<prop::sample::Index>>(),
    )
        .prop_map(|(mut bytes, changes, cut)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            bytes
        })
}

/// Server-sent events and YAML, with pieces put in.
fn damaged_text() -> impl Strategy<Value = Vec<u8>> {
    let sse = format!(
        ": c\nevent: x\ndata: {LINE}\n\ndata: {LINE}\r\ndata: {LINE}\n\ndata: [DONE]\n\n{LINE}\n[DONE]\n"
    );
    let yaml = "interactions:\n- request:\n    method: POST\n    uri: http://x/v1/messages\n    body: 'x'\n  response: {}\n- request: {uri: y, method: POST}\nversion: 1\n";
    const PIECES: &[&str] = &[
        "\n", "data:", "\ndata: ", "event:", "[DONE]", "[", "- ", "\n- ", "'", "&a ", "*a", "{", ": ", "\t",
        "é",
    ];
    (
        prop::sample::select(vec![sse, yaml.to_owned()]),
        prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(PIECES)), 0..6),
        any::<Option<prop::sample::Index>>(),
    )
        .prop_map(|(text, pieces, cut)| {
            let mut bytes = text.into_bytes();
            for (at, piece) in pieces {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, piece.bytes());
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            bytes
        })
}

#[test]
fn an_archive_is_a_set_of_files() {
    let packed = gzip(LINE.as_bytes());
    let picture = [&b"\x89PNG\r\n\x1a\n"[..], &[7; 400_000]].concat();
    let entries: [(&str, &[u8]); 5] = [
        ("logs/", b""),
        ("logs/a.jsonl", LINE.as_bytes()),
        ("picture.png", &picture),
        ("b.jsonl.gz", &packed),
        ("zipped.zip", b"PK\x03\x04"),
    ];
    for streamed in [false, true] {
        let bytes = zip(&entries, streamed);
        for size in [1, 7, 1000, bytes.len()] {
            let mut builder = TraceBuilder::new();
            import_in(&mut builder, "all.zip", &bytes, &[size]);
            let trace = builder.trace();
            let names: Vec<_> =
                trace.files.iter().map(|file| (file.name.as_str(), file.format.as_str())).collect();
            assert_eq!(
                names,
                [
                    ("all.zip", "zip"),
                    ("all.zip/logs/a.jsonl", "records"),
                    ("all.zip/picture.png", ""),
                    ("all.zip/b.jsonl.gz", "records"),
                    ("all.zip/zipped.zip", ""),
                ]
            );
            assert!(trace.files[2].problems[0].message.contains("PNG"), "{:?}", trace.files[2]);
            assert!(trace.files[4].problems[0].message.contains("inside another"), "{:?}", trace.files[4]);
            assert_eq!((trace.calls().count(), trace.files[0].problems.len()), (2, 0));
            for (_, call) in trace.calls() {
                let (_, entry) = trace.files[call.record.file.0 as usize].archive.unwrap();
                let mut range = RangeDecoder::in_archive(entry, call.record.offset, call.record.len.into());
                bytes.chunks(size).take_while(|chunk| range.push(chunk)).for_each(drop);
                assert_eq!(range.finish(), LINE);
            }
        }
    }
}

#[test]
fn a_damaged_archive_keeps_what_was_unpacked() {
    let lines = format!("{LINE}\n").repeat(50);
    let whole = zip(&[("a", lines.as_bytes()), ("b", lines.as_bytes())], false);
    let session = Session::of(&whole[..whole.len() - 50]);
    assert_eq!(session.codes(), ["bad_compression"]);
    assert!(session.trace().calls().count() > 50);
    let mut wrong = whole.clone();
    wrong[14] ^= 1;
    let session = Session::of(&wrong);
    assert_eq!(session.trace().calls().count(), 100);
    assert!(session.trace().files[1].problems[0].message.contains("checksum"));
    for (at, byte, word) in [(6, 1, "encrypted"), (8, 12, "method 12")] {
        let mut bad = whole.clone();
        bad[at] = byte;
        let session = Session::of(&bad);
        assert_eq!(session.trace().calls().count(), 50);
        assert!(session.trace().files[1].problems[0].message.contains(word));
    }
    assert_eq!(Session::of(b"PK\x05\x06\0\0").codes(), ["empty"]);
}

/// One frame of Zstandard with raw and run-length blocks.
fn zstd(blocks: &[(&[u8], u32)]) -> Vec<u8> {
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    for (i, (bytes, times)) in blocks.iter().enumerate() {
        let last = u32::from(i + 1 == blocks.len());
        let (kind, size) = if *times > 0 { (1, *times) } else { (0, bytes.len() as u32) };
        out.extend(&(size << 3 | kind << 1 | last).to_le_bytes()[..3]);
        out.extend(*bytes);
    }
    out
}

#[test]
fn zstandard_is_taken_off() {
    let line = format!("{LINE}\n");
    let frame = zstd(&[(line.as_bytes(), 0), (b" ", 1000), (line.as_bytes(), 0)]);
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    let frames = [&frame[..], &skipped, &frame].concat();
    for size in [1, 3, 100, frames.len()] {
        let mut builder = TraceBuilder::new();
        import_in(&mut builder, "a.zst", &frames, &[size]);
        let report = &builder.trace().files[0];
        assert_eq!((builder.trace().calls().count(), report.problems.len()), (4, 0), "{report:?}");
    }
    let session = Session::of(&frames[..frames.len() - 10]);
    assert_eq!((session.trace().calls().count(), session.codes()), (3, vec!["bad_compression"]));
}

#[test]
fn events_of_a_stream_are_records() {
    let text = format!(
        ": comment\nevent: message\nid: 1\ndata: {LINE}\n\ndata:{LINE}\r\n\r\ndata: {LINE}\ndata: {LINE}\n\nretry: 3\ndata: [DONE]\n\n"
    );
    let session = Session::of(text.as_bytes());
    let (trace, report) = (session.trace(), session.report());
    assert_eq!((trace.calls().count(), report.read, report.problems.len()), (4, 4, 0), "{report:?}");
    let first = trace.calls().next().unwrap().1.record;
    assert_eq!((first.line, first.offset as usize), (4, text.find('{').unwrap()));
    assert_eq!(first.len as usize, LINE.len());
    let stripped = format!("{LINE}\n{LINE}\n[DONE]\n");
    let session = Session::of(stripped.as_bytes());
    assert_eq!((session.trace().calls().count(), session.report().problems.len()), (2, 0));
}

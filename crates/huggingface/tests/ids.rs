//! The ids are those of an independent build of the same library, and the pieces are all of the text.

use std::{collections::BTreeMap, fs, path::PathBuf};

use huggingface::{Error, Kind, Piece, Tokenizer};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Expected {
    texts: Vec<String>,
    ids: BTreeMap<String, Vec<Vec<u32>>>,
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/huggingface");
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn tokenizer(name: &str) -> Tokenizer {
    Tokenizer::from_json(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn expected() -> Expected {
    serde_json::from_slice(&fixture("expected.json")).unwrap()
}

/// A fixture with a part replaced.
fn with(name: &str, path: &str, part: Value) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(&fixture(name)).unwrap();
    *value.pointer_mut(path).unwrap() = part;
    serde_json::to_vec(&value).unwrap()
}

fn refused(json: &[u8]) -> String {
    Tokenizer::from_json(json).map(|_| ()).unwrap_err().to_string()
}

fn assert_covers(text: &str, pieces: &[Piece]) {
    let mut end = 0;
    for piece in pieces {
        assert_eq!(piece.bytes.start, end, "{text:?}: {pieces:?}");
        assert!(piece.bytes.end >= end, "{text:?}: {pieces:?}");
        end = piece.bytes.end;
    }
    assert!(pieces.is_empty() || end == text.len(), "{text:?}: {pieces:?}");
}

#[test]
fn ids_are_those_of_the_reference() {
    let Expected { texts, ids } = expected();
    assert_eq!(ids.len(), 5);
    for (name, ids) in ids {
        let tokenizer = tokenizer(&name);
        assert_eq!(ids.len(), texts.len());
        for (text, ids) in texts.iter().zip(ids) {
            let pieces = tokenizer.encode(text).unwrap();
            assert_eq!(pieces.iter().map(|piece| piece.id).collect::<Vec<_>>(), ids, "{name}: {text:?}");
            assert_eq!(tokenizer.count(text).unwrap(), ids.len() as u64, "{name}: {text:?}");
            assert_covers(text, &pieces);
        }
    }
}

#[test]
fn kinds_are_told_apart() {
    let kinds = [
        ("byte-level-bpe.json", Kind::ByteLevelBpe, 5026, true),
        ("gpt2-style.json", Kind::ByteLevelBpe, 2026, true),
        ("sentencepiece-bpe.json", Kind::Bpe, 2500, true),
        ("unigram.json", Kind::Unigram, 2001, true),
        ("wordpiece.json", Kind::WordPiece, 6000, false),
    ];
    for (name, kind, vocabulary, pattern) in kinds {
        let tokenizer = tokenizer(name);
        let seen = (tokenizer.kind(), tokenizer.vocabulary(), tokenizer.has_pattern());
        assert_eq!(seen, (kind, vocabulary, pattern), "{name}");
    }
}

/// The text of each token, as the vocabulary has it, and the part of the text that it stands for.
fn shown<'a>(tokenizer: &Tokenizer, text: &'a str) -> Vec<(String, &'a [u8])> {
    let pieces = tokenizer.encode(text).unwrap();
    pieces
        .iter()
        .map(|piece| (tokenizer.token(piece.id).unwrap(), &text.as_bytes()[piece.bytes.clone()]))
        .collect()
}

#[test]
fn pieces_stand_for_their_part_of_the_text() {
    let seen = shown(&tokenizer("wordpiece.json"), "  Jos\u{e9} society!  ");
    let seen: Vec<(&str, &[u8])> = seen.iter().map(|(token, bytes)| (&**token, *bytes)).collect();
    assert_eq!(seen, [("jose", "  Jos\u{e9}".as_bytes()), ("society", b" society"), ("!", b"!  ")]);

    // Four bytes of one character, of which none is a character.
    let seen = shown(&tokenizer("sentencepiece-bpe.json"), "\u{1f600}");
    let bytes: Vec<(&str, &[u8])> = seen.iter().map(|(token, bytes)| (&**token, *bytes)).collect();
    assert_eq!(
        bytes,
        [
            ("\u{2581}", &[] as &[u8]),
            ("<0xF0>", &[0xf0]),
            ("<0x9F>", &[0x9f]),
            ("<0x98>", &[0x98]),
            ("<0x80>", &[0x80])
        ]
    );

    // One character that only normalisation makes into several.
    let seen = shown(&tokenizer("unigram.json"), "\u{bd}");
    let lens: Vec<usize> = seen.iter().map(|(_, bytes)| bytes.len()).collect();
    assert!(lens.len() > 1 && lens.split_last() == Some((&2, &vec![0; lens.len() - 1])), "{seen:?}");

    // Byte-level tokens are their bytes.
    let text = "  two \u{6771}\u{4eac} \u{1f600}";
    let bytes: Vec<u8> =
        shown(&tokenizer("byte-level-bpe.json"), text).iter().flat_map(|(_, bytes)| bytes.to_vec()).collect();
    assert_eq!(bytes, text.as_bytes());
    let divided = shown(&tokenizer("byte-level-bpe.json"), "\u{1f600}");
    assert!(
        divided.len() > 1 && divided.iter().all(|(token, bytes)| token.chars().count() == bytes.len()),
        "{divided:?}"
    );
}

#[test]
fn what_is_no_tokenizer_is_told_in_a_sentence() {
    for (json, why) in [
        (&b""[..], "not a whole JSON file"),
        (b"{\"version\": \"1.0\", \"model\": {\"vocab\": {\"a\"", "not a whole JSON file"),
        (b"\xff\xfe{}", "not a whole JSON file"),
        (b"[1, 2]", "here there is no object"),
        (b"{}", "here there is nothing"),
        (b"{\"a\": 1, \"resourceSpans\": []}", "here there is \"a\", \"resourceSpans\""),
        (b"{\"model\": 1}", "has a part that cannot be used here"),
        (b"{\"version\": \"2.0\", \"model\": {}}", "Unknown tokenizer version '2.0'"),
    ] {
        let sentence = refused(json);
        assert!(sentence.contains(why), "{sentence}");
    }
    let normal = json!({"type": "Sequence", "normalizers": [{"type": "Turn"}]});
    assert!(refused(&with("unigram.json", "/normalizer", normal)).contains("cannot be used here"));
    let split = json!({"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated", "invert": false});
    assert!(refused(&with("wordpiece.json", "/pre_tokenizer", split)).contains("the pattern (a"));
    let fixed = json!({"type": "FixedLength", "length": 0});
    assert!(refused(&with("wordpiece.json", "/pre_tokenizer", fixed)).contains("a fixed length of 0"));
    assert!(refused(&with("byte-level-bpe.json", "/model/dropout", json!(0.1))).contains("by chance"));
}

#[test]
fn a_pattern_that_gives_up_is_an_error_and_no_count() {
    let hostile = json!({"Regex": "(?i)(a|b|ab)*(?>c)"});
    let split = json!({"type": "Split", "pattern": hostile, "behavior": "Isolated", "invert": false});
    let replace = json!({"type": "Replace", "pattern": hostile, "content": "x"});
    let text = "ab".repeat(30);
    for json in
        [with("wordpiece.json", "/pre_tokenizer", split), with("wordpiece.json", "/normalizer", replace)]
    {
        let tokenizer = Tokenizer::from_json(&json).unwrap();
        assert!(tokenizer.has_pattern());
        assert!(matches!(tokenizer.count(&text), Err(Error::Pattern(_))), "{:?}", tokenizer.count(&text));
        assert!(tokenizer.count("abc").is_ok());
    }
}

#[test]
fn a_map_of_characters_is_checked_as_far_as_it_can_be() {
    let map = |map: &str| {
        with("unigram.json", "/normalizer", json!({"type": "Precompiled", "precompiled_charsmap": map}))
    };
    assert!(refused(&map("AAQAAA==")).contains("Cannot parse precompiled_charsmap"));
    assert!(refused(&map("?")).contains("cannot be used here"));
    // One entry, which points far outside.
    let broken = Tokenizer::from_json(&map("BAAAAP////8=")).unwrap();
    assert_eq!(broken.encode("abc").unwrap_err(), Error::Fault);
    assert_eq!(broken.count("abc").unwrap_err(), Error::Fault);
}

#[test]
fn a_text_without_a_token_for_it_is_an_error() {
    let json = with("wordpiece.json", "/model/unk_token", json!("[NONE]"));
    assert!(matches!(Tokenizer::from_json(&json).unwrap().encode("\u{2603}"), Err(Error::Encode(_))));
}

fn fixtures() -> Vec<Vec<u8>> {
    expected().ids.keys().map(|name| fixture(name)).collect()
}

/// Bytes that are near enough to a tokenizer to get far into the reading.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&str] =
        &["{", "}", "[", "]", "\"", ",", "-1", "1e999", "\\ud800", "null", "4294967296", "true"];
    let change = (any::<prop::sample::Index>(), prop::sample::select(PIECES), 0..4usize);
    (prop::sample::select(fixtures()), prop::collection::vec(change, 1..4)).prop_map(
        |(mut bytes, changes)| {
            for (at, piece, gone) in changes {
                let from = at.index(bytes.len());
                let to = (from + gone).min(bytes.len());
                bytes.splice(from..to, piece.bytes());
            }
            bytes
        },
    )
}

/// The pointer to a part of a value, as deep as `path` leads.
fn descend(whole: &Value, path: &[prop::sample::Index]) -> String {
    let (mut part, mut pointer) = (whole, String::new());
    for step in path {
        let key = match part {
            Value::Array(items) if !items.is_empty() => step.index(items.len()).to_string(),
            Value::Object(fields) if !fields.is_empty() => {
                fields.keys().nth(step.index(fields.len())).unwrap().replace('~', "~0").replace('/', "~1")
            }
            _ => break,
        };
        pointer = format!("{pointer}/{key}");
        part = whole.pointer(&pointer).unwrap();
    }
    pointer
}

/// Tokenizers with a part that is another one.
fn twisted() -> impl Strategy<Value = Vec<u8>> {
    let odd = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("\u{2581}"),
        json!("a"),
        json!([]),
        json!(["a", "b"]),
        json!({}),
        json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}),
        json!({"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": false}),
        json!({"type": "FixedLength", "length": 3}),
        json!({"type": "Strip", "strip_left": true, "strip_right": true}),
        json!({"type": "Precompiled", "precompiled_charsmap": "ALQCAACEAAAAAACAAQAAgMz8AgC4BQAA"}),
        json!({"Regex": "(?=)|.?"}),
        json!({"String": ""}),
    ];
    let path = prop::collection::vec(any::<prop::sample::Index>(), 1..6);
    let change = (path, prop::sample::select(odd.to_vec()));
    (prop::sample::select(fixtures()), prop::collection::vec(change, 1..4)).prop_map(|(bytes, changes)| {
        let mut whole: Value = serde_json::from_slice(&bytes).unwrap();
        for (path, odd) in changes {
            let pointer = descend(&whole, &path);
            *whole.pointer_mut(&pointer).unwrap() = odd;
        }
        serde_json::to_vec(&whole).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn pieces_are_all_of_any_text(text in "(\\PC|[ \n\ta-e▁<>0xF🙂é]){0,40}") {
        thread_local! {
            static ALL: Vec<Tokenizer> = expected().ids.keys().map(|name| tokenizer(name)).collect();
        }
        ALL.with(|all| for tokenizer in all {
            let pieces = tokenizer.encode(&text).unwrap();
            assert_covers(&text, &pieces);
            assert_eq!(tokenizer.count(&text).unwrap(), pieces.len() as u64);
        });
    }

    #[test]
    fn no_bytes_lead_to_a_panic(json in prop_oneof![1 => damaged(), 3 => twisted()]) {
        if let Ok(tokenizer) = Tokenizer::from_json(&json) {
            for text in &expected().texts {
                if let Ok(pieces) = tokenizer.encode(text) {
                    assert_covers(text, &pieces);
                }
            }
        }
    }
}

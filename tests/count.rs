//! `tokenflame count`: ids of tiktoken-rs, an estimate that says so, and sentences for what cannot be counted.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Exit code, standard output and standard error, with a text on standard input.
fn count(options: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tokenflame"))
        .arg("count")
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Options that are refused leave the text unread.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn answer(options: &[&str], input: &str) -> Value {
    let (code, out, errors) = count(&[options, &["--json"]].concat(), input.as_bytes());
    assert_eq!((code, errors.as_str()), (0, ""));
    serde_json::from_str(&out).unwrap()
}

#[test]
fn a_text_has_the_tokens_of_its_encoding() {
    // As tiktoken-rs 0.12 encodes it.
    let capital = "What is the capital of France?";
    for (options, ids) in [
        (["--encoding", "o200k_base"], json!([4827, 382, 290, 9029, 328, 10128, 30])),
        (["--encoding", "cl100k_base"], json!([3923, 374, 279, 6864, 315, 9822, 30])),
        (["--model", "gpt-5-mini"], json!([4827, 382, 290, 9029, 328, 10128, 30])),
    ] {
        let told = answer(&[&options[..], &["--ids", "-"]].concat(), capital);
        assert_eq!(
            (&told["ids"], &told["tokens"], &told["provenance"]),
            (&ids, &json!(7), &json!("counted"))
        );
        assert_eq!((&told["bytes"], &told["characters"]), (&json!(30), &json!(30)));
    }
    assert_eq!(answer(&["--encoding", "o200k_base"], "")["tokens"], 0);
    let (code, out, _) = count(&["--encoding", "o200k_base"], capital.as_bytes());
    assert_eq!((code, out.as_str()), (0, "7 tokens: counted with o200k_base\n"));
}

#[test]
fn a_model_without_a_public_tokenizer_is_estimated_and_has_no_ids() {
    let told = answer(&["--model", "claude-sonnet-4-5"], "What is the capital of France?");
    assert_eq!(told["provenance"], "estimated");
    assert!(told["tokens"].as_u64().unwrap() > 0 && told.get("ids").is_none());
    let (code, out, errors) = count(&["--model", "claude-sonnet-4-5", "--ids"], b"a");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(errors.contains("no tokenizer of this model is public"), "{errors}");
}

#[test]
fn what_cannot_be_counted_ends_in_a_sentence() {
    for (options, input, says) in [
        (&["--encoding", "o200k_base"][..], &b"ab\xff"[..], "standard input is not text in UTF-8: byte 2"),
        (&["--encoding", "o300k"], b"a", "no encoding is called \"o300k\"; there are o200k_base"),
        (&[], b"a", "count needs either --encoding or --model"),
        (&["--encoding", "gpt2", "--model", "gpt-5"], b"a", "count needs either --encoding or --model"),
        (&["--encoding", "gpt2", "--by", "day"], b"a", "count takes --encoding or --model"),
        (&["--encoding", "gpt2", "nowhere.txt"], b"", "nowhere.txt: "),
        (&["--encoding", "gpt2", "a", "b"], b"", "count takes one file"),
    ] {
        let (code, out, errors) = count(options, input);
        assert_eq!((code, out.as_str()), (2, ""), "{options:?}");
        assert!(errors.contains(says), "{options:?}: {errors}");
    }
}

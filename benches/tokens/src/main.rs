//! Measures the contestants natively and prints one JSON object a line; `cargo xtask bench tokens` makes
//! tables of them.
//!
//! `bench-tokens passes TEXTS VOCAB ROUNDS MOST CASE...` with each case as `text:encoding:count` or
//! `text:encoding:encode`; `bench-tokens load VOCAB ROUNDS`.

use bench_tokens::{CONTESTANTS, Contestant, Tokenizer};
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Texts go in pieces of at most so many bytes, which end with a line: about a message each.
const CHUNK: usize = 16 * 1024;

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["passes", texts, vocab, rounds, most, ref cases @ ..] => {
            let (rounds, most) = (number(rounds)?, number(most)?);
            for case in cases {
                let [text, encoding, operation] = case.split(':').collect::<Vec<_>>()[..] else {
                    return Err(format!("`{case}` is no case"));
                };
                let text = (text, fs::read_to_string(Path::new(texts).join(format!("{text}.txt"))));
                let text = (text.0, text.1.map_err(|error| format!("the text {}: {error}", text.0))?);
                let asset = asset(Path::new(vocab), encoding)?;
                // What the contestants keep for a thread is then new for each case.
                std::thread::scope(|scope| {
                    let work = scope.spawn(|| passes(&text, encoding, &asset, operation, rounds, most));
                    work.join().map_err(|_| format!("a contestant panicked in {case}"))?
                })?;
            }
            Ok(())
        }
        ["load", vocab, rounds] => load_in_turns(vocab, number(rounds)?),
        ["load-one", vocab, name, encoding] => load_one(Path::new(vocab), name, encoding),
        _ => Err("this program is run by `cargo xtask bench tokens`".to_owned()),
    }
}

/// Each round runs every contestant once, each round beginning with another. The first round is cold.
fn passes(
    (name, text): &(&str, String),
    encoding: &str,
    asset: &[u8],
    operation: &str,
    rounds: usize,
    most: usize,
) -> Result<(), String> {
    // A run is one piece whatever its length: that is what makes it hard.
    let size = if name.starts_with("run-") { text.len() } else { CHUNK };
    let pieces = pieces(text, size, most);
    let loaded: Vec<Box<dyn Tokenizer>> =
        CONTESTANTS.iter().map(|contestant| (contestant.load)(encoding, asset)).collect::<Result<_, _>>()?;
    let mut times = vec![Vec::new(); loaded.len()];
    let mut counts = vec![0; loaded.len()];
    for round in 0..=rounds {
        for turn in 0..loaded.len() {
            let who = (round + turn) % loaded.len();
            let tokenizer = &loaded[who];
            let begin = Instant::now();
            let count: usize = match operation {
                "count" => pieces.iter().map(|piece| tokenizer.count(piece)).sum(),
                _ => pieces.iter().map(|piece| black_box(tokenizer.encode(piece)).len()).sum(),
            };
            times[who].push(begin.elapsed().as_secs_f64() * 1e3);
            counts[who] = count;
        }
    }
    let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
    for ((contestant, times), tokens) in CONTESTANTS.iter().zip(times).zip(counts) {
        println!(
            r#"{{"kind":"passes","text":"{name}","bytes":{bytes},"encoding":"{encoding}","operation":"{operation}","name":"{}","tokens":{tokens},"ms":{times:?}}}"#,
            contestant.name,
        );
    }
    Ok(())
}

/// Cuts the first `most` bytes after the last line end within each `size` bytes.
fn pieces(text: &str, size: usize, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = &text[..text.floor_char_boundary(most)];
    while !rest.is_empty() {
        let window = rest.floor_char_boundary(size);
        let end = if window == rest.len() {
            window
        } else {
            rest.as_bytes()[..window].iter().rposition(|&byte| byte == b'\n').map_or(window, |at| at + 1)
        };
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Loads each contestant in processes of its own, in turns.
fn load_in_turns(vocab: &str, rounds: usize) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut times = vec![Vec::new(); CONTESTANTS.len()];
    for round in 0..rounds {
        for turn in 0..CONTESTANTS.len() {
            let who = (round + turn) % CONTESTANTS.len();
            let output = Command::new(&program)
                .args(["load-one", vocab, CONTESTANTS[who].name, "o200k_base"])
                .output()
                .map_err(|error| error.to_string())?;
            let printed = String::from_utf8_lossy(&output.stdout);
            let time = printed.trim().parse::<f64>();
            times[who].push(time.map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?);
        }
    }
    for (Contestant { name, .. }, times) in CONTESTANTS.iter().zip(times) {
        println!(r#"{{"kind":"load","encoding":"o200k_base","name":"{name}","ms":{times:?}}}"#);
    }
    Ok(())
}

fn load_one(vocab: &Path, name: &str, encoding: &str) -> Result<(), String> {
    let contestant = CONTESTANTS.iter().find(|one| one.name == name).ok_or("no such contestant")?;
    let asset = asset(vocab, encoding)?;
    let begin = Instant::now();
    let loaded = (contestant.load)(encoding, &asset)?;
    // Some make part of what they need when it is first used.
    black_box(loaded.count("a word"));
    println!("{}", begin.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

fn asset(vocab: &Path, encoding: &str) -> Result<Vec<u8>, String> {
    let path = vocab.join(format!("{encoding}.bin"));
    fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

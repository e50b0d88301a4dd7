//! Replays and joins natively, and prints how long each took, one JSON object a line.
//!
//! - `replay NAME REQUESTS ROUNDS`: what the page's worker does, so many times;
//! - `join REQUESTS`: all similar pairs, by words;
//! - `naive NAME REQUESTS`: a join and a sweep beside plain ones that compare each prompt with all before it;
//! - `prompts REQUESTS FILE`: writes the distinct prompts, one a line;
//! - `trace REQUESTS FILE`: writes the requests as a gateway's log.

use std::{
    fs::File,
    io::{BufWriter, Write},
    time::Instant,
};

use bench_caches::{LEAST, data, naive, owned, replay};
use caching::similarity;

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().map_err(|error| format!("{text}: {error}"));
    match args[..] {
        ["replay", name, requests, rounds] => replays(name, number(requests)?, number(rounds)?),
        ["join", requests] => {
            let owned = owned(number(requests)?, "words");
            let begun = Instant::now();
            let (prompts, space) = bench_caches::prompts(&owned, "words")?;
            let prompts = prompts.first.len() as u32;
            let pairs = similarity::pairs(&space, prompts, LEAST).len();
            let ms = milliseconds(begun);
            println!(r#"{{"kind":"join","who":"ours","prompts":{prompts},"pairs":{pairs},"ms":{ms}}}"#);
            Ok(())
        }
        ["naive", name, requests] => beside_naive(name, number(requests)?),
        ["prompts", requests, file] => {
            let owned = owned(number(requests)?, "words");
            let (prompts, _) = bench_caches::prompts(&owned, "words")?;
            write(file, prompts.first.iter().map(|first| owned.texts[*first as usize].clone()))
        }
        ["trace", requests, file] => {
            // As much as a log of a hundred megabytes has room for.
            let system = |app| data::system(app).split(' ').take(100).collect::<Vec<_>>().join(" ");
            let systems: Vec<String> = (0..data::APPS).map(system).collect();
            let calls = data::calls(number(requests)?);
            write(file, calls.iter().enumerate().map(|(number, call)| data::record(number, call, &systems)))
        }
        _ => Err("ask for `replay`, `join`, `naive`, `prompts` or `trace`".to_owned()),
    }
}

fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

fn write(file: &str, lines: impl Iterator<Item = String>) -> Result<(), String> {
    let wrong = |error| format!("{file} cannot be written: {error}");
    let mut out = BufWriter::new(File::create(file).map_err(wrong)?);
    for line in lines {
        writeln!(out, "{line}").map_err(wrong)?;
    }
    out.flush().map_err(wrong)
}

fn replays(name: &str, requests: usize, rounds: usize) -> Result<(), String> {
    let owned = owned(requests, name);
    let (mut ms, mut hits) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let owned = owned.clone();
        let begun = Instant::now();
        hits = replay(owned, name)?;
        ms.push(milliseconds(begun));
    }
    println!(r#"{{"kind":"replay","name":"{name}","requests":{requests},"ms":{ms:?},"hits":{hits:?}}}"#);
    Ok(())
}

/// The same by both; if it is not the same, there is nothing to compare.
fn beside_naive(name: &str, requests: usize) -> Result<(), String> {
    let owned = owned(requests, name);
    let (prompts, space) = bench_caches::prompts(&owned, name)?;
    let count = prompts.first.len() as u32;

    let begun = Instant::now();
    let pairs = similarity::pairs(&space, count, LEAST).len();
    let join = milliseconds(begun);
    let begun = Instant::now();
    let plain_pairs = naive::pairs(&space, count, LEAST);
    let plain_join = milliseconds(begun);

    let begun = Instant::now();
    let hits = bench_caches::sweep(&owned, &prompts, &space);
    let sweep = milliseconds(begun);
    let begun = Instant::now();
    let plain_hits = naive::sweep(&prompts, &space);
    let plain_sweep = milliseconds(begun);
    if pairs != plain_pairs || hits != plain_hits {
        return Err(format!("{name}: the plain join and sweep find something else"));
    }
    println!(
        r#"{{"kind":"naive","name":"{name}","requests":{requests},"join":{join},"plain_join":{plain_join},"sweep":{sweep},"plain_sweep":{plain_sweep}}}"#
    );
    Ok(())
}

//! Which part of a request a field could be, by its name and its values.

use std::collections::BTreeMap;

use crate::{
    fields,
    json::Unit,
    mapping::{Fields, Part, Source},
    outline::{Found, Paths},
};

/// What the values of a part look like.
type Fits = fn(&Found) -> bool;

const WHOLE: Fits = Found::is_whole;
const LENGTH: Fits = Found::is_number;
const STAMP: Fits = Found::is_stamp;
const TEXT: Fits = Found::is_text;
const ASKED: Fits = Found::is_asked;
const ANY: Fits = Found::is_given;

/// Names of each part, the likeliest first: words in the singular that all have to be in the last two keys of
/// the path. One that begins with `=` is the whole last key.
#[rustfmt::skip]
const NAMES: [(Part, Fits, &[&str]); 17] = [
    (Part::PromptTokens, WHOLE, &["prompt_token", "input_token", "token_in", "token_prompt", "usage_input",
        "usage_in", "usage_prompt", "in_tok", "request_token", "context_token", "=in"]),
    (Part::CompletionTokens, WHOLE, &["completion_token", "output_token", "token_out", "generated_token",
        "usage_output", "usage_out", "usage_completion", "out_tok", "response_token", "answer_token", "=out"]),
    (Part::CachedTokens, WHOLE, &["cached_token", "cache_read_token", "cache_token", "token_cache",
        "usage_cached", "usage_cache"]),
    (Part::Ttft, LENGTH, &["time_to_first_token", "ttft", "first_token", "time_to_first_byte", "ttfb",
        "=first"]),
    (Part::Duration, LENGTH, &["duration", "latency", "elapsed", "took", "wall_time", "total_time",
        "response_time", "run_time", "runtime", "seconds", "=time", "=m"]),
    (Part::Start, STAMP, &["start", "started", "begin", "timestamp", "created", "sent", "request_time", "=time",
        "=t", "date", "datetime", "=at", "=when", "logged"]),
    (Part::End, STAMP, &["end", "ended", "finished", "finish", "completed", "done", "stop", "received",
        "response_time"]),
    (Part::Cost, LENGTH, &["cost", "price", "usd", "dollar", "spend"]),
    (Part::Model, TEXT, &["=model", "model_name", "model_id", "model", "=llm", "engine", "deployment"]),
    (Part::Provider, TEXT, &["provider", "vendor"]),
    (Part::Status, ANY, &["status_code", "status", "http_code", "outcome"]),
    (Part::Error, ANY, &["error_type", "error_code", "error", "exception"]),
    (Part::RequestId, ANY, &["request_id", "call_id", "=id", "=uuid", "generation_id"]),
    (Part::Session, ANY, &["session", "conversation", "thread", "chat_id"]),
    (Part::Component, TEXT, &["component", "feature", "route", "agent", "service", "endpoint", "app", "tag"]),
    (Part::Prompt, ASKED, &["=prompt", "=message", "question", "query", "prompt", "=input", "user_message",
        "ask", "request_body", "input_text", "=user", "=request", "=q"]),
    (Part::Response, TEXT, &["=response", "answer", "=completion", "reply", "=output", "response", "completion",
        "output_text", "generated_text", "=result", "=assistant",
        "res_text", "=a"]),
];

/// A text of this many characters may well be a prompt, whatever its name.
const LONG: usize = 24;

/// A guess for each part that seems to be there; no path is two of them.
pub(crate) fn guess(paths: &Paths) -> Fields {
    let paths: Vec<(&str, Words, &Found)> =
        paths.iter().map(|(path, found)| (path.as_str(), Words::of(path), found)).collect();
    let mut scores = Vec::new();
    for (part, fits, names) in &NAMES {
        for (i, (_, words, found)) in paths.iter().enumerate() {
            let score =
                names.iter().enumerate().filter_map(|(n, name)| Some(words.score(name)? - n as i32)).max();
            scores.extend(score.filter(|_| fits(found)).map(|score| (score, *part, i)));
        }
    }
    // Of equals the first part and the first path.
    units::order::sort_by_key(&mut scores, |&(score, part, i)| (std::cmp::Reverse(score), part, i));
    let mut guesses = BTreeMap::new();
    let mut used = vec![false; paths.len()];
    for (_, part, i) in scores {
        if !used[i] && !guesses.contains_key(&part) {
            used[i] = true;
            guesses.insert(part, i);
        }
    }
    // What no name tells: a point in time, and the longest text.
    let free = || (0..paths.len()).filter(|&i| !used[i]);
    if let Some(stamp) = free().find(|&i| paths[i].2.is_stamp()) {
        guesses.entry(Part::Start).or_insert(stamp);
    }
    let long = free().filter(|&i| paths[i].2.is_text() && paths[i].2.length > LONG);
    if let Some(longest) = long.max_by_key(|&i| (paths[i].2.length, std::cmp::Reverse(i))) {
        guesses.entry(Part::Prompt).or_insert(longest);
    }
    let source = |(part, i): (Part, usize)| {
        let (path, words, found) = &paths[i];
        let unit =
            if part.has_unit() { words.unit.unwrap_or_else(|| by_size(found.largest)) } else { Unit::S };
        (part, Source { path: (*path).to_owned(), unit })
    };
    guesses.into_iter().map(source).collect()
}

/// The unit in which the longest of some requests has such a number.
fn by_size(largest: f64) -> Unit {
    match largest {
        ..300.0 => Unit::S,
        ..1e6 => Unit::Ms,
        ..1e9 => Unit::Us,
        _ => Unit::Ns,
    }
}

/// The words of a path's last two keys.
struct Words {
    last: Vec<String>,
    before: Vec<String>,
    /// The unit that the last word is.
    unit: Option<Unit>,
}

impl Words {
    fn of(path: &str) -> Words {
        let split = |key: &str| fields::snake(key).split('_').map(singular).collect::<Vec<String>>();
        let mut keys = path.rsplit('.').filter(|key| key.parse::<usize>().is_err());
        let last = keys.next().unwrap_or(path);
        let snake = fields::snake(last);
        let unit = snake.rsplit_once('_').and_then(|(_, word)| fields::unit(word));
        let mut last = split(last);
        if unit.is_some() {
            last.pop();
        }
        Words { last, before: keys.next().map(split).unwrap_or_default(), unit }
    }

    /// How well a name fits; the fewer other words there are the better.
    fn score(&self, name: &str) -> Option<i32> {
        let (whole, name) = (name.starts_with('='), name.trim_start_matches('='));
        let all = |words: &dyn Fn(&str) -> bool| name.split('_').all(words);
        let count = name.split('_').count();
        let last = |word: &str| self.last.iter().any(|w| w == word);
        let fewer = |words: usize| 5 * words.saturating_sub(count) as i32;
        if all(&last) {
            return match self.last.len() {
                n if n == count => Some(100),
                _ if whole => None,
                n => Some(80 - fewer(n)),
            };
        }
        let both = |word: &str| last(word) || self.before.iter().any(|w| w == word);
        (!whole && all(&both) && self.last.iter().any(|w| name.split('_').any(|word| word == w)))
            .then(|| 60 - fewer(self.last.len() + self.before.len()))
    }
}

fn singular(word: &str) -> String {
    word.strip_suffix('s').filter(|word| word.len() > 2 && !word.ends_with('s')).unwrap_or(word).to_owned()
}

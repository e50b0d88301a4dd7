//! Requests as an application sends them, always the same: made of numbers that look like chance.
//!
//! Of 100 requests 15 repeat an earlier prompt to the letter, 25 say an earlier one in other words, 40 fill one of 48
//! templates, and 20 are new. What is repeated is seldom spread evenly: some prompts come again and again.

use caching::{Owned, Part, Rates, Request};
use serde_json::json;
use units::{Figure, Money, Nanos, Timestamp};

const SECOND: i64 = 1_000_000_000;
/// 2025-10-09.
const BEGIN: i64 = 1_759_968_000 * SECOND;
/// Applications, each with a system prompt of its own.
pub const APPS: u64 = 12;
/// Templates of prompts.
const TEMPLATES: u64 = 48;

/// SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// About as Zipf's law has it: each doubling of the rank is as likely as the one before.
    fn rank(&mut self, n: u64) -> u64 {
        let n = n.max(1);
        let doublings = u64::from(64 - n.leading_zeros());
        loop {
            let low = 1 << self.below(doublings);
            let rank = low - 1 + self.below(low);
            if rank < n {
                return rank;
            }
        }
    }

    /// A word of some 65,000, most of which are rare.
    fn word(&mut self) -> String {
        word(self.rank(65_535))
    }

    fn words(&mut self, least: u64, more: u64) -> Vec<String> {
        (0..least + self.below(more)).map(|_| self.word()).collect()
    }
}

/// The word of a rank: frequent ones are short, and all are made of the same syllables, so that runs of letters come
/// again in many of them as they do in a language.
fn word(rank: u64) -> String {
    const ONSETS: [&str; 16] =
        ["t", "s", "r", "n", "l", "c", "d", "p", "m", "th", "st", "b", "f", "w", "tr", "g"];
    const NUCLEI: [&str; 8] = ["e", "a", "i", "o", "u", "ea", "io", "ou"];
    const CODAS: [&str; 8] = ["", "n", "r", "s", "t", "l", "d", "ng"];
    let mut word = String::new();
    let mut left = rank;
    loop {
        let mixed = Numbers(left).next();
        word += ONSETS[(left % 16) as usize];
        word += NUCLEI[(left / 16 % 8) as usize];
        word += CODAS[(mixed % 8) as usize];
        left /= 128;
        if left == 0 {
            return word;
        }
        left -= 1;
    }
}

/// A template: words, and places to fill.
struct Template(Vec<Piece>);

enum Piece {
    Words(Vec<String>),
    /// From so many words on, and up to so many more.
    Place(u64, u64),
}

impl Template {
    fn new(numbers: &mut Numbers) -> Template {
        // An instruction, what it is about, perhaps something to be worked on, perhaps how to answer.
        let mut pieces = vec![Piece::Words(numbers.words(3, 9)), Piece::Place(1, 4)];
        if numbers.below(2) == 0 {
            pieces.extend([Piece::Words(numbers.words(2, 6)), Piece::Place(1, 3)]);
        }
        pieces.push(match numbers.below(3) {
            0 => Piece::Place(20, 60),
            _ => Piece::Place(4, 12),
        });
        if numbers.below(3) == 0 {
            pieces.push(Piece::Words(numbers.words(4, 12)));
        }
        Template(pieces)
    }

    fn fill(&self, numbers: &mut Numbers) -> Vec<String> {
        let fill = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Place(least, more) => numbers.words(*least, *more),
        };
        self.0.iter().flat_map(fill).collect()
    }
}

/// One request.
pub struct Call {
    /// The words of its prompt.
    pub words: Vec<String>,
    /// Its application.
    pub app: u64,
    /// Tokens of the answer.
    pub output: u64,
    /// How long it took.
    pub duration: Nanos,
    /// When it was sent.
    pub at: Timestamp,
}

/// So many requests, a second or so apart.
pub fn calls(count: usize) -> Vec<Call> {
    let mut numbers = Numbers(20_251_009);
    let templates: Vec<Template> = (0..TEMPLATES).map(|_| Template::new(&mut numbers)).collect();
    let mut calls: Vec<Call> = Vec::with_capacity(count);
    let mut now = BEGIN;
    for _ in 0..count {
        let kind = numbers.below(100);
        // The first ones are the most frequent.
        let earlier = numbers.rank(calls.len() as u64) as usize;
        let (words, app) = match (kind, calls.get(earlier)) {
            (0..15, Some(earlier)) => (earlier.words.clone(), earlier.app),
            (15..40, Some(earlier)) => (reworded(&mut numbers, &earlier.words), earlier.app),
            (40..80, _) => {
                let template = numbers.rank(TEMPLATES);
                (templates[template as usize].fill(&mut numbers), template % APPS)
            }
            _ => (numbers.words(4, 60), numbers.rank(APPS)),
        };
        let output = 20 + numbers.below(600);
        now += numbers.below(2 * SECOND as u64) as i64;
        calls.push(Call {
            words,
            app,
            output,
            duration: Nanos((300 + 12 * output as i64) * 1_000_000),
            at: Timestamp(now),
        });
    }
    calls
}

/// The same in other words: up to a third of them is changed, left out, added or in another place.
fn reworded(numbers: &mut Numbers, words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    for _ in 0..=numbers.below(1 + words.len() as u64 / 3) {
        let at = numbers.below(words.len() as u64) as usize;
        match numbers.below(4) {
            0 if words.len() > 3 => drop(words.remove(at)),
            1 => words.insert(at, numbers.word()),
            2 => words.swap(at, 0),
            _ => words[at] = numbers.word(),
        }
    }
    words
}

/// The system prompt of an application.
pub fn system(app: u64) -> String {
    Numbers(app + 1).words(1_200, 2_400).join(" ")
}

/// A time of October 2025.
fn date(nanos: i64) -> String {
    let ms = (nanos - BEGIN) / 1_000_000;
    let (s, day) = (ms / 1_000, 9 + ms / 86_400_000);
    let [hour, minute, second, ms] = [s / 3_600 % 24, s / 60 % 60, s % 60, ms % 1_000];
    format!("2025-10-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// A request as a gateway (LiteLLM) logs it, with so much of its system prompt.
pub fn record(number: usize, call: &Call, systems: &[String]) -> String {
    let content = call.words.join(" ");
    let system = &systems[call.app as usize];
    let prompt = (system.split(' ').count() + call.words.len()) * 4 / 3;
    let messages = json!([{ "role": "system", "content": system }, { "role": "user", "content": content }]);
    let answer = json!({
        "id": format!("chatcmpl-{number}"),
        "model": "gpt-4o-2024-08-06",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Like this." } }],
    });
    json!({
        "request_id": format!("chatcmpl-{number}"), "call_type": "acompletion", "status": "success", "api_key": "",
        "model": "gpt-4o", "custom_llm_provider": "openai", "spend": 0.0004,
        "prompt_tokens": prompt, "completion_tokens": call.output, "total_tokens": prompt as u64 + call.output,
        "startTime": date(call.at.0), "endTime": date(call.at.0 + call.duration.0),
        "messages": messages.to_string(), "response": answer.to_string(),
    })
    .to_string()
}

/// Calls as the engine gives them to the lab. `apart` keeps applications apart, as caches do; else any prompt may
/// answer any other, which is the most work that there can be.
pub fn traffic(calls: &[Call], apart: bool) -> Owned {
    let tokens: Vec<u32> = (0..APPS).map(|app| (system(app).split(' ').count() * 4 / 3) as u32).collect();
    let mut owned = Owned {
        models: vec!["claude-opus-4-8".to_owned()],
        rates: vec![Rates {
            input: Money::from_picos(5_000_000),
            output: Money::from_picos(25_000_000),
            read: Some(Money::from_picos(500_000)),
            write: Some(Money::from_picos(6_250_000)),
            write_1h: Some(Money::from_picos(10_000_000)),
        }],
        ..Owned::default()
    };
    for (number, call) in (0u32..).zip(calls) {
        let own = (call.words.len() * 4 / 3) as u32;
        let system = tokens[call.app as usize];
        let part = |hash, tokens| Part { hash, tokens, ..Part::default() };
        // Prompts come again: what says the same has the same hash.
        let text = call.words.join(" ");
        let hash =
            text.bytes().fold(call.app, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        owned.parts.extend([part(call.app + 1, system), part(hash, own)]);
        let input = u64::from(system + own);
        let cost = Money::from_picos(5_000_000 * i128::from(input) + 25_000_000 * i128::from(call.output));
        owned.requests.push(Request {
            at: Some(call.at),
            system: Some(if apart { call.app + 1 } else { 1 }),
            prompt: Some(number),
            parts: (2 * number, 2 * number + 2),
            input: Figure::reported(input),
            output: Figure::reported(call.output),
            duration: Some(call.duration),
            cost: Some(cost),
            rates: Some(0),
            ..Request::default()
        });
        owned.uncached.push(Some(cost));
        owned.ids.push(number);
        owned.texts.push(text);
    }
    owned
}

//! Caches of similar prompts, against a plain replay that compares each request with all that is kept.

mod common;

use caching::{
    Answer, Evict, Request,
    exact::{Keep, Scope},
    similarity::{self, Measure, Prompts, Similarity, Space, StaticModel, Sweep, default_thresholds},
};
use common::{Owned, random_texts};
use proptest::prelude::*;
use units::{Nanos, Timestamp};

const SECOND: i64 = 1_000_000_000;

/// A prompt that is kept: when, for which request, how often and when last used.
struct Kept {
    prompt: u32,
    at: i64,
    request: u32,
    uses: u32,
    used: u32,
}

/// One threshold's cache.
#[derive(Default)]
struct Plain {
    cache: Vec<Kept>,
    answers: Vec<Answer>,
}

impl Plain {
    /// Replays a request whose prompt is this similar to each prompt.
    fn request(&mut self, owned: &Owned, prompts: &Prompts, similar: &[f64], keep: Keep, threshold: f64) {
        let number = self.answers.len() as u32;
        let request = &owned.requests[number as usize];
        let Some(prompt) = prompts.of[number as usize] else {
            self.answers.push(Answer::Unknown);
            return;
        };
        let cache = &mut self.cache;
        let now = request.at.unwrap().0;
        let live = |kept: &Kept| keep.ttl.is_none_or(|ttl| now - kept.at <= ttl.0);
        let exact = cache.iter().position(|kept| kept.prompt == prompt && live(kept));
        let found = exact.map(|at| (at, Answer::Exact(cache[at].request))).or_else(|| {
            let mut best: Option<(f64, usize)> = None;
            for (at, kept) in cache.iter().enumerate() {
                let s = similar[kept.prompt as usize];
                if s < threshold || kept.prompt == prompt || !live(kept) {
                    continue;
                }
                let model = owned.requests[prompts.first[kept.prompt as usize] as usize].model;
                let better = |(most, found): (f64, usize)| {
                    s > most || (s == most && kept.prompt < cache[found].prompt)
                };
                if model == request.model && best.is_none_or(better) {
                    best = Some((s, at));
                }
            }
            best.map(|(_, at)| (at, Answer::Similar(cache[at].request)))
        });
        if let Some((at, answer)) = found {
            self.answers.push(answer);
            (cache[at].uses, cache[at].used) = (cache[at].uses + 1, number);
            return;
        }
        self.answers.push(Answer::Miss);
        cache.retain(|kept| kept.prompt != prompt);
        let room = keep.capacity.map_or(usize::MAX, |room| room as usize);
        if room == 0 {
            return;
        }
        if cache.len() >= room {
            let rank = |kept: &Kept| match keep.evict {
                Evict::Lfu => (kept.uses, kept.used),
                Evict::Fifo => (0, kept.request),
                _ => (0, kept.used),
            };
            let first = (0..cache.len()).min_by_key(|at| rank(&cache[*at])).unwrap();
            cache.remove(first);
        }
        cache.push(Kept { prompt, at: now, request: number, uses: 1, used: number });
    }
}

/// Compares a sweep with plain replays, and gives the hits of all thresholds: exact ones and similar ones.
fn assert_as_plain(owned: &Owned, measure: Measure, keep: Keep) -> (usize, usize) {
    let (prompts, space) = similarity::prompts(&owned.traffic(), measure, Scope::default());
    let thresholds = default_thresholds();
    let mut plain: Vec<Plain> = thresholds.iter().map(|_| Plain::default()).collect();
    // Prompts are numbered by first appearance: none beyond those seen is kept.
    let mut seen = 0;
    for prompt in &prompts.of {
        seen = seen.max(prompt.map_or(0, |prompt| prompt + 1));
        let similar: Vec<f64> = match prompt {
            Some(prompt) => (0..seen).map(|other| space.similarity(*prompt, other)).collect(),
            None => vec![],
        };
        for (plain, threshold) in plain.iter_mut().zip(&thresholds) {
            plain.request(owned, &prompts, &similar, keep, *threshold);
        }
    }

    let settings = Similarity { keep, ..Similarity::default() };
    let mut sweep = Sweep::new(&owned.traffic(), &prompts, &space, &settings, &thresholds);
    while sweep.advance(7) {}
    let worth = caching::Worth::default();
    let tallies = sweep.tallies(&owned.traffic(), &worth);
    let (mut exact, mut similar) = (0, 0);
    for (at, plain) in plain.iter().enumerate() {
        assert_eq!(sweep.answers(at), plain.answers, "{measure:?} {keep:?} {}", thresholds[at]);
        assert_eq!(tallies[at], caching::tally(&owned.requests, &plain.answers, &worth));
        exact += plain.answers.iter().filter(|answer| matches!(answer, Answer::Exact(_))).count();
        similar += plain.answers.iter().filter(|answer| matches!(answer, Answer::Similar(_))).count();
    }
    (exact, similar)
}

fn keeps() -> impl Strategy<Value = Keep> {
    let evict = prop::sample::select(vec![Evict::Lru, Evict::Lfu, Evict::Fifo]);
    (prop::option::of(0..60i64), prop::option::of(0..12u32), evict).prop_map(|(ttl, capacity, evict)| Keep {
        ttl: ttl.map(|ttl| Nanos(ttl * SECOND)),
        capacity,
        evict,
    })
}

/// Texts of few words, so that many are alike; some empty, some without a text at all.
fn few_words() -> impl Strategy<Value = Owned> {
    let text = prop::option::weighted(0.95, prop::collection::vec(0..9usize, 0..9));
    prop::collection::vec((text, 0..2u32, 0..3i64), 1..60).prop_map(|requests| {
        let words = ["a", "be", "cat", "dogs", "early", "fright", "A", "Be", "x y"];
        let mut owned = Owned { models: vec!["m", "n"], ..Owned::default() };
        let mut now = 0;
        for (text, model, later) in requests {
            now += later * SECOND;
            let prompt = text.map(|text| {
                owned.push_text(&text.iter().map(|word| words[*word]).collect::<Vec<_>>().join(" "))
            });
            owned.requests.push(Request { at: Some(Timestamp(now)), prompt, model, ..Request::default() });
        }
        owned
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_sweep_is_a_plain_replay_at_each_threshold(owned in few_words(), keep in keeps()) {
        for measure in [Measure::Words, Measure::Ngrams(3), Measure::TfIdf] {
            assert_as_plain(&owned, measure, keep);
        }
    }

    #[test]
    fn a_sweep_over_carried_embeddings_too(
        vectors in prop::collection::vec(prop::collection::vec(-2i8..3, 40), 1..8),
        which in prop::collection::vec(0..8usize, 1..50),
        keep in keeps(),
    ) {
        let mut owned = Owned { models: vec!["m"], ..Owned::default() };
        for vector in &vectors {
            let vector: Vec<f32> = vector.iter().map(|x| f32::from(*x)).collect();
            owned.vectors.push(Box::leak(vector.into_boxed_slice()));
        }
        for (second, which) in which.into_iter().enumerate() {
            let vector = Some(which as u32).filter(|which| (*which as usize) < vectors.len());
            let at = Some(Timestamp(second as i64 * SECOND));
            owned.requests.push(Request { at, vector, prompt_hash: Some(which as u64), ..Request::default() });
        }
        assert_as_plain(&owned, Measure::Carried, keep);
    }

    #[test]
    fn a_join_finds_all_pairs(owned in few_words(), least in 0.05f64..1.0) {
        for measure in [Measure::Words, Measure::Ngrams(2), Measure::TfIdf] {
            let (prompts, space) = similarity::prompts(&owned.traffic(), measure, Scope::default());
            let count = prompts.first.len() as u32;
            let mut got: Vec<(u32, u32)> =
                similarity::pairs(&space, count, least).iter().map(|pair| (pair.first, pair.second)).collect();
            got.sort_unstable();
            let expected: Vec<(u32, u32)> = (0..count)
                .flat_map(|a| (a + 1..count).map(move |b| (a, b)))
                .filter(|(a, b)| space.similarity(*a, *b) >= least)
                .collect();
            prop_assert_eq!(got, expected);
        }
    }
}

#[test]
fn five_thousand_prompts_by_embeddings() {
    let mut numbers = common::Numbers(11);
    let mut owned = Owned { models: vec!["m"], ..Owned::default() };
    let mut vectors: Vec<Vec<f32>> = Vec::new();
    for second in 0..5_000u32 {
        let mut vector: Vec<f32> = match numbers.below(3) {
            0 if second > 0 => vectors[numbers.below(second.into()) as usize].clone(),
            _ => (0..72).map(|_| numbers.below(2_001) as f32 - 1_000.0).collect(),
        };
        for _ in 0..numbers.below(30) {
            vector[numbers.below(72) as usize] += numbers.below(401) as f32 - 200.0;
        }
        owned.vectors.push(Box::leak(vector.clone().into_boxed_slice()));
        vectors.push(vector);
        let (at, vector) = (Some(Timestamp(i64::from(second) * SECOND)), Some(second));
        owned.requests.push(Request { at, vector, ..Request::default() });
    }
    let keep = Keep { ttl: Some(Nanos(2_000 * SECOND)), capacity: Some(1_500), evict: Evict::Lru };
    let (_, similar) = assert_as_plain(&owned, Measure::Carried, keep);
    assert!(similar > 20_000, "{similar}");
}

/// 5,000 prompts with many repeats and near repeats.
fn five_thousand(measure: Measure, ttl: Option<i64>, capacity: Option<u32>, evict: Evict) {
    // Runs of letters are many: the plain replay has enough to do with shorter texts.
    let owned = random_texts(5_000, 42, if matches!(measure, Measure::Ngrams(_)) { 12 } else { 40 });
    let keep = Keep { ttl: ttl.map(|seconds| Nanos(seconds * SECOND)), capacity, evict };
    let (exact, similar) = assert_as_plain(&owned, measure, keep);
    assert!(exact > 5_000 && similar > 20_000, "{measure:?}: {exact} {similar}");
}

#[test]
fn five_thousand_prompts_by_words() {
    five_thousand(Measure::Words, None, None, Evict::Lru);
}

#[test]
fn five_thousand_prompts_by_words_with_an_end() {
    five_thousand(Measure::Words, Some(1_200), Some(500), Evict::Lru);
}

#[test]
fn five_thousand_prompts_by_runs_of_letters() {
    five_thousand(Measure::Ngrams(3), Some(1_200), Some(800), Evict::Lfu);
}

#[test]
fn five_thousand_prompts_by_rare_words() {
    five_thousand(Measure::TfIdf, Some(1_200), Some(300), Evict::Fifo);
}

#[test]
fn words_are_those_of_the_document() {
    let similar = |a: &str, b: &str| {
        let mut owned = Owned::default();
        for text in [a, b] {
            let prompt = Some(owned.push_text(text));
            owned.requests.push(Request { prompt, ..Request::default() });
        }
        let (_, space): (_, Space) = similarity::prompts(&owned.traffic(), Measure::Words, Scope::default());
        space.similarity(0, if a == b { 0 } else { 1 })
    };
    assert_eq!(similar("What is THE capital", "what is the\tcapital of\u{a0}France"), 4.0 / 6.0);
    assert_eq!(similar("", ""), 0.0);
    assert_eq!(similar(" ", "a"), 0.0);
    assert_eq!(similar("a\x1fb", "b  a a"), 1.0);
}

#[test]
fn the_cache_of_the_document_compares_prompts_with_answers() {
    let mut owned = Owned::default();
    let turns = [
        ("what is rust", "rust is a language"),
        ("what is rust", "rust is a language"),
        ("rust is a language", "yes"),
        ("a language is rust", "yes"),
        ("what is rust now", "an edition"),
    ];
    for (prompt, response) in turns {
        let (prompt, response) = (Some(owned.push_text(prompt)), Some(owned.push_text(response)));
        owned.requests.push(Request { prompt, response, ..Request::default() });
    }
    owned.requests.push(Request { prompt: Some(0), ..Request::default() });
    let answers = similarity::literal(&owned.traffic(), 0.95);
    use Answer::{Exact, Miss, Similar, Unknown};
    assert_eq!(answers, [Miss, Exact(0), Similar(0), Similar(0), Miss, Unknown]);
}

#[test]
fn a_static_model_is_read_and_cuts_words_as_its_tokenizer_does() {
    let header = r#"{"embeddings":{"dtype":"I8","shape":[8,2],"data_offsets":[0,16]}}"#;
    let data = [9, 9, 1, 0, 0, 1, 1, 1, 2, 0, 0, 2, 3, 0, 0, 4];
    let tensors = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat();
    let tokenizer = r###"{"normalizer":{"lowercase":true},"model":{"type":"WordPiece","unk_token":"[UNK]",
        "continuing_subword_prefix":"##","max_input_chars_per_word":100,
        "vocab":{"[UNK]":0,"un":1,"##til":2,"caf":3,"##e":4,".":5,"until":6,"東":7}}}"###;
    let model = StaticModel::read(&tensors, tokenizer.as_bytes()).unwrap();
    assert_eq!(model.pieces("Until.Café 東un zz"), [6, 5, 3, 4, 7, 1]);
    assert_eq!(model.embed("until ."), [1.5, 1.0]);
    assert_eq!(model.embed("zz"), [0.0, 0.0]);
    let mut owned = Owned { models: vec!["m"], ..Owned::default() };
    for (second, text) in ["until", "UNTIL", "until .", ".", "", "zz"].into_iter().enumerate() {
        let prompt = Some(owned.push_text(text));
        let at = Some(Timestamp(second as i64 * SECOND));
        owned.requests.push(Request { at, prompt, ..Request::default() });
    }
    assert_as_plain(&owned, Measure::Model(&model), Keep::default());

    let bpe = tokenizer.replace("WordPiece", "BPE");
    assert_eq!(
        StaticModel::read(&tensors, bpe.as_bytes()).unwrap_err().to_string(),
        "the tokenizer is of the kind BPE; only WordPiece can be used here"
    );
    let short = tokenizer.replace("\"東\":7", "\"東\":8");
    assert!(StaticModel::read(&tensors, short.as_bytes()).is_err());
    assert!(StaticModel::read(&tensors, b"{").is_err());
}

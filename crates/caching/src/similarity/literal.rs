use super::{
    join::{Index, Wanted},
    space::Space,
    words::words,
};
use crate::{Answer, Traffic};

/// The document's cache to the letter, for comparison: it compares the words of a new prompt with those of the
/// *answers* that it keeps, and takes the first that is similar enough. It knows no end and no models.
pub fn literal(traffic: &Traffic, threshold: f64) -> Vec<Answer> {
    let count = traffic.requests.len();
    let prompt = |number: usize| traffic.text(traffic.requests[number].prompt);
    let response = |number: usize| traffic.text(traffic.requests[number].response);
    let texts: Vec<&str> = (0..count)
        .map(|number| prompt(number).unwrap_or_default())
        .chain((0..count).map(|number| response(number).unwrap_or_default()))
        .collect();
    let space = Space::sets(&texts, words);
    let (scope, thresholds) = (vec![0; texts.len()], [threshold.clamp(f64::MIN_POSITIVE, 1.0)]);
    let mut index = Index::new(&space, texts.len(), thresholds[0]);
    let mut kept = vec![0; texts.len()];
    let mut by_prompt = rustc_hash::FxHashMap::default();
    let (mut answers, mut found) = (Vec::with_capacity(count), Vec::new());
    for number in 0..count {
        let (Some(text), Some(_)) = (prompt(number), response(number)) else {
            answers.push(Answer::Unknown);
            continue;
        };
        if let Some(source) = by_prompt.get(text) {
            answers.push(Answer::Exact(*source));
            continue;
        }
        let wanted =
            Wanted { kept: &kept, open: 1, thresholds: &thresholds, scope: &scope, same: 0, best: false };
        index.search(number as u32, &wanted, &mut found);
        match found.iter().map(|(_, response)| response - count as u32).min() {
            Some(source) => answers.push(Answer::Similar(source)),
            None => {
                answers.push(Answer::Miss);
                by_prompt.insert(text, number as u32);
                kept[count + number] = 1;
                index.insert((count + number) as u32, thresholds[0]);
            }
        }
    }
    answers
}

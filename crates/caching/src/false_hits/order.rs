use super::{
    Words,
    text::{List, Text},
};

/// Words between two things that may stand the other way round just as well.
static EVEN: List = List::new("and or vs versus with & plus times");

/// The same words, two things of which changed places around a word that gives them a direction: "A to B" and
/// "B to A".
pub(super) fn detect(a: &Text, b: &Text) -> Option<Words> {
    let words =
        |text: &Text| text.words.iter().map(|word| bare(&word.lower).to_owned()).collect::<Vec<String>>();
    let (a, b) = (words(a), words(b));
    if a.len() != b.len() || a == b {
        return None;
    }
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    // What both end with may be the end of both things: "a small dog", "a big dog".
    for more in 0..=tail {
        let (x, y) = (a.get(head..a.len() - tail + more)?, b.get(head..b.len() - tail + more)?);
        if let Some(found) = swapped(x, y) {
            return Some(found);
        }
    }
    None
}

/// Whether one row is `A middle B` and the other `B middle A`.
fn swapped(x: &[String], y: &[String]) -> Option<Words> {
    for left in 1..=4.min(x.len()) {
        for right in 1..=4.min(x.len().saturating_sub(left)) {
            let (first, middle, last) = (&x[..left], &x[left..x.len() - right], &x[x.len() - right..]);
            let same = y.starts_with(last) && y.ends_with(first) && y[right..y.len() - left] == *middle;
            let even = middle.iter().all(|word| EVEN.has(word));
            if same && !even && first != last {
                return Some((vec![x.join(" ")], vec![y.join(" ")]));
            }
        }
    }
    None
}

/// Without what a sentence does to the end of a word.
fn bare(word: &str) -> &str {
    word.strip_suffix("'s").unwrap_or(word)
}

use super::report::Run;

/// Words of what both prompts share that are shown around what differs.
const AROUND: usize = 6;
/// Comparisons of words for one pair; where it would take more, all between beginning and end differs.
const COMPARISONS: usize = 1 << 18;

/// Two texts, word by word: what the other has not is marked, what both share is cut down to its surroundings.
pub(super) fn diff(first: &str, second: &str) -> (Vec<Run>, Vec<Run>) {
    let (a, b): (Vec<&str>, Vec<&str>) =
        (first.split_whitespace().collect(), second.split_whitespace().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (middle_a, middle_b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let (same_a, same_b) = shared(middle_a, middle_b);
    let marks = |words: &[&str], same: &[bool]| -> Vec<bool> {
        (0..words.len()).map(|at| !(at < head || at + tail >= words.len() || same[at - head])).collect()
    };
    (runs(&a, &marks(&a, &same_a)), runs(&b, &marks(&b, &same_b)))
}

/// Which words belong to a longest common sequence.
fn shared(a: &[&str], b: &[&str]) -> (Vec<bool>, Vec<bool>) {
    let (mut same_a, mut same_b) = (vec![false; a.len()], vec![false; b.len()]);
    if a.len().saturating_mul(b.len()) > COMPARISONS {
        return (same_a, same_b);
    }
    let width = b.len() + 1;
    let mut longest = vec![0u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = match a[i] == b[j] {
                true => longest[(i + 1) * width + j + 1] + 1,
                false => longest[(i + 1) * width + j].max(longest[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            (same_a[i], same_b[j]) = (true, true);
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    (same_a, same_b)
}

fn runs(words: &[&str], differs: &[bool]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let end = at + differs[at..].iter().take_while(|other| **other == differs[at]).count();
        let run = &words[at..end];
        let (from, to) = (if at == 0 { 0 } else { AROUND }, if end == words.len() { 0 } else { AROUND });
        let room = match (differs[at], from + to) {
            (true, _) => 8 * AROUND,
            (false, 0) => 4 * AROUND,
            (false, around) => around + 4,
        };
        let text = match run.len() > room {
            false => run.join(" "),
            // Of a text that is alike as a whole, the beginning is shown.
            true if from + to == 0 => format!("{} …", run[..(4 * AROUND).min(run.len())].join(" ")),
            true => {
                format!("{} … {}", run[..from].join(" "), run[run.len() - to..].join(" ")).trim().to_owned()
            }
        };
        runs.push(Run { differs: differs[at], text });
        at = end;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(runs: &[Run]) -> String {
        let mark = |run: &Run| if run.differs { format!("[{}]", run.text) } else { run.text.clone() };
        runs.iter().map(mark).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_that_differ_are_marked() {
        let (a, b) = diff("please cancel my order and refund", "please do not cancel my order or refund");
        assert_eq!(marked(&a), "please cancel my order [and] refund");
        assert_eq!(marked(&b), "please [do not] cancel my order [or] refund");
        let (a, b) = diff("translate from german to english", "translate from english to german");
        assert_eq!((marked(&a).matches('[').count(), marked(&b).matches('[').count()), (1, 1));
        assert_eq!(diff("", "a"), (vec![], vec![Run { differs: true, text: "a".to_owned() }]));
    }

    #[test]
    fn what_both_share_is_cut_down() {
        let long = vec!["same"; 100].join(" ");
        let (a, _) = diff(&format!("{long} x {long}"), &format!("{long} y {long}"));
        assert_eq!(a.len(), 3);
        assert!(a[0].text.starts_with('…') && a[2].text.ends_with('…'), "{a:?}");
        assert_eq!(a[1], Run { differs: true, text: "x".to_owned() });
        assert!(a[0].text.split(' ').count() <= AROUND + 1);
    }
}

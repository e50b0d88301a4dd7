use rustc_hash::FxHashSet;

use super::{
    Words, difference,
    text::{List, Text, stem},
};

/// Words that deny, in some languages.
static NOT: List = List::new(
    "not no never none nobody nothing nowhere neither nor without cannot hardly barely scarcely except \
    unless lack lacks lacking avoid unable fail fails failed \
    nicht kein keine keinen keinem keiner nie niemals ohne \
    pas jamais sans aucun aucune nunca sin ningún ninguna non mai senza não sem niet geen nooit zonder не нет без",
);
/// What turns a word into its opposite.
const PREFIXES: [&str; 9] = ["un", "dis", "in", "im", "il", "ir", "non", "non-", "mis"];

/// One denies what the other does not: by a word of its own, or by the beginning of one.
pub(super) fn detect(a: &Text, b: &Text) -> Option<Words> {
    let denials = |text: &Text| text.lower().filter_map(denial).collect::<Vec<String>>();
    let (mut not_a, mut not_b) = (denials(a), denials(b));
    prefixed(a, b, &mut not_a);
    prefixed(b, a, &mut not_b);
    // How it is said does not matter, only how often.
    (not_a.len() != not_b.len()).then(|| difference(&not_a, &not_b)).flatten()
}

fn denial(word: &str) -> Option<String> {
    let denies = NOT.has(word) || word.ends_with("n't");
    denies.then(|| word.to_owned())
}

/// Words of one text that are those of the other with a denying beginning.
fn prefixed(a: &Text, b: &Text, into: &mut Vec<String>) {
    let known: FxHashSet<&str> = b.lower().collect();
    for word in a.lower().filter(|word| !known.contains(word)) {
        let denies = |prefix: &&str| {
            let rest = word.strip_prefix(*prefix).filter(|rest| rest.len() >= 3);
            rest.is_some_and(|rest| b.lower().any(|other| stem(other) == stem(rest)))
        };
        if PREFIXES.iter().any(denies) {
            into.push(word.to_owned());
        }
    }
}

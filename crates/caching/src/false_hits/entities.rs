use super::{
    Words, dates, numbers,
    text::{List, Text, Word, stem},
};

/// Names that people often write in small letters.
static NAMES: List = List::new(
    "france germany italy spain portugal poland austria switzerland belgium netherlands holland denmark \
    sweden norway finland iceland ireland england scotland wales britain uk greece turkey russia ukraine china japan korea \
    india pakistan vietnam thailand indonesia malaysia singapore australia canada usa america mexico brazil argentina chile \
    peru colombia cuba egypt nigeria kenya morocco africa europe asia israel iran iraq \
    english german french spanish italian portuguese dutch polish russian chinese japanese korean arabic hindi turkish greek \
    swedish danish norwegian finnish latin hebrew mandarin \
    london paris berlin madrid rome milan vienna prague amsterdam brussels zurich geneva munich hamburg lisbon dublin oslo \
    stockholm copenhagen helsinki warsaw moscow tokyo kyoto seoul beijing shanghai delhi mumbai sydney melbourne toronto \
    vancouver chicago boston seattle texas california florida \
    python javascript typescript java rust golang ruby perl php kotlin swift scala haskell c++ c# matlab sql html css bash \
    react angular vue svelte django flask rails spring node npm pip cargo docker kubernetes terraform ansible git github \
    gitlab postgres postgresql mysql sqlite mongodb redis kafka aws azure gcp s3 lambda linux windows macos ubuntu debian \
    fedora arch android ios iphone ipad mac chrome firefox safari excel powerpoint slack notion jira outlook gmail \
    google microsoft apple amazon facebook meta netflix tesla nvidia openai anthropic claude gpt gemini llama chatgpt \
    visa mastercard paypal stripe bitcoin ethereum alice bob json xml yaml csv pdf",
);
/// Words that begin sentences and are no names.
static COMMON: List = List::new(
    "a an the this that these those i you he she it we they my your his her its our their what which who \
    whom whose when where why how is are was were am be been do does did can could will would shall should may might must \
    have has had please give tell show list find write draft make create generate explain describe summarise summarize \
    translate convert compute calculate compare suggest recommend plan set turn add remove delete replace read run stop \
    start restart fix correct debug check proofread rewrite draw name say dis help let if in on at for from to of with and \
    or but not no yes so as by about thanks thank hi hello hey ok dear now then there here some any all both each every \
    schedule book remind email call send flights flight events music news holidays train stock shipping",
);

/// Names that are in one and not in the other: capitalised inside a sentence, with a capital or a digit inside, or
/// well known.
pub(super) fn detect(a: &Text, b: &Text) -> Option<Words> {
    let only = |a: &Text, b: &Text| -> Vec<String> {
        let new = |word: &&Word| !b.words.iter().any(|other| same(&other.lower, &word.lower));
        let mut names: Vec<String> =
            a.words.iter().filter(|word| is_name(word)).filter(new).map(|word| word.raw.clone()).collect();
        names.dedup();
        names
    };
    let (only_a, only_b) = (only(a, b), only(b, a));
    if !only_a.is_empty() || !only_b.is_empty() {
        return (!initials(&only_a, b) && !initials(&only_b, a)).then_some((only_a, only_b));
    }
    // A sentence may begin with a name. It is one if another word stands in its place, and neither is common.
    let start = |a: &Text, b: &Text| {
        let word = a.words.first().filter(|word| word.raw.starts_with(char::is_uppercase))?;
        (!COMMON.has(&word.lower) && !b.has(&word.lower)).then(|| word.raw.clone())
    };
    let (first, second) = (start(a, b)?, start(b, a)?);
    let rest = |text: &Text| text.words.iter().skip(1).map(|word| word.lower.clone()).collect::<Vec<_>>();
    (rest(a) == rest(b)).then(|| (vec![first], vec![second]))
}

fn is_name(word: &Word) -> bool {
    let lower = word.lower.strip_suffix("'s").unwrap_or(&word.lower);
    if NAMES.has(lower) {
        return true;
    }
    let mut letters = word.raw.chars();
    let capital = letters.next().is_some_and(char::is_uppercase);
    let inside = letters.clone().any(char::is_uppercase);
    let plain = word.raw.chars().all(|c| c.is_alphabetic() || "'-.".contains(c));
    let contraction = lower.starts_with("i'") || lower == "i";
    let other = dates::is_date(lower) || numbers::is_number(lower) || contraction || COMMON.has(lower);
    plain && !other && lower.chars().count() > 1 && (inside || (capital && !word.first))
}

fn same(a: &str, b: &str) -> bool {
    a == b || stem(a) == stem(b) || a.replace('-', "") == b.replace('-', "")
}

/// Whether all of these names are the initials of words that stand side by side in the other text.
fn initials(names: &[String], other: &Text) -> bool {
    !names.is_empty()
        && names.iter().all(|name| {
            let letters: Vec<char> = name.to_lowercase().chars().collect();
            let initial = |word: &Word| word.lower.chars().next().unwrap_or(' ');
            letters.len() >= 2
                && other.words.windows(letters.len()).any(|words| {
                    words.iter().map(initial).eq(letters.iter().copied())
                        && words.iter().all(|word| word.raw.starts_with(char::is_uppercase))
                })
        })
}

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Words,
    text::{Text, stem},
};

/// Words with their opposites. Each side may have several, joined by `|`.
const PAIRS: &str = "before/after increase|raise|grow|maximise|maximize/decrease|reduce|lower|shrink|minimise|minimize \
    enable|activate/disable|deactivate start|begin|launch/stop|end|quit open/close|shut buy|purchase/sell \
    encrypt/decrypt encode/decode compress/decompress for|pro/against advantage|benefit/disadvantage|drawback on/off \
    old|oldest|older/new|newest|newer better|best|good/worse|worst|bad grant|allow|permit/revoke|deny|forbid|prohibit|block \
    pros/cons positive/negative import/export upload/download include/exclude|omit winner|win/loser|lose left/right \
    cheap|cheapest|cheaper/expensive gain/lose first|earliest/last|latest|final accept|agree|approve/decline|reject|refuse \
    cause/effect|consequence beginner|novice/expert all|every|everyone|everybody/some|none|nobody long|longest|longer/short|shortest|shorter \
    max|maximum|most|highest/min|minimum|least|lowest ascending/descending high|higher/low|lower up/down in/out hot|warm/cold|cool \
    fast|faster|fastest|quick/slow|slower|slowest big|large|largest|bigger|larger/small|smallest|smaller|tiny early/late inside|indoor/outside|outdoor \
    above|over/below|under add|insert/remove|delete|subtract push/pull send/receive lend/borrow income|revenue|profit/expense|cost|loss \
    asset/liability public/private local/remote internal/external input/output read/write client/server parent/child \
    male|man|men|boy/female|woman|women|girl husband/wife father/mother brother/sister son/daughter true/false success/failure \
    pass/fail love|like/hate|dislike rich/poor strong/weak safe/dangerous legal/illegal always|often/never|rarely|seldom more/fewer|less \
    heavy/light thick/thin wide/narrow deep/shallow hard|difficult/easy|simple full/empty wet/dry forward/backward|reverse \
    horizontal/vertical sync|synchronous/async|asynchronous serial/parallel static/dynamic mutable/immutable lock/unlock \
    install/uninstall login/logout subscribe/unsubscribe connect/disconnect show/hide expand/collapse zip/unzip mount/unmount \
    deposit/withdraw credit/debit debtor/creditor tenant/landlord buyer/seller employer/employee attack/defend save|keep/spend|discard \
    east/west north/south morning/evening young|younger/old|older alive/dead married/single formal/informal \
    summarise|summarize|shorten/expand|lengthen optimistic/pessimistic praise/criticise|criticize only|just/also any/all acid/base|alkaline";

/// The sides of pairs that have a word: first all short words, which must stand there as they are, then the stems of
/// longer ones. The sides of a pair are twice its number, and one more.
static SIDES: LazyLock<[FxHashMap<&str, Vec<usize>>; 2]> = LazyLock::new(|| {
    let mut sides = <[FxHashMap<&str, Vec<usize>>; 2]>::default();
    let all = PAIRS.split_ascii_whitespace().filter_map(|pair| pair.split_once('/'));
    for (side, words) in all.flat_map(|(one, other)| [one, other]).enumerate() {
        for word in words.split('|') {
            let (of, word) = if word.len() > 3 { (1, stem(word)) } else { (0, word) };
            sides[of].entry(word).or_default().push(side);
        }
    }
    sides
});

/// A word in one whose opposite stands in the other.
pub(super) fn detect(a: &Text, b: &Text) -> Option<Words> {
    let (one, other) = (only(a, b), only(b, a));
    // Of several pairs, the first of the list.
    let first = one.keys().filter(|side| other.contains_key(&(**side ^ 1))).min()?;
    let word = |word: &str| vec![word.to_owned()];
    Some((word(one[first]), word(other[&(first ^ 1)])))
}

/// For each side the first word of it that stands in one text and not in the other.
fn only<'a>(a: &'a Text, b: &Text) -> FxHashMap<usize, &'a str> {
    let known: FxHashSet<&str> = b.lower().map(stem).collect();
    let mut sides = FxHashMap::default();
    for word in a.lower().filter(|word| !known.contains(stem(word))) {
        let of = [SIDES[0].get(word), SIDES[1].get(stem(word))];
        for side in of.into_iter().flatten().flatten() {
            sides.entry(*side).or_insert(word);
        }
    }
    sides
}

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

/// A word in one whose opposite stands in the other.
pub(super) fn detect(a: &Text, b: &Text) -> Option<Words> {
    let only = |a: &Text, b: &Text| -> Vec<String> {
        let new = |word: &&str| !b.lower().any(|other| stem(other) == stem(word));
        a.lower().filter(new).map(str::to_owned).collect()
    };
    let (only_a, only_b) = (only(a, b), only(b, a));
    for pair in PAIRS.split_ascii_whitespace() {
        let Some((one, other)) = pair.split_once('/') else { continue };
        let find = |words: &[String], side: &str| {
            let is = |word: &&String| {
                side.split('|')
                    .any(|listed| listed == *word || (listed.len() > 3 && stem(listed) == stem(word)))
            };
            words.iter().find(is).cloned()
        };
        for (x, y) in [(one, other), (other, one)] {
            if let (Some(first), Some(second)) = (find(&only_a, x), find(&only_b, y)) {
                return Some((vec![first], vec![second]));
            }
        }
    }
    None
}

use super::{
    Words, difference,
    text::{List, Text},
};

static NAMES: List = List::new(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july \
    august september october november december today tomorrow yesterday tonight morning noon afternoon evening night \
    midnight spring summer autumn fall winter q1 q2 q3 q4 h1 h2 weekday weekend easter christmas \
    montag dienstag mittwoch donnerstag freitag samstag sonntag heute morgen gestern \
    lundi mardi mercredi jeudi vendredi samedi dimanche aujourd'hui demain hier \
    lunes martes miércoles jueves viernes sábado domingo hoy mañana ayer",
);
const SHORT: [(&str, &str); 11] = [
    ("jan", "january"),
    ("feb", "february"),
    ("apr", "april"),
    ("jun", "june"),
    ("jul", "july"),
    ("aug", "august"),
    ("sep", "september"),
    ("sept", "september"),
    ("oct", "october"),
    ("nov", "november"),
    ("dec", "december"),
];
static WHICH: List = List::new("last this next past previous coming current");
static SPANS: List = List::new("day week month year quarter decade century weekend");

/// Days, months, times and years that are in one and not in the other.
pub(super) fn detect(a: &Text, b: &Text) -> Option<Words> {
    difference(&dates(a), &dates(b))
}

fn dates(text: &Text) -> Vec<String> {
    let mut out = Vec::new();
    for (at, word) in text.words.iter().enumerate() {
        let lower = word.lower.as_str();
        let singular = lower.strip_suffix('s').unwrap_or(lower);
        let short = SHORT.iter().find(|(short, _)| *short == lower);
        if let Some((_, name)) = short {
            out.push((*name).to_owned());
        } else if NAMES.has(lower) || (NAMES.has(singular) && singular.ends_with("day")) {
            out.push(singular.to_owned());
        } else if matches!(lower, "am" | "pm")
            && at > 0
            && text.words[at - 1].raw.ends_with(|c: char| c.is_ascii_digit())
        {
            out.push(lower.to_owned());
        } else if word.raw == "May" && !word.first {
            out.push("may".to_owned());
        } else if is_time(lower) {
            out.push(lower.to_owned());
        } else if WHICH.has(lower)
            && let Some(span) = text.words.get(at + 1).filter(|span| SPANS.has(&span.lower))
        {
            out.push(format!("{lower} {}", span.lower));
        }
    }
    out
}

/// Whether a word is a day, a month or a time.
pub(super) fn is_date(lower: &str) -> bool {
    let singular = lower.strip_suffix('s').unwrap_or(lower);
    NAMES.has(lower)
        || NAMES.has(singular)
        || SHORT.iter().any(|(short, _)| *short == lower)
        || is_time(lower)
}

/// A year, a date in digits, a time of day, a decade.
fn is_time(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let of = |part: char| word.split(part).count();
    let plain = word.len() == digits;
    (plain && digits == 4 && ("1500".."2100").contains(&word))
        || (digits >= 3 && of(':') >= 2)
        || (digits >= 5 && (of('-') == 3 || of('/') == 3 || of('.') == 3))
        || (digits >= 2 && word.len() == digits + 1 && word.ends_with("0s"))
}

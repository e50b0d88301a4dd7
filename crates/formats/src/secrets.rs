//! Keys and cookies: how they are called, and a text without them.
//!
//! Readers keep none of them. The raw record, which shows the user's own file, is shown without their values, so that
//! nobody hands them on with a picture or a copy.

use std::ops::Range;

use memchr::memmem;
use trace::{ProblemCode, RecordRef};

use crate::Output;

/// Ends of the names of headers, fields and attributes whose values let others in, `_` written as `-`.
const NAMES: [&str; 9] = [
    "authorization",
    "api-key",
    "apikey",
    "auth-token",
    "security-token",
    "session-token",
    "cookie",
    "cookies",
    "helicone-auth",
];
/// Whole names of the same in the query of an address.
const QUERIES: [&str; 6] =
    ["key", "api-key", "apikey", "access-token", "x-amz-signature", "x-amz-credential"];

/// What stands in a value's place.
pub(crate) const INSTEAD: &str = "‹hidden›";

/// Whether a name is that of a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = plain(name);
    NAMES.iter().any(|end| name.ends_with(end))
}

/// A text without the values of its keys and cookies, and how many there were. It may be JSON, JSON inside JSON, a row
/// of a table, or YAML.
pub fn redact(text: &str) -> (String, usize) {
    let found = find(text);
    let mut redacted = String::with_capacity(text.len());
    let mut from = 0;
    for range in &found {
        redacted += &text[from..range.start];
        redacted += INSTEAD;
        from = range.end;
    }
    redacted += &text[from..];
    (redacted, found.len())
}

impl Output<'_> {
    /// Counts the secrets of a record, which no table takes over.
    pub(crate) fn secrets_of(&mut self, text: &str, at: RecordRef) {
        (0..find(text).len()).for_each(|_| self.secret(at));
    }

    /// Counts one.
    pub(crate) fn secret(&mut self, at: RecordRef) {
        let message = "Keys and cookies in headers, addresses and attributes were not taken over";
        let hint = "The file itself still holds them: take care whom you give it to.";
        self.problem(ProblemCode::Redacted, at, message, hint);
    }
}

/// A name or a text as names are compared; every byte stays at its place.
fn plain(text: &str) -> String {
    text.to_ascii_lowercase().replace('_', "-")
}

/// Where the values of secrets lie, in order and apart from each other.
fn find(text: &str) -> Vec<Range<usize>> {
    let lower = plain(text);
    let places = |names: &'static [&'static str], of: fn(&str, usize, usize) -> Option<Range<usize>>| {
        let ends = |name: &'static str| {
            memmem::find_iter(lower.as_bytes(), name).map(move |at| (at, at + name.len()))
        };
        names.iter().flat_map(move |&name| ends(name)).map(move |(at, end)| (at, end, of)).collect::<Vec<_>>()
    };
    let mut places = [places(&NAMES, named), places(&QUERIES, queried)].concat();
    units::order::sort_by_key(&mut places, |&(at, ..)| at);
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, end, of) in places {
        // What lies inside another one's value is left out with it.
        let apart = found.last().is_none_or(|last| last.end <= at);
        if let Some(range) = apart.then(|| of(&lower, at, end)).flatten() {
            found.push(range);
        }
    }
    found.retain(|range| !range.is_empty() && text[range.clone()] != *INSTEAD);
    found
}

/// The value of a name in the query of an address, or in a list of its parts.
fn queried(text: &str, at: usize, end: usize) -> Option<Range<usize>> {
    let (before, after) = (&text[..at], &text[end..]);
    if before.ends_with(['?', '&']) && after.starts_with('=') {
        let ends = |c: char| c.is_whitespace() || matches!(c, '&' | '#' | '"' | '\'' | '\\' | '<' | '>');
        let start = end + 1;
        return Some(start..start + text[start..].find(ends).unwrap_or(text.len() - start));
    }
    let quoted = before.ends_with('"') && after.starts_with('"');
    quoted.then(|| paired(text, end)).flatten().and_then(|start| value(text, start))
}

/// The value of the name that stands there, if it is a name of something.
fn named(text: &str, at: usize, end: usize) -> Option<Range<usize>> {
    if text[end..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
        return None;
    }
    if !text[end..].starts_with(is_quote) {
        return text[end..].starts_with(':').then(|| lines(text, at, end + 1)).flatten();
    }
    let after = end + skip(&text[end..], |c| is_quote(c) || c.is_whitespace());
    match text[after..].starts_with(':') {
        true => value(text, after + 1),
        false => paired(text, end).and_then(|start| value(text, start)),
    }
}

/// Where the value begins in `"name": "…", "value": …`, seen from the end of the name.
fn paired(text: &str, end: usize) -> Option<usize> {
    let between = |c: char| is_quote(c) || c.is_whitespace();
    let comma = end + skip(&text[end..], between);
    let word = text[comma..].strip_prefix(',')?;
    let word = word[skip(word, between)..].strip_prefix("value")?;
    let colon = word[skip(word, between)..].strip_prefix(':')?;
    Some(text.len() - colon.len())
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\')
}

/// How many bytes of the beginning are of a kind.
fn skip(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.len() - text.trim_start_matches(of).len()
}

/// The strings of a value in JSON, or in JSON inside a string: what stands between the quotes, or between the
/// brackets. Of null and numbers nothing.
fn value(text: &str, from: usize) -> Option<Range<usize>> {
    let start = from + skip(&text[from..], char::is_whitespace);
    let quote_end = start + skip(&text[start..], is_quote);
    if quote_end > start {
        let quote = &text[start..quote_end];
        // An empty value has both its quotes here; of a table's doubled ones there are four.
        let rest = &text[quote_end..];
        let empty = quote.len() > 1 && rest.starts_with([',', '}', ']']);
        return (!empty).then(|| quote_end..quote_end + closing(rest, quote));
    }
    let (open, close) = match text[start..].chars().next()? {
        '[' => ('[', ']'),
        '{' => ('{', '}'),
        _ => return None,
    };
    let mut depth = 0;
    for (i, c) in text[start..].char_indices() {
        depth += i32::from(c == open) - i32::from(c == close);
        if depth == 0 {
            let inside = start + 1..start + i;
            return (!text[inside.clone()].trim().is_empty()).then_some(inside);
        }
    }
    Some(start + 1..text.len())
}

/// How long a text is until its closing quote.
fn closing(text: &str, quote: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find(quote).map(|at| from + at) {
        // A quote behind a backslash is one of the text, where the quotes have none.
        if quote.starts_with('\\') || !text[..at].ends_with('\\') {
            return at;
        }
        from = at + quote.len();
    }
    text.len()
}

/// The value of a name that begins a line, as in YAML: the rest of the line, and the lines below that belong to it.
fn lines(text: &str, at: usize, from: usize) -> Option<Range<usize>> {
    // Other parts of the name may stand in front: `set-`cookie.
    let before = text[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
    let begin = before.trim_end_matches(' ');
    if !(begin.is_empty() || begin.ends_with('\n')) {
        return None;
    }
    let indent = before.len() - begin.len();
    let mut end = from + text[from..].find('\n').unwrap_or(text.len() - from);
    while let Some(line) = text[end..].strip_prefix('\n').and_then(|rest| rest.split('\n').next()) {
        let inner = skip(line, |c| c == ' ');
        let belongs = inner > indent || inner == indent && line[inner..].starts_with("- ");
        if !belongs || line.trim().is_empty() {
            break;
        }
        end += 1 + line.len();
    }
    let start = from + skip(&text[from..end], char::is_whitespace);
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_ends_well(text in r#"(authorization|Set-Cookie|\?key=|key|["'\\,:\[\]{}\n &‹é-]|value|x){0,40}"#) {
            let (redacted, found) = redact(&text);
            prop_assert!(found > 0 || redacted == text);
        }
    }

    #[test]
    fn values_are_left_out_and_nothing_else_is() {
        const X: &str = INSTEAD;
        for (text, left, count) in [
            (
                r#"{"Authorization": "Bearer SECRET", "a": 1}"#,
                format!(r#"{{"Authorization": "{X}", "a": 1}}"#),
                1,
            ),
            (r#"{"x-api-key":["SECRET"],"b":2}"#, format!(r#"{{"x-api-key":[{X}],"b":2}}"#), 1),
            (
                r#"{"name": "set-cookie", "value": "a=\"SECRET\"; b"}, {"name": "x"}"#,
                format!(r#"{{"name": "set-cookie", "value": "{X}"}}, {{"name": "x"}}"#),
                1,
            ),
            (
                r#"{"key":"http.request.header.authorization","value":{"arrayValue":{"values":[{"stringValue":"SECRET"}]}}}"#,
                format!(r#"{{"key":"http.request.header.authorization","value":{{{X}}}}}"#),
                1,
            ),
            (
                r#"{"headers": "{\"api_key\": \"SECRET\", \"n\": 1}"}"#,
                format!(r#"{{"headers": "{{\"api_key\": \"{X}\", \"n\": 1}}"}}"#),
                1,
            ),
            (
                "a,\"{\"\"Authorization\"\": \"\"SECRET\"\", \"\"n\"\": 1}\"",
                format!("a,\"{{\"\"Authorization\"\": \"\"{X}\"\", \"\"n\"\": 1}}\""),
                1,
            ),
            (
                "  headers:\n    Authorization:\n    - Bearer SECRET\n    Set-Cookie:\n      - a=SECRET;\n        b=SECRET\n    accept:\n    - x\n",
                format!(
                    "  headers:\n    Authorization:\n    {X}\n    Set-Cookie:\n      {X}\n    accept:\n    - x\n"
                ),
                2,
            ),
            (
                r#"{"url": "https://x/y?key=SECRET&alt=sse", "queryString": [{"name": "key", "value": "SECRET"}]}"#,
                format!(
                    r#"{{"url": "https://x/y?key={X}&alt=sse", "queryString": [{{"name": "key", "value": "{X}"}}]}}"#
                ),
                2,
            ),
            (
                r#"{"x-amz-security-token": "SECRET that is cut"#,
                format!(r#"{{"x-amz-security-token": "{X}"#),
                1,
            ),
            (r#"{"content": "Send the Authorization: header"}"#, String::new(), 0),
            (r#"{"content": "the word \"cookie\", said twice"}"#, String::new(), 0),
            (r#"{"authorization": null, "cookies": [], "api_key": ""}"#, String::new(), 0),
            (r#"{"key": "a", "value": "b", "max_tokens": 5, "apikeys": "c"}"#, String::new(), 0),
        ] {
            let (redacted, found) = redact(text);
            assert_eq!((redacted.as_str(), found), (if count == 0 { text } else { &left }, count));
            assert_eq!(redact(&redacted), (redacted.clone(), 0), "once is enough");
        }
    }
}

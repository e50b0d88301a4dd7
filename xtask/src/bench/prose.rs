//! Lines of prose out of the documents that Debian packages hold.

/// Elements whose content is no prose, or is in every page.
const SKIPPED: [&str; 9] = ["script", "style", "head", "header", "aside", "nav", "info", "pre", "screen"];
/// Elements that stand inside a line.
const INLINE: [&str; 21] = [
    "a", "abbr", "acronym", "app", "b", "cite", "cmd", "code", "em", "file", "gui", "guiseq", "i", "img",
    "key", "keyseq", "link", "span", "strong", "tt", "var",
];

/// The paragraphs of HTML or of the XML of GNOME's help, one a line.
pub fn of_markup(text: &str) -> String {
    let mut lines = String::new();
    let mut rest = text;
    let mut skipped: Option<&str> = None;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        if skipped.is_none() {
            push_words(&mut lines, before);
        }
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((inside, after)) = tag[1..].split_once('>') else { return lines };
        rest = after;
        let closing = inside.starts_with('/');
        let name = inside.trim_start_matches('/');
        let name = name.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        match skipped {
            Some(element) if closing && element == name => skipped = None,
            Some(_) => {}
            None if closing || inside.ends_with('/') => {}
            None => skipped = SKIPPED.into_iter().find(|element| *element == name),
        }
        if !INLINE.contains(&name) && !lines.is_empty() && !lines.ends_with('\n') {
            lines.push('\n');
        }
    }
    if skipped.is_none() {
        push_words(&mut lines, rest);
    }
    lines
}

/// Adds the text with each run of white space as one space, and none at the start of a line.
fn push_words(lines: &mut String, text: &str) {
    let text = with_entities(text);
    for c in text.chars() {
        if !c.is_whitespace() {
            lines.push(c);
        } else if !lines.is_empty() && !lines.ends_with([' ', '\n']) {
            lines.push(' ');
        }
    }
}

fn with_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest[1..].split_once(';').map(|(name, _)| name).filter(|name| name.len() < 10);
        match entity.and_then(character) {
            Some(c) => {
                out.push(c);
                rest = &rest[entity.map_or(0, str::len) + 2..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// The translations of a catalogue of GNU gettext; `None` if it is none.
pub fn of_catalogue(bytes: &[u8]) -> Option<String> {
    let number = |at: usize| -> Option<usize> {
        let four = bytes.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(four.try_into().ok()?) as usize)
    };
    if number(0)? != 0x9504_12de {
        return None;
    }
    let (count, table) = (number(8)?, number(16)?);
    let mut lines = String::new();
    // The first is the head.
    for entry in 1..count {
        let (length, start) = (number(table + entry * 8)?, number(table + entry * 8 + 4)?);
        let message = std::str::from_utf8(bytes.get(start..start.checked_add(length)?)?).ok()?;
        // The plural forms are parted by NUL.
        for form in message.split(['\0', '\n']) {
            lines.push_str(form.trim());
            lines.push('\n');
        }
    }
    Some(lines)
}

/// Each emoji with its name, from Unicode's `emoji-test.txt`.
pub fn of_emoji(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        // `1F600 ; fully-qualified # 😀 E1.0 grinning face`
        let Some((emoji, name)) = line.split_once("# ").and_then(|(_, what)| what.split_once(" E")) else {
            continue;
        };
        if let Some((_, name)) = name.split_once(' ') {
            lines.push_str(&format!("{emoji} {name}\n"));
        }
    }
    lines
}

/// Whether the line is of the language: pages are often translated in part.
pub fn is_of(language: &str, line: &str) -> bool {
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let most = |belongs: fn(char) -> bool| {
        let own = line.chars().filter(|&c| belongs(c)).count();
        own >= 4 && own * 2 >= letters
    };
    let words = |known: &[&str]| {
        line.len() >= 40
            && line
                .split(|c: char| !c.is_alphabetic())
                .filter(|word| known.contains(&word.to_lowercase().as_str()))
                .nth(1)
                .is_some()
    };
    let kana = |c| matches!(c, '\u{3041}'..='\u{30ff}');
    let han = |c| matches!(c, '\u{3400}'..='\u{9fff}');
    match language {
        "english" => words(&["the", "of", "to", "a", "and", "is", "in", "you", "it", "that"]),
        "de" => {
            words(&["der", "die", "das", "und", "ist", "ein", "eine", "zu", "nicht", "sie", "den", "mit"])
        }
        "ja" => {
            most(|c| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')) && line.contains(kana)
        }
        "zh" => most(|c| matches!(c, '\u{3400}'..='\u{9fff}')) && !line.contains(kana),
        "ko" => most(|c| matches!(c, '\u{ac00}'..='\u{d7a3}')) && !line.contains(han),
        "ru" => most(|c| matches!(c, '\u{0400}'..='\u{04ff}')),
        "el" => most(|c| matches!(c, '\u{0370}'..='\u{03ff}' | '\u{1f00}'..='\u{1fff}')),
        "ar" | "fa" => most(|c| matches!(c, '\u{0600}'..='\u{06ff}')),
        "hi" => most(|c| matches!(c, '\u{0900}'..='\u{097f}')),
        "th" => most(|c| matches!(c, '\u{0e00}'..='\u{0e7f}')),
        "ta" => most(|c| matches!(c, '\u{0b80}'..='\u{0bff}')),
        "te" => most(|c| matches!(c, '\u{0c00}'..='\u{0c7f}')),
        "fr" | "pl" | "tr" | "vi" => {
            line.len() >= 40 && line.contains(|c: char| c.is_alphabetic() && !c.is_ascii())
        }
        _ => !line.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_become_lines() {
        let page = "<html><head><title>x</title></head><body><!-- a > b --><h1>Head</h1>\n<p>one <b>two</b>\n \
                    three &amp; &#x41;&unknown;</p><pre>code</pre><p>end";
        assert_eq!(of_markup(page), "Head\none two three & A&unknown;\nend");
    }

    #[test]
    fn a_catalogue_that_is_cut_short_is_none() {
        assert_eq!(of_catalogue(b"\xde\x12\x04\x95\0\0\0\0\x02\0\0\0"), None);
        assert_eq!(of_catalogue(b"text"), None);
    }

    #[test]
    fn a_line_in_another_language_is_left_out() {
        assert!(is_of("ko", "기본 필터를 사용합니다 (Standard)"));
        assert!(!is_of("hi", "Use the standard filter to refine the search options."));
        assert!(!is_of("zh", "フィルターを使う"));
    }
}

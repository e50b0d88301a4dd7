//! The `curl` command as it is copied from documentation and from a browser's tools.

/// What a command sends, and where to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Curl {
    pub(crate) url: String,
    pub(crate) body: String,
}

/// Options that take the next word, other than those of the body. Only those that are met in such commands: the
/// word of any other would be taken for the address if it looked like one.
const WITH_VALUE: &[&str] = &[
    "-H",
    "--header",
    "-X",
    "--request",
    "-u",
    "--user",
    "-A",
    "--user-agent",
    "-b",
    "--cookie",
    "-e",
    "--referer",
    "-o",
    "--output",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-x",
    "--proxy",
    "--cacert",
    "--aws-sigv4",
    "-w",
    "--write-out",
];

const BODY: &[&str] = &["--data-binary", "--data-raw", "--data-ascii", "--data", "--json", "-d"];

/// Whether a text is a command and no body.
pub(crate) fn is_curl(text: &str) -> bool {
    words(text.get(..text.floor_char_boundary(1000)).unwrap_or(""))
        .iter()
        .find(|word| !word.contains('=') && *word != "$")
        .is_some_and(|word| word == "curl" || word == "curl.exe" || word.ends_with("/curl"))
}

/// Takes a command apart.
///
/// # Errors
/// A sentence if it has no body, or one that lies in a file.
pub(crate) fn parse(text: &str) -> Result<Curl, String> {
    let (mut curl, mut bodies) = (Curl::default(), Vec::new());
    let mut words = words(text).into_iter();
    while let Some(word) = words.next() {
        if word == "--url" {
            curl.url = words.next().unwrap_or_default();
        } else if let Some(own) = BODY.iter().find_map(|option| value_of(&word, option)) {
            let body = if own.is_empty() { words.next().unwrap_or_default() } else { own.to_owned() };
            if let Some(file) = body.strip_prefix('@').filter(|_| !word.starts_with("--data-raw")) {
                return Err(format!(
                    "This command sends the file {file}, which the page cannot see: paste what the file holds."
                ));
            }
            bodies.push(body);
        } else if WITH_VALUE.contains(&word.as_str()) {
            words.next();
        } else if word.contains("://") && !word.starts_with('-') && curl.url.is_empty() {
            curl.url = word;
        }
    }
    // As curl does it with several.
    curl.body = bodies.join("&");
    if curl.body.is_empty() {
        return Err(
            "This command sends no body: expected -d, --data, --data-raw, --data-binary or --json with the \
                    request behind it."
                .to_owned(),
        );
    }
    Ok(curl)
}

/// The value that stands in the same word as the option (`--data=…`, `-d…`); empty where it is the next word.
fn value_of<'a>(word: &'a str, option: &str) -> Option<&'a str> {
    let rest = word.strip_prefix(option)?;
    match rest.strip_prefix('=') {
        Some(value) if option.starts_with("--") => Some(value),
        // `-d` takes the rest of its word; `--data` is not the beginning of `--data-urlencode`.
        _ if rest.is_empty() || !option.starts_with("--") => Some(rest),
        _ => None,
    }
}

/// The words of a command as a POSIX shell divides them, with the `$'…'` of bash. A quote that is not closed
/// goes to the end.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some('\r') if chars.peek() == Some(&'\n') => {
                    chars.next();
                }
                Some(next) => push(word.get_or_insert_default(), next),
            },
            '\'' => {
                let word = word.get_or_insert_default();
                chars.by_ref().take_while(|c| *c != '\'').for_each(|c| push(word, c));
            }
            '"' => {
                let word = word.get_or_insert_default();
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    match c {
                        '\\' => match chars.next() {
                            Some('\n') | None => {}
                            Some(next @ ('"' | '\\' | '$' | '`')) => push(word, next),
                            Some(next) => ['\\', next].into_iter().for_each(|c| push(word, c)),
                        },
                        c => push(word, c),
                    }
                }
            }
            '$' if chars.peek() == Some(&'\'') => {
                chars.next();
                ansi(&mut chars, word.get_or_insert_default());
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => push(word.get_or_insert_default(), c),
        }
    }
    words.extend(word);
    words
}

// One copy of it.
#[inline(never)]
fn push(word: &mut String, c: char) {
    word.push(c);
}

/// The inside of `$'…'`, to its end.
fn ansi(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut String) {
    while let Some(c) = chars.next().filter(|c| *c != '\'') {
        if c != '\\' {
            push(word, c);
            continue;
        }
        match chars.next() {
            None => {}
            Some('n') => push(word, '\n'),
            Some('t') => push(word, '\t'),
            Some('r') => push(word, '\r'),
            Some('b') => push(word, '\u{8}'),
            Some('f') => push(word, '\u{c}'),
            Some('e' | 'E') => push(word, '\u{1b}'),
            Some(kind @ ('x' | 'u' | 'U')) => {
                let most = match kind {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let mut digits = String::new();
                while digits.len() < most && chars.peek().is_some_and(char::is_ascii_hexdigit) {
                    digits.extend(chars.next());
                }
                let code = u32::from_str_radix(&digits, 16).ok();
                push(word, code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => push(word, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(text: &str) -> String {
        assert!(is_curl(text), "{text}");
        parse(text).unwrap().body
    }

    #[test]
    fn bodies_are_read_in_every_quoting() {
        for text in [
            r#"curl https://h/v1 -H "Content-Type: application/json" -d '{"a": "b c"}'"#,
            "curl https://h/v1 \\\n  -H 'Authorization: Bearer $KEY' \\\n  --data-raw '{\"a\": \"b c\"}'",
            r#"curl -X POST --data="{\"a\": \"b c\"}" https://h/v1"#,
            r#"KEY=x curl --json $'{"a": "b\x20c"}' --url https://h/v1"#,
            "$ curl -sS https://h/v1 --data-binary '{\"a\":'' \"b c\"}'",
            r#"curl https://h/v1 -d'{"a": "b c"}'"#,
        ] {
            assert_eq!(body(text), r#"{"a": "b c"}"#, "{text}");
            assert_eq!(parse(text).unwrap().url, "https://h/v1");
        }
        assert_eq!(body(r"curl -d $'it\'s\n\u00e9'"), "it's\né");
        assert_eq!(body(r#"curl -d 'don'"'"'t'"#), "don't");
    }

    #[test]
    fn a_command_without_a_body_is_refused_in_words() {
        assert!(parse("curl https://h/v1").unwrap_err().contains("sends no body"));
        assert!(parse("curl https://h/v1 -d @request.json").unwrap_err().contains("the file request.json"));
        assert!(!is_curl(r#"{"messages": []}"#));
        assert!(!is_curl("What is curl?"));
    }

    /// As Python's `shlex.quote` does it.
    fn quoted(text: &str) -> String {
        format!("'{}'", text.replace('\'', r#"'"'"'"#))
    }

    proptest! {
        #[test]
        fn what_a_shell_was_told_comes_back(text in "[^\0@].*") {
            let curl = parse(&format!("curl https://h -H {} -d {}", quoted(&text), quoted(&text))).unwrap();
            prop_assert_eq!(curl.body, text);
        }

        #[test]
        fn no_text_leads_to_a_panic(text in r#"(curl|-d|--data=|'|"|\$'|\\|\n|[a-z{}]|\PC){0,40}"#) {
            let _ = (is_curl(&text), parse(&text));
        }
    }
}

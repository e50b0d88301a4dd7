//! Lists and objects as Python prints them: what a data frame writes into a CSV file.

use serde_json::Value;

/// A value, or what it holds if it is a list or an object as text: JSON, or as Python prints it.
pub(crate) fn unwrapped(value: Value) -> Value {
    let Some(text) = value.as_str().filter(|text| text.trim_start().starts_with(['{', '['])) else {
        return value;
    };
    match serde_json::from_str(text).or_else(|_| serde_json::from_str(&json(text))) {
        Ok(inner) => inner,
        Err(_) => value,
    }
}

/// The same text as JSON, as far as it can be: quotes, `True`, `None`, and the wrapper `array(...)`.
fn json(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    let mut word = String::new();
    while let Some(c) = chars.next() {
        if c.is_alphabetic() {
            word.push(c);
            continue;
        }
        json.push_str(match word.as_str() {
            "True" => "true",
            "False" => "false",
            "None" | "nan" => "null",
            "array" | "dtype" | "object" => "",
            other => other,
        });
        word.clear();
        match c {
            '\'' | '"' => quoted(c, &mut chars, &mut json),
            '(' | ')' => {}
            c => json.push(c),
        }
    }
    json.push_str(&word);
    json
}

/// Copies the rest of a string that was opened with `quote`.
fn quoted(quote: char, chars: &mut impl Iterator<Item = char>, json: &mut String) {
    let mut text = String::new();
    while let Some(c) = chars.next().filter(|&c| c != quote) {
        let c = match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(escape @ ('x' | 'u' | 'U')) => {
                    let digits = match escape {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let hex: String = chars.by_ref().take(digits).collect();
                    u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
                }
                Some(other) => other,
                None => break,
            },
            c => c,
        };
        text.push(c);
    }
    json.push_str(&Value::String(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_are_read_as_python_prints_them() {
        let text =
            r#"[{'role': 'user', "text": "it's", 'n': 1.5, 'ok': True, 'none': None, 'esc': 'a\'b\né\xe9'}]"#;
        let expected =
            json!([{"role": "user", "text": "it's", "n": 1.5, "ok": true, "none": null, "esc": "a'b\néé"}]);
        assert_eq!(unwrapped(text.into()), expected);
        assert_eq!(unwrapped(r#"[{"a": 1}]"#.into()), json!([{"a": 1}]));
        assert_eq!(unwrapped("[unfinished 'text".into()), json!("[unfinished 'text"));
        assert_eq!(unwrapped("plain".into()), json!("plain"));
    }
}

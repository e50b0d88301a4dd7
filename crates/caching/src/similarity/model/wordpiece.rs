use super::{StaticModel, accents::without_accent};

/// Cuts a text as BERT does: blanks and punctuation part words, accents are dropped, and of each word the longest
/// known piece is taken, then of what is left. A word with an unknown piece is left out.
pub(super) fn pieces(model: &StaticModel, text: &str, each: &mut dyn FnMut(u32)) {
    let mut word = String::new();
    for c in text.chars() {
        if c.is_whitespace() {
            flush(model, &mut word, each);
        } else if c == '\0' || c == '\u{fffd}' || c.is_control() {
            // Not there.
        } else if is_punctuation(c) || is_han(c) {
            flush(model, &mut word, each);
            word.push(c);
            flush(model, &mut word, each);
        } else if model.lowercase {
            for c in c.to_lowercase() {
                // What is left of some letters is an accent of its own.
                if !('\u{300}'..='\u{36f}').contains(&c) {
                    word.push(without_accent(c));
                }
            }
        } else {
            word.push(c);
        }
    }
    flush(model, &mut word, each);
}

fn flush(model: &StaticModel, word: &mut String, each: &mut dyn FnMut(u32)) {
    if !word.is_empty() && word.chars().count() <= model.longest {
        let mut found = Vec::new();
        let mut piece = String::with_capacity(word.len() + model.prefix.len());
        let mut at = 0;
        while at < word.len() {
            let mut end = word.len();
            let longest = loop {
                piece.clear();
                if at > 0 {
                    piece.push_str(&model.prefix);
                }
                piece.push_str(&word[at..end]);
                match model.pieces.get(piece.as_str()) {
                    Some(number) => break Some(*number),
                    None => match word[at..end].char_indices().next_back() {
                        Some((shorter, _)) if shorter > 0 => end = at + shorter,
                        _ => break None,
                    },
                }
            };
            let Some(number) = longest else {
                found.clear();
                break;
            };
            found.push(number);
            at = end;
        }
        found.into_iter().filter(|number| Some(*number) != model.unknown).for_each(each);
    }
    word.clear();
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}')
        || matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}')
        || matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff3d}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

//! Tokens of a text.

use std::io::Read;
use std::path::PathBuf;

use engine::{Encoding, Method, protocol::EncodingName};
use serde_json::json;

/// By what a text is counted.
pub enum By {
    /// The encoding itself.
    Encoding(EncodingName),
    /// The encoding that stands for the model.
    Model(String),
}

/// Counts the text of a file, or of standard input where the file is `-` or none is named.
pub fn count(files: &[PathBuf], by: &By, ids: bool, json: bool) -> Result<String, String> {
    let text = match files {
        [] => read("standard input", std::io::stdin().lock())?,
        [path] if path.as_os_str() == "-" => read("standard input", std::io::stdin().lock())?,
        [path] => {
            let name = path.display().to_string();
            read(&name, std::fs::File::open(path).map_err(|error| format!("{name}: {error}"))?)?
        }
        _ => return Err("count takes one file, or - for standard input".to_owned()),
    };
    let (name, method) = match by {
        By::Encoding(name) => (*name, None),
        By::Model(model) => {
            let method = Method::of_model(model);
            (method.encoding, Some(method))
        }
    };
    let encoding = Encoding::load(name, tokens::bundled_asset(name)).map_err(|error| error.to_string())?;
    let (counted, ids) = match (ids, method) {
        (true, Some(method)) if !method.is_exact() => {
            return Err(format!(
                "no tokenizer of this model is public, so its tokens have no ids ({})",
                method.describe()
            ));
        }
        (true, _) => {
            let ids = encoding.encode(&text);
            (ids.len() as u64, Some(ids))
        }
        (false, _) => (encoding.count(&text), None),
    };
    let (tokens, exact, how) = match method {
        Some(method) => (method.figure(counted).or_zero(), method.is_exact(), method.describe()),
        None => (counted, true, format!("counted with {name}")),
    };
    if !json {
        let ids = ids.map(|ids| ids.iter().map(|id| format!("{id}\n")).collect::<String>());
        return Ok(format!("{}{tokens} tokens: {how}\n", ids.unwrap_or_default()));
    }
    let mut answer = json!({
        "tokens": tokens,
        "provenance": if exact { "counted" } else { "estimated" },
        "encoding": name.as_str(),
        "method": how,
        "bytes": text.len(),
        "characters": text.chars().count(),
    });
    if let Some(ids) = ids {
        answer["ids"] = json!(ids);
    }
    Ok(format!("{answer}\n"))
}

fn read(name: &str, mut from: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).map_err(|error| format!("{name}: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("{name} is not text in UTF-8: byte {at} begins no character; convert it first")
    })
}
